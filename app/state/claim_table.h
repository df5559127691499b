// Claim table: the figures behind a claim, for its panel, the report and its tests. Thread: pure functions.
#pragma once
#include "state/frame.h"

enum { CLAIM_ROWS_MAX = 8, CLAIM_COLUMNS_MAX = 7 };

// Four decimals, five, four with a sign, per cent (of a share in [0, 1]), whole.
typedef enum ClaimUnit { UNIT_LOSS, UNIT_FINE, UNIT_SIGNED, UNIT_SHARE, UNIT_COUNT } ClaimUnit;

typedef struct ClaimTable {
    int row_count, column_count;
    const char *columns[CLAIM_COLUMNS_MAX]; // "A", "B" first, where there are such
    struct {
        const char *label, *key; // on screen; in JSON
        ClaimUnit unit;
        double values[CLAIM_COLUMNS_MAX]; // NaN: no such figure, or not measured yet
    } rows[CLAIM_ROWS_MAX];
} ClaimTable;

ClaimTable claim_table(int claim, const Frame *frame);

// "0.0918", "0.01005", "+0.0005", "37.7 %", "384"; "" for NaN. fewer: so many decimals less, for where there is no
// room.
void claim_format(ClaimUnit unit, double value, int fewer, char text[24]);
