// Saying cards: what a card of the claims' view says: what came of several seeds where that is known, else, of a claim,
// what the models on show decide; and a trial's figures as a table. Thread: pure functions.
#pragma once
#include "state/claim_table.h"

// A trial that was not measured is open, and its sentence says what that takes or how far it is.
ClaimResult saying_result(const Frame *frame, int saying);
int saying_starts(const Frame *frame, int saying); // with how many seeds that was decided; 0: it is not yet

// Of which models it is or will be, in plain words, the longest first.
enum { SAYING_SETUPS = 3, SAYING_SETUP_TEXT = 240 };
typedef struct SayingSetup {
    char forms[SAYING_SETUPS][SAYING_SETUP_TEXT];
} SayingSetup;
SayingSetup saying_setup(const Frame *frame, int saying);

// How far measuring is: "43 %"; "waits" behind another; empty: nobody has asked for it.
typedef struct SayingProgress {
    bool is_wanted;
    char text[16];
} SayingProgress;
SayingProgress saying_progress(const Frame *frame, int saying);

// "With 3 random starts, 20 epochs each: false. One by one: 3 false"; empty where it is a trial or not measured.
void saying_say_seeds(const SayingOutcome *outcome, int saying, char text[160]);

ClaimTable trial_table(const SayingOutcome *outcome, const TrialRow *row);
void trial_figures(const SayingOutcome *outcome, const TrialRow *row, ClaimFigure figures[CLAIM_FIGURES]);
ClaimUnit trial_unit(int figure);
