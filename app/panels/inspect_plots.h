// Inspect plots: parts of panel_inspect.c. Thread: the UI thread.
#pragma once
#include "panels/panel.h"
#include "state/inspect.h"

// Loss against the output p at the pixel's target, which can be dragged; A's and B's points, filled for their own loss.
void inspect_draw_losses(Panel *panel, const InspectFigures *figures);

// Gradient at the logit against z on a sigmoid; that of a model with another output dashed.
void inspect_draw_slopes(Panel *panel, const InspectFigures *figures);
