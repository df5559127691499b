// What a set's own pixels say, pixel by pixel of the images; see metrics.h.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "measuring/metrics.h"
#include "models/pixels.h"

static int find_group(int byte)
{
    return byte == 0 ? TARGET_ZERO : byte == 255 ? TARGET_ONE : byte < 128 ? TARGET_DARK : TARGET_BRIGHT;
}

enum { COUNTED_PIXELS = 56 }; // at a time: their counts stay in the cache
static_assert(DIGIT_PIXELS % COUNTED_PIXELS == 0, "an image is a whole number of them");

// How often each of some pixels has each byte.
typedef int Counts[COUNTED_PIXELS][256];

// The counts of pixels that are 0 or 1, from those of grey ones.
static void make_binary(int counts[256])
{
    for (int byte = 1; byte < 255; byte++) {
        uint8_t target, grey = (uint8_t)byte;
        pixels_make_binary(&grey, 1, &target);
        counts[target] += counts[byte];
        counts[byte] = 0;
    }
}

static void count_bytes(const ImageSet *set, int image_count, size_t first_pixel, Counts counts)
{
    memset(counts, 0, sizeof(Counts));
    for (int image = 0; image < image_count; image++) {
        const uint8_t *pixels = set->pixels + (size_t)image * DIGIT_PIXELS + first_pixel;
        for (int i = 0; i < COUNTED_PIXELS; i++)
            counts[i][pixels[i]]++;
    }
}

// A pixel's part of each loss of the predictor that always answers with that pixel's mean.
static void lose_mean(const int counts[256], float mean, int image_count, double losses[LOSS_COUNT])
{
    const Spec usual = spec_default();
    const LossSettings settings = spec_loss_settings(&usual);
    float outputs[256], targets[256], values[256], slopes[256];
    for (int byte = 0; byte < 256; byte++) {
        outputs[byte] = mean;
        targets[byte] = (float)byte / 255.0f;
    }
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        double sum = 0.0;
        loss_get(loss)->apply(outputs, targets, settings, values, slopes, 256);
        for (int byte = 0; byte < 256; byte++)
            sum += counts[byte] ? (double)counts[byte] * (double)values[byte] : 0.0;
        losses[loss] = sum / image_count / DIGIT_PIXELS;
    }
}

// Pixels are the items here, and some of them a shard.
typedef struct Finding {
    const ImageSet *set;
    TargetFacts *facts;
    double losses[DIGIT_PIXELS][LOSS_COUNT];           // of the mean image
    int64_t bytes[DIGIT_PIXELS / COUNTED_PIXELS][256]; // how often there is each
} Finding;

static void find_pixel_facts(void *context, int shard, int first, int count, int worker_index)
{
    Finding *finding = context;
    TargetFacts *facts = finding->facts;
    Counts counts;
    (void)worker_index;
    count_bytes(finding->set, facts->images, (size_t)first, counts);
    memset(finding->bytes[shard], 0, sizeof finding->bytes[shard]);
    for (int i = 0; i < count; i++) {
        int64_t sum = 0;
        if (facts->are_binary)
            make_binary(counts[i]);
        for (int byte = 0; byte < 256; byte++) {
            finding->bytes[shard][byte] += counts[i][byte];
            sum += (int64_t)byte * counts[i][byte];
        }
        const float mean = (float)((double)sum / 255.0 / facts->images);
        facts->mean_map[first + i] = mean;
        lose_mean(counts[i], mean, facts->images, finding->losses[first + i]);
    }
}

static void count_set(TargetFacts *facts, const int64_t bytes[256])
{
    const int64_t n = (int64_t)facts->images * DIGIT_PIXELS, ink = n - bytes[0];
    int64_t below_002 = 0, above_098 = 0;
    for (int byte = 0; byte < 256; byte++) {
        const double t = byte / 255.0, share = (double)bytes[byte] / (double)n;
        facts->mean += share * t;
        facts->bce_floor += share * loss_bce_floor(t);
        facts->group_counts[find_group(byte)] += bytes[byte];
        facts->histogram[metrics_find_bin((float)byte / 255.0f)] += bytes[byte];
        below_002 += t < 0.02 ? bytes[byte] : 0;
        above_098 += t > 0.98 ? bytes[byte] : 0;
    }
    facts->below_002 = (double)below_002 / (double)n;
    facts->above_098 = (double)above_098 / (double)n;
    facts->ink = (double)ink / (double)n;
    facts->full_ink = ink > 0 ? (double)bytes[255] / (double)ink : 0.0;
}

static void finish_facts(void *context)
{
    const Finding *finding = context;
    TargetFacts *facts = finding->facts;
    int64_t bytes[256] = {0};
    for (int shard = 0; shard < DIGIT_PIXELS / COUNTED_PIXELS; shard++)
        for (int byte = 0; byte < 256; byte++)
            bytes[byte] += finding->bytes[shard][byte];
    for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++)
        for (int loss = 0; loss < LOSS_COUNT; loss++)
            facts->mean_image[loss] += finding->losses[pixel][loss];
    count_set(facts, bytes);
    facts->mean_image[LOSS_GAUSS] =
        loss_gauss(facts->mean_image[LOSS_MSE], loss_best_log_sigma(facts->mean_image[LOSS_MSE]));
}

static SweepPlan plan_facts(Finding *finding)
{
    return (SweepPlan){.what = "what a set's pixels say",
                       .items = DIGIT_PIXELS,
                       .shard_items = COUNTED_PIXELS,
                       .step_items = COUNTED_PIXELS,
                       .visit = find_pixel_facts,
                       .finish = finish_facts,
                       .context = finding};
}

Sweep *metrics_begin_facts(const ImageSet *set, int image_count, bool are_binary, TargetFacts *out, Error *error)
{
    Finding *finding = malloc(sizeof *finding);
    *out = (TargetFacts){.images = image_count, .are_binary = are_binary};
    if (finding) {
        finding->set = set;
        finding->facts = out;
    }
    SweepPlan plan = plan_facts(finding);
    plan.free = free;
    return sweep_create(&plan, finding != NULL, error);
}

static TargetFacts find_facts(const ImageSet *set, int image_count, bool are_binary)
{
    TargetFacts facts = {.images = image_count, .are_binary = are_binary};
    Finding finding = {.set = set, .facts = &facts};
    const SweepPlan plan = plan_facts(&finding);
    sweep_run_plan(&plan);
    return facts;
}

TargetFacts metrics_target_facts(const ImageSet *set, int image_count) { return find_facts(set, image_count, false); }

TargetFacts metrics_model_facts(const Spec *spec, const ImageSet *set, int image_count)
{
    return find_facts(set, image_count, pixels_have_binary_figures(spec));
}
