// Command line: reading an option's value.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cli_options.h"
#include "files/capture_pad.h"

static bool read_whole(const OptionRow *row, int *out, const char *value, Error *error)
{
    char *end;
    const bool is_short = *value && strspn(value, "0123456789") == strlen(value) && strlen(value) <= 10;
    const long long number = is_short ? strtoll(value, &end, 10) : -1;
    if (number < (long long)row->low || number > (long long)row->high)
        return error_set(error, "%s %.60s: expected a whole number from %.0f to %.0f", row->name, value, row->low,
                         row->high);
    *out = (int)number;
    return true;
}

static bool read_real(const OptionRow *row, float *out, const char *value, Error *error)
{
    char *end = NULL;
    const bool is_number = *value && strspn(value, "0123456789.") == strlen(value);
    const double number = is_number ? strtod(value, &end) : -1.0;
    if (!is_number || *end || !(number >= row->low && number <= row->high))
        return error_set(error, "%s %.60s: expected a number from %g to %g", row->name, value, row->low, row->high);
    *out = (float)number;
    return true;
}

// One side of 1440x900: digits alone, up to where the next character stands.
static const char *read_side(int *out, const char *text, int low, int high)
{
    const size_t length = strspn(text, "0123456789");
    if (length == 0 || length > 5)
        return NULL;
    *out = (int)strtol(text, NULL, 10);
    return *out >= low && *out <= high ? text + length : NULL;
}

static bool read_size(const OptionRow *row, int out[2], const char *value, Error *error)
{
    int width = 0, height = 0;
    const int low_width = (int)row->low, low_height = (int)row->high;
    const char *rest = read_side(&width, value, low_width, CLI_WIDTH_MAX);
    rest = rest && *rest == 'x' ? read_side(&height, rest + 1, low_height, CLI_HEIGHT_MAX) : NULL;
    if (!rest || *rest)
        return error_set(error, "%s %.60s: expected WIDTHxHEIGHT from %dx%d to %dx%d", row->name, value, low_width,
                         low_height, CLI_WIDTH_MAX, CLI_HEIGHT_MAX);
    out[0] = width;
    out[1] = height;
    return true;
}

static bool check_line(const OptionRow *row, const char *value, Error *error)
{
    const size_t length = strlen(value), most = (size_t)row->high;
    char clean[1024] = "";
    if (length < sizeof clean) {
        memcpy(clean, value, length + 1);
        error_clean_text(clean);
    }
    return (length <= most && strspn(value, " ") < length && strcmp(clean, value) == 0) ||
           error_set(error, "%s: expected a line of text, UTF-8, of at most %.0f bytes", row->name, row->high);
}

// One of the words in metavar, which '|' separates.
static bool check_word(const OptionRow *row, const char *value, Error *error)
{
    const size_t length = strlen(value);
    for (const char *word = row->metavar, *bar; word; word = bar ? bar + 1 : NULL) {
        bar = strchr(word, '|');
        const size_t word_length = bar ? (size_t)(bar - word) : strlen(word);
        if (word_length == length && memcmp(word, value, length) == 0)
            return true;
    }
    return error_set(error, "%s %.60s: expected one of %s", row->name, value, row->metavar);
}

static bool read_spec(const OptionRow *row, Spec *out, Said *said, const char *value, Error *error)
{
    Error reason;
    SpecWish wish;
    if (!spec_parse_wish(&wish, value, &reason))
        return error_set(error, "%s: %.600s", row->name, reason.text);
    *out = wish.spec;
    said->named = wish.named;
    return true;
}

// A spec has key=value; a file's name has a dot, or a folder before it.
static bool is_path(const char *value)
{
    const size_t length = strlen(value), tail = strlen(".safetensors");
    return (length > tail && strcmp(value + length - tail, ".safetensors") == 0) ||
           (!strchr(value, '=') && (strchr(value, '.') || strchr(value, '/')));
}

// The next item of a list and its length; *text moves behind it and its comma, to NULL behind the last.
static size_t next_item(const char **text, const char **item)
{
    *item = *text;
    const size_t length = strcspn(*text, ",");
    *text = (*text)[length] ? *text + length + 1 : NULL;
    return length;
}

