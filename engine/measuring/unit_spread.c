#include "measuring/unit_spread.h"

static void merge(UnitSpread *unit, const UnitSpread *other)
{
    const double count = unit->count + other->count, distance = other->mean - unit->mean;
    if (other->count == 0.0)
        return;
    unit->squares += other->squares + distance * distance * unit->count * other->count / count;
    unit->mean += distance * other->count / count;
    unit->count = count;
}

void unit_spread_add(UnitSpread *units, int unit_count, const float *codes, size_t stride, int rows)
{
    for (int i = 0; i < unit_count; i++) {
        UnitSpread part = {.count = rows};
        for (size_t row = 0; row < (size_t)rows; row++)
            part.mean += (double)codes[row * stride + (size_t)i];
        part.mean /= rows;
        for (size_t row = 0; row < (size_t)rows; row++) {
            const double distance = (double)codes[row * stride + (size_t)i] - part.mean;
            part.squares += distance * distance;
        }
        merge(&units[i], &part);
    }
}

void unit_spread_merge(UnitSpread *units, const UnitSpread *others, int unit_count)
{
    for (int i = 0; i < unit_count; i++)
        merge(&units[i], &others[i]);
}

int unit_spread_count_dead(const UnitSpread *units, int unit_count)
{
    int dead = 0;
    for (int i = 0; i < unit_count; i++)
        dead += units[i].squares < DEAD_VARIANCE * units[i].count;
    return dead;
}
