// The built-in digits: from a style's knots through a hand's habits and a pen to MNIST's 28x28 bytes.
//
// A digit is drawn in four steps: the hand moves the style's knots, a spline through them becomes short lines, those
// are scaled so that pen and all fill a 20x20 box, and every pixel takes its ink from its distance to the nearest line.
// The last step, centring by mass, is shared with drawings that a user makes. Nothing but + - * / and sqrt, which IEEE
// 754 rounds exactly, touches a value, so that the bytes do not depend on the machine or its mathematics library.
// Thread: safe from any number of threads; nothing here is shared but constants.
// To add one: a style goes into digit_styles.h, a habit into Hand and pick_hand.
#include "data/digits.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "data/digit_styles.h"
#include "random.h"

enum {
    FIELD = 28,
    BOX = 20,
    FOUR = 4,          // pixels side by side
    EIGHT = 8,         // a line is drawn so many pixels at a time
    ROW = BOX + EIGHT, // a row of the canvas: lines may pass the box on the right
    STEPS = 12,        // the most lines that one span of a spline becomes
    LINES = STYLE_KNOTS * STEPS
};

// A squared distance, in pens, at which there is no ink.
static const float FAR = 1e3f;

// What one writer does to every stroke. Lengths are in halves of the digit's height unless said otherwise.
typedef struct Hand {
    double slant, turn, aspect;
    double shake;       // how far the knots stray
    double bend_x[4];   // smooth distortion of the page: v^2, u v, u^2, v^3
    double bend_y[3];   // u^2, u v, v^2
    double pen, uneven; // the pen's radius in pixels of the box, and how much of it changes from knot to knot
    double edge;        // how wide the grey edge is, in pixels
} Hand;

// The writers' means and spreads, by digit: chosen so that what a model learns from these digits serves MNIST's too.
typedef struct Habit {
    double slant, slant_spread, aspect, aspect_spread, shake;
} Habit;

static const Habit habits[10] = {
    {0.14, 0.20, 0.99, 0.20, 0.060}, {0.28, 0.30, 0.42, 0.22, 0.070}, {0.05, 0.24, 0.90, 0.19, 0.090},
    {0.06, 0.22, 0.88, 0.24, 0.090}, {0.23, 0.12, 0.95, 0.16, 0.080}, {0.03, 0.30, 0.92, 0.26, 0.100},
    {0.03, 0.20, 0.93, 0.26, 0.085}, {0.04, 0.22, 0.80, 0.19, 0.080}, {0.14, 0.24, 0.76, 0.22, 0.080},
    {0.17, 0.22, 0.83, 0.25, 0.075},
};

typedef struct Point {
    double x, y;
    double pen;  // the pen's radius here, in pixels
    bool starts; // begins a stroke: no line leads here
} Point;

typedef struct Path {
    int count;
    Point points[LINES];
} Path;

// Nearly normal, mean 0, variance 1, within +-3.5: the sum of four uniform numbers out of one draw.
static double spread(Random *random)
{
    const uint64_t bits = random_bits(random);
    const uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    return ((double)sum * 0x1p-16 - 2.0) * 1.7320508075688772;
}

static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static int pick_label(uint64_t seed, DigitSplit split, int index)
{
    Random random = random_stream(seed, (uint64_t)1 << 40 | (uint64_t)split << 32 | (uint64_t)(index / 10));
    int labels[10];
    for (int i = 0; i < 10; i++) {
        const int j = (int)random_below(&random, (uint32_t)i + 1);
        labels[i] = labels[j];
        labels[j] = i;
    }
    return labels[index % 10];
}

static const DigitStyle *pick_style(Random *random, int digit)
{
    const int count = (int)(sizeof digit_styles / sizeof *digit_styles);
    uint32_t total = 0;
    for (int i = 0; i < count; i++) {
        total += digit_styles[i].digit == digit ? digit_styles[i].weight : 0u;
    }
    uint32_t left = random_below(random, total);
    for (int i = 0; i < count; i++) {
        if (digit_styles[i].digit == digit) {
            if (left < digit_styles[i].weight) {
                return &digit_styles[i];
            }
            left -= digit_styles[i].weight;
        }
    }
    return digit_styles; // not reached: left < total
}

