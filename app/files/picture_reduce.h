// Picture reduce: pixels in as they are unpacked, in rows or in parts of rows and in any order; out comes their true
// area average on a picture that is no larger than is wanted. A picture that is small enough keeps its pixels.
//
// Memory: that of the result. Thread: no state outside a PictureReduce.
#pragma once
#include "engine.h"

typedef struct PictureReduce {
    int from_width, from_height, width, height;
    double step_x, step_y; // of a pixel that comes in, in pixels of the result; at most 1
    float *grey, *alpha;   // (height, width): sums of alpha * grey and of alpha, by area
    float *row;            // (2, width): of the row that is coming in
    bool has_alpha, has_colour; // some pixel has
} PictureReduce;

// After success picture_reduce_end or picture_reduce_free must follow.
bool picture_reduce_begin(PictureReduce *reduce, int width, int height, const char *name, Error *error);

// Pixels x, x + step, ... of row y, count of them: rgba (count, 4), straight alpha.
void picture_reduce_add(PictureReduce *reduce, int y, int x, int step, int count, const uint8_t *rgba);

// orientation: EXIF's, 1 .. 8, which is undone. Takes the memory over where it succeeds; frees it in any case.
bool picture_reduce_end(PictureReduce *reduce, int orientation, const char *name, InkPicture *out, Error *error);
void picture_reduce_free(PictureReduce *reduce);
