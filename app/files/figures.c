// A frame's figures as JSON.
#include "files/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "files/capture_fields.h"
#include "files/report_json.h"
#include "state/claim_table.h"
#include "state/inspect.h"
#include "state/landmarks.h"
#include "state/presets.h"
#include "state/saying_cards.h"
#include "state/saying_report.h"

static void set(json_t *object, const char *key, json_t *value) { (void)json_object_set_new(object, key, value); }

static const char *output_key(int output) { return activation_get(OUTPUT_ACTIVATION, output)->key; }

// A figure of each loss: values (LOSS_COUNT).
static json_t *losses_json(const double *values)
{
    json_t *json = json_object();
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        set(json, loss_get(loss)->key, report_number(values[loss]));
    return json;
}

// ---- figures ------------------------------------------------------------------------------------------------------

static json_t *record_losses(const float *values)
{
    double wide[LOSS_COUNT];
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        wide[loss] = (double)values[loss];
    return losses_json(wide);
}

static json_t *history_json(const Snapshot *s, const Spec *spec)
{
    json_t *history = json_array();
    for (int i = 0; i < s->history_count; i++) {
        const EpochRecord *record = &s->history[i];
        json_t *json = json_pack("{s:i, s:o, s:o}", "epoch", record->epoch, "train", record_losses(record->train),
                                 "test", record_losses(record->test));
        if (pixels_are_damaged(spec))
            set(json, "test_noisy", record_losses(record->noisy));
        if (spec_samples(spec)) {
            set(json_object_get(json, "train"), "kl", report_number((double)record->train_kl));
            set(json_object_get(json, "test"), "kl", report_number((double)record->test_kl));
        }
        if (spec->l1 > 0.0f) {
            set(json_object_get(json, "train"), "price", report_number((double)record->train_price));
            set(json_object_get(json, "test"), "price", report_number((double)record->test_price));
        }
        (void)json_array_append_new(history, json);
    }
    return history;
}

// The drawing's least and largest output, null where none is finite: what the pictures' marks depend on.
static json_t *drawing_range(const ModelFrame *m)
{
    float least = INFINITY, most = -INFINITY;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        least = fminf(least, m->pad_p[i]);
        most = fmaxf(most, m->pad_p[i]);
    }
    return json_pack("[o, o]", report_number((double)least), report_number((double)most));
}

// One model whole: settings, every figure over the test set, the drawing's losses, the curves.
json_t *figures_model(const ModelFrame *m, bool has_history)
{
    json_t *json = capture_model(m);
    const Snapshot *s = m->snapshot;
    if (s->test.images) {
        json_t *test = report_metrics(&s->test, &m->spec);
        set(test, "epoch", json_integer(s->test_epoch));
        set(test, "step", json_integer(s->test_step));
        set(json, "test", test);
        if (pixels_are_damaged(&m->spec))
            set(json, "test_noisy", report_noisy(&s->test));
    }
    if (m->spec.range != RANGE_UNIT)
        set(json, "range", report_range(m->model, s->parameters));
    set(json, "drawing", losses_json(m->pad_loss));
    set(json, "drawing_range", drawing_range(m));
    if (has_history)
        set(json, "history", history_json(s, &m->spec));
    return json;
}

static json_t *facts_json(const TargetFacts *facts)
{
    json_t *json = json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "images", facts->images, "mean_input",
                             report_number(facts->mean), "bce_floor", report_number(facts->bce_floor), "below_002",
                             report_number(facts->below_002), "above_098", report_number(facts->above_098), "ink",
                             report_number(facts->ink), "full_ink", report_number(facts->full_ink));
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        char key[32];
        (void)snprintf(key, sizeof key, "mean_image_%s", loss_get(loss)->key);
        set(json, key, report_number(facts->mean_image[loss]));
    }
    return json;
}

static json_t *matrix_json(const Frame *frame)
{
    json_t *cells = json_array();
    for (int row = 0; row < frame->matrix_rows; row++)
        for (int column = 0; column < frame->matrix_columns; column++) {
            json_t *cell = figures_model(&frame->models[frame->matrix[row][column]], false);
            set(cell, "output", json_string(output_key(frame->matrix_outputs[row])));
            set(cell, "loss", json_string(loss_get(frame->matrix_losses[column])->key));
            (void)json_array_append_new(cells, cell);
        }
    return cells;
}

static json_t *rank_output(const Frame *frame, int row)
{
    return row < 0 ? json_null() : json_string(output_key(frame->matrix_outputs[row]));
}

