// Claims: what people say of losses and outputs, and the rules by which measured figures decide it.
//
// Each claim is decided by models that differ from a base spec in output, loss and seed alone, and by figures over the
// whole test set. To add one: a row and its rule in claims.c. Thread: pure functions; any thread.
#pragma once
#include "measuring/metrics.h"
#include "models/spec.h"

enum { CLAIM_SIGMOID, CLAIM_DIM, CLAIM_OPTIMUM, CLAIM_BINARY, CLAIM_FIT, CLAIM_COUNT };

typedef enum Verdict {
    VERDICT_OPEN,
    VERDICT_TRUE,
    VERDICT_PARTLY,
    VERDICT_FALSE,
    VERDICT_CHANCE, // the difference is within the spread of seeds
    VERDICT_COUNT
} Verdict;

enum { CLAIM_EPOCHS_MIN = 10 }; // before that a figure says more about the start than about the loss

// The deciding models: each of four outputs with BCE and with MSE, and a twin of BCE on a sigmoid with the next seed.
enum { CLAIM_OUTPUT_COUNT = 4, CLAIM_TWIN = 2 * CLAIM_OUTPUT_COUNT, CLAIM_MODEL_COUNT };
enum { CLAIM_BCE = 0, CLAIM_MSE = 1 }; // model 2 * output + loss; outputs: sigmoid, ReLU, linear, clip

Spec claim_model_spec(const Spec *base, int model);
const char *claim_output_key(int output); // output < CLAIM_OUTPUT_COUNT

// What is known of the deciding models. A broken model counts as one that never gets better.
typedef struct ClaimEvidence {
    const Metrics *test[CLAIM_MODEL_COUNT]; // NULL: not measured yet
    int epochs[CLAIM_MODEL_COUNT];          // after which test was measured
    bool is_broken[CLAIM_MODEL_COUNT];
    const TargetFacts *facts;  // NULL: the data is not there yet
    PairMetrics losses, seeds; // BCE beside MSE, and BCE beside its twin, all on a sigmoid
    int pair_epoch;            // of the models that were compared
} ClaimEvidence;

typedef struct ClaimResult {
    Verdict verdict;
    int epoch;          // of the deciding model that is least far
    const char *so;     // what to do then; empty where the verdict is open
    char sentence[480]; // why, in plain words with the figures; where the verdict is open, what is known and missing
} ClaimResult;

typedef struct ClaimRow {
    const char *key;   // as in JSON
    const char *claim; // as people put it
    const char *rule;  // how the verdict follows from the figures
    // result: knows its epoch; receives the sentence, which says no verdict before CLAIM_EPOCHS_MIN, and where so
    // depends on more than the verdict that, too
    Verdict (*judge)(const ClaimEvidence *evidence, ClaimResult *result);
    unsigned models; // bits 1 << model: those that decide
    const char *so[VERDICT_COUNT];
} ClaimRow;

const ClaimRow *claim_get(int claim); // claim < CLAIM_COUNT
ClaimResult claim_judge(int claim, const ClaimEvidence *evidence);

#define CLAIM_SO_BY_CHANCE "do not build on it: another random start turns it round."
enum { CLAIM_SEEDS_MAX = 32 };

// One verdict over several seeds, whose results these are: theirs where all say the same, else VERDICT_CHANCE. The
// sentence is the first's, with what each says where they differ. VERDICT_OPEN as long as one of them is. count: 1 ..
// CLAIM_SEEDS_MAX.
ClaimResult claim_combine(const ClaimResult *seeds, int count);
void claim_add_verdicts(const Verdict *verdicts, int count, ClaimResult *result); // to the sentence, one for each seed

const char *claim_verdict_name(Verdict verdict); // "open", "true", "partly true", "false", "within chance"

// The best of the outputs that are no sigmoid, trained with a loss (CLAIM_BCE, CLAIM_MSE): its test MSE as a multiple
// of the sigmoid's; infinite where all of them broke. Needs the sigmoid's figures; others without figures are passed
// over.
double claim_best_output(const ClaimEvidence *evidence, int loss, int *output);

// How much of the way from the mean image's BCE to the entropy floor is done: 0 at the one, 1 at the other.
double claim_way_to_floor(double bce, const TargetFacts *facts);
