// The inspect view: it opens at a pixel worth looking at, and a slope of exactly 0 says so.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stage.h"
#include "state/inspect.h"

static const Frame *compose(void) { return stage_compose(&scene, 1440, 900, 1); }

static void press(int key)
{
    stage_draw(&scene, compose(), &(Input){.keys = {{.key = key}}, .key_count = 1});
    app_apply(scene.app, &scene.requests);
}

static float own_loss(const Frame *frame, int side, int pixel)
{
    const ModelFrame *m = &frame->models[side];
    float value;
    model_loss_values(m->model, m->settings, m->spec.loss, m->z + pixel, m->p + pixel, frame->targets + pixel, &value,
                      1);
    return value;
}

static int find_largest(const Frame *frame, int side)
{
    int largest = 0;
    for (int i = 1; i < DIGIT_PIXELS; i++)
        largest = own_loss(frame, side, i) > own_loss(frame, side, largest) ? i : largest;
    return largest;
}

static void the_pixel_has_the_largest_loss_of_b(void **state)
{
    (void)state;
    for (int digit = 0; digit < 4; digit++) {
        scene.app->look.digit = digit;
        scene.app->look.pixel = 0; // a black corner
        const Frame *frame = compose();
        const int worst = find_largest(frame, SIDE_B);
        assert_int_equal(inspect_find_pixel(frame, -1), worst);
        assert_int_equal(scene.app->look.pixel, frame->look.pixel);
        assert_true(own_loss(frame, SIDE_B, frame->look.pixel) >= 0.8f * own_loss(frame, SIDE_B, worst));
    }
}

// One that is nearly as bad stays: at four fifths of the largest, but not below.
static void a_pixel_stays_while_it_is_nearly_the_worst(void **state)
{
    (void)state;
    static float p[DIGIT_PIXELS], z[DIGIT_PIXELS];
    Frame frame = *compose();
    ModelFrame *b = &frame.models[SIDE_B];
    assert_int_equal(b->spec.loss, LOSS_MSE);
    memcpy(p, frame.targets, sizeof p);
    b->p = p;
    b->z = z;
    p[100] = frame.targets[100] + 1.0f; // loss 1
    p[200] = frame.targets[200] + 0.9f; // loss 0.81
    assert_int_equal(inspect_find_pixel(&frame, -1), 100);
    assert_int_equal(inspect_find_pixel(&frame, 200), 200);
    p[200] = frame.targets[200] + 0.88f; // loss 0.77
    assert_int_equal(inspect_find_pixel(&frame, 200), 100);
}

static void where_b_has_no_loss_a_decides(void **state)
{
    (void)state;
    static float p[DIGIT_PIXELS], z[DIGIT_PIXELS];
    Frame frame = *compose();
    memcpy(p, frame.targets, sizeof p);
    frame.models[SIDE_B].p = p;
    frame.models[SIDE_B].z = z;
    assert_int_equal(inspect_find_pixel(&frame, -1), find_largest(&frame, SIDE_A));
}

static void who_chose_a_pixel_keeps_it(void **state)
{
    (void)state;
    scene.app->look.pixel = 0;
    scene.app->look.is_pinned = true;
    assert_int_equal(compose()->look.pixel, 0);
    scene.app->look.is_pinned = false;
    assert_int_not_equal(compose()->look.pixel, 0);
    const int found = scene.app->look.pixel;
    press(KEY_UP);
    assert_int_equal(compose()->look.pixel, found - DIGIT_SIDE);
    press('p'); // lets it go: it follows the mouse, nothing else is sought
    assert_false(scene.app->look.is_pinned);
    assert_int_equal(compose()->look.pixel, found - DIGIT_SIDE);
    press(']'); // another digit
    assert_true(scene.app->look.seeks_pixel);
}

static void d_shows_the_drawing_and_the_digit_again(void **state)
{
    (void)state;
    press('d');
    assert_int_equal(scene.app->look.digit, -1);
    press('d');
    assert_int_equal(scene.app->look.digit, scene.app->pad.now.source);
}

static void a_slope_of_exactly_0_is_said_to_be_cut(void **state)
{
    (void)state;
    static const struct {
        float slope, p, t;
        const char *text;
    } cases[] = {{0, 0, 0.5f, "0 (cut)"},
                 {0, 0, 0, "0.0000"}, // met
                 {1e-9f, 0, 0.5f, "1.0e-09"},
                 {-0.25f, 0.25f, 0.5f, "-0.2500"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[24];
        panel_format_slope(cases[i].slope, cases[i].p, cases[i].t, text);
        assert_string_equal(text, cases[i].text);
    }
}

static int reset(void **state)
{
    (void)state;
    scene.app->look = look_default();
    scene.app->look.scene = SCENE_INSPECT;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_pixel_has_the_largest_loss_of_b, reset),
        cmocka_unit_test_setup(a_pixel_stays_while_it_is_nearly_the_worst, reset),
        cmocka_unit_test_setup(where_b_has_no_loss_a_decides, reset),
        cmocka_unit_test_setup(who_chose_a_pixel_keeps_it, reset),
        cmocka_unit_test_setup(d_shows_the_drawing_and_the_digit_again, reset),
        cmocka_unit_test_setup(a_slope_of_exactly_0_is_said_to_be_cut, reset),
    };
    return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
