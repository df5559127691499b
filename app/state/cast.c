// The models that a scene needs: A and B, and in the matrix and the claims those that differ from A in output, loss and
// seed alone; where A and B are compared, what another seed makes of A.
#include "state/app.h"

#include <stdlib.h>
#include <string.h>

// While one cast takes the place of another, both are held, and the trainer has one more in hand.
_Static_assert(2 * (int)MODELS_MAX <= (int)TRAINER_HELD_MAX, "the cast holds the old models and the new: raise it");

// The specs that the scene shows, and where they stand.
typedef struct Wanted {
    Spec specs[MODELS_MAX];
    int count;
    int matrix[OUTPUT_COUNT][LOSS_COUNT], outputs[OUTPUT_COUNT], losses[LOSS_COUNT], claims[CLAIM_MODEL_COUNT];
    int rows, columns, twinned, twins[LOSS_COUNT];
    int pair_twin; // -1: none
} Wanted;

// The index of spec among those wanted; a new one goes to the end.
static int want(Wanted *wanted, const Spec *spec)
{
    for (int i = 0; i < wanted->count; i++)
        if (spec_equal(&wanted->specs[i], spec))
            return i;
    wanted->specs[wanted->count] = *spec;
    return wanted->count++;
}

// One for each kind of cast that a scene may have: cast_want_CAST.
typedef void Want(const App *app, Wanted *wanted);

static bool wants_twin(const App *app);

// A and B are always wanted; the models that a lesson's answer speaks of train beside them.
static void cast_want_pair(const App *app, Wanted *wanted)
{
    const Spec base = spec_default();
    for (int i = 0; lesson_is_answer(&app->look) && i < CLAIM_TWIN; i++) {
        const Spec spec = claim_model_spec(&base, i);
        (void)want(wanted, &spec);
    }
    if (!wants_twin(app))
        return;
    Spec spec = app->specs[SIDE_A];
    spec.seed++;
    wanted->pair_twin = want(wanted, &spec);
}

static void cast_want_matrix(const App *app, Wanted *wanted)
{
    int row = 0, column = 0;
    for (int output = 0; output < activation_count(OUTPUT_ACTIVATION); output++)
        if (app->look.matrix_outputs >> output & 1)
            wanted->outputs[row++] = output;
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        if (app->look.matrix_losses >> loss & 1)
            wanted->losses[column++] = loss;
    for (int i = 0; i < row; i++)
        for (int j = 0; j < column; j++) {
            Spec spec = app->specs[SIDE_A];
            spec.output = wanted->outputs[i];
            spec.loss = wanted->losses[j];
            wanted->matrix[i][j] = want(wanted, &spec);
        }
    wanted->rows = row;
    wanted->columns = column;
    // what another seed makes of a column: its model on a sigmoid, which never breaks, where that is on show
    for (int i = 0; i < row; i++)
        if (wanted->outputs[i] == activation_find(OUTPUT_ACTIVATION, "sigmoid"))
            wanted->twinned = i;
    for (int j = 0; j < column; j++) {
        Spec spec = wanted->specs[wanted->matrix[wanted->twinned][j]];
        spec.seed++;
        wanted->twins[j] = want(wanted, &spec);
    }
}

static void cast_want_claims(const App *app, Wanted *wanted)
{
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        const Spec spec = claim_model_spec(&app->specs[SIDE_A], i);
        wanted->claims[i] = want(wanted, &spec);
    }
}

#define WANT(NAME, name, key, label, help, shows, cast, flags, note) [SCENE_##NAME] = cast_want_##cast,
static Want *const wants[SCENE_COUNT] = {SCENES(WANT)};

bool cast_has_pair(const App *app)
{
    const Scene scene = app->look.scene;
    return wants[scene] == cast_want_pair && scene_shows(scene, SIDE_A) && scene_shows(scene, SIDE_B);
}

// Two seeds say what chance is once a model has learnt what it will, and as long as it is whole. Who watches single
// batches does not want to wait for a twin that he cannot see.
static bool wants_twin(const App *app)
{
    if (!cast_has_pair(app) || app->pace != PACE_FULL || app->slot_count == 0 ||
        !spec_equal(&app->slots[SIDE_A].spec, &app->specs[SIDE_A]))
        return false;
    const Snapshot *live = app->frame.models[SIDE_A].live;
    return live && live->broken_step < 0 && live->step >= (int64_t)PAIR_EPOCHS_MIN * live->steps_per_epoch;
}

static void free_slot(Trainer *trainer, Slot *slot)
{
    moment_release(slot->moment);
    workspace_free(&slot->workspace);
    if (slot->bank)
        trainer_release(trainer, slot->bank);
    *slot = (Slot){0};
}

