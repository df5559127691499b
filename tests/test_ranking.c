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

// Snapshots at the end of the last epoch, whose loss over all epochs is constant.
static void fill(Snapshot *s, double mse)
{
    memset(s, 0, sizeof *s);
    s->steps_per_epoch = STEPS_PER_EPOCH;
    s->step = s->test_step = STEPS_PER_EPOCH * EPOCHS;
    s->test_epoch = EPOCHS;
    s->broken_step = -1;
    s->test.images = 100;
    s->test.mean[LOSS_MSE] = mse;
    for (int epoch = 0; epoch <= EPOCHS; epoch++) {
        s->history[epoch].epoch = epoch;
        s->history[epoch].test[LOSS_MSE] = (float)mse;
    }
    s->history_count = EPOCHS + 1;
}

typedef struct Column {
    Snapshot rows[ROWS], twin;
} Column;

static Column column; // 3 x 25 KB

static int setup(void **state)
{
    (void)state;
    fill(&column.rows[0], 0.50);
    fill(&column.rows[1], 0.25);
    fill(&column.rows[2], 0.75);
    fill(&column.twin, 0.5625); // a spread of 1/16: a lead of more than 1/8 counts
    return 0;
}

static ColumnRank judge(void)
{
    const Snapshot *const rows[ROWS] = {&column.rows[0], &column.rows[1], &column.rows[2]};
    return ranking_judge(LOSS_MSE, rows, ROWS, rows[0], &column.twin);
}

static void the_least_loss_is_best(void **state)
{
    (void)state;
    const ColumnRank rank = judge();
    assert_int_equal(rank.best, 1);
    assert_true(rank.spread == 0.0625);
}

static void the_lead_must_be_larger_than_what_another_seed_makes(void **state)
{
    (void)state;
    column.rows[1].test.mean[LOSS_MSE] = 0.375; // a lead of exactly twice the spread
    assert_int_equal(judge().best, -1);
    column.rows[1].test.mean[LOSS_MSE] = nextafter(0.375, 0.0);
    assert_int_equal(judge().best, 1);
    column.rows[1].test.mean[LOSS_MSE] = 0.50; // two at the same place
    assert_int_equal(judge().best, -1);
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

static void all_must_be_at_the_same_step(void **state)
{
    (void)state;
    column.rows[2].test_step -= STEPS_PER_EPOCH;
    assert_int_equal(judge().best, -1);
    column.rows[2].test_step += STEPS_PER_EPOCH;
    assert_int_equal(judge().best, 1);
    column.twin.test_step--;
    assert_int_equal(judge().best, -1);
    assert_true(isnan(judge().spread));
    column.twin.test_step++;
    column.twin.test.images = 0;
    assert_int_equal(judge().best, -1);
}

static void nobody_is_best_before_training(void **state)
{
    (void)state;
    for (int row = 0; row < ROWS; row++)
        column.rows[row].test_step = 0;
    column.twin.test_step = 0;
    assert_int_equal(judge().best, -1);
}

static void broken_models_are_passed_over(void **state)
{
    (void)state;
    column.rows[1].broken_step = 7;
    assert_int_equal(judge().best, 0);
    column.rows[2].broken_step = 7;
    column.rows[2].test_step = 6;
    assert_int_equal(judge().best, 0); // alone
    column.twin.broken_step = 7;
    assert_int_equal(judge().best, -1);
}

static void what_is_not_finite_cannot_be_ranked(void **state)
{
    (void)state;
    column.rows[2].test.mean[LOSS_MSE] = INFINITY;
    assert_int_equal(judge().best, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_least_loss_is_best, setup),
        cmocka_unit_test_setup(the_lead_must_be_larger_than_what_another_seed_makes, setup),
        cmocka_unit_test_setup(twins_that_meet_by_chance_have_been_apart_before, setup),
        cmocka_unit_test_setup(all_must_be_at_the_same_step, setup),
        cmocka_unit_test_setup(nobody_is_best_before_training, setup),
        cmocka_unit_test_setup(broken_models_are_passed_over, setup),
        cmocka_unit_test_setup(what_is_not_finite_cannot_be_ranked, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
