// The code: both halves of the forward pass against the whole, bit for bit; weights against differences of outputs;
// what units do over a set against a plain count.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "isas.h"
#include "measuring/code_facts.h"
#include "models/model_layers.h"
#include "synthetic.h"

enum { IMAGES = 700, ROWS = 70, PIXELS = DIGIT_PIXELS }; // more than a shard's

static ImageSet set;

static int begin(void **state)
{
    (void)state;
    set = synthetic_create(IMAGES, PIXELS, 5);
    return 0;
}

static int end(void **state)
{
    (void)state;
    synthetic_free(&set);
    return 0;
}

typedef struct Case {
    Model model;
    float *parameters, *x; // x (ROWS, PIXELS)
    Workspace workspace;
} Case;

static Case start(const char *text)
{
    const Spec spec = synthetic_spec(text);
    Case out = {.model = model_create(&spec, PIXELS)};
    out.parameters = floats_create(out.model.parameter_count);
    out.x = malloc((size_t)ROWS * PIXELS * sizeof *out.x);
    assert_true(out.parameters && out.x && workspace_init(&out.workspace, &out.model, ROWS, NULL));
    model_init(&out.model, out.parameters);
    for (int i = 0; i < out.model.layer_count; i++) // biases that are not zero
        for (int j = 0; j < out.model.layers[i].out; j++)
            out.parameters[out.model.layers[i].bias_offset + (size_t)j] = 0.03f * (float)(j % 7 - 3);
    for (size_t i = 0; i < (size_t)ROWS * PIXELS; i++)
        out.x[i] = (float)set.pixels[i] / 255.0f;
    return out;
}

static void finish(Case *c)
{
    workspace_free(&c->workspace);
    floats_free(c->parameters);
    free(c->x);
}

static const char *const specs[] = {"",
                                    "layers=1,hidden=tanh",
                                    "layers=17,hidden=elu,output=linear",
                                    "layers=40,8,24,hidden=gelu,output=relu",
                                    "layers=8,40,hidden=sigmoid",
                                    "layers=40,8,loss=mse,output=softplus",
                                    "layers=128,64,32,64,128"};
enum { SPECS = sizeof specs / sizeof *specs };

static void halves_make_the_whole(const Kernel *kernel)
{
    static float z[ROWS * PIXELS], p[ROWS * PIXELS], z2[ROWS * PIXELS], p2[ROWS * PIXELS], codes[ROWS * SPEC_WIDTH_MAX];
    static const int counts[] = {1, 3, 64, ROWS};
    for (int i = 0; i < SPECS; i++) {
        Case c = start(specs[i]);
        for (size_t j = 0; j < sizeof counts / sizeof *counts; j++) {
            const size_t size = (size_t)counts[j] * PIXELS * sizeof *z;
            model_forward(&c.model, c.parameters, &c.workspace, c.x, counts[j], z, p);
            code_encode(&c.model, c.parameters, &c.workspace, c.x, counts[j], codes);
            for (int layer = 0; layer < c.model.layer_count; layer++) // nothing of the encoding may be left over
                memset(c.workspace.values[layer], 0xff, (size_t)ROWS * c.model.layers[layer].stride * sizeof(float));
            code_decode(&c.model, c.parameters, &c.workspace, codes, counts[j], z2, p2);
            if (memcmp(z, z2, size) != 0 || memcmp(p, p2, size) != 0)
                fail_msg("%s: %s, %d rows: decoded is not the forward pass", kernel->name, specs[i], counts[j]);
            code_decode(&c.model, c.parameters, &c.workspace, codes, counts[j], NULL, p2);
            assert_memory_equal(p, p2, size);
        }
        finish(&c);
    }
}

static void every_instruction_set_makes_the_whole(void **state)
{
    (void)state;
    isas_try_each(halves_make_the_whole);
}

static void a_code_is_of_the_narrowest_layer(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int units;
        bool is_first, is_last;
    } rows[] = {{"layers=32", 32, true, true},     {"layers=40,8,24", 8, false, false},
                {"layers=8,40", 8, true, false},   {"layers=40,8", 8, false, true},
                {"layers=8,40,8", 8, true, false}, {"layers=2048", 2048, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Spec spec = synthetic_spec(rows[i].spec);
        const Model model = model_create(&spec, PIXELS);
        assert_int_equal(code_units(&model), rows[i].units);
        assert_true(code_is_first(&model) == rows[i].is_first && code_is_last(&model) == rows[i].is_last);
    }
}

