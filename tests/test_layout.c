// The layout: at every size and scale everything lies inside the window, nothing overlaps, digits are whole.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "panels/layout.h"
#include "state/controls.h"

typedef struct Boxes {
    Rect rects[256];
    const char *names[256];
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
            (Rect){grid->origin.x, grid->origin.y, grid->pitch * (float)(grid->columns - 1) + grid->side,
                   grid->pitch * (float)(grid->rows - 1) + grid->side});
}

// Pictures and figures beside each other, inside the cell; figures have room for "MSE 0.0099" at the least.
static void collect_cell(const MatrixCell *cell, float least_figures, Boxes *boxes)
{
    const int first = boxes->count;
    add_grid(boxes, "own digit", &cell->drawn_output);
    add_grid(boxes, "test digits", &cell->output);
    add(boxes, "figures", cell->figures);
    assert_int_equal(boxes->count - first, 3);
    assert_true(cell->figures.w >= least_figures);
    assert_true(cell->drawn_output.side >= cell->output.side && cell->output.side > 0);
    assert_true(cell->output.columns * cell->output.rows >= 2);
    for (int i = first; i < boxes->count; i++) {
        const Rect r = boxes->rects[i], all = cell->rect;
        if (r.x < all.x || r.y < all.y || r.x + r.w > all.x + all.w + 1 || r.y + r.h > all.y + all.h + 1)
            fail_msg("%s leaves its cell of %gx%g", boxes->names[i], (double)all.w, (double)all.h);
    }
}

static void collect_claim(const ClaimLayout *claim, Boxes *boxes)
{
    const Rect parts[] = {claim->picture, claim->words, claim->side}, all = claim->card;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const Rect r = parts[i];
        assert_true(r.w > 0 && r.h > 0 && r.x >= all.x && r.y >= all.y && r.x + r.w <= all.x + all.w &&
                    r.y + r.h <= all.y + all.h);
        add(boxes, "a claim's part", r);
    }
}

static void collect_matrix(const MatrixLayout *matrix, float scale, Boxes *boxes)
{
    add(boxes, "tools", matrix->tools);
    add(boxes, "targets' name", matrix->target_name);
    for (int column = 0; column < matrix->columns; column++) {
        add(boxes, "column's name", matrix->column_names[column]);
        add(boxes, "column's sentence", matrix->column_sentences[column]);
        collect_cell(&matrix->targets[column], 89 * scale, boxes);
        if (matrix->has_noisy)
            collect_cell(&matrix->noisy[column], 89 * scale, boxes);
        assert_true(matrix->targets[column].output.origin.x == matrix->cells[0][column].output.origin.x);
    }
    for (int row = 0; row < matrix->rows; row++) {
        add(boxes, "row's name", matrix->row_names[row]);
        for (int column = 0; column < matrix->columns; column++)
            collect_cell(&matrix->cells[row][column], 89 * scale, boxes);
    }
}

static void collect_views(const Layout *layout, Boxes *boxes)
{
    add_grid(boxes, "inspected input", &layout->inspect.input);
    for (int side = 0; side < SIDE_COUNT; side++) {
        add_grid(boxes, "inspected output", &layout->inspect.output[side]);
        add_grid(boxes, "inspected heatmap", &layout->inspect.heatmap[side]);
    }
    add(boxes, "loss plot", layout->inspect.loss_plot);
    add(boxes, "slope plot", layout->inspect.slope_plot);
    add(boxes, "pixel's table", layout->inspect.pixel_table);
    add(boxes, "set's table", layout->inspect.set_table);
    for (int side = 0; side < SIDE_COUNT; side++) {
        add(boxes, "bars", layout->code.bars[side]);
        add(boxes, "bars' caption", layout->code.bars_captions[side]);
        if (layout->code.bars[side].w > 0) // what each number draws
            add(boxes, "numbers' pictures", layout->stage.rows[side].set_area);
    }
    add_grid(boxes, "as encoded", &layout->code.output);
    add_grid(boxes, "changed", &layout->code.change);
    add(boxes, "code's tools", layout->code.tools);
    add(boxes, "caption of as encoded", layout->code.output_caption);
    add(boxes, "caption of changed", layout->code.change_caption);
    add(boxes, "strip", layout->code.strip);
    add(boxes, "code's table", layout->code.table);
    for (int claim = 0; claim < CLAIM_COUNT && layout->claims[claim].card.w > 0; claim++)
        collect_claim(&layout->claims[claim], boxes);
}

