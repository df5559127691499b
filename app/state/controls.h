// Controls: parts of the window that can be left out, by name: for whoever teaches, so that a class sees what the hour
// is about. What is left out is not drawn, and nothing leads to what it does: no key, no double click.
//
// To add one: a row below; what it alone asks for, in controls.c; and not to draw it, where it is drawn: look_hides.
// Thread: pure functions.
#pragma once
#include "state/request.h"

// NAME, its key on the command line and in links. Views have theirs (scene.h).
#define CONTROLS(CONTROL)                                                                                              \
    CONTROL(MATRIX, "matrix")                                                                                          \
    CONTROL(INSPECT, "inspect")                                                                                        \
    CONTROL(CLAIMS, "claims")                                                                                          \
    CONTROL(CODE, "code")                                                                                              \
    CONTROL(LATENT, "latent")                                                                                          \
    CONTROL(LESSON, "lesson")                                                                                          \
    CONTROL(DATA, "data")                                                                                              \
    CONTROL(SETUPS, "set-ups")                                                                                         \
    CONTROL(SHOWING, "showing")                                                                                        \
    CONTROL(SAVE, "save")                                                                                              \
    CONTROL(HELP, "help")                                                                                              \
    CONTROL(NARRATOR, "narrator")                                                                                      \
    CONTROL(MODELS, "models")                                                                                          \
    CONTROL(MORE, "more")                                                                                              \
    CONTROL(PAGES, "pages")                                                                                            \
    CONTROL(HISTOGRAM, "histogram")                                                                                    \
    CONTROL(CURVES, "curves")                                                                                          \
    CONTROL(TABLE, "table")                                                                                            \
    CONTROL(PLAY, "play")                                                                                              \
    CONTROL(SPEED, "speed")                                                                                            \
    CONTROL(FILM, "film")                                                                                              \
    CONTROL(TIMELINE, "timeline")

#define CONTROL_ENTRY(NAME, key) HIDE_##NAME,
typedef enum Control { CONTROLS(CONTROL_ENTRY) CONTROL_COUNT } Control;
#undef CONTROL_ENTRY
_Static_assert((int)CONTROL_COUNT <= 32, "Look.hidden has a bit for each");

const char *control_key(int control);

static inline bool look_hides(const Look *look, Control control) { return look->hidden >> control & 1; }

bool controls_hide_scene(const Look *look, Scene scene); // the view of that name is left out

// Takes out of the requests what only controls ask for that are left out; look: what is on show.
void controls_filter(const Look *look, Requests *requests);
