// The ground of a picture. A drawing made on a screen has one level of grey around it (ink_level.c). A photograph's
// ground is what is left when everything narrower than a window is wiped out: dark strokes by a maximum and then a
// minimum over that window, light ones the other way round. Gradients and the edges of shadows stay, whatever the
// window.
#include "data/ink_ground.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/resample.h"

// The ground of a photograph is looked for on a picture of at most so many pixels a side; noise is what pixels so far
// apart differ by, a JPEG's nearer ones less.
enum { COARSE_MAX = 256, NOISE_REACH = 5 };

typedef struct Box {
    int left, top, right, bottom; // the last two exclusive
} Box;

static float *floats(size_t count) { return malloc(count * sizeof(float)); }

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

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

// A coarse picture and what working on it takes.
typedef struct Coarse {
    int width, height, margin; // the margin, which is also the widest window's radius, included
    int inner_width, inner_height;
    float *grey, *low, *high, *ground, *spare; // (height, width)
    int *queue;
} Coarse;

static size_t coarse_count(const Coarse *c) { return (size_t)c->width * (size_t)c->height; }

static void extreme(const Coarse *c, const float *from, float *to, int radius, float sign)
{
    for (int y = 0; y < c->height; y++)
        slide(from + (size_t)y * (size_t)c->width, c->spare + (size_t)y * (size_t)c->width, c->width, 1, radius, sign,
              c->queue);
    for (int x = 0; x < c->width; x++)
        slide(c->spare + x, to + x, c->height, (size_t)c->width, radius, sign, c->queue);
}

static void coarse_free(Coarse *c)
{
    free(c->grey);
    free(c->queue);
}

// The rim goes on outwards as it is, by the widest window, so that a gradient ends in no edge.
static void add_margin(Coarse *c, const float *inner)
{
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            const int column = x - c->margin, row = y - c->margin;
            const int from_x = column < 0 ? 0 : column < c->inner_width ? column : c->inner_width - 1;
            const int from_y = row < 0 ? 0 : row < c->inner_height ? row : c->inner_height - 1;
            c->grey[y * c->width + x] = inner[from_y * c->inner_width + from_x];
        }
}

static bool coarse_init(Coarse *c, const float *grey, int width, int height)
{
    const int longer = width > height ? width : height, side = longer > COARSE_MAX ? COARSE_MAX : longer;
    *c = (Coarse){.margin = side / 6 > 1 ? side / 6 : 1,
                  .inner_width = (int)((int64_t)width * side / longer),
                  .inner_height = (int)((int64_t)height * side / longer)};
    c->inner_width += c->inner_width == 0;
    c->inner_height += c->inner_height == 0;
    c->width = c->inner_width + 2 * c->margin;
    c->height = c->inner_height + 2 * c->margin;
    const size_t count = coarse_count(c);
    c->grey = floats(5 * count);
    c->queue = malloc(sizeof *c->queue * (size_t)(side + 2 * c->margin));
    if (!c->grey || !c->queue) {
        coarse_free(c);
        return false;
    }
    c->low = c->grey + count;
    c->high = c->low + count;
    c->ground = c->high + count;
    c->spare = c->ground + count;
    resample_area(grey, width, height, c->spare, c->inner_width, c->inner_height);
    add_margin(c, c->spare);
    return true;
}

// The ground without its margin, on the picture's own pixels.
static void enlarge_ground(const Coarse *c, float *ground, int width, int height)
{
    for (int y = 0; y < c->inner_height; y++)
        memcpy(c->spare + y * c->inner_width, c->ground + (y + c->margin) * c->width + c->margin,
               sizeof *c->spare * (size_t)c->inner_width);
    resample_area(c->spare, c->inner_width, c->inner_height, ground, width, height);
}

// ---- which of the two the ink is -----------------------------------------------------------------------------------

// Around ink most pixels are ground: whether more of them lie near the brightest or near the darkest of their
// surroundings, each counted as much as the two differ.
static bool is_ink_dark(const Coarse *c, int radius)
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

static const float least_way = 0.04f; // in the dark nothing can be told

static float strength(float grey, float ground, bool is_dark)
{
    const float away = is_dark ? ground - grey : grey - ground, way = is_dark ? ground : 1.0f - ground;
    return away <= 0.0f ? 0.0f : fminf(1.0f, away / fmaxf(way, least_way));
}

// ---- the ground of a photograph ------------------------------------------------------------------------------------

