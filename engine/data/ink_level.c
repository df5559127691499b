// Drawings made on a screen: whether a picture stands on one level of grey, and which.
#include <math.h>
#include <stdlib.h>

#include "data/ink_ground.h"

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// The pixels of the rim, at most `room` of them, evenly taken. Returns how many.
static int read_rim(const float *grey, int width, int height, float *rim, int room)
{
    const int total = 2 * (width + height), step = (total + room - 1) / room;
    int count = 0;
    for (int i = 0; i < total; i += step) {
        const int x = i < 2 * width ? i % width : i < 2 * width + height ? 0 : width - 1;
        const int y = i < width ? 0 : i < 2 * width ? height - 1 : (i - 2 * width) % height;
        rim[count++] = grey[(size_t)y * (size_t)width + (size_t)x];
    }
    return count;
}

enum { RIM_MAX = 1024 };

static float find_rim_level(const float *grey, int width, int height, float *share_near)
{
    static const float near = 3.0f / 255.0f;
    float rim[RIM_MAX];
    const int count = read_rim(grey, width, height, rim, RIM_MAX);
    qsort(rim, (size_t)count, sizeof *rim, compare);
    const float level = rim[count / 2];
    int at_level = 0;
    for (int i = 0; i < count; i++)
        at_level += fabsf(rim[i] - level) <= near;
    *share_near = (float)at_level / (float)count;
    return level;
}

bool ink_is_rim_light(const float *grey, int width, int height)
{
    float share;
    return find_rim_level(grey, width, height, &share) > 0.5f;
}

static double share_at(const float *grey, size_t count, float level, float near)
{
    size_t at_level = 0;
    for (size_t i = 0; i < count; i++)
        at_level += fabsf(grey[i] - level) <= near;
    return (double)at_level / (double)count;
}

// Where nearly all of the picture is as dark as its darkest or as light as its lightest pixels: that one of the two
// which more of the rim has.
static bool find_two_levels(const float *grey, size_t count, float rim, float *level)
{
    static const float near = 6.0f / 255.0f;
    float low = 1.0f, high = 0.0f;
    for (size_t i = 0; i < count; i++) {
        low = fminf(low, grey[i]);
        high = fmaxf(high, grey[i]);
    }
    *level = rim - low < high - rim ? low : high;
    return high - low > 0.2f && share_at(grey, count, low, near) + share_at(grey, count, high, near) >= 0.85;
}

// Whether the picture stands on one level of grey: one that most of its rim and a quarter of it have, as only what was
// made on a screen does; or one of the only two that it has.
bool ink_find_level(const float *grey, int width, int height, float *level)
{
    const size_t count = (size_t)width * (size_t)height;
    float share;
    const float rim = find_rim_level(grey, width, height, &share);
    *level = rim;
    return (share >= 0.85f && share_at(grey, count, rim, 3.0f / 255.0f) >= 0.25) ||
           find_two_levels(grey, count, rim, level);
}
