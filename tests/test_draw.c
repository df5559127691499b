// The draw list, the value colours and the fonts, without a GPU.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "draw/assets.h"
#include "draw/batch.h"
#include "draw/draw.h"
#include "draw/palette.h"
#include "engine.h"

static void grows_and_keeps_order(void **state)
{
    (void)state;
    DrawList list;
    draw_init(&list, NULL);
    for (int frame = 0; frame < 2; frame++) {
        draw_begin(&list, 1000, 1000);
        for (int i = 0; i < 5000; i++) {
            const Point points[3] = {{0, (float)i}, {5, 5}, {9, 9}};
            draw_box(&list, (Rect){(float)(i % 900), 0, 10, 10}, (Color)i << 8 | 0xff, 0);
            draw_line(&list, points, 3, 1, 0xffffffff);
        }
        assert_int_equal(list.command_count, 10000);
        assert_int_equal(list.point_count, 15000);
        for (size_t i = 0; i < 5000; i++) {
            assert_int_equal(list.commands[2 * i].color, (Color)i << 8 | 0xff);
            assert_float_equal(list.points[list.commands[2 * i + 1].line.first_point].y, (float)i, 0);
        }
    }
    draw_free(&list);
    draw_free(&list);
}

static void nests_clips(void **state)
{
    (void)state;
    DrawList list;
    draw_init(&list, NULL);
    draw_begin(&list, 100, 80);
    draw_clip_push(&list, (Rect){10, 10, 50, 200});
    draw_clip_push(&list, (Rect){0, 20, 30, 30});
    draw_box(&list, (Rect){0, 0, 100, 80}, 0xffffffff, 0);
    draw_clip_push(&list, (Rect){70, 0, 10, 10});
    draw_box(&list, (Rect){0, 0, 100, 80}, 0xffffffff, 0); // nothing is left of it
    draw_clip_pop(&list);
    draw_clip_pop(&list);
    draw_box(&list, (Rect){0, 0, 100, 80}, 0xffffffff, 0);
    draw_clip_pop(&list);
    draw_box(&list, (Rect){0, 0, 100, 80}, 0xffffffff, 0);
    draw_box(&list, (Rect){0, 0, 100, 80}, 0xffffff00, 0); // not to be seen
    assert_int_equal(list.command_count, 3);
    const Rect expected[3] = {{10, 20, 20, 30}, {10, 10, 50, 70}, {0, 0, 100, 80}};
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(&list.commands[i].clip, &expected[i], sizeof expected[i]);
    }
    draw_free(&list);
}

static void copies_images(void **state)
{
    (void)state;
    static float values[3 * DIGIT_PIXELS];
    values[DIGIT_PIXELS] = 0.25F;
    DrawList list;
    draw_init(&list, NULL);
    draw_begin(&list, 500, 500);
    draw_images(&list, (Point){1, 1}, 2, 3, 30, 30, 28, values, MAP_GREY, 1);
    draw_images(&list, (Point){600, 1}, 2, 3, 30, 30, 28, values, MAP_GREY, 1); // outside
    draw_images(&list, (Point){1, 1}, 2, 3, 30, 30, 0, values, MAP_GREY, 1);    // no room
    draw_images(&list, (Point){1.4F, 99.6F}, 2, 3, 0, 0, 56.5F, values, MAP_HEAT, 2);
    values[DIGIT_PIXELS] = 0;
    assert_int_equal(list.command_count, 2);
    assert_int_equal(list.texel_count, 6 * DIGIT_PIXELS);
    assert_int_equal(list.commands[1].images.first_texel, 3 * DIGIT_PIXELS);
    assert_int_equal(list.texels[list.commands[1].images.first_texel + DIGIT_PIXELS],
                     draw_map_color(&PALETTE_DARK, MAP_HEAT, 0.25F, 2));
    assert_float_equal(list.commands[1].images.origin.x, 1.4F, 0);
    assert_float_equal(list.commands[1].images.origin.y, 99.6F, 0);
    assert_float_equal(list.commands[1].images.pitch_x, 56.5F, 0); // cells do not overlap
    draw_free(&list);
}

