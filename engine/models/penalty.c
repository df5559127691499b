// A penalty is a row.
#include "models/penalty.h"

static bool has_price(const Spec *spec) { return spec->l1 > 0.0f; }

static const struct {
    const char *key;
    bool (*is_paid)(const Spec *spec);
} rows[PENALTY_COUNT] = {
    [PENALTY_KL] = {"kl", spec_samples},
    [PENALTY_PRICE] = {"price", has_price},
};

const char *penalty_key(Penalty penalty) { return rows[penalty].key; }

bool penalty_is_paid(Penalty penalty, const Spec *spec) { return rows[penalty].is_paid(spec); }