// What one unit draws on a linear output is its row of the last layer; what one pixel adds is its encoder weight.
static void weights_are_differences(void **state)
{
    (void)state;
    enum { UNITS = 17, UNIT = 16, PIXEL = 400 };
    Case c = start("layers=17,output=linear");
    for (int unit = 0; unit < UNITS; unit++) // so that no unit is cut
        c.parameters[c.model.layers[0].bias_offset + (size_t)unit] = 1.0f;
    float codes[2 * UNITS] = {0}, weights[PIXELS], code[2 * UNITS], x[2 * PIXELS] = {0};
    static float z[2 * PIXELS];
    codes[UNITS + UNIT] = 1.0f;
    code_decode(&c.model, c.parameters, &c.workspace, codes, 2, z, NULL);
    code_decoder_weights(&c.model, c.parameters, UNIT, weights);
    for (int i = 0; i < PIXELS; i++)
        assert_true(fabsf(z[PIXELS + i] - z[i] - weights[i]) < 1e-6f);
    x[PIXELS + PIXEL] = 1.0f;
    code_encode(&c.model, c.parameters, &c.workspace, x, 2, code);
    for (int unit = 0; unit < UNITS; unit++) {
        code_encoder_weights(&c.model, c.parameters, unit, weights);
        assert_true(fabsf(code[UNITS + unit] - code[unit] - weights[PIXEL]) < 1e-6f);
    }
    finish(&c);
}

// ---- over a set ---------------------------------------------------------------------------------------------------

// Dead: 0 for every image; the same for every image; nearly so. And one that is just not dead.
static void kill_units(Case *c)
{
    const Layer *layer = &c->model.layers[0];
    for (size_t pixel = 0; pixel < PIXELS; pixel++)
        for (size_t unit = 0; unit < 4; unit++)
            c->parameters[layer->weight_offset + pixel * layer->stride + unit] *= unit < 2    ? 0.0f
                                                                                  : unit == 2 ? 1e-8f
                                                                                              : 1e-3f;
    c->parameters[layer->bias_offset] = -1.0f;
    c->parameters[layer->bias_offset + 1] = 0.5f;
    c->parameters[layer->bias_offset + 2] = 0.0f;
    c->parameters[layer->bias_offset + 3] = 1.0f;
}

static void units_over_a_set(void **state)
{
    (void)state;
    Pool *pool = pool_create(2, NULL), *alone = pool_create(1, NULL);
    static CodeFacts facts, again;
    static float codes[IMAGES * 24], x[PIXELS];
    static const char *const hidden[] = {"layers=24,hidden=relu", "layers=24,hidden=tanh"};
    for (int i = 0; i < 2; i++) {
        Case c = start(hidden[i]);
        kill_units(&c);
        assert_true(code_facts_measure(&c.model, c.parameters, &set, IMAGES, pool, &facts, NULL));
        assert_true(code_facts_measure(&c.model, c.parameters, &set, IMAGES, alone, &again, NULL));
        assert_memory_equal(&facts, &again, sizeof facts);
        assert_int_equal(facts.images, IMAGES);
        assert_int_equal(facts.units, 24);
        for (int image = 0; image < IMAGES; image++) {
            for (int pixel = 0; pixel < PIXELS; pixel++)
                x[pixel] = (float)set.pixels[image * PIXELS + pixel] / 255.0f;
            code_encode(&c.model, c.parameters, &c.workspace, x, 1, codes + image * 24);
        }
        double all = 0;
        int dead = 0;
        for (int unit = 0; unit < 24; unit++) {
            double mean = 0, zeros = 0, least = INFINITY, most = -INFINITY, variance = 0;
            for (int image = 0; image < IMAGES; image++) {
                const double value = (double)codes[image * 24 + unit];
                mean += value / IMAGES;
                zeros += value == 0.0;
                least = fmin(least, value);
                most = fmax(most, value);
            }
            for (int image = 0; image < IMAGES; image++)
                variance += pow((double)codes[image * 24 + unit] - mean, 2) / IMAGES;
            assert_true(fabs((double)facts.mean[unit] - mean) < 1e-5);
            assert_true(fabs((double)facts.zero_share[unit] - zeros / IMAGES) < 0.5 / IMAGES);
            assert_true(fabs((double)facts.least[unit] - least) < 1e-4 && fabs((double)facts.most[unit] - most) < 1e-4);
            assert_true(facts.is_dead[unit] == (variance < 1e-12));
            all += mean / 24;
            dead += variance < 1e-12;
        }
        assert_true(facts.is_dead[0] && facts.is_dead[1] && facts.is_dead[2] && !facts.is_dead[3]);
        assert_true(facts.zero_share[0] == (i == 0 ? 1.0f : 0.0f) && facts.zero_share[1] == 0.0f);
        assert_int_equal(facts.dead_count, dead);
        assert_true(fabs(facts.mean_all - all) < 1e-5);
        finish(&c);
    }
    pool_destroy(pool);
    pool_destroy(alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_makes_the_whole),
        cmocka_unit_test(a_code_is_of_the_narrowest_layer),
        cmocka_unit_test(weights_are_differences),
        cmocka_unit_test(units_over_a_set),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
