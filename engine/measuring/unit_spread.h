// Unit spread: how the units of a code vary over images, from which it follows which of them are dead.
//
// Internal to the engine. Thread: plain values; any thread.
#pragma once
#include <stddef.h>

// Of one unit.
typedef struct UnitSpread {
    double count, mean;
    double squares; // the sum of (value - mean)^2
} UnitSpread;

// A unit that says the same of every image, most often 0, is dead: its variance is below this.
#define DEAD_VARIANCE 1e-12

// Adds the codes of `rows` images, (rows, stride), to units (unit_count).
void unit_spread_add(UnitSpread *units, int unit_count, const float *codes, size_t stride, int rows);

// Adds what was counted over other images. Chan, Golub and LeVeque, 1979: nothing is lost where means are large.
void unit_spread_merge(UnitSpread *units, const UnitSpread *others, int unit_count);

int unit_spread_count_dead(const UnitSpread *units, int unit_count); // a unit that is not finite is not dead
