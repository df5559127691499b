// CSV: see csv.h. Its lines and fields: csv_row.c; what the columns are: csv_columns.c.
//
// Only one line's numbers are in memory, and at first as many lines as it takes to tell where the label stands.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv_parts.h"

enum { PENDING_BYTES = 16 << 20, PENDING_ROWS = 4096, FIRST_CAPACITY = 1024 };

// ---- rows become images -------------------------------------------------------------------------------------------

typedef struct Table {
    CsvReader *reader;
    Intake *intake;
    Split split;
    CsvColumns columns;
    int count; // of columns
    float *pending, *scratch;
    int pending_count, pending_capacity;
} Table;

static bool is_byte(float number) { return number >= 0 && number <= 255 && number == truncf(number); }

static bool check_label(const ByteReader *from, float label, int count)
{
    return (label == truncf(label) && fabsf(label) <= (float)(1 << 24)) ||
           error_set(from->error, "%s has the label %g for image %d where a whole number was expected", from->name,
                     (double)label, count + 1);
}

static bool put_row(Table *table, float *row)
{
    const ByteReader *from = table->reader->from;
    IntakeSet *set = &table->intake->sets[table->split];
    float label;
    const float *pixels = csv_gather(&table->columns, table->count, row, &label);
    const IntakeShape shape = {table->columns.side, table->columns.side, 1, false};
    bool is_plain = set->pixels != NULL;
    for (int i = 0; is_plain && i < DIGIT_PIXELS; i++)
        is_plain = is_byte(pixels[i]);
    if ((set->pixels && !is_plain && !intake_widen(table->intake, table->split, from->name, from->error)) ||
        (set->count == set->capacity && !intake_grow(table->intake, table->split, from->name, from->error)) ||
        (table->columns.label >= 0 && !check_label(from, label, set->count)))
        return false;
    if (table->columns.label >= 0)
        set->labels[set->label_count++] = (int32_t)label;
    intake_put(table->intake, table->split, set->count++, &shape, pixels, table->scratch);
    return true;
}

// Once enough lines are there to tell what the columns are.
static bool begin_table(Table *table)
{
    const ByteReader *from = table->reader->from;
    if (!csv_find_columns(table->count, &table->reader->names, table->pending, table->pending_count, &table->columns,
                          from->name, from->error))
        return false;
    const CsvColumns *columns = &table->columns;
    const bool is_plain = columns->side == DIGIT_SIDE;
    const IntakeShape shape = {columns->side, columns->side, 1, false};
    if (!intake_check_shape(table->intake, &shape, from->name, from->error) ||
        !intake_reserve(table->intake, table->split, FIRST_CAPACITY, is_plain ? ELEMENT_U8 : ELEMENT_F32, !is_plain,
                        from->name, from->error))
        return false;
    table->intake->sets[table->split].type = ELEMENT_U8; // in a text bytes and others look the same
    if (columns->label >= 0 &&
        !intake_reserve_labels(table->intake, table->split, FIRST_CAPACITY, from->name, from->error))
        return false;
    if (columns->is_doubtful)
        notices_add(&table->intake->notices,
                    "the first %d images all have the label %g: where another column holds it, a header has to name it",
                    table->pending_count, (double)table->pending[columns->label]);
    if (columns->has_id)
        notices_add(&table->intake->notices, "the first column of the table counts the images and was left out");
    for (int i = 0; i < table->pending_count; i++)
        if (!put_row(table, table->pending + (size_t)i * (size_t)table->count))
            return false;
    return true;
}

static bool put_or_keep(Table *table)
{
    if (table->columns.side > 0)
        return put_row(table, table->reader->row);
    memcpy(table->pending + (size_t)table->pending_count++ * (size_t)table->count, table->reader->row,
           (size_t)table->count * sizeof(float));
    return table->pending_count < table->pending_capacity || begin_table(table);
}

static bool refuse_count(const CsvReader *reader, int count)
{
    return error_set(reader->from->error, "%s has %d columns in line %llu where the first line has %d",
                     reader->from->name, count, (unsigned long long)reader->row_line, reader->count);
}

// The first line, NONE or FAILED after a sentence.
static CsvRow read_first(CsvReader *reader)
{
    int count;
    const CsvRow kind = csv_read_row(reader, &count);
    if (kind == ROW_NONE)
        (void)error_set(reader->from->error, "%s is empty, and a table of numbers (CSV) was expected",
                        reader->from->name);
    return kind;
}

