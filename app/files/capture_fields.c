// The fields of a picture's settings: how each is written and read back.
#include "files/capture_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "files/report_json.h"
#include "state/presets.h"
#include "state/words.h"

enum { EPOCHS_MAX = 1000000, SIDE_LEAST = 64, SIDE_MOST = 16384 };

static const char program[] = "losslens ";

static void set(json_t *object, const char *key, json_t *value) { (void)json_object_set_new(object, key, value); }
static json_t *real(float value) { return json_real((double)value); }

// ---- rows of the tables, by their keys ----------------------------------------------------------------------------

static const char *scene_key(int i) { return scene_get((Scene)i)->key; }
static const char *heat_key(int i) { return heatmap_get(i)->key; }
static const char *loss_key(int i) { return loss_get(i)->key; }
static const char *output_key(int i) { return activation_get(OUTPUT_ACTIVATION, i)->key; }
static const char *histogram_name(int i) { return histogram_key((HistogramMode)i); }
static const char *theme_key(int i) { return theme_get((ThemeKind)i)->key; }
static const char *pace_key(int i) { return pace_label((Pace)i); }
static const char *preset_key(int i) { return preset_get(i)->key; }
static const char *popup_name(int i) { return popup_key((Popup)i); }
static const char *claim_key(int i) { return claim_get(i)->key; }
static const char *term_key(int i) { return words_get(i)->key; }

// ---- program, view ------------------------------------------------------------------------------------------------

static json_t *write_program(const CaptureSource *source)
{
    (void)source;
    return json_sprintf("%s%s", program, LOSSLENS_VERSION);
}

static bool read_program(const json_t *value, CaptureState *out, Error *error)
{
    const char *text = json_string_value(value);
    if (!text || strncmp(text, program, sizeof program - 1) != 0)
        return capture_expect(value, "\"losslens\" and its version", error);
    if (strcmp(text + sizeof program - 1, LOSSLENS_VERSION) != 0)
        notices_add(&out->notices, "the picture was made by %.40s, and this is losslens %s: it may look another way",
                    text, LOSSLENS_VERSION);
    return true;
}

static json_t *write_view(const CaptureSource *s) { return json_string(scene_key((int)s->frame->look.scene)); }

static bool read_view(const json_t *value, CaptureState *out, Error *error)
{
    int scene;
    if (!capture_read_key(value, scene_key, SCENE_COUNT, &scene, error))
        return false;
    out->saved.look.scene = (Scene)scene;
    return true;
}

// ---- data ---------------------------------------------------------------------------------------------------------

static json_t *write_data(const CaptureSource *source)
{
    const Frame *frame = source->frame;
    char path[PATH_MAX];
    json_t *json = json_pack("{s:o, s:i, s:i}", "name", report_text(frame->dataset_name), "train", frame->train_count,
                             "test", frame->test_count);
    if (frame->is_builtin) {
        set(json, "seed", json_integer(BUILTIN_SEED));
    } else if (frame->data_path) {
        capture_fold_home(frame->data_path, path);
        set(json, "path", report_text(path));
    }
    if (frame->sums) {
        set(json, "train_sha256", json_string(frame->sums->train));
        set(json, "test_sha256", json_string(frame->sums->test));
    }
    const DatasetOptions *reading = &frame->data_reading;
    if (reading->turn != TURN_AUTO)
        set(json, "turn", json_string(image_turn_key(reading->turn)));
    if (reading->invert)
        set(json, "invert", json_true());
    if (reading->scale_max > 0)
        set(json, "scale_max", json_real((double)reading->scale_max));
    if (frame->limit > 0)
        set(json, "limit", json_integer(frame->limit));
    if (frame->is_in_order)
        set(json, "in_order", json_true());
    return json;
}

static const char *turn_key(int turn) { return image_turn_key((ImageTurn)turn); }

// How the data set was read.
static bool read_reading(const json_t *value, DatasetOptions *out, Error *error)
{
    const json_t *turn = json_object_get(value, "turn"), *invert = json_object_get(value, "invert"),
                 *scale = json_object_get(value, "scale_max");
    int key = TURN_AUTO;
    if ((turn && !capture_read_key(turn, turn_key, TURN_COUNT, &key, error)) ||
        (invert && !capture_read_flag(invert, &out->invert, error)))
        return false;
    if (scale && !(json_number_value(scale) >= 0.001 && json_number_value(scale) <= 4294967295.0))
        return capture_expect(scale, "the number that is white in the data set", error);
    out->turn = (ImageTurn)key;
    out->scale_max = (float)json_number_value(scale);
    return true;
}