// is_copy: the other side's row has the same places.
static void collect_row(const StageRow *row, Boxes *boxes, bool is_copy)
{
    add(boxes, "head", row->head);
    add(boxes, "tools", row->tools);
    add(boxes, "set's head", row->set_head);
    if (is_copy)
        return;
    for (int i = 0; i < STAGE_COLUMNS; i++) {
        add(boxes, "caption", row->captions[i]);
        add_grid(boxes, "picture", &row->pictures[i]);
    }
    add(boxes, "set's caption", row->set_caption);
    for (int i = 0; i < SET_ROWS; i++) {
        add(boxes, "set's label", row->set_labels[i]);
        add_grid(boxes, "set", &row->set[i]);
    }
}

static Boxes collect(const Layout *layout, float scale)
{
    Boxes boxes = {.count = 0};
    const StageRow *rows = layout->stage.rows;
    add(&boxes, "top", layout->top);
    add(&boxes, "narrator", layout->narrator);
    if (layout->playback.h > 0)
        add(&boxes, "playback", layout->playback);
    if (layout->status.h > 0)
        add(&boxes, "status", layout->status);
    add(&boxes, "histogram", layout->histogram);
    add(&boxes, "curves", layout->curves);
    add(&boxes, "table", layout->stage.table);
    const bool is_shared = rows[SIDE_A].pictures[1].origin.y == rows[SIDE_B].pictures[1].origin.y;
    collect_row(&rows[SIDE_A], &boxes, false);
    collect_row(&rows[SIDE_B], &boxes, is_shared);
    if (layout->matrix.rows > 0)
        collect_matrix(&layout->matrix, scale, &boxes);
    collect_views(layout, &boxes);
    return boxes;
}

static bool overlap(Rect a, Rect b) { return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h; }

// The pictures are whole multiples of 28 or, in a small window, of 14 pixels; nothing is left over at the right.
static void check_stage(const Layout *layout)
{
    const StageRow *row = &layout->stage.rows[layout->stage.rows[SIDE_A].head.w > 0 ? SIDE_A : SIDE_B];
    const int step = layout->stage.is_small ? DIGIT_SIDE / 2 : DIGIT_SIDE;
    for (int i = 0; i < STAGE_COLUMNS; i++)
        assert_true(row->pictures[i].side >= 56 && (int)row->pictures[i].side % step == 0);
    assert_true(row->pictures[0].side >= 112 && row->pictures[0].side == row->pictures[1].side);
    const float end = row->set_head.x + row->set_head.w,
                last = row->set[0].origin.x + (float)row->set[0].columns * row->set[0].pitch;
    assert_true(end - last < row->set[0].pitch);
}

static void check(float width, float height, float scale, const Look *look)
{
    const Scene scene = look->scene;
    const Layout layout = layout_create(width, height, scale, look);
    const Boxes boxes = collect(&layout, scale);
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
    assert_true(layout.page_count >= 1 && layout.page_count <= PAGE_MAX);
    if (scene_has(scene, SCENE_IS_STAGE))
        check_stage(&layout);
}

static void check_scenes(float width, float height, float scale)
{
    for (int scene = 0; scene < SCENE_COUNT; scene++)
        for (int variant = 0; variant < 3; variant++) {
            Look look = look_default();
            look.scene = (Scene)scene;
            look.is_wiped = variant == 1;
            look.matrix_has_noise = variant == 0;
            look.code.shows = variant == 0 ? SHOWS_BOTH : (unsigned)variant;
            if (variant == 2)
                look.matrix_outputs = (1u << activation_count(OUTPUT_ACTIVATION)) - 1;
            if (variant == 1)
                look.matrix_losses = look.matrix_outputs = 1;
            check(width, height, scale, &look);
        }
}

static void test_all_sizes(void **state)
{
    (void)state;
    static const float scales[] = {0.5f, 0.7f, 1.0f, 1.3f, 2.0f};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++)
        for (float width = 960; width <= 3840; width += 160)
            for (float height = 600; height <= 2160; height += 120)
                check_scenes(width, height, layout_fit_scale(1, scales[s], width, height));
}

