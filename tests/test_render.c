// What the GPU draws, held against draw_map_color and the list, in a hidden context (SDL's offscreen driver).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <SDL.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "draw/draw.h"
#include "draw/render.h"
#include "engine.h"

enum { WIDTH = 640, HEIGHT = 480, CELLS = 7, COLUMNS = 3, ROWS = 3, GAP = 4 };
static const Color BACKGROUND = 0x203040ff;

static struct {
    SDL_Window *window;
    SDL_GLContext context;
    Render *render;
    Font *font;
    DrawList list;
    uint8_t rgba[WIDTH * HEIGHT * 4];
} scene;

static int open_scene(void **state)
{
    (void)state;
    setenv("SDL_VIDEODRIVER", "offscreen", 1);
    if (SDL_Init(SDL_INIT_VIDEO) == 0) {
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
        scene.window = SDL_CreateWindow("test", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_OPENGL | SDL_WINDOW_HIDDEN);
        scene.context = scene.window ? SDL_GL_CreateContext(scene.window) : NULL;
    }
    if (!scene.context) {
        print_message("Every test here is skipped, no hidden OpenGL 3.3 context: %s\n", SDL_GetError());
        return 0;
    }
    Error error = {0};
    scene.render = render_create(&error);
    if (scene.render && !render_check(scene.render, &error))
        fail_msg("%s", error.text);
    if (!scene.render) {
        print_error("%s\n", error.text);
        return -1;
    }
    scene.font = font_create(&error);
    if (!scene.font) {
        print_error("%s\n", error.text);
        return -1;
    }
    draw_init(&scene.list, scene.font);
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    draw_free(&scene.list);
    font_destroy(scene.font);
    if (scene.context) {
        render_destroy(scene.render);
        SDL_GL_DeleteContext(scene.context);
    }
    if (scene.window) {
        SDL_DestroyWindow(scene.window);
    }
    SDL_Quit();
    return 0;
}

static void begin(void)
{
    if (!scene.context) {
        skip();
    }
    font_begin_frame(scene.font);
    draw_begin(&scene.list, WIDTH, HEIGHT);
    draw_box(&scene.list, (Rect){0, 0, WIDTH, HEIGHT}, BACKGROUND, 0);
}

static void capture(void)
{
    Error error = {0};
    const bool is_ok = render_capture(scene.render, &scene.list, WIDTH, HEIGHT, scene.rgba, &error);
    assert_string_equal(error.text, "");
    assert_true(is_ok);
}

static Color pixel_at(int x, int y)
{
    const uint8_t *p = scene.rgba + ((size_t)y * WIDTH + (size_t)x) * 4;
    return (Color)p[0] << 24 | (Color)p[1] << 16 | (Color)p[2] << 8 | p[3];
}

static void assert_color(int x, int y, Color expected, int tolerance)
{
    const Color found = pixel_at(x, y);
    for (int shift = 0; shift < 32; shift += 8) {
        if (abs((int)(found >> shift & 0xff) - (int)(expected >> shift & 0xff)) > tolerance) {
            fail_msg("pixel %d, %d is %08x, expected %08x", x, y, found, expected);
        }
    }
}

// Everything that a value can be, in an order without pattern.
static void fill_values(float *values, int count)
{
    static const float special[] = {0, 1, -0.0F, -1e-3F, 1.001F, NAN, INFINITY, -INFINITY, 0.5F, -7, 7, 1e-30F};
    uint32_t random = 12345;
    for (int i = 0; i < count; i++) {
        random = random * 1664525U + 1013904223U;
        values[i] = i % 5 == 0 ? special[(random >> 16) % 12] : (float)(random >> 8) / 0x1000000 * 2.6F - 1.3F;
    }
}

// x, y: of the screen pixel, from the image's top left.
static Color color_at(ImageMap map, float value, float scale, int x, int y, float side)
{
    if (map == MAP_GREY && !isnan(value)) {
        return draw_mark_color(scene.list.palette, value, draw_is_strong_stripe(value, x, y, side));
    }
    return draw_map_color(scene.list.palette, map, value, scale);
}

