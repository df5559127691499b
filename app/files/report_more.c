// The report's further parts as JSON and in Markdown.
#include "files/report_more.h"

#include <math.h>
#include <string.h>

#include "files/report_json.h"

// ---- JSON ---------------------------------------------------------------------------------------------------------

static json_t *spread_json(TrialSpread spread)
{
    return json_pack("{s:o, s:o, s:o}", "mean", report_number(spread.mean), "least", report_number(spread.least),
                     "most", report_number(spread.most));
}

static json_t *range_json(PublishedRange range)
{
    return isnan(range.least) ? json_null()
                              : json_pack("[o, o]", report_number(range.least), report_number(range.most));
}

// Over the seeds, and each one's; null: it broke.
static json_t *figure_json(const SayingOutcome *trial, int figure, int variant)
{
    json_t *json = spread_json(saying_spread(trial, figure, variant)), *values = json_array();
    for (int seed = 0; seed < TRIAL_SEEDS; seed++)
        (void)json_array_append_new(values, report_number(trial->figures[figure][variant][seed]));
    report_set(json, "values", values);
    return json;
}

// What it is, and each figure behind the verdict.
static json_t *variant_json(const TrialRow *row, const SayingOutcome *trial, int variant)
{
    char spec[SPEC_TEXT_SIZE];
    spec_format(&trial->specs[variant], spec, sizeof spec);
    json_t *json = json_pack("{s:s, s:s}", "label", row->variants[variant].label, "spec", spec);
    for (int figure = 0; figure < TRIAL_FIGURES; figure++)
        if (row->figures >> figure & 1)
            report_set(json, trial_figure_get(figure)->key, figure_json(trial, figure, variant));
    if (row->left_out >= 0)
        report_set(json, "errors", report_auroc_loss(&trial->errors[variant]));
    return json;
}

// What a picture of the trial marks on its axis.
static json_t *mark_json(const TrialRow *row, const SayingOutcome *trial)
{
    switch (row->mark) {
    case TRIAL_MARK_NONE: return json_null();
    case TRIAL_MARK_MEAN_IMAGE: return report_number(trial->mean_image_mse);
    case TRIAL_MARK_PCA: return report_number(trial->pca_mse);
    }
    return json_null();
}

json_t *report_build_trials(const ReportMore *more)
{
    if (!more->has_trials)
        return json_null();
    json_t *list = json_array();
    for (int i = 0; i < TRIAL_COUNT; i++) {
        const TrialRow *row = trial_get(i);
        const SayingOutcome *trial = &more->trials[i];
        json_t *variants = json_array();
        for (int variant = 0; variant < trial_variant_count(row); variant++)
            (void)json_array_append_new(variants, variant_json(row, trial, variant));
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "key", row->key, "claim", row->claim,
                            "verdict", claim_verdict_name(trial->result.verdict), "sentence", trial->result.sentence,
                            "so", trial->result.so, "rule", row->rule, "seeds", TRIAL_SEEDS, "mark",
                            mark_json(row, trial), "variants", variants));
    }
    return list;
}

static PublishedRange as_range(TrialSpread spread) { return (PublishedRange){spread.least, spread.most}; }

// Of both figures the one that agrees less.
static Agreement agreement_of(const ReportMore *more, int check, int moment)
{
    const PublishedMoment *published = &published_get(check)->moments[moment];
    const ReportCheck *ours = &more->checks[check];
    if (!more->is_comparable)
        return AGREEMENT_UNKNOWN;
    const Agreement train = published_compare(published->train, as_range(ours->train[moment]));
    const Agreement test = published_compare(published->test, as_range(ours->test[moment]));
    return train > test ? train : test;
}

json_t *report_build_checks(const ReportMore *more)
{
    json_t *list = json_array();
    for (int i = 0; i < published_count(); i++) {
        const Published *row = published_get(i);
        if (!more->is_checked[i])
            continue;
        json_t *moments = json_array();
        for (int m = 0; m < published_moment_count(row); m++) {
            const Agreement agreement = agreement_of(more, i, m);
            (void)json_array_append_new(
                moments, json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "epoch", row->moments[m].epoch, "of",
                                   published_kind_words(row->moments[m].kind), "published_train",
                                   range_json(row->moments[m].train), "published_test",
                                   range_json(row->moments[m].test), "train", spread_json(more->checks[i].train[m]),
                                   "test", spread_json(more->checks[i].test[m]), "agrees",
                                   agreement == AGREEMENT_UNKNOWN ? json_null()
                                                                  : json_string(published_agreement_name(agreement))));
        }
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "key", row->key, "name",
                                                    row->name, "source", row->source, "spec", more->checks[i].spec,
                                                    "note", row->note, "moments", moments));
    }
    return list;
}

// ---- the page -----------------------------------------------------------------------------------------------------

void report_print_escaped(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (strchr("|<>*_`[]\\", *text))
            (void)fputc('\\', file);
        (void)fputc(*text, file);
    }
}