static Hand pick_hand(Random *random, int digit)
{
    const Habit *habit = &habits[digit];
    Hand hand = {0};
    hand.slant = habit->slant + habit->slant_spread * spread(random);
    hand.turn = 0.05 * spread(random);
    hand.aspect = habit->aspect * clamp(1.0 + habit->aspect_spread * spread(random), 0.4, 2.0);
    hand.shake = habit->shake * (0.8 + 0.4 * random_uniform(random));
    static const double bends_x[4] = {0.12, 0.18, 0.06, 0.06}, bends_y[3] = {0.10, 0.06, 0.15};
    for (int i = 0; i < 4; i++) {
        hand.bend_x[i] = bends_x[i] * spread(random);
    }
    for (int i = 0; i < 3; i++) {
        hand.bend_y[i] = bends_y[i] * spread(random);
    }
    const double press = spread(random);
    hand.pen = 1.195 * clamp(1.0 + 0.24 * press + 0.03 * press * press, 0.5, 2.0);
    hand.uneven = 0.20;
    hand.edge = 0.96 * clamp(1.0 + 0.12 * spread(random), 0.6, 1.5);
    return hand;
}

// Where the hand puts a knot, in pixels about the box's middle.
static Point place_knot(Random *random, const Hand *hand, const Knot *knot)
{
    const double u = (knot->x - 50) * 0.02 + hand->shake * spread(random);
    const double v = (knot->y - 50) * 0.02 + hand->shake * spread(random);
    const double *bx = hand->bend_x, *by = hand->bend_y;
    const double x =
        hand->aspect * (u + bx[0] * v * v + bx[1] * u * v + bx[2] * u * u + bx[3] * v * v * v) - hand->slant * v;
    const double y = v + by[0] * u * u + by[1] * u * v + by[2] * v * v;
    // The half-angle formulas turn by 2 atan(turn / 2) without a sine.
    const double t = 0.5 * hand->turn, n = 1.0 / (1.0 + t * t), c = (1.0 - t * t) * n, s = 2.0 * t * n;
    const double pen = hand->pen * clamp(1.0 + hand->uneven * spread(random), 0.5, 1.6);
    return (Point){10.0 * (c * x - s * y), 10.0 * (s * x + c * y), pen, knot->kind == KNOT_START};
}

// One span of the spline, from a to b, as lines: a cubic in Hermite form with the slopes da and db.
static void trace_span(Path *path, const Point *a, const Point *b, const double da[2], const double db[2])
{
    const double dx = b->x - a->x, dy = b->y - a->y;
    const int steps = (int)clamp(sqrt(dx * dx + dy * dy) * 0.6 + 1.5, 2.0, STEPS);
    for (int i = 1; i <= steps; i++) {
        const double t = (double)i / steps, tt = t * t, ttt = tt * t;
        const double hb = 3.0 * tt - 2.0 * ttt, ga = ttt - 2.0 * tt + t, gb = ttt - tt;
        path->points[path->count++] = (Point){
            a->x + hb * dx + ga * da[0] + gb * db[0],
            a->y + hb * dy + ga * da[1] + gb * db[1],
            a->pen + t * (b->pen - a->pen),
            false,
        };
    }
}

// A Catmull-Rom spline through the knots; ends and corners take their slope from the one span they belong to.
static void trace_path(Random *random, const Hand *hand, const DigitStyle *style, Path *path)
{
    Point points[STYLE_KNOTS];
    int count = 0;
    for (; style->knots[count].kind != KNOT_END; count++) {
        points[count] = place_knot(random, hand, &style->knots[count]);
    }
    path->count = 0;
    for (int i = 0; i < count; i++) {
        const Point *a = &points[i];
        if (a->starts) {
            path->points[path->count++] = *a;
        }
        if (i + 1 == count || points[i + 1].starts) {
            continue;
        }
        const Point *b = &points[i + 1];
        const bool free_a = style->knots[i].kind != KNOT_SMOOTH;
        const bool free_b = style->knots[i + 1].kind != KNOT_SMOOTH || i + 2 == count || points[i + 2].starts;
        double da[2] = {b->x - a->x, b->y - a->y}, db[2] = {da[0], da[1]};
        if (!free_a) {
            da[0] = 0.5 * (b->x - points[i - 1].x);
            da[1] = 0.5 * (b->y - points[i - 1].y);
        }
        if (!free_b) {
            db[0] = 0.5 * (points[i + 2].x - a->x);
            db[1] = 0.5 * (points[i + 2].y - a->y);
        }
        trace_span(path, a, b, da, db);
    }
}

