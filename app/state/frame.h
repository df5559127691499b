// Frame: everything that a picture shows, and all that panels read. Composed by compose.c, borrowed until the next one.
//
// Thread: the UI thread.
#pragma once
#include "engine.h"
#include "state/arrival.h"
#include "state/import.h"
#include "state/lessons.h"
#include "state/look.h"
#include "state/narrator.h"
#include "state/offer.h"
#include "state/pad.h"
#include "state/ranking.h"
#include "state/request.h"
#include "state/saying_run.h"
#include "state/script.h"
#include "state/sets.h"
#include "state/toast.h"
#include "state/trial_frame.h"

enum { PAGE_MAX = 144 };   // digits on screen
enum { BUILTIN_SEED = 1 }; // of the built-in digits

// That a frame shows: A, B, the matrix and a twin for each of its columns; the claims need fewer.
enum { MODELS_MAX = SIDE_COUNT + MATRIX_MAX + LOSS_COUNT };
_Static_assert((int)CLAIM_MODEL_COUNT <= (int)MATRIX_MAX + (int)LOSS_COUNT, "the claims' models have room");
_Static_assert((int)MODELS_MAX <= (int)TRAINER_SHOWN_MAX, "all may train together: raise TRAINER_SHOWN_MAX");

enum { EARLY_MAX = 24 }; // moments within the first epoch that have figures

// A point of the curves within the first epoch, where the history has none.
typedef struct EarlyPoint {
    int64_t step;
    float test[LOSS_COUNT];    // mean loss over the whole test set
    float test_kl, test_price; // as in EpochRecord
} EarlyPoint;

// The file that a model's first weights came from.
typedef struct ModelOrigin {
    char path[4096]; // empty: no file, its seed's
    char sha256[65]; // of those weights
    int64_t step;    // that they were of
    bool stays;      // it keeps them: it is not trained
    int components;  // of the PCA that it is; 0: it is none
} ModelOrigin;

