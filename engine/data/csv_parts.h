// CSV's parts: what csv.c and csv_columns.c share. Internal to the engine; nobody else includes this.
#pragma once
#include "data/csv.h"

enum { CSV_COLUMNS_MAX = INTAKE_SIDE_MAX * INTAKE_SIDE_MAX + 2, CSV_TOKEN_SIZE = 64 };

// What a header calls the columns that may hold no pixel.
typedef struct CsvNames {
    bool is_there;
    char first[2][CSV_TOKEN_SIZE], last[CSV_TOKEN_SIZE];
} CsvNames;

typedef struct CsvColumns {
    int side;               // of the images; 0: not known yet
    int first_pixel, label; // columns; label -1: there is none
    bool has_id;            // the first column counts the images
} CsvColumns;

// Tells from the number of columns, their names and the numbers of the first lines (rows, count) what they are.
bool csv_find_columns(int count, const CsvNames *names, const float *numbers, int rows, CsvColumns *out,
                      const char *name, Error *error);

// A number with a decimal point, or where semicolons separate a comma. The whole text.
bool csv_parse_number(const char *text, char separator, float *out);