static void has_fixed_colors(void **state)
{
    (void)state;
    const Palette *palettes[] = {&PALETTE_DARK, &PALETTE_LIGHT};
    for (int k = 0; k < 2; k++) {
        const Palette *p = palettes[k];
        for (int level = 0; level < 256; level++) {
            const Color grey = (Color)level * 0x01010100U | 0xff;
            assert_int_equal(draw_map_color(p, MAP_GREY, (float)level / 255, 5), grey);
            assert_int_equal(draw_map_color(p, MAP_CLIPPED, (float)level / 255, 5), grey);
        }
        for (int map = 0; map < OPAQUE_MAP_COUNT; map++) {
            assert_int_equal(draw_map_color(p, (ImageMap)map, NAN, 1), p->nan);
        }
        for (int i = 0; i < p->heat.count; i++) {
            assert_int_equal(draw_map_color(p, MAP_HEAT, 4 * p->heat.stops[i].at, 4), p->heat.stops[i].color);
        }
        const Color ground = k == 0 ? 0x000000ff : 0xffffffff, most = p->heat.stops[p->heat.count - 1].color;
        assert_int_equal(draw_map_color(p, MAP_HEAT, -3, 4), ground);
        assert_int_equal(draw_map_color(p, MAP_HEAT, INFINITY, 4), most);
        assert_int_equal(draw_map_color(p, MAP_HEAT, 1, 0), ground);
        assert_int_equal(draw_map_color(p, MAP_SIGNED, -9, 2), p->plus_minus.stops[0].color);
        assert_int_equal(draw_map_color(p, MAP_SIGNED, 0, 2), ground);
        assert_int_equal(draw_map_color(p, MAP_SIGNED, 2, 2), p->plus_minus.stops[2].color);
        assert_int_equal(draw_map_color(p, MAP_CLIPPED, -INFINITY, 1), 0x000000ff);
        assert_int_equal(draw_map_color(p, MAP_CLIPPED, 1.5F, 1), 0xffffffff);
    }
    assert_int_equal(draw_map_color(&PALETTE_DARK, MAP_SIGNED, 1, 2), 0x5d4680ff); // half way to b98cff
}

static int channel(Color color, int i) { return (int)(color >> (24 - 8 * i) & 0xff); }

// A mark begins where a screen could show a difference, is full 0.2 beyond, and grows evenly between.
static void marks_by_distance(void **state)
{
    (void)state;
    const Palette *p = &PALETTE_DARK;
    const float first = 1 / 255.0F;
    assert_int_equal(draw_mark_color(p, -0.0F, true), 0x000000ff);
    assert_int_equal(draw_mark_color(p, -0.999F * first, true), 0x000000ff);
    assert_int_equal(draw_mark_color(p, 1 + 0.999F * first, true), 0xffffffff);
    const struct {
        float value, strength;
        Color ground, full;
    } cases[] = {
        {-1.001F * first, 0.12F, 0x000000ff, p->below},
        {1 + 1.001F * first, 0.18F, 0xffffffff, p->above},
        {-(first + 0.2F) / 2, 0.56F, 0x000000ff, p->below},
        {1 + (first + 0.2F) / 2, 0.59F, 0xffffffff, p->above},
        {-0.2F, 1, 0x000000ff, p->below},
        {1.2F, 1, 0xffffffff, p->above},
        {-INFINITY, 1, 0x000000ff, p->below},
        {INFINITY, 1, 0xffffffff, p->above},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        assert_int_equal(draw_map_color(p, MAP_GREY, cases[k].value, 7), draw_mark_color(p, cases[k].value, true));
        for (int is_strong = 0; is_strong < 2; is_strong++) {
            const Color color = draw_mark_color(p, cases[k].value, is_strong);
            const float strength = cases[k].strength * (is_strong ? 1 : 0.42F);
            for (int i = 0; i < 3; i++) {
                const float ground = (float)channel(cases[k].ground, i), full = (float)channel(cases[k].full, i);
                assert_float_equal((float)channel(color, i), ground + (full - ground) * strength, 1);
            }
        }
    }
}

