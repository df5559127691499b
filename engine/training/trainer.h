// Trainer: models that learn in the background while somebody watches.
//
// A thread of its own trains the models on show in turn, in small slices, the one with the fewest steps first, so that
// models which are compared stay at the same step. Every spec that was ever asked for keeps its model in the bank (the
// least recently shown go when it is full). Snapshots come out through three exchanged buffers: neither side ever
// waits. Thread: every function here is for one thread, the UI's; `wake` is called on the trainer's. Where no thread
// can be had the trainer is driven: it starts none, and trainer_serve does what that would do.
#pragma once
#include "data/dataset.h"
#include "kernels/loss.h"
#include "measuring/appearance.h"
#include "measuring/code_facts.h"
#include "measuring/code_points.h"
#include "measuring/metrics.h"
#include "measuring/mixed.h"
#include "models/model.h"
#include "training/learner.h"
#include "training/moment.h"

enum { HISTORY_MAX = 512 };

// Models: on show at once; held at once, those that were on show and those that are to be; and in the bank, where there
// is always one to drop that is neither on show nor held, and that the training thread does not work on.
enum {
    TRAINER_SHOWN_MAX = 96,
    TRAINER_HELD_MAX = 2 * TRAINER_SHOWN_MAX,
    BANK_MAX = TRAINER_HELD_MAX + TRAINER_SHOWN_MAX + 2
};

// One point of the training curves: at the end of an epoch. Both sets are measured with the same weights. Behind
// the first few epochs measuring takes at most a twentieth of training's time, so there is not a point after every
// epoch of a fast model; models that train together, with as many steps an epoch, are measured after the same ones.
typedef struct EpochRecord {
    int epoch;                     // 0: before training
    float train[LOSS_COUNT];       // mean loss over the first TRAIN_PROBE_IMAGES training images
    float test[LOSS_COUNT];        // mean loss over the whole test set
    float noisy[LOSS_COUNT];       // the same of inputs with the spec's noise; without noise those of test
    float train_kl, test_kl;       // of a model that samples (sample.h): nats an image, over the same images; else 0
    float train_price, test_price; // of the code (metrics.h), likewise
} EpochRecord;

enum { TRAIN_PROBE_IMAGES = 2000 };

// A model at one moment; immutable while the UI holds it.
typedef struct Snapshot {
    int64_t serial;    // of its weights: others have another, whichever model they are of
    float *parameters; // (model.parameter_count), always finite
    int64_t step;
    int steps_per_epoch;
    int64_t broken_step; // the step at which a parameter became NaN or infinite, -1 if none; parameters are of the last
                         // snapshot before, up to a slice of steps earlier
    char broken_why[64]; // "encoder.0.weight became NaN"; empty while it is whole
    int64_t restarts;    // how often the model was restarted before this moment
    Metrics test; // over the whole test set, images == 0 until it was measured; of a broken model's last finite weights
    int test_epoch;                   // the epoch after which test was measured
    int64_t test_step;                // and the step
    EpochRecord history[HISTORY_MAX]; // thinned evenly when it is full
    int history_count;
} Snapshot;

typedef struct TrainerOptions {
    const Dataset *dataset; // borrowed; NULL: the built-in digits are drawn in the background, from builtin_seed
    uint64_t builtin_seed;
    int limit;        // the first so many training images; 0: all
    int thread_count; // 0: one for each processor
    bool is_driven;   // nothing is done but in trainer_serve, whatever thread_count says
    bool no_shuffle;
    int epochs;                  // where training pauses by itself
    bool every_epoch;            // measured, whatever time it takes: the history is then the same every time
    int64_t kept_step;           // a step whose moment is kept whatever happens, 0: none
    int64_t moment_bytes;        // that all moments may take together (each model has a few in any case); 0: 128 MiB
    void (*wake)(void *context); // something new to see; called at most once until it is taken. May be NULL
    void *wake_context;
} TrainerOptions;

typedef struct Trainer Trainer;
typedef struct BankModel BankModel;

Trainer *trainer_create(const TrainerOptions *options, Error *error); // NULL on failure
void trainer_destroy(Trainer *trainer);                               // waits for the slice under way; NULL is allowed

// A driven trainer works for about so long, at least one turn: a piece of a batch, of what is measured. Weights
// and figures are those of a trainer with threads, bit for bit. In how many ns there is more to do: 0, now;
// TRAINER_RESTS, once something has been asked of it by another function here.
#define TRAINER_RESTS INT64_C(-1)
int64_t trainer_serve(Trainer *trainer, int64_t budget_ns);

