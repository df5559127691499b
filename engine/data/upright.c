// Which way up images are, and turning them.
//
// EMNIST stores its images transposed, and under other names nothing says so. What people write is taller than wide,
// and that is measured; since shoes and shirts are not, it counts only where the labels speak of letters or where the
// images look like the digits that their labels name.
#include <math.h>
#include <string.h>

#include "data/digits.h"
#include "data/intake.h"

enum { SAMPLE = 2000, TEMPLATE_DIGITS = 400, LETTERS = 26 };

// By how much the one must be better than the other.
static const double wider_ratio = 1.2, likeness_least = 0.6, likeness_margin = 0.2;

const char *image_turn_key(ImageTurn turn)
{
    static const char *const keys[TURN_COUNT] = {"auto", "none", "transpose", "left", "right", "half"};
    return turn >= 0 && turn < TURN_COUNT ? keys[turn] : NULL;
}

// Where the pixel at row y, column x comes from.
static int find_source(ImageTurn turn, int y, int x)
{
    const int last = DIGIT_SIDE - 1;
    switch (turn) {
    case TURN_TRANSPOSE: return x * DIGIT_SIDE + y;
    case TURN_LEFT: return x * DIGIT_SIDE + last - y;
    case TURN_RIGHT: return (last - x) * DIGIT_SIDE + y;
    case TURN_HALF: return (last - y) * DIGIT_SIDE + last - x;
    case TURN_AUTO:
    case TURN_NONE:
    case TURN_COUNT: break;
    }
    return y * DIGIT_SIDE + x;
}

void upright_turn(const ImageSet *set, ImageTurn turn)
{
    if (turn == TURN_AUTO || turn == TURN_NONE)
        return;
    int from[DIGIT_PIXELS];
    for (int i = 0; i < DIGIT_PIXELS; i++)
        from[i] = find_source(turn, i / DIGIT_SIDE, i % DIGIT_SIDE);
    for (int image = 0; image < set->count; image++) {
        uint8_t *pixels = set->pixels + (size_t)image * DIGIT_PIXELS, before[DIGIT_PIXELS];
        memcpy(before, pixels, sizeof before);
        for (int i = 0; i < DIGIT_PIXELS; i++)
            pixels[i] = before[from[i]];
    }
}

// ---- letters ------------------------------------------------------------------------------------------------------

// The variances of the ink, down and across; false where there is none.
static bool measure_spread(const uint8_t *pixels, double *down, double *across)
{
    double sum = 0, y1 = 0, x1 = 0, y2 = 0, x2 = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const double ink = pixels[i], y = i / DIGIT_SIDE, x = i % DIGIT_SIDE;
        sum += ink;
        y1 += ink * y;
        x1 += ink * x;
        y2 += ink * y * y;
        x2 += ink * x * x;
    }
    if (sum <= 0)
        return false;
    *down = y2 / sum - y1 / sum * (y1 / sum);
    *across = x2 / sum - x1 / sum * (x1 / sum);
    return true;
}

// Labels 1 to 26, as EMNIST counts letters, beyond what digits have.
static bool has_letters(const ImageSet *set)
{
    int32_t most = 0;
    for (int i = 0; i < set->count; i++) {
        if (set->labels[i] < 1 || set->labels[i] > LETTERS)
            return false;
        most = set->labels[i] > most ? set->labels[i] : most;
    }
    return most >= DIGIT_CLASSES;
}

static Lying judge_letters(const ImageSet *set)
{
    double down = 0, across = 0;
    for (int i = 0; i < set->count && i < SAMPLE; i++) {
        double y, x;
        if (measure_spread(set->pixels + (size_t)i * DIGIT_PIXELS, &y, &x)) {
            down += y;
            across += x;
        }
    }
    return across > down * wider_ratio ? LYING_TRANSPOSED : down > across * wider_ratio ? LYING_UPRIGHT : LYING_UNKNOWN;
}

// ---- digits -------------------------------------------------------------------------------------------------------

typedef struct Means {
    double pixels[DIGIT_CLASSES][DIGIT_PIXELS];
    int counts[DIGIT_CLASSES];
} Means;

static void add_image(Means *means, int label, const uint8_t *pixels)
{
    means->counts[label]++;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        means->pixels[label][i] += pixels[i];
}

// Pearson's correlation of a with b, or with b transposed.
static double correlate(const double *a, const double *b, bool is_transposed)
{
    double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const double y = b[is_transposed ? find_source(TURN_TRANSPOSE, i / DIGIT_SIDE, i % DIGIT_SIDE) : i];
        sum_a += a[i];
        sum_b += y;
        aa += a[i] * a[i];
        bb += y * y;
        ab += a[i] * y;
    }
    const double n = DIGIT_PIXELS, spread = (aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n);
    return spread > 0 ? (ab - sum_a * sum_b / n) / sqrt(spread) : 0;
}

// Compares the mean of each label with the mean of the built-in digits of that label, both ways.
static Lying judge_digits(const ImageSet *set)
{
    static const Means empty;
    Means found = empty, known = empty;
    double upright = 0, transposed = 0;
    int classes = 0;
    for (int i = 0; i < TEMPLATE_DIGITS; i++) {
        uint8_t pixels[DIGIT_PIXELS];
        const int label = digits_draw(1, DIGITS_TEST, i, pixels);
        add_image(&known, label, pixels);
    }
    for (int i = 0; i < set->count && i < SAMPLE; i++)
        if (set->labels[i] >= 0 && set->labels[i] < DIGIT_CLASSES)
            add_image(&found, set->labels[i], set->pixels + (size_t)i * DIGIT_PIXELS);
    for (int label = 0; label < DIGIT_CLASSES; label++)
        if (found.counts[label] > 4) {
            classes++;
            upright += correlate(found.pixels[label], known.pixels[label], false);
            transposed += correlate(found.pixels[label], known.pixels[label], true);
        }
    if (classes < DIGIT_CLASSES - 2)
        return LYING_UNKNOWN;
    upright /= classes;
    transposed /= classes;
    if (transposed >= likeness_least && transposed >= upright + likeness_margin)
        return LYING_TRANSPOSED;
    return upright >= likeness_least ? LYING_UPRIGHT : LYING_UNKNOWN;
}

Lying upright_judge(const ImageSet *set)
{
    if (!set->labels)
        return LYING_UNKNOWN;
    return has_letters(set) ? judge_letters(set) : judge_digits(set);
}
