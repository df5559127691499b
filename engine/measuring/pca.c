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

typedef struct Summing {
    const ImageSet *set;
    int images;
    Moments *moments;
    float **scratch; // by worker: (EXACT_IMAGES, DIGIT_PIXELS) and (STRIP_COLUMNS, DIGIT_PIXELS)
    const LoadProgress *progress;
} Summing;

// Band i of the pixels with itself and with all behind it.
static void sum_band(void *context, int task_index, int worker_index)
{
    const Summing *s = context;
    const size_t first = (size_t)task_index * STRIP_COLUMNS, columns = DIGIT_PIXELS - first;
    float *const pixels = s->scratch[worker_index], *const products = pixels + (size_t)EXACT_IMAGES * DIGIT_PIXELS;
    for (int image = 0; image < s->images; image += EXACT_IMAGES) {
        const int rows = s->images - image < EXACT_IMAGES ? s->images - image : EXACT_IMAGES;
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
}

static bool sum_moments(const ImageSet *set, int images, Pool *pool, Moments *moments, Error *error)
{
    const int workers = pool_thread_count(pool);
    Summing summing = {
        .set = set, .images = images, .moments = moments, .scratch = calloc((size_t)workers, sizeof(float *))};
    bool good = summing.scratch != NULL;
    for (int i = 0; good && i < workers; i++)
        good = (summing.scratch[i] = floats_create((size_t)(EXACT_IMAGES + STRIP_COLUMNS) * DIGIT_PIXELS)) != NULL;
    if (good)
        pool_run(pool, BANDS, sum_band, &summing);
    for (int i = 0; summing.scratch && i < workers; i++)
        floats_free(summing.scratch[i]);
    free(summing.scratch);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        for (int j = 0; j < i; j++)
            moments->products[i][j] = moments->products[j][i];
    return good || error_set(error, "out of memory: the covariance of %d images", images);
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

typedef struct Leaving {
    const double *components, *scatter;
    double *along; // (DIGIT_PIXELS): what the images vary along each component
} Leaving;

static void measure_along(void *context, int task_index, int worker_index)
{
    const Leaving *l = context;
    const double *const component = l->components + (size_t)task_index * DIGIT_PIXELS;
    double product[DIGIT_PIXELS] = {0}, sum = 0.0;
    (void)worker_index;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        for (int j = 0; j < DIGIT_PIXELS; j++)
            product[j] += component[i] * l->scatter[i * DIGIT_PIXELS + j];
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += product[i] * component[i];
    l->along[task_index] = sum;
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

typedef struct Scratch {
    Moments train, test;
    double matrix[DIGIT_PIXELS * DIGIT_PIXELS], along[DIGIT_PIXELS];
} Scratch;

static bool fill(Pca *pca, Scratch *scratch, const ImageSet *train, const ImageSet *test, Pool *pool,
                 const LoadProgress *progress, Error *error)
{
    if (!sum_moments(train, pca->images, pool, &scratch->train, error) ||
        !load_progress_report(progress, 0, 0, error) || !sum_moments(test, test->count, pool, &scratch->test, error) ||
        !load_progress_report(progress, 0, 0, error))
        return false;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        pca->mean[i] = scratch->train.sums[i] / pca->images / 255.0;
    centre(&scratch->train, pca->images, pca->mean, scratch->matrix);
    if (!eigen_solve(scratch->matrix, DIGIT_PIXELS, pca->values, pca->components, progress, error))
        return false;
    fill_mse(pca->values, pca->train_mse);
    centre(&scratch->test, test->count, pca->mean, scratch->matrix);
    pool_run(pool, DIGIT_PIXELS, measure_along,
             &(Leaving){.components = pca->components, .scatter = scratch->matrix, .along = scratch->along});
    fill_mse(scratch->along, pca->test_mse);
    return true;
}

Pca *pca_create(const ImageSet *train, int train_count, const ImageSet *test, Pool *pool, const LoadProgress *progress,
                Error *error)
{
    assert(train_count >= 1 && train_count <= train->count && test->count >= 1);
    Pca *pca = calloc(1, sizeof *pca);
    Scratch *scratch = calloc(1, sizeof *scratch);
    double *const components = malloc((size_t)DIGIT_PIXELS * DIGIT_PIXELS * sizeof *components);
    bool good = pca && scratch && components;
    if (good) {
        pca->images = train_count;
        pca->components = components;
        good = fill(pca, scratch, train, test, pool, progress, error);
    } else {
        error_set(error, "out of memory: the principal components of %d images", train_count);
    }
    free(scratch);
    if (good)
        return pca;
    free(components);
    free(pca);
    return NULL;
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
