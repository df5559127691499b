// New files: whole or not at all, nothing replaced that was not meant to be, nothing left behind. System calls fail
// here because this program has its own of them (system_calls below), which the engine's are then linked to.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/new_file.h"
#include "scratch.h"

// ---- system calls -------------------------------------------------------------------------------------------------

// What the next calls do; all zero: what they always do.
static struct {
    int rename_error, link_error, sync_error, close_error; // errno, every time
    int interruptions;                                     // so many calls end in EINTR first
    size_t write_most;                                     // bytes at once
    const char *unlinks_before_lock;                       // once
} system_calls;

static bool is_interrupted(void)
{
    errno = EINTR;
    return system_calls.interruptions > 0 && system_calls.interruptions-- > 0;
}

static int fail_with(int reason)
{
    errno = reason;
    return -1;
}

int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned flags)
{
    return system_calls.rename_error ? fail_with(system_calls.rename_error)
                                     : (int)syscall(SYS_renameat2, old_folder, old, new_folder, new, flags);
}

int link(const char *old, const char *new)
{
    return system_calls.link_error ? fail_with(system_calls.link_error)
                                   : (int)syscall(SYS_linkat, AT_FDCWD, old, AT_FDCWD, new, 0);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    const size_t most = system_calls.write_most;
    return is_interrupted() ? -1 : syscall(SYS_write, fd, bytes, most > 0 && size > most ? most : size);
}

int fsync(int fd)
{
    if (is_interrupted())
        return -1;
    return system_calls.sync_error ? fail_with(system_calls.sync_error) : (int)syscall(SYS_fsync, fd);
}

int close(int fd)
{
    const int closed = (int)syscall(SYS_close, fd);
    return system_calls.close_error ? fail_with(system_calls.close_error) : closed;
}

int flock(int fd, int operation)
{
    if (system_calls.unlinks_before_lock)
        (void)unlink(system_calls.unlinks_before_lock);
    system_calls.unlinks_before_lock = NULL;
    return (int)syscall(SYS_flock, fd, operation);
}

// ---- the folder ---------------------------------------------------------------------------------------------------

static int begin(void **state)
{
    memset(&system_calls, 0, sizeof system_calls);
    (void)scratch_setup(state);
    return 0;
}

static int end(void **state)
{
    memset(&system_calls, 0, sizeof system_calls);
    return scratch_teardown(state);
}

static const char *in(const char *name) { return scratch_path(name); }

static void check_file(const char *name, const char *text)
{
    Buffer found = {0};
    scratch_read(name, &found);
    buffer_append(&found, "", 1);
    assert_string_equal((const char *)found.bytes, text);
    free(found.bytes);
}

static void put_file(const char *name, const char *text) { scratch_write(name, text, strlen(text)); }

static bool write_text(const char *name, Naming naming, const char *text, Error *error)
{
    return new_file_write(in(name), naming, text, strlen(text), error);
}

static void check_refused(const char *name, Naming naming, const char *reason)
{
    Error error = {""};
    const int files = scratch_count("");
    (void)alarm(20); // should it wait for the other end of a FIFO
    assert_false(new_file_check(in(name), naming, &error));
    assert_false(write_text(name, naming, "new", &error));
    (void)alarm(0);
    if (!strstr(error.text, name) || !strstr(error.text, reason))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error.text, name, reason);
    assert_int_equal(scratch_count(""), files);
}

static mode_t find_mode(const char *name)
{
    struct stat status;
    assert_int_equal(stat(in(name), &status), 0);
    return status.st_mode & 07777;
}

// ---- what stands there --------------------------------------------------------------------------------------------

static void a_new_file_has_the_umasks_mode(void **state)
{
    (void)state;
    const mode_t mask = umask(027);
    assert_true(new_file_check(in("new"), NAME_NEW, NULL));
    assert_int_equal(scratch_count(""), 0);
    assert_true(write_text("new", NAME_NEW, "text", NULL));
    assert_true(write_text("forced", NAME_FORCED, "", NULL));
    (void)umask(mask);
    check_file("new", "text");
    check_file("forced", "");
    assert_int_equal(find_mode("new"), 0640);
    assert_int_equal(scratch_count(""), 2);
}

static void nothing_is_replaced_unasked(void **state)
{
    (void)state;
    put_file("file", "old");
    assert_int_equal(symlink("file", in("link")), 0);
    check_refused("file", NAME_NEW, "already exists; --force replaces it");
    check_refused("link", NAME_NEW, "already exists; --force replaces the file that this link leads to");
    check_file("file", "old");
}

