// Lane pass: many images side by side come out as one after the other do, of every kind of layer; as codes, too.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "isas.h"
#include "models/code.h"
#include "models/model_layers.h"

enum { PIXELS = 784, ROWS = 43 }; // two and a half times LANE_IMAGES, and some that go one by one

static const char *const specs[] = {
    "model=conv",
    "model=denoise,hidden=tanh,output=softmax",
    "layers=conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2",
    "layers=conv5k5v-pool-20-200-8x5x5-up-conv3-40,range=symmetric",
    "layers=conv16-pool-conv17-up-conv19",
    "layers=pool-conv2-up",
    "layers=30-sample4-30",
    "layers=32",
};

static float *make_parameters(const Model *model)
{
    Random random = random_stream(9, 1);
    float *parameters = floats_create(model->parameter_count);
    assert_non_null(parameters);
    model_init(model, parameters);
    for (int i = 0; i < model->layer_count; i++)
        for (int j = 0; j < model->layers[i].to.channels && model->layers[i].weight_rows > 0; j++)
            parameters[model->layers[i].bias_offset + (size_t)j] = 0.1f * isas_draw(&random);
    return parameters;
}

static void check_close(const char *spec, const char *what, const float *found, const float *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(found[i] - wanted[i]) <= 2e-5f * (1.0f + fabsf(wanted[i]))))
            fail_msg("%s: %s %zu is %.9g, alone it is %.9g", spec, what, i, (double)found[i], (double)wanted[i]);
}

static void check_spec(const char *text)
{
    Spec spec;
    Error error = {""};
    if (!spec_parse(&spec, text, &error))
        fail_msg("%s: %s", text, error.text);
    const Model model = model_create(&spec, PIXELS);
    Workspace many, one;
    assert_true(workspace_init(&many, &model, ROWS, NULL) && workspace_init(&one, &model, 1, NULL));
    const size_t units = (size_t)code_units(&model), count = (size_t)ROWS * PIXELS;
    float *parameters = make_parameters(&model), *x = floats_create(count), *p[3], *z[3], *codes[2];
    Random random = random_stream(3, 2);
    for (size_t i = 0; i < count; i++)
        x[i] = fmaxf(isas_draw(&random), 0.0f);
    for (int i = 0; i < 3; i++)
        p[i] = floats_create(count), z[i] = floats_create(count);
    for (int i = 0; i < 2; i++)
        codes[i] = floats_create(ROWS * units);
    model_forward(&model, parameters, &many, x, ROWS, z[0], p[0]);
    code_take(&model, &many, ROWS, codes[0]);
    for (size_t row = 0; row < ROWS; row++) {
        model_forward(&model, parameters, &one, x + row * PIXELS, 1, z[1] + row * PIXELS, p[1] + row * PIXELS);
        code_take(&model, &one, 1, codes[1] + row * units);
    }
    check_close(text, "logit", z[0], z[1], count);
    check_close(text, "output", p[0], p[1], count);
    check_close(text, "code", codes[0], codes[1], ROWS * units);
    code_decode(&model, parameters, &many, codes[0], ROWS, z[2], p[2]);
    check_close(text, "decoded", p[2], p[1], count);
    model_forward(&model, parameters, &many, x, ROWS, z[2], p[2]); // nothing of the decoding is left
    assert_memory_equal(z[2], z[0], count * sizeof **z);
    for (int i = 0; i < 3; i++)
        floats_free(p[i]), floats_free(z[i]);
    for (int i = 0; i < 2; i++)
        floats_free(codes[i]);
    floats_free(x), floats_free(parameters);
    workspace_free(&many), workspace_free(&one);
}

static void check_specs(const Kernel *kernel)
{
    (void)kernel;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        check_spec(specs[i]);
}

static void many_come_out_as_one_alone(void **state)
{
    (void)state;
    isas_try_each(check_specs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_come_out_as_one_alone)};
    return cmocka_run_group_tests_name("lane_pass", tests, NULL, NULL);
}
