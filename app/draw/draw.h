// Draw list: what a frame shows, as a list of things to draw. It knows neither SDL nor GL; render.c plays it.
//
// Units: framebuffer pixels, origin top left, y down. Colours are straight (not premultiplied) sRGB bytes 0xRRGGBBAA.
// Everything is drawn in the order in which it was added, inside the clip rectangle that was set at that moment.
// Thread: the UI thread. Ownership: the list copies what it is given; it grows as needed and is reused from frame to
// frame.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "draw/font.h"

typedef uint32_t Color;

// A pixel of an image, ready to be drawn: its colour. The last byte holds the edges' bits where the map is MAP_EDGES;
// of an opaque map it is a TexelFill.
typedef uint32_t Texel;
typedef enum TexelFill { FILL_BELOW = 1, FILL_ABOVE = 2, FILL_PLAIN = 255 } TexelFill;

typedef struct Point {
    float x, y;
} Point;

typedef struct Rect {
    float x, y, w, h;
} Rect;

typedef struct Palette Palette; // palette.h

// How an image's values become colours; draw_map_color knows it. To add one: a row here and a case there.
typedef enum ImageMap {
    MAP_GREY,    // 0 black .. 1 white, never rescaled; what lies beyond is hatched (draw_mark_color), NaN in red
    MAP_CLIPPED, // the same with what lies beyond as black and white: what one would see on a screen; NaN in red
    MAP_HEAT,    // 0 .. scale through the palette's heat colours, clamped; NaN in red
    MAP_SIGNED,  // -scale .. scale through the palette's plus_minus, clamped; NaN in red
    OPAQUE_MAP_COUNT,
    // laid over another image of the same place
    MAP_VEIL = OPAQUE_MAP_COUNT, // 0: a dark veil; else a light one
    MAP_EDGES,                   // a value's bits 1, 2, 4, 8: a line along the pixel's left, top, right, bottom edge
    IMAGE_MAP_COUNT
} ImageMap;

typedef enum DrawKind { DRAW_BOX, DRAW_LINE, DRAW_TEXT, DRAW_IMAGES } DrawKind;

typedef struct DrawCommand {
    DrawKind kind;
    Rect clip;
    Color color; // of a grid of images: of the lines of MAP_EDGES
    union {
        struct {
            Rect rect;
            float radius, border;
            Color border_color;
        } box; // border drawn inside rect
        struct {
            size_t first_point;
            int point_count;
            float width;
        } line; // joined segments, round caps, anti-aliased
        struct {
            size_t first_glyph;
            int glyph_count;
        } text;
        struct {
            Point origin;           // top left of the first cell
            int columns, count;     // cells run left to right, top to bottom
            float pitch_x, pitch_y; // distance from cell to cell, side or more
            float side;             // of an image, more than 0
            size_t first_texel;     // (count, 28, 28)
            ImageMap map;
        } images;
    };
} DrawCommand;

typedef struct DrawGlyph {
    Rect rect;  // on screen, whole pixels
    float u, v; // top left in the atlas, pixels
} DrawGlyph;

typedef struct DrawList {
    DrawCommand *commands;
    size_t command_count, command_capacity;
    Point *points;
    size_t point_count, point_capacity;
    DrawGlyph *glyphs;
    size_t glyph_count, glyph_capacity;
    Texel *texels;
    size_t texel_count, texel_capacity;
    Rect clips[16];
    int clip_depth;
    bool is_short;          // there was no memory for something since draw_begin
    Font *font;             // borrowed
    const Palette *palette; // borrowed; of the images that are added from now on. draw_init: PALETTE_DARK
} DrawList;

void draw_init(DrawList *list, Font *font);
void draw_free(DrawList *list);
void draw_begin(DrawList *list, float width, float height); // empties the list, the clip is the whole window

// Whether all that was to be drawn since draw_begin is there. What finds no memory is missing, and so is a character
// that the font could not make (font_is_whole).
bool draw_is_whole(const DrawList *list);

void draw_clip_push(DrawList *list, Rect rect); // intersected with the clip in force
void draw_clip_pop(DrawList *list);

void draw_box(DrawList *list, Rect rect, Color fill, float radius);
void draw_frame(DrawList *list, Rect rect, Color border, float radius, float width);
void draw_line(DrawList *list, const Point *points, int point_count, float width, Color color);

// text: UTF-8. x is the left edge, baseline_y the baseline; both are rounded to whole pixels. Returns the advance
// width.
float draw_text(DrawList *list, FontFace face, float size_px, float x, float baseline_y, Color color, const char *text);

// values: (count, 28, 28), copied. side_px: of an image on screen, in pixels; it need not be whole, and neither need
// the origin and the pitches. Where it is a multiple of 28 and they are whole, every image pixel is an exact square;
// else a screen pixel shows the average of the colours that it covers, by area, and at the rim a share of what lies
// below. Images without room (side_px not above 0) are dropped; cells never overlap (a pitch below side_px counts as
// side_px).
void draw_images(DrawList *list, Point origin, int columns, int count, float pitch_x, float pitch_y, float side_px,
                 const float *values, ImageMap map, float scale);

// The same for pixels whose colours are known: texels (count, 28, 28), copied, each 0xRRGGBBff; cells without gaps.
void draw_texels(DrawList *list, Point origin, int columns, int count, float side_px, const Texel *texels);

// Outlines of what is marked (values that are not 0) as edges for MAP_EDGES: a line where a marked pixel meets one that
// is not. marks, edges: (count, 28, 28); they may be the same array.
void draw_find_edges(const float *marks, int count, float *edges);

// The colour of one value: of a picture's pixel, of a legend, of a swatch. What MAP_GREY hatches has the colour of its
// strong stripes; MAP_EDGES has that of its lines where a pixel has one.
Color draw_map_color(const Palette *palette, ImageMap map, float value, float scale);

// A value below 0 is hatched in palette->below on black, one above 1 in palette->above on white: as strongly as it is
// far from what can be shown. It begins 1/255 beyond, where a screen could begin to show a difference, and is full 0.2
// beyond. The strong and the weak stripes differ in lightness, so that a print in grey shows them too.
// Other values have their grey. Not for NaN.
Color draw_mark_color(const Palette *palette, float value, bool is_strong);

// Whether a screen pixel of an image lies on a strong stripe. x, y: from the image's top left, in whole screen pixels.
// Stripes rise (/) above 1 and fall (\) below 0; they run on from one image pixel to the next.
bool draw_is_strong_stripe(float value, int x, int y, float side_px);
int draw_stripe_period(float side_px); // even, 4 or more: screen pixels along x from a strong stripe to the next
