// Gradients: for every loss, output and hidden activation, the reference's against finite differences of its loss, and
// the engine's against the reference's. The engine's gradient is read off one step of SGD: w1 = w0 - lr g.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/activation.h"
#include "kernels/loss.h"
#include "random.h"
#include "reference.h"
#include "synthetic.h"
#include "training/learner.h"

enum { PIXELS = 32, ROWS = 3, LARGEST_COUNT = 1024 }; // not a square: independent pixels, in two bands

static Pool *pool;
static double largest_error;

static int begin(void **state)
{
    (void)state;
    pool = pool_create(1, NULL);
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    printf("largest error of the engine's gradient, relative to its norm: %.2g\n", largest_error);
    return 0;
}

// Weights whose outputs fall below 0, inside (0, 1) and above 1; rounded to float, so that both sides start alike.
static void draw_parameters(Reference *reference, Random *random)
{
    for (int i = 0; i < reference->layer_count; i++) {
        const double width = 1.5 / sqrt(reference->in[i]);
        const bool is_output = i == reference->layer_count - 1;
        for (size_t j = reference->weight[i]; j < reference->bias[i]; j++)
            reference->parameters[j] = (double)(float)(width * (2.0 * random_uniform(random) - 1.0));
        for (size_t j = reference->bias[i]; j < reference->bias[i] + (size_t)reference->out[i]; j++)
            reference->parameters[j] =
                (double)(float)(is_output ? 1.6 * random_uniform(random) - 0.3 : random_uniform(random) - 0.5);
    }
    if (reference->log_sigma > 0)
        reference->parameters[reference->log_sigma] = (double)(float)(random_uniform(random) - 1.5);
}

// Tries seeds until no z is near a kink.
static void find_smooth_place(Reference *reference, ImageSet *set, double *x)
{
    for (uint64_t seed = 1; seed < 20000; seed++) {
        Random random = random_stream(77, seed);
        synthetic_free(set);
        *set = synthetic_create(ROWS, PIXELS, seed);
        synthetic_convert(set, PIXELS, NULL, 0, ROWS, x);
        draw_parameters(reference, &random);
        (void)reference_learn(reference, x, x, ROWS, NULL);
        if (reference->smallest_margin > 1e-3)
            return;
    }
    fail_msg("no smooth place found for %s on %s with %s", reference->loss, reference->output, reference->hidden);
}

static void check_finite_differences(Reference *reference, const double *x, const char *text)
{
    double analytic[LARGEST_COUNT], norm = 0.0, difference = 0.0;
    assert_true(reference->count <= LARGEST_COUNT);
    memcpy(analytic, reference->gradient, reference->count * sizeof *analytic);
    for (size_t i = 0; i < reference->count; i++) {
        const double held = reference->parameters[i], h = 1e-6;
        double value[2], penalty;
        for (int side = 0; side < 2; side++) {
            reference->parameters[i] = held + (side ? h : -h);
            value[side] = reference_learn(reference, x, x, ROWS, &penalty);
            value[side] = reference->factor * (value[side] + penalty);
        }
        reference->parameters[i] = held;
        const double numeric = (value[1] - value[0]) / (2.0 * h);
        norm += analytic[i] * analytic[i];
        difference += (numeric - analytic[i]) * (numeric - analytic[i]);
    }
    memcpy(reference->gradient, analytic, reference->count * sizeof *analytic);
    assert_true(norm > 0.0);
    if (!(sqrt(difference) < 1e-6 * sqrt(norm)))
        fail_msg("%s: finite differences are off by %g of %g", text, sqrt(difference), sqrt(norm));
}

// Padding must stay zero: kernels read it. A layer's bias lies behind its weights like one more row.
static void check_padding(const Model *model, const float *parameters, const char *text)
{
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        assert_int_equal(layer->bias_offset, layer->weight_offset + (size_t)layer->in * layer->stride);
        for (size_t row = 0; row <= (size_t)layer->in; row++)
            for (size_t column = (size_t)layer->out; column < layer->stride; column++) {
                const float value = parameters[layer->weight_offset + row * layer->stride + column];
                if (value != 0.0f)
                    fail_msg("%s: padding of layer %d, row %zu, column %zu became %g", text, i, row, column,
                             (double)value);
            }
    }
    for (size_t i = 1; model->log_sigma_offset > 0 && i < model->parameter_count - model->log_sigma_offset; i++)
        assert_true(parameters[model->log_sigma_offset + i] == 0.0f);
}

static void check_engine(const Spec *spec, const Reference *reference, const ImageSet *set, const char *text)
{
    const Model model = model_create(spec, PIXELS);
    float *padded = malloc(model.parameter_count * sizeof *padded);
    double after[LARGEST_COUNT], norm = 0.0, difference = 0.0, largest = 0.0;
    Learner *learner = learner_create(&model, &(LearnerOptions){.train = set, .no_shuffle = true, .pool = pool}, NULL);
    assert_true(padded && learner);
    reference_export(&model, reference->parameters, padded);
    learner_set_parameters(learner, padded, 0);
    (void)learner_step(learner);
    reference_import(&model, learner_parameters(learner), after);
    for (size_t i = 0; i < reference->count; i++) {
        const double gradient = (reference->parameters[i] - after[i]) / (double)spec->lr;
        const double error = fabs(gradient - reference->gradient[i]);
        norm += reference->gradient[i] * reference->gradient[i];
        difference += error * error;
        largest = fmax(largest, error);
    }
    norm = sqrt(norm);
    largest_error = fmax(largest_error, sqrt(difference) / norm);
    if (!(sqrt(difference) < 1e-3 * norm) || !(largest < 1e-4 * norm))
        fail_msg("%s: engine is off by %g, at one element by %g, of %g", text, sqrt(difference), largest, norm);
    check_padding(&model, learner_parameters(learner), text);
    learner_destroy(learner);
    free(padded);
}

