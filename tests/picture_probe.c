// Picture probe: reads pictures for ink_test.py and prints, for each, a line of JSON: what it holds and which digit
// is found in it, or the sentence that says why there is none.
//
// Usage: picture_probe [--invert 0|1|2] [--turn DEGREES] [--give-up REPORTS] FILE...
// REPORTS: how many reports of progress are waited for before the reading is given up.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/picture.h"
#include "state/pad.h"

enum { VALUES_MAX = 128 * 128 };

static json_t *list(const float *values, int count)
{
    json_t *json = json_array();
    for (int i = 0; i < count; i++)
        (void)json_array_append_new(json, json_real((double)values[i]));
    return json;
}

static void add_digit(json_t *json, const InkPicture *picture, const InkOptions *options)
{
    static InkResult ink;
    Error error = {""};
    if (!ink_find(picture, "it", options, &ink, &error)) {
        (void)json_object_set_new(json, "empty", json_string(error.text));
        return;
    }
    Pad pad;
    float input[DIGIT_PIXELS], drawn[DIGIT_PIXELS];
    if (!pad_init(&pad, &error))
        abort();
    pad_load_ink(&pad, &ink);
    pad_read_input(&pad, input);
    pad_read_drawn(&pad, drawn);
    pad_free(&pad);
    (void)json_object_set_new(json, "digit", list(input, DIGIT_PIXELS));
    (void)json_object_set_new(json, "drawn", list(drawn, DIGIT_PIXELS));
    (void)json_object_set_new(json, "inverted", json_boolean(ink.is_inverted));
}

// The most memory that this program has held, in KiB: a parent's does not count, as it would for wait4.
static long read_peak(void)
{
    long peak = -1;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        (void)sscanf(line, "VmHWM: %ld", &peak);
    if (file)
        (void)fclose(file);
    return peak;
}

static int reports, reports_most = -1;

static bool report(void *context, uint64_t done, uint64_t total)
{
    (void)context, (void)done, (void)total;
    return ++reports <= reports_most;
}

static void probe(const char *path, const InkOptions *options)
{
    InkPicture picture;
    Error error = {""};
    const LoadProgress progress = {report, NULL};
    json_t *json = json_object();
    if (!picture_read(path, reports_most >= 0 ? &progress : NULL, &picture, &error)) {
        (void)json_object_set_new(json, "error", json_string(error.text));
    } else {
        (void)json_object_set_new(json, "size", json_pack("[i, i]", picture.width, picture.height));
        const int count = picture.width * picture.height;
        if (count <= VALUES_MAX)
            (void)json_object_set_new(json, "grey", list(picture.grey, count));
        if (count <= VALUES_MAX && picture.alpha)
            (void)json_object_set_new(json, "alpha", list(picture.alpha, count));
        add_digit(json, &picture, options);
        ink_free_picture(&picture);
    }
    if (reports_most >= 0)
        (void)json_object_set_new(json, "reports", json_integer(reports));
    reports = 0;
    (void)json_object_set_new(json, "peak", json_integer(read_peak()));
    (void)json_dumpf(json, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(json);
}

int main(int argc, char **argv)
{
    InkOptions options = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--invert") == 0 && i + 1 < argc)
            options.invert = (InkInvert)atoi(argv[++i]);
        else if (strcmp(argv[i], "--turn") == 0 && i + 1 < argc)
            options.turn = atoi(argv[++i]);
        else if (strcmp(argv[i], "--give-up") == 0 && i + 1 < argc)
            reports_most = atoi(argv[++i]);
        else
            probe(argv[i], &options);
    }
    return 0;
}