// For each column the output with the least MSE, null where nobody is the best (yet); those that are as good, itself
// among them; who is ahead before a verdict counts; and how far two seeds were apart.
static json_t *ranks_json(const Frame *frame)
{
    json_t *ranks = json_array();
    for (int column = 0; column < frame->matrix_columns; column++) {
        const ColumnRank *rank = &frame->matrix_ranks[column];
        json_t *tie = json_array();
        for (int row = 0; row < frame->matrix_rows; row++)
            if (!rank->is_early && rank->tie >> row & 1)
                (void)json_array_append_new(tie, rank_output(frame, row));
        (void)json_array_append_new(ranks, json_pack("{s:s, s:o, s:o, s:o, s:o}", "loss",
                                                     loss_get(frame->matrix_losses[column])->key, "best",
                                                     rank_output(frame, rank->is_early ? -1 : rank->best), "tie", tie,
                                                     "so_far", rank_output(frame, rank->is_early ? rank->best : -1),
                                                     "seed_spread", report_number(rank->spread)));
    }
    return ranks;
}

static json_t *number(float value) { return report_number((double)value); }

static json_t *inspect_json(const Frame *frame)
{
    const InspectFigures f = inspect_figures(frame);
    json_t *json = json_pack("{s:[i, i], s:i, s:o, s:b, s:o, s:o, s:o, s:o}", "pixel", f.row, f.column, "digit",
                             f.digit, "t", number(f.t), "is_dragged", f.is_dragged, "floor", report_number(f.floor),
                             "excess_below", report_number(f.excess_below), "excess_above",
                             report_number(f.excess_above), "mean_t", number(f.mean_t));
    for (int side = 0; side < SIDE_COUNT; side++) {
        const InspectSide *s = &f.sides[side];
        json_t *one = json_pack("{s:o, s:o}", "z", number(s->z), "p", number(s->p));
        for (int loss = 0; loss < LOSS_COUNT; loss++) {
            char key[32];
            (void)snprintf(key, sizeof key, "%s_slope", loss_get(loss)->key);
            set(one, loss_get(loss)->key, number(s->loss[loss]));
            set(one, key, number(s->slope[loss]));
            (void)snprintf(key, sizeof key, "excess_%s", loss_get(loss)->key);
            if (loss_get(loss)->has_floor)
                set(one, key, number(s->excess[loss]));
        }
        set(one, "mean_p", number(s->mean_p));
        set(one, "mean_error", number(s->mean_error));
        set(one, "dead_share", number(s->dead_share));
        set(json, side == SIDE_A ? "a" : "b", one);
    }
    return json;
}

static json_t *table_json(const ClaimTable *table)
{
    json_t *json = json_object();
    for (int row = 0; row < table->row_count; row++) {
        json_t *values = json_object();
        for (int i = 0; i < table->column_count; i++)
            if (!isnan(table->rows[row].values[i]))
                set(values, table->columns[i], report_number(table->rows[row].values[i]));
        set(json, table->rows[row].key, values);
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
        set(json, "pca_mse", report_number(outcome->pca_mse));
    json_t *verdicts = json_array();
    for (int seed = 0; !saying_trial(saying) && seed < outcome->seeds; seed++)
        (void)json_array_append_new(verdicts, json_string(claim_verdict_name(outcome->by_seed[seed])));
    set(json, "verdicts", verdicts);
    set(json, "report", run->reported >> saying & 1 ? report_text(run->report->name) : json_null());
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

static json_t *moments_json(const Frame *frame)
{
    json_t *steps = json_array();
    for (int i = 0; i < frame->moment_count; i++)
        (void)json_array_append_new(steps, json_integer(frame->moments[i]));
    return steps;
}

// The shares of the test set's pixels that the brush lights.
static json_t *brush_json(const Frame *frame)
{
    json_t *json = json_pack("{s:o}", "input", report_number(look_lit(&frame->look, frame->target_histogram)));
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *test = &frame->models[side].snapshot->test;
        if (scene_shows(frame->look.scene, side) && test->images)
            set(json, side == SIDE_A ? "a" : "b", report_number(look_lit(&frame->look, test->histogram_output)));
    }
    return json;
}

// Of the curves.
static json_t *landmarks_json(const Frame *frame)
{
    Landmark landmarks[LANDMARKS_MAX];
    const int count = landmarks_list(frame, landmarks);
    json_t *json = json_object();
    for (int i = 0; i < count; i++)
        set(json, landmarks[i].key, report_number(landmarks[i].loss));
    return json;
}

// How far A and B are apart over the test set, and A and its twin, where that is known; and whether one of them was
// trained for less.
static json_t *pair_json(const Frame *frame)
{
    const PairFigures *pair = &frame->pair;
    json_t *json = json_object();
    if (pair->sides.images) {
        set(json, "distance", report_number(pair->sides.mean_distance));
        set(json, "distance_epoch", json_integer(pair->sides_epoch));
    }
    if (pair->chance.images) {
        set(json, "chance", report_number(pair->chance.mean_distance));
        set(json, "chance_epoch", json_integer(pair->chance_epoch));
    }
    if (!scene_has(frame->look.scene, SCENE_IS_STAGE) || scene_get(frame->look.scene)->shows != SHOWS_BOTH)
        return json;
    int behind;
    double epochs[SIDE_COUNT];
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Snapshot *s = frame->models[side].snapshot;
        epochs[side] = (double)s->step / s->steps_per_epoch;
    }
    const Diagnosis diagnosis = diagnosis_compare(epochs, &behind);
    if (behind >= 0) {
        set(json, "behind", json_string(behind == SIDE_A ? "a" : "b"));
        set(json, "diagnosis", report_diagnosis(&diagnosis));
    }
    return json;
}

