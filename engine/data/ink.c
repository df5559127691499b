// From a picture to a digit: lay it on a ground, turn it, tell the ink from the ground (ink_ground.h), drop what is no
// ink of a photograph (ink_marks.h), fit the rest.
#include "data/ink.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/ink_ground.h"
#include "data/ink_marks.h"
#include "data/resample.h"

enum { BOX = 20, FINE_BOX = BOX * INK_FINE };

void ink_free_picture(InkPicture *picture)
{
    free(picture->grey);
    free(picture->alpha);
    *picture = (InkPicture){0};
}

// What is worked on: grey, turned and on its ground.
typedef struct Sheet {
    int width, height;
    float *grey, *ink; // (height, width)
    uint8_t *mask;     // the same
} Sheet;

static size_t sheet_count(const Sheet *sheet) { return (size_t)sheet->width * (size_t)sheet->height; }

static void sheet_free(Sheet *sheet)
{
    free(sheet->grey);
    free(sheet->ink);
    free(sheet->mask);
}

// ---- the picture on its ground -------------------------------------------------------------------------------------

// Black strokes lie on white and white ones on black where less is seen than is transparent; else what is seen is a
// page, and so is what lies around it. Returns a negative value where nothing is seen.
static float choose_ground(const InkPicture *picture)
{
    const size_t count = (size_t)picture->width * (size_t)picture->height;
    double seen = 0, sum = 0, bright = 0;
    for (size_t i = 0; i < count; i++) {
        seen += (double)picture->alpha[i];
        sum += (double)(picture->alpha[i] * picture->grey[i]);
        bright += picture->grey[i] > 0.5f ? (double)picture->alpha[i] : 0.0;
    }
    if (seen * 255.0 < 1.0)
        return -1.0f;
    const bool is_light = seen * 2 > (double)count ? bright * 2 > seen : sum * 2 < seen;
    return is_light ? 1.0f : 0.0f;
}

// Whether something of the picture is to be seen. Its grey stays where nothing is transparent.
static bool lay_on_ground(const InkPicture *picture, const char *name, Sheet *sheet, InkResult *out)
{
    const size_t count = sheet_count(sheet);
    memcpy(sheet->grey, picture->grey, count * sizeof *sheet->grey);
    if (!picture->alpha)
        return true;
    const float ground = choose_ground(picture);
    out->is_composed = ground >= 0;
    for (size_t i = 0; i < count; i++)
        sheet->grey[i] = fminf(1.0f, picture->alpha[i] * picture->grey[i] + (1.0f - picture->alpha[i]) * fabsf(ground));
    if (out->is_composed)
        notices_add(&out->notices, "%s has a transparent ground: laid on %s", name, ground > 0 ? "white" : "black");
    return out->is_composed;
}

// degrees clockwise; sheet->ink is overwritten.
static void turn(Sheet *sheet, int degrees)
{
    assert(degrees == 0 || degrees == 90 || degrees == 180 || degrees == 270);
    const int w = sheet->width, h = sheet->height;
    if (degrees == 0)
        return;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const int to = degrees == 90    ? x * h + h - 1 - y
                           : degrees == 180 ? (h - 1 - y) * w + w - 1 - x
                                            : (w - 1 - x) * h + y;
            sheet->ink[to] = sheet->grey[y * w + x];
        }
    float *turned = sheet->ink;
    sheet->ink = sheet->grey;
    sheet->grey = turned;
    sheet->width = degrees == 180 ? w : h;
    sheet->height = degrees == 180 ? h : w;
}

// ---- ink -----------------------------------------------------------------------------------------------------------

static void threshold_drawing(Sheet *sheet, const InkStrengths *s, const char *name, InkResult *out)
{
    const bool is_faint = s->peak < 0.5f;
    for (size_t i = 0; i < sheet_count(sheet); i++)
        sheet->ink[i] = s->values[i] < out->threshold * s->peak ? 0.0f
                        : is_faint                              ? fminf(1.0f, s->values[i] / s->peak)
                                                                : s->values[i];
    if (is_faint)
        notices_add(&out->notices, "%s is faint: its strongest ink, %.2f, was made 1", name, (double)s->peak);
}

static bool has_marked_neighbour(const Sheet *sheet, int x, int y)
{
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (x + dx >= 0 && y + dy >= 0 && x + dx < sheet->width && y + dy < sheet->height &&
                sheet->mask[(y + dy) * sheet->width + x + dx])
                return true;
    return false;
}

