// Benchmark: speed as a table, each row repeated, best and median, beside the processor's own peak measured in the
// same run. The last column of a row of training is its effective rate over the peak measured right before and after
// each repetition: unlike samples a second it hardly moves when a neighbour loads the machine.
//
// bench [--csv] [--threads N] [--repeat N] [--isa NAME] [--data DIR] [FILTER]     rows whose name contains FILTER
// bench --vs-torch [the same]                                                     bench_torch.c; FILTER: of the BLAS
// bench --memory [--threads N] [--isa NAME] [--data DIR]                          bench_memory.c: what its row starts
// To add a row: a function and a line in `rows`.
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernel.h"
#include "models/model_layers.h"

enum { BANK_SLICE_STEPS = 16 }; // of each model's turn, as in trainer.c

// What a row's figure has to do with the processor's peak.
typedef enum Kind {
    OTHER,
    TRAINING, // the argument is a spec, the figure samples/s: the share of the peak follows from both
    PRODUCT,  // the figure is a rate on one core, of the shortest of many tries
} Kind;

typedef struct Row {
    const char *name, *unit;
    double (*measure)(const Bench *bench, const char *argument); // one repetition: its figure in unit
    const char *argument;
    bool higher_is_better;
    Kind kind;
    bool is_single; // on one thread
} Row;

// ---- one repetition of each row -----------------------------------------------------------------------------------

static volatile float sink; // what is written here must have been computed

static double measure_peak(const Bench *bench, const char *argument)
{
    (void)argument;
    return bench_measure_peak(bench);
}

// Samples a second of `model_count` models that differ in their seed and take turns over one pool, as in trainer.c.
static double train_models(const Bench *bench, const char *text, int model_count)
{
    Spec spec = bench_read_spec(text);
    const LearnerOptions options = {.train = &bench->dataset.train, .pool = bench->pool};
    Learner *learners[BANK_MODELS];
    for (int i = 0; i < model_count; i++, spec.seed++) {
        const Model model = model_create(&spec, DIGIT_PIXELS);
        learners[i] = learner_create(&model, &options, NULL);
        if (!learners[i])
            abort();
        for (int step = 0; step < 8; step++)
            (void)learner_step(learners[i]);
    }
    int64_t samples = 0;
    for (int i = 0; i < model_count; i++)
        samples -= learner_images_seen(learners[i]);
    const double start = bench_now();
    do {
        for (int i = 0; i < model_count; i++)
            for (int step = 0; step < BANK_SLICE_STEPS; step++)
                (void)learner_step(learners[i]);
    } while (bench_now() - start < 0.4);
    const double elapsed = bench_now() - start;
    for (int i = 0; i < model_count; i++) {
        samples += learner_images_seen(learners[i]);
        learner_destroy(learners[i]);
    }
    return (double)samples / elapsed;
}

static double measure_training(const Bench *bench, const char *text) { return train_models(bench, text, 1); }

static double measure_bank(const Bench *bench, const char *text) { return train_models(bench, text, BANK_MODELS); }

static double measure_bank_gain(const Bench *bench, const char *text)
{
    const double one = train_models(bench, text, 1);
    return train_models(bench, text, BANK_MODELS) / one;
}

static Bench on_one_thread(const Bench *bench)
{
    Bench single = *bench;
    single.threads = 1;
    single.pool = pool_create(1, NULL);
    if (!single.pool)
        abort();
    return single;
}

static double measure_thread_gain(const Bench *bench, const char *text)
{
    const Bench single = on_one_thread(bench);
    const double one = train_models(&single, text, 1);
    pool_destroy(single.pool);
    return train_models(bench, text, 1) / one;
}

static double measure_metrics(const Bench *bench, const char *text)
{
    const Spec spec = bench_read_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    if (!parameters)
        abort();
    model_init(&model, parameters);
    const TargetFacts facts = metrics_target_facts(&bench->dataset.test, bench->dataset.test.count);
    Metrics metrics;
    const double start = bench_now();
    (void)metrics_measure(&model, parameters, &bench->dataset.test, &facts, bench->pool, &metrics, NULL);
    const double elapsed = bench_now() - start;
    free(parameters);
    return elapsed * 1e3;
}