static json_t *sentence_json(const Sentence *sentence)
{
    char text[SENTENCE_SIZE];
    sentence_plain(sentence, text, sizeof text);
    json_t *json = json_pack("{s:s, s:s}", "key", sentence->key, "text", text);
    if (*sentence->action.label)
        set(json, "action", json_string(sentence->action.label));
    return json;
}

// A text of a lesson's card, without its markup.
static json_t *plain_json(const char *markup)
{
    Sentence sentence = {.key = ""};
    char text[SENTENCE_SIZE];
    (void)snprintf(sentence.text, sizeof sentence.text, "%s", markup);
    sentence_plain(&sentence, text, sizeof text);
    return json_string(text);
}

json_t *figures_lesson(const Frame *frame)
{
    const LessonCard *card = &frame->lesson;
    json_t *body = json_array();
    for (int i = 0; i < LESSON_BODY && *card->body[i]; i++)
        (void)json_array_append_new(body, plain_json(card->body[i]));
    json_t *json = json_pack("{s:i, s:i, s:s, s:o, s:o, s:i, s:b, s:b, s:o}", "lesson", frame->look.lesson + 1, "step",
                             frame->look.lesson_step + 1, "title", card->title, "text", plain_json(card->text), "task",
                             plain_json(card->task), "epoch", card->epoch, "grey", card->is_grey, "done", card->is_done,
                             "body", body);
    if (card->has_pixel)
        set(json, "pixel", json_pack("[i, i]", card->pixel.pixel / DIGIT_SIDE, card->pixel.pixel % DIGIT_SIDE));
    return json;
}

static json_t *column_sentences_json(const Frame *frame)
{
    json_t *columns = json_array();
    for (int column = 0; column < frame->matrix_columns; column++) {
        json_t *json = sentence_json(&frame->column_sentences[column]);
        set(json, "loss", json_string(loss_get(frame->matrix_losses[column])->key));
        (void)json_array_append_new(columns, json);
    }
    return columns;
}

static void add_sentences(json_t *json, const Frame *frame)
{
    if (frame->look.scene == SCENE_CLAIMS)
        return; // which have their own
    set(json, "narrator", sentence_json(&frame->sentence));
    if (frame->look.scene == SCENE_MATRIX)
        set(json, "narrator_columns", column_sentences_json(frame));
}

// What the models see of the pad.
static json_t *pad_input_json(const Frame *frame)
{
    json_t *values = json_array();
    for (int i = 0; i < DIGIT_PIXELS; i++)
        (void)json_array_append_new(values, report_number((double)frame->pad_input[i]));
    return values;
}

json_t *figures_json(const Frame *frame, const CaptureWindow *window)
{
    const Scene scene = frame->look.scene;
    json_t *json = capture_settings(frame, window, NULL);
    set(json, "pad_input", pad_input_json(frame));
    set(json, "notices", report_notices(frame->notices));
    if (frame->facts)
        set(json, "test_set", facts_json(frame->facts));
    set(json, "figures_binary", report_number((double)frame->figures_mix)); // of the targets that they are of
    if (frame->pca)
        set(json, "pca",
            report_pca(frame->pca, pca_components(&frame->models[scene_shows(scene, SIDE_A) ? SIDE_A : SIDE_B].spec)));
    if (scene_shows(scene, SIDE_A))
        set(json, "a", figures_model(&frame->models[SIDE_A], true));
    if (scene_shows(scene, SIDE_B))
        set(json, "b", figures_model(&frame->models[SIDE_B], true));
    if (frame->facts && frame->look.brush_first <= frame->look.brush_last)
        set(json, "brush", brush_json(frame));
    if (scene_has(scene, SCENE_IS_STAGE))
        set(json, "landmarks", landmarks_json(frame));
    if (scene_has(scene, SCENE_IS_STAGE))
        set(json, "drawing_distance", report_number(frame->pad_distance));
    json_t *pair = pair_json(frame);
    if (json_object_size(pair) > 0)
        set(json, "pair", pair);
    else
        json_decref(pair);
    add_sentences(json, frame);
    if (frame->lesson.step)
        set(json, "card", figures_lesson(frame));
    set(json, "newest_step", json_integer(frame->newest_step));
    set(json, "moments", moments_json(frame));
    if (scene == SCENE_MATRIX) {
        set(json, "cells", matrix_json(frame));
        set(json, "ranks", ranks_json(frame));
    }
    if (scene == SCENE_INSPECT || frame->look.is_pinned)
        set(json, "inspect", inspect_json(frame));
    if (frame->code)
        set(json, "code", figures_code(frame));
    if (frame->latent)
        set(json, "latent", figures_latent(frame));
    if (scene == SCENE_CLAIMS)
        set(json, "claims", figures_claims(frame));
    return json;
}
