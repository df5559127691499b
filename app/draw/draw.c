// Draw list: see draw.h. A command that lies wholly outside the clip is dropped.
#include "draw/draw.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/palette.h"

// array: the address of a pointer to items of item_size bytes, made large enough for `needed` of them.
static bool reserve(DrawList *list, void *array, size_t *capacity, size_t needed, size_t item_size)
{
    if (needed <= *capacity) {
        return true;
    }
    size_t wanted = *capacity < 64 ? 64 : *capacity;
    while (wanted < needed && wanted <= SIZE_MAX / 2 / item_size) {
        wanted *= 2;
    }
    void *items;
    memcpy(&items, array, sizeof items);
    items = wanted >= needed ? realloc(items, wanted * item_size) : NULL;
    if (!items) {
        list->is_short = true;
        return false;
    }
    memcpy(array, &items, sizeof items);
    *capacity = wanted;
    return true;
}

static Rect intersect(Rect a, Rect b)
{
    const float left = fmaxf(a.x, b.x), top = fmaxf(a.y, b.y);
    const float right = fminf(a.x + a.w, b.x + b.w), bottom = fminf(a.y + a.h, b.y + b.h);
    return (Rect){left, top, fmaxf(0, right - left), fmaxf(0, bottom - top)};
}

static Rect clip_of(const DrawList *list)
{
    assert(list->clip_depth > 0 && "draw_begin comes first");
    return list->clips[list->clip_depth - 1];
}

static bool is_visible(const DrawList *list, Rect rect)
{
    const Rect part = intersect(clip_of(list), rect);
    return part.w > 0 && part.h > 0;
}

static bool add_command(DrawList *list, DrawCommand command)
{
    if (!reserve(list, &list->commands, &list->command_capacity, list->command_count + 1, sizeof command)) {
        return false;
    }
    command.clip = clip_of(list);
    list->commands[list->command_count++] = command;
    return true;
}

void draw_init(DrawList *list, Font *font) { *list = (DrawList){.font = font, .palette = &PALETTE_DARK}; }

void draw_free(DrawList *list)
{
    free(list->commands);
    free(list->points);
    free(list->glyphs);
    free(list->texels);
    *list = (DrawList){0};
}

void draw_begin(DrawList *list, float width, float height)
{
    list->command_count = list->point_count = list->glyph_count = list->texel_count = 0;
    list->clips[0] = (Rect){0, 0, width, height};
    list->clip_depth = 1;
    list->is_short = false;
}

bool draw_is_whole(const DrawList *list) { return !list->is_short && (!list->font || font_is_whole(list->font)); }

void draw_clip_push(DrawList *list, Rect rect)
{
    assert(list->clip_depth < (int)(sizeof list->clips / sizeof list->clips[0]));
    const Rect clip = intersect(clip_of(list), rect);
    list->clips[list->clip_depth++] = clip;
}

void draw_clip_pop(DrawList *list)
{
    assert(list->clip_depth > 1);
    list->clip_depth--;
}

void draw_box(DrawList *list, Rect rect, Color fill, float radius)
{
    if ((fill & 0xff) != 0 && is_visible(list, rect)) {
        add_command(list, (DrawCommand){.kind = DRAW_BOX, .color = fill, .box = {.rect = rect, .radius = radius}});
    }
}

void draw_frame(DrawList *list, Rect rect, Color border, float radius, float width)
{
    if ((border & 0xff) != 0 && width > 0 && is_visible(list, rect)) {
        add_command(list, (DrawCommand){.kind = DRAW_BOX, .box = {rect, radius, width, border}});
    }
}

void draw_line(DrawList *list, const Point *points, int point_count, float width, Color color)
{
    const size_t count = point_count > 0 ? (size_t)point_count : 0;
    const Rect clip = clip_of(list);
    if (count < 2 || !(width > 0) || (color & 0xff) == 0 || clip.w <= 0 || clip.h <= 0 ||
        !reserve(list, &list->points, &list->point_capacity, list->point_count + count, sizeof *points)) {
        return;
    }
    if (add_command(
            list, (DrawCommand){.kind = DRAW_LINE, .color = color, .line = {list->point_count, point_count, width}})) {
        memcpy(list->points + list->point_count, points, count * sizeof *points);
        list->point_count += count;
    }
}

