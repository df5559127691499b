// The report's page in Markdown, and its JSON.
#include <math.h>
#include <string.h>

#include "files/report.h"
#include "files/report_json.h"

ReportFigure report_figure(const double *values, int count)
{
    double sum = 0.0, squares = 0.0;
    int known = 0;
    for (int i = 0; i < count; i++) {
        sum += isnan(values[i]) ? 0.0 : values[i];
        known += !isnan(values[i]);
    }
    const double mean = known > 0 ? sum / known : NAN;
    for (int i = 0; i < count; i++)
        squares += isnan(values[i]) ? 0.0 : (values[i] - mean) * (values[i] - mean);
    return (ReportFigure){mean, known > 1 && isfinite(mean) ? sqrt(squares / (known - 1)) : NAN};
}

ClaimResult report_result(const Report *report, int claim)
{
    ClaimResult results[REPORT_SEEDS_MAX];
    for (int i = 0; i < report->seed_count; i++)
        results[i] = report->seeds[i].results[claim];
    return claim_combine(results, report->seed_count);
}

SayingOutcome report_outcome(const Report *report, int claim)
{
    SayingOutcome out = {.is_measured = true,
                         .epochs = report->epochs,
                         .seeds = report->seed_count,
                         .result = report_result(report, claim),
                         .base = spec_default(),
                         .pca_mse = NAN};
    (void)spec_parse(&out.base, report->base, NULL); // it is a part of one
    for (int i = 0; i < report->seed_count; i++)
        out.by_seed[i] = report->seeds[i].results[claim].verdict;
    return out;
}

static ReportFigure table_figure(const Report *report, int claim, int row, int column)
{
    double values[REPORT_SEEDS_MAX];
    for (int i = 0; i < report->seed_count; i++)
        values[i] = report->seeds[i].tables[claim].rows[row].values[column];
    return report_figure(values, report->seed_count);
}

// One figure of a cell of the matrix: each loss's mean, and what else stands behind them.
typedef struct CellColumn {
    const char *label, *key;
    ClaimUnit unit;
    double (*find)(const Metrics *test); // NULL: the mean of `loss`
    int loss;
} CellColumn;

static double find_bias(const Metrics *m) { return m->bias; }
static double find_dead(const Metrics *m) { return m->dead_outputs; }
static double find_dead_units(const Metrics *m) { return m->dead_code_units; }

static const CellColumn other_columns[] = {
    {"bias", "bias", UNIT_SIGNED, find_bias, 0},
    {"outside [0,1]", "outside", UNIT_SHARE, metrics_outside, 0},
    {"dead outputs", "dead_outputs", UNIT_COUNT, find_dead, 0},
    {"dead code units", "dead_code_units", UNIT_COUNT, find_dead_units, 0},
};
enum { CELL_COLUMNS = LOSSES_IN_MATRIX + (int)(sizeof other_columns / sizeof *other_columns) };

// A squared error is small: it has a decimal more.
static CellColumn cell_column(int index)
{
    if (index >= LOSSES_IN_MATRIX)
        return other_columns[index - LOSSES_IN_MATRIX];
    const Loss *loss = loss_get(index);
    return (CellColumn){loss->label, loss->key, index == LOSS_MSE ? UNIT_FINE : UNIT_LOSS, NULL, index};
}

static double cell_value(const Metrics *test, const CellColumn *figure)
{
    return figure->find ? figure->find(test) : test->mean[figure->loss];
}

static ReportFigure cell_figure(const Report *report, int row, int column, const CellColumn *figure)
{
    double values[REPORT_SEEDS_MAX];
    for (int i = 0; i < report->seed_count; i++)
        values[i] =
            report->seeds[i].broken[row][column] < 0 ? cell_value(&report->seeds[i].cells[row][column], figure) : NAN;
    return report_figure(values, report->seed_count);
}

static int count_broken(const Report *report, int row, int column)
{
    int count = 0;
    for (int i = 0; i < report->seed_count; i++)
        count += report->seeds[i].broken[row][column] >= 0;
    return count;
}

// ---- JSON ---------------------------------------------------------------------------------------------------------

static json_t *figure_json(ReportFigure figure)
{
    return json_pack("{s:o, s:o}", "mean", report_number(figure.mean), "spread", report_number(figure.spread));
}

