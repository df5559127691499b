// Ink: what is ground and what is ink, in drawings, photographs and transparent pictures; fitting, centring, turning;
// and what is said where there is none.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/digits.h"
#include "data/ink.h"
#include "random.h"

enum { SIDE = 256, COUNT = SIDE * SIDE };

static InkResult result;
static float grey[COUNT], alpha[COUNT], digit[DIGIT_PIXELS];

// A "7" with strokes of `pen` pixels, 1 within and 0 outside.
static float seven(int x, int y, int pen)
{
    const bool is_bar = y >= 60 && y < 60 + pen && x >= 80 && x < 180;
    const float along = (float)(y - 60) / 130.0f, middle = 178.0f - 60.0f * along;
    return is_bar || (y >= 60 && y < 190 && fabsf((float)x - middle) < (float)pen / 2) ? 1.0f : 0.0f;
}

static void draw(float ground, float ink, int pen)
{
    for (int i = 0; i < COUNT; i++)
        grey[i] = ground + (ink - ground) * seven(i % SIDE, i / SIDE, pen);
}

static bool find_in(const InkPicture *picture, InkOptions options, Error *error)
{
    const bool good = ink_find(picture, "file", &options, &result, error);
    float raster[INK_RASTER_SIDE * INK_RASTER_SIDE];
    for (int i = 0; i < INK_RASTER_SIDE * INK_RASTER_SIDE; i++)
        raster[i] = (float)result.raster[i] / 255.0f;
    digits_prepare(raster, INK_RASTER_SIDE, digit);
    for (int i = 0; result.is_exact && i < DIGIT_PIXELS; i++)
        digit[i] = (float)result.pixels[i] / 255.0f;
    return good;
}

static void find(InkOptions options)
{
    Error error = {""};
    if (!find_in(&(InkPicture){SIDE, SIDE, grey, NULL, false}, options, &error))
        fail_msg("%s", error.text);
}

static double difference(const float *a, const float *b)
{
    double sum = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += fabs((double)(a[i] - b[i]));
    return sum / DIGIT_PIXELS;
}

// The digit as it is found where nothing has to be guessed.
static void draw_reference(float reference[DIGIT_PIXELS], int pen)
{
    draw(0, 1, pen);
    find((InkOptions){0});
    assert_false(result.is_inverted || result.is_evened || result.is_composed || result.is_exact);
    assert_int_equal(result.notices.count, 0);
    memcpy(reference, digit, sizeof digit);
}

static void expect(const float *reference, double most)
{
    const double found = difference(reference, digit);
    if (!(found <= most))
        fail_msg("the digit is off by %.4f, at most %.4f expected", found, most);
}

// ---- drawings -----------------------------------------------------------------------------------------------------

static void test_fitted_and_centred(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 16);
    int left = 28, right = -1, top = 28, bottom = -1;
    double mass = 0, x = 0, y = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        if (digit[i] > 0) {
            left = i % 28 < left ? i % 28 : left;
            right = i % 28 > right ? i % 28 : right;
            top = i / 28 < top ? i / 28 : top;
            bottom = i / 28;
        }
        mass += (double)digit[i];
        x += (double)digit[i] * (i % 28);
        y += (double)digit[i] * (i / 28);
    }
    assert_int_equal(bottom - top + 1, 20);
    assert_in_range(right - left + 1, 16, 18);
    assert_true(fabs(x / mass - 14) <= 0.51 && fabs(y / mass - 14) <= 0.51);
    // true area average: the ink is that of the picture, on another scale
    double ink = 0;
    for (int i = 0; i < COUNT; i++)
        ink += (double)grey[i];
    assert_true(fabs(mass / (ink * 20 * 20 / (130.0 * 130.0)) - 1) < 0.01);
}

static void test_any_ground_of_a_drawing(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 16);
    draw(1, 0, 16);
    find((InkOptions){0});
    expect(reference, 0);
    assert_true(result.is_inverted);
    assert_int_equal(result.notices.count, 1);
    assert_non_null(strstr(result.notices.text[0], "file is dark on light"));
    draw(0.8f, 0, 16);
    find((InkOptions){0});
    expect(reference, 0.002);
    draw(0.2f, 1, 16);
    find((InkOptions){0});
    expect(reference, 0.002);
    assert_false(result.is_inverted);
    draw(1, 0.5f, 16); // not rescaled while it is half as strong as ink can be ...
    find((InkOptions){0});
    assert_int_equal(result.notices.count, 1);
    expect(reference, 0.1);
    draw(1, 0.6f, 16); // ... and said where it is
    find((InkOptions){0});
    assert_int_equal(result.notices.count, 2);
    expect(reference, 0.002);
}

