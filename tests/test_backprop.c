// Backprop: the packed parameters, forth and back; what the caller of a step is asked to change. Its gradients are held
// against the reference in test_gradient.c and test_learner.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/model_layers.h"
#include "synthetic.h"
#include "training/backprop_parts.h"

enum { PIXELS = 144, IMAGES = 700 }; // three rounds

static Pool *pool;

static int begin(void **state)
{
    (void)state;
    pool = pool_create(3, NULL);
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    return 0;
}

static float *create_floats(size_t count)
{
    float *floats = calloc(count, sizeof *floats);
    assert_non_null(floats);
    return floats;
}

// ---- packing ------------------------------------------------------------------------------------------------------

static void check_bands(const Backprop *backprop, const float *parameters)
{
    const Model *model = backprop->model;
    const Layer *first = &model->layers[0], *last = &model->layers[model->layer_count - 1];
    for (int band = 0; band < BANDS; band++) {
        const size_t start = backprop->bands.start[band], width = bands_width(backprop, band);
        const float *weights = backprop->parameters + bands_last_weights(backprop, band);
        assert_int_equal(width % KERNEL_PAD, 0);
        for (size_t in = 0; in < (size_t)last->in; in++)
            for (size_t i = 0; i < width; i++)
                assert_true(weights[in * width + i] == parameters[last->weight_offset + in * last->stride + start + i]);
        assert_int_equal(bands_first_weights(backprop, band), first->weight_offset + start * first->stride);
    }
    assert_int_equal(backprop->bands.start[0], 0);
    assert_int_equal(backprop->bands.start[BANDS], model->pixels);
}

// Every parameter is its own index, padding included: exact in a float.
static void check_packing(const char *text, int pixels)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, pixels);
    const Layer *last = &model.layers[model.layer_count - 1];
    const size_t n = model.parameter_count;
    float *parameters = create_floats(n), *unpacked = create_floats(n);
    Backprop *backprop = backprop_create(&model, pool, NULL);
    assert_non_null(backprop);
    assert_true(n < 1 << 24);
    for (size_t i = 0; i < n; i++)
        parameters[i] = (float)i;
    backprop_set_parameters(backprop, parameters);
    check_bands(backprop, parameters);
    for (size_t i = 0; i < n; i++) // everything else stays where it was
        if (i < last->weight_offset || i >= last->weight_offset + (size_t)last->in * last->stride)
            assert_true(backprop->parameters[i] == parameters[i]);
    backprop_get_parameters(backprop, unpacked);
    assert_memory_equal(unpacked, parameters, n * sizeof *parameters);
    backprop_destroy(backprop);
    free(parameters);
    free(unpacked);
}

static void packing_is_undone_by_unpacking(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "layers=5", "layers=40,7,33"};
    static const int sizes[] = {16, 32, 48, 64, 80, 144, 784};
    for (size_t text = 0; text < sizeof texts / sizeof *texts; text++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            check_packing(texts[text], sizes[i]);
}

// ---- a step -------------------------------------------------------------------------------------------------------

// What a caller saw in one step, by offset.
typedef struct Seen {
    float *gradient, *before;
    int *count;
    float rate; // what it then did: as SGD does
} Seen;

static void see(void *context, size_t offset, float *parameters, const float *gradient, size_t count)
{
    const Seen *seen = context;
    for (size_t i = 0; i < count; i++) {
        seen->gradient[offset + i] = gradient[i];
        seen->before[offset + i] = parameters[i];
        seen->count[offset + i]++;
        parameters[i] -= seen->rate * gradient[i];
    }
}

static Seen create_seen(size_t n)
{
    const Seen seen = {create_floats(n), create_floats(n), calloc(n, sizeof *seen.count), 1e-5f};
    assert_non_null(seen.count);
    return seen;
}

static void free_seen(Seen *seen)
{
    free(seen->gradient);
    free(seen->before);
    free(seen->count);
}

