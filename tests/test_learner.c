// The learner: step by step against the double-precision reference, its order of images, its noise, its independence of
// the number of threads, and what it does when a model breaks.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/kernel.h"
#include "models/pixels.h"
#include "models/range.h"
#include "random.h"
#include "reference.h"
#include "synthetic.h"
#include "training/learner.h"

enum { IMAGES = 1300 };

static Pool *pool;
static ImageSet set;
static double largest_loss_error, largest_weight_error;

static int begin(void **state)
{
    (void)state;
    pool = pool_create(2, NULL);
    set = synthetic_create(IMAGES, DIGIT_PIXELS, 5);
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    synthetic_free(&set);
    printf("largest errors against the reference: loss %.1e relative, weights %.1e\n", largest_loss_error,
           largest_weight_error);
    return 0;
}

static Learner *create(const char *text, int images, bool no_shuffle, Pool *workers)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    Error error;
    Learner *learner = learner_create(
        &model, &(LearnerOptions){.train = &set, .image_count = images, .no_shuffle = no_shuffle, .pool = workers},
        &error);
    if (!learner)
        fail_msg("%s", error.text);
    return learner;
}

// ---- against the reference ----------------------------------------------------------------------------------------

// What the learner reads of an image, and what it is to give back: chance depends on seed, epoch and image alone.
static void prepare_image(const Spec *spec, int64_t epoch, int image, double *x, double *t)
{
    float values[DIGIT_PIXELS];
    uint8_t targets[DIGIT_PIXELS];
    const uint8_t *pixels = set.pixels + (size_t)image * DIGIT_PIXELS;
    const uint64_t key = pixels_training_key(spec, epoch, image);
    pixels_read(spec, key, pixels, 0, DIGIT_PIXELS, values);
    pixels_target(spec, key, pixels, 0, DIGIT_PIXELS, targets);
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        x[i] = (double)values[i];
        t[i] = targets[i] / 255.0;
    }
}

static double step_reference(Reference *reference, const Spec *spec, int images, int *position, uint64_t epoch)
{
    const int rest = images - *position, rows = rest < spec->batch ? rest : spec->batch;
    double *targets = calloc((size_t)rows * 2, DIGIT_PIXELS * sizeof *targets),
           *inputs = targets + (size_t)rows * DIGIT_PIXELS;
    assert_non_null(targets);
    for (int row = 0; row < rows; row++)
        prepare_image(spec, (int64_t)epoch, *position + row, inputs + (size_t)row * DIGIT_PIXELS,
                      targets + (size_t)row * DIGIT_PIXELS);
    const double loss = reference_learn(reference, inputs, targets, rows, NULL);
    reference_update(reference);
    *position = (*position + rows) % images;
    free(targets);
    return loss;
}

// By the mean and the deviation of the images that are trained on, in double.
static void standardise(Reference *reference, int images)
{
    const size_t n = (size_t)images * DIGIT_PIXELS;
    double mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += set.pixels[i] / 255.0 / (double)n;
    for (size_t i = 0; i < n; i++)
        variance += (set.pixels[i] / 255.0 - mean) * (set.pixels[i] / 255.0 - mean) / (double)n;
    reference->scale = 1.0 / sqrt(variance);
    reference->offset = -mean / sqrt(variance);
}

static void check_steps(const char *text, int images, int steps)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    Learner *learner = create(text, images, true, pool);
    Reference reference;
    reference_init(&reference, &spec, DIGIT_PIXELS);
    if (spec.range == RANGE_STANDARD)
        standardise(&reference, images);
    double *weights = malloc(reference.count * sizeof *weights), worst = 0.0;
    assert_non_null(weights);
    reference_import(&model, learner_parameters(learner), reference.parameters);
    int position = 0;
    for (int step = 0; step < steps; step++) {
        const uint64_t epoch = (uint64_t)(step / learner_steps_per_epoch(learner));
        const double loss = learner_step(learner), exact = step_reference(&reference, &spec, images, &position, epoch);
        largest_loss_error = fmax(largest_loss_error, fabs(loss - exact) / exact);
        if (!(fabs(loss - exact) <= 1e-5 * exact))
            fail_msg("%s: step %d: loss %.9g, expected %.9g", text, step, loss, exact);
    }
    reference_import(&model, learner_parameters(learner), weights);
    for (size_t i = 0; i < reference.count; i++)
        worst = fmax(worst, fabs(weights[i] - reference.parameters[i]));
    largest_weight_error = fmax(largest_weight_error, worst);
    if (!(worst < 1e-5))
        fail_msg("%s: a weight is off by %g", text, worst);
    free(weights);
    reference_free(&reference);
    learner_destroy(learner);
}

