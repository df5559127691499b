// Another data set in the place of the one that is there.
#include <string.h>

#include "state/app_parts.h"

// What was of the old set: its digits, its moments, what is known of its models.
static void forget_dataset(App *app)
{
    for (int side = 0; side < SIDE_COUNT; side++)
        app->code->sides[side].facts.images = 0;
    app->first = app->shuffle = app->next_digit = app->page = 0;
    app->look.digit = app->look.digit > 0 ? 0 : app->look.digit;
    app->look.past_step = app->film_step = -1;
    app->is_film = false;
    app->known_count = 0;
    app->page_hash = 0;
    app->sums = (DataSums){.train = ""};
    app->options.data_path = NULL;
    app->restore = (Restore){.holds_goals = false};
    const bool shows_old = app->pad.now.source >= 0;
    pad_forget_sources(&app->pad); // no digit of the new one
    if (shows_old) {
        app_load_next_digit(app);
        undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
    }
}

// The weights of a model that is shown as its file has it; NULL where they are not those any more.
static const float *find_file_weights(const SpecOrigin *from, const Slot *slots, int count)
{
    bool changed;
    char sha256[65];
    for (int i = 0; i < count && from->origin.stays; i++)
        if (spec_equal(&slots[i].spec, &from->spec)) {
            const float *weights = bank_model_latest(slots[i].bank, &changed)->parameters;
            const bool is_same = model_digest(bank_model_shape(slots[i].bank), weights, sha256);
            return is_same && strcmp(sha256, from->origin.sha256) == 0 ? weights : NULL;
        }
    return NULL;
}

// Such a model is of no data set: it is shown on the new one. What began with a file and was trained on begins as its
// seed has it, like the others.
static void carry_models(App *app, const Slot *old, int count)
{
    SpecOrigin origins[ORIGINS_MAX];
    const int origin_count = app->origin_count;
    memcpy(origins, app->origins, sizeof origins);
    app->origin_count = 0;
    for (int i = 0; i < origin_count; i++) {
        const int components = origins[i].origin.components;
        for (int side = 0; components && side < SIDE_COUNT; side++) // of the new set
            if (spec_equal(&origins[i].spec, &app->specs[side]))
                app_want_pca(app, side, components);
        if (components)
            continue;
        const float *weights = find_file_weights(&origins[i], old, count);
        if (!weights || !app_set_origin(app, &origins[i].spec, weights, &origins[i].origin))
            notices_add(&app->notices,
                        "a model began with the weights of %s; with other data it begins anew, without them",
                        origins[i].origin.path);
    }
}

bool app_take_dataset(App *app, const Dataset *dataset, Error *error)
{
    const Dataset *const old_dataset = app->options.dataset;
    Trainer *const old = app->trainer, *const trainer = app_create_trainer(app, dataset, error);
    if (!trainer)
        return false;
    trainer_play(old, false);
    pca_run_end(&app->pca_run); // both read the set that goes
    saying_run_end(&app->saying_run);
    Slot *const slots = app->slots;
    const int count = app->slot_count;
    app->slots = NULL;
    app->slot_count = 0;
    app->trainer = trainer;
    app->options.dataset = dataset;
    const bool is_taken = cast_update(app, error);
    Trainer *const unused = is_taken ? old : trainer;
    if (is_taken) {
        carry_models(app, slots, count);
        cast_free_slots(old, slots, count);
    } else {
        app->trainer = old;
        app->options.dataset = old_dataset;
        app->slots = slots;
        app->slot_count = count;
    }
    trainer_destroy(unused);
    if (is_taken)
        forget_dataset(app);
    app_set_pace(app, app->pace);
    app_set_goal(app, app->goal_epochs, app->goal_step);
    trainer_play(app->trainer, app->is_playing);
    return is_taken;
}
