// Who is the best of a column.
#include "state/ranking.h"

#include <assert.h>
#include <math.h>

// The record of an epoch; NULL where there is none.
static const EpochRecord *find_record(const Snapshot *s, int epoch)
{
    for (int i = s->history_count - 1; i >= 0 && s->history[i].epoch >= epoch; i--)
        if (s->history[i].epoch == epoch)
            return &s->history[i];
    return NULL;
}

static bool is_whole(const Snapshot *s) { return s->broken_step < 0; }

// The test MSE at this step: the newest, or of the epoch before it; NaN where it is not known.
static double find_mse(const Snapshot *s, int64_t step)
{
    if (s->test.images == 0)
        return NAN;
    if (s->test_step == step)
        return s->test.mean[LOSS_MSE];
    if (step % s->steps_per_epoch != 0 || s->test_step > step + s->steps_per_epoch)
        return NAN;
    const EpochRecord *record = find_record(s, (int)(step / s->steps_per_epoch));
    return record ? (double)record->test[LOSS_MSE] : NAN;
}

// The twins' present difference, and those at the epochs before: two seeds may meet by chance.
static double find_spread(const Snapshot *a, const Snapshot *b, int64_t step)
{
    double spread = fabs(find_mse(a, step) - find_mse(b, step));
    int records = 0;
    for (int i = a->history_count - 1; i >= 0 && !isnan(spread) && records < RANKING_RECORDS; i--) {
        const EpochRecord *of_a = &a->history[i], *of_b = find_record(b, of_a->epoch);
        if (of_a->epoch == 0 || (int64_t)of_a->epoch * a->steps_per_epoch > step || !of_b)
            continue;
        spread = fmax(spread, fabs((double)of_a->test[LOSS_MSE] - (double)of_b->test[LOSS_MSE]));
        records++;
    }
    return spread;
}

bool ranking_is_as_good(double best, double other, double spread)
{
    return other <= (1 + RANKING_LEAD) * best || other - best <= spread;
}

// The last step that all have done.
static int64_t find_step(const Snapshot *const *rows, int count, const Snapshot *twinned, const Snapshot *twin)
{
    int64_t step = twin->test_step < twinned->test_step ? twin->test_step : twinned->test_step;
    for (int row = 0; row < count; row++)
        if (is_whole(rows[row]) && rows[row]->test_step < step)
            step = rows[row]->test_step;
    return step;
}

ColumnRank ranking_judge(const Snapshot *const *rows, int count, const Snapshot *twinned, const Snapshot *twin)
{
    assert(count <= 32 && "tie has a bit for each");
    const ColumnRank nobody = {.best = -1, .spread = NAN};
    const int64_t step = find_step(rows, count, twinned, twin);
    if (step <= 0 || !is_whole(twinned) || !is_whole(twin))
        return nobody;
    ColumnRank rank = {.best = -1,
                       .is_early = step < (int64_t)RANKING_EPOCHS * twin->steps_per_epoch,
                       .spread = find_spread(twinned, twin, step)};
    double values[32], least = INFINITY;
    for (int row = 0; row < count; row++) {
        values[row] = is_whole(rows[row]) ? find_mse(rows[row], step) : INFINITY;
        if (isnan(values[row]) || (is_whole(rows[row]) && !isfinite(values[row])))
            return (ColumnRank){.best = -1, .spread = rank.spread};
        rank.best = values[row] < least ? row : rank.best;
        least = fmin(least, values[row]);
    }
    if (isnan(rank.spread) || rank.best < 0)
        return nobody;
    for (int row = 0; row < count; row++)
        if (isfinite(values[row]) && ranking_is_as_good(least, values[row], rank.spread))
            rank.tie |= 1u << row;
    rank.tie = rank.tie == 1u << rank.best ? 0 : rank.tie;
    return rank;
}
