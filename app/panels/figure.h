// Figure: a slide of what is on the stage, for people who do not sit in front of the window. It has no widgets.
//
// Thread: the UI thread.
#pragma once
#include "panels/layout_figure.h"

enum { FIGURE_WORDS = 640 }; // bytes of its sentence, and of its foot

// Draws A and B, or in solo one of them, with the digit on the pad and those of the page that say most, into a picture
// of this size. ui: begun with layout_figure_scale and the figure's own theme. title: NULL for figure_title's.
void figure_draw(Ui *ui, const Frame *frame, float width, float height, const char *title);

// The words of a figure (figure_words.c): what it is called by itself; what is to be seen; the small print.
void figure_title(const Frame *frame, char text[FIGURE_WORDS]);
void figure_choice(const Frame *frame, int side, char text[64]); // "BCE + sigmoid"
// The sentence has ui_rich's markup; without what figure_title says where has_title.
void figure_sentence(const Frame *frame, bool has_title, char text[FIGURE_WORDS]);
void figure_foot(const Frame *frame, bool has_choice, char text[FIGURE_WORDS]); // has_choice: says how rows were chosen
