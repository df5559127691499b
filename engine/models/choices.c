// The tables of choices.h.
#include "models/choices.h"

#include <assert.h>

#define ROW(C, NAME, key, label, what, look) {key, label, what, look},
static const Choice ranges[] = {RANGES(ROW, _)};
static const Choice reduces[] = {REDUCES(ROW, _)};
static const Choice targets[] = {TARGETS(ROW, _)};
static const Choice noise_kinds[] = {NOISE_KINDS(ROW, _)};
#undef ROW

static const struct {
    const Choice *rows;
    int count;
} kinds[CHOICE_KIND_COUNT] = {
    [CHOICE_RANGE] = {ranges, RANGE_COUNT},
    [CHOICE_REDUCE] = {reduces, REDUCE_COUNT},
    [CHOICE_TARGETS] = {targets, TARGETS_COUNT},
    [CHOICE_NOISE_KIND] = {noise_kinds, NOISE_KIND_COUNT},
};

const Choice *choice_get(ChoiceKind kind, int index)
{
    assert(index >= 0 && index < kinds[kind].count);
    return &kinds[kind].rows[index];
}

int choice_count(ChoiceKind kind) { return kinds[kind].count; }
