// The texts on screen: in every view, at every size and scale, with the longest words and the widest figures no two
// overlap, none is cut that may not be, none leaves its place, the window or a button.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage.h"

static Stage scene;

// ---- the rules ----------------------------------------------------------------------------------------------------

static int fault_count;
static const char *state_name;

#define FAULT(...)                                                                                                     \
    do {                                                                                                               \
        char sentence[640];                                                                                            \
        (void)snprintf(sentence, sizeof sentence, __VA_ARGS__);                                                        \
        note_fault(sentence);                                                                                          \
    } while (0)

static void note_fault(const char *sentence)
{
    enum { SHOWN = 40000 };
    if (fault_count++ < SHOWN)
        print_error("%gx%g scale %.2f, %s, %s: %s\n", (double)scene.width, (double)scene.height, (double)scene.scale,
                    scene_get(scene.app->look.scene)->key, state_name, sentence);
}

static Rect intersect(Rect a, Rect b)
{
    const float x = fmaxf(a.x, b.x), y = fmaxf(a.y, b.y);
    return (Rect){x, y, fminf(a.x + a.w, b.x + b.w) - x, fminf(a.y + a.h, b.y + b.h) - y};
}

static bool overlap(Rect a, Rect b) { return intersect(a, b).w > 1 && intersect(a, b).h > 1; }

static bool contains(Rect outer, Rect inner)
{
    return inner.x >= outer.x - 1 && inner.y >= outer.y - 1 && inner.x + inner.w <= outer.x + outer.w + 1 &&
           inner.y + inner.h <= outer.y + outer.h + 1;
}

// What a command hides for good: a box that lets next to nothing through, or images.
static bool find_cover(const DrawCommand *command, Rect *cover)
{
    if (command->kind == DRAW_IMAGES && command->images.map < OPAQUE_MAP_COUNT) {
        const int columns = command->images.columns, rows = (command->images.count - 1) / columns + 1;
        *cover = (Rect){command->images.origin.x, command->images.origin.y, command->images.pitch_x * (float)columns,
                        command->images.pitch_y * (float)rows};
        return true;
    }
    *cover = command->box.rect;
    return command->kind == DRAW_BOX && (command->color & 0xff) >= 0xf0;
}

// Whether something drawn between two texts hides the one from the other.
static bool is_hidden(Rect place, const UiText *below, const UiText *above)
{
    for (size_t i = below->command; i < above->command; i++) {
        Rect cover;
        if (find_cover(&scene.list.commands[i], &cover) && contains(cover, place))
            return true;
    }
    return false;
}

static void check_pairs(int first)
{
    const Ui *ui = &scene.ui;
    for (int i = first; i < ui->text_count; i++)
        for (int j = i + 1; j < ui->text_count; j++) {
            const UiText *a = &ui->texts[i], *b = &ui->texts[j];
            const Rect common = intersect(a->rect, b->rect);
            if (overlap(a->rect, b->rect) && !is_hidden(common, a, b))
                FAULT("'%s' and '%s' overlap by %.1f x %.1f", a->text, b->text, (double)common.w, (double)common.h);
        }
}

// Nothing is drawn over a text.
static void check_covers(void)
{
    const Ui *ui = &scene.ui;
    int below = 0; // the texts below a command
    for (size_t i = 0; i < scene.list.command_count; i++) {
        Rect cover;
        while (below < ui->text_count && ui->texts[below].command <= i)
            below++;
        if (!find_cover(&scene.list.commands[i], &cover))
            continue;
        for (int j = 0; j < below; j++)
            if (overlap(cover, ui->texts[j].rect))
                FAULT("'%s' is covered by (%g %g %g %g)", ui->texts[j].text, (double)cover.x, (double)cover.y,
                      (double)cover.w, (double)cover.h);
    }
}

// What a user wrote may be longer than any window is wide: the model's spec, whose layers fill a line, and a message.
static bool may_be_cut(const UiText *text)
{
    return strncmp(text->text, "A  loss=", 8) == 0 || strncmp(text->text, "B  loss=", 8) == 0;
}

