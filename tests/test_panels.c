// The panels at any size: every view is composed and drawn into a list without a window. Nothing may assert, whatever
// size a window is given; one that is too small shows a sentence and nothing that can be clicked.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stage.h"

static const Frame *draw(int width, int height, float wanted, const Input *input)
{
    const Frame *frame = stage_compose(&scene, width, height, wanted);
    stage_draw(&scene, frame, input);
    return frame;
}

static bool fills(const DrawCommand *command, int width, int height)
{
    return command->kind == DRAW_BOX && command->box.rect.w >= (float)width && command->box.rect.h >= (float)height &&
           (command->color & 0xff) == 0xff;
}

// What can be seen: commands behind the last box that covers the window.
static size_t find_first_visible(int width, int height)
{
    size_t first = 0;
    for (size_t i = 0; i < scene.list.command_count; i++)
        if (fills(&scene.list.commands[i], width, height))
            first = i + 1;
    return first;
}

static void check_size(int width, int height, float wanted, Scene view)
{
    const Input click = {.mouse_x = (float)width / 2,
                         .mouse_y = (float)height / 2,
                         .is_inside = true,
                         .left = true,
                         .left_pressed = true};
    scene.app->look.scene = view;
    (void)draw(width, height, wanted, &click);
    const bool is_too_small = width < LEAST_WIDTH || height < LEAST_HEIGHT;
    assert_true(scene.layout.is_too_small == is_too_small);
    for (size_t i = 0; i < scene.list.command_count; i++) {
        const DrawCommand *command = &scene.list.commands[i];
        assert_true(command->clip.x >= 0 && command->clip.x + command->clip.w <= (float)width);
        assert_true(command->clip.y >= 0 && command->clip.y + command->clip.h <= (float)height);
        if (command->kind == DRAW_IMAGES)
            assert_true(command->images.side > 0 && command->images.columns >= 1);
    }
    if (is_too_small) {
        for (size_t i = find_first_visible(width, height); i < scene.list.command_count; i++)
            assert_int_equal(scene.list.commands[i].kind, DRAW_TEXT);
        assert_int_equal(scene.requests.count, 0);
        assert_int_equal(scene.ui.active, 0);
        if (width >= 60 && height >= 20) // there is room for at least some of the sentence
            assert_true(find_first_visible(width, height) < scene.list.command_count);
    }
    const Input still = {.is_inside = false};
    (void)draw(width, height, wanted, &still);
}

static void test_every_view_survives_every_size(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1},       {1, 400},     {400, 1},       {2, 3},        {16, 16},
                                   {100, 20},    {160, 100},   {320, 200},     {640, 400},    {719, 540},
                                   {720, 539},   {720, 540},   {960, 600},     {1000, 150},   {150, 1000},
                                   {1440, 900},  {16384, 200}, {200, 16384},   {16384, 540},  {720, 16384},
                                   {7680, 4320}, {16384, 900}, {16384, 16384}, {32767, 32767}};
    static const float wanted[] = {0.3f, 0.6f, 1, 3, 12};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t s = 0; s < sizeof wanted / sizeof *wanted; s++)
            for (int view = 0; view < SCENE_COUNT; view++)
                check_size(sizes[i][0], sizes[i][1], wanted[s], (Scene)view);
}

// Help covers the window; a window that is too small covers the help.
static void test_help_at_every_size(void **state)
{
    (void)state;
    scene.app->popup = POPUP_HELP;
    for (int side = 1; side < 3000; side = side * 3 / 2 + 1)
        check_size(side, side, 1, SCENE_COMPARE);
    scene.app->popup = POPUP_NONE;
}

// A stroke begun in a good size ends where the button is let go in one that is too small, and is not a click there.
static void test_a_stroke_ends_in_any_size(void **state)
{
    (void)state;
    scene.app->look.scene = SCENE_COMPARE;
    const Input still = {.is_inside = false};
    (void)draw(1440, 900, 1, &still);
    const GridLayout *cell = &scene.layout.stage.rows[SIDE_A].pictures[0];
    const Rect pad = {cell->origin.x, cell->origin.y, cell->side, cell->side};
    Input input = {.mouse_x = pad.x + pad.w / 2, .mouse_y = pad.y + pad.h / 2, .is_inside = true};
    input.left = input.left_pressed = true;
    (void)draw(1440, 900, 1, &input);
    app_apply(scene.app, &scene.requests);
    assert_true(scene.app->pad.is_drawing);
    input.left_pressed = false;
    (void)draw(30, 30, 1, &input);
    app_apply(scene.app, &scene.requests);
    assert_true(scene.app->pad.is_drawing);
    input.left = false; // lost, not released
    (void)draw(30, 30, 1, &input);
    app_apply(scene.app, &scene.requests);
    assert_false(scene.app->pad.is_drawing);
    assert_int_equal(scene.ui.active, 0);
}

// ---- what is left out ---------------------------------------------------------------------------------------------

