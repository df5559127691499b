// Ranking: which model of a column of the matrix is the best, if any. Only what is comparable is compared: figures of
// the same step, and a lead that is larger than what another seed makes of it.
//
// Thread: pure functions.
#pragma once
#include "engine.h"

enum { RANKING_FACTOR = 2, RANKING_RECORDS = 8 };

typedef struct ColumnRank {
    int best;      // row; -1: nobody
    double spread; // how far the twins' losses were apart at most, over their last RANKING_RECORDS common epochs; NaN:
                   // not known yet
} ColumnRank;

// loss: the column's, by which all are ranked. rows (count): the column's models. twinned, twin: the same model with
// two seeds. Nobody is best unless all whole models and the twins are measured, trained, and at the same step, and the
// least loss lies below the next by more than RANKING_FACTOR times the spread. Broken models are passed over.
ColumnRank ranking_judge(int loss, const Snapshot *const *rows, int count, const Snapshot *twinned,
                         const Snapshot *twin);