// Microseconds for one drawn digit through each of so many models in turn.
static double time_digit(const Bench *bench, const char *text, int model_count)
{
    Spec spec = bench_read_spec(text);
    Model models[BANK_MODELS];
    Workspace workspaces[BANK_MODELS];
    float *parameters[BANK_MODELS];
    for (int i = 0; i < model_count; i++, spec.seed++) {
        models[i] = model_create(&spec, DIGIT_PIXELS);
        parameters[i] = malloc(models[i].parameter_count * sizeof *parameters[i]);
        if (!parameters[i] || !workspace_init(&workspaces[i], &models[i], 1, NULL))
            abort();
        model_init(&models[i], parameters[i]);
    }
    enum { ROUNDS = 1000 };
    float x[DIGIT_PIXELS], p[DIGIT_PIXELS];
    kernel_get()->bytes_to_floats(bench->dataset.test.pixels, x, DIGIT_PIXELS);
    const double start = bench_now();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < model_count; i++)
            model_forward(&models[i], parameters[i], &workspaces[i], x, 1, NULL, p);
    const double elapsed = bench_now() - start;
    sink = p[400];
    for (int i = 0; i < model_count; i++) {
        workspace_free(&workspaces[i]);
        free(parameters[i]);
    }
    return elapsed / ROUNDS * 1e6;
}

static double measure_digit(const Bench *bench, const char *text) { return time_digit(bench, text, 1); }

static double measure_digit_in_bank(const Bench *bench, const char *text)
{
    return time_digit(bench, text, BANK_MODELS);
}

static double measure_drawing(const Bench *bench, const char *argument)
{
    (void)argument;
    Dataset dataset;
    const double start = bench_now();
    if (!dataset_generate(&dataset, 7, bench->pool, NULL))
        abort();
    const double elapsed = bench_now() - start;
    dataset_free(&dataset);
    return elapsed * 1e3;
}

// ---- the table ----------------------------------------------------------------------------------------------------

// As published: PyTorch's example, and keras.io's.
#define VAE_400  "layers=400-sample20-400,reduce=sum,batch=128"
#define VAE_CONV "layers=conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2,reduce=sum,batch=128"

