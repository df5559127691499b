// The models of a frame: what they make of the page and of the drawing, and the heatmaps of that.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "state/compose_parts.h"
#include "state/inspect.h"

// ---- outputs ------------------------------------------------------------------------------------------------------

enum { DRAWING_INDEX = (1 << 24) - 1 }; // in the place of a test digit's, for what chance gives

// What a model makes of codes that are drawn, each by its digit's place in the test set alone; -1: the drawing.
static void draw_codes(const ModelFrame *m, Workspace *workspace, const float *x, const int *digits, int count,
                       float *p)
{
    static float codes[PAGE_MAX * MODEL_CODE_MAX]; // the UI thread's
    uint64_t keys[PAGE_MAX];
    for (int i = 0; i < count; i++)
        keys[i] = pixels_sample_key(&m->spec, CODE_TEST_EPOCH, digits[i] < 0 ? DRAWING_INDEX : digits[i]);
    code_encode(m->model, m->snapshot->parameters, workspace, x, count, codes);
    code_take_drawn(m->model, workspace, count, keys, codes);
    code_decode(m->model, m->snapshot->parameters, workspace, codes, count, NULL, p);
}

// What is shown of the outputs p of digits x, (count, DIGIT_PIXELS).
static void show_outputs(const ModelFrame *m, const Frame *frame, Workspace *workspace, const float *x,
                         const int *digits, int count, const float *p, float *shown)
{
    static float drawn[PAGE_MAX * DIGIT_PIXELS]; // the UI thread's
    if (frame->look.show_as == SHOW_CODE && code_is_drawn(m->model)) {
        draw_codes(m, workspace, x, digits, count, drawn);
        p = drawn;
    }
    for (int cell = 0; cell < count; cell++)
        show_as_apply(frame->look.show_as, digits[cell], p + cell * DIGIT_PIXELS, shown + cell * DIGIT_PIXELS);
}

// The page with the noise that the model trains with, the same whenever it is shown, and what it makes of that.
static void compute_noisy(ModelFrame *m, const Frame *frame, Workspace *workspace)
{
    static float p[PAGE_MAX * DIGIT_PIXELS]; // the UI thread's
    for (int cell = 0; cell < frame->page_count; cell++) {
        uint8_t bytes[DIGIT_PIXELS];
        const float *digit = frame->targets + cell * DIGIT_PIXELS;
        const int index = frame->indices[cell] < 0 ? 0 : frame->indices[cell]; // the drawing has the first one's noise
        for (int i = 0; i < DIGIT_PIXELS; i++)
            bytes[i] = (uint8_t)lroundf(digit[i] * 255.0f);
        pixels_read(&m->spec, pixels_test_key(&m->spec, index), bytes, 0, DIGIT_PIXELS, m->noisy + cell * DIGIT_PIXELS);
    }
    model_forward(m->model, m->snapshot->parameters, workspace, m->noisy, frame->page_count, NULL, p);
    show_outputs(m, frame, workspace, m->noisy, frame->indices, frame->page_count, p, m->noisy_shown);
}

// Outputs of the page, which stay what they are until the weights, the page or the way to show them change.
static void compute_page(ModelFrame *m, const Frame *frame, Workspace *workspace)
{
    if (m->computed_page == frame->page_serial && m->computed_serial == m->snapshot->serial &&
        m->computed_as == frame->look.show_as)
        return;
    model_forward(m->model, m->snapshot->parameters, workspace, frame->targets, frame->page_count, m->z, m->p);
    show_outputs(m, frame, workspace, frame->targets, frame->indices, frame->page_count, m->p, m->shown);
    if (pixels_are_damaged(&m->spec))
        compute_noisy(m, frame, workspace);
    m->computed_page = frame->page_serial;
    m->computed_serial = m->snapshot->serial;
    m->computed_as = frame->look.show_as;
}

// "epoch 12" at an epoch's end, else "step 2900".
static void format_moment(int64_t step, int steps_per_epoch, char *text, size_t size)
{
    const bool is_end = step % steps_per_epoch == 0;
    (void)snprintf(text, size, "%s %lld", is_end ? "epoch" : "step",
                   (long long)(is_end ? step / steps_per_epoch : step));
}

// Pictures change with every slice of training, figures with every measuring.
static void compose_figures(ModelFrame *m)
{
    const Snapshot *s = m->snapshot;
    m->is_current = s->test.images > 0 && s->test_step == s->step;
    m->figures_of[0] = 0;
    if (s->test.images > 0 && !m->is_current)
        format_moment(s->test_step, s->steps_per_epoch, m->figures_of, sizeof m->figures_of);
}

// Of digits on show, (count, DIGIT_PIXELS).
static void find_targets(const ModelFrame *m, const float *digits, int count, float *targets)
{
    for (int i = 0; i < count * DIGIT_PIXELS; i++)
        targets[i] = frame_target(m, digits[i]);
}

static bool is_fed_back(const Look *look) { return look->fed_back > 0 && scene_has(look->scene, SCENE_IS_STAGE); }

// The output becomes the input again, as often as the stage wants it: what a model leaves as it is (arXiv 1708.08487).
static void feed_back(ModelFrame *m, const Look *look, Workspace *workspace)
{
    float before[DIGIT_PIXELS];
    double sum = 0.0;
    m->pad_moved = 0.0;
    if (!is_fed_back(look))
        return;
    for (int i = 0; i < look->fed_back; i++) {
        memcpy(before, m->pad_p, sizeof before);
        model_forward(m->model, m->snapshot->parameters, workspace, before, 1, m->pad_z, m->pad_p);
    }
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += fabs((double)m->pad_p[i] - (double)before[i]);
    m->pad_moved = sum / DIGIT_PIXELS;
}

