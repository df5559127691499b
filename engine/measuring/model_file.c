// Models from files: which spec and which reading hold.
#include "measuring/model_file.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/activation.h"
#include "models/model_layers.h"
#include "models/range.h"

bool model_file_take(ModelFile *out, const Foreign *foreign, const Spec *spec, int reading, Error *error)
{
    *out = (ModelFile){.model = model_create(spec, DIGIT_PIXELS), .step = foreign_step(foreign)};
    out->parameters = aligned_alloc(64, out->model.parameter_count * sizeof *out->parameters); // a multiple of 64 bytes
    if (!out->parameters)
        return error_set(error, "out of memory: a model with %zu parameters", out->model.parameter_count);
    foreign_fill(foreign, reading, &out->model, out->parameters);
    foreign_describe(foreign, reading, &out->notices);
    return true;
}

void model_file_free(ModelFile *file)
{
    free(file->parameters);
    *file = (ModelFile){0};
}

static_assert(sizeof((ModelFile *)0)->path >= PATH_MAX, "it holds any path");

static bool names(const SpecWish *wish, SpecKey key) { return wish && wish->named >> key & 1; }

// "hidden=relu,output=sigmoid,loss=bce": what of a spec was guessed.
static void list_guessed(const Foreign *foreign, const Spec *spec, const SpecWish *wish, char *text, size_t size)
{
    const struct {
        bool is_known;
        const char *name, *value;
    } parts[] = {
        {names(wish, SPEC_KEY_HIDDEN), "hidden", activation_get(HIDDEN_ACTIVATION, spec->hidden)->key},
        {names(wish, SPEC_KEY_OUTPUT), "output", activation_get(OUTPUT_ACTIVATION, spec->output)->key},
        {guess_knows_loss(foreign, wish), "loss", loss_get(spec->loss)->key},
    };
    text[0] = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!parts[i].is_known) {
            const size_t used = strlen(text);
            (void)snprintf(text + used, size - used, "%s%s=%s", used ? "," : "", parts[i].name, parts[i].value);
        }
}

// The mean miss of an answer that is the images' mean, whatever the input: a model that is no better has learnt
// nothing, or is not what it is taken for.
static double measure_mean_answer(const ImageSet *set, int images)
{
    double total = 0.0;
    for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
        double sum = 0.0, squares = 0.0;
        for (int image = 0; image < images; image++) {
            const double value = set->pixels[(size_t)image * DIGIT_PIXELS + (size_t)pixel] / 255.0;
            sum += value;
            squares += value * value;
        }
        total += squares / images - sum / images * (sum / images);
    }
    return total / DIGIT_PIXELS;
}

// Several readings were tried: which one it is, and how much better.
static void describe_readings(const Guesses *guesses, const Foreign *foreign, Notices *notices)
{
    const Guess *best = &guesses->items[0], *other = NULL;
    for (int i = 1; i < guesses->count && !other; i++)
        other = guesses->items[i].reading != best->reading ? &guesses->items[i] : NULL;
    if (!other)
        return;
    const bool is_turned = foreign_is_turned(foreign, best->reading) != foreign_is_turned(foreign, other->reading);
    notices_add(notices,
                "%s: its weights %s; the reading that reconstructs better is taken, with a test MSE of %.4f against "
                "%.4f",
                foreign_name(foreign),
                is_turned ? "fit as (out, in) and as (in, out)" : "make more than one model, or one of more layers",
                best->mse, other->mse);
}

