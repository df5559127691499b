// What the parts of the trainer share: trainer.c, the thread that trains, trainer_turn.c, whose turn it is,
// trainer_measure.c, what it measures, trainer_answer.c, what the UI wants to know, and trainer_requests.c, the UI's
// side. Internal to the engine: part of
// trainer.h's implementation. Thread: where the trainer is driven there is one alone; else each field is under the
// heading of the one that may touch it.
#pragma once
#include <pthread.h>
#include <stdatomic.h>

#include "clock.h"
#include "training/bank.h"

enum { WANTED_MAX = TRAINER_SHOWN_MAX, PAIRS_MAX = 16, SURVEYS_MAX = 8 };

enum { SLICE_STEPS = 16 }; // at most

// When a turn comes that is not at a time, ns.
#define DUE_NOW   INT64_C(0)
#define DUE_NEVER INT64_MAX

// Of training's time, how much may go into measuring.
#define MEASURING_SHARE 0.05

// Between batches that are so far apart there is time to measure what each has changed.
enum { LONG_PACE_NS = 100000000 };

// Bytes of moments, all models of the bank together, and how many moments each model on show may have of them before
// those that were on show longest ago have to give way.
enum { MOMENT_BYTES = 128 << 20, MOMENTS_FAIR = 32 };

_Static_assert((int)MOMENTS_HEAD <= (int)MOMENTS_FAIR && (int)MOMENTS_FAIR <= (int)MOMENTS_MAX,
               "each thinning of the moments leaves less than the one before: raise MOMENTS_FAIR, or MOMENTS_MAX");

typedef struct PairEntry {
    Moment *a, *b; // held; NULL: the entry is free
    bool is_done;
    PairMetrics metrics;
} PairEntry;

typedef struct Survey {
    Moment *moment; // held; NULL: the entry is free
    SurveyWish wish;
    bool is_done;
    SurveyResult result;
} Survey;

// What the training thread measures or makes in slices: one thing at a time, and nothing else meanwhile.
typedef struct Errand {
    Sweep *sweep; // NULL: there is none
    // When it is done, the lock not held; is_good: else memory was short, and nothing came of it.
    void (*end)(Trainer *trainer, bool is_good);
    int64_t spent_ns;
    BankModel *model;   // that is the trainer's current until then
    Moment *moments[2]; // held until then
    int index;          // of the pair or survey
    Metrics test, train;
    PairMetrics pair;
    SurveyWish wish;
    SurveyResult survey;
} Errand;

// What a slice is to do, copied under the lock.
typedef struct SliceOrder {
    BankModel *model;
    bool restart, single_step;
    float *parameters;
    int64_t parameters_step;
    int epochs, shown_count;
    int64_t last_step;  // -1: none
    int64_t until_step; // the slice ends there
} SliceOrder;

// The slice of training under way. A driven trainer may have to return in the middle of a batch, which is the first
// thing that it goes on with.
typedef struct TrainingSlice {
    SliceOrder order;
    int steps; // so far
    bool is_in_batch;
} TrainingSlice;

struct Trainer {
    TrainerOptions options;
    Pool *pool;
    pthread_t thread;

    // written by the training thread before data_ready is set, constant after that
    Dataset own_dataset;
    const Dataset *dataset;
    TargetFacts test_facts, train_facts; // of grey targets; and those of binary ones
    TargetFacts binary_test_facts, binary_train_facts;
    _Atomic bool data_ready;

    // guarded by lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    BankModel *shown[TRAINER_SHOWN_MAX];
    int shown_count;
    BankModel *current; // the one that the training thread works on: it may not leave the bank
    bool playing, quit;
    bool ends_round; // training paused or got another pace since the training thread looked last
    int epochs;
    int64_t last_step;          // -1: none
    int64_t pace_ns;            // between two batches of a model, 0: no pace
    int64_t next_batch_ns;      // when a model may train beyond paced_step
    int64_t paced_step;         // batches up to this step may be trained now
    Moment *wanted[WANTED_MAX]; // to be measured for the UI; held
    int wanted_count;
    PairEntry pairs[PAIRS_MAX]; // a ring: what was compared, and what is to be
    int next_pair;
    Survey surveys[SURVEYS_MAX]; // the same for those
    int next_survey;
    BankModel *bank[BANK_MAX]; // changed by the UI thread alone, which therefore reads it without the lock
    int bank_count;

    // UI thread
    int64_t show_count;
    int held_count; // models of the bank that are held

    // training thread, read by the UI
    _Atomic int64_t samples_per_second;
    _Atomic bool has_failed;
    int64_t window_start_ns, window_samples;

    // training thread
    int64_t credit_ns, measuring_ns; // time saved up for measuring, and what it took the last time
    int spacing, front_epoch;        // models are measured after every so many epochs; the furthest that one is
    int64_t next_compare_ns;         // when the next pair or survey may be measured while models train
    Errand errand;
    TrainingSlice slice;
    int64_t turns_end_ns; // of a driven trainer: when it is to return to its caller
    bool lacks_data;      // there was no memory for it
    bool rests;           // nothing was to be done at the end of the last turn
};

// trainer.c
void *trainer_run(void *trainer); // the training thread
void trainer_wake(Trainer *trainer);
void trainer_run_unlocked(Trainer *trainer, void (*work)(Trainer *trainer)); // lock is held before and after
void trainer_publish(Trainer *trainer, BankModel *model);

// Begins an errand, the other fields of the trainer's having been set; sweep NULL: it ends at once. lock is not held.
void trainer_begin_errand(Trainer *trainer, Sweep *sweep, void (*end)(Trainer *trainer, bool is_good));
void trainer_drop_errand(Trainer *trainer); // without an end

// trainer_turn.c, all with the lock held; on the training thread all but trainer_last_step_locked
BankModel *trainer_choose_locked(Trainer *trainer); // to train next: what comes at once first, then the fewest steps
int64_t trainer_last_step_locked(const Trainer *trainer, const BankModel *model);      // where it pauses; -1: nowhere
int64_t trainer_find_slice_end_locked(const Trainer *trainer, const BankModel *model); // a step; INT64_MAX: any
// Whether the model chosen waits until next_batch_ns. If not, it is in the beat, in which each model on show gets a
// batch.
bool trainer_waits_locked(Trainer *trainer, const BankModel *model);

// trainer_measure.c, all on the training thread
Moment *trainer_keep_moment(Trainer *trainer, BankModel *model); // of the learner's present step; NULL: memory is short
void trainer_forget_moments(Trainer *trainer, BankModel *model);
Sweep *trainer_begin_test(Trainer *trainer, const Model *model, const float *parameters, Metrics *out);
void trainer_set_figures(Moment *moment, const Metrics *test);
void trainer_measure(Trainer *trainer, BankModel *model);        // an errand, behind which the model is published
void trainer_measure_finite(Trainer *trainer, BankModel *model); // the same of a broken model's last finite weights
bool trainer_wants_measuring(Trainer *trainer, int epoch, int shown_count); // as far as time decides it
void trainer_earn_credit(Trainer *trainer, int64_t elapsed_ns, int shown_count);

// trainer_answer.c, on the training thread: begins to measure a moment, to compare a pair or to make a survey that the
// UI waits for; false where there is none, or where models train and its time has not come. lock is held before and
// after.
bool trainer_answer_locked(Trainer *trainer, bool is_idle);
