// A sheet is looked for where strokes, and what lies between them, are wiped out of the picture: its parts are told by
// one level of grey, the largest of the right side that has a sharp edge is the sheet, and what stands out on it is
// ink.
#include "data/ink_sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/ink_marks.h"

enum { LEVELS = 256, EDGE_REACH = 6, RIM = 3, AROUND = 8 };

static float level_at(const InkSheet *s, const float *values, int x, int y)
{
    return values[(y + s->c->margin) * s->c->width + x + s->c->margin];
}

// The level that tells two parts of the picture best (Otsu, 1979), and the means of both.
static float find_threshold(const InkSheet *s, float means[2])
{
    double counts[LEVELS] = {0}, all = 0, sum = 0, below = 0, below_sum = 0, best = -1;
    float threshold = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const float level = level_at(s, s->c->ground, x, y);
            counts[(int)(fminf(fmaxf(level, 0.0f), 1.0f) * (LEVELS - 1))]++;
        }
    for (int i = 0; i < LEVELS; i++) {
        all += counts[i];
        sum += counts[i] * i;
    }
    for (int i = 0; i < LEVELS - 1; i++) {
        below += counts[i];
        below_sum += counts[i] * i;
        if (below == 0 || below == all)
            continue;
        const double low = below_sum / below, high = (sum - below_sum) / (all - below);
        const double apart = below * (all - below) * (high - low) * (high - low);
        if (apart > best) {
            best = apart;
            threshold = ((float)i + 1.0f) / (LEVELS - 1);
            means[0] = (float)low / (LEVELS - 1);
            means[1] = (float)high / (LEVELS - 1);
        }
    }
    return threshold;
}

static int flood(const InkSheet *s, int start, uint8_t from, uint8_t to)
{
    return ink_flood(s->tried, s->width, s->height, start, from, to, s->stack).area;
}

static void keep_largest(InkSheet *s)
{
    enum { OFF, ON, SEEN };
    int largest = -1;
    s->area = 0;
    for (int i = 0; i < s->width * s->height; i++)
        if (s->tried[i] == ON) {
            const int area = flood(s, i, ON, SEEN);
            largest = area > s->area ? i : largest;
            s->area = area > s->area ? area : s->area;
        }
    if (largest >= 0)
        (void)flood(s, largest, SEEN, ON);
    for (int i = 0; i < s->width * s->height; i++)
        s->tried[i] = s->tried[i] == ON;
}

// Lengths of what the sheet covers from its first pixel to its last, over all rows or all columns.
static int sum_extents(const InkSheet *s, bool is_row)
{
    const int lines = is_row ? s->height : s->width, length = is_row ? s->width : s->height;
    int sum = 0;
    for (int line = 0; line < lines; line++) {
        int first = length, last = -1;
        for (int i = 0; i < length; i++)
            if (s->tried[is_row ? line * s->width + i : i * s->width + line]) {
                first = i < first ? i : first;
                last = i;
            }
        sum += last >= first ? last - first + 1 : 0;
    }
    return sum;
}

typedef struct Point {
    int x, y;
} Point;

// Twice the area of the triangle, on which side of the line from a to b the third lies its sign.
static int span(Point a, Point b, Point c) { return (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y); }

// The sheet's pixel that is farthest from a.
static Point find_farthest(const InkSheet *s, Point a)
{
    Point farthest = a;
    int most = -1;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const int away = (x - a.x) * (x - a.x) + (y - a.y) * (y - a.y);
            if (s->tried[y * s->width + x] && away > most) {
                most = away;
                farthest = (Point){x, y};
            }
        }
    return farthest;
}

// The area between its two pixels that are farthest from each other and those that are farthest from their line.
static int find_corners_area(const InkSheet *s)
{
    const Point middle = {s->width / 2, s->height / 2};
    const Point a = find_farthest(s, middle), b = find_farthest(s, a);
    int left = 0, right = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            if (s->tried[y * s->width + x]) {
                const int away = span(a, b, (Point){x, y});
                left = away > left ? away : left;
                right = -away > right ? -away : right;
            }
    return (left + right) / 2;
}

// A page has no dents and no holes, as strokes have, four corners, as a round one has not, and something beside it at
// the picture's rim.
static bool looks_like_one(const InkSheet *s)
{
    const int count = s->width * s->height, rim = 2 * (s->width + s->height);
    int at_rim = 0;
    for (int x = 0; x < s->width; x++)
        at_rim += s->tried[x] + s->tried[count - 1 - x];
    for (int y = 0; y < s->height; y++)
        at_rim += s->tried[y * s->width] + s->tried[(y + 1) * s->width - 1];
    return s->area * 5 >= count && s->area * 25 <= count * 24 && at_rim * 10 <= rim * 9 &&
           s->area * 100 >= sum_extents(s, true) * 95 && s->area * 100 >= sum_extents(s, false) * 95 &&
           find_corners_area(s) * 100 >= s->area * 85;
}

// Whether most of its outline is a step, as a shadow's is not: two pixels on either side differ by a third.
static bool has_sharp_edge(const InkSheet *s)
{
    static const float most = 0.67f;
    int steps = 0, all = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            for (int way = 0; way < 2; way++) {
                const int dx = way == 0, dy = way == 1, to_x = x + dx * EDGE_REACH, to_y = y + dy * EDGE_REACH;
                const int middle = (y + dy * EDGE_REACH / 2) * s->width + x + dx * EDGE_REACH / 2;
                if (to_x >= s->width || to_y >= s->height ||
                    s->tried[middle] == s->tried[middle + dx + dy * s->width]) // the outline runs in the middle
                    continue;
                const float a = level_at(s, s->c->ground, x, y), b = level_at(s, s->c->ground, to_x, to_y);
                all++;
                steps += fminf(a, b) < most * fmaxf(a, b);
            }
    return all > 0 && steps * 10 >= all * 7;
}

