// Models from files that do not say what they are: what is guessed, and what is taken from who asks.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/digits.h"
#include "measuring/metrics.h"
#include "measuring/model_file.h"
#include "models/convert.h"
#include "models/safetensors.h"
#include "scratch.h"
#include "synthetic.h"
#include "training/learner.h"

enum { TRAIN = 3000, EPOCHS = 8, TEST = 400 };

static Pool *pool;
static ImageSet train_set, test_set;

static void draw(ImageSet *set, int count, DigitSplit split)
{
    *set = (ImageSet){.count = count, .pixels = malloc((size_t)count * DIGIT_PIXELS)};
    assert_non_null(set->pixels);
    for (int i = 0; i < count; i++)
        (void)digits_draw(1, split, i, set->pixels + (size_t)i * DIGIT_PIXELS);
}

static int begin(void **state)
{
    (void)state;
    draw(&train_set, TRAIN, DIGITS_TRAIN);
    draw(&test_set, TEST, DIGITS_TEST);
    pool = pool_create(2, NULL);
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    free(train_set.pixels);
    free(test_set.pixels);
    return 0;
}

typedef enum Style { OURS, TORCH, SQUARE_KERAS } Style;

// Its tensors, without metadata but for OURS.
static void save(const Model *model, const float *parameters, const char *name, Style style)
{
    NewFile file;
    Error error;
    assert_true(new_file_begin(&file, scratch_path(name), NAME_FORCED, &error));
    if (style == OURS) {
        assert_true(new_file_end(&file, model_write(model, parameters, 5, &file, &error), &error));
        return;
    }
    Tensor tensors[2 * MODEL_LAYERS_MAX + 1];
    float *memory = calloc(model->parameter_count, sizeof *memory), *next = memory;
    assert_non_null(memory);
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        const size_t in = (size_t)layer->in, out = (size_t)layer->out;
        tensors[i] =
            (Tensor){.rank = 2, .shape = {style == TORCH ? out : in, style == TORCH ? in : out}, .values = next};
        (void)snprintf(tensors[i].name, sizeof tensors[i].name, "fc%d.weight", i);
        for (size_t a = 0; a < in; a++)
            for (size_t b = 0; b < out; b++)
                next[style == TORCH ? b * in + a : a * out + b] =
                    parameters[layer->weight_offset + a * layer->stride + b];
        next += in * out;
        Tensor *bias = &tensors[model->layer_count + i];
        *bias = (Tensor){.rank = 1, .shape = {out}, .values = next};
        (void)snprintf(bias->name, sizeof bias->name, "fc%d.bias", i);
        memcpy(next, parameters + layer->bias_offset, out * sizeof *next);
        next += out;
    }
    const bool has_spread = model->log_sigma_offset > 0;
    if (has_spread) {
        tensors[2 * model->layer_count] = (Tensor){.rank = 1, .shape = {1}, .values = next, .name = "log_sigma"};
        *next = parameters[model->log_sigma_offset];
    }
    const SafetensorsFile content = {.tensor_count = 2 * model->layer_count + has_spread, .tensors = tensors};
    assert_true(new_file_end(&file, safetensors_write(&content, &file, &error), &error));
    free(memory);
}

static Model train(const char *text, const char *name, Style style)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    Learner *learner = learner_create(&model, &(LearnerOptions){.train = &train_set, .pool = pool}, NULL);
    assert_non_null(learner);
    const int steps = EPOCHS * learner_steps_per_epoch(learner);
    for (int i = 0; i < steps; i++)
        (void)learner_step(learner);
    save(&model, learner_parameters(learner), name, style);
    learner_destroy(learner);
    return model;
}

static bool is_said(const Notices *notices, const char *words)
{
    for (int i = 0; i < notices->count; i++)
        if (strstr(notices->text[i], words))
            return true;
    return false;
}

