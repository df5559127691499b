// The view Latent: which numbers it shows, where the digits over the plane are, what a dragged point does.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"
#include "state/narrator.h"

static const char drawn[] = "layers=64-sample3-64", plain[] = "layers=16";

static Frame *compose(void) { return stage_compose(&scene, 1440, 900, 1); }

// With A's code drawn and B's not.
static int set_up(void **state)
{
    Error error;
    if (stage_set_up(state) != 0)
        return -1;
    Look look = look_default();
    Spec specs[SIDE_COUNT];
    look.scene = SCENE_LATENT;
    if (!spec_parse(&specs[SIDE_A], drawn, &error) || !spec_parse(&specs[SIDE_B], plain, &error))
        return -1;
    return app_change(scene.app, &look, specs) ? 0 : -1;
}

// Waits until every figure of untrained models is there.
static Frame *settle(void)
{
    for (int i = 0; i < 4000; i++) {
        const Frame *frame = app_compose(scene.app, 1, false, true);
        if (frame->latent->sides[SIDE_A].points && frame->latent->sides[SIDE_B].points && frame->code->is_complete)
            return compose();
        usleep(5000);
    }
    fail_msg("the points never came");
    return NULL;
}

static void quantiles_are_those_of_a_normal(void **state)
{
    (void)state;
    assert_float_equal(latent_quantile(0.5), 0, 1e-6);
    assert_float_equal(latent_quantile(0.05), -1.6448536f, 1e-5); // as scipy.stats.norm.ppf has them
    assert_float_equal(latent_quantile(0.975), 1.9599640f, 1e-5);
}

static void a_number_says_something_from_a_hundredth_on(void **state)
{
    (void)state;
    static CodeFacts facts;
    facts = (CodeFacts){.images = 1, .units = 2, .kl = {(float)IDLE_KL * 0.99f, (float)IDLE_KL * 1.01f}};
    facts.is_dead[1] = true;
    assert_false(latent_is_used(&facts, true, 0));
    assert_true(latent_is_used(&facts, true, 1));
    assert_true(latent_is_used(&facts, false, 0)); // that is not drawn: what is not dead
    assert_false(latent_is_used(&facts, false, 1));
}

static void ranges_are_the_priors_or_the_codes(void **state)
{
    (void)state;
    const Frame *frame = settle();
    const LatentSide *a = &frame->latent->sides[SIDE_A], *b = &frame->latent->sides[SIDE_B];
    assert_true(a->has_prior && !b->has_prior);
    for (int axis = 0; axis < LATENT_AXES; axis++) {
        assert_true(a->axes[axis].low == -a->axes[axis].high && a->axes[axis].high >= 3);
        assert_float_equal(a->steps[axis][0], latent_quantile(0.05), 1e-6);
        assert_float_equal(a->steps[axis][LATENT_CELLS - 1], latent_quantile(0.95), 1e-6);
        assert_float_equal(b->steps[axis][0], b->axes[axis].low, 1e-6);
        assert_float_equal(b->steps[axis][LATENT_CELLS - 1], b->axes[axis].high, 1e-5);
        const float *values = axis == LATENT_ACROSS ? b->xs : b->ys;
        for (int i = 0; i < b->points->images; i++)
            assert_true(values[i] >= b->axes[axis].low && values[i] <= b->axes[axis].high);
    }
    assert_int_equal(a->points->images, 10000);
    assert_true(a->numbers[0] != a->numbers[1] && b->numbers[0] != b->numbers[1]);
}

static void points_are_the_codes_of_test_digits(void **state)
{
    (void)state;
    const Frame *frame = settle();
    for (int side = 0; side < SIDE_COUNT; side++) {
        const LatentSide *s = &frame->latent->sides[side];
        const ModelFrame *m = &frame->models[side];
        static const int images[] = {0, 777, 9999};
        for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
            uint8_t bytes[DIGIT_PIXELS];
            float x[DIGIT_PIXELS], code[64];
            (void)app_read_digit(scene.app, images[i], bytes);
            for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++)
                x[pixel] = (float)bytes[pixel] / 255.0f;
            code_encode(m->model, m->snapshot->parameters, &scene.app->slots[side].workspace, x, 1, code);
            assert_float_equal(s->xs[images[i]], code[s->numbers[LATENT_ACROSS]], 1e-4);
            assert_float_equal(s->ys[images[i]], code[s->numbers[LATENT_UP]], 1e-4);
        }
    }
}

