// The test digits in the plane of two numbers: each a point in the colour of its label, a numeral in the midst of each
// label's.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/palette.h"
#include "panels/latent_parts.h"

// ---- points -------------------------------------------------------------------------------------------------------

enum { TILES_MAX = 40 }; // across, and down: what is larger is drawn from pixels of a double side, and so on

// A picture of the whole plane, in tiles of 28 x 28 as they are drawn.
typedef struct Raster {
    int tiles_x, tiles_y;
    float pixel; // the side of one of its pixels on screen
    Texel *texels;
} Raster;

static Texel *at_pixel(const Raster *raster, int x, int y)
{
    const int tile = y / DIGIT_SIDE * raster->tiles_x + x / DIGIT_SIDE;
    return raster->texels + tile * DIGIT_PIXELS + y % DIGIT_SIDE * DIGIT_SIDE + x % DIGIT_SIDE;
}

static Raster begin_raster(Rect area, Color ground)
{
    static Texel texels[TILES_MAX * TILES_MAX * DIGIT_PIXELS]; // the UI thread's
    Raster out = {.pixel = 1, .texels = texels};
    while (fmaxf(area.w, area.h) > out.pixel * TILES_MAX * DIGIT_SIDE)
        out.pixel += 1;
    out.tiles_x = (int)ceilf(area.w / out.pixel / DIGIT_SIDE);
    out.tiles_y = (int)ceilf(area.h / out.pixel / DIGIT_SIDE);
    const Texel plain = (ground & 0xffffff00u) | FILL_PLAIN;
    for (int i = 0; i < out.tiles_x * out.tiles_y * DIGIT_PIXELS; i++)
        texels[i] = plain;
    return out;
}

static Texel blend(Texel under, Color over, float share)
{
    const uint32_t part = (uint32_t)(share * 256.0f);
    uint32_t out = FILL_PLAIN;
    for (int shift = 8; shift < 32; shift += 8) {
        const uint32_t a = under >> shift & 0xff, b = over >> shift & 0xff;
        out |= ((a * (256 - part) + b * part) >> 8) << shift;
    }
    return out;
}

// A small disc.
static void add_point(const Raster *raster, float x, float y, float radius, Color color, float strength)
{
    const int left = (int)floorf(x - radius), right = (int)ceilf(x + radius), top = (int)floorf(y - radius),
              bottom = (int)ceilf(y + radius);
    if (left < 0 || top < 0 || right >= raster->tiles_x * DIGIT_SIDE || bottom >= raster->tiles_y * DIGIT_SIDE)
        return;
    for (int row = top; row <= bottom; row++)
        for (int column = left; column <= right; column++) {
            const float dx = (float)column + 0.5f - x, dy = (float)row + 0.5f - y;
            const float cover = radius + 0.5f - sqrtf(dx * dx + dy * dy);
            if (cover > 0.0f) {
                Texel *texel = at_pixel(raster, column, row);
                *texel = blend(*texel, color, strength * fminf(1.0f, cover));
            }
        }
}

void latent_draw_points(Panel *panel, const LatentSide *s, Rect area)
{
    Ui *ui = panel->ui;
    const LatentFrame *latent = panel->frame->latent;
    const Palette *palette = ui->theme->palette;
    const Raster raster = begin_raster(area, ui->theme->panel);
    const float radius = fmaxf(1.0f, 1.4f * ui->scale) / raster.pixel;
    const Rect own = {0, 0, area.w / raster.pixel, area.h / raster.pixel};
    for (int i = 0; s->points && i < s->points->images; i++) {
        const int label = latent->labels ? latent->labels[i] : -1;
        const Point at = latent_find_point(s, own, (const float[LATENT_AXES]){s->xs[i], s->ys[i]});
        add_point(&raster, at.x, at.y, radius,
                  label >= 0 && label < LABELS_MAX ? palette->labels[label] : ui->theme->soft, 0.8f);
    }
    draw_clip_push(ui->draw, area);
    draw_texels(ui->draw, (Point){area.x, area.y}, raster.tiles_x, raster.tiles_x * raster.tiles_y,
                raster.pixel * DIGIT_SIDE, raster.texels);
    draw_clip_pop(ui->draw);
}

