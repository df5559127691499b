// A lesson while it goes on: setting a card, what was done since, the pixel that it is about, the figures that it
// needs.
//
// Thread: the UI thread.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/app.h"

static const float silent_price = 1.0f; // of BCE at a pixel that is worth showing
enum { SEARCHED_MAX = 7 * PAGE_MAX };   // test digits that are looked through for one

// ---- setting and leaving ------------------------------------------------------------------------------------------

// A side that is to be a PCA stays what it is until that is known.
static void change_to(App *app, const Look *look, const Preset *preset)
{
    Spec specs[SIDE_COUNT];
    for (int side = 0; side < SIDE_COUNT; side++)
        specs[side] = preset_is_pca(preset, side) ? app->specs[side] : preset_spec(preset, side);
    if (!app_change(app, look, specs))
        return;
    for (int side = 0; side < SIDE_COUNT; side++)
        app_want_pca(app, side, preset_is_pca(preset, side) ? app_choose_components(app, side) : 0);
    app->preset = preset_find(preset->key);
    app->is_film = false;
}

void app_set_up(App *app, int preset)
{
    Look look = app->look;
    preset_apply(preset_get(preset), &look);
    change_to(app, &look, preset_get(preset));
    app->popup = POPUP_NONE;
}

void lesson_begin(App *app, int lesson, int step)
{
    Look look = app->look;
    look.lesson = lesson;
    look.lesson_step = step;
    look.is_pinned = false;
    look.t = -1.0f;
    look.brush_first = 1;
    look.brush_last = 0;
    const Preset *preset = preset_get(preset_find(lesson_step(&look)->preset));
    preset_apply(preset, &look);
    if (preset->scene == SCENE_MATRIX) { // whatever rows and columns were chosen
        const Look whole = look_default();
        look.matrix_outputs = whole.matrix_outputs;
        look.matrix_losses = whole.matrix_losses;
    }
    change_to(app, &look, preset);
    app->run.lesson = -1; // tracked anew
    app->popup = POPUP_NONE;
    app->is_lesson_new = false;
    if (!pad_is_empty(&app->pad))
        return;
    app_load_digit(app, 1);
    undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
}

void lesson_end(App *app)
{
    Look look = app->look;
    const Spec specs[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    look.lesson = -1;
    look.lesson_step = 0;
    look.is_pinned = look.is_pinned && look.scene == SCENE_INSPECT;
    (void)app_change(app, &look, specs); // what trained for the answer alone may go
}

// ---- figures ------------------------------------------------------------------------------------------------------

static void remember(App *app, const NarratorModel *model)
{
    int at = 0;
    while (at < app->known_count && !spec_equal(&app->known[at].spec, &model->spec))
        at++;
    if (at == LESSON_KNOWN_MAX) { // the oldest goes
        memmove(app->known, app->known + 1, (LESSON_KNOWN_MAX - 1) * sizeof *app->known);
        at--;
    }
    app->known[at] = *model;
    app->known_count = at == app->known_count ? at + 1 : app->known_count;
}

static void remember_models(App *app, const Frame *frame)
{
    for (int i = 0; i < frame->model_count && !frame->is_past; i++) {
        const NarratorModel model = narrator_model(&frame->models[i]);
        if (model.is_measured && model.broken_step < 0)
            remember(app, &model);
    }
}

// Whether these three, all by BCE, are at the same step with the same weights.
static bool are_same_inside(const App *app, const Frame *frame)
{
    static const char *const outputs[] = {"relu", "linear", "clip"};
    const ModelFrame *first = NULL;
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        Spec spec = spec_default();
        spec.loss = LOSS_BCE;
        spec.output = activation_find(OUTPUT_ACTIVATION, outputs[i]);
        const ModelFrame *found = NULL;
        for (int j = 0; j < frame->model_count && !found; j++)
            found = spec_equal(&app->slots[j].spec, &spec) ? &frame->models[j] : NULL;
        if (!found || found->snapshot->step == 0)
            return false;
        first = first ? first : found;
        if (found->snapshot->step != first->snapshot->step ||
            memcmp(found->snapshot->parameters, first->snapshot->parameters,
                   first->model->parameter_count * sizeof(float)) != 0)
            return false;
    }
    return true;
}

// ---- the card's pixel ---------------------------------------------------------------------------------------------

// The digit that cards speak of: the drawing, in inspect what is inspected. (DIGIT_PIXELS) each.
typedef struct Subject {
    const float *t, *p[SIDE_COUNT], *z[SIDE_COUNT];
} Subject;

static Subject find_subject(const Frame *frame)
{
    const bool is_inspect = frame->look.scene == SCENE_INSPECT;
    Subject out = {.t = is_inspect ? frame->targets : frame->pad_input};
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &frame->models[side];
        out.p[side] = is_inspect ? m->p : m->pad_p;
        out.z[side] = is_inspect ? m->z : m->pad_z;
    }
    return out;
}