// Checks a grid's cells and the gaps around them, inside the clip; outside of it the background.
static void check_grid(int x0, int y0, int pixel_px, const float *values, ImageMap map, float scale, Rect clip)
{
    const int side = DIGIT_SIDE * pixel_px, pitch_x = side + GAP, pitch_y = side + GAP + 1;
    for (int y = y0 - 2; y < y0 + 3 * pitch_y && y < HEIGHT; y++) {
        for (int x = x0 - 2; x < x0 + COLUMNS * pitch_x && x < WIDTH; x++) {
            const int column = (x - x0 + pitch_x) / pitch_x - 1, row = (y - y0 + pitch_y) / pitch_y - 1;
            const int in_x = x - x0 - column * pitch_x, in_y = y - y0 - row * pitch_y, cell = row * COLUMNS + column;
            const bool is_in_clip =
                (float)x >= clip.x && (float)x < clip.x + clip.w && (float)y >= clip.y && (float)y < clip.y + clip.h;
            if (column < 0 || row < 0 || in_x >= side || in_y >= side || cell >= CELLS || !is_in_clip) {
                assert_color(x, y, BACKGROUND, 0);
            } else {
                const float value = values[cell * DIGIT_PIXELS + in_y / pixel_px * DIGIT_SIDE + in_x / pixel_px];
                assert_color(x, y, color_at(map, value, scale, in_x, in_y, (float)side), 1);
            }
        }
    }
}

static void draws_images_exactly(void **state)
{
    (void)state;
    static float values[CELLS * DIGIT_PIXELS];
    static const Rect clips[] = {{0, 0, WIDTH, HEIGHT}, {60, 33, 71, 60}};
    fill_values(values, CELLS * DIGIT_PIXELS);
    for (int pixel_px = 1; pixel_px <= 3; pixel_px++) {
        for (int map = 0; map < OPAQUE_MAP_COUNT; map++) {
            for (size_t i = 0; i < sizeof clips / sizeof clips[0]; i++) {
                const float scale = map == MAP_HEAT ? 0.8F : 1.1F, side = (float)(DIGIT_SIDE * pixel_px);
                begin();
                draw_text(&scene.list, FONT_UI, 12, 400, 200, 0xffffffff, "between");
                draw_clip_push(&scene.list, clips[i]);
                draw_images(&scene.list, (Point){17, 23}, COLUMNS, CELLS, side + GAP, side + GAP + 1, side, values,
                            (ImageMap)map, scale);
                draw_clip_pop(&scene.list);
                draw_images(&scene.list, (Point){350, 23}, COLUMNS, CELLS, side + GAP, side + GAP + 1, side, values,
                            MAP_GREY, 1);
                capture();
                check_grid(17, 23, pixel_px, values, (ImageMap)map, scale, clips[i]);
            }
        }
    }
}

typedef struct Placed {
    Point origin;
    float side, pitch_x, pitch_y;
    ImageMap map;
    float scale;
} Placed;

// How much of the screen pixel at `at` the image pixel covers that is `pixel`, counted over all cells of a row.
static double covered(double at, int pixel, double origin, double pitch, double side)
{
    const double left = origin + pixel / DIGIT_SIDE * pitch + pixel % DIGIT_SIDE * side / DIGIT_SIDE;
    return fmax(0, fmin(at + 1, left + side / DIGIT_SIDE) - fmax(at, left));
}

// Whole screen pixels from an image's edge to the pixel at `at`.
static int whole_from(int at, float origin, float pitch, int cell)
{
    return (int)floor(at - (double)origin - (double)pitch * cell + 0.501);
}

// The average by area of all that a screen pixel covers, of every image pixel and the background.
static Color average_color(const Placed *p, const float *values, int x, int y)
{
    double sum[4] = {0};
    for (int row = 0; row < ROWS * DIGIT_SIDE; row++) {
        const double high = covered(y, row, (double)p->origin.y, (double)p->pitch_y, (double)p->side);
        for (int column = 0; high > 0 && column < COLUMNS * DIGIT_SIDE; column++) {
            const int cell = row / DIGIT_SIDE * COLUMNS + column / DIGIT_SIDE;
            const double part = high * covered(x, column, (double)p->origin.x, (double)p->pitch_x, (double)p->side);
            if (cell >= CELLS || !(part > 0)) {
                continue;
            }
            const int pixel = cell * DIGIT_PIXELS + row % DIGIT_SIDE * DIGIT_SIDE + column % DIGIT_SIDE;
            const int in_x = whole_from(x, p->origin.x, p->pitch_x, column / DIGIT_SIDE);
            const int in_y = whole_from(y, p->origin.y, p->pitch_y, row / DIGIT_SIDE);
            const Color color = color_at(p->map, values[pixel], p->scale, in_x, in_y, p->side);
            const double weight = part * (color & 0xff) / 255;
            sum[3] += weight;
            for (int i = 0; i < 3; i++) {
                sum[i] += weight * (color >> (24 - 8 * i) & 0xff);
            }
        }
    }
    Color color = 0xff;
    for (int i = 0; i < 3; i++) {
        const double below = BACKGROUND >> (24 - 8 * i) & 0xff;
        color |= (Color)lround(sum[i] + (1 - sum[3]) * below) << (24 - 8 * i);
    }
    return color;
}

