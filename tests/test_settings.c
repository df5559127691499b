// What the window remembers: where, what is not taken, and what a folder that does not let itself be written to does.
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "files/settings.h"
#include "scratch.h"

static int set_home(void **state)
{
    (void)scratch_setup(state);
    (void)setenv("HOME", scratch_folder(), 1);
    (void)unsetenv("XDG_CONFIG_HOME");
    return 0;
}

static void make_folder(const char *name) { assert_int_equal(mkdir(scratch_path(name), 0755), 0); }

static void write_text(const char *text)
{
    make_folder(".config");
    make_folder(".config/losslens");
    scratch_write(".config/losslens/settings.json", text, strlen(text));
}

static void assert_first_start(const Settings *settings)
{
    const Settings first = settings_default();
    assert_int_equal(settings->theme, THEME_DARK);
    assert_false(settings->lesson_seen);
    assert_true(settings_equal(settings, &first));
}

static void test_nothing_is_there(void **state)
{
    (void)state;
    Settings settings = {.theme = THEME_LIGHT, .lesson_seen = true};
    Error error;
    assert_true(settings_load(&settings, &error));
    assert_first_start(&settings);
    assert_int_equal(scratch_count(""), 0); // reading makes nothing
}

static void test_is_read_back(void **state)
{
    (void)state;
    Error error;
    static const Settings wanted[] = {
        {.theme = THEME_LIGHT, .scale = 1},
        {.lesson_seen = true, .scale = 1},
        {.scale = 1, .width = 1200, .height = 801},
        {.scale = 1, .is_maximized = true},
        {.scale = 0.7F},
        {.scale = 1, .data = "/home/\xC3\xBC/a \"set\"\n"},
        {.scale = 1, .data = "mnist", .turn = TURN_NONE, .is_inverted = true},
        {.scale = 1, .data = "mnist", .turn = TURN_HALF, .scale_max = 16},
        {.theme = THEME_LIGHT,
         .lesson_seen = true,
         .scale = 2.9F,
         .width = 1,
         .height = SETTINGS_SIDE_MAX,
         .data = "mnist"},
        {.scale = 1},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        Settings got;
        assert_true(settings_save(&wanted[i], &error));
        assert_true(settings_load(&got, &error));
        assert_true(settings_equal(&got, &wanted[i]));
        assert_true(i == 0 || !settings_equal(&got, &wanted[i - 1]));
    }
    Settings got;
    const Settings strange = {.scale = 1, .data = "/\xFF"}; // which JSON cannot hold
    assert_true(settings_save(&strange, &error));
    assert_true(settings_load(&got, &error));
    assert_first_start(&got);
    assert_int_equal(scratch_count(".config/losslens"), 1); // no part is left
}

static void test_place(void **state)
{
    (void)state;
    Error error;
    const Settings light = {.theme = THEME_LIGHT, .scale = 1};
    Settings got;
    (void)setenv("XDG_CONFIG_HOME", scratch_path("a/b"), 1);
    assert_true(settings_save(&light, &error));
    assert_int_equal(access(scratch_path("a/b/losslens/settings.json"), F_OK), 0);
    (void)setenv("XDG_CONFIG_HOME", "relative", 1); // which the rule of the desks says to pass over
    assert_true(settings_load(&got, &error));
    assert_first_start(&got);
    assert_true(settings_save(&light, &error));
    assert_int_equal(access(scratch_path(".config/losslens/settings.json"), F_OK), 0);
    (void)unsetenv("XDG_CONFIG_HOME");
    (void)unsetenv("HOME");
    assert_true(settings_load(&got, &error));
    assert_first_start(&got);
    assert_false(settings_save(&light, &error));
    assert_non_null(strstr(error.text, "HOME"));
}

