// App: the state of the window. A frame is: Layout from the size, Frame from the state, panels draw the Frame and ask
// for things, App does what was asked.
//
//     app_compose: newest snapshots or a moment of the past -> reconstructions, heatmaps -> Frame
//     panels_draw: const Frame -> draw list; clicks and keys -> Request
//     app_apply:   Request -> trainer, pad, state
//
// compose.c composes, cast.c chooses the models, past.c the moment, figures.c writes a frame's figures as JSON.
//
// The app knows neither SDL nor GL, so that a screenshot without a display is the same code.
// Thread: the UI thread. Training runs behind trainer.h.
#pragma once
#include "engine.h"
#include "panels/layout.h"
#include "state/pad.h"
#include "state/ranking.h"
#include "draw/ui.h"
#include "state/undo.h"

// That a frame shows: A, B, the matrix and a twin for each of its columns; the claims need fewer.
enum { MODELS_MAX = SIDE_COUNT + MATRIX_MAX + LOSS_COUNT };
_Static_assert((int)CLAIM_MODEL_COUNT <= (int)MATRIX_MAX, "the claims' models have room");
_Static_assert((int)MODELS_MAX <= (int)TRAINER_SHOWN_MAX, "all may train together");

typedef struct PixelHover {
    bool is_set, is_pad; // is_pad: of the drawing, else of the page
    int model;           // whose image it is, where others than A and B are on show; else -1
    int cell;            // of the page
    int pixel;           // row * 28 + column
} PixelHover;

// Everything that is shown of one model in a frame. Arrays over the page are (page_count, DIGIT_PIXELS).
typedef struct ModelFrame {
    Spec spec;
    const Model *model;
    const Snapshot *snapshot; // borrowed for the frame; of the moment that is looked at
    const Snapshot *live;     // the newest
    float *z, *p;
    float *heat[HEATMAP_COUNT], *marks[HEATMAP_COUNT]; // by look.heatmaps; marks are valid where the mode has some
    float pad_z[DIGIT_PIXELS], pad_p[DIGIT_PIXELS], pad_heat[HEATMAP_COUNT][DIGIT_PIXELS],
        pad_marks[HEATMAP_COUNT][DIGIT_PIXELS];
    double pad_loss[LOSS_COUNT]; // mean over the drawing
    bool is_current;             // the figures over the test set are of the very weights whose pictures are shown
    char figures_of[32];         // else the moment that they are of: "epoch 12", "step 64"; empty: they are, or none
    char caption[64];            // "BCE · sigmoid"
    unsigned page_key;           // what z and p were computed for: 0 for nothing
} ModelFrame;

// The claims and what decides them; models are indices into the frame's.
typedef struct ClaimsFrame {
    int models[CLAIM_MODEL_COUNT];
    ClaimEvidence evidence;
    ClaimResult results[CLAIM_COUNT];
    PairMetrics sides;                          // A beside B; images 0: not known yet
    int losses_epoch, seeds_epoch, sides_epoch; // after which each pair was compared
    bool is_complete;                           // every distance is of the figures on show, or of a model that broke
} ClaimsFrame;

typedef struct Frame {
    Look look;
    Layout layout;
    int page_count, indices[PAGE_MAX]; // of the test digits on the page; -1: the drawing
    int labels[PAGE_MAX];              // -1: unknown
    float *targets;                    // (page_count, DIGIT_PIXELS), as they are shown
    unsigned page_key;                 // changes whenever the page's digits do
    bool is_shuffled;
    int first;
    float pad_drawn[DIGIT_PIXELS], pad_input[DIGIT_PIXELS];
    bool is_pad_empty;
    const Pad *pad;
    ModelFrame models[MODELS_MAX]; // A, B, and what the scene needs besides
    int model_count;
    int matrix[OUTPUTS_MAX][LOSS_COUNT];                        // indices of models, by row and column on show
    int matrix_outputs[OUTPUTS_MAX], matrix_losses[LOSS_COUNT]; // rows of their tables
    int matrix_twinned,
        matrix_twins[LOSS_COUNT]; // the row, and for each column the index of its model with another seed
    ColumnRank matrix_ranks[LOSS_COUNT];
    ClaimsFrame claims;
    const TargetFacts *facts; // of the test set; NULL: the data is still being made
    char dataset_name[64];
    bool is_builtin; // the built-in digits, drawn from BUILTIN_SEED
    int train_count, test_count;
    bool is_playing, is_busy;
    int epochs;
    double samples_per_second;
    bool is_past;                     // look.past_step lies before the newest step of a model on show
    bool is_film;                     // the history is being played
    int64_t newest_step;              // of the models on show
    int64_t moments[MOMENTS_MAX + 1]; // steps at which all models on show keep a moment
    int moment_count;
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
    bool waits;       // trains only after app_set_goal
    bool every_epoch; // is measured: trainer.h
    Look look;
    const float *digit; // (digit_height, digit_width) in [0, 1] for the pad; NULL: the first test digit
    int digit_width, digit_height;
    void (*wake)(void *context);
    void *wake_context;
} AppOptions;

// What the app keeps for each of the frame's models (cast.c).
typedef struct Slot {
    Spec spec;
    BankModel *bank; // held
    Workspace workspace;
    Moment *moment;   // held: what is shown of the past; NULL: the newest is shown
    bool has_figures; // the moment's are in past
    Snapshot past;
} Slot;

typedef struct App {
    AppOptions options;
    Trainer *trainer;
    Spec specs[SIDE_COUNT];
    Slot *slots; // (MODELS_MAX)
    int slot_count;
    Pad pad;
    Undo undo;
    Look look;
    Scene back;                     // where inspect was entered from
    int first, shuffle, next_digit; // first test digit of the page; shuffle 0: in order
    bool is_playing, is_help_shown, is_film;
    int epochs, goal_epochs;
    int64_t goal_step;
    float ui_scale; // the user's own, on top of the display's
    bool wants_screenshot, wants_quit;
    uint64_t page_hash;             // of what the frame's page holds
    int64_t past_asked, past_shown; // look.past_step, and the moment that was found for it
    int64_t film_step;              // the moment that the film showed last, -1: none yet
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

// One moment further in the film of the history, once its figures are there; back to the newest at its end.
void app_advance_film(App *app);

// Where training pauses for now, whatever the epochs on show: after so many of them, or behind this step (-1: none) of
// each model.
void app_set_goal(App *app, int epochs, int64_t step);

// Whether every model on show has been trained as far as it will be, and every figure on show is there.
bool app_is_settled(App *app);

// The models that the scene shows, in the frame's order: A, B, and those of the matrix or the claims (cast.c). Called
// when a spec or the look changed. False where memory is short: then everything is as before.
bool cast_update(App *app, Error *error);
void cast_free(App *app);

bool app_is_on_show(const App *app, int index); // of the frame's models: all but the side that solo leaves out

// Chooses for each model the snapshot to show: the newest, or that of the moment that is looked at (past.c).
void past_compose(App *app, Frame *frame);

// Whether the moment at this step has its figures, for every model on show that got so far; else they are asked for.
bool past_has_figures(App *app, int64_t step);

// What the test set holds at index, as bytes; drawn on the spot while the background is still making the set. Returns
// its label or -1.
int app_read_digit(App *app, int index, uint8_t pixels[DIGIT_PIXELS]);
int app_count_digits(const App *app);
