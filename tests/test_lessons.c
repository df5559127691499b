// Lessons and set-ups: every row can be set, every sentence has its figures and holds by its rule, on both sides of
// each threshold; a card ends by what was done; nothing that was drawn is lost.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stage.h"

static Stage stage;

// ---- facts --------------------------------------------------------------------------------------------------------

enum { KNOWN = 2 * CLAIM_OUTPUT_COUNT };
static NarratorModel known[KNOWN];

static NarratorModel make_model(const char *text, double mse, int epoch)
{
    NarratorModel out = {.is_measured = true, .broken_step = -1, .steps_per_epoch = 10, .epoch = epoch};
    assert_true(spec_parse(&out.spec, text, NULL));
    out.mean[LOSS_MSE] = mse;
    out.mean[LOSS_BCE] = 0.1595;
    out.mean[LOSS_MAE] = 0.0334;
    out.above_1 = 0.03;
    out.never_lit = 271;
    return out;
}

static NarratorModel *find_known(int loss, const char *output)
{
    const Spec base = spec_default();
    for (int i = 0; i < KNOWN; i++)
        for (int j = 0; j < CLAIM_TWIN; j++) {
            const Spec spec = claim_model_spec(&base, j);
            if (spec.loss == loss && spec.output == activation_find(OUTPUT_ACTIVATION, output) &&
                spec_equal(&spec, &known[i].spec))
                return &known[i];
        }
    fail_msg("no model of %s", output);
    return NULL;
}

