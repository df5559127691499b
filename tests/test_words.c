// The words: everything that can be pointed at says in two lines what it is and what to look for, every dotted word
// leads to its term, the glossary shows each of them whole; and the map of pixels that never light up.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage.h"
#include "state/words.h"

static const int sizes[][2] = {{960, 600}, {1440, 900}, {1920, 1080}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void draw_at(int size, const Input *input)
{
    const Frame *frame = stage_compose(&scene, sizes[size][0], sizes[size][1], 1);
    stage_draw(&scene, frame, input);
}

static void point_at(int size, Rect place)
{
    draw_at(size, &(Input){.is_inside = true, .mouse_x = place.x + place.w / 2, .mouse_y = place.y + place.h / 2});
}

static void press(int key)
{
    draw_at(0, &(Input){.keys = {{.key = key}}, .key_count = 1});
    app_apply(scene.app, &scene.requests);
}

static void click(Rect place)
{
    Input input = {.is_inside = true, .mouse_x = place.x + place.w / 2, .mouse_y = place.y + place.h / 2};
    input.left = input.left_pressed = true;
    draw_at(0, &input);
    app_apply(scene.app, &scene.requests);
    input.left = input.left_pressed = false;
    input.left_released = true;
    draw_at(0, &input);
    app_apply(scene.app, &scene.requests);
}

static const Widget *find_widget(const char *id)
{
    for (int i = 0; i < scene.ui.widget_count; i++)
        if (strcmp(scene.ui.widgets[i].id, id) == 0)
            return &scene.ui.widgets[i];
    return NULL;
}

static bool has_text(const char *start)
{
    for (int i = 0; i < scene.ui.text_count; i++)
        if (strncmp(scene.ui.texts[i].text, start, strlen(start)) == 0)
            return true;
    return false;
}

// ---- the table ----------------------------------------------------------------------------------------------------

static bool is_line(const char *text)
{
    const size_t length = strlen(text);
    return length > 8 && length < 200 && !strchr(text, '\n') && strchr(".!?", text[length - 1]);
}

static void test_every_row_has_its_words(void **state)
{
    (void)state;
    assert_in_range(words_term_count(), 1, words_count() - 1);
    for (int i = 0; i < words_count(); i++) {
        const Words *row = words_get(i);
        if (!row->what || !row->look || !row->label)
            fail_msg("'%s' has no words", row->key);
        if (!is_line(row->what) || !is_line(row->look) || !row->label[0])
            fail_msg("'%s': '%s' / '%s'", row->key, row->what, row->look);
        assert_int_equal(words_find_index(row->key), i); // no two rows have the same key
        assert_ptr_equal(words_find(row->key), row);
    }
}

// The rows of the tables that the buttons are made of.
static void test_every_choice_has_words(void **state)
{
    (void)state;
    char key[48];
    for (int i = 0; i < LOSS_COUNT; i++) {
        (void)snprintf(key, sizeof key, "loss.%s", loss_get(i)->key);
        assert_in_range(words_find_index(key), 0, words_term_count() - 1);
    }
    for (int role = 0; role < 2; role++)
        for (int i = 0; i < activation_count((ActivationRole)role); i++) {
            (void)snprintf(key, sizeof key, "%s.%s", role == OUTPUT_ACTIVATION ? "output" : "hidden",
                           activation_get((ActivationRole)role, i)->key);
            assert_in_range(words_find_index(key), 0, words_term_count() - 1);
        }
    for (int i = 0; i < optimizer_count(); i++) {
        (void)snprintf(key, sizeof key, "optimizer.%s", optimizer_get(i)->key);
        assert_in_range(words_find_index(key), 0, words_term_count() - 1);
    }
    for (int i = 0; i < heatmap_count(); i++) {
        (void)snprintf(key, sizeof key, "heatmap.%s", heatmap_get(i)->key);
        assert_string_equal(words_find(key)->what, heatmap_get(i)->what);
    }
}

static void test_words_of_widgets(void **state)
{
    (void)state;
    assert_string_equal(words_of_widget("seed")->key, "seed");
    assert_string_equal(words_of_widget("a.noise.minus")->key, "noise");
    assert_string_equal(words_of_widget("b.code.plus")->key, "code");
    assert_string_equal(words_of_widget("pad.brush.1")->key, "pad");
    assert_string_equal(words_of_widget("word.loss.bce")->key, "loss.bce");
    assert_string_equal(words_of_widget("inspect.drawing.unheard")->key, "inspect.drawing");
    assert_string_equal(words_of_widget("view.unheard")->key, "view");
    assert_null(words_of_widget("pads"));
    assert_null(words_of_widget("unheard.pad"));
    assert_null(words_of_widget(""));
    assert_null(words_find("unheard"));
}

// ---- hints --------------------------------------------------------------------------------------------------------

// Two lines, neither of them empty.
static void check_hint(const char *id)
{
    const char *hint = scene.ui.hint, *end = strchr(hint, '\n');
    if (!end || end == hint || !end[1] || strchr(end + 1, '\n'))
        fail_msg("%s, %gx%g: %s says '%s'", scene_get(scene.app->look.scene)->key, (double)scene.width,
                 (double)scene.height, id, hint);
}

static void check_widgets(int size)
{
    static Widget widgets[WIDGETS_MAX];
    const Input still = {.is_inside = false};
    draw_at(size, &still);
    const int count = scene.ui.widget_count;
    assert_string_equal(scene.ui.hint, "");
    memcpy(widgets, scene.ui.widgets, sizeof widgets);
    for (int i = 0; i < count; i++) {
        point_at(size, widgets[i].rect);
        check_hint(widgets[i].id);
    }
}

static void test_every_widget_says_what_it_is(void **state)
{
    (void)state;
    for (int size = 0; size < SIZES; size++)
        for (int view = 0; view < SCENE_COUNT; view++) {
            scene.app->look.scene = (Scene)view;
            check_widgets(size);
        }
    scene.app->look.scene = SCENE_COMPARE;
    for (int size = 0; size < SIZES; size++)
        for (int popup = POPUP_NONE + 1; popup < POPUP_COUNT; popup++) {
            scene.app->popup = (Popup)popup;
            check_widgets(size);
        }
    scene.app->popup = POPUP_NONE;
}

// Both lines are on screen, and none while a button of the mouse is held.
static void test_a_hint_is_drawn_in_two_lines(void **state)
{
    (void)state;
    scene.app->look.scene = SCENE_COMPARE;
    const Words *words = words_find("restart");
    draw_at(1, &(Input){.is_inside = false});
    const Rect place = find_widget("restart")->rect;
    assert_false(has_text(words->what) || has_text(words->look));
    point_at(1, place);
    assert_true(has_text(words->what) && has_text(words->look));
    draw_at(1, &(Input){.is_inside = true, .mouse_x = place.x + 2, .mouse_y = place.y + 2, .left = true});
    assert_false(has_text(words->what) || has_text(words->look));
}

// ---- the glossary -------------------------------------------------------------------------------------------------

static bool is_open_at(int term) { return scene.app->popup == POPUP_GLOSSARY && scene.app->glossary == term; }

static void test_opening_and_closing(void **state)
{
    (void)state;
    const int last = words_term_count() - 1;
    scene.app->look.scene = SCENE_INSPECT;
    assert_int_equal(scene.app->popup, POPUP_NONE);
    press('e');
    assert_true(is_open_at(0));
    press(KEY_DOWN);
    assert_true(is_open_at(1));
    press(KEY_UP);
    press(KEY_UP);
    assert_true(is_open_at(0));
    press(KEY_END);
    press(KEY_DOWN);
    assert_true(is_open_at(last));
    draw_at(0, &(Input){.wheel = 1});
    app_apply(scene.app, &scene.requests);
    assert_true(is_open_at(last - 2));
    press(KEY_ESCAPE);
    assert_int_equal(scene.app->popup, POPUP_NONE);
    assert_int_equal(scene.app->look.scene, SCENE_INSPECT); // Esc was for the glossary alone
    press('e');
    press('?');
    assert_int_equal(scene.app->popup, POPUP_HELP);
    draw_at(0, &(Input){.is_inside = false});
    click(find_widget("glossary")->rect);
    assert_true(is_open_at(0));
    draw_at(0, &(Input){.is_inside = false});
    click(find_widget("close")->rect);
    assert_int_equal(scene.app->popup, POPUP_NONE);
}

// Every dotted word of every view opens the glossary at its own term.
static void test_dotted_words(void **state)
{
    (void)state;
    static Widget widgets[WIDGETS_MAX];
    int found = 0;
    for (int view = 0; view < SCENE_COUNT; view++) {
        scene.app->look.scene = (Scene)view;
        draw_at(0, &(Input){.is_inside = false});
        const int count = scene.ui.widget_count;
        memcpy(widgets, scene.ui.widgets, sizeof widgets);
        for (int i = 0; i < count; i++) {
            if (strncmp(widgets[i].id, "word.", 5) != 0)
                continue;
            click(widgets[i].rect);
            assert_true(is_open_at(words_find_index(widgets[i].id + 5)));
            press(KEY_ESCAPE);
            found++;
        }
    }
    assert_in_range(found, 10, 200);
}

// Whichever term it is open at is there whole, in the smallest window.
static void test_every_term_is_shown(void **state)
{
    (void)state;
    for (int size = 0; size < SIZES; size++)
        for (int term = 0; term < words_term_count(); term++) {
            scene.app->popup = POPUP_GLOSSARY;
            scene.app->glossary = term;
            draw_at(size, &(Input){.is_inside = false});
            const Words *words = words_get(term);
            char first[16];
            (void)snprintf(first, sizeof first, "%.12s", words->text ? words->text : words->what);
            if (!has_text(first))
                fail_msg("'%s' is not in the glossary that is open at it", words->key);
        }
    scene.app->popup = POPUP_NONE;
    scene.app->glossary = 0;
}

// ---- the map of pixels that never light up ------------------------------------------------------------------------

static void test_never_lit(void **state)
{
    (void)state;
    static Metrics test;
    static TargetFacts facts;
    static float values[DIGIT_PIXELS], marks[DIGIT_PIXELS];
    const Heatmap *map = heatmap_get(heatmap_find("dead"));
    HeatInput in = {.test = &test, .facts = &facts, .n = DIGIT_PIXELS};
    test.images = 100;
    facts.mean_map[1] = facts.mean_map[2] = 1e-4f;          // some ink
    test.zero_share_map[0] = test.zero_share_map[1] = 1.0f; // never lit, rightly and not
    test.zero_share_map[2] = 0.99f;                         // lit once
    map->compute(&in, values);
    map->mark(&in, marks);
    assert_true(values[0] == 0.0f && values[1] == 1.0f && values[2] == 0.99f && values[3] == 0.0f);
    assert_true(marks[0] == 0.0f && marks[1] == 1.0f && marks[2] == 0.0f && marks[3] == 0.0f);
    in.facts = NULL; // nothing is known yet
    map->compute(&in, values);
    assert_true(values[1] == 0.0f);
    in.facts = &facts;
    test.images = 0;
    map->mark(&in, marks);
    assert_true(marks[1] == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_has_its_words),
        cmocka_unit_test(test_every_choice_has_words),
        cmocka_unit_test(test_words_of_widgets),
        cmocka_unit_test(test_every_widget_says_what_it_is),
        cmocka_unit_test(test_a_hint_is_drawn_in_two_lines),
        cmocka_unit_test(test_opening_and_closing),
        cmocka_unit_test(test_dotted_words),
        cmocka_unit_test(test_every_term_is_shown),
        cmocka_unit_test(test_never_lit),
    };
    return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
