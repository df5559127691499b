// The handwriting styles of the built-in digits: for each way of writing a digit, the knots that its pen passes.
//
// x runs right and y down, both 0..100 in the digit's own box; its slant, width and size are decided by digits.c.
// Internal to the engine. Thread: constants alone.
// To add one: write its knots here, and list it in digit_styles next to the others of its digit.
#pragma once
#include <stdint.h>

// A stroke begins at a START, turns sharply at a CORNER and goes smoothly through the rest.
typedef enum KnotKind { KNOT_END, KNOT_START, KNOT_SMOOTH, KNOT_CORNER } KnotKind;

typedef struct Knot {
    int8_t x, y;
    uint8_t kind; // KnotKind
} Knot;

enum { STYLE_KNOTS = 20 };

typedef struct DigitStyle {
    uint8_t digit;
    uint8_t weight;          // how often, beside the other styles of the digit
    Knot knots[STYLE_KNOTS]; // ends at the first KNOT_END, so it holds STYLE_KNOTS - 1 at most
} DigitStyle;

#define M(x, y)                                                                                                        \
    {                                                                                                                  \
        x, y, KNOT_START                                                                                               \
    }
#define K(x, y)                                                                                                        \
    {                                                                                                                  \
        x, y, KNOT_SMOOTH                                                                                              \
    }
#define C(x, y)                                                                                                        \
    {                                                                                                                  \
        x, y, KNOT_CORNER                                                                                              \
    }

