// Composing a frame: the page's digits (compose_digits.c), the models' newest snapshots or (past.c) what they were,
// their outputs and heatmaps (compose_models.c), what is compared (pairs.c), the lesson's card (lesson_run.c), the
// sentence.
#include <stdio.h>
#include <string.h>

#include "state/compose_parts.h"

// The newest snapshot of one model. Several slots may show the same model, and its older snapshot is then no longer
// theirs.
static void take_snapshot(App *app, Frame *frame, int index)
{
    bool changed;
    const Snapshot *latest = bank_model_latest(app->slots[index].bank, &changed);
    for (int other = 0; other < app->slot_count; other++)
        if (app->slots[other].bank == app->slots[index].bank)
            frame->models[other].live = latest;
}

static void take_snapshots(App *app, Frame *frame, bool takes_news)
{
    for (int i = 0; i < app->slot_count; i++)
        if (takes_news || !frame->models[i].live)
            take_snapshot(app, frame, i);
}

static void compose_ranks(Frame *frame)
{
    for (int column = 0; column < frame->matrix_columns; column++) {
        const Snapshot *rows[OUTPUT_COUNT];
        for (int row = 0; row < frame->matrix_rows; row++)
            rows[row] = frame->models[frame->matrix[row][column]].snapshot;
        frame->matrix_ranks[column] = ranking_judge(rows, frame->matrix_rows, rows[frame->matrix_twinned],
                                                    frame->models[frame->matrix_twins[column]].snapshot);
    }
}

static void compose_state(App *app, Frame *frame)
{
    if (sets_compose(&app->sets, app->popup == POPUP_DATA) && app->popup != POPUP_DATA)
        app_say(app, app->sets.has_failed, app->sets.message.text); // the menu says it itself
    frame->is_playing = app->is_playing;
    frame->is_busy = trainer_is_busy(app->trainer);
    frame->is_restoring = app->restore.is_under_way && !app->restore.is_pause;
    frame->is_held = app->restore.is_held;
    frame->is_film = app->is_film;
    frame->is_feeding = app->is_feeding;
    frame->epochs = app->epochs;
    frame->samples_per_second = trainer_speed(app->trainer);
    frame->notices = &app->notices;
    frame->import = &app->import;
    frame->popup = app->popup;
    frame->is_lesson_new = app->is_lesson_new;
    frame->preset =
        app->preset >= 0 && preset_holds(preset_get(app->preset), &app->look, &app->specs[SIDE_A], &app->specs[SIDE_B])
            ? app->preset
            : -1;
    frame->glossary = app->glossary;
    frame->claim = app->claim;
    frame->pace = app->pace;
    frame->theme = app->theme;
    frame->is_fullscreen = app->is_fullscreen;
    memcpy(frame->message, app->message, sizeof frame->message);
    frame->is_error = app->is_error;
    frame->toast = &app->toast;
    frame->arrival = &app->arrival;
    frame->offer = &app->offer;
    frame->script = &app->script;
    frame->sets = &app->sets;
    if (trainer_has_failed(app->trainer)) {
        (void)snprintf(frame->message, sizeof frame->message,
                       "out of memory: a model is not trained, measured or kept as it should be");
        frame->is_error = true;
    }
}

// Whether a sentence says the same as before, its figures included.
static bool is_same(const Sentence *a, const Sentence *b)
{
    return strcmp(a->text, b->text) == 0 && strcmp(a->action.label, b->action.label) == 0;
}

