// Intake, its end: numbers become bytes, images are turned and inverted, a test part is lent; see intake.h.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/intake.h"

enum { LENT_SHARE = 6, DARK = 64 }; // DARK: below it no white of bytes lies

// The numbers that are black and white.
typedef struct Range {
    float black, white;
} Range;

// The numbers of a part, or of both.
typedef struct Found {
    float least, most;
    bool is_whole;
    ElementType type;
} Found;

static bool check_counts(const Intake *intake, Split split, Error *error)
{
    const IntakeSet *set = &intake->sets[split];
    if (set->label_capacity == 0 || set->label_count == set->count)
        return true;
    const char *slash = strrchr(set->images_name, '/');
    return error_set(error, "%s holds %d labels where the %d images of %s need as many", set->labels_name,
                     set->label_count, set->count, slash ? slash + 1 : set->images_name);
}

// Labels that are words become places in the alphabet.
static bool number_labels(Intake *intake, Error *error)
{
    int32_t order[LABEL_NAMES_MAX];
    char list[200];
    IntakeSet *sets = intake->sets;
    if (intake->label_names.count == 0)
        return true;
    for (Split split = 0; split < SPLIT_COUNT; split++)
        if (sets[split].label_count > 0 && !sets[split].is_named)
            return error_set(error, "%s has numbers as labels where the other part has words", sets[split].images_name);
    label_names_sort(&intake->label_names, order);
    for (Split split = 0; split < SPLIT_COUNT; split++)
        for (int i = 0; i < sets[split].label_count; i++)
            sets[split].labels[i] = order[sets[split].labels[i]];
    label_names_list(&intake->label_names, list, sizeof list);
    notices_add(&intake->notices, "the labels 0 to %d are words in the order of the alphabet: %s",
                intake->label_names.count - 1, list);
    return true;
}

// ---- numbers become bytes -----------------------------------------------------------------------------------------

static Range choose_range(const Intake *intake, const Found *found)
{
    const bool is_fraction = element_get(found->type)->is_float || !found->is_whole;
    if (intake->options->scale_max > 0)
        return (Range){0, intake->options->scale_max};
    if (found->least < 0)
        return (Range){found->least, found->most};
    if (found->type == ELEMENT_BOOL || (is_fraction && found->most <= 1))
        return (Range){0, 1};
    if (found->most <= 255)
        return (Range){0, 255};
    return (Range){0, !is_fraction && found->most <= 65535 ? 65535 : found->most};
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

// Numbers of whole bytes that are all dark: whoever wrote them had another white.
static void notice_dark(Intake *intake, float most)
{
    if (most == 1)
        notices_add(&intake->notices, "every pixel is 0 or 1, which is nearly black where 255 is white; if 1 is white, "
                                      "--scale-max 1 says so");
    else if (most > 1 && most < DARK)
        notices_add(&intake->notices,
                    "no pixel is above %g, which is dark where 255 is white; if %g is white, --scale-max %g says so",
                    (double)most, (double)most, (double)most);
}

static void notice_range(Intake *intake, const Found *found, const Range *range, const char *of)
{
    char type[40] = ""; // that of bytes and of a text says nothing
    if (range->white == 255 && range->black == 0) {
        if (found->is_whole)
            notice_dark(intake, found->most);
        return;
    }
    if (found->type != ELEMENT_U8)
        (void)snprintf(type, sizeof type, " (%s)", element_get(found->type)->name);
    intake_treat(intake, "rescaled");
    notices_add(&intake->notices, "the pixels%s are numbers from %g to %g%s: %g became black and %g white%s", of,
                (double)found->least, (double)found->most, type, (double)range->black, (double)range->white,
                intake->options->scale_max > 0 || range->white == 1 ? "" : "; --scale-max N says what is white");
}

// What each part's numbers are. False where one of them is none.
static bool find_numbers(Intake *intake, Found found[SPLIT_COUNT], Error *error)
{
    for (Split split = 0; split < SPLIT_COUNT; split++) {
        IntakeSet *set = &intake->sets[split];
        if (set->pixels && set->is_plain && !intake_widen(intake, split, set->images_name, error))
            return false;
        found[split] = (Found){set->least, set->most, set->is_whole, set->type};
        if (set->values && (!isfinite(set->least) || !isfinite(set->most)))
            return error_set(error, "%s has a pixel that is no finite number", set->images_name);
    }
    return true;
}

static float find_width(const Range *range) { return range->white - range->black; }

// One range for both parts, unless they were written by different rules: bytes here and numbers up to 1 there.
static bool find_ranges(Intake *intake, Range ranges[SPLIT_COUNT], Error *error)
{
    enum { OTHER_RULE = 16 };
    Found found[SPLIT_COUNT];
    const IntakeSet *sets = intake->sets;
    const bool are_two = sets[SPLIT_TRAIN].count > 0 && sets[SPLIT_TEST].count > 0;
    if (!find_numbers(intake, found, error))
        return false;
    for (Split split = 0; split < SPLIT_COUNT; split++)
        ranges[split] = choose_range(intake, &found[split]);
    const float train = find_width(&ranges[SPLIT_TRAIN]), test = find_width(&ranges[SPLIT_TEST]);
    if (are_two && (train > OTHER_RULE * test || test > OTHER_RULE * train)) {
        notice_range(intake, &found[SPLIT_TRAIN], &ranges[SPLIT_TRAIN], " to learn from");
        notice_range(intake, &found[SPLIT_TEST], &ranges[SPLIT_TEST], " to test");
        return true;
    }
    Found both = found[sets[SPLIT_TRAIN].count > 0 ? SPLIT_TRAIN : SPLIT_TEST];
    if (are_two) {
        both.least = fminf(both.least, found[SPLIT_TEST].least);
        both.most = fmaxf(both.most, found[SPLIT_TEST].most);
        both.is_whole = both.is_whole && found[SPLIT_TEST].is_whole;
        if (both.type == ELEMENT_U8)
            both.type = found[SPLIT_TEST].type;
    }
    ranges[SPLIT_TRAIN] = ranges[SPLIT_TEST] = choose_range(intake, &both);
    notice_range(intake, &both, &ranges[SPLIT_TRAIN], "");
    return true;
}

static bool narrow(Intake *intake, Error *error)
{
    Range ranges[SPLIT_COUNT];
    if (!find_ranges(intake, ranges, error))
        return false;
    for (Split split = 0; split < SPLIT_COUNT; split++) {
        IntakeSet *set = &intake->sets[split];
        if (!set->values)
            continue;
        set->pixels = pixels_create((size_t)set->count * DIGIT_PIXELS);
        if (!set->pixels)
            return error_set(error, "there is no memory for the %d images of %s", set->count, set->images_name);
        quantise(set, ranges[split]);
    }
    return true;
}

static uint8_t find_most(const IntakeSet *set)
{
    uint8_t most = 0;
    for (size_t i = 0; i < (size_t)set->count * DIGIT_PIXELS && most < DARK; i += DIGIT_PIXELS)
        for (int k = 0; k < DIGIT_PIXELS; k++)
            most = set->pixels[i + (size_t)k] > most ? set->pixels[i + (size_t)k] : most;
    return most;
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
    else
        notice_dark(intake, most);
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
    if (!check_counts(intake, SPLIT_TRAIN, error) || !check_counts(intake, SPLIT_TEST, error) ||
        !number_labels(intake, error))
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
