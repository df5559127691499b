// Capture: PNG out with the settings inside.
//
// Thread: any; no state.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"

enum { CAPTURE_TEXT_MAX = 65536 }; // bytes of the settings in a picture, with the 0

// Puts an RGB PNG from rgba (height, width, 4), top row first, alpha ignored, with `json` as the text chunk "losslens"
// (less than CAPTURE_TEXT_MAX bytes; PNG reads such text as Latin-1, so whatever is not ASCII belongs escaped) into a
// file that has begun and that the caller finishes.
bool capture_write(NewFile *file, const uint8_t *rgba, int width, int height, const char *json, Error *error);

// The same in turns, each until about that time of clock_now_ns. NULL after a sentence. What it is given is borrowed
// until capture_end, which must follow.
typedef struct CaptureWriter CaptureWriter;
CaptureWriter *capture_begin(NewFile *file, const uint8_t *rgba, int width, int height, const char *json, Error *error);
JobTurn capture_step(CaptureWriter *writer, int64_t until_ns, Error *error);
void capture_end(CaptureWriter *writer); // NULL is allowed

// The folder for screenshots: `override` where it is not NULL, else XDG's pictures folder (the XDG_PICTURES_DIR line of
// user-dirs.dirs, then $HOME/Pictures), made where it does not exist. path receives
// FOLDER/losslens-YYYYMMDD-HHMMSS.png, for NAME_NEXT. False also where nothing can be written there.
bool capture_choose_path(const char *override, char path[PATH_MAX], Error *error);
