// Rich text: words, colours, lines, what is noted.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "draw/theme.h"
#include "draw/ui_rich.h"

static DrawList list;
static Ui ui;

enum { SIZE = 17, LINE = 24 }; // of text, at scale 1

static int setup(void **state)
{
    (void)state;
    Error error;
    Font *font = font_create(&error);
    assert_non_null(font);
    draw_init(&list, font);
    memset(&ui, 0, sizeof ui);
    draw_begin(&list, 1000, 1000);
    ui_begin(&ui, &list, theme_get(THEME_DARK), &(Input){0}, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    font_destroy(list.font);
    draw_free(&list);
    return 0;
}

static float draw(float width, float height, const char *markup)
{
    return ui_rich(&ui, (Rect){10, 20, width, height}, SIZE, ui.theme->text, markup);
}

static void letters_have_their_colours(void **state)
{
    (void)state;
    assert_float_equal(draw(900, LINE, "*<B> is worse*: MSE 0.0127 than <A>"), LINE, 0);
    assert_int_equal(ui.text_count, 1); // one text a line, whatever it is made of
    assert_string_equal(ui.texts[0].text, "B is worse: MSE 0.0127 than A");
    assert_false(ui.texts[0].is_cut);
    const Color expected[] = {ui.theme->b, ui.theme->text, ui.theme->text, ui.theme->a};
    assert_int_equal(list.command_count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(list.commands[i].color, expected[i]);
    const float bold =
        ui_text_width(&ui, FONT_UI_BOLD, SIZE, "B") + ui_text_width(&ui, FONT_UI_BOLD, SIZE, " is worse");
    const float plain = ui_text_width(&ui, FONT_UI, SIZE, ": MSE 0.0127 than ");
    assert_float_equal(ui.texts[0].rect.w, bold + plain + ui_text_width(&ui, FONT_UI_BOLD, SIZE, "A"), 0.01f);
    assert_float_equal(ui_rich_width(&ui, SIZE, "*<B> is worse*: MSE 0.0127 than <A>"), ui.texts[0].rect.w, 0.01f);
}

static void measuring_draws_nothing(void **state)
{
    (void)state;
    const char *text = "one two three four five six seven eight nine ten";
    assert_float_equal(ui_rich(&ui, (Rect){0, 0, 100, INFINITY}, SIZE, 0, text),
                       ui_rich(&ui, (Rect){0, 0, 100, 1000}, SIZE, ui.theme->text, text), 0);
    const int drawn = ui.text_count;
    assert_true(drawn > 3);
    (void)ui_rich(&ui, (Rect){0, 0, 100, INFINITY}, SIZE, 0, text);
    assert_int_equal(ui.text_count, drawn);
}

static void words_are_wrapped(void **state)
{
    (void)state;
    const float width = ui_text_width(&ui, FONT_UI, SIZE, "first second 38") + 1;
    assert_float_equal(draw(width, 2 * LINE, "first second 38 % third"), 2 * LINE, 0);
    assert_int_equal(ui.text_count, 2);
    assert_string_equal(ui.texts[0].text, "first second");
    assert_string_equal(ui.texts[1].text, "38 % third"); // a figure keeps its unit
    for (int i = 0; i < 2; i++)
        assert_true(ui.texts[i].rect.w <= width && !ui.texts[i].is_cut);
}

static void what_has_no_room_ends_in_an_ellipsis(void **state)
{
    (void)state;
    const char *text = "MSE 0.0127 against 0.0099 and *more* to say";
    for (float width = 40; width < 380; width += 1) {
        ui.text_count = 0;
        assert_float_equal(draw(width, LINE + 1, text), LINE, 0);
        assert_int_equal(ui.text_count, 1);
        const UiText *entry = &ui.texts[0];
        const bool is_whole = strcmp(entry->text, "MSE 0.0127 against 0.0099 and more to say") == 0;
        assert_int_equal(entry->is_cut, !is_whole);
        assert_true(entry->rect.w <= width + 0.5f);
        if (is_whole)
            continue;
        const char *end = strstr(entry->text, "\u2026");
        assert_non_null(end);
        assert_int_equal(strlen(end), strlen("\u2026"));
        const char *digits = strpbrk(entry->text, "0123456789");
        if (digits) // whole, or not there at all
            assert_int_equal(strncmp(digits, "0.0127", 6), 0);
        const char *second = strstr(entry->text, "against ");
        if (second && strpbrk(second, "0123456789"))
            assert_non_null(strstr(second, "0.0099"));
    }
}

static void nothing_takes_no_room(void **state)
{
    (void)state;
    assert_float_equal(draw(100, 100, ""), 0, 0);
    assert_int_equal(ui.text_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(letters_have_their_colours, setup, teardown),
        cmocka_unit_test_setup_teardown(measuring_draws_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(words_are_wrapped, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_no_room_ends_in_an_ellipsis, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_takes_no_room, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
