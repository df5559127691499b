// Request: what the user asks for. Panels add requests, the app carries them out.
//
// Thread: the UI thread.
#pragma once
#include "draw/ui.h"
#include "state/look.h"

// What lies over the window until Esc or a click beside it. A picture shows it, too.
typedef enum Popup {
    POPUP_NONE,
    POPUP_HELP,
    POPUP_VIEW,   // how things are shown: wipe, clipping, targets, theme
    POPUP_MORE_A, // the rest of a model's settings
    POPUP_MORE_B,
    POPUP_MAP_0, // the list of heatmaps, for the left and the right one
    POPUP_MAP_1,
    POPUP_GLOSSARY, // at App.glossary
    POPUP_CLAIM,    // figures and rule of App.claim
    POPUP_COUNT
} Popup;

// How fast training goes, as a person chooses it.
typedef enum Pace { PACE_1, PACE_10, PACE_100, PACE_FULL, PACE_COUNT } Pace;

double pace_batches(Pace pace);    // a second; 0: as many as the machine makes
const char *pace_label(Pace pace); // "1", "10", "100", "full"
int pace_find(const char *key);    // -1 if absent

typedef enum RequestKind {
    REQUEST_SPEC, // side, spec
    REQUEST_PLAY, // value: playing
    REQUEST_STEP,
    REQUEST_RESTART,
    REQUEST_PAGE, // value: pages to move
    REQUEST_SHUFFLE,
    REQUEST_LOOK,     // look
    REQUEST_MOMENT,   // value: moments to move in the past, 0: back to the newest
    REQUEST_FILM,     // value: playing the history
    REQUEST_POPUP,    // value: a Popup; the one that is open already closes
    REQUEST_GLOSSARY, // value: the term of words.h that it opens at, or goes to
    REQUEST_CLAIM,    // value: the claim whose figures and rule are to be seen
    REQUEST_PACE,     // value: a Pace
    REQUEST_THEME,    // value: a ThemeKind
    REQUEST_COPY,     // side: its spec goes to the clipboard
    REQUEST_SCALE,    // value: steps of UI scale, 0: back to 1
    REQUEST_SCREENSHOT,
    REQUEST_PAD_BEGIN,    // x, y; value: erasing
    REQUEST_PAD_CONTINUE, // x, y
    REQUEST_PAD_END,
    REQUEST_UNDO, // the last stroke or change of a model
    REQUEST_REDO,
    REQUEST_PAD_CLEAR,
    REQUEST_PAD_NEXT,   // load the next test digit
    REQUEST_PAD_TAKE,   // value: load this test digit
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
