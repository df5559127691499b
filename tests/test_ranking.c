// Ranking: who is the best of a column, on both sides of each condition.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "state/ranking.h"

enum { ROWS = 3, STEPS_PER_EPOCH = 10, EPOCHS = 20 };

// Snapshots at the end of an epoch, whose MSE over all epochs is constant; other losses would rank them otherwise.
static void fill(Snapshot *s, double mse, int epochs)
{
    memset(s, 0, sizeof *s);
    s->steps_per_epoch = STEPS_PER_EPOCH;
    s->step = s->test_step = (int64_t)STEPS_PER_EPOCH * epochs;
    s->test_epoch = epochs;
    s->broken_step = -1;
    s->test.images = 100;
    s->test.mean[LOSS_MSE] = mse;
    s->test.mean[LOSS_BCE] = 1 - mse;
    for (int epoch = 0; epoch <= epochs; epoch++) {
        s->history[epoch].epoch = epoch;
        s->history[epoch].test[LOSS_MSE] = (float)mse;
        s->history[epoch].test[LOSS_BCE] = (float)(1 - mse);
    }
    s->history_count = epochs + 1;
}

typedef struct Column {
    Snapshot rows[ROWS], twin;
} Column;

static Column column; // 3 x 25 KB

static void fill_column(int epochs)
{
    fill(&column.rows[0], 0.50, epochs);
    fill(&column.rows[1], 0.25, epochs);
    fill(&column.rows[2], 0.75, epochs);
    fill(&column.twin, 0.5625, epochs); // a spread of 1/16
}

static int setup(void **state)
{
    (void)state;
    fill_column(EPOCHS);
    return 0;
}

static ColumnRank judge(void)
{
    const Snapshot *const rows[ROWS] = {&column.rows[0], &column.rows[1], &column.rows[2]};
    return ranking_judge(rows, ROWS, rows[0], &column.twin);
}

static void expect(int best, unsigned tie)
{
    const ColumnRank rank = judge();
    assert_int_equal(rank.best, best);
    assert_int_equal(rank.tie, tie);
}

static void the_least_mse_is_best(void **state)
{
    (void)state;
    expect(1, 0);
    assert_true(judge().spread == 0.0625);
    assert_false(judge().is_early);
}

static void within_what_another_seed_makes_it_is_a_tie(void **state)
{
    (void)state;
    column.rows[0].test.mean[LOSS_MSE] = 0.3125; // exactly the spread behind
    column.twin.test.mean[LOSS_MSE] = 0.3125;
    expect(1, 3);
    column.rows[0].test.mean[LOSS_MSE] = nextafter(0.3125, 1.0);
    expect(1, 0);
    column.rows[2].test.mean[LOSS_MSE] = 0.25; // two at the same place: the first of them, and both
    expect(1, 6);
    column.rows[0].test.mean[LOSS_MSE] = 0.3;
    expect(1, 7);
}

static void a_lead_of_two_percent_is_none(void **state)
{
    (void)state;
    assert_true(ranking_is_as_good(0.25, 0.25 * (1 + RANKING_LEAD), 0.0));
    assert_false(ranking_is_as_good(0.25, nextafter(0.25 * (1 + RANKING_LEAD), 1.0), 0.0));
    assert_true(ranking_is_as_good(0.25, 0.3125, 0.0625));
    assert_false(ranking_is_as_good(0.25, nextafter(0.3125, 1.0), 0.0625));
    assert_false(ranking_is_as_good(0.25, 0.3125, NAN));
}

static void twins_that_meet_by_chance_have_been_apart_before(void **state)
{
    (void)state;
    column.twin.test.mean[LOSS_MSE] = 0.50;
    assert_true(judge().spread == 0.0625);
    for (int epoch = EPOCHS - RANKING_RECORDS + 1; epoch <= EPOCHS; epoch++)
        column.twin.history[epoch].test[LOSS_MSE] = 0.50f;
    assert_true(judge().spread == 0.0); // longer ago does not count
    column.twin.history[EPOCHS].test[LOSS_MSE] = 0.75f;
    column.twin.history[EPOCHS].epoch = EPOCHS + 1; // nor does what is no common epoch
    assert_true(judge().spread == 0.0625);          // but one more of those before
}

static void before_ten_epochs_it_is_so_far(void **state)
{
    (void)state;
    fill_column(RANKING_EPOCHS - 1);
    assert_true(judge().is_early);
    expect(1, 0);
    fill_column(RANKING_EPOCHS);
    assert_false(judge().is_early);
    expect(1, 0);
}

// Row 2 has the least at the last epoch that all have done, and the most at its newest.
static void one_epoch_ahead_it_is_compared_at_the_last_common_one(void **state)
{
    (void)state;
    fill(&column.rows[2], 0.125, EPOCHS + 1);
    column.rows[2].test.mean[LOSS_MSE] = 0.9375;
    expect(2, 0);
    fill(&column.rows[2], 0.125, EPOCHS + 2); // two ahead: nothing is said
    expect(-1, 0);
    fill(&column.rows[2], 0.125, EPOCHS + 1);
    column.rows[2].history_count = 5; // its record is not there
    expect(-1, 0);
}

static void figures_within_an_epoch_must_be_of_one_step(void **state)
{
    (void)state;
    Snapshot *const all[] = {&column.rows[0], &column.rows[1], &column.rows[2], &column.twin};
    for (int i = 0; i < 4; i++)
        all[i]->test_step -= 3;
    expect(1, 0);
    column.rows[2].test_step++;
    expect(-1, 0);
}

static void twins_must_be_measured(void **state)
{
    (void)state;
    column.twin.test.images = 0;
    expect(-1, 0);
    assert_true(isnan(judge().spread));
    column.twin.test.images = 100;
    expect(1, 0);
    column.twin.broken_step = 7;
    expect(-1, 0);
}

static void nobody_is_best_before_training(void **state)
{
    (void)state;
    fill_column(0);
    expect(-1, 0);
    assert_false(judge().is_early);
}

static void broken_models_are_passed_over(void **state)
{
    (void)state;
    column.rows[1].broken_step = 7;
    expect(0, 0);
    column.rows[2].broken_step = 7;
    column.rows[2].test_step = 6;
    expect(0, 0); // alone
}

static void what_is_not_finite_cannot_be_ranked(void **state)
{
    (void)state;
    column.rows[2].test.mean[LOSS_MSE] = INFINITY;
    expect(-1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_least_mse_is_best, setup),
        cmocka_unit_test_setup(within_what_another_seed_makes_it_is_a_tie, setup),
        cmocka_unit_test_setup(a_lead_of_two_percent_is_none, setup),
        cmocka_unit_test_setup(twins_that_meet_by_chance_have_been_apart_before, setup),
        cmocka_unit_test_setup(before_ten_epochs_it_is_so_far, setup),
        cmocka_unit_test_setup(one_epoch_ahead_it_is_compared_at_the_last_common_one, setup),
        cmocka_unit_test_setup(figures_within_an_epoch_must_be_of_one_step, setup),
        cmocka_unit_test_setup(twins_must_be_measured, setup),
        cmocka_unit_test_setup(nobody_is_best_before_training, setup),
        cmocka_unit_test_setup(broken_models_are_passed_over, setup),
        cmocka_unit_test_setup(what_is_not_finite_cannot_be_ranked, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
