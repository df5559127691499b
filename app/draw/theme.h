// Theme: every colour and every distance of the window. Distances are at scale 1; ui_px() turns them into pixels.
//
// The two models' colours and the heat colours are told apart by people with any common colour blindness: blue and
// orange, and a palette whose lightness rises all the way.
#pragma once

#define COLOR_BACK      0x0f1115ffu // behind everything
#define COLOR_PANEL     0x161920ffu // cards, bars
#define COLOR_RAISED    0x22262fffu // buttons
#define COLOR_HOVER     0x2d323dffu
#define COLOR_EDGE      0x2b303affu // thin borders
#define COLOR_TEXT      0xe8eaedffu
#define COLOR_TEXT_SOFT 0xa9b0bcffu // labels; at least 4.5:1 on every ground it stands on
#define COLOR_FAINT     0x7d8594ffu // figures of another moment than the picture beside them
#define COLOR_TEXT_DARK 0x0b0d10ffu // on an accent
#define COLOR_FOCUS     0x6ff0b0ffu // the ring of keyboard focus
#define COLOR_A         0x5aa7ffffu
#define COLOR_B         0xffb14dffu
#define COLOR_ERROR     0xff6b6bffu
#define COLOR_GOOD      0x5ad1a0ffu // the best, a verdict of true
#define COLOR_PARTLY    0xf2dc7effu
#define COLOR_FALSE     0xff9c94ffu
#define COLOR_BCE       0xd79bffffu // the loss itself, whichever model has it
#define COLOR_MSE       0x7fd6d0ffu
#define COLOR_MARK      0x5ad1a0d0u // outlines over images
#define COLOR_VEIL      0x0a0b0ed0u // over what a brush leaves unlit
#define COLOR_GRID      0xffffff14u // lines of a plot
#define COLOR_SHADE     0x000000b0u // behind the help overlay

enum {
    TEXT_SMALL = 11,
    TEXT_NORMAL = 12,
    TEXT_TITLE = 15,
    TOP_HEIGHT = 44,
    CAPTION_LINE = 16,
    MODES_HEIGHT = 26,
    TIMELINE_HEIGHT = 22,
    MARGIN = 12,
    GAP = 8,
    HEADER_HEIGHT = 22,
    SIDEBAR_WIDTH = 340,
    SIDEBAR_WIDTH_SMALL = 316,
    BUTTON_HEIGHT = 24,
    ROW_HEIGHT = 25,
    ROW_HEIGHT_SMALL = 22,
    RADIUS = 5,
};
