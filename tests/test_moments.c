// Moments: which steps are kept, what is thinned and that it is never too much, finding, and who holds what.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"
#include "training/moments.h"

enum { PIXELS = 16, STEPS_MAX = 200000 };

static const int64_t epoch_sizes[] = {1, 2, 3, 4, 5, 7, 10, 64, 235, 60000};
enum { EPOCH_SIZES = sizeof epoch_sizes / sizeof *epoch_sizes };

static Model model;
static float *parameters;

static int begin(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=2");
    model = model_create(&spec, PIXELS);
    parameters = calloc(model.parameter_count, sizeof *parameters);
    return parameters ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    free(parameters);
    return 0;
}

static Moments create(int64_t steps_per_epoch)
{
    return (Moments){.spacing = 1, .steps_per_epoch = steps_per_epoch, .pinned = -1};
}

// A moment whose weights say its step.
static void add(Moments *moments, int64_t step, int most)
{
    parameters[0] = (float)step;
    Moment *moment = moment_create(&model, parameters, step);
    assert_non_null(moment);
    moments_add(moments, moment);
    if (moments->count > most)
        moments_thin(moments, most);
}

static void check_steps(const Moments *moments, const int64_t *steps, int count)
{
    assert_int_equal(moments->count, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(moments->items[i]->step, steps[i]);
        assert_true(moments->items[i]->parameters[0] == (float)steps[i]);
    }
}

// ---- which steps --------------------------------------------------------------------------------------------------

// The first step at which that many quarters of an epoch are done.
static int64_t end_of_quarter(int64_t quarters, int64_t steps_per_epoch)
{
    int64_t step = quarters * steps_per_epoch / 4;
    while (4 * step < quarters * steps_per_epoch)
        step++;
    return step;
}

// All steps from 0 on that are to be kept while the head is whole, marked.
static void mark_wanted(bool *is_wanted, int64_t steps_per_epoch, int64_t spacing)
{
    memset(is_wanted, 0, STEPS_MAX * sizeof *is_wanted);
    is_wanted[0] = true;
    for (int64_t power = 1; power < steps_per_epoch; power *= 2)
        is_wanted[power] = true;
    for (int64_t quarters = 1; quarters <= 4; quarters++)
        is_wanted[end_of_quarter(quarters, steps_per_epoch)] = true;
    for (int64_t epoch = 1; epoch <= 4 && epoch * steps_per_epoch < STEPS_MAX; epoch++)
        is_wanted[epoch * steps_per_epoch] = true;
    for (int64_t quarters = spacing; end_of_quarter(quarters, steps_per_epoch) < STEPS_MAX; quarters += spacing)
        is_wanted[end_of_quarter(quarters, steps_per_epoch)] = true;
}

static void wanted_are_the_head_and_quarters(void **state)
{
    (void)state;
    static bool is_wanted[STEPS_MAX];
    for (int i = 0; i < EPOCH_SIZES; i++)
        for (int64_t spacing = 1; spacing <= 1 << 20; spacing *= 2) {
            Moments moments = create(epoch_sizes[i]);
            moments.spacing = spacing;
            mark_wanted(is_wanted, epoch_sizes[i], spacing);
            for (int64_t step = 0; step < STEPS_MAX; step++)
                if (moments_wants(&moments, step) != is_wanted[step])
                    fail_msg("%lld steps an epoch, spacing %lld: step %lld", (long long)epoch_sizes[i],
                             (long long)spacing, (long long)step);
        }
}

// Trains for so many epochs, keeping what is wanted; then thins to `most`.
static Moments train_and_thin(int64_t steps_per_epoch, int64_t epochs, int most)
{
    Moments moments = create(steps_per_epoch);
    for (int64_t step = 0; step <= epochs * steps_per_epoch; step++)
        if (moments_wants(&moments, step))
            add(&moments, step, MOMENTS_MAX);
    moments_thin(&moments, most);
    return moments;
}

