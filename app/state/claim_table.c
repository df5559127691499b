// The figures behind each claim, in rows and columns.
#include "state/claim_table.h"

#include <math.h>
#include <stdio.h>

#include "state/saying_cards.h"

void claim_format(ClaimUnit unit, double value, int fewer, char text[24])
{
    static const int all[] = {[UNIT_LOSS] = 4, [UNIT_FINE] = 5, [UNIT_SIGNED] = 4, [UNIT_SHARE] = 1, [UNIT_COUNT] = 0};
    const int decimals = all[unit] > fewer ? all[unit] - fewer : 0;
    text[0] = 0;
    if (isnan(value))
        return;
    if (isinf(value))
        (void)snprintf(text, 24, fewer > 0 ? "inf" : "infinite");
    else if (fabs(value) >= 1e4 && (unit != UNIT_COUNT || fewer > 0))
        (void)snprintf(text, 24, "%.*e", fewer < 3 ? 3 - fewer : 0, value);
    else if (unit == UNIT_SHARE)
        (void)snprintf(text, 24, "%.*f %%", decimals, 100.0 * value);
    else
        (void)snprintf(text, 24, unit == UNIT_SIGNED ? "%+.*f" : "%.*f", decimals, value);
}

// One figure of a model; NaN while nothing is measured.
typedef double FindFigure(const Metrics *test, const TargetFacts *facts);

static double find_mse(const Metrics *m, const TargetFacts *facts) { return (void)facts, m->mean[LOSS_MSE]; }
static double find_bce(const Metrics *m, const TargetFacts *facts) { return (void)facts, m->mean[LOSS_BCE]; }
static double find_outside(const Metrics *m, const TargetFacts *facts) { return (void)facts, metrics_outside(m); }
static double find_dead(const Metrics *m, const TargetFacts *facts) { return (void)facts, m->dead_outputs; }
static double find_nonfinite(const Metrics *m, const TargetFacts *facts) { return (void)facts, (double)m->nonfinite; }
static double find_bias(const Metrics *m, const TargetFacts *facts) { return (void)facts, m->bias; }
static double find_zero(const Metrics *m, const TargetFacts *f) { return (void)f, m->bias_by_target[TARGET_ZERO]; }
static double find_dark(const Metrics *m, const TargetFacts *f) { return (void)f, m->bias_by_target[TARGET_DARK]; }
static double find_bright(const Metrics *m, const TargetFacts *f) { return (void)f, m->bias_by_target[TARGET_BRIGHT]; }
static double find_one(const Metrics *m, const TargetFacts *f) { return (void)f, m->bias_by_target[TARGET_ONE]; }
static double find_below(const Metrics *m, const TargetFacts *facts) { return (void)facts, m->below_002; }
static double find_above(const Metrics *m, const TargetFacts *facts) { return (void)facts, m->above_098; }
static double find_to_floor(const Metrics *m, const TargetFacts *facts) { return m->mean[LOSS_BCE] - facts->bce_floor; }
static double find_to_mean_image(const Metrics *m, const TargetFacts *facts)
{
    return m->mean[LOSS_BCE] - facts->mean_image[LOSS_BCE];
}
static double find_to_ln_2(const Metrics *m, const TargetFacts *facts)
{
    return (void)facts, m->mean[LOSS_BCE] - log(2.0);
}
static double find_way(const Metrics *m, const TargetFacts *facts)
{
    return claim_way_to_floor(m->mean[LOSS_BCE], facts);
}

static const Metrics *side_figures(const Frame *frame, int side)
{
    const Snapshot *s = frame->models[side].snapshot;
    return s->test.images && s->broken_step < 0 ? &s->test : NULL;
}

// What a model was before it broke is not what it reached.
static const Metrics *deciding_figures(const Frame *frame, int model)
{
    const ClaimEvidence *evidence = &frame->claims.evidence;
    return evidence->is_broken[model] ? NULL : evidence->test[model];
}