static void only_regular_files_are_ever_replaced(void **state)
{
    (void)state;
    assert_int_equal(symlink("nowhere", in("dangling")), 0);
    assert_int_equal(symlink("loop", in("loop")), 0);
    assert_int_equal(symlink("/dev/null", in("null")), 0);
    assert_int_equal(mkfifo(in("fifo"), 0666), 0);
    assert_int_equal(mkdir(in("folder"), 0777), 0);
    for (Naming naming = NAME_NEW; naming <= NAME_FORCED; naming++) {
        check_refused("dangling", naming, "symbolic link that leads nowhere");
        check_refused("loop", naming, "Too many levels of symbolic links");
        check_refused("null", naming, "it is a device");
        check_refused("fifo", naming, "it is a FIFO");
        check_refused("folder", naming, "it is a folder");
        check_refused("folder/", naming, "it names a folder");
        check_refused("absent/file", naming, "No such file or directory");
    }
    assert_int_equal(scratch_count("folder"), 0);
}

static void names_that_cannot_be(void **state)
{
    (void)state;
    Error error;
    static char path[2 * PATH_MAX];
    memset(path, 'x', sizeof path - 1);
    assert_false(new_file_check(path, NAME_NEW, &error));
    assert_non_null(strstr(error.text, "too long"));
    path[300] = '\0';
    assert_false(new_file_check(path, NAME_NEXT, &error));
    assert_non_null(strstr(error.text, "too long"));
    assert_false(new_file_check("/proc/losslens", NAME_NEW, &error));
    assert_non_null(strstr(error.text, "/proc/losslens cannot be written"));
    if (geteuid() == 0)
        return; // who may write everywhere
    assert_int_equal(mkdir(in("folder"), 0555), 0);
    check_refused("folder/file", NAME_NEW, "Permission denied");
}

static void force_replaces_and_keeps_the_mode(void **state)
{
    (void)state;
    put_file("file", "old");
    assert_int_equal(chmod(in("file"), 0604), 0);
    assert_int_equal(link(in("file"), in("other name")), 0);
    assert_true(write_text("file", NAME_FORCED, "new", NULL));
    check_file("file", "new");
    check_file("other name", "old"); // it was never written into
    assert_int_equal(find_mode("file"), 0604);
    assert_int_equal(chmod(in("file"), 0400), 0);
    assert_true(write_text("file", NAME_FORCED, "newer", NULL));
    assert_int_equal(find_mode("file"), 0400);
    assert_int_equal(scratch_count(""), 2);
}

// As in /tmp: refused before any work, not when it is to be renamed over.
static void somebody_else_s_file_in_a_sticky_folder(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); // only root can make a file somebody else's
    enum { OTHER = 65534 };
    put_file("taken", "theirs");
    assert_int_equal(chmod(in(""), 01777), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        Error error = {""};
        const bool can = setuid(OTHER) != 0 || new_file_check(in("taken"), NAME_FORCED, &error) ||
                         !new_file_check(in("free"), NAME_NEW, NULL);
        _exit(can || !strstr(error.text, "taken cannot be written: it is somebody else's"));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    check_file("taken", "theirs");
    assert_true(write_text("taken", NAME_FORCED, "root's", NULL));
}