// The uppermost row first; what is no axis is as the digit on the pad has it.
static void the_grid_is_decoded_from_its_steps(void **state)
{
    (void)state;
    const Frame *frame = settle();
    for (int side = 0; side < SIDE_COUNT; side++) {
        const LatentSide *s = &frame->latent->sides[side];
        const ModelFrame *m = &frame->models[side];
        float code[64], p[DIGIT_PIXELS];
        memcpy(code, frame->code->sides[side].values, sizeof code);
        code[s->numbers[LATENT_UP]] = s->steps[LATENT_UP][LATENT_CELLS - 1 - 2];
        code[s->numbers[LATENT_ACROSS]] = s->steps[LATENT_ACROSS][11];
        code_decode(m->model, m->snapshot->parameters, &scene.app->slots[side].workspace, code, 1, NULL, p);
        const float *cell = s->cells + (2 * LATENT_CELLS + 11) * DIGIT_PIXELS;
        for (int i = 0; i < DIGIT_PIXELS; i++)
            assert_float_equal(cell[i], p[i], 1e-5);
    }
}

// The middle of A's plane, pressed; then dragged to the right; one deed for undo, and B is as it was.
static void a_dragged_point_is_two_pulled_numbers(void **state)
{
    (void)state;
    const Frame *frame = settle();
    const Rect plane = scene.layout.latent.planes[SIDE_A];
    const int across = frame->latent->sides[SIDE_A].numbers[0], up = frame->latent->sides[SIDE_A].numbers[1];
    const float before = frame->code->sides[SIDE_B].decoded[400];
    Input input = {.mouse_x = plane.x + plane.w / 2,
                   .mouse_y = plane.y + plane.h / 2,
                   .is_inside = true,
                   .left = true,
                   .left_pressed = true,
                   .path_count = 1};
    for (int i = 0; i < 2; i++) {
        stage_draw(&scene, compose(), &input);
        app_apply(scene.app, &scene.requests);
        input.left_pressed = false;
        input.mouse_x += 40;
        input.path[0] = (Point){input.mouse_x, input.mouse_y};
    }
    frame = compose();
    const LatentSide *a = &frame->latent->sides[SIDE_A];
    const CodeSide *code = &frame->code->sides[SIDE_A];
    assert_true(a->is_moved && code->pulled_count == 2 && code->is_pulled[across] && code->is_pulled[up]);
    assert_float_equal(a->shown[0], code->shown[across], 0);
    assert_true(a->shown[0] > 0.1f * a->axes[0].high && a->shown[0] < a->axes[0].high);
    assert_true(code->change > 0);
    assert_true(frame->code->sides[SIDE_B].decoded[400] == before && !frame->latent->sides[SIDE_B].is_moved);
    input = (Input){.mouse_x = input.mouse_x, .mouse_y = input.mouse_y, .is_inside = true, .left_released = true};
    stage_draw(&scene, frame, &input);
    app_apply(scene.app, &scene.requests);
    app_apply(scene.app, &(Requests){.items = {{.kind = REQUEST_UNDO}}, .count = 1});
    assert_int_equal(compose()->code->sides[SIDE_A].pulled_count, 0);
}

// The same every time, of the model's seed alone; figures stay those of the mean.
static void a_drawn_code_is_shown_where_it_is_wanted(void **state)
{
    (void)state;
    static float shown[DIGIT_PIXELS];
    const Frame *frame = settle();
    assert_memory_equal(frame->models[SIDE_A].pad_shown, frame->models[SIDE_A].pad_p, sizeof shown);
    scene.app->look.show_as = SHOW_CODE;
    frame = compose();
    const LatentSide *a = &frame->latent->sides[SIDE_A];
    memcpy(shown, frame->models[SIDE_A].pad_shown, sizeof shown);
    assert_memory_not_equal(shown, frame->models[SIDE_A].pad_p, sizeof shown);
    assert_memory_equal(frame->models[SIDE_B].pad_shown, frame->models[SIDE_B].pad_p, sizeof shown);
    assert_true(a->are_drawn && !frame->latent->sides[SIDE_B].are_drawn);
    assert_ptr_equal(a->xs, a->points->drawn + (size_t)a->numbers[0] * (size_t)a->points->images);
    assert_memory_equal(compose()->models[SIDE_A].pad_shown, shown, sizeof shown);
    scene.app->look.show_as = SHOW_MEAN;
}

static void very_long_codes_have_fewer_points(void **state)
{
    (void)state;
    assert_int_equal(code_points_count(2, 10000), 10000);
    assert_int_equal(code_points_count(32, 70000), CODE_POINTS_IMAGES);
    assert_int_equal(code_points_count(MODEL_CODE_MAX, 10000), CODE_POINTS_VALUES / MODEL_CODE_MAX);
    assert_int_equal(code_points_count(2, 100), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_a_normal),
        cmocka_unit_test(a_number_says_something_from_a_hundredth_on),
        cmocka_unit_test(ranges_are_the_priors_or_the_codes),
        cmocka_unit_test(points_are_the_codes_of_test_digits),
        cmocka_unit_test(the_grid_is_decoded_from_its_steps),
        cmocka_unit_test(a_dragged_point_is_two_pulled_numbers),
        cmocka_unit_test(a_drawn_code_is_shown_where_it_is_wanted),
        cmocka_unit_test(very_long_codes_have_fewer_points),
    };
    return cmocka_run_group_tests(tests, set_up, stage_tear_down);
}