static const Row rows[] = {
    {"fma peak", "GFLOP/s", measure_peak, "", true, OTHER, false},
    {"train default", "samples/s", measure_training, "", true, TRAINING, false},
    {"train default, 1 thread", "samples/s", measure_training, "", true, TRAINING, true},
    {"threads over 1 thread", "x", measure_thread_gain, "", true, OTHER, false},
    {"train 12 models", "samples/s", measure_bank, "", true, TRAINING, false},
    {"12 models over one", "x", measure_bank_gain, "", true, OTHER, false},
    {"train mse", "samples/s", measure_training, "loss=mse", true, TRAINING, false},
    {"train mae", "samples/s", measure_training, "loss=mae", true, TRAINING, false},
    {"train huber", "samples/s", measure_training, "loss=huber", true, TRAINING, false},
    {"train wbce", "samples/s", measure_training, "loss=wbce", true, TRAINING, false},
    {"train cb", "samples/s", measure_training, "loss=cb", true, TRAINING, false},
    {"train gauss", "samples/s", measure_training, "loss=gauss", true, TRAINING, false},
    {"train relu output", "samples/s", measure_training, "output=relu", true, TRAINING, false},
    {"train linear output", "samples/s", measure_training, "output=linear", true, TRAINING, false},
    {"train linear, wbce", "samples/s", measure_training, "output=linear,loss=wbce", true, TRAINING, false},
    {"train linear, cb", "samples/s", measure_training, "output=linear,loss=cb", true, TRAINING, false},
    {"train clip output", "samples/s", measure_training, "output=clip", true, TRAINING, false},
    {"train tanh01 output", "samples/s", measure_training, "output=tanh01", true, TRAINING, false},
    {"train softplus output", "samples/s", measure_training, "output=softplus", true, TRAINING, false},
    {"train tanh output", "samples/s", measure_training, "output=tanh", true, TRAINING, false},
    {"train sigmoid twice", "samples/s", measure_training, "output=sigmoid2", true, TRAINING, false},
    {"train softmax", "samples/s", measure_training, "output=softmax", true, TRAINING, false},
    {"train hidden 128", "samples/s", measure_training, "layers=128", true, TRAINING, false},
    {"train hidden 512", "samples/s", measure_training, "layers=512", true, TRAINING, false},
    {"train deep", "samples/s", measure_training, "layers=128,64,32,64,128", true, TRAINING, false},
    {"train noise", "samples/s", measure_training, "noise=0.3", true, TRAINING, false},
    {"train noise, mask", "samples/s", measure_training, "noise=0.3,noise_kind=mask", true, TRAINING, false},
    {"train noise, salt", "samples/s", measure_training, "noise=0.3,noise_kind=salt", true, TRAINING, false},
    {"train conv", "samples/s", measure_training, "model=conv", true, TRAINING, false},
    {"train conv 32-32", "samples/s", measure_training, "model=denoise,noise=0", true, TRAINING, false},
    {"train conv 32-32, noise", "samples/s", measure_training, "model=denoise", true, TRAINING, false},
    {"train vae", "samples/s", measure_training, "model=vae", true, TRAINING, false},
    {"train vae 400-20", "samples/s", measure_training, VAE_400, true, TRAINING, false},
    {"train vae conv", "samples/s", measure_training, VAE_CONV, true, TRAINING, false},
    {"measure test set", "ms", measure_metrics, "", false, OTHER, false},
    {"one digit", "us", measure_digit, "", false, OTHER, true},
    {"one digit, conv 16-8-8", "us", measure_digit, "model=conv", false, OTHER, true},
    {"one digit, conv 32-32", "us", measure_digit, "model=denoise", false, OTHER, true},
    {"one digit, vae conv", "us", measure_digit, VAE_CONV, false, OTHER, true},
    {"12 digits", "us", measure_digit_in_bank, "", false, OTHER, true},
    {"draw 70,000 digits", "ms", measure_drawing, "", false, OTHER, false},
    {"first product", "GFLOP/s", bench_first_product, "", true, PRODUCT, true},
    {"output product", "GFLOP/s", bench_output_product, "", true, PRODUCT, true},
    {"output weights gradient", "GFLOP/s", bench_output_gradient, "", true, PRODUCT, true},
    {"code gradient", "GFLOP/s", bench_code_gradient, "", true, PRODUCT, true},
    {"first weights gradient", "GFLOP/s", bench_first_gradient, "", true, PRODUCT, true},
    {"find lit quads", "ns/image", bench_find_lit, "", false, OTHER, true},
    {"output pass bce+sigmoid", "ns/image", bench_output_pass, "loss=bce,output=sigmoid", false, OTHER, true},
    {"output pass mse+sigmoid", "ns/image", bench_output_pass, "loss=mse,output=sigmoid", false, OTHER, true},
    {"output pass bce+relu", "ns/image", bench_output_pass, "loss=bce,output=relu", false, OTHER, true},
    {"output pass bce+softplus", "ns/image", bench_output_pass, "loss=bce,output=softplus", false, OTHER, true},
    {"output pass bce+tanh", "ns/image", bench_output_pass, "loss=bce,output=tanh", false, OTHER, true},
    {"output pass bce+sigmoid2", "ns/image", bench_output_pass, "loss=bce,output=sigmoid2", false, OTHER, true},
    {"output pass bce+softmax", "ns/image", bench_output_pass, "loss=bce,output=softmax", false, OTHER, true},
    {"optimizer", "us/step", bench_optimizer, "optimizer=adam", false, OTHER, true},
    {"transpose", "us/step", bench_transpose, "", false, OTHER, true},
    {"snapshot hand-over", "us", bench_handover, "", false, OTHER, true},
    {"frame build", "us", bench_frame, "news", false, OTHER, true},
    {"frame build, no news", "us", bench_frame, "rest", false, OTHER, true},
    {"frame build, matrix", "us", bench_frame, "matrix", false, OTHER, true},
    {"memory, 12 models", "MiB", bench_memory, "", false, OTHER, false},
};

static double measure_peak_for(const Bench *bench, Kind kind)
{
    return kind == TRAINING ? bench_measure_peak(bench) : kind == PRODUCT ? bench_measure_core_peak() : NAN;
}

