// Command eval: a saved model's figures over the whole test set.
#include <stdlib.h>

#include "commands/extras.h"
#include "files/report_json.h"

static int report_eval(const ModelFile *file, const ExtrasInput *input, const TargetFacts *facts, const Metrics *test)
{
    Error error;
    const Dataset *dataset = input->dataset;
    Notices notices = dataset->notices;
    notices_append(&notices, &file->notices);
    char spec[SPEC_TEXT_SIZE];
    spec_format(&file->model.spec, spec, sizeof spec);
    // a file whose steps nobody counted was trained, or it would not have been saved
    const int64_t steps = (dataset->train.count + file->model.spec.batch - 1) / file->model.spec.batch;
    const int epochs = file->step > steps ? (int)(file->step / steps) : 1;
    const Diagnosis diagnosis = diagnosis_find(&(DiagnosisFacts){&file->model.spec, test, facts, epochs, -1});
    json_t *report = json_pack("{s:s, s:I, s:o, s:o, s:o}", "spec", spec, "step", (json_int_t)file->step, "data",
                               report_data(dataset, input->images, facts), "test",
                               report_metrics(test, &file->model.spec), "diagnosis", report_diagnosis(&diagnosis));
    if (file->model.spec.range != RANGE_UNIT)
        (void)json_object_set_new(report, "range", report_range(&file->model, file->parameters));
    if (pixels_are_damaged(&file->model.spec))
        (void)json_object_set_new(report, "test_noisy", report_noisy(test));
    (void)json_object_set_new(report, "notices", report_notices(&notices));
    if (report && !extras_add(report, input, &error)) {
        json_decref(report);
        return command_fail(EXIT_FAILED, "%s", error.text);
    }
    return command_print_json(report);
}

static int measure(const Options *options, const Dataset *dataset, Pool *pool)
{
    Error error;
    ModelFile file;
    SpecWish wish;
    Metrics test;
    int status = command_load_model(
        options->operand, command_wish(options, "--model", &options->model, &options->said[SAID_MODEL], &wish),
        &dataset->test, &file);
    if (status != EXIT_OK)
        return status;
    const TargetFacts facts = metrics_model_facts(&file.model.spec, &dataset->test, dataset->test.count);
    const ExtrasInput input = {.options = options,
                               .dataset = dataset,
                               .images = dataset->train.count,
                               .model = &file.model,
                               .parameters = file.parameters,
                               .pool = pool};
    status = metrics_measure(&file.model, file.parameters, &dataset->test, &facts, pool, &test, &error)
                 ? report_eval(&file, &input, &facts, &test)
                 : command_fail(EXIT_FAILED, "%s", error.text);
    model_file_free(&file);
    return status;
}

static int measure_file(const Options *options, Pool *pool)
{
    Dataset dataset;
    int status = command_load_data(options, pool, &dataset);
    if (status == EXIT_OK)
        status = measure(options, &dataset, pool);
    dataset_free(&dataset);
    return status;
}

int eval_run(const Options *options)
{
    Error error;
    Pool *pool = pool_create(options->threads, &error);
    if (!pool)
        return command_fail(EXIT_FAILED, "%s", error.text);
    const int status = measure_file(options, pool);
    pool_destroy(pool);
    return status;
}