static json_t *claim_json(const Report *report, int claim)
{
    const ClaimTable *table = &report->seeds[0].tables[claim];
    json_t *figures = json_object(), *verdicts = json_array(), *sentences = json_array();
    for (int row = 0; row < table->row_count; row++) {
        json_t *columns = json_object();
        for (int column = 0; column < table->column_count; column++) {
            const ReportFigure figure = table_figure(report, claim, row, column);
            if (!isnan(figure.mean))
                report_set(columns, table->columns[column], figure_json(figure));
        }
        report_set(figures, table->rows[row].key, columns);
    }
    for (int i = 0; i < report->seed_count; i++) {
        const ClaimResult *result = &report->seeds[i].results[claim];
        (void)json_array_append_new(verdicts, json_string(claim_verdict_name(result->verdict)));
        (void)json_array_append_new(sentences, json_string(result->sentence));
    }
    const ClaimResult over_seeds = report_result(report, claim);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "key", claim_get(claim)->key, "claim",
                     claim_get(claim)->claim, "verdict", claim_verdict_name(over_seeds.verdict), "sentence",
                     over_seeds.sentence, "so", over_seeds.so, "rule", claim_get(claim)->rule, "verdicts", verdicts,
                     "sentences", sentences, "figures", figures);
}

static json_t *cells_json(const Report *report)
{
    json_t *cells = json_array();
    for (int row = 0; row < report->rows; row++)
        for (int column = 0; column < report->columns; column++) {
            json_t *cell =
                json_pack("{s:s, s:s, s:i}", "output", activation_get(OUTPUT_ACTIVATION, report->outputs[row])->key,
                          "loss", loss_get(report->losses[column])->key, "broken", count_broken(report, row, column));
            for (int i = 0; i < CELL_COLUMNS; i++) {
                const CellColumn figure = cell_column(i);
                report_set(cell, figure.key, figure_json(cell_figure(report, row, column, &figure)));
            }
            (void)json_array_append_new(cells, cell);
        }
    return cells;
}

// By which a window knows whether these are the digits that it has open.
static void add_sums(json_t *data, const Report *report)
{
    if (report->is_builtin) {
        report_set(data, "seed", json_integer(BUILTIN_SEED));
        return;
    }
    report_set(data, "train_sha256", json_string(report->sums.train));
    report_set(data, "test_sha256", json_string(report->sums.test));
}

static json_t *claims_json(const Report *report)
{
    json_t *claims = json_array();
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        (void)json_array_append_new(claims, claim_json(report, claim));
    return claims;
}

// What was not measured is null: without claims their spec, epochs, seeds and models, too.
json_t *report_build_json(const Report *report)
{
    const bool has_claims = report->has_claims;
    json_t *seeds = json_array(), *pictures = json_array();
    for (int i = 0; i < report->seed_count; i++)
        (void)json_array_append_new(seeds, json_integer(report->seeds[i].seed));
    for (int i = 0; i < report->picture_count; i++)
        (void)json_array_append_new(pictures, json_string(report->pictures[i].file));
    json_t *json =
        json_pack("{s:s, s:{s:o, s:i, s:i, s:f, s:f, s:f}, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "program",
                  "losslens " LOSSLENS_VERSION, "data", "name", report_text(report->dataset), "train",
                  report->train_count, "test", report->test_count, "mean_input", report->facts.mean, "bce_floor",
                  report->facts.bce_floor, "mean_image_bce", report->facts.mean_image[LOSS_BCE], "notices",
                  report_notices(&report->notices), "base", has_claims ? json_string(report->base) : json_null(),
                  "epochs", has_claims ? json_integer(report->epochs) : json_null(), "seeds", seeds, "claims",
                  has_claims ? claims_json(report) : json_null(), "models",
                  has_claims ? cells_json(report) : json_null(), "pictures", pictures);
    add_sums(json_object_get(json, "data"), report);
    if (report->more) {
        report_set(json, "more_claims", report_build_trials(report->more));
        report_set(json, "checks", report_build_checks(report->more));
    }
    return json;
}

// ---- the page -----------------------------------------------------------------------------------------------------

// "0.0918 \u00b1 0.0003", the spread where there are several seeds that did not break.
static void print_figure(FILE *file, ClaimUnit unit, ReportFigure figure)
{
    char mean[24], spread[24] = "";
    claim_format(unit, figure.mean, 0, mean);
    const double size = fabs(figure.mean);
    const bool is_plain = unit != UNIT_SHARE && unit != UNIT_COUNT;
    if (is_plain && !isnan(figure.spread)) // as many decimals as the mean has
        (void)snprintf(spread, sizeof spread,
                       size >= 1e4         ? "%.4g"
                       : unit == UNIT_FINE ? "%.5f"
                                           : "%.4f",
                       figure.spread);
    else
        claim_format(unit, figure.spread, 0, spread);
    (void)fprintf(file, " %s%s%s |", mean, *mean && *spread ? " \u00b1 " : "", *mean ? spread : "");
}

static void print_verdict(const Report *report, int claim, FILE *file)
{
    const Verdict verdict = report_result(report, claim).verdict;
    (void)fprintf(file, "**%s**", claim_verdict_name(verdict));
    for (int i = 0; verdict == VERDICT_CHANCE && i < report->seed_count; i++)
        (void)fprintf(file, "%s %s (seed %u)", i ? "," : ":",
                      claim_verdict_name(report->seeds[i].results[claim].verdict), report->seeds[i].seed);
}

