// App: the state of the window. A frame is: Layout from the size, Frame from the state, panels draw the Frame and ask
// for things, App does what was asked.
//
//     app_compose: newest snapshots -> reconstructions, value per pixel of each loss -> Frame
//     panels_draw: const Frame -> draw list; clicks and keys -> Request
//     app_apply:   Request -> trainer, pad, state
//
// It knows neither SDL nor GL, so that a screenshot without a display is the same code.
// Thread: the UI thread. Training runs behind trainer.h.
#pragma once
#include "engine.h"
#include "layout.h"
#include "pad.h"
#include "ui.h"

typedef struct PixelHover {
    bool is_set, is_pad; // is_pad: of the drawing, else of the page
    int cell;            // of the page
    int pixel;           // row * 28 + column
} PixelHover;

// Everything that is shown of one model in a frame. Arrays over the page are (page_count, DIGIT_PIXELS).
typedef struct ModelFrame {
    Spec spec;
    const Model *model;
    const Snapshot *snapshot; // borrowed for the frame
    float *z, *p;
    float *loss[LOSS_COUNT];
    float pad_z[DIGIT_PIXELS], pad_p[DIGIT_PIXELS], pad_loss[LOSS_COUNT][DIGIT_PIXELS];
    char caption[64];  // "BCE · sigmoid"
    unsigned page_key; // what z, p and loss were computed for: 0 for nothing
} ModelFrame;

typedef struct Frame {
    Scene scene;
    Layout layout;
    int page_count, indices[PAGE_MAX]; // of the test digits on the page
    int labels[PAGE_MAX];              // -1: unknown
    float *targets;                    // (page_count, DIGIT_PIXELS)
    unsigned page_key;                 // changes whenever the page's digits do
    bool is_shuffled;
    int first;
    float pad_drawn[DIGIT_PIXELS], pad_input[DIGIT_PIXELS];
    bool is_pad_empty;
    const Pad *pad;
    ModelFrame models[SIDE_COUNT];
    const TargetFacts *facts; // of the test set; NULL: the data is still being made
    char dataset_name[64];
    bool is_builtin; // the built-in digits, drawn from BUILTIN_SEED
    int train_count, test_count;
    bool is_playing, is_busy;
    int epochs;
    double samples_per_second;
    int curve_loss;
    bool is_help_shown, is_capture;
    char message[1200]; // shown in the bottom bar until something else is done; empty: none
    bool is_error;
} Frame;

typedef enum RequestKind {
    REQUEST_SPEC, // side, spec
    REQUEST_PLAY, // value: playing
    REQUEST_STEP,
    REQUEST_RESTART,
    REQUEST_PAGE, // value: pages to move
    REQUEST_SHUFFLE,
    REQUEST_VIEW,       // value
    REQUEST_CURVE_LOSS, // value
    REQUEST_HELP,       // value: shown
    REQUEST_SCALE,      // value: steps of UI scale, 0: back to 1
    REQUEST_SCREENSHOT,
    REQUEST_PAD_BEGIN,    // x, y; value: erasing
    REQUEST_PAD_CONTINUE, // x, y
    REQUEST_PAD_END,
    REQUEST_PAD_UNDO,
    REQUEST_PAD_REDO,
    REQUEST_PAD_CLEAR,
    REQUEST_PAD_NEXT,   // load the next test digit
    REQUEST_PAD_BRUSH,  // value: steps
    REQUEST_PAD_CENTRE, // value: on
    REQUEST_QUIT,
} RequestKind;

typedef struct Request {
    RequestKind kind;
    int value, side;
    float x, y;
    Spec spec;
} Request;

enum { REQUESTS_MAX = PATH_MAX_POINTS + 32 };

typedef struct Requests {
    Request items[REQUESTS_MAX];
    int count;
} Requests;

void requests_add(Requests *requests, Request request); // one too many is dropped

typedef struct AppOptions {
    const Dataset *dataset; // borrowed; NULL: built-in digits, made in the background
    Spec specs[SIDE_COUNT];
    const float *init; // parameters for A, of the shape of its spec; NULL: its initial weights
    int64_t init_step; // how long they were trained
    int limit, threads, epochs, page;
    bool no_shuffle;
    Scene scene;
    const float *digit; // (digit_height, digit_width) in [0, 1] for the pad; NULL: the first test digit
    int digit_width, digit_height;
    void (*wake)(void *context);
    void *wake_context;
} AppOptions;

typedef struct App {
    AppOptions options;
    Trainer *trainer;
    BankModel *models[SIDE_COUNT];
    Spec specs[SIDE_COUNT];
    Workspace workspaces[SIDE_COUNT];
    size_t workspace_shapes[SIDE_COUNT];
    Pad pad;
    Scene scene;
    int first, shuffle, next_digit; // first test digit of the page; shuffle 0: in order
    bool is_playing, is_help_shown;
    int epochs, curve_loss;
    float ui_scale; // the user's own, on top of the display's
    bool wants_screenshot, wants_quit;
    int page_first, page_shuffle; // which digits the frame's page holds
    char message[1200];
    bool is_error;
    float *buffers; // behind the frame's arrays
    Frame frame;
} App;

bool app_init(App *app, const AppOptions *options, Error *error);
void app_free(App *app); // waits for the slice under way

// The frame to draw now, in a window of this size. takes_news: with the newest snapshots; without them only what the
// user changed is computed anew, so that a stroke stays immediate beside models that take long. Borrowed until the next
// call.
const Frame *app_compose(App *app, float width, float height, float scale, bool is_capture, bool takes_news);

void app_apply(App *app, const Requests *requests);
void app_say(App *app, bool is_error, const char *text);

// The settings of a frame as JSON for a picture's text chunk: no paths, no names of users or hosts. Owned by the
// caller: free.
char *app_settings_json(const Frame *frame);
