// Fields of a picture's settings: moment, set-up and lesson, the window and what lies over it, the figure.
#include "files/capture_fields.h"

#include <string.h>

#include "files/report_json.h"
#include "state/presets.h"
#include "state/words.h"

enum { EPOCHS_MAX = 1000000, SIDE_LEAST = 64, SIDE_MOST = 16384 };

static const char *theme_key(int i) { return theme_get((ThemeKind)i)->key; }
static const char *pace_key(int i) { return pace_label((Pace)i); }
static const char *preset_key(int i) { return preset_get(i)->key; }
static const char *popup_name(int i) { return popup_key((Popup)i); }
static const char *claim_key(int i) { return saying_get(i).key; }
static const char *term_key(int i) { return words_get(i)->key; }

// ---- time, set-ups, lessons ---------------------------------------------------------------------------------------

json_t *capture_write_epochs(const CaptureSource *s) { return json_integer(s->frame->epochs); }

bool capture_read_epochs(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_int(value, 0, EPOCHS_MAX, &out->saved.epochs, error);
}

json_t *capture_write_newest(const CaptureSource *s)
{
    return s->frame->is_past ? json_integer(s->frame->newest_step) : NULL;
}
json_t *capture_write_past(const CaptureSource *s)
{
    return s->frame->is_past ? json_integer(s->frame->look.past_step) : NULL;
}

bool capture_read_past(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_whole(value, 0, INT32_MAX, &out->saved.look.past_step, error);
}

json_t *capture_write_preset(const CaptureSource *s)
{
    return s->frame->preset >= 0 ? json_string(preset_key(s->frame->preset)) : NULL;
}

bool capture_read_preset(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_key(value, preset_key, preset_count(), &out->saved.preset, error);
}

json_t *capture_write_lesson(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return source->frame->lesson.step ? json_pack("[i, i]", look->lesson + 1, look->lesson_step + 1) : NULL;
}

bool capture_read_lesson(const json_t *value, CaptureState *out, Error *error)
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

json_t *capture_write_lesson_pixel(const CaptureSource *source)
{
    const LessonCard *card = &source->frame->lesson;
    return card->step && card->has_pixel ? json_string(lesson_pixel(card->is_pixel_moved)) : NULL;
}

bool capture_read_lesson_pixel(const json_t *value, CaptureState *out, Error *error)
{
    int moved;
    if (!capture_read_key(value, lesson_pixel, 2, &moved, error))
        return false;
    out->saved.has_lesson_pixel = true;
    out->saved.is_lesson_pixel_moved = moved == 1;
    return true;
}

// ---- the window ---------------------------------------------------------------------------------------------------

json_t *capture_write_theme(const CaptureSource *source)
{
    return json_string(theme_key((int)(source->figure ? source->figure->theme : source->frame->theme)));
}

bool capture_read_theme(const json_t *value, CaptureState *out, Error *error)
{
    int theme;
    if (!capture_read_key(value, theme_key, THEME_COUNT, &theme, error))
        return false;
    out->theme = out->figure.theme = (ThemeKind)theme;
    return true;
}

json_t *capture_write_pad_brush(const CaptureSource *s) { return capture_real(2 * s->frame->pad->brush); }

bool capture_read_pad_brush(const json_t *value, CaptureState *out, Error *error)
{
    if (!capture_read_float(value, 0.1, 28, &out->saved.brush, error))
        return false;
    out->saved.brush /= 2;
    return true;
}

json_t *capture_write_centred(const CaptureSource *s) { return json_boolean(s->frame->pad->is_centred); }

bool capture_read_centred(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_flag(value, &out->saved.is_centred, error);
}

json_t *capture_write_pace(const CaptureSource *s)
{
    return s->frame->pace != PACE_FULL ? json_string(pace_key((int)s->frame->pace)) : NULL;
}

bool capture_read_pace(const json_t *value, CaptureState *out, Error *error)
{
    int pace;
    if (!capture_read_key(value, pace_key, PACE_COUNT, &pace, error))
        return false;
    out->saved.pace = (Pace)pace;
    return true;
}

json_t *capture_write_paused(const CaptureSource *s) { return s->frame->is_playing ? NULL : json_true(); }

bool capture_read_paused(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_flag(value, &out->saved.is_paused, error);
}

// What lies over it, with the word or the claim that it is open at.
json_t *capture_write_popup(const CaptureSource *source)
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

bool capture_read_popup(const json_t *value, CaptureState *out, Error *error)
{
    int popup;
    SavedState *saved = &out->saved;
    const json_t *at = json_array_get(value, 1);
    if (!capture_read_key(json_array_get(value, 0), popup_name, POPUP_COUNT, &popup, error))
        return false;
    saved->popup = (Popup)popup;
    if (popup == POPUP_GLOSSARY)
        return capture_read_key(at, term_key, words_term_count(), &saved->glossary, error);
    return popup != POPUP_CLAIM || capture_read_key(at, claim_key, SAYING_COUNT, &saved->claim, error);
}

json_t *capture_write_window(const CaptureSource *source)
{
    const CaptureWindow *window = source->window;
    return json_pack("{s:[i, i], s:o, s:o}", "size", window->width, window->height, "display_scale",
                     capture_real(window->display_scale), "scale", capture_real(window->user_scale));
}

bool capture_read_window(const json_t *value, CaptureState *out, Error *error)
{
    int size[2];
    if (!capture_read_pair(json_object_get(value, "size"), SIDE_LEAST, SIDE_MOST, size, error))
        return false;
    out->window.width = size[0];
    out->window.height = size[1];
    return capture_read_float(json_object_get(value, "display_scale"), 0.25, 8, &out->window.display_scale, error) &&
           capture_read_float(json_object_get(value, "scale"), 0.25, 16, &out->window.user_scale, error);
}

json_t *capture_write_figure(const CaptureSource *source)
{
    const CaptureFigure *figure = source->figure;
    return figure ? json_pack("{s:o, s:b, s:[i, i]}", "title", report_text(figure->title), "has_own_title",
                              figure->has_own_title, "size", figure->width, figure->height)
                  : NULL;
}

bool capture_read_figure(const json_t *value, CaptureState *out, Error *error)
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
