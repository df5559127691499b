// Look: what is looked at and how. All of it can be chosen in the window and on the command line, and is told by a
// picture's settings. A plain value.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "state/claim_pages.h"
#include "state/code_frame.h"
#include "state/heatmap.h"
#include "state/latent_frame.h"
#include "state/scene.h"
#include "state/show_as.h"

typedef enum HistogramMode {
    HISTOGRAM_LOG,
    HISTOGRAM_LINEAR,
    HISTOGRAM_CUMULATIVE,
    HISTOGRAM_MODE_COUNT
} HistogramMode;

enum { FED_BACK_MAX = 200 };
enum { HEATMAP_COUNT = 2 };                      // heatmaps beside each other; the matrix shows the first
enum { MATRIX_MAX = OUTPUT_COUNT * LOSS_COUNT }; // cells of the matrix
_Static_assert((int)OUTPUT_COUNT <= 32 && (int)LOSS_COUNT <= 32,
               "matrix_outputs and matrix_losses have a bit for each");

typedef struct Look {
    Scene scene;
    int heatmaps[HEATMAP_COUNT];     // modes
    float heat_scales[HEATMAPS_MAX]; // where each mode's scale ends
    float binarise;                  // of the targets: 0 as they are, 1 binary at 0.5, between: a mix
    bool is_wiped;                   // A and B in the same place, left and right of a divider
    float wipe;                      // where the divider is, 0 .. 1
    HistogramMode histogram;
    int brush_first, brush_last;            // bins of the histogram whose pixels are lit; first > last: none
    int curve_loss;                         // what the training curves show: curve.h
    unsigned matrix_outputs, matrix_losses; // bits: rows and columns of the matrix, never empty
    bool matrix_shows_map;                  // its cells show the first heatmap, else the outputs
    bool matrix_shows_noisy;                // those from noisy inputs, where
    bool matrix_has_noise;                  // its models, and A, train with noise: set by cast.c
    int digit;                              // inspected: index in the test set, -1: the drawing
    int pixel;                              // inspected: row * 28 + column
    bool is_pinned;                         // the pixel stays where it is, else it follows the mouse
    bool seeks_pixel;                       // nobody has chosen one: the window finds one that is worth looking at
    int fed_back;      // on the stage: how often the drawing's output becomes the input again, 0 .. FED_BACK_MAX
    float t;           // inspected target, -1: the pixel's own
    int64_t past_step; // the window shows this moment of training, -1: the newest
    CodeLook code;
    LatentLook latent;
    int claim_page;          // of claim_pages.h
    ShowAs show_as;          // what pictures show of outputs; figures are of the mean
    bool is_clipped;         // outputs are shown as one would see them, cut to [0, 1], without marks
    int lesson, lesson_step; // the lesson on show, -1: none
    unsigned hidden;         // bits 1 << Control: what of the window is left out (controls.h)
} Look;

Look look_default(void);

bool code_has_walk(const Look *look); // the strip leads to another digit

// The share of a histogram's counts, (HISTOGRAM_BINS), that the brush lights; 0 without one.
double look_lit(const Look *look, const int64_t *histogram);

const char *histogram_key(HistogramMode mode);

// t as it is shown: a mix of t and of its binary form.
static inline float look_target(const Look *look, float t)
{
    return look->binarise > 0.0f ? t + look->binarise * ((t >= 0.5f ? 1.0f : 0.0f) - t) : t;
}
