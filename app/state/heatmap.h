// Heatmaps: what can be shown of each pixel beside the digit itself.
//
// To add one: a small function and a row in heatmap.c; those of the losses are made from their list. Buttons, keys,
// captions, command line, matrix, inspect view, JSON and tests follow the table. Thread:
// constant table, pure functions.
#pragma once
#include "draw/draw.h"
#include "engine.h"

enum { HEATMAPS_MAX = 32 }; // rows of the table at most; heatmap.c asserts it

// What a heatmap is made of: one model's outputs over some digits. Arrays are (n).
typedef struct HeatInput {
    const Model *model;
    PixelRange range;      // the model's
    LossSettings settings; // that its losses are taken with
    const float *z, *p, *t;
    const float *p_a, *p_b;   // what `difference` subtracts: A's outputs, and those of the model beside it
    const Metrics *test;      // images == 0: not measured yet
    const TargetFacts *facts; // NULL: not there yet
    size_t n;
} HeatInput;

typedef struct Heatmap {
    const char *key;         // on the command line and in JSON
    const char *label;       // on screen
    const char *short_label; // where that is too long
    const char *formula;     // the term of art's
    const char *what, *look; // what it is, what to look for: a line each, for a beginner
    const char *unit;        // behind the end of its scale
    ImageMap map;            // MAP_HEAT: 0 .. scale; MAP_SIGNED: -scale .. scale
    float scale;             // where the scale ends before anybody drags it
    bool is_of_pair;         // A beside B: there is one of it, and it is A's
    bool is_of_set;          // one image of the whole test set, not one of each digit; then n is DIGIT_PIXELS
    void (*compute)(const HeatInput *in, float *values);
    void (*mark)(const HeatInput *in, float *marks); // 1 where a pixel is to be outlined, else 0; NULL: nowhere
    double (*figure)(const Metrics *test);           // what its caption says over the whole test set; NULL: nothing
    const char *figure_format;                       // of that double
    int loss;                                        // whose heatmap it is, a row of the losses; -1: of none
} Heatmap;

int heatmap_count(void);
const Heatmap *heatmap_get(int mode); // mode < heatmap_count()
int heatmap_find(const char *key);    // -1 if absent
