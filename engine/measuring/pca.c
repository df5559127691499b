// The covariance, its eigenvectors, what they leave, and the autoencoder that they are.
#include "measuring/pca.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kernels/activation.h"
#include "kernels/kernel.h"
#include "kernels/loss.h"
#include "measuring/eigen.h"

// So many products of two bytes add up to less than 2^24: in single precision their sum is exact, and so the kernels
// may add them in any order.
enum { EXACT_IMAGES = 256 };
static_assert(EXACT_IMAGES * 255 * 255 < 1 << 24, "a float holds each of the whole numbers up to there");
enum { BANDS = DIGIT_PIXELS / STRIP_COLUMNS, CHECK_ROWS = 16 };

// ---- products of pixels -------------------------------------------------------------------------------------------

// The sums over images of the products of their pixels, and of the pixels: whole numbers, of bytes.
typedef struct Moments {
    double products[DIGIT_PIXELS][DIGIT_PIXELS], sums[DIGIT_PIXELS];
} Moments;

// A shard is a band of the pixels with itself and with all behind it; its items are groups of images.
typedef struct Summing {
    const ImageSet *set;
    int images, groups, worker_count;
    Moments *moments;
    float **scratch; // by worker: (EXACT_IMAGES, DIGIT_PIXELS) and (STRIP_COLUMNS, DIGIT_PIXELS)
} Summing;

static void sum_group(void *context, int band, int item, int count, int worker_index)
{
    const Summing *s = context;
    const size_t first = (size_t)band * STRIP_COLUMNS, columns = DIGIT_PIXELS - first;
    float *const pixels = s->scratch[worker_index], *const products = pixels + (size_t)EXACT_IMAGES * DIGIT_PIXELS;
    const int image = item % s->groups * EXACT_IMAGES;
    const int rows = s->images - image < EXACT_IMAGES ? s->images - image : EXACT_IMAGES;
    (void)count; // one at a time
    for (size_t row = 0; row < (size_t)rows; row++) {
        const uint8_t *const bytes = s->set->pixels + ((size_t)image + row) * DIGIT_PIXELS + first;
        for (size_t i = 0; i < columns; i++)
            pixels[row * columns + i] = (float)bytes[i];
    }
    kernel_get()->multiply(&(Product){.m = STRIP_COLUMNS,
                                      .n = columns,
                                      .k = (size_t)rows,
                                      .a = pixels,
                                      .a_row = 1,
                                      .a_column = columns,
                                      .b = pixels,
                                      .b_stride = columns,
                                      .c = products,
                                      .c_stride = columns});
    for (size_t i = 0; i < STRIP_COLUMNS; i++)
        for (size_t j = 0; j < columns; j++)
            s->moments->products[first + i][first + j] += (double)products[i * columns + j];
    for (size_t row = 0; row < (size_t)rows; row++)
        for (size_t i = 0; i < STRIP_COLUMNS; i++)
            s->moments->sums[first + i] += (double)pixels[row * columns + i];
}

static void mirror(void *context)
{
    Moments *moments = ((Summing *)context)->moments;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        for (int j = 0; j < i; j++)
            moments->products[i][j] = moments->products[j][i];
}

static void free_summing(void *context)
{
    Summing *s = context;
    for (int i = 0; s->scratch && i < s->worker_count; i++)
        floats_free(s->scratch[i]);
    free(s->scratch);
    free(s);
}

static bool prepare_summing(Summing *s)
{
    s->scratch = calloc((size_t)s->worker_count, sizeof *s->scratch);
    bool good = s->scratch != NULL;
    for (int i = 0; good && i < s->worker_count; i++)
        good = (s->scratch[i] = floats_create((size_t)(EXACT_IMAGES + STRIP_COLUMNS) * DIGIT_PIXELS)) != NULL;
    return good;
}

// moments: of zeros.
static Sweep *begin_moments(const ImageSet *set, int images, const Pool *pool, Moments *moments, Error *error)
{
    const int groups = (images + EXACT_IMAGES - 1) / EXACT_IMAGES;
    Summing *s = malloc(sizeof *s);
    if (s)
        *s = (Summing){.set = set,
                       .images = images,
                       .groups = groups,
                       .worker_count = pool_thread_count(pool),
                       .moments = moments};
    return sweep_create(&(SweepPlan){.what = "the covariance of images",
                                     .items = BANDS * groups,
                                     .shard_items = groups,
                                     .step_items = 1,
                                     .visit = sum_group,
                                     .finish = mirror,
                                     .free = free_summing,
                                     .context = s},
                        s && prepare_summing(s), error);
}

// ---- what is left -------------------------------------------------------------------------------------------------

// The products of what the images have beyond mean, by images: (DIGIT_PIXELS, DIGIT_PIXELS), in [0, 1] units.
static void centre(const Moments *moments, int images, const double *mean, double *scatter)
{
    double own[DIGIT_PIXELS];
    for (int i = 0; i < DIGIT_PIXELS; i++)
        own[i] = moments->sums[i] / images / 255.0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        for (int j = 0; j < DIGIT_PIXELS; j++)
            scatter[i * DIGIT_PIXELS + j] = moments->products[i][j] / images / (255.0 * 255.0) - own[i] * own[j] +
                                            (own[i] - mean[i]) * (own[j] - mean[j]);
}

// The mean squared error behind each number of components; rounding leaves nothing below 0.
static void fill_mse(const double *along, double mse[DIGIT_PIXELS + 1])
{
    double left = 0.0;
    mse[DIGIT_PIXELS] = 0.0;
    for (int k = DIGIT_PIXELS - 1; k >= 0; k--) {
        left += along[k] > 0.0 ? along[k] : 0.0;
        mse[k] = left / DIGIT_PIXELS;
    }
}