static void default_model_follows_the_reference(void **state)
{
    (void)state;
    check_steps("batch=16", IMAGES, 10);
}

static void deep_models_follow_the_reference(void **state)
{
    (void)state;
    check_steps("layers=20,8,20,batch=16", IMAGES, 10);
    check_steps("layers=9,17,5,33,hidden=gelu,output=tanh01,loss=mse,batch=12", IMAGES, 6);
}

static void batches_of_several_rounds_follow_the_reference(void **state)
{
    (void)state;
    check_steps("batch=100,layers=8", 230, 5);              // 100, 100, 30, and the second epoch
    check_steps("batch=600,layers=4,hidden=tanh", 1113, 2); // rounds of 256, 256 and 88; then of 256, 256 and 1
    check_steps("batch=1000,layers=6", IMAGES, 3);          // four rounds, two of the 300 that are left, four
    check_steps("batch=1000,layers=6,3,5,noise=0.2,l1=0.001", 1000, 1);
    check_steps("batch=1,layers=8", 3, 7);
}

static void every_optimizer_follows_the_reference(void **state)
{
    (void)state;
    check_steps("batch=16,optimizer=adadelta", IMAGES, 8);
    check_steps("batch=16,optimizer=sgd", IMAGES, 8);
    check_steps("batch=16,optimizer=adam,loss=mse,output=linear", IMAGES, 8);
}

static void penalty_and_noise_follow_the_reference(void **state)
{
    (void)state;
    check_steps("batch=16,l1=0.001,layers=24,9,24", IMAGES, 8);
    check_steps("batch=16,noise=0.3", 40, 7); // into the third epoch, whose noise is another
}

static void every_noise_and_target_follows_the_reference(void **state)
{
    (void)state;
    check_steps("batch=16,noise=0.4,noise_kind=mask", 40, 7);
    check_steps("batch=300,noise=0.2,noise_kind=salt,layers=9", 600, 4);
    check_steps("batch=16,targets=binary", 40, 4);
    check_steps("batch=300,targets=sampled,layers=9", 600, 4);
    check_steps("batch=300,targets=sampled,output=softmax,layers=9", 600, 4);
    check_steps("batch=30,targets=sampled,noise=0.3,loss=mse,output=linear", 40, 4);
}

static void every_range_follows_the_reference(void **state)
{
    (void)state;
    check_steps("batch=16,range=symmetric,loss=mse,output=linear", 40, 7);
    check_steps("batch=300,range=symmetric,targets=sampled,noise=0.2,layers=9,4,9,loss=mse,output=linear", 600, 4);
    check_steps("batch=16,range=standard,loss=mse,output=linear", 40, 7);
    check_steps("batch=600,range=standard,loss=mae,output=linear,noise=0.3,noise_kind=mask,layers=20,8,20", 1113, 3);
    check_steps("batch=1,layers=8,range=standard,loss=mse,output=linear,hidden=tanh", 3, 7);
}

// A file's own mean and deviation stay; what has none gets those of the images.
static void moments_are_the_images_or_the_files(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("range=standard,layers=4,loss=mse,output=linear");
    const Model model = model_create(&spec, DIGIT_PIXELS);
    Learner *learner = create("range=standard,layers=4,loss=mse,output=linear", 50, true, pool);
    const PixelMoments own = range_find_moments(set.pixels, (size_t)50 * DIGIT_PIXELS);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    assert_non_null(parameters);
    assert_true(range_moments(&model, learner_parameters(learner)).deviation == own.deviation);
    memcpy(parameters, learner_parameters(learner), model.parameter_count * sizeof *parameters);
    range_set_moments(&model, parameters, (PixelMoments){0.25f, 0.5f});
    learner_set_parameters(learner, parameters, 0);
    (void)learner_step(learner);
    assert_true(range_moments(&model, learner_parameters(learner)).mean == 0.25f);
    assert_true(range_of(&model, learner_parameters(learner)).scale == 2.0f);
    learner_restart(learner);
    assert_true(range_moments(&model, learner_parameters(learner)).mean == own.mean);
    free(parameters);
    learner_destroy(learner);
}

