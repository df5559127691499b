// CSV, its lines and fields: see csv.h. What the columns are: csv_columns.c.
//
// Only one line's numbers are in memory, and at first as many lines as it takes to tell where the label stands.
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv_parts.h"

enum {
    BUFFER = 65536,
    PENDING_BYTES = 16 << 20,
    PENDING_ROWS = 4096,
    REPORT_BYTES = 4 << 20,
    FIRST_CAPACITY = 1024,
    FIELD_MAX = 4096
};

typedef struct Reader {
    ByteReader *from;
    const LoadProgress *progress;
    char separator;
    size_t at, size; // of buffer
    bool has_ended, is_quoted;
    uint64_t reported, line, row_line; // lines from 1: the one that is read, and that of the row
    char token[CSV_TOKEN_SIZE];
    float *row;   // (CSV_COLUMNS_MAX)
    char *buffer; // (BUFFER)
} Reader;

// ---- characters ---------------------------------------------------------------------------------------------------

static bool refill(Reader *reader)
{
    ByteReader *from = reader->from;
    reader->at = 0;
    if (!byte_reader_read(from, reader->buffer, BUFFER, &reader->size))
        return false;
    reader->has_ended = reader->size == 0;
    if (from->position - reader->reported < REPORT_BYTES)
        return true;
    reader->reported = from->position;
    return load_progress_report(reader->progress, from->position, from->size, from->error);
}

// The next character, which stays; -1 at the end; -2 on failure.
static int peek(Reader *reader)
{
    if (reader->at == reader->size && !reader->has_ended && !refill(reader))
        return -2;
    return reader->has_ended ? -1 : (unsigned char)reader->buffer[reader->at];
}

// ---- fields -------------------------------------------------------------------------------------------------------

typedef enum FieldEnd { FIELD_MORE, FIELD_LINE, FIELD_FAILED } FieldEnd;

// Reads a field into token, without the blanks and quotes around it, and what ends it.
static FieldEnd read_field(Reader *reader)
{
    size_t length = 0;
    int taken = 0;
    bool is_inside = false;
    for (;;) {
        const int c = peek(reader);
        if (c == -2)
            return FIELD_FAILED;
        const bool is_end = c < 0 || c == '\n' || (!is_inside && c == reader->separator);
        if (!is_end) {
            reader->at++;
            if (c == '"')
                is_inside = !is_inside;
            else if (c != '\r' && (length > 0 || !isspace(c)) && length < CSV_TOKEN_SIZE - 1)
                reader->token[length++] = (char)c;
            if (++taken > FIELD_MAX || (c < ' ' && !isspace(c))) {
                (void)error_set(reader->from->error, "%s is no table: line %llu has a field %s", reader->from->name,
                                (unsigned long long)reader->line,
                                taken > FIELD_MAX ? "without an end" : "with a control character");
                return FIELD_FAILED;
            }
            continue;
        }
        while (length > 0 && isspace((unsigned char)reader->token[length - 1]))
            length--;
        reader->token[length] = '\0';
        if (c == reader->separator)
            reader->at++;
        if (c == '\n') {
            reader->at++;
            reader->line++;
        }
        return c == reader->separator ? FIELD_MORE : FIELD_LINE;
    }
}

bool csv_parse_number(const char *text, char separator, float *out)
{
    double mantissa = 0, sign = 1;
    int digits = 0, scale = 0, exponent = 0;
    if (*text == '-' || *text == '+')
        sign = *text++ == '-' ? -1 : 1;
    for (; isdigit((unsigned char)*text); digits++)
        mantissa = mantissa * 10 + (*text++ - '0');
    if (*text == '.' || (*text == ',' && separator == ';'))
        for (text++; isdigit((unsigned char)*text); digits++, scale--)
            mantissa = mantissa * 10 + (*text++ - '0');
    if (digits > 0 && (*text == 'e' || *text == 'E')) {
        text++;
        const int exponent_sign = *text == '-' ? -1 : 1;
        text += *text == '-' || *text == '+';
        if (!isdigit((unsigned char)*text))
            return false;
        while (isdigit((unsigned char)*text))
            exponent = exponent < 1000 ? exponent * 10 + (*text++ - '0') : (text++, 1000);
        exponent *= exponent_sign;
    }
    const double value = sign * mantissa * (scale + exponent == 0 ? 1 : pow(10, scale + exponent));
    *out = (float)value;
    return digits > 0 && !*text && isfinite(*out);
}

