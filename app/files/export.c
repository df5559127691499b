// Figures as CSV and JSON. The rows of the one are the objects of the other, laid flat.
#include "files/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files/export_names.h"
#include "files/figures.h"
#include "files/report_json.h"

int export_find_kind(const char *path)
{
    static const char *const ends[FIGURES_KIND_COUNT] = {[FIGURES_CSV] = ".csv", [FIGURES_JSON] = ".json"};
    const size_t length = strlen(path);
    for (int kind = 0; kind < FIGURES_KIND_COUNT; kind++)
        if (length > strlen(ends[kind]) && strcmp(path + length - strlen(ends[kind]), ends[kind]) == 0)
            return kind;
    return -1;
}

// ---- figures ------------------------------------------------------------------------------------------------------

static json_t *model_figures(const Frame *frame, int index, bool has_history)
{
    const ModelFrame *m = &frame->models[index];
    char name[EXPORT_NAME_SIZE];
    export_name_model(frame, index, name);
    json_t *json = json_pack("{s:s, s:s, s:s}", "model", name, "loss", loss_get(m->spec.loss)->key, "output",
                             activation_get(OUTPUT_ACTIVATION, m->spec.output)->key),
           *figures = figures_model(m, has_history);
    (void)json_object_update_missing(json, figures);
    json_decref(figures);
    return json;
}

static json_t *list_models(const Frame *frame, bool has_history)
{
    json_t *models = json_array();
    for (int i = 0; i < frame->model_count; i++)
        if (export_has_model(frame, i))
            (void)json_array_append_new(models, model_figures(frame, i, has_history));
    return models;
}

// ---- CSV ----------------------------------------------------------------------------------------------------------

static void put_text(FILE *file, const char *text)
{
    const bool is_quoted = text[strcspn(text, ",\"\r\n")] != 0;
    if (!is_quoted) {
        (void)fputs(text, file);
        return;
    }
    (void)fputc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            (void)fputc('"', file);
        (void)fputc(*text, file);
    }
    (void)fputc('"', file);
}

static bool is_plain(const json_t *value) { return !json_is_object(value) && !json_is_array(value); }

static void put_value(FILE *file, const json_t *value)
{
    if (json_is_string(value))
        put_text(file, json_string_value(value));
    else if (json_is_integer(value))
        (void)fprintf(file, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        (void)fprintf(file, "%.17g", json_real_value(value));
    else if (json_is_boolean(value))
        (void)fputs(json_is_true(value) ? "true" : "false", file);
}

// The columns: every plain value of any model, those of an object within it behind its name and a dot. Values are null.
static json_t *list_columns(const json_t *models)
{
    size_t i;
    json_t *model, *value, *inner, *columns = json_object();
    const char *key, *inner_key;
    char name[128];
    json_array_foreach(models, i, model) json_object_foreach(model, key, value)
    {
        if (is_plain(value))
            report_set(columns, key, json_null());
        if (!json_is_object(value))
            continue;
        json_object_foreach(value, inner_key, inner)
        {
            (void)snprintf(name, sizeof name, "%s.%s", key, inner_key);
            if (is_plain(inner))
                report_set(columns, name, json_null());
        }
    }
    return columns;
}

static const json_t *find_value(const json_t *model, const char *column)
{
    char key[128];
    const char *dot = strchr(column, '.');
    if (!dot)
        return json_object_get(model, column);
    (void)snprintf(key, sizeof key, "%.*s", (int)(dot - column), column);
    return json_object_get(json_object_get(model, key), dot + 1);
}

static void put_csv(FILE *file, const json_t *models)
{
    size_t i;
    json_t *model, *null, *columns = list_columns(models);
    const char *column, *separator = "";
    json_object_foreach(columns, column, null)
    {
        (void)fputs(separator, file);
        put_text(file, column);
        separator = ",";
    }
    (void)fputs("\r\n", file);
    json_array_foreach(models, i, model)
    {
        separator = "";
        json_object_foreach(columns, column, null)
        {
            (void)fputs(separator, file);
            put_value(file, find_value(model, column));
            separator = ",";
        }
        (void)fputs("\r\n", file);
    }
    json_decref(columns);
}

static char *format_csv(json_t *models, size_t *size)
{
    char *text = NULL;
    const unsigned failures = json_memory_watch();
    FILE *file = open_memstream(&text, size);
    if (file)
        put_csv(file, models);
    const bool is_short = !file || ferror(file) != 0;
    const bool is_closed = file && fclose(file) == 0;
    // what is missing in models, too, is told by the text that is made of them
    char *json = json_memory_format(models, JSON_COMPACT);
    const bool is_good = !is_short && is_closed && json && json_memory_watch() == failures;
    free(json);
    if (is_good)
        return text;
    free(text);
    return NULL;
}

static char *format_json(const Frame *frame, json_t *models, size_t *size)
{
    json_t *data = json_pack("{s:o, s:i, s:i}", "name", report_text(frame->dataset_name), "train", frame->train_count,
                             "test", frame->test_count);
    char *text = json_memory_format(json_pack("{s:s, s:o, s:o, s:o}", "program", "losslens " LOSSLENS_VERSION, "data",
                                              data, "notices", report_notices(frame->notices), "models", models),
                                    JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    *size = text ? strlen(text) : 0;
    return text;
}

bool export_figures(const Frame *frame, FiguresKind kind, const char *path, Naming naming, Error *error)
{
    size_t size = 0;
    json_t *models = list_models(frame, kind == FIGURES_JSON);
    char *text = kind == FIGURES_CSV ? format_csv(models, &size) : format_json(frame, models, &size);
    const bool is_good = text ? new_file_write(path, naming, text, size, error)
                              : error_set(error, "out of memory: %s", file_shorten_path(path));
    free(text);
    return is_good;
}

// ---- all of it ----------------------------------------------------------------------------------------------------

// The first of NAME, NAME-2, ... that is free.
static bool choose_folder(char folder[PATH_MAX], Error *error)
{
    struct stat status;
    const size_t length = strlen(folder);
    for (int number = 2; lstat(folder, &status) == 0; number++) {
        const int added = snprintf(folder + length, PATH_MAX - length, "-%d", number);
        if (added < 0 || (size_t)added >= PATH_MAX - length)
            return error_set(error, "%s has too long a name", file_shorten_path(folder));
    }
    return errno == ENOENT || error_set(error, "%s cannot be written: %s", file_shorten_path(folder), strerror(errno));
}

bool export_all(const Frame *frame, char folder[PATH_MAX], Error *error)
{
    char csv[PATH_MAX], json[PATH_MAX], arrays[PATH_MAX];
    NewFolder made;
    if (!choose_folder(folder, error) || !new_folder_join(csv, folder, "figures.csv", error) ||
        !new_folder_join(json, folder, "figures.json", error) || !new_folder_join(arrays, folder, "arrays", error) ||
        !new_folder_make(&made, folder, error))
        return false;
    if (export_arrays(frame, arrays, NAME_NEW, error) && export_figures(frame, FIGURES_CSV, csv, NAME_NEW, error) &&
        export_figures(frame, FIGURES_JSON, json, NAME_NEW, error))
        return true;
    new_folder_remove(&made); // where nothing came into it
    return false;
}
