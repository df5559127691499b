// Request: what the user asks for. Panels add requests, the app carries them out.
//
// Thread: the UI thread.
#pragma once
#include "draw/ui.h"
#include "state/look.h"

typedef enum RequestKind {
    REQUEST_SPEC, // side, spec
    REQUEST_PLAY, // value: playing
    REQUEST_STEP,
    REQUEST_RESTART,
    REQUEST_PAGE, // value: pages to move
    REQUEST_SHUFFLE,
    REQUEST_LOOK,   // look
    REQUEST_MOMENT, // value: moments to move in the past, 0: back to the newest
    REQUEST_FILM,   // value: playing the history
    REQUEST_HELP,   // value: shown
    REQUEST_SCALE,  // value: steps of UI scale, 0: back to 1
    REQUEST_SCREENSHOT,
    REQUEST_PAD_BEGIN,    // x, y; value: erasing
    REQUEST_PAD_CONTINUE, // x, y
    REQUEST_PAD_END,
    REQUEST_UNDO, // the last stroke or change of a model
    REQUEST_REDO,
    REQUEST_PAD_CLEAR,
    REQUEST_PAD_NEXT,   // load the next test digit
    REQUEST_PAD_BRUSH,  // value: steps
    REQUEST_PAD_CENTRE, // value: on
    REQUEST_BACK,       // one step back: to where inspect was entered from
    REQUEST_QUIT,
} RequestKind;

typedef struct Request {
    RequestKind kind;
    int value, side;
    float x, y;
    Spec spec;
    Look look;
} Request;

enum { REQUESTS_MAX = PATH_MAX_POINTS + 64 }; // of a pass: a stroke's points, and what a click and a key can ask for

typedef struct Requests {
    Request items[REQUESTS_MAX];
    int count;
} Requests;

void requests_add(Requests *requests, Request request);
