// What the training curves show.
#include "state/curve.h"

const char *curve_key(int curve) { return curve == CURVE_KL ? "kl" : loss_get(curve)->key; }
const char *curve_label(int curve) { return curve == CURVE_KL ? "KL" : loss_get(curve)->label; }

bool curve_is_linear(int curve) { return curve == CURVE_KL || loss_get(curve)->is_signed; }
bool curve_has(const ModelFrame *model, int curve) { return curve != CURVE_KL || spec_samples(&model->spec); }

double curve_of_metrics(const Metrics *test, int curve) { return curve == CURVE_KL ? test->kl : test->mean[curve]; }

float curve_of_test(const EpochRecord *record, int curve)
{
    return curve == CURVE_KL ? record->test_kl : record->test[curve];
}

float curve_of_train(const EpochRecord *record, int curve)
{
    return curve == CURVE_KL ? record->train_kl : record->train[curve];
}

float curve_of_noisy(const EpochRecord *record, int curve)
{
    return curve == CURVE_KL ? record->test_kl : record->noisy[curve];
}

float curve_of_early(const EarlyPoint *point, int curve)
{
    return curve == CURVE_KL ? point->test_kl : point->test[curve];
}
