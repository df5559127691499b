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
    POPUP_SETUPS, // the presets
    POPUP_VIEW,   // how things are shown: wipe, clipping, targets, full screen, theme
    POPUP_MORE_A, // the rest of a model's settings
    POPUP_MORE_B,
    POPUP_MAP_0, // the list of heatmaps, for the left and the right one
    POPUP_MAP_1,
    POPUP_MATRIX,   // which rows and columns the matrix has
    POPUP_GLOSSARY, // at App.glossary
    POPUP_CLAIM,    // figures and rule of App.claim
    POPUP_NOTICES,  // what was noticed about what was brought
    POPUP_CODE,     // App.script
    POPUP_OFFER,    // a model that was opened and does not say what it is
    POPUP_DATA,     // the data sets
    POPUP_IMPORT,   // App.import: a picture that is to become the drawing
    POPUP_COUNT
} Popup;

const char *popup_key(Popup popup); // "none", "help", ...

// How fast training goes, as a person chooses it.
typedef enum Pace { PACE_1, PACE_10, PACE_100, PACE_FULL, PACE_COUNT } Pace;

double pace_batches(Pace pace);    // a second; 0: as many as the machine makes
const char *pace_label(Pace pace); // "1", "10", "100", "full"

enum { SCREENSHOT_FIGURE, SCREENSHOT_WINDOW };

// What is done with outputs that become inputs again.
typedef enum Feed { FEED_OFF, FEED_PLAY, FEED_PAUSE, FEED_COUNT } Feed;

typedef enum RequestKind {
    REQUEST_SPEC,  // side, spec
    REQUEST_TYPED, // side; text: keys of its spec that become other ones, "lr=0.01"
    REQUEST_PLAY,  // value: playing
    REQUEST_STEP,
    REQUEST_RESTART,
    REQUEST_PAGE, // value: pages to move
    REQUEST_SHUFFLE,
    REQUEST_LOOK,         // look
    REQUEST_MOMENT,       // value: moments to move in the past, 0: back to the newest
    REQUEST_FILM,         // value: playing the history
    REQUEST_POPUP,        // value: a Popup; the one that is open already closes
    REQUEST_GLOSSARY,     // value: the term of words.h that it opens at, or goes to
    REQUEST_CLAIM,        // value: the saying whose figures and rule are to be seen
    REQUEST_MEASURE,      // value: a saying that is to be measured over seeds, or no longer
    REQUEST_FEED,         // value: a Feed
    REQUEST_PACE,         // value: a Pace
    REQUEST_THEME,        // value: a ThemeKind
    REQUEST_COPY,         // side: its spec goes to the clipboard
    REQUEST_LINK,         // a link to what is on show goes to the clipboard
    REQUEST_FULLSCREEN,   // value: on
    REQUEST_SCALE,        // value: steps of UI scale, 0: back to 1
    REQUEST_SCREENSHOT,   // value: SCREENSHOT_FIGURE or SCREENSHOT_WINDOW
    REQUEST_TITLE,        // text: the figure is saved again with it
    REQUEST_SAVE_AS,      // text: where what was saved is saved, too
    REQUEST_FOLDER,       // the one in which it is, is opened
    REQUEST_TOAST,        // is closed
    REQUEST_OPEN,         // text: the path of something to read: a data set, a model, a picture
    REQUEST_IMPORT,       // value: an InkInvert; step: degrees; x: threshold, 0 as found
    REQUEST_IMPORT_APPLY, // the digit goes onto the pad
    REQUEST_GIVE_UP,      // what is being read
    REQUEST_SAVE_MODEL,   // side; text: the path of the file
    REQUEST_EXPORT,       // figures and arrays of what is on show
    REQUEST_PCA,          // side: it becomes a PCA of as many components as the other side's code has units
    REQUEST_CODE,         // side, value: its script in this framework is shown
    REQUEST_CODE_COPY,    // to the clipboard
    REQUEST_CODE_SCROLL,  // value: the line at the top
    REQUEST_OFFER,        // spec: what the offered model is
    REQUEST_OFFER_TAKE,   // side: it becomes this one
    REQUEST_PULL,         // side; value: a number of the code, which becomes x; step: 1 while a drag goes on
    REQUEST_AS_ENCODED,   // side, value: this number of the code is as encoded; -1: all
    REQUEST_PAD_BEGIN,    // x, y; value: erasing
    REQUEST_PAD_CONTINUE, // x, y
    REQUEST_PAD_END,
    REQUEST_UNDO, // the last stroke or change of a model
    REQUEST_REDO,
    REQUEST_PAD_CLEAR,
    REQUEST_PAD_NOISE,   // grey noise takes the drawing's place
    REQUEST_PAD_NEXT,    // load the next test digit
    REQUEST_PAD_TAKE,    // value: load this test digit
    REQUEST_PAD_BRUSH,   // value: steps
    REQUEST_PAD_CENTRE,  // value: on
    REQUEST_BACK,        // one step back: to where inspect was entered from; out of a lesson
    REQUEST_PRESET,      // value: a row of presets.h
    REQUEST_LESSON,      // value: a row of lessons.h; step: its card
    REQUEST_DATA_OPEN,   // value: a row of Frame.sets, -1: the built-in digits
    REQUEST_DATA_FETCH,  // value: a row of Frame.sets, to be got from the network
    REQUEST_DATA_CANCEL, // the one that is being got
    REQUEST_LESSON_END,  // everything stays as the lesson has set it
    REQUEST_QUIT,
} RequestKind;

typedef struct Request {
    RequestKind kind;
    int value, side, step;
    float x, y;
    Spec spec;
    Look look;
} Request;

enum { REQUESTS_MAX = PATH_MAX_POINTS + 64 }; // of a pass: a stroke's points, and what a click and a key can ask for

typedef struct Requests {
    Request items[REQUESTS_MAX];
    int count;
    char text[INPUT_TEXT_SIZE]; // of the one request that has some
} Requests;

void requests_add(Requests *requests, Request request);
