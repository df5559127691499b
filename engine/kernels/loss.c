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

LossSettings loss_set_sigma(LossSettings settings, double log_sigma)
{
    settings.log_sigma = (float)log_sigma;
    settings.precision = (float)exp(-2.0 * log_sigma);
    return settings;
}

double loss_best_log_sigma(double mse) { return 0.5 * log(mse); }

double loss_gauss(double mse, double log_sigma)
{
    const double half_log_2_pi = 0.91893853320467274;
    return 0.5 * mse * exp(-2.0 * log_sigma) + log_sigma + half_log_2_pi;
}

// The mean of the continuous Bernoulli of a logit, 1 / (1 - e^-z) - 1 / z.
static double find_cb_mean(double z) { return fabs(z) < 1e-4 ? 0.5 + z / 12.0 : -1.0 / expm1(-z) - 1.0 / z; }

// By halving: the mean rises with the logit.
static double find_cb_output(double t)
{
    double low = -17.0, high = 17.0; // beyond the clip of p
    for (int i = 0; i < 60; i++) {
        const double z = 0.5 * (low + high);
        *(find_cb_mean(z) < t ? &low : &high) = z;
    }
    return 1.0 / (1.0 + exp(-low));
}

double loss_best_output(int loss, LossSettings settings, double t)
{
    const double weighted = (double)settings.weight * t;
    return loss == LOSS_WBCE ? weighted / (weighted + 1.0 - t) : loss == LOSS_CB ? find_cb_output(t) : t;
}

double loss_floor(int loss, LossSettings settings, double t)
{
    if (!loss_get(loss)->has_floor || t <= 0.0 || t >= 1.0)
        return 0.0;
    const double weight = loss == LOSS_WBCE ? (double)settings.weight : 1.0, best = loss_best_output(loss, settings, t);
    return -(weight * t * log(best) + (1.0 - t) * log1p(-best));
}

double loss_bce_floor(double t) { return t <= 0.0 || t >= 1.0 ? 0.0 : -(t * log(t) + (1.0 - t) * log1p(-t)); }
