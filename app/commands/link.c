// Links: reading and writing.
#include "commands/link.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cli_options.h"
#include "files/capture_pad.h"

bool link_is(const char *text)
{
    const char *hash = strchr(text, '#');
    const size_t head = hash ? (size_t)(hash - text) : strlen(text), html = strlen(".html");
    return text[0] == '#' || strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0 ||
           (hash &&
            ((head > html && strncmp(hash - html, ".html", html) == 0) || memmem(text, head, "://", strlen("://"))));
}

bool link_find_page(const char *link, char page[LINK_SIZE])
{
    const int length = (int)strcspn(link, "#");
    return snprintf(page, LINK_SIZE, "%.*s", length, link) < LINK_SIZE;
}

// ---- reading ------------------------------------------------------------------------------------------------------

static int read_hex(char digit)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = digit ? strchr(digits, digit) : NULL;
    return at ? (int)(at - digits) % 16 : -1;
}

// In place. False where a % has no two digits behind it, or stands for the end of a text.
static bool decode(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        int byte = (unsigned char)*from;
        if (*from == '%') {
            const int high = read_hex(from[1]), low = high < 0 ? -1 : read_hex(from[2]);
            if (low < 0 || high + low == 0)
                return false;
            byte = 16 * high + low;
            from += 2;
        }
        *to++ = (char)byte;
    }
    *to = 0;
    return true;
}

// A data set by the name that it is known by. The text of a link does not outlive it: the set's own does.
static bool read_data(const OptionRow *row, Options *options, const char *value, Error *error)
{
    const KnownSet *set = known_set_find(value);
    if (set || strcmp(value, "builtin") == 0)
        return cli_read_value(row, options, set ? set->key : "builtin", error);
    char names[120] = "builtin";
    for (int i = 0; i < known_set_count(); i++) {
        const size_t used = strlen(names);
        (void)snprintf(names + used, sizeof names - used, ", %s", known_set_get(i)->key);
    }
    return error_set(error, "%s %.60s: expected one of %s", row->name, value, names);
}

static bool is_word(Words *words, const char *item)
{
    for (int i = 0; words(i); i++)
        if (strcmp(words(i), item) == 0)
            return true;
    return false;
}

// A list from a newer version may have more in it than is known here: the rest is followed.
static bool read_list(const OptionRow *row, Options *options, const char *value, Error *error)
{
    char items[LINK_SIZE], known[LINK_SIZE] = "";
    size_t used = 0;
    (void)snprintf(items, sizeof items, "%s", value);
    for (char *item = items, *next; item; item = next) {
        next = strchr(item, ',');
        if (next)
            *next++ = 0;
        if (is_word(row->words, item))
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? "," : "", item);
        else
            notices_add(&options->notices, "the link's %s has '%.40s', which this version does not know",
                        row->name + strlen("--"), item);
    }
    return !*known || cli_read_value(row, options, known, error);
}

static bool read_value(const OptionRow *row, Options *options, const char *value, Error *error)
{
    OptionRow own = *row;
    switch (row->kind) {
    case KIND_SET: return read_list(row, options, value, error);
    case KIND_DATA: return read_data(row, options, value, error);
    case KIND_MODEL: // which no file's name is
        own.kind = strcmp(value, "pca") == 0 ? KIND_MODEL : KIND_SPEC;
        return cli_read_value(&own, options, value, error);
    case KIND_FLAG:
        if (*value)
            return error_set(error, "%s takes no value, and '%.60s' was given", row->name, value);
        return cli_read_value(row, options, value, error);
    case KIND_TEXT:
    case KIND_LINE:
    case KIND_WORD: return error_set(error, "%s is not for links", row->name);
    case KIND_CHOICE:
    case KIND_WHOLE:
    case KIND_REAL:
    case KIND_SPEC:
    case KIND_SIZE:
    case KIND_HEATS:
    case KIND_DRAWING:
    case KIND_PIXEL:
    case KIND_RANGE:
    case KIND_PLANE:
    case KIND_PULLS: return cli_read_value(row, options, value, error);
    }
    return false;
}

// The row of a key for this command; -1: a link does not have it, -2: this command does not.
static int find_key(const Options *options, const char *key)
{
    int count;
    char name[40];
    const OptionRow *rows = cli_option_rows(&count);
    if (snprintf(name, sizeof name, "--%s", key) >= (int)sizeof name)
        return -1;
    const int of_view = cli_find_row(COMMAND_VIEW, name, strlen(name));
    if (of_view < 0 || !(rows[of_view].commands & CLI_IN_LINK))
        return -1;
    const int own = cli_find_row(options->command, name, strlen(name));
    return own < 0 ? -2 : own;
}

