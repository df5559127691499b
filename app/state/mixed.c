// Figures of the targets on show.
#include "state/mixed.h"

#include <stdlib.h>

#include "state/app_parts.h"

enum { ASKED_MAX = 4 }; // at once: trainer_survey

static bool is_followed(const App *app)
{
    return app->look.binarise > 0.0f && scene_has(app->look.scene, SCENE_HAS_MAPS) && app->look.lesson < 0;
}

static bool is_of(const MixedModel *entry, const Spec *spec, float mix)
{
    return entry->figures.test.images > 0 && entry->figures.mix == mix && spec_equal(&entry->spec, spec);
}

// Whether it may be asked for: the moment that the own figures are of is there. Asks, and takes what is known.
static void survey(App *app, int index, float mix, const Snapshot *own, bool *is_pending, int *asked)
{
    static SurveyResult result; // the UI thread's
    MixedModel *entry = &app->mixed->models[index];
    const Slot *slot = &app->slots[index];
    Moment *moment = trainer_recall(app->trainer, slot->bank, own->test_step);
    const bool is_there = moment && moment->step == own->test_step;
    const bool is_known = is_there && is_of(entry, &slot->spec, mix) && entry->serial == moment->serial;
    if (is_there && !is_known && *asked < ASKED_MAX) {
        if (trainer_survey(app->trainer, moment, (SurveyWish){SURVEY_MIXED, mix}, &result))
            *entry = (MixedModel){slot->spec, moment->serial, moment->step, result.mixed, entry->snapshot};
        else
            *is_pending = ++*asked > 0;
    } else {
        *is_pending |= is_there && !is_known;
    }
    moment_release(moment);
}

// The own snapshot with mixed figures; with older ones, which say what they are of, until the newest are there.
static void take(App *app, Frame *frame, int index, float mix)
{
    ModelFrame *m = &frame->models[index];
    MixedModel *entry = &app->mixed->models[index];
    const bool has_figures = is_of(entry, &app->slots[index].spec, mix) && entry->step <= m->own->step;
    entry->snapshot = *m->own;
    entry->snapshot.test = has_figures ? entry->figures.test : (Metrics){0};
    if (has_figures) {
        entry->snapshot.test_step = entry->step;
        entry->snapshot.test_epoch = (int)(entry->step / m->own->steps_per_epoch);
    }
    m->snapshot = &entry->snapshot;
}

void mixed_compose(App *app, Frame *frame)
{
    const float mix = is_followed(app) ? app->look.binarise : 0.0f;
    int asked = 0;
    frame->own_facts = frame->facts;
    frame->figures_mix = mix;
    frame->are_mixed_whole = true;
    for (int i = 0; i < app->slot_count; i++)
        frame->models[i].own = frame->models[i].snapshot;
    if (mix > 0.0f && !app->mixed && !(app->mixed = calloc(1, sizeof *app->mixed)))
        app_say(app, true, "out of memory: figures of the targets on show");
    if (mix <= 0.0f || !app->mixed) {
        frame->figures_mix = 0.0f;
        return;
    }
    for (int i = 0; i < app->slot_count; i++) {
        bool is_pending = false;
        if (frame->models[i].own->test.images > 0 && app_is_on_show(app, i))
            survey(app, i, mix, frame->models[i].own, &is_pending, &asked);
        frame->are_mixed_whole &= !is_pending;
        take(app, frame, i, mix);
    }
    const MixedModel *first = &app->mixed->models[scene_shows(app->look.scene, SIDE_A) ? SIDE_A : SIDE_B];
    frame->facts = first->snapshot.test.images > 0 ? &first->figures.facts : NULL;
}
