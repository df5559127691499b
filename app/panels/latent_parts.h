// The parts of the view Latent; private to panel_latent.c and latent_*.c. Each draws into its own place of the layout.
#pragma once
#include "panels/code_parts.h"

static inline const LatentSide *latent_side(const Panel *panel, int side) { return &panel->frame->latent->sides[side]; }

// Where a place of a plane lies within a rectangle, and back; beyond its axes it lies beyond the rectangle.
Point latent_find_point(const LatentSide *side, Rect area, const float place[LATENT_AXES]);
void latent_find_place(const LatentSide *side, Rect area, float x, float y, float place[LATENT_AXES]);

// Both numbers of that side become these; goes_on: in a drag that has begun.
void latent_move(Panel *panel, int side, const float place[LATENT_AXES], bool goes_on);

// What the mouse does in a plane or in the digits over it, whose values are found by `find`: a press moves there, a
// drag goes on, a double click lets go. digit: the test digit under the mouse, which a click puts on the pad, so that
// there a drag alone moves; -1: none.
typedef void LatentFind(const Panel *panel, int side, Rect area, float x, float y, float place[LATENT_AXES]);
void latent_take_mouse(Panel *panel, WidgetState state, int side, Rect area, LatentFind *find, int digit);

// Takes a number along an axis. The other axis keeps the one it shows: what was found for it would move with training.
void latent_take_number(Panel *panel, int side, int axis, int number);

void latent_draw_plane(Panel *panel, int side); // with its caption
void latent_draw_points(Panel *panel, const LatentSide *side, Rect area);
void latent_draw_numerals(Panel *panel, const LatentSide *side, Rect area);
void latent_draw_grid(Panel *panel, int side);
void latent_draw_bars(Panel *panel, int side);
void latent_draw_chances(Panel *panel);
