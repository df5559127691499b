// A frame's figures as JSON.
#include "files/figures.h"

#include <stdio.h>

#include "files/report_json.h"
#include "state/inspect.h"
#include "state/landmarks.h"

static const char *output_key(int output) { return activation_get(OUTPUT_ACTIVATION, output)->key; }

static json_t *facts_json(const TargetFacts *facts)
{
    json_t *json = json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "images", facts->images, "mean_input",
                             report_number(facts->mean), "bce_floor", report_number(facts->bce_floor), "below_002",
                             report_number(facts->below_002), "above_098", report_number(facts->above_098), "ink",
                             report_number(facts->ink), "full_ink", report_number(facts->full_ink));
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        char key[32];
        (void)snprintf(key, sizeof key, "mean_image_%s", loss_get(loss)->key);
        report_set(json, key, report_number(facts->mean_image[loss]));
    }
    return json;
}

static json_t *matrix_json(const Frame *frame)
{
    json_t *cells = json_array();
    for (int row = 0; row < frame->matrix_rows; row++)
        for (int column = 0; column < frame->matrix_columns; column++) {
            json_t *cell = figures_model(&frame->models[frame->matrix[row][column]], false);
            report_set(cell, "output", json_string(output_key(frame->matrix_outputs[row])));
            report_set(cell, "loss", json_string(loss_get(frame->matrix_losses[column])->key));
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
            report_set(one, loss_get(loss)->key, number(s->loss[loss]));
            report_set(one, key, number(s->slope[loss]));
            (void)snprintf(key, sizeof key, "excess_%s", loss_get(loss)->key);
            if (loss_get(loss)->has_floor)
                report_set(one, key, number(s->excess[loss]));
        }
        report_set(one, "mean_p", number(s->mean_p));
        report_set(one, "mean_error", number(s->mean_error));
        report_set(one, "dead_share", number(s->dead_share));
        report_set(json, side == SIDE_A ? "a" : "b", one);
    }
    return json;
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
            report_set(json, side == SIDE_A ? "a" : "b", report_number(look_lit(&frame->look, test->histogram_output)));
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
        report_set(json, landmarks[i].key, report_number(landmarks[i].loss));
    return json;
}

// How far A and B are apart over the test set, and A and its twin, where that is known; and whether one of them was
// trained for less.
static json_t *pair_json(const Frame *frame)
{
    const PairFigures *pair = &frame->pair;
    json_t *json = json_object();
    if (pair->sides.images) {
        report_set(json, "distance", report_number(pair->sides.mean_distance));
        report_set(json, "distance_epoch", json_integer(pair->sides_epoch));
    }
    if (pair->chance.images) {
        report_set(json, "chance", report_number(pair->chance.mean_distance));
        report_set(json, "chance_epoch", json_integer(pair->chance_epoch));
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
        report_set(json, "behind", json_string(behind == SIDE_A ? "a" : "b"));
        report_set(json, "diagnosis", report_diagnosis(&diagnosis));
    }
    return json;
}

static json_t *sentence_json(const Sentence *sentence)
{
    char text[SENTENCE_SIZE];
    sentence_plain(sentence, text, sizeof text);
    json_t *json = json_pack("{s:s, s:s}", "key", sentence->key, "text", text);
    if (*sentence->action.label)
        report_set(json, "action", json_string(sentence->action.label));
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
        report_set(json, "pixel", json_pack("[i, i]", card->pixel.pixel / DIGIT_SIDE, card->pixel.pixel % DIGIT_SIDE));
    return json;
}

static json_t *column_sentences_json(const Frame *frame)
{
    json_t *columns = json_array();
    for (int column = 0; column < frame->matrix_columns; column++) {
        json_t *json = sentence_json(&frame->column_sentences[column]);
        report_set(json, "loss", json_string(loss_get(frame->matrix_losses[column])->key));
        (void)json_array_append_new(columns, json);
    }
    return columns;
}

static void add_sentences(json_t *json, const Frame *frame)
{
    if (frame->look.scene == SCENE_CLAIMS)
        return; // which have their own
    report_set(json, "narrator", sentence_json(&frame->sentence));
    if (frame->look.scene == SCENE_MATRIX)
        report_set(json, "narrator_columns", column_sentences_json(frame));
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
    report_set(json, "pad_input", pad_input_json(frame));
    report_set(json, "notices", report_notices(frame->notices));
    if (frame->facts)
        report_set(json, "test_set", facts_json(frame->facts));
    report_set(json, "figures_binary", report_number((double)frame->figures_mix)); // of the targets that they are of
    if (frame->pca)
        report_set(
            json, "pca",
            report_pca(frame->pca, pca_components(&frame->models[scene_shows(scene, SIDE_A) ? SIDE_A : SIDE_B].spec)));
    if (scene_shows(scene, SIDE_A))
        report_set(json, "a", figures_model(&frame->models[SIDE_A], true));
    if (scene_shows(scene, SIDE_B))
        report_set(json, "b", figures_model(&frame->models[SIDE_B], true));
    if (frame->facts && frame->look.brush_first <= frame->look.brush_last)
        report_set(json, "brush", brush_json(frame));
    if (scene_has(scene, SCENE_IS_STAGE))
        report_set(json, "landmarks", landmarks_json(frame));
    if (scene_has(scene, SCENE_IS_STAGE))
        report_set(json, "drawing_distance", report_number(frame->pad_distance));
    json_t *pair = pair_json(frame);
    if (json_object_size(pair) > 0)
        report_set(json, "pair", pair);
    else
        json_decref(pair);
    add_sentences(json, frame);
    if (frame->lesson.step)
        report_set(json, "card", figures_lesson(frame));
    report_set(json, "newest_step", json_integer(frame->newest_step));
    report_set(json, "moments", moments_json(frame));
    if (scene == SCENE_MATRIX) {
        report_set(json, "cells", matrix_json(frame));
        report_set(json, "ranks", ranks_json(frame));
    }
    if (scene == SCENE_INSPECT || frame->look.is_pinned)
        report_set(json, "inspect", inspect_json(frame));
    if (frame->code)
        report_set(json, "code", figures_code(frame));
    if (frame->latent)
        report_set(json, "latent", figures_latent(frame));
    if (scene == SCENE_CLAIMS)
        report_set(json, "claims", figures_claims(frame));
    return json;
}
