// Penalties: what is paid for a code beside the loss, never inside of it. Of an image: the divergence of a code that is
// drawn, in nats (sample.h), before it is weighed with beta; the price of a code, l1 times the sum of its numbers'
// sizes. Pure functions; thread: any.
#pragma once
#include "models/spec.h"

typedef enum Penalty { PENALTY_KL, PENALTY_PRICE, PENALTY_COUNT } Penalty;

const char *penalty_key(Penalty penalty); // as figures are named: train_KEY, test_KEY, step_KEY
bool penalty_is_paid(Penalty penalty, const Spec *spec);