// How well a pixel serves the rule; not above 0: not at all. p, z: of A and of B.
static float rate(LessonRule rule, const Model *b, float t, float p_a, float p_b, float z_b)
{
    float price;
    switch (rule) {
    case RULE_SILENT:
        model_loss_values(b, spec_loss_settings(&b->spec), LOSS_BCE, &z_b, &p_b, &t, &price, 1);
        return p_b == 0.0f && price > silent_price ? price : 0.0f;
    case RULE_GREY: return 0.45f - fabsf(t - 0.5f);
    case RULE_MISSED: return fabsf(p_a - t) - 0.05f;
    case RULE_NONE: break;
    }
    return 0.0f;
}

static float rate_pixel(const Frame *frame, LessonRule rule, const Subject *x, int pixel)
{
    return rate(rule, frame->models[SIDE_B].model, x->t[pixel], x->p[SIDE_A][pixel], x->p[SIDE_B][pixel],
                x->z[SIDE_B][pixel]);
}

// The pixel of the digit that serves best; -1: none does.
static int find_pixel(const Frame *frame, LessonRule rule)
{
    const Subject x = find_subject(frame);
    int best = -1;
    float most = 0.0f;
    for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
        const float value = rate_pixel(frame, rule, &x, pixel);
        if (value > most) {
            most = value;
            best = pixel;
        }
    }
    return best;
}

// The first test digit that has a silent pixel; -1: none of the first has, or there is no memory.
static int find_silent_digit(App *app, const Frame *frame)
{
    enum { SIZE = PAGE_MAX * DIGIT_PIXELS };
    const ModelFrame *b = &frame->models[SIDE_B];
    float *memory = malloc((size_t)3 * SIZE * sizeof *memory), *t = memory, *z = memory + SIZE, *p = z + SIZE;
    const int total = app_count_digits(app) < SEARCHED_MAX ? app_count_digits(app) : SEARCHED_MAX;
    int found = -1;
    for (int first = 0; memory && first < total && found < 0; first += PAGE_MAX) {
        const int count = total - first < PAGE_MAX ? total - first : PAGE_MAX;
        for (int i = 0; i < count; i++) {
            uint8_t pixels[DIGIT_PIXELS];
            (void)app_read_digit(app, first + i, pixels);
            for (int j = 0; j < DIGIT_PIXELS; j++)
                t[i * DIGIT_PIXELS + j] = look_target(&app->look, (float)pixels[j] / 255.0f);
        }
        model_forward(b->model, b->snapshot->parameters, &app->slots[SIDE_B].workspace, t, count, z, p);
        for (int i = 0; i < count * DIGIT_PIXELS && found < 0; i++)
            if (rate(RULE_SILENT, b->model, t[i], 0.0f, p[i], z[i]) > 0)
                found = first + i / DIGIT_PIXELS;
    }
    free(memory);
    return found;
}

static bool is_trained(const Frame *frame, int side)
{
    const Snapshot *s = frame->models[side].snapshot;
    return s->step >= (int64_t)LESSON_EPOCHS * s->steps_per_epoch || !frame->is_busy;
}

static bool is_changed(const App *app)
{
    return !spec_equal(&app->run.specs[SIDE_A], &app->specs[SIDE_A]) ||
           !spec_equal(&app->run.specs[SIDE_B], &app->specs[SIDE_B]);
}

// Chooses the card's pixel while the user has not chosen another, and the models are the card's. It stays as long as it
// serves. True where another digit went onto the pad.
static bool follow_pixel(App *app, Frame *frame, const LessonStep *step)
{
    LessonRun *run = &app->run;
    run->is_pixel_moved |= run->has_pixel && app->look.pixel != run->pixel;
    if (app->restore.is_under_way) // it was found with the models as they will be
        return false;
    if (step->rule == RULE_NONE || run->is_pixel_moved || is_changed(app) || app->look.t >= 0)
        return false;
    const Subject x = find_subject(frame);
    if (run->has_pixel && rate_pixel(frame, step->rule, &x, run->pixel) > 0)
        return false;
    const int pixel = find_pixel(frame, step->rule);
    run->has_pixel = pixel >= 0;
    app->look.is_pinned = run->has_pixel;
    if (run->has_pixel) {
        run->pixel = app->look.pixel = frame->look.pixel = pixel;
        frame->look.is_pinned = true;
        return false;
    }
    if (step->rule != RULE_SILENT || run->is_searched || app->pad.is_drawing || !is_trained(frame, SIDE_B))
        return false;
    run->is_searched = true;
    const int digit = find_silent_digit(app, frame);
    if (digit < 0)
        return false;
    app_load_digit(app, digit); // what was drawn is one step of undo away
    undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
    return true;
}

