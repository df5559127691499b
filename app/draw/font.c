// Font: see font.h. A hash table of glyphs over one atlas that is packed in shelves.
#include "draw/font.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/assets.h"

enum {
    ATLAS_FIRST_SIDE = 1024,
    ATLAS_LAST_SIDE = 2048,
    BUCKET_COUNT = 1024,
    EM_MIN = 4,
    EM_MAX = 256,
};

// Nodes are allocated one by one, so that a glyph's address survives everything up to the next emptying.
typedef struct Node {
    struct Node *next;
    FontFace face;
    int size;
    uint32_t codepoint;
    Glyph glyph;
} Node;

struct Font {
    TTF_Font *faces[FONT_FACE_COUNT];
    int face_sizes[FONT_FACE_COUNT];
    Node *buckets[BUCKET_COUNT];
    uint8_t *coverage; // (side, side)
    int side;
    int shelf_x, shelf_y, shelf_height; // where the next glyph goes
    unsigned version;
    bool is_full;
    bool is_whole; // this frame
};

static const char *const FACE_ASSETS[FONT_FACE_COUNT] = {
    [FONT_UI] = "fonts/Inter-Regular.otf",
    [FONT_UI_BOLD] = "fonts/Inter-SemiBold.otf",
    [FONT_FIGURES] = "fonts/JetBrainsMono-Regular.ttf",
};

static void close_face(Font *font, FontFace face)
{
    const int reason = errno;
    if (font->faces[face]) {
        TTF_CloseFont(font->faces[face]);
    }
    font->faces[face] = NULL;
    errno = reason;
}

// FreeType goes on without hinting, and HarfBuzz without a glyph, where they find no memory, and neither says so; but
// errno does.
static bool open_face(Font *font, FontFace face, Error *error)
{
    const Asset *asset = asset_find(FACE_ASSETS[face]);
    if (!asset) {
        return error_set(error, "The font %s is missing from this build.", FACE_ASSETS[face]);
    }
    errno = 0;
    SDL_RWops *stream = SDL_RWFromConstMem(asset->bytes, (int)asset->size);
    font->face_sizes[face] = 12;
    font->faces[face] = stream ? TTF_OpenFontRW(stream, 1, 12) : NULL;
    if (!font->faces[face] || errno == ENOMEM) {
        close_face(font, face);
        return error_set(error, "The font %s could not be opened: %s.", FACE_ASSETS[face],
                         errno == ENOMEM ? "out of memory" : TTF_GetError());
    }
    TTF_SetFontHinting(font->faces[face], TTF_HINTING_LIGHT);
    return true;
}

Font *font_create(Error *error)
{
    if (TTF_Init() != 0) {
        error_set(error, "The font library could not be started: %s.", TTF_GetError());
        return NULL;
    }
    Font *font = calloc(1, sizeof *font);
    uint8_t *coverage = calloc(ATLAS_FIRST_SIDE, ATLAS_FIRST_SIDE);
    if (!font || !coverage) {
        error_set(error, "There is not enough memory for the fonts.");
        free(font);
        free(coverage);
        TTF_Quit();
        return NULL;
    }
    font->coverage = coverage;
    font->side = ATLAS_FIRST_SIDE;
    font->version = 1;
    font->is_whole = true;
    for (int face = 0; face < FONT_FACE_COUNT; face++) {
        if (!open_face(font, (FontFace)face, error)) {
            font_destroy(font);
            return NULL;
        }
    }
    return font;
}

static void empty_cache(Font *font)
{
    for (int i = 0; i < BUCKET_COUNT; i++) {
        for (Node *node = font->buckets[i], *next; node; node = next) {
            next = node->next;
            free(node);
        }
        font->buckets[i] = NULL;
    }
}

void font_destroy(Font *font)
{
    if (!font) {
        return;
    }
    empty_cache(font);
    for (int face = 0; face < FONT_FACE_COUNT; face++) {
        close_face(font, (FontFace)face);
    }
    free(font->coverage);
    free(font);
    TTF_Quit();
}