float draw_text(DrawList *list, FontFace face, float size_px, float x, float baseline_y, Color color, const char *text)
{
    const size_t first = list->glyph_count;
    const float left = roundf(x), baseline = roundf(baseline_y);
    float pen = 0;
    for (uint32_t codepoint; (codepoint = font_next_codepoint(&text)) != 0;) {
        const Glyph *glyph = font_glyph(list->font, face, size_px, codepoint);
        const Rect rect = {left + roundf(pen) + (float)glyph->left, baseline - (float)glyph->top, (float)glyph->w,
                           (float)glyph->h};
        pen += glyph->advance;
        if (is_visible(list, rect) &&
            reserve(list, &list->glyphs, &list->glyph_capacity, list->glyph_count + 1, sizeof *list->glyphs)) {
            list->glyphs[list->glyph_count++] = (DrawGlyph){rect, (float)glyph->x, (float)glyph->y};
        }
    }
    const int count = (int)(list->glyph_count - first);
    if (count > 0 && !((color & 0xff) != 0 &&
                       add_command(list, (DrawCommand){.kind = DRAW_TEXT, .color = color, .text = {first, count}}))) {
        list->glyph_count = first;
    }
    return pen;
}

void draw_find_edges(const float *marks, int count, float *edges)
{
    for (int image = 0; image < count; image++) {
        bool is_marked[DIGIT_SIDE + 2][DIGIT_SIDE + 2] = {{false}};
        const float *in = marks + (size_t)image * DIGIT_PIXELS;
        float *out = edges + (size_t)image * DIGIT_PIXELS;
        for (int i = 0; i < DIGIT_PIXELS; i++) {
            is_marked[i / DIGIT_SIDE + 1][i % DIGIT_SIDE + 1] = in[i] != 0;
        }
        for (int row = 1; row <= DIGIT_SIDE; row++) {
            for (int column = 1; column <= DIGIT_SIDE; column++) {
                const int bits = !is_marked[row][column - 1] + 2 * !is_marked[row - 1][column] +
                                 4 * !is_marked[row][column + 1] + 8 * !is_marked[row + 1][column];
                out[(row - 1) * DIGIT_SIDE + column - 1] = is_marked[row][column] ? (float)bits : 0;
            }
        }
    }
}

// How far beyond what can be shown the hatch begins and is full, and how strong it begins: the one on white has less
// contrast. The shader knows MARK_WEAK too.
static const float MARK_FIRST = 1 / 255.0F, MARK_FULL = 0.2F, MARK_LEAST_BELOW = 0.12F, MARK_LEAST_ABOVE = 0.18F;
static const float MARK_WEAK = 0.42F;

// Every value of every image passes here in every frame; fminf and fmaxf would be calls.
static inline float clamp(float value, float least, float most)
{
    return value > most ? most : value > least ? value : least;
}

static inline Color mix(Color from, Color to, float part)
{
    Color color = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const float a = (float)(from >> shift & 0xff), b = (float)(to >> shift & 0xff);
        color |= (Color)(a + (b - a) * part + 0.5F) << shift;
    }
    return color;
}

static Color ramp_color(const Ramp *ramp, float at)
{
    int i = 1;
    while (i < ramp->count - 1 && at > ramp->stops[i].at) {
        i++;
    }
    const float from = ramp->stops[i - 1].at, to = ramp->stops[i].at;
    return mix(ramp->stops[i - 1].color, ramp->stops[i].color, clamp((at - from) / (to - from), 0, 1));
}

static Color grey_color(float value) { return (Color)(clamp(value, 0, 1) * 255 + 0.5F) * 0x01010100U | 0xff; }

Color draw_mark_color(const Palette *palette, float value, bool is_strong)
{
    const bool is_below = value < 0;
    const float beyond = is_below ? -value : value - 1;
    if (beyond <= MARK_FIRST) {
        return grey_color(value);
    }
    const float least = is_below ? MARK_LEAST_BELOW : MARK_LEAST_ABOVE;
    const float strength = least + (1 - least) * clamp((beyond - MARK_FIRST) / (MARK_FULL - MARK_FIRST), 0, 1);
    return mix(grey_color(value), is_below ? palette->below : palette->above, strength * (is_strong ? 1 : MARK_WEAK));
}

