// Capture state: the settings in a picture, written and read back.
//
// What they say is a table of fields, capture_fields.c; the JSON text is in the PNG's chunk "losslens". Paths that
// begin with the user's home are written with ~, so that no name of a user is in a picture. Whatever is read may have
// been made by anybody: memory is bounded by the structs here and CAPTURE_TEXT_MAX. Thread: no state; any thread, but
// for writing, which is the UI thread's.
#pragma once
#include <jansson.h>

#include "files/capture.h"
#include "state/saved.h"

enum { CAPTURE_TITLE_SIZE = 1024 }; // bytes with the 0

// The window that is in the picture, or whose stage the figure is of. Pixels.
typedef struct CaptureWindow {
    int width, height;
    float display_scale, user_scale; // as layout_fit_scale takes them
} CaptureWindow;

// What a figure (panels/figure.h) adds to a frame.
typedef struct CaptureFigure {
    int width, height;
    ThemeKind theme;
    char title[CAPTURE_TITLE_SIZE];
    bool has_own_title; // nobody has given it another
} CaptureFigure;

// The data that the models were trained with.
typedef struct CaptureData {
    char name[64];
    bool is_builtin;
    char path[PATH_MAX];    // of a set that is not built in; "": the picture does not say
    DataSums sums;          // likewise
    DatasetOptions reading; // turn, invert, scale_max
    int train_count, test_count;
    int limit; // the first so many training images; 0: all
    bool is_in_order;
} CaptureData;

typedef struct CaptureState {
    SavedState saved;
    CaptureData data;
    CaptureWindow window;
    bool is_figure;
    CaptureFigure figure;
    ThemeKind theme;
    char verdicts[PATH_MAX]; // of the report that decides the claims; "": none
    Notices notices;         // what of it is not known here, or of another version
} CaptureState;

// The settings of a frame's picture. figure: NULL for the window. Where memory is short something is missing
// (json_memory.h), or NULL. Owned by the caller: json_decref.
json_t *capture_settings(const Frame *frame, const CaptureWindow *window, const CaptureFigure *figure);

// The same as the text that capture_write takes. NULL where memory is short. Owned by the caller: free.
char *capture_settings_text(const Frame *frame, const CaptureWindow *window, const CaptureFigure *figure);

// Whether the bytes of a file begin as a PNG, whatever it shows.
bool capture_is_png(const uint8_t *bytes, size_t size);

// Reads the settings of a picture. False where it is no PNG (CAPTURE_NO_PNG), has none of losslens' settings
// (CAPTURE_FOREIGN), or they cannot be followed (CAPTURE_BAD): the sentence says what was found.
typedef enum CaptureReading { CAPTURE_READ, CAPTURE_NO_PNG, CAPTURE_FOREIGN, CAPTURE_BAD } CaptureReading;
CaptureReading capture_read_settings(const char *path, CaptureState *out, Error *error);

// The same for the JSON text itself; name stands for the file in sentences.
bool capture_parse_state(const char *text, size_t size, const char *name, CaptureState *out, Error *error);

// The text of a path in settings, and the path that such a text means here.
void capture_fold_home(const char *path, char text[PATH_MAX]);
void capture_unfold_home(const char *text, char path[PATH_MAX]);
