// Windows over lanes: the products of a convolution and of one that is turned round. A window slides over the larger
// picture and stops at each position of the smaller one (layer_conv.c), phase by phase where `up` is done along
// (layer_phases.h):
//
//   gather    small = W^T of what the windows show
//   spread    large = what W small adds to a pixel
//   dots      dW    = what the windows show, times small
//
// Internal to the engine. Thread: pure.
#pragma once
#include "models/lane_kinds.h"
#include "models/layer_phases.h"

static inline const Shape *large_shape(const Layer *layer)
{
    return layer->kind == LAYER_UNCONV ? &layer->to : &layer->given;
}

static inline const Shape *small_shape(const Layer *layer)
{
    return layer->kind == LAYER_UNCONV ? &layer->given : &layer->to;
}

static inline Phases find_phases(const Layer *layer)
{
    return phases_of(layer, large_shape(layer), small_shape(layer));
}

// How far windows reach over the edges of what a convolution is given, and backward, of its slopes.
Margin window_reach(const Layer *layer, bool is_of_slope);

// Where in the larger picture each row of the phases' weights meets the window of the first position: (terms).
void window_list_places(const Phases *phases, const Grid *large, uint32_t *at);

typedef struct Gather {
    const Phases *phases;
    size_t stride; // of the weights
    const float *weights, *start;
    const uint32_t *at; // window_list_places
    const Grid *large;
    const float *values;
} Gather;

// Rows [first, first + rows) of a phase, channels [channel, channel + channels); where to is the caller's.
LaneProduct gather_product(const Gather *gather, int phase, size_t channel, size_t channels, int first, int rows);

// The rows of the smaller picture that are made of rows [first, end) of each phase, those that it has.
void gather_rows(const Gather *gather, int first, int end, const Grid *small, float *out);

typedef struct Spread {
    const Phases *phases;
    size_t stride;
    const float *weights, *start;
    const Grid *small, *large;
    const float *values;
    float *out;
    float *packed; // scratch: (spread_terms, channels of the larger picture)
    uint32_t *at;  // (spread_terms)
} Spread;

size_t spread_terms(const Layer *layer, const Phases *phases); // at most
void spread_pixels(const Spread *spread);

typedef struct WindowSums {
    const Phases *phases;
    size_t stride;
    const Grid *large, *small;
    const float *large_values, *small_values;
    const uint32_t *at; // window_list_places
    float *gradient;    // of the phases' weights
} WindowSums;

void window_add_dots(const WindowSums *sums);