// The data, once it is there: NULL before that. Borrowed, immutable.
const Dataset *trainer_dataset(Trainer *trainer);
const TargetFacts *trainer_test_facts(Trainer *trainer); // NULL until the data is there
const TargetFacts *trainer_model_facts(Trainer *trainer,
                                       const Spec *spec); // of what such a model's figures are against

// The bank's model for spec; a new one starts at its initial weights, visible at once. NULL when memory is short.
BankModel *trainer_find(Trainer *trainer, const Spec *spec, Error *error);

// These models are on show and train in turn (each once; count <= TRAINER_SHOWN_MAX).
void trainer_show(Trainer *trainer, BankModel *const *models, int count);

void trainer_play(Trainer *trainer, bool playing);
void trainer_step(Trainer *trainer);    // one batch for each model on show, playing or not
void trainer_restart(Trainer *trainer); // the models on show go back to their initial weights

// Where training pauses by itself: after so many epochs, or behind this step of each model (-1: none), where it
// measures. Both at once, so that no slice runs beyond the one while the other is still to come.
void trainer_set_goal(Trainer *trainer, int epochs, int64_t last_step);

// Where this model pauses besides: behind this step, -1: nowhere but with the others.
void trainer_set_model_goal(Trainer *trainer, BankModel *model, int64_t last_step);

// At most so many batches a second (>= 0) for each model on show, each to be seen; 0: as fast as it goes, the default.
// All are in step: the batch is due for all at once, and those that a new pace finds in the middle of a round of slices
// end it first; a model that is further behind trains alone until it has caught up. Weights do not depend on the pace.
// What is asked for meanwhile (a pause, a step, a restart, other models, another pace) does not wait for the next
// batch.
void trainer_set_pace(Trainer *trainer, double batches_per_second);

// A model that is held stays in the bank, shown or not, until it is released as often. Each BankModel that is kept
// across another trainer_find must be held, TRAINER_HELD_MAX of them at most.
void trainer_hold(Trainer *trainer, BankModel *model);
void trainer_release(Trainer *trainer, BankModel *model);

// Puts parameters into a model, as if it had been trained for `step` steps; they are what a restart returns to.
// False when memory is short: the model stays as it was.
bool trainer_set_parameters(Trainer *trainer, BankModel *model, const float *parameters, int64_t step);

// True while there is something left to train: playing, and a model on show below the epochs and not broken.
bool trainer_is_busy(Trainer *trainer);

// True once the background had no memory for something, which is missing since then: the data, a model on show, a
// moment or its figures.
bool trainer_has_failed(Trainer *trainer);

// Samples that all models together trained on per second, measured over the last second or so; 0 while pausing.
double trainer_speed(Trainer *trainer);

// ---- going back ----

// The steps at which moments of model are kept, rising; returns how many.
int trainer_list_moments(Trainer *trainer, BankModel *model, int64_t steps[MOMENTS_MAX + 1]);

// The moment kept at or next before step; NULL where there is none. Its figures are asked for where nobody has measured
// it yet, and `wake` is called when they are there. The caller's until moment_release.
Moment *trainer_recall(Trainer *trainer, BankModel *model, int64_t step);

// How far two moments' outputs are apart over the whole test set. False while that is not known: it is asked for, and
// computed in at most a twentieth of training's time; `wake` is called when it is there.
bool trainer_compare(Trainer *trainer, Moment *a, Moment *b, PairMetrics *out);

// What takes too long to be measured with every moment, and is where somebody looks at it; over the whole test set.
typedef enum SurveyKind {
    SURVEY_CODE,       // what each unit of the code does
    SURVEY_POINTS,     // the codes of the test digits, as many as code_points_count says
    SURVEY_APPEARANCE, // how outputs look: takes ten times as long as all figures, so ask while no model trains
    SURVEY_MIXED       // every figure, of digits that are mixed with their binary form
} SurveyKind;

typedef struct SurveyWish {
    SurveyKind kind;
    float mix; // of SURVEY_MIXED; else 0
} SurveyWish;

// Of its kind.
typedef union SurveyResult {
    CodeFacts code;
    CodePoints *points; // the caller holds them; NULL where memory was short
    Appearance appearance;
    MixedFigures mixed;
} SurveyResult;

// What is asked for of a moment; else as trainer_compare. A few are remembered: ask for no more than four at once that
// are not known yet.
bool trainer_survey(Trainer *trainer, Moment *moment, SurveyWish wish, SurveyResult *out);

const Model *bank_model_shape(const BankModel *model); // borrowed; lives until another spec pushes it out of the bank
const Snapshot *bank_model_latest(BankModel *model, bool *changed); // borrowed until the next call for this model