// The first epoch is most of the story: the tail goes first, however little room there is.
static void the_head_stays_while_there_is_a_tail(void **state)
{
    (void)state;
    static const int64_t head[] = {0, 1, 2, 4, 8, 16, 32, 59, 64, 118, 128, 177, 235, 470, 705, 940};
    enum { HEAD = sizeof head / sizeof *head };
    for (int most = MOMENTS_MAX; most > HEAD; most--) {
        Moments moments = train_and_thin(235, 50, most);
        for (int i = 0; i < HEAD; i++)
            assert_int_equal(moments.items[i]->step, head[i]);
        assert_int_equal(moments.items[moments.count - 1]->step, 50 * 235);
        assert_int_equal(moments.head_level, 0);
        moments_clear(&moments);
    }
    Moments whole = train_and_thin(235, 50, MOMENTS_MAX); // every epoch of the default training is there
    for (int64_t epoch = 0; epoch <= 50; epoch++)
        assert_int_equal(moments_find(&whole, epoch * 235)->step, epoch * 235);
    assert_int_equal(whole.count, HEAD + 46);
    moments_clear(&whole);
    Moments longest = train_and_thin(60000, 30, MOMENTS_HEAD); // the longest head that this many hold
    assert_int_equal(longest.head_level, 0);
    assert_int_equal(moments_find(&longest, 15000)->step, 15000);
    moments_clear(&longest);
}

static void the_head_gives_way_in_the_end(void **state)
{
    (void)state;
    Moments moments = train_and_thin(235, 50, 14);
    check_steps(&moments, (int64_t[]){0, 1, 2, 4, 8, 16, 32, 64, 128, 235, 470, 705, 940, 11750}, 14);
    moments_thin(&moments, 13);
    check_steps(&moments, (int64_t[]){0, 1, 4, 16, 64, 235, 470, 705, 940, 11750}, 10);
    moments_thin(&moments, 9);
    check_steps(&moments, (int64_t[]){0, 1, 16, 11750}, 4);
    moments_clear(&moments);
}

static void an_epoch_of_235_steps_by_hand(void **state)
{
    (void)state;
    static const int64_t steps[] = {0, 1, 2, 4, 8, 16, 32, 59, 64, 118, 128, 177, 235, 294, 353, 412, 470};
    Moments moments = create(235);
    for (int64_t step = 0; step <= 470; step++)
        if (moments_wants(&moments, step))
            add(&moments, step, MOMENTS_MAX);
    check_steps(&moments, steps, 17);
    moments_clear(&moments);
}

static void a_pinned_step_is_wanted_whatever_the_spacing(void **state)
{
    (void)state;
    Moments moments = create(100);
    for (moments.spacing = 1; moments.spacing <= 1 << 20; moments.spacing *= 2) {
        moments.pinned = -1;
        assert_false(moments_wants(&moments, 37));
        moments.pinned = 37;
        assert_true(moments_wants(&moments, 37));
        assert_false(moments_wants(&moments, 36) || moments_wants(&moments, 38));
    }
}

static void the_newest_is_there_until_a_newer_one_is(void **state)
{
    (void)state;
    Moments moments = create(100);
    add(&moments, 0, MOMENTS_MAX);
    add(&moments, 11, MOMENTS_MAX);
    check_steps(&moments, (int64_t[]){0, 11}, 2);
    add(&moments, 13, MOMENTS_MAX);
    check_steps(&moments, (int64_t[]){0, 13}, 2);
    add(&moments, 25, MOMENTS_MAX); // a quarter
    check_steps(&moments, (int64_t[]){0, 25}, 2);
    add(&moments, 27, MOMENTS_MAX);
    check_steps(&moments, (int64_t[]){0, 25, 27}, 3);
    moments_clear(&moments);
}

// ---- thinning -----------------------------------------------------------------------------------------------------

