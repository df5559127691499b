// One model of the bank: creation, snapshots, history.
#include "training/bank.h"

#include <stdlib.h>
#include <string.h>

#include "models/model_layers.h"

static void fill_snapshot(BankModel *model, const float *parameters, int64_t step, int steps_per_epoch)
{
    Snapshot *snapshot = &model->snapshots[model->handover.writing];
    memcpy(snapshot->parameters, parameters, model->model.parameter_count * sizeof *parameters);
    snapshot->serial = moment_next_serial();
    snapshot->step = step;
    snapshot->steps_per_epoch = steps_per_epoch;
    snapshot->restarts = model->restarts_done;
    snapshot->test = model->test;
    snapshot->test_epoch = model->test_epoch;
    snapshot->test_step = model->test_step;
    memcpy(snapshot->history, model->history, (size_t)model->history_count * sizeof *model->history);
    snapshot->history_count = model->history_count;
    snapshot->broken_step = model->published_broken_step;
    memcpy(snapshot->broken_why, model->broken_why, sizeof snapshot->broken_why);
}

bool bank_model_publish(BankModel *model)
{
    Learner *learner = model->learner;
    const int64_t broken = learner_broken_step(learner);
    if (broken < 0) {
        memcpy(model->finite, learner_parameters(learner), model->model.parameter_count * sizeof *model->finite);
        model->finite_step = learner_step_count(learner);
    }
    if (broken >= 0 && model->published_broken_step != broken)
        model_describe_broken(&model->model, learner_parameters(learner), model->broken_why, sizeof model->broken_why);
    model->broken_why[0] = broken < 0 ? 0 : model->broken_why[0];
    model->published_broken_step = broken;
    atomic_store(&model->steps_done, learner_step_count(learner));
    atomic_store(&model->is_broken, broken >= 0);
    fill_snapshot(model, model->finite, model->finite_step, learner_steps_per_epoch(learner));
    return handover_publish(&model->handover);
}

void bank_model_record(BankModel *model, EpochRecord record)
{
    EpochRecord *history = model->history;
    int count = model->history_count;
    while (count > 0 && history[count - 1].epoch >= record.epoch)
        count--;
    if (count > 0 && history[count - 1].epoch % model->history_spacing != 0)
        count--; // it was there as the newest alone
    while (count == HISTORY_MAX) {
        model->history_spacing *= 2;
        count = 0;
        for (int i = 0; i < HISTORY_MAX; i++)
            if (history[i].epoch % model->history_spacing == 0)
                history[count++] = history[i];
    }
    history[count++] = record;
    model->history_count = count;
}

void bank_model_destroy(BankModel *model)
{
    if (!model)
        return;
    learner_destroy(model->learner);
    moments_clear(&model->moments);
    for (int i = 0; i < HANDOVER_BUFFERS; i++)
        free(model->snapshots[i].parameters);
    free(model->finite);
    free(model->initial);
    free(model->pending_parameters);
    free(model);
}

BankModel *bank_model_create(const Spec *spec, Error *error)
{
    BankModel *model = calloc(1, sizeof *model);
    bool good = model != NULL;
    if (good) {
        model->model = model_create(spec, DIGIT_PIXELS);
        model->history_spacing = 1;
        model->published_broken_step = -1;
        model->last_step = -1;
        model->moments = (Moments){.spacing = 1, .steps_per_epoch = 1, .pinned = -1};
        handover_init(&model->handover);
        model->finite = calloc(model->model.parameter_count, sizeof *model->finite);
        good = model->finite != NULL;
        for (int i = 0; i < HANDOVER_BUFFERS; i++) {
            model->snapshots[i].broken_step = -1;
            model->snapshots[i].parameters = calloc(model->model.parameter_count, sizeof(float));
            good = good && model->snapshots[i].parameters;
        }
    }
    if (!good) {
        bank_model_destroy(model);
        error_set(error, "out of memory: a model");
        return NULL;
    }
    model_init(&model->model, model->finite);
    fill_snapshot(model, model->finite, 0, 1);
    (void)handover_publish(&model->handover);
    return model;
}

const Model *bank_model_shape(const BankModel *model) { return &model->model; }

const Snapshot *bank_model_latest(BankModel *model, bool *changed)
{
    return &model->snapshots[handover_latest(&model->handover, changed)];
}
