#include "measuring/auroc.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "measuring/outputs.h"

// ---- ranks --------------------------------------------------------------------------------------------------------

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool has_nan(const double *values, int count)
{
    bool found = false;
    for (int i = 0; i < count; i++)
        found |= isnan(values[i]);
    return found;
}

double auroc_rank(double *high, int high_count, double *low, int low_count)
{
    if (high_count == 0 || low_count == 0 || has_nan(high, high_count) || has_nan(low, low_count))
        return NAN;
    qsort(high, (size_t)high_count, sizeof *high, compare);
    qsort(low, (size_t)low_count, sizeof *low, compare);
    double pairs = 0.0; // sums of halves, exact
    int below = 0, not_above = 0;
    for (int i = 0; i < high_count; i++) {
        while (below < low_count && low[below] < high[i])
            below++;
        while (not_above < low_count && low[not_above] <= high[i])
            not_above++;
        pairs += 0.5 * (below + not_above);
    }
    return pairs / high_count / low_count;
}

// ---- a set --------------------------------------------------------------------------------------------------------

typedef struct Errors {
    const Model *model;
    LossSettings settings;
    int images;
    double *values; // (LOSS_COUNT, images)
} Errors;

static void measure_image(void *context, int image, const float *t, const float *z, const float *p)
{
    const Errors *errors = context;
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        float values[DIGIT_PIXELS];
        double sum = 0.0;
        model_loss_values(errors->model, errors->settings, loss, z, p, t, values, DIGIT_PIXELS);
        for (int i = 0; i < DIGIT_PIXELS; i++)
            sum += (double)values[i];
        errors->values[(size_t)loss * (size_t)errors->images + (size_t)image] = sum / DIGIT_PIXELS;
    }
}

static void count(const double *values, int value_count, AurocLoss *out, int bins[AUROC_BINS])
{
    const double width = (out->most - out->least) / AUROC_BINS;
    for (int i = 0; i < value_count; i++) {
        const int bin = width > 0.0 ? (int)((values[i] - out->least) / width) : 0;
        bins[bin < AUROC_BINS ? bin : AUROC_BINS - 1]++;
    }
}

// errors (images) of one loss; scratch (images): the errors by kind, those of the label first.
static void judge(const ImageSet *set, const double *errors, double *scratch, const Auroc *whole, AurocLoss *out)
{
    double *const left_out = scratch, *const kept = scratch + whole->left_out_count;
    int left_out_count = 0, kept_count = 0;
    *out = (AurocLoss){.least = INFINITY, .most = -INFINITY};
    for (int i = 0; i < set->count; i++) {
        if (set->labels[i] == whole->label)
            left_out[left_out_count++] = errors[i];
        else
            kept[kept_count++] = errors[i];
        out->least = fmin(out->least, errors[i]);
        out->most = fmax(out->most, errors[i]);
    }
    out->auroc = auroc_rank(left_out, left_out_count, kept, kept_count);
    if (isnan(out->auroc) || !isfinite(out->least) || !isfinite(out->most)) {
        out->auroc = out->least = out->most = NAN;
        return;
    }
    count(left_out, left_out_count, out, out->left_out);
    count(kept, kept_count, out, out->kept);
}

// What of the errors says how well one loss tells the label, loss by loss.
typedef struct Judging {
    Errors errors;
    const ImageSet *set;
    Auroc *out;
} Judging;

static void judge_loss(void *context, int shard, int loss, int count_of_losses, int worker_index)
{
    const Judging *j = context;
    const size_t images = (size_t)j->set->count;
    (void)shard, (void)count_of_losses, (void)worker_index; // one at a time
    judge(j->set, j->errors.values + (size_t)loss * images, j->errors.values + (size_t)LOSS_COUNT * images, j->out,
          &j->out->losses[loss]);
}

static void free_judging(void *context)
{
    Judging *j = context;
    free(j->errors.values);
    free(j);
}

Sweep *auroc_begin(const Model *model, const float *parameters, const ImageSet *set, int label, const Pool *pool,
                   Auroc *out, Error *error)
{
    assert(set->labels);
    Judging *j = malloc(sizeof *j);
    if (j)
        *j = (Judging){.errors = {model, model_unit_settings(model, parameters), set->count,
                                  malloc((size_t)(LOSS_COUNT + 1) * (size_t)set->count * sizeof(double))},
                       .set = set,
                       .out = out};
    *out = (Auroc){.label = label};
    for (int i = 0; i < set->count; i++)
        out->left_out_count += set->labels[i] == label;
    out->kept_count = set->count - out->left_out_count;
    Sweep *judging = sweep_create(&(SweepPlan){.what = "the errors of images",
                                               .items = LOSS_COUNT,
                                               .shard_items = LOSS_COUNT,
                                               .step_items = 1,
                                               .visit = judge_loss,
                                               .free = free_judging,
                                               .context = j},
                                  j && j->errors.values, error);
    if (!judging)
        return NULL;
    return sweep_join(outputs_begin(model, parameters, set, set->count, pool, measure_image, &j->errors, error),
                      judging);
}

bool auroc_measure(const Model *model, const float *parameters, const ImageSet *set, int label, Pool *pool, Auroc *out,
                   Error *error)
{
    return sweep_run(auroc_begin(model, parameters, set, label, pool, out, error), pool);
}