static void check_place(const UiText *text)
{
    const Rect window = {0, 0, scene.width, scene.height};
    if (!contains(window, text->rect))
        FAULT("'%s' leaves the window", text->text);
    if (!contains(text->box, text->rect))
        FAULT("'%s' leaves its box by %.1f %.1f %.1f %.1f", text->text, (double)(text->box.x - text->rect.x),
              (double)(text->box.y - text->rect.y), (double)(text->rect.x + text->rect.w - text->box.x - text->box.w),
              (double)(text->rect.y + text->rect.h - text->box.y - text->box.h));
    if (text->is_cut && !may_be_cut(text))
        FAULT("'%s' is cut in (%g %g %g %g)", text->text, (double)text->box.x, (double)text->box.y, (double)text->box.w,
              (double)text->box.h);
}

// A text is inside a widget or beside it, never across its edge.
static void check_widgets(const UiText *text)
{
    for (int i = 0; i < scene.ui.widget_count; i++) {
        const Widget *widget = &scene.ui.widgets[i];
        if (overlap(widget->rect, text->rect) && !contains(widget->rect, text->rect))
            FAULT("'%s' crosses the edge of %s", text->text, widget->id);
    }
}

static void check_texts(void)
{
    for (int i = 0; i < scene.ui.text_count; i++) {
        check_place(&scene.ui.texts[i]);
        check_widgets(&scene.ui.texts[i]);
    }
    check_pairs(0);
    check_covers();
}

// ---- the states ---------------------------------------------------------------------------------------------------

static Snapshot shown, newest;
static TargetFacts facts;
static Metrics figures, good_figures; // those of a sigmoid stay near these

static Metrics make_figures(double loss, double bias, double share, int dead)
{
    Metrics out = {.images = 10000,
                   .excess_bce = loss,
                   .mean_output = loss,
                   .bias = bias,
                   .below_0 = share / 2,
                   .above_1 = share / 2,
                   .below_002 = share,
                   .above_098 = share,
                   .dead_outputs = dead,
                   .nonfinite = isfinite(loss) ? 0 : 7840000};
    for (int i = 0; i < LOSS_COUNT; i++)
        out.mean[i] = loss;
    for (int i = 0; i < TARGET_GROUP_COUNT; i++)
        out.bias_by_target[i] = bias;
    for (int i = 0; i < HISTOGRAM_BINS; i++)
        out.histogram_output[i] = (int64_t)i * 2000;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        out.mean_output_map[i] = (float)loss;
    return out;
}

static void fill_facts(void)
{
    facts = (TargetFacts){.images = 10000, .mean = 0.1307, .bce_floor = 0.0572};
    facts.mean_image[LOSS_BCE] = 0.2627;
    facts.mean_image[LOSS_MSE] = 0.0674;
    facts.below_002 = facts.above_098 = 0.444;
    facts.full_ink = 0.111;
    for (int i = 0; i < HISTOGRAM_BINS; i++)
        facts.histogram[i] = 1000 + i;
}

static void fill_history(Snapshot *s)
{
    s->history_count = 12;
    for (int i = 0; i < s->history_count; i++) {
        s->history[i].epoch = i;
        for (int loss = 0; loss < LOSS_COUNT; loss++)
            s->history[i].train[loss] = s->history[i].test[loss] = 0.7f / (float)(i + 1);
    }
}

// What every model says of itself: figures of a step, of one that may lie before the newest.
static void show(Frame *frame, const Metrics *test, int64_t step, int64_t last)
{
    shown = newest = (Snapshot){.step = step, .steps_per_epoch = 60000, .broken_step = -1, .test_step = step};
    newest.step = last;
    shown.test = newest.test = *test;
    fill_history(&shown);
    newest.history_count = 0;
    for (int i = 0; i < frame->model_count; i++) {
        frame->models[i].snapshot = &shown;
        frame->models[i].live = step < last ? &newest : &shown;
        for (int loss = 0; loss < LOSS_COUNT; loss++)
            frame->models[i].pad_loss[loss] = test->images ? test->mean[loss] : 0.1234;
    }
    frame->epochs = 100000;
    frame->newest_step = last;
    frame->is_past = step < last;
    frame->facts = &facts;
    frame->is_capture = false;
}

