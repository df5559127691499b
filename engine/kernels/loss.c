// Look-ups in the table of losses, which loss_isa.c makes, and what holds of a loss without one.
#include "kernels/loss.h"

#include <assert.h>
#include <math.h>

#include "kernels/kernel.h"

const Loss *loss_get(int index)
{
    assert(index >= 0 && index < LOSS_COUNT);
    return &kernel_get()->losses[index];
}

int loss_list_shown(int own, int losses[LOSS_COUNT])
{
    int count = 0;
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        if (loss < LOSSES_SHOWN || loss == own)
            losses[count++] = loss;
    return count;
}

double loss_floor(int loss, LossSettings settings, double t)
{
    if (!loss_get(loss)->has_floor || t <= 0.0 || t >= 1.0)
        return 0.0;
    const double weight = loss == LOSS_WBCE ? (double)settings.weight : 1.0, best = weight * t / (weight * t + 1.0 - t);
    return -(weight * t * log(best) + (1.0 - t) * log1p(-best));
}

double loss_bce_floor(double t) { return t <= 0.0 || t >= 1.0 ? 0.0 : -(t * log(t) + (1.0 - t) * log1p(-t)); }
