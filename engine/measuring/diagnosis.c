// The rules of diagnosis.h, in the order in which they are asked: a cause before what follows from it.
#include "measuring/diagnosis.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/activation.h"
#include "kernels/optimizer.h"
#include "measuring/say.h"
#include "models/choices.h"

static const double near_mean_image = 0.02; // of its losses
static const double far_rate = 10.0;        // times the optimizer's usual rate, or that part of it
static const double stuck_share = 0.999;    // of all outputs in one of the histogram's bins
static const double free_share = 0.95;      // of the targets there at most: else it is right
static const double inverse_correlation = -0.5;
static const double idle_share = 0.5; // of the numbers of a code that is drawn: more of them are idle
static const double black_part = 0.1; // of the targets' brightness

bool diagnosis_is_mean_image(const double mean[LOSS_COUNT], const double mean_image[LOSS_COUNT])
{
    return fabs(mean[LOSS_BCE] - mean_image[LOSS_BCE]) <= near_mean_image * mean_image[LOSS_BCE] &&
           fabs(mean[LOSS_MSE] - mean_image[LOSS_MSE]) <= near_mean_image * mean_image[LOSS_MSE];
}

#define IS(...)      (void)snprintf(out->is, sizeof out->is, __VA_ARGS__)
#define BECAUSE(...) (void)snprintf(out->because, sizeof out->because, __VA_ARGS__)

#define ADD_BECAUSE(...) say_add(out->because, sizeof out->because, __VA_ARGS__)

// Where the optimizer feels a factor before the loss, a sum over the pixels wants a rate as many times smaller.
static bool is_for_sum(const Spec *spec)
{
    return spec->reduce == REDUCE_SUM && !optimizer_get(spec->optimizer)->hides_scale;
}

static float usual_rate(const Spec *spec)
{
    return optimizer_get(spec->optimizer)->default_lr / (is_for_sum(spec) ? (float)DIGIT_PIXELS : 1.0f);
}

// "SGD is 1"
typedef struct UsualRate {
    char text[48];
} UsualRate;

static UsualRate say_usual_rate(const Spec *spec)
{
    UsualRate said;
    (void)snprintf(said.text, sizeof said.text, "%s%s is %.3g", optimizer_get(spec->optimizer)->label,
                   is_for_sum(spec) ? " on a sum" : "", (double)usual_rate(spec));
    return said;
}

static double mse(const DiagnosisFacts *f) { return f->test->mean[LOSS_MSE]; }
static double mean_image_mse(const DiagnosisFacts *f) { return f->target->mean_image[LOSS_MSE]; }

static bool is_no_better_than_mean_image(const DiagnosisFacts *f)
{
    return mse(f) >= (1.0 - near_mean_image) * mean_image_mse(f);
}

// ---- rules --------------------------------------------------------------------------------------------------------
// Each fills what is said where it holds. All but the first are asked of measured, whole models after an epoch.

static bool find_broken(const DiagnosisFacts *f, Diagnosis *out)
{
    if (f->broken_step < 0)
        return false;
    IS("broke at batch %" PRId64, f->broken_step);
    if (f->spec->lr > usual_rate(f->spec))
        BECAUSE("A weight is no longer a finite number. A learning rate of %g is too large; the usual one of %s.",
                (double)f->spec->lr, say_usual_rate(f->spec).text);
    else
        BECAUSE("A weight is no longer a finite number. Try a smaller learning rate than %g.", (double)f->spec->lr);
    return true;
}

static bool has_output(const DiagnosisFacts *f, const char *key)
{
    return f->spec->output == activation_find(OUTPUT_ACTIVATION, key);
}

// By the histogram, whose bins are a 64th wide: the last that may be filled ends at 0.734.
static bool find_twice(const DiagnosisFacts *f, Diagnosis *out)
{
    const int first = metrics_find_bin(0.5f), last = metrics_find_bin(0.7310586f);
    int64_t inside = 0;
    for (int bin = first; bin <= last; bin++)
        inside += f->test->histogram_output[bin];
    if (!has_output(f, "sigmoid2") || inside < (int64_t)f->test->images * DIGIT_PIXELS)
        return false;
    IS("draws grey on grey");
    BECAUSE("Every pixel lies between 0.5 and 0.73: a sigmoid was applied twice. Take one away, in the model or in the "
            "loss.");
    return true;
}

