// The head of the training curves. Thread: the UI thread.
#pragma once
#include "panels/panel.h"

Rect curves_head(Panel *panel, Rect rect); // draws it and the plot's frame; returns the plot's area
