// Ink's fitting: see ink_fit.h.
#include "data/ink_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/resample.h"

enum { BOX = 20, FINE_BOX = BOX * INK_FINE };

// How strong the ink of 28x28 pixels is: MNIST's about 0.8; below the first of these nobody sees it.
static const float hair = 0.05f, thin = 0.3f;

typedef struct Box {
    int left, top, right, bottom; // the last two exclusive
} Box;

static Box find_box(const float *ink, int width, int height)
{
    Box box = {width, height, 0, 0};
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            if (ink[y * width + x] > 0) {
                box.left = x < box.left ? x : box.left;
                box.right = x + 1 > box.right ? x + 1 : box.right;
                box.top = y < box.top ? y : box.top;
                box.bottom = y + 1;
            }
    return box;
}

// The box in the middle of a square, averaged down or enlarged to that of the raster.
static bool fit_box(const float *ink, int row, Box box, float fine[FINE_BOX * FINE_BOX])
{
    const int width = box.right - box.left, height = box.bottom - box.top, side = width > height ? width : height;
    float *square = calloc((size_t)side * (size_t)side, sizeof *square);
    if (!square)
        return false;
    for (int y = 0; y < height; y++)
        memcpy(square + (size_t)(y + (side - height) / 2) * (size_t)side + (side - width) / 2,
               ink + (size_t)(box.top + y) * (size_t)row + box.left, (size_t)width * sizeof *square);
    resample_area(square, side, side, fine, FINE_BOX, FINE_BOX);
    free(square);
    return true;
}

// ---- thin strokes --------------------------------------------------------------------------------------------------

// The mean of the pixels of 28x28, each counted as much as it has ink.
static float measure_ink(const float fine[FINE_BOX * FINE_BOX])
{
    double sum = 0, squares = 0;
    for (int y = 0; y < FINE_BOX; y += INK_FINE)
        for (int x = 0; x < FINE_BOX; x += INK_FINE) {
            double pixel = 0;
            for (int i = 0; i < INK_FINE * INK_FINE; i++)
                pixel += (double)fine[(y + i / INK_FINE) * FINE_BOX + x + i % INK_FINE] / (INK_FINE * INK_FINE);
            sum += pixel;
            squares += pixel * pixel;
        }
    return sum > 0 ? (float)(squares / sum) : 0.0f;
}

static float find_largest_around(const float fine[FINE_BOX * FINE_BOX], int x, int y)
{
    float largest = 0;
    for (int row = y > 0 ? y - 1 : 0; row <= y + 1 && row < FINE_BOX; row++)
        for (int column = x > 0 ? x - 1 : 0; column <= x + 1 && column < FINE_BOX; column++)
            largest = fmaxf(largest, fine[row * FINE_BOX + column]);
    return largest;
}

// Lines of a pen of one pixel on a large sheet average down to nearly nothing: they become as strong as ink can be, and
// nearly as wide as a pixel.
static void thicken(float fine[FINE_BOX * FINE_BOX])
{
    float wide[FINE_BOX * FINE_BOX], largest = 0;
    for (int i = 0; i < FINE_BOX * FINE_BOX; i++) {
        wide[i] = find_largest_around(fine, i % FINE_BOX, i / FINE_BOX);
        largest = fmaxf(largest, wide[i]);
    }
    for (int i = 0; i < FINE_BOX * FINE_BOX; i++)
        fine[i] = largest > 0 ? wide[i] / largest : 0.0f;
}

static void strengthen(float fine[FINE_BOX * FINE_BOX], const char *name, InkResult *out)
{
    const float strength = measure_ink(fine);
    const bool is_hair = strength < hair;
    if (strength < thin)
        notices_add(&out->notices, "%s has lines %s: on %d by %d pixels they are %.0f %% as bright as white%s", name,
                    is_hair ? "as thin as hairs" : "that are thin", DIGIT_SIDE, DIGIT_SIDE, 100.0 * (double)strength,
                    is_hair ? ", so they were made thicker" : "");
    if (is_hair)
        thicken(fine);
}

// Where the box begins on the field of 28x28, in whole pixels, so that its centre of mass comes nearest to 14.
static int place(double mass, double moment)
{
    const int at = (int)lround(DIGIT_SIDE / 2 - (mass > 0 ? moment / mass : 0.5 * (BOX - 1)));
    return at < 0 ? 0 : at > DIGIT_SIDE - BOX ? DIGIT_SIDE - BOX : at;
}

static void put_on_raster(const float fine[FINE_BOX * FINE_BOX], InkResult *out)
{
    double mass = 0, x_moment = 0, y_moment = 0;
    for (int i = 0; i < FINE_BOX * FINE_BOX; i++) {
        mass += (double)fine[i];
        x_moment += (double)fine[i] * (i % FINE_BOX / INK_FINE);
        y_moment += (double)fine[i] * (i / FINE_BOX / INK_FINE);
    }
    const int left = INK_FINE * place(mass, x_moment), top = INK_FINE * place(mass, y_moment);
    for (int y = 0; y < FINE_BOX; y++)
        for (int x = 0; x < FINE_BOX; x++)
            out->raster[(top + y) * INK_RASTER_SIDE + left + x] =
                (uint8_t)lroundf(255.0f * fminf(1.0f, fmaxf(0.0f, fine[y * FINE_BOX + x])));
}

bool ink_fit(const float *ink, int width, int height, const char *name, InkResult *out, Error *error)
{
    static const char *const words = "%s: no ink is left, %.0f %% of the strongest is too high a threshold";
    float fine[FINE_BOX * FINE_BOX];
    const Box box = find_box(ink, width, height);
    if (box.right <= box.left)
        return error_set(error, words, name, 100.0 * (double)out->threshold);
    if (!fit_box(ink, width, box, fine))
        return error_set(error, "out of memory: the ink of %s", name);
    strengthen(fine, name, out);
    put_on_raster(fine, out);
    for (int i = 0; i < INK_RASTER_SIDE * INK_RASTER_SIDE; i++)
        if (out->raster[i])
            return true;
    return error_set(error, "%s: its ink is too little to be seen on %d by %d pixels", name, DIGIT_SIDE, DIGIT_SIDE);
}
