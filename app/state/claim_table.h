// Claim table: the figures behind a claim, for its panel, the report and its tests. Thread: pure functions.
#pragma once
#include "state/frame.h"

enum { CLAIM_ROWS_MAX = 8, CLAIM_COLUMNS_MAX = 7 };

// Four decimals, five, four with a sign, per cent (of a share in [0, 1]), whole.
typedef enum ClaimUnit { UNIT_LOSS, UNIT_FINE, UNIT_SIGNED, UNIT_SHARE, UNIT_COUNT } ClaimUnit;

typedef struct ClaimTable {
    int row_count, column_count;
    bool has_no_sides; // else the first two are A and B
    const char *columns[CLAIM_COLUMNS_MAX];
    struct {
        const char *label, *key; // on screen; in JSON
        ClaimUnit unit;
        double values[CLAIM_COLUMNS_MAX]; // NaN: no such figure, or not measured yet
    } rows[CLAIM_ROWS_MAX];
} ClaimTable;

ClaimTable claim_table(int saying, const Frame *frame);

// The two figures of a claim that say most: "MSE, clip" "0.0109".
enum { CLAIM_FIGURES = 2 };
typedef struct ClaimFigure {
    char label[40], brief[24]; // brief: where there is little room
    char text[24];             // empty where nothing is measured yet
} ClaimFigure;
void claim_figures(int saying, const Frame *frame, ClaimFigure figures[CLAIM_FIGURES]);

// The deciding model that does best without a sigmoid, with a loss (CLAIM_BCE, CLAIM_MSE); that of clip before anything
// is measured. An index like those of ClaimEvidence.
int claim_best_model(const Frame *frame, int loss);
const char *claim_output_label(int model); // "clip": of that model's output

// "0.0918", "0.01005", "+0.0005", "37.7 %", "384"; "" for NaN. fewer: so many decimals less, for where there is no
// room.
void claim_format(ClaimUnit unit, double value, int fewer, char text[24]);