static json_t *write_notices(const CaptureSource *source) { return report_notices(source->frame->notices); }

static bool read_data(const json_t *value, CaptureState *out, Error *error)
{
    CaptureData *data = &out->data;
    const char *name = json_string_value(json_object_get(value, "name")),
               *path = json_string_value(json_object_get(value, "path"));
    const json_t *train = json_object_get(value, "train_sha256"), *test = json_object_get(value, "test_sha256"),
                 *limit = json_object_get(value, "limit"), *order = json_object_get(value, "in_order"),
                 *seed = json_object_get(value, "seed");
    if (!name || strlen(name) >= sizeof data->name || (path && strlen(path) >= sizeof data->path))
        return capture_expect(value, "a data set with its name", error);
    strcpy(data->name, name);
    error_clean_text(data->name);
    data->is_builtin = seed != NULL;
    if (seed && json_integer_value(seed) != BUILTIN_SEED)
        return capture_expect(seed, "the seed of the built-in digits, 1", error);
    if (path)
        capture_unfold_home(path, data->path);
    return capture_read_int(json_object_get(value, "train"), 1, INT32_MAX, &data->train_count, error) &&
           capture_read_int(json_object_get(value, "test"), 1, INT32_MAX, &data->test_count, error) &&
           (!train || capture_read_sum(train, data->sums.train, error)) &&
           (!test || capture_read_sum(test, data->sums.test, error)) && read_reading(value, &data->reading, error) &&
           (!limit || capture_read_int(limit, 1, INT32_MAX, &data->limit, error)) &&
           (!order || capture_read_flag(order, &data->is_in_order, error));
}

static json_t *write_first(const CaptureSource *source) { return json_integer(source->frame->first); }
static json_t *write_shuffled(const CaptureSource *source) { return json_boolean(source->frame->is_shuffled); }

static json_t *write_page(const CaptureSource *source)
{
    return json_pack("{s:i, s:i}", "first", source->frame->page_first, "shuffle", source->frame->page_shuffle);
}

static bool read_page(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_int(json_object_get(value, "first"), 0, INT32_MAX, &out->saved.page_first, error) &&
           capture_read_int(json_object_get(value, "shuffle"), 0, INT32_MAX, &out->saved.page_shuffle, error);
}

static json_t *write_digits(const CaptureSource *source)
{
    json_t *digits = json_array();
    for (int cell = 0; cell < source->frame->page_count; cell++)
        (void)json_array_append_new(digits, json_integer(source->frame->indices[cell]));
    return digits;
}

static json_t *write_digit(const CaptureSource *source) { return json_integer(source->frame->look.digit); }

static bool read_digit(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_int(value, -1, INT32_MAX, &out->saved.look.digit, error);
}

// ---- heatmaps -----------------------------------------------------------------------------------------------------

static json_t *write_heatmaps(const CaptureSource *source)
{
    json_t *json = json_array();
    for (int i = 0; i < HEATMAP_COUNT; i++)
        (void)json_array_append_new(json, json_string(heat_key(source->frame->look.heatmaps[i])));
    return json;
}

static bool read_heatmaps(const json_t *value, CaptureState *out, Error *error)
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
static json_t *write_scales(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    json_t *scales = json_object();
    for (int i = 0; i < HEATMAP_COUNT; i++)
        set(scales, heat_key(look->heatmaps[i]), real(look->heat_scales[look->heatmaps[i]]));
    for (int mode = 0; mode < heatmap_count(); mode++)
        if (look->heat_scales[mode] != heatmap_get(mode)->scale)
            set(scales, heat_key(mode), real(look->heat_scales[mode]));
    return scales;
}

static bool read_scales(const json_t *value, CaptureState *out, Error *error)
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

static json_t *write_clipped(const CaptureSource *s) { return json_boolean(s->frame->look.is_clipped); }
static json_t *write_epochs(const CaptureSource *s) { return json_integer(s->frame->epochs); }
static json_t *write_binary(const CaptureSource *s) { return real(s->frame->look.binarise); }
static json_t *write_histogram(const CaptureSource *s) { return json_string(histogram_key(s->frame->look.histogram)); }
static json_t *write_curve(const CaptureSource *s) { return json_string(loss_key(s->frame->look.curve_loss)); }

