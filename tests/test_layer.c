// Each kind of layer against its definition, written down plainly in double, and its way back against differences of
// that.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "isas.h"
#include "kernels/kernel.h"
#include "models/lane.h"
#include "models/layer.h"
#include "naive.h"
#include "random.h"

enum { ROWS = 3 };

// ---- one layer in both ------------------------------------------------------------------------------------------

typedef struct Case {
    LayerPlan plan;
    int channels, height, width; // of what comes in; height 0: units
    int out_channels, out_height, out_width;
    int above; // zeros
} Case;

typedef struct Trial {
    Layer layer;
    size_t parameters;
    float *values, *x, *z, *slope, *gradient, *upstream, *scratch;
    double *values64, *x64, *z64;
} Trial;

static float *make_noise(size_t count, uint64_t seed, const Shape *shape)
{
    float *noise = floats_create(count);
    assert_non_null(noise);
    Random random = random_stream((uint32_t)seed, 7);
    for (size_t i = 0; i < count; i++)
        noise[i] = (float)(2.0 * random_uniform(&random) - 1.0);
    if (!shape)
        return noise;
    float *without_gaps = floats_create(count); // zeroed
    for (size_t row = 0; row < count / shape->stride; row++)
        for (int n = 0; n < shape_count(shape); n++) {
            const size_t at = row * shape->stride + naive_place(shape, n);
            without_gaps[at] = noise[at];
        }
    floats_free(noise);
    return without_gaps;
}

static double *widen(const float *values, size_t count)
{
    double *wide = calloc(count, sizeof *wide);
    assert_non_null(wide);
    for (size_t i = 0; i < count; i++)
        wide[i] = (double)values[i];
    return wide;
}

static void open_trial(Trial *trial, const Case *c)
{
    Error error = {""};
    const Shape in = c->height ? shape_of_picture(c->channels, c->height, c->width) : shape_of_units(c->channels);
    trial->parameters = 32; // of a layer before it
    if (!layer_plan(&c->plan, &in, &trial->parameters, &trial->layer, &error))
        fail_msg("%s", error.text);
    const Layer *layer = &trial->layer;
    trial->values = make_noise(trial->parameters, 1, NULL);
    for (size_t i = 0; i < layer->weight_rows; i++) // a model's gaps are zero
        for (size_t j = 0; j < layer->stride; j++)
            if ((int)j >= (layer->kind == LAYER_UNCONV ? layer->from.channels : layer->to.channels))
                trial->values[layer->weight_offset + i * layer->stride + j] = 0;
    for (size_t j = layer->bias_offset + (size_t)layer->to.channels; j < trial->parameters; j++)
        trial->values[j] = 0;
    trial->x = make_noise(ROWS * layer->from.stride, 2, &layer->from);
    trial->slope = make_noise(ROWS * layer->to.stride, 3, &layer->to);
    trial->z = make_noise(ROWS * layer->to.stride, 4, NULL);
    trial->gradient = floats_create(trial->parameters);
    trial->upstream = make_noise(ROWS * layer->from.stride, 5, NULL);
    trial->scratch = make_noise(layer->scratch + 1, 6, NULL);
    trial->values64 = widen(trial->values, trial->parameters);
    trial->x64 = widen(trial->x, ROWS * layer->from.stride);
    trial->z64 = calloc(layer->to.stride, sizeof *trial->z64);
}

static void close_trial(Trial *trial)
{
    floats_free(trial->values);
    floats_free(trial->x);
    floats_free(trial->slope);
    floats_free(trial->z);
    floats_free(trial->gradient);
    floats_free(trial->upstream);
    floats_free(trial->scratch);
    free(trial->values64);
    free(trial->x64);
    free(trial->z64);
}

// ---- pictures over lanes ------------------------------------------------------------------------------------------

// A layer as the only stage of a model, with its arrays; units are rows.
typedef struct Lanes {
    Stage stage;
    StageArrays arrays;
    float *x, *given, *upstream, *scratch;
} Lanes;

