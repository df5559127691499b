// Command line: an option's value as text, for links. What cli_values.c reads.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cli_options.h"
#include "files/capture_pad.h"

// In as few digits as read back to the same.
static void format_real(float value, char *text, size_t size)
{
    for (int digits = 1; digits <= 9; digits++) {
        (void)snprintf(text, size, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            return;
    }
}

// The items of a spec's text, key=value: commas stand between them and within the value of "layers", too.
static int list_items(char *text, char *items[SPEC_KEY_COUNT])
{
    int count = 0;
    for (char *at = text; at && count < SPEC_KEY_COUNT;) {
        items[count++] = at;
        char *next = strchr(at, ',');
        while (next && strcspn(next + 1, ",") < strcspn(next + 1, "="))
            next = strchr(next + 1, ',');
        at = next ? next + 1 : NULL;
        if (next)
            *next = 0;
    }
    return count;
}

static void join_items(char *const *items, int count, unsigned kept, char text[SPEC_TEXT_SIZE])
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; i < count; i++)
        if (kept >> i & 1)
            used += (size_t)snprintf(text + used, SPEC_TEXT_SIZE - used, "%s%s", used ? "," : "", items[i]);
}

// The loss, and what is not as it would be without being named.
static void format_spec(const Spec *spec, char text[CLI_VALUE_SIZE])
{
    char whole[SPEC_TEXT_SIZE], *items[SPEC_KEY_COUNT];
    spec_format(spec, whole, sizeof whole);
    const int count = list_items(whole, items);
    unsigned kept = (1u << count) - 1;
    for (int i = count - 1; i > SPEC_KEY_LOSS; i--) {
        Spec without;
        join_items(items, count, kept & ~(1u << i), text);
        if (spec_parse(&without, text, NULL) && spec_equal(&without, spec))
            kept &= ~(1u << i);
    }
    join_items(items, count, kept, text);
}

static bool format_model(const OptionRow *row, const Options *options, const Spec *spec, char text[CLI_VALUE_SIZE])
{
    const Said *said = &options->said[(int)row->low];
    if (said->file)
        return false;
    if (said->is_pca)
        (void)strcpy(text, "pca");
    else
        format_spec(spec, text);
    return true;
}

static void format_set(const OptionRow *row, unsigned bits, char text[CLI_VALUE_SIZE])
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; row->words(i); i++)
        if (bits >> i & 1)
            used += (size_t)snprintf(text + used, CLI_VALUE_SIZE - used, "%s%s", used ? "," : "", row->words(i));
}

// The bins' edges. Below 0 and above 1 there is a bin each.
static void format_range(const int bins[2], char text[CLI_VALUE_SIZE])
{
    const bool is_one = bins[0] == bins[1]; // its middle, since its upper edge is the next one's
    const double low = bins[0] == 0                    ? -1
                       : bins[0] == HISTOGRAM_BINS - 1 ? 2
                                                       : (bins[0] - 1) / (double)HISTOGRAM_INNER,
                 high = bins[1] == 0                    ? -1
                        : bins[1] == HISTOGRAM_BINS - 1 ? 2
                                                        : (bins[1] - (is_one ? 0.5 : 0)) / (double)HISTOGRAM_INNER;
    (void)snprintf(text, CLI_VALUE_SIZE, "%.9g,%.9g", low, high);
}

// numbers: A's, then B's.
static void format_plane(const int *numbers, char text[CLI_VALUE_SIZE])
{
    const int *a = numbers, *b = numbers + LATENT_AXES;
    const int used = snprintf(text, CLI_VALUE_SIZE, "%d,%d", a[LATENT_ACROSS] + 1, a[LATENT_UP] + 1);
    if (memcmp(a, b, LATENT_AXES * sizeof *a) != 0)
        (void)snprintf(text + used, (size_t)(CLI_VALUE_SIZE - used), ",%d,%d", b[LATENT_ACROSS] + 1, b[LATENT_UP] + 1);
}

// False where there are none, or too many.
static bool format_pulls(const CodePulls *pulls, char text[CLI_VALUE_SIZE])
{
    size_t used = 0;
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int i = 0; i < MODEL_CODE_MAX; i++) {
            char to[32];
            if (isnan(pulls->values[side][i]))
                continue;
            format_real(pulls->values[side][i], to, sizeof to);
            used += (size_t)snprintf(text + used, CLI_VALUE_SIZE - used, "%s%c%d=%s", used ? "," : "",
                                     side == SIDE_A ? 'a' : 'b', i + 1, to);
            if (used >= CLI_VALUE_SIZE)
                return false;
        }
    return used > 0;
}

static bool format_text(const char *value, char text[CLI_VALUE_SIZE])
{
    return value && snprintf(text, CLI_VALUE_SIZE, "%s", value) < CLI_VALUE_SIZE;
}

bool cli_format_value(const OptionRow *row, const Options *options, char text[CLI_VALUE_SIZE])
{
    const void *field = (const char *)options + row->offset;
    const int *numbers = field;
    text[0] = 0;
    switch (row->kind) {
    case KIND_FLAG: return *(const bool *)field;
    case KIND_TEXT:
    case KIND_LINE:
    case KIND_WORD: return format_text(*(const char *const *)field, text);
    case KIND_DATA: return format_text(*(const char *const *)field ? *(const char *const *)field : "builtin", text);
    case KIND_CHOICE: return *numbers >= 0 && format_text(row->words(*numbers), text);
    case KIND_WHOLE:
        (void)snprintf(text, CLI_VALUE_SIZE, "%d", *numbers);
        return *numbers >= row->low && *numbers <= row->high;
    case KIND_REAL:
        format_real(*(const float *)field, text, CLI_VALUE_SIZE);
        return (double)*(const float *)field >= row->low && (double)*(const float *)field <= row->high &&
               !strpbrk(text, "e-");
    case KIND_SPEC: format_spec(field, text); return true;
    case KIND_MODEL: return format_model(row, options, field, text);
    case KIND_SIZE: (void)snprintf(text, CLI_VALUE_SIZE, "%dx%d", numbers[0], numbers[1]); return true;
    case KIND_HEATS:
        (void)snprintf(text, CLI_VALUE_SIZE, "%s,%s", row->words(numbers[0]), row->words(numbers[1]));
        return true;
    case KIND_SET: format_set(row, *(const unsigned *)field, text); return *(const unsigned *)field != 0;
    case KIND_DRAWING: return capture_pack_drawing(field, text, CLI_VALUE_SIZE);
    case KIND_PIXEL:
        (void)snprintf(text, CLI_VALUE_SIZE, "%d,%d", *numbers / DIGIT_SIDE, *numbers % DIGIT_SIDE);
        return true;
    case KIND_RANGE: format_range(numbers, text); return numbers[0] <= numbers[1];
    case KIND_PLANE: format_plane(numbers, text); return true;
    case KIND_PULLS: return format_pulls(field, text);
    }
    return false;
}
