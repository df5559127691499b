// Palettes: see palette.h.
//
// heat is magma without its orange, so that no model's colour is in it; its lightness runs one way all along, also to a
// colour-blind eye and in grey. plus and minus keep clear of below and above. The veil leaves a fifth of a colour, and
// grey in the place of the rest: the brightest pixel under it is darker than the darkest lit one.
#include "draw/palette.h"

#define BELOW 0x2fd6c3ff
#define ABOVE 0xe0296bff
#define VEIL  0x0c0c0cccU
#define LIT   0xf4f07a73U
#define EDGE  0xa6e3a1d0U

const Palette PALETTE_DARK = {
    .heat = {7,
             {{0, 0x000000ff},
              {0.12F, 0x1c0a33ff},
              {0.3F, 0x4d1467ff},
              {0.5F, 0x96237cff},
              {0.7F, 0xdd4a84ff},
              {0.87F, 0xf79bb0ff},
              {1, 0xfff4ecff}}},
    .plus_minus = {3, {{-1, 0x74d36bff}, {0, 0x000000ff}, {1, 0xb98cffff}}},
    .below = BELOW,
    .above = ABOVE,
    .nan = 0xff6b6bff,
    .veil = VEIL,
    .lit = LIT,
    .edge = EDGE,
    .labels = {0xfff0c3ff, 0x4be1d2ff, 0xd28787ff, 0x96f069ff, 0xf0ff00ff, 0xff69ffff, 0x87873cff, 0xf04b00ff,
               0x5a87a5ff, 0x0f87ffff},
};

const Palette PALETTE_LIGHT = {
    .heat = {7,
             {{0, 0xffffffff},
              {0.12F, 0xfbe3e6ff},
              {0.3F, 0xf3a9bbff},
              {0.5F, 0xd95a93ff},
              {0.7F, 0x96237cff},
              {0.87F, 0x4d1467ff},
              {1, 0x1c0a33ff}}},
    .plus_minus = {3, {{-1, 0x2c8a2aff}, {0, 0xffffffff}, {1, 0x7a3fd0ff}}},
    .below = BELOW,
    .above = ABOVE,
    .nan = 0xc62828ff,
    .veil = VEIL,
    .lit = LIT,
    .edge = EDGE,
    .labels = {0x3c3c69ff, 0xe100d2ff, 0x690f2dff, 0x2d78f0ff, 0x008778ff, 0xff1e78ff, 0x0f1ea5ff, 0xf01e0fff,
               0x693c00ff, 0x0f1effff},
};
