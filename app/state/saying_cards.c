// What the cards of claims and trials say.
#include "state/saying_cards.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "state/lesson_parts.h"
#include "state/saying_report.h"

SayingProgress saying_progress(const Frame *frame, int saying)
{
    const SayingRun *run = frame->sayings;
    SayingProgress out = {.is_wanted = run->wanted >> saying & 1};
    const bool is_now = run->job && run->measuring == saying;
    if (out.is_wanted && is_now)
        (void)snprintf(out.text, sizeof out.text, "%.0f %%", floor(100.0 * (double)run->progress));
    else if (out.is_wanted)
        (void)snprintf(out.text, sizeof out.text, "waits");
    return out;
}

ClaimResult saying_result(const Frame *frame, int saying)
{
    const TrialRow *row = saying_trial(saying);
    const SayingOutcome *outcome = &frame->sayings->outcomes[saying];
    if (outcome->is_measured)
        return outcome->result;
    if (!row)
        return frame->claims.results[saying];
    ClaimResult out = {.verdict = VERDICT_OPEN, .so = ""};
    const int variants = trial_variant_count(row);
    (void)snprintf(out.sentence, sizeof out.sentence,
                   "Not measured yet. That takes %d models: %d kind%s, each with %d random starts.",
                   variants * TRIAL_SEEDS, variants, variants == 1 ? "" : "s", TRIAL_SEEDS);
    return out;
}

int saying_starts(const Frame *frame, int saying)
{
    const SayingOutcome *outcome = &frame->sayings->outcomes[saying];
    if (outcome->is_measured)
        return outcome->seeds;
    return saying_trial(saying) || saying_result(frame, saying).verdict == VERDICT_OPEN ? 0 : 1;
}

// What the models of a saying share beside what differs between them: of a trial whose models all have layers of their
// own, those layers and what goes with them.
static Spec find_shared(const SayingOutcome *outcome, int saying)
{
    const Spec usual = spec_default();
    const Spec base = outcome->is_measured ? outcome->base : usual;
    const TrialRow *row = saying_trial(saying);
    if (!row)
        return base;
    Spec shared = trial_spec(&base, row, 0, 0);
    for (int variant = 1; variant < trial_variant_count(row); variant++) {
        const Spec other = trial_spec(&base, row, variant, 0);
        if (!spec_has_same_layers(&shared, &other))
            return base;
    }
    if (spec_has_same_layers(&shared, &base))
        return base;
    Spec out = base;
    spec_set_layers(&out, &shared);
    out.hidden = shared.hidden;
    out.batch = shared.batch;
    return out;
}

// The architecture with those layers, whatever else is said of it: -1 where there is none.
static int find_architecture(const Spec *spec)
{
    for (int i = 0; i < architecture_count(); i++) {
        Spec row = spec_default();
        if (spec_set_architecture(&row, i) && spec_has_same_layers(&row, spec))
            return i;
    }
    return -1;
}

// "the usual model", "variational models", "models of their own"; with their layers, or else with what is not usual of
// a spec that is not of this program's choice.
typedef struct SharedModel {
    char brief[40], whole[SPEC_TEXT_SIZE];
} SharedModel;

static SharedModel name_shared(const SayingOutcome *outcome, int saying)
{
    SharedModel out;
    char layers[SPEC_TEXT_SIZE], text[SPEC_TEXT_SIZE];
    const Spec usual = spec_default();
    Spec shared = find_shared(outcome, saying), base = outcome->is_measured ? outcome->base : usual;
    const int architecture = find_architecture(&shared);
    const bool is_usual = spec_has_same_layers(&shared, &usual);
    base.seed = usual.seed;
    base.loss = usual.loss;
    base.output = usual.output;
    if (!spec_equal(&base, &usual)) {
        shared.loss = usual.loss;
        spec_format(&shared, text, sizeof text);
        *strstr(text, ",seed=") = 0;
        (void)snprintf(out.brief, sizeof out.brief, "models of their own");
        (void)snprintf(out.whole, sizeof out.whole, "%s", strstr(text, "hidden="));
        return out;
    }
    if (is_usual || architecture < 0)
        (void)snprintf(out.brief, sizeof out.brief, is_usual ? "the usual model" : "models of their own");
    else
        (void)snprintf(out.brief, sizeof out.brief, "%c%s models",
                       tolower((unsigned char)architecture_get(architecture)->label[0]),
                       architecture_get(architecture)->label + 1);
    spec_describe_layers(&shared, layers, sizeof layers);
    (void)snprintf(out.whole, sizeof out.whole, "%s, %.90s", out.brief, layers);
    return out;
}