// ---- lines --------------------------------------------------------------------------------------------------------

typedef enum RowKind { ROW_NUMBERS, ROW_HEADER, ROW_NONE, ROW_FAILED } RowKind;

static RowKind refuse_field(const Reader *reader, uint64_t line, int column)
{
    (void)error_set(reader->from->error, "%s has in line %llu, column %d, '%.40s' where a number was expected",
                    reader->from->name, (unsigned long long)line, column, reader->token);
    return ROW_FAILED;
}

// The next line that is not empty. names: NULL once the first line is over; then a field that is no number fails.
static RowKind read_row(Reader *reader, int *count, CsvNames *names)
{
    for (;;) {
        const uint64_t line = reader->row_line = reader->line;
        bool is_header = false;
        FieldEnd end = FIELD_MORE;
        for (*count = 0; end == FIELD_MORE; (*count)++) {
            if (*count == CSV_COLUMNS_MAX) {
                (void)error_set(reader->from->error, "%s has more than %d columns in line %llu", reader->from->name,
                                CSV_COLUMNS_MAX, (unsigned long long)line);
                return ROW_FAILED;
            }
            end = read_field(reader);
            const bool is_number = csv_parse_number(reader->token, reader->separator, &reader->row[*count]);
            const bool is_empty = end == FIELD_LINE && *count == 0 && !*reader->token;
            if (end == FIELD_FAILED)
                return ROW_FAILED;
            if (!is_number && !is_empty && !names)
                return refuse_field(reader, line, *count + 1);
            is_header = is_header || (!is_number && !is_empty);
            if (names && *count < 2)
                memcpy(names->first[*count], reader->token, CSV_TOKEN_SIZE);
            if (names)
                memcpy(names->last, reader->token, CSV_TOKEN_SIZE);
            if (is_empty) { // an empty line, or the end
                if (peek(reader) == -1)
                    return ROW_NONE;
                break;
            }
        }
        if (*count > 0)
            return is_header ? ROW_HEADER : ROW_NUMBERS;
    }
}