static bool read_clipped(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_flag(value, &out->saved.look.is_clipped, error);
}

static bool read_epochs(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_int(value, 0, EPOCHS_MAX, &out->saved.epochs, error);
}

static bool read_binary(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_float(value, 0, 1, &out->saved.look.binarise, error);
}

static bool read_histogram(const json_t *value, CaptureState *out, Error *error)
{
    int mode;
    if (!capture_read_key(value, histogram_name, HISTOGRAM_MODE_COUNT, &mode, error))
        return false;
    out->saved.look.histogram = (HistogramMode)mode;
    return true;
}

static bool read_curve(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_key(value, loss_key, LOSS_COUNT, &out->saved.look.curve_loss, error);
}

static json_t *write_wipe(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return scene_has(look->scene, SCENE_HAS_WIPE) && look->is_wiped ? real(look->wipe) : NULL;
}

static bool read_wipe(const json_t *value, CaptureState *out, Error *error)
{
    out->saved.look.is_wiped = true;
    return capture_read_float(value, 0, 1, &out->saved.look.wipe, error);
}

static bool tells_pixel(const Look *look) { return look->is_pinned || look->scene == SCENE_INSPECT; }

static json_t *write_pixel(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return tells_pixel(look) ? json_pack("[i, i]", look->pixel / DIGIT_SIDE, look->pixel % DIGIT_SIDE) : NULL;
}

static bool read_pixel(const json_t *value, CaptureState *out, Error *error)
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

static json_t *write_pixel_choice(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    const int choice = (look->seeks_pixel ? PIXEL_FOUND : 0) + (look->is_pinned ? PIXEL_PINNED : 0);
    return tells_pixel(look) ? json_string(pixel_choice(choice)) : NULL;
}

static bool read_pixel_choice(const json_t *value, CaptureState *out, Error *error)
{
    int choice;
    if (!capture_read_key(value, pixel_choice, PIXEL_CHOICES, &choice, error))
        return false;
    out->saved.look.seeks_pixel = (choice & PIXEL_FOUND) != 0;
    out->saved.look.is_pinned = (choice & PIXEL_PINNED) != 0;
    return true;
}

static json_t *write_target(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return look->scene == SCENE_INSPECT && look->t >= 0.0f ? real(look->t) : NULL;
}

static bool read_target(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_float(value, 0, 1, &out->saved.look.t, error);
}

static json_t *write_brush(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return look->brush_first <= look->brush_last ? json_pack("[i, i]", look->brush_first, look->brush_last) : NULL;
}

static bool read_brush(const json_t *value, CaptureState *out, Error *error)
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
        return capture_expect(value, "a list of rows or columns", error);
    for (size_t i = 0; i < json_array_size(value); i++) {
        int index;
        if (!capture_read_key(json_array_get(value, i), key, count, &index, error))
            return false;
        bits |= 1u << index;
    }
    *out = bits;
    return true;
}

// In other views where it is not what it is at first.
static json_t *write_matrix(const CaptureSource *source)
{
    const Look *look = &source->frame->look, first = look_default();
    if (look->scene != SCENE_MATRIX && look->matrix_outputs == first.matrix_outputs &&
        look->matrix_losses == first.matrix_losses && !look->matrix_shows_map)
        return NULL;
    return json_pack("{s:o, s:o, s:s}", "outputs", list_bits(look->matrix_outputs, output_key, OUTPUT_COUNT), "losses",
                     list_bits(look->matrix_losses, loss_key, LOSS_COUNT), "shows",
                     look->matrix_shows_map ? heat_key(look->heatmaps[0]) : "output");
}

static bool read_matrix(const json_t *value, CaptureState *out, Error *error)
{
    Look *look = &out->saved.look;
    const char *shows = json_string_value(json_object_get(value, "shows"));
    if (!shows || (strcmp(shows, "output") != 0 && heatmap_find(shows) < 0))
        return capture_expect(value, "outputs, losses and what the matrix shows", error);
    look->matrix_shows_map = strcmp(shows, "output") != 0;
    return read_bits(json_object_get(value, "outputs"), output_key, OUTPUT_COUNT, &look->matrix_outputs, error) &&
           read_bits(json_object_get(value, "losses"), loss_key, LOSS_COUNT, &look->matrix_losses, error);
}

// ---- time, set-ups, lessons ---------------------------------------------------------------------------------------