static void test_what_is_not_taken(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "no JSON"},
        {"{\"theme\": \"light\"", "no JSON"},
        {"{\"theme\": \"light\"} more", "no JSON"},
        {"{\"theme\": \"light\", \"theme\": \"dark\"}", "no JSON"},
        {"[\"light\"]", "JSON object"},
        {"{}", "theme"},
        {"{\"theme\": \"mauve\"}", "theme"},
        {"{\"theme\": 1}", "theme"},
        {"{\"theme\": \"light\", \"lesson_seen\": \"yes\"}", "lesson_seen"},
        {"{\"theme\": \"light\", \"maximized\": 1}", "maximized"},
        {"{\"theme\": \"light\", \"size\": [1200]}", "size"},
        {"{\"theme\": \"light\", \"size\": [0, 800]}", "size"},
        {"{\"theme\": \"light\", \"size\": [1200, 16385]}", "size"},
        {"{\"theme\": \"light\", \"size\": [1200.5, 800]}", "size"},
        {"{\"theme\": \"light\", \"scale\": 0.09}", "scale"},
        {"{\"theme\": \"light\", \"scale\": 10.1}", "scale"},
        {"{\"theme\": \"light\", \"scale\": \"1\"}", "scale"},
        {"{\"theme\": \"light\", \"data\": \"\"}", "data"},
        {"{\"theme\": \"light\", \"data\": 3}", "data"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Settings got = {.theme = THEME_LIGHT};
        Error error;
        if (i == 0)
            write_text(bad[i].text);
        else
            scratch_write(".config/losslens/settings.json", bad[i].text, strlen(bad[i].text));
        assert_false(settings_load(&got, &error));
        assert_non_null(strstr(error.text, bad[i].why));
        assert_non_null(strstr(error.text, "settings.json"));
        assert_first_start(&got);
        Buffer left = {0};
        scratch_read(".config/losslens/settings.json.bad", &left); // whole, in the place of the one before
        assert_int_equal(left.size, strlen(bad[i].text));
        free(left.bytes);
        assert_int_equal(scratch_count(".config/losslens"), 1);
        assert_true(settings_load(&got, &error)); // nobody hears of it again
    }
    Settings light = {.theme = THEME_LIGHT, .scale = 1}, got;
    Error error;
    assert_true(settings_save(&light, &error));
    assert_true(settings_load(&got, &error));
    assert_int_equal(got.theme, THEME_LIGHT);
}

// A field that is absent has its first value; one that a later version may add is passed over.
static void test_other_versions(void **state)
{
    (void)state;
    Settings got;
    Error error;
    write_text("{\"theme\": \"light\", \"later\": [1, 2]}");
    assert_true(settings_load(&got, &error));
    assert_int_equal(got.theme, THEME_LIGHT);
    assert_false(got.lesson_seen);
}

static void test_size(void **state)
{
    (void)state;
    enum { MOST = 65536 };
    static char text[MOST + 2];
    Settings got;
    Error error;
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "{\"theme\": \"light\"}", 18);
    text[MOST] = 0;
    write_text(text);
    assert_true(settings_load(&got, &error));
    text[MOST] = ' ';
    scratch_write(".config/losslens/settings.json", text, MOST + 1);
    assert_false(settings_load(&got, &error));
    assert_first_start(&got);
}

// What stands in the file's place is neither waited for nor replaced.
static void test_no_file(void **state)
{
    (void)state;
    const Settings light = {.theme = THEME_LIGHT, .scale = 1};
    Settings got;
    Error error;
    make_folder(".config");
    make_folder(".config/losslens");
    assert_int_equal(mkfifo(scratch_path(".config/losslens/settings.json"), 0644), 0);
    assert_false(settings_load(&got, &error));
    assert_non_null(strstr(error.text, "FIFO"));
    assert_first_start(&got);
    assert_false(settings_save(&light, &error));
    assert_int_equal(unlink(scratch_path(".config/losslens/settings.json")), 0);
    make_folder(".config/losslens/settings.json");
    assert_false(settings_load(&got, &error));
    assert_false(settings_save(&light, &error));
    assert_int_equal(scratch_count(".config/losslens"), 1);
}

static void test_no_folder(void **state)
{
    (void)state;
    const Settings light = {.theme = THEME_LIGHT, .scale = 1};
    Settings got;
    Error error;
    scratch_write(".config", "a file", 6);
    assert_false(settings_load(&got, &error));
    assert_first_start(&got);
    assert_false(settings_save(&light, &error));
    assert_non_null(strstr(error.text, ".config"));
    (void)setenv("HOME", "/proc/losslens", 1); // where nobody can make a folder, whoever it is
    assert_true(settings_load(&got, &error));
    assert_false(settings_save(&light, &error));
}

static void test_read_only_folder(void **state)
{
    (void)state;
    const Settings light = {.theme = THEME_LIGHT, .scale = 1};
    Settings got;
    Error error;
    enum { NOBODY = 65534 };
    const bool is_root = geteuid() == 0; // who may write everywhere
    if (is_root) {
        assert_int_equal(chown(scratch_folder(), NOBODY, NOBODY), 0);
        assert_int_equal(seteuid(NOBODY), 0);
    }
    write_text("{\"theme\": \"light\"}");
    assert_int_equal(chmod(scratch_path(".config/losslens"), 0555), 0);
    assert_true(settings_load(&got, &error));
    const bool is_saved = settings_save(&light, &error);
    assert_int_equal(chmod(scratch_path(".config/losslens"), 0000), 0);
    const bool is_loaded = settings_load(&got, &error);
    assert_int_equal(chmod(scratch_path(".config/losslens"), 0755), 0);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_false(is_saved);
    assert_false(is_loaded);
    assert_first_start(&got);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_home, scratch_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_nothing_is_there),  CASE(test_is_read_back),   CASE(test_place),
        CASE(test_what_is_not_taken), CASE(test_other_versions), CASE(test_size),
        CASE(test_no_file),           CASE(test_no_folder),      CASE(test_read_only_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
