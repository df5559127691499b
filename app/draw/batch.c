// Batch: see batch.h.
#include "draw/batch.h"

#include <math.h>
#include <stdlib.h>

#include "engine.h"

// A box whose inside is at least this wide and high is cut into four edge strips and a flat inside, so that the costly
// shader runs only where there is something to round or to stroke.
static const float CUT_INSIDE = 32;

static bool add_batch(BatchSet *set, BatchKind kind, Rect clip)
{
    if (set->batch_count == set->batch_capacity) {
        const size_t capacity = set->batch_capacity ? set->batch_capacity * 2 : 64;
        Batch *batches = realloc(set->batches, capacity * sizeof *batches);
        if (!batches) {
            return false;
        }
        set->batches = batches;
        set->batch_capacity = capacity;
    }
    set->batches[set->batch_count++] =
        (Batch){.kind = kind, .is_opaque = true, .clip = clip, .first_instance = set->instance_count};
    return true;
}

static bool is_same_rect(Rect a, Rect b) { return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h; }

// The batch that the next instance of this kind goes to.
static Batch *open_batch(BatchSet *set, BatchKind kind, Rect clip)
{
    const Batch *last = set->batch_count ? &set->batches[set->batch_count - 1] : NULL;
    if (!last || last->kind != kind || !is_same_rect(last->clip, clip)) {
        if (!add_batch(set, kind, clip)) {
            return NULL;
        }
    }
    return &set->batches[set->batch_count - 1];
}

static bool add_instance(BatchSet *set, Batch *batch, Instance instance, bool is_opaque)
{
    if (!batch) {
        return false;
    }
    if (set->instance_count == set->instance_capacity) {
        const size_t capacity = set->instance_capacity ? set->instance_capacity * 2 : 1024;
        Instance *instances = realloc(set->instances, capacity * sizeof *instances);
        if (!instances) {
            return false;
        }
        set->instances = instances;
        set->instance_capacity = capacity;
    }
    set->instances[set->instance_count++] = instance;
    batch->instance_count++;
    batch->is_opaque = batch->is_opaque && is_opaque;
    return true;
}

static bool is_opaque_color(Color color) { return (color & 0xff) == 0xff; }

// Edges go to the nearest whole pixel, so that two boxes that share an edge neither overlap nor leave a gap.
static Rect round_rect(Rect rect)
{
    const float left = roundf(rect.x), top = roundf(rect.y);
    return (Rect){left, top, roundf(rect.x + rect.w) - left, roundf(rect.y + rect.h) - top};
}

static bool add_flat(BatchSet *set, Rect clip, Rect rect, Color color)
{
    const Rect whole = round_rect(rect);
    if (whole.w <= 0 || whole.h <= 0) {
        return true;
    }
    const Instance instance = {.quad = {whole.x, whole.y, whole.w, whole.h}, .word = {color}};
    return add_instance(set, open_batch(set, BATCH_FLAT, clip), instance, is_opaque_color(color));
}

static bool add_box_part(BatchSet *set, const DrawCommand *command, float radius, Rect clip, Rect part)
{
    const Rect rect = command->box.rect;
    const Instance instance = {.quad = {part.x, part.y, part.w, part.h},
                               .shape = {rect.x, rect.y, rect.w, rect.h},
                               .extra = {radius, command->box.border},
                               .word = {command->color, command->box.border_color}};
    return add_instance(set, open_batch(set, BATCH_BOXES, clip), instance, false);
}

// A frame with square corners is four flat strips.
static bool add_square_frame(BatchSet *set, const DrawCommand *command, Rect clip)
{
    const Rect r = round_rect(command->box.rect);
    const float b = fminf(fmaxf(1, roundf(command->box.border)), fminf(r.w, r.h) * 0.5F);
    const Color color = command->box.border_color;
    bool is_ok = add_flat(set, clip, (Rect){r.x, r.y, r.w, b}, color);
    is_ok = add_flat(set, clip, (Rect){r.x, r.y + r.h - b, r.w, b}, color) && is_ok;
    is_ok = add_flat(set, clip, (Rect){r.x, r.y + b, b, r.h - 2 * b}, color) && is_ok;
    is_ok = add_flat(set, clip, (Rect){r.x + r.w - b, r.y + b, b, r.h - 2 * b}, color) && is_ok;
    if ((command->color & 0xff) == 0) {
        return is_ok;
    }
    return add_flat(set, clip, (Rect){r.x + b, r.y + b, r.w - 2 * b, r.h - 2 * b}, command->color) && is_ok;
}

