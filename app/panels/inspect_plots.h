// Inspect plots: parts of panel_inspect.c. Thread: the UI thread.
#pragma once
#include "panels/panel.h"
#include "state/inspect.h"

// Loss against the output p at the pixel's target, which can be dragged; A's and B's points, filled for their own loss.
void inspect_draw_losses(Panel *panel, const InspectFigures *figures);

// The slope at the logit z, of each model's own output with each loss; where it is 0, why.
void inspect_draw_slopes(Panel *panel, const InspectFigures *figures);