static ModelFile load(const char *name, const char *wish_text)
{
    ModelFile file;
    Error error = {""};
    SpecWish wish;
    if (wish_text)
        assert_true(spec_parse_wish(&wish, wish_text, &error));
    if (!model_file_load(&file, scratch_path(name), wish_text ? &wish : NULL, &test_set, NULL, &error))
        fail_msg("%s", error.text);
    return file;
}

// What a trained model is, is guessed from its weights alone.
static void what_it_was_trained_with_is_guessed(void **state)
{
    (void)state;
    static const char *const specs[] = {"loss=bce,batch=64,lr=0.003", "loss=mse,output=linear,lr=0.002",
                                        "loss=bce,output=tanh01,hidden=gelu,layers=48,24,batch=64,lr=0.003"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const Model model = train(specs[i], "guess", TORCH);
        ModelFile file = load("guess", NULL);
        const Spec *found = &file.model.spec;
        if (found->output != model.spec.output || found->hidden != model.spec.hidden ||
            found->loss != model.spec.loss) {
            char text[SPEC_TEXT_SIZE];
            spec_format(found, text, sizeof text);
            fail_msg("%s is taken for %s", specs[i], text);
        }
        assert_int_equal(found->hidden_count, model.spec.hidden_count);
        assert_true(spec_has_same_layers(found, &model.spec));
        assert_true(is_said(&file.notices, "is guessed, with a test MSE of 0.0"));
        assert_false(is_said(&file.notices, "no better than"));
        model_file_free(&file);
    }
}

// Who says the range has its outputs mapped back before they are held against the digits.
static void a_range_is_taken_into_account(void **state)
{
    (void)state;
    (void)train("loss=mse,output=tanh,range=symmetric,lr=0.002", "range", TORCH);
    ModelFile file = load("range", "range=symmetric");
    assert_int_equal(file.model.spec.output, activation_find(OUTPUT_ACTIVATION, "tanh"));
    assert_int_equal(file.model.spec.loss, LOSS_MSE);
    assert_true(is_said(&file.notices, "is guessed, with a test MSE of 0.0"));
    model_file_free(&file);
}

static Metrics measure(const Model *model, const float *parameters)
{
    const TargetFacts facts = metrics_model_facts(&model->spec, &test_set, TEST);
    Metrics metrics = {0};
    assert_true(metrics_measure(model, parameters, &test_set, &facts, pool, &metrics, NULL));
    return metrics;
}

// A learnt spread is in the file, and is not taken for a bias: the figures are the same to the last bit, with the spec
// that stands there, and without, where its tensor says which loss it was.
static void a_learnt_spread_comes_back(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("loss=gauss,layers=24,batch=64,lr=0.003");
    const Model model = model_create(&spec, DIGIT_PIXELS);
    Learner *learner = learner_create(&model, &(LearnerOptions){.train = &train_set, .pool = pool}, NULL);
    assert_non_null(learner);
    for (int i = 0; i < EPOCHS * learner_steps_per_epoch(learner); i++)
        (void)learner_step(learner);
    const float *parameters = learner_parameters(learner);
    const Metrics trained = measure(&model, parameters);
    assert_true(trained.sigma > 0.05 && trained.sigma < 0.5); // it moved away from the 1 it began with
    for (Style style = OURS; style <= TORCH; style++) {
        save(&model, parameters, "spread", style);
        ModelFile file = load("spread", NULL);
        assert_int_equal(file.model.spec.loss, LOSS_GAUSS);
        assert_int_equal(file.model.spec.output, spec.output);
        assert_memory_equal(&file.parameters[file.model.log_sigma_offset], &parameters[model.log_sigma_offset],
                            sizeof *parameters);
        const Metrics loaded = measure(&file.model, file.parameters);
        assert_memory_equal(loaded.mean, trained.mean, sizeof loaded.mean);
        assert_memory_equal(&loaded.sigma, &trained.sigma, sizeof loaded.sigma);
        assert_int_equal(is_said(&file.notices, "it has a log_sigma"), style != OURS);
        assert_false(is_said(&file.notices, "left out"));
        assert_false(is_said(&file.notices, "its loss;"));
        model_file_free(&file);
    }
    ModelFile file = load("spread", "loss=mse"); // who names another loss has it
    assert_int_equal(file.model.spec.loss, LOSS_MSE);
    model_file_free(&file);
    learner_destroy(learner);
}

