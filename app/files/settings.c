// Reading and writing the settings.
#include "files/settings.h"

#include <errno.h>
#include <jansson.h>
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

// ---- reading ------------------------------------------------------------------------------------------------------

static bool refuse(const char *path, const char *why, Error *error)
{
    return error_set(error, "%s is not used: %s", file_shorten_path(path), why);
}

static bool read_fields(const json_t *root, const char *path, Settings *out, Error *error)
{
    const json_t *theme = json_object_get(root, "theme"), *seen = json_object_get(root, "lesson_seen");
    const int kind = json_is_string(theme) ? theme_find(json_string_value(theme)) : -1;
    if (!json_is_object(root))
        return refuse(path, "it is not the JSON object that losslens writes", error);
    if (kind < 0)
        return refuse(path, "its \"theme\" is none of losslens", error);
    if (seen && !json_is_boolean(seen))
        return refuse(path, "its \"lesson_seen\" is neither true nor false", error);
    *out = (Settings){.theme = (ThemeKind)kind, .lesson_seen = json_is_true(seen)};
    return true;
}

static bool parse(const char *text, size_t size, const char *path, Settings *out, Error *error)
{
    char why[256];
    json_error_t problem;
    const unsigned failures = json_memory_watch();
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    bool good = false;
    if (json_memory_watch() != failures) {
        good = refuse(path, "memory is short", error);
    } else if (!root) {
        (void)snprintf(why, sizeof why, "it is no JSON (%s, at its byte %d)", problem.text, problem.position);
        good = refuse(path, why, error);
    } else {
        good = read_fields(root, path, out, error);
    }
    json_decref(root);
    return good;
}

bool settings_load(Settings *out, Error *error)
{
    char folder[PATH_MAX], path[PATH_MAX], text[SETTINGS_BYTES_MAX];
    struct stat status;
    *out = (Settings){.theme = THEME_DARK};
    if (!find_file(folder, path) || (stat(path, &status) != 0 && errno == ENOENT))
        return true;
    uint64_t size;
    const int fd = file_open(path, &size, error);
    if (fd < 0)
        return false;
    const bool good = (size <= sizeof text || refuse(path, "it is larger than any that losslens writes", error)) &&
                      file_read(fd, text, (size_t)size, path, error) && parse(text, (size_t)size, path, out, error);
    (void)close(fd);
    return good;
}

// ---- writing ------------------------------------------------------------------------------------------------------

bool settings_save(const Settings *settings, Error *error)
{
    char folder[PATH_MAX], path[PATH_MAX];
    NewFolder made;
    if (!find_file(folder, path))
        return error_set(error, "nothing can be remembered: neither HOME nor XDG_CONFIG_HOME names a folder");
    char *text = json_memory_format(
        json_pack("{s:s, s:b}", "theme", theme_get(settings->theme)->key, "lesson_seen", settings->lesson_seen),
        JSON_INDENT(2));
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