// Two batches, one after the other, from the initial weights; seen: of the second. is_told: the first step is told of
// the second batch.
static double run_two(const Model *model, const ImageSet *set, int rows, bool is_told, Seen *seen)
{
    int images[IMAGES];
    float *parameters = create_floats(model->parameter_count);
    Backprop *backprop = backprop_create(model, pool, NULL);
    Seen first = create_seen(model->parameter_count);
    assert_non_null(backprop);
    for (int i = 0; i < IMAGES; i++)
        images[i] = IMAGES - 1 - i;
    model_init(model, parameters);
    backprop_set_parameters(backprop, parameters);
    const Batch a = {.pixels = set->pixels, .images = images, .rows = rows};
    const Batch b = {.pixels = set->pixels, .images = images + rows, .rows = IMAGES - rows};
    (void)backprop_step(backprop, &a, is_told ? &b : NULL, see, &first);
    const double loss = backprop_step(backprop, &b, NULL, see, seen);
    free_seen(&first);
    backprop_destroy(backprop);
    free(parameters);
    return loss;
}

static const char *const texts[] = {"", "layers=40,7,33", "layers=5,noise=0.3", "layers=128,64,128,l1=0.1"};
enum { TEXTS = sizeof texts / sizeof *texts };

static void every_parameter_is_changed_once_a_step(void **state)
{
    (void)state;
    ImageSet set = synthetic_create(IMAGES, PIXELS, 5);
    for (size_t text = 0; text < TEXTS; text++) {
        const Spec spec = synthetic_spec(texts[text]);
        const Model model = model_create(&spec, PIXELS);
        Seen seen = create_seen(model.parameter_count);
        (void)run_two(&model, &set, 1, false, &seen);
        for (size_t i = 0; i < model.parameter_count; i++)
            if (seen.count[i] != 1)
                fail_msg("%s: parameter %zu was changed %d times", texts[text], i, seen.count[i]);
        free_seen(&seen);
    }
    synthetic_free(&set);
}

// The batch that is announced is begun with in the step before: neither loss nor gradient shows it, however many rounds
// the batches have.
static void announcing_a_batch_changes_nothing(void **state)
{
    (void)state;
    static const int rows[] = {1, 64, 100, 256, 300, 699};
    ImageSet set = synthetic_create(IMAGES, PIXELS, 6);
    for (size_t text = 0; text < TEXTS; text++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            const Spec spec = synthetic_spec(texts[text]);
            const Model model = model_create(&spec, PIXELS);
            const size_t n = model.parameter_count;
            Seen alone = create_seen(n), told = create_seen(n);
            assert_true(run_two(&model, &set, rows[i], false, &alone) == run_two(&model, &set, rows[i], true, &told));
            assert_memory_equal(alone.gradient, told.gradient, n * sizeof(float));
            assert_memory_equal(alone.before, told.before, n * sizeof(float));
            free_seen(&alone);
            free_seen(&told);
        }
    synthetic_free(&set);
}

// New parameters make void what was begun with the old ones.
static void set_parameters_forget_what_was_begun(void **state)
{
    (void)state;
    ImageSet set = synthetic_create(IMAGES, PIXELS, 7);
    const Spec spec = synthetic_spec("layers=40,7");
    const Model model = model_create(&spec, PIXELS);
    const size_t n = model.parameter_count;
    const int images[] = {0, 1, 2, 3};
    const Batch a = {.pixels = set.pixels, .images = images, .rows = 2};
    const Batch b = {.pixels = set.pixels, .images = images + 2, .rows = 2};
    float *initial = create_floats(n);
    Seen first = create_seen(n), other = create_seen(n), again = create_seen(n);
    Backprop *backprop = backprop_create(&model, pool, NULL);
    assert_non_null(backprop);
    model_init(&model, initial);
    backprop_set_parameters(backprop, initial);
    const double loss = backprop_step(backprop, &b, NULL, see, &first);
    other.rate = 1e-2f;
    (void)backprop_step(backprop, &a, &b, see, &other);
    backprop_set_parameters(backprop, initial);
    assert_true(backprop_step(backprop, &b, NULL, see, &again) == loss);
    assert_memory_equal(again.gradient, first.gradient, n * sizeof(float));
    free_seen(&first);
    free_seen(&other);
    free_seen(&again);
    backprop_destroy(backprop);
    free(initial);
    synthetic_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packing_is_undone_by_unpacking),
        cmocka_unit_test(every_parameter_is_changed_once_a_step),
        cmocka_unit_test(announcing_a_batch_changes_nothing),
        cmocka_unit_test(set_parameters_forget_what_was_begun),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