static float *make_array(const Grid *grid, const Shape *shape)
{
    float *array = floats_create(grid->size > 0 ? grid->size : ROWS * shape->stride);
    assert_non_null(array);
    return array;
}

static void put(const Grid *grid, const Shape *shape, const float *rows, float *to)
{
    if (grid->size > 0)
        grid_from_rows(grid, rows, shape->plane, shape->stride, ROWS, to);
    else
        memcpy(to, rows, ROWS * shape->stride * sizeof *to);
}

static void take(const Grid *grid, const Shape *shape, const float *from, float *rows)
{
    if (grid->size > 0)
        grid_to_rows(grid, from, ROWS, rows, shape->plane, shape->stride);
    else
        memcpy(rows, from, ROWS * shape->stride * sizeof *rows);
}

static Grid compact(const Shape *shape) { return shape_is_picture(shape) ? grid_of(shape, (Margin){0}) : (Grid){0}; }

static Lanes open_lanes(const Layer *layer)
{
    Lanes lanes;
    assert_int_equal(stage_list(layer, 1, &lanes.stage), 1);
    const Grid in = compact(&layer->given), out = compact(&layer->to);
    lanes.x = make_array(&lanes.stage.x, &layer->given);
    lanes.given = make_array(&out, &layer->to);
    lanes.upstream = make_array(&in, &layer->given);
    lanes.scratch = make_noise(lanes.stage.scratch + 1, 8, NULL);
    lanes.arrays = (StageArrays){.value = make_array(&lanes.stage.value, &layer->to),
                                 .slope = make_array(&lanes.stage.slope, &layer->to),
                                 .pooled = make_array(&out, &layer->to),
                                 .chosen = make_array(&out, &layer->to)};
    return lanes;
}

static void close_lanes(Lanes *lanes)
{
    floats_free(lanes->x), floats_free(lanes->given), floats_free(lanes->upstream), floats_free(lanes->scratch);
    floats_free(lanes->arrays.value), floats_free(lanes->arrays.slope), floats_free(lanes->arrays.pooled);
    floats_free(lanes->arrays.chosen);
}

// z (NULL: not wanted) and the way back, as LayerBackward has them.
static void go_both_ways(const Layer *layer, const LayerBackward *pass, float *z)
{
    Lanes lanes = open_lanes(layer);
    const Grid in = compact(&layer->given), out = compact(&layer->to);
    put(&lanes.stage.x, &layer->given, pass->x, lanes.x);
    stage_forward(&lanes.stage, pass->parameters, NULL, lanes.x, ROWS, &lanes.arrays, lanes.scratch);
    if (z)
        take(&lanes.stage.value, &layer->to, lanes.arrays.value, z);
    put(&out, &layer->to, pass->slope, lanes.given);
    const StageBackward back = {.rows = ROWS,
                                .parameters = pass->parameters,
                                .x = lanes.x,
                                .arrays = &lanes.arrays,
                                .given = lanes.given,
                                .gradient = pass->gradient,
                                .upstream = lanes.upstream,
                                .scratch = lanes.scratch};
    stage_backward(&lanes.stage, &back);
    memset(pass->upstream, 0, ROWS * layer->given.stride * sizeof *pass->upstream);
    take(&in, &layer->given, lanes.upstream, pass->upstream);
    close_lanes(&lanes);
}

static void go_back(const Layer *layer, const LayerBackward *pass)
{
    if (shape_is_picture(&layer->from) || shape_is_picture(&layer->to))
        go_both_ways(layer, pass, NULL);
    else
        layer_backward(layer, pass);
}

// ---- cases --------------------------------------------------------------------------------------------------------

