// PCA: eigenvalues and eigenvectors against what defines them, and what is left of images against images that are drawn
// again from components one by one, in double.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measuring/eigen.h"
#include "measuring/metrics.h"
#include "measuring/pca.h"
#include "random.h"
#include "synthetic.h"

enum { TRAIN = 600, SOME = 500, TEST = 150, PIXELS = DIGIT_PIXELS, ORDER_MAX = 40 };

static ImageSet train, test;
static Pca *pca; // of SOME images

static Pca *make(int threads)
{
    Pool *pool = pool_create(threads, NULL);
    Pca *made = pca_create(&train, SOME, &test, pool, NULL, NULL);
    assert_non_null(made);
    pool_destroy(pool);
    return made;
}

static int begin(void **state)
{
    (void)state;
    train = synthetic_create(TRAIN, PIXELS, 3);
    test = synthetic_create(TEST, PIXELS, 4);
    pca = make(1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    synthetic_free(&train);
    synthetic_free(&test);
    pca_destroy(pca);
    return 0;
}

// ---- eigenvalues --------------------------------------------------------------------------------------------------

static void check_decomposition(const double *matrix, int n, const double *values, const double *vectors, double near)
{
    for (int i = 0; i < n; i++) {
        assert_true(i == 0 || values[i] <= values[i - 1]);
        double largest = 0.0;
        for (int row = 0; row < n; row++) {
            double product = 0.0;
            for (int column = 0; column < n; column++)
                product += matrix[row * n + column] * vectors[i * n + column];
            assert_true(fabs(product - values[i] * vectors[i * n + row]) <= near);
            largest = fabs(vectors[i * n + row]) > fabs(largest) ? vectors[i * n + row] : largest;
        }
        assert_true(largest > 0.0);
        for (int j = 0; j <= i; j++) {
            double product = 0.0;
            for (int k = 0; k < n; k++)
                product += vectors[i * n + k] * vectors[j * n + k];
            assert_true(fabs(product - (i == j)) < 1e-13);
        }
    }
}

static void check_matrix(const double *matrix, int n)
{
    double copy[ORDER_MAX * ORDER_MAX], values[ORDER_MAX], vectors[ORDER_MAX * ORDER_MAX], size = 0.0;
    memcpy(copy, matrix, (size_t)(n * n) * sizeof *copy);
    for (int i = 0; i < n * n; i++)
        size = fmax(size, fabs(matrix[i]));
    assert_true(eigen_solve(copy, n, values, vectors, NULL, NULL));
    check_decomposition(matrix, n, values, vectors, 1e-13 * n * size);
}

static void any_symmetric_matrix_is_taken_apart(void **state)
{
    (void)state;
    static const int orders[] = {1, 2, 3, 7, ORDER_MAX};
    static double matrix[ORDER_MAX * ORDER_MAX];
    Random random = random_stream(1, 2);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (int kind = 0; kind < 4; kind++) { // of any sign; zero; diagonal; of rank 1, whose other values are all 0
            const int n = orders[i];
            for (int row = 0; row < n; row++)
                for (int column = 0; column <= row; column++)
                    matrix[row * n + column] = matrix[column * n + row] = kind == 0   ? random_uniform(&random) - 0.5
                                                                          : kind == 1 ? 0.0
                                                                          : kind == 2
                                                                              ? (row == column) * (row % 3 - 1.0)
                                                                              : 1e6 * (row + 1) * (column + 1);
            check_matrix(matrix, n);
        }
}

static void known_eigenvalues_are_found(void **state)
{
    (void)state;
    double values[3], vectors[9];
    double matrix[] = {2, 1, 0, 1, 2, 0, 0, 0, 5};
    assert_true(eigen_solve(matrix, 3, values, vectors, NULL, NULL));
    assert_true(values[0] == 5.0 && fabs(values[1] - 3.0) < 1e-15 && fabs(values[2] - 1.0) < 1e-15);
    assert_true(fabs(vectors[3] - sqrt(0.5)) < 1e-15 && fabs(vectors[4] - sqrt(0.5)) < 1e-15);
}

// ---- images -------------------------------------------------------------------------------------------------------

// The mean squared error of images drawn again from the first k components.
static double draw_again(const ImageSet *set, int images, int k)
{
    double sum = 0.0;
    for (int image = 0; image < images; image++) {
        double left[PIXELS];
        for (int i = 0; i < PIXELS; i++)
            left[i] = set->pixels[image * PIXELS + i] / 255.0 - pca->mean[i];
        for (int unit = 0; unit < k; unit++) {
            const double *component = pca->components + (size_t)unit * PIXELS;
            double code = 0.0;
            for (int i = 0; i < PIXELS; i++)
                code += component[i] * left[i];
            for (int i = 0; i < PIXELS; i++)
                left[i] -= code * component[i];
        }
        for (int i = 0; i < PIXELS; i++)
            sum += left[i] * left[i];
    }
    return sum / images / PIXELS;
}

static void check_mse(int k)
{
    assert_true(fabs(pca->train_mse[k] - draw_again(&train, pca->images, k)) < 1e-12);
    assert_true(fabs(pca->test_mse[k] - draw_again(&test, TEST, k)) < 1e-12);
}

// The covariance that defines it, summed up naively.
static void check_covariance(void)
{
    double *covariance = calloc((size_t)PIXELS * PIXELS, sizeof *covariance);
    assert_non_null(covariance);
    for (int image = 0; image < pca->images; image++) {
        double left[PIXELS];
        for (int i = 0; i < PIXELS; i++)
            left[i] = train.pixels[image * PIXELS + i] / 255.0 - pca->mean[i];
        for (int i = 0; i < PIXELS; i++)
            for (int j = 0; left[i] != 0.0 && j < PIXELS; j++)
                covariance[i * PIXELS + j] += left[i] * left[j] / pca->images;
    }
    check_decomposition(covariance, PIXELS, pca->values, pca->components, 1e-12);
    free(covariance);
}

static void what_is_left_is_left_and_threads_do_not_matter(void **state)
{
    (void)state;
    Pca *other = make(5);
    assert_int_equal(pca->images, SOME);
    assert_memory_equal(pca->components, other->components, (size_t)PIXELS * PIXELS * sizeof *pca->components);
    assert_memory_equal(pca->mean, other->mean, sizeof pca->mean);
    assert_memory_equal(pca->train_mse, other->train_mse, sizeof pca->train_mse);
    assert_memory_equal(pca->test_mse, other->test_mse, sizeof pca->test_mse);
    check_covariance();
    check_mse(0);
    check_mse(1);
    check_mse(32);
    check_mse(PIXELS);
    const TargetFacts facts = metrics_target_facts(&train, SOME);
    assert_true(fabs(pca->train_mse[0] - facts.mean_image[LOSS_MSE]) < 1e-7);
    pca_destroy(other);
    pca_destroy(NULL);
}

static void slices_do_not_matter(void **state)
{
    (void)state;
    Pool *pool = pool_create(1, NULL);
    Pca *sliced;
    Sweep *sweep = pca_begin(&train, SOME, &test, pool, &sliced, NULL);
    assert_non_null(sweep);
    int slices = 1;
    while (!sweep_advance(sweep, pool, 0)) {
        assert_null(sliced);
        slices++;
    }
    sweep_destroy(sweep);
    assert_true(slices > 3 * PIXELS);
    assert_non_null(sliced);
    assert_memory_equal(sliced->mean, pca->mean, sizeof pca->mean);
    assert_memory_equal(sliced->values, pca->values, sizeof pca->values);
    assert_memory_equal(sliced->components, pca->components, sizeof(double) * PIXELS * PIXELS);
    assert_memory_equal(sliced->test_mse, pca->test_mse, sizeof pca->test_mse);
    pca_destroy(sliced);
    sweep = pca_begin(&train, SOME, &test, pool, &sliced, NULL); // one that is given up
    assert_false(sweep_advance(sweep, pool, 0));
    sweep_destroy(sweep);
    assert_null(sliced);
    pool_destroy(pool);
}

static void the_autoencoder_is_as_good_as_that(void **state)
{
    (void)state;
    static const int sizes[] = {1, 32};
    Pool *pool = pool_create(2, NULL);
    const TargetFacts facts = metrics_target_facts(&test, TEST);
    for (int i = 0; i < 2; i++) {
        const Spec spec = pca_spec(sizes[i]);
        const Model model = model_create(&spec, PIXELS);
        float *parameters = malloc(model.parameter_count * sizeof *parameters);
        Metrics found;
        assert_non_null(parameters);
        pca_fill(pca, &model, parameters);
        assert_true(metrics_measure(&model, parameters, &test, &facts, pool, &found, NULL));
        assert_true(fabs(found.mean[LOSS_MSE] - pca->test_mse[sizes[i]]) < 1e-6);
        free(parameters);
    }
    pool_destroy(pool);
}

static bool count_reports(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    return --*(int *)context > 0;
}

static void it_is_cancelled_soon(void **state)
{
    (void)state;
    Pool *pool = pool_create(1, NULL);
    Error error;
    for (int reports = 1; reports <= 3; reports++) {
        int left = reports;
        const LoadProgress progress = {.report = count_reports, .context = &left};
        assert_null(pca_create(&train, 2, &test, pool, &progress, &error));
        assert_string_equal(error.text, "cancelled");
        assert_int_equal(left, 0);
    }
    pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_symmetric_matrix_is_taken_apart),
        cmocka_unit_test(known_eigenvalues_are_found),
        cmocka_unit_test(what_is_left_is_left_and_threads_do_not_matter),
        cmocka_unit_test(slices_do_not_matter),
        cmocka_unit_test(the_autoencoder_is_as_good_as_that),
        cmocka_unit_test(it_is_cancelled_soon),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
