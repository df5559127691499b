// Whose turn it is on the training thread: the model on show that trains next, how far, and whether it waits for the
// pace. Thread: the training thread, with the trainer's lock held.
#include "training/trainer_state.h"

// ---- who ----------------------------------------------------------------------------------------------------------

// It is about to get other weights than it has.
static bool is_to_be_fresh(const BankModel *model)
{
    return !model->learner || model->restart_requests != model->restarts_done || model->pending_parameters;
}

int64_t trainer_last_step_locked(const Trainer *trainer, const BankModel *model)
{
    if (trainer->last_step < 0 || model->last_step < 0)
        return trainer->last_step < 0 ? model->last_step : trainer->last_step;
    return trainer->last_step < model->last_step ? trainer->last_step : model->last_step;
}

static bool is_below_goal(const Trainer *trainer, const BankModel *model)
{
    const int64_t last_step = trainer_last_step_locked(trainer, model);
    return learner_epoch_count(model->learner) < trainer->epochs &&
           (last_step < 0 || learner_step_count(model->learner) < last_step);
}

// A round that is cut short leaves models behind by less than a slice; those still have the rest of it to train.
static bool is_owed_rest(const Trainer *trainer, const BankModel *model)
{
    return !is_to_be_fresh(model) && learner_broken_step(model->learner) < 0 && is_below_goal(trainer, model) &&
           learner_step_count(model->learner) < model->round_end;
}

// It comes in the middle of a round of slices. Those whose turn was still to come end the round, so that what is
// compared is of the same step: at rest after a pause, or for as long as a batch takes at the new pace.
static void end_round(Trainer *trainer)
{
    int64_t furthest = 0;
    for (int i = 0; i < trainer->bank_count; i++) {
        const BankModel *model = trainer->bank[i];
        if (model->ends_round && !is_to_be_fresh(model) && learner_step_count(model->learner) > furthest)
            furthest = learner_step_count(model->learner);
    }
    for (int i = 0; i < trainer->bank_count; i++) {
        BankModel *model = trainer->bank[i];
        if (model->ends_round && !is_to_be_fresh(model))
            model->round_end = furthest - learner_step_count(model->learner) <= SLICE_STEPS ? furthest : 0;
        model->ends_round = false;
    }
}

static bool wants_slice(const Trainer *trainer, const BankModel *model)
{
    if (model->is_out_of_memory)
        return false;
    if (is_to_be_fresh(model))
        return true;
    if (learner_broken_step(model->learner) >= 0)
        return false;
    return model->step_requests != model->steps_requested_done || is_owed_rest(trainer, model) ||
           (trainer->playing && is_below_goal(trainer, model));
}

// Whether the model's next slice is a batch of a paced training, and not something that comes at once.
static bool is_paced(const Trainer *trainer, const BankModel *model)
{
    return trainer->pace_ns > 0 && trainer->playing && !is_to_be_fresh(model) && !is_owed_rest(trainer, model) &&
           model->step_requests == model->steps_requested_done;
}

BankModel *trainer_choose_locked(Trainer *trainer)
{
    BankModel *chosen = NULL;
    bool is_chosen_paced = true;
    int64_t fewest = INT64_MAX;
    if (trainer->ends_round)
        end_round(trainer);
    trainer->ends_round = false;
    for (int i = 0; i < trainer->shown_count; i++) {
        BankModel *model = trainer->shown[i];
        if (!wants_slice(trainer, model))
            continue;
        const bool is_new = !model->learner || model->restart_requests != model->restarts_done;
        const bool may_wait = is_paced(trainer, model);
        const int64_t steps = is_new ? -1 : learner_step_count(model->learner);
        if (may_wait < is_chosen_paced || (may_wait == is_chosen_paced && steps < fewest)) {
            chosen = model;
            is_chosen_paced = may_wait;
            fewest = steps;
        }
    }
    return chosen;
}

// ---- how far and when ---------------------------------------------------------------------------------------------

int64_t trainer_find_slice_end_locked(const Trainer *trainer, const BankModel *model)
{
    if (is_paced(trainer, model))
        return learner_step_count(model->learner) + 1;
    const bool ends_there = (!trainer->playing || trainer->pace_ns > 0) && is_owed_rest(trainer, model);
    return ends_there ? model->round_end : INT64_MAX;
}

// A batch that is late by less than this, because something else took the processor, leaves the next ones when they
// were due, so that the pace is kept; what a machine misses that is too slow for it is not made up for.
enum { MADE_UP_NS = 100000000 };

bool trainer_waits_locked(Trainer *trainer, const BankModel *model)
{
    if (!is_paced(trainer, model) || learner_step_count(model->learner) + 1 == trainer->paced_step)
        return false;
    const int64_t now = clock_now_ns();
    if (now < trainer->next_batch_ns)
        return true;
    const bool is_on_time = now - trainer->next_batch_ns < MADE_UP_NS;
    trainer->next_batch_ns = (is_on_time ? trainer->next_batch_ns : now) + trainer->pace_ns;
    trainer->paced_step = learner_step_count(model->learner) + 1;
    return false;
}