// However thin, however large the picture: each inked column is there.
static void test_thin_lines_stay(void **state)
{
    (void)state;
    memset(grey, 0, sizeof grey);
    for (int y = 40; y < 200; y++)
        for (int x = 30; x <= 228; x += 18)
            grey[y * SIDE + x] = 1;
    find((InkOptions){0});
    int inked = 0;
    for (int x = 0; x < INK_RASTER_SIDE; x++)
        inked += result.raster[56 * INK_RASTER_SIDE + x] > 0;
    assert_in_range(inked, 12, 24); // 12 lines, each on one column of the raster or two
    double mass = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        mass += (double)digit[i];
    assert_true(fabs(mass / (12 * 160.0 * 400 / (199.0 * 199)) - 1) < 0.03);
}

static void test_the_threshold_has_two_sides(void **state)
{
    (void)state;
    draw(0, 1, 16);
    for (int y = 220; y < 240; y++)
        for (int x = 20; x < 40; x++)
            grey[y * SIDE + x] = 0.3f;
    float with[DIGIT_PIXELS], without[DIGIT_PIXELS];
    find((InkOptions){.threshold = 0.28f});
    memcpy(with, digit, sizeof digit);
    assert_true(result.threshold == 0.28f);
    find((InkOptions){.threshold = 0.32f});
    memcpy(without, digit, sizeof digit);
    assert_true(difference(with, without) > 0.02);
    find((InkOptions){0});
    expect(with, 0); // a drawing's grey is somebody's intention
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 16);
    assert_true(difference(reference, without) == 0);
}

static void test_invert_by_hand(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 16);
    draw(1, 0, 16);
    find((InkOptions){.invert = INK_INVERT_YES});
    expect(reference, 0);
    find((InkOptions){.invert = INK_INVERT_NO}); // the page is the ink, the strokes are holes in it
    assert_true(difference(reference, digit) > 0.3);
    assert_false(result.is_inverted);
    draw(0, 1, 16);
    find((InkOptions){.invert = INK_INVERT_YES});
    assert_true(difference(reference, digit) > 0.3 && result.is_inverted);
}

static void test_turns(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 16);
    for (int turn = 90; turn < 360; turn += 90) {
        find((InkOptions){.turn = turn});
        // turned back; the centre of mass is rounded, and half a pixel of the picture: a pixel of play is left
        double best = 1;
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                float back[DIGIT_PIXELS] = {0};
                for (int y = 1; y < 27; y++)
                    for (int x = 1; x < 27; x++) {
                        const int to_x = turn == 90 ? 27 - y : turn == 180 ? 27 - x : y;
                        const int to_y = turn == 90 ? x : turn == 180 ? 27 - y : 27 - x;
                        const int at = (to_y + dy) * 28 + to_x + dx;
                        back[y * 28 + x] = at >= 0 && at < DIGIT_PIXELS ? digit[at] : 0;
                    }
                best = fmin(best, difference(reference, back));
            }
        assert_true(best < 0.02 && difference(reference, digit) > 0.06);
        assert_int_equal(result.notices.count, 1);
    }
}

// ---- transparent ones ----------------------------------------------------------------------------------------------

static void test_transparent_strokes(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    const InkPicture picture = {SIDE, SIDE, grey, alpha, false};
    draw_reference(reference, 16);
    for (int white = 0; white < 2; white++) {
        for (int i = 0; i < COUNT; i++) {
            grey[i] = (float)white;
            alpha[i] = seven(i % SIDE, i / SIDE, 16);
        }
        assert_true(find_in(&picture, (InkOptions){0}, NULL));
        expect(reference, 0);
        assert_true(result.is_composed);
        assert_int_equal(result.is_inverted, !white);
    }
    // a page with a transparent rim is a page
    draw(1, 0, 16);
    for (int i = 0; i < COUNT; i++) {
        const int x = i % SIDE, y = i / SIDE;
        alpha[i] = x >= 20 && x < 236 && y >= 20 && y < 236 ? 1.0f : 0.0f;
        grey[i] = alpha[i] > 0 ? grey[i] : 0.0f;
    }
    assert_true(find_in(&picture, (InkOptions){0}, NULL));
    expect(reference, 0);
    Error error = {""};
    memset(alpha, 0, sizeof alpha);
    assert_false(find_in(&picture, (InkOptions){0}, &error));
    assert_non_null(strstr(error.text, "file: no ink is to be seen, it is transparent throughout"));
}

