// Colours: whether they are seen and told apart, also by an eye without green cones (deuteranopia, the most common
// colour blindness) and in a grey print. The bounds are those of the design: a change that makes two of them more alike
// fails here. Contrast: WCAG 2.1. Blindness: Machado et al. 2009, severity 1, in linear RGB. Distance: CIE76 in Lab.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "draw/palette.h"
#include "draw/theme.h"

typedef struct Linear {
    double rgb[3];
} Linear;

static Linear linear_of(Color color)
{
    Linear linear;
    for (int i = 0; i < 3; i++) {
        const double c = (double)(color >> (24 - 8 * i) & 0xff) / 255;
        linear.rgb[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    return linear;
}

static double luminance(Linear c) { return 0.2126 * c.rgb[0] + 0.7152 * c.rgb[1] + 0.0722 * c.rgb[2]; }

static double contrast(Color a, Color b)
{
    const double one = luminance(linear_of(a)) + 0.05, other = luminance(linear_of(b)) + 0.05;
    return fmax(one, other) / fmin(one, other);
}

// As a deuteranope sees it.
static Linear without_green(Linear c)
{
    static const double rows[3][3] = {
        {0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}};
    Linear seen;
    for (int i = 0; i < 3; i++) {
        seen.rgb[i] = fmin(fmax(rows[i][0] * c.rgb[0] + rows[i][1] * c.rgb[1] + rows[i][2] * c.rgb[2], 0), 1);
    }
    return seen;
}

static double lab_curve(double t) { return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116; }

static double lightness(Linear c) { return 116 * lab_curve(luminance(c)) - 16; }

static void to_lab(Linear c, double lab[3])
{
    const double *rgb = c.rgb;
    const double x = (0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047;
    const double y = luminance(c);
    const double z = (0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883;
    lab[0] = lightness(c);
    lab[1] = 500 * (lab_curve(x) - lab_curve(y));
    lab[2] = 200 * (lab_curve(y) - lab_curve(z));
}

static double distance(Color a, Color b, bool is_blind)
{
    double from[3], to[3];
    to_lab(is_blind ? without_green(linear_of(a)) : linear_of(a), from);
    to_lab(is_blind ? without_green(linear_of(b)) : linear_of(b), to);
    return sqrt(pow(from[0] - to[0], 2) + pow(from[1] - to[1], 2) + pow(from[2] - to[2], 2));
}

// The tools of this file, against figures that are known.
static void measures_rightly(void **state)
{
    (void)state;
    assert_float_equal(contrast(0x000000ff, 0xffffffff), 21, 1e-6);
    assert_float_equal(contrast(0x777777ff, 0xffffffff), 4.48, 0.005);
    assert_float_equal(lightness(linear_of(0xff0000ff)), 53.24, 0.01);
    assert_float_equal(distance(0xff0000ff, 0x00ff00ff, false), 170.6, 0.1);
    assert_float_equal(distance(0x808080ff, 0x808080ff, true), 0, 1e-9);
    assert_float_equal(distance(0x000000ff, 0xffffffff, true), 100, 0.1); // a grey stays that grey
}

static void assert_at_least(double found, double least, const char *what)
{
    if (found < least) {
        fail_msg("%s: %.2f, at least %.2f is wanted", what, found, least);
    }
}

// Marks on the ground that they are drawn on: 3:1, also for the one that means "broken".
static void marks_stand_out(void **state)
{
    (void)state;
    static const struct {
        const Palette *palette;
        Color ground;
    } themes[] = {{&PALETTE_DARK, 0x000000ff}, {&PALETTE_LIGHT, 0xffffffff}};
    for (int k = 0; k < 2; k++) {
        const Palette *p = themes[k].palette;
        const Ramp *signs = &p->plus_minus;
        assert_at_least(contrast(p->below, 0x000000ff), 3, "below on black");
        assert_at_least(contrast(p->above, 0xffffffff), 3, "above on white");
        assert_at_least(contrast(p->nan, 0x000000ff), 3, "not a number on black");
        assert_at_least(contrast(signs->stops[0].color, themes[k].ground), 3, "minus on its ground");
        assert_at_least(contrast(signs->stops[2].color, themes[k].ground), 3, "plus on its ground");
        assert_at_least(contrast(p->heat.stops[p->heat.count - 1].color, themes[k].ground), 3, "heat on its ground");
    }
}

// What is to be read: text 4.5:1 on every ground that it stands on; 3:1 what is faint because it is incidental.
static void text_can_be_read(void **state)
{
    (void)state;
    enum { TEXT, MARK };
    static const struct {
        const char *what;
        size_t offset; // in a Theme
        int use[THEME_COUNT];
    } tokens[] = {
#define TOKEN(name, on_dark, on_light)                                                                                 \
    {                                                                                                                  \
#name, offsetof(Theme, name), { on_dark, on_light }                                                            \
    }
        TOKEN(text, TEXT, TEXT),   TOKEN(soft, TEXT, TEXT),   TOKEN(faint, MARK, MARK),  TOKEN(a, TEXT, TEXT),
        TOKEN(b, TEXT, TEXT),      TOKEN(below, TEXT, TEXT),  TOKEN(above, TEXT, TEXT),  TOKEN(plus, TEXT, TEXT),
        TOKEN(minus, TEXT, TEXT),  TOKEN(right, TEXT, TEXT),  TOKEN(partly, TEXT, TEXT), TOKEN(wrong, TEXT, TEXT),
        TOKEN(broken, TEXT, TEXT), TOKEN(lesson, TEXT, TEXT),
#undef TOKEN
    };
    for (int kind = 0; kind < THEME_COUNT; kind++) {
        const Theme *theme = theme_get((ThemeKind)kind);
        for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
            Color color;
            memcpy(&color, (const char *)theme + tokens[i].offset, sizeof color);
            const double least = tokens[i].use[kind] == TEXT ? 4.5 : 3;
            assert_at_least(contrast(color, theme->back), least, tokens[i].what);
            assert_at_least(contrast(color, theme->panel), least, tokens[i].what);
            assert_at_least(contrast(color, theme->raised), least, tokens[i].what);
        }
        assert_at_least(contrast(theme->faint, theme->panel), 4.4, "faint on panel");
        assert_at_least(contrast(theme->inverse, theme->a), 4.5, "text on A");
        assert_at_least(contrast(theme->inverse, theme->b), 4.5, "text on B");
        assert_at_least(contrast(theme->inverse, theme->text), 4.5, "text on what is chosen");
    }
}

static void signs_are_told_apart(void **state)
{
    (void)state;
    const Theme *on_dark = theme_get(THEME_DARK), *on_light = theme_get(THEME_LIGHT);
    const Palette *dark = &PALETTE_DARK, *light = &PALETTE_LIGHT;
    const struct {
        const char *what;
        Color one, other;
        double least, least_blind;
    } pairs[] = {
        {"A, B", on_dark->a, on_dark->b, 112, 116},
        {"A, B (light)", on_light->a, on_light->b, 112, 114},
        {"plus, minus", dark->plus_minus.stops[2].color, dark->plus_minus.stops[0].color, 128, 89},
        {"plus, minus (light)", light->plus_minus.stops[2].color, light->plus_minus.stops[0].color, 128, 102},
        {"below, above", dark->below, dark->above, 119, 30},
        {"below, above (light)", light->below, light->above, 119, 30},
        {"A, below", on_dark->a, dark->below, 68, 48},
        {"B, above", on_dark->b, dark->above, 77, 50},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_at_least(distance(pairs[i].one, pairs[i].other, false), pairs[i].least, pairs[i].what);
        assert_at_least(distance(pairs[i].one, pairs[i].other, true), pairs[i].least_blind, pairs[i].what);
    }
}

// Points of ten labels on a card: each is seen, and no two are alike, even to a deuteranope.
static void labels_are_told_apart(void **state)
{
    (void)state;
    for (int kind = 0; kind < THEME_COUNT; kind++) {
        const Theme *theme = theme_get((ThemeKind)kind);
        const Color *labels = theme->palette->labels;
        for (int i = 0; i < 10; i++) {
            assert_at_least(contrast(labels[i], theme->panel), 3, "a label on a card");
            for (int other = 0; other < i; other++) {
                assert_at_least(distance(labels[i], labels[other], false), 39, "two labels");
                assert_at_least(distance(labels[i], labels[other], true), 25, "two labels to a deuteranope");
            }
        }
    }
}

// Without hue, too, a larger error is a lighter (on light: a darker) colour all along; so is a larger difference.
static void ramps_run_one_way(void **state)
{
    (void)state;
    enum { STEPS = 40 };
    const Palette *palettes[] = {&PALETTE_DARK, &PALETTE_LIGHT};
    for (int k = 0; k < 2; k++) {
        const double sign = k == 0 ? 1 : -1;
        for (int step = 0; step < STEPS; step++) {
            const float value = (float)step / STEPS, next = (float)(step + 1) / STEPS;
            for (int direction = -1; direction <= 1; direction++) { // minus, heat, plus
                const ImageMap map = direction == 0 ? MAP_HEAT : MAP_SIGNED;
                const float side = direction < 0 ? -1 : 1;
                const Linear from = linear_of(draw_map_color(palettes[k], map, side * value, 1));
                const Linear to = linear_of(draw_map_color(palettes[k], map, side * next, 1));
                const double seen = sign * (lightness(to) - lightness(from));
                const double blind = sign * (lightness(without_green(to)) - lightness(without_green(from)));
                assert_true(seen > 0.2 && seen < 7);
                assert_true(blind > 0.2 && blind < 7);
            }
        }
    }
}

// A hatch is seen in grey: its weak and its strong stripes differ, and both grow with the distance.
static void hatches_survive_grey(void **state)
{
    (void)state;
    const float values[] = {-0.02F, -0.1F, -0.2F, 1.02F, 1.1F, 1.2F};
    const double least[] = {3, 15, 25, 3, 12, 20};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const double strong = lightness(linear_of(draw_mark_color(&PALETTE_DARK, values[i], true)));
        const double weak = lightness(linear_of(draw_mark_color(&PALETTE_DARK, values[i], false)));
        assert_at_least(fabs(strong - weak), least[i], values[i] < 0 ? "stripes below 0" : "stripes above 1");
        assert_at_least(weak < strong ? weak : 100 - weak, 0.4, "the weak stripe on its ground");
    }
}

static Color lay_over(Color over, Color under)
{
    Color color = 0xff;
    for (int shift = 8; shift < 32; shift += 8) {
        const double part = (double)(over & 0xff) / 255, below = (double)(under >> shift & 0xff);
        color |= (Color)lround(below + ((double)(over >> shift & 0xff) - below) * part) << shift;
    }
    return color;
}

// What a brush leaves out keeps a quarter of its brightness at most and little of its hue; the darkest pixel that is
// lit is still clearly brighter than the brightest one that is not.
static void lit_outshines_veiled(void **state)
{
    (void)state;
    const Palette *palettes[] = {&PALETTE_DARK, &PALETTE_LIGHT};
    for (int k = 0; k < 2; k++) {
        const Palette *p = palettes[k];
        const Color brightest = lay_over(p->veil, 0xffffffff), darkest = lay_over(p->lit, 0x000000ff);
        assert_true((brightest >> 8 & 0xff) <= 0.25 * 255);
        assert_at_least(lightness(linear_of(darkest)) - lightness(linear_of(brightest)), 15, "lit against veiled");
        assert_at_least(distance(darkest, brightest, true), 25, "lit against veiled");
        const Color hue = lay_over(p->veil, p->below);
        assert_true((hue >> 16 & 0xff) - (hue >> 24 & 0xff) <= 0.25 * ((p->below >> 16 & 0xff) - (p->below >> 24)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_rightly),     cmocka_unit_test(marks_stand_out),
        cmocka_unit_test(text_can_be_read),     cmocka_unit_test(signs_are_told_apart),
        cmocka_unit_test(ramps_run_one_way),    cmocka_unit_test(hatches_survive_grey),
        cmocka_unit_test(lit_outshines_veiled), cmocka_unit_test(labels_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