static bool take_guess(ModelFile *out, const Foreign *foreign, const SpecWish *wish, const ImageSet *set,
                       const LoadProgress *progress, Error *error)
{
    Guesses *guesses = malloc(sizeof *guesses);
    char guessed[SPEC_TEXT_SIZE];
    if (!guesses)
        return error_set(error, "out of memory: guesses about a model");
    bool good = guess_list(foreign, wish, set, progress, guesses, error);
    const Guess best = good ? guesses->items[0] : (Guess){0};
    const int images = guesses->images;
    good = good && model_file_take(out, foreign, &best.spec, best.reading, error);
    if (good)
        describe_readings(guesses, foreign, &out->notices);
    free(guesses);
    if (!good)
        return false;
    list_guessed(foreign, &best.spec, wish, guessed, sizeof guessed);
    if (*guessed)
        notices_add(&out->notices,
                    "%s: it does not say its activations%s; %s is guessed, with a test MSE of %.4f over %d "
                    "digits; --model says it otherwise",
                    foreign_name(foreign), foreign_has_spread(foreign) ? "" : " and its loss", guessed, best.mse,
                    images);
    if (foreign_has_spread(foreign) && best.spec.loss == LOSS_GAUSS && !names(wish, SPEC_KEY_LOSS))
        notices_add(&out->notices, "%s: it has a %s, the learnt spread of loss=gauss: that is taken to be its loss",
                    foreign_name(foreign), MODEL_LOG_SIGMA);
    const double mean_answer = measure_mean_answer(set, images);
    if (best.mse >= mean_answer)
        notices_add(&out->notices,
                    "%s: its test MSE of %.4f is no better than the %.4f of always answering the mean digit: it is "
                    "untrained, of other data, or not of these activations",
                    foreign_name(foreign), best.mse, mean_answer);
    return true;
}

// Whose spec the file holds: the wish's, if there is one, with the layers that the file has.
static bool take_known(ModelFile *out, const Foreign *foreign, const SpecWish *wish, Spec spec, Error *error)
{
    if (wish) {
        const Spec found = spec;
        spec = wish->spec;
        if (!names(wish, SPEC_KEY_LAYERS))
            foreign_set_layers(foreign, 0, &spec);
        if (!spec_has_same_layers(&spec, &found)) {
            char wanted[SPEC_TEXT_SIZE], had[SPEC_TEXT_SIZE];
            spec_format_layers(&spec, DIGIT_PIXELS, "-", wanted, sizeof wanted);
            spec_format_layers(&found, DIGIT_PIXELS, "-", had, sizeof had);
            return error_set(error, "%s: its tensors make %s where %s was asked for", foreign_name(foreign), had,
                             wanted);
        }
    }
    return model_file_take(out, foreign, &spec, 0, error);
}

// A model of range=standard whose file does not say mean and deviation: those of the images at hand.
static void guess_moments(ModelFile *file, const Foreign *foreign, const ImageSet *set)
{
    if (!range_wants_moments(&file->model, file->parameters))
        return;
    const PixelMoments moments = range_find_moments(set->pixels, (size_t)set->count * DIGIT_PIXELS);
    range_set_moments(&file->model, file->parameters, moments);
    notices_add(
        &file->notices,
        "%s: it does not say the mean and the deviation that its pixels were standardised by; those of the test "
        "set are taken, %.4f and %.4f",
        foreign_name(foreign), (double)moments.mean, (double)moments.deviation);
}

bool model_file_load(ModelFile *out, const char *path, const SpecWish *wish, const ImageSet *set,
                     const LoadProgress *progress, Error *error)
{
    SpecWish own = {.named = ~(1u << SPEC_KEY_LAYERS)};
    *out = (ModelFile){0};
    Foreign *foreign = foreign_open(path, DIGIT_PIXELS, names(wish, SPEC_KEY_LAYERS) ? &wish->spec : NULL, error);
    if (!foreign)
        return false;
    const bool has_spec = foreign_find_spec(foreign, &own.spec);
    const bool good = has_spec && foreign_reading_count(foreign) == 1
                          ? take_known(out, foreign, wish, own.spec, error)
                          : take_guess(out, foreign, has_spec && !wish ? &own : wish, set, progress, error);
    if (good)
        guess_moments(out, foreign, set);
    foreign_close(foreign);
    if (good && !realpath(path, out->path))
        out->path[0] = 0;
    if (!good)
        model_file_free(out);
    return good;
}
