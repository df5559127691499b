// What compose.c, a frame and the order in which it comes about, shares with compose_digits.c and compose_models.c.
// Private to them.
#pragma once
#include "state/app.h"

void compose_dataset(App *app, Frame *frame); // which set it is, and what its pixels are
void compose_pad(App *app, Frame *frame);
void compose_page(App *app, Frame *frame, int page_count); // up to so many test digits, or the one that is inspected

// Behind those and the models' snapshots: outputs, heatmaps, and the pixel that is looked at.
void compose_models(App *app, Frame *frame);
