// App: the state of the window. A frame is: Layout from the size, Frame from the state, panels draw the Frame and ask
// for things, App does what was asked.
//
//     app_compose: newest snapshots or a moment of the past -> reconstructions, heatmaps -> Frame (frame.h)
//     panels_draw: const Frame -> draw list; clicks and keys -> Request (request.h)
//     app_apply:   Request -> trainer, pad, state
//
// compose.c composes, with compose_digits.c and compose_models.c; cast.c chooses the models, past.c the moment, pairs.c
// compares.
//
// The app knows neither SDL nor GL nor where things are on screen, so that a picture without a display is the same
// code. Thread: the UI thread. Training runs behind the engine's trainer.
#pragma once
#include "state/frame.h"
#include "state/mixed.h"
#include "state/pca_run.h"
#include "state/presets.h"
#include "state/request.h"
#include "state/saved.h"
#include "state/saying_run.h"
#include "state/undo.h"

typedef struct AppOptions {
    const Dataset *dataset; // borrowed; NULL: built-in digits, made in the background
    Spec specs[SIDE_COUNT];
    const ModelFile *files[SIDE_COUNT]; // where its weights come from, of that spec; NULL: its initial weights
    bool is_trained_on[SIDE_COUNT];     // such a model; else it stays as the file has it
    unsigned measured;                  // sayings that are measured from the start: bits 1 << saying
    bool is_pca[SIDE_COUNT];            // it becomes a PCA of as many components as the other side's code has units
    int limit, threads, epochs, page;
    bool is_driven;     // nothing is done in the background but in app_serve
    int first, shuffle; // as App's, where page is 0
    int pad;            // the test digit on the pad, where no digit and no drawing is to lie on it
    bool no_shuffle;
    bool waits;       // trains only after app_set_goal
    bool every_epoch; // is measured: trainer.h
    Look look;
    int preset;         // that look and specs come from; -1: none
    bool is_lesson_new; // nobody has taken the lesson here yet: its button is pointed out
    Pace pace;
    ThemeKind theme;
    const InkResult *digit;  // for the pad; NULL: none
    const PadState *drawing; // likewise
    const CodePulls *pulls;  // numbers of the code; NULL: none
    bool pauses;             // at pause_step, as if somebody had pressed Pause there
    int64_t pause_step;
    bool is_uncentred;       // the drawing stays where it is
    const char *data_path;   // of dataset, for pictures; borrowed, NULL: not to be told
    const SavedState *saved; // what a picture says, its look and specs being those above; NULL: there is none
    void (*wake)(void *context);
    void *wake_context;
} AppOptions;

#define APP_SCALE_MIN 0.6f
#define APP_SCALE_MAX 3.0f

enum {
    PAIR_EPOCHS_MIN = 10, // from which on A's twin trains, too
    SENTENCE_SECONDS = 1, // that a sentence stays at least while models train
};

// What the app keeps for each of the frame's models (cast.c).
typedef struct Slot {
    Spec spec;
    BankModel *bank; // held
    Workspace workspace;
    Moment *moment;   // held: what is shown of the past; NULL: the newest is shown
    bool has_figures; // the moment's are in past
    Snapshot past;
    EarlyPoint early[EARLY_MAX]; // what is known of the first epoch since the last restart
    int early_count;
    int64_t early_restarts;
    bool is_early_whole; // no moment of the first epoch lacks its figures
} Slot;

// The lesson's card that is on show, and what was done since it was set (lesson_run.c).
typedef struct LessonRun {
    int lesson, step; // what the rest is of; lesson -1: none
    double since;     // app.now when it was set
    int strokes;
    Spec specs[SIDE_COUNT];
    bool has_pixel, is_pixel_moved; // chosen by the card's rule; by the user since then
    bool is_searched;               // for a test digit with such a pixel
    int pixel;
} LessonRun;

enum { ORIGINS_MAX = 8 };

typedef struct SpecOrigin {
    Spec spec;
    ModelOrigin origin;
} SpecOrigin;

// The state of a picture, and how far the app is back at it (restore.c).
typedef struct Restore {
    SavedState saved;
    bool holds_goals;  // no model is trained beyond where it was, until the user wants that
    bool is_under_way; // they are not there yet
    bool is_held;      // they are, and training, which was under way in the picture, waits there
    bool is_unlike;    // they are, and not all are the picture's
    bool is_pause;     // there is no picture, every model just waits at this step
    int64_t pause;
    char outcome[256]; // what came of it, a sentence; empty: nothing yet
} Restore;

