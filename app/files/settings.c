// Reading and writing the settings.
#include "files/settings.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTINGS_BYTES_MAX = 65536 }; // no such file is larger

// The folder of the settings; false where the environment names none.
static bool find_folder(char folder[PATH_MAX])
{
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    const bool has_config = config && config[0] == '/';
    if (!has_config && (!home || home[0] != '/'))
        return false;
    const int length =
        snprintf(folder, PATH_MAX, "%s%s/losslens", has_config ? config : home, has_config ? "" : "/.config");
    return length > 0 && length < PATH_MAX;
}

// False without a sentence where there is no place for the file.
static bool find_file(char folder[PATH_MAX], char path[PATH_MAX])
{
    return find_folder(folder) && new_folder_join(path, folder, "settings.json", NULL);
}

Settings settings_default(void) { return (Settings){.theme = THEME_DARK, .scale = 1.0f}; }

bool settings_equal(const Settings *a, const Settings *b)
{
    return a->theme == b->theme && a->lesson_seen == b->lesson_seen && a->width == b->width && a->height == b->height &&
           a->is_maximized == b->is_maximized && a->scale == b->scale && strcmp(a->data, b->data) == 0 &&
           a->turn == b->turn && a->is_inverted == b->is_inverted && a->scale_max == b->scale_max;
}

// ---- reading ------------------------------------------------------------------------------------------------------

static bool refuse(const char *path, const char *why, Error *error)
{
    return error_set(error, "%s is not used: %s", file_shorten_path(path), why);
}

// Fields that are absent have their first value.
static bool read_flag(const json_t *root, const char *key, bool *out)
{
    const json_t *value = json_object_get(root, key);
    *out = json_is_true(value);
    return !value || json_is_boolean(value);
}

static bool read_size(const json_t *root, Settings *out)
{
    const json_t *size = json_object_get(root, "size");
    const json_int_t width = json_integer_value(json_array_get(size, 0)),
                     height = json_integer_value(json_array_get(size, 1));
    if (!size)
        return true;
    if (json_array_size(size) != 2 || width < 1 || width > SETTINGS_SIDE_MAX || height < 1 ||
        height > SETTINGS_SIDE_MAX)
        return false;
    out->width = (int)width;
    out->height = (int)height;
    return true;
}

static bool read_scale(const json_t *root, Settings *out)
{
    const json_t *scale = json_object_get(root, "scale");
    const double value = scale ? json_number_value(scale) : 1.0; // 0 of what is no number
    out->scale = (float)value;
    return value >= 0.1 && value <= 10.0;
}

static bool read_data(const json_t *root, Settings *out)
{
    const json_t *data = json_object_get(root, "data");
    const char *text = json_string_value(data);
    if (!data)
        return true;
    if (!text || !*text || strlen(text) >= sizeof out->data)
        return false;
    memcpy(out->data, text, strlen(text) + 1);
    return true;
}

// How the data set is read.
static bool read_reading(const json_t *root, Settings *out)
{
    const json_t *turn = json_object_get(root, "turn"), *most = json_object_get(root, "scale_max");
    const double value = json_number_value(most);
    bool is_known = turn == NULL;
    for (ImageTurn kind = 0; turn && kind < TURN_COUNT; kind++)
        if (json_is_string(turn) && strcmp(json_string_value(turn), image_turn_key(kind)) == 0) {
            out->turn = kind;
            is_known = true;
        }
    out->scale_max = (float)value;
    return is_known && read_flag(root, "invert", &out->is_inverted) && (!most || (value > 0 && value < 5e9));
}

// NULL, or what is wrong.
static const char *read_fields(const json_t *root, Settings *out)
{
    const json_t *theme = json_object_get(root, "theme");
    const int kind = json_is_string(theme) ? theme_find(json_string_value(theme)) : -1;
    *out = settings_default();
    out->theme = (ThemeKind)kind;
    return !json_is_object(root)                                ? "it is not the JSON object that losslens writes"
           : kind < 0                                           ? "its \"theme\" is none of losslens"
           : !read_flag(root, "lesson_seen", &out->lesson_seen) ? "its \"lesson_seen\" is neither true nor false"
           : !read_flag(root, "maximized", &out->is_maximized)  ? "its \"maximized\" is neither true nor false"
           : !read_size(root, out)                              ? "its \"size\" is not two numbers of pixels"
           : !read_scale(root, out)                             ? "its \"scale\" is no number from 0.1 to 10"
           : !read_data(root, out)                              ? "its \"data\" is no path"
           : !read_reading(root, out) ? "its \"turn\", \"invert\" or \"scale_max\" is not what these options take"
                                      : NULL;
}