static const Case cases[] = {
    {{.kind = LAYER_DENSE, .count = 20}, 37, 0, 0, 20, 1, 1, 0},
    {{.kind = LAYER_DENSE, .count = 1}, 1, 0, 0, 1, 1, 1, 0},
    {{.kind = LAYER_CONV, .count = 16, .side = 3, .step = 1}, 1, 28, 28, 16, 28, 28, 1},
    {{.kind = LAYER_CONV, .count = 8, .side = 3, .step = 1}, 16, 14, 14, 8, 14, 14, 1},
    {{.kind = LAYER_CONV, .count = 3, .side = 3, .step = 1, .is_valid = true}, 5, 16, 16, 3, 14, 14, 0},
    {{.kind = LAYER_CONV, .count = 17, .side = 5, .step = 1}, 3, 7, 9, 17, 7, 9, 2},
    {{.kind = LAYER_CONV, .count = 16, .side = 3, .step = 1}, 17, 7, 8, 16, 7, 8, 1}, // enough for patches
    {{.kind = LAYER_CONV, .count = 19, .side = 3, .step = 1, .is_valid = true}, 16, 9, 6, 19, 7, 4, 0},
    {{.kind = LAYER_CONV, .count = 16, .side = 3, .step = 1}, 16, 1, 19, 16, 1, 19, 1},
    {{.kind = LAYER_CONV, .count = 18, .side = 3, .step = 1}, 16, 13, 14, 18, 13, 14, 1}, // of patches and their edges
    {{.kind = LAYER_CONV, .count = 16, .side = 3, .step = 1, .is_valid = true}, 17, 4, 11, 16, 2, 9, 0},
    {{.kind = LAYER_CONV, .count = 4, .side = 3, .step = 2}, 2, 28, 28, 4, 14, 14, 0},
    {{.kind = LAYER_CONV, .count = 4, .side = 3, .step = 2}, 2, 7, 7, 4, 4, 4, 1},
    {{.kind = LAYER_CONV, .count = 2, .side = 4, .step = 3, .is_valid = true}, 2, 12, 11, 2, 3, 3, 0},
    {{.kind = LAYER_CONV, .count = 5, .side = 1, .step = 1}, 6, 3, 3, 5, 3, 3, 0},
    {{.kind = LAYER_CONV, .count = 2, .side = 15, .step = 1}, 1, 4, 4, 2, 4, 4, 7},     // wider than the picture
    {{.kind = LAYER_CONV, .count = 1, .side = 1, .step = 3}, 1, 7, 7, 1, 3, 3, 0},      // steps over pixels
    {{.kind = LAYER_CONV, .count = 67, .side = 3, .step = 2}, 17, 11, 11, 67, 6, 6, 1}, // more than a panel holds
    {{.kind = LAYER_UNCONV, .count = 6, .side = 3, .step = 2}, 4, 7, 7, 6, 14, 14, 0},
    {{.kind = LAYER_UNCONV, .count = 67, .side = 3, .step = 2}, 33, 5, 5, 67, 10, 10, 0},
    {{.kind = LAYER_UNCONV, .count = 1, .side = 3, .step = 1}, 8, 28, 28, 1, 28, 28, 1},
    {{.kind = LAYER_UNCONV, .count = 2, .side = 4, .step = 2, .is_valid = true}, 3, 5, 6, 2, 12, 14, 0},
    {{.kind = LAYER_UNCONV, .count = 2, .side = 2, .step = 3}, 3, 3, 3, 2, 9, 9, 0},
    {{.kind = LAYER_POOL}, 3, 28, 28, 3, 14, 14, 0},
    {{.kind = LAYER_POOL}, 8, 7, 7, 8, 4, 4, 0},
    {{.kind = LAYER_POOL}, 2, 1, 5, 2, 1, 3, 0},
    {{.kind = LAYER_UP}, 8, 4, 4, 8, 8, 8, 0},
    {{.kind = LAYER_UP}, 2, 1, 3, 2, 2, 6, 0},
    {{.kind = LAYER_FLATTEN}, 8, 7, 7, 392, 1, 1, 0},
    {{.kind = LAYER_RESHAPE, .count = 8, .height = 7, .width = 7}, 392, 0, 0, 8, 7, 7, 0},
};
enum { CASES = sizeof cases / sizeof *cases };

