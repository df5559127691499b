// The claims' cards: each shows its words whole, sets the stage to its comparison, and opens its figures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "state/claim_table.h"
#include "state/presets.h"
#include "text_rules.h"
#include "text_states.h"

static TextRules rules;

static const int sizes[][2] = {{960, 600}, {1280, 800}, {1440, 900}, {2560, 1440}};
enum { SIZES = sizeof sizes / sizeof *sizes };

// The frame as it stands after twelve epochs, with the claims judged.
static void draw(int size, const Input *input)
{
    static Frame before;
    Frame *frame = stage_compose(&scene, sizes[size][0], sizes[size][1], 1);
    before = *frame;
    text_state_dress(TEXT_TRAINED, &scene, frame);
    stage_draw(&scene, frame, input);
    before.popup = frame->popup;
    *frame = before;
}

static bool has_text(const char *wanted)
{
    for (int i = 0; i < scene.ui.text_count; i++)
        if (strcmp(scene.ui.texts[i].text, wanted) == 0)
            return true;
    return false;
}

static const Widget *find_button(int claim, const char *what)
{
    char id[48];
    (void)snprintf(id, sizeof id, "claim.%s.%s", saying_get(claim).key, what);
    for (int i = 0; i < scene.ui.widget_count; i++)
        if (strcmp(scene.ui.widgets[i].id, id) == 0)
            return &scene.ui.widgets[i];
    fail_msg("no button %s", id);
    return NULL;
}

static void click(Rect place)
{
    Input input = {.is_inside = true, .mouse_x = place.x + place.w / 2, .mouse_y = place.y + place.h / 2};
    input.left = input.left_pressed = true;
    draw(1, &input);
    app_apply(scene.app, &scene.requests);
    input.left = input.left_pressed = false;
    input.left_released = true;
    draw(1, &input);
    app_apply(scene.app, &scene.requests);
}

static const Input still = {.is_inside = false};

static void every_card_says_claim_verdict_and_advice(void **state)
{
    (void)state;
    for (int size = 0; size < SIZES * CLAIM_PAGES; size++) {
        const ClaimPage *page = claim_page_get(size / SIZES);
        scene.app->look.claim_page = size / SIZES;
        draw(size % SIZES, &still);
        text_rules_check(&rules);
        for (int card = 0; card < page->count; card++) {
            char title[96];
            const int claim = page->sayings[card];
            (void)snprintf(title, sizeof title, "\u201c%s\u201d", saying_get(claim).claim);
            assert_true(has_text(title));
            (void)find_button(claim, "show");
            (void)find_button(claim, "more");
        }
    }
    assert_int_equal(rules.fault_count, 0);
}

static void show_me_sets_the_stage(void **state)
{
    (void)state;
    for (int claim = 0; claim < SAYING_COUNT; claim++) {
        scene.app->look.scene = SCENE_CLAIMS;
        scene.app->look.claim_page = claim_page_of(claim);
        draw(1, &still);
        click(find_button(claim, "show")->rect);
        const int preset = preset_find_claim(saying_get(claim).key);
        assert_true(preset >= 0);
        Spec specs[SIDE_COUNT] = {scene.app->specs[SIDE_A], scene.app->specs[SIDE_B]};
        for (int side = 0; side < SIDE_COUNT; side++) {
            const int components = scene.app->pca_run.wanted[side]; // a PCA, which is computed beside
            assert_int_equal(components > 0, preset_is_pca(preset_get(preset), side));
            if (components > 0)
                specs[side] = pca_run_spec(components);
        }
        assert_true(preset_holds(preset_get(preset), &scene.app->look, &specs[SIDE_A], &specs[SIDE_B]));
        assert_int_equal(scene.app->look.scene, preset_get(preset)->scene);
    }
}

static void figures_and_rule_open_over_the_cards(void **state)
{
    (void)state;
    for (int claim = 0; claim < SAYING_COUNT; claim++) {
        scene.app->look.claim_page = claim_page_of(claim);
        draw(1, &still);
        const int first = scene.ui.text_count;
        click(find_button(claim, "more")->rect);
        assert_int_equal(scene.app->popup, POPUP_CLAIM);
        assert_int_equal(scene.app->claim, claim);
        for (int size = 0; size < SIZES; size++) {
            scene.app->popup = POPUP_NONE;
            draw(size, &still);
            const int below = scene.ui.text_count;
            scene.app->popup = POPUP_CLAIM;
            draw(size, &still);
            text_rules_check_overlay(&rules, below);
        }
        draw(1, &still);
        assert_true(scene.ui.text_count > first);
        const ClaimTable table = claim_table(claim, &scene.app->frame);
        for (int row = 0; row < table.row_count; row++)
            assert_true(has_text(table.rows[row].label));
        stage_draw(&scene, stage_compose(&scene, 1280, 800, 1),
                   &(Input){.keys = {{.key = KEY_ESCAPE}}, .key_count = 1});
        app_apply(scene.app, &scene.requests);
        assert_int_equal(scene.app->popup, POPUP_NONE);
        assert_int_equal(scene.app->look.scene, SCENE_CLAIMS);
    }
    assert_int_equal(rules.fault_count, 0);
}

static int reset(void **state)
{
    (void)state;
    Error error;
    rules = (TextRules){.stage = &scene, .state = "cards"};
    scene.app->popup = POPUP_NONE;
    scene.app->look = look_default();
    scene.app->look.scene = SCENE_CLAIMS;
    return cast_update(scene.app, &error) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_card_says_claim_verdict_and_advice, reset),
        cmocka_unit_test_setup(show_me_sets_the_stage, reset),
        cmocka_unit_test_setup(figures_and_rule_open_over_the_cards, reset),
    };
    return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