// Any side, any origin and any pitch: images that are smaller than their pixels, that touch, that begin between pixels.
static void draws_images_by_area(void **state)
{
    (void)state;
    static const Placed places[] = {
        {{20, 30}, 13.7F, 20, 21, MAP_GREY, 1},       {{20.5F, 30.25F}, 28, 28, 28, MAP_GREY, 1},
        {{20, 30}, 47.3F, 47.3F, 50.1F, MAP_HEAT, 1}, {{20.9F, 29.9F}, 100.25F, 101, 100.25F, MAP_SIGNED, 1},
        {{20, 30.5F}, 56, 56.5F, 56, MAP_CLIPPED, 1}, {{20, 30}, 3.2F, 3.2F, 9, MAP_HEAT, 0.7F},
        {{20, 30}, 98, 98, 98, MAP_VEIL, 1},          {{21.3F, 30}, 41, 41, 44, MAP_VEIL, 1},
        {{20.1F, 30.7F}, 224, 224, 226, MAP_GREY, 1},
    };
    static float values[CELLS * DIGIT_PIXELS];
    fill_values(values, CELLS * DIGIT_PIXELS);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const Placed *p = &places[i];
        begin();
        draw_images(&scene.list, p->origin, COLUMNS, CELLS, p->pitch_x, p->pitch_y, p->side, values, p->map, p->scale);
        capture();
        const int right = (int)fminf(WIDTH, p->origin.x + COLUMNS * p->pitch_x + 2);
        const int bottom = (int)fminf(HEIGHT, p->origin.y + ROWS * p->pitch_y + 2);
        for (int y = (int)p->origin.y - 2; y < bottom; y++) {
            for (int x = (int)p->origin.x - 2; x < right; x++) {
                assert_color(x, y, average_color(p, values, x, y), 2);
            }
        }
    }
}

static void draws_top_row_first_and_opaque(void **state)
{
    (void)state;
    begin();
    draw_box(&scene.list, (Rect){0, 0, 5, 2}, 0xff0000ff, 0);
    draw_box(&scene.list, (Rect){WIDTH - 3, HEIGHT - 1, 3, 1}, 0x00ff00ff, 0);
    draw_box(&scene.list, (Rect){100, 100, 50, 50}, 0xffffff80, 0);
    capture();
    assert_int_equal(pixel_at(0, 0), 0xff0000ff);
    assert_int_equal(pixel_at(4, 1), 0xff0000ff);
    assert_int_equal(pixel_at(5, 1), BACKGROUND);
    assert_int_equal(pixel_at(4, 2), BACKGROUND);
    assert_int_equal(pixel_at(WIDTH - 3, HEIGHT - 1), 0x00ff00ff);
    assert_int_equal(pixel_at(WIDTH - 4, HEIGHT - 1), BACKGROUND);
    assert_int_equal(pixel_at(WIDTH - 1, HEIGHT - 2), BACKGROUND);
    assert_color(120, 120, 0x9098a0ff, 1);
    for (size_t i = 3; i < sizeof scene.rgba; i += 4) {
        assert_int_equal(scene.rgba[i], 255);
    }
}

// Rounded boxes, small ones in one piece and large ones in five, and frames: straight edges are sharp, corners are cut.
static void draws_crisp_boxes(void **state)
{
    (void)state;
    static const Rect rects[] = {{10, 10, 30, 20}, {60, 10, 200, 150}};
    begin();
    for (int i = 0; i < 2; i++) {
        const Rect r = rects[i];
        draw_box(&scene.list, r, 0xff8000ff, 6);
        draw_frame(&scene.list, r, 0xffffffff, 6, 1);
        draw_frame(&scene.list, (Rect){r.x, r.y + 200, r.w, r.h}, 0xffffffff, 0, 2);
    }
    capture();
    for (int i = 0; i < 2; i++) {
        const int x = (int)rects[i].x, y = (int)rects[i].y, w = (int)rects[i].w, h = (int)rects[i].h;
        for (int k = 8; k < w - 8; k++) {
            assert_color(x + k, y - 1, BACKGROUND, 0);
            assert_color(x + k, y, 0xffffffff, 1);
            assert_color(x + k, y + 1, 0xff8000ff, 1);
            assert_color(x + k, y + h / 2, 0xff8000ff, 1);
            assert_color(x + k, y + h - 1, 0xffffffff, 1);
            assert_color(x + k, y + h, BACKGROUND, 0);
            assert_color(x + k, y + 201, 0xffffffff, 0);
            assert_color(x + k, y + 202, BACKGROUND, 0);
        }
        for (int k = 8; k < h - 8; k++) {
            assert_color(x - 1, y + k, BACKGROUND, 0);
            assert_color(x, y + k, 0xffffffff, 1);
            assert_color(x + 1, y + k, 0xff8000ff, 1);
            assert_color(x + w - 1, y + k, 0xffffffff, 1);
            assert_color(x + w, y + k, BACKGROUND, 0);
        }
        assert_color(x, y, BACKGROUND, 0);
        assert_color(x + w - 1, y + h - 1, BACKGROUND, 0);
        assert_color(x, y + 200, 0xffffffff, 0);
    }
}