void report_print_pictures(FILE *file, const ReportPicture *pictures, int count)
{
    for (int i = 0; i < count; i++)
        (void)fprintf(file, "\n![%s](%s)\n", pictures[i].caption, pictures[i].file);
}

static const char *decimals(double value) { return fabs(value) < 0.03 ? "%.5f" : fabs(value) < 1.0 ? "%.4f" : "%.2f"; }

// "0.0926", or "0.0925-0.0927" where the ends are written differently.
static void print_range(FILE *file, double least, double most)
{
    char low[24], high[24];
    if (isnan(least)) {
        (void)fprintf(file, " |");
        return;
    }
    (void)snprintf(low, sizeof low, decimals(least), least);
    (void)snprintf(high, sizeof high, decimals(least), most);
    if (isinf(most))
        (void)fprintf(file, " broke |");
    else if (strcmp(low, high) == 0)
        (void)fprintf(file, " %s |", low);
    else
        (void)fprintf(file, " %s\u2013%s |", low, high);
}

static void print_trials(const ReportMore *more, FILE *file)
{
    (void)fprintf(file,
                  "\n## More that people say\n\nEach variant is trained with %d seeds; a difference counts where it is "
                  "larger than what the seeds make.\n\n| claim | verdict | because | so |\n|---|---|---|---|\n",
                  TRIAL_SEEDS);
    for (int i = 0; i < TRIAL_COUNT; i++) {
        (void)fprintf(file, "| \u201c%s\u201d | **%s** | ", trial_get(i)->claim,
                      claim_verdict_name(more->trials[i].result.verdict));
        report_print_escaped(file, more->trials[i].result.sentence);
        (void)fprintf(file, " | ");
        report_print_escaped(file, more->trials[i].result.so);
        (void)fprintf(file, " |\n");
    }
    report_print_pictures(file, more->pictures, more->picture_count);
    (void)fprintf(file, "\n| claim | variant | test MSE |\n|---|---|---:|\n");
    for (int i = 0; i < TRIAL_COUNT; i++)
        for (int variant = 0; variant < trial_variant_count(trial_get(i)); variant++) {
            const TrialSpread mse = saying_spread(&more->trials[i], TRIAL_MSE, variant);
            (void)fprintf(file, "| %s | %s |", variant ? "" : trial_get(i)->claim,
                          trial_get(i)->variants[variant].label);
            print_range(file, mse.least, mse.most);
            (void)fprintf(file, "\n");
        }
}

static void print_check(const ReportMore *more, int check, FILE *file)
{
    const Published *row = published_get(check);
    for (int m = 0; m < published_moment_count(row); m++) {
        const ReportCheck *ours = &more->checks[check];
        const char *kind = published_kind_words(row->moments[m].kind);
        (void)fprintf(file, "| %s%s%s | ", m ? "" : row->name, !m && *kind ? ", " : "", kind);
        if (row->spec)
            (void)fprintf(file, "%d", row->moments[m].epoch);
        (void)fprintf(file, " |");
        if (more->is_comparable) {
            print_range(file, row->moments[m].train.least, row->moments[m].train.most);
            print_range(file, row->moments[m].test.least, row->moments[m].test.most);
        }
        print_range(file, ours->train[m].least, ours->train[m].most);
        print_range(file, ours->test[m].least, ours->test[m].most);
        if (more->is_comparable)
            (void)fprintf(file, " %s | %s |", published_agreement_name(agreement_of(more, check, m)),
                          m ? "" : row->source);
        (void)fprintf(file, "\n");
    }
}

void report_write_more(const ReportMore *more, FILE *file)
{
    if (more->has_trials)
        print_trials(more, file);
    (void)fprintf(file, "\n## Held against published figures\n\n");
    if (more->is_comparable)
        (void)fprintf(file,
                      "Ours over %d seed%s; \u201cagrees\u201d is within 1 %% of the published range, \u201cnear\u201d "
                      "within 5 %%.\n\n| model | epoch | published, training | published, test | training | test | | "
                      "source |\n|---|---:|---:|---:|---:|---:|---|---|\n",
                      more->seeds, more->seeds == 1 ? "" : "s");
    else
        (void)fprintf(
            file,
            "The published figures are of all of MNIST's digits, and these are others, or fewer: here are ours "
            "alone, over %d seed%s.\n\n| model | epoch | training | test |\n|---|---:|---:|---:|\n",
            more->seeds, more->seeds == 1 ? "" : "s");
    for (int check = 0; check < published_count(); check++)
        if (more->is_checked[check])
            print_check(more, check, file);
    (void)fprintf(file, "\nNo BCE can be below %.4f; that of the mean image is %.4f, its MSE %.5f.\n", more->floor,
                  more->mean_image, more->mean_image_mse);
    if (!more->is_comparable)
        return;
    for (int check = 0; check < published_count(); check++)
        if (more->is_checked[check] && *published_get(check)->note)
            (void)fprintf(file, "\n* %s: %s.", published_get(check)->name, published_get(check)->note);
    (void)fprintf(file, "\n");
}
