// Benchmark: the parts of a training step alone, on one thread. Each is called as backprop and the learner call it:
// with the shapes, strides and order of a round, on the weights of a model that has been trained a little. A figure is
// for whole images: all bands, all strips.
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "bench.h"
#include "training/backprop_parts.h"

// Many rounds of images in turn, so that the processor cannot learn by heart where their zeros are.
enum { ROUNDS = 16, IMAGES = ROUNDS * ROUND_ROWS, STRIPS_MAX = 64, TRAINING_STEPS = 50, CHUNK_FLOATS = 4096 };

typedef struct Strip {
    int band;
    size_t column, columns; // of the band
    size_t pixel;           // of the image
    size_t weights, width;  // where its weights begin in the packed parameters, and their stride
} Strip;

typedef struct Step {
    Model model;
    Backprop *backprop; // behind a step on the first round
    Strip strips[STRIPS_MAX];
    int strip_count;
    float *state_m, *state_v; // (parameters)
    Tile tiles[ROUNDS][BANDS][ROUND_TILES];
    uint64_t lit[ROUNDS][ROUND_TILES][DIGIT_PIXELS / QUAD];
} Step;

// Runs one kernel over a round of images; the seconds that it took.
typedef double Pass(Step *step, int round);

// ---- the step -----------------------------------------------------------------------------------------------------

// As last_train cuts them.
static void plan_strips(Step *step)
{
    for (int band = 0; band < BANDS; band++) {
        const size_t width = bands_width(step->backprop, band), pads = width / KERNEL_PAD;
        const size_t widest = STRIP_COLUMNS / KERNEL_PAD, strips = (pads + widest - 1) / widest;
        for (size_t i = 0; i < strips; i++) {
            const size_t column = pads * i / strips * KERNEL_PAD, end = pads * (i + 1) / strips * KERNEL_PAD;
            assert(step->strip_count < STRIPS_MAX);
            step->strips[step->strip_count++] = (Strip){
                .band = band,
                .column = column,
                .columns = end - column,
                .pixel = step->backprop->bands.start[band] + column,
                .weights = bands_last_weights(step->backprop, band) + column,
                .width = width,
            };
        }
    }
}

// Images from all over the set, as a shuffled epoch has them.
static int choose_image(const ImageSet *set, int index) { return (int)((int64_t)index * 7919 % set->count); }

static void cut_tiles(Step *step, const ImageSet *set, int round)
{
    for (int band = 0; band < BANDS; band++) {
        const size_t start = step->backprop->bands.start[band];
        for (int tile = 0; tile < ROUND_TILES; tile++) {
            Tile *cut = &step->tiles[round][band][tile];
            *cut = (Tile){
                .count = TILE_ROWS,
                .pixels = bands_width(step->backprop, band),
                .lit = step->lit[round][tile] + start / QUAD,
            };
            for (int row = 0; row < TILE_ROWS; row++)
                cut->rows[row] = set->pixels + start +
                                 (size_t)choose_image(set, round * ROUND_ROWS + tile * TILE_ROWS + row) * DIGIT_PIXELS;
            kernel_get()->find_lit(cut);
        }
    }
}

static void set_trained(Step *step, const Bench *bench)
{
    const LearnerOptions options = {.train = &bench->dataset.train, .pool = bench->pool};
    Learner *learner = learner_create(&step->model, &options, NULL);
    if (!learner)
        abort();
    for (int i = 0; i < TRAINING_STEPS; i++)
        (void)learner_step(learner);
    backprop_set_parameters(step->backprop, learner_parameters(learner));
    learner_destroy(learner);
}

static void keep_parameters(void *context, size_t offset, float *parameters, const float *gradient, size_t count)
{
    (void)context, (void)offset, (void)parameters, (void)gradient, (void)count;
}

static Step *step_create(const Bench *bench, const char *text)
{
    const Spec spec = bench_read_spec(text);
    const ImageSet *set = &bench->dataset.train;
    Step *step = calloc(1, sizeof *step);
    if (!step)
        abort();
    step->model = model_create(&spec, DIGIT_PIXELS);
    assert(step->model.layer_count == 2);
    step->state_m = floats_create(step->model.parameter_count);
    step->state_v = floats_create(step->model.parameter_count);
    step->backprop = backprop_create(&step->model, bench->pool, NULL);
    if (!step->state_m || !step->state_v || !step->backprop)
        abort();
    plan_strips(step);
    for (int round = 0; round < ROUNDS; round++)
        cut_tiles(step, set, round);
    set_trained(step, bench);
    int images[ROUND_ROWS];
    for (int i = 0; i < ROUND_ROWS; i++)
        images[i] = choose_image(set, i);
    const Batch batch = {.pixels = set->pixels, .images = images, .rows = ROUND_ROWS};
    (void)backprop_step(step->backprop, &batch, NULL, keep_parameters, NULL);
    return step;
}

