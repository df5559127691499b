// The pad: strokes, erasing, undo and redo over many levels, what the models see.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "state/pad.h"

static double sum(const float *values)
{
    double total = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        total += (double)values[i];
    return total;
}

static void draw(Pad *pad, float x0, float y0, float x1, float y1, bool erase)
{
    pad_begin_stroke(pad, x0, y0, erase);
    pad_continue_stroke(pad, x1, y1);
    pad_end_stroke(pad);
}

static void test_stroke_is_joined_and_soft(void **state)
{
    (void)state;
    Pad pad;
    float values[DIGIT_PIXELS];
    assert_true(pad_init(&pad, NULL));
    assert_true(pad_is_empty(&pad));
    draw(&pad, 5, 14, 23, 14, false); // one jump of the mouse
    pad_read_drawn(&pad, values);
    int grey = 0;
    for (int column = 5; column < 23; column++)
        assert_true(values[14 * DIGIT_SIDE + column] > 0.9f);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        grey += values[i] > 0.02f && values[i] < 0.98f;
    assert_true(grey > 20);
    assert_true(values[10 * DIGIT_SIDE + 14] == 0.0f);
    pad_free(&pad);
}

static void test_erase(void **state)
{
    (void)state;
    Pad pad;
    float before[DIGIT_PIXELS], after[DIGIT_PIXELS];
    assert_true(pad_init(&pad, NULL));
    draw(&pad, 5, 14, 23, 14, false);
    pad_read_drawn(&pad, before);
    draw(&pad, 14, 5, 14, 23, true);
    pad_read_drawn(&pad, after);
    assert_true(sum(after) < 0.9 * sum(before));
    assert_true(after[14 * DIGIT_SIDE + 14] < 0.05f);
    pad_free(&pad);
}

static void test_undo_and_redo(void **state)
{
    (void)state;
    enum { STROKES = 120 };
    Pad pad;
    static float drawn[STROKES + 1][DIGIT_PIXELS];
    float values[DIGIT_PIXELS];
    assert_true(pad_init(&pad, NULL));
    assert_false(pad_undo(&pad));
    pad_read_drawn(&pad, drawn[0]);
    for (int i = 0; i < STROKES; i++) {
        const float x = 1.0f + (float)(i % 13) * 2.0f, y = 1.0f + (float)(i / 13) * 2.5f;
        draw(&pad, x, y, x, y, false);
        pad_read_drawn(&pad, drawn[i + 1]);
    }
    for (int i = STROKES - 1; i >= 0; i--) {
        assert_true(pad_undo(&pad));
        pad_read_drawn(&pad, values);
        assert_memory_equal(values, drawn[i], sizeof values);
    }
    assert_false(pad_undo(&pad));
    for (int i = 1; i <= STROKES; i++) {
        assert_true(pad_redo(&pad));
        pad_read_drawn(&pad, values);
        assert_memory_equal(values, drawn[i], sizeof values);
    }
    assert_false(pad_redo(&pad));
    assert_true(pad_undo(&pad));
    draw(&pad, 3, 26, 25, 26, false); // a new stroke forgets what was undone
    assert_false(pad_redo(&pad));
    pad_free(&pad);
}

static void test_history_is_bounded(void **state)
{
    (void)state;
    Pad pad;
    assert_true(pad_init(&pad, NULL));
    for (int i = 0; i < 3 * PAD_UNDO_MAX; i++)
        draw(&pad, 1 + (float)(i % 26), 1 + (float)(i / 26 % 26), 14, 14, i % 2);
    int levels = 0;
    while (pad_undo(&pad))
        levels++;
    assert_int_equal(levels, PAD_UNDO_MAX);
    pad_free(&pad);
}

static void test_loaded_digit_is_exact_until_drawn_on(void **state)
{
    (void)state;
    Pad pad;
    uint8_t pixels[DIGIT_PIXELS];
    float values[DIGIT_PIXELS];
    assert_true(pad_init(&pad, NULL));
    (void)digits_draw(1, DIGITS_TEST, 3, pixels);
    pad_load_digit(&pad, pixels, 3);
    pad_read_input(&pad, values);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        assert_true(values[i] == (float)pixels[i] / 255.0f);
    assert_int_equal(pad.now.source, 3);
    draw(&pad, 2, 2, 4, 2, false);
    assert_int_equal(pad.now.source, -1);
    assert_false(pad.now.is_exact);
    assert_true(pad_undo(&pad));
    assert_true(pad.now.is_exact);
    pad_clear(&pad);
    assert_true(pad_is_empty(&pad));
    pad_free(&pad);
}

static void test_centred_input(void **state)
{
    (void)state;
    Pad pad;
    float values[DIGIT_PIXELS];
    assert_true(pad_init(&pad, NULL));
    draw(&pad, 3, 3, 8, 9, false); // a small stroke in a corner
    pad_read_input(&pad, values);
    double mass = 0, x = 0, y = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        mass += (double)values[i];
        x += (double)values[i] * (i % DIGIT_SIDE);
        y += (double)values[i] * (i / DIGIT_SIDE);
    }
    assert_true(fabs(x / mass - 14.0) < 0.8 && fabs(y / mass - 14.0) < 0.8);
    pad.is_centred = false;
    float raw[DIGIT_PIXELS];
    pad_read_input(&pad, raw);
    pad_read_drawn(&pad, values);
    assert_memory_equal(raw, values, sizeof raw);
    pad_free(&pad);
}

// What was found in a picture is one step of the history, shown as it is with centring and without; a digit of 28x28
// stays exact.
static void test_ink_of_a_picture(void **state)
{
    (void)state;
    Pad pad;
    static float picture[100 * 300];
    static InkResult ink;
    float values[DIGIT_PIXELS], input[DIGIT_PIXELS];
    assert_true(pad_init(&pad, NULL));
    for (int row = 100; row < 200; row++)
        for (int column = 40; column < 60; column++)
            picture[row * 100 + column] = 1.0f;
    assert_true(ink_find(&(InkPicture){100, 300, picture, NULL, false}, "it", &(InkOptions){0}, &ink, NULL));
    pad_load_ink(&pad, &ink);
    pad_read_drawn(&pad, values);
    pad_read_input(&pad, input);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        assert_true(fabsf(values[i] - input[i]) < 0.004f);
    assert_true(fabs(sum(values) - 20.0 * 4.0) < 0.5);
    assert_true(values[14 * DIGIT_SIDE + 14] > 0.99f && values[14 * DIGIT_SIDE + 20] == 0.0f);
    assert_true(pad_undo(&pad) && pad_is_empty(&pad) && pad_redo(&pad) && !pad_is_empty(&pad));
    for (int i = 0; i < DIGIT_PIXELS; i++)
        picture[i] = i % 28 > 10 && i % 28 < 14 ? (float)(i % 256) / 255.0f : 0.0f;
    assert_true(ink_find(&(InkPicture){28, 28, picture, NULL, false}, "it", &(InkOptions){0}, &ink, NULL));
    pad_load_ink(&pad, &ink);
    pad_read_input(&pad, input);
    assert_memory_equal(input, picture, sizeof input);
    pad_free(&pad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stroke_is_joined_and_soft),
        cmocka_unit_test(test_erase),
        cmocka_unit_test(test_undo_and_redo),
        cmocka_unit_test(test_history_is_bounded),
        cmocka_unit_test(test_loaded_digit_is_exact_until_drawn_on),
        cmocka_unit_test(test_centred_input),
        cmocka_unit_test(test_ink_of_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