// A translucent line of many short pieces is as even as one long piece: no joint is drawn twice, none is left out.
static void draws_even_lines(void **state)
{
    (void)state;
    Point points[201];
    for (int i = 0; i <= 200; i++) {
        points[i] = (Point){20 + (float)i * 1.5F, 50.5F};
    }
    const Point gap[4] = {{20, 90}, {60, 90}, {80, NAN}, {120, 90}};
    begin();
    draw_line(&scene.list, points, 201, 3, 0xffffff80);
    for (int i = 0; i <= 200; i++) {
        points[i].y += 20;
    }
    draw_line(&scene.list, points, 201, 2.5F, 0xffffffff);
    draw_line(&scene.list, gap, 4, 2, 0xffffffff);
    capture();
    for (int x = 25; x < 315; x++) {
        assert_color(x, 48, BACKGROUND, 0);
        assert_color(x, 50, 0x9098a0ff, 1);
        assert_color(x, 70, 0xffffffff, 1);
        assert_color(x, 69, pixel_at(24, 69), 1);
        assert_color(x, 49, 0x9098a0ff, 1);
    }
    assert_color(40, 90, 0xffffffff, 1);
    assert_color(100, 90, BACKGROUND, 0);
}

// Text reproduces the atlas exactly and stays within its clip.
static void draws_text_on_whole_pixels(void **state)
{
    (void)state;
    begin();
    const Glyph glyph = *font_glyph(scene.font, FONT_UI_BOLD, 15, 'R');
    draw_text(&scene.list, FONT_UI_BOLD, 15, 50.3F, 99.8F, 0xffffffff, "R");
    draw_clip_push(&scene.list, (Rect){200, 200, 20, 8});
    draw_text(&scene.list, FONT_UI, 20, 190, 212, 0xffffffff, "WWWWWWWW");
    draw_clip_pop(&scene.list);
    capture();
    const FontAtlas atlas = font_atlas(scene.font);
    for (int y = 0; y < glyph.h; y++) {
        for (int x = 0; x < glyph.w; x++) {
            const float coverage = (float)atlas.coverage[(glyph.y + y) * atlas.width + glyph.x + x] / 255;
            Color expected = 0xff;
            for (int shift = 8; shift < 32; shift += 8) {
                const float from = (float)(BACKGROUND >> shift & 0xff);
                expected |= (Color)lroundf(from + (255 - from) * coverage) << shift;
            }
            assert_color(50 + glyph.left + x, 100 - glyph.top + y, expected, 1);
        }
    }
    int inked = 0;
    for (int y = 180; y < 230; y++) {
        for (int x = 180; x < 300; x++) {
            if (x >= 200 && x < 220 && y >= 200 && y < 208) {
                inked += pixel_at(x, y) != BACKGROUND;
            } else {
                assert_color(x, y, BACKGROUND, 0);
            }
        }
    }
    assert_true(inked > 20);
}

static void plays_into_window(void **state)
{
    (void)state;
    begin();
    draw_text(&scene.list, FONT_UI, 12, 40, 20, 0xffffffff, "window");
    assert_true(render_fits(scene.render, WIDTH, HEIGHT));
    assert_true(render_play(scene.render, &scene.list, WIDTH, HEIGHT));
    SDL_GL_SwapWindow(scene.window);
    draw_begin(&scene.list, WIDTH, HEIGHT);
    assert_true(render_play(scene.render, &scene.list, WIDTH, HEIGHT)); // an empty list is black
    capture();
    assert_int_equal(pixel_at(5, 5), 0x000000ff);
    assert_false(render_fits(scene.render, 1 << 28, HEIGHT)); // no driver has so much
    assert_non_null(render_device(scene.render));
    Error error = {0};
    assert_false(render_capture(scene.render, &scene.list, 0, 10, scene.rgba, &error));
    assert_false(render_capture(scene.render, &scene.list, 1 << 28, 10, scene.rgba, &error));
    assert_string_not_equal(error.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_images_exactly),
        cmocka_unit_test(draws_images_by_area),
        cmocka_unit_test(draws_top_row_first_and_opaque),
        cmocka_unit_test(draws_crisp_boxes),
        cmocka_unit_test(draws_even_lines),
        cmocka_unit_test(draws_text_on_whole_pixels),
        cmocka_unit_test(plays_into_window),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
