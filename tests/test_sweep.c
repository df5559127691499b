// Sweeps: the same visits in the same order whatever the slices and threads, and what is measured by them bit for bit.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "clock.h"
#include "data/digits.h"
#include "kernels/kernel.h"
#include "measuring/appearance.h"
#include "measuring/code_facts.h"
#include "measuring/code_points.h"
#include "measuring/mixed.h"
#include "models/model_layers.h"
#include "models/pixels.h"
#include "same_metrics.h"
#include "synthetic.h"

enum { ITEMS = 103, SHARD = 20, STEP = 5, SHARDS = 6, STEPS = 21, THREADS = 3 };

static Pool *pool, *alone;

static int begin(void **state)
{
    (void)state;
    pool = pool_create(THREADS, NULL);
    alone = pool_create(1, NULL);
    return pool && alone ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    pool_destroy(alone);
    return 0;
}

// ---- a plain one --------------------------------------------------------------------------------------------------

typedef struct Visits {
    int next[SHARDS]; // item of each shard
    _Atomic int steps;
    int finished, freed;
    bool is_wrong;
    const struct Visits *before; // which is to be finished when this one begins
} Visits;

static void visit(void *context, int shard, int first, int count, int worker)
{
    Visits *visits = context;
    const int expected = first + STEP <= ITEMS ? STEP : ITEMS - first;
    visits->is_wrong |= shard != first / SHARD || first != shard * SHARD + visits->next[shard] || count != expected ||
                        worker < 0 || worker >= THREADS || visits->finished > 0 ||
                        (visits->before && !visits->before->finished);
    visits->next[shard] += count;
    atomic_fetch_add(&visits->steps, 1);
}

static void finish(void *context) { ((Visits *)context)->finished++; }
static void note_free(void *context) { ((Visits *)context)->freed++; }

static Sweep *create(Visits *visits)
{
    *visits = (Visits){0};
    Sweep *sweep = sweep_create(&(SweepPlan){.what = "counting",
                                             .items = ITEMS,
                                             .shard_items = SHARD,
                                             .step_items = STEP,
                                             .visit = visit,
                                             .finish = finish,
                                             .free = note_free,
                                             .context = visits},
                                true, NULL);
    assert_non_null(sweep);
    return sweep;
}

static void check_done(const Visits *visits)
{
    assert_false(visits->is_wrong);
    assert_int_equal(atomic_load(&visits->steps), STEPS);
    assert_int_equal(visits->next[SHARDS - 1], ITEMS - (SHARDS - 1) * SHARD);
    assert_int_equal(visits->finished, 1);
}

static void each_item_is_visited_once_whatever_the_slices(void **state)
{
    (void)state;
    for (int steps = 0; steps <= STEPS; steps++) { // one by one, and then the rest at once
        Visits visits;
        Sweep *sweep = create(&visits);
        for (int i = 0; i < steps; i++) {
            assert_int_equal(atomic_load(&visits.steps), i);
            assert_int_equal(sweep_advance(sweep, pool, 0), i + 1 == STEPS);
        }
        while (!sweep_advance(sweep, pool, INT64_MAX)) {
        }
        check_done(&visits);
        assert_true(sweep_advance(sweep, pool, 0)); // it stays so
        assert_int_equal(visits.freed, 0);
        sweep_destroy(sweep);
        check_done(&visits);
        assert_int_equal(visits.freed, 1);
    }
}

static void one_that_is_not_done_can_go(void **state)
{
    (void)state;
    Visits visits;
    Sweep *sweep = create(&visits);
    assert_false(sweep_advance(sweep, pool, clock_now_ns()));
    sweep_destroy(sweep);
    assert_int_equal(visits.finished, 0);
    assert_int_equal(visits.freed, 1);
    sweep_destroy(NULL);
    assert_false(sweep_run(NULL, pool));
}