// One "key=value", or a key alone.
static bool read_pair(char *pair, Options *options, bool said[CLI_ROWS_MAX], Error *error)
{
    int count;
    const OptionRow *rows = cli_option_rows(&count);
    char *equals = strchr(pair, '='), *value = equals ? equals + 1 : pair + strlen(pair);
    if (equals)
        *equals = 0;
    if (!decode(pair) || !decode(value))
        return error_set(error, "the link: '%.60s': expected %%, two hexadecimal digits, and not %%00", pair);
    const int index = find_key(options, pair);
    if (index < 0) {
        notices_add(&options->notices,
                    index == -1 ? "the link has '%.40s', which this version does not know"
                                : "the link has '%.40s', which is not for %s",
                    pair, cli_command_name(options->command));
        return true;
    }
    Error why;
    if (said[index])
        return error_set(error, "the link: %s is given twice", pair);
    said[index] = true;
    if (options->given[index])
        return true;
    options->given[index] = true;
    if (read_value(&rows[index], options, value, &why))
        return true;
    return error_set(error, "the link: %s", why.text + strspn(why.text, "-"));
}

bool link_read(const char *link, Options *options, Error *error)
{
    char text[LINK_SIZE];
    bool said[CLI_ROWS_MAX] = {false};
    const char *hash = strchr(link, '#');
    if (strlen(link) >= sizeof text)
        return error_set(error, "the link has %zu bytes: expected at most %d", strlen(link), LINK_SIZE - 1);
    if (!hash)
        return error_set(
            error, "%.200s has no # with what to show: losslens opens links to itself, and fetches nothing", link);
    (void)strcpy(text, hash + 1);
    for (char *pair = text, *next; pair; pair = next) {
        next = strchr(pair, '&');
        if (next)
            *next++ = 0;
        if (*pair && !read_pair(pair, options, said, error))
            return false;
    }
    return true;
}

// ---- writing ------------------------------------------------------------------------------------------------------

static void say(Options *options, const char *name)
{
    const int row = cli_find_row(COMMAND_VIEW, name, strlen(name));
    if (row >= 0)
        options->given[row] = true;
}

// Models that are no seed's but a file's, and the PCA of the training images.
static void fill_models(const SavedState *saved, Options *out, Notices *left_out)
{
    for (int i = 0; i < saved->model_count; i++)
        for (int side = 0; side < SIDE_COUNT; side++) {
            const SavedModel *model = &saved->models[i];
            if (!spec_equal(&model->spec, &saved->specs[side]))
                continue;
            out->said[side == SIDE_A ? SAID_A : SAID_B].is_pca |= model->origin.components > 0;
            if (*model->origin.path)
                notices_add(left_out, "the weights of %c, which came from a file", side == SIDE_A ? 'A' : 'B');
        }
}

static void fill_data(const CaptureData *data, Options *out, Notices *left_out)
{
    const KnownSet *set = data->is_builtin ? NULL : known_set_find(data->name);
    out->data = set ? set->key : NULL;
    if (!data->is_builtin && !set)
        notices_add(left_out, "the data set, which has no public name");
}

static void fill_pad(const SavedState *saved, Options *out, Notices *left_out)
{
    char code[CLI_VALUE_SIZE];
    out->is_uncentred = !saved->is_centred;
    if (!saved->has_pad)
        return;
    if (saved->pad.source >= 0) {
        out->pad = saved->pad.source;
    } else if (capture_pack_drawing(&saved->pad, code, sizeof code)) {
        out->drawing = saved->pad;
        say(out, "--drawing");
    } else {
        notices_add(left_out, "the drawing, which is too fine");
    }
}

static void fill_pulls(const SavedState *saved, Options *out, Notices *left_out)
{
    int count, is_pulled = false;
    char value[CLI_VALUE_SIZE];
    const OptionRow *rows = cli_option_rows(&count);
    const char name[] = "--pull";
    code_pulls_clear(&out->pulls, -1, -1);
    if (!saved->has_pulls)
        return;
    out->pulls = saved->pulls;
    for (int i = 0; i < SIDE_COUNT * MODEL_CODE_MAX; i++)
        is_pulled |= !isnan(saved->pulls.values[i / MODEL_CODE_MAX][i % MODEL_CODE_MAX]);
    if (is_pulled && !cli_format_value(&rows[cli_find_row(COMMAND_VIEW, name, strlen(name))], out, value))
        notices_add(left_out, "the numbers of the code that were pulled, which are too many");
}

// Of the code's views, where one is on show.
static void fill_code(const SavedState *saved, const Look *own, Options *out, Notices *left_out)
{
    const CodeLook *look = &saved->look.code;
    fill_pulls(saved, out, left_out);
    if (saved->look.scene != SCENE_LATENT)
        out->look.latent = own->latent;
    if (!scene_has(saved->look.scene, SCENE_HAS_CODE)) {
        out->look.code = own->code;
        return;
    }
    out->number = look->number + 1;
    out->sides = look->shows == SHOWS_BOTH ? 0 : (int)look->shows;
    if (look->is_walk)
        say(out, "--walk");
    else
        out->look.code.walk = own->code.walk;
}

// How far the models were, where somebody has stopped them there.
static int find_pause(const SavedState *saved)
{
    int64_t furthest = 0;
    for (int i = 0; i < saved->model_count; i++)
        furthest = saved->models[i].newest > furthest ? saved->models[i].newest : furthest;
    return !saved->is_paused ? -1 : furthest > INT32_MAX ? INT32_MAX : (int)furthest;
}

