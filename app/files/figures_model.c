// One model of a frame as JSON: its settings, its figures over the test set and of the drawing, its curves.
#include <math.h>

#include "files/capture_fields.h"
#include "files/figures.h"
#include "files/report_json.h"

// A figure of each loss: values (LOSS_COUNT).
static json_t *losses_json(const double *values)
{
    json_t *json = json_object();
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        report_set(json, loss_get(loss)->key, report_number(values[loss]));
    return json;
}

static json_t *record_losses(const float *values)
{
    double wide[LOSS_COUNT];
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        wide[loss] = (double)values[loss];
    return losses_json(wide);
}

static json_t *history_json(const Snapshot *s, const Spec *spec)
{
    json_t *history = json_array();
    for (int i = 0; i < s->history_count; i++) {
        const EpochRecord *record = &s->history[i];
        json_t *json = json_pack("{s:i, s:o, s:o}", "epoch", record->epoch, "train", record_losses(record->train),
                                 "test", record_losses(record->test));
        if (pixels_are_damaged(spec))
            report_set(json, "test_noisy", record_losses(record->noisy));
        if (spec_samples(spec)) {
            report_set(json_object_get(json, "train"), "kl", report_number((double)record->train_kl));
            report_set(json_object_get(json, "test"), "kl", report_number((double)record->test_kl));
        }
        if (spec->l1 > 0.0f) {
            report_set(json_object_get(json, "train"), "price", report_number((double)record->train_price));
            report_set(json_object_get(json, "test"), "price", report_number((double)record->test_price));
        }
        (void)json_array_append_new(history, json);
    }
    return history;
}

// The drawing's least and largest output, null where none is finite: what the pictures' marks depend on.
static json_t *drawing_range(const ModelFrame *m)
{
    float least = INFINITY, most = -INFINITY;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        least = fminf(least, m->pad_p[i]);
        most = fmaxf(most, m->pad_p[i]);
    }
    return json_pack("[o, o]", report_number((double)least), report_number((double)most));
}

json_t *figures_model(const ModelFrame *m, bool has_history)
{
    json_t *json = capture_model(m);
    const Snapshot *s = m->snapshot;
    if (s->test.images) {
        json_t *test = report_metrics(&s->test, &m->spec);
        report_set(test, "epoch", json_integer(s->test_epoch));
        report_set(test, "step", json_integer(s->test_step));
        report_set(json, "test", test);
        if (pixels_are_damaged(&m->spec))
            report_set(json, "test_noisy", report_noisy(&s->test));
    }
    if (m->spec.range != RANGE_UNIT)
        report_set(json, "range", report_range(m->model, s->parameters));
    report_set(json, "drawing", losses_json(m->pad_loss));
    report_set(json, "drawing_range", drawing_range(m));
    if (has_history)
        report_set(json, "history", history_json(s, &m->spec));
    return json;
}
