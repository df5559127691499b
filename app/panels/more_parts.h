// The parts of "More"; private to panel_more.c and more_settings.c.
#pragma once
#include "panels/panel.h"

// The layers in a line of their own, then two settings in a line, `line` below each other; what is changed goes into
// spec. How many lines they are.
void more_draw_settings(Panel *panel, int side, Rect row, float line, Spec *spec);
int more_count_settings(const Spec *spec);
