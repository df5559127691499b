// The texts on screen: in every view, at every size and scale, with the longest words and the widest figures no two
// overlap, none is cut that may not be, none leaves its place, the window or a button.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "state/curve.h"
#include "text_rules.h"
#include "text_states.h"

static TextRules rules;

// ---- sizes and looks ----------------------------------------------------------------------------------------------

static const int sizes[][2] = {{960, 600}, {1024, 640}, {1280, 800}, {1440, 900}, {1920, 1080}, {2560, 1440}};
static const float scales[] = {1, 1.5f, 2};
#ifdef UNDER_ASAN
enum { SIZE_STEP = 5 }; // what is watched here is memory: the smallest and the largest
#else
enum { SIZE_STEP = 1 };
#endif

static void draw_state(int size, float wanted, TextState state, const Input *input)
{
    static Frame before;
    Frame *frame = stage_compose(&scene, sizes[size][0], sizes[size][1], wanted);
    before = *frame;
    text_state_dress(state, &scene, frame);
    rules.state = text_state_name(state);
    stage_draw(&scene, frame, input);
    *frame = before;
    for (int i = 0; i < frame->model_count; i++)
        frame->models[i].computed_page = 0; // outputs may have been dressed up, too
}

// Each size, and each scale that it leaves room for, once.
static void at_every_size(void (*check)(int size, float wanted))
{
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size += SIZE_STEP) {
        float last = 0;
        for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
            const float scale = layout_fit_scale(1, scales[i], (float)sizes[size][0], (float)sizes[size][1]);
            if (scale > last)
                check((int)size, scales[i]);
            last = scale;
        }
    }
}

// Where there is least room.
static void at_largest_scales(void (*check)(int size, float wanted))
{
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size += SIZE_STEP)
        check((int)size, scales[sizeof scales / sizeof *scales - 1]);
}

static const Input still = {.is_inside = false};

static void check_state(int size, float wanted, TextState state)
{
    draw_state(size, wanted, state, &still);
    if (state == TEXT_MESSAGE) // lies over the rest
        text_rules_check_overlay(&rules, scene.ui.text_count - 1);
    else
        text_rules_check(&rules);
}

static void check_states(int size, float wanted)
{
    for (int view = 0; view < SCENE_COUNT; view++)
        for (TextState state = 0; state < TEXT_STATE_COUNT; state++) {
            scene.app->look.scene = (Scene)view;
            check_state(size, wanted, state);
        }
}

static void test_every_state(void **state)
{
    (void)state;
    at_every_size(check_states);
    assert_int_equal(rules.fault_count, 0);
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
    look->show_as = (ShowAs)(i % SHOW_AS_COUNT);
    return true;
}

static bool look_curved(Look *look, int i)
{
    look->curve_loss = i;
    return i < CURVE_COUNT;
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

static bool look_coding(Look *look, int i)
{
    look->code = (CodeLook){.shows = i < 3    ? SHOWS_BOTH
                                     : i == 3 ? SHOWS_B
                                              : SHOWS_A,
                            .number = MODEL_CODE_MAX - 1,
                            .page = i,
                            .images = (CodeImages)(i % CODE_IMAGES_COUNT),
                            .is_walk = i % 2 == 0,
                            .digit = 9999,
                            .walk = 0.125f * (float)i};
    return i < 2 * CODE_IMAGES_COUNT;
}

static bool look_claiming(Look *look, int i)
{
    look->claim_page = i;
    return i < CLAIM_PAGES;
}

static const struct {
    bool (*set)(Look *look, int round);
    unsigned flags; // in scenes that have one of these, or, where there are none, in that scene
    Scene scene;
} looks[] = {{look_wiped, SCENE_HAS_WIPE, 0},  {look_brushed, SCENE_IS_STAGE, 0},   {look_heated, SCENE_HAS_MAPS, 0},
             {look_curved, SCENE_IS_STAGE, 0}, {look_inspecting, 0, SCENE_INSPECT}, {look_coding, SCENE_HAS_CODE, 0},
             {look_claiming, 0, SCENE_CLAIMS}};

static bool has_look(Scene view, size_t kind)
{
    return looks[kind].flags ? scene_has(view, looks[kind].flags) : view == looks[kind].scene;
}

static void check_looks(int size, float wanted)
{
    const Look plain = look_default();
    for (int view = 0; view < SCENE_COUNT; view++)
        for (size_t kind = 0; kind < sizeof looks / sizeof *looks; kind++)
            for (int round = 0; has_look((Scene)view, kind); round++) {
                scene.app->look = plain;
                scene.app->look.scene = (Scene)view;
                if (!looks[kind].set(&scene.app->look, round))
                    break;
                draw_state(size, wanted, TEXT_TRAINED, &still);
                text_rules_check(&rules);
                draw_state(size, wanted, TEXT_LONGEST, &still);
                text_rules_check(&rules);
            }
    scene.app->look = plain;
}

static void test_every_look(void **state)
{
    (void)state;
    at_largest_scales(check_looks);
    assert_int_equal(rules.fault_count, 0);
}

static void check_matrix(int size, float wanted)
{
    for (TextState state = 0; state < TEXT_STATE_COUNT; state++)
        check_state(size, wanted, state);
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
    assert_int_equal(rules.fault_count, 0);
}

// ---- overlays -----------------------------------------------------------------------------------------------------

// first: how many texts there are without the mouse.
static void point_at(int size, float wanted, TextState state, int first, float x, float y)
{
    const Input input = {.is_inside = true, .mouse_x = x, .mouse_y = y};
    draw_state(size, wanted, state, &input);
    text_rules_check_overlay(&rules, first);
}

static void check_hints(int size, float wanted)
{
    static Widget widgets[WIDGETS_MAX];
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        draw_state(size, wanted, TEXT_LONGEST, &still);
        const int count = scene.ui.widget_count, first = scene.ui.text_count;
        memcpy(widgets, scene.ui.widgets, sizeof widgets);
        for (int i = 0; i < count; i++) {
            const Rect place = widgets[i].rect;
            point_at(size, wanted, TEXT_LONGEST, first, place.x + place.w / 2, place.y + place.h / 2);
        }
    }
}