static void check_close(double found, double wanted, double scale, const Layer *layer, const char *what, size_t at)
{
    if (!(fabs(found - wanted) <= 2e-6 * scale))
        fail_msg("%s, %s %zu: %.9g, not %.9g", layer_kind_key(layer->kind), what, at, found, wanted);
}

static void shapes(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        Trial trial;
        open_trial(&trial, &cases[i]);
        const Shape *out = &trial.layer.to;
        if (out->channels != cases[i].out_channels || out->height != cases[i].out_height ||
            out->width != cases[i].out_width || trial.layer.above != cases[i].above)
            fail_msg("case %d: %d x %d x %d, %d above", i, out->channels, out->height, out->width, trial.layer.above);
        assert_int_equal(out->stride % KERNEL_PAD, 0);
        assert_int_equal(trial.parameters % KERNEL_PAD, 0);
        close_trial(&trial);
    }
}

static void forward_is_its_definition(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        Trial trial;
        open_trial(&trial, &cases[i]);
        const Layer *layer = &trial.layer;
        layer_forward(layer, trial.values, trial.x, ROWS, trial.z, trial.scratch);
        const bool has_lanes = shape_is_picture(&layer->from) || shape_is_picture(&layer->to);
        float *z = floats_create(ROWS * layer->to.stride);
        LayerBackward pass = {.parameters = trial.values,
                              .x = trial.x,
                              .slope = trial.slope,
                              .gradient = trial.gradient,
                              .upstream = trial.upstream};
        if (has_lanes)
            go_both_ways(layer, &pass, z);
        for (size_t row = 0; row < ROWS; row++) {
            naive_forward(layer, trial.values64, trial.x64 + row * layer->from.stride, trial.z64);
            for (int n = 0; n < shape_count(&layer->to); n++) {
                const size_t at = naive_place(&layer->to, n);
                check_close((double)trial.z[row * layer->to.stride + at], trial.z64[at],
                            1.0 + sqrt((double)layer->weight_rows), layer, "value", at);
                if (has_lanes)
                    check_close((double)z[row * layer->to.stride + at], trial.z64[at],
                                1.0 + sqrt((double)layer->weight_rows), layer, "value over lanes", at);
            }
        }
        floats_free(z);
        for (size_t n = 0; n < ROWS * layer->to.stride; n++)
            assert_true(isfinite(trial.z[n])); // gaps too
        close_trial(&trial);
    }
}

// L = sum of slope z, of one image: linear in each parameter and, but for pool's corners, in each input.
static double find_objective(Trial *trial, size_t row)
{
    const Layer *layer = &trial->layer;
    double sum = 0.0;
    naive_forward(layer, trial->values64, trial->x64 + row * layer->from.stride, trial->z64);
    for (int n = 0; n < shape_count(&layer->to); n++)
        sum += (double)trial->slope[row * layer->to.stride + naive_place(&layer->to, n)] *
               trial->z64[naive_place(&layer->to, n)];
    return sum;
}

static double find_difference(Trial *trial, double *number, size_t first_row, size_t rows)
{
    const double step = 1e-4, before = *number;
    double difference = 0.0;
    for (size_t row = first_row; row < first_row + rows; row++) {
        *number = before + step;
        difference += find_objective(trial, row);
        *number = before - step;
        difference -= find_objective(trial, row);
        *number = before;
    }
    return difference / (2.0 * step);
}

static void go_back_through(Trial *trial)
{
    go_back(&trial->layer, &(LayerBackward){.rows = ROWS,
                                            .parameters = trial->values,
                                            .x = trial->x,
                                            .z = trial->z,
                                            .slope = trial->slope,
                                            .gradient = trial->gradient,
                                            .upstream = trial->upstream,
                                            .scratch = trial->scratch});
}