// Wipes out what is narrower than the window. The ground is kept a little on the ink's side, so that what is blurred
// when it is enlarged, the edge of a shadow, is no ink.
static void wipe(const Coarse *c, int radius, bool is_dark)
{
    const float sign = is_dark ? 1.0f : -1.0f;
    extreme(c, c->grey, c->low, radius, sign);
    extreme(c, c->low, c->high, radius, -sign);
    extreme(c, c->high, c->ground, 1, -sign);
}

// The sum of strengths that are at least `from`, and the strongest.
static double sum_strengths(const Coarse *c, bool is_dark, float from, float *strongest)
{
    double sum = 0;
    *strongest = 0;
    for (size_t i = 0; i < coarse_count(c); i++) {
        const float value = strength(c->grey[i], c->high[i], is_dark);
        *strongest = fmaxf(*strongest, value);
        sum += value >= from ? (double)value : 0.0;
    }
    return sum;
}

// The narrowest window that wipes out nearly all strong ink: what shadows are wider than it stay ground.
static void find_ground(const Coarse *c, bool is_dark)
{
    const int widest = c->margin;
    float strongest, unused;
    wipe(c, widest, is_dark);
    (void)sum_strengths(c, is_dark, 0, &strongest);
    const float from = 0.5f * strongest;
    const double all = sum_strengths(c, is_dark, from, &unused);
    for (int part = 8; part > 1; part /= 2) {
        const int radius = widest / part;
        if (radius < 2)
            continue;
        wipe(c, radius, is_dark);
        if (sum_strengths(c, is_dark, from, &unused) >= 0.85 * all)
            return;
    }
    wipe(c, widest, is_dark);
}

// ---- strengths -----------------------------------------------------------------------------------------------------

// The mean of the strongest thousandth.
static bool find_peak(InkStrengths *s)
{
    enum { BINS = 4096 };
    size_t *bins = calloc(BINS + 1, sizeof *bins);
    if (!bins)
        return false;
    const size_t count = (size_t)s->width * (size_t)s->height, top = count / 1000 + 1;
    for (size_t i = 0; i < count; i++)
        bins[(int)(s->values[i] * BINS)]++;
    size_t seen = 0;
    double sum = 0;
    for (int bin = BINS; bin >= 0 && seen < top; bin--) {
        const size_t taken = bins[bin] < top - seen ? bins[bin] : top - seen;
        sum += (double)taken * bin / BINS;
        seen += taken;
    }
    s->peak = (float)(sum / (double)top);
    free(bins);
    return true;
}

static bool measure_level(const float *grey, float level, InkInvert invert, InkStrengths *s)
{
    const size_t count = (size_t)s->width * (size_t)s->height;
    double side = 0;
    for (size_t i = 0; i < count; i++)
        side += (double)((grey[i] - level) * fabsf(grey[i] - level));
    s->is_even = true;
    s->is_dark = invert == INK_INVERT_YES || (invert == INK_INVERT_AUTO && side < 0);
    if (invert != INK_INVERT_AUTO && s->is_dark != (side < 0)) // what lies around is the ink: the rest is ground
        for (size_t i = 0; i < count; i++)
            level = s->is_dark ? fmaxf(level, grey[i]) : fminf(level, grey[i]);
    for (size_t i = 0; i < count; i++)
        s->values[i] = strength(grey[i], level, s->is_dark);
    return find_peak(s);
}

// The value that as many are below as `nth` says; the order of all changes.
static float select_nth(float *values, size_t count, size_t nth)
{
    size_t first = 0, last = count - 1;
    while (first < last) {
        const float pivot = values[first + (last - first) / 2];
        size_t left = first, right = last;
        for (;; left++, right--) { // below the pivot goes left, above right
            while (values[left] < pivot)
                left++;
            while (values[right] > pivot)
                right--;
            if (left >= right)
                break;
            const float value = values[left];
            values[left] = values[right];
            values[right] = value;
        }
        if (nth <= right)
            last = right;
        else
            first = right + 1;
    }
    return values[nth];
}

// How much pixels a little apart differ in one part of the picture, as a normal distribution's deviation: the median,
// which the few at the edges of strokes do not move. differences: room for the part's.
static float measure_part(const float *grey, int width, Box part, float *differences)
{
    static const float median_of_sigma = 0.6745f * 1.4142f;
    size_t count = 0;
    for (int y = part.top; y < part.bottom; y += 2)
        for (int x = part.left; x + NOISE_REACH < part.right; x += 3) {
            const float *at = grey + (size_t)y * (size_t)width + x;
            differences[count++] = fabsf(at[NOISE_REACH] - at[0]);
        }
    return count > 0 ? select_nth(differences, count, count / 2) / median_of_sigma : 0.0f;
}