static void joined_ones_follow_each_other(void **state)
{
    (void)state;
    Visits visits[3];
    for (int is_sliced = 0; is_sliced < 2; is_sliced++) {
        Sweep *first = create(&visits[0]), *second = create(&visits[1]), *third = create(&visits[2]);
        visits[1].before = &visits[0];
        visits[2].before = &visits[1];
        Sweep *all = sweep_join(first, sweep_join(second, third));
        int calls = 1;
        while (!sweep_advance(all, pool, is_sliced ? 0 : INT64_MAX))
            calls++;
        assert_int_equal(calls, is_sliced ? 3 * STEPS : 3);
        for (int i = 0; i < 3; i++) {
            check_done(&visits[i]);
            assert_int_equal(visits[i].freed, 0);
        }
        sweep_destroy(all);
        for (int i = 0; i < 3; i++)
            assert_int_equal(visits[i].freed, 1);
    }
    assert_null(sweep_join(create(&visits[0]), NULL));
    assert_null(sweep_join(NULL, create(&visits[1])));
    assert_int_equal(visits[0].freed + visits[1].freed, 2);
}

static void what_lacks_memory_says_so(void **state)
{
    (void)state;
    Visits visits = {0};
    Error error;
    SweepPlan plan = {.what = "counting", .shard_items = 1, .step_items = 1, .free = note_free, .context = &visits};
    assert_null(sweep_create(&plan, false, &error));
    assert_string_equal(error.text, "out of memory: counting");
    assert_int_equal(visits.freed, 1);
    plan.context = NULL; // not even that was to be had
    assert_null(sweep_create(&plan, false, &error));
}

// ---- what is measured ---------------------------------------------------------------------------------------------

enum { IMAGES = 700 }; // more than a shard's, and no whole number of steps

typedef struct Measured {
    TargetFacts facts;
    Metrics metrics;
    PairMetrics pair;
    CodeFacts code;
    CodePoints *points;
    Appearance appearance;
    MixedFigures mixed;
} Measured;

enum { KINDS = 7 };

static Sweep *begin_kind(int kind, const Model models[2], float *const parameters[2], const ImageSet *set,
                         const Pool *threads, Measured *out)
{
    const Model *model = &models[0];
    const float *own = parameters[0];
    switch (kind) {
    case 0: return metrics_begin_facts(set, IMAGES, pixels_have_binary_figures(&model->spec), &out->facts, NULL);
    case 1: return metrics_begin(model, own, set, &out->facts, threads, &out->metrics, NULL);
    case 2: return metrics_begin_pair(model, own, &models[1], parameters[1], set, IMAGES, threads, &out->pair, NULL);
    case 3: return code_facts_begin(model, own, set, IMAGES, threads, &out->code, NULL);
    case 4: return code_points_begin(model, own, set, IMAGES, threads, &out->points, NULL);
    case 5: return appearance_begin(model, own, set, IMAGES, threads, &out->appearance, NULL);
    default: return mixed_begin(model, own, set, IMAGES, 0.25f, threads, &out->mixed, NULL);
    }
}

// In as many slices as there are steps, or at once on all threads.
static Measured *measure(bool is_sliced, const Model models[2], float *const parameters[2], const ImageSet *set)
{
    Measured *out = calloc(1, sizeof *out); // the same zeros between the fields
    assert_non_null(out);
    for (int kind = 0; kind < KINDS; kind++) {
        Sweep *sweep = begin_kind(kind, models, parameters, set, is_sliced ? alone : pool, out);
        assert_non_null(sweep);
        int slices = 1;
        while (!sweep_advance(sweep, is_sliced ? alone : pool, is_sliced ? 0 : INT64_MAX))
            slices++;
        assert_true(is_sliced ? slices >= (IMAGES + TILE_ROWS - 1) / TILE_ROWS : slices < 4);
        sweep_destroy(sweep);
    }
    return out;
}

static void check_facts(const TargetFacts *a, const TargetFacts *b)
{
    assert_int_equal(a->images, IMAGES);
    assert_int_equal(a->are_binary, b->are_binary);
    assert_memory_equal(a->mean_image, b->mean_image, sizeof a->mean_image);
    assert_memory_equal(a->histogram, b->histogram, sizeof a->histogram);
    assert_memory_equal(a->mean_map, b->mean_map, sizeof a->mean_map);
    assert_true(a->mean == b->mean && a->bce_floor == b->bce_floor && a->full_ink == b->full_ink);
}

