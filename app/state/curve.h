// Curve: what the training curves show: a loss, or a penalty beside it: the divergence of a code that is drawn, in nats
// an image, or the price of the code.
//
// A curve is an index: a loss's row, or one of those below. To add a penalty: a row in penalty.c and one in curve.c.
// Thread: pure functions.
#pragma once
#include "state/frame.h"

enum {
    CURVE_KL = LOSS_COUNT + PENALTY_KL,
    CURVE_PRICE = LOSS_COUNT + PENALTY_PRICE,
    CURVE_COUNT = LOSS_COUNT + PENALTY_COUNT
};

const char *curve_key(int curve);   // "bce", "kl"
const char *curve_label(int curve); // as on a button
bool curve_is_penalty(int curve);   // else a loss
static inline int curve_of_penalty(Penalty penalty) { return LOSS_COUNT + (int)penalty; }
const char *curve_penalty_word(int curve); // of a penalty: its key in words.h

bool curve_is_linear(int curve); // its values can be 0 or below; else they are shown by their logarithm
bool curve_has(const ModelFrame *model, int curve); // whether a model has that figure

double curve_of_metrics(const Metrics *test, int curve);
float curve_of_test(const EpochRecord *record, int curve);
float curve_of_train(const EpochRecord *record, int curve);
float curve_of_noisy(const EpochRecord *record, int curve); // of a penalty none: that of test
float curve_of_early(const EarlyPoint *point, int curve);
