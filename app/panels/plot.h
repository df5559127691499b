// Plot: axes and curves in a rectangle. Shared by the panels that draw some.
//
// Units: values of the axes, turned into pixels by plot_x and plot_y. Thread: the UI thread.
#pragma once
#include "draw/ui.h"

typedef struct Plot {
    Ui *ui;
    Rect area;
    float x_low, x_high, y_low, y_high;
} Plot;

Rect plot_area(Ui *ui, Rect rect); // inside the frame's title and axis
// A card with its title; returns the rectangle for the curves, with room for an axis below.
Rect plot_frame(Ui *ui, Rect rect, const char *title);

// Behind the title, in the first of the forms that leaves `taken` at the line's right free, or not at all.
void plot_subtitle(Ui *ui, Rect rect, const char *title, float taken, const char *const *forms, int count);

float plot_x(const Plot *plot, float x);
float plot_y(const Plot *plot, float y); // clamped to the area

void plot_x_axis(const Plot *plot, const float *ticks, int count, const char *name); // labels below, lines across
void plot_y_axis(const Plot *plot, const float *ticks, int count);                   // labels at the left

// y = curve(x), sampled at every other pixel. dash: its length at scale 1; 0: a solid line.
void plot_curve(const Plot *plot, float (*curve)(const void *context, float x), const void *context, float width,
                Color color, float dash);
void plot_vertical(const Plot *plot, float x, Color color);   // a dashed line
void plot_horizontal(const Plot *plot, float y, Color color); // the same
void plot_point(const Plot *plot, float x, float y, Color color, bool is_hollow);
void plot_label(const Plot *plot, float x, float y, float dx, float dy, Align align, Color color, const char *text);

// A dashed segment in pixels; *phase carries the dashes on from one to the next.
void plot_dash(DrawList *draw, Point a, Point b, float width, Color color, float *phase, float dash);