// While models train a sentence stays for a while, so that it can be read; what the user changed is answered at once.
static void compose_sentences(App *app, Frame *frame)
{
    const NarratorFacts facts = narrator_facts(frame);
    const bool is_of_same = app->said_scene == facts.scene &&
                            spec_equal(&app->said_specs[SIDE_A], &facts.sides[SIDE_A].spec) &&
                            spec_equal(&app->said_specs[SIDE_B], &facts.sides[SIDE_B].spec);
    const bool may_stay = is_of_same && facts.is_training && !frame->is_capture && !frame->is_past &&
                          facts.scene != SCENE_INSPECT &&
                          !scene_has(facts.scene, SCENE_HAS_CODE); // there it follows the mouse
    if (may_stay && app->now < app->said_at + SENTENCE_SECONDS)
        return;
    const Sentence sentence = narrator_say(&facts);
    bool is_same_as_before = is_same(&sentence, &frame->sentence);
    // figures of different epochs for a moment: what was said of the last ones still holds
    if (!(may_stay && strcmp(sentence.key, NARRATOR_WAITS) == 0))
        frame->sentence = sentence;
    for (int column = 0; column < frame->matrix_columns; column++) {
        const Sentence next = column < facts.column_count ? narrator_say_column(&facts, column) : (Sentence){.key = ""};
        is_same_as_before = is_same_as_before && is_same(&next, &frame->column_sentences[column]);
        if (!(may_stay && strcmp(next.key, NARRATOR_WAITS) == 0))
            frame->column_sentences[column] = next;
    }
    if (!is_same_as_before || !is_of_same)
        app->said_at = app->now;
    app->said_scene = facts.scene;
    app->said_specs[SIDE_A] = facts.sides[SIDE_A].spec;
    app->said_specs[SIDE_B] = facts.sides[SIDE_B].spec;
}

static void compose_code(App *app, Frame *frame)
{
    if (!scene_has(app->look.scene, SCENE_HAS_CODE))
        return;
    code_compose(app, frame);
    if (app->look.scene == SCENE_LATENT)
        app->code->is_complete &= latent_compose(app, frame);
}

const Frame *app_compose(App *app, int page_count, bool is_capture, bool takes_news)
{
    Frame *frame = &app->frame;
    pca_run_compose(app); // which may change a model
    saying_run_compose(app);
    frame->look = app->look;
    frame->is_capture = is_capture;
    compose_dataset(app, frame);
    compose_pad(app, frame);
    compose_page(app, frame, page_count);
    take_snapshots(app, frame, takes_news);
    if (cast_follow(app))
        take_snapshots(app, frame, false);
    frame->model_count = app->slot_count;
    past_compose(app, frame);
    mixed_compose(app, frame);
    compose_models(app, frame);
    pairs_compose(app, frame);
    frame->trials = NULL;
    if (app->look.scene == SCENE_CLAIMS) {
        trial_frame_compose(app);
        frame->trials = &app->trials;
    }
    frame->code = NULL;
    frame->latent = NULL;
    compose_code(app, frame);
    if (app->look.scene == SCENE_MATRIX)
        compose_ranks(frame);
    compose_state(app, frame);
    if (lesson_compose(app, frame)) { // another digit, or another pixel of it
        frame->look = app->look;
        compose_pad(app, frame);
        compose_page(app, frame, page_count);
        compose_models(app, frame);
        compose_code(app, frame);
        (void)lesson_compose(app, frame);
    }
    restore_compose(app, frame);
    compose_sentences(app, frame);
    return frame;
}

bool app_is_settled(App *app)
{
    const Frame *frame = &app->frame;
    bool settled = trainer_dataset(app->trainer) && !trainer_is_busy(app->trainer);
    for (int i = 0; i < frame->model_count; i++) {
        if (i < SIDE_COUNT && !app_is_on_show(app, i))
            continue; // the side that solo leaves out
        const Snapshot *s = frame->models[i].own, *live = frame->models[i].live;
        const int64_t all = (int64_t)live->steps_per_epoch * app->goal_epochs;
        const int64_t own = app_find_goal(app, i), most = own >= 0 && own < all ? own : all;
        const int64_t goal = app->goal_step >= 0 && app->goal_step < most ? app->goal_step : most;
        const bool is_done = live->broken_step >= 0 || live->step >= goal;
        settled =
            settled && is_done && s->test.images > 0 && s->test_step == s->step && pca_run_has_come(&frame->models[i]);
    }
    return settled && !pca_run_is_waited_for(app) && !saying_run_is_waited_for(app) && past_is_early_whole(app) &&
           frame->pair.is_complete && frame->are_mixed_whole &&
           (app->look.scene != SCENE_CLAIMS || frame->claims.is_complete) && (!frame->code || frame->code->is_complete);
}