// The ink of a photograph has about one strength, the mean of its marks: that becomes 1, and what is next to a mark is
// its soft edge.
static bool threshold_photo(Sheet *sheet, const InkStrengths *s, float threshold)
{
    const float least = threshold * s->peak, bare = 0.5f * least;
    for (size_t i = 0; i < sheet_count(sheet); i++)
        sheet->mask[i] = s->values[i] >= least;
    if (!ink_keep_marks(sheet->mask, sheet->width, sheet->height))
        return false;
    double sum = 0, count = 0;
    for (size_t i = 0; i < sheet_count(sheet); i++)
        if (sheet->mask[i]) {
            sum += (double)s->values[i];
            count++;
        }
    const float full = fmaxf(count > 0 ? (float)(sum / count) : 1.0f, least);
    for (int y = 0; y < sheet->height; y++)
        for (int x = 0; x < sheet->width; x++) {
            const int i = y * sheet->width + x;
            sheet->ink[i] = has_marked_neighbour(sheet, x, y)
                                ? fminf(1.0f, fmaxf(0.0f, (s->values[i] - bare) / (full - bare)))
                                : 0.0f;
        }
    return true;
}

// The sheet's ink; zeros where there is none.
static bool find_ink(Sheet *sheet, const char *name, const InkOptions *options, InkResult *out, Error *error)
{
    InkStrengths s;
    memset(sheet->ink, 0, sheet_count(sheet) * sizeof *sheet->ink);
    if (!ink_measure(sheet->grey, sheet->width, sheet->height, options->invert, &s, error))
        return false;
    out->is_inverted = s.is_dark;
    out->is_evened = !s.is_even;
    out->threshold = options->threshold > 0 ? options->threshold : s.is_even ? 0.1f : 0.4f;
    bool good = true;
    if (s.is_even ? s.peak < 0.015f : s.peak < fmaxf(0.06f, 6.5f * s.noise))
        good = error_set(error, "%s: no ink is to be seen, it is one shade of grey throughout%s", name,
                         s.is_even ? "" : ", or nearly so");
    else if (s.is_even)
        threshold_drawing(sheet, &s, name, out);
    else if (!threshold_photo(sheet, &s, out->threshold))
        good = error_set(error, "out of memory: the ink of %s", name);
    free(s.values);
    return good;
}

static void say_what_was_done(const char *name, const InkOptions *options, InkResult *out)
{
    if (out->is_inverted)
        notices_add(&out->notices, "%s is dark on light: inverted", name);
    if (out->is_evened)
        notices_add(&out->notices,
                    "%s has an uneven ground: evened out; what is weaker than %.0f %% of its ink was dropped", name,
                    100.0 * (double)out->threshold);
    if (options->turn)
        notices_add(&out->notices, "%s was turned by %d degrees", name, options->turn);
}

// ---- a digit of 28x28 ----------------------------------------------------------------------------------------------

// A picture that is a digit already stays as it is, byte by byte: of its size, on clean black, or on clean white.
static bool take_exact(const Sheet *sheet, const InkOptions *options, InkResult *out)
{
    if (sheet->width != DIGIT_SIDE || sheet->height != DIGIT_SIDE || options->threshold > 0)
        return false;
    const bool is_light = options->invert == INK_INVERT_YES ||
                          (options->invert == INK_INVERT_AUTO && ink_is_rim_light(sheet->grey, DIGIT_SIDE, DIGIT_SIDE));
    int bare = 0, inked = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const float ink = is_light ? 1.0f - sheet->grey[i] : sheet->grey[i];
        out->pixels[i] = (uint8_t)lroundf(255.0f * ink);
        sheet->ink[i] = ink;
        bare += out->pixels[i] <= 3;
        inked += out->pixels[i] >= 64;
    }
    out->is_exact = inked > 0 && (bare * 8 >= DIGIT_PIXELS || options->invert != INK_INVERT_AUTO);
    out->is_inverted = out->is_exact && is_light;
    return out->is_exact;
}

// ---- fitting -------------------------------------------------------------------------------------------------------

typedef struct Box {
    int left, top, right, bottom; // the last two exclusive
} Box;

static Box find_box(const Sheet *sheet)
{
    Box box = {sheet->width, sheet->height, 0, 0};
    for (int y = 0; y < sheet->height; y++)
        for (int x = 0; x < sheet->width; x++)
            if (sheet->ink[y * sheet->width + x] > 0) {
                box.left = x < box.left ? x : box.left;
                box.right = x + 1 > box.right ? x + 1 : box.right;
                box.top = y < box.top ? y : box.top;
                box.bottom = y + 1;
            }
    return box;
}

// The box in the middle of a square, averaged down or enlarged to that of the raster.
static bool fit_box(const Sheet *sheet, Box box, float fine[FINE_BOX * FINE_BOX])
{
    const int width = box.right - box.left, height = box.bottom - box.top, side = width > height ? width : height;
    float *square = calloc((size_t)side * (size_t)side, sizeof *square);
    if (!square)
        return false;
    for (int y = 0; y < height; y++)
        memcpy(square + (size_t)(y + (side - height) / 2) * (size_t)side + (side - width) / 2,
               sheet->ink + (size_t)(box.top + y) * (size_t)sheet->width + box.left, (size_t)width * sizeof *square);
    resample_area(square, side, side, fine, FINE_BOX, FINE_BOX);
    free(square);
    return true;
}