static void backward_is_the_slope_of_its_definition(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        Trial trial;
        open_trial(&trial, &cases[i]);
        const Layer *layer = &trial.layer;
        trial.gradient[0] = 5; // of another layer
        go_back_through(&trial);
        assert_true(trial.gradient[0] == 5.0f);
        const int inputs = shape_count(&layer->from), step = inputs / 23 + 1;
        for (int n = 0; n < inputs; n += step) {
            const size_t at = (size_t)(n % ROWS) * layer->from.stride + naive_place(&layer->from, n);
            const double wanted = find_difference(&trial, &trial.x64[at], (size_t)(n % ROWS), 1);
            check_close((double)trial.upstream[at], wanted, 4.0 + sqrt((double)layer->to.stride), layer, "dL/dx", at);
        }
        for (size_t n = layer->weight_offset; n < trial.parameters; n += (trial.parameters - 32) / 37 + 1) {
            const double wanted = find_difference(&trial, &trial.values64[n], 0, ROWS);
            check_close((double)trial.gradient[n], wanted, 4.0 + 4.0 * sqrt((double)layer->to.stride), layer,
                        "gradient", n);
        }
        close_trial(&trial);
    }
}

// Gaps of slopes stay zero, gaps of the parameters' gradient too: a model's gaps never become anything.
static void gaps_stay_zero(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        Trial trial;
        open_trial(&trial, &cases[i]);
        const Layer *layer = &trial.layer;
        go_back_through(&trial);
        float *is_number = floats_create(layer->from.stride);
        for (int n = 0; n < shape_count(&layer->from); n++)
            is_number[naive_place(&layer->from, n)] = 1;
        for (size_t n = 0; n < ROWS * layer->from.stride; n++)
            if (is_number[n % layer->from.stride] == 0 && trial.upstream[n] != 0.0f)
                fail_msg("%s, case %d: %g in a gap of dL/dx", layer_kind_key(layer->kind), i,
                         (double)trial.upstream[n]);
        for (size_t n = layer->weight_offset; n < trial.parameters; n++)
            if (trial.values[n] == 0.0f && trial.gradient[n] != 0.0f)
                fail_msg("%s, case %d: %g in a gap of the gradient", layer_kind_key(layer->kind), i,
                         (double)trial.gradient[n]);
        floats_free(is_number);
        close_trial(&trial);
    }
}

