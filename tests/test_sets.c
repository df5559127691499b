// The menu of data sets: what is here can be opened, what is not can be got, a failure is said, and nothing but Get
// asks the network, which here is a proxy that is not there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"
#include "stage.h"

static void draw(const Input *input) { stage_draw(&scene, stage_compose(&scene, 1440, 900, 1), input); }

static const Widget *find_widget(const char *id)
{
    draw(&(Input){.is_inside = false});
    for (int i = 0; i < scene.ui.widget_count; i++)
        if (strcmp(scene.ui.widgets[i].id, id) == 0)
            return &scene.ui.widgets[i];
    return NULL;
}

static void click(const char *id)
{
    const Widget *widget = find_widget(id);
    if (!widget)
        fail_msg("there is no %s", id);
    const Rect place = widget->rect;
    Input input = {.is_inside = true, .mouse_x = place.x + place.w / 2, .mouse_y = place.y + place.h / 2};
    input.left = input.left_pressed = true;
    draw(&input);
    app_apply(scene.app, &scene.requests);
    input.left = input.left_pressed = false;
    input.left_released = true;
    draw(&input);
    app_apply(scene.app, &scene.requests);
}

static void toggle_menu(void)
{
    app_apply(scene.app, &(Requests){.count = 1, .items = {{.kind = REQUEST_POPUP, .value = POPUP_DATA}}});
    draw(&(Input){.is_inside = false});
}

static bool has_text(const char *part)
{
    draw(&(Input){.is_inside = false});
    for (int i = 0; i < scene.ui.text_count; i++)
        if (strstr(scene.ui.texts[i].text, part))
            return true;
    return false;
}

static void wait_for_the_end(void)
{
    const struct timespec step = {.tv_nsec = 10000000};
    for (int i = 0; i < 2000 && scene.app->sets.job; i++) {
        (void)nanosleep(&step, NULL);
        draw(&(Input){.is_inside = false});
    }
    assert_null(scene.app->sets.job);
}

// Files of the right sizes are all that the menu asks for; they are empty inside.
static void put_set(const KnownSet *set)
{
    char folder[PATH_MAX], path[PATH_MAX];
    NewFolder made;
    assert_true(known_set_folder(set, folder, NULL));
    assert_true(new_folder_make(&made, folder, NULL));
    for (int i = 0; i < KNOWN_SET_FILES; i++) {
        assert_true(new_folder_join(path, folder, set->files[i].name, NULL));
        assert_true(new_file_write(path, NAME_NEW, "", 0, NULL));
        assert_int_equal(truncate(path, (off_t)set->files[i].size), 0);
    }
    assert_true(known_set_is_in(set, folder));
    assert_int_equal(truncate(path, 1), 0);
    assert_false(known_set_is_in(set, folder));
    assert_int_equal(truncate(path, (off_t)set->files[KNOWN_SET_FILES - 1].size), 0);
}

static void expect_wish(const char *text)
{
    char wished[INPUT_TEXT_SIZE];
    assert_int_equal(app_take_wish(scene.app, wished), WISH_OPEN);
    assert_string_equal(wished, text);
    assert_int_equal(scene.app->popup, POPUP_NONE);
}

static void what_is_not_here_can_be_got(void **state)
{
    (void)state;
    click("menu.data");
    assert_int_equal(scene.app->popup, POPUP_DATA);
    assert_non_null(find_widget("data.open.builtin"));
    for (int i = 0; i < known_set_count(); i++) {
        char id[40];
        (void)snprintf(id, sizeof id, "data.get.%s", known_set_get(i)->key);
        assert_non_null(find_widget(id));
    }
    assert_null(find_widget("data.cancel"));
    assert_true(has_text("12 MB"));
    assert_true(has_text("the only thing in losslens that uses the network"));
    click("data.open.builtin");
    expect_wish("builtin");
}