static void print_claim(const Report *report, int claim, FILE *file)
{
    const ClaimTable *table = &report->seeds[0].tables[claim];
    (void)fprintf(file, "\n## \u201c%s\u201d\n\n", claim_get(claim)->claim);
    print_verdict(report, claim, file);
    (void)fprintf(file, ". ");
    report_print_escaped(file, claim_get(claim)->rule);
    (void)fprintf(file, "\n\n| |");
    for (int i = 0; i < table->column_count; i++)
        (void)fprintf(file, " %s |", table->columns[i]);
    (void)fprintf(file, "\n|---|");
    for (int i = 0; i < table->column_count; i++)
        (void)fprintf(file, "---:|");
    for (int row = 0; row < table->row_count; row++) {
        (void)fprintf(file, "\n| ");
        report_print_escaped(file, table->rows[row].label);
        (void)fprintf(file, " |");
        for (int i = 0; i < table->column_count; i++)
            print_figure(file, table->rows[row].unit, table_figure(report, claim, row, i));
    }
    (void)fprintf(file, "\n");
}

static void print_matrix(const Report *report, FILE *file)
{
    (void)fprintf(file, "\n## Every output with every loss\n\n| loss | output |");
    for (int i = 0; i < CELL_COLUMNS; i++)
        (void)fprintf(file, " %s%s |", i < LOSSES_IN_MATRIX ? "test " : "", cell_column(i).label);
    (void)fprintf(file, "\n|---|---|");
    for (int i = 0; i < CELL_COLUMNS; i++)
        (void)fprintf(file, "---:|");
    for (int column = 0; column < report->columns; column++)
        for (int row = 0; row < report->rows; row++) {
            (void)fprintf(file, "\n| %s | %s |", loss_get(report->losses[column])->label,
                          activation_get(OUTPUT_ACTIVATION, report->outputs[row])->label);
            if (count_broken(report, row, column) > 0)
                (void)fprintf(file, " broke with %d of %d seeds |", count_broken(report, row, column),
                              report->seed_count);
            for (int i = count_broken(report, row, column) > 0; i < CELL_COLUMNS; i++) {
                const CellColumn figure = cell_column(i);
                print_figure(file, figure.unit, cell_figure(report, row, column, &figure));
            }
        }
    (void)fprintf(file, "\n");
}

static void print_data(const Report *report, FILE *file)
{
    (void)fprintf(file, "Measured by losslens " LOSSLENS_VERSION " on ");
    report_print_escaped(file, report->dataset);
    (void)fprintf(file, " data: %d training images, figures over all %d test images", report->train_count,
                  report->test_count);
}

// What was done to the digits or noticed of them.
static void print_notices(const Report *report, FILE *file)
{
    for (int i = 0; i < report->notices.count; i++) {
        (void)fprintf(file, "%s", i == 0 ? "\nOf the data: " : "; ");
        report_print_escaped(file, report->notices.text[i]);
    }
    (void)fprintf(file, "%s", report->notices.count > 0 ? ".\n\n" : "");
}

static void print_claims(const Report *report, FILE *file)
{
    (void)fprintf(file, "# What the loss and the output do to the picture\n\n");
    print_data(report, file);
    (void)fprintf(file, ", after %d epochs. All models share `%s`; they differ in loss, output and seed alone.\n",
                  report->epochs, report->base);
    print_notices(report, file);
    if (report->seed_count > 1)
        (void)fprintf(file, "Figures are means over %d seeds \u00b1 their standard deviation.\n", report->seed_count);
    (void)fprintf(
        file, "A is BCE on a sigmoid, B is MSE on a ReLU.\n\n| claim | verdict | because | so |\n|---|---|---|---|\n");
    for (int claim = 0; claim < CLAIM_COUNT; claim++) {
        (void)fprintf(file, "| \u201c%s\u201d | ", claim_get(claim)->claim);
        print_verdict(report, claim, file);
        (void)fprintf(file, " | ");
        report_print_escaped(file, report->seeds[0].results[claim].sentence);
        (void)fprintf(file, " | ");
        report_print_escaped(file, report_result(report, claim).so);
        (void)fprintf(file, " |\n");
    }
    if (report->seed_count > 1)
        (void)fprintf(file, "\nThe sentences are those of seed %u.\n", report->seeds[0].seed);
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        print_claim(report, claim, file);
    print_matrix(report, file);
}

void report_write_page(const Report *report, FILE *file)
{
    if (report->has_claims) {
        print_claims(report, file);
    } else {
        (void)fprintf(file, "# What others published, measured again\n\n");
        print_data(report, file);
        (void)fprintf(file, ". Claims were not measured: `losslens report` without `--published` decides them.\n");
        print_notices(report, file);
    }
    if (report->more)
        report_write_more(report->more, file);
    report_print_pictures(file, report->pictures,
                          report->picture_count - (report->more ? report->more->picture_count : 0));
}
