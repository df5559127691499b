// A kind of batch's program on the graphics card, from shaders/NAME.vert and shaders/NAME.frag.
//
// Thread: the one that has the context. Internal to render.c.
#pragma once
#include <stdbool.h>

#include "engine.h"

// Begins to compile and link it, and asks the driver for nothing that it would have to be waited for. Its name, which
// the caller deletes; 0 and a sentence where this build lacks a shader.
// define: a word that both shaders are compiled with, as WHOLE; NULL: none.
unsigned render_program_begin(const char *name, const char *define, Error *error);

// Waits for it. False and a sentence with the driver's own first words where it is not accepted.
bool render_program_end(unsigned program, const char *name, Error *error);