static bool make_slot(App *app, Slot *slot, const Spec *spec, Error *error)
{
    *slot = (Slot){.spec = *spec};
    BankModel *bank = trainer_find(app->trainer, spec, error);
    if (!bank || !workspace_init(&slot->workspace, bank_model_shape(bank), PAGE_MAX, error))
        return false;
    trainer_hold(app->trainer, bank);
    slot->bank = bank;
    return true;
}

bool app_is_on_show(const App *app, int index)
{
    return index < SIDE_COUNT ? scene_shows(app->look.scene, index) : wants[app->look.scene] != cast_want_pair;
}

// Those on show train, and those that no picture is of beside them.
static void show_slots(App *app)
{
    BankModel *shown[MODELS_MAX];
    int count = 0;
    for (int i = 0; i < app->slot_count; i++)
        if (i >= SIDE_COUNT || app_is_on_show(app, i))
            shown[count++] = app->slots[i].bank;
    trainer_show(app->trainer, shown, count);
}

// What is known of models that stay.
static void keep_distances(Frame *frame, bool stays_a, bool stays_b, int twin)
{
    PairFigures *pair = &frame->pair;
    if (!stays_a || !stays_b)
        pair->sides = (PairMetrics){0};
    if (!stays_a || twin < 0)
        pair->chance = (PairMetrics){0};
    pair->twin = twin;
}

bool cast_update(App *app, Error *error)
{
    // A and B have a slot each, also where they are the same model
    Wanted wanted = {.specs = {app->specs[SIDE_A], app->specs[SIDE_B]}, .count = SIDE_COUNT, .pair_twin = -1};
    wants[app->look.scene](app, &wanted);
    Slot *slots = calloc(MODELS_MAX, sizeof *slots);
    if (!slots)
        return error_set(error, "out of memory: the models on show");
    bool good = true;
    for (int i = 0; good && i < wanted.count; i++)
        if (i >= app->slot_count || !spec_equal(&app->slots[i].spec, &wanted.specs[i]))
            good = make_slot(app, &slots[i], &wanted.specs[i], error);
    if (!good) {
        for (int i = 0; i < wanted.count; i++)
            if (slots[i].bank)
                free_slot(app->trainer, &slots[i]);
        free(slots);
        return false;
    }
    keep_distances(&app->frame, !slots[SIDE_A].bank, !slots[SIDE_B].bank, wanted.pair_twin);
    for (int i = 0; i < MODELS_MAX; i++) {
        if (i < wanted.count && !slots[i].bank) {
            slots[i] = app->slots[i]; // it stays
            continue;
        }
        if (i < app->slot_count)
            free_slot(app->trainer, &app->slots[i]);
        app->frame.models[i].live = NULL; // another model: nothing is known of it
    }
    free(app->slots);
    app->slots = slots;
    app->slot_count = wanted.count;
    Frame *frame = &app->frame;
    memcpy(frame->matrix, wanted.matrix, sizeof frame->matrix);
    memcpy(frame->matrix_outputs, wanted.outputs, sizeof frame->matrix_outputs);
    memcpy(frame->matrix_losses, wanted.losses, sizeof frame->matrix_losses);
    frame->matrix_rows = wanted.rows;
    frame->matrix_columns = wanted.columns;
    frame->matrix_twinned = wanted.twinned;
    memcpy(frame->matrix_twins, wanted.twins, sizeof frame->matrix_twins);
    frame->claims = (ClaimsFrame){0}; // distances of other models
    memcpy(frame->claims.models, wanted.claims, sizeof frame->claims.models);
    app->look.matrix_has_noise = pixels_are_damaged(&app->specs[SIDE_A]);
    app->has_no_room = false;
    restore_set_goals(app);
    show_slots(app);
    return true;
}

bool cast_follow(App *app)
{
    const bool has_twin = app->frame.pair.twin >= 0;
    if (app->has_no_room || wants_twin(app) == has_twin)
        return false;
    Error error;
    if (cast_update(app, &error))
        return true;
    app->has_no_room = true; // said once, and tried again when the user changes something
    app_say(app, true, error.text);
    return false;
}

void cast_free_slots(Trainer *trainer, Slot *slots, int count)
{
    for (int i = 0; i < count; i++)
        free_slot(trainer, &slots[i]);
    free(slots);
}

void cast_free(App *app)
{
    cast_free_slots(app->trainer, app->slots, app->slot_count);
    app->slots = NULL;
    app->slot_count = 0;
}
