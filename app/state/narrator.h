// Narrator: one sentence that says what is to be seen, by rules from measured figures.
//
// To add a rule: a row in one of the tables of narrator.c: key, condition, sentence; the first row that holds wins. Its
// two functions go into narrator_pair.c, narrator_figures.c, narrator_pixel.c, narrator_code.c or
// narrator_matrix.c.
// Rules see nothing but the plain facts below, which narrator_facts reads from a frame. Where nothing is known there is
// no sentence: its text is empty.
//
// Markup of a sentence: *bold* turns bold on and off, <A> and <B> are the models' letters, in their colours and bold.
// Figures are rounded by narrator_format.c alone; two that are printed alike are called equal.
// Thread: pure functions.
#pragma once
#include "engine.h"
#include "state/scene.h"

typedef struct Frame Frame; // state/frame.h, which holds sentences
typedef struct ModelFrame ModelFrame;

enum { SENTENCE_SIZE = 512 };

#define NARRATOR_WAITS "waits" // key of the rule that figures are of different moments for now: nothing is said

// What a sentence proposes to do: another spec for one side.
typedef struct SentenceAction {
    char label[96]; // "Set B's output to sigmoid"; empty: it proposes nothing
    int side;
    Spec spec;
} SentenceAction;

typedef struct Sentence {
    const char *key;          // of the rule, a constant; "": none holds
    char text[SENTENCE_SIZE]; // with markup; empty: nothing is known
    SentenceAction action;
} Sentence;

// The figures of one model over the test set. Losses, brightness: means over all pixels; shares in [0, 1].
typedef struct NarratorModel {
    Spec spec;
    bool is_measured;          // else none of the figures below epoch is known
    int64_t step, broken_step; // of its weights; broken_step -1: it is whole
    int steps_per_epoch;
    int epoch; // after which it was measured
    int64_t test_step;
    double mean[LOSS_COUNT], mean_output, below_0, far_below_0, above_1;
    double noisy_mse; // on inputs with the noise that it trains with; NaN: it trains without
    int components;   // of the PCA that it is; 0: it is none
    int never_lit;    // outputs that are 0 for every digit
    int code_units, dead_code_units;
    Diagnosis diagnosis;
} NarratorModel;

// The pixel that is inspected, as one side answers it. loss, slope: of that pixel, of each loss.
typedef struct NarratorPixelSide {
    float p, loss[LOSS_COUNT], slope[LOSS_COUNT];
    float dead_share; // of the test digits for which it is exactly 0; NaN: not known
} NarratorPixelSide;

typedef struct NarratorPixel {
    float t;
    double floor; // H(t), what BCE charges where t is met
    NarratorPixelSide sides[SIDE_COUNT];
} NarratorPixel;

// The code of one side, for the digit on the pad.
typedef struct NarratorCodeSide {
    int units;        // 0: not known
    bool is_measured; // dead is known
    int dead;         // over the test set
    int pulled;       // how many numbers were; of the one that was, where it is one:
    int number;
    double from, to;
    double change;  // mean |decoded - output| over the pixels
    bool has_prior; // it is drawn while the model trains; in the view Latent
    int used;       // numbers that say something (latent_is_used), likewise
} NarratorCodeSide;

typedef struct NarratorCode {
    unsigned shows; // bits of sides; of the other one nothing is said
    double walk;    // how far all numbers are on the way to a test digit
    int digit;
    NarratorCodeSide sides[SIDE_COUNT];
} NarratorCode;

// A column of the matrix: a loss, and the models that were trained with it.
typedef struct NarratorColumn {
    int loss, count;
    double spread; // of the MSE between two seeds; NaN: not known
    NarratorModel rows[OUTPUT_COUNT];
} NarratorColumn;

typedef struct NarratorFacts {
    Scene scene;
    bool is_training;      // and so models that are compared may be one measuring apart
    bool is_chance_coming; // chance is not known, but being measured
    bool has_targets;      // target_mean and mean_image are known
    double target_mean, mean_image[LOSS_COUNT];
    NarratorModel sides[SIDE_COUNT];
    // how far apart A's and B's outputs are over the test set, and those of A and A with the next seed; NaN: not known
    double distance, chance;
    int distance_epoch, chance_epoch; // after which they were measured
    int fed_back;                     // on the stage: how often outputs became inputs again
    double moved[SIDE_COUNT];         // the last time, of the drawing: mean |output - the output before|
    NarratorPixel pixel;              // in inspect
    NarratorCode code;                // in its view
    int column_count;                 // in the matrix
    NarratorColumn columns[LOSS_COUNT];
} NarratorFacts;

NarratorFacts narrator_facts(const Frame *frame);
NarratorModel narrator_model(const ModelFrame *model);

// The sentence of the scene that the facts are of; the claims have their own and get none.
Sentence narrator_say(const NarratorFacts *facts);
Sentence narrator_say_pair(const NarratorFacts *facts);               // of A and B, whatever the scene
Sentence narrator_say_column(const NarratorFacts *facts, int column); // column < column_count

// The text without its markup. size >= SENTENCE_SIZE holds every sentence.
void sentence_plain(const Sentence *sentence, char *text, size_t size);