// Adds a row: A and B where has_sides, then the deciding models.
static void add_row(ClaimTable *table, const Frame *frame, const char *label, const char *key, ClaimUnit unit,
                    FindFigure *find, bool has_sides, const int *models, int model_count)
{
    const int row = table->row_count++;
    table->rows[row].label = label;
    table->rows[row].key = key;
    table->rows[row].unit = unit;
    for (int i = 0; i < CLAIM_COLUMNS_MAX; i++)
        table->rows[row].values[i] = NAN;
    for (int i = 0; frame->facts && i < SIDE_COUNT + model_count; i++) {
        const Metrics *test = i < SIDE_COUNT ? side_figures(frame, i) : deciding_figures(frame, models[i - SIDE_COUNT]);
        if (test && (has_sides || i >= SIDE_COUNT))
            table->rows[row].values[i] = find(test, frame->facts);
    }
}

static ClaimTable start_table(int column_count, const char *const *columns)
{
    ClaimTable table = {.column_count = column_count};
    for (int i = 0; i < column_count; i++)
        table.columns[i] = columns[i];
    return table;
}

static ClaimTable tabulate_sigmoid(const Frame *frame)
{
    static const char *const columns[] = {"A", "B", "sigmoid", "ReLU", "linear", "clip"};
    static const int with_mse[] = {1, 3, 5, 7}, with_bce[] = {0, 2, 4, 6};
    ClaimTable table = start_table(6, columns);
    add_row(&table, frame, "test MSE", "mse", UNIT_FINE, find_mse, true, with_mse, 4);
    add_row(&table, frame, "outside [0,1]", "outside", UNIT_SHARE, find_outside, true, with_mse, 4);
    add_row(&table, frame, "dead outputs", "dead_outputs", UNIT_COUNT, find_dead, true, with_mse, 4);
    add_row(&table, frame, "not finite", "nonfinite", UNIT_COUNT, find_nonfinite, true, with_mse, 4);
    add_row(&table, frame, "with BCE: test MSE", "mse_trained_with_bce", UNIT_FINE, find_mse, false, with_bce, 4);
    add_row(&table, frame, "with BCE: outside", "outside_trained_with_bce", UNIT_SHARE, find_outside, false, with_bce,
            4);
    add_row(&table, frame, "with BCE: dead", "dead_outputs_trained_with_bce", UNIT_COUNT, find_dead, false, with_bce,
            4);
    add_row(&table, frame, "with BCE: not finite", "nonfinite_trained_with_bce", UNIT_COUNT, find_nonfinite, false,
            with_bce, 4);
    return table;
}

static const int sigmoids[] = {CLAIM_BCE, CLAIM_MSE, CLAIM_TWIN};

static ClaimTable tabulate_dim(const Frame *frame)
{
    static const char *const columns[] = {"A", "B", "BCE", "MSE"};
    ClaimTable table = start_table(4, columns);
    add_row(&table, frame, "mean out \u2212 in", "bias", UNIT_SIGNED, find_bias, true, sigmoids, 2);
    add_row(&table, frame, "where t = 0", "bias_zero", UNIT_SIGNED, find_zero, true, sigmoids, 2);
    add_row(&table, frame, "0 < t < 0.5", "bias_dark", UNIT_SIGNED, find_dark, true, sigmoids, 2);
    add_row(&table, frame, "0.5 \u2264 t < 1", "bias_bright", UNIT_SIGNED, find_bright, true, sigmoids, 2);
    add_row(&table, frame, "where t = 1", "bias_one", UNIT_SIGNED, find_one, true, sigmoids, 2);
    return table;
}

static ClaimTable tabulate_optimum(const Frame *frame)
{
    static const char *const columns[] = {"A", "B", "BCE", "MSE", "seed+1"};
    ClaimTable table = start_table(5, columns);
    add_row(&table, frame, "test BCE", "bce", UNIT_LOSS, find_bce, true, sigmoids, 3);
    add_row(&table, frame, "test MSE", "mse", UNIT_FINE, find_mse, true, sigmoids, 3);
    add_row(&table, frame, "mean |p \u2212 p'|", "distance", UNIT_FINE, find_bce, false, sigmoids, 0);
    // each to the one that it is held against: B to A, MSE and the other seed to BCE
    double *distances = table.rows[table.row_count - 1].values;
    const ClaimsFrame *claims = &frame->claims;
    distances[1] = claims->sides.images ? claims->sides.mean_distance : NAN;
    distances[3] = claims->evidence.losses.images ? claims->evidence.losses.mean_distance : NAN;
    distances[4] = claims->evidence.seeds.images ? claims->evidence.seeds.mean_distance : NAN;
    return table;
}