// What is kept are the newest and those of the steps offered that are wanted now, not one more and not one less.
static void check_kept(const Moments *moments, const int64_t *offered, int offered_count, int most)
{
    int kept = 0;
    assert_in_range(moments->count, 1, most);
    for (int i = 0; i < offered_count; i++) {
        if (i < offered_count - 1 && !moments_wants(moments, offered[i]))
            continue;
        assert_true(kept < moments->count);
        assert_int_equal(moments->items[kept]->step, offered[i]);
        assert_true(moments->items[kept]->parameters[0] == (float)offered[i]);
        assert_true(kept == 0 || moments->items[kept - 1]->step < moments->items[kept]->step);
        kept++;
    }
    assert_int_equal(kept, moments->count);
    if (moments->spacing == 1 || moments->head_level > 0)
        return;
    Moments finer = *moments; // it was thinned because it had to be
    finer.spacing /= 2;
    int wanted = 0;
    for (int i = 0; i < offered_count; i++)
        wanted += i == offered_count - 1 || moments_wants(&finer, offered[i]);
    assert_true(wanted >= most);
}

// Trains for so many steps; every now and then a step is measured that nobody wants to keep.
static void run_training(int64_t steps_per_epoch, int64_t steps, int most, int64_t pinned)
{
    static int64_t offered[STEPS_MAX];
    int count = 0;
    Moments moments = create(steps_per_epoch);
    moments.pinned = pinned;
    for (int64_t step = 0; step < steps; step++) {
        const bool is_measured = step % (7 * steps_per_epoch + 3) == 0;
        if (!is_measured && !moments_wants(&moments, step))
            continue;
        offered[count++] = step;
        add(&moments, step, most);
        if (count < 500 || count % 50 == 0)
            check_kept(&moments, offered, count, most);
        assert_true(moments.count <= most);
        assert_int_equal(moments.items[0]->step, 0);
        assert_int_equal(moments.items[moments.count - 1]->step, step);
        if (pinned >= 0 && step >= pinned)
            assert_int_equal(moments_find(&moments, pinned)->step, pinned);
    }
    check_kept(&moments, offered, count, most);
    moments_clear(&moments);
}

static void there_are_never_more_than_allowed(void **state)
{
    (void)state;
    static const int most[] = {MOMENTS_MIN, 9, 16, 33, MOMENTS_MAX};
    for (int i = 0; i < EPOCH_SIZES; i++)
        for (int j = 0; j < 5; j++) {
            const int64_t steps = epoch_sizes[i] < 1000 ? 20000 : STEPS_MAX;
            run_training(epoch_sizes[i], steps, most[j], -1);
            run_training(epoch_sizes[i], steps, most[j], 1237);
        }
}

// The powers of two alone would be too many for the least number, if they were not thinned as well.
static void the_longest_epoch_fits_into_the_least_number(void **state)
{
    (void)state;
    Moments moments = create(INT32_MAX);
    moments.pinned = 3;
    add(&moments, 0, MOMENTS_MIN);
    for (int64_t power = 1; power < INT32_MAX; power *= 2) {
        add(&moments, power, MOMENTS_MIN);
        if (power == 2)
            add(&moments, 3, MOMENTS_MIN);
        assert_in_range(moments.count, 1, MOMENTS_MIN);
    }
    assert_int_equal(moments_find(&moments, 3)->step, 3);
    moments_clear(&moments);
}

static void thinning_halves_the_tail(void **state)
{
    (void)state;
    Moments moments = create(4); // each step is a quarter
    for (int64_t step = 0; step < MOMENTS_MAX; step++)
        add(&moments, step, MOMENTS_MAX);
    assert_int_equal(moments.count, MOMENTS_MAX);
    moments_thin(&moments, MOMENTS_MAX);
    assert_int_equal(moments.count, MOMENTS_MAX);
    moments_thin(&moments, MOMENTS_MAX - 1);
    assert_int_equal(moments.spacing, 2);
    assert_int_equal(moments.count, 35); // 0 .. 4, 6, 8 .. 62 and the newest, 63
    moments_thin(&moments, 16);
    check_steps(&moments, (int64_t[]){0, 1, 2, 3, 4, 8, 12, 16, 24, 32, 40, 48, 56, 63}, 14);
    moments_thin(&moments, MOMENTS_MIN);
    assert_in_range(moments.count, 4, MOMENTS_MIN);
    assert_int_equal(moments.items[0]->step, 0);
    assert_int_equal(moments.items[moments.count - 1]->step, 63);
    moments_clear(&moments);
    assert_int_equal(moments.count, 0);
    assert_int_equal(moments.spacing, 1);
    assert_int_equal(moments.head_level, 0);
}

