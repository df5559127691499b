// The view of the claims as JSON: what is decided, by which figures, and what several seeds say.
#include <math.h>

#include "files/figures.h"
#include "files/report_json.h"
#include "state/claim_table.h"
#include "state/saying_cards.h"
#include "state/saying_report.h"

static json_t *table_json(const ClaimTable *table)
{
    json_t *json = json_object();
    for (int row = 0; row < table->row_count; row++) {
        json_t *values = json_object();
        for (int i = 0; i < table->column_count; i++)
            if (!isnan(table->rows[row].values[i]))
                report_set(values, table->columns[i], report_number(table->rows[row].values[i]));
        report_set(json, table->rows[row].key, values);
    }
    return json;
}

// What several seeds say, one by one and together; null where nobody has measured that.
static json_t *seeds_json(const SayingRun *run, int saying)
{
    const SayingOutcome *outcome = &run->outcomes[saying];
    if (!outcome->is_measured)
        return json_null();
    json_t *json = json_pack("{s:s, s:i, s:i}", "verdict", claim_verdict_name(outcome->result.verdict), "seeds",
                             outcome->seeds, "epochs", outcome->epochs);
    if (isfinite(outcome->pca_mse))
        report_set(json, "pca_mse", report_number(outcome->pca_mse));
    json_t *verdicts = json_array();
    for (int seed = 0; !saying_trial(saying) && seed < outcome->seeds; seed++)
        (void)json_array_append_new(verdicts, json_string(claim_verdict_name(outcome->by_seed[seed])));
    report_set(json, "verdicts", verdicts);
    report_set(json, "report", run->reported >> saying & 1 ? report_text(run->report->name) : json_null());
    return json;
}

// What the models on show decide, whatever several seeds say; null of a trial, whose models never are.
static json_t *on_show_json(const Frame *frame, int saying)
{
    if (saying_trial(saying))
        return json_null();
    const ClaimResult *result = &frame->claims.results[saying];
    return json_pack("{s:s, s:s, s:i}", "verdict", claim_verdict_name(result->verdict), "sentence", result->sentence,
                     "epoch", result->epoch);
}

json_t *figures_claims(const Frame *frame)
{
    json_t *claims = json_array();
    for (int saying = 0; saying < SAYING_COUNT; saying++) {
        const Saying row = saying_get(saying);
        const ClaimResult result = saying_result(frame, saying);
        const ClaimTable table = claim_table(saying, frame);
        (void)json_array_append_new(
            claims, json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:i, s:s, s:o, s:o, s:o}", "key", row.key,
                              "page", claim_page_get(claim_page_of(saying))->key, "claim", row.claim, "verdict",
                              claim_verdict_name(result.verdict), "starts", saying_starts(frame, saying), "setup",
                              saying_setup(frame, saying).forms[0], "sentence", result.sentence, "so", result.so,
                              "epoch", result.epoch, "rule", row.rule, "figures", table_json(&table), "on_show",
                              on_show_json(frame, saying), "over_seeds", seeds_json(frame->sayings, saying)));
    }
    return claims;
}