// Scales and moves the path so that its ink fills the box in its longer direction and lies in the box's middle in the
// other. Most of the grey edge falls outside: MNIST's boxes were cut from drawings whose edge was still sharp.
static void fit_path(Path *path, double edge)
{
    double low[2] = {0}, high[2] = {0}, scale = 1.0;
    for (int turn = 0; turn < 3; turn++) {
        low[0] = low[1] = 1e9;
        high[0] = high[1] = -1e9;
        for (int i = 0; i < path->count; i++) {
            const Point *p = &path->points[i];
            const double x = p->x * scale, y = p->y * scale, r = p->pen + 0.1 * edge;
            low[0] = x - r < low[0] ? x - r : low[0];
            low[1] = y - r < low[1] ? y - r : low[1];
            high[0] = x + r > high[0] ? x + r : high[0];
            high[1] = y + r > high[1] ? y + r : high[1];
        }
        // The pen's width does not scale, so the first guesses miss by a little.
        const double width = high[0] - low[0], height = high[1] - low[1], longer = width > height ? width : height;
        if (turn < 2) {
            const double pens = 2.0 * path->points[0].pen + 0.2 * edge;
            scale *= clamp((BOX - pens) / (longer > pens + 1.0 ? longer - pens : 1.0), 0.1, 10.0);
        }
    }
    const double x = 0.5 * (BOX - low[0] - high[0]), y = 0.5 * (BOX - low[1] - high[1]);
    for (int i = 0; i < path->count; i++) {
        Point *p = &path->points[i];
        p->x = p->x * scale + x;
        p->y = p->y * scale + y;
    }
}

typedef float Four __attribute__((vector_size(FOUR * sizeof(float))));
typedef int32_t FourInts __attribute__((vector_size(FOUR * sizeof(float))));

static inline Four select(FourInts mask, Four yes, Four no)
{
    return (Four)((mask & (FourInts)yes) | (~mask & (FourInts)no));
}

// Lowers canvas to the squared distance to one line, in pens, wherever that can matter.
static void draw_line(float canvas[BOX][ROW], const Point *a, const Point *b, double reach)
{
    const double left = (a->x < b->x ? a->x : b->x) - reach, right = (a->x < b->x ? b->x : a->x) + reach;
    const double top = (a->y < b->y ? a->y : b->y) - reach, bottom = (a->y < b->y ? b->y : a->y) + reach;
    const int x0 = (int)clamp(left, 0.0, BOX - 1), x1 = (int)clamp(right, 0.0, BOX - 1);
    const int y0 = (int)clamp(top, 0.0, BOX - 1), y1 = (int)clamp(bottom, 0.0, BOX - 1);
    const float dx = (float)(b->x - a->x), dy = (float)(b->y - a->y), length = dx * dx + dy * dy;
    const float along = 1.0f / (length > 1e-6f ? length : 1e-6f), pen = (float)(0.5 * (a->pen + b->pen));
    const float thin = 1.0f / (pen * pen);
    for (int y = y0; y <= y1; y++) {
        const float py = (float)(y + 0.5 - a->y);
        for (int x = x0; x <= x1; x += EIGHT)
            for (int half = 0; half < EIGHT; half += FOUR) {
                Four near;
                memcpy(&near, &canvas[y][x + half], sizeof near);
                const Four px = (float)(x + 0.5 - a->x) + ((float)half + (Four){0, 1, 2, 3});
                Four t = (px * dx + py * dy) * along;
                t = select(t < 0.0f, (Four){0}, t);
                t = select(t > 1.0f, (Four){1, 1, 1, 1}, t);
                const Four ex = px - t * dx, ey = py - t * dy, q = (ex * ex + ey * ey) * thin;
                near = select(q < near, q, near);
                memcpy(&canvas[y][x + half], &near, sizeof near);
            }
    }
}

// Copies the box into the field with a shift by whole pixels that puts the centre of mass nearest to pixel (14, 14),
// which is where MNIST has it; the box stays inside the field.
static void centre_box(float box[BOX][BOX], float *field)
{
    double mass = 0.0, sum_x = 0.0, sum_y = 0.0;
    for (int y = 0; y < BOX; y++) {
        for (int x = 0; x < BOX; x++) {
            mass += box[y][x];
            sum_x += x * (double)box[y][x];
            sum_y += y * (double)box[y][x];
        }
    }
    memset(field, 0, sizeof(float) * FIELD * FIELD);
    if (!(mass > 0.0)) {
        return;
    }
    const int left = (int)clamp(FIELD / 2 + 0.5 - sum_x / mass, 0.0, FIELD - BOX);
    const int top = (int)clamp(FIELD / 2 + 0.5 - sum_y / mass, 0.0, FIELD - BOX);
    for (int y = 0; y < BOX; y++) {
        memcpy(field + (top + y) * FIELD + left, box[y], sizeof(float) * BOX);
    }
}

// How much of a pixel the pen covers, from a ramp that is linear across the edge: rounded off at both of its ends.
static float soften(float ramp)
{
    const float k = 0.12f, low = ramp + k, high = 1.0f + k - ramp;
    if (ramp < k) {
        return low > 0.0f ? low * low / (4.0f * k) : 0.0f;
    }
    return high > 2.0f * k ? ramp : high > 0.0f ? 1.0f - high * high / (4.0f * k) : 1.0f;
}

