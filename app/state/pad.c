// Strokes, undo and redo, and the way from the fine raster to 28x28.
#include "state/pad.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool pad_init(Pad *pad, Error *error)
{
    *pad = (Pad){.brush = PAD_BRUSH_FIRST, .is_centred = true, .now.source = -1};
    pad->states = calloc(PAD_UNDO_MAX + 1, sizeof *pad->states);
    if (!pad->states)
        return error_set(error, "out of memory: the drawing pad");
    pad->states[0] = pad->now;
    pad->count = 1;
    return true;
}

void pad_free(Pad *pad)
{
    free(pad->states);
    pad->states = NULL;
}

// What is shown becomes a new step of the history; steps that were undone are forgotten.
static void commit(Pad *pad)
{
    pad->count = pad->at + 1;
    if (pad->count == PAD_UNDO_MAX + 1) {
        pad->first = (pad->first + 1) % (PAD_UNDO_MAX + 1);
        pad->count--;
    }
    pad->at = pad->count++;
    pad->commits++;
    pad->states[(pad->first + pad->at) % (PAD_UNDO_MAX + 1)] = pad->now;
}

static bool go_to(Pad *pad, int at)
{
    if (pad->is_drawing || at < 0 || at >= pad->count)
        return false;
    pad->at = at;
    pad->now = pad->states[(pad->first + at) % (PAD_UNDO_MAX + 1)];
    return true;
}

bool pad_undo(Pad *pad) { return go_to(pad, pad->at - 1); }

bool pad_redo(Pad *pad) { return go_to(pad, pad->at + 1); }

void pad_forget_undone(Pad *pad) { pad->count = pad->at + 1; }

void pad_forget_done(Pad *pad)
{
    pad->first = pad->at = 0;
    pad->count = 1;
    pad->states[0] = pad->now;
}

// A capsule with a soft edge of one digit pixel, as wide as the grey edges of MNIST's strokes.
static void stamp(Pad *pad, float x0, float y0, float x1, float y1)
{
    const float dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
    const float radius = pad->is_erasing ? pad->brush + 0.6f : pad->brush, reach = radius + 1.0f;
    const int left = (int)floorf((fminf(x0, x1) - reach) * PAD_FINE),
              right = (int)ceilf((fmaxf(x0, x1) + reach) * PAD_FINE);
    const int top = (int)floorf((fminf(y0, y1) - reach) * PAD_FINE),
              bottom = (int)ceilf((fmaxf(y0, y1) + reach) * PAD_FINE);
    for (int row = top < 0 ? 0 : top; row < PAD_SIDE && row <= bottom; row++)
        for (int column = left < 0 ? 0 : left; column < PAD_SIDE && column <= right; column++) {
            const float x = ((float)column + 0.5f) / PAD_FINE - x0, y = ((float)row + 0.5f) / PAD_FINE - y0;
            const float along = length2 > 0.0f ? fminf(1.0f, fmaxf(0.0f, (x * dx + y * dy) / length2)) : 0.0f;
            const float distance = hypotf(x - along * dx, y - along * dy);
            const float cover = fminf(1.0f, fmaxf(0.0f, radius + 0.5f - distance));
            uint8_t *ink = &pad->now.ink[row * PAD_SIDE + column];
            const float old = (float)*ink, value = 255.0f * cover;
            *ink = (uint8_t)lroundf(pad->is_erasing ? fminf(old, 255.0f - value) : fmaxf(old, value));
        }
}

void pad_begin_stroke(Pad *pad, float x, float y, bool is_erasing)
{
    pad->is_drawing = true;
    pad->is_erasing = is_erasing;
    pad->now.is_exact = false;
    pad->now.source = -1;
    pad->last_x = x;
    pad->last_y = y;
    stamp(pad, x, y, x, y);
}

