// Watch: what counts as written, what does not, and the ends of waiting.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "files/watch.h"
#include "scratch.h"

enum { SOON_MS = 20 }; // for what has happened already

static Watch *create(const char *path)
{
    Error error;
    Watch *watch = watch_create(path, &error);
    if (!watch)
        fail_msg("%s", error.text);
    return watch;
}

static void a_file_counts_once_it_is_whole(void **state)
{
    (void)state;
    char path[SCRATCH_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s", scratch_path("file"));
    Watch *watch = create(path); // which is not there yet
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fputs("half", file) >= 0 && fflush(file) == 0, 1);
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING); // once
    scratch_write("other", "x", 1);
    scratch_write("file2", "x", 1);
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING);
    assert_int_equal(rename(scratch_path("other"), path), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING);
    watch_destroy(watch);
}

static void a_link_is_followed(void **state)
{
    (void)state;
    char link[SCRATCH_PATH_MAX];
    assert_int_equal(mkdir(scratch_path("there"), 0777), 0);
    scratch_write("there/file", "x", 1);
    (void)snprintf(link, sizeof link, "%s", scratch_path("link"));
    assert_int_equal(symlink("there/file", link), 0);
    Watch *watch = create(link);
    scratch_write("there/file", "y", 1);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    scratch_write("there/second", "y", 1);
    assert_int_equal(symlink("there/second", scratch_path("link2")), 0);
    assert_int_equal(rename(scratch_path("link2"), link), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    scratch_write("there/second", "z", 1);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    watch_destroy(watch);
}

// A file that was there before is whole at once: what has its name by a new link, of its own or of a folder.
static void a_new_link_counts(void **state)
{
    (void)state;
    char path[SCRATCH_PATH_MAX];
    assert_int_equal(mkdir(scratch_path("run1"), 0777), 0);
    assert_int_equal(mkdir(scratch_path("run2"), 0777), 0);
    scratch_write("run1/file", "x", 1);
    scratch_write("run2/file", "y", 1);
    assert_int_equal(symlink("run1", scratch_path("latest")), 0);
    (void)snprintf(path, sizeof path, "%s", scratch_path("latest/file"));
    Watch *watch = create(path);
    assert_int_equal(unlink(scratch_path("latest")), 0);
    assert_int_equal(symlink("run2", scratch_path("latest")), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    scratch_write("run2/file", "z", 1);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(link(scratch_path("run1/file"), path), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("../run1/file", path), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    scratch_write("run1/file", "x", 1);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    watch_destroy(watch);
}

static void waiting_ends(void **state)
{
    (void)state;
    char path[SCRATCH_PATH_MAX];
    Error error = {""};
    assert_null(watch_create(scratch_path("none/file"), &error));
    assert_non_null(strstr(error.text, "none/file cannot be watched: No such file"));
    assert_int_equal(mkdir(scratch_path("folder"), 0777), 0);
    (void)snprintf(path, sizeof path, "%s", scratch_path("folder/file"));
    Watch *watch = create(path);
    watch_poke(watch);
    watch_poke(watch);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING);
    assert_int_equal(rmdir(scratch_path("folder")), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_GONE);
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING); // it is said once
    assert_int_equal(mkdir(scratch_path("folder"), 0777), 0);
    assert_int_equal(watch_wait(watch, SOON_MS), WATCH_NOTHING);
    scratch_write("folder/file", "x", 1);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    assert_int_equal(rename(scratch_path("folder"), scratch_path("away")), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_GONE);
    assert_int_equal(rename(scratch_path("away"), scratch_path("folder")), 0);
    assert_int_equal(watch_wait(watch, -1), WATCH_WRITTEN);
    watch_stop(watch);
    assert_int_equal(watch_wait(watch, -1), WATCH_STOPPED);
    assert_int_equal(watch_wait(watch, -1), WATCH_STOPPED);
    watch_destroy(watch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_counts_once_it_is_whole),
        TEST(a_link_is_followed),
        TEST(a_new_link_counts),
        TEST(waiting_ends),
    };
    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
