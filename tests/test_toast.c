// The toast: what it says and offers at every size, who reacts meanwhile, and what a small picture shows.
#include "panels/panel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw/ui_field.h"
#include "files/thumbnail.h"
#include "text_rules.h"

static Stage stage;
static const int sizes[][2] = {{720, 540}, {960, 600}, {1280, 800}, {1440, 900}, {2560, 1440}};
static const float scales[] = {1, 2};

static Frame *show(int width, int height, float scale, bool is_figure)
{
    Toast *toast = &stage.app->toast;
    toast->is_shown = true;
    toast->is_figure = is_figure;
    (void)snprintf(toast->path, sizeof toast->path,
                   "/home/somebody/Pictures/a folder with quite a long name/losslens-20260101-120000.png");
    (void)snprintf(toast->title, sizeof toast->title, "A and B look the same");
    return stage_compose(&stage, width, height, scale);
}

static int find_text(const char *text)
{
    for (int i = 0; i < stage.ui.text_count; i++)
        if (strcmp(stage.ui.texts[i].text, text) == 0)
            return i;
    return -1;
}

static const Widget *find_widget(const char *id)
{
    for (int i = 0; i < stage.ui.widget_count; i++)
        if (strcmp(stage.ui.widgets[i].id, id) == 0)
            return &stage.ui.widgets[i];
    return NULL;
}

static void nothing_is_cut_at_any_size(void **state)
{
    (void)state;
    const Input still = {.is_inside = false};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizeof scales / sizeof *scales; j++)
            for (int kind = 0; kind < 4; kind++) { // window, figure, a field of each sort
                const Frame *frame = show(sizes[i][0], sizes[i][1], scales[j], kind > 0);
                stage.ui.field.id = 0;
                if (kind > 1)
                    ui_field_open(&stage.ui, kind == 2 ? "toast.title.text" : "toast.save_as.text", "a text");
                stage_draw(&stage, frame, &still);
                const int first = find_text(kind > 0 ? "Figure saved" : "Picture of the window saved");
                assert_true(first >= 0);
                TextRules rules = {&stage, "toast", 0};
                text_rules_check_overlay(&rules, first);
                assert_int_equal(rules.fault_count, 0);
                const Rect box = stage.layout.toast;
                assert_true(box.x >= 0 && box.y >= 0 && box.x + box.w <= (float)sizes[i][0]);
                assert_int_equal(find_widget("toast.title") != NULL, kind == 1); // the window has no title
                assert_int_equal(find_widget("toast.folder") != NULL, kind < 2);
            }
    stage.ui.field.id = 0;
}

static void a_click(const char *id, const Frame *frame)
{
    const Widget *widget = find_widget(id);
    assert_non_null(widget);
    Input input = {.mouse_x = widget->rect.x + 3, .mouse_y = widget->rect.y + 3, .is_inside = true, .left = true};
    input.left_pressed = true;
    stage_draw(&stage, frame, &input);
    input.left = input.left_pressed = false;
    input.left_released = true;
    stage_draw(&stage, frame, &input);
}

static void buttons_ask(void **state)
{
    (void)state;
    const Frame *frame = show(1440, 900, 1, true);
    const Input still = {.is_inside = false};
    stage_draw(&stage, frame, &still);
    a_click("toast.folder", frame);
    assert_int_equal(stage.requests.count, 1);
    assert_int_equal(stage.requests.items[0].kind, REQUEST_FOLDER);
    a_click("toast.title", frame);
    assert_int_equal(stage.requests.count, 0);
    assert_string_equal(stage.ui.field.text, "A and B look the same");
    const Input enter = {.keys = {{KEY_ENTER, false, false}}, .key_count = 1};
    stage_draw(&stage, frame, &enter);
    assert_int_equal(stage.requests.count, 1);
    assert_int_equal(stage.requests.items[0].kind, REQUEST_TITLE);
    assert_string_equal(stage.requests.text, "A and B look the same");
    app_apply(stage.app, &stage.requests);
    char text[INPUT_TEXT_SIZE];
    assert_int_equal(app_take_wish(stage.app, text), WISH_FIGURE);
    assert_string_equal(text, "A and B look the same");
    assert_int_equal(app_take_wish(stage.app, text), WISH_NOTHING);
    const Input escape = {.keys = {{KEY_ESCAPE, false, false}}, .key_count = 1};
    stage_draw(&stage, frame, &escape);
    assert_int_equal(stage.requests.items[0].kind, REQUEST_TOAST);
    app_apply(stage.app, &stage.requests);
    assert_false(stage.app->toast.is_shown);
}

static void a_picture_of_the_window_has_none(void **state)
{
    (void)state;
    Frame *frame = show(1440, 900, 1, true);
    const Input still = {.is_inside = false};
    frame->is_capture = true;
    stage_draw(&stage, frame, &still);
    assert_int_equal(find_text("Figure saved"), -1);
}

// A picture of four colours, wider or higher than 16:9, has its ground at its sides.
static void thumbnails(void **state)
{
    (void)state;
    enum { GROUND = 0x123456ff };
    static Texel texels[THUMB_TILES * DIGIT_PIXELS];
    static const int shapes[][2] = {{1920, 1080}, {1000, 1000}, {300, 100}, {8, 4}};
    for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++) {
        const int width = shapes[shape][0], height = shapes[shape][1];
        uint8_t *rgba = malloc((size_t)width * (size_t)height * 4);
        assert_non_null(rgba);
        for (int i = 0; i < width * height; i++) {
            const bool right = i % width >= width / 2, bottom = i / width >= height / 2;
            rgba[4 * i] = right ? 200 : 10;
            rgba[4 * i + 1] = bottom ? 220 : 20;
            rgba[4 * i + 2] = 30;
            rgba[4 * i + 3] = 0;
        }
        thumbnail_make(rgba, width, height, GROUND, texels);
        const int middle = (THUMB_ROWS / 2 * THUMB_COLUMNS + THUMB_COLUMNS / 2) * DIGIT_PIXELS;
        // of the tiles left and right of the middle, pixels well inside the picture
        assert_int_equal(texels[middle + 1 * DIGIT_SIDE + 10], 0xc8141effu);
        assert_int_equal(texels[middle - DIGIT_PIXELS + 27 * DIGIT_SIDE + 10], 0x0adc1effu);
        const bool is_wide = width * 9 > height * 16, is_high = width * 9 < height * 16;
        assert_int_equal(texels[0], is_wide || is_high ? GROUND : 0x0a141eff);
        free(rgba);
    }
}

static int open_stage(void **state) { return (void)state, stage_open(&stage) ? 0 : -1; }
static int close_stage(void **state) { return (void)state, stage_close(&stage), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_cut_at_any_size),
        cmocka_unit_test(buttons_ask),
        cmocka_unit_test(a_picture_of_the_window_has_none),
        cmocka_unit_test(thumbnails),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