struct App {
    AppOptions options;
    Trainer *trainer;
    Spec specs[SIDE_COUNT];
    Slot *slots; // (MODELS_MAX)
    int slot_count;
    Pad pad;
    CodePulls pulls;
    CodeFrame *code;     // of the frame, where a view of it is on show
    LatentStore *latent; // the same
    Undo undo;
    Look look;
    Scene back;                     // where inspect was entered from
    int page;                       // that is to be turned to, counted from 0, once its length is known
    int first, shuffle, next_digit; // first test digit of the page; shuffle 0: in order
    bool is_playing, is_film, is_feeding;
    Popup popup;
    int glossary; // the term that the glossary is open at
    int claim;    // the saying whose figures are open
    Pace pace;
    ThemeKind theme;
    bool is_fullscreen;          // what is wished; the window's loop carries it out and says what came of it
    char copied[SPEC_TEXT_SIZE]; // for the clipboard; empty: nothing
    int epochs, goal_epochs;
    int64_t goal_step;
    float ui_scale; // the user's own, on top of the display's: APP_SCALE_MIN .. APP_SCALE_MAX
    bool wants_quit;
    Wish wish;
    char wish_text[INPUT_TEXT_SIZE];
    Toast toast;
    Arrival arrival;
    Offer offer;
    Script script;
    int wish_side;
    Notices notices; // what was done to, or noticed about, what the user brought
    Sets sets;
    Import import;                  // while its popup is open
    uint64_t page_hash;             // of what the frame's page holds
    int64_t past_asked, past_shown; // look.past_step, and the moment that was found for it
    int64_t film_step;              // the moment that the film showed last, -1: none yet
    char message[1200];
    bool is_error;
    int preset;  // what was set up last; -1: nothing
    int strokes; // that ended
    LessonRun run;
    bool is_lesson_new;
    NarratorModel known[LESSON_KNOWN_MAX]; // every model that was measured since training began, the newest figures
    int known_count;
    SpecOrigin origins[ORIGINS_MAX]; // of models that began with a file
    int origin_count;
    PcaRun pca_run;
    SayingRun saying_run;
    MixedRun *mixed;          // owned; NULL: nobody has wanted such figures
    TrialFrame trials;        // of the frame, where the claims are on show
    int64_t byte_counts[256]; // of the test set's pixels
    const void *counted;      // the set that they are of; NULL: not yet
    DataSums sums;            // once a picture has asked for them
    Restore restore;
    bool has_no_room; // for the twin: memory was short
    double now;     // the window's clock in seconds, set before app_compose; only how long a sentence stays follows it
    double said_at; // when the sentence changed last, and what it is of
    Scene said_scene;
    Spec said_specs[SIDE_COUNT];
    float *buffers; // behind the frame's arrays
    Frame frame;
};

bool app_init(App *app, const AppOptions *options, Error *error);
void app_free(App *app); // waits for the slice under way

// Another set takes the place of the one that is there, which nobody reads any more then: every model begins anew, the
// drawing and what is set stay; options.data_path is the caller's to set. dataset: borrowed; NULL: the built-in digits.
// False where memory is short: then everything is as before.
bool app_take_dataset(App *app, const Dataset *dataset, Error *error);

// The frame to draw now, with up to so many test digits on its page. takes_news: with the newest snapshots; without
// them only what the user changed is computed anew, so that a stroke stays immediate beside models that take long.
// Borrowed until the next call.
const Frame *app_compose(App *app, int page_count, bool is_capture, bool takes_news);

void app_apply(App *app, const Requests *requests);
// What the person wants of the desktop, once; text receives what belongs to it.
Wish app_take_wish(App *app, char text[INPUT_TEXT_SIZE]);

void app_say(App *app, bool is_error, const char *text);

// One moment further in the film of the history, once its figures are there; back to the newest at its end.
void app_advance_film(App *app);    // of the history, or of outputs that are fed back once more
bool app_is_moving(const App *app); // whether there is such a film

// Where training pauses for now, whatever the epochs on show: after so many of them, or behind this step (-1: none) of
// each model.
void app_set_goal(App *app, int epochs, int64_t step);

