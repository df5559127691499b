// Who is the best of a column.
#include "state/ranking.h"

#include <math.h>

// The record of an epoch; NULL where there is none.
static const EpochRecord *find_record(const Snapshot *s, int epoch)
{
    for (int i = s->history_count - 1; i >= 0 && s->history[i].epoch >= epoch; i--)
        if (s->history[i].epoch == epoch)
            return &s->history[i];
    return NULL;
}

// Figures that can be ranked: of trained, whole weights, at this step.
static bool is_at(const Snapshot *s, int64_t step)
{
    return s->test.images > 0 && s->broken_step < 0 && s->test_step == step && step > 0;
}

// Their present difference, and those at the epochs before: two seeds may meet by chance.
static double find_spread(int loss, const Snapshot *a, const Snapshot *b)
{
    double spread = fabs(a->test.mean[loss] - b->test.mean[loss]);
    int records = 0;
    for (int i = a->history_count - 1; i >= 0 && records < RANKING_RECORDS; i--) {
        const EpochRecord *of_a = &a->history[i], *of_b = find_record(b, of_a->epoch);
        if (of_a->epoch == 0 || of_a->epoch > a->test_epoch || !of_b)
            continue;
        spread = fmax(spread, fabs((double)of_a->test[loss] - (double)of_b->test[loss]));
        records++;
    }
    return spread;
}

ColumnRank ranking_judge(int loss, const Snapshot *const *rows, int count, const Snapshot *twinned,
                         const Snapshot *twin)
{
    ColumnRank rank = {.best = -1, .spread = NAN};
    const int64_t step = twinned->test_step;
    if (!is_at(twinned, step) || !is_at(twin, step))
        return rank;
    rank.spread = find_spread(loss, twinned, twin);
    double least = INFINITY, next = INFINITY;
    int best = -1;
    for (int row = 0; row < count; row++) {
        const double value = rows[row]->test.mean[loss];
        if (rows[row]->broken_step >= 0)
            continue;
        if (!is_at(rows[row], step) || !isfinite(value))
            return rank;
        next = value < least ? least : fmin(next, value);
        best = value < least ? row : best;
        least = fmin(least, value);
    }
    if (next - least > RANKING_FACTOR * rank.spread)
        rank.best = best;
    return rank;
}