// What trains over seeds is not A and B, whatever those are.
static void say_measured(const SayingOutcome *outcome, int saying, SayingSetup *out)
{
    const SharedModel model = name_shared(outcome, saying);
    const int seeds = outcome->is_measured ? outcome->seeds : TRIAL_SEEDS,
              epochs = outcome->is_measured ? outcome->epochs : SAYING_EPOCHS;
    (void)snprintf(out->forms[0], SAYING_SETUP_TEXT,
                   "%d random starts each, %d epochs; else %.120s, whatever A and B are", seeds, epochs, model.whole);
    (void)snprintf(out->forms[1], SAYING_SETUP_TEXT, "%d random starts each, %d epochs; %s, not A and B", seeds, epochs,
                   model.brief);
    (void)snprintf(out->forms[2], SAYING_SETUP_TEXT, "%d starts, %d epochs, %s", seeds, epochs, model.brief);
}

// A report may be of other models, and of fewer digits to learn from.
static void say_reported(const Frame *frame, const SayingOutcome *outcome, int saying, SayingSetup *out)
{
    const SayingReport *report = frame->sayings->report;
    const SharedModel model = name_shared(outcome, saying);
    char digits[64] = "";
    if (report->train_count != frame->train_count)
        (void)snprintf(digits, sizeof digits, ", %s digits to learn from", lesson_count(report->train_count).text);
    (void)snprintf(out->forms[0], SAYING_SETUP_TEXT, "%d random starts each, %d epochs%s; %.90s; from %.60s",
                   outcome->seeds, outcome->epochs, digits, model.whole, report->name);
    (void)snprintf(out->forms[1], SAYING_SETUP_TEXT, "%d random starts each, %d epochs%s; from %.60s", outcome->seeds,
                   outcome->epochs, digits, report->name);
    (void)snprintf(out->forms[2], SAYING_SETUP_TEXT, "%d starts, %d epochs, of a report", outcome->seeds,
                   outcome->epochs);
}

SayingSetup saying_setup(const Frame *frame, int saying)
{
    SayingSetup out;
    const SayingOutcome *outcome = &frame->sayings->outcomes[saying];
    const int epoch = frame->claims.results[saying_trial(saying) ? 0 : saying].epoch;
    if (frame->sayings->reported >> saying & 1) {
        say_reported(frame, outcome, saying, &out);
        return out;
    }
    if (saying_trial(saying) || outcome->is_measured) {
        say_measured(outcome, saying, &out);
        return out;
    }
    (void)snprintf(out.forms[0], SAYING_SETUP_TEXT,
                   "Only of the models on show, one random start each, epoch %d: another start may decide otherwise",
                   epoch);
    (void)snprintf(out.forms[1], SAYING_SETUP_TEXT, "Only of the models on show, one random start each, epoch %d",
                   epoch);
    (void)snprintf(out.forms[2], SAYING_SETUP_TEXT, "Of one random start, epoch %d", epoch);
    return out;
}