// ---- photographs ---------------------------------------------------------------------------------------------------

typedef float Light(float x, float y);

static float slope(float x, float y) { return 0.9f - 0.5f * x - 0.1f * y; }
static float shadow(float x, float y) { return slope(x, y) * (x + 0.3f * y > 0.65f ? 0.5f : 1.0f); }
static float blob(float x, float y)
{
    return 0.85f - 0.45f * expf(-((x - 0.7f) * (x - 0.7f) + (y - 0.6f) * (y - 0.6f)) / 0.05f);
}
static float table(float x, float y) { return x > 0.1f && x < 0.9f && y > 0.1f && y < 0.92f ? slope(x, y) : 0.1f; }

// Paper in that light with a pen's ink, and a camera's noise.
static void photograph(Light *light, int pen, float ink, float noise)
{
    Random random = random_stream(1, 0);
    for (int i = 0; i < COUNT; i++) {
        const float x = (float)(i % SIDE) / SIDE, y = (float)(i / SIDE) / SIDE;
        float sum = 0;
        for (int k = 0; k < 6; k++)
            sum += (float)(random_bits(&random) >> 40) * 0x1p-24f - 0.5f;
        const float value = light(x, y) * (1 - (1 - ink) * seven(i % SIDE, i / SIDE, pen)) + noise * sum * 1.41f;
        grey[i] = fminf(1, fmaxf(0, value));
    }
}

static void test_uneven_light(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    Light *const lights[] = {slope, shadow, blob, table};
    draw_reference(reference, 10);
    for (size_t i = 0; i < sizeof lights / sizeof *lights; i++) {
        photograph(lights[i], 10, 0.2f, 0.015f);
        find((InkOptions){0});
        assert_true(result.is_inverted && result.is_evened);
        expect(reference, 0.025);
    }
    photograph(slope, 10, 0.6f, 0.01f); // a pencil
    find((InkOptions){0});
    expect(reference, 0.03);
    for (int i = 0; i < COUNT; i++) // chalk
        grey[i] = 0.15f + 0.15f * (float)(i % SIDE) / SIDE + 0.6f * seven(i % SIDE, i / SIDE, 10);
    find((InkOptions){0});
    assert_true(!result.is_inverted && result.is_evened);
    expect(reference, 0.03);
}

// Pages and boards, whole and cut off, straight and not, on what is darker or lighter.
static float page_at_night(float x, float y)
{
    return x > 0.14f && x < 0.86f && y > 0.12f && y < 0.9f ? slope(x, y) : 0.02f;
}
static float page_aslant(float x, float y)
{
    const float left = 0.3f - 0.2f * y, right = 0.72f + 0.2f * y;
    return x > left && x < right && y > 0.1f + 0.1f * x && y < 0.95f ? slope(x, y) : 0.03f;
}
static float page_on_wood(float x, float y)
{
    const float grain = 0.05f * sinf(70.0f * y + 4.0f * x) * sinf(19.0f * y);
    return x < 0.85f && y > 0.1f && y < 0.88f ? slope(x, y) : 0.2f + grain;
}
static float page_above_edge(float x, float y) { return y < 0.86f ? slope(x, y) : 0.05f; }
static float board_on_wall(float x, float y)
{
    return x > 0.12f && x < 0.88f && y > 0.1f && y < 0.9f ? 0.1f + 0.05f * x : 0.9f - 0.3f * x;
}

static void test_sheets_on_something_else(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 10);
    Light *const lights[] = {page_at_night, page_aslant, page_on_wood, page_above_edge, board_on_wall};
    for (size_t i = 0; i < sizeof lights / sizeof *lights; i++) {
        const bool is_board = lights[i] == board_on_wall;
        photograph(lights[i], 10, is_board ? 5.0f : 0.3f, 0.015f);
        for (InkInvert invert = 0; invert < INK_INVERT_COUNT; invert++) {
            if (invert == (is_board ? INK_INVERT_YES : INK_INVERT_NO))
                continue;
            find((InkOptions){.invert = invert});
            assert_true(result.has_sheet && result.is_evened && result.is_inverted == !is_board);
            expect(reference, 0.03);
        }
    }
    assert_non_null(strstr(result.notices.text[result.notices.count - 1], "what lies around it was left out"));
}

