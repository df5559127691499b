// CSV's parts: what csv.c, csv_row.c and csv_columns.c share. Internal to the engine; nobody else includes this.
#pragma once
#include "data/csv.h"

enum { CSV_COLUMNS_MAX = INTAKE_SIDE_MAX * INTAKE_SIDE_MAX + 2, CSV_TOKEN_SIZE = 64, CSV_BUFFER = 65536 };

// What the header says of the columns that hold no pixel.
typedef struct CsvNames {
    bool is_there, has_id; // has_id: the first one counts the images
    int label;             // the column; -1: it names none
} CsvNames;

// A name of the first line, from left to right. Begin with {.label = -1}.
void csv_note_name(CsvNames *names, const char *token, int column);

// Whether what is no number may stand in this column of so many: a label may.
bool csv_may_be_label(const CsvNames *names, int column, int count);

// ---- lines (csv_row.c) --------------------------------------------------------------------------------------------

typedef struct CsvReader {
    ByteReader *from;
    const LoadProgress *progress;
    LabelNames *labels; // what labels that are words are numbered by
    CsvNames names;
    int named_column; // where they stand; -1: there are none
    char separator;
    size_t at, size; // of buffer
    bool has_ended, has_numbers;
    size_t unreported;       // bytes since the last report
    uint64_t line, row_line; // lines from 1: the one that is read, and that of the row
    int count;               // columns of the first line; 0: it was not read
    char token[CSV_TOKEN_SIZE];
    float row[CSV_COLUMNS_MAX];
    char buffer[CSV_BUFFER];
} CsvReader;

typedef enum CsvRow { ROW_NUMBERS, ROW_HEADER, ROW_NONE, ROW_FAILED } CsvRow;

// NULL after a sentence. Owned by the caller (free).
CsvReader *csv_begin(ByteReader *from, Intake *intake);

// The next line that is neither empty nor a remark (#), into row, and how many columns it has. HEADER: only the first.
CsvRow csv_read_row(CsvReader *reader, int *count);

// Whether nothing lies behind the text.
bool csv_check_end(const CsvReader *reader);

// ---- columns (csv_columns.c) --------------------------------------------------------------------------------------

typedef struct CsvColumns {
    int side;         // of the images; 0: not known yet
    int label;        // the column; -1: there is none
    bool has_id;      // the first column counts the images
    bool is_doubtful; // no header names the label, and it never changes
} CsvColumns;

// Tells from the number of columns, their names and the numbers of the first lines (rows, count) what they are.
bool csv_find_columns(int count, const CsvNames *names, const float *numbers, int rows, CsvColumns *out,
                      const char *name, Error *error);

// Moves a row's pixels to where they follow one another, over the label, which is returned (0: there is none).
float *csv_gather(const CsvColumns *columns, int count, float *row, float *label);