// The index of an item among the option's words; -1 after a sentence that lists them.
static int find_word(const OptionRow *row, const char *item, size_t length, Error *error)
{
    for (int i = 0; row->words(i); i++)
        if (strlen(row->words(i)) == length && memcmp(row->words(i), item, length) == 0)
            return i;
    char words[WORDS_SIZE];
    words_join(row->words, ", ", words, sizeof words);
    error_set(error, "%s %.*s: expected one of %s", row->name, (int)(length < 60 ? length : 60), item, words);
    return -1;
}

static bool read_choice(const OptionRow *row, int *out, const char *value, Error *error)
{
    *out = find_word(row, value, strlen(value), error);
    return *out >= 0;
}

static bool read_heats(const OptionRow *row, int out[HEATMAP_COUNT], const char *value, Error *error)
{
    const char *item;
    int count = 0, modes[HEATMAP_COUNT] = {0};
    do {
        const size_t length = next_item(&value, &item);
        if (count == HEATMAP_COUNT)
            return error_set(error, "%s: expected one mode or two, and a third was given: %.60s", row->name, item);
        const int mode = find_word(row, item, length, error);
        if (mode < 0)
            return false;
        modes[count++] = mode;
    } while (value);
    for (int i = 0; i < count; i++)
        out[i] = modes[i];
    return true;
}

static bool read_set(const OptionRow *row, unsigned *out, const char *value, Error *error)
{
    const char *item;
    unsigned bits = 0;
    do {
        const size_t length = next_item(&value, &item);
        const int index = find_word(row, item, length, error);
        if (index < 0)
            return false;
        if (bits >> index & 1)
            return error_set(error, "%s: '%.*s' is given twice", row->name, (int)length, item);
        bits |= 1u << index;
    } while (value);
    *out = bits;
    return true;
}

static bool read_pixel(const OptionRow *row, int *out, const char *value, Error *error)
{
    int place[2];
    const char *rest = read_side(&place[0], value, 0, DIGIT_SIDE - 1);
    rest = rest && *rest == ',' ? read_side(&place[1], rest + 1, 0, DIGIT_SIDE - 1) : NULL;
    if (!rest || *rest)
        return error_set(error, "%s %.60s: expected ROW,COLUMN, each from 0 to %d", row->name, value, DIGIT_SIDE - 1);
    *out = place[0] * DIGIT_SIDE + place[1];
    return true;
}

static const char *read_bin(int *out, const char *text)
{
    char *end;
    if (strspn(text, "-0123456789.") == 0)
        return NULL;
    const double value = strtod(text, &end);
    *out = value < 0.0   ? 0
           : value > 1.0 ? HISTOGRAM_BINS - 1
                         : 1 + (int)fmin(HISTOGRAM_INNER - 1, value * HISTOGRAM_INNER);
    return end;
}

// A bound on the edge of two bins means the one inside the range.
static bool read_range(const OptionRow *row, int out[2], const char *value, Error *error)
{
    int bins[2] = {0, 0};
    const char *rest = read_bin(&bins[0], value);
    const char *high = rest && *rest == ',' ? rest + 1 : NULL;
    rest = high ? read_bin(&bins[1], high) : NULL;
    if (!rest || *rest || bins[0] > bins[1])
        return error_set(error, "%s %.60s: expected LOW,HIGH, two numbers, the first not above the second", row->name,
                         value);
    const double top = strtod(high, NULL) * HISTOGRAM_INNER;
    if (bins[1] > bins[0] && bins[1] < HISTOGRAM_BINS - 1 && top < HISTOGRAM_INNER && top == floor(top))
        bins[1]--;
    out[0] = bins[0];
    out[1] = bins[1];
    return true;
}

