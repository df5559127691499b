// Training: what the tests of the trainer share: a small data set, a trainer over it, waiting for what its thread does,
// and a plain learner to hold it against.
//
// Thread: the test's; every wait is for a condition and fails the test after PATIENCE_MS.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "training/trainer.h"

enum { TRAIN_IMAGES = 1000, TEST_IMAGES = 60, SLICE = 16, PATIENCE_MS = 60000 };

extern Dataset training_data; // (TRAIN_IMAGES and TEST_IMAGES of DIGIT_PIXELS); between begin and end

// Set-up and tear-down of a group of tests.
int training_begin(void **state);
int training_end(void **state);

void training_nap(void); // a millisecond

#define TRAINING_WAIT_UNTIL(condition)                                                                                 \
    do                                                                                                                 \
        for (int waited_ms = 0; !(condition); waited_ms++) {                                                           \
            assert_true(waited_ms < PATIENCE_MS);                                                                      \
            training_nap();                                                                                            \
        }                                                                                                              \
    while (0)

// Over training_data; its wakes are counted. Owned by the caller: trainer_destroy.
Trainer *training_create(int threads, int epochs);
int training_wakes(void); // of all trainers so far

BankModel *training_find(Trainer *trainer, const char *text);

// The newest snapshot, borrowed until the next call for this model; all its parameters are finite.
const Snapshot *training_look(BankModel *model);
const Snapshot *training_wait_for_step(BankModel *model, int64_t step); // at or behind it

// Shows the models and trains them to the trainer's goal.
void training_run(Trainer *trainer, BankModel *const *models, int count);
void training_wait_until_idle(Trainer *trainer); // the last snapshots may come a moment later

// Returns once the training thread has seen everything that was asked of it before; then these models are on show.
void training_settle(Trainer *trainer, BankModel *const *shown, int count);

// The number of wakes, once nothing is under way that could add to it; training is paused.
int training_wakes_at_rest(Trainer *trainer, BankModel *const *shown, int count);

int64_t training_recall_step(Trainer *trainer, BankModel *model, int64_t step); // of the moment found; -1: none

// A plain learner's weights after so many steps are these.
void training_check_weights(const Model *shape, const float *parameters, int64_t steps);
void training_check_model(BankModel *model, const Snapshot *snapshot, int64_t steps);

// Waits until a moment has its figures, which are then those of its weights.
void training_check_figures(const Moment *moment);