// Every model after so many epochs: sigmoids at 0.01, the others at `other` times that.
static LessonFacts make_facts(const LessonStep *step, int epoch, double other)
{
    const Spec base = spec_default();
    const Preset *preset = preset_get(preset_find(step->preset));
    LessonFacts facts = {.known = known,
                         .known_count = KNOWN,
                         .distance = 0.0116,
                         .chance = 0.0134,
                         .mean_image_mse = 0.0674,
                         .is_same_inside = true,
                         .train_count = 60000,
                         .test_count = 10000,
                         .dataset = "MNIST"};
    for (int i = 0; i < KNOWN; i++) {
        char text[SPEC_TEXT_SIZE];
        const Spec spec = claim_model_spec(&base, i);
        spec_format(&spec, text, sizeof text);
        known[i] = make_model(text, i < 2 ? 0.01 : 0.01 * other, epoch);
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        facts.sides[side] =
            make_model(preset->specs[side], strstr(preset->specs[side], "sigmoid") ? 0.01 : 0.01 * other, epoch);
    facts.has_pixel = step->rule != RULE_NONE;
    facts.pixel = (LessonPixel){.pixel = 400, .t = 0.78f, .p = {0.21f, 0.0f}, .floor = 0.527};
    facts.pixel.loss[SIDE_B][LOSS_BCE] = 12.6f;
    facts.pixel.slope[SIDE_A][LOSS_BCE] = -0.57f;
    facts.pixel.slope[SIDE_A][LOSS_MSE] = -0.19f;
    return facts;
}

static const LessonStep *step_of(int lesson, int step) { return &lesson_get(lesson)->steps[step]; }

// "…" that stands for a figure, and not in "0…1".
static bool lacks_figure(const char *text)
{
    for (const char *at = text; (at = strstr(at, "\u2026")); at += strlen("\u2026"))
        if (at == text || at[-1] != '0')
            return true;
    return false;
}

static void assert_says(const LessonCard *card, const char *part)
{
    if (!strstr(card->text, part))
        fail_msg("\"%s\" does not say \"%s\"", card->text, part);
}

// ---- the tables ---------------------------------------------------------------------------------------------------

static void every_preset_can_be_set(void **state)
{
    (void)state;
    for (int i = 0; i < preset_count(); i++) {
        const Preset *preset = preset_get(i);
        Spec specs[SIDE_COUNT];
        Error error;
        for (int side = 0; side < SIDE_COUNT; side++) {
            if (!preset_is_pca(preset, side) && !spec_parse(&specs[side], preset->specs[side], &error))
                fail_msg("%s: %s", preset->key, error.text);
            specs[side] = preset_spec(preset, side);
        }
        for (int j = 0; j < HEATMAP_COUNT; j++)
            assert_true(heatmap_find(preset->heatmaps[j]) >= 0);
        assert_int_equal(preset_find(preset->key), i); // no other has its key
        Look look = look_default();
        look.is_wiped = look.is_clipped = true;
        look.past_step = 7;
        assert_false(preset_holds(preset, &look, &specs[SIDE_A], &specs[SIDE_B]));
        preset_apply(preset, &look);
        assert_true(preset_holds(preset, &look, &specs[SIDE_A], &specs[SIDE_B]));
        specs[SIDE_B].seed += 7;
        assert_false(preset_holds(preset, &look, &specs[SIDE_A], &specs[SIDE_B]));
    }
    assert_int_equal(preset_find("no such"), -1);
}

static void every_claim_has_a_preset(void **state)
{
    (void)state;
    for (int claim = 0; claim < CLAIM_COUNT; claim++) {
        const int preset = preset_find_claim(claim_get(claim)->key);
        assert_true(preset >= 0);
        assert_string_equal(preset_get(preset)->claim, claim_get(claim)->key);
    }
}

static void every_card_is_whole(void **state)
{
    (void)state;
    for (int lesson = 0; lesson < LESSON_COUNT; lesson++) {
        const Lesson *row = lesson_get(lesson);
        assert_true(row->step_count > 0);
        for (int i = 0; i < row->step_count; i++) {
            const LessonStep *step = &row->steps[i];
            assert_true(preset_find(step->preset) >= 0);
            assert_non_null(step->titles[LESSON_OPEN]);
            assert_true(step->judge && step->epoch && step->say[LESSON_OPEN] && step->task);
            assert_true((i + 1 == row->step_count) == (step->is_done == NULL));
            const LessonFacts facts = make_facts(step, LESSON_EPOCHS, 1.28);
            const LessonCard card = lesson_card(step, &facts);
            assert_false(card.is_grey);
            assert_false(lacks_figure(card.text));
            assert_true(strlen(card.text) + 1 < sizeof card.text);
            for (int j = 0; j < LESSON_BODY; j++)
                assert_false(lacks_figure(card.body[j]));
        }
    }
}

static void figures_that_are_missing_are_grey(void **state)
{
    (void)state;
    for (int i = 0; i < lesson_get(0)->step_count; i++) {
        const LessonStep *step = step_of(0, i);
        LessonFacts facts = make_facts(step, LESSON_EPOCHS, 1.28);
        facts.known_count = 0;
        facts.has_pixel = false;
        facts.distance = facts.chance = (double)NAN;
        for (int side = 0; side < SIDE_COUNT; side++)
            facts.sides[side].is_measured = false;
        const LessonCard card = lesson_card(step, &facts);
        assert_true(card.is_grey);
        assert_int_equal(card.epoch, -1);
        assert_true(lacks_figure(card.text) || lacks_figure(card.body[0]));
        assert_null(strstr(card.text, "nan"));
    }
}

static void figures_count_from_epoch_20_on(void **state)
{
    (void)state;
    for (int i = 0; i < lesson_get(0)->step_count; i++) {
        const LessonStep *step = step_of(0, i);
        for (int epoch = LESSON_EPOCHS - 1; epoch <= LESSON_EPOCHS; epoch++) {
            const LessonFacts facts = make_facts(step, epoch, 1.28);
            const LessonCard card = lesson_card(step, &facts);
            assert_int_equal(card.epoch, epoch);
            assert_int_equal(card.is_grey, epoch < LESSON_EPOCHS);
            assert_int_equal(card.verdict == LESSON_OPEN, epoch < LESSON_EPOCHS);
        }
    }
}

// ---- both sides of each rule --------------------------------------------------------------------------------------

static void losses_are_alike_up_to_chance(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 1);
    LessonFacts facts = make_facts(step, LESSON_EPOCHS, 1);
    facts.chance = 0.01;
    facts.distance = 0.0124;
    LessonCard card = lesson_card(step, &facts);
    assert_int_equal(card.verdict, LESSON_HOLDS);
    assert_says(&card, "differ by *0.012*");
    assert_says(&card, "nobody could tell");
    facts.distance = 0.0126;
    card = lesson_card(step, &facts);
    assert_int_equal(card.verdict, LESSON_FAILS);
    assert_says(&card, "here the loss matters");
    assert_string_equal(card.title, "BCE or MSE? Here it matters.");
}

