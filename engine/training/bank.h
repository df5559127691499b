// Bank model: one model of the trainer's bank, with its learner, its history and the snapshots that cross to the UI.
//
// Internal to the engine: trainer.c decides which model does what; this is what belongs to a single one. Fields name
// the thread that may touch them.
#pragma once
#include <stdatomic.h>

#include "training/handover.h"
#include "training/moments.h"
#include "training/trainer.h"

struct BankModel {
    Model model;
    int64_t last_shown; // UI thread: the trainer's show count
    int hold_count;     // UI thread

    // crossing between the threads
    Handover handover;
    Snapshot snapshots[HANDOVER_BUFFERS];
    _Atomic int64_t steps_done;
    _Atomic bool is_broken;

    // guarded by the trainer's lock
    int restart_requests, step_requests;
    bool ends_round;           // it was on show when the trainer's ends_round was set
    float *pending_parameters; // owned; taken by the training thread
    int64_t pending_step;
    int64_t last_step; // behind which it pauses, whatever the trainer's goal; -1: none
    Moments moments;
    int64_t first_on_show, last_on_show; // the trainer's show count, 0: never

    // training thread
    Learner *learner;
    float *initial; // (parameters) of trainer_set_parameters, what a restart returns to; NULL: model_init's
    int64_t initial_step;
    int64_t round_end;     // the step to which it may train whatever happens, to be in step with the others
    bool is_out_of_memory; // its learner could not be made: it stays at its initial weights
    int restarts_done, steps_requested_done;
    int64_t published_broken_step;
    char broken_why[64];
    float *finite; // (parameters): the newest that are finite, and their step
    int64_t finite_step;
    Metrics test;
    int test_epoch, history_spacing;
    int64_t test_step;
    EpochRecord history[HISTORY_MAX];
    int history_count;
};

// At its initial weights, with a first snapshot that the UI may take at once. NULL when memory is short.
BankModel *bank_model_create(const Spec *spec, Error *error);
void bank_model_destroy(BankModel *model); // NULL is allowed

// Training thread: a snapshot of the learner as it is; of a broken one, of its last finite parameters and the step that
// broke it. True if the UI had taken every snapshot before, so that it may need waking.
bool bank_model_publish(BankModel *model);

// Training thread: adds a point to the curves, thinning them when they are full.
void bank_model_record(BankModel *model, EpochRecord record);