static json_t *write_newest(const CaptureSource *s)
{
    return s->frame->is_past ? json_integer(s->frame->newest_step) : NULL;
}
static json_t *write_past(const CaptureSource *s)
{
    return s->frame->is_past ? json_integer(s->frame->look.past_step) : NULL;
}

static bool read_past(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_whole(value, 0, INT32_MAX, &out->saved.look.past_step, error);
}

static json_t *write_preset(const CaptureSource *s)
{
    return s->frame->preset >= 0 ? json_string(preset_key(s->frame->preset)) : NULL;
}

static bool read_preset(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_key(value, preset_key, preset_count(), &out->saved.preset, error);
}

static json_t *write_lesson(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return source->frame->lesson.step ? json_pack("[i, i]", look->lesson + 1, look->lesson_step + 1) : NULL;
}

static bool read_lesson(const json_t *value, CaptureState *out, Error *error)
{
    int at[2];
    if (!capture_read_pair(value, 1, 99, at, error))
        return false;
    if (at[0] > LESSON_COUNT || at[1] > lesson_get(at[0] - 1)->step_count)
        return capture_expect(value, "a lesson and one of its cards", error);
    out->saved.look.lesson = at[0] - 1;
    out->saved.look.lesson_step = at[1] - 1;
    return true;
}

static const char *const lesson_pixels[] = {"card", "moved"};
static const char *lesson_pixel(int i) { return lesson_pixels[i]; }

static json_t *write_lesson_pixel(const CaptureSource *source)
{
    const LessonCard *card = &source->frame->lesson;
    return card->step && card->has_pixel ? json_string(lesson_pixel(card->is_pixel_moved)) : NULL;
}

static bool read_lesson_pixel(const json_t *value, CaptureState *out, Error *error)
{
    int moved;
    if (!capture_read_key(value, lesson_pixel, 2, &moved, error))
        return false;
    out->saved.has_lesson_pixel = true;
    out->saved.is_lesson_pixel_moved = moved == 1;
    return true;
}

// ---- the window ---------------------------------------------------------------------------------------------------

static json_t *write_theme(const CaptureSource *source)
{
    return json_string(theme_key((int)(source->figure ? source->figure->theme : source->frame->theme)));
}

static bool read_theme(const json_t *value, CaptureState *out, Error *error)
{
    int theme;
    if (!capture_read_key(value, theme_key, THEME_COUNT, &theme, error))
        return false;
    out->theme = out->figure.theme = (ThemeKind)theme;
    return true;
}

static json_t *write_pad_brush(const CaptureSource *s) { return real(2 * s->frame->pad->brush); }

static bool read_pad_brush(const json_t *value, CaptureState *out, Error *error)
{
    if (!capture_read_float(value, 0.1, 28, &out->saved.brush, error))
        return false;
    out->saved.brush /= 2;
    return true;
}

static json_t *write_centred(const CaptureSource *s) { return json_boolean(s->frame->pad->is_centred); }

static bool read_centred(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_flag(value, &out->saved.is_centred, error);
}

static json_t *write_pace(const CaptureSource *s)
{
    return s->frame->pace != PACE_FULL ? json_string(pace_key((int)s->frame->pace)) : NULL;
}

static bool read_pace(const json_t *value, CaptureState *out, Error *error)
{
    int pace;
    if (!capture_read_key(value, pace_key, PACE_COUNT, &pace, error))
        return false;
    out->saved.pace = (Pace)pace;
    return true;
}

static json_t *write_paused(const CaptureSource *s) { return s->frame->is_playing ? NULL : json_true(); }

static bool read_paused(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_flag(value, &out->saved.is_paused, error);
}

// What lies over it, with the word or the claim that it is open at.
static json_t *write_popup(const CaptureSource *source)
{
    const Frame *frame = source->frame;
    if (frame->popup == POPUP_NONE || source->figure)
        return NULL;
    json_t *json = json_pack("[s]", popup_key(frame->popup));
    if (frame->popup == POPUP_GLOSSARY)
        (void)json_array_append_new(json, json_string(term_key(frame->glossary)));
    if (frame->popup == POPUP_CLAIM)
        (void)json_array_append_new(json, json_string(claim_key(frame->claim)));
    return json;
}

