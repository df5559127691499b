// A picture's settings as a whole: the table's fields one after the other, and the values that fields are made of.
#include "files/capture_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/capture_fields.h"
#include "files/capture_text.h"

// ---- writing ------------------------------------------------------------------------------------------------------

void capture_set(json_t *object, const char *key, json_t *value) { (void)json_object_set_new(object, key, value); }

json_t *capture_real(float value) { return json_real((double)value); }

json_t *capture_settings(const Frame *frame, const CaptureWindow *window, const CaptureFigure *figure)
{
    int count;
    const CaptureField *fields = capture_fields(&count);
    const CaptureSource source = {frame, window, figure};
    json_t *json = json_object();
    for (int i = 0; i < count; i++) {
        json_t *value = fields[i].write(&source);
        if (value)
            (void)json_object_set_new(json, fields[i].key, value);
    }
    return json;
}

char *capture_settings_text(const Frame *frame, const CaptureWindow *window, const CaptureFigure *figure)
{
    return json_memory_format(capture_settings(frame, window, figure),
                              JSON_COMPACT | JSON_REAL_PRECISION(9) | JSON_ENSURE_ASCII);
}

// ---- paths --------------------------------------------------------------------------------------------------------

static const char *find_home(size_t *length)
{
    const char *home = getenv("HOME");
    *length = home ? strlen(home) : 0;
    while (*length > 0 && home[*length - 1] == '/')
        (*length)--;
    return *length > 0 && home[0] == '/' ? home : NULL;
}

void capture_fold_home(const char *path, char text[PATH_MAX])
{
    size_t length;
    const char *home = find_home(&length);
    const bool is_below = home && strncmp(path, home, length) == 0 && (path[length] == '/' || !path[length]);
    (void)snprintf(text, PATH_MAX, "%s%s", is_below ? "~" : "", path + (is_below ? length : 0));
}

void capture_unfold_home(const char *text, char path[PATH_MAX])
{
    size_t length;
    const char *home = find_home(&length);
    const bool is_below = home && text[0] == '~' && (text[1] == '/' || !text[1]);
    const int needed = is_below ? snprintf(path, PATH_MAX, "%.*s%s", (int)length, home, text + 1)
                                : snprintf(path, PATH_MAX, "%s", text);
    if (needed < 0 || needed >= PATH_MAX)
        path[0] = 0;
}

// ---- values -------------------------------------------------------------------------------------------------------

bool capture_expect(const json_t *found, const char *expected, Error *error)
{
    static const char *const kinds[] = {[JSON_OBJECT] = "an object",
                                        [JSON_ARRAY] = "a list",
                                        [JSON_TRUE] = "true",
                                        [JSON_FALSE] = "false",
                                        [JSON_NULL] = "null"};
    if (!found)
        return error_set(error, "expected %s, found nothing", expected);
    if (json_is_string(found))
        return error_set(error, "expected %s, found \"%.60s\"", expected, json_string_value(found));
    if (json_is_number(found))
        return error_set(error, "expected %s, found %.9g", expected, json_number_value(found));
    return error_set(error, "expected %s, found %s", expected, kinds[json_typeof(found)]);
}

bool capture_read_key(const json_t *value, CaptureKey *key, int count, int *out, Error *error)
{
    char expected[800] = "one of";
    const char *text = json_string_value(value);
    for (int i = 0; i < count; i++)
        if (text && strcmp(key(i), text) == 0) {
            *out = i;
            return true;
        }
    for (int i = 0; i < count; i++) {
        const size_t used = strlen(expected);
        (void)snprintf(expected + used, sizeof expected - used, "%s %s", i ? "," : "", key(i));
    }
    return capture_expect(value, expected, error);
}

bool capture_read_whole(const json_t *value, int64_t low, int64_t high, int64_t *out, Error *error)
{
    char expected[80];
    (void)snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)low, (long long)high);
    if (!json_is_integer(value) || json_integer_value(value) < low || json_integer_value(value) > high)
        return capture_expect(value, expected, error);
    *out = json_integer_value(value);
    return true;
}

bool capture_read_int(const json_t *value, int low, int high, int *out, Error *error)
{
    int64_t whole = 0;
    if (!capture_read_whole(value, low, high, &whole, error))
        return false;
    *out = (int)whole;
    return true;
}

bool capture_read_float(const json_t *value, double low, double high, float *out, Error *error)
{
    char expected[80];
    const double number = json_number_value(value);
    (void)snprintf(expected, sizeof expected, "a number from %g to %g", low, high);
    if (!json_is_number(value) || !(number >= low && number <= high))
        return capture_expect(value, expected, error);
    *out = (float)number;
    return true;
}

