// Where everything is: the bars that every view has, and between them the view's own. Pure arithmetic.
#include "panels/layout.h"

#include <math.h>
#include <string.h>

#include "panels/layout_parts.h"
#include "state/controls.h"

// The window for which the distances of the theme are meant; the least at which they fit; below the first text keeps so
// much of its size.
enum { FULL_WIDTH = 1440, FULL_HEIGHT = 900, SMALL_WIDTH = 960, SMALL_HEIGHT = 600 };
static const float least_text = 11.0f / TEXT_SMALL;

float layout_fit_scale(float display, float user, float width, float height)
{
    const float grown = fminf(width / FULL_WIDTH, height / FULL_HEIGHT);
    const float fit = fminf(fmaxf(width, LEAST_WIDTH) / SMALL_WIDTH, fmaxf(height, LEAST_HEIGHT) / SMALL_HEIGHT);
    return fminf(user * fmaxf(grown, least_text * display), least_text * fit);
}

#define PLACE(NAME, name, key, label, help, shows, cast, flags, note) [SCENE_##NAME] = layout_place_##name,
static PlaceScene *const places[SCENE_COUNT] = {SCENES(PLACE)};

// Small windows, in the theme's distances: the bars are lower, and the status line gives way.
static bool is_small(float width, float height, float scale) { return width < 1200 * scale || height < 740 * scale; }

// Over the place of messages, at the right.
static void place_toast(Layout *layout, float scale)
{
    const float width = layout_px(600, scale), height = layout_px(138, scale), pad = layout_px(GAP, scale);
    const Rect bar = layout->playback;
    layout->toast = (Rect){bar.x + bar.w - width, bar.y - layout_px(48, scale) - height, width, height};
    const float tile = floorf((height - 2 * pad) / THUMB_ROWS); // whole, so that no seam is seen
    layout->thumbnail = (Rect){layout->toast.x + pad, layout->toast.y + roundf((height - tile * THUMB_ROWS) / 2),
                               tile * THUMB_COLUMNS, tile * THUMB_ROWS};
    const float room = layout->toast.x - bar.x - pad, low = layout_px(44, scale);
    layout->arrival = (Rect){bar.x, layout->toast.y + height - low, fminf(layout_px(420, scale), room), low};
}

// A lesson's answer takes the place of the plots.
static void place_answer(Layout *layout)
{
    const Rect plots = layout->histogram;
    if (plots.w <= 0)
        return;
    layout->answer = (Rect){plots.x, plots.y, layout->area.x + layout->area.w - plots.x, plots.h};
    layout->histogram = layout->curves = layout->stage.table = (Rect){0};
}

static bool has_playback(const Look *look)
{
    return !(look_hides(look, HIDE_PLAY) && look_hides(look, HIDE_SPEED) && look_hides(look, HIDE_FILM) &&
             look_hides(look, HIDE_TIMELINE));
}

Layout layout_create(float width, float height, float scale, const Look *look)
{
    Layout layout;
    memset(&layout, 0, sizeof layout);
    layout.window = (Rect){0, 0, width, height};
    layout.is_too_small = width < LEAST_WIDTH || height < LEAST_HEIGHT;
    width = fmaxf(width, LEAST_WIDTH);
    height = fmaxf(height, LEAST_HEIGHT);
    const bool small = is_small(width, height, scale), is_lesson = look->lesson >= 0;
    const bool is_silent = look_hides(look, HIDE_NARRATOR) && !is_lesson && look->scene != SCENE_CLAIMS; // whose tabs
    const float top = layout_px(small ? 34 : TOP_HEIGHT, scale), margin = layout_px(small ? 12 : MARGIN, scale);
    const float narrator = layout_px(is_silent   ? 6
                                     : is_lesson ? (small ? LESSON_SMALL_HEIGHT : LESSON_HEIGHT)
                                     : small     ? 28
                                                 : NARRATOR_HEIGHT,
                                     scale);
    const float playback = has_playback(look) ? layout_px(small ? 30 : PLAYBACK_HEIGHT, scale) : 0;
    const float status = small || (is_lesson && height < 1000 * scale) ? 0 : layout_px(STATUS_HEIGHT, scale);
    layout.top = (Rect){0, 0, width, top};
    layout.narrator = (Rect){margin, top, width - 2 * margin, narrator};
    layout.status = (Rect){0, height - status, width, status};
    layout.playback = (Rect){margin, layout.status.y - playback - layout_px(4, scale), width - 2 * margin, playback};
    layout.area = (Rect){margin, top + narrator, width - 2 * margin,
                         layout.playback.y - top - narrator - layout_px(small ? 4 : 6, scale)};
    layout.stage.is_small = small;
    layout.stage.hidden = scene_has(look->scene, SCENE_IS_STAGE) && !lesson_is_answer(look) ? look->hidden : 0;
    place_toast(&layout, scale);
    places[look->scene](&layout, layout.area, scale, look);
    if (lesson_is_answer(look))
        place_answer(&layout);
    return layout;
}
