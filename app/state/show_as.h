// What pictures show of an output: what the model says of each pixel, what would be seen if pixels were black or white,
// or what it says of a code that is drawn by chance, where it has such a code. Figures, heatmaps and histograms are of
// the mean, whatever is shown.
//
// To add one: a row in show_as.c and its name here. Thread: constant table, pure functions.
#pragma once

typedef enum ShowAs { SHOW_MEAN, SHOW_THRESHOLD, SHOW_SAMPLE, SHOW_CODE, SHOW_AS_COUNT } ShowAs;

typedef struct ShowAsRow {
    const char *key;         // on the command line and in JSON
    const char *label;       // on a button
    const char *note;        // over a picture; empty where outputs are shown as they are
    const char *short_note;  // where that is too long
    const char *what, *look; // what it is, what to look for: a line each, for a beginner
} ShowAsRow;

const ShowAsRow *show_as_get(ShowAs as);

// Of the output p (DIGIT_PIXELS) of one digit, what its picture shows. digit: its index in the test set, -1: the
// drawing. A pixel is sampled by the digit and its place alone: the same in every picture, and for every model. What is
// not a number stays so. SHOW_CODE: p itself, which is to be that of a drawn code.
void show_as_apply(ShowAs as, int digit, const float *p, float *shown);