static void force_goes_where_a_link_leads(void **state)
{
    (void)state;
    struct stat status;
    assert_int_equal(mkdir(in("folder"), 0777), 0);
    put_file("folder/file", "old");
    assert_int_equal(symlink("folder/file", in("link")), 0);
    assert_int_equal(symlink("link", in("second")), 0);
    assert_true(write_text("second", NAME_FORCED, "new", NULL));
    check_file("folder/file", "new");
    assert_int_equal(lstat(in("link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(scratch_count(""), 3);
    assert_int_equal(scratch_count("folder"), 1);
}

static void the_next_free_name(void **state)
{
    (void)state;
    NewFile file;
    put_file("model.safetensors", "old");
    put_file("model-2.safetensors", "old");
    assert_int_equal(symlink("nowhere", in("model-3.safetensors")), 0);
    assert_int_equal(mkdir(in("a.b"), 0777), 0);
    put_file("a.b/.hidden", "old");
    assert_true(new_file_check(in("model.safetensors"), NAME_NEXT, NULL));
    assert_true(new_file_begin(&file, in("model.safetensors"), NAME_NEXT, NULL));
    assert_true(new_file_end(&file, true, NULL));
    assert_string_equal(file.path, in("model-4.safetensors"));
    assert_true(write_text("a.b/.hidden", NAME_NEXT, "new", NULL));
    check_file("a.b/.hidden-2", "new");
    assert_true(write_text("free", NAME_NEXT, "new", NULL));
    check_file("free", "new");
    check_file("model.safetensors", "old");
    check_file("model-2.safetensors", "old");
}

static void what_appears_meanwhile_stays(void **state)
{
    (void)state;
    NewFile file;
    Error error;
    put_file("forced", "old");
    assert_true(new_file_begin(&file, in("new"), NAME_NEW, NULL));
    put_file("new", "theirs");
    assert_false(new_file_end(&file, true, &error));
    assert_non_null(strstr(error.text, "appeared meanwhile"));
    check_file("new", "theirs");
    assert_true(new_file_begin(&file, in("forced"), NAME_FORCED, NULL));
    assert_int_equal(unlink(in("forced")), 0);
    assert_int_equal(mkfifo(in("forced"), 0666), 0);
    assert_false(new_file_end(&file, true, &error));
    assert_int_equal(scratch_count(""), 2);
}

// ---- file systems that lack something -----------------------------------------------------------------------------

static void without_that_rename(void **state)
{
    (void)state;
    static const int links[] = {0, EPERM, ENOTSUP};
    static const int renames[] = {EINVAL, ENOSYS, ENOTSUP};
    for (int i = 0; i < 9; i++) {
        Error error;
        NewFile file;
        char name[32];
        (void)snprintf(name, sizeof name, "file-%d.x", i);
        system_calls.link_error = links[i / 3];
        system_calls.rename_error = renames[i % 3];
        assert_true(new_file_begin(&file, in(name), NAME_NEW, NULL));
        put_file(name, "theirs");
        assert_false(new_file_end(&file, true, &error));
        check_file(name, "theirs");
        assert_true(write_text(name, NAME_NEXT, "new", NULL));
        (void)snprintf(name, sizeof name, "file-%d-2.x", i);
        check_file(name, "new");
        assert_int_equal(scratch_count(""), 2 * (i + 1));
    }
    system_calls.rename_error = EACCES;
    Error error;
    assert_false(write_text("other", NAME_NEW, "new", &error));
    assert_non_null(strstr(error.text, "other cannot be written: Permission denied"));
    assert_int_equal(scratch_count(""), 18);
}

static void without_fsync(void **state)
{
    (void)state;
    static const int harmless[] = {EINVAL, ENOTSUP, ENOSYS, EROFS};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        system_calls.sync_error = harmless[i];
        assert_true(write_text("file", NAME_FORCED, "text", NULL));
    }
    system_calls.sync_error = ENOSPC;
    Error error;
    assert_false(write_text("file", NAME_FORCED, "other", &error));
    assert_non_null(strstr(error.text, "No space left on device"));
    check_file("file", "text");
    system_calls.sync_error = 0;
    system_calls.close_error = EDQUOT;
    assert_false(write_text("file", NAME_FORCED, "other", &error));
    assert_non_null(strstr(error.text, "quota"));
    check_file("file", "text");
    system_calls.close_error = EINTR;
    assert_true(write_text("file", NAME_FORCED, "other", &error));
    check_file("file", "other");
    assert_int_equal(scratch_count(""), 1);
}

static void short_and_interrupted_writes(void **state)
{
    (void)state;
    system_calls.write_most = 3;
    system_calls.interruptions = 2;
    assert_true(write_text("file", NAME_NEW, "eleven bytes", NULL));
    check_file("file", "eleven bytes");
    assert_int_equal(system_calls.interruptions, 0);
    system_calls.interruptions = 1;
    assert_true(write_text("empty", NAME_NEW, "", NULL)); // in fsync
    assert_int_equal(system_calls.interruptions, 0);
}

static void a_file_that_may_not_grow(void **state)
{
    (void)state;
    Error error = {""};
    struct rlimit before, limit;
    put_file("file", "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 5;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const bool is_written = write_text("file", NAME_FORCED, "eleven bytes", &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_false(is_written);
    assert_non_null(strstr(error.text, "File too large"));
    check_file("file", "old");
    assert_int_equal(scratch_count(""), 1);
}

// ---- parts of killed programs -------------------------------------------------------------------------------------

// Begins a file in a process that then waits to be killed; returns its id.
static pid_t start_writer(const char *name)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        NewFile file;
        const bool has_begun = new_file_begin(&file, in(name), NAME_NEW, NULL);
        (void)!write(ready[1], has_begun ? "y" : "n", 1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    (void)close(ready[0]);
    (void)close(ready[1]);
    return child;
}

static void kill_writer(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void dead_parts_go_and_living_ones_stay(void **state)
{
    (void)state;
    NewFile own;
    const pid_t dead = start_writer("a"), alive = start_writer("b");
    kill_writer(dead);
    assert_true(new_file_begin(&own, in("own"), NAME_NEW, NULL));
    put_file(".losslens-1-0.part", "of a crashed machine");
    put_file(".losslens-1-0.partial", "somebody else's");
    put_file("x.losslens-1-0.part", "somebody else's");
    assert_int_equal(mkfifo(in(".losslens-2-0.part"), 0666), 0);
    assert_int_equal(symlink("x.losslens-1-0.part", in(".losslens-3-0.part")), 0);
    assert_int_equal(scratch_count(""), 8);
    (void)alarm(20);
    assert_true(new_file_check(in("c"), NAME_NEW, NULL));
    (void)alarm(0);
    assert_int_equal(scratch_count(""), 6);
    assert_int_equal(access(in(".losslens-1-0.part"), F_OK), -1);
    assert_true(new_file_end(&own, true, NULL));
    kill_writer(alive);
    assert_true(new_file_check(in("c"), NAME_NEW, NULL));
    assert_int_equal(scratch_count(""), 5); // own, and what is not ours
}

static void a_dead_part_that_was_to_replace_a_read_only_file(void **state)
{
    (void)state;
    const bool is_root = geteuid() == 0; // who may open it anyway
    assert_int_equal(chmod(in(""), 0777), 0);
    assert_int_equal(is_root ? seteuid(65534) : 0, 0);
    put_file(".losslens-1-0.part", "");
    assert_int_equal(chmod(in(".losslens-1-0.part"), 0400), 0);
    const bool can = new_file_check(in("file"), NAME_NEW, NULL);
    assert_int_equal(is_root ? seteuid(0) : 0, 0);
    assert_true(can);
    assert_int_equal(scratch_count(""), 0);
}

// A clean-up may come between the creation of a part and its lock.
static void a_part_that_was_taken_for_a_dead_one(void **state)
{
    (void)state;
    char part[64];
    NewFile file;
    (void)snprintf(part, sizeof part, ".losslens-%ld-0.part", (long)getpid());
    system_calls.unlinks_before_lock = in(part);
    assert_true(new_file_begin(&file, in("file"), NAME_NEW, NULL));
    assert_true(new_file_put(&file, "text", 4, NULL));
    assert_true(new_file_end(&file, true, NULL));
    check_file("file", "text");
    assert_int_equal(scratch_count(""), 1);
}

static void resume(NewFile *file, const char *name, uint64_t expected)
{
    uint64_t size = 99;
    assert_true(new_file_resume(file, in(name), NAME_NEW, &size, NULL));
    assert_int_equal(size, expected);
}

static void an_unfinished_file_is_gone_on_with(void **state)
{
    (void)state;
    NewFile file, other;
    Error error;
    uint64_t size;
    resume(&file, "file", 0);
    new_file_keep(&file);
    assert_int_equal(scratch_count(""), 0); // nothing came of it
    resume(&file, "file", 0);
    assert_true(new_file_put(&file, "one", 3, NULL));
    assert_false(new_file_resume(&other, in("file"), NAME_NEW, &size, &error));
    assert_non_null(strstr(error.text, "file cannot be written: another program is writing it"));
    new_file_keep(&file);
    assert_true(new_file_check(in("other"), NAME_NEW, NULL)); // which takes dead parts away
    assert_int_equal(scratch_count(""), 1);
    resume(&file, "file", 3);
    assert_true(new_file_put(&file, " two", 4, NULL));
    assert_true(new_file_end(&file, true, NULL));
    check_file("file", "one two");
    assert_int_equal(scratch_count(""), 1);
    assert_false(new_file_resume(&file, in("file"), NAME_NEW, &size, &error));
    assert_non_null(strstr(error.text, "already exists"));

    resume(&file, "new", 0);
    assert_true(new_file_put(&file, "wrong and long", 14, NULL));
    assert_true(new_file_clear(&file, NULL));
    assert_true(new_file_put(&file, "right", 5, NULL));
    assert_true(new_file_end(&file, true, NULL));
    check_file("new", "right");
    resume(&file, "gone", 0);
    assert_true(new_file_put(&file, "x", 1, NULL));
    assert_false(new_file_end(&file, false, NULL));
    assert_int_equal(scratch_count(""), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_has_the_umasks_mode),
        TEST(nothing_is_replaced_unasked),
        TEST(only_regular_files_are_ever_replaced),
        TEST(names_that_cannot_be),
        TEST(force_replaces_and_keeps_the_mode),
        TEST(somebody_else_s_file_in_a_sticky_folder),
        TEST(force_goes_where_a_link_leads),
        TEST(the_next_free_name),
        TEST(what_appears_meanwhile_stays),
        TEST(without_that_rename),
        TEST(without_fsync),
        TEST(short_and_interrupted_writes),
        TEST(a_file_that_may_not_grow),
        TEST(dead_parts_go_and_living_ones_stay),
        TEST(a_dead_part_that_was_to_replace_a_read_only_file),
        TEST(a_part_that_was_taken_for_a_dead_one),
        TEST(an_unfinished_file_is_gone_on_with),
    };
    return cmocka_run_group_tests_name("new_file", tests, NULL, NULL);
}