static void compose_model(App *app, Frame *frame, int index)
{
    ModelFrame *m = &frame->models[index];
    Slot *slot = &app->slots[index];
    compose_figures(m);
    m->spec = slot->spec;
    m->origin = app_find_origin(app, &slot->spec);
    m->model = bank_model_shape(slot->bank);
    m->range = range_of(m->model, m->snapshot->parameters);
    m->settings = metrics_loss_settings(m->model, m->snapshot->parameters, &m->own->test);
    m->facts = frame->figures_mix <= 0.0f     ? trainer_model_facts(app->trainer, &slot->spec)
               : m->snapshot->test.images > 0 ? &app->mixed->models[index].figures.facts
                                              : NULL;
    if (m->origin && m->origin->components)
        (void)snprintf(m->caption, sizeof m->caption, "PCA, %d component%s", m->origin->components,
                       m->origin->components == 1 ? "" : "s");
    else
        (void)snprintf(m->caption, sizeof m->caption, "%s \u00b7 %s", loss_get(m->spec.loss)->label,
                       activation_get(OUTPUT_ACTIVATION, m->spec.output)->label);
    compute_page(m, frame, &slot->workspace);
    model_forward(m->model, m->snapshot->parameters, &slot->workspace, frame->pad_input, 1, m->pad_z, m->pad_p);
    feed_back(m, &frame->look, &slot->workspace);
    if (is_fed_back(&frame->look))
        show_as_apply(frame->look.show_as, frame->pad->now.source, m->pad_p, m->pad_shown);
    else
        show_outputs(m, frame, &slot->workspace, frame->pad_input, &frame->pad->now.source, 1, m->pad_p, m->pad_shown);
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        float values[DIGIT_PIXELS], targets[DIGIT_PIXELS];
        double sum = 0.0;
        find_targets(m, frame->pad_input, 1, targets);
        model_loss_values(m->model, m->settings, loss, m->pad_z, m->pad_p, targets, values, DIGIT_PIXELS);
        for (int i = 0; i < DIGIT_PIXELS; i++)
            sum += (double)values[i];
        m->pad_loss[loss] = sum / DIGIT_PIXELS;
    }
}

// ---- heatmaps -----------------------------------------------------------------------------------------------------

static void compute_heat(const Heatmap *mode, const HeatInput *in, float *values, float *marks)
{
    mode->compute(in, values);
    if (mode->mark)
        mode->mark(in, marks);
}

// A beside the other side, everything else beside A.
static void compose_heat(Frame *frame, int index)
{
    static float targets[PAGE_MAX * DIGIT_PIXELS]; // the UI thread's
    float pad_targets[DIGIT_PIXELS];
    ModelFrame *m = &frame->models[index];
    const ModelFrame *a = &frame->models[SIDE_A], *b = index == SIDE_A ? &frame->models[SIDE_B] : m;
    const size_t n = (size_t)frame->page_count * DIGIT_PIXELS;
    find_targets(m, frame->targets, frame->page_count, targets);
    find_targets(m, frame->pad_input, 1, pad_targets);
    for (int i = 0; i < HEATMAP_COUNT; i++) {
        const Heatmap *mode = heatmap_get(frame->look.heatmaps[i]);
        HeatInput in = {m->model, m->range, m->settings,        m->z,     m->p, targets,
                        a->p,     b->p,     &m->snapshot->test, m->facts, n};
        if (mode->is_of_set)
            in.n = DIGIT_PIXELS;
        compute_heat(mode, &in, m->heat[i], m->marks[i]);
        const HeatInput drawn = {m->model, m->range, m->settings,        m->pad_z, m->pad_p,    pad_targets,
                                 a->pad_p, b->pad_p, &m->snapshot->test, m->facts, DIGIT_PIXELS};
        compute_heat(mode, &drawn, m->pad_heat[i], m->pad_marks[i]);
    }
}

// ---- the inspected pixel -------------------------------------------------------------------------------------------

// Where nobody has chosen one. In the window it stays while it is nearly the worst, so that it does not jump about
// while models train; in a picture it is the same every time.
static void compose_pixel(App *app, Frame *frame)
{
    const Look *look = &app->look;
    if (app->restore.is_under_way && !frame->is_capture)
        return; // it was found with the models as they will be
    if (look->scene == SCENE_INSPECT && look->seeks_pixel && !look->is_pinned && look->t < 0.0f)
        app->look.pixel = frame->look.pixel = inspect_find_pixel(frame, frame->is_capture ? -1 : look->pixel);
}

// ---- the drawing ---------------------------------------------------------------------------------------------------

static void compose_difference(Frame *frame)
{
    double sum = 0.0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        frame->pad_difference[i] = frame->models[SIDE_A].pad_p[i] - frame->models[SIDE_B].pad_p[i];
        sum += fabs((double)frame->pad_difference[i]);
    }
    frame->pad_distance = sum / DIGIT_PIXELS;
}

void compose_models(App *app, Frame *frame)
{
    for (int i = 0; i < app->slot_count; i++)
        compose_model(app, frame, i);
    compose_pixel(app, frame);
    for (int i = 0; i < app->slot_count; i++)
        compose_heat(frame, i);
    compose_difference(frame);
}
