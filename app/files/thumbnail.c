// Making a picture small.
#include "files/thumbnail.h"

#include <math.h>

enum { WIDTH = THUMB_COLUMNS * DIGIT_SIDE, HEIGHT = THUMB_ROWS * DIGIT_SIDE };

// The mean of the pixels from (left, top) up to (right, bottom), at least one.
static Texel mean_color(const uint8_t *rgba, int width, int left, int top, int right, int bottom)
{
    unsigned sums[3] = {0}, count = 0;
    for (int y = top; y < bottom || y == top; y++)
        for (int x = left; x < right || x == left; x++) {
            const uint8_t *pixel = rgba + ((size_t)y * (size_t)width + (size_t)x) * 4;
            for (int i = 0; i < 3; i++)
                sums[i] += pixel[i];
            count++;
        }
    return sums[0] / count << 24 | sums[1] / count << 16 | sums[2] / count << 8 | 0xffu;
}

static Texel *find_texel(Texel *texels, int x, int y)
{
    const int tile = y / DIGIT_SIDE * THUMB_COLUMNS + x / DIGIT_SIDE;
    return texels + tile * DIGIT_PIXELS + y % DIGIT_SIDE * DIGIT_SIDE + x % DIGIT_SIDE;
}

void thumbnail_make(const uint8_t *rgba, int width, int height, Color ground, Texel texels[THUMB_TILES * DIGIT_PIXELS])
{
    const double scale = fmin((double)WIDTH / width, (double)HEIGHT / height);
    const int w = (int)lround(width * scale), h = (int)lround(height * scale), x0 = (WIDTH - w) / 2,
              y0 = (HEIGHT - h) / 2;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const int i = x - x0, j = y - y0;
            const bool is_inside = i >= 0 && i < w && j >= 0 && j < h;
            *find_texel(texels, x, y) = is_inside ? mean_color(rgba, width, i * width / w, j * height / h,
                                                               (i + 1) * width / w, (j + 1) * height / h)
                                                  : ground | 0xffu;
        }
}
