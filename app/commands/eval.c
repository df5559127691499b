// Command eval: a saved model's figures over the whole test set.
#include <stdlib.h>

#include "commands/commands.h"
#include "files/report_json.h"

static int report_eval(const Model *model, int64_t step, const Dataset *dataset, const TargetFacts *facts,
                       const Metrics *test)
{
    char spec[SPEC_TEXT_SIZE];
    spec_format(&model->spec, spec, sizeof spec);
    return command_print_json(json_pack("{s:s, s:I, s:o, s:o}", "spec", spec, "step", (json_int_t)step, "data",
                                        report_data(dataset, dataset->train.count, facts), "test",
                                        report_metrics(test)));
}

static int measure_file(const Options *options, Pool *pool)
{
    Error error;
    Model model;
    int64_t step;
    Dataset dataset;
    float *parameters = command_load_model(options->operand, false, &model, &step, &error);
    if (!parameters)
        return command_fail(EXIT_FAILED, "%s", error.text);
    int status = command_load_data(options, pool, &dataset);
    if (status == EXIT_OK) {
        Metrics test;
        const TargetFacts facts = metrics_target_facts(&dataset.test, dataset.test.count);
        status = metrics_measure(&model, parameters, &dataset.test, &facts, pool, &test, &error)
                     ? report_eval(&model, step, &dataset, &facts, &test)
                     : command_fail(EXIT_FAILED, "%s", error.text);
    }
    dataset_free(&dataset);
    free(parameters);
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
