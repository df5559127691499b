// The parts of the training curves; private to panel_curves.c and curves_names.c. Lengths in pixels; thread: the UI
// thread.
#pragma once
#include "panels/panel.h"
#include "panels/time_axis.h"
#include "state/landmarks.h"

enum { CURVE_POINTS_MAX = HISTORY_MAX + EARLY_MAX, CURVE_NAMES_MAX = LANDMARKS_MAX + SIDE_COUNT };

typedef struct CurveScale {
    Rect area;
    TimeAxis time;
    float low, high; // of the loss's level at the bottom and the top
    bool is_linear;  // of a loss that can be below 0; else logarithmic
} CurveScale;

float curves_x(const CurveScale *s, double step);
float curves_y(const CurveScale *s, float loss); // within the area; NaN: at its bottom

bool curves_are_shown(const Frame *frame, int side);
bool curves_have_noisy(const Frame *frame, int side);

// The points of the test curve: before training, within the first epoch, behind each that was measured. Returns how
// many.
int curves_list_points(const ModelFrame *m, const CurveScale *s, int loss, Point points[CURVE_POINTS_MAX]);

// Both put the places of names into used: those of landmarks, which are drawn below the curves, begin it, and how many
// there are is returned; that of a side's noisy figures is added.
int curves_draw_landmarks(Panel *panel, const CurveScale *s, Rect used[CURVE_NAMES_MAX]);
void curves_name_noisy(Panel *panel, const CurveScale *s, int side, Rect *used, int *used_count);