// Half of each period is strong; stripes fall below 0, rise above 1, and take no notice of the image's pixels.
static void runs_stripes_on(void **state)
{
    (void)state;
    const struct {
        float side;
        int period;
    } cases[] = {{13, 4}, {28, 4}, {224, 4}, {279, 4}, {281, 6}, {364, 6}, {616, 12}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const float side = cases[k].side;
        const int period = draw_stripe_period(side);
        assert_int_equal(period, cases[k].period);
        for (int y = -3; y < 40; y++) {
            int strong = 0;
            for (int x = -7; x < period - 7; x++) {
                strong += draw_is_strong_stripe(-1, x, y, side);
                for (int sign = -1; sign <= 1; sign += 2) { // -1: below
                    const float value = sign < 0 ? -1 : 2;
                    const bool is_strong = draw_is_strong_stripe(value, x, y, side);
                    assert_true(is_strong == draw_is_strong_stripe(value, x - sign, y + 1, side));
                    assert_true(is_strong == draw_is_strong_stripe(value, x + period, y, side));
                    assert_true(is_strong != draw_is_strong_stripe(value, x + period / 2, y, side));
                }
            }
            assert_int_equal(strong, period / 2);
        }
    }
}

static void decodes_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t expected[6];
    } cases[] = {
        {"", {0}},
        {"aZ", {'a', 'Z'}},
        {"\xc3\xa9\xe2\x86\x92\xf0\x9f\x98\x80", {0xe9, 0x2192, 0x1f600}},
        {"\xf4\x8f\xbf\xbf", {0x10ffff}},
        {"\x80x", {0xfffd, 'x'}}, // a continuation without a lead
        {"\xc3", {0xfffd}},       // cut off
        {"\xe2\x86", {0xfffd, 0xfffd}},
        {"\xc3x", {0xfffd, 'x'}},
        {"\xc0\xaf", {0xfffd, 0xfffd}}, // overlong
        {"\xe0\x80\xaf", {0xfffd, 0xfffd, 0xfffd}},
        {"\xed\xa0\x80", {0xfffd, 0xfffd, 0xfffd}}, // surrogate
        {"\xf4\x90\x80\x80", {0xfffd, 0xfffd, 0xfffd, 0xfffd}},
        {"\xff\xf8z", {0xfffd, 0xfffd, 'z'}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        for (size_t k = 0; k == 0 || cases[i].expected[k - 1] != 0; k++) {
            assert_int_equal(font_next_codepoint(&text), cases[i].expected[k]);
        }
        assert_ptr_equal(text, cases[i].text + strlen(cases[i].text));
    }
}

static void measures_what_it_draws(void **state)
{
    (void)state;
    Error error = {0};
    Font *font = font_create(&error);
    assert_string_equal(error.text, "");
    assert_non_null(font);
    DrawList list;
    draw_init(&list, font);
    draw_begin(&list, 800, 600);
    for (int face = 0; face < FONT_FACE_COUNT; face++) {
        const char *text = "Loss 0.093 \xce\x94\xe2\x88\x92 \xff";
        const float width = font_text_width(font, (FontFace)face, 13, text);
        assert_true(width > 40 && width < 200);
        assert_float_equal(draw_text(&list, (FontFace)face, 13, 10, 20, 0xffffffff, text), width, 0);
        assert_float_equal(draw_text(&list, (FontFace)face, 13, 10, 9000, 0xffffffff, text), width, 0);
        const float ascent = font_ascent(font, (FontFace)face, 20);
        assert_true(ascent >= 13 && ascent <= 16);
    }
    assert_int_equal(list.command_count, 3); // the texts below the window are not in it
    const Glyph *a = font_glyph(font, FONT_FIGURES, 12, '1'), *b = font_glyph(font, FONT_FIGURES, 12, 'W');
    assert_float_equal(a->advance, b->advance, 0);
    assert_ptr_equal(a, font_glyph(font, FONT_FIGURES, 12.3F, '1'));
    draw_free(&list);
    font_destroy(font);
}