static bool add_box(BatchSet *set, const DrawCommand *command, Rect clip)
{
    const Rect r = command->box.rect;
    if (!(r.w > 0 && r.h > 0)) {
        return true;
    }
    const float radius = fminf(fmaxf(command->box.radius, 0), fminf(r.w, r.h) * 0.5F);
    if (radius <= 0) {
        return command->box.border > 0 ? add_square_frame(set, command, clip) : add_flat(set, clip, r, command->color);
    }
    // The outside pixel is for the soft edge of a box that does not lie on whole pixels.
    const float left = floorf(r.x), top = floorf(r.y), right = ceilf(r.x + r.w), bottom = ceilf(r.y + r.h);
    const float edge = ceilf(fmaxf(radius, command->box.border)) + 1;
    const Rect inside = {left + edge, top + edge, right - left - 2 * edge, bottom - top - 2 * edge};
    if (inside.w < CUT_INSIDE || inside.h < CUT_INSIDE) {
        return add_box_part(set, command, radius, clip, (Rect){left, top, right - left, bottom - top});
    }
    bool is_ok = add_box_part(set, command, radius, clip, (Rect){left, top, right - left, edge});
    is_ok = add_box_part(set, command, radius, clip, (Rect){left, bottom - edge, right - left, edge}) && is_ok;
    is_ok = add_box_part(set, command, radius, clip, (Rect){left, inside.y, edge, inside.h}) && is_ok;
    is_ok = add_box_part(set, command, radius, clip, (Rect){right - edge, inside.y, edge, inside.h}) && is_ok;
    return ((command->color & 0xff) == 0 || add_flat(set, clip, inside, command->color)) && is_ok;
}

// Two segments that meet share the pixels around their joint along the bisector, else soft edges and translucent
// colours would be laid over each other there. Each gets the bisector's normal; none is set where the line turns
// back on itself.
static void cut_joint(Instance *before, Instance *after)
{
    const float ax = before->shape[2] - before->shape[0], ay = before->shape[3] - before->shape[1];
    const float bx = after->shape[2] - after->shape[0], by = after->shape[3] - after->shape[1];
    const float a = hypotf(ax, ay), b = hypotf(bx, by);
    const float x = ax / a + bx / b, y = ay / a + by / b, length = hypotf(x, y);
    if (length > 1e-3F) {
        before->quad[2] = after->quad[0] = x / length;
        before->quad[3] = after->quad[1] = y / length;
    }
}

static bool add_line(BatchSet *set, const DrawList *list, const DrawCommand *command, Rect clip)
{
    const Point *points = list->points + command->line.first_point;
    bool is_ok = true, is_joined = false;
    Point a = points[0];
    for (int i = 1; i < command->line.point_count; i++) {
        const Point b = points[i];
        const float length = hypotf(b.x - a.x, b.y - a.y);
        // A curve whose loss became infinite has a gap there.
        if (!isfinite(length)) {
            a = b;
            is_joined = false;
            continue;
        }
        if (length < 1e-2F) {
            continue; // too short to have a direction: the next point takes over
        }
        const Instance instance = {
            .shape = {a.x, a.y, b.x, b.y}, .extra = {command->line.width}, .word = {command->color}};
        if (!add_instance(set, open_batch(set, BATCH_LINES, clip), instance, false)) {
            is_ok = is_joined = false;
        } else {
            if (is_joined) {
                cut_joint(&set->instances[set->instance_count - 2], &set->instances[set->instance_count - 1]);
            }
            is_joined = true;
        }
        a = b;
    }
    return is_ok;
}

static bool add_text(BatchSet *set, const DrawList *list, const DrawCommand *command, Rect clip)
{
    bool is_ok = true;
    for (int i = 0; i < command->text.glyph_count; i++) {
        const DrawGlyph *glyph = &list->glyphs[command->text.first_glyph + (size_t)i];
        const Instance instance = {.quad = {glyph->rect.x, glyph->rect.y, glyph->rect.w, glyph->rect.h},
                                   .extra = {glyph->u, glyph->v},
                                   .word = {command->color}};
        is_ok = add_instance(set, open_batch(set, BATCH_TEXT, clip), instance, false) && is_ok;
    }
    return is_ok;
}

// Whether every image pixel is a square of whole screen pixels: then none is partly covered.
static bool is_on_whole_pixels(const DrawCommand *command)
{
    const float numbers[] = {command->images.origin.x, command->images.origin.y, command->images.pitch_x,
                             command->images.pitch_y, command->images.side / DIGIT_SIDE};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i] != floorf(numbers[i])) {
            return false;
        }
    }
    return true;
}

