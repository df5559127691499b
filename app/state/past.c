// The past: which moment of training the window shows, and the models as they were then.
#include "state/app.h"

#include <string.h>

// Figures over the test set, and the step that they are of.
typedef struct Figures {
    Metrics test;
    int64_t step;
} Figures;

// What a moment says as a snapshot; the curves stay whole. Until somebody has measured it there are the figures that
// were on show before, which say themselves what they are of.
static void fill_past(Slot *slot, const Snapshot *shown, const Snapshot *live)
{
    const Moment *moment = slot->moment;
    slot->has_figures = moment->is_measured;
    const Figures figures =
        slot->has_figures ? (Figures){moment->test, moment->step} : (Figures){shown->test, shown->test_step};
    slot->past = *live;
    slot->past.parameters = moment->parameters;
    slot->past.serial = moment->serial;
    slot->past.step = moment->step;
    slot->past.test = figures.test;
    slot->past.test_step = figures.step;
    slot->past.test_epoch = (int)(figures.step / live->steps_per_epoch);
    if (live->broken_step > moment->step)
        slot->past.broken_step = -1;
}

static bool has_step(const int64_t *steps, int count, int64_t step)
{
    for (int i = 0; i < count; i++)
        if (steps[i] == step)
            return true;
    return false;
}

// The steps at which every model on show that got so far keeps a moment: what is compared is of the same step.
static void list_moments(App *app, Frame *frame)
{
    int furthest = -1;
    for (int i = 0; i < app->slot_count; i++)
        if (app_is_on_show(app, i) &&
            (furthest < 0 || frame->models[i].live->step > frame->models[furthest].live->step))
            furthest = i;
    frame->newest_step = frame->models[furthest].live->step;
    frame->moment_count = trainer_list_moments(app->trainer, app->slots[furthest].bank, frame->moments);
    for (int i = 0; i < app->slot_count; i++) {
        if (!app_is_on_show(app, i) || i == furthest)
            continue;
        int64_t steps[MOMENTS_MAX + 1];
        const int count = trainer_list_moments(app->trainer, app->slots[i].bank, steps);
        int kept = 0;
        for (int j = 0; j < frame->moment_count; j++)
            if (frame->moments[j] > frame->models[i].live->step || has_step(steps, count, frame->moments[j]))
                frame->moments[kept++] = frame->moments[j];
        frame->moment_count = kept;
    }
}

// Whether what was shown of the past is in hand still; then it stays, also where the trainer has thinned it out.
static bool holds_step(const App *app, const Frame *frame, int64_t step)
{
    for (int i = 0; i < app->slot_count; i++) {
        const Moment *moment = app->slots[i].moment;
        if (app_is_on_show(app, i) && frame->models[i].live->step > step && !(moment && moment->step == step))
            return false;
    }
    return true;
}

// The step to show: the newest at or before the one that was asked for; -1: what there is now.
static int64_t choose_step(App *app, Frame *frame)
{
    const int64_t asked = app->look.past_step;
    if (asked < 0 || asked >= frame->newest_step || frame->moment_count == 0)
        return -1;
    if (app->past_asked != asked || !holds_step(app, frame, app->past_shown)) {
        app->past_asked = asked;
        app->past_shown = frame->moments[0];
        for (int i = 0; i < frame->moment_count && frame->moments[i] <= asked; i++)
            app->past_shown = frame->moments[i];
    }
    return app->past_shown;
}

// The moment of exactly this step where the model stands there, too: it may go on, and the trainer thin it out. Else
// the one kept at or before it.
static Moment *find_moment(App *app, const ModelFrame *m, const Slot *slot, int64_t step)
{
    Moment *moment = trainer_recall(app->trainer, slot->bank, step);
    if (!moment || step < m->live->step || moment->step == step)
        return moment;
    moment_release(moment);
    return NULL;
}