// More glyphs than the atlas holds: pointers stay valid within the frame, and the next one begins with an empty atlas.
static void empties_full_atlas(void **state)
{
    (void)state;
    Font *font = font_create(NULL);
    assert_non_null(font);
    const Glyph *first = font_glyph(font, FONT_UI, 200, 'A');
    const Glyph copy = *first;
    bool is_full = false;
    for (uint32_t codepoint = 'B'; codepoint < 0x400 && !is_full; codepoint++) {
        const Glyph *glyph = font_glyph(font, FONT_UI, 200, codepoint);
        is_full = glyph->top > 0 && glyph->advance > 0 && glyph->w == 0 && codepoint < 0x7f;
        assert_true(glyph->x + glyph->w <= font_atlas(font).width && glyph->y + glyph->h <= font_atlas(font).height);
    }
    assert_memory_equal(first, &copy, sizeof copy);
    assert_false(font_is_whole(font));
    assert_int_equal(font_atlas(font).width, 2048);
    const unsigned version = font_atlas(font).version;
    font_begin_frame(font);
    assert_true(font_is_whole(font));
    assert_int_not_equal(font_atlas(font).version, version);
    assert_int_equal(font_glyph(font, FONT_UI, 200, 'A')->w, copy.w);
    font_destroy(font);
}

// More than any memory holds: nothing of it is in the list, which says so until it begins anew.
static void says_what_is_missing(void **state)
{
    (void)state;
    static const float values[DIGIT_PIXELS];
    DrawList list;
    draw_init(&list, NULL);
    draw_begin(&list, 500, 500);
    draw_images(&list, (Point){0, 0}, 1, 1, 30, 30, 28, values, MAP_GREY, 1);
    assert_true(draw_is_whole(&list));
    const size_t count = list.texel_count;
    list.texel_count = SIZE_MAX / 8;
    draw_images(&list, (Point){0, 0}, 1, 1, 30, 30, 28, values, MAP_GREY, 1);
    list.texel_count = count;
    assert_false(draw_is_whole(&list));
    assert_int_equal(list.command_count, 1);
    draw_begin(&list, 500, 500);
    assert_true(draw_is_whole(&list));
    draw_free(&list);
}

// A buffer that holds fewer values than a frame has: every cell is drawn once, from values that are in the buffer.
static void splits_images(void **state)
{
    (void)state;
    static float values[50 * DIGIT_PIXELS];
    DrawList list;
    draw_init(&list, NULL);
    draw_begin(&list, 500, 500);
    draw_images(&list, (Point){0, 0}, 10, 50, 30, 30, 28, values, MAP_GREY, 1);
    draw_images(&list, (Point){0, 200}, 10, 3, 30, 30, 28, values, MAP_GREY, 1);
    draw_images(&list, (Point){0, 300}, 10, 2, 30, 30, 28, values, MAP_GREY, 1);
    BatchSet set = {0};
    const size_t limit = 7 * DIGIT_PIXELS + 5;
    assert_true(batch_build(&set, &list, 500, 500, limit));
    uint32_t cells = 0;
    for (size_t i = 0; i < set.batch_count; i++) {
        const Batch *batch = &set.batches[i];
        assert_true(batch->texel_count <= limit);
        assert_true(batch->first_texel + batch->texel_count <= list.texel_count);
        for (int k = 0; k < batch->instance_count; k++) {
            const uint32_t *word = set.instances[batch->first_instance + (size_t)k].word;
            assert_true(word[2] + (size_t)word[1] * DIGIT_PIXELS <= batch->texel_count);
            cells += word[1];
        }
    }
    assert_int_equal(cells, 55);
    assert_true(batch_build(&set, &list, 500, 500, 1U << 20));
    assert_int_equal(set.batch_count, 1);
    assert_int_equal(set.instance_count, 3);
    batch_free(&set);
    draw_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_order), cmocka_unit_test(nests_clips),
        cmocka_unit_test(copies_images),         cmocka_unit_test(has_fixed_colors),
        cmocka_unit_test(marks_by_distance),     cmocka_unit_test(runs_stripes_on),
        cmocka_unit_test(decodes_utf8),          cmocka_unit_test(measures_what_it_draws),
        cmocka_unit_test(empties_full_atlas),    cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(splits_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
