// The table of forms, and the file that no form knows by its name; see form.h.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "data/form.h"
#include "io/file.h"

typedef struct FormRow {
    const char *key;
    bool is_deep; // only once the folders below were looked at, too
    FindForm *find;
    PartKind alone; // what a single file is that begins so; NONE: no file alone is a set
    bool (*begins)(const uint8_t *bytes, size_t size);
} FormRow;

static bool begins_as_idx(const uint8_t *bytes, size_t size)
{
    return size >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] >> 3 == 1 && (bytes[3] == 3 || bytes[3] == 4);
}

static bool begins_as_npy(const uint8_t *bytes, size_t size) { return size >= 6 && memcmp(bytes, "\x93NUMPY", 6) == 0; }

// A line with many separators.
static bool begins_as_table(const uint8_t *bytes, size_t size)
{
    enum { COLUMNS_MIN = 64 };
    int separators = 0;
    for (size_t i = 0; i < size && bytes[i] != '\n' && bytes[i] != '\r'; i++) {
        if (!isprint(bytes[i]) && !isspace(bytes[i]) && bytes[i] < 0x80)
            return false;
        // Blanks that fill a line up are not between anything.
        separators += strchr(",;\t |", bytes[i]) && (i == 0 || bytes[i] != bytes[i - 1]);
    }
    return separators >= COLUMNS_MIN - 1;
}

// In the order in which they are looked for.
static const FormRow rows[] = {
    {"idx", false, form_find_idx, PART_IDX_IMAGES, begins_as_idx},
    {"numpy", false, form_find_arrays, PART_NPY_ANY, begins_as_npy},
    {"csv", false, form_find_csv, PART_CSV, begins_as_table},
    {"pictures", true, form_find_pictures, PART_NONE, NULL},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

FormResult form_find(Plan *plan, Error *error)
{
    for (int i = 0; i < ROW_COUNT; i++) {
        if (rows[i].is_deep && !plan->is_deep)
            continue;
        const FormResult result = rows[i].find(plan, error);
        if (result != FORM_ABSENT)
            return result;
    }
    return FORM_ABSENT;
}

FormResult form_find_by_bytes(Plan *plan, Error *error)
{
    static const char expected[] = "a data set (a folder, IDX, .npz, .npy or CSV files, or a .zip or .tar.gz of one)";
    char name[SOURCE_PATH_MAX];
    int entry = 0;
    while (entry < plan->source->count && strcmp(plan->source->entries[entry].path, plan->selected) != 0)
        entry++;
    (void)snprintf(name, sizeof name, "%s/%s", plan->source->path, plan->selected);
    ByteReader reader;
    if (!byte_reader_open(&reader, name, error))
        return FORM_FAILED;
    if (file_kind_is_gzip(reader.start, reader.start_size) && !byte_reader_unpack(&reader)) {
        byte_reader_close(&reader);
        return FORM_FAILED;
    }
    byte_reader_close(&reader);
    for (int i = 0; i < ROW_COUNT; i++)
        if (entry < plan->source->count && rows[i].begins && // a hidden file is not among them
            rows[i].begins(reader.start, reader.start_size)) {
            plan->parts[entry] = (Part){.kind = rows[i].alone};
            return FORM_FOUND;
        }
    (void)file_kind_refuse(name, reader.start, reader.start_size, expected, error);
    return FORM_FAILED;
}