// step -1, or beyond what the model has: the newest.
static void choose_moment(App *app, ModelFrame *m, Slot *slot, int64_t step)
{
    const bool is_past = step >= 0 && step <= m->live->step;
    Moment *const old = slot->moment;
    if (!is_past || !old || old->step != step) {
        slot->moment = is_past ? find_moment(app, m, slot, step) : NULL;
        moment_release(old);
    }
    Moment *moment = slot->moment;
    if (moment && (moment != old || slot->has_figures != moment->is_measured ||
                   m->live->history_count != slot->past.history_count))
        fill_past(slot, old ? &slot->past : m->live, m->live);
    m->snapshot = moment ? &slot->past : m->live;
}

// ---- the first epoch -----------------------------------------------------------------------------------------------

static bool knows_early(const Slot *slot, int64_t step)
{
    for (int i = 0; i < slot->early_count; i++)
        if (slot->early[i].step == step)
            return true;
    return false;
}

static void add_early(Slot *slot, const Moment *moment)
{
    int at = slot->early_count++;
    for (; at > 0 && slot->early[at - 1].step > moment->step; at--)
        slot->early[at] = slot->early[at - 1];
    slot->early[at].step = moment->step;
    slot->early[at].test_kl = (float)moment->test.kl;
    slot->early[at].test_price = (float)moment->test.price;
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        slot->early[at].test[loss] = (float)moment->test.mean[loss];
}

// The kept moments of the first epoch get their figures, one after the other, so that training goes on between.
static void measure_early(App *app, const ModelFrame *m, Slot *slot)
{
    if (slot->early_restarts != m->live->restarts)
        slot->early_count = 0;
    slot->early_restarts = m->live->restarts;
    slot->is_early_whole = true;
    int64_t steps[MOMENTS_MAX + 1];
    const int count = trainer_list_moments(app->trainer, slot->bank, steps);
    for (int i = 0; i < count && slot->is_early_whole; i++) {
        if (steps[i] <= 0 || steps[i] >= m->live->steps_per_epoch || steps[i] > m->live->step ||
            slot->early_count == EARLY_MAX || knows_early(slot, steps[i]))
            continue;
        Moment *moment = trainer_recall(app->trainer, slot->bank, steps[i]);
        if (moment && moment->step == steps[i] && atomic_load(&moment->is_measured))
            add_early(slot, moment);
        else
            slot->is_early_whole = false;
        moment_release(moment);
    }
}

static void compose_early(App *app, Frame *frame)
{
    for (int side = 0; side < SIDE_COUNT; side++) {
        ModelFrame *m = &frame->models[side];
        Slot *slot = &app->slots[side];
        m->early_count = 0;
        if (!scene_has(app->look.scene, SCENE_IS_STAGE) || !app_is_on_show(app, side))
            continue;
        measure_early(app, m, slot);
        m->early_count = slot->early_count;
        memcpy(m->early, slot->early, sizeof m->early);
    }
}

bool past_is_early_whole(const App *app)
{
    bool is_whole = true;
    for (int side = 0; side < SIDE_COUNT; side++)
        is_whole &= !scene_has(app->look.scene, SCENE_IS_STAGE) || !app_is_on_show(app, side) ||
                    app->slots[side].is_early_whole;
    return is_whole;
}

void past_compose(App *app, Frame *frame)
{
    list_moments(app, frame);
    compose_early(app, frame);
    const int64_t step = choose_step(app, frame);
    frame->is_past = false;
    for (int i = 0; i < app->slot_count; i++) {
        choose_moment(app, &frame->models[i], &app->slots[i], step);
        frame->is_past |= app_is_on_show(app, i) && frame->models[i].snapshot != frame->models[i].live;
    }
}

bool past_has_figures(App *app, int64_t step)
{
    bool is_there = true;
    for (int i = 0; i < app->slot_count; i++) {
        if (!app_is_on_show(app, i) || app->frame.models[i].live->step < step)
            continue;
        Moment *moment = trainer_recall(app->trainer, app->slots[i].bank, step);
        is_there = is_there && moment && atomic_load(&moment->is_measured);
        moment_release(moment);
    }
    return is_there;
}