// The sum over 784 pixels at a 784th of SGD's rate is their mean, and Adam hides the factor up to its epsilon.
static void sums_follow_the_reference_and_their_means(void **state)
{
    (void)state;
    check_steps("batch=16,reduce=sum,l1=0.001", IMAGES, 8);
    check_steps("batch=300,reduce=sum,optimizer=sgd,lr=0.0001,loss=mse", IMAGES, 4);
    Learner *mean = create("optimizer=sgd,lr=0.1,batch=32,l1=0.001,layers=8", IMAGES, true, pool);
    Learner *sum = create("optimizer=sgd,lr=0.000127551,batch=32,l1=0.001,layers=8,reduce=sum", IMAGES, true, pool);
    const Spec spec = synthetic_spec("layers=8");
    const size_t count = model_create(&spec, DIGIT_PIXELS).parameter_count;
    for (int step = 0; step < 20; step++)
        assert_float_equal(learner_step(sum), learner_step(mean), 1e-5);
    for (size_t i = 0; i < count; i++)
        assert_float_equal(learner_parameters(sum)[i], learner_parameters(mean)[i], 1e-5);
    learner_destroy(mean);
    learner_destroy(sum);
}

// ---- order of the images ------------------------------------------------------------------------------------------

// With all weights 0 and a learning rate that underflows, a linear model's MSE on a batch of one is the mean square of
// its target, which tells the images apart.
static void read_order(const char *text, int images, bool no_shuffle, int steps, double *losses)
{
    Learner *learner = create(text, images, no_shuffle, pool);
    const Spec spec = synthetic_spec(text);
    float *zeros = calloc(model_create(&spec, DIGIT_PIXELS).parameter_count, sizeof *zeros);
    assert_non_null(zeros);
    learner_set_parameters(learner, zeros, 0);
    for (int i = 0; i < steps; i++)
        losses[i] = learner_step(learner);
    free(zeros);
    learner_destroy(learner);
}

#define STILL "loss=mse,output=linear,optimizer=sgd,lr=1e-35,batch=1,layers="

static double find_mean_square(int image)
{
    double sum = 0.0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += pow(set.pixels[image * DIGIT_PIXELS + i] / 255.0, 2.0) / DIGIT_PIXELS;
    return sum;
}

