// Saying run: what people say, measured with several seeds beside the window once somebody asks for it. What was
// measured is kept as long as its data set is on show.
//
// All models of it share SAYING_EPOCHS epochs and the usual spec, whatever A and B are, as in the report. Thread: the
// UI thread; the work is a job's.
#pragma once
#include "engine.h"

enum { SAYING_EPOCHS = 20 };
_Static_assert((int)SAYING_COUNT <= 32, "SayingRun.wanted has a bit for each");

typedef struct SayingWork SayingWork;
typedef struct App App; // state/app.h, which holds it

typedef struct SayingRun {
    Job *job;         // NULL: nothing is measured
    SayingWork *work; // the job's
    LabBook *book;    // of the data on show; owned. NULL: nothing was measured yet
    int measuring;    // while there is a job
    float progress;   // of it, 0 .. 1
    bool is_stopping; // it is told to stop
    unsigned wanted;  // bits 1 << saying: those that wait, the one that is measured among them
    SayingOutcome outcomes[SAYING_COUNT];
} SayingRun;

void app_measure(App *app, int saying); // asked for once more: no longer; what is trained stays known
void app_take_outcome(App *app, int saying, const SayingOutcome *outcome); // measured elsewhere; weights are borrowed

void saying_run_compose(App *app); // takes what is done, begins what is wanted
bool saying_run_is_waited_for(const App *app);
void saying_run_end(SayingRun *run); // waits for its job, and forgets everything