int draw_stripe_period(float side_px)
{
    const int half = (int)(side_px / (4 * DIGIT_SIDE) + 0.5F);
    return half < 2 ? 4 : 2 * half;
}

bool draw_is_strong_stripe(float value, int x, int y, float side_px)
{
    const int period = draw_stripe_period(side_px), at = (value < 0 ? x - y : x + y) % period;
    return (at < 0 ? at + period : at) < period / 2;
}

Color draw_map_color(const Palette *palette, ImageMap map, float value, float scale)
{
    if (isnan(value) && map < OPAQUE_MAP_COUNT) {
        return palette->nan;
    }
    // A scale that is no scale shows everything as its zero.
    const float position = scale > 0 ? clamp(value / scale, -1, 1) : 0;
    switch (map) {
    case MAP_GREY: return draw_mark_color(palette, value, true);
    case MAP_CLIPPED: return grey_color(value);
    case MAP_HEAT: return ramp_color(&palette->heat, position);
    case MAP_SIGNED: return ramp_color(&palette->plus_minus, position);
    case MAP_VEIL: return value == 0 ? palette->veil : palette->lit;
    case MAP_EDGES: return value == 0 ? 0 : palette->edge;
    case IMAGE_MAP_COUNT: break;
    }
    assert(false && "a map without colours");
    return palette->nan;
}

static Texel texel_of(const Palette *palette, ImageMap map, float value, float scale)
{
    const Color color = draw_map_color(palette, map, value, scale);
    if (map == MAP_EDGES) {
        return (color & ~0xffU) | (Texel)value;
    }
    const bool is_hatched = map == MAP_GREY && (value < 0 || value > 1);
    return is_hatched ? (color & ~0xffU) | (value < 0 ? FILL_BELOW : FILL_ABOVE) : color;
}

// The command for a grid of images; returns the place of its texels, which are to be filled. NULL: there is nothing to
// be seen, or no memory.
static Texel *add_images(DrawList *list, Point origin, int columns, int count, Point pitch, float side_px, ImageMap map)
{
    assert(columns >= 1);
    if (count <= 0 || !(side_px > 0)) {
        return NULL; // nothing, or no room for it
    }
    // The shader finds a pixel's cell by division: cells may not overlap.
    const float step_x = fmaxf(side_px, pitch.x), step_y = fmaxf(side_px, pitch.y);
    const int rows = (count - 1) / columns + 1;
    const Rect bounds = {origin.x, origin.y, step_x * (float)columns, step_y * (float)rows};
    const size_t first = list->texel_count, texel_count = (size_t)count * DIGIT_PIXELS;
    if (!is_visible(list, bounds) ||
        !reserve(list, &list->texels, &list->texel_capacity, first + texel_count, sizeof *list->texels) ||
        !add_command(list, (DrawCommand){.kind = DRAW_IMAGES,
                                         .color = list->palette->edge,
                                         .images = {origin, columns, count, step_x, step_y, side_px, first, map}})) {
        return NULL;
    }
    list->texel_count += texel_count;
    return list->texels + first;
}

void draw_images(DrawList *list, Point origin, int columns, int count, float pitch_x, float pitch_y, float side_px,
                 const float *values, ImageMap map, float scale)
{
    Texel *texels = add_images(list, origin, columns, count, (Point){pitch_x, pitch_y}, side_px, map);
    for (size_t i = 0; texels && i < (size_t)count * DIGIT_PIXELS; i++) {
        texels[i] = texel_of(list->palette, map, values[i], scale);
    }
}

void draw_texels(DrawList *list, Point origin, int columns, int count, float side_px, const Texel *texels)
{
    Texel *out = add_images(list, origin, columns, count, (Point){side_px, side_px}, side_px, MAP_CLIPPED);
    if (out) {
        memcpy(out, texels, (size_t)count * DIGIT_PIXELS * sizeof *texels);
    }
}
