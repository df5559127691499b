// Gradients of models whose layers are not all dense: the engine's, read off one step of SGD (w1 = w0 - lr g), against
// finite differences of what is trained, in double. And the same weights for any number of threads.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "models/model_layers.h"
#include "models/pixels.h"
#include "models/range.h"
#include "models/sample.h"
#include "naive.h"
#include "random.h"
#include "synthetic.h"
#include "training/learner.h"

enum { PIXELS = 784, ROWS = 5, TRIED = 9 }; // parameters of a layer that are tried

// Parameters with which values lie on both sides of 0, gaps zero.
static float *make_parameters(const Model *model)
{
    float *parameters = floats_create(model->parameter_count);
    Random random = random_stream(5, 9);
    assert_non_null(parameters);
    model_init(model, parameters);
    for (int i = 0; i < model->layer_count; i++)
        for (int j = 0; j < model->layers[i].to.channels && model->layers[i].weight_rows > 0; j++)
            parameters[model->layers[i].bias_offset + (size_t)j] = (float)(random_uniform(&random) - 0.5) / 4.0f;
    if (model->log_sigma_offset > 0)
        parameters[model->log_sigma_offset] = -0.8f;
    return parameters;
}

// What each image's sample draws, (ROWS, LAYER_COUNT_MAX): of means and logarithms that are zero.
static double *draw_eps(const Model *model)
{
    double *eps = calloc((size_t)ROWS * MODEL_CODE_MAX, sizeof *eps);
    const Layer *layer = &model->layers[model->code_index];
    assert_non_null(eps);
    for (int row = 0; row < ROWS && layer->kind == LAYER_SAMPLE; row++) {
        float *zeros = floats_create(layer->from.stride), *z = floats_create(layer->to.stride);
        const uint64_t key = pixels_sample_key(&model->spec, 0, row);
        assert_true(zeros && z);
        sample_draw(layer, zeros, 1, &key, z);
        for (int i = 0; i < layer->to.channels; i++)
            eps[row * MODEL_CODE_MAX + i] = (double)z[i];
        floats_free(zeros);
        floats_free(z);
    }
    return eps;
}

typedef struct Trial {
    Model model;
    ImageSet set;
    PixelRange range;
    double *parameters, *eps;
} Trial;

static double find_objective(const Trial *trial)
{
    double sum = 0.0;
    for (size_t row = 0; row < ROWS; row++)
        sum += naive_objective(&trial->model, trial->parameters, trial->range, trial->set.pixels + row * PIXELS,
                               trial->eps + row * MODEL_CODE_MAX);
    return sum / ROWS;
}

static double find_difference(Trial *trial, size_t index)
{
    const double held = trial->parameters[index], step = 1e-6;
    trial->parameters[index] = held + step;
    const double above = find_objective(trial);
    trial->parameters[index] = held - step;
    const double below = find_objective(trial);
    trial->parameters[index] = held;
    return (above - below) / (2.0 * step);
}

// Some parameters of what lies in [first, first + rows * stride), `columns` of each row: the last, and such as are
// spread.
static void check_part(Trial *trial, const float *after, const char *text, int layer, size_t first, size_t rows,
                       size_t stride, size_t columns)
{
    const size_t count = rows * columns, tried = count < TRIED ? count : TRIED;
    double found[TRIED], wanted[TRIED], largest = 0.0;
    for (size_t i = 0; i < tried; i++) {
        const size_t n = i + 1 == tried ? count - 1 : i * (count / tried) + i % (count / tried);
        const size_t index = first + n / columns * stride + n % columns;
        found[i] = (trial->parameters[index] - (double)after[index]) / (double)trial->model.spec.lr;
        wanted[i] = find_difference(trial, index);
        largest = fmax(largest, fabs(wanted[i]));
    }
    for (size_t i = 0; i < tried; i++)
        if (!(fabs(found[i] - wanted[i]) <= 3e-4 * largest + 1e-7))
            fail_msg("%s: layer %d, parameter %zu of %zu: %.9g, by differences %.9g", text, layer, i, tried, found[i],
                     wanted[i]);
}

// Padding must stay zero: kernels read it.
static void check_gaps(const Model *model, const float *after)
{
    bool *is_number = calloc(model->parameter_count, sizeof *is_number);
    assert_non_null(is_number);
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        for (size_t row = 0; row < layer->weight_rows; row++)
            for (int column = 0; column < layer_columns(layer); column++)
                is_number[layer->weight_offset + row * layer->stride + (size_t)column] = true;
        for (int channel = 0; channel < layer->to.channels && layer->weight_rows > 0; channel++)
            is_number[layer->bias_offset + (size_t)channel] = true;
    }
    for (size_t i = 0; i < model->moments_offset; i++)
        assert_true(is_number[i] || after[i] == 0.0f);
    free(is_number);
}

