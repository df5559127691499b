// Ranking: which models of a column of the matrix are the best, if any. By test MSE, the one figure that every output
// and every loss is fairly measured by. Only what is comparable is compared: figures of the same step; and a lead
// counts only where it is larger than what another seed makes of it.
//
// Thread: pure functions.
#pragma once
#include "engine.h"

enum {
    RANKING_EPOCHS = 10, // before that who is ahead says more about the start
    RANKING_RECORDS = 8  // epochs back over which two seeds are compared
};
#define RANKING_LEAD 0.02 // a smaller one is none, whatever two seeds say: a share of the least MSE

typedef struct ColumnRank {
    int best;      // the row with the least MSE; -1: nobody
    unsigned tie;  // bits of the rows that are as good, the best's own among them; 0: the best is alone, or nobody is
    bool is_early; // so far: the models are not trained long enough for a verdict
    double spread; // how far the MSE of the twins were apart at most, over their last RANKING_RECORDS common epochs;
                   // NaN: not known yet
} ColumnRank;

// Whether a model of MSE `other` is as good as the one with the least. spread: NaN counts as none.
bool ranking_is_as_good(double best, double other, double spread);

// rows (count <= 32): the column's models. twinned, twin: the same model with two seeds. Broken models are passed over.
// Nobody is best unless all whole models and the twins are trained and have figures of one step. While they train some
// are an epoch ahead of others: then those of the last epoch that all have done are compared.
ColumnRank ranking_judge(const Snapshot *const *rows, int count, const Snapshot *twinned, const Snapshot *twin);
