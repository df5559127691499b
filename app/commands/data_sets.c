// Commands data fetch and data list: the public data sets, got by name, and which of them are here.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "files/report_json.h"

// ---- fetch --------------------------------------------------------------------------------------------------------

// How far it is, on stderr: a line that rewrites itself on a terminal, a line for each tenth elsewhere.
typedef struct Shown {
    const char *key;
    bool is_terminal, is_line_open;
    int tenths; // bytes on a terminal, as it says them; of the whole elsewhere: said last
} Shown;

static bool show_progress(void *context, uint64_t done, uint64_t total)
{
    Shown *shown = context;
    const int tenths = (int)(shown->is_terminal ? done / 100000 : done * 10 / total);
    if (tenths == shown->tenths)
        return command_signal() == 0;
    shown->tenths = tenths;
    (void)fprintf(stderr, shown->is_terminal ? "\r%s: %.1f of %.1f MB\033[K" : "%s: %.1f of %.1f MB\n", shown->key,
                  (double)done / 1e6, (double)total / 1e6);
    (void)fflush(stderr);
    shown->is_line_open = shown->is_terminal;
    return command_signal() == 0;
}

static json_t *list_files(const KnownSet *set, const FetchResult *result)
{
    json_t *files = json_array();
    for (int i = 0; i < KNOWN_SET_FILES; i++) {
        const KnownFile *file = &set->files[i];
        (void)json_array_append_new(files, json_pack("{s:s, s:I, s:s, s:b}", "name", file->name, "bytes",
                                                     (json_int_t)file->size, "sha256", file->sha256, "fetched",
                                                     (int)result->was_fetched[i]));
    }
    return files;
}

static int print_fetched(const Options *options, const KnownSet *set, const char *folder, const FetchResult *result,
                         const Notices *notices)
{
    for (int i = 0; i < notices->count; i++)
        (void)fprintf(stderr, "losslens: %s\n", notices->text[i]);
    if (options->json)
        return command_print_json(json_pack("{s:s, s:o, s:s, s:o, s:o}", "name", set->key, "folder",
                                            report_text(folder), "licence", set->licence, "files",
                                            list_files(set, result), "notices", report_notices(notices)));
    command_print_path(folder);
    (void)printf("%s\n", set->licence);
    return command_finish_output();
}

static int refuse_name(const char *name)
{
    char keys[200] = "";
    for (int i = 0; i < known_set_count(); i++) {
        const size_t used = strlen(keys);
        (void)snprintf(keys + used, sizeof keys - used, "%s%s", i ? ", " : "", known_set_get(i)->key);
    }
    return command_fail(EXIT_USAGE, "data fetch %.60s: expected one of %s", name, keys);
}

static int fetch_run(const Options *options)
{
    Error error;
    char folder[PATH_MAX];
    Notices notices = {0};
    FetchResult result;
    const KnownSet *set = known_set_find(options->operand);
    if (!set)
        return refuse_name(options->operand);
    if (options->mirror && !fetch_check_mirror(options->mirror, &error))
        return command_fail(EXIT_USAGE, "--mirror: %s", error.text);
    if (!options->to && !known_set_folder(set, folder, &error))
        return command_fail(EXIT_FAILED, "%s; --to DIR names one", error.text);
    Shown shown = {.key = set->key, .is_terminal = isatty(STDERR_FILENO) == 1, .tenths = -1};
    const FetchOptions fetch = {.folder = options->to ? options->to : folder,
                                .mirror = options->mirror,
                                .stall_seconds = options->stall,
                                .naming = command_naming(options),
                                .progress = &(LoadProgress){show_progress, &shown},
                                .notices = &notices};
    command_catch_signals();
    const bool good = fetch_set(set, &fetch, &result, &error);
    if (shown.is_line_open)
        (void)fputs("\r\033[K", stderr);
    if (good)
        return print_fetched(options, set, fetch.folder, &result, &notices);
    for (int i = 0; i < notices.count; i++)
        (void)fprintf(stderr, "losslens: %s\n", notices.text[i]);
    if (command_signal())
        return command_fail(EXIT_SIGNAL + command_signal(), "stopped; the same command goes on from here");
    return command_fail(EXIT_FAILED, "%s", error.text);
}

// ---- list ---------------------------------------------------------------------------------------------------------

static json_t *describe_set(const FoundSet *set)
{
    return json_pack("{s:o, s:o, s:b, s:s?}", "name", report_text(set->name), "folder",
                     set->folder[0] ? report_text(set->folder) : json_null(), "here", (int)set->is_here, "licence",
                     set->known ? set->known->licence : NULL);
}

static int list_run(const Options *options)
{
    static FoundSet sets[FOUND_SETS_MAX]; // too large for the stack
    const int count = known_sets_list(sets);
    if (options->json) {
        json_t *list = json_array();
        for (int i = 0; i < count; i++)
            (void)json_array_append_new(list, describe_set(&sets[i]));
        return command_print_json(json_pack("{s:o}", "sets", list));
    }
    (void)printf("%-16sdigits that the program draws\n", "builtin");
    for (int i = 0; i < count; i++) {
        error_clean_text(sets[i].folder);
        if (sets[i].is_here)
            (void)printf("%-16s%s\n", sets[i].name, sets[i].folder);
        else
            (void)printf("%-16snot here yet: losslens data fetch %s gets it, %.0f MB\n", sets[i].name, sets[i].name,
                         (double)known_set_size(sets[i].known) / 1e6);
    }
    return command_finish_output();
}

int data_sets_run(const Options *options)
{
    return options->command == COMMAND_DATA_FETCH ? fetch_run(options) : list_run(options);
}