static BatchKind kind_of(const DrawCommand *command)
{
    if (command->images.map == MAP_EDGES)
        return BATCH_EDGES;
    return command->images.map < OPAQUE_MAP_COUNT && is_on_whole_pixels(command) ? BATCH_WHOLE_IMAGES : BATCH_IMAGES;
}

// Cells first_cell to first_cell + count of a grid; the batch's texels grow to hold them.
static bool add_cells(BatchSet *set, const DrawCommand *command, Rect clip, int first_cell, int count,
                      size_t max_texels)
{
    const size_t first = command->images.first_texel + (size_t)first_cell * DIGIT_PIXELS;
    const size_t end = first + (size_t)count * DIGIT_PIXELS;
    const BatchKind kind = kind_of(command);
    Batch *batch = open_batch(set, kind, clip);
    if (batch && batch->instance_count > 0 && end - batch->first_texel > max_texels) {
        batch = add_batch(set, kind, clip) ? &set->batches[set->batch_count - 1] : NULL;
    }
    if (!batch) {
        return false;
    }
    const size_t start = batch->instance_count > 0 ? batch->first_texel : first;
    const int columns = command->images.columns;
    const float top_row = (float)(first_cell / columns), end_row = (float)((first_cell + count - 1) / columns + 1);
    const float side = command->images.side;
    const float pitch_x = command->images.pitch_x, pitch_y = command->images.pitch_y;
    const Point origin = command->images.origin;
    const float used = (float)(count < columns && top_row + 1 == end_row ? first_cell % columns + count : columns);
    const float left = floorf(origin.x), right = ceilf(origin.x + (used - 1) * pitch_x + side);
    const float top = floorf(origin.y + top_row * pitch_y), bottom = ceilf(origin.y + (end_row - 1) * pitch_y + side);
    const Instance instance = {
        .quad = {left, top, right - left, bottom - top},
        .shape = {origin.x, origin.y, (float)columns, side},
        .extra = {pitch_x, pitch_y, (float)(command->color & 0xff) / 255, (float)draw_stripe_period(side)},
        .word = {(uint32_t)first_cell, (uint32_t)count, (uint32_t)((first - start) / DIGIT_PIXELS),
                 command->images.map < OPAQUE_MAP_COUNT},
    };
    if (!add_instance(set, batch, instance, kind == BATCH_WHOLE_IMAGES)) {
        return false;
    }
    batch->first_texel = start;
    batch->texel_count = end - start;
    return true;
}

static bool add_images(BatchSet *set, const DrawCommand *command, Rect clip, size_t max_texels)
{
    const size_t max_cells = max_texels / DIGIT_PIXELS;
    const int step = max_cells < (size_t)command->images.count ? (int)max_cells : command->images.count;
    bool is_ok = true;
    for (int cell = 0; step > 0 && cell < command->images.count; cell += step) {
        const int left = command->images.count - cell;
        is_ok = add_cells(set, command, clip, cell, left < step ? left : step, max_texels) && is_ok;
    }
    return is_ok;
}

// A box that fills the whole window is its background: clearing costs far less than drawing it.
static bool is_background(const DrawCommand *command, Rect clip, int width, int height)
{
    const Rect window = {0, 0, (float)width, (float)height};
    return command->kind == DRAW_BOX && is_opaque_color(command->color) && command->box.radius <= 0 &&
           command->box.border <= 0 && is_same_rect(clip, window) &&
           is_same_rect(round_rect(command->box.rect), window);
}

bool batch_build(BatchSet *set, const DrawList *list, int width, int height, size_t max_texels)
{
    set->instance_count = set->batch_count = 0;
    set->background = 0x000000ff;
    bool is_ok = true;
    for (size_t i = 0; i < list->command_count; i++) {
        const DrawCommand *command = &list->commands[i];
        const Rect clip = round_rect(command->clip);
        if (clip.w <= 0 || clip.h <= 0) {
            continue;
        }
        if (i == 0 && is_background(command, clip, width, height)) {
            set->background = command->color;
            continue;
        }
        switch (command->kind) {
        case DRAW_BOX: is_ok = add_box(set, command, clip) && is_ok; break;
        case DRAW_LINE: is_ok = add_line(set, list, command, clip) && is_ok; break;
        case DRAW_TEXT: is_ok = add_text(set, list, command, clip) && is_ok; break;
        case DRAW_IMAGES: is_ok = add_images(set, command, clip, max_texels) && is_ok; break;
        }
    }
    return is_ok;
}

void batch_free(BatchSet *set)
{
    free(set->instances);
    free(set->batches);
    *set = (BatchSet){0};
}