// Says why, and takes the file out of the way of the next start.
static bool set_aside(const char *path, const char *why, Error *error)
{
    char aside[PATH_MAX];
    const int length = snprintf(aside, sizeof aside, "%s.bad", path);
    if (length < PATH_MAX && rename(path, aside) == 0)
        return error_set(error, "%s is not used: %s. It is now settings.json.bad", file_shorten_path(path), why);
    return refuse(path, why, error);
}

static bool parse(const char *text, size_t size, const char *path, Settings *out, Error *error)
{
    char why[256];
    json_error_t problem;
    const unsigned failures = json_memory_watch();
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    const bool is_short = json_memory_watch() != failures;
    const char *wrong = NULL;
    if (root) {
        wrong = read_fields(root, out);
    } else {
        (void)snprintf(why, sizeof why, "it is no JSON (%s, at its byte %d)", problem.text, problem.position);
        wrong = why;
    }
    json_decref(root);
    if (!is_short && !wrong)
        return true;
    *out = settings_default();
    return is_short ? refuse(path, "memory is short", error) : set_aside(path, wrong, error);
}

bool settings_load(Settings *out, Error *error)
{
    char folder[PATH_MAX], path[PATH_MAX], text[SETTINGS_BYTES_MAX];
    struct stat status;
    *out = settings_default();
    if (!find_file(folder, path) || (stat(path, &status) != 0 && errno == ENOENT))
        return true;
    uint64_t size;
    const int fd = file_open(path, &size, error);
    if (fd < 0)
        return false;
    const bool good = size > sizeof text ? set_aside(path, "it is larger than any that losslens writes", error)
                                         : file_read(fd, text, (size_t)size, path, error) &&
                                               parse(text, (size_t)size, path, out, error);
    (void)close(fd);
    return good;
}

// ---- writing ------------------------------------------------------------------------------------------------------

// NULL where memory was short anywhere. A field that has its first value is left out.
static char *format(const Settings *settings)
{
    json_t *root =
        json_pack("{s:s, s:b}", "theme", theme_get(settings->theme)->key, "lesson_seen", settings->lesson_seen);
    if (settings->width > 0)
        (void)json_object_set_new(root, "size", json_pack("[i, i]", settings->width, settings->height));
    if (settings->is_maximized)
        (void)json_object_set_new(root, "maximized", json_true());
    if (settings->scale != 1.0f) // 1.1, not the float's 1.10000002
        (void)json_object_set_new(root, "scale", json_real(round((double)settings->scale * 1e3) / 1e3));
    json_t *data = settings->data[0] ? json_string(settings->data) : NULL; // NULL, too, where that is no UTF-8
    if (data)
        (void)json_object_set_new(root, "data", data);
    if (data && settings->turn != TURN_AUTO)
        (void)json_object_set_new(root, "turn", json_string(image_turn_key(settings->turn)));
    if (data && settings->is_inverted)
        (void)json_object_set_new(root, "invert", json_true());
    if (data && settings->scale_max > 0)
        (void)json_object_set_new(root, "scale_max", json_real((double)settings->scale_max));
    return json_memory_format(root, JSON_INDENT(2) | JSON_REAL_PRECISION(4));
}

bool settings_save(const Settings *settings, Error *error)
{
    char folder[PATH_MAX], path[PATH_MAX];
    NewFolder made;
    if (!find_file(folder, path))
        return error_set(error, "nothing can be remembered: neither HOME nor XDG_CONFIG_HOME names a folder");
    char *text = format(settings);
    if (!text)
        return error_set(error, "out of memory: %s", file_shorten_path(path));
    bool good = new_folder_make(&made, folder, error);
    if (good && !new_file_write(path, NAME_FORCED, text, strlen(text), error)) {
        new_folder_remove(&made);
        good = false;
    }
    free(text);
    return good;
}