static void a_wish_is_not_guessed(void **state)
{
    (void)state;
    (void)train("layers=24", "wish", TORCH);
    ModelFile file = load("wish", "hidden=tanh,loss=mae");
    const Spec expected = synthetic_spec("layers=24,hidden=tanh,loss=mae");
    assert_int_equal(file.model.spec.hidden, expected.hidden);
    assert_int_equal(file.model.spec.loss, expected.loss);
    assert_int_equal(file.model.spec.layers[0].count, 24);
    assert_true(is_said(&file.notices, "loss; output="));
    model_file_free(&file);
    file = load("wish", "hidden=tanh,loss=mae,output=clip,layers=24");
    assert_false(is_said(&file.notices, "guessed"));
    model_file_free(&file);
    Error error = {""};
    SpecWish wish;
    assert_true(spec_parse_wish(&wish, "layers=25", NULL));
    assert_false(model_file_load(&file, scratch_path("wish"), &wish, &test_set, NULL, &error));
    assert_non_null(strstr(error.text, "784-24-784 where 784-25-784 was asked for"));
    assert_null(file.parameters);
}

static void what_a_file_says_holds(void **state)
{
    (void)state;
    (void)train("layers=24,hidden=tanh,loss=mae,seed=7", "ours", OURS);
    const Spec expected = synthetic_spec("layers=24,hidden=tanh,loss=mae,seed=7");
    ModelFile file = load("ours", NULL);
    assert_true(spec_equal(&file.model.spec, &expected));
    assert_int_equal(file.step, 5);
    assert_int_equal(file.notices.count, 0);
    model_file_free(&file);
    file = load("ours", "hidden=elu"); // the wish whole, but for the layers
    const Spec other = synthetic_spec("layers=24,hidden=elu");
    assert_true(spec_equal(&file.model.spec, &other));
    model_file_free(&file);
    Error error = {""};
    SpecWish wish;
    assert_true(spec_parse_wish(&wish, "layers=25", NULL));
    assert_false(model_file_load(&file, scratch_path("ours"), &wish, &test_set, NULL, &error));
    assert_non_null(strstr(error.text, "784-24-784 where 784-25-784 was asked for"));
}

// A square fits both ways; the right one reconstructs better. All weights are those of the identity, turned a little.
static void the_reading_that_reconstructs_better_is_taken(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=784,output=linear");
    const Model model = model_create(&spec, DIGIT_PIXELS);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    assert_non_null(parameters);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        for (int layer = 0; layer < 2; layer++) // the first moves every pixel on, the second back
            parameters[model.layers[layer].weight_offset +
                       (size_t)(layer == 0 ? i : (i + 1) % DIGIT_PIXELS) * model.layers[layer].stride +
                       (size_t)(layer == 0 ? (i + 1) % DIGIT_PIXELS : i)] = layer == 0 ? 1.0f : 0.5f;
    parameters[model.layers[0].weight_offset + 2 * model.layers[0].stride + 400] = 2.0f; // from a pixel without ink
    for (Style style = TORCH; style <= SQUARE_KERAS; style++) {
        save(&model, parameters, "square", style);
        ModelFile file = load("square", NULL);
        assert_true(is_said(&file.notices, "the reading that reconstructs better is taken"));
        assert_int_equal(is_said(&file.notices, "as Keras has them"), style == SQUARE_KERAS);
        model_file_free(&file);
    }
    free(parameters);
}

static void what_has_learnt_nothing_is_noticed(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=8");
    const Model model = model_create(&spec, DIGIT_PIXELS);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    assert_non_null(parameters);
    parameters[0] = 1.0f;
    save(&model, parameters, "nothing", TORCH);
    ModelFile file = load("nothing", "output=sigmoid");
    assert_true(is_said(&file.notices, "no better than"));
    model_file_free(&file);
    free(parameters);
}