static void check_spec(const char *text)
{
    const Spec spec = synthetic_spec(text);
    Reference reference;
    ImageSet set = {0};
    double x[ROWS * PIXELS];
    reference_init(&reference, &spec, PIXELS);
    find_smooth_place(&reference, &set, x);
    check_finite_differences(&reference, x, text);
    check_engine(&spec, &reference, &set, text);
    synthetic_free(&set);
    reference_free(&reference);
}

// rest: the keys behind those that are tried in all combinations: each loss with each output, and those with each
// hidden activation, or with one after the other.
static void check_all(const char *rest, bool each_hidden)
{
    const int outputs = activation_count(OUTPUT_ACTIVATION), hiddens = activation_count(HIDDEN_ACTIVATION);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (int output = 0; output < outputs; output++)
            for (int hidden = 0; hidden < hiddens; hidden++) {
                char text[SPEC_TEXT_SIZE];
                if (!each_hidden && hidden != (loss * outputs + output) % hiddens)
                    continue;
                (void)snprintf(text, sizeof text, "loss=%s,output=%s,hidden=%s,optimizer=sgd,lr=100,batch=%d,%s",
                               loss_get(loss)->key, activation_get(OUTPUT_ACTIVATION, output)->key,
                               activation_get(HIDDEN_ACTIVATION, hidden)->key, ROWS, rest);
                check_spec(text);
            }
}

static void every_combination_on_one_hidden_layer(void **state)
{
    (void)state;
    check_all("layers=5", true);
}

static void every_combination_on_a_deep_model(void **state)
{
    (void)state;
    check_all("layers=7,3,7", false);
}

static void every_combination_with_a_penalty(void **state)
{
    (void)state;
    check_all("layers=6,4,18,5,l1=0.03", false);
}

// Targets below 0, too: what BCE makes of them is its formula's.
static void other_ranges(void **state)
{
    (void)state;
    static const char *const pairs[] = {"loss=mse,output=linear",  "loss=mse,output=tanh",   "loss=mae,output=linear",
                                        "loss=bce,output=sigmoid", "loss=bce,output=tanh01", "loss=mse,output=relu",
                                        "loss=gauss,output=tanh",  "loss=cb,output=sigmoid"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[SPEC_TEXT_SIZE];
        (void)snprintf(text, sizeof text, "%s,layers=6,4,5,l1=0.03,range=symmetric,optimizer=sgd,lr=100,batch=3",
                       pairs[i]);
        check_spec(text);
    }
    check_spec("loss=mse,output=linear,layers=5,range=symmetric,hidden=gelu,reduce=sum,optimizer=sgd,lr=3,batch=3");
}

static void sums_over_the_pixels(void **state)
{
    (void)state;
    check_spec("reduce=sum,layers=5,optimizer=sgd,lr=3,batch=3");
    check_spec("reduce=sum,layers=6,4,5,l1=0.03,loss=mse,output=linear,optimizer=sgd,lr=3,batch=3");
}

// Outputs that BCE clips learn nothing from it: with every output outside, no parameter moves.
static void outputs_outside_the_clip_get_no_gradient(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("output=linear,layers=5,optimizer=sgd,lr=100");
    const Model model = model_create(&spec, PIXELS);
    ImageSet set = synthetic_create(ROWS, PIXELS, 3);
    float *padded = calloc(model.parameter_count, sizeof *padded);
    Learner *learner = learner_create(&model, &(LearnerOptions){.train = &set, .pool = pool}, NULL);
    assert_true(padded && learner);
    for (int pixel = 0; pixel < PIXELS; pixel++)
        padded[model.layers[1].bias_offset + (size_t)pixel] = pixel % 2 ? 1.5f : -0.5f;
    learner_set_parameters(learner, padded, 0);
    assert_true(learner_step(learner) > 1.0);
    assert_memory_equal(learner_parameters(learner), padded, model.parameter_count * sizeof *padded);

    padded[model.layers[1].bias_offset] = 0.5f; // one output comes back inside: its bias alone moves, the code being 0
    learner_set_parameters(learner, padded, 0);
    (void)learner_step(learner);
    size_t moved = 0;
    for (size_t i = 0; i < model.parameter_count; i++)
        moved += learner_parameters(learner)[i] != padded[i];
    assert_int_equal(moved, 1);
    assert_true(learner_parameters(learner)[model.layers[1].bias_offset] != 0.5f);
    learner_destroy(learner);
    free(padded);
    synthetic_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_on_one_hidden_layer),
        cmocka_unit_test(every_combination_on_a_deep_model),
        cmocka_unit_test(every_combination_with_a_penalty),
        cmocka_unit_test(other_ranges),
        cmocka_unit_test(sums_over_the_pixels),
        cmocka_unit_test(outputs_outside_the_clip_get_no_gradient),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
