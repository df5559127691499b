// What the training curves show.
#include "state/curve.h"

#include <assert.h>

// ---- penalties ----------------------------------------------------------------------------------------------------

static bool has_kl(const Spec *spec) { return spec_samples(spec); }
static double kl_of_metrics(const Metrics *test) { return test->kl; }
static float kl_of_test(const EpochRecord *record) { return record->test_kl; }
static float kl_of_train(const EpochRecord *record) { return record->train_kl; }
static float kl_of_early(const EarlyPoint *point) { return point->test_kl; }

static bool has_price(const Spec *spec) { return spec->l1 > 0.0f; }
static double price_of_metrics(const Metrics *test) { return test->price; }
static float price_of_test(const EpochRecord *record) { return record->test_price; }
static float price_of_train(const EpochRecord *record) { return record->train_price; }
static float price_of_early(const EarlyPoint *point) { return point->test_price; }

typedef struct Penalty {
    const char *key, *label;
    bool (*has)(const Spec *spec);
    double (*of_metrics)(const Metrics *test);
    float (*of_test)(const EpochRecord *record);
    float (*of_train)(const EpochRecord *record);
    float (*of_early)(const EarlyPoint *point);
} Penalty;

static const Penalty penalties[CURVE_COUNT - LOSS_COUNT] = {
    [CURVE_KL - LOSS_COUNT] = {"kl", "KL", has_kl, kl_of_metrics, kl_of_test, kl_of_train, kl_of_early},
    [CURVE_PRICE -
        LOSS_COUNT] = {"price", "Price", has_price, price_of_metrics, price_of_test, price_of_train, price_of_early},
};

bool curve_is_penalty(int curve) { return curve >= LOSS_COUNT; }

static const Penalty *penalty_of(int curve)
{
    assert(curve >= LOSS_COUNT && curve < CURVE_COUNT);
    return &penalties[curve - LOSS_COUNT];
}

const char *curve_penalty_word(int curve) { return penalty_of(curve)->key; }

// ---- both ---------------------------------------------------------------------------------------------------------

const char *curve_key(int curve) { return curve_is_penalty(curve) ? penalty_of(curve)->key : loss_get(curve)->key; }

const char *curve_label(int curve)
{
    return curve_is_penalty(curve) ? penalty_of(curve)->label : loss_get(curve)->label;
}

bool curve_is_linear(int curve) { return curve_is_penalty(curve) || loss_get(curve)->is_signed; }

bool curve_has(const ModelFrame *model, int curve)
{
    return !curve_is_penalty(curve) || penalty_of(curve)->has(&model->spec);
}

double curve_of_metrics(const Metrics *test, int curve)
{
    return curve_is_penalty(curve) ? penalty_of(curve)->of_metrics(test) : test->mean[curve];
}

float curve_of_test(const EpochRecord *record, int curve)
{
    return curve_is_penalty(curve) ? penalty_of(curve)->of_test(record) : record->test[curve];
}

float curve_of_train(const EpochRecord *record, int curve)
{
    return curve_is_penalty(curve) ? penalty_of(curve)->of_train(record) : record->train[curve];
}

float curve_of_noisy(const EpochRecord *record, int curve)
{
    return curve_is_penalty(curve) ? curve_of_test(record, curve) : record->noisy[curve];
}

float curve_of_early(const EarlyPoint *point, int curve)
{
    return curve_is_penalty(curve) ? penalty_of(curve)->of_early(point) : point->test[curve];
}
