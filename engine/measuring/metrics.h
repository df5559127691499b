// Metrics: every figure that is computed over a set of images. Definitions: the formulas beside each field.
//
// t target, p output, both per pixel; a mean is over all pixels of all images.
// Thread: metrics_measure runs on the pool that it is given; the result is bit-identical for any number of threads.
#pragma once
#include <stdint.h>

#include "data/dataset.h"
#include "kernels/loss.h"
#include "kernels/pixel_groups.h"
#include "models/model.h"
#include "pool.h"
#include "sweep.h"

// Nats an image, a hundredth: below it a unit of a code that is drawn is given N(0, 1) for every image, as the
// posterior collapse of Lucas et al. (arXiv 1911.02469) has it.
#define IDLE_KL 0.01

typedef struct Metrics {
    int images;              // 0: nothing was measured
    double mean[LOSS_COUNT]; // of each loss, with the model's own settings; BCE from the logit on a sigmoid, else of p
                             // clipped to [1e-7, 1 - 1e-7]
    double loss_in_range;    // the model's own loss in its range; with range=unit the mean above
    double sigma;            // gauss's spread s, of pixels of 0 to 1: the model's own, or where it has none sqrt(MSE)
    double bce_floor;        // mean H(t)
    double excess_bce;       // mean BCE - bce_floor, the Kullback-Leibler divergence
    double psnr;             // 10 log10(1 / mean MSE), dB
    // The same of outputs from inputs with the spec's noise, which are the same ones whenever they are measured
    // (pixels_test_key); without noise those of clean inputs, which everything else is of.
    double noisy_mean[LOSS_COUNT], noisy_psnr;
    double mean_input, mean_output;
    double bias;                               // mean_output - mean_input
    double bias_by_target[TARGET_GROUP_COUNT]; // mean p - t where t = 0, 0 < t < 0.5, 0.5 <= t < 1, t = 1; NaN without
                                               // such pixels
    double below_0, above_1, below_002, above_098; // shares of all pixels, in [0, 1]
    double
        far_below_0;  // share of all pixels that are below -0.02, five grey levels and so to be seen if they were shown
    int dead_outputs; // pixels that are exactly 0 for every image: rightly so (metrics_rightly_black), or never lit
    int never_lit;    // of these, those that have ink in some image
    int code_units;   // of the code layer
    double kl;        // of a code that is drawn (sample.h): nats an image; else 0
    double price;     // of the code: l1 times the sum of its numbers' sizes, of an image; 0 where l1 is 0. As the loss
                      // it is held beside that is a mean over the pixels
    int idle_code_units; // of such a code: those that tell digits apart by less than IDLE_KL nats an image
    int dead_code_units; // of these, those of variance below DEAD_VARIANCE over the images: most often 0 for each
    int64_t nonfinite;   // outputs that are NaN or infinite
    int64_t histogram_input[HISTOGRAM_BINS], histogram_output[HISTOGRAM_BINS]; // below 0, 64 bins over [0,1], above 1
    float mean_output_map[DIGIT_PIXELS];                                       // mean p of each pixel over the images
    float zero_share_map[DIGIT_PIXELS]; // share of the images for which that pixel's p is exactly 0; 1: a dead output
} Metrics;

static inline double metrics_outside(const Metrics *m) { return m->below_0 + m->above_1; } // a share of all pixels

// Dead outputs where no image has ink: they are 0 as they should be.
static inline int metrics_rightly_black(const Metrics *m) { return m->dead_outputs - m->never_lit; }

// The bin of an intensity: 0 below 0 (and for a NaN), 1 .. 64 over [0,1], 65 above 1.
int metrics_find_bin(float value);

// What a set's own pixels say, for every model with those targets alike; computed once.
typedef struct TargetFacts {
    int images;
    bool are_binary; // of the pixels as 0 or 1 (pixels_make_binary), else of the grey ones
    double mean, bce_floor;
    double mean_image[LOSS_COUNT]; // each loss, with a spec's default settings and gauss's best spread, of the
                                   // predictor that always answers with the set's mean image
    int64_t group_counts[TARGET_GROUP_COUNT];
    int64_t histogram[HISTOGRAM_BINS];
    double below_002, above_098;  // shares of all pixels
    double ink, full_ink;         // share of pixels above 0; share of those that are 1
    float mean_map[DIGIT_PIXELS]; // the set's mean image
} TargetFacts;

// Whether some image has a value above 0 there.
static inline bool metrics_has_ink(const TargetFacts *facts, int pixel) { return facts->mean_map[pixel] > 0.0f; }

// With which a model's losses are taken, for pixels of 0 to 1: its own, and where it has no spread the one that makes
// gauss least over the set that was measured; 1 before that.
LossSettings metrics_loss_settings(const Model *model, const float *parameters, const Metrics *test);

TargetFacts metrics_target_facts(const ImageSet *set, int image_count); // of the grey pixels

// Of the targets that a model's figures are held against: pixels_have_binary_figures.
TargetFacts metrics_model_facts(const Spec *spec, const ImageSet *set, int image_count);

// The same in slices: out, whose images and are_binary say at once what it will be of, is there when the sweep is done.
Sweep *metrics_begin_facts(const ImageSet *set, int image_count, bool are_binary, TargetFacts *out, Error *error);

// Measures the images of set that facts was made for (the first facts->images), against the spec's targets; targets
// that are drawn anew each epoch are measured against the grey ones. False only when memory is short.
bool metrics_measure(const Model *model, const float *parameters, const ImageSet *set, const TargetFacts *facts,
                     Pool *pool, Metrics *out, Error *error);

// The same in slices, on a pool of as many threads: out is there when the sweep is done, and everything is borrowed
// until then.
Sweep *metrics_begin(const Model *model, const float *parameters, const ImageSet *set, const TargetFacts *facts,
                     const Pool *pool, Metrics *out, Error *error);

// How far two models' outputs are apart, over all pixels of the first image_count images of set.
typedef struct PairMetrics {
    int images;           // 0: nothing was measured
    double mean_distance; // mean |p_a - p_b|
} PairMetrics;

bool metrics_compare(const Model *a, const float *parameters_a, const Model *b, const float *parameters_b,
                     const ImageSet *set, int image_count, Pool *pool, PairMetrics *out, Error *error);

// Likewise.
Sweep *metrics_begin_pair(const Model *a, const float *parameters_a, const Model *b, const float *parameters_b,
                          const ImageSet *set, int image_count, const Pool *pool, PairMetrics *out, Error *error);
