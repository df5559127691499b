// Session: what `view` and `shot` share: data, digit and options read, an App and a Render on a Window.
#pragma once
#include "commands/cli.h"
#include "commands/link.h"
#include "draw/font.h"
#include "draw/render.h"
#include "draw/window.h"
#include "files/capture_state.h"
#include "panels/panel.h"
#include "state/app.h"
#include "state/saying_report.h"

typedef struct Session {
    Dataset *dataset;            // NULL: the built-in digits
    InkResult *digit;            // what --digit holds; NULL: not given
    ModelFile files[SIDE_COUNT]; // of --init, --a and --b; zeroed: not given
    const char *bad_model;       // the path of a model's file that could not be read; NULL: none
    char data_path[PATH_MAX];    // of --data, for pictures
    SavedState saved;            // of a picture, where there is one
    Notices notices;             // what of that picture is not as it was
    Window *window;
    Font *font;
    Render *render;
    DrawList draw;
    Ui ui;
    Ui figure; // of the last figure
    App app;
    Layout layout;        // of the last pass
    CaptureWindow shown;  // and the window
    char page[LINK_SIZE]; // the address that links are of; "": they are fragments alone
    bool has_app;
    bool is_linked;      // what is on show came from a link just now
    bool is_live;        // a window: a picture shows what it shows, not what is newer
    int passed_requests; // how many the last pass made
} Session;

// Returns 0, or the exit status with a sentence in error. session_close in either case.
int session_open(Session *session, const Options *options, bool is_offscreen, Error *error);
void session_close(Session *session);

// Another data set in the place of the one that is there, which is freed; NULL: the built-in digits. Takes it over.
// path: where it is, as --data takes it; NULL: nowhere. False where memory is short: then everything is as before, and
// the set is still the caller's.
bool session_take_dataset(Session *session, Dataset *dataset, const char *path, Error *error);

// Brings the window to what a picture of losslens says; its models are trained again, in the background, to where they
// were. options: what the window was started with. dataset: what the picture was made with, taken over; NULL: the
// built-in digits, or the one that is open (session_has_data). False where memory is short: then everything is
// as before, and the set is still the caller's.
bool session_take_state(Session *session, const Options *options, const CaptureState *state, Dataset *dataset,
                        Error *error);

// The same for a link, as cli_parse read it; dataset: where its data is another than is open. Nothing of it is
// remembered for the next start.
bool session_take_link(Session *session, const Options *options, const Options *link, Dataset *dataset, Error *error);

// Whether that data is what is open, by its path or, wherever it lies, by its sums. Any thread, while it stays open.
bool session_has_data(const Session *session, const CaptureData *data);

// The results of a report.json, where they are of the digits that are open. False after a sentence. Thread: any, while
// the session has its data.
bool session_read_report(const Session *session, const char *path, SayingReport *out, Error *error);

// The test digits that models are tried with, for who reads them on another thread. session_free_digits.
bool session_copy_digits(const Session *session, ImageSet *out, Error *error);
void session_free_digits(ImageSet *digits); // also fine on a zeroed one

// Loads a model's file; what it does not say is guessed on those digits. Thread: any, while the session has its data.
bool session_load_model(const Session *session, const char *path, const SpecWish *wish, const LoadProgress *progress,
                        ModelFile *out, Error *error);

// Composes a frame, draws it into session->draw and applies what was asked. Returns the frame.
const Frame *session_pass(Session *session, const Options *options, const Input *input, WindowSize size,
                          bool is_capture, bool takes_news);

// A picture as the window would show it: rgba (size.height, size.width, 4) and its settings as JSON, both owned by the
// caller (free). *rgba is NULL, or an earlier picture of that size, whose memory is used again. NULL in *rgba on
// failure.
bool session_picture(Session *session, const Options *options, const Input *input, WindowSize size, uint8_t **rgba,
                     char **json, Error *error);

// The same for a figure of what is on the stage: panels/figure.h. title: NULL for its own. The window's layout stays as
// it is; what is in session->draw does not.
typedef struct FigureOrder {
    int width, height;
    ThemeKind theme;
    const char *title;
} FigureOrder;
bool session_figure(Session *session, const FigureOrder *order, uint8_t **rgba, char **json, Error *error);

// The link of what the window shows. left_out: what it cannot say, nouns. False as link_write.
bool session_link(Session *session, char link[LINK_SIZE], Notices *left_out, Error *error);

// Puts that picture into a file that has begun and that the caller finishes.
bool session_capture(Session *session, const Options *options, const Input *input, WindowSize size, NewFile *file,
                     Error *error);