// A convolution that doubles its picture along the way does what `up` and it do one after the other.
static void folded_is_one_after_the_other(void **state)
{
    (void)state;
    static const struct {
        int channels, height, width, count, side;
        bool is_valid;
    } pairs[] = {{8, 14, 14, 1, 3, false}, {3, 4, 4, 8, 3, false}, {8, 8, 8, 16, 3, true}, {2, 5, 7, 3, 5, false},
                 {2, 3, 4, 2, 4, true},    {1, 1, 1, 2, 1, false}, {3, 2, 3, 5, 2, false}, {1, 3, 2, 1, 15, false},
                 {16, 7, 5, 18, 3, false}, {17, 8, 3, 16, 3, true}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        Layer up, convolution, folded;
        size_t offset = 16;
        const Shape in = shape_of_picture(pairs[i].channels, pairs[i].height, pairs[i].width);
        assert_true(layer_plan(&(LayerPlan){.kind = LAYER_UP}, &in, &offset, &up, NULL));
        assert_true(layer_plan(&(LayerPlan){.kind = LAYER_CONV,
                                            .count = pairs[i].count,
                                            .side = pairs[i].side,
                                            .step = 1,
                                            .is_valid = pairs[i].is_valid},
                               &up.to, &offset, &convolution, NULL));
        folded = convolution;
        layer_fold(&up, &folded);
        assert_true(up.is_folded && folded.scale == 2);
        float *parameters = make_noise(offset, 1, NULL), *x = make_noise(ROWS * in.stride, 2, &in);
        float *slope = make_noise(ROWS * folded.to.stride, 3, &folded.to), *large = floats_create(ROWS * up.to.stride);
        float *large_slope = floats_create(ROWS * up.to.stride), *z[3], *gradient[2], *upstream[2];
        float *scratch = make_noise(folded.scratch + convolution.scratch + up.scratch + 1, 4, NULL);
        for (size_t row = 0; row < folded.weight_rows; row++)
            for (size_t j = (size_t)pairs[i].count; j < folded.stride; j++)
                parameters[folded.weight_offset + row * folded.stride + j] = 0;
        for (int j = 0; j < 3; j++)
            z[j] = floats_create(ROWS * folded.to.stride);
        for (int j = 0; j < 2; j++) {
            gradient[j] = floats_create(offset);
            upstream[j] = make_noise(ROWS * in.stride, 5, NULL);
        }
        up.is_folded = false;
        layer_forward(&up, parameters, x, ROWS, large, scratch);
        layer_forward(&convolution, parameters, large, ROWS, z[0], scratch);
        layer_forward(&folded, parameters, x, ROWS, z[1], scratch);
        LayerBackward pass = {.rows = ROWS,
                              .parameters = parameters,
                              .x = large,
                              .z = z[0],
                              .slope = slope,
                              .gradient = gradient[0],
                              .upstream = large_slope,
                              .scratch = scratch};
        go_back(&convolution, &pass);
        go_back(
            &up,
            &(LayerBackward){
                .rows = ROWS, .x = x, .z = large, .slope = large_slope, .upstream = upstream[0], .scratch = scratch});
        pass.x = x, pass.z = z[1], pass.gradient = gradient[1], pass.upstream = upstream[1];
        go_both_ways(&folded, &pass, z[2]);
        const double scale = 2.0 + sqrt((double)folded.weight_rows) + sqrt((double)folded.to.stride);
        for (size_t n = 0; n < ROWS * folded.to.stride; n++) {
            check_close((double)z[1][n], (double)z[0][n], scale, &folded, "folded value", n);
            check_close((double)z[2][n], (double)z[0][n], scale, &folded, "folded value over lanes", n);
        }
        for (size_t n = 0; n < ROWS * in.stride; n++)
            check_close((double)upstream[1][n], (double)upstream[0][n], scale, &folded, "folded dL/dx", n);
        for (size_t n = 0; n < offset; n++)
            check_close((double)gradient[1][n], (double)gradient[0][n], 4.0 * scale, &folded, "folded gradient", n);
        for (int j = 0; j < 2; j++) {
            floats_free(gradient[j]);
            floats_free(upstream[j]);
        }
        for (int j = 0; j < 3; j++)
            floats_free(z[j]);
        floats_free(parameters), floats_free(x), floats_free(slope), floats_free(large), floats_free(large_slope);
        floats_free(scratch);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const struct {
        LayerPlan plan;
        Shape in;
        const char *sentence;
    } bad[] = {
        {{.kind = LAYER_POOL}, shape_of_picture(8, 1, 1), "a picture of 1 x 1 has nothing to pool"},
        {{.kind = LAYER_CONV, .count = 4, .side = 5, .step = 1, .is_valid = true},
         shape_of_picture(1, 4, 6),
         "a window of 5 x 5 does not fit into a picture of 4 x 6"},
        {{.kind = LAYER_RESHAPE, .count = 8, .height = 7, .width = 7},
         shape_of_units(400),
         "400 units are no 8 channels of 7 x 7, which are 392"},
        {{.kind = LAYER_UP}, shape_of_picture(2048, 16, 16), "at most 131072 are allowed"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Error error = {""};
        Layer layer;
        size_t offset = 16;
        assert_false(layer_plan(&bad[i].plan, &bad[i].in, &offset, &layer, &error));
        assert_int_equal(offset, 16);
        if (!strstr(error.text, bad[i].sentence))
            fail_msg("%s", error.text);
    }
}

static void check_cases(const Kernel *kernel)
{
    (void)kernel;
    forward_is_its_definition(NULL);
    backward_is_the_slope_of_its_definition(NULL);
    gaps_stay_zero(NULL);
    folded_is_one_after_the_other(NULL);
}

static void every_instruction_set(void **state)
{
    (void)state;
    isas_try_each(check_cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),
        cmocka_unit_test(every_instruction_set),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("layer", tests, NULL, NULL);
}