// The separator that the first line has most of. A byte order mark is passed over.
static bool begin(Reader *reader)
{
    static const char separators[] = ",;\t |";
    ByteReader *from = reader->from;
    if (file_kind_is_gzip(from->start, from->start_size) && !byte_reader_unpack(from))
        return false;
    size_t at = from->start_size >= 3 && memcmp(from->start, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, got;
    uint8_t mark[3];
    int most = 0;
    if (!byte_reader_read(from, mark, at, &got))
        return false;
    reader->separator = ',';
    for (size_t i = 0; separators[i]; i++) {
        int found = 0;
        for (size_t k = at; k < from->start_size && from->start[k] != '\n'; k++)
            found += from->start[k] == (uint8_t)separators[i];
        if (found > most) {
            most = found;
            reader->separator = separators[i];
        }
    }
    reader->line = 1;
    return true;
}

// ---- rows become images -------------------------------------------------------------------------------------------

typedef struct Table {
    Reader *reader;
    Intake *intake;
    Split split;
    CsvColumns columns;
    int count; // of columns
    float *pending, *scratch;
    int pending_count, pending_capacity;
} Table;

static bool is_byte(float number) { return number >= 0 && number <= 255 && number == truncf(number); }

static bool put_row(Table *table, const float *row)
{
    const ByteReader *from = table->reader->from;
    IntakeSet *set = &table->intake->sets[table->split];
    const float *pixels = row + table->columns.first_pixel;
    const IntakeShape shape = {table->columns.side, table->columns.side, 1, false};
    bool is_plain = set->pixels != NULL;
    for (int i = 0; is_plain && i < DIGIT_PIXELS; i++)
        is_plain = is_byte(pixels[i]);
    if ((set->pixels && !is_plain && !intake_widen(table->intake, table->split, from->name, from->error)) ||
        (set->count == set->capacity && !intake_grow(table->intake, table->split, from->name, from->error)))
        return false;
    if (table->columns.label >= 0) {
        const float label = row[table->columns.label];
        if (label != truncf(label) || fabsf(label) > (float)(1 << 24))
            return error_set(from->error, "%s has the label %g for image %d where a whole number was expected",
                             from->name, (double)label, set->count + 1);
        set->labels[set->label_count++] = (int32_t)label;
    }
    intake_put(table->intake, table->split, set->count++, &shape, pixels, table->scratch);
    return true;
}

// Once enough lines are there to tell what the columns are.
static bool begin_table(Table *table, const CsvNames *names)
{
    const ByteReader *from = table->reader->from;
    if (!csv_find_columns(table->count, names, table->pending, table->pending_count, &table->columns, from->name,
                          from->error))
        return false;
    const CsvColumns *columns = &table->columns;
    const bool is_plain = columns->side == DIGIT_SIDE;
    const IntakeShape shape = {columns->side, columns->side, 1, false};
    if (!intake_check_shape(table->intake, &shape, from->name, from->error) ||
        !intake_reserve(table->intake, table->split, FIRST_CAPACITY, is_plain ? ELEMENT_U8 : ELEMENT_F32, !is_plain,
                        from->name, from->error))
        return false;
    table->intake->type = ELEMENT_U8; // in a text bytes and others look the same
    if (columns->label >= 0 &&
        !intake_reserve_labels(table->intake, table->split, FIRST_CAPACITY, from->name, from->error))
        return false;
    if (columns->has_id)
        notices_add(&table->intake->notices, "the first column of the table counts the images and was left out");
    for (int i = 0; i < table->pending_count; i++)
        if (!put_row(table, table->pending + (size_t)i * (size_t)table->count))
            return false;
    return true;
}

static bool put_or_keep(Table *table, const CsvNames *names)
{
    if (table->columns.side > 0)
        return put_row(table, table->reader->row);
    memcpy(table->pending + (size_t)table->pending_count++ * (size_t)table->count, table->reader->row,
           (size_t)table->count * sizeof(float));
    return table->pending_count < table->pending_capacity || begin_table(table, names);
}

static bool read_rows(Table *table)
{
    Reader *reader = table->reader;
    CsvNames names = {.is_there = false};
    RowKind kind = read_row(reader, &table->count, &names);
    if (kind == ROW_FAILED)
        return false;
    if (kind == ROW_NONE)
        return error_set(reader->from->error, "%s is empty, and a table of numbers (CSV) was expected",
                         reader->from->name);
    names.is_there = kind == ROW_HEADER;
    const int room = PENDING_BYTES / (int)sizeof(float) / table->count;
    table->pending_capacity = room < PENDING_ROWS ? room : PENDING_ROWS;
    table->pending = malloc((size_t)table->pending_capacity * (size_t)table->count * sizeof(float));
    if (!table->pending)
        return error_set(reader->from->error, "there is no memory to read %s", reader->from->name);
    for (int count = table->count;;) {
        if (kind == ROW_NUMBERS && count != table->count)
            return error_set(reader->from->error, "%s has %d columns in line %llu where the first line has %d",
                             reader->from->name, count, (unsigned long long)reader->row_line, table->count);
        if (kind == ROW_NUMBERS && !put_or_keep(table, &names))
            return false;
        kind = read_row(reader, &count, NULL);
        if (kind == ROW_FAILED)
            return false;
        if (kind == ROW_NONE)
            break;
    }
    if (table->columns.side == 0 && table->pending_count == 0)
        return error_set(reader->from->error, "%s has a header and no line with numbers", reader->from->name);
    return table->columns.side > 0 || begin_table(table, &names);
}

bool csv_read(ByteReader *from, Intake *intake, Split split)
{
    Reader reader = {.from = from, .progress = intake->options->progress};
    reader.row = malloc(CSV_COLUMNS_MAX * sizeof *reader.row);
    reader.buffer = malloc(BUFFER);
    Table table = {.reader = &reader, .intake = intake, .split = split};
    table.scratch = malloc(INTAKE_SCRATCH * sizeof *table.scratch);
    bool is_read = (reader.row && reader.buffer && table.scratch) ||
                   error_set(from->error, "there is no memory to read %s", from->name);
    is_read = is_read && begin(&reader) && read_rows(&table);
    if (is_read && from->is_gzip && byte_reader_count_trailing(from) > 0)
        is_read = error_set(from->error, "%s has %llu trailing bytes after its gzip data, where the end was expected",
                            from->name, (unsigned long long)byte_reader_count_trailing(from));
    free(table.pending);
    free(table.scratch);
    free(reader.row);
    free(reader.buffer);
    return is_read;
}