// Where the app is driven: trains and measures for about so long, half of it for what is measured beside training. In
// how many ns there is more to do, as trainer_serve.
int64_t app_serve(App *app, int64_t budget_ns);

// Whether every model on show has been trained as far as it will be, and every figure on show is there.
bool app_is_settled(App *app);

// The models that the scene shows, in the frame's order: A, B, and those of the matrix or the claims (cast.c). Called
// when a spec or the look changed. False where memory is short: then everything is as before.
bool cast_update(App *app, Error *error);
void cast_free(App *app);
void cast_free_slots(Trainer *trainer, Slot *slots, int count);

// Brings the twin in, or lets it go, where A's training has come to that: PAIR_EPOCHS_MIN. True where the cast changed.
bool cast_follow(App *app);
bool cast_has_pair(const App *app); // the scene compares A with B, beside what another seed makes of A

// Of the frame's models: all but the side that solo leaves out, and those that train beside A and B where two are
// compared: the twin, and what a lesson's answer speaks of.
bool app_is_on_show(const App *app, int index);

// What is compared in this scene (pairs.c): the claims; A with B, and with its twin.
void pairs_compose(App *app, Frame *frame);

// Chooses for each model the snapshot to show: the newest, or that of the moment that is looked at (past.c).
void past_compose(App *app, Frame *frame);

// Whether the moment at this step has its figures, for every model on show that got so far; else they are asked for.
bool past_has_figures(App *app, int64_t step);

bool past_is_early_whole(const App *app); // the curves of the stage have each point of the first epoch

// Looks at this, with these models: one deed for undo where a model is another one. False where memory is short: then
// everything is as before, and the message says so.
bool app_change(App *app, const Look *look, const Spec specs[SIDE_COUNT]);

// A model from a file, in the place of A or B; is_trained_on: it is trained as others are, else it stays as it is. Its
// seed, which says nothing of it, becomes another where the other side would be the same model by its spec. False where
// memory is short: then everything is as before, and the message says so.
bool app_set_model(App *app, int side, const ModelFile *file, bool is_trained_on);

// Opens the dialog that makes a digit of a picture, and takes over what it shows. One that is open already is replaced.
void app_take_import(App *app, Import *import);

// Opens the dialog about a model whose file does not say what it is; takes both over. name: of the file. One that is
// open already is replaced.
void app_offer_model(App *app, Foreign *foreign, Guesses *guesses, const char *name);

void app_set_up(App *app, int preset); // as that row of presets.h says

// Sets a lesson's card; a drawing stays. Its end leaves everything as it is.
void lesson_begin(App *app, int lesson, int step);
void lesson_end(App *app);

// The card of app->look goes on: has_pixel, its pixel is look.pixel; is_moved: the user has chosen that one.
void lesson_resume(App *app, bool has_pixel, bool is_moved);

// This model on show begins with these weights, of its shape, from that file (origin->sha256 is filled in here); the
// pictures of it say so. False where it is not on show, or memory is short.
bool app_set_origin(App *app, const Spec *spec, const float *parameters, const ModelOrigin *origin);
const ModelOrigin *app_find_origin(const App *app, const Spec *spec); // NULL: its seed's weights

// restore.c's parts: to begin with what the app has been made for; to train up to this step and pause there; where the
// slot of this index pauses, -1: with the others; the goals of a cast that has changed; none any more, true where there
// were some; what has been reached.
void restore_begin(App *app, const SavedState *saved);
void restore_begin_pause(App *app, int64_t step);
int64_t app_find_goal(const App *app, int index);
void restore_set_goals(App *app);
bool restore_lift_goals(App *app);
void restore_compose(App *app, const Frame *frame);

// Brings the card up to date, once the models are composed: what was done, its pixel, its sentence. True where the pad
// or the look was changed for it, so that the frame is to be composed once more.
bool lesson_compose(App *app, Frame *frame);

double app_wakes_at(const App *app); // when the frame changes by itself, on the clock of app.now; INFINITY: never

void app_load_digit(App *app, int index); // a test digit, onto the pad

// What the test set holds at index, as bytes; drawn on the spot while the background is still making the set. Returns
// its label or -1.
int app_read_digit(App *app, int index, uint8_t pixels[DIGIT_PIXELS]);
int app_count_digits(const App *app);
