// Saved: what a picture's settings say of the app that made it, so that the app can be brought back to it (restore.c).
// Reading and writing them: files/capture_state.h. A plain value, far larger than is good for a stack that is deep.
#pragma once
#include "state/frame.h"

// A model that was on show.
typedef struct SavedModel {
    Spec spec;
    int64_t step, newest; // of the weights that were shown, and how far it was trained
    int epochs;           // that lie behind newest, one begun counts as one
    int64_t broken_step;  // -1: none
    char sha256[65];      // of the weights that were shown; empty: not known
    ModelOrigin origin;   // where its first weights came from
} SavedModel;

typedef struct SavedState {
    Spec specs[SIDE_COUNT];
    Look look;
    SavedModel models[MODELS_MAX]; // in the frame's order, but for a side that was not on show, which is the last
    int model_count;               // 0: they are trained as ever
    int epochs;                    // where training pauses by itself
    int preset;                    // -1: none
    int page_first, page_shuffle;
    bool has_pad;
    PadState pad; // source >= 0: that test digit, whatever ink says
    bool is_centred;
    float brush; // radius
    Popup popup;
    int glossary, claim;
    unsigned measured;                            // sayings, over seeds: bits 1 << saying
    bool has_lesson_pixel, is_lesson_pixel_moved; // look.pixel is the card's; the user's, in its place
    Pace pace;
    bool is_paused; // by hand
    bool has_pulls;
    CodePulls pulls; // of the code's numbers
} SavedState;
