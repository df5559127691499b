// Diagnosis: what has gone wrong with a model, by rule from its spec and its figures over the test set.
//
// To add one: a kind, and a row with its rule in diagnosis.c; the first rule that holds wins. Thresholds stand in the
// rules. Thread: pure functions; any thread.
#pragma once
#include "measuring/metrics.h"
#include "models/spec.h"

typedef enum DiagnosisKind {
    DIAGNOSIS_NONE,
    DIAGNOSIS_BROKE,      // a weight is no longer finite
    DIAGNOSIS_TWICE,      // a sigmoid of a sigmoid: no output is below 0.5 or above 0.73
    DIAGNOSIS_SHARED,     // a softmax over the picture: all of it is nearly black
    DIAGNOSIS_INVERTED,   // bright where the targets are dark
    DIAGNOSIS_COLLAPSED,  // it draws its code, and tells the digits apart by none, or by few, of the numbers
    DIAGNOSIS_DEAD_CODE,  // no number of the code ever changes
    DIAGNOSIS_STUCK,      // the outputs are one value
    DIAGNOSIS_RATE_SMALL, // no better than the mean image, with a learning rate far below its optimizer's usual one
    DIAGNOSIS_RATE_LARGE, // the same, far above
    DIAGNOSIS_MEAN_IMAGE, // it answers with the mean image, whatever the input
    DIAGNOSIS_BEHIND      // of two that are compared: it was trained for fewer epochs (diagnosis_compare)
} DiagnosisKind;

typedef struct Diagnosis {
    DiagnosisKind kind;
    const char *key;   // as in JSON; "" for none
    char is[80];       // what is said of the model, "has a dead code": its subject goes before; empty for none
    char because[240]; // a sentence with the figures
} Diagnosis;

typedef struct DiagnosisFacts {
    const Spec *spec;
    const Metrics *test;       // images 0: not measured, and only a broken model is known to be one
    const TargetFacts *target; // of the set that test was measured on; NULL: likewise
    int epochs;                // whole ones since the start, when test was measured
    int64_t broken_step;       // -1: it is whole
} DiagnosisFacts;

Diagnosis diagnosis_find(const DiagnosisFacts *facts);

// Of two models that are compared: DIAGNOSIS_BEHIND where one was trained for at least a whole epoch less, else NONE.
// epochs: that each was trained for; behind: 0 or 1, which it is; -1: neither.
Diagnosis diagnosis_compare(const double epochs[2], int *behind);

// Whether both losses are within 2 % of those of the mean image.
bool diagnosis_is_mean_image(const double mean[LOSS_COUNT], const double mean_image[LOSS_COUNT]);
