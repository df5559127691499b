// The figures that trials look at, of one model and of a variant over its seeds.
#include "measuring/trials.h"

#include <assert.h>
#include <math.h>

static double find_mse(const TrialModel *m) { return m->test.mean[LOSS_MSE]; }
static double find_noisy_mse(const TrialModel *m) { return m->test.noisy_mean[LOSS_MSE]; }
static double find_sharpness(const TrialModel *m) { return m->appearance.sharpness; }
static double find_ssim(const TrialModel *m) { return m->appearance.ssim; }
static double find_light(const TrialModel *m) { return m->test.mean_output; }
static double find_auroc(const TrialModel *m) { return m->auroc; }
static double find_dead(const TrialModel *m) { return (double)m->test.dead_code_units / fmax(1.0, m->test.code_units); }
static double find_kl(const TrialModel *m) { return m->test.kl; }

static const TrialFigure figures[TRIAL_FIGURES] = {
    [TRIAL_MSE] = {"mse", "test MSE", find_mse},
    [TRIAL_NOISY_MSE] = {"noisy_mse", "the same, noisy inputs", find_noisy_mse},
    [TRIAL_SHARPNESS] = {"sharpness", "sharpness", find_sharpness},
    [TRIAL_SSIM] = {"ssim", "SSIM", find_ssim},
    [TRIAL_LIGHT] = {"brightness", "mean brightness", find_light},
    [TRIAL_AUROC] = {"auroc", "AUROC", find_auroc},
    [TRIAL_DEAD] = {"dead_share", "dead in the code", find_dead},
    [TRIAL_KL] = {"kl", "KL, nats", find_kl},
};

const TrialFigure *trial_figure_get(int figure)
{
    assert(figure >= 0 && figure < TRIAL_FIGURES);
    return &figures[figure];
}

double trial_value(const TrialModel *model, int figure)
{
    return model->is_broken ? (double)INFINITY : trial_figure_get(figure)->find(model);
}

TrialSpread trial_spread(const TrialEvidence *evidence, int variant, int figure)
{
    TrialSpread out = {.least = INFINITY, .most = -INFINITY};
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        const double value = trial_value(evidence->models[variant][seed], figure);
        out.mean += value / TRIAL_SEEDS;
        out.least = fmin(out.least, value);
        out.most = fmax(out.most, value);
    }
    return out;
}

double trial_chance(TrialSpread a, TrialSpread b)
{
    const double first = isfinite(a.most) ? a.most - a.least : 0.0, second = isfinite(b.most) ? b.most - b.least : 0.0;
    return fmax(first, second);
}

bool trial_is_chance(TrialSpread a, TrialSpread b)
{
    return isfinite(a.mean) && isfinite(b.mean) && fabs(a.mean - b.mean) <= trial_chance(a, b);
}