static ClaimTable tabulate_binary(const Frame *frame)
{
    static const char *const columns[] = {"A", "B", "BCE", "MSE", "input"};
    enum { INPUT = 4 };
    ClaimTable table = start_table(5, columns);
    add_row(&table, frame, "below 0.02", "below_002", UNIT_SHARE, find_below, true, sigmoids, 2);
    add_row(&table, frame, "above 0.98", "above_098", UNIT_SHARE, find_above, true, sigmoids, 2);
    add_row(&table, frame, "ink that is 255", "full_ink", UNIT_SHARE, find_above, false, sigmoids, 0);
    if (frame->facts) {
        table.rows[0].values[INPUT] = frame->facts->below_002;
        table.rows[1].values[INPUT] = frame->facts->above_098;
        table.rows[2].values[INPUT] = frame->facts->full_ink;
    }
    return table;
}

static ClaimTable tabulate_fit(const Frame *frame)
{
    static const char *const columns[] = {"A", "B", "BCE"};
    ClaimTable table = start_table(3, columns);
    add_row(&table, frame, "test BCE", "bce", UNIT_LOSS, find_bce, true, sigmoids, 1);
    add_row(&table, frame, "to entropy floor", "to_floor", UNIT_SIGNED, find_to_floor, true, sigmoids, 1);
    add_row(&table, frame, "to mean image", "to_mean_image", UNIT_SIGNED, find_to_mean_image, true, sigmoids, 1);
    add_row(&table, frame, "to ln 2", "to_ln_2", UNIT_SIGNED, find_to_ln_2, true, sigmoids, 1);
    add_row(&table, frame, "way to the floor", "way_to_floor", UNIT_SHARE, find_way, true, sigmoids, 1);
    return table;
}

ClaimTable claim_table(int saying, const Frame *frame)
{
    static ClaimTable (*const tables[CLAIM_COUNT])(const Frame *) = {
        [CLAIM_SIGMOID] = tabulate_sigmoid, [CLAIM_DIM] = tabulate_dim, [CLAIM_OPTIMUM] = tabulate_optimum,
        [CLAIM_BINARY] = tabulate_binary,   [CLAIM_FIT] = tabulate_fit,
    };
    const TrialRow *trial = saying_trial(saying);
    return trial ? trial_table(&frame->sayings->outcomes[saying], trial) : tables[saying](frame);
}

// ---- what says most -----------------------------------------------------------------------------------------------

int claim_best_model(const Frame *frame, int loss)
{
    const ClaimEvidence *evidence = &frame->claims.evidence;
    int output = CLAIM_OUTPUT_COUNT - 1;
    if (evidence->test[loss])
        (void)claim_best_output(evidence, loss, &output);
    return 2 * output + loss;
}

const char *claim_output_label(int model)
{
    const int output = model == CLAIM_TWIN ? 0 : model / 2;
    return activation_get(OUTPUT_ACTIVATION, activation_find(OUTPUT_ACTIVATION, claim_output_key(output)))->label;
}

typedef void FindFigures(const Frame *frame, ClaimFigure figures[CLAIM_FIGURES]);

static void set_figure(ClaimFigure *figure, const char *label, const char *brief, ClaimUnit unit, double value)
{
    (void)snprintf(figure->label, sizeof figure->label, "%s", label);
    (void)snprintf(figure->brief, sizeof figure->brief, "%s", brief);
    claim_format(unit, value, 0, figure->text);
}

static double figure_of(const Frame *frame, int model, FindFigure *find)
{
    const Metrics *test = deciding_figures(frame, model);
    return test && frame->facts ? find(test, frame->facts) : (double)NAN;
}

