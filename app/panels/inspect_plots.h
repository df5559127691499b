// Inspect plots: parts of panel_inspect.c. Thread: the UI thread.
#pragma once
#include "panels/panel.h"
#include "state/inspect.h"

// The length of a loss's dashes at scale 1: solid, dashed, dotted; the last again for any further loss: of LOSS_BCE,
// LOSS_MSE and what a model trains with besides.
float inspect_dash(int loss);

// Loss against the output p at the pixel's target, which can be dragged; A's and B's points, filled for their own loss.
// In the range in which both models have pixels, or from 0 to 1 where that is not the same.
void inspect_draw_losses(Panel *panel, const InspectFigures *figures);

// The slope at the logit z, of each model's own output with each loss; where it is 0, why.
void inspect_draw_slopes(Panel *panel, const InspectFigures *figures);
