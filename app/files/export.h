// Export: what a frame shows, in files that other tools read: figures of every model as CSV and as JSON, and the page's
// digits, outputs and heatmaps as NumPy arrays.
//
// Arrays are float32 of the shape (digits, 28, 28), rows top to bottom, as they are shown. Their names say what they
// are: input.npy, output-MODEL.npy, heat-MAP-MODEL.npy, and of the drawing drawing.npy and drawing-output-MODEL.npy.
// MODEL is a, b, or loss and output of another one. A map of the whole test set has one image for all. Thread: the UI
// thread.
#pragma once
#include "files/capture_state.h"

typedef enum FiguresKind { FIGURES_CSV, FIGURES_JSON, FIGURES_KIND_COUNT } FiguresKind;

// By how the path ends, .csv or .json; -1: neither.
int export_find_kind(const char *path);

// One row, or one object, for each model on show. CSV is as RFC 4180 has it, with a header; a figure of an object in
// the JSON is a column of both names, "test.mse". Numbers that are not finite are empty, or null.
bool export_figures(const Frame *frame, FiguresKind kind, const char *path, Naming naming, Error *error);

// All arrays into a folder, which is made where it does not exist: all of them or none.
bool export_arrays(const Frame *frame, const char *folder, Naming naming, Error *error);

// All of it into a folder that does not exist yet: figures.csv, figures.json, and the arrays in the folder "arrays".
// folder: receives the name that was free, from the one that it holds.
bool export_all(const Frame *frame, char folder[PATH_MAX], Error *error);