// Of both sides, or of A and then of B; 0 stands for none.
static bool read_plane(const OptionRow *row, int out[SIDE_COUNT][LATENT_AXES], const char *value, Error *error)
{
    int numbers[SIDE_COUNT * LATENT_AXES], count = 0;
    const char *rest = value;
    while ((rest = read_side(&numbers[count++], rest, 0, MODEL_CODE_MAX)) && *rest == ',' &&
           count < SIDE_COUNT * LATENT_AXES)
        rest++;
    if (!rest || *rest || count % LATENT_AXES != 0)
        return error_set(error, "%s %.60s: expected two numbers, or A's two and B's two, each from 0 to %d", row->name,
                         value, MODEL_CODE_MAX);
    for (int i = 0; i < SIDE_COUNT * LATENT_AXES; i++)
        out[i / LATENT_AXES][i % LATENT_AXES] = numbers[i % count] - 1;
    return true;
}

// "b12=-0.5": the side, the number from 1 on, and where it was pulled to.
static bool read_pull(const char *item, size_t length, CodePulls *out)
{
    static const char letters[SIDE_COUNT + 1] = "ab";
    char text[48], *end;
    int number;
    const char *letter = length > 0 && length < sizeof text ? strchr(letters, item[0]) : NULL;
    if (!letter)
        return false;
    (void)snprintf(text, sizeof text, "%.*s", (int)length, item);
    const char *equals = read_side(&number, text + 1, 1, MODEL_CODE_MAX);
    if (!equals || *equals != '=' || !equals[1] || strspn(equals + 1, "0123456789.-+e") != strlen(equals + 1))
        return false;
    const float to = strtof(equals + 1, &end);
    float *place = &out->values[letter - letters][number - 1];
    if (*end || !(fabsf(to) <= 1e30f) || !isnan(*place))
        return false;
    *place = to;
    return true;
}

static bool read_pulls(const OptionRow *row, CodePulls *out, const char *value, Error *error)
{
    const char *item;
    code_pulls_clear(out, -1, -1);
    do {
        const size_t length = next_item(&value, &item);
        if (!read_pull(item, length, out))
            return error_set(error,
                             "%s %.*s: expected a or b, a number from 1 to %d that is not pulled yet, = and where to",
                             row->name, (int)(length < 60 ? length : 60), item, MODEL_CODE_MAX);
    } while (value);
    return true;
}

bool cli_read_value(const OptionRow *row, Options *out, const char *value, Error *error)
{
    void *field = (char *)out + row->offset;
    switch (row->kind) {
    case KIND_FLAG: *(bool *)field = true; return true;
    case KIND_WHOLE: return read_whole(row, field, value, error);
    case KIND_REAL: return read_real(row, field, value, error);
    case KIND_MODEL:
        if (strcmp(value, "pca") == 0) {
            out->said[(int)row->low].is_pca = true;
            return true;
        }
        if (is_path(value)) {
            out->said[(int)row->low].file = value;
            return true;
        }
        return read_spec(row, field, &out->said[(int)row->low], value, error);
    case KIND_SPEC: return read_spec(row, field, &out->said[(int)row->low], value, error);
    case KIND_SIZE: return read_size(row, field, value, error);
    case KIND_CHOICE: return read_choice(row, field, value, error);
    case KIND_HEATS: return read_heats(row, field, value, error);
    case KIND_SET: return read_set(row, field, value, error);
    case KIND_DRAWING:
        return capture_unpack_drawing(value, field) ||
               error_set(error, "%s %.60s: expected a drawing as a link has it: bytes that are deflated, in base64",
                         row->name, value);
    case KIND_PIXEL: return read_pixel(row, field, value, error);
    case KIND_RANGE: return read_range(row, field, value, error);
    case KIND_PLANE: return read_plane(row, field, value, error);
    case KIND_PULLS: return read_pulls(row, field, value, error);
    case KIND_WORD:
        if (!check_word(row, value, error))
            return false;
        break;
    case KIND_LINE:
        if (!check_line(row, value, error))
            return false;
        break;
    case KIND_TEXT:
    case KIND_DATA:
        if (!*value)
            return error_set(error, "%s needs a path, and an empty one was given", row->name);
    }
    *(const char **)field = row->kind == KIND_DATA && strcmp(value, "builtin") == 0 ? NULL : value;
    return true;
}
