// Fuzzes report_parse: what a report.json says was decided, which may come from anybody. The first byte is not used.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/report_more.h"
#include "files/report_read.h"
#include "fuzz.h"

static SayingReport report;

static void check_text(const char *text, size_t size)
{
    if (!memchr(text, 0, size))
        abort();
}

// What was taken is within the bounds of what follows it.
static void check(void)
{
    if (!report.known || report.known >> SAYING_COUNT || report.train_count < 1)
        abort();
    check_text(report.name, sizeof report.name);
    check_text(report.data_name, sizeof report.data_name);
    for (int saying = 0; saying < SAYING_COUNT; saying++) {
        const SayingOutcome *outcome = &report.outcomes[saying];
        if (!(report.known >> saying & 1))
            continue;
        if (!outcome->is_measured || outcome->seeds < 2 || outcome->seeds > CLAIM_SEEDS_MAX || outcome->epochs < 0 ||
            (int)outcome->result.verdict < 0 || (int)outcome->result.verdict >= VERDICT_COUNT ||
            outcome->result.so != report.so[saying])
            abort();
        check_text(outcome->result.sentence, sizeof outcome->result.sentence);
        check_text(report.so[saying], sizeof report.so[saying]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error = {""};
    if (size == 0)
        return 0;
    if (report_parse((const char *)data + 1, size - 1, "file", &report, &error))
        check();
    else if (!error.text[0])
        abort();
    return 0;
}

// Every trial as `losslens report` writes it, beside one claim.
static char *write_whole(void)
{
    ReportMore more = {.seeds = TRIAL_SEEDS, .has_trials = true};
    for (int trial = 0; trial < TRIAL_COUNT; trial++) {
        SayingOutcome *outcome = &more.trials[trial];
        outcome->result = (ClaimResult){.verdict = VERDICT_FALSE, .sentence = "0.1 and 0.2.", .so = "take either."};
        outcome->pca_mse = outcome->mean_image_mse = 0.5;
        for (int variant = 0; variant < TRIAL_VARIANTS_MAX; variant++)
            outcome->specs[variant] = spec_default();
        for (int figure = 0; figure < TRIAL_FIGURES; figure++)
            for (int variant = 0; variant < TRIAL_VARIANTS_MAX; variant++)
                for (int seed = 0; seed < TRIAL_SEEDS; seed++)
                    outcome->figures[figure][variant][seed] = seed ? 0.25 : (double)INFINITY;
    }
    json_t *json =
        json_pack("{s:s, s:{s:s, s:i, s:s, s:s}, s:s, s:i, s:[i, i], s:[{s:s, s:s, s:[s, s], s:s, s:s}], s:o}",
                  "program", "losslens " LOSSLENS_VERSION, "data", "name", "digits", "train", 60000, "train_sha256",
                  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "test_sha256",
                  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "base", "layers=32", "epochs", 20,
                  "seeds", 1, 2, "claims", "key", claim_get(0)->key, "verdict", "false", "verdicts", "true", "false",
                  "sentence", "no.", "so", "do.", "more_claims", report_build_trials(&more));
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    static const char small[] =
        "{\"data\":{\"name\":\"builtin\",\"train\":60000,\"seed\":1},\"base\":\"batch=64\",\"epochs\":10,"
        "\"seeds\":[3,4,5],\"claims\":[{\"key\":\"sigmoid\",\"verdict\":\"partly true\",\"verdicts\":[\"true\","
        "\"open\",\"within chance\"],\"sentence\":\"\\u00e9\",\"so\":\"\"}],\"more_claims\":null}";
    char *whole = write_whole();
    if (!whole)
        abort();
    fuzz_add_seed(seeds, 0, small, sizeof small - 1);
    fuzz_add_seed(seeds, 0, whole, strlen(whole));
    free(whole);
}