static void check_codes(const Measured *a, const Measured *b)
{
    const size_t units = (size_t)a->code.units;
    assert_int_equal(a->code.images, IMAGES);
    assert_memory_equal(a->code.mean, b->code.mean, units * sizeof *a->code.mean);
    assert_memory_equal(a->code.least, b->code.least, units * sizeof *a->code.least);
    assert_memory_equal(a->code.most, b->code.most, units * sizeof *a->code.most);
    assert_memory_equal(a->code.kl, b->code.kl, units * sizeof *a->code.kl);
    assert_int_equal(a->points->images, IMAGES);
    assert_memory_equal(a->points->means, b->points->means, units * IMAGES * sizeof(float));
    assert_memory_equal(a->points->deviations, b->points->deviations, units * sizeof(float));
    if (a->points->drawn)
        assert_memory_equal(a->points->drawn, b->points->drawn, units * IMAGES * sizeof(float));
}

static void check_models(const char *text, const char *other, const ImageSet *set)
{
    const Spec specs[2] = {synthetic_spec(text), synthetic_spec(other)};
    Model models[2];
    float *parameters[2];
    for (int i = 0; i < 2; i++) {
        models[i] = model_create(&specs[i], DIGIT_PIXELS);
        parameters[i] = floats_create(models[i].parameter_count);
        assert_non_null(parameters[i]);
        model_init(&models[i], parameters[i]);
    }
    Measured *sliced = measure(true, models, parameters, set), *at_once = measure(false, models, parameters, set);
    assert_same_metrics(&sliced->metrics, &at_once->metrics, IMAGES);
    assert_same_metrics(&sliced->mixed.test, &at_once->mixed.test, IMAGES);
    check_facts(&sliced->facts, &at_once->facts);
    check_facts(&sliced->mixed.facts, &at_once->mixed.facts);
    const TargetFacts facts = metrics_model_facts(&specs[0], set, IMAGES);
    check_facts(&facts, &sliced->facts);
    check_codes(sliced, at_once);
    assert_int_equal(sliced->pair.images, IMAGES);
    assert_true(sliced->pair.mean_distance > 0.0 && sliced->pair.mean_distance == at_once->pair.mean_distance);
    assert_true(sliced->appearance.sharpness == at_once->appearance.sharpness &&
                sliced->appearance.ssim == at_once->appearance.ssim);
    code_points_release(sliced->points);
    code_points_release(at_once->points);
    free(sliced);
    free(at_once);
    floats_free(parameters[0]);
    floats_free(parameters[1]);
}

static void figures_do_not_depend_on_slices(void **state)
{
    (void)state;
    ImageSet set = synthetic_create(IMAGES, DIGIT_PIXELS, 9);
    check_models("layers=12,noise=0.2", "layers=6,loss=mse,output=relu", &set);
    check_models("layers=16-sample4-16,targets=binary", "layers=6", &set);
    synthetic_free(&set);
}

static void digits_do_not_depend_on_slices(void **state)
{
    (void)state;
    static const int indices[] = {0, 99, 100, 5001, DIGITS_TEST_COUNT - 1, DIGITS_TRAIN_COUNT - 1};
    Dataset dataset;
    Sweep *sweep = dataset_begin(&dataset, 7, NULL);
    assert_non_null(sweep);
    assert_int_equal(dataset.train.count, DIGITS_TRAIN_COUNT);
    int slices = 1;
    while (!sweep_advance(sweep, alone, 0))
        slices++;
    assert_true(slices >= 1000);
    sweep_destroy(sweep);
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++) {
        const int index = indices[i];
        const ImageSet *set = index < DIGITS_TEST_COUNT ? &dataset.test : &dataset.train;
        uint8_t pixels[DIGIT_PIXELS];
        assert_int_equal(set->labels[index],
                         digits_draw(7, set == &dataset.test ? DIGITS_TEST : DIGITS_TRAIN, index, pixels));
        assert_memory_equal(set->pixels + (size_t)index * DIGIT_PIXELS, pixels, DIGIT_PIXELS);
    }
    dataset_free(&dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_item_is_visited_once_whatever_the_slices),
        cmocka_unit_test(one_that_is_not_done_can_go),
        cmocka_unit_test(joined_ones_follow_each_other),
        cmocka_unit_test(what_lacks_memory_says_so),
        cmocka_unit_test(figures_do_not_depend_on_slices),
        cmocka_unit_test(digits_do_not_depend_on_slices),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
