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

bool auroc_measure(const Model *model, const float *parameters, const ImageSet *set, int label, Pool *pool, Auroc *out,
                   Error *error)
{
    assert(set->labels);
    Errors errors = {model, model_unit_settings(model, parameters), set->count,
                     malloc((size_t)(LOSS_COUNT + 1) * (size_t)set->count * sizeof(double))};
    if (!errors.values)
        return error_set(error, "out of memory: the errors of %d images", set->count);
    const bool good = outputs_visit(model, parameters, set, set->count, pool, measure_image, &errors, error);
    *out = (Auroc){.label = label};
    for (int i = 0; i < set->count; i++)
        out->left_out_count += set->labels[i] == label;
    out->kept_count = set->count - out->left_out_count;
    for (int loss = 0; good && loss < LOSS_COUNT; loss++)
        judge(set, errors.values + (size_t)loss * (size_t)set->count,
              errors.values + (size_t)LOSS_COUNT * (size_t)set->count, out, &out->losses[loss]);
    free(errors.values);
    return good;
}