static void step_destroy(Step *step)
{
    backprop_destroy(step->backprop);
    floats_free(step->state_m);
    floats_free(step->state_v);
    free(step);
}

// Seconds for all rounds. Of each the shortest of many passes, since neighbours disturb the machine.
static double time_rounds(const Bench *bench, const char *text, Pass *pass)
{
    Step *step = step_create(bench, text);
    double shortest[ROUNDS], seconds = 0.0;
    for (int round = 0; round < ROUNDS; round++)
        shortest[round] = INFINITY;
    const double start = bench_now();
    do {
        for (int round = 0; round < ROUNDS; round++)
            shortest[round] = fmin(shortest[round], pass(step, round));
    } while (bench_now() - start < 0.06);
    for (int round = 0; round < ROUNDS; round++)
        seconds += shortest[round];
    step_destroy(step);
    return seconds;
}

// Every one of the five products has as many multiplications and additions.
static double measure_rate(const Bench *bench, const char *text, Pass *pass)
{
    const Spec spec = bench_read_spec(text);
    return 2.0 * DIGIT_PIXELS * spec.layers[0].count * IMAGES / time_rounds(bench, text, pass) * 1e-9;
}

// ---- the first layer ----------------------------------------------------------------------------------------------

static void find_lit(Step *step, int round, int band)
{
    for (int tile = 0; tile < ROUND_TILES; tile++)
        kernel_get()->find_lit(&step->tiles[round][band][tile]);
}

static void multiply_first(Step *step, int round, int band)
{
    const size_t stride = step->model.layers[0].stride;
    for (int tile = 0; tile < ROUND_TILES; tile++)
        kernel_get()->multiply_tile(&(TileProduct){
            .tile = &step->tiles[round][band][tile],
            .n = stride,
            .b = step->backprop->parameters + bands_first_weights(step->backprop, band),
            .b_stride = stride,
            .c = step->backprop->bands.part[band] + (size_t)tile * TILE_ROWS * stride,
            .c_stride = stride,
        });
}

static void multiply_first_gradient(Step *step, int round, int band)
{
    const size_t stride = step->model.layers[0].stride;
    for (int tile = 0; tile < ROUND_TILES; tile++)
        kernel_get()->multiply_tile_transposed(&(TileProduct){
            .tile = &step->tiles[round][band][tile],
            .n = stride,
            .b = hidden_first_slope(step->backprop, tile),
            .b_stride = stride,
            .c = step->backprop->bands.gradient + bands_first_weights(step->backprop, band),
            .c_stride = stride,
            .accumulate = tile > 0,
        });
}

// Band after band. Each has its images in the caches, as they are where the last step asked for them ahead of time.
static double time_bands(Step *step, int round, void (*work)(Step *step, int round, int band))
{
    double seconds = 0.0;
    for (int band = 0; band < BANDS; band++) {
        find_lit(step, round, band);
        const double start = bench_now();
        work(step, round, band);
        seconds += bench_now() - start;
    }
    return seconds;
}

static double pass_find_lit(Step *step, int round) { return time_bands(step, round, find_lit); }

static double pass_first_product(Step *step, int round) { return time_bands(step, round, multiply_first); }

static double pass_first_gradient(Step *step, int round) { return time_bands(step, round, multiply_first_gradient); }

// ---- the last layer -----------------------------------------------------------------------------------------------

static void multiply_output(Step *step, const Strip *strip, int tile)
{
    kernel_get()->multiply(&(Product){
        .m = TILE_ROWS,
        .n = strip->columns,
        .k = (size_t)step->model.layers[1].in,
        .a = hidden_code(step->backprop, tile),
        .a_row = step->model.layers[0].stride,
        .a_column = 1,
        .b = step->backprop->parameters + strip->weights,
        .b_stride = strip->width,
        .c = step->backprop->bands.strip[strip->band],
        .c_stride = STRIP_COLUMNS,
        .bias = step->backprop->parameters + step->model.layers[1].bias_offset + strip->pixel,
    });
}

static void multiply_weights_gradient(Step *step, const Strip *strip, int tile)
{
    kernel_get()->multiply(&(Product){
        .m = (size_t)step->model.layers[1].in,
        .n = strip->columns,
        .k = TILE_ROWS,
        .a = hidden_code(step->backprop, tile),
        .a_row = 1,
        .a_column = step->model.layers[0].stride,
        .b = step->backprop->bands.strip[strip->band],
        .b_stride = STRIP_COLUMNS,
        .c = step->backprop->bands.gradient + strip->weights,
        .c_stride = strip->width,
        .accumulate = tile > 0,
    });
}

