// Reports as JSON. The order of the keys is the order in which they are added here.
#include "files/report_json.h"

#include <math.h>
#include <stdio.h>

void report_set(json_t *object, const char *key, json_t *value) { (void)json_object_set_new(object, key, value); }

json_t *report_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *report_text(const char *text)
{
    json_t *json = json_string(text);
    return json ? json : json_string("?");
}

json_t *report_notices(const Notices *notices)
{
    json_t *list = json_array();
    for (int i = 0; i < notices->count; i++)
        (void)json_array_append_new(list, report_text(notices->text[i]));
    return list;
}

json_t *report_data(const Dataset *dataset, int train_count, const TargetFacts *test)
{
    return json_pack("{s:o, s:i, s:i, s:o, s:o}", "name", report_text(dataset->name), "train", train_count, "test",
                     test->images, "mean_input", report_number(test->mean), "bce_floor",
                     report_number(test->bce_floor));
}

static json_t *list_counts(const int64_t *counts, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        (void)json_array_append_new(list, json_integer(counts[i]));
    return list;
}

static json_t *report_histogram(const Metrics *metrics)
{
    json_t *edges = json_array();
    for (int i = 0; i <= HISTOGRAM_INNER; i++)
        (void)json_array_append_new(edges, json_real((double)i / HISTOGRAM_INNER));
    return json_pack("{s:o, s:o, s:o}", "edges", edges, "input", list_counts(metrics->histogram_input, HISTOGRAM_BINS),
                     "output", list_counts(metrics->histogram_output, HISTOGRAM_BINS));
}

json_t *report_range(const Model *model, const float *parameters)
{
    const PixelRange range = range_of(model, parameters);
    const PixelMoments moments = range_moments(model, parameters);
    json_t *report = json_pack("{s:s, s:o, s:o}", "key", choice_get(CHOICE_RANGE, model->spec.range)->key, "scale",
                               report_number((double)range.scale), "offset", report_number((double)range.offset));
    if (moments.deviation > 0.0f) {
        report_set(report, "mean", report_number((double)moments.mean));
        report_set(report, "deviation", report_number((double)moments.deviation));
    }
    return report;
}

json_t *report_noisy(const Metrics *m)
{
    json_t *report = json_object();
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        report_set(report, loss_get(loss)->key, report_number(m->noisy_mean[loss]));
    report_set(report, "psnr", report_number(m->noisy_psnr));
    return report;
}

json_t *report_diagnosis(const Diagnosis *diagnosis)
{
    char sentence[sizeof diagnosis->is + sizeof diagnosis->because + 32];
    if (diagnosis->kind == DIAGNOSIS_NONE)
        return json_null();
    (void)snprintf(sentence, sizeof sentence, "The model %s. %s", diagnosis->is, diagnosis->because);
    return json_pack("{s:s, s:s}", "key", diagnosis->key, "sentence", sentence);
}

json_t *report_numbers(const float *values, int count)
{
    json_t *json = json_array();
    for (int i = 0; i < count; i++)
        (void)json_array_append_new(json, report_number((double)values[i]));
    return json;
}

json_t *report_pictures(const float *values, int count)
{
    json_t *json = json_array();
    for (int i = 0; i < count; i++)
        (void)json_array_append_new(json, report_numbers(values + (size_t)i * DIGIT_PIXELS, DIGIT_PIXELS));
    return json;
}

