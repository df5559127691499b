// Saying report: what a report.json, which `losslens report` wrote, says of what people say, for the claims' view.
//
// Where it says nothing of a saying its bit in known is 0. Thread: any; a value.
#pragma once
#include <limits.h>

#include "state/frame.h"

enum { SAYING_SO_TEXT = 256 };

struct SayingReport {
    char path[PATH_MAX]; // where it is, from the root on; empty: not known
    char name[256];      // the last part of it
    char data_name[64];  // the digits that it is of
    bool is_builtin;
    DataSums sums;                        // of other digits than the built-in ones
    int train_count;                      // images trained on
    unsigned known;                       // bits 1 << saying
    SayingOutcome outcomes[SAYING_COUNT]; // without weights; what each says to do is in so
    char so[SAYING_COUNT][SAYING_SO_TEXT];
};