// Of the worst quarter of the picture's parts, in strengths: ground (height, width).
static bool measure_noise(const float *grey, const float *ground, InkStrengths *s)
{
    enum { PARTS = 6 };
    float noises[PARTS * PARTS];
    float *differences = floats(((size_t)s->width / PARTS + 1) * ((size_t)s->height / PARTS + 1));
    if (!differences)
        return false;
    for (int i = 0; i < PARTS * PARTS; i++) {
        const int column = i % PARTS, row = i / PARTS;
        const Box part = {column * s->width / PARTS, row * s->height / PARTS, (column + 1) * s->width / PARTS,
                          (row + 1) * s->height / PARTS};
        const float middle = ground[(part.top + part.bottom) / 2 * s->width + (part.left + part.right) / 2];
        noises[i] =
            measure_part(grey, s->width, part, differences) / fmaxf(s->is_dark ? middle : 1.0f - middle, least_way);
    }
    free(differences);
    qsort(noises, PARTS * PARTS, sizeof *noises, compare);
    s->noise = noises[PARTS * PARTS * 3 / 4];
    return true;
}

// The mean of a pixel and its neighbours, as far as there are any.
static float smooth_at_rim(const float *grey, int width, int height, int x, int y)
{
    float sum = 0;
    int count = 0;
    for (int row = y > 0 ? y - 1 : 0; row <= y + 1 && row < height; row++)
        for (int column = x > 0 ? x - 1 : 0; column <= x + 1 && column < width; column++, count++)
            sum += grey[(size_t)row * (size_t)width + (size_t)column];
    return sum / (float)count;
}

// The same of a row that has one above and one below, but for its ends.
static void smooth_row(const float *above, const float *row, const float *below, int width, float *out)
{
    for (int x = 1; x < width - 1; x++)
        out[x] = (above[x - 1] + above[x] + above[x + 1] + row[x - 1] + row[x] + row[x + 1] + below[x - 1] + below[x] +
                  below[x + 1]) /
                 9.0f;
}

// What is left is noise in a photograph alone.
static void smooth(const float *grey, int width, int height, float *out)
{
    for (int y = 0; y < height; y++) {
        const float *row = grey + (size_t)y * (size_t)width;
        float *to = out + (size_t)y * (size_t)width;
        const bool is_within = y > 0 && y + 1 < height && width > 1;
        if (is_within)
            smooth_row(row - width, row, row + width, width, to);
        for (int x = 0; x < width; x += is_within && x == 0 ? width - 1 : 1)
            to[x] = smooth_at_rim(grey, width, height, x, y);
    }
}

static bool measure_smooth(const float *grey, InkInvert invert, InkStrengths *s)
{
    Coarse c;
    const size_t count = (size_t)s->width * (size_t)s->height;
    if (!coarse_init(&c, grey, s->width, s->height))
        return false;
    s->is_dark = invert == INK_INVERT_YES || (invert == INK_INVERT_AUTO && is_ink_dark(&c, c.margin / 2 + 1));
    find_ground(&c, s->is_dark);
    enlarge_ground(&c, s->values, s->width, s->height);
    coarse_free(&c);
    if (!measure_noise(grey, s->values, s))
        return false;
    for (size_t i = 0; i < count; i++)
        s->values[i] = strength(grey[i], s->values[i], s->is_dark);
    return find_peak(s);
}

static bool measure_photo(const float *raw, InkInvert invert, InkStrengths *s)
{
    float *grey = floats((size_t)s->width * (size_t)s->height);
    if (grey)
        smooth(raw, s->width, s->height, grey);
    const bool good = grey && measure_smooth(grey, invert, s);
    free(grey);
    return good;
}

bool ink_measure(const float *grey, int width, int height, InkInvert invert, InkStrengths *out, Error *error)
{
    *out = (InkStrengths){.width = width, .height = height};
    out->values = floats((size_t)width * (size_t)height);
    float level;
    const bool good =
        out->values && (ink_find_level(grey, width, height, &level) ? measure_level(grey, level, invert, out)
                                                                    : measure_photo(grey, invert, out));
    if (good)
        return true;
    free(out->values);
    out->values = NULL;
    return error_set(error, "out of memory: the ink of a picture");
}
