// What lab_book.c, the book and the training of what is missing, shares with lab_book_sweep.c, what is measured
// besides, and lab_book_judge.c, what follows.
//
// Internal to the engine. Thread: as lab_book.h.
#pragma once
#include "measuring/pca.h"
#include "training/lab_book.h"

enum { BOOK_MAX = (TRIAL_COUNT * TRIAL_VARIANTS_MAX + CLAIM_MODEL_COUNT) * TRIAL_SEEDS };
enum { NEEDED_MAX = CLAIM_MODEL_COUNT * TRIAL_SEEDS }; // of one saying
_Static_assert((int)TRIAL_VARIANTS_MAX <= (int)CLAIM_MODEL_COUNT, "a trial needs no more models than a claim may");

typedef struct BookModel {
    Spec spec;
    int left_out;      // the class that is missing in what it was trained on; -1: none
    float *parameters; // owned
    TrialModel model;
    bool has_auroc; // which may be NaN
} BookModel;

// The models of a saying, in the order of their variants, TRIAL_SEEDS of each.
typedef struct Needed {
    Spec specs[NEEDED_MAX];
    int left_out, count;
} Needed;

// What is measured for a saying: one thing at a time, a model that is trained or a sweep over the test set.
typedef struct Measuring {
    int saying;
    Needed needed;
    SayingOutcome *out;
    bool is_hopeless;            // it cannot be measured, and out says why
    uint64_t before, total;      // batches: of models that are trained by now, of all that were missing
    LabRun *run;                 // NULL: none is trained
    LabMoment moment;            // of the run's end
    int at;                      // of needed, which it is
    Sweep *sweep;                // NULL: nothing is measured
    void (*take)(LabBook *book); // its result; NULL: it lies where it belongs
    BookModel *of;               // which it is of
    Model models[2];             // that it works with
    Pca *pca;
    Auroc auroc;
    PairMetrics losses[TRIAL_SEEDS], seeds[TRIAL_SEEDS]; // images 0: not measured
} Measuring;

struct LabBook {
    Lab lab;
    Spec base;
    int epochs;
    ImageSet rest; // the training images without a class; owned
    int rest_is;   // which class; -1: there is none yet
    double pca_mse;
    BookModel models[BOOK_MAX];
    int count;
    Measuring measuring;
};

// An index into the models; -1: there is none.
int lab_book_find(const LabBook *book, const Spec *spec, int left_out);

// Of a claim, which has it.
const BookModel *lab_book_find_claim_model(const LabBook *book, int seed, int model);

// Sweeps, where all models of the saying under way are trained. JOB_MORE: one has begun; JOB_DONE: nothing of it is
// missing; JOB_FAILED: memory is short.
JobTurn lab_book_begin_pca(LabBook *book, Error *error);
JobTurn lab_book_begin_extras(LabBook *book, const TrialRow *row, Error *error);
JobTurn lab_book_begin_pairs(LabBook *book, int claim, Error *error);
JobTurn lab_book_go_on_sweeping(LabBook *book, int64_t until_ns, const LoadProgress *progress, Error *error);

// Where nothing is missing: what is said, and the figures behind it.
void lab_book_judge_trial(const LabBook *book, int trial, SayingOutcome *out);
void lab_book_judge_claim(const LabBook *book, int claim, SayingOutcome *out);
