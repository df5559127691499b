// Outputs that share a picture: softmax over a picture that is cut into panes, of each instruction set that this
// machine can run, against a plain softmax of the whole in double precision.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "isas.h"

enum { ROWS = 21, PANES = 3, COLUMNS = 48, GAP = 16, STRIDE = COLUMNS + GAP, AREA = ROWS * STRIDE };

typedef struct Picture {
    float z[PANES][AREA], powers[PANES][AREA], slopes[PANES][AREA], before[PANES][AREA];
    float peaks[PANES * TILE_ROWS], sums[PANES * TILE_ROWS], scales[PANES * TILE_ROWS], totals[TILE_ROWS];
} Picture;

// lifts: what each pane's logits are moved by.
static void fill(Picture *picture, float spread, const float lifts[PANES], Random *random)
{
    memset(picture, 0, sizeof *picture);
    isas_fill(&picture->z[0][0], sizeof picture->z / sizeof(float), random);
    isas_fill(&picture->slopes[0][0], sizeof picture->slopes / sizeof(float), random);
    for (int pane = 0; pane < PANES; pane++)
        for (size_t i = 0; i < AREA; i++)
            picture->z[pane][i] = spread * picture->z[pane][i] + lifts[pane];
    memcpy(picture->before, picture->slopes, sizeof picture->before);
}

static void find_shares(const Kernel *kernel, Picture *picture)
{
    memcpy(picture->powers, picture->z, sizeof picture->powers);
    for (int pane = 0; pane < PANES; pane++)
        kernel->find_powers(picture->powers[pane], picture->powers[pane], STRIDE, ROWS, COLUMNS,
                            picture->peaks + pane * TILE_ROWS, picture->sums + pane * TILE_ROWS);
    kernel->find_scales(picture->peaks, picture->sums, PANES, ROWS, picture->scales);
}

static double share_of(const Picture *picture, int pane, size_t row, size_t column)
{
    double peak = -INFINITY, total = 0.0;
    for (int i = 0; i < PANES; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            peak = fmax(peak, (double)picture->z[i][row * STRIDE + j]);
    for (int i = 0; i < PANES; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            total += exp((double)picture->z[i][row * STRIDE + j] - peak);
    return exp((double)picture->z[pane][row * STRIDE + column] - peak) / total;
}

static void check_shares(const Kernel *kernel, const Picture *picture)
{
    for (int pane = 0; pane < PANES; pane++)
        for (size_t row = 0; row < ROWS; row++) {
            for (size_t column = 0; column < COLUMNS; column++) {
                const double expected = share_of(picture, pane, row, column);
                const double found = (double)picture->powers[pane][row * STRIDE + column] *
                                     (double)picture->scales[pane * TILE_ROWS + (int)row];
                // distances from the peak are rounded to a float, and e^-87 is the least that a power or a scale can be
                const double units = 1e-6 - 2e-7 * log(fmax(expected, 1e-300));
                if (!(fabs(found - expected) <= units * expected + 1e-37))
                    fail_msg("%s: pane %d, row %zu, column %zu: %g, expected %g", kernel->name, pane, row, column,
                             found, expected);
            }
            for (size_t column = COLUMNS; column < STRIDE; column++) // behind the columns nothing is written
                assert_true(picture->powers[pane][row * STRIDE + column] == picture->z[pane][row * STRIDE + column]);
        }
}

// Slopes before the share: less the share times their sum over the row.
static void check_slopes(const Kernel *kernel, Picture *picture, bool accumulate)
{
    for (int pane = 0; pane < PANES; pane++)
        kernel->add_row_sums(picture->slopes[pane], STRIDE, ROWS, COLUMNS, picture->totals);
    for (int pane = 0; pane < PANES; pane++) {
        float sums[COLUMNS];
        double expected_sums[COLUMNS];
        for (size_t column = 0; column < COLUMNS; column++) {
            sums[column] = 1.5f;
            expected_sums[column] = accumulate ? 1.5 : 0.0;
        }
        kernel->share_slopes(picture->slopes[pane], picture->powers[pane], STRIDE, ROWS, COLUMNS,
                             picture->scales + pane * TILE_ROWS, picture->totals, sums, accumulate);
        for (size_t row = 0; row < ROWS; row++) {
            double total = 0.0;
            for (int i = 0; i < PANES; i++)
                for (size_t j = 0; j < COLUMNS; j++)
                    total += (double)picture->before[i][row * STRIDE + j];
            for (size_t column = 0; column < COLUMNS; column++) {
                const size_t at = row * STRIDE + column;
                const double expected =
                    (double)picture->before[pane][at] - total * share_of(picture, pane, row, column);
                assert_true(fabs((double)picture->slopes[pane][at] - expected) <= 1e-4);
                expected_sums[column] += (double)picture->slopes[pane][at];
            }
            for (size_t column = COLUMNS; column < STRIDE; column++)
                assert_true(picture->slopes[pane][row * STRIDE + column] ==
                            picture->before[pane][row * STRIDE + column]);
        }
        for (size_t column = 0; column < COLUMNS; column++)
            assert_true(fabs((double)sums[column] - expected_sums[column]) <= 1e-4);
    }
}

static void check_panes(const Kernel *kernel)
{
    static Picture picture;
    static const float lifts[][PANES] = {{0, 0, 0}, {0, 30, -30}, {-400, 200, 0}, {0, 0, 3000}, {-50, -50, -50}};
    Random random = random_stream(11, 1);
    for (size_t i = 0; i < sizeof lifts / sizeof *lifts; i++)
        for (int spread = 1; spread <= 30; spread += 29) {
            fill(&picture, (float)spread, lifts[i], &random);
            find_shares(kernel, &picture);
            check_shares(kernel, &picture);
            check_slopes(kernel, &picture, i % 2 == 0);
        }
}

static void panes_share_as_the_whole_does(void **state)
{
    (void)state;
    isas_try_each(check_panes);
}

// A row that holds no number has no shares either, wherever in it that is; the rows beside it have.
static void check_broken(const Kernel *kernel)
{
    static Picture picture;
    const float lifts[PANES] = {0}, bad[] = {NAN, INFINITY};
    Random random = random_stream(12, 1);
    for (int pane = 0; pane < PANES; pane++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            fill(&picture, 1.0f, lifts, &random);
            picture.z[pane][2 * STRIDE + 5] = bad[i];
            find_shares(kernel, &picture);
            for (size_t row = 0; row < ROWS; row++)
                for (int other = 0; other < PANES; other++)
                    assert_int_equal(isnan(picture.scales[other * TILE_ROWS + (int)row]), row == 2);
        }
}

static void a_row_without_a_number_breaks_alone(void **state)
{
    (void)state;
    isas_try_each(check_broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panes_share_as_the_whole_does),
        cmocka_unit_test(a_row_without_a_number_breaks_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
