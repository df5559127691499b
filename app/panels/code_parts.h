// The parts of the view of the code; private to panel_code.c and code_*.c. Each draws into its own place of the layout,
// for one side or for both.
#pragma once
#include "panels/panel.h"

static inline const CodeSide *code_side(const Panel *panel, int side) { return &panel->frame->code->sides[side]; }

static inline bool code_is_shown(const Panel *panel, int side) { return panel->frame->look.code.shows >> side & 1; }

void code_draw_bars(Panel *panel, int side);   // with their caption
void code_draw_images(Panel *panel, int side); // what each number draws, with head and caption
void code_draw_strip(Panel *panel);
void code_draw_table(Panel *panel);

// A number of the code as a figure: three digits that count, and never an exponent that is not needed.
void code_format_number(float value, char text[16]);
void code_choose(Panel *panel, int number); // for the strip
