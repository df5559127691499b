// Text states: what a window may have to say, at its longest, put into a frame that was composed on a stage.
//
// To add one: a row in the list and its dress_NAME in text_states.c. Thread: the test's own.
#pragma once
#include "stage.h"

// X(NAME, name)
#define TEXT_STATES(X)                                                                                                 \
    X(UNTRAINED, untrained)                                                                                            \
    X(TRAINED, trained)                                                                                                \
    X(BETWEEN, between)   /* figures of another moment than the pictures */                                            \
    X(LONGEST, longest)   /* words and figures */                                                                      \
    X(ABSURD, absurd)     /* figures of any size */                                                                    \
    X(INFINITE, infinite) /* figures that are not finite */                                                            \
    X(BROKEN, broken)                                                                                                  \
    X(PAST, past) /* in a film */                                                                                      \
    X(CAPTURE, capture)                                                                                                \
    X(MESSAGE, message)                                                                                                \
    X(DRAWN, drawn) /* the pad's drawing by hand, centred */                                                           \
    X(EMPTY, empty) /* no drawing */

#define NAME_TEXT_STATE(NAME, name) TEXT_##NAME,
typedef enum TextState { TEXT_STATES(NAME_TEXT_STATE) TEXT_STATE_COUNT } TextState;
#undef NAME_TEXT_STATE

const char *text_state_name(TextState state);

// Overwrites the frame's figures and words; the app composes it anew from its own.
void text_state_dress(TextState state, const Stage *stage, Frame *frame);