static void unshuffled_images_come_as_they_lie(void **state)
{
    (void)state;
    enum { N = 50 };
    double losses[2 * N];
    read_order(STILL "2", N, true, 2 * N, losses);
    for (int i = 0; i < 2 * N; i++)
        assert_true(fabs(losses[i] / find_mean_square(i % N) - 1.0) < 1e-6);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void shuffle_depends_on_seed_and_epoch_alone(void **state)
{
    (void)state;
    enum { N = 100 };
    double a[2 * N], b[2 * N], c[2 * N], sorted[2][N];
    read_order(STILL "2", N, false, 2 * N, a);
    read_order(STILL "3,2,3,hidden=tanh", N, false, 2 * N, b);
    read_order(STILL "2,seed=2", N, false, 2 * N, c);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_memory_not_equal(a, a + N, sizeof sorted[0]);
    int unmoved = 0;
    for (int i = 0; i < N; i++)
        unmoved += fabs(a[i] / find_mean_square(i) - 1.0) < 1e-6;
    assert_true(unmoved < 10);                // one is expected
    for (int epoch = 0; epoch < 2; epoch++) { // each image once
        memcpy(sorted[epoch], a + epoch * N, sizeof sorted[epoch]);
        qsort(sorted[epoch], N, sizeof **sorted, compare_doubles);
    }
    assert_memory_equal(sorted[0], sorted[1], sizeof sorted[0]);
    read_order(STILL "2", N, true, N, c);
    qsort(c, N, sizeof *c, compare_doubles);
    assert_memory_equal(sorted[0], c, sizeof sorted[0]);
}

static void noise_leaves_the_target_alone(void **state)
{
    (void)state;
    enum { N = 20 };
    double clean[N], noisy[N];
    read_order(STILL "2", N, true, N, clean);
    read_order(STILL "2,noise=1.5", N, true, N, noisy);
    assert_memory_equal(clean, noisy, sizeof clean); // all weights are 0, so only targets count
}

static void epochs_are_counted(void **state)
{
    (void)state;
    Learner *learner = create("batch=16,layers=4", 40, false, pool);
    assert_int_equal(learner_steps_per_epoch(learner), 3);
    for (int step = 1; step <= 7; step++) {
        const double loss = learner_step(learner);
        assert_int_equal(learner_step_count(learner), step);
        assert_int_equal(learner_epoch_count(learner), step / 3);
        assert_int_equal(learner_is_epoch_end(learner), step % 3 == 0);
        if (step % 3 == 1)
            assert_true(fabs(learner_epoch_loss(learner) - loss) < 1e-12);
    }
    assert_int_equal(learner_broken_step(learner), -1);
    learner_destroy(learner);

    learner = create("batch=16,layers=4", 40, false, pool);
    double sum = 0.0;
    for (int step = 0; step < 3; step++)
        sum += learner_step(learner) * (step < 2 ? 16 : 8);
    assert_true(fabs(learner_epoch_loss(learner) - sum / 40) < 1e-12); // by images, not by batches
    learner_destroy(learner);
}

// ---- determinism --------------------------------------------------------------------------------------------------

// Whether they differ is asked where threads are cheap; a race shows with any number of them.
#ifdef __SANITIZE_THREAD__
static const int counts[] = {1, 5};
#else
static const int counts[] = {1, 2, 3, 5, 8};
#endif

static void check_thread_counts(const char *text, int images, int steps)
{
    const Spec spec = synthetic_spec(text);
    const size_t size = model_create(&spec, DIGIT_PIXELS).parameter_count * sizeof(float);
    float *first = malloc(size);
    double first_loss = 0.0;
    assert_non_null(first);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        Pool *workers = pool_create(counts[i], NULL);
        assert_non_null(workers);
        Learner *learner = create(text, images, false, workers);
        double loss = 0.0;
        for (int step = 0; step < steps; step++)
            loss = learner_step(learner);
        if (i == 0) {
            memcpy(first, learner_parameters(learner), size);
            first_loss = loss;
        }
        if (memcmp(first, learner_parameters(learner), size) != 0 || loss != first_loss)
            fail_msg("%s: %d threads make other weights than one", text, counts[i]);
        learner_destroy(learner);
        pool_destroy(workers);
    }
    free(first);
}

static void weights_do_not_depend_on_threads(void **state)
{
    (void)state;
    check_thread_counts("", IMAGES, 12);
    check_thread_counts("layers=64,20,64,hidden=gelu,loss=mse,output=relu", IMAGES, 7);
    check_thread_counts("noise=0.4,optimizer=adadelta", IMAGES, 7);
    check_thread_counts("batch=600,l1=0.001", IMAGES, 7);
    check_thread_counts("batch=1,optimizer=sgd", 30, 40);
    check_thread_counts("batch=100,output=clip,loss=mae", 250, 6);
    check_thread_counts("batch=600,output=softmax", IMAGES, 3);
    check_thread_counts("batch=600,loss=gauss", IMAGES, 5); // its spread is summed over all tasks
}

// The rounds and tiles of a batch, the blocks of the hidden layers, and what else a step may do.
static void no_shape_of_the_work_depends_on_threads(void **state)
{
    (void)state;
    static const int batches[] = {1, 7, 64, 100, 256, 300, 1000};
    static const char *const layouts[] = {"32", "5", "40,7,33"};
    static const char *const extras[] = {"", ",noise=0.3", ",l1=0.002", ",noise=0.3,noise_kind=mask,targets=sampled",
                                         ",range=standard,loss=mse,output=linear"};
    for (size_t batch = 0; batch < sizeof batches / sizeof *batches; batch++)
        for (size_t layout = 0; layout < sizeof layouts / sizeof *layouts; layout++)
            for (size_t extra = 0; extra < sizeof extras / sizeof *extras; extra++) {
                char text[SPEC_TEXT_SIZE];
                (void)snprintf(text, sizeof text, "batch=%d,layers=%s%s", batches[batch], layouts[layout],
                               extras[extra]);
                check_thread_counts(text, IMAGES, 2);
            }
}

