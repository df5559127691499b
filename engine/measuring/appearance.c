#include "measuring/appearance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measuring/outputs.h"

enum { WINDOW = 11, WINDOWS = DIGIT_SIDE - WINDOW + 1 }; // WINDOWS: in a row

// ---- sharpness ----------------------------------------------------------------------------------------------------

// Along one line of pixels, `step` apart.
static float differ(const float *line, int at, int step)
{
    if (at == 0)
        return line[step] - line[0];
    if (at == DIGIT_SIDE - 1)
        return line[at * step] - line[(at - 1) * step];
    return 0.5f * (line[(at + 1) * step] - line[(at - 1) * step]);
}

// The mean magnitude of its gradient.
static double find_gradient(const float *picture)
{
    double sum = 0.0;
    for (int row = 0; row < DIGIT_SIDE; row++)
        for (int column = 0; column < DIGIT_SIDE; column++) {
            const double across = (double)differ(picture + row * DIGIT_SIDE, column, 1),
                         down = (double)differ(picture + column, row, DIGIT_SIDE);
            sum += sqrt(across * across + down * down);
        }
    return sum / DIGIT_PIXELS;
}

// ---- structural similarity ----------------------------------------------------------------------------------------

typedef double Weighted[WINDOWS][WINDOWS]; // a mean over each window

typedef double Two __attribute__((vector_size(2 * sizeof(double))));

static Two load_two(const double *values)
{
    Two two;
    memcpy(&two, values, sizeof two);
    return two;
}

// A row of means over WINDOW values each, `step` apart. Six at a time, whose sums stay in registers.
static void weigh_row(const double *values, size_t step, const double weights[WINDOW], double means[WINDOWS])
{
    _Static_assert(WINDOWS % 6 == 0, "a row is whole blocks");
    for (int column = 0; column < WINDOWS; column += 6) {
        Two sums[3] = {{0}};
        for (int i = 0; i < WINDOW; i++) {
            const double *at = values + column + (size_t)i * step;
            sums[0] += weights[i] * load_two(at);
            sums[1] += weights[i] * load_two(at + 2);
            sums[2] += weights[i] * load_two(at + 4);
        }
        memcpy(means + column, sums, sizeof sums);
    }
}

// Across, then down: a Gaussian is the product of one in each direction.
static void weigh(double values[DIGIT_SIDE][DIGIT_SIDE], const double weights[WINDOW], Weighted out)
{
    double across[DIGIT_SIDE][WINDOWS];
    for (int row = 0; row < DIGIT_SIDE; row++)
        weigh_row(values[row], 1, weights, across[row]);
    for (int row = 0; row < WINDOWS; row++)
        weigh_row(across[row], WINDOWS, weights, out[row]);
}

static void multiply(const float *a, const float *b, const double weights[WINDOW], Weighted out)
{
    double products[DIGIT_SIDE][DIGIT_SIDE];
    for (int row = 0; row < DIGIT_SIDE; row++)
        for (int column = 0; column < DIGIT_SIDE; column++)
            products[row][column] =
                (double)a[row * DIGIT_SIDE + column] * (b ? (double)b[row * DIGIT_SIDE + column] : 1.0);
    weigh(products, weights, out);
}

static void fill_weights(double weights[WINDOW])
{
    double sum = 0.0;
    for (int i = 0; i < WINDOW; i++) {
        const double distance = i - WINDOW / 2;
        weights[i] = exp(-distance * distance / (2.0 * 1.5 * 1.5));
        sum += weights[i];
    }
    for (int i = 0; i < WINDOW; i++)
        weights[i] /= sum;
}

static double find_ssim(const float *t, const float *p)
{
    static const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    Weighted mean_t, mean_p, tt, pp, tp;
    double weights[WINDOW], sum = 0.0;
    fill_weights(weights);
    multiply(t, NULL, weights, mean_t);
    multiply(p, NULL, weights, mean_p);
    multiply(t, t, weights, tt);
    multiply(p, p, weights, pp);
    multiply(t, p, weights, tp);
    for (int row = 0; row < WINDOWS; row++)
        for (int column = 0; column < WINDOWS; column++) {
            const double mt = mean_t[row][column], mp = mean_p[row][column];
            const double both = tp[row][column] - mt * mp, each = tt[row][column] - mt * mt + pp[row][column] - mp * mp;
            sum += (2.0 * mt * mp + c1) * (2.0 * both + c2) / ((mt * mt + mp * mp + c1) * (each + c2));
        }
    return sum / (WINDOWS * WINDOWS);
}

// ---- a set --------------------------------------------------------------------------------------------------------

typedef struct ImageAppearance {
    double gradient_t, gradient_p, ssim;
} ImageAppearance;

typedef struct Adding {
    ImageAppearance *images; // (count)
    int count;
    Appearance *out;
} Adding;

static void measure_image(void *context, int image, const float *t, const float *z, const float *p)
{
    const Adding *adding = context;
    (void)z;
    adding->images[image] = (ImageAppearance){find_gradient(t), find_gradient(p), find_ssim(t, p)};
}

static void add_up(void *context)
{
    const Adding *adding = context;
    ImageAppearance sum = {0};
    for (int i = 0; i < adding->count; i++) {
        sum.gradient_t += adding->images[i].gradient_t;
        sum.gradient_p += adding->images[i].gradient_p;
        sum.ssim += adding->images[i].ssim;
    }
    *adding->out = (Appearance){adding->count, sum.gradient_p / sum.gradient_t, sum.ssim / adding->count};
}

static void free_adding(void *context)
{
    Adding *adding = context;
    free(adding->images);
    free(adding);
}

Sweep *appearance_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                        const Pool *pool, Appearance *out, Error *error)
{
    Adding *adding = malloc(sizeof *adding);
    if (adding)
        *adding = (Adding){calloc((size_t)image_count, sizeof *adding->images), image_count, out};
    Sweep *sum = sweep_create(&(SweepPlan){.what = "how sharp images are",
                                           .shard_items = 1,
                                           .step_items = 1,
                                           .finish = add_up,
                                           .free = free_adding,
                                           .context = adding},
                              adding && adding->images, error);
    if (!sum)
        return NULL;
    return sweep_join(outputs_begin(model, parameters, set, image_count, pool, measure_image, adding, error), sum);
}

bool appearance_measure(const Model *model, const float *parameters, const ImageSet *set, int image_count, Pool *pool,
                        Appearance *out, Error *error)
{
    return sweep_run(appearance_begin(model, parameters, set, image_count, pool, out, error), pool);
}
