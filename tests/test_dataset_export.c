// The export of a dataset: a round trip, and nothing replaced, nothing left behind.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "idx_files.h"

static void make_dataset(Dataset *dataset, bool labels)
{
    put_good();
    if (!labels) {
        assert_int_equal(unlink(scratch_path("train-labels-idx1-ubyte")), 0);
        assert_int_equal(unlink(scratch_path("t10k-labels-idx1-ubyte.gz")), 0);
    }
    assert_true(dataset_open(dataset, scratch_folder(), NULL, NULL));
}

static void test_export_round_trip(void **state)
{
    (void)state;
    for (int labels = 0; labels < 2; labels++) {
        Dataset dataset;
        Error error = {""};
        make_dataset(&dataset, labels);
        if (!dataset_export(&dataset, scratch_path(labels ? "with" : "without"), NAME_NEW, NULL, &error))
            fail_msg("%s", error.text);
        check_good(scratch_path(labels ? "with" : "without"), labels);
        assert_int_equal(scratch_count(labels ? "with" : "without"), labels ? 4 : 2);
        dataset_free(&dataset);
    }
}

static void test_export_is_the_same_each_time(void **state)
{
    (void)state;
    Dataset dataset;
    Buffer one = {0}, two = {0};
    struct stat status;
    make_dataset(&dataset, true);
    mode_t mask = umask(022);
    assert_true(dataset_export(&dataset, scratch_path("one"), NAME_NEW, NULL, NULL));
    assert_true(dataset_export(&dataset, scratch_path("two/"), NAME_NEW, NULL, NULL));
    (void)umask(mask);
    scratch_read("one/train-images-idx3-ubyte.gz", &one);
    scratch_read("two/train-images-idx3-ubyte.gz", &two);
    assert_int_equal(one.size, two.size);
    assert_memory_equal(one.bytes, two.bytes, one.size);
    assert_memory_equal(one.bytes, "\x1f\x8b\x08\0\0\0\0\0", 8); // no flags, so no name; and no time
    assert_int_equal(stat(scratch_path("one/train-images-idx3-ubyte.gz"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
    free(one.bytes);
    free(two.bytes);
    dataset_free(&dataset);
}

static void check_export_fails(const Dataset *dataset, const char *folder, Naming naming, const char *word,
                               const char *reason)
{
    Error error = {""};
    assert_false(dataset_export(dataset, folder, naming, NULL, &error));
    if (!strstr(error.text, word) || !strstr(error.text, reason))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error.text, word, reason);
}

// Writes "mine" under a name, runs a forced and an unforced export against it and finds it as it was.
static void check_other_spelling(const Dataset *dataset, const char *name)
{
    char path[128];
    Buffer kept = {0};
    (void)snprintf(path, sizeof path, "out/%s", name);
    scratch_write(path, "mine", 4);
    for (Naming naming = NAME_NEW; naming <= NAME_FORCED; naming++)
        check_export_fails(dataset, scratch_path("out"), naming, name, "already exists");
    assert_int_equal(scratch_count("out"), 1);
    scratch_read(path, &kept);
    assert_int_equal(kept.size, 4);
    assert_memory_equal(kept.bytes, "mine", 4);
    free(kept.bytes);
    assert_int_equal(unlink(scratch_path(path)), 0);
}

static void test_export_never_mixes_with_other_files(void **state)
{
    (void)state;
    Dataset dataset, unlabelled;
    make_dataset(&dataset, true);
    assert_int_equal(mkdir(scratch_path("out"), 0777), 0);
    check_other_spelling(&dataset, "train-labels.idx1-ubyte");
    check_other_spelling(&dataset, "t10k-images-idx3-ubyte");
    check_other_spelling(&dataset, "train-images.idx3-ubyte.gz");
    dataset_free(&dataset);
    make_dataset(&unlabelled, false);
    check_other_spelling(&unlabelled, "train-labels-idx1-ubyte.gz"); // of other images
    dataset_free(&unlabelled);
}

static void test_export_replaces_only_by_force(void **state)
{
    (void)state;
    Dataset dataset;
    make_dataset(&dataset, true);
    const char *folder = scratch_path("out");
    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(symlink("nowhere", scratch_path("out/t10k-labels-idx1-ubyte.gz")), 0);
    check_export_fails(&dataset, scratch_path("out"), NAME_NEW, "t10k-labels", "leads nowhere");
    check_export_fails(&dataset, scratch_path("out"), NAME_FORCED, "t10k-labels", "leads nowhere");
    assert_int_equal(unlink(scratch_path("out/t10k-labels-idx1-ubyte.gz")), 0);

    // Some of the files, but not the last: as after an export that was cut off.
    scratch_write("out/train-images-idx3-ubyte.gz", "mine", 4);
    scratch_write("out/t10k-images-idx3-ubyte.gz", "mine", 4);
    check_export_fails(&dataset, scratch_path("out"), NAME_NEW, "train-images-idx3-ubyte.gz, t10k-images",
                       "an export that was cut off; --force");
    assert_int_equal(scratch_count("out"), 2);
    assert_true(dataset_export(&dataset, scratch_path("out"), NAME_FORCED, NULL, NULL));
    check_good(scratch_path("out"), true);
    check_export_fails(&dataset, scratch_path("out"), NAME_NEW, "train-images", "already exists");
    assert_true(dataset_export(&dataset, scratch_path("out"), NAME_FORCED, NULL, NULL));
    check_good(scratch_path("out"), true);
    assert_int_equal(scratch_count("out"), 4);
    dataset_free(&dataset);
}

static int calls_left;
static int stop_later(void) { return calls_left-- == 0; }

static void test_export_stops(void **state)
{
    (void)state;
    Dataset dataset;
    Error error;
    make_dataset(&dataset, true);
    for (int i = 0;; i++) {
        calls_left = i;
        if (dataset_export(&dataset, scratch_path("a/b"), NAME_NEW, stop_later, &error))
            break;
        assert_non_null(strstr(error.text, "stopped"));
        assert_int_equal(access(scratch_path("a"), F_OK), -1);
    }
    assert_true(calls_left < 8);
    check_good(scratch_path("a/b"), true);
    dataset_free(&dataset);
}

static void test_export_failures_leave_nothing(void **state)
{
    (void)state;
    Dataset dataset;
    make_dataset(&dataset, true);
    scratch_write("file", "x", 1);
    check_export_fails(&dataset, scratch_path("file"), NAME_NEW, "file", "folder was expected");
    check_export_fails(&dataset, scratch_path("file/deeper"), NAME_NEW, "file/deeper", "cannot be made");

    // A file may take no more than a few bytes: writing fails halfway, as on a full disk.
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 30;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    Error error = {""};
    bool done = dataset_export(&dataset, scratch_path("made"), NAME_NEW, NULL, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_false(done);
    assert_non_null(strstr(error.text, "train-images-idx3-ubyte.gz"));
    assert_non_null(strstr(error.text, "cannot be written"));
    assert_int_equal(access(scratch_path("made"), F_OK), -1);
    dataset_free(&dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_export_round_trip),
        TEST(test_export_is_the_same_each_time),
        TEST(test_export_never_mixes_with_other_files),
        TEST(test_export_replaces_only_by_force),
        TEST(test_export_stops),
        TEST(test_export_failures_leave_nothing),
    };
    return cmocka_run_group_tests_name("dataset_export", tests, NULL, NULL);
}