// A window with a drawing, on a dark desktop.
static void test_a_sheet_on_a_screen(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 10);
    for (int i = 0; i < COUNT; i++) {
        const int x = i % SIDE, y = i / SIDE;
        grey[i] = x >= 40 && x < 220 && y >= 30 && y < 225 ? 1.0f - seven(x, y, 10) : 0.0f;
    }
    find((InkOptions){0});
    assert_true(result.has_sheet && result.is_inverted && !result.is_evened);
    expect(reference, 1e-6);
}

// What has a hole, is round or is told by a shadow alone is no sheet.
static void test_what_is_no_sheet(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++)
        for (int is_light = 0; is_light < 2; is_light++) {
            Random random = random_stream(2, (uint64_t)kind);
            for (int i = 0; i < COUNT; i++) {
                const float x = (float)(i % SIDE) / SIDE - 0.5f, y = (float)(i / SIDE) / SIDE - 0.5f;
                const float around = sqrtf(x * x / 0.09f + y * y / 0.16f), noise = (float)random_uniform(&random);
                const bool is_stroke = kind == 0   ? around < 1 && around > 0.45f // a thick zero
                                       : kind == 1 ? around < 1 && around > 0.12f // with nearly no hole
                                                   : fabsf(x) < 0.07f && fabsf(y) < 0.35f;
                const float light = 0.8f - 0.2f * x + 0.02f * noise, ink = is_stroke ? 0.2f * light : light;
                grey[i] = is_light ? 1.0f - ink : ink;
            }
            find((InkOptions){0});
            assert_false(result.has_sheet);
            assert_true(result.is_inverted == !is_light);
        }
}

static void test_ruled_paper_and_dust(void **state)
{
    (void)state;
    float reference[DIGIT_PIXELS];
    draw_reference(reference, 10);
    photograph(slope, 10, 0.2f, 0.01f);
    for (int y = 20; y < SIDE; y += 32)
        for (int x = 0; x < SIDE; x++)
            grey[y * SIDE + x] = fminf(grey[y * SIDE + x], slope((float)x / SIDE, (float)y / SIDE) * 0.3f);
    for (int i = 0; i < 4; i++)
        grey[(30 + 2 * (i / 2)) * SIDE + 40 + 90 * (i % 2)] = 0.05f;
    find((InkOptions){0});
    expect(reference, 0.03);
}

// ---- what has no ink -----------------------------------------------------------------------------------------------

static void test_nothing_to_see(void **state)
{
    (void)state;
    Error error = {""};
    const InkPicture picture = {SIDE, SIDE, grey, NULL, false};
    for (int level = 0; level <= 4; level++) {
        draw((float)level / 4, (float)level / 4, 10);
        for (int invert = 0; invert < INK_INVERT_COUNT; invert++)
            assert_false(find_in(&picture, (InkOptions){.invert = (InkInvert)invert}, &error));
        assert_string_equal(error.text, "file: no ink is to be seen, it is one shade of grey throughout");
        assert_true(result.before[INK_VIEW_SIDE * 5] == (float)level / 4 && result.after[INK_VIEW_SIDE * 5] == 0);
    }
    photograph(slope, 10, 1.0f, 0.02f); // a page without ink: its noise is none
    assert_false(find_in(&picture, (InkOptions){0}, &error));
    assert_non_null(strstr(error.text, "no ink is to be seen"));
    for (float one = 0; one < 1.1f; one += 0.5f)
        assert_false(find_in(&(InkPicture){1, 1, &one, NULL, false}, (InkOptions){0}, &error));
    float two[2] = {0, 1}; // which could be a stroke
    (void)find_in(&(InkPicture){2, 1, two, NULL, false}, (InkOptions){0}, &error);
}

// ---- small ones ----------------------------------------------------------------------------------------------------

static void test_a_digit_stays_as_it_is(void **state)
{
    (void)state;
    uint8_t pixels[DIGIT_PIXELS];
    for (int index = 0; index < 20; index++) {
        (void)digits_draw(1, DIGITS_TEST, index, pixels);
        for (int invert = 0; invert < 2; invert++) {
            for (int i = 0; i < DIGIT_PIXELS; i++)
                grey[i] = (float)(invert ? 255 - pixels[i] : pixels[i]) / 255.0f;
            assert_true(find_in(&(InkPicture){28, 28, grey, NULL, false}, (InkOptions){0}, NULL));
            assert_true(result.is_exact);
            assert_int_equal(result.is_inverted, invert);
            assert_memory_equal(result.pixels, pixels, sizeof pixels);
            assert_int_equal(result.notices.count, invert);
        }
    }
    (void)find_in(&(InkPicture){28, 28, grey, NULL, false}, (InkOptions){.threshold = 0.5f}, NULL);
    assert_false(result.is_exact);
}