bool capture_read_flag(const json_t *value, bool *out, Error *error)
{
    *out = json_is_true(value);
    return json_is_boolean(value) || capture_expect(value, "true or false", error);
}

bool capture_read_pair(const json_t *value, int low, int high, int out[2], Error *error)
{
    if (json_array_size(value) != 2)
        return capture_expect(value, "a list of two numbers", error);
    return capture_read_int(json_array_get(value, 0), low, high, &out[0], error) &&
           capture_read_int(json_array_get(value, 1), low, high, &out[1], error);
}

bool capture_read_sum(const json_t *value, char out[65], Error *error)
{
    const char *text = json_string_value(value);
    if (!text || strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
        return capture_expect(value, "64 hexadecimal digits", error);
    memcpy(out, text, 65);
    return true;
}

// ---- reading ------------------------------------------------------------------------------------------------------

// What holds where a picture does not say it: those of older versions say less.
static void fill_defaults(CaptureState *out)
{
    memset(out, 0, sizeof *out);
    SavedState *saved = &out->saved;
    (void)spec_parse(&saved->specs[SIDE_A], "loss=bce,output=sigmoid", NULL);
    (void)spec_parse(&saved->specs[SIDE_B], "loss=mse,output=sigmoid", NULL);
    saved->look = look_default();
    saved->look.seeks_pixel = true;
    saved->preset = -1;
    saved->is_centred = true;
    saved->brush = PAD_BRUSH_FIRST;
    saved->pad.source = -1;
    saved->pace = PACE_FULL;
    out->window = (CaptureWindow){1440, 900, 1.0f, 1.0f};
}

static void note_unknown(const json_t *root, CaptureState *out)
{
    int count;
    const CaptureField *fields = capture_fields(&count);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)root, key, value)
    {
        bool is_known = false;
        for (int i = 0; i < count; i++)
            is_known |= strcmp(fields[i].key, key) == 0;
        if (!is_known)
            notices_add(&out->notices,
                        "the picture has a setting that is not known here and is not followed: \"%.60s\"", key);
    }
}

// What must be there, and what only several fields together can say.
static bool check_whole(const json_t *root, CaptureState *out, const char *name, Error *error)
{
    static const char *const needed[] = {"program", "view", "data", "epochs", "pad"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!json_object_get(root, needed[i]))
            return error_set(error, "%s: its settings lack \"%s\"", name, needed[i]);
    if (!json_object_get(root, "a") && !json_object_get(root, "b"))
        return error_set(error, "%s: its settings name no model", name);
    SavedState *saved = &out->saved;
    if (saved->has_pad && saved->pad.source < 0 && !json_object_get(root, "drawing")) {
        saved->has_pad = false;
        notices_add(&out->notices, "the drawing is not in the picture, whose version only says that there was one");
    }
    return true;
}

static bool read_fields(const json_t *root, const char *name, CaptureState *out, Error *error)
{
    int count;
    Error why;
    const CaptureField *fields = capture_fields(&count);
    if (!json_is_object(root))
        return error_set(error, "%s: its settings are no JSON object", name);
    for (int i = 0; i < count; i++) {
        const json_t *value = json_object_get(root, fields[i].key);
        if (value && fields[i].read && !fields[i].read(value, out, &why))
            return error_set(error, "%s: its setting \"%s\": %.900s", name, fields[i].key, why.text);
    }
    note_unknown(root, out);
    return check_whole(root, out, name, error);
}

bool capture_parse_state(const char *text, size_t size, const char *name, CaptureState *out, Error *error)
{
    json_error_t problem;
    fill_defaults(out);
    const unsigned failures = json_memory_watch();
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    bool good;
    if (json_memory_watch() != failures)
        good = error_set(error, "out of memory: the settings of %s", name);
    else if (!root)
        good = error_set(error, "%s: its settings are no JSON (%s, at byte %d)", name, problem.text, problem.position);
    else
        good = read_fields(root, name, out, error);
    json_decref(root);
    return good;
}

CaptureReading capture_read_settings(const char *path, CaptureState *out, Error *error)
{
    size_t size;
    CaptureReading reading;
    char *text = capture_find_text(path, "losslens", &size, &reading, error);
    if (text && !capture_parse_state(text, size, file_shorten_path(path), out, error))
        reading = CAPTURE_BAD;
    free(text);
    return reading;
}
