// Fetches a set of the test's own, whose sums it knows: fetch_tool FOLDER STALL CANCEL_AT MIRRORS NAME SIZE SHA256
// (four times). CANCEL_AT: bytes after which it cancels, 0: never. MIRRORS: separated by commas; one with a "!" before
// it may be asked by plain HTTP. "force" behind all of it: files that are there are replaced. Prints what came of it as
// JSON.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/fetch.h"

enum { FIRST_FILE = 5, WORDS_PER_FILE = 3, LAST = FIRST_FILE + WORDS_PER_FILE * KNOWN_SET_FILES };

typedef struct Watch {
    uint64_t cancel_at, last;
    bool is_within;
} Watch;

static bool watch(void *context, uint64_t done, uint64_t total)
{
    Watch *seen = context;
    seen->is_within = seen->is_within && done <= total;
    seen->last = done;
    return seen->cancel_at == 0 || done < seen->cancel_at;
}

static json_t *list_notices(const Notices *notices)
{
    json_t *list = json_array();
    for (int i = 0; i < notices->count; i++)
        (void)json_array_append_new(list, json_string(notices->text[i]));
    return list;
}

static json_t *list_fetched(const FetchResult *result)
{
    json_t *list = json_array();
    for (int i = 0; i < KNOWN_SET_FILES; i++)
        (void)json_array_append_new(list, json_boolean(result->was_fetched[i]));
    return list;
}

int main(int argc, char **argv)
{
    if (argc < LAST)
        return 2;
    KnownSet set = {.key = "synthetic", .label = "the test's set"};
    char *mirror = strtok(argv[4], ",");
    for (int i = 0; mirror && i < KNOWN_SET_MIRRORS; i++, mirror = strtok(NULL, ","))
        set.mirrors[i] = (KnownMirror){mirror + (mirror[0] == '!'), mirror[0] == '!'};
    for (int i = 0; i < KNOWN_SET_FILES; i++) {
        char **words = argv + FIRST_FILE + WORDS_PER_FILE * i;
        set.files[i] = (KnownFile){words[0], strtoull(words[1], NULL, 10), words[2], NULL};
    }
    Watch seen = {.cancel_at = strtoull(argv[3], NULL, 10), .is_within = true};
    Notices notices = {0};
    FetchResult result = {0};
    Error error = {""};
    const FetchOptions options = {.folder = argv[1],
                                  .stall_seconds = atoi(argv[2]),
                                  .naming = argc > LAST ? NAME_FORCED : NAME_NEW,
                                  .progress = &(LoadProgress){watch, &seen},
                                  .notices = &notices};
    const bool good = fetch_set(&set, &options, &result, &error);
    json_t *report =
        json_pack("{s:b, s:s, s:o, s:o, s:I, s:b}", "good", good, "error", error.text, "fetched", list_fetched(&result),
                  "notices", list_notices(&notices), "done", (json_int_t)seen.last, "is_within", seen.is_within);
    (void)json_dumpf(report, stdout, 0);
    json_decref(report);
    return good ? 0 : 1;
}
