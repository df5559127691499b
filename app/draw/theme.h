// Theme: every colour and every distance of the window. Distances are at scale 1; ui_px() turns them into pixels.
//
// One colour, one meaning: A is blue, B is orange, and nothing else is. The two are told apart by people with any
// common colour blindness. To add a colour: a row of THEME_COLORS, with its value on a dark and on a light ground.
// Thread: constant tables.
#pragma once
#include "draw/draw.h"

typedef enum ThemeKind { THEME_DARK, THEME_LIGHT, THEME_COUNT } ThemeKind;

// X(name, dark, light): what it is for stands behind it.
#define THEME_COLORS(X)                                                                                                \
    X(back, 0x0f1115ff, 0xffffffff)       /* behind everything */                                                      \
    X(panel, 0x161a21ff, 0xf4f5f7ff)      /* cards, bars */                                                            \
    X(raised, 0x232833ff, 0xe6e8ecff)     /* buttons */                                                                \
    X(hover, 0x2d333fff, 0xd9dce3ff)      /* a button under the mouse */                                               \
    X(edge, 0x2f3541ff, 0xc9cdd5ff)       /* thin borders */                                                           \
    X(text, 0xeceef1ff, 0x14171cff)       /* text; what is chosen; the ring of keyboard focus; the pad's frame */      \
    X(soft, 0xa9b0bcff, 0x4c5462ff)       /* labels, landmarks */                                                      \
    X(faint, 0x7d8594ff, 0x6b7280ff)      /* key hints; figures of another moment than the picture beside them */      \
    X(inverse, 0x0b0d10ff, 0xffffffff)    /* text on a filled accent */                                                \
    X(a, 0x5aa7ffff, 0x1763c6ff)          /* model A */                                                                \
    X(b, 0xffb14dff, 0xa84f00ff)          /* model B */                                                                \
    X(below, 0x2fd6c3ff, 0x097569ff)      /* words about outputs below 0 */                                            \
    X(above, 0xff6a9bff, 0xc8165aff)      /* words about outputs above 1 */                                            \
    X(plus, 0xb98cffff, 0x7a3fd0ff)       /* words about signed maps: brighter */                                      \
    X(minus, 0x74d36bff, 0x267825ff)      /* words about signed maps: darker */                                        \
    X(lesson, 0xf4f07aff, 0x796600ff)     /* what a lesson talks about */                                              \
    X(right, 0xa6e3a1ff, 0x2a7634ff)      /* a verdict of true */                                                      \
    X(partly, 0xefe08aff, 0x796600ff)     /* a verdict of partly true */                                               \
    X(wrong, 0xff8087ff, 0xb3333cff)      /* a verdict of false */                                                     \
    X(broken, 0xff6b6bff, 0xc62828ff)     /* a model that broke, an error */                                           \
    X(grid, 0xffffff14, 0x00000018)       /* lines of a plot */                                                        \
    X(line, 0xffffff50, 0x00000060)       /* landmarks in a plot */                                                    \
    X(fill, 0xffffff22, 0x00000024)       /* what a histogram's inputs fill */                                         \
    X(shade, 0x000000b0, 0x00000080)      /* behind an overlay */                                                      \
    X(float_back, 0x12151bf5, 0xfffffff5) /* a tooltip's ground */

typedef struct Theme {
    const char *key;        // on the command line and in the settings
    const Palette *palette; // of the images on its grounds
#define THEME_FIELD(name, dark, light) Color name;
    THEME_COLORS(THEME_FIELD)
#undef THEME_FIELD
} Theme;

const Theme *theme_get(ThemeKind kind);
int theme_find(const char *key); // a ThemeKind, -1 if absent

static inline Color theme_fade(Color color, unsigned alpha) // alpha: 0 .. 255
{
    return (color & 0xffffff00u) | alpha;
}

enum {
    TEXT_SMALL = 12, // captions' side notes, axis labels, landmarks: nothing is smaller
    TEXT_NORMAL = 13,
    TEXT_FIGURE = 15, // badges, figures of all test digits, a lesson's sentence
    TEXT_SAY = 17,    // the narrator, a claim's title
    TEXT_TITLE = 19,
    TOP_HEIGHT = 44,
    NARRATOR_HEIGHT = 38,
    LESSON_HEIGHT = 92, // in the narrator's place
    LESSON_SMALL_HEIGHT = 86,
    HEAD_HEIGHT = 32, // of a model's row: badge, loss, output
    CAPTION_HEIGHT = 22,
    PLAYBACK_HEIGHT = 34,
    STATUS_HEIGHT = 26,
    MARGIN = 20,
    GAP = 12,
    BUTTON_HEIGHT = 26,
    RADIUS = 5,
};