void saying_say_seeds(const SayingOutcome *outcome, int saying, char text[160])
{
    text[0] = 0;
    if (saying_trial(saying) || !outcome->is_measured)
        return;
    (void)snprintf(text, 160, "With %d random starts, %d epochs each: %s", outcome->seeds, outcome->epochs,
                   claim_verdict_name(outcome->result.verdict));
    int counts[VERDICT_COUNT] = {0};
    for (int seed = 0; seed < outcome->seeds; seed++)
        counts[outcome->by_seed[seed]]++;
    const char *before = ". One by one: ";
    for (Verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
        if (counts[verdict] > 0) {
            const size_t used = strlen(text);
            (void)snprintf(text + used, 160 - used, "%s%d %s", before, counts[verdict], claim_verdict_name(verdict));
            before = ", ";
        }
}

// ---- a trial's figures --------------------------------------------------------------------------------------------

ClaimUnit trial_unit(int figure)
{
    static const ClaimUnit units[TRIAL_FIGURES] = {
        [TRIAL_MSE] = UNIT_FINE,   [TRIAL_NOISY_MSE] = UNIT_FINE, [TRIAL_SHARPNESS] = UNIT_SHARE,
        [TRIAL_SSIM] = UNIT_LOSS,  [TRIAL_LIGHT] = UNIT_LOSS,     [TRIAL_AUROC] = UNIT_SHARE,
        [TRIAL_DEAD] = UNIT_SHARE, [TRIAL_KL] = UNIT_LOSS,
    };
    return units[figure];
}

// Two rows for each figure: its mean over the seeds, and how far the seeds are apart.
ClaimTable trial_table(const SayingOutcome *outcome, const TrialRow *row)
{
    static const char *const spreads[TRIAL_FIGURES] = {
        [TRIAL_MSE] = "mse_spread",
        [TRIAL_NOISY_MSE] = "noisy_mse_spread",
        [TRIAL_SHARPNESS] = "sharpness_spread",
        [TRIAL_SSIM] = "ssim_spread",
        [TRIAL_LIGHT] = "brightness_spread",
        [TRIAL_AUROC] = "auroc_spread",
        [TRIAL_DEAD] = "dead_share_spread",
        [TRIAL_KL] = "kl_spread",
    };
    ClaimTable table = {.column_count = trial_variant_count(row), .has_no_sides = true};
    for (int i = 0; i < table.column_count; i++)
        table.columns[i] = row->variants[i].label;
    for (int figure = 0; figure < TRIAL_FIGURES; figure++) {
        if (!(row->figures >> figure & 1))
            continue;
        const int mean = table.row_count++, apart = table.row_count++;
        table.rows[mean].label = trial_figure_get(figure)->label;
        table.rows[mean].key = trial_figure_get(figure)->key;
        table.rows[apart].label = "random starts apart";
        table.rows[apart].key = spreads[figure];
        table.rows[mean].unit = table.rows[apart].unit = trial_unit(figure);
        for (int variant = 0; variant < CLAIM_COLUMNS_MAX; variant++) {
            const bool is_there = variant < table.column_count && outcome->is_measured;
            const TrialSpread spread =
                is_there ? saying_spread(outcome, figure, variant) : (TrialSpread){NAN, NAN, NAN};
            table.rows[mean].values[variant] = spread.mean;
            table.rows[apart].values[variant] = isfinite(spread.most) ? spread.most - spread.least : (double)NAN;
        }
    }
    return table;
}

static void set_figure(const char *label, int figure, double value, ClaimFigure *out)
{
    (void)snprintf(out->label, sizeof out->label, "%s", label);
    (void)snprintf(out->brief, sizeof out->brief, "%.*s", (int)strcspn(label, ","), label);
    claim_format(trial_unit(figure), value, 0, out->text);
}

// The drawn figure of the first two variants; of a single one what it is held against.
void trial_figures(const SayingOutcome *outcome, const TrialRow *row, ClaimFigure figures[CLAIM_FIGURES])
{
    const bool is_known = outcome->is_measured;
    const double first = is_known ? saying_spread(outcome, row->drawn, 0).mean : (double)NAN;
    if (trial_variant_count(row) > 1) {
        set_figure(row->variants[0].label, row->drawn, first, &figures[0]);
        set_figure(row->variants[1].label, row->drawn, is_known ? saying_spread(outcome, row->drawn, 1).mean : NAN,
                   &figures[1]);
        return;
    }
    const bool has_pca = row->mark == TRIAL_MARK_PCA;
    set_figure(has_pca ? "linear" : "clean", row->drawn, first, &figures[0]);
    set_figure(has_pca ? "PCA" : "noisy", row->drawn,
               has_pca    ? outcome->pca_mse
               : is_known ? saying_spread(outcome, TRIAL_NOISY_MSE, 0).mean
                          : (double)NAN,
               &figures[1]);
}
