// Summing up. Grey is Rec. 709 luma of the encoded values, so that a grey pixel keeps its value exactly; transparent
// pixels weigh nothing.
#include "files/picture_reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool picture_reduce_begin(PictureReduce *reduce, int width, int height, const char *name, Error *error)
{
    const int longer = width > height ? width : height, side = longer > INK_SIDE_MAX ? INK_SIDE_MAX : longer;
    *reduce = (PictureReduce){.from_width = width, .from_height = height};
    reduce->width = (int)fmax(1.0, round((double)width * side / longer));
    reduce->height = (int)fmax(1.0, round((double)height * side / longer));
    reduce->step_x = (double)reduce->width / width;
    reduce->step_y = (double)reduce->height / height;
    const size_t count = (size_t)reduce->width * (size_t)reduce->height;
    reduce->grey = calloc(count, sizeof *reduce->grey);
    reduce->alpha = calloc(count, sizeof *reduce->alpha);
    reduce->row = malloc(2 * (size_t)reduce->width * sizeof *reduce->row);
    if (reduce->grey && reduce->alpha && reduce->row)
        return true;
    picture_reduce_free(reduce);
    return error_set(error, "out of memory: the pixels of %s", name);
}

void picture_reduce_free(PictureReduce *reduce)
{
    free(reduce->grey);
    free(reduce->alpha);
    free(reduce->row);
    *reduce = (PictureReduce){0};
}

// Which of the result's pixels an incoming one falls on: `at` takes share, the next one the rest.
typedef struct Share {
    int at;
    float share, rest;
} Share;

static Share find_share(int i, double step, int count)
{
    const double from = i * step, to = (i + 1) * step;
    int at = (int)from;
    at = at < count - 1 ? at : count - 1;
    if (at + 1 >= count || to <= at + 1)
        return (Share){at, (float)(to - from), 0.0f};
    return (Share){at, (float)(at + 1 - from), (float)(to - at - 1)};
}

void picture_reduce_add(PictureReduce *reduce, int y, int x, int step, int count, const uint8_t *rgba)
{
    const int width = reduce->width;
    const bool is_small = width == reduce->from_width;
    float *grey = reduce->row, *alpha = reduce->row + width;
    memset(reduce->row, 0, 2 * (size_t)width * sizeof *reduce->row);
    for (int i = 0; i < count; i++, x += step, rgba += 4) {
        const uint32_t luma = 2126U * rgba[0] + 7152U * rgba[1] + 722U * rgba[2];
        const float g = (float)((double)(luma * (uint64_t)rgba[3]) / (10000.0 * 255.0 * 255.0));
        const float a = (float)rgba[3] / 255.0f;
        reduce->has_alpha |= rgba[3] != 255;
        reduce->has_colour |= rgba[0] != rgba[1] || rgba[1] != rgba[2];
        const Share share = is_small ? (Share){x, 1.0f, 0.0f} : find_share(x, reduce->step_x, width);
        grey[share.at] += share.share * g;
        alpha[share.at] += share.share * a;
        if (share.rest > 0) {
            grey[share.at + 1] += share.rest * g;
            alpha[share.at + 1] += share.rest * a;
        }
    }
    const Share rows = find_share(y, reduce->step_y, reduce->height);
    const float shares[2] = {rows.share, rows.rest};
    for (int k = 0; k < 2 && shares[k] > 0; k++) {
        float *to_grey = reduce->grey + (size_t)(rows.at + k) * (size_t)width,
              *to_alpha = reduce->alpha + (size_t)(rows.at + k) * (size_t)width;
        for (int i = 0; i < width; i++) {
            to_grey[i] += shares[k] * grey[i];
            to_alpha[i] += shares[k] * alpha[i];
        }
    }
}

// Where a pixel of the stored picture goes, by EXIF's orientation: 1 stays, 2 to 4 keep the sides, 5 to 8 swap them.
static size_t turn(int x, int y, int width, int height, int orientation)
{
    const int right = width - 1 - x, below = height - 1 - y;
    switch (orientation) {
    case 2: return (size_t)(y * width + right);
    case 3: return (size_t)(below * width + right);
    case 4: return (size_t)(below * width + x);
    case 5: return (size_t)(x * height + y);
    case 6: return (size_t)(x * height + below);
    case 7: return (size_t)(right * height + below);
    case 8: return (size_t)(right * height + y);
    default: return (size_t)(y * width + x); // 1, and what is none
    }
}

static float *turn_all(float *values, int width, int height, int orientation)
{
    float *turned = malloc((size_t)width * (size_t)height * sizeof *turned);
    if (turned)
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                turned[turn(x, y, width, height, orientation)] = values[y * width + x];
    free(values);
    return turned;
}

// Sums become means: alpha is the share of the area that is covered, grey that of what covers it.
static void divide(PictureReduce *reduce)
{
    const size_t count = (size_t)reduce->width * (size_t)reduce->height;
    for (size_t i = 0; i < count; i++) {
        const float alpha = reduce->alpha[i];
        reduce->grey[i] = alpha > 0 ? fminf(1.0f, reduce->grey[i] / (reduce->has_alpha ? alpha : 1.0f)) : 0.0f;
        reduce->alpha[i] = fminf(1.0f, alpha);
    }
}

bool picture_reduce_end(PictureReduce *reduce, int orientation, const char *name, InkPicture *out, Error *error)
{
    divide(reduce);
    const int width = reduce->width, height = reduce->height;
    if (!reduce->has_alpha) {
        free(reduce->alpha);
        reduce->alpha = NULL;
    }
    if (orientation > 1) {
        reduce->grey = turn_all(reduce->grey, width, height, orientation);
        reduce->alpha = reduce->alpha ? turn_all(reduce->alpha, width, height, orientation) : NULL;
    }
    if (!reduce->grey || (reduce->has_alpha && !reduce->alpha)) {
        picture_reduce_free(reduce);
        return error_set(error, "out of memory: the pixels of %s", name);
    }
    const bool is_swapped = orientation >= 5;
    *out = (InkPicture){is_swapped ? height : width, is_swapped ? width : height, reduce->grey, reduce->alpha,
                        reduce->has_colour};
    free(reduce->row);
    *reduce = (PictureReduce){0};
    return true;
}