// Sorted by digit.
static const DigitStyle digit_styles[] = {
    // Rounds that close at the top, at the top right with a lap over the start, and one that stays a little open.
    {0, 40, {M(58, 1), K(30, 8), K(8, 40), K(12, 78), K(42, 100), K(76, 86), K(94, 50), K(84, 15), K(56, 0)}},
    {0, 30, {M(70, 10), K(42, 0), K(14, 25), K(4, 62), K(26, 96), K(62, 94), K(90, 62), K(90, 26), K(66, 4), K(44, 8)}},
    {0, 20, {M(36, 8), K(10, 34), K(8, 74), K(38, 100), K(74, 88), K(94, 50), K(82, 12), K(50, 1), K(30, 10)}},
    {0, 10, {M(40, 14), K(14, 40), K(12, 78), K(42, 100), K(78, 84), K(96, 48), K(80, 12), K(48, 0), K(22, 8)}},
    // A bare stroke, one with a curl, one with a flag, and one with flag and base.
    {1, 58, {M(50, 0), K(50, 50), K(50, 100)}},
    {1, 26, {M(52, 0), K(51, 33), K(49, 67), K(50, 100)}},
    {1, 8, {M(36, 16), C(52, 0), K(51, 50), K(50, 100)}},
    {1, 7, {M(28, 18), C(52, 0), K(51, 50), C(50, 100), M(20, 100), K(50, 99), K(82, 98)}},
    // A small head, a plain foot, a loop at the foot (small, large), a flat top, and a swan's neck.
    {2, 14, {M(20, 14), K(42, 0), K(66, 10), K(66, 34), K(46, 64), C(6, 96), K(50, 94), K(98, 92)}},
    {2, 24, {M(8, 24), K(26, 5), K(54, 0), K(76, 16), K(72, 42), K(46, 70), C(8, 97), K(48, 96), K(94, 94)}},
    {2,
     30,
     {M(10, 20), K(34, 1), K(64, 4), K(76, 28), K(60, 58), K(34, 86), K(12, 97), K(4, 88), K(18, 80), K(44, 88),
      K(70, 96), K(98, 90)}},
    {2,
     14,
     {M(14, 18), K(40, 0), K(70, 10), K(72, 38), K(54, 66), K(26, 94), K(2, 94), K(4, 76), K(26, 74), K(50, 86),
      K(74, 98), K(100, 92)}},
    {2, 12, {M(6, 12), K(36, 4), K(70, 6), K(74, 30), K(44, 64), C(6, 96), K(50, 92), K(96, 96)}},
    {2,
     14,
     {M(6, 28), K(24, 6), K(56, 0), K(80, 18), K(70, 48), K(40, 78), K(10, 94), K(34, 88), K(62, 96), K(96, 86)}},
    // A pointed waist, a round waist, a loop at the waist, and a flat top.
    {3,
     38,
     {M(10, 14), K(36, 1), K(68, 6), K(74, 26), K(60, 41), C(40, 47), K(64, 52), K(82, 70), K(68, 93), K(38, 100),
      K(6, 90)}},
    {3,
     26,
     {M(12, 10), K(44, 0), K(76, 12), K(70, 36), K(42, 47), K(68, 54), K(86, 74), K(66, 95), K(34, 100), K(4, 88)}},
    {3,
     22,
     {M(10, 12), K(42, 0), K(74, 8), K(72, 30), K(50, 46), K(34, 52), K(36, 44), K(60, 50), K(80, 68), K(68, 92),
      K(38, 100), K(6, 92)}},
    {3,
     14,
     {M(12, 4), K(44, 3), C(80, 2), K(58, 24), C(38, 42), K(68, 48), K(88, 68), K(72, 93), K(38, 100), K(6, 92)}},
    // Open with a straight bar, open and round, closed, a bar that ends at the stem, and drawn in one line like a 9.
    {4, 34, {M(20, 4), K(14, 28), C(6, 56), K(46, 54), K(92, 48), M(76, 0), K(70, 50), K(62, 100)}},
    {4, 26, {M(14, 4), K(8, 32), K(22, 52), K(52, 50), K(86, 40), M(80, 0), K(76, 50), K(70, 100)}},
    {4, 18, {M(66, 2), K(36, 32), C(4, 62), K(46, 62), K(94, 58), M(68, 0), K(64, 50), K(60, 100)}},
    {4, 14, {M(10, 4), K(8, 30), C(4, 58), K(40, 58), K(80, 52), M(78, 8), K(78, 54), K(76, 100)}},
    {4, 22, {M(18, 2), K(10, 32), K(28, 50), K(60, 40), C(82, 2), K(76, 50), K(66, 100)}},
    // A bar of its own, one line, a bar that is short, and an S.
    {5,
     34,
     {M(28, 4), K(24, 24), C(18, 44), K(48, 38), K(76, 54), K(74, 82), K(42, 100), K(4, 90), M(28, 4), K(60, 3),
      K(96, 0)}},
    {5,
     32,
     {M(94, 2), K(62, 2), C(32, 4), K(26, 24), C(20, 45), K(50, 40), K(76, 58), K(70, 86), K(38, 100), K(4, 90)}},
    {5,
     14,
     {M(26, 10), K(22, 30), C(16, 50), K(46, 42), K(80, 56), K(78, 84), K(44, 100), K(4, 86), M(30, 6), K(56, 4),
      K(82, 2)}},
    {5, 20, {M(92, 2), K(60, 2), K(32, 12), K(24, 34), K(48, 48), K(72, 62), K(68, 88), K(38, 100), K(4, 92)}},
    // A bent stem, a straight stem, a long stem with a small loop, a loop that lies down, and a broad round one.
    {6,
     36,
     {M(66, 0), K(36, 22), K(14, 54), K(14, 84), K(42, 100), K(74, 88), K(80, 66), K(56, 54), K(30, 66), K(16, 84)}},
    {6, 26, {M(48, 0), K(28, 30), K(14, 64), K(24, 94), K(56, 98), K(78, 78), K(66, 58), K(40, 62), K(18, 80)}},
    {6, 22, {M(56, 0), K(32, 32), K(16, 66), K(22, 94), K(48, 98), K(64, 80), K(52, 64), K(32, 72), K(22, 88)}},
    {6, 20, {M(38, 0), K(14, 34), K(4, 70), K(22, 97), K(62, 98), K(92, 78), K(78, 58), K(46, 64), K(22, 86)}},
    {6, 16, {M(84, 4), K(46, 10), K(14, 42), K(10, 78), K(40, 100), K(76, 88), K(82, 64), K(52, 52), K(20, 66)}},
    // A corner, a serif before it, a bar across the stem, an upright stem, and a rounded shoulder.
    {7, 48, {M(6, 10), K(46, 6), C(88, 4), K(66, 40), K(50, 68), K(40, 100)}},
    {7, 16, {M(6, 26), C(8, 6), K(46, 6), C(88, 3), K(68, 46), K(54, 100)}},
    {7, 12, {M(6, 8), K(46, 5), C(90, 3), K(62, 50), K(46, 100), M(28, 54), K(54, 51), K(82, 47)}},
    {7, 14, {M(4, 6), K(40, 4), C(82, 6), K(80, 34), K(74, 68), K(70, 100)}},
    {7, 24, {M(4, 22), K(20, 8), K(48, 10), K(78, 2), K(80, 26), K(62, 62), K(48, 100)}},
    // An S that comes back, started at the right and in the middle; two rings; and one whose head stays open.
    {8,
     36,
     {M(80, 14), K(52, 0), K(22, 14), K(34, 38), K(62, 56), K(74, 82), K(46, 100), K(16, 84), K(34, 58), K(64, 40),
      K(84, 16), K(60, 0)}},
    {8,
     24,
     {M(52, 50), K(26, 30), K(34, 6), K(62, 1), K(78, 18), K(60, 44), K(30, 62), K(18, 86), K(44, 100), K(70, 86),
      K(66, 62), K(46, 46)}},
    {8,
     16,
     {M(50, 46), K(22, 26), K(46, 0), K(76, 20), K(50, 46), M(50, 47), K(20, 74), K(48, 100), K(80, 74), K(50, 46)}},
    {8,
     24,
     {M(90, 6), K(58, 2), K(26, 16), K(38, 40), K(64, 58), K(68, 84), K(40, 100), K(14, 84), K(34, 58), K(64, 38),
      K(92, 10)}},
    // A straight tail, a bent tail, a tail that hooks, and a loop drawn without lifting.
    {9, 38, {M(78, 14), K(48, 0), K(18, 18), K(18, 42), K(46, 48), K(72, 28), C(80, 6), K(76, 50), K(68, 100)}},
    {9, 26, {M(74, 8), K(42, 4), K(16, 30), K(30, 50), K(60, 42), C(78, 8), K(76, 40), K(64, 72), K(50, 100)}},
    {9,
     16,
     {M(76, 12), K(44, 0), K(16, 22), K(28, 48), K(62, 42), C(80, 10), K(80, 48), K(70, 86), K(44, 100), K(14, 92)}},
    {9, 20, {M(70, 30), K(42, 46), K(18, 34), K(34, 8), K(66, 0), K(80, 20), K(74, 54), K(60, 100)}},
};

#undef M
#undef K
#undef C