// The places of the images on screen.
static int list_images(Rect images[64])
{
    int count = 0;
    for (size_t i = 0; i < scene.list.command_count; i++)
        if (scene.list.commands[i].kind == DRAW_IMAGES && count < 64 &&
            text_rules_find_cover(&scene.list.commands[i], &images[count]))
            count++;
    return count;
}

// The first and the last pixel of each grid, with figures of an absurd size.
static void check_tooltips(int size, float wanted)
{
    Rect images[64];
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        draw_state(size, wanted, TEXT_ABSURD, &still);
        const int count = list_images(images), first = scene.ui.text_count;
        for (int i = 0; i < count; i++) {
            const Rect place = images[i];
            point_at(size, wanted, TEXT_ABSURD, first, place.x + 1, place.y + 1);
            point_at(size, wanted, TEXT_ABSURD, first, place.x + place.w - 3, place.y + place.h - 3);
        }
    }
}

static void check_help(int size, float wanted)
{
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        draw_state(size, wanted, TEXT_LONGEST, &still);
        const int first = scene.ui.text_count;
        scene.app->popup = POPUP_GLOSSARY;
        draw_state(size, wanted, TEXT_LONGEST, &still);
        text_rules_check_overlay(&rules, first);
        scene.app->popup = POPUP_HELP;
        draw_state(size, wanted, TEXT_LONGEST, &still);
        scene.app->popup = POPUP_NONE;
        text_rules_check_overlay(&rules, first);
    }
}

// Each card of each lesson, in the view that it sets.
static void check_lessons(int size, float wanted)
{
    for (int i = 0; i < LESSON_COUNT; i++)
        for (int step = 0; step < lesson_get(i)->step_count; step++) {
            scene.app->look = look_default();
            scene.app->look.lesson = i;
            scene.app->look.lesson_step = step;
            scene.app->look.scene = preset_get(preset_find(lesson_get(i)->steps[step].preset))->scene;
            draw_state(size, wanted, TEXT_TRAINED, &still);
            text_rules_check(&rules);
        }
}

static void test_lessons(void **state)
{
    (void)state;
    at_every_size(check_lessons);
    assert_int_equal(rules.fault_count, 0);
}

static bool has_widget(const char *id)
{
    for (int i = 0; i < scene.ui.widget_count; i++)
        if (strcmp(scene.ui.widgets[i].id, id) == 0)
            return true;
    return false;
}

static void check_menu(int size, float wanted, Popup popup, const char *button)
{
    draw_state(size, wanted, TEXT_LONGEST, &still);
    if (!has_widget(button))
        return;
    const int first = scene.ui.text_count;
    scene.app->popup = popup;
    draw_state(size, wanted, TEXT_LONGEST, &still);
    scene.app->popup = POPUP_NONE;
    rules.state = button;
    text_rules_check_overlay(&rules, first);
}

static void check_menus(int size, float wanted)
{
    static const struct {
        Popup popup;
        const char *button;
    } menus[] = {{POPUP_SETUPS, "menu.setups"},      {POPUP_VIEW, "menu.view"},   {POPUP_DATA, "menu.data"},
                 {POPUP_MORE_A, "a.more"},           {POPUP_MORE_B, "b.more"},    {POPUP_MAP_0, "map.a.0"},
                 {POPUP_MAP_1, "map.b.1"},           {POPUP_MAP_0, "map.matrix"}, {POPUP_MATRIX, "matrix.rows"},
                 {POPUP_CLAIM, "claim.sigmoid.more"}};
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        for (size_t i = 0; i < sizeof menus / sizeof *menus; i++)
            check_menu(size, wanted, menus[i].popup, menus[i].button);
    }
}

static void test_menus(void **state)
{
    (void)state;
    at_every_size(check_menus);
    assert_int_equal(rules.fault_count, 0);
}

static void test_hints(void **state)
{
    (void)state;
    at_largest_scales(check_hints);
    assert_int_equal(rules.fault_count, 0);
}

static void test_tooltips(void **state)
{
    (void)state;
    at_largest_scales(check_tooltips);
    assert_int_equal(rules.fault_count, 0);
}

static void test_help(void **state)
{
    (void)state;
    at_every_size(check_help);
    assert_int_equal(rules.fault_count, 0);
}

static int reset(void **state)
{
    (void)state;
    rules = (TextRules){.stage = &scene};
    scene.app->look = look_default();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_state, reset),  cmocka_unit_test_setup(test_every_look, reset),
        cmocka_unit_test_setup(test_every_matrix, reset), cmocka_unit_test_setup(test_hints, reset),
        cmocka_unit_test_setup(test_tooltips, reset),     cmocka_unit_test_setup(test_help, reset),
        cmocka_unit_test_setup(test_menus, reset),        cmocka_unit_test_setup(test_lessons, reset),
    };
    return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
