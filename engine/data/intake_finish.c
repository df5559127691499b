// Intake, its end: numbers become bytes, images are turned and inverted, a test part is lent; see intake.h.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/intake.h"

enum { LENT_SHARE = 6 };

// The numbers that are black and white.
typedef struct Range {
    float black, white;
} Range;

static bool check_counts(const Intake *intake, Split split, Error *error)
{
    const IntakeSet *set = &intake->sets[split];
    if (set->label_capacity == 0 || set->label_count == set->count)
        return true;
    const char *slash = strrchr(set->images_name, '/');
    return error_set(error, "%s holds %d labels where the %d images of %s need as many", set->labels_name,
                     set->label_count, set->count, slash ? slash + 1 : set->images_name);
}

// ---- numbers become bytes -----------------------------------------------------------------------------------------

static Range choose_range(const Intake *intake, float least, float most, bool is_whole)
{
    const bool is_fraction = element_get(intake->type)->is_float || !is_whole;
    if (intake->options->scale_max > 0)
        return (Range){0, intake->options->scale_max};
    if (least < 0)
        return (Range){least, most};
    if (intake->type == ELEMENT_BOOL || (is_fraction && most <= 1))
        return (Range){0, 1};
    if (most <= 255)
        return (Range){0, 255};
    return (Range){0, !is_fraction && most <= 65535 ? 65535 : most};
}

static void quantise(IntakeSet *set, Range range)
{
    const size_t count = (size_t)set->count * DIGIT_PIXELS;
    const float width = range.white > range.black ? range.white - range.black : 1;
    uint8_t *bytes = set->pixels;
    for (size_t i = 0; i < count; i++) {
        const float value = (set->values[i] - range.black) / width * 255.0f;
        bytes[i] = (uint8_t)(fminf(fmaxf(value, 0), 255) + 0.5f);
    }
    free(set->values);
    set->values = NULL;
    set->is_plain = false;
}

static bool narrow(Intake *intake, Error *error)
{
    float least = INFINITY, most = -INFINITY;
    bool is_whole = true;
    for (Split split = 0; split < SPLIT_COUNT; split++) {
        IntakeSet *set = &intake->sets[split];
        if (!set->values && !(set->pixels && set->is_plain && intake_widen(intake, split, set->images_name, error)))
            continue;
        if (!isfinite(set->least) || !isfinite(set->most))
            return error_set(error, "%s has a pixel that is no finite number", set->images_name);
        least = fminf(least, set->least);
        most = fmaxf(most, set->most);
        is_whole = is_whole && set->is_whole;
    }
    const Range range = choose_range(intake, least, most, is_whole);
    for (Split split = 0; split < SPLIT_COUNT; split++) {
        IntakeSet *set = &intake->sets[split];
        if (!set->values)
            continue;
        set->pixels = pixels_create((size_t)set->count * DIGIT_PIXELS);
        if (!set->pixels)
            return error_set(error, "there is no memory for the %d images of %s", set->count, set->images_name);
        quantise(set, range);
    }
    if (range.white != 255 || range.black != 0) {
        char type[40] = ""; // that of bytes and of a text says nothing
        if (intake->type != ELEMENT_U8)
            (void)snprintf(type, sizeof type, " (%s)", element_get(intake->type)->name);
        intake_treat(intake, "rescaled");
        notices_add(&intake->notices, "the pixels are numbers from %g to %g%s: %g became black and %g white%s",
                    (double)least, (double)most, type, (double)range.black, (double)range.white,
                    intake->options->scale_max > 0 || range.white == 1 ? "" : "; --scale-max N says what is white");
    } else if (is_whole && most <= 1 && most > 0)
        notices_add(&intake->notices, "every pixel is 0 or 1, which is nearly black where 255 is white; if 1 is white, "
                                      "--scale-max 1 says so");
    return true;
}

static uint8_t find_most(const IntakeSet *set)
{
    uint8_t bits = 0; // all that are set anywhere: enough to tell 0 and 1 from the rest, and one pass of the memory
    for (size_t i = 0; i < (size_t)set->count * DIGIT_PIXELS; i++)
        bits |= set->pixels[i];
    return bits;
}

static void scale_bytes(const IntakeSet *set, float white)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++)
        table[i] = (uint8_t)(fminf((float)i * 255.0f / white, 255) + 0.5f);
    for (size_t i = 0; i < (size_t)set->count * DIGIT_PIXELS; i++)
        set->pixels[i] = table[set->pixels[i]];
}

// What is in bytes already.
static void finish_bytes(Intake *intake)
{
    const float white = intake->options->scale_max;
    float most = 0;
    for (Split split = 0; split < SPLIT_COUNT; split++) {
        IntakeSet *set = &intake->sets[split];
        if (!set->pixels)
            continue;
        most = fmaxf(most, set->is_plain ? find_most(set) : set->most);
        if (set->is_plain && white > 0)
            scale_bytes(set, white);
    }
    if (white > 0)
        intake_treat(intake, "rescaled");
    if (white > 0)
        notices_add(&intake->notices, "the pixel value %g became white, as --scale-max says", (double)white);
    else if (most == 1)
        notices_add(&intake->notices, "every pixel is 0 or 1, which is nearly black where 255 is white; if 1 is white, "
                                      "--scale-max 1 says so");
}

// ---- turned, inverted ---------------------------------------------------------------------------------------------

