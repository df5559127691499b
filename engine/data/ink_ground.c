// How strongly each pixel stands out from its ground, and how a photograph's noise is told from that. A drawing made on
// a screen has one level of grey around it (ink_level.c), a photograph a ground of its own (ink_coarse.h).
#include "data/ink_ground.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/ink_coarse.h"
#include "data/ink_sheet.h"

enum {
    NOISE_REACH = 5,  // noise is what pixels so far apart differ by, a JPEG's nearer ones less
    SHEET_LEAST = 64, // pixels of a side: in smaller pictures no sheet is told from strokes
};

typedef struct Box {
    int left, top, right, bottom; // the last two exclusive
} Box;

static float *floats(size_t count) { return malloc(count * sizeof(float)); }

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
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
        s->values[i] = ink_strength(grey[i], level, s->is_dark);
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
            measure_part(grey, s->width, part, differences) / fmaxf(s->is_dark ? middle : 1.0f - middle, INK_LEAST_WAY);
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

// ---- step by step --------------------------------------------------------------------------------------------------

typedef bool Step(InkMeasuring *m); // false: memory is short

struct InkMeasuring {
    const float *raw; // (height, width), borrowed, or covered
    InkInvert invert;
    Step *next; // NULL: all is done
    InkStrengths strengths;
    float *covered; // raw, but around a sheet; NULL where there is none
    float *grey;    // raw without its noise, in a photograph
    InkCoarse coarse;
    InkSheet sheet;
    bool is_even;  // it may stand on one level of grey
    int part;      // of the widest window, that the ground is looked for with
    float from;    // what ink is strong
    double strong; // its sum, with the widest window
};

static Step begin_sheet, try_dark_sheet, try_light_sheet, take_sheet, cover, measure_even, smooth_photo, find_side,
    try_widest, try_part, wipe_widest, enlarge, measure_rest;

// Where a pixel lies on the sheet's coarse picture.
static int find_on_sheet(const InkMeasuring *m, int x, int y)
{
    return y * m->sheet.height / m->strengths.height * m->sheet.width + x * m->sheet.width / m->strengths.width;
}

// Whether the sheet was made on a screen: most of it has one level of grey, which only a JPEG moves a little.
static bool is_sheet_even(const InkMeasuring *m)
{
    enum { LEVELS = 256, NEAR = 1 };
    const InkStrengths *s = &m->strengths;
    int counts[LEVELS] = {0}, all = 0, most = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            if (m->sheet.mask[find_on_sheet(m, x, y)]) {
                counts[lroundf((LEVELS - 1) * m->raw[(size_t)y * (size_t)s->width + (size_t)x])]++;
                all++;
            }
    for (int level = 0; level < LEVELS; level++) {
        int near = 0;
        for (int i = level > NEAR ? level - NEAR : 0; i <= level + NEAR && i < LEVELS; i++)
            near += counts[i];
        most = near > most ? near : most;
    }
    return most * 5 >= all * 3;
}

static bool begin_sheet(InkMeasuring *m)
{
    const InkStrengths *s = &m->strengths;
    m->next = s->width < SHEET_LEAST || s->height < SHEET_LEAST ? measure_even : try_dark_sheet;
    return m->next == measure_even ||
           (ink_coarse_init(&m->coarse, m->raw, s->width, s->height) && ink_sheet_init(&m->sheet, &m->coarse));
}

static bool try_dark_sheet(InkMeasuring *m)
{
    if (m->invert != INK_INVERT_NO)
        ink_sheet_try(&m->sheet, true);
    m->next = try_light_sheet;
    return true;
}

static bool try_light_sheet(InkMeasuring *m)
{
    if (m->invert != INK_INVERT_YES)
        ink_sheet_try(&m->sheet, false);
    m->next = take_sheet;
    return true;
}

static void leave_sheet(InkMeasuring *m)
{
    ink_sheet_free(&m->sheet);
    ink_coarse_free(&m->coarse);
    m->coarse = (InkCoarse){0};
}

static bool take_sheet(InkMeasuring *m)
{
    InkStrengths *s = &m->strengths;
    s->is_sheet = ink_sheet_take(&m->sheet);
    m->is_even = !s->is_sheet || is_sheet_even(m);
    m->next = cover;
    return true;
}

