// New folders and files that belong together: made with those above, gone again where nothing came of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/new_folder.h"
#include "scratch.h"

static const char *const names[] = {"one", "two", "page"};

static const char *in(const char *name) { return scratch_path(name); }
static bool is_there(const char *name) { return access(in(name), F_OK) == 0; }

static void folders_are_made_and_removed(void **state)
{
    (void)state;
    NewFolder folder;
    static const char *const paths[] = {"a", "a/", "a/b/c", "a//b///c//", "a/./b", "a/../b"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_true(new_folder_make(&folder, in(paths[i]), NULL));
        assert_true(is_there(paths[i]));
        new_folder_remove(&folder);
        assert_int_equal(scratch_count(""), 0);
    }
    assert_int_equal(mkdir(in("kept"), 0777), 0);
    assert_true(new_folder_make(&folder, in("kept/made/made"), NULL));
    new_folder_remove(&folder);
    assert_true(is_there("kept"));
    assert_false(is_there("kept/made"));
    assert_true(new_folder_make(&folder, in("kept"), NULL));
    new_folder_remove(&folder);
    assert_true(is_there("kept"));
    assert_true(new_folder_make(&folder, in("full/made"), NULL));
    scratch_write("full/file", "x", 1);
    new_folder_remove(&folder);
    assert_int_equal(scratch_count("full"), 1);
    folder = (NewFolder){.kept = 0};
    new_folder_remove(&folder);
}

static void check_refused(const char *path, const char *reason)
{
    Error error;
    NewFolder folder;
    assert_false(new_folder_make(&folder, path, &error));
    if (!strstr(error.text, reason))
        fail_msg("\"%s\" lacks \"%s\"", error.text, reason);
}

static void what_is_no_folder(void **state)
{
    (void)state;
    static char path[2 * PATH_MAX];
    memset(path, 'x', sizeof path - 1);
    scratch_write("file", "x", 1);
    assert_int_equal(mkfifo(in("fifo"), 0666), 0);
    assert_int_equal(symlink("nowhere", in("link")), 0);
    check_refused("", "0 bytes");
    check_refused(path, "bytes where 1 to");
    check_refused(in("file"), "is a file where a folder was expected");
    check_refused(in("fifo"), "is a FIFO where a folder was expected");
    check_refused(in("link"), "cannot be made: No such file");
    check_refused(in("file/x"), "cannot be made: Not a directory");
    check_refused("/proc/losslens/x", "cannot be made");
    (void)snprintf(path, sizeof path, "%s/a/%0300d", scratch_folder(), 0);
    check_refused(path, "too long");
    assert_int_equal(scratch_count(""), 3); // what was made on the way there is gone
}

static NewFiles *files;

static bool begin_files(const char *folder, Naming naming, Error *error)
{
    files = calloc(1, sizeof *files);
    assert_non_null(files);
    return new_files_begin(files, in(folder), names, 3, naming, "a report", error);
}

static void write_files(void)
{
    for (int i = 0; i < 3; i++) {
        NewFile *file = new_files_add(files, i, NULL);
        assert_non_null(file);
        assert_true(new_file_put(file, "new", 3, NULL));
        assert_true(new_file_finish(file, NULL));
        assert_int_equal(access(file->path, F_OK) == 0, file->replaces); // not yet
    }
}

static void all_files_or_none(void **state)
{
    (void)state;
    Error error;
    assert_true(begin_files("a/b", NAME_NEW, NULL));
    write_files();
    new_files_discard(files);
    free(files);
    assert_int_equal(scratch_count(""), 0);
    assert_true(begin_files("a/b", NAME_NEW, NULL));
    write_files();
    assert_true(new_files_publish(files, NULL));
    free(files);
    assert_int_equal(scratch_count("a/b"), 3);
    assert_false(begin_files("a/b", NAME_NEW, &error));
    assert_non_null(strstr(error.text, "a/b/one already exists"));
    free(files);
    assert_int_equal(scratch_count("a/b"), 3);
}

// Each of the three appears meanwhile.
static void a_name_that_is_taken_meanwhile(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        Error error;
        char taken[32];
        (void)snprintf(taken, sizeof taken, "%d/%s", i, names[i]);
        assert_true(begin_files((const char[]){(char)('0' + i), 0}, NAME_NEW, NULL));
        write_files();
        scratch_write(taken, "mine", 4);
        assert_false(new_files_publish(files, &error));
        free(files);
        assert_non_null(strstr(error.text, taken));
        assert_int_equal(scratch_count((const char[]){(char)('0' + i), 0}), 1);
        assert_true(is_there(taken));
    }
}

static void one_that_was_cut_off(void **state)
{
    (void)state;
    Error error;
    assert_int_equal(mkdir(in("a"), 0777), 0);
    scratch_write("a/one", "old", 3);
    assert_false(begin_files("a", NAME_NEW, &error));
    assert_non_null(strstr(error.text, "a holds one, but no page, as after a report that was cut off; --force"));
    free(files);
    scratch_write("a/two", "old", 3);
    assert_false(begin_files("a", NAME_NEW, &error));
    assert_non_null(strstr(error.text, "a holds one, two, but no page"));
    free(files);
    assert_true(begin_files("a", NAME_FORCED, &error));
    write_files();
    assert_true(new_files_publish(files, NULL));
    free(files);
    assert_int_equal(scratch_count("a"), 3);
}

// A forced one that cannot be completed is known as cut off afterwards.
static void a_mixture_has_no_last_file(void **state)
{
    (void)state;
    Error error;
    assert_int_equal(mkdir(in("a"), 0777), 0);
    for (int i = 0; i < 3; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "a/%s", names[i]);
        scratch_write(name, "old", 3);
    }
    assert_true(begin_files("a", NAME_FORCED, NULL));
    write_files();
    assert_int_equal(unlink(in("a/two")), 0);
    assert_int_equal(mkdir(in("a/two"), 0777), 0);
    assert_false(new_files_publish(files, &error));
    free(files);
    assert_true(is_there("a/one"));
    assert_false(is_there("a/page"));
    assert_int_equal(rmdir(in("a/two")), 0);
    assert_false(begin_files("a", NAME_NEW, &error));
    assert_non_null(strstr(error.text, "cut off"));
    free(files);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_are_made_and_removed),   TEST(what_is_no_folder),    TEST(all_files_or_none),
        TEST(a_name_that_is_taken_meanwhile), TEST(one_that_was_cut_off), TEST(a_mixture_has_no_last_file),
    };
    return cmocka_run_group_tests_name("new_folder", tests, NULL, NULL);
}
