// Diagnosis: each rule on both sides of its threshold, and which goes first.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/optimizer.h"
#include "measuring/diagnosis.h"
#include "models/choices.h"
#include "synthetic.h"

static Spec spec;
static Metrics test;
static TargetFacts target;
static DiagnosisFacts facts;

// A default model that is well: bright where the targets are.
static int set_up(void **state)
{
    (void)state;
    spec = synthetic_spec("");
    target = (TargetFacts){.images = 100, .mean = 0.13};
    test = (Metrics){.images = 100, .mean_output = 0.13, .code_units = 32, .dead_outputs = 300};
    target.mean_image[LOSS_BCE] = 0.26;
    target.mean_image[LOSS_MSE] = 0.067;
    test.mean[LOSS_BCE] = 0.1;
    test.mean[LOSS_MSE] = 0.01;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        test.mean_output_map[i] = target.mean_map[i] = 0.5f + 0.4f * (float)sin(i);
    target.histogram[1] = test.histogram_output[1] = 80 * DIGIT_PIXELS;
    target.histogram[64] = test.histogram_output[64] = 20 * DIGIT_PIXELS;
    facts = (DiagnosisFacts){&spec, &test, &target, 20, -1};
    return 0;
}

static void is(const char *key)
{
    const Diagnosis diagnosis = diagnosis_find(&facts);
    assert_string_equal(diagnosis.key, key);
    assert_true((diagnosis.kind == DIAGNOSIS_NONE) == !*key);
    assert_true(!*key || (*diagnosis.is && *diagnosis.because));
}

static void nothing_is_wrong(void **state)
{
    (void)state;
    is("");
    test.images = 0;
    test.mean[LOSS_MSE] = 0.067;
    test.dead_code_units = 32;
    is("");
    facts.broken_step = 12; // known without figures
    is("broke");
}

static void a_broken_model_names_its_rate(void **state)
{
    (void)state;
    facts.broken_step = 12;
    spec.lr = 100.0f;
    const Diagnosis large = diagnosis_find(&facts);
    assert_string_equal(large.is, "broke at batch 12");
    assert_string_equal(large.because,
                        "A weight is no longer a finite number. A learning rate of 100 is too large; the "
                        "usual one of Adam is 0.001.");
    spec.lr = 0.001f;
    assert_non_null(strstr(diagnosis_find(&facts).because, "Try a smaller learning rate than 0.001"));
}

// More than half of the numbers of a code that is drawn; of another code nobody asks.
static void a_code_that_is_drawn_collapses(void **state)
{
    (void)state;
    spec = synthetic_spec("layers=400-sample20-400,reduce=sum");
    test.code_units = 20;
    test.kl = 12;
    test.idle_code_units = 10;
    is("");
    test.idle_code_units = 11;
    is("collapsed");
    assert_non_null(strstr(diagnosis_find(&facts).because, "11 of the 20 numbers"));
    assert_non_null(strstr(diagnosis_find(&facts).because, "Try a smaller beta than 1."));
    test.idle_code_units = test.dead_code_units = 20;
    test.kl = 0.005;
    spec = synthetic_spec("layers=400-sample20-400");
    is("collapsed"); // the cause goes before the dead code
    assert_non_null(strstr(diagnosis_find(&facts).because, "No number of its code tells digits apart"));
    assert_non_null(strstr(diagnosis_find(&facts).because, "beta 1 weighs as 784 beside a sum"));
    spec = synthetic_spec("layers=20");
    is("dead_code");
}

static void the_mean_image_is_within_two_percent(void **state)
{
    (void)state;
    test.mean[LOSS_BCE] = 0.98001 * 0.26;
    test.mean[LOSS_MSE] = 1.01999 * 0.067;
    is("mean_image");
    facts.epochs = 2; // it may still be on its way
    is("");
    facts.epochs = 3;
    test.mean[LOSS_BCE] = 0.97999 * 0.26;
    is("");
    test.mean[LOSS_BCE] = 0.26;
    test.mean[LOSS_MSE] = 1.02001 * 0.067;
    is("");
}

static void a_rate_is_blamed_ten_times_from_the_usual(void **state)
{
    (void)state;
    test.mean[LOSS_MSE] = 0.98001 * 0.067;
    spec.lr = 0.0001f;
    is("rate_too_small");
    spec.lr = 0.000101f;
    is("");
    spec.lr = 0.0101f;
    is("rate_too_large");
    spec.lr = 0.0099f;
    is("");
    spec.lr = 0.0001f;
    test.mean[LOSS_MSE] = 0.97999 * 0.067; // it learns
    is("");
    test.mean[LOSS_MSE] = 0.067;
    facts.epochs = 0; // not one epoch
    is("");
}

static void a_rate_is_blamed_for_the_sum_where_the_optimizer_feels_it(void **state)
{
    (void)state;
    test.mean[LOSS_MSE] = 0.067;
    spec = synthetic_spec("optimizer=sgd,reduce=sum,lr=1");
    is("rate_too_large");
    assert_non_null(
        strstr(diagnosis_find(&facts).because, "Its learning rate is 1, the usual one of SGD on a sum is 0.00128"));
    spec.lr = 0.01f; // eight times the usual
    is("");
    spec.lr = 0.0001f;
    is("rate_too_small");
    spec = synthetic_spec("optimizer=sgd,reduce=sum,lr=1");
    test.dead_code_units = 32;
    is("dead_code");
    assert_non_null(strstr(diagnosis_find(&facts).because, "A learning rate of 1 is too large"));
    spec.reduce = REDUCE_MEAN;
    assert_null(strstr(diagnosis_find(&facts).because, "rate"));
    test.dead_code_units = 0;
    is("");
    spec = synthetic_spec("optimizer=adam,reduce=sum"); // which hides the factor
    is("");
}