static bool find_shared(const DiagnosisFacts *f, Diagnosis *out)
{
    if (!has_output(f, "softmax") || f->test->mean_output > black_part * f->target->mean)
        return false;
    IS("is nearly black");
    BECAUSE("A softmax shares a sum of 1 out among all pixels: their mean is %.4f, that of the targets %.3f. Take a "
            "sigmoid.",
            f->test->mean_output, f->target->mean);
    return true;
}

// Pearson's, over the pixels of the two mean images; 0 where one of them is flat.
static double correlate(const float *a, const float *b)
{
    double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        mean_a += (double)a[i] / DIGIT_PIXELS;
        mean_b += (double)b[i] / DIGIT_PIXELS;
    }
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const double x = (double)a[i] - mean_a, y = (double)b[i] - mean_b;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0.0;
}

static bool find_inverted(const DiagnosisFacts *f, Diagnosis *out)
{
    const double output = f->test->mean_output, target = f->target->mean;
    if ((output > 0.5) == (target > 0.5) ||
        correlate(f->test->mean_output_map, f->target->mean_map) > inverse_correlation)
        return false;
    IS("draws the picture inverted");
    BECAUSE(
        "It is bright where the digits are dark: its mean brightness is %.3f, theirs %.3f. Exchange black and white "
        "in the data.",
        output, target);
    return true;
}

// What beta comes to beside a loss that is summed over the pixels, as it is published.
static double find_paper_beta(const Spec *spec)
{
    return (double)spec->beta * (spec->reduce == REDUCE_MEAN ? DIGIT_PIXELS : 1);
}

static bool find_collapsed(const DiagnosisFacts *f, Diagnosis *out)
{
    const int units = f->test->code_units, idle = f->test->idle_code_units;
    if (!spec_samples(f->spec) || idle == 0 || (double)idle <= idle_share * units)
        return false;
    IS("has a code that collapsed");
    if (idle == units)
        BECAUSE("No number of its code tells digits apart: KL is %.3f nats an image, below %g for each.", f->test->kl,
                IDLE_KL);
    else
        BECAUSE("%d of the %d numbers of its code tell no digits apart: each has a KL below %g nats an image.", idle,
                units, IDLE_KL);
    if (f->spec->reduce == REDUCE_MEAN && f->spec->beta >= 0.01f)
        ADD_BECAUSE(" The loss is a mean over %d pixels: beta %g weighs as %g beside a sum.", DIGIT_PIXELS,
                    (double)f->spec->beta, find_paper_beta(f->spec));
    else
        ADD_BECAUSE(" Try a smaller beta than %g.", (double)f->spec->beta);
    return true;
}

static bool find_dead_code(const DiagnosisFacts *f, Diagnosis *out)
{
    const int units = f->test->code_units;
    if (f->test->dead_code_units < units)
        return false;
    IS("has a dead code");
    BECAUSE("%s of its code is the same for every digit, so that it answers all of them with one picture.",
            units == 1 ? "The one number" : "Each number");
    if (f->spec->l1 > 0)
        ADD_BECAUSE(" The price of the code is too high.");
    else if (f->spec->lr >= (float)far_rate * usual_rate(f->spec))
        ADD_BECAUSE(" A learning rate of %g is too large; the usual one of %s.", (double)f->spec->lr,
                    say_usual_rate(f->spec).text);
    return true;
}

static bool find_stuck(const DiagnosisFacts *f, Diagnosis *out)
{
    const int64_t all = (int64_t)f->test->images * DIGIT_PIXELS;
    int most = 0;
    for (int bin = 1; bin < HISTOGRAM_BINS; bin++)
        if (f->test->histogram_output[bin] > f->test->histogram_output[most])
            most = bin;
    if ((double)f->test->histogram_output[most] < stuck_share * (double)all ||
        (double)f->target->histogram[most] > free_share * (double)all)
        return false;
    char value[16];
    if (f->test->dead_outputs == DIGIT_PIXELS)
        (void)snprintf(value, sizeof value, "0");
    else if (most == 0 || most == HISTOGRAM_BINS - 1)
        (void)snprintf(value, sizeof value, most ? "above 1" : "below 0");
    else
        (void)snprintf(value, sizeof value, "%.2f", (most - 0.5) / (HISTOGRAM_BINS - 2));
    IS("is stuck at one value");
    BECAUSE("%.1f %% of its pixels are %s, in every picture.",
            100.0 * (double)f->test->histogram_output[most] / (double)all, value);
    return true;
}

