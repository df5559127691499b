// Fields of a picture's settings: how it is looked at.
#include "files/capture_fields.h"

#include <string.h>

#include "state/controls.h"
#include "state/curve.h"

static const char *heat_key(int i) { return heatmap_get(i)->key; }
static const char *loss_key(int i) { return loss_get(i)->key; }
static const char *output_key(int i) { return activation_get(OUTPUT_ACTIVATION, i)->key; }
static const char *show_key(int i) { return show_as_get((ShowAs)i)->key; }
static const char *histogram_name(int i) { return histogram_key((HistogramMode)i); }

// ---- heatmaps -----------------------------------------------------------------------------------------------------

json_t *capture_write_heatmaps(const CaptureSource *source)
{
    json_t *json = json_array();
    for (int i = 0; i < HEATMAP_COUNT; i++)
        (void)json_array_append_new(json, json_string(heat_key(source->frame->look.heatmaps[i])));
    return json;
}

bool capture_read_heatmaps(const json_t *value, CaptureState *out, Error *error)
{
    if (json_array_size(value) != HEATMAP_COUNT)
        return capture_expect(value, "two heatmaps", error);
    for (int i = 0; i < HEATMAP_COUNT; i++)
        if (!capture_read_key(json_array_get(value, (size_t)i), heat_key, heatmap_count(), &out->saved.look.heatmaps[i],
                              error))
            return false;
    return true;
}

// Of those on show, and of those whose scale is not their own.
json_t *capture_write_scales(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    json_t *scales = json_object();
    for (int i = 0; i < HEATMAP_COUNT; i++)
        capture_set(scales, heat_key(look->heatmaps[i]), capture_real(look->heat_scales[look->heatmaps[i]]));
    for (int mode = 0; mode < heatmap_count(); mode++)
        if (look->heat_scales[mode] != heatmap_get(mode)->scale)
            capture_set(scales, heat_key(mode), capture_real(look->heat_scales[mode]));
    return scales;
}

bool capture_read_scales(const json_t *value, CaptureState *out, Error *error)
{
    const char *key;
    json_t *scale;
    if (!json_is_object(value))
        return capture_expect(value, "heatmaps with their scales", error);
    json_object_foreach((json_t *)value, key, scale)
    {
        const int mode = heatmap_find(key);
        if (mode < 0)
            notices_add(&out->notices, "\"heat_scale\" names \"%.40s\", which is no heatmap here", key);
        else if (!capture_read_float(scale, 1e-4, 1e4, &out->saved.look.heat_scales[mode], error))
            return false;
    }
    return true;
}

// ---- the look -----------------------------------------------------------------------------------------------------

json_t *capture_write_clipped(const CaptureSource *s) { return json_boolean(s->frame->look.is_clipped); }
json_t *capture_write_show_as(const CaptureSource *s) { return json_string(show_key((int)s->frame->look.show_as)); }
json_t *capture_write_binary(const CaptureSource *s) { return capture_real(s->frame->look.binarise); }
json_t *capture_write_histogram(const CaptureSource *s) { return json_string(histogram_key(s->frame->look.histogram)); }
json_t *capture_write_curve(const CaptureSource *s) { return json_string(curve_key(s->frame->look.curve_loss)); }

bool capture_read_clipped(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_flag(value, &out->saved.look.is_clipped, error);
}

bool capture_read_show_as(const json_t *value, CaptureState *out, Error *error)
{
    int as;
    if (!capture_read_key(value, show_key, SHOW_AS_COUNT, &as, error))
        return false;
    out->saved.look.show_as = (ShowAs)as;
    return true;
}

bool capture_read_binary(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_float(value, 0, 1, &out->saved.look.binarise, error);
}

bool capture_read_histogram(const json_t *value, CaptureState *out, Error *error)
{
    int mode;
    if (!capture_read_key(value, histogram_name, HISTOGRAM_MODE_COUNT, &mode, error))
        return false;
    out->saved.look.histogram = (HistogramMode)mode;
    return true;
}

bool capture_read_curve(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_key(value, curve_key, CURVE_COUNT, &out->saved.look.curve_loss, error);
}

json_t *capture_write_fed_back(const CaptureSource *s)
{
    const Look *look = &s->frame->look;
    return look->fed_back > 0 ? json_integer(look->fed_back) : NULL;
}

bool capture_read_fed_back(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_int(value, 1, FED_BACK_MAX, &out->saved.look.fed_back, error);
}

json_t *capture_write_wipe(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return scene_has(look->scene, SCENE_HAS_WIPE) && look->is_wiped ? capture_real(look->wipe) : NULL;
}

bool capture_read_wipe(const json_t *value, CaptureState *out, Error *error)
{
    out->saved.look.is_wiped = true;
    return capture_read_float(value, 0, 1, &out->saved.look.wipe, error);
}

static bool tells_pixel(const Look *look) { return look->is_pinned || look->scene == SCENE_INSPECT; }

json_t *capture_write_pixel(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return tells_pixel(look) ? json_pack("[i, i]", look->pixel / DIGIT_SIDE, look->pixel % DIGIT_SIDE) : NULL;
}