static void a_code_is_dead_when_all_of_it_is(void **state)
{
    (void)state;
    test.mean[LOSS_BCE] = 0.26;
    test.mean[LOSS_MSE] = 0.067;
    test.dead_code_units = 32;
    is("dead_code"); // the cause goes before the mean image that follows from it
    assert_null(strstr(diagnosis_find(&facts).because, "price"));
    spec.l1 = 0.0256f;
    assert_non_null(strstr(diagnosis_find(&facts).because, "The price of the code is too high."));
    spec.l1 = 0.0f;
    spec.lr = 0.0101f;
    assert_non_null(
        strstr(diagnosis_find(&facts).because, "A learning rate of 0.0101 is too large; the usual one of Adam"));
    spec.lr = 0.0099f;
    assert_null(strstr(diagnosis_find(&facts).because, "rate"));
    test.dead_code_units = 31;
    is("mean_image");
}

static void stuck_means_nearly_all_outputs(void **state)
{
    (void)state;
    test.histogram_output[1] = 0;
    test.histogram_output[33] = (int64_t)(0.9991 * 100 * DIGIT_PIXELS);
    test.histogram_output[64] = 100 * DIGIT_PIXELS - test.histogram_output[33];
    is("stuck");
    assert_string_equal(diagnosis_find(&facts).because, "99.9 % of its pixels are 0.51, in every picture.");
    test.histogram_output[33] = (int64_t)(0.9989 * 100 * DIGIT_PIXELS);
    is("");
    test.histogram_output[33] = 0;
    test.histogram_output[1] = 100 * DIGIT_PIXELS;
    test.dead_outputs = DIGIT_PIXELS;
    assert_string_equal(diagnosis_find(&facts).because, "100.0 % of its pixels are 0, in every picture.");
    target.histogram[1] = 96 * DIGIT_PIXELS; // a set that is as black
    is("");
    target.histogram[1] = 94 * DIGIT_PIXELS;
    is("stuck");
}

static void a_sigmoid_of_a_sigmoid_is_grey(void **state)
{
    (void)state;
    const int lowest = metrics_find_bin(0.5f), highest = metrics_find_bin(0.73f);
    spec = synthetic_spec("output=sigmoid2");
    memset(test.histogram_output, 0, sizeof test.histogram_output);
    test.histogram_output[lowest] = 80 * DIGIT_PIXELS;
    test.histogram_output[highest] = 20 * DIGIT_PIXELS;
    is("sigmoid_twice");
    test.histogram_output[lowest]--;
    test.histogram_output[lowest - 1]++;
    is("");
    test.histogram_output[lowest - 1]--;
    test.histogram_output[highest + 1]++;
    is("");
    test.histogram_output[highest + 1]--;
    test.histogram_output[lowest]++;
    is("sigmoid_twice");
    spec.output = 0; // another output may happen to lie there
    is("");
}

static void a_softmax_is_black(void **state)
{
    (void)state;
    spec = synthetic_spec("output=softmax");
    test.mean_output = 1.0 / DIGIT_PIXELS;
    is("softmax");
    assert_string_equal(diagnosis_find(&facts).because,
                        "A softmax shares a sum of 1 out among all pixels: their mean is 0.0013, that of the targets "
                        "0.130. Take a sigmoid.");
    target.mean = 9.9 / DIGIT_PIXELS; // a set that is nearly as black
    is("");
    target.mean = 10.1 / DIGIT_PIXELS;
    is("softmax");
    spec.output = 0;
    is("");
}

static void inverted_is_the_other_half_and_the_other_shape(void **state)
{
    (void)state;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        test.mean_output_map[i] = 1.0f - target.mean_map[i];
    test.mean_output = 0.49;
    is("");
    test.mean_output = 0.51;
    is("inverted");
    for (int i = 0; i < DIGIT_PIXELS; i++)
        test.mean_output_map[i] = 0.51f;
    is("");
}

static void a_whole_epoch_is_behind(void **state)
{
    (void)state;
    int behind;
    assert_int_equal(diagnosis_compare((const double[]){5.0, 5.99}, &behind).kind, DIAGNOSIS_NONE);
    assert_int_equal(behind, -1);
    const Diagnosis one = diagnosis_compare((const double[]){5.0, 6.0}, &behind);
    assert_int_equal(one.kind, DIAGNOSIS_BEHIND);
    assert_int_equal(behind, 0);
    assert_string_equal(one.key, "behind");
    assert_string_equal(one.is, "is 1 epoch behind");
    assert_string_equal(diagnosis_compare((const double[]){7.5, 5.0}, &behind).is, "is 2 epochs behind");
    assert_int_equal(behind, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_wrong, set_up),
        cmocka_unit_test_setup(a_broken_model_names_its_rate, set_up),
        cmocka_unit_test_setup(a_code_that_is_drawn_collapses, set_up),
        cmocka_unit_test_setup(the_mean_image_is_within_two_percent, set_up),
        cmocka_unit_test_setup(a_rate_is_blamed_ten_times_from_the_usual, set_up),
        cmocka_unit_test_setup(a_rate_is_blamed_for_the_sum_where_the_optimizer_feels_it, set_up),
        cmocka_unit_test_setup(a_code_is_dead_when_all_of_it_is, set_up),
        cmocka_unit_test_setup(stuck_means_nearly_all_outputs, set_up),
        cmocka_unit_test_setup(a_sigmoid_of_a_sigmoid_is_grey, set_up),
        cmocka_unit_test_setup(a_softmax_is_black, set_up),
        cmocka_unit_test(a_whole_epoch_is_behind),
        cmocka_unit_test_setup(inverted_is_the_other_half_and_the_other_shape, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