// What an option says by being given: the card's own pixel is none.
static void fill_look(const SavedState *saved, const Look *own, Options *out)
{
    const Look *look = &saved->look;
    const bool is_inspect = look->scene == SCENE_INSPECT;
    out->heat_scale = look->heat_scales[look->heatmaps[0]];
    if (out->heat_scale == own->heat_scales[look->heatmaps[0]])
        out->heat_scale = 0;
    if (look->is_wiped)
        say(out, "--wipe");
    if ((look->is_pinned || (is_inspect && !look->seeks_pixel)) &&
        !(saved->has_lesson_pixel && !saved->is_lesson_pixel_moved))
        say(out, "--pixel");
    else
        out->look.pixel = own->pixel;
    if (look->scene == SCENE_MATRIX && look->matrix_shows_map != own->matrix_shows_map)
        say(out, "--heatmap");
    if (look->scene == SCENE_MATRIX && !look->matrix_shows_map)
        memcpy(out->look.heatmaps, own->heatmaps, sizeof out->look.heatmaps);
    if (!scene_has(look->scene, SCENE_IS_STAGE))
        out->look.fed_back = 0;
    if (is_inspect && look->digit != own->digit) {
        out->is_drawn = look->digit < 0;
        out->page = look->digit < 0 ? 0 : look->digit;
        say(out, look->digit < 0 ? "--drawn" : "--page");
    }
    out->random = saved->page_shuffle;
    out->first = saved->page_first > 0 || out->page > 0 ? saved->page_first : -1;
}

// The command line that a lesson or a set-up alone would be.
static bool make_base(const SavedState *saved, Options *base)
{
    char link[120] = "#", program[] = "losslens", *argv[] = {program, link, NULL};
    if (saved->look.lesson >= 0)
        (void)snprintf(link, sizeof link, "#lesson=%d&lesson-step=%d", saved->look.lesson + 1,
                       saved->look.lesson_step + 1);
    else if (saved->preset >= 0)
        (void)snprintf(link, sizeof link, "#preset=%s", preset_get(saved->preset)->key);
    return cli_parse(2, argv, NULL, base, NULL) == CLI_RUN;
}

static bool add_text(char link[LINK_SIZE], const char *text, bool is_value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~,=:/";
    size_t used = strlen(link);
    for (; *text && used + 4 < LINK_SIZE; text++)
        used += (size_t)snprintf(link + used, LINK_SIZE - used, is_value && !strchr(plain, *text) ? "%%%02X" : "%c",
                                 (unsigned char)*text);
    return !*text;
}

// Every option that says something else than the base does, as far as it can be read back.
static bool write_options(const Options *options, const Options *base, Options *scratch, char link[LINK_SIZE])
{
    int count;
    const OptionRow *rows = cli_option_rows(&count);
    const char *separator = "#";
    bool fits = true;
    for (int i = 0; i < count && fits; i++) {
        char value[CLI_VALUE_SIZE], own[CLI_VALUE_SIZE];
        if (!(rows[i].commands & CLI_IN_LINK) || !cli_format_value(&rows[i], options, value) ||
            !cli_read_value(&rows[i], scratch, value, NULL))
            continue;
        const bool is_new = rows[i].kind != KIND_DRAWING && // which is there where it is given
                            (!cli_format_value(&rows[i], base, own) || strcmp(value, own) != 0);
        const bool names_base = base->given[i]; // the lesson, the set-up
        if (!options->given[i] && !names_base && !is_new)
            continue;
        fits = add_text(link, separator, false) && add_text(link, rows[i].name + strlen("--"), false) &&
               (rows[i].kind == KIND_FLAG || (add_text(link, "=", false) && add_text(link, value, true)));
        separator = "&";
    }
    return fits && (separator[0] == '&' || add_text(link, separator, false));
}

bool link_write(const CaptureState *state, const char *page, char link[LINK_SIZE], Notices *left_out, Error *error)
{
    const SavedState *saved = &state->saved;
    Options *options = calloc(3, sizeof *options), *base = options + 1;
    link[0] = 0;
    if (!options)
        return error_set(error, "out of memory: the link");
    bool good = make_base(saved, base);
    if (good) {
        cli_fill_state(options, state);
        fill_models(saved, options, left_out);
        fill_data(&state->data, options, left_out);
        fill_pad(saved, options, left_out);
        fill_look(saved, &base->look, options);
        fill_code(saved, &base->look, options, left_out);
        options->pause = find_pause(saved);
        options->measured = saved->measured;
        options->preset = saved->look.lesson >= 0 ? base->preset : saved->preset;
        options->lesson = base->lesson;
        options->lesson_step = base->lesson_step;
        good = add_text(link, page, false) && write_options(options, base, options + 2, link);
    }
    free(options);
    return good || error_set(error, "the link would be longer than %d bytes", LINK_SIZE - 1);
}
