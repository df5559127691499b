// Progress of train on stderr: a bar that redraws itself on a terminal, a plain line for each epoch elsewhere.
//
// Thread: the main thread.
#pragma once
#include <stdbool.h>

#include "engine.h"

typedef struct Progress {
    int epochs;       // of this run
    const char *loss; // the model's, as in its spec
    bool on_terminal;
    double start, last_drawn; // seconds
    bool is_drawn;            // something stands on the terminal's line
} Progress;

// What is known at one moment; what is not known yet is NaN.
typedef struct ProgressState {
    double epochs_done; // of this run, with the part of the epoch under way
    int epoch;          // the number of the epoch under way or just finished, as in history
    double samples_per_second, train_loss, test_loss;
    bool is_paid[PENALTY_COUNT]; // else it is not told
    double train_penalty[PENALTY_COUNT], test_penalty[PENALTY_COUNT];
} ProgressState;

double progress_now(void); // seconds of a clock that only moves forward

Progress progress_create(int epochs, const char *loss);
void progress_update(Progress *progress, const ProgressState *state); // after each batch; draws a few times a second
void progress_finish_epoch(Progress *progress, const ProgressState *state);
void progress_clear(Progress *progress); // before anything else is printed, and at the end
