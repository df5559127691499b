// Report: what `losslens report` measured, for its JSON and its page.
#pragma once
#include <jansson.h>
#include <stdio.h>

#include "files/report_more.h"
#include "state/claim_table.h"

enum { REPORT_SEEDS_MAX = CLAIM_SEEDS_MAX };

// Of one seed.
typedef struct ReportSeed {
    uint32_t seed;
    ClaimResult results[CLAIM_COUNT];
    ClaimTable tables[CLAIM_COUNT];
    Metrics cells[OUTPUT_COUNT][LOSS_COUNT];  // of the matrix
    int64_t broken[OUTPUT_COUNT][LOSS_COUNT]; // the step at which it broke, -1: it did not
} ReportSeed;

typedef struct Report {
    char base[SPEC_TEXT_SIZE]; // what all models share
    char dataset[64];
    bool is_builtin;
    DataSums sums;   // of other digits than the built-in ones
    Notices notices; // about it
    int train_count, test_count, epochs, seed_count;
    TargetFacts facts;
    bool has_claims; // else published figures alone were asked for: of claims and matrix, with their seeds, there is
                     // nothing
    int rows, columns, outputs[OUTPUT_COUNT], losses[LOSS_COUNT];
    ReportSeed *seeds;             // (seed_count)
    const ReportPicture *pictures; // those of more are the last
    int picture_count;
    const ReportMore *more; // NULL: it was not asked for
} Report;

// Mean and sample standard deviation over the seeds whose value is known (not NaN: that model broke); NaN where there
// is none, spread also where there is one alone.
typedef struct ReportFigure {
    double mean, spread;
} ReportFigure;

ReportFigure report_figure(const double *values, int count);

// The verdict over the seeds, VERDICT_CHANCE where they differ (claim_combine).
ClaimResult report_result(const Report *report, int claim);
SayingOutcome report_outcome(const Report *report, int claim); // the same as what the claims' view takes

// Where memory is short something is missing (json_memory.h). Owned by the caller: json_decref.
json_t *report_build_json(const Report *report);

void report_write_page(const Report *report, FILE *file);