static void check_spec(const char *rest, Pool *pool)
{
    char text[SPEC_TEXT_SIZE];
    (void)snprintf(text, sizeof text, "%s,optimizer=sgd,batch=%d", rest, ROWS);
    const Spec spec = synthetic_spec(text);
    Trial trial = {.model = model_create(&spec, PIXELS), .set = synthetic_create(ROWS, PIXELS, 4)};
    const Model *model = &trial.model;
    float *start = make_parameters(model);
    Learner *learner =
        learner_create(model, &(LearnerOptions){.train = &trial.set, .no_shuffle = true, .pool = pool}, NULL);
    assert_non_null(learner);
    range_set_moments(model, start, range_find_moments(trial.set.pixels, ROWS * PIXELS));
    trial.range = range_of(model, start);
    trial.eps = draw_eps(model);
    trial.parameters = calloc(model->parameter_count, sizeof *trial.parameters);
    assert_non_null(trial.parameters);
    for (size_t i = 0; i < model->parameter_count; i++)
        trial.parameters[i] = (double)start[i];
    learner_set_parameters(learner, start, 0);
    (void)learner_step(learner);
    const float *after = learner_parameters(learner);
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        if (layer->weight_rows == 0)
            continue;
        check_part(&trial, after, text, i, layer->weight_offset, layer->weight_rows, layer->stride,
                   (size_t)layer_columns(layer));
        check_part(&trial, after, text, i, layer->bias_offset, 1, 0, (size_t)layer->to.channels);
    }
    if (model->log_sigma_offset > 0)
        check_part(&trial, after, text, model->layer_count, model->log_sigma_offset, 1, 0, 1);
    check_gaps(model, after);
    learner_destroy(learner);
    floats_free(start);
    free(trial.parameters);
    free(trial.eps);
    synthetic_free(&trial.set);
}

static void whole_models_follow_their_slope(void **state)
{
    static const char *const texts[] = {
        "layers=conv3-pool-conv2-pool-conv2-up-up,lr=10",
        "layers=conv3s2-pool-conv2-pool-conv2v-up-up-unconv3k5v-conv2k5v-unconv2k7v-up,hidden=tanh,lr=10",
        "layers=conv3k4s2v-unconv2k4s2v-conv2s2-unconv3s2,loss=mse,output=linear,range=symmetric,hidden=elu,lr=10",
        "layers=conv2s2-pool-conv3-up-unconv2s2,l1=0.003,hidden=gelu,lr=10", // a code of planes with gaps
        "layers=20-sample3-15,hidden=tanh,reduce=sum,lr=0.1",
        "layers=20-sample3-15,hidden=tanh,reduce=mean,beta=0.5,l1=0.01,lr=10",
        ("layers=conv2s2-pool-9-sample2-8-2x2x2-unconv3k4s2v-unconv2k2s2v-pool-up-up-up-pool-unconv1k5v,"
         "beta=3,hidden=elu,lr=1"),
        "layers=conv3s2-conv2-up,output=softmax,lr=10",
        "layers=conv3s2-conv2-up,output=linear,range=standard,loss=huber,delta=0.7,hidden=sigmoid,lr=10",
        "layers=conv2s2-12-sample3-49-1x7x7-up-up,loss=gauss,output=tanh01,hidden=gelu,lr=1",
        "layers=30-98-2x7x7-conv3-up-unconv2s2,loss=cb,hidden=leaky_relu,lr=10", // the first layer is given bytes
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_spec(texts[i], *state);
}

// ---- threads ------------------------------------------------------------------------------------------------------

static void train(const Model *model, const ImageSet *set, int threads, float *after)
{
    Pool *pool = pool_create(threads, NULL);
    Learner *learner = learner_create(model, &(LearnerOptions){.train = set, .pool = pool}, NULL);
    assert_true(pool && learner);
    for (int i = 0; i < 4; i++) // the last batch of an epoch is smaller
        (void)learner_step(learner);
    memcpy(after, learner_parameters(learner), model->parameter_count * sizeof *after);
    learner_destroy(learner);
    pool_destroy(pool);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    static const char *const texts[] = {"model=conv,batch=37", "model=vae,batch=37,noise=0.2",
                                        "layers=conv4s2-conv6s2-16-sample2-294-6x7x7-unconv6s2-unconv4s2,batch=37"};
    ImageSet set = synthetic_create(100, PIXELS, 8);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const Spec spec = synthetic_spec(texts[i]);
        const Model model = model_create(&spec, PIXELS);
        float *alone = floats_create(model.parameter_count), *shared = floats_create(model.parameter_count);
        assert_true(alone && shared);
        train(&model, &set, 1, alone);
        for (int threads = 2; threads <= 4; threads++) {
            train(&model, &set, threads, shared);
            assert_memory_equal(alone, shared, model.parameter_count * sizeof *alone);
        }
        floats_free(alone);
        floats_free(shared);
    }
    synthetic_free(&set);
}

static int begin(void **state) { return (*state = pool_create(1, NULL)) ? 0 : -1; }

static int end(void **state)
{
    pool_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_models_follow_their_slope),
        cmocka_unit_test(threads_change_no_bit),
    };
    return cmocka_run_group_tests_name("gradient_layers", tests, begin, end);
}
