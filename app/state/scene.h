// Scenes: the views of the window, as a table.
//
// To add one: a row here; panels/layout_NAME.c or a function in one of the layouts, layout_place_NAME; a file
// panels/panel_NAME.c with panel_NAME. Tabs, keys, help, command line, JSON, trace, screenshots and tests follow.
// Thread: a constant table.
#pragma once
#include <stdbool.h>

typedef enum Side { SIDE_A, SIDE_B, SIDE_COUNT } Side;

enum { SHOWS_A = 1 << SIDE_A, SHOWS_B = 1 << SIDE_B, SHOWS_BOTH = SHOWS_A | SHOWS_B };

enum {
    SCENE_IS_STAGE = 1, // the digit that one draws and what the models make of it, test digits, histogram and curves
    SCENE_HAS_MAPS = 2, // heatmaps
    SCENE_HAS_WIPE = 4, // A and B may be laid over each other
    SCENE_IS_SOLO = 8,  // one model of the stage: reached from its badge, without a tab
    SCENE_HAS_PAD = 16, // one draws on its first picture; so on every stage
    SCENE_HAS_CODE = 32 // shows the numbers of the code (code_frame.h)
};

// X(NAME, name, key, label, help, shows, cast, flags, note):
// key: on the command line and in JSON; label: on its tab; help: what is to be seen; shows: which of A and B; cast:
// which models it needs besides, cast_want_CAST in cast.c; note: what the caption says of these, or empty.
#define SCENES(X)                                                                                                      \
    X(COMPARE, compare, "compare", "Compare", "A and B side by side", SHOWS_BOTH, pair,                                \
      SCENE_IS_STAGE | SCENE_HAS_PAD | SCENE_HAS_MAPS | SCENE_HAS_WIPE, "")                                            \
    X(SOLO_A, solo_a, "solo", "Solo A", "A alone", SHOWS_A, pair,                                                      \
      SCENE_IS_STAGE | SCENE_HAS_PAD | SCENE_HAS_MAPS | SCENE_IS_SOLO, "")                                             \
    X(SOLO_B, solo_b, "solo-b", "Solo B", "B alone", SHOWS_B, pair,                                                    \
      SCENE_IS_STAGE | SCENE_HAS_PAD | SCENE_HAS_MAPS | SCENE_IS_SOLO, "")                                             \
    X(MATRIX, matrix, "matrix", "Matrix", "every output with every loss", SHOWS_BOTH, matrix, SCENE_HAS_MAPS,          \
      "Every cell: A with its column's loss and its row's output.")                                                    \
    X(INSPECT, inspect, "inspect", "Inspect", "one pixel", SHOWS_BOTH, pair, SCENE_HAS_MAPS, "")                       \
    X(CLAIMS, claims, "claims", "Claims", "the claims", SHOWS_BOTH, claims, 0,                                         \
      "Every other model: A with another loss, output or seed.")                                                       \
    X(CODE, code, "code", "Code", "the numbers of the code", SHOWS_BOTH, pair, SCENE_HAS_PAD | SCENE_HAS_CODE, "")     \
    X(LATENT, latent, "latent", "Latent", "the plane of two of them", SHOWS_BOTH, pair,                                \
      SCENE_HAS_PAD | SCENE_HAS_CODE, "")

#define SCENE_NAME(NAME, name, key, label, help, shows, cast, flags, note) SCENE_##NAME,
typedef enum Scene { SCENES(SCENE_NAME) SCENE_COUNT } Scene;
#undef SCENE_NAME

enum { SCENES_MAX = 9 }; // the keys 1 to 9 lead to them
_Static_assert((int)SCENE_COUNT <= (int)SCENES_MAX, "each scene has a key of its own: give the others another one");

typedef struct SceneRow {
    const char *name, *key, *label, *help, *note;
    unsigned shows, flags;
} SceneRow;

const SceneRow *scene_get(Scene scene);

bool scene_shows(Scene scene, int side); // whether this side's model is on show
bool scene_has(Scene scene, unsigned flag);
