// CSV, what the columns are.
//
// To add a name of a label's column: a row in label_names.
#include <math.h>
#include <string.h>
#include <strings.h>

#include "data/csv_parts.h"

static const char *const label_names[] = {"label", "labels", "class", "target", "digit", "y", "category", "letter"};
static const char *const id_names[] = {"", "id", "index", "imageid", "image_id", "unnamed: 0"};

enum { EXTRA_MAX = 2, DOUBT_ROWS = 32 };

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_label(const char *name) { return is_among(name, label_names, sizeof label_names / sizeof *label_names); }

static bool is_id(const char *name) { return is_among(name, id_names, sizeof id_names / sizeof *id_names); }

void csv_note_name(CsvNames *names, const char *token, int column)
{
    if (names->label < 0 && is_label(token))
        names->label = column;
    names->has_id = names->has_id || (column == 0 && is_id(token));
}

bool csv_may_be_label(const CsvNames *names, int column, int count)
{
    return names->label >= 0 ? column == names->label : column == 0 || column == count - 1;
}

// The side of images of so many pixels; 0: they are not square, or of another size than images have here.
static int find_side(int pixels)
{
    for (int side = INTAKE_SIDE_MIN; side <= INTAKE_SIDE_MAX; side++)
        if (side * side == pixels)
            return side;
    return 0;
}

// How a column looks: a label is whole and changes; the corner of a picture stays as it is.
static bool changes(const float *numbers, int rows, int count, int column)
{
    bool is_changing = false;
    for (int i = 0; i < rows; i++) {
        const float number = numbers[(size_t)i * (size_t)count + (size_t)column];
        if (number != truncf(number))
            return false;
        is_changing = is_changing || number != numbers[column];
    }
    return is_changing;
}

// Of tables whose header does not say it.
static int guess_label(int count, const float *numbers, int rows)
{
    const bool first = changes(numbers, rows, count, 0), last = changes(numbers, rows, count, count - 1);
    if (first != last)
        return first ? 0 : count - 1;
    // All lines have the same label: then it is the one that is not black.
    return !first && numbers[0] == 0 && numbers[count - 1] != 0 ? count - 1 : 0;
}

bool csv_find_columns(int count, const CsvNames *names, const float *numbers, int rows, CsvColumns *out,
                      const char *name, Error *error)
{
    int extra = 0;
    while (extra <= EXTRA_MAX && find_side(count - extra) == 0)
        extra++;
    const bool has_id = names->has_id && extra > 0;
    if (extra > EXTRA_MAX || (extra == EXTRA_MAX && !has_id))
        return error_set(error,
                         "%s has %d columns where 784 for the pixels of 28x28 images were expected, or those of "
                         "another square from 8x8 to 256x256, and one for the label before or behind them",
                         name, count);
    *out = (CsvColumns){.side = find_side(count - extra), .label = -1, .has_id = has_id};
    if (extra > has_id)
        out->label = names->label >= has_id ? names->label : has_id ? 1 : guess_label(count, numbers, rows);
    out->is_doubtful =
        out->label >= 0 && names->label < 0 && rows >= DOUBT_ROWS && !changes(numbers, rows, count, out->label);
    return true;
}

float *csv_gather(const CsvColumns *columns, int count, float *row, float *label)
{
    *label = 0;
    if (columns->label >= 0) {
        *label = row[columns->label];
        memmove(row + columns->label, row + columns->label + 1, (size_t)(count - 1 - columns->label) * sizeof *row);
    }
    return row + columns->has_id;
}