static void turn_sets(Intake *intake, Dataset *dataset)
{
    ImageTurn turn = intake->options->turn;
    if (turn == TURN_AUTO && intake->is_emnist) {
        turn = TURN_TRANSPOSE;
        notices_add(&intake->notices, "the images were transposed, because the names say EMNIST, which stores them so; "
                                      "--turn none leaves them as they are");
    } else if (turn == TURN_AUTO && upright_judge(&dataset->train) == LYING_TRANSPOSED) {
        turn = TURN_TRANSPOSE;
        notices_add(&intake->notices, "the images were transposed, because they lie on their side as EMNIST's do; "
                                      "--turn none leaves them as they are");
    } else if (turn != TURN_AUTO && turn != TURN_NONE) {
        notices_add(&intake->notices, "the images were turned, as --turn %s says", image_turn_key(turn));
    }
    char words[24];
    (void)snprintf(words, sizeof words, turn == TURN_TRANSPOSE ? "transposed" : "turned %s", image_turn_key(turn));
    if (turn != TURN_AUTO && turn != TURN_NONE)
        intake_treat(intake, words);
    upright_turn(&dataset->train, turn);
    upright_turn(&dataset->test, turn);
}

static double find_mean(const ImageSet *set)
{
    uint64_t sum = 0;
    for (int image = 0; image < set->count; image++) {
        uint32_t part = 0;
        const uint8_t *pixels = set->pixels + (size_t)image * DIGIT_PIXELS;
        for (int i = 0; i < DIGIT_PIXELS; i++)
            part += pixels[i];
        sum += part;
    }
    return (double)sum / 255 / DIGIT_PIXELS / set->count;
}

static void invert_set(const ImageSet *set)
{
    for (size_t i = 0; i < (size_t)set->count * DIGIT_PIXELS; i++)
        set->pixels[i] = (uint8_t)(255 - set->pixels[i]);
}

static void invert_sets(Intake *intake, Dataset *dataset)
{
    if (intake->options->invert) {
        invert_set(&dataset->train);
        invert_set(&dataset->test);
        intake_treat(intake, "inverted");
        notices_add(&intake->notices, "black and white were exchanged, as --invert says");
    }
    const double mean = find_mean(&dataset->train);
    if (mean > 0.5)
        notices_add(&intake->notices,
                    "the mean pixel is %.2f, above one half: this looks like dark ink on light ground; "
                    "%s",
                    mean,
                    intake->options->invert ? "without --invert it is the other way round"
                                            : "--invert exchanges black and white");
}

// ---- two parts ----------------------------------------------------------------------------------------------------

// The last of set's images, count of them, in memory of their own.
static bool cut(ImageSet *set, ImageSet *out, int count)
{
    const int left = set->count - count;
    *out = (ImageSet){count, pixels_create((size_t)count * DIGIT_PIXELS), NULL};
    out->labels = set->labels ? malloc((size_t)count * sizeof *out->labels) : NULL;
    if (!out->pixels || (set->labels && !out->labels))
        return false;
    memcpy(out->pixels, set->pixels + (size_t)left * DIGIT_PIXELS, (size_t)count * DIGIT_PIXELS);
    if (set->labels)
        memcpy(out->labels, set->labels + left, (size_t)count * sizeof *out->labels);
    set->count = left;
    return true;
}

static bool lend_test(Intake *intake, Dataset *dataset, Error *error)
{
    ImageSet *train = &dataset->train;
    const int count = train->count / LENT_SHARE > 0 ? train->count / LENT_SHARE : train->count > 1;
    if (dataset->test.count > 0)
        return true;
    if (count == 0)
        return error_set(error, "%s has no test images, and of 1 image none can be lent", intake->name);
    intake_treat(intake, "its last sixth for testing");
    notices_add(&intake->notices, "there is no test part: the last sixth, %d of %d images, is it", count, train->count);
    return cut(train, &dataset->test, count) ||
           error_set(error, "there is no memory for the %d test images of %s", count, intake->name);
}

static ImageSet take(IntakeSet *set)
{
    const ImageSet out = {set->count, set->pixels, set->labels};
    set->pixels = NULL;
    set->labels = NULL;
    return out;
}

bool intake_finish(Intake *intake, Dataset *out, Error *error)
{
    IntakeSet *sets = intake->sets;
    if (!check_counts(intake, SPLIT_TRAIN, error) || !check_counts(intake, SPLIT_TEST, error))
        return false;
    const bool has_values = sets[SPLIT_TRAIN].values || sets[SPLIT_TEST].values;
    if (has_values && !narrow(intake, error))
        return false;
    if (!has_values)
        finish_bytes(intake);
    Dataset dataset = {.train = take(&sets[SPLIT_TRAIN]), .test = take(&sets[SPLIT_TEST])};
    assert(dataset.train.count > 0);
    if (!lend_test(intake, &dataset, error)) {
        dataset_free(&dataset);
        return false;
    }
    turn_sets(intake, &dataset);
    invert_sets(intake, &dataset);
    dataset.notices = intake->notices;
    dataset.options = (DatasetOptions){
        .turn = intake->options->turn, .invert = intake->options->invert, .scale_max = intake->options->scale_max};
    memcpy(dataset.treatment, intake->treatment, sizeof dataset.treatment);
    *out = dataset;
    return true;
}