bool capture_read_pixel(const json_t *value, CaptureState *out, Error *error)
{
    int at[2];
    if (!capture_read_pair(value, 0, DIGIT_SIDE - 1, at, error))
        return false;
    out->saved.look.pixel = at[0] * DIGIT_SIDE + at[1];
    return true;
}

// How the pixel came to be the one.
static const char *const pixel_choices[] = {"follows", "found", "pinned", "pinned at first sight"};
enum { PIXEL_FOUND = 1, PIXEL_PINNED = 2, PIXEL_CHOICES = 4 };
static const char *pixel_choice(int i) { return pixel_choices[i]; }

json_t *capture_write_pixel_choice(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    const int choice = (look->seeks_pixel ? PIXEL_FOUND : 0) + (look->is_pinned ? PIXEL_PINNED : 0);
    return tells_pixel(look) ? json_string(pixel_choice(choice)) : NULL;
}

bool capture_read_pixel_choice(const json_t *value, CaptureState *out, Error *error)
{
    int choice;
    if (!capture_read_key(value, pixel_choice, PIXEL_CHOICES, &choice, error))
        return false;
    out->saved.look.seeks_pixel = (choice & PIXEL_FOUND) != 0;
    out->saved.look.is_pinned = (choice & PIXEL_PINNED) != 0;
    return true;
}

json_t *capture_write_target(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return look->t >= 0.0f ? capture_real(look->t) : NULL;
}

bool capture_read_target(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_float(value, 0, 1, &out->saved.look.t, error);
}

json_t *capture_write_brush(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return look->brush_first <= look->brush_last ? json_pack("[i, i]", look->brush_first, look->brush_last) : NULL;
}

bool capture_read_brush(const json_t *value, CaptureState *out, Error *error)
{
    int bins[2];
    if (!capture_read_pair(value, 0, HISTOGRAM_BINS - 1, bins, error))
        return false;
    if (bins[0] > bins[1])
        return capture_expect(value, "two bins of the histogram, the first not behind the second", error);
    out->saved.look.brush_first = bins[0];
    out->saved.look.brush_last = bins[1];
    return true;
}

// ---- the matrix ---------------------------------------------------------------------------------------------------

static json_t *list_bits(unsigned bits, CaptureKey *key, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        if (bits >> i & 1)
            (void)json_array_append_new(list, json_string(key(i)));
    return list;
}

static bool read_bits(const json_t *value, CaptureKey *key, int count, unsigned *out, Error *error)
{
    unsigned bits = 0;
    if (json_array_size(value) == 0)
        return capture_expect(value, "a list of names", error);
    for (size_t i = 0; i < json_array_size(value); i++) {
        int index;
        if (!capture_read_key(json_array_get(value, i), key, count, &index, error))
            return false;
        bits |= 1u << index;
    }
    *out = bits;
    return true;
}

// What of the window is left out.
json_t *capture_write_hide(const CaptureSource *s)
{
    return s->frame->look.hidden ? list_bits(s->frame->look.hidden, control_key, CONTROL_COUNT) : NULL;
}

bool capture_read_hide(const json_t *value, CaptureState *out, Error *error)
{
    return read_bits(value, control_key, CONTROL_COUNT, &out->saved.look.hidden, error);
}

// In other views where it is not what it is at first.
// What cells show, where that is no heatmap.
static const char outputs_key[] = "output", noisy_key[] = "noisy";

static const char *shown_key(const Look *look)
{
    return look->matrix_shows_map ? heat_key(look->heatmaps[0]) : look->matrix_shows_noisy ? noisy_key : outputs_key;
}

json_t *capture_write_matrix(const CaptureSource *source)
{
    const Look *look = &source->frame->look, first = look_default();
    if (look->scene != SCENE_MATRIX && look->matrix_outputs == first.matrix_outputs &&
        look->matrix_losses == first.matrix_losses && !look->matrix_shows_map && !look->matrix_shows_noisy)
        return NULL;
    return json_pack("{s:o, s:o, s:s}", "outputs", list_bits(look->matrix_outputs, output_key, OUTPUT_COUNT), "losses",
                     list_bits(look->matrix_losses, loss_key, LOSS_COUNT), "shows", shown_key(look));
}

bool capture_read_matrix(const json_t *value, CaptureState *out, Error *error)
{
    Look *look = &out->saved.look;
    const char *shows = json_string_value(json_object_get(value, "shows"));
    if (!shows || (strcmp(shows, outputs_key) != 0 && strcmp(shows, noisy_key) != 0 && heatmap_find(shows) < 0))
        return capture_expect(value, "outputs, losses and what the matrix shows", error);
    look->matrix_shows_noisy = strcmp(shows, noisy_key) == 0;
    look->matrix_shows_map = !look->matrix_shows_noisy && strcmp(shows, outputs_key) != 0;
    return read_bits(json_object_get(value, "outputs"), output_key, OUTPUT_COUNT, &look->matrix_outputs, error) &&
           read_bits(json_object_get(value, "losses"), loss_key, LOSS_COUNT, &look->matrix_losses, error);
}