// ---- numerals -----------------------------------------------------------------------------------------------------

// By Hoare's selection, which changes the order of the values: sorting them took as long as drawing all points.
static float find_median(float *values, int count)
{
    const int middle = count / 2;
    for (int low = 0, high = count - 1; low < high;) {
        const float pivot = values[(low + high) / 2];
        int left = low, right = high;
        while (left <= right) {
            while (values[left] < pivot)
                left++;
            while (values[right] > pivot)
                right--;
            if (left <= right) {
                const float swapped = values[left];
                values[left++] = values[right];
                values[right--] = swapped;
            }
        }
        if (middle > right)
            low = left;
        if (middle < left)
            high = right;
    }
    return values[middle];
}

// In the midst of a label's points, where it has some.
static bool find_middle(const LatentFrame *latent, const LatentSide *s, int label, float place[LATENT_AXES])
{
    static float values[LATENT_AXES][CODE_POINTS_IMAGES]; // the UI thread's
    int count = 0;
    for (int i = 0; i < s->points->images; i++)
        if (latent->labels[i] == label) {
            values[LATENT_ACROSS][count] = s->xs[i];
            values[LATENT_UP][count++] = s->ys[i];
        }
    for (int axis = 0; axis < LATENT_AXES && count > 0; axis++)
        place[axis] = find_median(values[axis], count);
    return count > 0;
}

static bool is_beside(Rect box, const Rect *used, int count)
{
    bool is = true;
    for (int i = 0; i < count; i++) {
        const float dx = box.x - used[i].x, dy = box.y - used[i].y;
        is = is && dx * dx + dy * dy >= box.w * box.w;
    }
    return is;
}

// In its place, or as near to it as others leave room, so that each can be read.
static Rect find_room(Point at, float side, Rect area, const Rect *used, int count)
{
    enum { RINGS = 5, WAYS = 12 };
    Rect box = {0};
    for (int try = 0; try <= RINGS * WAYS; try++) {
        const float far = try == 0 ? 0 : side * (0.5f + 0.5f * (float)((try - 1) / WAYS)),
                    angle = 6.2831853f * (float)(try % WAYS) / WAYS;
        const float x = at.x + far * cosf(angle) - side / 2, y = at.y + far * sinf(angle) - side / 2;
        const Rect moved = {roundf(fminf(fmaxf(x, area.x), area.x + area.w - side)),
                            roundf(fminf(fmaxf(y, area.y), area.y + area.h - side)), side, side};
        if (try == 0)
            box = moved;
        if (is_beside(moved, used, count))
            return moved;
    }
    return box;
}

void latent_draw_numerals(Panel *panel, const LatentSide *s, Rect area)
{
    Ui *ui = panel->ui;
    const LatentFrame *latent = panel->frame->latent;
    const float side = ui_px(ui, 17);
    Rect used[LABELS_MAX];
    int count = 0;
    for (int label = 0; label < LABELS_MAX && s->points && latent->labels; label++) {
        float place[LATENT_AXES];
        if (!find_middle(latent, s, label, place))
            continue;
        const Point at = latent_find_point(s, area, place);
        const Rect box = find_room(at, side, area, used, count);
        used[count++] = box;
        char text[4];
        (void)snprintf(text, sizeof text, "%d", label);
        draw_box(ui->draw, box, ui->theme->back, side / 2);
        draw_frame(ui->draw, box, ui->theme->palette->labels[label], side / 2, ui_px(ui, 2));
        ui_text(ui, box, FONT_FIGURES, TEXT_SMALL, ui->theme->text, ALIGN_CENTER, text);
    }
}