bool font_is_whole(const Font *font) { return font->is_whole; }

void font_begin_frame(Font *font)
{
    font->is_whole = true;
    if (!font->is_full) {
        return;
    }
    empty_cache(font);
    memset(font->coverage, 0, (size_t)font->side * (size_t)font->side);
    font->shelf_x = font->shelf_y = font->shelf_height = 0;
    font->is_full = false;
    font->version++;
}

// Doubles the atlas in both directions; what is in it keeps its place.
static bool grow_atlas(Font *font)
{
    const size_t old_side = (size_t)font->side, side = old_side * 2;
    uint8_t *coverage = side <= ATLAS_LAST_SIDE ? calloc(side, side) : NULL;
    if (!coverage) {
        return false;
    }
    for (size_t row = 0; row < old_side; row++) {
        memcpy(coverage + row * side, font->coverage + row * old_side, old_side);
    }
    free(font->coverage);
    font->coverage = coverage;
    font->side = (int)side;
    font->version++;
    return true;
}

// Finds room for w by h pixels and leaves one empty pixel to the right and below.
static bool place_bitmap(Font *font, int w, int h, int *x, int *y)
{
    for (;;) {
        if (font->shelf_x + w + 1 > font->side) {
            font->shelf_y += font->shelf_height;
            font->shelf_x = font->shelf_height = 0;
        }
        if (w + 1 <= font->side && font->shelf_y + h + 1 <= font->side) {
            break;
        }
        if (!grow_atlas(font)) {
            return false;
        }
    }
    *x = font->shelf_x;
    *y = font->shelf_y;
    font->shelf_x += w + 1;
    if (font->shelf_height < h + 1) {
        font->shelf_height = h + 1;
    }
    return true;
}

// SDL_ttf draws into a surface of the whole line's height; x0, y0 is where the glyph's own bitmap begins in it.
static bool copy_coverage(Font *font, SDL_Surface *surface, int x0, int y0, const Glyph *glyph)
{
    if (surface->format->BytesPerPixel != 4 || SDL_LockSurface(surface) != 0) {
        return false;
    }
    const SDL_PixelFormat *format = surface->format;
    for (int y = 0; y < glyph->h && y0 + y < surface->h; y++) {
        const uint8_t *row = (const uint8_t *)surface->pixels + (ptrdiff_t)(y0 + y) * surface->pitch;
        uint8_t *to = font->coverage + (size_t)(glyph->y + y) * (size_t)font->side + glyph->x;
        for (int x = 0; x < glyph->w && x0 + x < surface->w; x++) {
            uint32_t pixel;
            memcpy(&pixel, row + (ptrdiff_t)(x0 + x) * 4, sizeof pixel);
            to[x] = (uint8_t)((pixel & format->Amask) >> format->Ashift);
        }
    }
    SDL_UnlockSurface(surface);
    font->version++;
    return true;
}

// False where the font library failed, which for fonts that are whole means that memory was short.
static bool draw_glyph(Font *font, TTF_Font *face, uint32_t codepoint, Glyph *glyph)
{
    int min_x = 0, max_x = 0, min_y = 0, max_y = 0, advance = 0;
    if (TTF_GlyphMetrics32(face, codepoint, &min_x, &max_x, &min_y, &max_y, &advance) != 0) {
        return false;
    }
    glyph->advance = (float)advance;
    glyph->left = min_x;
    glyph->top = max_y;
    if (max_x <= min_x || max_y <= min_y) {
        return true;
    }
    int x, y;
    if (!place_bitmap(font, max_x - min_x, max_y - min_y, &x, &y)) {
        font->is_full = true; // this frame goes without the glyph; the next one starts afresh
        font->is_whole = false;
        return true;
    }
    SDL_Surface *surface = TTF_RenderGlyph32_Blended(face, codepoint, (SDL_Color){255, 255, 255, 255});
    if (!surface) {
        return false;
    }
    glyph->x = x;
    glyph->y = y;
    glyph->w = max_x - min_x;
    glyph->h = max_y - min_y;
    const int above = TTF_FontAscent(face) - max_y;
    const bool is_ok = copy_coverage(font, surface, min_x > 0 ? min_x : 0, above > 0 ? above : 0, glyph);
    SDL_FreeSurface(surface);
    return is_ok;
}