json_t *report_metrics(const Metrics *m, const Spec *spec)
{
    const struct {
        const char *key;
        double value;
    } means[] =
        {
            {"excess_bce", m->excess_bce},   {"psnr", m->psnr}, {"mean_input", m->mean_input},
            {"mean_output", m->mean_output}, {"bias", m->bias}, {"sigma", m->sigma},
        },
      shares[] = {
          {"below_0", m->below_0},     {"far_below_0", m->far_below_0}, {"above_1", m->above_1},
          {"below_002", m->below_002}, {"above_098", m->above_098},
      };
    json_t *report = json_object();
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        report_set(report, loss_get(loss)->key, report_number(m->mean[loss]));
    report_set(report, "loss_per_image", report_number(DIGIT_PIXELS * m->mean[spec->loss]));
    if (spec->range != RANGE_UNIT)
        report_set(report, "loss_in_range", report_number(m->loss_in_range));
    for (size_t i = 0; i < sizeof means / sizeof *means; i++)
        report_set(report, means[i].key, report_number(means[i].value));
    if (spec_samples(spec)) {
        report_set(report, "kl", report_number(m->kl));
        report_set(report, "loss_and_kl_per_image", report_number(DIGIT_PIXELS * m->mean[spec->loss] + m->kl));
        report_set(report, "idle_code_units", json_integer(m->idle_code_units));
    }
    if (spec->l1 > 0.0f)
        report_set(report, "price", report_number(m->price));
    const double *bias = m->bias_by_target;
    report_set(report, "bias_by_target",
               json_pack("{s:o, s:o, s:o, s:o}", "zero", report_number(bias[TARGET_ZERO]), "dark",
                         report_number(bias[TARGET_DARK]), "bright", report_number(bias[TARGET_BRIGHT]), "one",
                         report_number(bias[TARGET_ONE])));
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        report_set(report, shares[i].key, report_number(shares[i].value));
    report_set(report, "dead_outputs", json_integer(m->dead_outputs));
    report_set(report, "never_lit", json_integer(m->never_lit));
    report_set(report, "rightly_black", json_integer(metrics_rightly_black(m)));
    report_set(report, "dead_code_units", json_integer(m->dead_code_units));
    report_set(report, "nonfinite", json_integer(m->nonfinite));
    report_set(report, "histogram", report_histogram(m));
    return report;
}

void report_appearance(json_t *test, const Appearance *appearance)
{
    report_set(test, "sharpness", report_number(appearance->sharpness));
    report_set(test, "ssim", report_number(appearance->ssim));
}

static json_t *list_bins(const int *bins)
{
    int64_t counts[AUROC_BINS];
    for (int i = 0; i < AUROC_BINS; i++)
        counts[i] = bins[i];
    return list_counts(counts, AUROC_BINS);
}

json_t *report_auroc_loss(const AurocLoss *of)
{
    json_t *edges = json_array();
    for (int i = 0; i <= AUROC_BINS; i++)
        (void)json_array_append_new(edges, report_number(of->least + (of->most - of->least) * i / AUROC_BINS));
    return json_pack("{s:o, s:o, s:o, s:o}", "auroc", report_number(of->auroc), "edges", edges, "kept",
                     list_bins(of->kept), "left_out", list_bins(of->left_out));
}

json_t *report_auroc(const Auroc *auroc)
{
    json_t *report = json_pack("{s:i, s:{s:i, s:i}}", "left_out", auroc->label, "images", "kept", auroc->kept_count,
                               "left_out", auroc->left_out_count);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        report_set(report, loss_get(loss)->key, report_auroc_loss(&auroc->losses[loss]));
    return report;
}

json_t *report_pca(const Pca *pca, int components)
{
    return json_pack("{s:i, s:o, s:o}", "components", components, "train_mse",
                     report_number(pca->train_mse[components]), "test_mse", report_number(pca->test_mse[components]));
}

// A list of those of 0 to 9, or, where there are others, an object with each label's: {"1": 203, ...}.
static json_t *label_counts(const ImageSetFacts *facts)
{
    const int last = facts->kind_count - 1;
    if (facts->kind_count == 0 || (facts->kinds[0].label >= 0 && facts->kinds[last].label < DIGIT_CLASSES)) {
        json_t *list = json_array();
        for (int i = 0; i < DIGIT_CLASSES; i++)
            (void)json_array_append_new(list, json_integer(facts->label_counts[i]));
        return list;
    }
    json_t *counts = json_object();
    for (int i = 0; i < facts->kind_count; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "%d", facts->kinds[i].label);
        report_set(counts, key, json_integer(facts->kinds[i].count));
    }
    if (facts->other_labels)
        report_set(counts, "other", json_integer(facts->other_labels));
    return counts;
}

json_t *report_image_set(const ImageSetFacts *facts)
{
    json_t *labels = facts->has_labels ? label_counts(facts) : json_null();
    return json_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:o}", "count", facts->count, "mean_input", facts->mean, "zero",
                     facts->zero, "grey", facts->grey, "full", facts->full, "bce_floor", facts->bce_floor, "labels",
                     labels);
}
