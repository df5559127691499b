// Heatmaps: what can be shown of each pixel beside the digit itself.
//
// To add one: a small function and a row in heatmap.c, its place in the enum; that of a loss is made from the list of
// losses. Buttons, keys, captions, command line, matrix, inspect view, JSON and tests follow the table. Thread:
// constant table, pure functions.
#pragma once
#include "draw/draw.h"
#include "engine.h"

// Each loss has one; behind that of a loss with a floor comes what lies above the floor.
#define HEATMAP_FLOOR(NAME)                                                             HEATMAP_##NAME, HEATMAP_EXCESS,
#define HEATMAP_NO_FLOOR(NAME)                                                          HEATMAP_##NAME,
#define HEATMAP_LOSS(C, loss, NAME, key, label, formula, unit, heat_scale, form, floor) HEATMAP_##floor(NAME)
enum {
    LOSSES(HEATMAP_LOSS, _) HEATMAP_ERROR,
    HEATMAP_DIFFERENCE,
    HEATMAP_GRADIENT,
    HEATMAP_BIAS,
    HEATMAP_DEAD,
    HEATMAP_MODE_COUNT
};

// What a heatmap is made of: one model's outputs over some digits. Arrays are (n).
typedef struct HeatInput {
    const Model *model;
    const float *z, *p, *t;
    const float *p_a, *p_b;   // what `difference` subtracts: A's outputs, and those of the model beside it
    const Metrics *test;      // images == 0: not measured yet
    const TargetFacts *facts; // NULL: not there yet
    size_t n;
} HeatInput;

typedef struct Heatmap {
    const char *key;     // on the command line and in JSON
    const char *label;   // on a button
    const char *formula; // in a tooltip
    const char *unit;    // behind the end of its scale
    ImageMap map;        // MAP_HEAT: 0 .. scale; MAP_SIGNED: -scale .. scale
    float scale;         // where the scale ends before anybody drags it
    bool is_of_set;      // one image of the whole test set, not one of each digit; then n is DIGIT_PIXELS
    void (*compute)(const HeatInput *in, float *values);
    void (*mark)(const HeatInput *in, float *marks); // 1 where a pixel is to be outlined, else 0; NULL: nowhere
    double (*figure)(const Metrics *test);           // what its caption says over the whole test set; NULL: nothing
    const char *figure_format;                       // of that double
    int loss;                                        // whose heatmap it is, a row of the losses; -1: of none
} Heatmap;

const Heatmap *heatmap_get(int mode); // mode < HEATMAP_MODE_COUNT