// far: how many times the rate is too small or too large.
static bool find_rate(const DiagnosisFacts *f, double far, const char *direction, Diagnosis *out)
{
    if (far < far_rate || !is_no_better_than_mean_image(f))
        return false;
    IS("learns with a rate that is far too %s", direction);
    BECAUSE("Its learning rate is %g, the usual one of %s; its MSE is %s, the mean image's is %s.", (double)f->spec->lr,
            say_usual_rate(f->spec).text, say_loss(mse(f)).text, say_loss(mean_image_mse(f)).text);
    return true;
}

static bool find_small_rate(const DiagnosisFacts *f, Diagnosis *out)
{
    return find_rate(f, (double)usual_rate(f->spec) / (double)f->spec->lr, "small", out);
}

static bool find_large_rate(const DiagnosisFacts *f, Diagnosis *out)
{
    return find_rate(f, (double)f->spec->lr / (double)usual_rate(f->spec), "large", out);
}

static bool find_mean_image(const DiagnosisFacts *f, Diagnosis *out)
{
    if (f->epochs < 3 || !diagnosis_is_mean_image(f->test->mean, f->target->mean_image))
        return false;
    IS("answers with the mean image, whatever the digit");
    BECAUSE("Its BCE is %s and its MSE %s, those of the mean image are %s and %s.",
            say_loss(f->test->mean[LOSS_BCE]).text, say_loss(mse(f)).text,
            say_loss(f->target->mean_image[LOSS_BCE]).text, say_loss(mean_image_mse(f)).text);
    return true;
}

static const struct {
    const char *key;
    bool (*find)(const DiagnosisFacts *facts, Diagnosis *out);
} rules[DIAGNOSIS_BEHIND] = {
    [DIAGNOSIS_NONE] = {"", NULL},
    [DIAGNOSIS_BROKE] = {"broke", find_broken},
    [DIAGNOSIS_TWICE] = {"sigmoid_twice", find_twice},
    [DIAGNOSIS_SHARED] = {"softmax", find_shared},
    [DIAGNOSIS_INVERTED] = {"inverted", find_inverted},
    [DIAGNOSIS_COLLAPSED] = {"collapsed", find_collapsed},
    [DIAGNOSIS_DEAD_CODE] = {"dead_code", find_dead_code},
    [DIAGNOSIS_STUCK] = {"stuck", find_stuck},
    [DIAGNOSIS_RATE_SMALL] = {"rate_too_small", find_small_rate},
    [DIAGNOSIS_RATE_LARGE] = {"rate_too_large", find_large_rate},
    [DIAGNOSIS_MEAN_IMAGE] = {"mean_image", find_mean_image},
};

Diagnosis diagnosis_find(const DiagnosisFacts *facts)
{
    const bool is_known = facts->broken_step < 0 && facts->test->images > 0 && facts->target && facts->epochs >= 1;
    for (int kind = DIAGNOSIS_BROKE; kind < DIAGNOSIS_BEHIND; kind++) {
        Diagnosis out = {.kind = (DiagnosisKind)kind, .key = rules[kind].key};
        if ((kind == DIAGNOSIS_BROKE || is_known) && rules[kind].find(facts, &out))
            return out;
    }
    return (Diagnosis){.kind = DIAGNOSIS_NONE, .key = ""};
}

Diagnosis diagnosis_compare(const double epochs[2], int *behind)
{
    Diagnosis made = {.kind = DIAGNOSIS_NONE, .key = ""}, *const out = &made;
    const int apart = (int)fabs(epochs[0] - epochs[1]);
    *behind = apart < 1 ? -1 : epochs[0] < epochs[1] ? 0 : 1;
    if (apart < 1)
        return made;
    out->kind = DIAGNOSIS_BEHIND;
    out->key = "behind";
    IS("is %d epoch%s behind", apart, apart == 1 ? "" : "s");
    BECAUSE("What differs may be that alone.");
    return made;
}