static bool read_popup(const json_t *value, CaptureState *out, Error *error)
{
    int popup;
    SavedState *saved = &out->saved;
    const json_t *at = json_array_get(value, 1);
    if (!capture_read_key(json_array_get(value, 0), popup_name, POPUP_COUNT, &popup, error))
        return false;
    saved->popup = (Popup)popup;
    if (popup == POPUP_GLOSSARY)
        return capture_read_key(at, term_key, words_term_count(), &saved->glossary, error);
    return popup != POPUP_CLAIM || capture_read_key(at, claim_key, CLAIM_COUNT, &saved->claim, error);
}

static json_t *write_window(const CaptureSource *source)
{
    const CaptureWindow *window = source->window;
    return json_pack("{s:[i, i], s:o, s:o}", "size", window->width, window->height, "display_scale",
                     real(window->display_scale), "scale", real(window->user_scale));
}

static bool read_window(const json_t *value, CaptureState *out, Error *error)
{
    int size[2];
    if (!capture_read_pair(json_object_get(value, "size"), SIDE_LEAST, SIDE_MOST, size, error))
        return false;
    out->window.width = size[0];
    out->window.height = size[1];
    return capture_read_float(json_object_get(value, "display_scale"), 0.25, 8, &out->window.display_scale, error) &&
           capture_read_float(json_object_get(value, "scale"), 0.25, 16, &out->window.user_scale, error);
}

static json_t *write_figure(const CaptureSource *source)
{
    const CaptureFigure *figure = source->figure;
    return figure ? json_pack("{s:o, s:b, s:[i, i]}", "title", report_text(figure->title), "has_own_title",
                              figure->has_own_title, "size", figure->width, figure->height)
                  : NULL;
}

static bool read_figure(const json_t *value, CaptureState *out, Error *error)
{
    int size[2];
    CaptureFigure *figure = &out->figure;
    const char *title = json_string_value(json_object_get(value, "title"));
    if (!title || strlen(title) >= sizeof figure->title)
        return capture_expect(value, "a figure with its title", error);
    strcpy(figure->title, title);
    error_clean_text(figure->title);
    if (!capture_read_pair(json_object_get(value, "size"), SIDE_LEAST, SIDE_MOST, size, error))
        return false;
    out->is_figure = true;
    figure->width = size[0];
    figure->height = size[1];
    return capture_read_flag(json_object_get(value, "has_own_title"), &figure->has_own_title, error);
}

// ---- the table ----------------------------------------------------------------------------------------------------

static const CaptureField fields[] = {
    {"program", write_program, read_program},
    {"view", write_view, read_view},
    {"data", write_data, read_data},
    {"notices", write_notices, NULL},
    {"first_digit", write_first, NULL},
    {"shuffled", write_shuffled, NULL},
    {"heatmaps", write_heatmaps, read_heatmaps},
    {"heat_scale", write_scales, read_scales},
    {"clipped", write_clipped, read_clipped},
    {"epochs", write_epochs, read_epochs},
    {"binary", write_binary, read_binary},
    {"histogram", write_histogram, read_histogram},
    {"curve", write_curve, read_curve},
    {"digits", write_digits, NULL},
    {"page", write_page, read_page},
    {"digit", write_digit, read_digit},
    {"theme", write_theme, read_theme},
    {"pad", capture_write_pad, capture_read_pad},
    {"drawing", capture_write_drawing, capture_read_drawing},
    {"pad_brush", write_pad_brush, read_pad_brush},
    {"pad_centred", write_centred, read_centred},
    {"newest_step", write_newest, NULL},
    {"past_step", write_past, read_past},
    {"preset", write_preset, read_preset},
    {"lesson", write_lesson, read_lesson},
    {"lesson_pixel", write_lesson_pixel, read_lesson_pixel},
    {"wipe", write_wipe, read_wipe},
    {"pixel", write_pixel, read_pixel},
    {"pixel_is", write_pixel_choice, read_pixel_choice},
    {"target", write_target, read_target},
    {"brush_bins", write_brush, read_brush},
    {"matrix", write_matrix, read_matrix},
    {"pace", write_pace, read_pace},
    {"paused", write_paused, read_paused},
    {"popup", write_popup, read_popup},
    {"window", write_window, read_window},
    {"a", capture_write_a, capture_read_a},
    {"b", capture_write_b, capture_read_b},
    {"hidden", capture_write_hidden, capture_read_hidden},
    {"others", capture_write_others, capture_read_others},
    {"figure", write_figure, read_figure},
};

const CaptureField *capture_fields(int *count)
{
    *count = sizeof fields / sizeof *fields;
    return fields;
}
