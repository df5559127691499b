// What slices.c, a step of training, shares with slices_tile.c, a tile of a slice.
// Internal to the engine. Thread: a slice belongs to one thread at a time.
#pragma once
#include "kernels/kernel.h"
#include "models/lane.h"
#include "training/slices.h"

enum { SLICES = 4 };

// What the phases of a tile leave each other. Of units everything is (tile_rows, stride), of pictures as lane.h has it.
typedef struct TileArrays {
    float *input;   // (tile_rows, pixels)
    float *picture; // the same as the first layer's grid, where that wants a picture
    uint8_t *bytes; // (tile_rows, pixels): damaged, where there is noise
    Tile tile;      // where the input goes in as bytes
    uint64_t *lit;  // (pixels / QUAD): of tile
    StageArrays stages[MODEL_LAYERS_MAX];
    float *z;           // (tile_rows, pixels): logits, then dL/dz
    float *upstream[2]; // of the widest layer
    float *scratch;
    float *powers; // (tile_rows, pixels): of outputs that share a picture, as those of its rows
    float scales[TILE_ROWS];
    uint8_t *targets; // (tile_rows, pixels)
} TileArrays;

typedef struct Slice {
    float *gradient;    // (parameters)
    TileArrays *arrays; // of the thread that has taken it; NULL: none has
    double loss, penalty[PENALTY_COUNT];

    // of a step: of the batch the images from first to end, of which those before row are done; of the next tile the
    // phases before this one
    int first, end, row, phase;
} Slice;

struct Slices {
    const Model *model;
    Stage stages[MODEL_LAYERS_MAX];
    int stage_count;
    bool has_lanes; // a tile is LANE_IMAGES images
    Pool *pool;
    PixelRange range;
    bool takes_bytes; // the first layer is dense and is given images as they are stored, whose zeros cost nothing
    LossSettings settings;
    float *parameters; // in Model's order
    int tile_rows;
    Slice slice[SLICES];
    // A thread has its own, which are still in its caches when it takes its next slice; where there are as many threads
    // as slices or more, a slice.
    TileArrays arrays[SLICES];
    int array_count;
    float *memory;

    // of a step
    Batch batch;
    UpdateParameters *update;
    void *context;
    int slice_at, block_at; // of a step that goes on in pieces: those before are done
};

typedef struct ImageTile {
    const int *images;
    int rows;
} ImageTile;

// The input, forward by a stage each, loss, backward by a stage each: phases, in that order, of which each needs what
// the ones before have left in the slice. All together add to the slice's loss, penalties and gradient, which begin
// anew with the first tile.
int slice_count_phases(const Slices *slices);
void slice_do_phase(const Slices *slices, const ImageTile *tile, bool is_first, int phase, Slice *slice);