static bool read_rows(Table *table)
{
    CsvReader *reader = table->reader;
    CsvRow kind = read_first(reader);
    if (kind == ROW_FAILED || kind == ROW_NONE)
        return false;
    const int room = PENDING_BYTES / (int)sizeof(float) / reader->count;
    table->count = reader->count;
    table->pending_capacity = room < PENDING_ROWS ? room : PENDING_ROWS;
    table->pending = malloc((size_t)table->pending_capacity * (size_t)table->count * sizeof(float));
    if (!table->pending)
        return error_set(reader->from->error, "there is no memory to read %s", reader->from->name);
    for (int count = table->count; kind != ROW_NONE;) {
        if (kind == ROW_NUMBERS && count != table->count)
            return refuse_count(reader, count);
        if (kind == ROW_NUMBERS && !put_or_keep(table))
            return false;
        kind = csv_read_row(reader, &count);
        if (kind == ROW_FAILED)
            return false;
    }
    if (table->columns.side == 0 && table->pending_count == 0)
        return error_set(reader->from->error, "%s has a header and no line with numbers", reader->from->name);
    return table->columns.side > 0 || begin_table(table);
}

bool csv_read(ByteReader *from, Intake *intake, Split split)
{
    CsvReader *reader = csv_begin(from, intake);
    if (!reader)
        return false;
    Table table = {.reader = reader, .intake = intake, .split = split};
    table.scratch = malloc(INTAKE_SCRATCH * sizeof *table.scratch);
    const bool is_read = (table.scratch || error_set(from->error, "there is no memory to read %s", from->name)) &&
                         read_rows(&table) && csv_check_end(reader);
    intake->sets[split].is_named = intake->sets[split].is_named || reader->named_column >= 0;
    free(table.pending);
    free(table.scratch);
    free(reader);
    return is_read;
}

// ---- labels alone -------------------------------------------------------------------------------------------------

typedef struct LabelList {
    int32_t *items;
    int count;
} LabelList;

static bool add_label(LabelList *list, const ByteReader *from, float label)
{
    if ((list->count & (list->count - 1)) == 0) {
        int32_t *items = realloc(list->items, 2 * ((size_t)list->count + 1) * sizeof *items);
        if (!items || list->count > INTAKE_CONVERTED_MAX)
            return error_set(from->error, "there is no memory for the labels of %s", from->name);
        list->items = items;
    }
    if (!check_label(from, label, list->count))
        return false;
    list->items[list->count++] = (int32_t)label;
    return true;
}

// The column that the header names, else the last of at most two.
static bool read_list(CsvReader *reader, LabelList *list)
{
    const ByteReader *from = reader->from;
    CsvRow kind = read_first(reader);
    if (kind == ROW_FAILED || kind == ROW_NONE)
        return false;
    if (reader->names.label < 0 && reader->count > 2)
        return error_set(from->error, "%s has %d columns where labels were expected: one column, or one named label",
                         from->name, reader->count);
    for (int count = reader->count; kind != ROW_NONE;) {
        if (kind == ROW_NUMBERS && count != reader->count)
            return refuse_count(reader, count);
        const int column = reader->names.label >= 0 ? reader->names.label : reader->count - 1;
        if (kind == ROW_NUMBERS && !add_label(list, from, reader->row[column]))
            return false;
        kind = csv_read_row(reader, &count);
        if (kind == ROW_FAILED)
            return false;
    }
    return list->count > 0 || error_set(from->error, "%s has a header and no label", from->name);
}

bool csv_read_labels(ByteReader *from, Intake *intake, Split split)
{
    IntakeSet *set = &intake->sets[split];
    LabelList list = {NULL, 0};
    CsvReader *reader = csv_begin(from, intake);
    const bool is_read = reader && read_list(reader, &list) && csv_check_end(reader) &&
                         intake_reserve_labels(intake, split, (uint64_t)list.count, from->name, from->error);
    if (is_read) {
        memcpy(set->labels, list.items, (size_t)list.count * sizeof *list.items);
        set->label_count = list.count;
        set->is_named = reader->named_column >= 0;
    }
    free(list.items);
    free(reader);
    return is_read;
}
