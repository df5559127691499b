// Images of two soft discs each, or of independent pixels where they are not square.
#include "synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "random.h"

static void draw_discs(uint8_t *image, int side, Random *random)
{
    double x[2], y[2], radius[2];
    for (int i = 0; i < 2; i++) {
        x[i] = side * (0.25 + 0.5 * random_uniform(random));
        y[i] = side * (0.25 + 0.5 * random_uniform(random));
        radius[i] = side * (0.08 + 0.12 * random_uniform(random));
    }
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++) {
            double ink = 0.0;
            for (int i = 0; i < 2; i++)
                ink = fmax(ink, (radius[i] - hypot(column - x[i], row - y[i])) / 3.0 + 0.5);
            image[row * side + column] = (uint8_t)(255.0 * fmin(ink, 1.0) + 0.5);
        }
}

static void draw_pixels(uint8_t *image, int pixels, Random *random)
{
    for (int pixel = 0; pixel < pixels; pixel++) {
        const double u = random_uniform(random);
        image[pixel] = u < 0.4 ? 0 : u > 0.8 ? 255 : (uint8_t)(random_uniform(random) * 256.0);
    }
}

ImageSet synthetic_create(int count, int pixels, uint64_t seed)
{
    ImageSet set = {.count = count, .pixels = malloc((size_t)count * (size_t)pixels)};
    assert_non_null(set.pixels);
    const int side = (int)lround(sqrt(pixels));
    for (int i = 0; i < count; i++) {
        Random random = random_stream(seed, (uint64_t)i);
        uint8_t *image = set.pixels + (size_t)i * (size_t)pixels;
        if (side * side == pixels)
            draw_discs(image, side, &random);
        else
            draw_pixels(image, pixels, &random);
    }
    return set;
}

void synthetic_free(ImageSet *set)
{
    free(set->pixels);
    *set = (ImageSet){0};
}

void synthetic_convert(const ImageSet *set, int pixels, const int *order, int first, int rows, double *values)
{
    for (int row = 0; row < rows; row++) {
        const size_t image = (size_t)(order ? order[first + row] : first + row);
        for (int pixel = 0; pixel < pixels; pixel++)
            *values++ = set->pixels[image * (size_t)pixels + (size_t)pixel] / 255.0;
    }
}

Spec synthetic_spec(const char *text)
{
    Spec spec;
    Error error;
    if (!spec_parse(&spec, text, &error))
        fail_msg("%s", error.text);
    return spec;
}