static double find_mean(const Metrics *m, const TargetFacts *facts) { return facts->mean + m->bias; }

static void figures_sigmoid(const Frame *frame, ClaimFigure figures[CLAIM_FIGURES])
{
    static const char *const losses[] = {[CLAIM_BCE] = "BCE", [CLAIM_MSE] = "MSE"};
    for (int loss = 0; loss < 2; loss++) {
        char label[40], brief[24];
        const int model = claim_best_model(frame, loss);
        (void)snprintf(label, sizeof label, "%s, %s: MSE", losses[loss], claim_output_label(model));
        (void)snprintf(brief, sizeof brief, "%s, %.12s", losses[loss], claim_output_label(model));
        set_figure(&figures[loss], label, brief, UNIT_LOSS, figure_of(frame, model, find_mse));
    }
}

static void figures_dim(const Frame *frame, ClaimFigure figures[CLAIM_FIGURES])
{
    set_figure(&figures[0], "BCE, mean", "BCE", UNIT_LOSS, figure_of(frame, CLAIM_BCE, find_mean));
    set_figure(&figures[1], "MSE, mean", "MSE", UNIT_LOSS, figure_of(frame, CLAIM_MSE, find_mean));
}

static void figures_optimum(const Frame *frame, ClaimFigure figures[CLAIM_FIGURES])
{
    const ClaimEvidence *evidence = &frame->claims.evidence;
    set_figure(&figures[0], "BCE \u2212 MSE", "BCE\u2212MSE", UNIT_LOSS,
               evidence->losses.images ? evidence->losses.mean_distance : NAN);
    set_figure(&figures[1], "seed 1 \u2212 2", "seeds", UNIT_LOSS,
               evidence->seeds.images ? evidence->seeds.mean_distance : NAN);
}

static void figures_binary(const Frame *frame, ClaimFigure figures[CLAIM_FIGURES])
{
    const TargetFacts *facts = frame->facts;
    set_figure(&figures[0], "ink that is white", "white ink", UNIT_SHARE, facts ? facts->full_ink : (double)NAN);
    set_figure(&figures[1], "all: near 0 or 1", "near 0, 1", UNIT_SHARE,
               facts ? facts->below_002 + facts->above_098 : (double)NAN);
}

static void figures_fit(const Frame *frame, ClaimFigure figures[CLAIM_FIGURES])
{
    set_figure(&figures[0], "BCE", "BCE", UNIT_LOSS, figure_of(frame, CLAIM_BCE, find_bce));
    set_figure(&figures[1], "floor", "floor", UNIT_LOSS, frame->facts ? frame->facts->bce_floor : (double)NAN);
}

// Where several seeds have the word: what the models on show, which the card draws, decide for themselves.
static void figures_on_show(const Frame *frame, int saying, ClaimFigure figures[CLAIM_FIGURES])
{
    const ClaimResult *result = &frame->claims.results[saying];
    set_figure(&figures[0], "models on show", "on show", UNIT_COUNT, NAN);
    (void)snprintf(figures[0].text, sizeof figures[0].text, "%s", claim_verdict_name(result->verdict));
    set_figure(&figures[1], "epoch", "epoch", UNIT_COUNT, result->epoch);
}

void claim_figures(int saying, const Frame *frame, ClaimFigure figures[CLAIM_FIGURES])
{
    static FindFigures *const finders[CLAIM_COUNT] = {
        [CLAIM_SIGMOID] = figures_sigmoid, [CLAIM_DIM] = figures_dim, [CLAIM_OPTIMUM] = figures_optimum,
        [CLAIM_BINARY] = figures_binary,   [CLAIM_FIT] = figures_fit,
    };
    const TrialRow *trial = saying_trial(saying);
    if (trial)
        trial_figures(&frame->sayings->outcomes[saying], trial, figures);
    else if (frame->sayings->outcomes[saying].is_measured)
        figures_on_show(frame, saying, figures);
    else
        finders[saying](frame, figures);
}
