// CSV, its lines and fields: see csv_parts.h.
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/csv_parts.h"

enum { REPORT_BYTES = 4 << 20, FIELD_MAX = 4096, EMPTY_MAX = 1 << 16, COUNTING_MIN = 24 };

// ---- characters ---------------------------------------------------------------------------------------------------

static bool refill(CsvReader *reader)
{
    ByteReader *from = reader->from;
    reader->at = 0;
    if (!byte_reader_read(from, reader->buffer, CSV_BUFFER, &reader->size))
        return false;
    reader->has_ended = reader->size == 0;
    // Counted as it is unpacked: what packs well is long, too.
    reader->unreported += reader->size;
    if (reader->unreported < REPORT_BYTES)
        return true;
    reader->unreported = 0;
    return load_progress_report(reader->progress, from->position, from->size, from->error);
}

// The next character, which stays; -1 at the end; -2 on failure.
static int peek(CsvReader *reader)
{
    if (reader->at == reader->size && !reader->has_ended && !refill(reader))
        return -2;
    return reader->has_ended ? -1 : (unsigned char)reader->buffer[reader->at];
}

// ---- fields -------------------------------------------------------------------------------------------------------

typedef enum FieldEnd { FIELD_MORE, FIELD_LINE, FIELD_FAILED } FieldEnd;

// The end of a line, whichever of the three it is: \n, \r\n, or \r alone, as old Macs wrote it.
static bool take_line_end(CsvReader *reader, int c)
{
    if (c == '\r') {
        reader->at++;
        c = peek(reader);
    }
    if (c == '\n')
        reader->at++;
    reader->line++;
    return c != -2;
}

static FieldEnd refuse_token(const CsvReader *reader, const char *what)
{
    (void)error_set(reader->from->error, "%s is no table: line %llu has a field %s", reader->from->name,
                    (unsigned long long)reader->line, what);
    return FIELD_FAILED;
}

// Reads a field into token, without the blanks and quotes around it, and what ends it.
static FieldEnd read_field(CsvReader *reader)
{
    size_t length = 0;
    int taken = 0, c;
    bool is_inside = false;
    for (;;) {
        c = peek(reader);
        if (c == -2)
            return FIELD_FAILED;
        if (c < 0 || c == '\n' || c == '\r' || (!is_inside && c == reader->separator))
            break;
        reader->at++;
        if (c == '"')
            is_inside = !is_inside;
        else if ((length > 0 || !isspace(c)) && length < CSV_TOKEN_SIZE - 1)
            reader->token[length++] = (char)c;
        if (++taken > FIELD_MAX || (c < ' ' && !isspace(c)))
            return refuse_token(reader, taken > FIELD_MAX ? "without an end" : "with a control character");
    }
    while (length > 0 && isspace((unsigned char)reader->token[length - 1]))
        length--;
    reader->token[length] = '\0';
    if (c == reader->separator) {
        reader->at++;
        return FIELD_MORE;
    }
    return c < 0 || take_line_end(reader, c) ? FIELD_LINE : FIELD_FAILED;
}

