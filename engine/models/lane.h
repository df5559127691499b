// Lanes: layers of pictures, of LANE_IMAGES images side by side (kernel.h), forward and backward; training goes through
// them so. A picture is a grid: zeros may stand around it, as far as a convolution's windows reach over its edges, and
// nobody writes there. Units keep their rows, (images, stride).
//
// What comes behind a convolution, the hidden activation and often a pool, is done along with it: where its values are
// pooled they are never in memory as a whole. A stage is a layer and what is done along with it.
//
// Internal to the engine. To add a kind of layer: a row of the table in lane.c. Thread: pure; each thread brings its
// own arrays.
#pragma once
#include "kernels/kernel.h"
#include "models/layer.h"

typedef struct Margin {
    int above, below, left, right; // pixels
} Margin;

// Where the pixels of LANE_IMAGES pictures stand: (channels, height, width, LANE_IMAGES), with the margin around.
typedef struct Grid {
    int channels, height, width;
    size_t pitch, plane; // floats from row to row, from channel to channel
    size_t origin;       // where channel 0 begins
    size_t size;         // floats
} Grid;

Grid grid_of(const Shape *shape, Margin margin);

// Pictures of `rows` images, each `stride` floats, its channels `plane` floats apart, into a grid and back. Lanes
// without an image become zero.
void grid_from_rows(const Grid *grid, const float *values, size_t plane, size_t stride, int rows, float *lanes);
void grid_to_rows(const Grid *grid, const float *lanes, int rows, float *values, size_t plane, size_t stride);

typedef struct Stage {
    const Layer *layer, *pool; // pool NULL: none is done along
    const Layer *last;         // of the two
    bool has_lanes;            // it has a picture before or behind it
    Grid x, value;             // what it is given and what it gives, where that is a picture
    Grid slope;                // dL/dz, before activation and pool
    size_t scratch;            // floats
} Stage;

// Of the layers of a model; returns how many there are.
int stage_list(const Layer *layers, int count, Stage *stages);

// What a stage keeps of a pass; pictures are of the grids' sizes, with zeros around them at first.
typedef struct StageArrays {
    float *value;  // f(z), of what the pool takes
    float *slope;  // f'(z), then dL/dz; units: (LANE_IMAGES, stride)
    float *pooled; // of a pool, done along or a layer: f'(z) of what it takes, without margin
    float *chosen; // and which that is, as `pooled`
} StageArrays;

// x -> arrays.value, and what the way back wants.
void stage_forward(const Stage *stage, const float *parameters, const Activation *hidden, const float *x, int rows,
                   const StageArrays *arrays, float *scratch);

typedef struct StageBackward {
    int rows; // images
    const float *parameters, *x;
    const StageArrays *arrays;
    const float *given; // dL/dvalue without margin; NULL: arrays.slope is dL/dz already
    float *gradient;    // of all parameters: its own are added to
    bool is_first;      // its own begin anew
    float *upstream;    // dL/dx: without margin, or rows of units. NULL: not wanted
    float *scratch;
} StageBackward;

void stage_backward(const Stage *stage, const StageBackward *pass);
