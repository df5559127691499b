// What the files of a session share: session.c, opening and data; session_state.c, what a picture says; session_draw.c.
// Private to them.
#pragma once
#include "commands/session.h"

// ---- session.c ----

// Where a data set is, which may be given by its name; empty where that has too long a name.
void session_resolve_data(const char *given, char path[PATH_MAX]);

// Whose links are copied from now on: of the page of this one; of the usual page where it names none.
void session_set_page(Session *session, const char *link);

bool session_check_digits(const Session *session, const Options *options, Error *error);

// Loads the models' files and makes the app; the data is read, and the window there. The exit status.
int session_open_app(Session *session, const Options *options, Error *error);

void session_free_dataset(Dataset *dataset); // NULL is allowed

// ---- session_state.c ----

// The picture's state, with what was asked for by options of their own; NULL: there is no picture.
const SavedState *session_merge_state(Session *session, const Options *options, const Spec specs[SIDE_COUNT]);

// Says where the data is not what the picture was made with.
void session_compare_data(Session *session, const CaptureData *was);

// The report by which the picture's claims were decided decides them again.
void session_load_verdicts(Session *session, const Options *options);

// Takes a report's results for the claims. False after a sentence.
bool session_open_report(Session *session, const char *path, Error *error);

// Models that began with a file begin with it again.
void session_load_origins(Session *session, const Options *options);