// ---- the whole ----------------------------------------------------------------------------------------------------

typedef struct Finding {
    Pca *pca; // until it is out's
    Pca **out;
    int test_count;
    Moments train, test;
    double matrix[DIGIT_PIXELS * DIGIT_PIXELS];
    double along[DIGIT_PIXELS]; // what the test images vary along each component
} Finding;

static void centre_train(void *context)
{
    Finding *f = context;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        f->pca->mean[i] = f->train.sums[i] / f->pca->images / 255.0;
    centre(&f->train, f->pca->images, f->pca->mean, f->matrix);
}

static void centre_test(void *context)
{
    Finding *f = context;
    fill_mse(f->pca->values, f->pca->train_mse);
    centre(&f->test, f->test_count, f->pca->mean, f->matrix);
}

static void measure_along(void *context, int component_index, int first, int count, int worker_index)
{
    Finding *f = context;
    const double *const component = f->pca->components + (size_t)component_index * DIGIT_PIXELS;
    double product[DIGIT_PIXELS];
    (void)first, (void)count, (void)worker_index; // one at a time, each a shard
    f->along[component_index] = eigen_quotient(f->matrix, DIGIT_PIXELS, component, product);
}

static void end_finding(void *context)
{
    Finding *f = context;
    fill_mse(f->along, f->pca->test_mse);
    *f->out = f->pca;
    f->pca = NULL;
}

static void free_finding(void *context)
{
    Finding *f = context;
    pca_destroy(f->pca);
    free(f);
}

static Pca *create(int images)
{
    Pca *pca = calloc(1, sizeof *pca);
    double *const components = malloc((size_t)DIGIT_PIXELS * DIGIT_PIXELS * sizeof *components);
    if (!pca || !components) {
        free(pca);
        free(components);
        return NULL;
    }
    pca->images = images;
    pca->components = components;
    return pca;
}

// A part of the finding without items, or with one for each pixel.
static Sweep *begin_part(Finding *f, int items, void (*finish)(void *context), void (*end)(void *context),
                         bool is_ready, Error *error)
{
    return sweep_create(&(SweepPlan){.what = "the principal components of images",
                                     .items = items,
                                     .shard_items = 1,
                                     .step_items = 1,
                                     .visit = measure_along,
                                     .finish = finish,
                                     .free = end,
                                     .context = f},
                        is_ready, error);
}

Sweep *pca_begin(const ImageSet *train, int train_count, const ImageSet *test, const Pool *pool, Pca **out,
                 Error *error)
{
    assert(train_count >= 1 && train_count <= train->count && test->count >= 1);
    Finding *f = calloc(1, sizeof *f);
    *out = NULL;
    if (f) {
        f->pca = create(train_count);
        f->out = out;
        f->test_count = test->count;
    }
    Sweep *whole = begin_part(f, 0, NULL, free_finding, f && f->pca, error);
    if (!whole)
        return NULL;
    Sweep *const parts[] = {begin_moments(train, train_count, pool, &f->train, error),
                            begin_moments(test, test->count, pool, &f->test, error),
                            begin_part(f, 0, centre_train, NULL, true, error),
                            eigen_begin(f->matrix, DIGIT_PIXELS, f->pca->values, f->pca->components, error),
                            begin_part(f, 0, centre_test, NULL, true, error),
                            begin_part(f, DIGIT_PIXELS, end_finding, NULL, true, error)};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        whole = sweep_join(whole, parts[i]);
    return whole;
}

Pca *pca_create(const ImageSet *train, int train_count, const ImageSet *test, Pool *pool, const LoadProgress *progress,
                Error *error)
{
    Pca *pca;
    Sweep *sweep = pca_begin(train, train_count, test, pool, &pca, error);
    bool good = sweep != NULL;
    while (good && !sweep_advance(sweep, pool, INT64_MAX))
        good = load_progress_report(progress, 0, 0, error);
    sweep_destroy(sweep);
    return pca;
}

void pca_destroy(Pca *pca)
{
    if (pca)
        free(pca->components);
    free(pca);
}

// ---- the autoencoder ----------------------------------------------------------------------------------------------

int pca_components(const Spec *spec)
{
    const int units = spec_code_units(spec);
    return units < DIGIT_PIXELS ? units : DIGIT_PIXELS;
}

Spec pca_spec(int components)
{
    assert(components >= 1 && components <= DIGIT_PIXELS);
    Spec spec = spec_default();
    spec.loss = LOSS_MSE;
    spec.hidden = activation_find(HIDDEN_ACTIVATION, "linear");
    spec.output = activation_find(OUTPUT_ACTIVATION, "linear");
    spec_set_widths(&spec, &components, 1);
    return spec;
}

void pca_fill(const Pca *pca, const Model *model, float *parameters)
{
    const Layer *encoder = &model->layers[0], *decoder = &model->layers[1];
    assert(model->layer_count == 2 && model->pixels == DIGIT_PIXELS && encoder->out <= DIGIT_PIXELS);
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    for (size_t unit = 0; unit < (size_t)encoder->out; unit++) {
        const double *const component = pca->components + unit * DIGIT_PIXELS;
        double bias = 0.0;
        for (size_t pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
            parameters[encoder->weight_offset + pixel * encoder->stride + unit] = (float)component[pixel];
            parameters[decoder->weight_offset + unit * decoder->stride + pixel] = (float)component[pixel];
            bias -= component[pixel] * pca->mean[pixel];
        }
        parameters[encoder->bias_offset + unit] = (float)bias;
    }
    for (size_t pixel = 0; pixel < DIGIT_PIXELS; pixel++)
        parameters[decoder->bias_offset + pixel] = (float)pca->mean[pixel];
}