// What lies around the sheet becomes its ground.
static bool cover(InkMeasuring *m)
{
    const InkStrengths *s = &m->strengths;
    m->next = m->is_even ? measure_even : smooth_photo;
    m->covered = s->is_sheet ? floats((size_t)s->width * (size_t)s->height) : NULL;
    if (m->covered) {
        for (int y = 0; y < s->height; y++)
            for (int x = 0; x < s->width; x++) {
                const int at = find_on_sheet(m, x, y), i = y * s->width + x;
                m->covered[i] = m->sheet.mask[at] ? m->raw[i] : m->sheet.ground[at];
            }
        m->raw = m->covered;
        m->invert = m->sheet.is_dark ? INK_INVERT_YES : INK_INVERT_NO;
    }
    leave_sheet(m);
    return !s->is_sheet || m->covered;
}

static bool measure_even(InkMeasuring *m)
{
    float level;
    m->next = NULL;
    if (ink_find_level(m->raw, m->strengths.width, m->strengths.height, &level))
        return measure_level(m->raw, level, m->invert, &m->strengths);
    m->next = smooth_photo;
    return true;
}

static bool smooth_photo(InkMeasuring *m)
{
    const InkStrengths *s = &m->strengths;
    m->grey = floats((size_t)s->width * (size_t)s->height);
    if (m->grey)
        smooth(m->raw, s->width, s->height, m->grey);
    m->next = find_side;
    return m->grey != NULL;
}

static bool find_side(InkMeasuring *m)
{
    if (!ink_coarse_init(&m->coarse, m->grey, m->strengths.width, m->strengths.height))
        return false;
    m->strengths.is_dark = m->invert == INK_INVERT_YES ||
                           (m->invert == INK_INVERT_AUTO && ink_coarse_is_dark(&m->coarse, m->coarse.margin / 2 + 1));
    m->next = try_widest;
    return true;
}

// The narrowest window is looked for that wipes out nearly all strong ink: what shadows are wider than it stay ground.
static bool try_widest(InkMeasuring *m)
{
    float strongest, unused;
    ink_coarse_wipe(&m->coarse, m->coarse.margin, m->strengths.is_dark);
    (void)ink_coarse_sum(&m->coarse, m->strengths.is_dark, 0, &strongest);
    m->from = 0.5f * strongest;
    m->strong = ink_coarse_sum(&m->coarse, m->strengths.is_dark, m->from, &unused);
    m->part = 8;
    m->next = try_part;
    return true;
}

static bool try_part(InkMeasuring *m)
{
    float unused;
    const int radius = m->coarse.margin / m->part;
    if (radius >= 2) {
        ink_coarse_wipe(&m->coarse, radius, m->strengths.is_dark);
        if (ink_coarse_sum(&m->coarse, m->strengths.is_dark, m->from, &unused) >= 0.85 * m->strong) {
            m->next = enlarge;
            return true;
        }
    }
    m->part /= 2;
    m->next = m->part > 1 ? try_part : wipe_widest;
    return true;
}

static bool wipe_widest(InkMeasuring *m)
{
    ink_coarse_wipe(&m->coarse, m->coarse.margin, m->strengths.is_dark);
    m->next = enlarge;
    return true;
}

static bool enlarge(InkMeasuring *m)
{
    ink_coarse_enlarge(&m->coarse, m->strengths.values, m->strengths.width, m->strengths.height);
    m->next = measure_rest;
    return true;
}

static bool measure_rest(InkMeasuring *m)
{
    InkStrengths *s = &m->strengths;
    m->next = NULL;
    if (!measure_noise(m->grey, s->values, s))
        return false;
    for (size_t i = 0; i < (size_t)s->width * (size_t)s->height; i++)
        s->values[i] = ink_strength(m->grey[i], s->values[i], s->is_dark);
    return find_peak(s);
}

InkMeasuring *ink_measuring_create(const float *grey, int width, int height, InkInvert invert)
{
    InkMeasuring *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    *m = (InkMeasuring){.raw = grey, .invert = invert, .next = begin_sheet};
    m->strengths = (InkStrengths){.width = width, .height = height, .values = floats((size_t)width * (size_t)height)};
    if (m->strengths.values)
        return m;
    ink_measuring_free(m);
    return NULL;
}

void ink_measuring_free(InkMeasuring *m)
{
    if (!m)
        return;
    leave_sheet(m);
    free(m->covered);
    free(m->grey);
    free(m->strengths.values);
    free(m);
}

JobTurn ink_measuring_advance(InkMeasuring *m, InkStrengths *out)
{
    if (!m->next(m))
        return JOB_FAILED;
    if (m->next)
        return JOB_MORE;
    *out = m->strengths;
    m->strengths.values = NULL;
    return JOB_DONE;
}
