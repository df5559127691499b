// Patches: where those of a layer lie, and a run through them; shared by
// lane_patch.c, layer_patch.c, lane_patch_run.c, which do the work, and lane_patch_plan.c. Internal to the engine.
// Thread: any.
#pragma once
#include "models/lane_patch.h"

enum { CHUNK_LEAST = 3, CHUNK_MOST = 64 }; // patches worked on together

typedef struct PatchAxis {
    PatchKind kind;
    int first;   // x's row where the first patch begins
    int z_first; // z's
    int count;
    int in, out;
} PatchAxis;

typedef struct Patches {
    PatchAxis rows, columns;
    int chunk;          // rows of patches worked on together
    size_t line, plane; // floats: of a row of patches, of a chunk of them
    int terms;          // of both directions
    int in, out;        // channels
} Patches;

// All of one kind, of chunks of at least so many patches; plain: of which kind they are where pixels are not doubled.
Patches patches_of(const Layer *layer, PatchKind plain, int least);

// Those of dL/dz that make dL/dx.
Patches turned_patches_of(const Layer *layer);

// The same without what large ones hang over: up to four parts, that at the right and below in patches of an edge.
enum { PATCH_PARTS = 4 };

typedef struct PatchList {
    Patches parts[PATCH_PARTS];
    int count;
} PatchList;

PatchList patches_cut(const Patches *whole, int least);

// Where the weights of a term stand among those of all kinds that meet.
size_t patch_weight_place(const Patches *patches, size_t term);

// ---- a run --------------------------------------------------------------------------------------------------------

// What stands in the lanes is as `multiply` takes it: images, of which a plane is a channel, or channels of one image,
// of which a plane is LANE_IMAGES; `in` and `out` of Patches count planes.
typedef struct PatchRun PatchRun;

// A term's products of `count` patches: planes [first, first + planes) of what is made, (planes, plane), of (in,
// plane).
typedef void MultiplyTerm(const PatchRun *run, const float *weights, int first, int planes, const float *from,
                          float *to, size_t count);

struct PatchRun {
    const Patches *patches; // a part
    MultiplyTerm *multiply;
    const float *weights;          // of all terms, each (channels, stride), `next` floats from one to the next
    size_t channels, stride, next; // channels: in
    const uint32_t *at;            // as `multiply` wants it
    const float *start;            // (out, LANE_IMAGES); NULL: zero
    const Grid *grid;
    const float *values;
    float *from, *to; // patch_floats, of `in` and of patch_strip_planes
    float *strip;     // patch_strip_floats
    TakeStrip *take;
    void *context;
};

enum { PATCH_STRIP_PLANES = 32 }; // at most: fewer would read their terms again from a cache further off

int patch_strip_planes(const Patches *patches); // of what is made at a time
void patch_run(const PatchRun *run);

// Floats: of a term, of all, each of so many planes of a chunk; of a strip that is handed out.
size_t patch_term_floats(const Patches *patches, int planes);
size_t patch_floats(const Patches *patches, int planes);
size_t patch_strip_floats(const Patches *patches);

// The most that a part takes of either: of so many planes; planes 0: a strip.
size_t patch_list_floats(const PatchList *list, int planes);

// The terms of all planes, of the rows of patches [first, first + rows): (terms, planes, plane).
void patch_turn_inputs(const Patches *patches, int first, int rows, const Grid *grid, const float *values,
                       float *terms);
void patch_turn_slopes(const Patches *patches, int first, int rows, const Grid *grid, const float *values,
                       float *terms);

// The layer's weights: terms^2, each (channels in, layer.stride), patch_weight_floats from one to the next.
void patch_turn_weights(const Layer *layer, PatchKind kind, const float *parameters, float *terms);
size_t patch_weight_floats(const Layer *layer);