// Everything that is shown of one model in a frame. Arrays over the page are (page_count, DIGIT_PIXELS).
typedef struct ModelFrame {
    Spec spec;
    const Model *model;
    PixelRange range;          // of the snapshot's parameters
    LossSettings settings;     // that its losses are taken with
    const TargetFacts *facts;  // of what its figures are held against; NULL as the frame's
    Appearance appearance;     // of the very figures in snapshot; images 0: not known (yet), never in pictures
    const Snapshot *snapshot;  // borrowed for the frame; of the moment that is looked at, its figures of the targets on
                               // show (mixed.h)
    const Snapshot *own;       // the same with figures of the targets as they are
    const Snapshot *live;      // the newest
    const ModelOrigin *origin; // NULL: its seed's weights
    float *z, *p;
    float *shown;               // what pictures show of p: look.show_as
    float *noisy, *noisy_shown; // test digits with the spec's noise, and what is shown of the outputs from them;
                                // meaningless where it has none (pixels_are_damaged)
    float *heat[HEATMAP_COUNT], *marks[HEATMAP_COUNT]; // by look.heatmaps; marks are valid where the mode has some
    float pad_z[DIGIT_PIXELS], pad_p[DIGIT_PIXELS], pad_shown[DIGIT_PIXELS], pad_heat[HEATMAP_COUNT][DIGIT_PIXELS],
        pad_marks[HEATMAP_COUNT][DIGIT_PIXELS];
    double pad_loss[LOSS_COUNT]; // mean over the drawing
    double pad_moved;            // where it is fed back: mean |output - the output before|
    bool is_current;             // the figures over the test set are of the very weights whose pictures are shown
    EarlyPoint early[EARLY_MAX]; // rising; of A and B on the stage
    int early_count;
    char figures_of[32]; // else the moment that they are of: "epoch 12", "step 64"; empty: they are, or none
    char caption[64];    // "BCE · sigmoid", "PCA, 32 components"
    // what z and p were computed from: a page, weights; compose_models.c's
    unsigned computed_page;
    int64_t computed_serial;
    ShowAs computed_as;
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

// How far A and B are apart over the test set, and what chance makes of A: its twin, which trains beside A and is never
// drawn. images 0: not known (yet). Where a scene shows both sides.
typedef struct PairFigures {
    PairMetrics sides, chance;     // A beside B; A beside its twin
    int sides_epoch, chance_epoch; // after which each was compared
    int twin;                      // among the frame's models; -1: there is none
    bool is_complete;              // nothing that is being trained or compared is missing
} PairFigures;

// t of the pixels on show is what the models read; of it, what one of them is held against.
static inline float frame_target(const ModelFrame *m, float t)
{
    return pixels_have_binary_figures(&m->spec) ? pixels_make_binary_value(t) : t;
}

typedef struct Frame {
    Look look;
    int page_count, indices[PAGE_MAX]; // of the test digits on the page; -1: the drawing
    int labels[PAGE_MAX];              // -1: unknown
    float *targets;                    // (page_count, DIGIT_PIXELS), as they are shown
    unsigned page_serial;              // another one whenever the digits of the page are others; 0: there were none yet
    bool is_shuffled;
    int first;
    float pad_drawn[DIGIT_PIXELS], pad_input[DIGIT_PIXELS];
    float pad_difference[DIGIT_PIXELS]; // A's output minus B's
    double pad_distance;                // mean |A - B| of the drawing's outputs
    bool is_pad_empty;
    const Pad *pad;
    ModelFrame models[MODELS_MAX]; // A, B, and what the scene needs besides
    int model_count;
    int matrix_rows, matrix_columns;
    int matrix[OUTPUT_COUNT][LOSS_COUNT];                        // indices of models, by row and column on show
    int matrix_outputs[OUTPUT_COUNT], matrix_losses[LOSS_COUNT]; // rows of their tables
    int matrix_twinned,
        matrix_twins[LOSS_COUNT]; // the row, and for each column the index of its model with another seed
    ColumnRank matrix_ranks[LOSS_COUNT];
    ClaimsFrame claims;
    const CodeFrame *code;     // in its views; else NULL
    const LatentFrame *latent; // in its view; else NULL
    PairFigures pair;
    LessonCard lesson;
    bool is_lesson_new;                    // nobody has taken one here yet
    int preset;                            // that is on show, as it was set up; -1: none
    Sentence sentence;                     // of the scene; changes at most once a second while models train
    Sentence column_sentences[LOSS_COUNT]; // of the matrix, by column on show
    const TargetFacts *facts;     // of the test set, by A's targets (B's without A), as they are on show; NULL: no data
                                  // yet, or not measured yet
    const TargetFacts *own_facts; // of them as they are
    float figures_mix;            // of the targets that figures are of: look.binarise, or 0 in views that measure none
    bool are_mixed_whole;         // no figure of them is still to come
    int64_t target_histogram[HISTOGRAM_BINS]; // of its targets as they are shown: look.binarise; without facts zeros
    const Pca *pca;           // of the training images; NULL: nobody has wanted it, or it is not there yet
    const SayingRun *sayings; // what was measured over seeds, and what is being measured
    const TrialFrame *trials; // in the claims' view; else NULL
    char dataset_name[64];
    char dataset_title[176];      // for captions: the name, and behind it in parentheses what was done to the set
    bool is_builtin;              // the built-in digits, drawn from BUILTIN_SEED
    const char *data_path;        // of the others; NULL: not known
    DatasetOptions data_reading;  // how it was read: turn, invert, scale_max
    const DataSums *sums;         // of the others, in a picture; else NULL
    int limit;                    // the first so many training images; 0: all
    bool is_in_order;             // in which they are, in every epoch
    int page_first, page_shuffle; // of the page of test digits, also where one is inspected; shuffle 0: in order
    int train_count, test_count;
    bool is_playing, is_busy;
    bool is_restoring, is_held; // models are trained to where a picture has them; they are, and training waits there
    int epochs;
    double samples_per_second;
    bool is_past;                     // look.past_step lies before the newest step of a model on show
    bool is_film;                     // the history is being played
    bool is_feeding;                  // outputs are being fed back, ever once more
    int64_t newest_step;              // of the models on show
    int64_t moments[MOMENTS_MAX + 1]; // steps at which all models on show keep a moment
    int moment_count;
    Popup popup;
    int glossary; // the term of words.h that the glossary is open at
    int claim;    // the saying whose figures are open
    Pace pace;
    ThemeKind theme;
    bool is_fullscreen;
    bool is_capture;
    char message[1200]; // shown in the bottom bar until something else is done; empty: none
    bool is_error;
    const Toast *toast;
    const Arrival *arrival;
    const Import *import; // without a picture where its popup is not open
    const Offer *offer;
    const Script *script;
    const Notices *notices; // what was done to, or noticed about, what the user brought
    const Sets *sets;
} Frame;
