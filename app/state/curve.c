// What the training curves show.
#include "state/curve.h"

#include <assert.h>

// ---- penalties ----------------------------------------------------------------------------------------------------

static double kl_of_metrics(const Metrics *test) { return test->kl; }
static float kl_of_test(const EpochRecord *record) { return record->test_kl; }
static float kl_of_train(const EpochRecord *record) { return record->train_kl; }
static float kl_of_early(const EarlyPoint *point) { return point->test_kl; }

static double price_of_metrics(const Metrics *test) { return test->price; }
static float price_of_test(const EpochRecord *record) { return record->test_price; }
static float price_of_train(const EpochRecord *record) { return record->train_price; }
static float price_of_early(const EarlyPoint *point) { return point->test_price; }

typedef struct PenaltyCurve {
    const char *label;
    double (*of_metrics)(const Metrics *test);
    float (*of_test)(const EpochRecord *record);
    float (*of_train)(const EpochRecord *record);
    float (*of_early)(const EarlyPoint *point);
} PenaltyCurve;

static const PenaltyCurve curves[PENALTY_COUNT] = {
    [PENALTY_KL] = {"KL", kl_of_metrics, kl_of_test, kl_of_train, kl_of_early},
    [PENALTY_PRICE] = {"Price", price_of_metrics, price_of_test, price_of_train, price_of_early},
};

bool curve_is_penalty(int curve) { return curve >= LOSS_COUNT; }

static Penalty penalty_of(int curve)
{
    assert(curve >= LOSS_COUNT && curve < CURVE_COUNT);
    return (Penalty)(curve - LOSS_COUNT);
}

const char *curve_penalty_word(int curve) { return penalty_key(penalty_of(curve)); }

// ---- both ---------------------------------------------------------------------------------------------------------

const char *curve_key(int curve)
{
    return curve_is_penalty(curve) ? penalty_key(penalty_of(curve)) : loss_get(curve)->key;
}

const char *curve_label(int curve)
{
    return curve_is_penalty(curve) ? curves[penalty_of(curve)].label : loss_get(curve)->label;
}

bool curve_is_linear(int curve) { return curve_is_penalty(curve) || loss_get(curve)->is_signed; }

bool curve_has(const ModelFrame *model, int curve)
{
    return !curve_is_penalty(curve) || penalty_is_paid(penalty_of(curve), &model->spec);
}

double curve_of_metrics(const Metrics *test, int curve)
{
    return curve_is_penalty(curve) ? curves[penalty_of(curve)].of_metrics(test) : test->mean[curve];
}

float curve_of_test(const EpochRecord *record, int curve)
{
    return curve_is_penalty(curve) ? curves[penalty_of(curve)].of_test(record) : record->test[curve];
}

float curve_of_train(const EpochRecord *record, int curve)
{
    return curve_is_penalty(curve) ? curves[penalty_of(curve)].of_train(record) : record->train[curve];
}

float curve_of_noisy(const EpochRecord *record, int curve)
{
    return curve_is_penalty(curve) ? curve_of_test(record, curve) : record->noisy[curve];
}

float curve_of_early(const EarlyPoint *point, int curve)
{
    return curve_is_penalty(curve) ? curves[penalty_of(curve)].of_early(point) : point->test[curve];
}