// ---- finding and holding ------------------------------------------------------------------------------------------

static void found_is_the_newest_at_or_before(void **state)
{
    (void)state;
    static const int64_t steps[] = {2, 4, 25, 50, 100, 133};
    Moments moments = create(100);
    assert_null(moments_find(&moments, 0));
    assert_null(moments_find(&moments, INT64_MAX));
    for (int i = 0; i < 6; i++)
        add(&moments, steps[i], MOMENTS_MAX);
    for (int64_t step = -1; step < 200; step++) {
        const Moment *found = moments_find(&moments, step);
        int64_t expected = -1;
        for (int i = 0; i < 6; i++)
            expected = steps[i] <= step ? steps[i] : expected;
        assert_int_equal(found ? found->step : -1, expected);
    }
    assert_int_equal(moments_find(&moments, INT64_MAX)->step, 133);
    moments_clear(&moments);
}

static void a_moment_has_its_own_copy(void **state)
{
    (void)state;
    for (size_t i = 0; i < model.parameter_count; i++)
        parameters[i] = (float)i;
    Model shape = model;
    Moment *moment = moment_create(&shape, parameters, 12);
    assert_non_null(moment);
    memset(parameters, 0, model.parameter_count * sizeof *parameters);
    memset(&shape, 0, sizeof shape);
    assert_int_equal(moment->step, 12);
    assert_false(atomic_load(&moment->is_measured));
    assert_int_equal(moment->model.parameter_count, model.parameter_count);
    assert_true(spec_equal(&moment->model.spec, &model.spec));
    for (size_t i = 0; i < model.parameter_count; i++)
        assert_true(moment->parameters[i] == (float)i);
    moment_release(moment);
    moment_release(NULL);
}

static void whoever_holds_a_moment_has_it(void **state)
{
    (void)state;
    Moments moments = create(4);
    Moment *held[20];
    for (int64_t step = 0; step < 20; step++) {
        add(&moments, step, MOMENTS_MAX);
        held[step] = moments_find(&moments, step);
        moment_hold(held[step]);
        moment_hold(held[step]);
    }
    moments_thin(&moments, MOMENTS_MIN);
    for (int i = 0; i < 20; i += 2)
        moment_release(held[i]);
    moments_clear(&moments);
    for (int i = 0; i < 20; i++) { // the last hold of each even one, the last but one of each odd one
        assert_int_equal(held[i]->step, i);
        assert_true(held[i]->parameters[0] == (float)i);
        moment_release(held[i]);
    }
    for (int i = 1; i < 20; i += 2) {
        assert_true(held[i]->parameters[0] == (float)i);
        moment_release(held[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wanted_are_the_head_and_quarters),
        cmocka_unit_test(the_head_stays_while_there_is_a_tail),
        cmocka_unit_test(the_head_gives_way_in_the_end),
        cmocka_unit_test(an_epoch_of_235_steps_by_hand),
        cmocka_unit_test(a_pinned_step_is_wanted_whatever_the_spacing),
        cmocka_unit_test(the_newest_is_there_until_a_newer_one_is),
        cmocka_unit_test(there_are_never_more_than_allowed),
        cmocka_unit_test(the_longest_epoch_fits_into_the_least_number),
        cmocka_unit_test(thinning_halves_the_tail),
        cmocka_unit_test(found_is_the_newest_at_or_before),
        cmocka_unit_test(a_moment_has_its_own_copy),
        cmocka_unit_test(whoever_holds_a_moment_has_it),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