// Down to the least size, where what is wanted does not fit, and up to what no screen has; but no strips.
static void test_extreme_sizes(void **state)
{
    (void)state;
    static const float widths[] = {LEAST_WIDTH, LEAST_WIDTH + 1, 800, 959, 1000, 2560, 7680, 16384},
                       heights[] = {LEAST_HEIGHT, LEAST_HEIGHT + 1, 599, 700, 1440, 4320, 16384},
                       wanted[] = {0.6f, 1, 1.5f, 3};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (size_t h = 0; h < sizeof heights / sizeof *heights; h++)
            for (size_t s = 0; s < sizeof wanted / sizeof *wanted; s++)
                if (widths[w] < 8 * heights[h] && heights[h] < 2.8f * widths[w])
                    check_scenes(widths[w], heights[h], layout_fit_scale(1, wanted[s], widths[w], heights[h]));
}

// Without plots the stage fills the height or stands in its middle.
static void check_bare(float width, float height, Look *look)
{
    const float scale = layout_fit_scale(1, 1, width, height);
    for (Scene scene = SCENE_COMPARE; scene <= SCENE_SOLO_B; scene++) {
        look->scene = scene;
        const Layout bare = layout_create(width, height, scale, look);
        const int first = scene == SCENE_SOLO_B ? SIDE_B : SIDE_A, last = scene == SCENE_SOLO_A ? SIDE_A : SIDE_B;
        const GridLayout *picture = &bare.stage.rows[last].pictures[0];
        const float above = bare.stage.rows[first].head.y - bare.area.y,
                    below = bare.area.y + bare.area.h - picture->origin.y - picture->side;
        assert_true(above >= 0 && below >= 0 && fabsf(above - below) < 3);
    }
    look->scene = SCENE_COMPARE;
}

// What is left out leaves its room to the others, and nothing overlaps.
static void test_hidden(void **state)
{
    (void)state;
    static const float sizes[][2] = {{LEAST_WIDTH, LEAST_HEIGHT}, {960, 600}, {1024, 640}, {1440, 900}, {2560, 1440}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int scene = 0; scene < SCENE_COUNT; scene++)
            for (int control = 0; control <= CONTROL_COUNT; control++)
                for (int lesson = -1; lesson < 1; lesson++) {
                    Look look = look_default();
                    look.scene = (Scene)scene;
                    look.lesson = lesson;
                    look.hidden = control < CONTROL_COUNT ? 1u << control : (1u << CONTROL_COUNT) - 1;
                    check(sizes[s][0], sizes[s][1], layout_fit_scale(1, 1, sizes[s][0], sizes[s][1]), &look);
                }
    Look look = look_default();
    const Layout whole = layout_create(1440, 900, 1, &look);
    look.hidden = 1u << HIDE_HISTOGRAM;
    const Layout curves = layout_create(1440, 900, 1, &look);
    assert_true(curves.histogram.w == 0 && curves.curves.x == whole.histogram.x);
    assert_true(curves.curves.x + curves.curves.w == whole.curves.x + whole.curves.w);
    look.hidden = 1u << HIDE_TABLE | 1u << HIDE_CURVES;
    const Layout histogram = layout_create(1440, 900, 1, &look);
    assert_true(histogram.curves.w == 0 && histogram.stage.table.w == 0);
    assert_true(histogram.histogram.x + histogram.histogram.w == whole.stage.table.x + whole.stage.table.w);
    look.hidden = 1u << HIDE_TABLE | 1u << HIDE_CURVES | 1u << HIDE_HISTOGRAM;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        check_bare(sizes[s][0], sizes[s][1], &look);
    look.hidden = 1u << HIDE_NARRATOR;
    assert_true(layout_create(1440, 900, 1, &look).area.h > whole.area.h);
    look.hidden = 1u << HIDE_PLAY | 1u << HIDE_SPEED | 1u << HIDE_FILM;
    assert_true(layout_create(1440, 900, 1, &look).area.h == whole.area.h); // for the timeline
    look.hidden |= 1u << HIDE_TIMELINE;
    assert_true(layout_create(1440, 900, 1, &look).area.h > whole.area.h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_sizes), cmocka_unit_test(test_extreme_sizes),
                                       cmocka_unit_test(test_hidden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