static void judge_claims(Frame *frame, int epoch)
{
    ClaimsFrame *claims = &frame->claims;
    claims->evidence =
        (ClaimEvidence){.facts = &facts, .losses = {10000, 0.0116}, .seeds = {10000, 0.0144}, .pair_epoch = epoch};
    claims->sides = claims->evidence.losses;
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        claims->evidence.test[i] = i == CLAIM_BCE || i == CLAIM_MSE || i == CLAIM_TWIN ? &good_figures : &figures;
        claims->evidence.epochs[i] = epoch;
    }
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        claims->results[claim] = claim_judge(claim, &claims->evidence);
}

// The row of a table whose label is the widest.
static int find_widest(const char *(*label)(int), int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (ui_text_width(&scene.ui, FONT_UI_BOLD, 12, label(i)) >
            ui_text_width(&scene.ui, FONT_UI_BOLD, 12, label(best)))
            best = i;
    return best;
}

static const char *loss_label(int i) { return loss_get(i)->label; }
static const char *output_label(int i) { return activation_get(OUTPUT_ACTIVATION, i)->label; }
static const char *hidden_label(int i) { return activation_get(HIDDEN_ACTIVATION, i)->label; }
static const char *optimizer_label(int i) { return optimizer_get(i)->label; }

static void spell_out(Frame *frame)
{
    for (int i = 0; i < frame->model_count; i++) {
        ModelFrame *m = &frame->models[i];
        m->spec = (Spec){.loss = LOSS_COUNT - 1,
                         .output = find_widest(output_label, activation_count(OUTPUT_ACTIVATION)),
                         .hidden = find_widest(hidden_label, activation_count(HIDDEN_ACTIVATION)),
                         .optimizer = find_widest(optimizer_label, optimizer_count()),
                         .hidden_count = SPEC_HIDDEN_MAX,
                         .lr = 0.00123456789f,
                         .batch = SPEC_BATCH_MAX,
                         .noise = 0.123456789f,
                         .l1 = 0.000123456789f,
                         .seed = UINT32_MAX};
        for (int layer = 0; layer < SPEC_HIDDEN_MAX; layer++)
            m->spec.widths[layer] = SPEC_WIDTH_MAX - (i == 0);
        (void)snprintf(m->caption, sizeof m->caption, "%s \u00b7 %s", loss_label(find_widest(loss_label, LOSS_COUNT)),
                       output_label(m->spec.output));
    }
    memset(frame->dataset_name, 'w', sizeof frame->dataset_name - 1);
    frame->is_builtin = false;
    frame->is_shuffled = true;
    frame->test_count = frame->train_count = 999999;
    frame->samples_per_second = 9999999;
    frame->is_playing = frame->is_busy = true;
}

static void dress_untrained(Frame *frame)
{
    static const Metrics none;
    show(frame, &none, 0, 0);
    frame->facts = NULL;
}

static void dress_trained(Frame *frame)
{
    figures = make_figures(0.1234, -0.1234, 0.377, 384);
    show(frame, &figures, 60000 * 12, 60000 * 12);
    judge_claims(frame, 12);
}

static void dress_between(Frame *frame)
{
    dress_trained(frame);
    shown.step += 123;
    for (int i = 0; i < frame->model_count; i++)
        (void)snprintf(frame->models[i].figures_of, sizeof frame->models[i].figures_of, "epoch 99999");
}

static void dress_longest(Frame *frame)
{
    figures = make_figures(888.8888, -888.8888, 1, DIGIT_PIXELS);
    show(frame, &figures, INT64_C(60000) * 99999 + 59999, INT64_C(60000) * 99999 + 59999);
    spell_out(frame);
    judge_claims(frame, 99999);
    for (int i = 0; i < frame->model_count; i++)
        (void)snprintf(frame->models[i].figures_of, sizeof frame->models[i].figures_of, "step 5999999999");
}