// A number with a decimal point, or where commas do not separate a comma. The whole text.
static bool parse_number(const char *text, char separator, float *out)
{
    double mantissa = 0, sign = 1;
    int digits = 0, scale = 0, exponent = 0;
    if (*text == '-' || *text == '+')
        sign = *text++ == '-' ? -1 : 1;
    for (; isdigit((unsigned char)*text); digits++)
        mantissa = mantissa * 10 + (*text++ - '0');
    if (*text == '.' || (*text == ',' && separator != ','))
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

static CsvRow refuse_field(const CsvReader *reader, const char *token, uint64_t line, int column)
{
    (void)error_set(reader->from->error, "%s has in line %llu, column %d, '%.40s' where a number was expected",
                    reader->from->name, (unsigned long long)line, column + 1, token);
    return ROW_FAILED;
}

// What the fields of the first line are, as they come: whether they are names of columns.
typedef struct Names {
    int words, run, longest, bad; // words: fields that are no numbers; bad: the first of them, -1: none
    long last;
    char token[CSV_TOKEN_SIZE]; // of bad
} Names;

// Headers of numbers count: 0,1,2,... where the columns had no names, 0,0.1,0.2,... where names were not unique.
static void note_name(Names *names, CsvNames *out, const char *token, int column, bool is_number)
{
    const char *dot = strchr(token, '.'), *digits = dot ? dot + 1 : token;
    const bool counts = strspn(digits, "0123456789") == strlen(digits) && *digits && strlen(digits) < 7;
    const long number = counts ? strtol(digits, NULL, 10) : -2;
    names->run = counts && number == names->last + 1 ? names->run + 1 : 0;
    names->last = number;
    names->longest = names->run > names->longest ? names->run : names->longest;
    if (!is_number && names->bad < 0) {
        names->bad = column;
        memcpy(names->token, token, CSV_TOKEN_SIZE);
    }
    names->words += !is_number;
    csv_note_name(out, token, column);
}

// Whether it can be a label: a word, and none that stands for a number that is missing.
static bool is_word(const char *token)
{
    static const char *const missing[] = {"na", "nan", "n/a", "null", "none", "inf", "infinity"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (strcasecmp(token, missing[i]) == 0)
            return false;
    return isalpha((unsigned char)*token) || (unsigned char)*token >= 0x80;
}

// A word where a number stands elsewhere is a label, and there only in one column.
static CsvRow take_word(CsvReader *reader, const char *token, uint64_t line, int column)
{
    const bool is_first = reader->named_column < 0 && !reader->has_numbers;
    if (reader->named_column == column ? !*token : !is_first || !is_word(token))
        return refuse_field(reader, token, line, column);
    reader->named_column = reader->names.label = column;
    const int label = label_names_add(reader->labels, token);
    if (label < 0) {
        (void)error_set(reader->from->error, "%s has more than %d different labels", reader->from->name,
                        LABEL_NAMES_MAX);
        return ROW_FAILED;
    }
    reader->row[column] = (float)label;
    return ROW_NUMBERS;
}

// What the first line is, once it is known whole.
static CsvRow judge_first(CsvReader *reader, const Names *seen, int count, uint64_t line)
{
    CsvNames *names = &reader->names;
    reader->count = count;
    names->is_there = seen->words * 2 > count || seen->longest >= COUNTING_MIN || names->label == 0 ||
                      (names->label >= 0 && names->label == count - 1);
    if (names->is_there)
        return ROW_HEADER;
    *names = (CsvNames){.label = -1};
    if (seen->words > 1 || (seen->words == 1 && !csv_may_be_label(names, seen->bad, count)))
        return refuse_field(reader, seen->token, line, seen->bad);
    return seen->words == 1 ? take_word(reader, seen->token, line, seen->bad) : ROW_NUMBERS;
}

// Whether the line is passed over: empty, or a remark as NumPy writes its header.
static bool skip_line(CsvReader *reader, bool *is_over)
{
    int c = peek(reader);
    *is_over = c == -1;
    if (c != '#' && c != '\n' && c != '\r')
        return false;
    while (c == '#' || (c >= 0 && c != '\n' && c != '\r')) {
        reader->at++;
        c = peek(reader);
    }
    return c != -2 && (c == -1 || take_line_end(reader, c));
}

static bool find_line(CsvReader *reader, bool *is_over)
{
    for (int i = 0; skip_line(reader, is_over); i++)
        if (i == EMPTY_MAX)
            return error_set(reader->from->error, "%s has more than %d empty lines one after another",
                             reader->from->name, EMPTY_MAX);
    return peek(reader) != -2;
}

static CsvRow take_field(CsvReader *reader, uint64_t line, int column)
{
    return csv_may_be_label(&reader->names, column, reader->count) ? take_word(reader, reader->token, line, column)
                                                                   : refuse_field(reader, reader->token, line, column);
}

CsvRow csv_read_row(CsvReader *reader, int *count)
{
    bool is_over;
    const bool is_first = reader->count == 0;
    Names seen = {.bad = -1, .last = -2};
    if (!find_line(reader, &is_over))
        return ROW_FAILED;
    if (is_over)
        return ROW_NONE;
    const uint64_t line = reader->row_line = reader->line;
    FieldEnd end = FIELD_MORE;
    for (*count = 0; end == FIELD_MORE; (*count)++) {
        if (*count == CSV_COLUMNS_MAX) {
            (void)error_set(reader->from->error, "%s has more than %d columns in line %llu", reader->from->name,
                            CSV_COLUMNS_MAX, (unsigned long long)line);
            return ROW_FAILED;
        }
        end = read_field(reader);
        if (end == FIELD_FAILED)
            return ROW_FAILED;
        if (end == FIELD_LINE && !*reader->token && *count > 0 && (is_first || *count == reader->count))
            break; // the line ends in a separator
        const bool is_number =
            reader->named_column != *count && parse_number(reader->token, reader->separator, &reader->row[*count]);
        if (is_first)
            note_name(&seen, &reader->names, reader->token, *count, is_number);
        else if (!is_number && take_field(reader, line, *count) == ROW_FAILED)
            return ROW_FAILED;
    }
    const CsvRow kind = is_first ? judge_first(reader, &seen, *count, line) : ROW_NUMBERS;
    reader->has_numbers = reader->has_numbers || kind == ROW_NUMBERS;
    return kind;
}

// ---- begin and end ------------------------------------------------------------------------------------------------

// The separator that the first line has most of; where there are as many commas as others, those are decimal.
static char find_separator(const ByteReader *from, size_t at)
{
    static const char separators[] = ",;\t |";
    char best = ',';
    while (at < from->start_size && (from->start[at] == '#' || from->start[at] == '\n')) { // remarks
        const uint8_t *end = memchr(from->start + at, '\n', from->start_size - at);
        at = end ? (size_t)(end - from->start) + 1 : from->start_size;
    }
    for (int i = 0, most = 0; separators[i]; i++) {
        int found = 0;
        for (size_t k = at; k < from->start_size && from->start[k] != '\n' && from->start[k] != '\r'; k++)
            found += from->start[k] == (uint8_t)separators[i];
        found *= separators[i] == ';' || separators[i] == '\t' ? 2 : 1;
        best = found > most ? separators[i] : best;
        most = found > most ? found : most;
    }
    return best;
}

// What is something else is called so. A byte order mark is passed over.
static bool begin(CsvReader *reader)
{
    ByteReader *from = reader->from;
    char kind[FILE_KIND_TEXT];
    uint8_t mark[3];
    size_t got;
    if (file_kind_is_gzip(from->start, from->start_size) && !byte_reader_unpack(from))
        return false;
    if (from->start_size > 0 && file_kind_describe(kind, from->start, from->start_size) &&
        !strstr(kind, "plain text") && !strstr(kind, "CSV"))
        return file_kind_refuse(from->name, from->start, from->start_size, "a table of numbers (CSV)", from->error);
    const bool has_mark = from->start_size >= 3 && memcmp(from->start, "\xef\xbb\xbf", 3) == 0;
    reader->separator = find_separator(from, has_mark ? 3 : 0);
    return byte_reader_read(from, mark, has_mark ? 3 : 0, &got);
}

CsvReader *csv_begin(ByteReader *from, Intake *intake)
{
    CsvReader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        (void)error_set(from->error, "there is no memory to read %s", from->name);
        return NULL;
    }
    reader->from = from;
    reader->progress = intake->options->progress;
    reader->labels = &intake->label_names;
    reader->names.label = reader->named_column = -1;
    reader->line = 1;
    if (begin(reader))
        return reader;
    free(reader);
    return NULL;
}

bool csv_check_end(const CsvReader *reader)
{
    const ByteReader *from = reader->from;
    if (!from->is_gzip || byte_reader_count_trailing(from) == 0)
        return true;
    return error_set(from->error, "%s has %llu trailing bytes after its gzip data, where the end was expected",
                     from->name, (unsigned long long)byte_reader_count_trailing(from));
}