// Where the box begins on the field of 28x28, in whole pixels, so that its centre of mass comes nearest to 14.
static int place(double mass, double moment)
{
    const int at = (int)lround(DIGIT_SIDE / 2 - (mass > 0 ? moment / mass : 0.5 * (BOX - 1)));
    return at < 0 ? 0 : at > DIGIT_SIDE - BOX ? DIGIT_SIDE - BOX : at;
}

static void put_on_raster(const float fine[FINE_BOX * FINE_BOX], InkResult *out)
{
    double mass = 0, x_moment = 0, y_moment = 0;
    for (int i = 0; i < FINE_BOX * FINE_BOX; i++) {
        mass += (double)fine[i];
        x_moment += (double)fine[i] * (i % FINE_BOX / INK_FINE);
        y_moment += (double)fine[i] * (i / FINE_BOX / INK_FINE);
    }
    const int left = INK_FINE * place(mass, x_moment), top = INK_FINE * place(mass, y_moment);
    for (int y = 0; y < FINE_BOX; y++)
        for (int x = 0; x < FINE_BOX; x++)
            out->raster[(top + y) * INK_RASTER_SIDE + left + x] =
                (uint8_t)lroundf(255.0f * fminf(1.0f, fmaxf(0.0f, fine[y * FINE_BOX + x])));
}

static bool fit(const Sheet *sheet, const char *name, InkResult *out, Error *error)
{
    static const char *const words = "%s: no ink is left, %.0f %% of the strongest is too high a threshold";
    float fine[FINE_BOX * FINE_BOX];
    const Box box = find_box(sheet);
    if (box.right <= box.left)
        return error_set(error, words, name, 100.0 * (double)out->threshold);
    if (!fit_box(sheet, box, fine))
        return error_set(error, "out of memory: the ink of %s", name);
    put_on_raster(fine, out);
    for (int i = 0; i < INK_RASTER_SIDE * INK_RASTER_SIDE; i++)
        if (out->raster[i])
            return true;
    return error_set(error, "%s: its ink is too little to be seen on %d by %d pixels", name, DIGIT_SIDE, DIGIT_SIDE);
}

// ---- views ---------------------------------------------------------------------------------------------------------

static void show(const Sheet *sheet, const float *values, float view[INK_VIEW_SIDE * INK_VIEW_SIDE])
{
    const int longer = sheet->width > sheet->height ? sheet->width : sheet->height;
    int width = (int)((int64_t)sheet->width * INK_VIEW_SIDE / longer),
        height = (int)((int64_t)sheet->height * INK_VIEW_SIDE / longer);
    width += width == 0;
    height += height == 0;
    float *small = malloc(sizeof *small * (size_t)width * (size_t)height);
    if (!small)
        return;
    resample_area(values, sheet->width, sheet->height, small, width, height);
    for (int i = 0; i < INK_VIEW_SIDE * INK_VIEW_SIDE; i++)
        view[i] = NAN;
    for (int y = 0; y < height; y++)
        memcpy(view + (y + (INK_VIEW_SIDE - height) / 2) * INK_VIEW_SIDE + (INK_VIEW_SIDE - width) / 2,
               small + y * width, sizeof *small * (size_t)width);
    free(small);
}

// ---- all of it -----------------------------------------------------------------------------------------------------

static bool find_digit(const InkPicture *picture, Sheet *sheet, const char *name, const InkOptions *options,
                       InkResult *out, Error *error)
{
    const bool is_seen = lay_on_ground(picture, name, sheet, out);
    turn(sheet, options->turn);
    bool good = is_seen || error_set(error, "%s: no ink is to be seen, it is transparent throughout", name);
    if (good && !take_exact(sheet, options, out))
        good = find_ink(sheet, name, options, out, error) && fit(sheet, name, out, error);
    say_what_was_done(name, options, out);
    show(sheet, sheet->grey, out->before);
    show(sheet, sheet->ink, out->after);
    return good;
}

bool ink_find(const InkPicture *picture, const char *name, const InkOptions *options, InkResult *out, Error *error)
{
    assert(picture->width >= 1 && picture->width <= INK_SIDE_MAX);
    assert(picture->height >= 1 && picture->height <= INK_SIDE_MAX);
    memset(out, 0, sizeof *out);
    Sheet sheet = {.width = picture->width, .height = picture->height};
    const size_t count = sheet_count(&sheet);
    sheet.grey = malloc(count * sizeof *sheet.grey);
    sheet.ink = calloc(count, sizeof *sheet.ink);
    sheet.mask = malloc(count);
    const bool good = sheet.grey && sheet.ink && sheet.mask ? find_digit(picture, &sheet, name, options, out, error)
                                                            : error_set(error, "out of memory: the ink of %s", name);
    sheet_free(&sheet);
    return good;
}
