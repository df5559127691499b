// Saying cards: what a card of the claims' view says, of a claim by the models on show, of a trial by what was
// measured; and a trial's figures as a table. Thread: pure functions.
#pragma once
#include "state/claim_table.h"

// A trial that was not measured is open, and its sentence says what that takes or how far it is.
ClaimResult saying_result(const Frame *frame, int saying);

// How far measuring is: "43 %"; "waits" behind another; empty: nobody has asked for it.
typedef struct SayingProgress {
    bool is_wanted;
    char text[16];
} SayingProgress;
SayingProgress saying_progress(const Frame *frame, int saying);

// "With 3 seeds, 20 epochs each: false, false, false."; empty where it is a trial or not measured.
void saying_say_seeds(const SayingOutcome *outcome, int saying, char text[160]);

ClaimTable trial_table(const SayingOutcome *outcome, const TrialRow *row);
void trial_figures(const SayingOutcome *outcome, const TrialRow *row, ClaimFigure figures[CLAIM_FIGURES]);
ClaimUnit trial_unit(int figure);
