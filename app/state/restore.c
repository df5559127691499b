// Bringing a new app back to what a picture's settings say: at once what is looked at and the drawing, and the models
// by training them again, each to the step at which it was. Once they are there, their weights are compared with the
// picture's.
#include <stdio.h>
#include <string.h>

#include "state/app_parts.h"

// ---- how far ------------------------------------------------------------------------------------------------------

static const SavedModel *find_saved(const SavedState *saved, const Spec *spec)
{
    for (int i = 0; i < saved->model_count; i++)
        if (spec_equal(&saved->models[i].spec, spec))
            return &saved->models[i];
    return NULL;
}

// A broken one must get the chance to break once more.
static int64_t find_goal(const SavedModel *model)
{
    return model->broken_step >= 0 ? model->broken_step + 1 : model->newest;
}

int64_t app_find_goal(const App *app, int index)
{
    const Restore *restore = &app->restore;
    const ModelOrigin *origin = app_find_origin(app, &app->slots[index].spec);
    if (origin && origin->stays)
        return 0;
    if (!restore->holds_goals)
        return -1;
    if (restore->is_pause)
        return restore->pause;
    const SavedModel *model = find_saved(&restore->saved, &app->slots[index].spec);
    int64_t furthest = 0; // of those that the picture does not know
    for (int i = 0; i < restore->saved.model_count; i++)
        if (restore->saved.models[i].newest > furthest)
            furthest = restore->saved.models[i].newest;
    return model ? find_goal(model) : furthest;
}

void restore_set_goals(App *app)
{
    for (int i = 0; i < app->slot_count; i++)
        trainer_set_model_goal(app->trainer, app->slots[i].bank, app_find_goal(app, i));
}

bool restore_lift_goals(App *app)
{
    const bool had_some = app->restore.holds_goals;
    const bool was_under_way = app->restore.is_under_way;
    app->restore.holds_goals = app->restore.is_under_way = app->restore.is_held = false;
    if (was_under_way)
        app_set_pace(app, app->pace);
    if (had_some) {
        restore_set_goals(app);
        app_set_goal(app, app->epochs, -1);
    }
    return had_some;
}

// ---- beginning ----------------------------------------------------------------------------------------------------

static void restore_pad(App *app, const SavedState *saved)
{
    app->pad.is_centred = saved->is_centred;
    app->pad.brush = saved->brush;
    if (!saved->has_pad || app->pad.is_drawing)
        return;
    if (saved->pad.source >= 0 && saved->pad.source < app_count_digits(app))
        app_load_digit(app, saved->pad.source);
    else
        pad_load_state(&app->pad, &saved->pad);
}

void restore_begin(App *app, const SavedState *saved)
{
    Restore *restore = &app->restore;
    *restore =
        (Restore){.saved = *saved, .holds_goals = saved->model_count > 0, .is_under_way = saved->model_count > 0};
    restore_pad(app, saved);
    app->first = saved->page_first;
    app->shuffle = saved->page_shuffle;
    app->preset = saved->preset;
    app->popup = saved->popup == POPUP_IMPORT ? POPUP_NONE : saved->popup; // its picture is not in this one
    app->glossary = saved->glossary;
    app->claim = saved->claim;
    app->saying_run.wanted |= saved->measured;
    if (saved->has_pulls)
        app->pulls = saved->pulls;
    app->epochs = saved->epochs;
    app->pace = saved->pace; // of what comes after; there it goes as fast as it can
    trainer_set_pace(app->trainer, restore->is_under_way ? pace_batches(PACE_FULL) : pace_batches(saved->pace));
    int most = saved->epochs;
    for (int i = 0; i < saved->model_count; i++)
        most = saved->models[i].epochs > most ? saved->models[i].epochs : most;
    app_set_goal(app, restore->holds_goals ? most + 1 : most, -1);
    restore_set_goals(app);
    lesson_resume(app, saved->has_lesson_pixel, saved->is_lesson_pixel_moved);
}

void restore_begin_pause(App *app, int64_t step)
{
    app->restore = (Restore){.holds_goals = true, .is_under_way = true, .is_pause = true, .pause = step};
    trainer_set_pace(app->trainer, pace_batches(PACE_FULL));
    app_set_goal(app, app->epochs, -1);
    restore_set_goals(app);
}

bool app_set_origin(App *app, const Spec *spec, const float *parameters, const ModelOrigin *origin)
{
    BankModel *bank = NULL;
    for (int i = 0; i < app->slot_count && !bank; i++)
        bank = spec_equal(&app->slots[i].spec, spec) ? app->slots[i].bank : NULL;
    if (!bank)
        return false;
    if (origin->stays) // said before it has the weights, from which it would train a step
        trainer_set_model_goal(app->trainer, bank, 0);
    if (!trainer_set_parameters(app->trainer, bank, parameters, origin->step)) {
        restore_set_goals(app);
        return false;
    }
    int at = 0;
    while (at < app->origin_count && !spec_equal(&app->origins[at].spec, spec))
        at++;
    if (at == ORIGINS_MAX) { // the oldest goes
        memmove(app->origins, app->origins + 1, (ORIGINS_MAX - 1) * sizeof *app->origins);
        at--;
    }
    app->origins[at].spec = *spec;
    app->origins[at].origin = *origin;
    if (!model_digest(bank_model_shape(bank), parameters, app->origins[at].origin.sha256))
        app->origins[at].origin.sha256[0] = 0;
    app->origin_count = at == app->origin_count ? at + 1 : app->origin_count;
    restore_set_goals(app);
    return true;
}

