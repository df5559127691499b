// Capture fields: what a picture's settings hold, as a table.
//
// To add one: a row in capture_fields.c with the function that writes it and the one that reads it back; what belongs
// to models is in capture_models.c, what belongs to the drawing in capture_pad.c. The order of the rows is that of the
// JSON. Thread: as capture_state.h.
#pragma once
#include "files/capture_state.h"

typedef struct CaptureSource {
    const Frame *frame;
    const CaptureWindow *window;
    const CaptureFigure *figure; // NULL: the window's picture
} CaptureSource;

typedef json_t *CaptureWrite(const CaptureSource *source); // NULL: not to be told

// Value: what stands at the key, never NULL. False after capture_expect.
typedef bool CaptureRead(const json_t *value, CaptureState *out, Error *error);

typedef struct CaptureField {
    const char *key;
    CaptureWrite *write;
    CaptureRead *read; // NULL: nothing follows from it
} CaptureField;

const CaptureField *capture_fields(int *count);

// "expected ..., found 12" into error; false.
bool capture_expect(const json_t *found, const char *expected, Error *error);

// Values of a field, or of a part of one: false after capture_expect.
typedef const char *CaptureKey(int index); // of a table's row
bool capture_read_key(const json_t *value, CaptureKey *key, int count, int *out, Error *error);
bool capture_read_whole(const json_t *value, int64_t low, int64_t high, int64_t *out, Error *error);
bool capture_read_int(const json_t *value, int low, int high, int *out, Error *error);
bool capture_read_float(const json_t *value, double low, double high, float *out, Error *error);
bool capture_read_flag(const json_t *value, bool *out, Error *error);
bool capture_read_pair(const json_t *value, int low, int high, int out[2], Error *error);
bool capture_read_sum(const json_t *value, char out[65], Error *error); // 64 hex digits

// capture_models.c
json_t *capture_model(const ModelFrame *m); // settings, which figures_json tells, too
json_t *capture_write_a(const CaptureSource *source);
json_t *capture_write_b(const CaptureSource *source);
json_t *capture_write_others(const CaptureSource *source);
json_t *capture_write_hidden(const CaptureSource *source);
CaptureRead capture_read_a, capture_read_b, capture_read_others, capture_read_hidden;

// capture_pad.c
json_t *capture_write_pad(const CaptureSource *source);
json_t *capture_write_drawing(const CaptureSource *source);
CaptureRead capture_read_pad, capture_read_drawing;
