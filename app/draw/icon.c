// The icon's digit.
#include "draw/icon.h"

#include <assert.h>

// How bright each pixel is, in ninths.
static const char digit[ICON_ROWS][ICON_COLUMNS + 1] = {
    "379973", "962269", "100059", "002785", "029720", "297230", "999999",
};

Color icon_ground(void) { return theme_get(THEME_DARK)->back; }

static unsigned mix(Color from, Color to, int shift, unsigned ninths)
{
    const unsigned low = from >> shift & 255, high = to >> shift & 255;
    return ((low * (9 - ninths) + high * ninths + 4) / 9) << shift;
}

Color icon_color(int row, int column)
{
    const Theme *theme = theme_get(THEME_DARK);
    const Color full = column < ICON_COLUMNS / 2 ? theme->a : theme->b, ground = icon_ground();
    const unsigned ninths = (unsigned)(digit[row][column] - '0');
    return mix(ground, full, 24, ninths) | mix(ground, full, 16, ninths) | mix(ground, full, 8, ninths) | 255;
}

// How much of a pixel the ground covers, 0 .. 255: all of it but in the corners, by 4x4 samples.
static unsigned cover(int x, int y, int side)
{
    enum { SAMPLES = 4 };
    const float radius = (float)(side * ICON_RADIUS) / ICON_UNITS, end = (float)side - radius;
    unsigned inside = 0;
    for (int i = 0; i < SAMPLES * SAMPLES; i++) {
        const float px = (float)x + ((float)(i % SAMPLES) + 0.5f) / SAMPLES;
        const float py = (float)y + ((float)(i / SAMPLES) + 0.5f) / SAMPLES;
        const float dx = px < radius ? radius - px : px > end ? px - end : 0.0f;
        const float dy = py < radius ? radius - py : py > end ? py - end : 0.0f;
        inside += dx * dx + dy * dy <= radius * radius;
    }
    return inside * 255 / (SAMPLES * SAMPLES);
}

void icon_draw(unsigned char *rgba, int side)
{
    assert(side % ICON_UNITS == 0);
    const int unit = side / ICON_UNITS;
    for (int i = 0; i < side * side; i++) {
        const int x = i % side, y = i / side;
        const int left = x - ICON_LEFT * unit, top = y - ICON_TOP * unit;
        const int column = left / (ICON_PIXEL * unit), row = top / (ICON_PIXEL * unit);
        const bool is_digit = left >= 0 && top >= 0 && column < ICON_COLUMNS && row < ICON_ROWS;
        const Color color = is_digit ? icon_color(row, column) : icon_ground();
        rgba[4 * i] = (unsigned char)(color >> 24);
        rgba[4 * i + 1] = (unsigned char)(color >> 16 & 255);
        rgba[4 * i + 2] = (unsigned char)(color >> 8 & 255);
        rgba[4 * i + 3] = (unsigned char)cover(x, y, side);
    }
}