static bool stop_at_third(void *context, uint64_t done, uint64_t total)
{
    int *reports = context;
    assert_true(done < total);
    return ++*reports < 3;
}

static void guessing_can_be_cancelled(void **state)
{
    (void)state;
    int reports = 0;
    ModelFile file;
    Error error = {""};
    const LoadProgress progress = {stop_at_third, &reports};
    (void)train("layers=8", "cancel", TORCH);
    assert_false(model_file_load(&file, scratch_path("cancel"), NULL, &test_set, &progress, &error));
    assert_string_equal(error.text, "cancelled");
    assert_int_equal(reports, 3);
}

static void candidates_are_listed_once_each(void **state)
{
    (void)state;
    Error error;
    Guesses *guesses = malloc(sizeof *guesses);
    assert_non_null(guesses);
    (void)train("layers=16", "list", TORCH);
    Foreign *foreign = foreign_open(scratch_path("list"), DIGIT_PIXELS, NULL, &error);
    assert_true(guess_list(foreign, NULL, &test_set, NULL, guesses, &error));
    assert_int_equal(guesses->count, HIDDEN_COUNT * (OUTPUT_COUNT - 1));
    assert_int_equal(guesses->images, TEST);
    for (int i = 0; i < guesses->count; i++)
        for (int j = 0; j < i; j++)
            assert_false(guesses->items[i].spec.hidden == guesses->items[j].spec.hidden &&
                         guesses->items[i].spec.output == guesses->items[j].spec.output);
    foreign_close(foreign);
    free(guesses);
}

static void other_formats_are_converted(void **state)
{
    (void)state;
    char zip[64] = "PK\3\4\0\0\x08\x08", lines[CONVERT_TEXT];
    zip[26] = 16;
    memcpy(zip + 30, "archive/data.pkl", 16);
    scratch_write("a \"b\".pt", zip, sizeof zip);
    assert_true(convert_describe(scratch_path("a \"b\".pt"), lines));
    assert_non_null(strstr(lines, "torch.load(\"a \\\"b\\\".pt\""));
    assert_non_null(strstr(lines, "\"a \\\"b\\\".safetensors\")\n"));
    int count = 0;
    for (const char *c = lines; *c; c++)
        count += *c == '\n';
    assert_int_equal(count, 3);
    scratch_write("n.safetensors", zip, sizeof zip);
    assert_true(convert_describe(scratch_path("n.safetensors"), lines));
    assert_non_null(strstr(lines, "torch.load(\"n.safetensors\""));
    assert_non_null(strstr(lines, "\"n-converted.safetensors\")\n"));
    scratch_write("x.h5", "\x89HDF\r\n\x1a\n", 8);
    assert_true(convert_describe(scratch_path("x.h5"), lines));
    assert_non_null(strstr(lines, "h5py.File(\"x.h5\")"));
    scratch_write("x.onnx", "\x08\x07\x12\x07pytorch", 11);
    assert_true(convert_describe(scratch_path("x.onnx"), lines));
    scratch_write("x.txt", "hello", 5);
    assert_false(convert_describe(scratch_path("x.txt"), lines));
    assert_false(convert_describe(scratch_path("absent"), lines));
}

#define TEST_OF(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_OF(what_it_was_trained_with_is_guessed),
        TEST_OF(a_range_is_taken_into_account),
        TEST_OF(a_learnt_spread_comes_back),
        TEST_OF(a_wish_is_not_guessed),
        TEST_OF(what_a_file_says_holds),
        TEST_OF(the_reading_that_reconstructs_better_is_taken),
        TEST_OF(what_has_learnt_nothing_is_noticed),
        TEST_OF(guessing_can_be_cancelled),
        TEST_OF(candidates_are_listed_once_each),
        TEST_OF(other_formats_are_converted),
    };
    return cmocka_run_group_tests_name("model_file", tests, begin, end);
}