static void relu_is_worse_from_5_percent_on(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 2);
    const struct {
        double ratio;
        LessonVerdict verdict;
        const char *part;
    } cases[] = {{0.8, LESSON_FAILS, "ReLU is better"},
                 {1.04, LESSON_FAILS, "ReLU is as good"},
                 {1.06, LESSON_HOLDS, "it works"},
                 {1.9, LESSON_HOLDS, "it works"},
                 {2.1, LESSON_HOLDS, "much worse"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const LessonFacts facts = make_facts(step, LESSON_EPOCHS, cases[i].ratio);
        const LessonCard card = lesson_card(step, &facts);
        assert_int_equal(card.verdict, cases[i].verdict);
        assert_says(&card, cases[i].part);
    }
}

static void only_what_occurs_is_said_of_relu(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 2);
    LessonFacts facts = make_facts(step, LESSON_EPOCHS, 1.28);
    LessonCard card = lesson_card(step, &facts);
    assert_says(&card, "*3.0 %* of its pixels");
    assert_says(&card, "*271* pixels that need ink never light up");
    facts.sides[SIDE_B].above_1 = 0.0002;
    facts.sides[SIDE_B].never_lit = 1;
    card = lesson_card(step, &facts);
    assert_null(strstr(card.text, "whiter than white"));
    assert_says(&card, "*1* pixel that needs ink never lights up");
    facts.sides[SIDE_B].never_lit = 0;
    card = lesson_card(step, &facts);
    assert_null(strstr(card.text, "never"));
}

static void bce_with_relu_breaks_where_a_pixel_is_silent(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 3);
    LessonFacts facts = make_facts(step, LESSON_EPOCHS, 1.26);
    LessonCard card = lesson_card(step, &facts);
    assert_int_equal(card.verdict, LESSON_HOLDS);
    assert_says(&card, "the digit is *0.780* and <B> answers 0");
    assert_says(&card, "BCE charges *12.6*");
    assert_non_null(strstr(card.task, "from 0 to *0.210*"));
    facts.has_pixel = false;
    card = lesson_card(step, &facts);
    assert_int_equal(card.verdict, LESSON_FAILS);
    assert_says(&card, "did not break here");
    facts.is_pixel_sought = true;
    card = lesson_card(step, &facts);
    assert_int_equal(card.verdict, LESSON_OPEN);
    facts = make_facts(step, LESSON_EPOCHS, 1.24);
    assert_int_equal(lesson_card(step, &facts).verdict, LESSON_FAILS);
}

static void a_changed_b_is_not_taken_for_the_cards(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 2);
    LessonFacts facts = make_facts(step, LESSON_EPOCHS, 1.28);
    facts.sides[SIDE_B] = make_model("loss=mse,output=clip", 0.0109, LESSON_EPOCHS);
    facts.sides[SIDE_B].above_1 = 0;
    facts.is_changed = true;
    const LessonCard card = lesson_card(step, &facts);
    assert_null(strstr(card.text, "upper end"));
    assert_says(&card, "<B> now has clip");
    assert_says(&card, "*0.0109*");
    assert_says(&card, "*0.0128*"); // ReLU's, which is remembered
    assert_string_equal(card.title, step->titles[LESSON_OPEN]);
}

