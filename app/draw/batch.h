// Batch: turns a draw list into what the GPU is given: instances (one quad each) and batches (runs of instances that
// one draw call draws). No GL here; render.c uploads and draws the result.
//
// Thread: the UI thread. Ownership: the set keeps its arrays from frame to frame.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "draw/draw.h"

// To add one: a row here, a vertex and a fragment shader in shaders/ (and asset_rows.S), and a row in render.c's table.
typedef enum BatchKind {
    BATCH_FLAT,         // one colour, edges on whole pixels
    BATCH_BOXES,        // rounded boxes and frames
    BATCH_LINES,        // one segment each
    BATCH_TEXT,         // one glyph each
    BATCH_IMAGES,       // one grid of images each, opaque or laid over others
    BATCH_WHOLE_IMAGES, // opaque ones whose texels are squares of whole pixels
    BATCH_EDGES,        // lines along the sides of texels
    BATCH_KIND_COUNT
} BatchKind;

// The vertex input of every kind; the shaders' attributes 0 to 3 in this order. IMAGES: the three kinds of them.
typedef struct Instance {
    float quad[4];  // what is rasterised: x, y, w, h. LINES: normals of the cuts at both points, or 0
    float shape[4]; // BOXES: the whole box. LINES: from x, y to x, y. IMAGES: origin, columns, side
    // BOXES: radius, border. LINES: width. TEXT: u, v. IMAGES: pitch_x, pitch_y, alpha of lines, stripes
    float extra[4];
    // colour, border colour; IMAGES: first cell, count, first image of its batch, whether it is opaque
    uint32_t word[4];
} Instance;

typedef struct Batch {
    BatchKind kind;
    bool is_opaque; // no pixel needs blending
    Rect clip;      // whole pixels
    size_t first_instance;
    int instance_count;
    size_t first_texel, texel_count; // IMAGES: the part of the list's texels that the GPU must have
} Batch;

typedef struct BatchSet {
    Instance *instances;
    size_t instance_count, instance_capacity;
    Batch *batches;
    size_t batch_count, batch_capacity;
    Color background; // opaque
} BatchSet;

// max_texels: how many texels the GPU can hold at once, DIGIT_PIXELS or more; grids beyond it are split.
// False when there was no memory for all of it; what there is can still be drawn.
bool batch_build(BatchSet *set, const DrawList *list, int width, int height, size_t max_texels);
void batch_free(BatchSet *set);
