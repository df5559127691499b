// WebP file: the container of an animation, written frame by frame, so that no more than one frame is ever held.
//
// Its frames come encoded. Written whole or not at all (new_file.h).
// Thread: any; no state outside a WebpFile.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "engine.h"

typedef struct WebpFile {
    NewFile file;
    int width, height;
    uint64_t size;       // bytes so far
    uint64_t last_frame; // where the newest frame's header is
    int last_duration_ms;
    bool has_alpha;
} WebpFile;

// An encoded part of the canvas.
typedef struct WebpFrame {
    int x, y, width, height; // pixels, x and y even
    int duration_ms;         // below 2^24
    bool has_alpha;
    bool blends;          // is laid over what is there; else its transparent pixels become the canvas's
    bool disposes;        // its rectangle becomes transparent after it was shown
    const uint8_t *bytes; // an ALPH, VP8 or VP8L chunk with its header; borrowed
    size_t size;
} WebpFrame;

// A canvas of width x height pixels, shown again and again. After it succeeded, each path leads
// through webp_file_finish or webp_file_discard.
bool webp_file_begin(WebpFile *file, const char *path, Naming naming, int width, int height, Error *error);
bool webp_file_add(WebpFile *file, const WebpFrame *frame, Error *error);

// Shows the newest frame for longer.
bool webp_file_prolong(WebpFile *file, int duration_ms, Error *error);

// Ends it with `json` in a chunk "JSON" of its own, and gives it its name. False leaves nothing behind.
bool webp_file_finish(WebpFile *file, const char *json, Error *error);
void webp_file_discard(WebpFile *file);
