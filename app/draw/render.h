// Render: plays a draw list with OpenGL 3.3 core or OpenGL ES 3.0. The only file with GL calls.
//
// Thread: the one that owns the GL context (the UI thread). A context must be current before render_create and until
// render_destroy: the library that finds the GL functions ends the program where none is.
#pragma once
#include <stdint.h>

#include "draw/draw.h"
#include "engine.h"

typedef struct Render Render;

// NULL and a sentence when the context is older than those. Its shaders are compiled meanwhile, where the driver has
// threads or processes of its own, and waited for in render_check, which must have succeeded before anything is drawn:
// false and a sentence when one does not compile. Nothing is done where that is known.
Render *render_create(Error *error);
bool render_check(Render *render, Error *error);
void render_destroy(Render *render);

const char *render_device(const Render *render); // GL_RENDERER; borrowed
bool render_is_software(const Render *render);   // llvmpipe, softpipe, swrast, SwiftShader

// Whether the driver draws windows and pictures of this size.
bool render_fits(const Render *render, int width, int height);

// Draws into the window's framebuffer (width, height in pixels), over black, or over the list's first box where that is
// opaque and fills the window. The caller swaps. False where something is missing because memory was short; a window
// that is larger than anything that the driver draws is left alone: render_fits.
bool render_play(Render *render, const DrawList *list, int width, int height);

// Draws into a framebuffer object of its own and reads it back: rgba (height, width, 4) bytes, top row first, opaque.
// Fails rather than leave something out.
bool render_capture(Render *render, const DrawList *list, int width, int height, uint8_t *rgba, Error *error);