// Draws a glyph of this size. False where the font library failed or went on with less: then the face, which may have
// lost its hinting, is closed, to be opened anew for the next glyph.
static bool make_glyph(Font *font, FontFace face, int size, uint32_t codepoint, Glyph *glyph)
{
    if (!font->faces[face] && !open_face(font, face, NULL)) {
        return false;
    }
    errno = 0;
    bool is_ok = font->face_sizes[face] == size || TTF_SetFontSize(font->faces[face], size) == 0;
    font->face_sizes[face] = size;
    is_ok = is_ok && draw_glyph(font, font->faces[face], codepoint, glyph) && errno != ENOMEM;
    if (!is_ok) {
        close_face(font, face);
    }
    return is_ok;
}

static int round_size(float size_px)
{
    if (!(size_px >= EM_MIN)) {
        return EM_MIN;
    }
    return size_px > EM_MAX ? EM_MAX : (int)lroundf(size_px);
}

const Glyph *font_glyph(Font *font, FontFace face, float size_px, uint32_t codepoint)
{
    static const Glyph nothing = {0};
    const int size = round_size(size_px);
    const uint32_t hash = (codepoint * 0x9e3779b1U) ^ ((uint32_t)size * 0x85ebca6bU) ^ ((uint32_t)face * 0xc2b2ae35U);
    Node **bucket = &font->buckets[(hash >> 16) % BUCKET_COUNT];
    for (Node *node = *bucket; node; node = node->next) {
        if (node->codepoint == codepoint && node->size == size && node->face == face) {
            return &node->glyph;
        }
    }
    Node *node = calloc(1, sizeof *node);
    if (!node || !make_glyph(font, face, size, codepoint, &node->glyph)) {
        free(node);
        font->is_whole = false;
        return &nothing;
    }
    node->next = *bucket;
    node->face = face;
    node->size = size;
    node->codepoint = codepoint;
    *bucket = node;
    return &node->glyph;
}

float font_text_width(Font *font, FontFace face, float size_px, const char *text)
{
    float width = 0;
    for (uint32_t codepoint; (codepoint = font_next_codepoint(&text)) != 0;) {
        width += font_glyph(font, face, size_px, codepoint)->advance;
    }
    return width;
}

float font_ascent(Font *font, FontFace face, float size_px) { return (float)font_glyph(font, face, size_px, 'H')->top; }

FontAtlas font_atlas(Font *font) { return (FontAtlas){font->coverage, font->side, font->side, font->version}; }

uint32_t font_next_codepoint(const char **text)
{
    // The smallest code point that needs so many further bytes: anything below is an overlong form.
    static const uint32_t smallest[4] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)*text;
    const unsigned lead = bytes[0];
    if (lead == 0) {
        return 0;
    }
    *text += 1;
    if (lead < 0x80) {
        return lead;
    }
    const int more = lead < 0xc0 || lead > 0xf7 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    uint32_t codepoint = more == 3 ? lead & 0x07 : more == 2 ? lead & 0x0f : lead & 0x1f;
    for (int i = 1; i <= more; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0xfffd;
        }
        codepoint = codepoint << 6 | (bytes[i] & 0x3f);
    }
    const bool is_surrogate = codepoint >= 0xd800 && codepoint <= 0xdfff;
    if (more == 0 || codepoint < smallest[more] || codepoint > 0x10ffff || is_surrogate) {
        return 0xfffd;
    }
    *text += more;
    return codepoint;
}
