// What the parts of backprop share: backprop.c, the order of the work; backprop_bands.c, backprop_first.c and
// backprop_last.c, the two layers at the ends, by bands; backprop_hidden.c, the layers between them.
//
// Internal to the engine: part of backprop.h's implementation. What the ends and the layers between know of each other
// are the functions below and nothing else: another kind of end, or of layer between, offers the same. Thread: each
// function says which run of backprop.h's table it is a task of; a task writes to what belongs to its band, tile or
// block alone.
#pragma once
#include "alloc.h"
#include "kernels/kernel.h"
#include "models/range.h"
#include "training/backprop.h"
#include "training/slices.h"

enum { BANDS = 4, ROUND_TILES = 4, ROUND_ROWS = ROUND_TILES * TILE_ROWS, PICTURE_PARTS = 4 };

// The first and the last layer, by bands.
typedef struct Bands {
    size_t start[BANDS + 1];  // pixels, multiples of KERNEL_PAD
    float *gradient;          // (parameters), in the parameters' order; only that of both layers' bands is used
    float *transposed;        // (pixels, transposed_stride): the last layer's weights
    size_t transposed_stride; // floats
    float
        *column_sums[BANDS]; // (stride of the first layer): of the band's first weights, where the range has an offset
    float *part[BANDS];      // (ROUND_ROWS, stride): a band's part of the first logits, then of dL/dx of the last
    float *strip[BANDS];     // (TILE_ROWS, STRIP_COLUMNS): logits, then dL/dz
    float *noisy;            // bands of (ROUND_ROWS, band's pixels): the input where the noise makes floats, else NULL
    uint8_t *damaged;        // the same where the noise leaves bytes, else NULL
    uint8_t *targets;        // as damaged: the targets where they are not the images, else NULL
    uint64_t *lit[BANDS][ROUND_TILES]; // as in Tile
    uint64_t *lit_memory;
    double loss[BANDS];
} Bands;

// Outputs that share a picture: a round's images are shared out among as many tasks.
typedef struct Pictures {
    bool are_there;                 // else outputs are of a pixel each, and there is nothing of this
    float *gradient[PICTURE_PARTS]; // as the last layer's packed parameters: a task's part
    // Of a tile's images, pane after pane, which are the bands' strips: (TILE_ROWS, columns) each, but for a smaller
    // tile.
    float *powers[PICTURE_PARTS], *slopes[PICTURE_PARTS];
    float *peaks[PICTURE_PARTS], *sums[PICTURE_PARTS], *scales[PICTURE_PARTS]; // (panes, TILE_ROWS)
    double loss[PICTURE_PARTS];
} Pictures;

// Rows of a hidden layer's weights; the first of its blocks has the biases, too.
typedef struct HiddenBlock {
    int layer, first, end;
} HiddenBlock;

// The layers between the first weights and the last: all hidden layers' biases and activations, the weights from one
// hidden layer to the next, what is drawn of a code.
typedef struct Hidden {
    size_t offset, count;                // where their parameters stand
    float *gradient[ROUND_TILES];        // (count): a tile's part
    float *transposed[MODEL_LAYERS_MAX]; // (out, transposed_stride): weights of the layers behind the first
    size_t transposed_stride[MODEL_LAYERS_MAX];
    float *values[MODEL_LAYERS_MAX];            // (ROUND_ROWS, stride): activations
    float *slopes[MODEL_LAYERS_MAX];            // (ROUND_ROWS, stride): f'(z) where it is bent, then dL/dz
    float *upstream;                            // (ROUND_ROWS, upstream_stride): dL/dactivation
    size_t upstream_stride;                     // that of the widest layer
    double penalty[ROUND_TILES][PENALTY_COUNT]; // summed over a tile's images
    HiddenBlock *blocks;                        // (block_count)
    int block_count;
} Hidden;

// A step that may be left and gone on with: which runs of the pool (backprop.c) are done.
typedef struct BackpropStep {
    Batch batch, following;              // rows 0: it is not known
    bool has_first_logits;               // of its first round, from the step before
    double loss, penalty[PENALTY_COUNT]; // of the rounds so far
    int first;                           // image of the batch with which the round begins
    int run, task;                       // the one under way, and its first task that is not done
} BackpropStep;

struct Backprop {
    const Model *model;
    Pool *pool;
    Slices *slices;    // where bands don't fit, and then nothing of what follows; else NULL
    PixelRange range;  // that the parameters are of
    float *parameters; // as a Model has them, but the last layer's weights band after band (bands_pack)
    Bands bands;
    Pictures pictures;
    Hidden hidden;

    // of a step
    BackpropStep step;
    Batch round;         // of the batch, the images of the round under way
    const int *upcoming; // (round.rows): images that are wanted soon: memory is asked for them
    LossSettings settings;
    bool is_first_round; // gradients begin anew
    int part_count;      // of the hidden layers' gradient: the tiles of the first round
    Batch next;          // the round whose first logits are there already; rows 0: none
    UpdateParameters *update;
    void *update_context;

    float *memory;
};

// ---- sizes --------------------------------------------------------------------------------------------------------

static inline int round_tiles(const Batch *round) { return (round->rows + TILE_ROWS - 1) / TILE_ROWS; }

static inline size_t round_tile_rows(const Batch *round, int tile)
{
    const int rest = round->rows - tile * TILE_ROWS;
    return rest < TILE_ROWS ? (size_t)rest : TILE_ROWS;
}

// ---- the ends: backprop_bands.c -----------------------------------------------------------------------------------

static inline const Layer *first_layer(const Backprop *backprop) { return &backprop->model->layers[0]; }