static void dress_absurd(Frame *frame)
{
    figures = make_figures(1.2345e30, -1.2345e30, 1, DIGIT_PIXELS);
    show(frame, &figures, 60000, 60000);
    judge_claims(frame, 12);
    for (int i = 0; i < frame->model_count; i++) {
        ModelFrame *m = &frame->models[i];
        for (int pixel = 0; pixel < frame->page_count * DIGIT_PIXELS; pixel++)
            m->z[pixel] = m->p[pixel] = -1.2345e30f;
        for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++)
            m->pad_z[pixel] = m->pad_p[pixel] = -1.2345e30f;
    }
}

static void dress_infinite(Frame *frame)
{
    figures = make_figures((double)INFINITY, (double)NAN, (double)NAN, 0);
    show(frame, &figures, 60000, 60000);
    judge_claims(frame, 12);
}

static void dress_broken(Frame *frame)
{
    dress_longest(frame);
    shown.broken_step = shown.step + 1;
    (void)snprintf(shown.broken_why, sizeof shown.broken_why, "decoder.%d.weight became infinite", SPEC_HIDDEN_MAX);
    frame->is_busy = false;
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++)
        frame->claims.evidence.is_broken[i] = true;
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        frame->claims.results[claim] = claim_judge(claim, &frame->claims.evidence);
}

static void dress_past(Frame *frame)
{
    dress_longest(frame);
    shown.step = 12345;
    newest.step = frame->newest_step;
    for (int i = 0; i < frame->model_count; i++)
        frame->models[i].live = &newest;
    frame->is_past = frame->is_film = true;
}

static void dress_capture(Frame *frame)
{
    dress_longest(frame);
    frame->is_capture = true;
}

static void dress_message(Frame *frame)
{
    dress_trained(frame);
    memset(frame->message, 'm', sizeof frame->message - 1);
    frame->message[sizeof frame->message - 1] = 0;
}

// The drawing as it was drawn by hand, and none.
static void dress_drawn(Frame *frame)
{
    static Pad pad;
    dress_longest(frame);
    pad = *frame->pad;
    pad.is_centred = true;
    pad.now.source = -1;
    pad.now.is_exact = false;
    frame->pad = &pad;
}

static void dress_empty(Frame *frame)
{
    dress_drawn(frame);
    frame->is_pad_empty = true;
}

typedef struct State {
    const char *name;
    void (*dress)(Frame *frame);
} State;

typedef enum StateKind { STATE_TRAINED, STATE_LONGEST, STATE_ABSURD } StateKind; // the first of them

static const State states[] = {
    [STATE_TRAINED] = {"trained", dress_trained},
    [STATE_LONGEST] = {"longest", dress_longest},
    [STATE_ABSURD] = {"absurd", dress_absurd},
    {"untrained", dress_untrained},
    {"between", dress_between},
    {"infinite", dress_infinite},
    {"broken", dress_broken},
    {"past", dress_past},
    {"capture", dress_capture},
    {"message", dress_message},
    {"drawn", dress_drawn},
    {"empty", dress_empty},
};

// ---- sizes and looks ----------------------------------------------------------------------------------------------

static const int sizes[][2] = {{960, 600}, {1024, 640}, {1280, 800}, {1440, 900}, {1920, 1080}, {2560, 1440}};
static const float scales[] = {1, 1.5f, 2};

static void draw_state(int size, float wanted, const State *state, const Input *input)
{
    static Frame before;
    Frame *frame = stage_compose(&scene, sizes[size][0], sizes[size][1], wanted);
    before = *frame;
    state->dress(frame);
    state_name = state->name;
    stage_draw(&scene, frame, input);
    *frame = before;
    for (int i = 0; i < frame->model_count; i++)
        frame->models[i].computed_page = 0; // outputs may have been dressed up, too
}

// Each size, and each scale that it leaves room for, once.
static void at_every_size(void (*check)(int size, float wanted))
{
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
        float last = 0;
        for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
            const float scale = layout_fit_scale(scales[i], (float)sizes[size][0], (float)sizes[size][1]);
            if (scale > last)
                check((int)size, scales[i]);
            last = scale;
        }
    }
}