// Its rim is half of what lies beside it.
static void wipe_rim(InkSheet *s)
{
    for (int round = 0; round < RIM; round++) {
        for (int y = 0; y < s->height; y++)
            for (int x = 0; x < s->width; x++) {
                const int i = y * s->width + x;
                const bool is_bare = (x > 0 && !s->tried[i - 1]) || (x + 1 < s->width && !s->tried[i + 1]) ||
                                     (y > 0 && !s->tried[i - s->width]) ||
                                     (y + 1 < s->height && !s->tried[i + s->width]);
                s->stack[i] = s->tried[i] && !is_bare;
            }
        for (int i = 0; i < s->width * s->height; i++)
            s->tried[i] = (uint8_t)s->stack[i];
    }
}

typedef struct Ink {
    int pixels, inked;
    double sum; // of the squares of how strongly it stands out
} Ink;

static void count_ink(const InkSheet *s, bool is_dark, int x, int y, Ink *ink)
{
    static const float least = 0.06f;
    const float away = level_at(s, s->c->high, x, y) - level_at(s, s->c->grey, x, y), strength = is_dark ? away : -away;
    ink->pixels++;
    if (strength <= least)
        return;
    ink->inked++;
    ink->sum += (double)(strength * strength);
}

static bool is_far_from_it(const InkSheet *s, int x, int y)
{
    const int left = x > AROUND ? x - AROUND : 0, right = x + AROUND < s->width ? x + AROUND : s->width - 1;
    const int top = y > AROUND ? y - AROUND : 0, bottom = y + AROUND < s->height ? y + AROUND : s->height - 1;
    return !s->tried[y * s->width + x] && !s->tried[y * s->width + left] && !s->tried[y * s->width + right] &&
           !s->tried[top * s->width + x] && !s->tried[bottom * s->width + x];
}

// How much ink is on it; 0 where less of it is bare, and where there is ink beside it too, as where a shadow ends on a
// page: what is all over there is a table's grain.
static double find_ink(const InkSheet *s, bool is_dark)
{
    static const double least = 2.0;
    Ink on_it = {0}, beside = {0};
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            if (s->tried[y * s->width + x])
                count_ink(s, is_dark, x, y, &on_it);
            else if (is_far_from_it(s, x, y))
                count_ink(s, is_dark, x, y, &beside);
    const bool is_bare = on_it.inked * 2 < on_it.pixels,
               ends = beside.sum * 10 < on_it.sum || beside.inked * 5 > beside.pixels;
    return on_it.sum > least && is_bare && ends ? on_it.sum : 0.0;
}

void ink_sheet_try(InkSheet *s, bool is_dark)
{
    static const float darkest = 0.65f; // of the lighter part
    float means[2] = {0, 0};
    ink_coarse_level(s->c, s->c->margin / 4 + 1, is_dark);
    const float threshold = find_threshold(s, means);
    if (means[0] >= darkest * means[1])
        return;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            s->tried[y * s->width + x] = (level_at(s, s->c->ground, x, y) > threshold) == is_dark;
    keep_largest(s);
    if (!looks_like_one(s) || !has_sharp_edge(s))
        return;
    wipe_rim(s);
    const double ink = find_ink(s, is_dark);
    if (ink <= s->ink)
        return;
    s->ink = ink;
    s->is_dark = is_dark;
    memcpy(s->mask, s->tried, (size_t)s->width * (size_t)s->height);
    for (int i = 0; i < s->width * s->height; i++)
        s->ground[i] = level_at(s, s->c->high, i % s->width, i / s->width);
}

// From the sheet outwards each pixel's ground is its neighbour's that is nearer to the sheet.
bool ink_sheet_take(InkSheet *s)
{
    int count = 0;
    if (!(s->ink > 0))
        return false;
    memcpy(s->tried, s->mask, (size_t)s->width * (size_t)s->height);
    for (int i = 0; i < s->width * s->height; i++)
        if (s->mask[i])
            s->stack[count++] = i;
    for (int i = 0; i < count; i++) {
        const int at = s->stack[i], x = at % s->width, y = at / s->width;
        const int near[4] = {x > 0 ? at - 1 : at, x + 1 < s->width ? at + 1 : at, y > 0 ? at - s->width : at,
                             y + 1 < s->height ? at + s->width : at};
        for (int j = 0; j < 4; j++)
            if (!s->tried[near[j]]) {
                s->tried[near[j]] = 1;
                s->ground[near[j]] = s->ground[at];
                s->stack[count++] = near[j];
            }
    }
    return true;
}

bool ink_sheet_init(InkSheet *s, const InkCoarse *coarse)
{
    const size_t count = (size_t)coarse->inner_width * (size_t)coarse->inner_height;
    *s = (InkSheet){.c = coarse, .width = coarse->inner_width, .height = coarse->inner_height};
    s->mask = malloc(count);
    s->tried = malloc(count);
    s->ground = malloc(count * sizeof *s->ground);
    s->stack = malloc(count * sizeof *s->stack);
    return s->mask && s->tried && s->ground && s->stack; // what there is is freed with the rest
}

void ink_sheet_free(InkSheet *s)
{
    free(s->mask);
    free(s->tried);
    free(s->ground);
    free(s->stack);
    *s = (InkSheet){0};
}
