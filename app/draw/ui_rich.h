// Rich text: a paragraph with bold words and the letters of the two models in their colours.
//
// Markup: *bold* turns bold on and off; <A> and <B> are the letters A and B, bold and in the models' colours. There is
// no way to write these signs themselves. Thread: the UI thread.
#pragma once
#include "draw/ui.h"

// Words of the markup, wrapped into rect from its top, in FONT_UI; the last line that fits ends in an ellipsis where
// more follows, never inside a figure. Each line is noted as one text (UiText). size: at scale 1; color: of what has no
// colour of its own, 0 only measures. Returns the height used, framebuffer pixels.
float ui_rich(Ui *ui, Rect rect, float size, Color color, const char *markup);

// The same with what is bold in a colour of its own, but the letters; 0: none.
float ui_rich_marked(Ui *ui, Rect rect, float size, Color color, Color bold, const char *markup);

// The width of the whole markup in one line.
float ui_rich_width(Ui *ui, float size, const char *markup);