// A digit's size alone does not make one of a photograph: on paper in uneven light the same is found as in a row more.
static void test_on_paper_it_is_found(void **state)
{
    (void)state;
    uint8_t pixels[DIGIT_PIXELS];
    float reference[DIGIT_PIXELS];
    for (int index = 0; index < 20; index++) {
        (void)digits_draw(1, DIGITS_TEST, index, pixels);
        for (int i = 0; i < DIGIT_PIXELS + 28; i++)
            grey[i] =
                (0.8f - (i < DIGIT_PIXELS ? 0.7f * (float)pixels[i] / 255.0f : 0)) * (1.0f - 0.02f * (float)(i % 28));
        assert_true(find_in(&(InkPicture){28, 29, grey, NULL, false}, (InkOptions){0}, NULL));
        assert_true(result.is_inverted);
        memcpy(reference, digit, sizeof digit);
        assert_true(find_in(&(InkPicture){28, 28, grey, NULL, false}, (InkOptions){0}, NULL));
        assert_true(result.is_inverted && result.is_evened && !result.is_exact);
        expect(reference, 0.08); // the light, too, is measured in other windows there
    }
}

static void test_small_ones_are_enlarged(void **state)
{
    (void)state;
    static const uint8_t eight[8][9] = {"        ", "  ####  ", "     #  ", "    #   ",
                                        "   ##   ", "   #    ", "  ##    ", "  #     "};
    for (int i = 0; i < 64; i++)
        grey[i] = eight[i / 8][i % 8] == '#' ? 0.8f : 0;
    assert_true(find_in(&(InkPicture){8, 8, grey, NULL, false}, (InkOptions){0}, NULL));
    float most = 0;
    int inked = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        most = fmaxf(most, digit[i]);
        inked += digit[i] > 0.1f;
    }
    assert_true(most > 0.7f && most <= 0.81f); // not made stronger than it is
    assert_in_range(inked, 70, 200);
}

// What is kept from one threshold, turn or inversion to the next changes nothing of what is found, nor does what was
// begun with others and not ended.
static void test_what_is_kept(void **state)
{
    (void)state;
    static InkResult kept;
    static const InkOptions options[] = {{0},
                                         {.threshold = 0.3f},
                                         {.threshold = 0.7f},
                                         {.threshold = 0.7f, .turn = 90},
                                         {.turn = 90, .invert = INK_INVERT_NO},
                                         {.threshold = 0.98f},
                                         {0}};
    Error a, b;
    draw(0.9f, 0.3f, 14);
    for (int i = 0; i < COUNT; i++) {
        grey[i] *= 1.0f - 0.5f * (float)(i % SIDE) / SIDE;
        alpha[i] = i / SIDE < 40 ? 0 : 1;
    }
    const InkPicture pictures[] = {{SIDE, SIDE, grey, NULL, false}, {SIDE, SIDE, grey, alpha, false}};
    for (int k = 0; k < 2; k++) {
        InkWork *work = ink_work_create(&pictures[k], "file");
        assert_non_null(work);
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
            for (size_t step = 0; step < 3 * i; step++)
                (void)ink_work_advance(work, &options[i / 2], &kept, &b);
            a.text[0] = b.text[0] = '\0';
            assert_int_equal(ink_find(&pictures[k], "file", &options[i], &result, &a),
                             ink_work_find(work, &options[i], &kept, &b));
            assert_string_equal(a.text, b.text);
            assert_memory_equal(&result, &kept, sizeof result);
        }
        ink_work_free(work);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fitted_and_centred),
        cmocka_unit_test(test_any_ground_of_a_drawing),
        cmocka_unit_test(test_thin_lines_stay),
        cmocka_unit_test(test_the_threshold_has_two_sides),
        cmocka_unit_test(test_on_paper_it_is_found),
        cmocka_unit_test(test_invert_by_hand),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_transparent_strokes),
        cmocka_unit_test(test_uneven_light),
        cmocka_unit_test(test_sheets_on_something_else),
        cmocka_unit_test(test_a_sheet_on_a_screen),
        cmocka_unit_test(test_what_is_no_sheet),
        cmocka_unit_test(test_ruled_paper_and_dust),
        cmocka_unit_test(test_nothing_to_see),
        cmocka_unit_test(test_a_digit_stays_as_it_is),
        cmocka_unit_test(test_small_ones_are_enlarged),
        cmocka_unit_test(test_what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