static inline const Layer *last_layer(const Backprop *backprop)
{
    return &backprop->model->layers[backprop->model->layer_count - 1];
}

// From row to row of what the last layer is given.
static inline size_t code_stride(const Backprop *backprop)
{
    return backprop->model->layers[backprop->model->layer_count - 2].to.stride;
}

bool bands_fit(const Model *model);  // else it is trained in slices
bool bands_init(Backprop *backprop); // false when memory is short
void bands_free(Backprop *backprop); // fine on zeroed ones
void bands_lay_out(Backprop *backprop, Cutter *cutter);

// Between a Model's parameters and the packed ones, both (parameters): band after band, the last layer's weights are
// (in, band's columns). In rows of all columns the processor, reading ahead along a row, would take what another thread
// is about to write.
void bands_pack(const Backprop *backprop, const float *parameters, float *packed);
void bands_unpack(const Backprop *backprop, const float *packed, float *parameters);

// Where a band's rows of the first weights and its last weights begin in the packed parameters, and how many columns
// the latter have: the band's pixels.
size_t bands_first_weights(const Backprop *backprop, int band);
size_t bands_last_weights(const Backprop *backprop, int band);
size_t bands_width(const Backprop *backprop, int band);

// The strips that a band's outputs are worked on in: of about the same width, STRIP_COLUMNS at most, as many in each
// band.
typedef struct BandStrip {
    size_t column, columns; // within the band
} BandStrip;
size_t bands_strip_count(const Backprop *backprop);
BandStrip bands_strip(const Backprop *backprop, int band, size_t strip);

void bands_refresh(Backprop *backprop, int band); // the transposed weights, after the weights have changed
void bands_update(Backprop *backprop, int band);  // run 5

// rows (count): where the part of each image begins that lies in the band.
void bands_point_at(const Backprop *backprop, const uint8_t *pixels, const int *images, size_t count, int band,
                    const uint8_t **rows);

// Where a tile's row begins in what a band makes of its pixels for itself: noisy, damaged, targets.
static inline size_t bands_find_row(const Backprop *backprop, int band, int tile, size_t row)
{
    return ROUND_ROWS * backprop->bands.start[band] + ((size_t)tile * TILE_ROWS + row) * bands_width(backprop, band);
}

// sums (rows, stride) = bias (NULL: zero) and the first bands' parts of a tile, so many.
void bands_sum(const Backprop *backprop, int bands, int tile, size_t stride, const float *bias, float *sums);

// ---- the first layer: backprop_first.c ----------------------------------------------------------------------------

void first_multiply(Backprop *backprop, const Batch *round, int band); // run 1; before first_finish of the same round
void first_finish(Backprop *backprop, int band); // run 5, and between rounds: the gradient of its weights

void first_fold_range(Backprop *backprop, int band); // run 5, behind first_finish: what the range makes of the gradient

// Its logits of a tile, (rows, stride), on top of bias. Within run 2.
void first_sum_logits(const Backprop *backprop, int tile, const float *bias, float *logits);

// ---- the last layer: backprop_last.c ------------------------------------------------------------------------------

void last_train(Backprop *backprop, int band); // run 3, where outputs are of a pixel each

// dL/dx of a tile, (rows, code_stride). Within run 4.
void last_sum_upstream(const Backprop *backprop, int tile, float *upstream);

// The band's share of the targets of the round's images [first, first + rows), where they are not the images as they
// are.
void last_make_targets(const Backprop *backprop, int band, size_t first, size_t rows);

// The same share, where it lies by now: (rows) pointers to the band's bytes.
void last_point_at_targets(const Backprop *backprop, int band, size_t first, size_t rows, const uint8_t **targets);

// Outputs [column, column + columns) of a band, for the round's images [first, first + rows), TILE_ROWS at most.
typedef struct LastStrip {
    size_t first, rows;
    size_t column, columns;
    float *z;          // (rows, stride): logits, which become dL/dz
    size_t stride;     // floats
    float *bias_slope; // (columns): sum of dL/dz over the rows, plus itself where accumulate is set
    bool accumulate;
    const float *powers, *scales; // where outputs share a picture: as in OutputPass
} LastStrip;
double last_find_loss(const Backprop *backprop, int band, const LastStrip *strip);

// ---- outputs that share a picture: backprop_picture.c -------------------------------------------------------------

void pictures_lay_out(Backprop *backprop, Cutter *cutter);
void pictures_train(Backprop *backprop, int part, int worker); // run 3, where there are such outputs
double pictures_sum_loss(const Backprop *backprop);            // of the round; 0 where there are none

// Within run 5: the parts' sum of the last layer's gradient, into that of the bands, for count parameters from offset
// on.
void pictures_sum_gradient(const Backprop *backprop, size_t offset, size_t count);

// ---- between them: backprop_hidden.c ------------------------------------------------------------------------------

bool hidden_init(Backprop *backprop); // false when memory is short
void hidden_free(Backprop *backprop); // fine on a zeroed one
void hidden_lay_out(Backprop *backprop, Cutter *cutter);
void hidden_refresh_all(Backprop *backprop); // the transposed weights, after all weights have changed

void hidden_forward(Backprop *backprop, int tile);  // run 2
void hidden_backward(Backprop *backprop, int tile); // run 4
void hidden_update(Backprop *backprop, int block);  // run 5

// sums (the first layer's stride): the gradient of its biases, which is the sum of dL/dz over the batch. Within run 5.
void hidden_sum_first_slopes(const Backprop *backprop, float *sums);

// Of a tile, (rows, stride): what the last layer is given, from run 2 on, and dL/dz of the first, from run 4 on.
const float *hidden_code(const Backprop *backprop, int tile);
const float *hidden_first_slope(const Backprop *backprop, int tile);
