// The layout: at every size and scale everything lies inside the window, nothing overlaps, digits are whole.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layout.h"

typedef struct Boxes {
    Rect rects[64];
    const char *names[64];
    int count;
} Boxes;

static void add(Boxes *boxes, const char *name, Rect rect)
{
    if (rect.w <= 0)
        return;
    boxes->names[boxes->count] = name;
    boxes->rects[boxes->count++] = rect;
}

static void add_grid(Boxes *boxes, const char *name, const GridLayout *grid)
{
    if (grid->columns > 0)
        add(boxes, name,
            (Rect){grid->origin.x, grid->origin.y,
                   grid->pitch * (float)(grid->columns - 1) + (float)(DIGIT_SIDE * grid->pixel_px),
                   grid->pitch * (float)(grid->rows - 1) + (float)(DIGIT_SIDE * grid->pixel_px)});
}

static Boxes collect(const Layout *layout)
{
    Boxes boxes = {.count = 0};
    add(&boxes, "top", layout->top);
    add(&boxes, "bottom", layout->bottom);
    add(&boxes, "pad", layout->pad);
    add(&boxes, "tools", layout->tools);
    add(&boxes, "histogram", layout->histogram);
    add(&boxes, "curves", layout->curves);
    add_grid(&boxes, "input", &layout->input);
    add_grid(&boxes, "drawn input", &layout->drawn_input);
    for (int side = 0; side < SIDE_COUNT; side++) {
        add(&boxes, "card", layout->cards[side]);
        add_grid(&boxes, "reconstruction", &layout->reconstruction[side]);
        for (int i = 0; i < HEATMAP_COUNT; i++)
            add_grid(&boxes, "heatmap", &layout->heatmap[side][i]);
        for (int i = 0; i < 1 + HEATMAP_COUNT; i++)
            add_grid(&boxes, "drawn", &layout->drawn[side][i]);
    }
    return boxes;
}

static bool overlap(Rect a, Rect b) { return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h; }

static void check(float width, float height, float scale, Scene scene)
{
    const Layout layout = layout_create(width, height, scale, scene);
    const Boxes boxes = collect(&layout);
    for (int i = 0; i < boxes.count; i++) {
        const Rect r = boxes.rects[i];
        if (r.x < 0 || r.y < 0 || r.x + r.w > width || r.y + r.h > height || r.h <= 0)
            fail_msg("%s leaves the window at %gx%g scale %g scene %d", boxes.names[i], (double)width, (double)height,
                     (double)scale, (int)scene);
        for (int j = 0; j < i; j++)
            if (overlap(r, boxes.rects[j]))
                fail_msg("%s overlaps %s at %gx%g scale %g scene %d", boxes.names[i], boxes.names[j], (double)width,
                         (double)height, (double)scale, (int)scene);
    }
    if (layout.page_count < 12 || layout.pad.w < 3 * DIGIT_SIDE)
        fail_msg("%d digits, pad %g at %gx%g scale %g scene %d", layout.page_count, (double)layout.pad.w, (double)width,
                 (double)height, (double)scale, (int)scene);
    assert_true(layout.page_count <= PAGE_MAX);
    assert_int_equal((int)layout.pad.w % DIGIT_SIDE, 0);
}

static void test_all_sizes(void **state)
{
    (void)state;
    static const float scales[] = {0.5f, 0.7f, 1.0f, 1.3f, 2.0f};
    for (int scene = 0; scene < SCENE_COUNT; scene++)
        for (size_t s = 0; s < sizeof scales / sizeof *scales; s++)
            for (float width = 960; width <= 3840; width += 96)
                for (float height = 600; height <= 2160; height += 60)
                    if (width / scales[s] >= 960 && height / scales[s] >= 600)
                        check(width, height, scales[s], (Scene)scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
