// The figures of a set, from its shards.
#include <math.h>
#include <string.h>

#include "measuring/metrics_parts.h"
#include "models/code.h"
#include "models/pixels.h"
#include "models/range.h"

int metrics_find_bin(float value)
{
    if (!(value >= 0.0f))
        return 0;
    if (value > 1.0f)
        return HISTOGRAM_BINS - 1;
    return 1 + (value < 1.0f ? (int)(value * HISTOGRAM_INNER) : HISTOGRAM_INNER - 1);
}

// Everything about a set, from all shards.
typedef struct Totals {
    PixelSums sums;
    double noisy_loss[LOSS_COUNT], loss_in_range;
    int64_t histogram[HISTOGRAM_BINS];
} Totals;

static void add_shard(Totals *totals, const Shard *shard)
{
    PixelSums *sums = &totals->sums;
    const PixelSums *part = &shard->sums;
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        sums->loss[loss] += part->loss[loss];
        totals->noisy_loss[loss] += shard->noisy_loss[loss];
    }
    totals->loss_in_range += shard->loss_in_range;
    sums->output += part->output;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        sums->bias[group] += part->bias[group];
    sums->far_below_0 += part->far_below_0;
    sums->below_002 += part->below_002;
    sums->above_098 += part->above_098;
    sums->nonfinite += part->nonfinite;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
        for (int i = 0; i < MEASURE_HISTOGRAMS; i++)
            totals->histogram[bin] += shard->histograms[i][bin];
}

static void fill_maps(Metrics *metrics, const TargetFacts *facts, const Shard *shards, int shard_count)
{
    for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
        double output = 0.0;
        int64_t zeros = 0;
        for (int i = 0; i < shard_count; i++) {
            output += (double)shards[i].outputs[pixel];
            zeros += shards[i].zeros[pixel];
        }
        metrics->mean_output_map[pixel] = (float)(output / metrics->images);
        metrics->zero_share_map[pixel] = (float)((double)zeros / metrics->images);
        metrics->dead_outputs += zeros == metrics->images;
        metrics->never_lit += zeros == metrics->images && metrics_has_ink(facts, pixel);
    }
}

// is_noisy: inputs with noise were measured, too.
static Metrics derive_metrics(const Totals *totals, const TargetFacts *facts, bool is_noisy)
{
    const PixelSums *sums = &totals->sums;
    const double n = (double)facts->images * DIGIT_PIXELS;
    Metrics metrics = {
        .images = facts->images,
        .bce_floor = facts->bce_floor,
        .mean_input = facts->mean,
        .mean_output = sums->output / n,
        .below_0 = (double)totals->histogram[0] / n,
        .above_1 = (double)totals->histogram[HISTOGRAM_BINS - 1] / n,
        .far_below_0 = (double)sums->far_below_0 / n,
        .below_002 = (double)sums->below_002 / n,
        .above_098 = (double)sums->above_098 / n,
        .nonfinite = sums->nonfinite,
    };
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        metrics.mean[loss] = sums->loss[loss] / n;
        metrics.noisy_mean[loss] = (is_noisy ? totals->noisy_loss : sums->loss)[loss] / n;
    }
    metrics.excess_bce = metrics.mean[LOSS_BCE] - metrics.bce_floor;
    metrics.psnr = -10.0 * log10(metrics.mean[LOSS_MSE]);
    metrics.noisy_psnr = -10.0 * log10(metrics.noisy_mean[LOSS_MSE]);
    metrics.bias = metrics.mean_output - metrics.mean_input;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        metrics.bias_by_target[group] =
            facts->group_counts[group] ? sums->bias[group] / (double)facts->group_counts[group] : NAN;
    memcpy(metrics.histogram_input, facts->histogram, sizeof metrics.histogram_input);
    memcpy(metrics.histogram_output, totals->histogram, sizeof metrics.histogram_output);
    return metrics;
}

static int count_dead_units(const Measurement *m)
{
    for (int i = 1; i < m->shard_count; i++)
        unit_spread_merge(m->units, m->units + (size_t)i * (size_t)m->code_units, m->code_units);
    return unit_spread_count_dead(m->units, m->code_units);
}

// A divergence that is not finite leaves its unit in use.
static void find_kl(const Measurement *m, Metrics *out)
{
    for (int unit = 0; unit < m->code_units && code_is_drawn(m->model); unit++) {
        double kl = 0.0;
        for (int shard = 0; shard < m->shard_count; shard++)
            kl += m->kl[(size_t)shard * (size_t)m->code_units + (size_t)unit];
        kl /= m->images;
        out->kl += kl;
        out->idle_code_units += kl < IDLE_KL;
    }
}

static double find_price(const Measurement *m)
{
    double size = 0.0;
    for (int shard = 0; shard < m->shard_count; shard++)
        size += m->shards[shard].code_size;
    return (double)m->model->spec.l1 * size / m->images;
}

// Of a model without a spread of its own, gauss with the best one: it follows from the MSE.
static void find_gauss(Metrics *metrics, const Model *model, LossSettings settings)
{
    const bool has_own = model->log_sigma_offset > 0;
    const double log_sigma = has_own ? (double)settings.log_sigma : loss_best_log_sigma(metrics->mean[LOSS_MSE]);
    metrics->sigma = exp(log_sigma);
    if (has_own)
        return;
    metrics->mean[LOSS_GAUSS] = loss_gauss(metrics->mean[LOSS_MSE], log_sigma);
    metrics->noisy_mean[LOSS_GAUSS] = loss_gauss(metrics->noisy_mean[LOSS_MSE], log_sigma);
}

LossSettings metrics_loss_settings(const Model *model, const float *parameters, const Metrics *test)
{
    const LossSettings settings = model_unit_settings(model, parameters);
    const bool is_known =
        model->log_sigma_offset == 0 && test->images > 0 && test->sigma > 0.0 && isfinite(test->sigma);
    return is_known ? loss_set_sigma(settings, log(test->sigma)) : settings;
}

void metrics_find_figures(Measurement *m)
{
    const Spec *spec = &m->model->spec;
    Totals totals = {0};
    for (int i = 0; i < m->shard_count; i++)
        add_shard(&totals, &m->shards[i]);
    Metrics *out = m->out;
    *out = derive_metrics(&totals, m->facts, pixels_are_damaged(spec));
    out->loss_in_range =
        range_is_unit(m->range) ? out->mean[spec->loss] : totals.loss_in_range / ((double)m->images * DIGIT_PIXELS);
    find_gauss(out, m->model, m->settings);
    fill_maps(out, m->facts, m->shards, m->shard_count);
    out->code_units = m->code_units;
    find_kl(m, out);
    out->price = find_price(m);
    out->dead_code_units = count_dead_units(m);
}