static void bce_is_blind_up_to_1_percent(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 4);
    LessonFacts facts = make_facts(step, LESSON_EPOCHS, 2.4);
    find_known(LOSS_BCE, "linear")->mean[LOSS_BCE] = 0.1595 * 1.009;
    LessonCard card = lesson_card(step, &facts);
    assert_says(&card, "to the last bit");
    facts.is_same_inside = false;
    card = lesson_card(step, &facts);
    assert_null(strstr(card.text, "to the last bit"));
    assert_says(&card, "all score BCE *0.160*");
    find_known(LOSS_BCE, "linear")->mean[LOSS_BCE] = 0.1595 * 1.011;
    card = lesson_card(step, &facts);
    assert_int_equal(card.verdict, LESSON_FAILS);
    assert_says(&card, "score BCE *0.160*, *0.161*, *0.160*");
}

static void the_answer_follows_the_figures(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 5);
    LessonFacts facts = make_facts(step, LESSON_EPOCHS, 1.24);
    LessonCard card = lesson_card(step, &facts);
    assert_says(&card, "*With BCE: not here.*");
    facts = make_facts(step, LESSON_EPOCHS, 2.4);
    card = lesson_card(step, &facts);
    assert_says(&card, "*With BCE: yes.*");
    assert_says(&card, "*With MSE: here too.*");
    assert_non_null(strstr(card.body[0], "*2.4 times*"));
    find_known(LOSS_MSE, "clip")->mean[LOSS_MSE] = 0.0110;
    card = lesson_card(step, &facts);
    assert_says(&card, "*With MSE: no.*");
    assert_non_null(strstr(card.body[1], "clip 10 %"));
    assert_non_null(strstr(card.body[3], "one random start"));
    assert_non_null(strstr(card.body[3], "10,000 test digits of MNIST"));
    find_known(LOSS_MSE, "clip")->mean[LOSS_MSE] = 0.0090;
    card = lesson_card(step, &facts);
    assert_non_null(strstr(card.body[1], "The best is clip"));
    facts.distance = 0.02;
    card = lesson_card(step, &facts);
    assert_non_null(strstr(card.body[2], "here it matters"));
}

static void ranges_are_over_the_seeds_that_were_trained(void **state)
{
    (void)state;
    const LessonStep *step = step_of(0, 5);
    LessonFacts facts = make_facts(step, LESSON_EPOCHS, 2.4);
    NarratorModel both[2 * KNOWN];
    memcpy(both, known, sizeof known);
    memcpy(both + KNOWN, known, sizeof known);
    for (int i = KNOWN; i < 2 * KNOWN; i++) {
        both[i].spec.seed = 2;
        both[i].mean[LOSS_MSE] *= i < KNOWN + 2 ? 1 : 1.375; // 3.3 times
    }
    facts.known = both;
    facts.known_count = 2 * KNOWN - 1; // one of the second seed is missing
    LessonCard card = lesson_card(step, &facts);
    assert_non_null(strstr(card.body[3], "one random start"));
    facts.known_count++;
    card = lesson_card(step, &facts);
    assert_non_null(strstr(card.body[0], "*2.4 to 3.3 times*"));
    assert_non_null(strstr(card.body[3], "2 random starts"));
}

// ---- what ends a card ---------------------------------------------------------------------------------------------

