// Guesses, by trying.
//
// What reconstructs best is the likeliest, but between outputs that are the same where targets are, such as a clip and
// a line, the error says little: clipping what a linear output makes is always nearer to the targets. What training has
// left behind says more: at its end the slope at each logit is 0 on average, with the output that it was trained with,
// and most nearly for its own loss. Where both say little, the usual is likelier: what stands first in its table. The
// weights of the three are from trainings of each loss and output. An output that cannot draw a digit, such as a
// sigmoid of a sigmoid, is not found: a sigmoid of the same logits draws better ones. Outputs that share a picture are
// taken only where they are named.
#include "measuring/guess.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/activation.h"
#include "kernels/kernel.h"
#include "models/model_layers.h"
#include "models/range.h"

enum { ROWS = 50 };                // images worked on at a time
static const double as_good = 1.5; // beyond this factor of the least error there is no need of the balance
static const double balance_weight = 0.55, output_weight = 0.06, hidden_weight = 0.01;

typedef struct Trial {
    const Foreign *foreign;
    const SpecWish *wish;
    const ImageSet *set;
    int images;
    PixelRange range;        // in which the logits' model reads and gives back pixels
    float *x, *z;            // (ROWS, DIGIT_PIXELS), (images, DIGIT_PIXELS)
    float *p, *slopes;       // (DIGIT_PIXELS)
    double *sums, *absolute; // (DIGIT_PIXELS): of slopes
} Trial;

static bool names(const Trial *trial, SpecKey key) { return trial->wish && trial->wish->named >> key & 1; }

bool guess_knows_loss(const Foreign *foreign, const SpecWish *wish)
{
    return (wish && wish->named >> SPEC_KEY_LOSS & 1) || foreign_has_spread(foreign);
}

static void load_images(const Trial *trial, int first, int rows)
{
    const uint8_t *pixels = trial->set->pixels + (size_t)first * DIGIT_PIXELS;
    for (size_t i = 0; i < (size_t)rows * DIGIT_PIXELS; i++)
        trial->x[i] = (float)pixels[i] / 255.0f;
}

// Logits of all images.
static bool compute_logits(Trial *trial, const Spec *spec, int reading, Error *error)
{
    const Model model = model_create(spec, DIGIT_PIXELS);
    Workspace workspace = {0};
    float *parameters = aligned_alloc(64, model.parameter_count * sizeof *parameters); // a multiple of 64 bytes
    const bool good = parameters && workspace_init(&workspace, &model, ROWS, error);
    if (good) {
        foreign_fill(trial->foreign, reading, &model, parameters);
        trial->range = range_of(&model, parameters);
    }
    for (int first = 0; good && first < trial->images; first += ROWS) {
        const int rows = trial->images - first < ROWS ? trial->images - first : ROWS;
        load_images(trial, first, rows);
        model_forward(&model, parameters, &workspace, trial->x, rows, trial->z + (size_t)first * DIGIT_PIXELS, NULL);
    }
    workspace_free(&workspace);
    free(parameters);
    return good || (parameters ? false : error_set(error, "out of memory: a model to try"));
}

static double measure_error(const Trial *trial, int output)
{
    double sum = 0.0;
    for (int image = 0; image < trial->images; image++) {
        const size_t at = (size_t)image * DIGIT_PIXELS;
        activation_get(OUTPUT_ACTIVATION, output)->apply(trial->z + at, trial->p, trial->slopes, DIGIT_PIXELS);
        range_map_all_back(trial->range, trial->p, DIGIT_PIXELS);
        for (size_t i = 0; i < DIGIT_PIXELS; i++) {
            const double miss = (double)trial->p[i] - trial->set->pixels[at + i] / 255.0;
            sum += miss * miss;
        }
    }
    return sum / ((double)trial->images * DIGIT_PIXELS);
}

static double measure_balance(const Trial *trial, const Spec *spec)
{
    const Model model = model_create(spec, DIGIT_PIXELS);
    memset(trial->sums, 0, DIGIT_PIXELS * sizeof *trial->sums);
    memset(trial->absolute, 0, DIGIT_PIXELS * sizeof *trial->absolute);
    for (int image = 0; image < trial->images; image++) {
        load_images(trial, image, 1);
        model_loss_slopes(&model, trial->range, spec_loss_settings(spec), spec->loss,
                          trial->z + (size_t)image * DIGIT_PIXELS, trial->x, trial->slopes, DIGIT_PIXELS);
        for (size_t i = 0; i < DIGIT_PIXELS; i++) {
            trial->sums[i] += (double)trial->slopes[i];
            trial->absolute[i] += fabs((double)trial->slopes[i]);
        }
    }
    double mean = 0.0, total = 0.0;
    for (size_t i = 0; i < DIGIT_PIXELS; i++) {
        mean += fabs(trial->sums[i]);
        total += trial->absolute[i];
    }
    return total > 0.0 && isfinite(total) ? mean / total : 1.0;
}

// A floor makes the slopes at grey targets larger than those of MSE; of what is neither, the program has one that is
// rare.
static double handicap(int loss) { return loss == LOSS_MSE ? 1.0 : loss_get(loss)->has_floor ? 0.8 : 1.4; }

