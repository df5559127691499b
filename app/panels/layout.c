// Where everything is. Pure arithmetic.
#include "panels/layout.h"

#include <math.h>
#include <string.h>

#include "draw/theme.h"
#include "panels/layout_parts.h"

static void place_sidebar(Layout *layout, float scale, Scene scene)
{
    const Rect bar = layout->sidebar;
    const float margin = layout_px(MARGIN, scale), gap = layout_px(GAP, scale);
    const bool is_small = bar.h < 640 * scale;
    layout->row_height = layout_px(is_small ? ROW_HEIGHT_SMALL : ROW_HEIGHT, scale);
    const float card = 6 * layout->row_height + layout_px(is_small ? 30 : 34, scale);
    const int cards = scene_shows(scene, SIDE_A) + scene_shows(scene, SIDE_B);
    const float inner = bar.w - 2 * margin, tools = layout_px(92, scale);
    const float height = bar.h - 2 * margin - (float)cards * (card + gap);
    const float below = 2 * layout_px(BUTTON_HEIGHT, scale) + layout_px(4, scale); // two rows of tools under a wide pad
    const float wide = floorf(inner / DIGIT_SIDE) * DIGIT_SIDE;
    float y;
    if (wide + gap + below <= height) {
        layout->pad = (Rect){bar.x + margin + floorf((inner - wide) / 2), bar.y + margin, wide, wide};
        layout->tools = (Rect){bar.x + margin, layout->pad.y + wide + gap, inner, below};
        y = layout->tools.y + below + gap;
    } else {
        const float side = floorf(fminf(inner - tools - gap, height) / DIGIT_SIDE) * DIGIT_SIDE;
        layout->pad = (Rect){bar.x + margin, bar.y + margin, side, side};
        layout->tools = (Rect){layout->pad.x + side + gap, layout->pad.y, inner - side - gap, side};
        y = layout->pad.y + side + gap;
    }
    for (int i = 0; i < SIDE_COUNT; i++) {
        if (!scene_shows(scene, i))
            continue;
        layout->cards[i] = (Rect){bar.x + margin, y, inner, card};
        y += card + gap;
    }
}

enum { FULL_WIDTH = 960, FULL_HEIGHT = 600 }; // what the layout needs at scale 1

float layout_fit_scale(float wanted, float width, float height)
{
    return fminf(wanted, fminf(fmaxf(width, LEAST_WIDTH) / FULL_WIDTH, fmaxf(height, LEAST_HEIGHT) / FULL_HEIGHT));
}

#define PLACE(NAME, name, key, label, help, shows, cast, flags, note) [SCENE_##NAME] = layout_place_##name,
static PlaceScene *const places[SCENE_COUNT] = {SCENES(PLACE)};

Layout layout_create(float width, float height, float scale, const Look *look)
{
    Layout layout;
    memset(&layout, 0, sizeof layout);
    layout.window = (Rect){0, 0, width, height};
    layout.is_too_small = width < LEAST_WIDTH || height < LEAST_HEIGHT;
    width = fmaxf(width, LEAST_WIDTH);
    height = fmaxf(height, LEAST_HEIGHT);
    const float top = layout_px(TOP_HEIGHT, scale), margin = layout_px(MARGIN, scale), gap = layout_px(GAP, scale);
    const float bottom = 3 * layout_px(CAPTION_LINE, scale) + layout_px(8, scale);
    const float sidebar = layout_px(width < 1200 * scale ? SIDEBAR_WIDTH_SMALL : SIDEBAR_WIDTH, scale);
    layout.top = (Rect){0, 0, width, top};
    layout.bottom = (Rect){0, height - bottom, width, bottom};
    layout.sidebar = (Rect){0, top, sidebar, layout.bottom.y - top};
    Rect area = {sidebar + margin, top + layout_px(6, scale), width - sidebar - 2 * margin,
                 layout.sidebar.h - layout_px(6, scale) - margin};
    layout.main = area;
    if (scene_has(look->scene, SCENE_HAS_MODES)) {
        layout.modes = (Rect){area.x, area.y, area.w, layout_px(MODES_HEIGHT, scale)};
        area.y += layout.modes.h + layout_px(4, scale);
        area.h -= layout.modes.h + layout_px(4, scale);
    }
    if (scene_has(look->scene, SCENE_HAS_STRIP)) {
        const float strip = layout_px(TIMELINE_HEIGHT, scale);
        area.h -= strip + gap;
        layout.timeline = (Rect){area.x, area.y + area.h + gap, area.w, strip};
    }
    layout.area = area;
    places[look->scene](&layout, area, scale, look);
    place_sidebar(&layout, scale, look->scene);
    return layout;
}