// GFLOP/s for each unit of the row's figure; NAN where that means nothing.
static double find_gflop(const Row *row)
{
    if (row->kind != TRAINING)
        return row->kind == PRODUCT ? 1.0 : NAN;
    const Spec spec = bench_read_spec(row->argument);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    return bench_training_flop(&model) * 1e-9;
}

static void run_row(const Bench *all, const Row *row)
{
    const Bench bench = row->is_single ? on_one_thread(all) : *all;
    Figures figures = {0}, shares = {0};
    const double gflop = find_gflop(row);
    double peak_before = measure_peak_for(&bench, row->kind);
    for (int i = 0; i < bench.repeats; i++) {
        const double figure = row->measure(&bench, row->argument);
        const double peak_after = measure_peak_for(&bench, row->kind);
        figures_add(&figures, figure);
        figures_add(&shares, figure * gflop / (0.5 * (peak_before + peak_after)));
        peak_before = peak_after;
    }
    bench_print_row(&bench, row->name, row->higher_is_better ? figures_max(&figures) : figures_min(&figures),
                    figures_median(&figures), row->unit, figures_median(&shares));
    if (row->is_single)
        pool_destroy(bench.pool);
}

// ---- arguments ----------------------------------------------------------------------------------------------------

typedef struct Options {
    bool vs_torch, memory, csv;
    int threads, repeats;
    const char *filter, *isa, *data;
} Options;

static bool read_count(const char *option, const char *text, int most, int *out, Error *error)
{
    char *end;
    const long count = strtol(text, &end, 10);
    if (end == text || *end || count < 1 || count > most) {
        return error_set(error, "%s: '%s' is not a number from 1 to %d", option, text, most);
    }
    *out = (int)count;
    return true;
}

static bool read_options(int argc, char **argv, Options *out, Error *error)
{
    *out = (Options){.threads = 2, .repeats = 5, .filter = "", .isa = "auto"};
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--csv") == 0) {
            out->csv = true;
        } else if (strcmp(option, "--vs-torch") == 0) {
            out->vs_torch = true;
        } else if (strcmp(option, "--memory") == 0) {
            out->memory = true;
        } else if (strncmp(option, "-", 1) != 0) {
            out->filter = option;
        } else {
            const char *value = i + 1 < argc ? argv[++i] : "";
            if (strcmp(option, "--threads") == 0) {
                if (!read_count(option, value, POOL_THREADS_MAX, &out->threads, error))
                    return false;
            } else if (strcmp(option, "--repeat") == 0) {
                if (!read_count(option, value, REPEATS_MAX, &out->repeats, error))
                    return false;
            } else if (strcmp(option, "--isa") == 0) {
                out->isa = value;
            } else if (strcmp(option, "--data") == 0) {
                out->data = value;
            } else {
                return error_set(error, "unknown option '%s'", option);
            }
        }
    }
    return true;
}

static bool prepare(Bench *bench, const Options *options, Error *error)
{
    bench->threads = options->threads;
    bench->repeats = options->repeats;
    bench->csv = options->csv;
    bench->filter = options->filter;
    bench->data = options->data;
    bench->pool = pool_create(options->threads, error);
    if (!bench->pool)
        return false;
    return options->data ? dataset_open(&bench->dataset, options->data, NULL, error)
                         : dataset_generate(&bench->dataset, 1, bench->pool, error);
}

int main(int argc, char **argv)
{
    Error error;
    Options options;
    Bench bench = {0};
    const bool is_known = read_options(argc, argv, &options, &error) && kernel_select(options.isa, &error);
    if (is_known && options.memory)
        return bench_print_memory(options.data, options.threads);
    if (!is_known || !prepare(&bench, &options, &error)) {
        (void)fprintf(stderr, "bench: %s\n", error.text);
        pool_destroy(bench.pool);
        return 2;
    }
    int status = 0;
    if (options.vs_torch) {
        status = bench_against_torch(&bench);
    } else {
        bench_print_head(&bench);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (strstr(rows[i].name, bench.filter))
                run_row(&bench, &rows[i]);
    }
    dataset_free(&bench.dataset);
    pool_destroy(bench.pool);
    return status;
}