static void a_failure_is_said(void **state)
{
    (void)state;
    toggle_menu();
    const Widget *other = NULL;
    int tries = 0;
    do { // until a frame is drawn before the connection is refused
        click("data.get.mnist");
        other = find_widget("data.get.kmnist");
    } while (!scene.app->sets.job && ++tries < 100);
    assert_non_null(scene.app->sets.job);
    assert_null(other); // one at a time
    app_apply(scene.app, &(Requests){.count = 1, .items = {{.kind = REQUEST_DATA_FETCH, .value = 1}}});
    assert_int_equal(scene.app->sets.fetching, 0);
    wait_for_the_end();
    assert_non_null(strstr(scene.app->sets.message.text, "Failed to connect to 127.0.0.1 port 1"));
    assert_true(has_text("Failed to connect"));
    assert_non_null(find_widget("data.get.mnist"));
    assert_int_equal(access(scratch_path("losslens"), F_OK), -1); // nothing came of it, so that nothing is left
    toggle_menu();
    assert_int_equal(scene.app->popup, POPUP_NONE);
    // once the menu is closed the window says it
    app_apply(scene.app, &(Requests){.count = 1, .items = {{.kind = REQUEST_DATA_FETCH, .value = 0}}});
    wait_for_the_end();
    assert_true(strstr(scene.app->message, "Failed to connect") && scene.app->is_error);
    toggle_menu();
    assert_true(has_text("the only thing in losslens"));
    assert_string_equal(scene.app->sets.message.text, ""); // it was read
    toggle_menu();
}

static void what_is_being_got_can_be_stopped(void **state)
{
    (void)state;
    toggle_menu();
    scene.app->sets.count = known_sets_list(scene.app->sets.rows);
    app_apply(scene.app,
              &(Requests){.count = 2, .items = {{.kind = REQUEST_DATA_FETCH}, {.kind = REQUEST_DATA_CANCEL}}});
    wait_for_the_end();
    assert_string_equal(scene.app->sets.message.text, "MNIST: stopped; Get goes on from there.");
    app_apply(
        scene.app,
        &(Requests){.count = 2, .items = {{.kind = REQUEST_DATA_CANCEL}, {.kind = REQUEST_DATA_FETCH, .value = 99}}});
    assert_null(scene.app->sets.job);
    toggle_menu();
}

static void what_is_here_can_be_opened(void **state)
{
    (void)state;
    const KnownSet *set = known_set_find("kmnist");
    char folder[PATH_MAX];
    assert_true(known_set_folder(set, folder, NULL));
    put_set(set);
    assert_int_equal(mkdir(scratch_path("losslens/mine"), 0777), 0);
    toggle_menu();
    assert_null(find_widget("data.get.kmnist"));
    assert_non_null(find_widget("data.get.mnist"));
    click("data.open.kmnist");
    expect_wish(folder);
    toggle_menu();
    assert_true(has_text("mine"));
    click("data.open.other.3");
    expect_wish(scratch_path("losslens/mine"));
    app_apply(scene.app, &(Requests){.count = 1, .items = {{.kind = REQUEST_DATA_FETCH, .value = 2}}}); // it is here
    assert_null(scene.app->sets.job);
}

static void what_was_opened_by_its_path_has_a_row(void **state)
{
    (void)state;
    toggle_menu();
    assert_null(find_widget("data.open.this")); // the built-in digits are open
    Dataset *dataset = (Dataset *)(uintptr_t)scene.app->options.dataset;
    static uint8_t pixels[100 * DIGIT_PIXELS];
    static Dataset mine = {.name = "my digits", .train = {100, pixels, NULL}, .test = {100, pixels, NULL}};
    scene.app->options.dataset = &mine;
    draw(&(Input){.is_inside = false});
    assert_non_null(find_widget("data.open.this"));
    assert_true(has_text("my digits"));
    (void)snprintf(mine.name, sizeof mine.name, "kmnist"); // which is here, and has its own
    draw(&(Input){.is_inside = false});
    assert_null(find_widget("data.open.this"));
    scene.app->options.dataset = dataset;
    toggle_menu();
}

static int open_scene(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    (void)setenv("XDG_DATA_HOME", scratch_folder(), 1);
    (void)setenv("https_proxy", "http://127.0.0.1:1", 1);
    (void)setenv("http_proxy", "http://127.0.0.1:1", 1);
    return stage_open(&scene) ? 0 : -1;
}

static int close_scene(void **state)
{
    stage_close(&scene);
    return scratch_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_here_can_be_got),           cmocka_unit_test(a_failure_is_said),
        cmocka_unit_test(what_is_being_got_can_be_stopped),      cmocka_unit_test(what_is_here_can_be_opened),
        cmocka_unit_test(what_was_opened_by_its_path_has_a_row),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