// From distances to grey levels, whole numbers 0..255. As in MNIST, a stroke's body ends a little below white, and
// only its very middle reaches it.
static void ink_box(Random *random, float canvas[BOX][ROW], const Hand *hand, float box[BOX][BOX])
{
    const float body = (float)(252 + random_below(random, 3));
    const float slope = (float)(hand->pen / hand->edge), middle = 0.0024f;
    // from here on even the roughest edge is bare: 0.5 + slope (1 - sqrt q) + 0.15 lies below soften's lower end
    const float bare = 1.0f + 0.8f / slope, bare_from = bare * bare;
    for (int y = 0; y < BOX; y++) {
        for (int x = 0; x < BOX; x++) {
            const float q = canvas[y][x];
            if (q > bare_from) {
                box[y][x] = 0.0f;
                if (q <= FAR)
                    random_skip(random);
                continue;
            }
            const float rough = (float)(random_bits(random) >> 40) * 0x1p-23f - 1.0f;
            const float cover = soften(0.5f + slope * (1.0f - sqrtf(q)) + 0.15f * rough);
            box[y][x] = q < middle ? 255.0f : (float)(int)(cover * body + 0.5f);
        }
    }
}

int digits_draw(uint64_t seed, DigitSplit split, int index, uint8_t pixels[784])
{
    const int label = pick_label(seed, split, index);
    Random random = random_stream(seed, (uint64_t)split << 32 | (uint64_t)index);
    const Hand hand = pick_hand(&random, label);
    Path path;
    trace_path(&random, &hand, pick_style(&random, label), &path);
    fit_path(&path, hand.edge);
    float canvas[BOX][ROW], box[BOX][BOX], field[FIELD * FIELD];
    for (int y = 0; y < BOX; y++) {
        for (int x = 0; x < ROW; x++) {
            canvas[y][x] = 2.0f * FAR;
        }
    }
    for (int i = 1; i < path.count; i++) {
        if (!path.points[i].starts) {
            const Point *a = &path.points[i - 1], *b = &path.points[i];
            draw_line(canvas, a, b, (a->pen > b->pen ? a->pen : b->pen) * (1.0 + 0.7 * hand.edge / hand.pen));
        }
    }
    ink_box(&random, canvas, &hand, box);
    centre_box(box, field);
    for (int i = 0; i < FIELD * FIELD; i++) {
        pixels[i] = (uint8_t)field[i];
    }
    return label;
}

// Mean ink over the part of the drawing that one pixel of the box covers; what lies outside the drawing is bare.
static double average_ink(const float *ink, int side, double x0, double y0, double size)
{
    double sum = 0.0;
    const int left = (int)clamp(x0, 0.0, side), right = (int)clamp(x0 + size + 1.0, 0.0, side);
    const int top = (int)clamp(y0, 0.0, side), bottom = (int)clamp(y0 + size + 1.0, 0.0, side);
    for (int y = top; y < bottom; y++) {
        const double high = (y + 1.0 < y0 + size ? y + 1.0 : y0 + size) - (y > y0 ? y : y0);
        for (int x = left; x < right; x++) {
            const double wide = (x + 1.0 < x0 + size ? x + 1.0 : x0 + size) - (x > x0 ? x : x0);
            const double value = (double)ink[(size_t)y * (size_t)side + (size_t)x];
            if (value > 0.0 && wide > 0.0 && high > 0.0) {
                sum += (value < 1.0 ? value : 1.0) * wide * high;
            }
        }
    }
    return sum / (size * size);
}

void digits_prepare(const float *ink, int side, float pixels[784])
{
    int left = side, right = -1, top = side, bottom = -1;
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
            if (ink[(size_t)y * (size_t)side + (size_t)x] > 0.0f) {
                left = x < left ? x : left;
                right = x > right ? x : right;
                top = y < top ? y : top;
                bottom = y;
            }
        }
    }
    float box[BOX][BOX] = {{0}};
    if (right >= 0) {
        const int width = right + 1 - left, height = bottom + 1 - top, longer = width > height ? width : height;
        const double size = (double)longer / BOX; // of a pixel of the box, in pixels of the drawing
        const double x0 = 0.5 * (left + right + 1 - longer), y0 = 0.5 * (top + bottom + 1 - longer);
        for (int y = 0; y < BOX; y++) {
            for (int x = 0; x < BOX; x++) {
                box[y][x] = (float)clamp(average_ink(ink, side, x0 + x * size, y0 + y * size, size), 0.0, 1.0);
            }
        }
    }
    centre_box(box, pixels);
}
