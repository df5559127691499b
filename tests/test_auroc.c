// AUROC against a count of all pairs; a label taken out of a set.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measuring/auroc.h"
#include "models/model_layers.h"
#include "random.h"
#include "synthetic.h"

static double count_pairs(const double *high, int high_count, const double *low, int low_count)
{
    double pairs = 0.0;
    for (int i = 0; i < high_count; i++)
        for (int j = 0; j < low_count; j++)
            pairs += high[i] > low[j] ? 1.0 : high[i] == low[j] ? 0.5 : 0.0;
    return pairs / high_count / low_count;
}

static void ranks_agree_with_all_pairs(void **state)
{
    (void)state;
    enum { MOST = 80 };
    Random random = random_stream(7, 1);
    for (int round = 0; round < 200; round++) {
        double high[MOST], low[MOST];
        const int high_count = 1 + (int)random_below(&random, MOST), low_count = 1 + (int)random_below(&random, MOST);
        const uint32_t kinds = 1 + random_below(&random, 60); // few: many ties
        for (int i = 0; i < high_count; i++)
            high[i] = random_below(&random, kinds);
        for (int i = 0; i < low_count; i++)
            low[i] = (double)random_below(&random, kinds) - round % 3;
        const double expected = count_pairs(high, high_count, low, low_count);
        assert_true(fabs(auroc_rank(high, high_count, low, low_count) - expected) < 1e-12);
    }
}

static void ends_and_what_is_no_number(void **state)
{
    (void)state;
    double high[] = {3, 2}, low[] = {1, 0, 1};
    assert_true(auroc_rank(high, 2, low, 3) == 1.0);
    assert_true(auroc_rank(low, 3, high, 2) == 0.0);
    assert_true(auroc_rank(high, 1, (double[]){2}, 1) == 0.5);
    assert_true(isnan(auroc_rank(high, 0, low, 3)) && isnan(auroc_rank(high, 2, low, 0)));
    assert_true(auroc_rank((double[]){INFINITY}, 1, low, 3) == 1.0);
    low[1] = NAN;
    assert_true(isnan(auroc_rank(high, 2, low, 3)));
}

static void a_set_is_measured_alike_by_any_number_of_threads(void **state)
{
    (void)state;
    enum { IMAGES = 150 };
    ImageSet set = synthetic_create(IMAGES, DIGIT_PIXELS, 5);
    set.labels = malloc(IMAGES * sizeof *set.labels);
    assert_non_null(set.labels);
    for (int i = 0; i < IMAGES; i++)
        set.labels[i] = i % 7;
    const Spec spec = synthetic_spec("layers=8");
    const Model model = model_create(&spec, DIGIT_PIXELS);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    assert_non_null(parameters);
    model_init(&model, parameters);
    Auroc found[2];
    memset(found, 0, sizeof found);
    for (int i = 0; i < 2; i++) {
        Pool *pool = pool_create(1 + 2 * i, NULL);
        assert_true(auroc_measure(&model, parameters, &set, 3, pool, &found[i], NULL));
        pool_destroy(pool);
    }
    assert_memory_equal(&found[0], &found[1], sizeof *found);
    assert_int_equal(found[0].left_out_count, 21);
    assert_int_equal(found[0].kept_count, IMAGES - 21);
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        int kept = 0, left_out = 0;
        for (int bin = 0; bin < AUROC_BINS; bin++) {
            kept += found[0].losses[loss].kept[bin];
            left_out += found[0].losses[loss].left_out[bin];
        }
        assert_int_equal(kept, IMAGES - 21);
        assert_int_equal(left_out, 21);
        assert_true(found[0].losses[loss].auroc > 0.0 && found[0].losses[loss].auroc < 1.0);
    }
    parameters[model.layers[1].bias_offset] = NAN;
    Pool *pool = pool_create(1, NULL);
    assert_true(auroc_measure(&model, parameters, &set, 3, pool, &found[0], NULL));
    pool_destroy(pool);
    assert_true(isnan(found[0].losses[LOSS_MSE].auroc) && isnan(found[0].losses[LOSS_MSE].most));
    free(parameters);
    free(set.labels);
    set.labels = NULL;
    synthetic_free(&set);
}

static void a_label_is_taken_out(void **state)
{
    (void)state;
    enum { IMAGES = 9 };
    ImageSet set = synthetic_create(IMAGES, DIGIT_PIXELS, 6), whole = synthetic_create(IMAGES, DIGIT_PIXELS, 6);
    int32_t labels[IMAGES] = {5, 1, 5, 2, -3, 5, 5, 4, 5};
    set.labels = labels;
    assert_int_equal(image_set_leave_out(&set, 7), 0);
    assert_int_equal(set.count, IMAGES);
    assert_int_equal(image_set_leave_out(&set, 5), 5);
    assert_int_equal(set.count, 4);
    static const int stay[] = {1, 3, 4, 7}, stay_labels[] = {1, 2, -3, 4};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(set.labels[i], stay_labels[i]);
        assert_memory_equal(set.pixels + i * DIGIT_PIXELS, whole.pixels + stay[i] * DIGIT_PIXELS, DIGIT_PIXELS);
    }
    set.labels = NULL;
    synthetic_free(&whole);
    synthetic_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_agree_with_all_pairs),
        cmocka_unit_test(ends_and_what_is_no_number),
        cmocka_unit_test(a_set_is_measured_alike_by_any_number_of_threads),
        cmocka_unit_test(a_label_is_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