static void multiply_code_gradient(Step *step, const Strip *strip, int tile)
{
    const size_t stride = step->backprop->bands.transposed_stride;
    kernel_get()->multiply(&(Product){
        .m = TILE_ROWS,
        .n = stride,
        .k = strip->columns,
        .a = step->backprop->bands.strip[strip->band],
        .a_row = STRIP_COLUMNS,
        .a_column = 1,
        .b = step->backprop->bands.transposed + strip->pixel * stride,
        .b_stride = stride,
        .c = step->backprop->bands.part[strip->band] + (size_t)tile * TILE_ROWS * step->model.layers[0].stride,
        .c_stride = stride,
        .accumulate = strip->column > 0,
    });
}

static double time_strips(Step *step, void (*multiply)(Step *step, const Strip *strip, int tile))
{
    const double start = bench_now();
    for (int i = 0; i < step->strip_count; i++)
        for (int tile = 0; tile < ROUND_TILES; tile++)
            multiply(step, &step->strips[i], tile);
    return bench_now() - start;
}

// Dense products cost the same for every round.
static double pass_output_product(Step *step, int round) { return (void)round, time_strips(step, multiply_output); }

static double pass_output_gradient(Step *step, int round)
{
    return (void)round, time_strips(step, multiply_weights_gradient);
}

static double pass_code_gradient(Step *step, int round)
{
    return (void)round, time_strips(step, multiply_code_gradient);
}

// Behind the product that leaves the logits, which is not counted. Logits are of the first round's images whatever the
// targets: that costs the same.
static double pass_output(Step *step, int round)
{
    static const float powers[TILE_ROWS * STRIP_COLUMNS];
    const Spec *spec = &step->model.spec;
    double seconds = 0.0;
    for (int i = 0; i < step->strip_count; i++)
        for (int tile = 0; tile < ROUND_TILES; tile++) {
            const Strip *strip = &step->strips[i];
            multiply_output(step, strip, tile);
            const OutputPass pass = {
                .z = step->backprop->bands.strip[strip->band],
                .stride = STRIP_COLUMNS,
                .targets = step->tiles[round][strip->band][tile].rows,
                .scale = 1.0f,
                .upcoming = step->tiles[(round + 1) % ROUNDS][strip->band][tile].rows,
                .column = strip->column,
                .rows = TILE_ROWS,
                .columns = strip->columns,
                .bias_slope = step->backprop->bands.gradient + step->model.layers[1].bias_offset + strip->pixel,
                .accumulate = tile > 0,
                .settings = spec_loss_settings(spec),
                .powers = powers, // some numbers or other
                .powers_stride = STRIP_COLUMNS,
                .scales = powers,
            };
            const double start = bench_now();
            (void)kernel_get()->train[spec->loss][spec->output](&pass);
            seconds += bench_now() - start;
        }
    return seconds;
}

// ---- once a step --------------------------------------------------------------------------------------------------

static double pass_optimizer(Step *step, int round)
{
    (void)round;
    const Model *model = &step->model;
    const Optimizer *optimizer = optimizer_get(model->spec.optimizer);
    const float scale = 1.0f / (DIGIT_PIXELS * ROUND_ROWS), rate = optimizer->find_rate(model->spec.lr, TRAINING_STEPS);
    const double start = bench_now();
    for (size_t i = 0; i < model->parameter_count; i += CHUNK_FLOATS) {
        const size_t rest = model->parameter_count - i;
        optimizer->update(step->backprop->parameters + i, step->state_m + i, step->state_v + i,
                          step->backprop->bands.gradient + i, rest < CHUNK_FLOATS ? rest : CHUNK_FLOATS, scale, rate);
    }
    return bench_now() - start;
}

static double pass_transpose(Step *step, int round)
{
    (void)round;
    const double start = bench_now();
    for (int band = 0; band < BANDS; band++)
        bands_refresh(step->backprop, band);
    return bench_now() - start;
}

// ---- the rows -----------------------------------------------------------------------------------------------------

double bench_first_product(const Bench *bench, const char *spec)
{
    return measure_rate(bench, spec, pass_first_product);
}

double bench_output_product(const Bench *bench, const char *spec)
{
    return measure_rate(bench, spec, pass_output_product);
}

double bench_output_gradient(const Bench *bench, const char *spec)
{
    return measure_rate(bench, spec, pass_output_gradient);
}

double bench_code_gradient(const Bench *bench, const char *spec)
{
    return measure_rate(bench, spec, pass_code_gradient);
}

double bench_first_gradient(const Bench *bench, const char *spec)
{
    return measure_rate(bench, spec, pass_first_gradient);
}

double bench_find_lit(const Bench *bench, const char *spec)
{
    return time_rounds(bench, spec, pass_find_lit) / IMAGES * 1e9;
}

double bench_output_pass(const Bench *bench, const char *spec)
{
    return time_rounds(bench, spec, pass_output) / IMAGES * 1e9;
}

double bench_optimizer(const Bench *bench, const char *spec)
{
    return time_rounds(bench, spec, pass_optimizer) / ROUNDS * 1e6;
}

double bench_transpose(const Bench *bench, const char *spec)
{
    return time_rounds(bench, spec, pass_transpose) / ROUNDS * 1e6;
}