static void restart_repeats_every_bit(void **state)
{
    (void)state;
    enum { STEPS = 9 };
    static const char *const texts[] = {"batch=100,noise=0.2,layers=12", "batch=70,optimizer=adadelta,layers=9,4,9"};
    for (size_t i = 0; i < 2; i++) {
        const Spec spec = synthetic_spec(texts[i]);
        const size_t size = model_create(&spec, DIGIT_PIXELS).parameter_count * sizeof(float);
        double losses[2][STEPS];
        float *first = malloc(size);
        Learner *learner = create(texts[i], 300, false, pool);
        assert_non_null(first);
        for (int step = 0; step < STEPS; step++)
            losses[0][step] = learner_step(learner);
        memcpy(first, learner_parameters(learner), size);
        learner_restart(learner);
        assert_int_equal(learner_step_count(learner), 0);
        for (int step = 0; step < STEPS; step++)
            losses[1][step] = learner_step(learner);
        assert_memory_equal(losses[0], losses[1], sizeof losses[0]);
        assert_memory_equal(first, learner_parameters(learner), size);
        learner_destroy(learner);
        free(first);
    }
}

// ---- a model that breaks ------------------------------------------------------------------------------------------

static bool are_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

static void broken_model_stays_as_it_is(void **state)
{
    (void)state;
    const char *text = "loss=mse,output=linear,hidden=leaky_relu,optimizer=sgd,lr=100,batch=64";
    const Spec spec = synthetic_spec(text);
    const size_t n = model_create(&spec, DIGIT_PIXELS).parameter_count;
    Learner *learner = create(text, IMAGES, false, pool);
    float *held = malloc(n * sizeof *held);
    int64_t broken = 0;
    assert_non_null(held);
    for (int round = 0; round < 2; round++) {
        int64_t step = 0;
        while (learner_broken_step(learner) < 0) {
            assert_true(are_finite(learner_parameters(learner), n));
            assert_true(step < 2000);
            (void)learner_step(learner);
            step++;
        }
        assert_int_equal(learner_broken_step(learner), step);
        assert_int_equal(learner_step_count(learner), step);
        assert_false(are_finite(learner_parameters(learner), n));
        memcpy(held, learner_parameters(learner), n * sizeof *held);
        for (int i = 0; i < 3; i++)
            assert_true(isnan(learner_step(learner)));
        assert_int_equal(learner_step_count(learner), step);
        assert_memory_equal(held, learner_parameters(learner), n * sizeof *held);
        assert_true(round == 0 || step == broken);
        broken = step;
        learner_restart(learner);
        assert_int_equal(learner_broken_step(learner), -1);
    }
    free(held);
    learner_destroy(learner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_model_follows_the_reference),
        cmocka_unit_test(deep_models_follow_the_reference),
        cmocka_unit_test(batches_of_several_rounds_follow_the_reference),
        cmocka_unit_test(every_optimizer_follows_the_reference),
        cmocka_unit_test(penalty_and_noise_follow_the_reference),
        cmocka_unit_test(every_noise_and_target_follows_the_reference),
        cmocka_unit_test(every_range_follows_the_reference),
        cmocka_unit_test(moments_are_the_images_or_the_files),
        cmocka_unit_test(sums_follow_the_reference_and_their_means),
        cmocka_unit_test(unshuffled_images_come_as_they_lie),
        cmocka_unit_test(shuffle_depends_on_seed_and_epoch_alone),
        cmocka_unit_test(noise_leaves_the_target_alone),
        cmocka_unit_test(epochs_are_counted),
        cmocka_unit_test(weights_do_not_depend_on_threads),
        cmocka_unit_test(no_shape_of_the_work_depends_on_threads),
        cmocka_unit_test(restart_repeats_every_bit),
        cmocka_unit_test(broken_model_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