// Where there is least room.
static void at_largest_scales(void (*check)(int size, float wanted))
{
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++)
        check((int)size, scales[sizeof scales / sizeof *scales - 1]);
}

static const Input still = {.is_inside = false};

static void check_states(int size, float wanted)
{
    for (int view = 0; view < SCENE_COUNT; view++)
        for (size_t state = 0; state < sizeof states / sizeof *states; state++) {
            scene.app->look.scene = (Scene)view;
            draw_state(size, wanted, &states[state], &still);
            check_texts();
        }
}

static void test_every_state(void **state)
{
    (void)state;
    at_every_size(check_states);
    assert_int_equal(fault_count, 0);
}

// ---- looks --------------------------------------------------------------------------------------------------------

// The look of round i; false behind the last.
static bool look_wiped(Look *look, int i)
{
    look->is_wiped = true;
    look->wipe = 0.5f * (float)i;
    return i < 3;
}

static bool look_brushed(Look *look, int i)
{
    static const int brushes[][2] = {{0, 0}, {1, 64}, {30, 31}, {65, 65}};
    if (i >= 4 * HISTOGRAM_MODE_COUNT)
        return false;
    look->brush_first = brushes[i % 4][0];
    look->brush_last = brushes[i % 4][1];
    look->histogram = (HistogramMode)(i / 4);
    return true;
}

static bool look_heated(Look *look, int i)
{
    if (i >= 2 * heatmap_count())
        return false;
    look->heatmaps[0] = i % heatmap_count();
    look->heatmaps[1] = (i + 1) % heatmap_count();
    look->heat_scales[look->heatmaps[0]] = look->heat_scales[look->heatmaps[1]] = 0.00123f;
    look->is_wiped = i >= heatmap_count();
    look->binarise = 0.987f;
    return true;
}

static bool look_curved(Look *look, int i)
{
    look->curve_loss = i;
    return i < LOSS_COUNT;
}

static bool look_inspecting(Look *look, int i)
{
    static const float targets[] = {-1, 0, 0.02f, 0.1f, 0.4f, 0.5f, 0.6f, 0.9f, 0.98f, 1};
    if (i >= 10)
        return false;
    look->t = targets[i];
    look->is_pinned = i % 2;
    look->digit = i % 3 == 0 ? -1 : 9999;
    look->pixel = DIGIT_PIXELS - 1;
    return true;
}

static const struct {
    bool (*set)(Look *look, int round);
    unsigned scenes; // those that have one of these flags
} looks[] = {{look_wiped, SCENE_HAS_WIPE},
             {look_brushed, SCENE_HAS_GRIDS},
             {look_heated, SCENE_HAS_MODES},
             {look_curved, SCENE_HAS_GRIDS},
             {look_inspecting, SCENE_HAS_STRIP}};

static void check_looks(int size, float wanted)
{
    const Look plain = look_default();
    for (int view = 0; view < SCENE_COUNT; view++)
        for (size_t kind = 0; kind < sizeof looks / sizeof *looks; kind++)
            for (int round = 0; scene_has((Scene)view, looks[kind].scenes); round++) {
                scene.app->look = plain;
                scene.app->look.scene = (Scene)view;
                if (!looks[kind].set(&scene.app->look, round))
                    break;
                draw_state(size, wanted, &states[STATE_TRAINED], &still);
                check_texts();
                draw_state(size, wanted, &states[STATE_LONGEST], &still);
                check_texts();
            }
    scene.app->look = plain;
}

static void test_every_look(void **state)
{
    (void)state;
    at_every_size(check_looks);
    assert_int_equal(fault_count, 0);
}

static void check_matrix(int size, float wanted)
{
    for (size_t state = 0; state < sizeof states / sizeof *states; state++) {
        draw_state(size, wanted, &states[state], &still);
        check_texts();
    }
}