static void cards_end_by_what_was_done(void **state)
{
    (void)state;
    LessonProgress none = {.start = {spec_default(), spec_default()}};
    memcpy(none.now, none.start, sizeof none.now);
    none.now[SIDE_B].output = none.start[SIDE_B].output = activation_find(OUTPUT_ACTIVATION, "relu");
    LessonProgress stroke = none, changed = none, sigmoid = none, cell = none, moved = none, dragged = none;
    stroke.strokes = 1;
    changed.now[SIDE_B].output = activation_find(OUTPUT_ACTIVATION, "clip");
    sigmoid.now[SIDE_B].output = activation_find(OUTPUT_ACTIVATION, "sigmoid");
    cell.now[SIDE_A].output = activation_find(OUTPUT_ACTIVATION, "linear");
    moved.is_pixel_moved = true;
    dragged.is_target_moved = true;
    const struct {
        int lesson, step;
        const LessonProgress *done, *not_done;
    } cases[] = {{0, 0, &stroke, &changed},  {0, 1, &stroke, &cell}, {0, 2, &changed, &stroke},
                 {0, 3, &sigmoid, &changed}, {0, 4, &cell, &stroke}, {1, 0, &dragged, &moved},
                 {1, 1, &moved, &dragged}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const LessonStep *step = step_of(cases[i].lesson, cases[i].step);
        assert_false(step->is_done(&none));
        assert_false(step->is_done(cases[i].not_done));
        assert_true(step->is_done(cases[i].done));
    }
}

// ---- in the window's state ----------------------------------------------------------------------------------------

