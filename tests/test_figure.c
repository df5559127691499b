// Figures: at many sizes, of every scene, nothing is cut and nothing overlaps; which digits are there; what is said.
#include "panels/figure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text_rules.h"

static Stage stage;

static const struct {
    int width, height;
} sizes[] = {{800, 450},   {800, 600},   {960, 600},   {1024, 768},  {1280, 720},  {1280, 800}, {1440, 900},
             {1920, 1080}, {1600, 1200}, {2560, 1080}, {2560, 1440}, {3840, 2160}, {1000, 1600}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static Frame *compose(Scene shown)
{
    stage.app->look.scene = shown;
    Error error;
    assert_true(cast_update(stage.app, &error));
    return stage_compose(&stage, 1440, 900, 1);
}

static void draw(const Frame *frame, int width, int height, const char *title)
{
    const Input input = {.is_inside = false};
    stage.width = (float)width;
    stage.height = (float)height;
    stage.scale = layout_figure_scale(stage.width, stage.height);
    draw_begin(&stage.list, stage.width, stage.height);
    ui_begin(&stage.ui, &stage.list, theme_get(THEME_LIGHT), &input, stage.scale);
    figure_draw(&stage.ui, frame, stage.width, stage.height, title);
    ui_end(&stage.ui);
}

static void check(const Frame *frame, const char *title, const char *state)
{
    for (int i = 0; i < SIZES; i++) {
        draw(frame, sizes[i].width, sizes[i].height, title);
        TextRules rules = {&stage, state, 0};
        text_rules_check(&rules);
        assert_int_equal(rules.fault_count, 0);
        assert_int_equal(stage.ui.widget_count, 0);
    }
}

static bool says(const char *text)
{
    for (int i = 0; i < stage.ui.text_count; i++)
        if (strstr(stage.ui.texts[i].text, text))
            return true;
    return false;
}

static void every_scene_at_every_size(void **state)
{
    (void)state;
    for (Scene shown = 0; shown < SCENE_COUNT; shown++)
        check(compose(shown), NULL, "scene");
    (void)compose(SCENE_COMPARE);
}

static void every_heatmap(void **state)
{
    (void)state;
    for (int mode = 0; mode < heatmap_count(); mode++) {
        stage.app->look.heatmaps[0] = stage.app->look.heatmaps[1] = mode;
        check(compose(SCENE_COMPARE), NULL, heatmap_get(mode)->key);
    }
    stage.app->look = look_default();
}

static void every_output_with_every_loss(void **state)
{
    (void)state;
    const Spec before[SIDE_COUNT] = {stage.app->specs[SIDE_A], stage.app->specs[SIDE_B]};
    for (int i = 0; i < OUTPUT_COUNT * LOSS_COUNT; i++) {
        stage.app->specs[SIDE_B].output = i / LOSS_COUNT;
        stage.app->specs[SIDE_B].loss = i % LOSS_COUNT;
        draw(compose(SCENE_COMPARE), 1920, 1080, NULL);
        TextRules rules = {&stage, "output", 0};
        text_rules_check(&rules);
        assert_int_equal(rules.fault_count, 0);
    }
    memcpy(stage.app->specs, before, sizeof before);
    (void)compose(SCENE_COMPARE);
}

static void long_and_strange_titles(void **state)
{
    (void)state;
    char title[201];
    const Frame *frame = compose(SCENE_COMPARE);
    for (int i = 0; i < 200; i++)
        title[i] = "abcdef ghijkl mnopqr stuvwx yz"[i % 30];
    title[200] = 0;
    title[110] = 0; // in two lines
    check(frame, title, "a long title");
    check(frame, "\u00dcbung: \u03c0 \u2260 3", "not ASCII");
    memset(title, 'W', 200); // no figure is wide enough: an ellipsis, and inside
    title[200] = 0;
    draw(frame, 800, 450, title);
    int cut_count = 0;
    for (int i = 0; i < stage.ui.text_count; i++) {
        const UiText *text = &stage.ui.texts[i];
        cut_count += text->is_cut;
        assert_true(text->rect.x >= 0 && text->rect.x + text->rect.w <= 801);
    }
    assert_int_equal(cut_count, 1);
}

static void texts_can_be_read(void **state)
{
    (void)state;
    draw(compose(SCENE_COMPARE), 1920, 1080, NULL);
    for (int i = 0; i < stage.ui.text_count; i++) // a capital letter is 0.73 of its size high
        assert_true(stage.ui.texts[i].rect.h / 1.25f >= 0.69f * FIGURE_TEXT);
}

// The digits of the page on which A and B differ most, not that of the pad a second time.
static void the_digits_that_say_most(void **state)
{
    (void)state;
    Frame *frame = compose(SCENE_COMPARE);
    assert_true(frame->page_count > 4);
    const size_t n = (size_t)frame->page_count * DIGIT_PIXELS;
    float *kept = malloc(n * sizeof *kept);
    assert_non_null(kept);
    memcpy(kept, frame->models[SIDE_B].p, n * sizeof *kept);
    for (int cell = 0; cell < frame->page_count; cell++)
        for (int i = 0; i < DIGIT_PIXELS; i++)
            frame->models[SIDE_B].p[cell * DIGIT_PIXELS + i] =
                frame->models[SIDE_A].p[cell * DIGIT_PIXELS + i] + (cell == 2 || cell == 4 ? 0.2f : 0.1f);
    assert_int_equal(frame->pad->now.source, 0);
    draw(frame, 1920, 1080, NULL);
    assert_true(says("test 0") && says("test 2") && says("test 4"));
    assert_false(says("test 1") || says("test 3"));
    for (int i = 0; i < DIGIT_PIXELS; i++)
        frame->models[SIDE_B].p[i] = frame->models[SIDE_A].p[i] + 0.9f; // the pad's own digit, on the page
    draw(frame, 1920, 1080, NULL);
    assert_true(says("test 2") && says("test 4"));
    memcpy(frame->models[SIDE_B].p, kept, n * sizeof *kept);
    free(kept);
}

static void keys_only_where_they_occur(void **state)
{
    (void)state;
    Frame *frame = compose(SCENE_COMPARE);
    float *p = frame->models[SIDE_A].pad_shown;
    const float kept = p[100];
    const struct {
        float value;
        bool below, above;
    } cases[] = {{0.5f, false, false},
                 {-0.5f / 255, false, false},
                 {-2.0f / 255, true, false},
                 {1 + 0.5f / 255, false, false},
                 {1 + 2.0f / 255, false, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        p[100] = cases[i].value;
        draw(frame, 1920, 1080, NULL);
        assert_int_equal(says("below 0"), cases[i].below);
        assert_int_equal(says("above 1"), cases[i].above);
    }
    p[100] = kept;
}

static void the_small_print(void **state)
{
    (void)state;
    char text[FIGURE_WORDS];
    Frame *frame = compose(SCENE_COMPARE);
    figure_foot(frame, false, text);
    assert_non_null(strstr(text, "Both: 784-32-784, hidden ReLU, Adam 0.001, batch 256, seed 1, epoch 0."));
    assert_null(strstr(text, "A: "));
    assert_null(strstr(text, "noise"));
    frame->models[SIDE_B].spec.seed = 2;
    frame->models[SIDE_B].spec.noise = 0.5f;
    figure_foot(frame, true, text);
    assert_non_null(strstr(text, "A: seed 1."));
    assert_non_null(strstr(text, "B: noise on the input 0.5, seed 2."));
    assert_non_null(strstr(text, "where A and B differ most"));
    assert_non_null(strstr(text, "all 10,000 test digits"));
}

static void unequal_training_is_told(void **state)
{
    (void)state;
    Frame *frame = compose(SCENE_COMPARE);
    assert_false(panel_is_apart(frame));
    Snapshot other = *frame->models[SIDE_B].snapshot;
    const Snapshot *kept = frame->models[SIDE_B].snapshot;
    other.step = 3 * other.steps_per_epoch;
    frame->models[SIDE_B].snapshot = &other;
    assert_true(panel_is_apart(frame));
    draw(frame, 1920, 1080, NULL);
    assert_true(says("epoch 3"));
    char text[FIGURE_WORDS];
    figure_foot(frame, false, text);
    assert_non_null(strstr(text, "A: epoch 0."));
    assert_non_null(strstr(text, "B: epoch 3."));
    frame->models[SIDE_B].snapshot = kept;
}

// With figures of every length and the longest sentences.
static void measured_models(void **state)
{
    (void)state;
    static Snapshot measured[SIDE_COUNT];
    Frame *frame = compose(SCENE_COMPARE);
    const Snapshot *kept[SIDE_COUNT];
    static const double figures[] = {0.0923, 12.3456, 999.9999, 123456.7, 1e-7};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        for (int side = 0; side < SIDE_COUNT; side++) {
            kept[side] = i == 0 ? frame->models[side].snapshot : kept[side];
            measured[side] = *kept[side];
            measured[side].test.images = 10000;
            for (int loss = 0; loss < LOSS_COUNT; loss++)
                measured[side].test.mean[loss] = figures[i];
            frame->models[side].snapshot = &measured[side];
        }
        frame->sentence.text[0] = 0;
        check(frame, NULL, "measured, silent narrator");
        assert_true(says("MSE over all test digits"));
        (void)strcpy(
            frame->sentence.text,
            "*<B> is much worse*: its MSE is 0.0241 against 0.0099. 38 % of its pixels are below 0, but half of "
            "those by less than 0.007, and 271 pixels that need ink never light up, whatever the digit is.");
        check(frame, NULL, "measured, long sentence");
        assert_true(says("B is much worse") && says("Its MSE is 0.0241"));
        check(frame, "Another title", "measured, another title");
        assert_true(says("B is much worse: its MSE")); // the sentence is whole then
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        frame->models[side].snapshot = kept[side];
}

static void pictures_have_room(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++)
        for (int sides = 1; sides <= SIDE_COUNT; sides++)
            for (int rows = 1; rows <= FIGURE_ROWS; rows++)
                for (int lines = 1; lines <= 2; lines++) {
                    const float width = (float)sizes[i].width, height = (float)sizes[i].height;
                    const FigureLayout l = layout_figure(width, height, sides, rows, lines);
                    const int columns = 1 + sides * (1 + HEATMAP_COUNT);
                    assert_true(l.side >= DIGIT_SIDE);
                    for (int column = 1; column < columns; column++)
                        assert_true(l.pictures[0][column].x >= l.pictures[0][column - 1].x + l.side);
                    const Rect last = l.bar_labels[HEATMAP_COUNT - 1];
                    assert_true(last.x + last.w <= l.foot.x + l.foot.w + 1);
                    assert_true(l.bars[0].x >= l.pictures[0][layout_figure_heat(sides, 0, sides - 1)].x + l.side);
                    assert_true(l.pictures[rows - 1][0].y + l.side <= l.words.y);
                    assert_true(l.words.x + l.words.w <= l.plot.x && l.words.y + l.words.h <= l.foot.y + 1);
                    assert_true(l.foot.y + l.foot.h <= height + 1);
                }
    const FigureLayout slide = layout_figure(FIGURE_WIDTH, FIGURE_HEIGHT, 2, 3, 2);
    assert_true(slide.side == 7 * DIGIT_SIDE); // each pixel of a digit is a square of 7
}

static int open_stage(void **state) { return (void)state, stage_open(&stage) ? 0 : -1; }
static int close_stage(void **state) { return (void)state, stage_close(&stage), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scene_at_every_size),
        cmocka_unit_test(every_heatmap),
        cmocka_unit_test(every_output_with_every_loss),
        cmocka_unit_test(long_and_strange_titles),
        cmocka_unit_test(texts_can_be_read),
        cmocka_unit_test(the_digits_that_say_most),
        cmocka_unit_test(keys_only_where_they_occur),
        cmocka_unit_test(the_small_print),
        cmocka_unit_test(unequal_training_is_told),
        cmocka_unit_test(pictures_have_room),
        cmocka_unit_test(measured_models),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
