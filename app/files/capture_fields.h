// Capture fields: what a picture's settings hold, as a table.
//
// To add one: a row in capture_fields.c, whose order is that of the JSON, with the function that writes it and the one
// that reads it back, among their like: capture_data.c, the data set and what of it is on show; capture_look.c, how it
// is looked at; capture_window.c, moment, lesson and window; capture_models.c; capture_pad.c, the drawing;
// capture_code.c, the views of the code. Thread: as capture_state.h.
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

// Writing: the value of a key; a number.
void capture_set(json_t *object, const char *key, json_t *value);
json_t *capture_real(float value);

// capture_models.c
json_t *capture_model(const ModelFrame *m); // settings, which figures_json tells, too
CaptureWrite capture_write_a, capture_write_b, capture_write_others, capture_write_hidden;
CaptureRead capture_read_a, capture_read_b, capture_read_others, capture_read_hidden;

// capture_code.c
CaptureWrite capture_write_claims_page, capture_write_measured, capture_write_verdicts; // capture_claims.c
CaptureRead capture_read_claims_page, capture_read_measured, capture_read_verdicts;
CaptureWrite capture_write_code, capture_write_latent;
CaptureRead capture_read_code, capture_read_latent;

// capture_pad.c
CaptureWrite capture_write_pad, capture_write_drawing;
CaptureRead capture_read_pad, capture_read_drawing;

// capture_data.c
CaptureWrite capture_write_data, capture_write_notices, capture_write_first, capture_write_shuffled,
    capture_write_digits, capture_write_page, capture_write_digit;
CaptureRead capture_read_data, capture_read_page, capture_read_digit;

// capture_look.c
CaptureWrite capture_write_heatmaps, capture_write_scales, capture_write_clipped, capture_write_show_as,
    capture_write_binary, capture_write_histogram, capture_write_curve, capture_write_wipe, capture_write_fed_back,
    capture_write_pixel, capture_write_pixel_choice, capture_write_target, capture_write_brush, capture_write_matrix,
    capture_write_hide;
CaptureRead capture_read_heatmaps, capture_read_scales, capture_read_clipped, capture_read_show_as, capture_read_binary,
    capture_read_histogram, capture_read_curve, capture_read_wipe, capture_read_fed_back, capture_read_pixel,
    capture_read_pixel_choice, capture_read_target, capture_read_brush, capture_read_matrix, capture_read_hide;

// capture_window.c
CaptureWrite capture_write_theme, capture_write_pad_brush, capture_write_centred, capture_write_newest,
    capture_write_past, capture_write_epochs, capture_write_preset, capture_write_lesson, capture_write_lesson_pixel,
    capture_write_pace, capture_write_paused, capture_write_popup, capture_write_window, capture_write_figure;
CaptureRead capture_read_theme, capture_read_pad_brush, capture_read_centred, capture_read_past, capture_read_epochs,
    capture_read_preset, capture_read_lesson, capture_read_lesson_pixel, capture_read_pace, capture_read_paused,
    capture_read_popup, capture_read_window, capture_read_figure;