static bool has_widget(const char *prefix)
{
    for (int i = 0; i < scene.ui.widget_count; i++)
        if (strncmp(scene.ui.widgets[i].id, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

// Whether a key asks for anything: another request than to look at what is looked at.
static bool asks(int key, bool control)
{
    const Input input = {.keys = {{key, false, control}}, .key_count = 1};
    const Frame *frame = draw(1440, 900, 1, &input);
    for (int i = 0; i < scene.requests.count; i++)
        if (scene.requests.items[i].kind != REQUEST_LOOK ||
            memcmp(&scene.requests.items[i].look, &frame->look, sizeof frame->look) != 0)
            return true;
    return false;
}

static void test_what_is_left_out_is_nowhere(void **state)
{
    (void)state;
    static const struct {
        Control control;
        const char *widget; // the beginning of its id; NULL: it has none
        int key;            // 0: none
        bool is_control;
    } rows[] = {
        {HIDE_MATRIX, "view.matrix", '1' + SCENE_MATRIX, false},
        {HIDE_INSPECT, "view.inspect", '1' + SCENE_INSPECT, false},
        {HIDE_CLAIMS, "view.claims", '1' + SCENE_CLAIMS, false},
        {HIDE_CODE, "view.code", '1' + SCENE_CODE, false},
        {HIDE_LATENT, "view.latent", '1' + SCENE_LATENT, false},
        {HIDE_LESSON, "lesson.offer", 0, false},
        {HIDE_DATA, "menu.data", 'o', true},
        {HIDE_SETUPS, "menu.setups", 'o', false},
        {HIDE_SHOWING, "menu.view", 'k', false},
        {HIDE_SHOWING, "menu.view", 'm', false},
        {HIDE_SAVE, "screenshot", 's', false},
        {HIDE_HELP, "help", '?', false},
        {HIDE_MODELS, "a.loss", 0, false},
        {HIDE_MODELS, "b.output", 0, false},
        {HIDE_MODELS, "a.more", 0, false},
        {HIDE_MORE, "a.more", 0, false},
        {HIDE_PAGES, "page.next", ']', false},
        {HIDE_PAGES, "page.shuffle", 'x', false},
        {HIDE_HISTOGRAM, "histogram", 'l', false},
        {HIDE_HISTOGRAM, NULL, 'g', false},
        {HIDE_PLAY, "play", ' ', false},
        {HIDE_PLAY, "step", '.', false},
        {HIDE_PLAY, "restart", 'r', false},
        {HIDE_SPEED, "pace", 0, false},
        {HIDE_FILM, "film", 'f', false},
        {HIDE_TIMELINE, "time", ',', false},
    };
    const Input still = {.is_inside = false};
    scene.app->look.scene = SCENE_COMPARE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int hidden = 0; hidden < 2; hidden++) {
            scene.app->look.hidden = hidden ? 1u << rows[i].control : 0;
            scene.ui.field.id = 0; // the path's, which the menu of data opens
            (void)draw(1440, 900, 1, &still);
            if (rows[i].widget && has_widget(rows[i].widget) == hidden)
                fail_msg("%s: %s is %s", control_key((int)rows[i].control), rows[i].widget,
                         hidden ? "there" : "not there");
            if (rows[i].key && asks(rows[i].key, rows[i].is_control) == hidden)
                fail_msg("%s: key %c", control_key((int)rows[i].control), rows[i].key);
        }
    scene.app->look.hidden = 0;
}

// A lesson that has been sent goes on, whatever is left out around it.
static void test_a_lesson_goes_on(void **state)
{
    (void)state;
    scene.app->look.hidden = (1u << CONTROL_COUNT) - 1;
    Requests requests = {.items = {{.kind = REQUEST_LESSON, .value = 0}}, .count = 1};
    Look look = scene.app->look;
    controls_filter(&look, &requests);
    assert_int_equal(requests.count, 0);
    requests.count = 1;
    look.lesson = 0;
    controls_filter(&look, &requests);
    assert_int_equal(requests.count, 1);
    requests.items[0] = (Request){.kind = REQUEST_MOMENT, .value = 0};
    controls_filter(&look, &requests);
    assert_int_equal(requests.count, 1); // back to the newest
    requests.items[0] = (Request){.kind = REQUEST_PRESET, .value = preset_find("pixel")};
    controls_filter(&look, &requests);
    assert_int_equal(requests.count, 0); // into a view that is left out
    requests.items[0] = (Request){.kind = REQUEST_QUIT};
    requests.count = 1;
    controls_filter(&look, &requests);
    assert_int_equal(requests.count, 1);
    scene.app->look.hidden = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_view_survives_every_size), cmocka_unit_test(test_help_at_every_size),
        cmocka_unit_test(test_a_stroke_ends_in_any_size), cmocka_unit_test(test_what_is_left_out_is_nowhere),
        cmocka_unit_test(test_a_lesson_goes_on)};
    return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
