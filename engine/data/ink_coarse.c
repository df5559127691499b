// The ground of a photograph is what is left when everything narrower than a window is wiped out: dark strokes by a
// maximum and then a minimum over that window, light ones the other way round. Gradients and the edges of shadows stay,
// whatever the window.
#include "data/ink_coarse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/resample.h"

enum { COARSE_MAX = 256 }; // pixels a side

// ---- extremes over a window ----------------------------------------------------------------------------------------

// The largest (sign 1) or smallest (sign -1) of the values within radius, along a line; queue: (count).
static void slide(const float *from, float *to, int count, size_t stride, int radius, float sign, int *queue)
{
    int head = 0, tail = 0;
    for (int i = 0; i < count + radius; i++) {
        if (i < count) {
            const float value = sign * from[(size_t)i * stride];
            while (tail > head && sign * from[(size_t)queue[tail - 1] * stride] <= value)
                tail--;
            queue[tail++] = i;
        }
        const int at = i - radius;
        if (at < 0)
            continue;
        while (queue[head] < at - radius)
            head++;
        to[(size_t)at * stride] = from[(size_t)queue[head] * stride];
    }
}

static size_t coarse_count(const InkCoarse *c) { return (size_t)c->width * (size_t)c->height; }

static void extreme(const InkCoarse *c, const float *from, float *to, int radius, float sign)
{
    for (int y = 0; y < c->height; y++)
        slide(from + (size_t)y * (size_t)c->width, c->spare + (size_t)y * (size_t)c->width, c->width, 1, radius, sign,
              c->queue);
    for (int x = 0; x < c->width; x++)
        slide(c->spare + x, to + x, c->height, (size_t)c->width, radius, sign, c->queue);
}

void ink_coarse_free(InkCoarse *c)
{
    free(c->grey);
    free(c->queue);
}

// The rim goes on outwards as it is, by the widest window, so that a gradient ends in no edge.
static void add_margin(InkCoarse *c, const float *inner)
{
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            const int column = x - c->margin, row = y - c->margin;
            const int from_x = column < 0 ? 0 : column < c->inner_width ? column : c->inner_width - 1;
            const int from_y = row < 0 ? 0 : row < c->inner_height ? row : c->inner_height - 1;
            c->grey[y * c->width + x] = inner[from_y * c->inner_width + from_x];
        }
}

bool ink_coarse_init(InkCoarse *c, const float *grey, int width, int height)
{
    const int longer = width > height ? width : height, side = longer > COARSE_MAX ? COARSE_MAX : longer;
    *c = (InkCoarse){.margin = side / 6 > 1 ? side / 6 : 1,
                     .inner_width = (int)((int64_t)width * side / longer),
                     .inner_height = (int)((int64_t)height * side / longer)};
    c->inner_width += c->inner_width == 0;
    c->inner_height += c->inner_height == 0;
    c->width = c->inner_width + 2 * c->margin;
    c->height = c->inner_height + 2 * c->margin;
    const size_t count = coarse_count(c);
    c->grey = malloc(5 * count * sizeof *c->grey);
    c->queue = malloc(sizeof *c->queue * (size_t)(side + 2 * c->margin));
    if (!c->grey || !c->queue) // what there is is freed with the rest
        return false;
    c->low = c->grey + count;
    c->high = c->low + count;
    c->ground = c->high + count;
    c->spare = c->ground + count;
    resample_area(grey, width, height, c->spare, c->inner_width, c->inner_height);
    add_margin(c, c->spare);
    return true;
}

// The ground without its margin, on the picture's own pixels.
void ink_coarse_enlarge(const InkCoarse *c, float *ground, int width, int height)
{
    for (int y = 0; y < c->inner_height; y++)
        memcpy(c->spare + y * c->inner_width, c->ground + (y + c->margin) * c->width + c->margin,
               sizeof *c->spare * (size_t)c->inner_width);
    resample_area(c->spare, c->inner_width, c->inner_height, ground, width, height);
}

// ---- which of the two the ink is -----------------------------------------------------------------------------------

// Around ink most pixels are ground: whether more of them lie near the brightest or near the darkest of their
// surroundings, each counted as much as the two differ.
bool ink_coarse_is_dark(const InkCoarse *c, int radius)
{
    extreme(c, c->grey, c->low, radius, -1.0f);
    extreme(c, c->grey, c->high, radius, 1.0f);
    double votes = 0;
    for (size_t i = 0; i < coarse_count(c); i++) {
        const float middle = 0.5f * (c->low[i] + c->high[i]), contrast = c->high[i] - c->low[i];
        votes += (double)(contrast * contrast * (c->grey[i] > middle ? 1.0f : -1.0f));
    }
    return votes > 0;
}

// ---- the ground of a photograph ------------------------------------------------------------------------------------

// Wipes out what is narrower than the window. The ground is kept a little on the ink's side, so that what is blurred
// when it is enlarged, the edge of a shadow, is no ink.
void ink_coarse_wipe(const InkCoarse *c, int radius, bool is_dark)
{
    const float sign = is_dark ? 1.0f : -1.0f;
    extreme(c, c->grey, c->low, radius, sign);
    extreme(c, c->low, c->high, radius, -sign);
    extreme(c, c->high, c->ground, 1, -sign);
}

void ink_coarse_level(const InkCoarse *c, int radius, bool is_dark)
{
    const float sign = is_dark ? 1.0f : -1.0f;
    extreme(c, c->grey, c->low, radius, sign);
    extreme(c, c->low, c->high, radius, -sign);
    extreme(c, c->high, c->low, radius, -sign);
    extreme(c, c->low, c->ground, radius, sign);
}

// The sum of strengths that are at least `from`, and the strongest.
double ink_coarse_sum(const InkCoarse *c, bool is_dark, float from, float *strongest)
{
    double sum = 0;
    *strongest = 0;
    for (size_t i = 0; i < coarse_count(c); i++) {
        const float value = ink_strength(c->grey[i], c->high[i], is_dark);
        *strongest = fmaxf(*strongest, value);
        sum += value >= from ? (double)value : 0.0;
    }
    return sum;
}