static int setup(void **state)
{
    (void)state;
    return stage_open(&stage) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

static void ask(RequestKind kind, int value, int step)
{
    const Requests requests = {.items = {{.kind = kind, .value = value, .step = step}}, .count = 1};
    app_apply(stage.app, &requests);
}

static const Frame *compose(void) { return stage_compose(&stage, 1440, 900, 1); }

static void every_card_is_there_in_one_frame(void **state)
{
    (void)state;
    const Input input = {.is_inside = false};
    for (int lesson = 0; lesson < LESSON_COUNT; lesson++)
        for (int i = 0; i < lesson_get(lesson)->step_count; i++) {
            ask(REQUEST_LESSON, lesson, i);
            Frame *frame = stage_compose(&stage, 1440, 900, 1);
            const Preset *preset = preset_get(preset_find(step_of(lesson, i)->preset));
            assert_ptr_equal(frame->lesson.step, step_of(lesson, i));
            assert_true(preset_holds(preset, &frame->look, &frame->models[SIDE_A].spec, &frame->models[SIDE_B].spec));
            stage_draw(&stage, frame, &input);
            bool has_text = false;
            for (int j = 0; j < stage.ui.text_count; j++) {
                has_text |= strstr(stage.ui.texts[j].text, frame->lesson.title) != NULL;
                assert_false(stage.ui.texts[j].is_cut && stage.ui.texts[j].rect.y < stage.layout.area.y);
            }
            assert_true(has_text);
        }
}

static void a_drawing_stays(void **state)
{
    (void)state;
    Pad *pad = &stage.app->pad;
    pad_clear(pad);
    pad_begin_stroke(pad, 8, 8, false);
    pad_continue_stroke(pad, 20, 20);
    pad_end_stroke(pad);
    float before[DIGIT_PIXELS], after[DIGIT_PIXELS];
    pad_read_drawn(pad, before);
    for (int i = 0; i < lesson_get(0)->step_count; i++) {
        ask(REQUEST_LESSON, 0, i);
        (void)compose();
    }
    ask(REQUEST_BACK, 0, 0);
    assert_int_equal(compose()->look.lesson, -1);
    pad_read_drawn(pad, after);
    assert_memory_equal(before, after, sizeof before);
}

static void an_empty_pad_gets_a_digit(void **state)
{
    (void)state;
    pad_clear(&stage.app->pad);
    ask(REQUEST_LESSON, 0, 0);
    assert_int_equal(compose()->pad->now.source, 1);
    ask(REQUEST_UNDO, 0, 0);
    assert_true(compose()->is_pad_empty);
}

static void undo_brings_both_models_back(void **state)
{
    (void)state;
    const Spec a = stage.app->specs[SIDE_A], b = stage.app->specs[SIDE_B];
    ask(REQUEST_PRESET, preset_find("mse-relu"), 0);
    const Frame *frame = compose();
    assert_int_equal(frame->preset, preset_find("mse-relu"));
    assert_false(spec_equal(&frame->models[SIDE_A].spec, &a));
    assert_false(spec_equal(&frame->models[SIDE_B].spec, &b));
    ask(REQUEST_UNDO, 0, 0);
    frame = compose();
    assert_true(spec_equal(&frame->models[SIDE_A].spec, &a));
    assert_true(spec_equal(&frame->models[SIDE_B].spec, &b));
    assert_int_equal(frame->preset, -1);
    ask(REQUEST_REDO, 0, 0);
    assert_int_equal(compose()->preset, preset_find("mse-relu"));
}

static void a_card_ends_by_time_too(void **state)
{
    (void)state;
    stage.app->now = 100;
    ask(REQUEST_LESSON, 0, 1);
    assert_false(compose()->lesson.is_done);
    const double wakes = app_wakes_at(stage.app);
    assert_float_equal(wakes, 108, 1e-9);
    stage.app->now = wakes - 0.01;
    assert_false(compose()->lesson.is_done);
    stage.app->now = wakes;
    assert_true(compose()->lesson.is_done);
    assert_true(isinf(app_wakes_at(stage.app)));
    ask(REQUEST_LESSON, 0, 2);
    (void)compose();
    assert_true(isinf(app_wakes_at(stage.app))); // that one does not
}

static void escape_leaves_the_lesson_and_the_state(void **state)
{
    (void)state;
    const Scene before = stage.app->look.scene;
    ask(REQUEST_LESSON, 1, 0);
    assert_int_equal(compose()->look.scene, SCENE_INSPECT);
    ask(REQUEST_BACK, 0, 0);
    const Frame *frame = compose();
    assert_int_equal(frame->look.lesson, -1);
    assert_int_equal(frame->look.scene, SCENE_INSPECT);
    ask(REQUEST_BACK, 0, 0);
    assert_int_equal(compose()->look.scene, before);
}

static void the_answers_models_train_beside(void **state)
{
    (void)state;
    ask(REQUEST_LESSON, 0, 4);
    (void)compose();
    ask(REQUEST_LESSON, 0, 5);
    const Frame *frame = compose();
    const Spec base = spec_default();
    for (int i = 0; i < CLAIM_TWIN; i++) {
        const Spec spec = claim_model_spec(&base, i);
        bool is_there = false;
        for (int j = 0; j < frame->model_count; j++)
            is_there |= spec_equal(&frame->models[j].spec, &spec);
        assert_true(is_there);
    }
    assert_int_equal(frame->model_count, CLAIM_TWIN + 2 - 2); // A and B are two of them
    ask(REQUEST_LESSON_END, 0, 0);
    assert_int_equal(compose()->model_count, SIDE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_can_be_set),
        cmocka_unit_test(every_claim_has_a_preset),
        cmocka_unit_test(every_card_is_whole),
        cmocka_unit_test(figures_that_are_missing_are_grey),
        cmocka_unit_test(figures_count_from_epoch_20_on),
        cmocka_unit_test(losses_are_alike_up_to_chance),
        cmocka_unit_test(relu_is_worse_from_5_percent_on),
        cmocka_unit_test(only_what_occurs_is_said_of_relu),
        cmocka_unit_test(bce_with_relu_breaks_where_a_pixel_is_silent),
        cmocka_unit_test(a_changed_b_is_not_taken_for_the_cards),
        cmocka_unit_test(bce_is_blind_up_to_1_percent),
        cmocka_unit_test(the_answer_follows_the_figures),
        cmocka_unit_test(ranges_are_over_the_seeds_that_were_trained),
        cmocka_unit_test(cards_end_by_what_was_done),
        cmocka_unit_test_setup_teardown(every_card_is_there_in_one_frame, setup, teardown),
        cmocka_unit_test_setup_teardown(a_drawing_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_pad_gets_a_digit, setup, teardown),
        cmocka_unit_test_setup_teardown(undo_brings_both_models_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_card_ends_by_time_too, setup, teardown),
        cmocka_unit_test_setup_teardown(escape_leaves_the_lesson_and_the_state, setup, teardown),
        cmocka_unit_test_setup_teardown(the_answers_models_train_beside, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