// Among the usual ones: what few train with is likelier one of those.
static int guess_loss(const Trial *trial, Spec spec)
{
    double least = INFINITY;
    int likeliest = spec.loss;
    for (int loss = 0; loss < LOSSES_IN_MATRIX && !guess_knows_loss(trial->foreign, trial->wish); loss++) {
        spec.loss = loss;
        const double balance = handicap(loss) * measure_balance(trial, &spec);
        if (balance < least) {
            least = balance;
            likeliest = loss;
        }
    }
    return likeliest;
}

// One guess for each output that the wish leaves open, for the logits that are there.
static void try_outputs(const Trial *trial, Spec spec, int reading, Guesses *out)
{
    const int first = out->count;
    double least = INFINITY;
    for (int output = 0; output < OUTPUT_COUNT; output++) {
        const bool is_of_picture = activation_get(OUTPUT_ACTIVATION, output)->is_of_picture;
        if (names(trial, SPEC_KEY_OUTPUT) ? output != trial->wish->spec.output : is_of_picture)
            continue;
        spec.output = output;
        const double mse = measure_error(trial, output);
        assert(out->count < GUESSES_MAX);
        out->items[out->count++] = (Guess){spec, reading, isfinite(mse) ? mse : HUGE_VAL, 1.0};
        least = fmin(least, out->items[out->count - 1].mse);
    }
    for (int i = first; i < out->count; i++) {
        Guess *guess = &out->items[i];
        if (guess->mse > as_good * least)
            continue;
        Spec with_mse = guess->spec;
        with_mse.loss = LOSS_MSE;
        guess->balance = measure_balance(trial, &with_mse);
        guess->spec.loss = guess_loss(trial, guess->spec);
    }
}

// The less, the likelier.
static double rate(const Guess *guess)
{
    const double tiny = 1e-12; // the logarithm of what is perfect is finite, too
    return log(guess->mse + tiny) + balance_weight * log(guess->balance + tiny) + output_weight * guess->spec.output +
           hidden_weight * guess->spec.hidden;
}

static int compare_guesses(const void *a, const void *b)
{
    const double left = rate(a), right = rate(b);
    return (left > right) - (left < right);
}

static bool fits(const Trial *trial, int reading, Spec *spec)
{
    *spec = trial->wish ? trial->wish->spec : spec_default();
    foreign_set_layers(trial->foreign, reading, spec);
    if (foreign_has_spread(trial->foreign) && !names(trial, SPEC_KEY_LOSS))
        spec->loss = LOSS_GAUSS;
    return !names(trial, SPEC_KEY_LAYERS) || spec_has_same_layers(spec, &trial->wish->spec);
}

static bool try_all(Trial *trial, const LoadProgress *progress, Guesses *out, Error *error)
{
    const int readings = foreign_reading_count(trial->foreign);
    for (int reading = 0; reading < readings; reading++) {
        Spec spec;
        if (!fits(trial, reading, &spec))
            continue;
        for (int hidden = 0; hidden < HIDDEN_COUNT; hidden++) {
            if (names(trial, SPEC_KEY_HIDDEN) && hidden != trial->wish->spec.hidden)
                continue;
            spec.hidden = hidden;
            if (!load_progress_report(progress, (uint64_t)(reading * HIDDEN_COUNT + hidden),
                                      (uint64_t)(readings * HIDDEN_COUNT), error) ||
                !compute_logits(trial, &spec, reading, error))
                return false;
            try_outputs(trial, spec, reading, out);
        }
    }
    qsort(out->items, (size_t)out->count, sizeof *out->items, compare_guesses);
    return true;
}

static bool refuse_layers(const Trial *trial, Error *error)
{
    Spec found = spec_default();
    char wanted[96], had[96];
    foreign_set_layers(trial->foreign, 0, &found);
    spec_format_layers(&trial->wish->spec, DIGIT_PIXELS, "-", wanted, sizeof wanted);
    spec_format_layers(&found, DIGIT_PIXELS, "-", had, sizeof had);
    return error_set(error, "%s: its tensors make %s where %s was asked for", foreign_name(trial->foreign), had,
                     wanted);
}

bool guess_list(const Foreign *foreign, const SpecWish *wish, const ImageSet *set, const LoadProgress *progress,
                Guesses *out, Error *error)
{
    Trial trial = {.foreign = foreign, .wish = wish, .set = set};
    trial.images = set->count < GUESS_IMAGES ? set->count : GUESS_IMAGES;
    *out = (Guesses){.images = trial.images};
    trial.x = malloc((size_t)ROWS * DIGIT_PIXELS * sizeof *trial.x);
    trial.z = malloc((size_t)trial.images * DIGIT_PIXELS * sizeof *trial.z);
    trial.p = malloc(2 * DIGIT_PIXELS * sizeof *trial.p);
    trial.sums = malloc(2 * DIGIT_PIXELS * sizeof *trial.sums);
    bool good = trial.x && trial.z && trial.p && trial.sums;
    if (!good)
        error_set(error, "out of memory: digits to try a model with");
    else {
        trial.slopes = trial.p + DIGIT_PIXELS;
        trial.absolute = trial.sums + DIGIT_PIXELS;
        good = try_all(&trial, progress, out, error);
    }
    free(trial.x);
    free(trial.z);
    free(trial.p);
    free(trial.sums);
    if (good && out->count == 0)
        return refuse_layers(&trial, error);
    return good;
}
