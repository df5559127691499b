// What the histograms of the stage and of a figure share. Thread: pure functions; the UI thread.
#pragma once
#include "draw/ui.h"
#include "state/frame.h"

enum { HISTOGRAM_DECADES = 4 }; // of the logarithmic axis: from 0.01 % of all pixels to all of them

// Where a count stands on that axis: 0 its foot, 1 its top. pixels: of the whole set.
float histogram_log_height(double count, double pixels);

// A histogram with its title, legend and axes, without widgets, in the figure's sizes of text.
void histogram_draw_small(Ui *ui, const Frame *frame, Rect rect);