static LessonPixel read_pixel(const Frame *frame, int pixel)
{
    const Subject x = find_subject(frame);
    const bool is_dragged = frame->look.scene == SCENE_INSPECT && frame->look.t >= 0;
    LessonPixel out = {.pixel = pixel, .t = is_dragged ? frame->look.t : x.t[pixel]};
    out.floor = loss_bce_floor((double)out.t);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &frame->models[side];
        const float z = x.z[side][pixel], p = x.p[side][pixel];
        out.p[side] = p;
        for (int loss = 0; loss < LOSS_COUNT; loss++) {
            model_loss_values(m->model, m->settings, loss, &z, &p, &out.t, &out.loss[side][loss], 1);
            model_loss_slopes(m->model, m->range, m->settings, loss, &z, &out.t, &out.slope[side][loss], 1);
        }
    }
    return out;
}

// ---- the card -----------------------------------------------------------------------------------------------------

static void track(App *app, const LessonStep *step)
{
    const Preset *preset = preset_get(preset_find(step->preset));
    app->run = (LessonRun){.lesson = app->look.lesson,
                           .step = app->look.lesson_step,
                           .since = app->now,
                           .strokes = app->strokes,
                           .specs = {preset_spec(preset, SIDE_A), preset_spec(preset, SIDE_B)}};
}

void lesson_resume(App *app, bool has_pixel, bool is_moved)
{
    const LessonStep *step = lesson_step(&app->look);
    if (!step)
        return;
    track(app, step);
    app->run.has_pixel = has_pixel || is_moved;
    app->run.is_pixel_moved = is_moved;
    app->run.pixel = app->look.pixel;
}

static LessonFacts find_facts(const App *app, const Frame *frame, const LessonStep *step)
{
    const NarratorFacts figures = narrator_facts(frame);
    const LessonRun *run = &app->run;
    LessonFacts out = {.sides = {figures.sides[SIDE_A], figures.sides[SIDE_B]},
                       .known = app->known,
                       .known_count = app->known_count,
                       .distance = figures.distance,
                       .chance = figures.chance,
                       .mean_image_mse = figures.has_targets ? figures.mean_image[LOSS_MSE] : NAN,
                       .is_same_inside = are_same_inside(app, frame),
                       .has_pixel = run->has_pixel,
                       .train_count = frame->train_count,
                       .test_count = frame->test_count,
                       .is_changed = is_changed(app)};
    out.is_pixel_sought = step->rule != RULE_NONE && !run->has_pixel && !is_trained(frame, SIDE_B);
    if (run->has_pixel)
        out.pixel = read_pixel(frame, app->look.pixel);
    (void)snprintf(out.dataset, sizeof out.dataset, "%s", frame->is_builtin ? "the built-in set" : frame->dataset_name);
    return out;
}

static LessonProgress find_progress(const App *app)
{
    const LessonRun *run = &app->run;
    return (LessonProgress){.seconds = app->now - run->since,
                            .strokes = app->strokes - run->strokes,
                            .start = {run->specs[SIDE_A], run->specs[SIDE_B]},
                            .now = {app->specs[SIDE_A], app->specs[SIDE_B]},
                            .is_pixel_moved = run->is_pixel_moved,
                            .is_target_moved = app->look.t >= 0};
}

static bool is_done(const App *app, const LessonStep *step)
{
    const LessonProgress progress = find_progress(app);
    return step->is_done && ((step->seconds > 0 && progress.seconds >= step->seconds) || step->is_done(&progress));
}

bool lesson_compose(App *app, Frame *frame)
{
    remember_models(app, frame);
    const LessonStep *step = lesson_step(&app->look);
    frame->lesson.step = step;
    if (!step) {
        app->run.lesson = -1;
        return false;
    }
    if (app->run.lesson != app->look.lesson || app->run.step != app->look.lesson_step)
        track(app, step);
    if (follow_pixel(app, frame, step))
        return true;
    const LessonFacts facts = find_facts(app, frame, step);
    frame->lesson = lesson_card(step, &facts);
    frame->lesson.is_done = is_done(app, step);
    frame->lesson.has_pixel = facts.has_pixel;
    frame->lesson.is_pixel_moved = app->run.is_pixel_moved;
    frame->lesson.pixel = facts.pixel;
    return false;
}

double app_wakes_at(const App *app)
{
    for (int side = 0; app->frame.latent && side < SIDE_COUNT; side++)
        if (!app->frame.latent->sides[side].is_grid_current)
            return app->now; // more of it in the next frame
    const LessonStep *step = lesson_step(&app->look);
    if (!step || step->seconds == 0 || app->run.lesson < 0 || app->frame.lesson.is_done)
        return INFINITY;
    return app->run.since + step->seconds;
}
