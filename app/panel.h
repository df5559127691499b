// Panels: one file a panel. Each reads the Frame, draws itself and its widgets, and adds Requests.
//
// To add one: a file panel_<name>.c with one function below, a row in the table of panels in panels.c, a rectangle in
// layout.h. Thread: the UI thread.
#pragma once
#include "app.h"
#include "ui.h"

typedef struct Panel {
    Ui *ui;
    const Frame *frame;
    Requests *requests;
    PixelHover hover; // set by the panel whose pixel is under the mouse, read by those that come later
} Panel;

void panel_top(Panel *panel);
void panel_pad(Panel *panel);
void panel_models(Panel *panel);
void panel_grids(Panel *panel);
void panel_drawn(Panel *panel);
void panel_histogram(Panel *panel);
void panel_curves(Panel *panel);
void panel_status(Panel *panel);
void panel_tooltip(Panel *panel);
void panel_help(Panel *panel);
void panel_keys(Panel *panel);

// Shared parts

Color panel_side_color(int side);
bool panel_is_shown(const Frame *frame, int side);

// A plot's frame with its title; returns the rectangle for the curves.
Rect panel_plot_frame(Panel *panel, Rect rect, const char *title, const char *subtitle);

// "784-32-784, epoch 12" and the like: how far a model is. Whole epochs once one is done, steps before.
void panel_format_progress(const Frame *frame, int side, char *text, size_t size);

// One grid of images with hover: values (count, 28, 28).
void panel_images(Panel *panel, const GridLayout *grid, const float *values, int count, ImageMap map, float scale,
                  bool is_pad);

// A labelled colour bar, 0 .. scale, right-aligned in rect; returns its width.
float panel_color_bar(Panel *panel, Rect rect, float scale, const char *unit);

// The whole window.
void panels_draw(Ui *ui, const Frame *frame, Requests *requests);
