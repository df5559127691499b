// A line of text that is typed: what keys and text do to it, and who gets the keys meanwhile.
#include "draw/ui_field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static Font *font;
static DrawList list;
static Ui ui;
static const Rect place = {100, 100, 200, 26};

// A pass in which the field is drawn, if it is open. Returns what ended it; *others: the keys that everybody else saw.
static FieldEvent pass(const Input *input, int *others)
{
    draw_begin(&list, 800, 600);
    ui_begin(&ui, &list, theme_get(THEME_DARK), input, 1);
    *others = ui.input.key_count;
    const FieldEvent event = ui_field_is_open(&ui, "name") ? ui_text_field(&ui, "name", place, "Name") : FIELD_IDLE;
    ui_end(&ui);
    return event;
}

static FieldEvent press(int key)
{
    const Input input = {.keys = {{key, false, false}}, .key_count = 1};
    int others;
    const FieldEvent event = pass(&input, &others);
    assert_int_equal(others, 0);
    return event;
}

static void type(const char *text)
{
    Input input = {.is_inside = false};
    int others;
    strcpy(input.text, text);
    assert_int_equal(pass(&input, &others), FIELD_IDLE);
}

static void text_goes_to_the_cursor(void **state)
{
    (void)state;
    ui_field_open(&ui, "name", "ab");
    type("c");
    assert_string_equal(ui.field.text, "abc");
    assert_int_equal(press(KEY_LEFT), FIELD_IDLE);
    type("x");
    assert_string_equal(ui.field.text, "abxc");
    press(KEY_HOME);
    press(KEY_LEFT);
    type("1");
    press(KEY_END);
    press(KEY_RIGHT);
    type("9");
    assert_string_equal(ui.field.text, "1abxc9");
    press('z'); // what a key types comes as text alone
    assert_string_equal(ui.field.text, "1abxc9");
}

static void choose_all(void)
{
    const Input input = {.keys = {{'a', false, true}}, .key_count = 1};
    int others;
    assert_int_equal(pass(&input, &others), FIELD_IDLE);
    assert_int_equal(others, 0);
}

static void what_is_chosen_is_replaced(void **state)
{
    (void)state;
    ui_field_open(&ui, "name", "old");
    choose_all();
    assert_string_equal(ui.field.text, "old");
    press('n');
    type("new");
    assert_string_equal(ui.field.text, "new");
    type("er");
    assert_string_equal(ui.field.text, "newer");
    choose_all();
    press(KEY_LEFT); // what was chosen is no more
    type("s");
    assert_string_equal(ui.field.text, "newesr");
    for (int i = 0; i < 2; i++) {
        choose_all();
        press(i ? KEY_DELETE : KEY_BACKSPACE);
        assert_string_equal(ui.field.text, "");
        type("again");
    }
    choose_all();
    ui_field_open(&ui, "name", "another");
    type("s");
    assert_string_equal(ui.field.text, "anothers");
}

static void whole_characters_are_deleted(void **state)
{
    (void)state;
    ui_field_open(&ui, "name", "a\u00fc\u20ac");
    press(KEY_BACKSPACE);
    assert_string_equal(ui.field.text, "a\u00fc");
    press(KEY_LEFT);
    press(KEY_DELETE);
    assert_string_equal(ui.field.text, "a");
    press(KEY_DELETE);
    press(KEY_BACKSPACE);
    press(KEY_BACKSPACE);
    press(KEY_DELETE);
    assert_string_equal(ui.field.text, "");
}

static void pasted_lines_become_one(void **state)
{
    (void)state;
    ui_field_open(&ui, "name", "");
    type("one\ntwo\tthree\x01");
    assert_string_equal(ui.field.text, "one two three?");
}

static void what_has_no_room_is_left_out(void **state)
{
    (void)state;
    char text[INPUT_TEXT_SIZE];
    memset(text, 'a', sizeof text - 2);
    text[sizeof text - 2] = 0;
    ui_field_open(&ui, "name", text);
    type("bb");
    assert_string_equal(ui.field.text, text);
    type("b");
    assert_int_equal(strlen(ui.field.text), sizeof text - 1);
    press(KEY_HOME);
    press(KEY_END);
}

static void enter_and_escape_end_it(void **state)
{
    (void)state;
    ui_field_open(&ui, "name", "ab");
    assert_true(ui_has_field(&ui));
    assert_int_equal(press(KEY_ENTER), FIELD_ENTERED);
    assert_false(ui_has_field(&ui));
    assert_string_equal(ui.field.text, "ab");
    ui_field_open(&ui, "name", "ab");
    assert_int_equal(press(KEY_ESCAPE), FIELD_LEFT);
    assert_false(ui_has_field(&ui));
    const Input input = {.keys = {{'s', false, false}}, .key_count = 1};
    int others;
    (void)pass(&input, &others);
    assert_int_equal(others, 1); // shortcuts work again
}

static void a_press_elsewhere_leaves_it(void **state)
{
    (void)state;
    ui_field_open(&ui, "name", "ab");
    Input input = {.mouse_x = 150, .mouse_y = 110, .is_inside = true, .left = true, .left_pressed = true};
    int others;
    assert_int_equal(pass(&input, &others), FIELD_IDLE);
    ui.active = 0;
    input.mouse_y = 300;
    assert_int_equal(pass(&input, &others), FIELD_LEFT);
    assert_false(ui_has_field(&ui));
}

// A popup may be closed by the key behind the one that opens a field in it: it must not take all keys for ever.
static void what_is_not_drawn_closes(void **state)
{
    (void)state;
    const Input input = {.keys = {{'x', false, false}}, .key_count = 1};
    int others;
    ui_field_open(&ui, "elsewhere", "");
    (void)pass(&input, &others); // which draws another one alone
    assert_int_equal(others, 0); // what it is in may be on its way
    (void)pass(&input, &others);
    assert_int_equal(others, 1);
    assert_false(ui_has_field(&ui));
}

static void the_cursor_stays_in_sight(void **state)
{
    (void)state;
    char text[400];
    memset(text, 'm', sizeof text - 1);
    text[sizeof text - 1] = 0;
    ui_field_open(&ui, "name", text);
    for (int i = 0; i < 2; i++) {
        press(i == 0 ? KEY_END : KEY_HOME);
        const DrawCommand *cursor = &list.commands[list.command_count - 1];
        assert_int_equal(cursor->kind, DRAW_BOX);
        assert_true(cursor->box.rect.x >= place.x && cursor->box.rect.x + cursor->box.rect.w <= place.x + place.w);
    }
}

static int open_font(void **state)
{
    (void)state;
    font = font_create(NULL);
    draw_init(&list, font);
    return font ? 0 : -1;
}

static int close_font(void **state)
{
    (void)state;
    draw_free(&list);
    font_destroy(font);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_chosen_is_replaced),   cmocka_unit_test(text_goes_to_the_cursor),
        cmocka_unit_test(whole_characters_are_deleted), cmocka_unit_test(pasted_lines_become_one),
        cmocka_unit_test(what_has_no_room_is_left_out), cmocka_unit_test(enter_and_escape_end_it),
        cmocka_unit_test(a_press_elsewhere_leaves_it),  cmocka_unit_test(the_cursor_stays_in_sight),
        cmocka_unit_test(what_is_not_drawn_closes),
    };
    return cmocka_run_group_tests(tests, open_font, close_font);
}