// All rows and columns, and any one of them.
static void test_every_matrix(void **state)
{
    (void)state;
    const unsigned outputs = (1u << OUTPUT_COUNT) - 1, losses = (1u << LOSS_COUNT) - 1;
    const unsigned choices[][2] = {{outputs, losses}, {outputs, 1}, {1, losses}, {1, 1}, {3, 3}};
    Error error;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        scene.app->look = look_default();
        scene.app->look.scene = SCENE_MATRIX;
        scene.app->look.matrix_outputs = choices[i][0];
        scene.app->look.matrix_losses = choices[i][1];
        assert_true(cast_update(scene.app, &error));
        at_every_size(check_matrix);
    }
    scene.app->look = look_default();
    assert_true(cast_update(scene.app, &error));
    assert_int_equal(fault_count, 0);
}

// ---- overlays -----------------------------------------------------------------------------------------------------

// Of what lies over the rest: behind the first so many texts.
static void check_overlay(int first)
{
    for (int i = first; i < scene.ui.text_count; i++)
        check_place(&scene.ui.texts[i]);
    check_pairs(first);
}

// first: how many texts there are without the mouse.
static void point_at(int size, float wanted, StateKind state, int first, float x, float y)
{
    const Input input = {.is_inside = true, .mouse_x = x, .mouse_y = y};
    draw_state(size, wanted, &states[state], &input);
    check_overlay(first);
}

static void check_hints(int size, float wanted)
{
    static Widget widgets[WIDGETS_MAX];
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        draw_state(size, wanted, &states[STATE_LONGEST], &still);
        const int count = scene.ui.widget_count, first = scene.ui.text_count;
        memcpy(widgets, scene.ui.widgets, sizeof widgets);
        for (int i = 0; i < count; i++) {
            const Rect place = widgets[i].rect;
            point_at(size, wanted, STATE_LONGEST, first, place.x + place.w / 2, place.y + place.h / 2);
        }
    }
}

// The places of the images on screen.
static int list_images(Rect images[64])
{
    int count = 0;
    for (size_t i = 0; i < scene.list.command_count; i++)
        if (scene.list.commands[i].kind == DRAW_IMAGES && count < 64 &&
            find_cover(&scene.list.commands[i], &images[count]))
            count++;
    return count;
}

// The first and the last pixel of each grid, with figures of an absurd size.
static void check_tooltips(int size, float wanted)
{
    Rect images[64];
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        draw_state(size, wanted, &states[STATE_ABSURD], &still);
        const int count = list_images(images), first = scene.ui.text_count;
        for (int i = 0; i < count; i++) {
            const Rect place = images[i];
            point_at(size, wanted, STATE_ABSURD, first, place.x + 1, place.y + 1);
            point_at(size, wanted, STATE_ABSURD, first, place.x + place.w - 3, place.y + place.h - 3);
        }
    }
}

static void check_help(int size, float wanted)
{
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        draw_state(size, wanted, &states[STATE_LONGEST], &still);
        const int first = scene.ui.text_count;
        scene.app->is_help_shown = true;
        draw_state(size, wanted, &states[STATE_LONGEST], &still);
        scene.app->is_help_shown = false;
        check_overlay(first);
    }
}

static void test_hints(void **state)
{
    (void)state;
    at_largest_scales(check_hints);
    assert_int_equal(fault_count, 0);
}

static void test_tooltips(void **state)
{
    (void)state;
    at_largest_scales(check_tooltips);
    assert_int_equal(fault_count, 0);
}

static void test_help(void **state)
{
    (void)state;
    at_every_size(check_help);
    assert_int_equal(fault_count, 0);
}

static int reset(void **state)
{
    (void)state;
    fault_count = 0;
    scene.app->look = look_default();
    return 0;
}

static int open_scene(void **state)
{
    (void)state;
    fill_facts();
    good_figures = make_figures(0.0918, -0.0005, 0.377, 384);
    return stage_open(&scene) ? 0 : -1;
}

static int close_scene(void **state)
{
    (void)state;
    stage_close(&scene);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_state, reset),  cmocka_unit_test_setup(test_every_look, reset),
        cmocka_unit_test_setup(test_every_matrix, reset), cmocka_unit_test_setup(test_hints, reset),
        cmocka_unit_test_setup(test_tooltips, reset),     cmocka_unit_test_setup(test_help, reset),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