const ModelOrigin *app_find_origin(const App *app, const Spec *spec)
{
    for (int i = 0; i < app->origin_count; i++)
        if (spec_equal(&app->origins[i].spec, spec))
            return &app->origins[i].origin;
    return NULL;
}

// ---- there --------------------------------------------------------------------------------------------------------

// What of the picture's models is on show, and how many are other ones.
typedef struct Outcome {
    int known, unlike;
    bool is_unlike[SIDE_COUNT];
} Outcome;

static bool is_there(const App *app, const Frame *frame, int index)
{
    const Snapshot *live = frame->models[index].live;
    const bool is_at_end = app->restore.is_pause && live->step >= (int64_t)live->steps_per_epoch * app->epochs;
    return live->broken_step >= 0 || is_at_end || live->step >= app_find_goal(app, index);
}

static bool are_all_there(const App *app, const Frame *frame)
{
    bool are_there = true;
    for (int i = 0; i < app->slot_count; i++)
        are_there &= (i < SIDE_COUNT && !app_is_on_show(app, i)) || is_there(app, frame, i);
    return are_there && !pca_run_is_waited_for(app) && !trainer_is_busy(app->trainer);
}

// Of a model that broke the last finite weights may be some steps older or younger, as slices fall.
static bool is_same(const ModelFrame *m, const SavedModel *saved)
{
    char sha256[65];
    const Snapshot *s = m->snapshot;
    if (s->broken_step != saved->broken_step)
        return false;
    if (s->step != saved->step || !model_digest(m->model, s->parameters, sha256))
        return s->broken_step >= 0;
    return strcmp(sha256, saved->sha256) == 0;
}

static Outcome compare_models(const App *app, const Frame *frame)
{
    Outcome out = {0};
    for (int i = 0; i < app->slot_count; i++) {
        const ModelFrame *m = &frame->models[i];
        const SavedModel *saved = find_saved(&app->restore.saved, &m->spec);
        if ((i < SIDE_COUNT && !app_is_on_show(app, i)) || !saved || !*saved->sha256)
            continue;
        const bool is_unlike = !is_same(m, saved);
        out.known++;
        out.unlike += is_unlike;
        if (i < SIDE_COUNT)
            out.is_unlike[i] = is_unlike;
    }
    return out;
}

static void tell(const Outcome *outcome, char *text, size_t size)
{
    const bool *sides = outcome->is_unlike;
    if (outcome->known == 0)
        (void)snprintf(text, size,
                       "the models are trained as the picture says, which holds no sums to compare them with");
    else if (outcome->unlike == 0)
        (void)snprintf(text, size, "trained again: the weights are the picture's, bit for bit");
    else
        (void)snprintf(text, size,
                       "trained again, but %d of %d models %s not the picture's%s: another data set, another processor "
                       "or another version",
                       outcome->unlike, outcome->known, outcome->unlike == 1 ? "is" : "are",
                       sides[SIDE_A] && sides[SIDE_B] ? ", A and B among them"
                       : sides[SIDE_A]                ? ", A among them"
                       : sides[SIDE_B]                ? ", B among them"
                                                      : "");
}

// Whether the picture was taken in the midst of training.
static bool is_unfinished(const App *app, const Frame *frame)
{
    for (int i = 0; i < app->slot_count; i++) {
        const Snapshot *live = frame->models[i].live;
        const ModelOrigin *origin = app_find_origin(app, &app->slots[i].spec);
        if ((i >= SIDE_COUNT || app_is_on_show(app, i)) && live->broken_step < 0 && !(origin && origin->stays) &&
            live->step < (int64_t)live->steps_per_epoch * app->epochs)
            return true;
    }
    return false;
}

void restore_compose(App *app, const Frame *frame)
{
    Restore *restore = &app->restore;
    if (!restore->is_under_way || !are_all_there(app, frame))
        return;
    if (restore->is_pause) {
        app_set_playing(app, false);
        (void)restore_lift_goals(app);
        return;
    }
    restore->is_under_way = false;
    const Outcome outcome = compare_models(app, frame);
    restore->is_unlike = outcome.unlike > 0;
    tell(&outcome, restore->outcome, sizeof restore->outcome);
    app_set_pace(app, app->pace);
    restore->is_held = !restore->saved.is_paused && is_unfinished(app, frame);
    // a picture made again has the same words as before, and trains no further anyway
    if (restore->saved.is_paused || (restore->is_held && !frame->is_capture)) {
        app->is_playing = false;
        trainer_play(app->trainer, false);
    }
    if (frame->is_capture)
        return;
    Error text;
    (void)error_set(&text, "%s%s", restore->outcome,
                    restore->is_held ? "; training pauses where the picture was taken: Play goes on" : "");
    app_say(app, restore->is_unlike, text.text);
}