void pad_continue_stroke(Pad *pad, float x, float y)
{
    if (!pad->is_drawing || (x == pad->last_x && y == pad->last_y))
        return;
    stamp(pad, pad->last_x, pad->last_y, x, y);
    pad->last_x = x;
    pad->last_y = y;
}

void pad_end_stroke(Pad *pad)
{
    if (!pad->is_drawing)
        return;
    pad->is_drawing = false;
    commit(pad);
}

void pad_forget_sources(Pad *pad)
{
    pad->now.source = -1;
    for (int i = 0; i <= PAD_UNDO_MAX; i++)
        pad->states[i].source = -1;
}

void pad_clear(Pad *pad)
{
    if (pad->is_drawing || pad_is_empty(pad))
        return;
    memset(&pad->now, 0, sizeof pad->now);
    pad->now.source = -1;
    commit(pad);
}

void pad_load_digit(Pad *pad, const uint8_t pixels[DIGIT_PIXELS], int source)
{
    if (pad->is_drawing)
        return;
    for (int row = 0; row < PAD_SIDE; row++)
        for (int column = 0; column < PAD_SIDE; column++)
            pad->now.ink[row * PAD_SIDE + column] = pixels[row / PAD_FINE * DIGIT_SIDE + column / PAD_FINE];
    memcpy(pad->now.exact, pixels, DIGIT_PIXELS);
    pad->now.is_exact = true;
    pad->now.source = source;
    commit(pad);
}

void pad_draw_noise(uint64_t seed, uint8_t pixels[DIGIT_PIXELS])
{
    Random random = random_stream(seed, 0x6e6f697365);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        pixels[i] = (uint8_t)random_below(&random, 256);
}

void pad_load_noise(Pad *pad, uint64_t seed)
{
    uint8_t pixels[DIGIT_PIXELS];
    pad_draw_noise(seed, pixels);
    pad_load_digit(pad, pixels, -1);
}

void pad_load_ink(Pad *pad, const InkResult *ink)
{
    if (ink->is_exact) {
        pad_load_digit(pad, ink->pixels, -1);
        return;
    }
    if (pad->is_drawing)
        return;
    memcpy(pad->now.ink, ink->raster, sizeof pad->now.ink);
    pad->now.is_exact = false;
    pad->now.source = -1;
    commit(pad);
}

void pad_load_state(Pad *pad, const PadState *state)
{
    if (pad->is_drawing)
        return;
    pad->now = *state;
    commit(pad);
}

bool pad_is_empty(const Pad *pad)
{
    for (int i = 0; i < PAD_SIDE * PAD_SIDE; i++)
        if (pad->now.ink[i])
            return false;
    return true;
}

void pad_read_drawn(const Pad *pad, float values[DIGIT_PIXELS])
{
    for (int row = 0; row < DIGIT_SIDE; row++)
        for (int column = 0; column < DIGIT_SIDE; column++) {
            int sum = 0;
            for (int y = 0; y < PAD_FINE; y++)
                for (int x = 0; x < PAD_FINE; x++)
                    sum += pad->now.ink[(row * PAD_FINE + y) * PAD_SIDE + column * PAD_FINE + x];
            values[row * DIGIT_SIDE + column] = (float)sum / (255.0f * PAD_FINE * PAD_FINE);
        }
}

void pad_read_input(const Pad *pad, float values[DIGIT_PIXELS])
{
    if (pad->now.is_exact) { // a digit of the set is prepared already; to do it twice would blur it
        for (int i = 0; i < DIGIT_PIXELS; i++)
            values[i] = (float)pad->now.exact[i] / 255.0f;
    } else if (pad->is_centred) {
        static float ink[PAD_SIDE * PAD_SIDE];
        for (int i = 0; i < PAD_SIDE * PAD_SIDE; i++)
            ink[i] = (float)pad->now.ink[i] / 255.0f;
        digits_prepare(ink, PAD_SIDE, values);
    } else {
        pad_read_drawn(pad, values);
    }
}
