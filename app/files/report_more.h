// The report's further parts, which need more models than the window's claims: trials, decided over seeds, and figures
// that others published.
#pragma once
#include <jansson.h>
#include <stdio.h>

#include "engine.h"

enum { REPORT_CHECKS_MAX = 16 };

typedef struct ReportPicture {
    const char *file, *caption;
} ReportPicture;

typedef struct ReportCheck {
    char spec[SPEC_TEXT_SIZE]; // of the first seed; empty: no network
    TrialSpread train[PUBLISHED_MOMENTS_MAX], test[PUBLISHED_MOMENTS_MAX];
} ReportCheck;

typedef struct ReportMore {
    int seeds;                                // of the checks
    bool is_comparable;                       // the data is what the published figures are of
    double floor, mean_image, mean_image_mse; // of the test set: what any figure lies between
    bool has_trials;                          // else published figures alone were asked for
    SayingOutcome trials[TRIAL_COUNT];
    const ReportPicture *pictures; // of the trials
    int picture_count;
    bool is_checked[REPORT_CHECKS_MAX];
    ReportCheck checks[REPORT_CHECKS_MAX];
} ReportMore;

// Where memory is short something is missing (json_memory.h). Owned by the caller: json_decref.
json_t *report_build_trials(const ReportMore *more); // null without them
json_t *report_build_checks(const ReportMore *more);

void report_write_more(const ReportMore *more, FILE *file); // in Markdown

void report_print_pictures(FILE *file, const ReportPicture *pictures, int count);
void report_print_escaped(FILE *file, const char *text); // characters that Markdown would take for its own are escaped
