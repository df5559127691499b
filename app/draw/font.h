// Font: glyphs from two embedded families, rasterised once by SDL_ttf into one atlas of coverage bytes.
//
// Units: pixels of the framebuffer; sizes are em sizes in pixels, rounded to whole ones.
// Thread: the UI thread (SDL_ttf is not thread-safe).
#pragma once
#include <stdint.h>

#include "engine.h"

typedef enum FontFace { FONT_UI, FONT_UI_BOLD, FONT_FIGURES, FONT_FACE_COUNT } FontFace; // FONT_FIGURES: monospaced

typedef struct Glyph {
    int x, y, w, h; // in the atlas
    int left, top;  // from the pen to the bitmap's left edge; from the baseline up to its top edge
    float advance;
} Glyph;

typedef struct FontAtlas {
    const uint8_t *coverage; // (height, width); borrowed, valid until the next font_glyph
    int width, height;
    unsigned version; // changes when a glyph was added (upload it again)
} FontAtlas;

typedef struct Font Font;

Font *font_create(Error *error); // NULL on failure; font_destroy
void font_destroy(Font *font);

// Never NULL: a character the family lacks gives its replacement box. Kerning is not applied. When the atlas is full it
// is emptied and every glyph is made anew on demand; font_begin_frame is where that happens, so that pointers stay
// valid within a frame.
const Glyph *font_glyph(Font *font, FontFace face, float size_px, uint32_t codepoint);
void font_begin_frame(Font *font);

// Whether every character since font_begin_frame is there. Where memory was short or the atlas is full some are blank;
// the next frame makes those anew.
bool font_is_whole(const Font *font);

float font_text_width(Font *font, FontFace face, float size_px, const char *text);
float font_ascent(Font *font, FontFace face, float size_px); // baseline to the top of a capital letter
FontAtlas font_atlas(Font *font);

// Decodes one code point and moves *text past it; an invalid byte gives U+FFFD. 0 at the end.
uint32_t font_next_codepoint(const char **text);
