// Saying run: what people say, measured with several seeds beside the window once somebody asks for it, or by a report
// of the same digits. What was measured is kept as long as its data set is on show.
//
// All models of it share SAYING_EPOCHS epochs and the usual spec, whatever A and B are, as in the report. Thread: the
// UI thread; the work is a job's.
#pragma once
#include "engine.h"

enum { SAYING_EPOCHS = 20 };
_Static_assert((int)SAYING_COUNT <= 32, "SayingRun.wanted has a bit for each");

typedef struct SayingWork SayingWork;
typedef struct SayingReport SayingReport; // state/saying_report.h
typedef struct App App;                   // state/app.h, which holds it

typedef struct SayingRun {
    Job *job;         // NULL: nothing is measured
    SayingWork *work; // the job's
    LabBook *book;    // of the data on show; owned. NULL: nothing was measured yet
    int measuring;    // while there is a job
    float progress;   // of it, 0 .. 1
    bool is_stopping; // it is told to stop
    unsigned wanted;  // bits 1 << saying: those that wait, the one that is measured among them
    SayingOutcome outcomes[SAYING_COUNT];
    SayingReport *report; // what outcomes without weights are of; owned. NULL: there is none
    unsigned reported;    // bits 1 << saying: those of report
} SayingRun;

void app_measure(App *app, int saying); // asked for once more: no longer; what is trained stays known
void app_take_outcome(App *app, int saying, const SayingOutcome *outcome); // measured elsewhere; weights are borrowed

// A report of the digits on show, whose outcomes stand where nobody has measured that here. Takes it over.
void app_take_report(App *app, SayingReport *report);

void saying_run_compose(App *app); // takes what is done, begins what is wanted
bool saying_run_is_waited_for(const App *app);
void saying_run_end(SayingRun *run); // waits for its job, and forgets everything
