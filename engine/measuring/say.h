// Say: how sentences about figures are put together in the engine.
//
// Internal to the engine. Thread: pure functions; any thread.
#pragma once
#include <stddef.h>

// Appends to the text that is there, as printf; what does not fit into size bytes is cut off.
void say_add(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

typedef struct SaidFigure {
    char text[32];
} SaidFigure;

SaidFigure say_loss(double value); // four decimals, three where they say enough
