// Datasets that are not as the format says: each fails with a sentence that says why.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "idx_files.h"
#include "memory.h"

// Puts one bad file in place of a good one: its bytes as they are, whatever its name.
static void put_raw(const char *name, Buffer buffer)
{
    put_good();
    scratch_write(name, buffer.bytes, buffer.size);
    free(buffer.bytes);
}

static Buffer make_text(const char *text)
{
    Buffer buffer = {0};
    buffer_append(&buffer, text, strlen(text));
    return buffer;
}

static Buffer gzip(Buffer plain)
{
    Buffer packed = {0};
    buffer_gzip(&plain, &packed);
    free(plain.bytes);
    return packed;
}

static void test_folder(void **state)
{
    (void)state;
    scratch_write("file", "x", 1);
    check_folder_fails(scratch_path("none"), (const char *const[]){"none", "does not exist", NULL});
    check_folder_fails(scratch_path("file"),
                       (const char *const[]){"file", "is plain text, and a data set (a folder,", NULL});
    scratch_write("broken.zip", "PK\3\4", 4);
    check_folder_fails(scratch_path("broken.zip"),
                       (const char *const[]){"broken.zip cannot be read as an archive", NULL});
    check_folder_fails(scratch_path("broken.zip/mnist"), (const char *const[]){"broken.zip cannot be read", NULL});
    check_folder_fails(scratch_path("file/mnist"), (const char *const[]){"file", NULL});
    assert_int_equal(unlink(scratch_path("broken.zip")), 0);
    assert_int_equal(mkfifo(scratch_path("fifo"), 0666), 0);
    check_folder_fails(scratch_path("fifo"), (const char *const[]){"fifo is not a folder", NULL});
    CHECK_FAILS(scratch_folder(), "no training images", "train-images-idx3-ubyte", "train-images.idx3-ubyte", ".gz");
    put("train-images-idx3-ubyte", make_images(1));
    CHECK_FAILS(scratch_folder(), "has no test images, and of 1 image none can be lent");
    char *deep = malloc(8000);
    assert_non_null(deep);
    memset(deep, '/', 7999);
    deep[7999] = '\0';
    check_folder_fails(deep, (const char *const[]){"/", NULL});
    free(deep);
}

static void test_long_path_leaves_room(void **state)
{
    (void)state;
    char folder[4000];
    size_t length = (size_t)snprintf(folder, sizeof folder, "%s", scratch_folder());
    for (int i = 0; i < 12; i++) {
        memset(folder + length, '/', 1);
        memset(folder + length + 1, 'a' + i, 200);
        length += 201;
        folder[length] = '\0';
        assert_int_equal(mkdir(folder, 0777), 0);
    }
    check_folder_fails(folder, (const char *const[]){"lll", "no training images", "with or without .gz", NULL});
}

static void test_bad_headers(void **state)
{
    (void)state;
    const char *images = "train-images-idx3-ubyte", *labels = "train-labels-idx1-ubyte";
    put_raw(images, make_labels(3));
    CHECK_FAILS(images, "unsigned bytes of rank 1, which are labels (magic number 0x00000801)",
                "an IDX file with images (unsigned bytes of rank 3, 0x00000803) was expected");
    put_raw(labels, make_images(3));
    CHECK_FAILS(labels, "unsigned bytes of rank 3, which are images (magic number 0x00000803)",
                "an IDX file with labels (unsigned bytes of rank 1, 0x00000801) was expected");
    put_raw(images, make_idx(0x802, 3, 0, 0, 100));
    CHECK_FAILS(images, "unsigned bytes of rank 2", "0x00000802", "rank 3");
    put_raw(labels, make_idx(0xd03, 3, 28, 28, 3 * 784 * 4));
    CHECK_FAILS(labels, "float32 of rank 3", "0x00000d03", "0x00000801");
    put_raw(labels, gzip(make_idx(0xd03, 3, 28, 28, 3 * 784 * 4)));
    CHECK_FAILS(labels, "inflated by gzip", "float32 of rank 3", "labels (unsigned bytes of rank 1");
    put_raw(images, make_idx(0xc02, 3, 0, 0, 3 * 8 * 4));
    CHECK_FAILS(images, "32-bit integers of rank 2", "0x00000c02", "0x00000803");
    put_raw(images, make_idx(0xa03, 3, 28, 28, 3 * 784)); // a type that IDX does not have
    CHECK_FAILS(images, "begins with the bytes 00 00 0a 03", "unsigned bytes of rank 3");
    put_raw(images, make_idx(IMAGES, 3, 7, 8, 3 * 7 * 8)); // the sides that are taken are 8 to 256
    CHECK_FAILS(images, "8x7", "28x28", "8x8 to 256x256");
    put_raw(images, make_idx(IMAGES, 1, 256, 257, 256 * 257));
    CHECK_FAILS(images, "257x256", "28x28");
    put_raw(images, make_idx(IMAGES, 0, 28, 28, 0));
    CHECK_FAILS(images, "0 images", "at least 1");
    put_raw(labels, make_labels(0));
    CHECK_FAILS(labels, "0 labels", "at least 1");
}

// A name says nothing about what is in a file.
static void test_other_kinds(void **state)
{
    (void)state;
    static const char *const names[] = {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"};
    static const struct {
        const char *bytes;
        size_t size;
        const char *sentence;
    } cases[] = {
#define CASE(bytes, sentence) {"" bytes, sizeof(bytes) - 1, sentence ", and an IDX file with images was expected"}
        CASE("PK\3\4\24\0\0\0\0\0", "is a zip file"),
        CASE("\xff\xd8\xff\xe0\0\x10JFIF", "is a JPEG picture"),
        CASE("\0\0\0\x18"
             "ftypheic\0\0\0\0",
             "is a HEIC picture"),
        CASE("\x89PNG\r\n\x1a\n", "is a PNG picture"),
        CASE("\x89HDF\r\n\x1a\n", "is an HDF5 file, as Keras and MATLAB write them"),
        CASE("\x93NUMPY\1", "is a NumPy array (.npy)"),
        CASE("\x02\0\0\0\0\0\0\0{}", "is a safetensors file"),
        CASE("<!DOCTYPE html><title>Not found</title>", "is a web page (HTML)"),
        CASE("\xef\xbb\xbf\n <html>", "is a web page (HTML)"),
        CASE("5,0,0,0,0\n", "is a table of comma-separated values (CSV)"),
        CASE("hello", "is plain text"),
        CASE("\1\2\3\4\5", "begins with the bytes 01 02 03 04"),
#undef CASE
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        Buffer buffer = {0};
        buffer_append(&buffer, cases[i / 2].bytes, cases[i / 2].size);
        put_raw(names[i % 2], buffer);
        CHECK_FAILS(names[i % 2], cases[i / 2].sentence);
    }
    put_raw(names[1], gzip(make_text("<html><body>404</body></html>")));
    CHECK_FAILS(names[1], ", inflated by gzip, is a web page (HTML), and an IDX file with images was expected");
    put_raw(names[1], gzip(gzip(make_images(2))));
    CHECK_FAILS(names[1], ", inflated by gzip, is a gzip file");
}

static void test_control_bytes_in_a_path(void **state)
{
    (void)state;
    const char *name = "a\x1b[31m\nb\xff";
    assert_int_equal(mkdir(scratch_path(name), 0777), 0);
    Dataset dataset;
    Error error = {""};
    assert_false(dataset_open(&dataset, scratch_path(name), NULL, &error));
    assert_non_null(strstr(error.text, "/a?[31m?b? has no training images"));
    char path[SCRATCH_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", name);
    scratch_write(path, "GIF89a", 6);
    assert_false(dataset_open(&dataset, scratch_path(name), NULL, &error));
    assert_non_null(strstr(error.text, "/a?[31m?b?/train-images-idx3-ubyte is a GIF picture"));
    assert_int_equal(unlink(scratch_path(path)), 0);
    assert_int_equal(symlink("\x1b[2Jnowhere\n", scratch_path(path)), 0);
    assert_false(dataset_open(&dataset, scratch_path(name), NULL, &error));
    assert_non_null(strstr(error.text, "is a symbolic link to ?[2Jnowhere?, which does not exist"));
}

static void test_bad_lengths(void **state)
{
    (void)state;
    const char *images = "train-images-idx3-ubyte", *labels = "train-labels-idx1-ubyte";
    for (size_t size = 0; size < 16; size++) {
        Buffer buffer = make_images(3);
        buffer.size = size;
        put_raw(images, buffer);
        CHECK_FAILS(images, "truncated", "header");
    }
    put_raw(images, make_idx(IMAGES, 3, 28, 28, 3 * 784 - 1));
    CHECK_FAILS(images, "truncated", "2367 bytes", "3 images", "2368 bytes");
    put_raw(images, make_idx(IMAGES, 3, 28, 28, 3 * 784 + 1));
    CHECK_FAILS(images, "trailing", "2369 bytes", "3 images", "2368 bytes");
    put_raw(labels, make_idx(LABELS, 3, 0, 0, 4));
    CHECK_FAILS(labels, "trailing", "12 bytes", "3 labels", "11 bytes");
    put_raw(images, make_idx(IMAGES, UINT32_MAX, 28, 28, 784));
    CHECK_FAILS(images, "truncated", "4294967295 images", "800 bytes");
}

static void test_bad_labels(void **state)
{
    (void)state;
    const char *labels = "train-labels-idx1-ubyte";
    put_raw(labels, make_labels(4));
    CHECK_FAILS(labels, "4 labels", "3 images", "train-images-idx3-ubyte");
    put("train-labels-idx1-ubyte", make_labels(3));
    put("t10k-labels-idx1-ubyte.gz", make_labels(1));
    CHECK_FAILS("t10k-labels-idx1-ubyte.gz", "1 labels", "2 images");
}

static void test_bad_gzip(void **state)
{
    (void)state;
    const char *images = "t10k-images-idx3-ubyte.gz";
    put_raw(images, gzip(make_labels(2)));
    CHECK_FAILS(images, "which are labels", "0x00000801");
    put_raw(images, gzip(make_idx(IMAGES, 2, 4, 32, 2 * 128)));
    CHECK_FAILS(images, "32x4", "28x28");
    put_raw(images, gzip(make_text("\0\0")));
    CHECK_FAILS(images, "truncated", "inflates to 0 bytes", "16");
    put_raw(images, make_text("\x1f\x8b"));
    CHECK_FAILS(images, "truncated", "ends after 2 bytes", "middle of its gzip data");
    put_raw(images, gzip(make_idx(IMAGES, 2, 28, 28, 2 * 784 - 5)));
    CHECK_FAILS(images, "truncated", "inflates to 1563 bytes", "2 images", "1568");
    put_raw(images, gzip(make_idx(IMAGES, 2, 28, 28, 2 * 784 + 1)));
    CHECK_FAILS(images, "inflates past", "2 images", "1568");
}

static void test_damaged_gzip(void **state)
{
    (void)state;
    const char *images = "t10k-images-idx3-ubyte.gz";
    Buffer good = gzip(make_images(2));
    for (size_t size = 2; size < good.size; size++) {
        put_good();
        scratch_write(images, good.bytes, size);
        CHECK_FAILS(images, "truncated", "middle of its gzip data");
    }
    good.bytes[good.size - 6] ^= 1; // the CRC
    put_good();
    scratch_write(images, good.bytes, good.size);
    CHECK_FAILS(images, "corrupt", "incorrect data check");
    good.bytes[good.size - 6] ^= 1;
    good.bytes[good.size - 1] ^= 1; // the length
    scratch_write(images, good.bytes, good.size);
    CHECK_FAILS(images, "corrupt", "incorrect length check");
    good.bytes[good.size - 1] ^= 1;
    good.bytes[10] = 0x07; // a block of the type that does not exist
    scratch_write(images, good.bytes, good.size);
    CHECK_FAILS(images, "corrupt", "invalid block type");
    free(good.bytes);

    Buffer trailing = gzip(make_images(2));
    buffer_append(&trailing, "abc", 3);
    put_raw(images, trailing);
    CHECK_FAILS(images, "3 trailing bytes");
    Buffer twice = {0}, first = make_images(2);
    buffer_gzip(&first, &twice);
    buffer_gzip(&first, &twice);
    free(first.bytes);
    put_raw(images, twice);
    CHECK_FAILS(images, "inflates past the 2 images"); // members are one file
}

static void test_special_files(void **state)
{
    (void)state;
    const char *name = "train-labels-idx1-ubyte", *path;
    put_good();
    path = scratch_path(name);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0777), 0);
    CHECK_FAILS(name, "is a folder", "regular file");
    assert_int_equal(rmdir(path = scratch_path(name)), 0);
    assert_int_equal(mkfifo(path, 0666), 0);
    (void)alarm(10); // should it wait for a writer after all
    CHECK_FAILS(name, "is a FIFO", "regular file");
    (void)alarm(0);
    assert_int_equal(unlink(path = scratch_path(name)), 0);
    assert_int_equal(symlink("/dev/zero", path), 0);
    CHECK_FAILS(name, "is a device", "regular file");
    assert_int_equal(unlink(path = scratch_path(name)), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    CHECK_FAILS(name, "symbolic link to nowhere", "does not exist");
    assert_int_equal(unlink(path = scratch_path(name)), 0);
    assert_int_equal(symlink(name, path), 0);
    CHECK_FAILS(name, "cannot be opened");
    assert_int_equal(unlink(path = scratch_path(name)), 0);
    put("elsewhere", make_labels(3));
    assert_int_equal(symlink("elsewhere", path), 0);
    check_good(scratch_folder(), true);
}

static void test_permission(void **state)
{
    (void)state;
    bool root = geteuid() == 0;
    put_good();
    assert_int_equal(chmod(scratch_folder(), 0755), 0);
    assert_int_equal(chmod(scratch_path("train-images-idx3-ubyte"), 0), 0);
    if (root && seteuid(65534) != 0)
        skip();
    CHECK_FAILS("train-images-idx3-ubyte", "cannot be opened", "Permission denied");
    assert_int_equal(seteuid(root ? 0 : geteuid()), 0);
}

static void test_promise_is_checked_before_memory(void **state)
{
    (void)state;
    const char *images = "t10k-images-idx3-ubyte.gz";
    put_raw(images, gzip(make_idx(IMAGES, UINT32_MAX, 28, 28, 784)));
    CHECK_FAILS(images, "4294967295 images", "3367254359280 bytes", "can inflate to");
    put_raw(images, gzip(make_idx(IMAGES, 3000, 28, 28, 784)));
    CHECK_FAILS(images, "3000 images", "2352000 bytes", "can inflate to");
    put_raw("train-labels-idx1-ubyte", make_idx(LABELS, UINT32_MAX, 0, 0, 3));
    put("t10k-images-idx3-ubyte.gz", make_images(2));
    CHECK_FAILS("train-labels-idx1-ubyte", "4294967295 labels");
}

static void test_memory_runs_out(void **state)
{
    (void)state;
#ifdef UNDER_ASAN
    print_message("not under AddressSanitizer, which needs the address space itself\n");
    skip();
#else
    enum { COUNT = 200000, PLAIN_SIZE = 16 + COUNT * 784 };
    Buffer buffer = {calloc(1, PLAIN_SIZE), PLAIN_SIZE}, header = make_idx(IMAGES, COUNT, 28, 28, 0);
    assert_non_null(buffer.bytes);
    memcpy(buffer.bytes, header.bytes, header.size);
    free(header.bytes);
    put_good();
    put("t10k-images-idx3-ubyte.gz", buffer);

    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    (void)fclose(file);
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    limit = before;
    limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + (64ul << 20);
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    CHECK_FAILS("t10k-images-idx3-ubyte.gz", "200000 images", "no memory", "156800000 bytes");
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
#endif
}

// ---- a file that changes while it is read --------------------------------------------------------------------------

static const char *shrinking;

static bool shrink(void *context, uint64_t done, uint64_t total)
{
    (void)context, (void)total;
    if (done > 0 && shrinking)
        assert_int_equal(truncate(shrinking, 1000), 0);
    shrinking = done > 0 ? NULL : shrinking;
    return true;
}

// The same set as IDX, plain and packed, as an array and as a table: each loses its end at the first report.
static void test_a_file_that_shrinks(void **state)
{
    (void)state;
    enum { COUNT = 16000 };
    static const char header[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (16000, 28, 28), }\n";
    const uint8_t length[] = {sizeof header - 1, 0};
    const LoadProgress progress = {shrink, NULL};
    Buffer array = {0}, table = {0}, noise = make_images(COUNT);
    uint32_t random = 1;
    for (size_t i = 16; i < noise.size; i++) // what hardly packs
        noise.bytes[i] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
    buffer_append(&array, "\x93NUMPY\1", 8);
    buffer_append(&array, length, 2);
    buffer_append(&array, header, sizeof header - 1);
    buffer_append(&array, noise.bytes + 16, noise.size - 16);
    for (int i = 0; i < 784 * 5000; i++)
        buffer_append(&table, i % 784 == 783 ? "7\n" : "7,", 2);
    Buffer packed = gzip(noise);
    noise = make_images(COUNT);
    const struct {
        const char *name;
        const Buffer *bytes;
    } files[] = {{"train-images-idx3-ubyte", &noise},
                 {"train-images-idx3-ubyte.gz", &packed},
                 {"x.npy", &array},
                 {"x.csv", &table}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[SCRATCH_PATH_MAX];
        Dataset dataset;
        Error error = {""};
        scratch_write(files[i].name, files[i].bytes->bytes, files[i].bytes->size);
        (void)snprintf(path, sizeof path, "%s", scratch_path(files[i].name));
        shrinking = path;
        if (dataset_open(&dataset, path, &(DatasetOptions){.progress = &progress}, &error))
            fail_msg("%s was read although it shrank", files[i].name);
        assert_null(shrinking);
        if (!strstr(error.text, files[i].name) || !strstr(error.text, "became shorter while it was read"))
            fail_msg("%s", error.text);
        assert_int_equal(unlink(path), 0);
    }
    free(noise.bytes);
    free(packed.bytes);
    free(array.bytes);
    free(table.bytes);
}

static bool give_up(void *context, uint64_t done, uint64_t total)
{
    (void)context, (void)total;
    return done == 0;
}

// A table that packs to next to nothing is long all the same, and can be given up before its end.
static void test_a_long_table_can_be_given_up(void **state)
{
    (void)state;
    Buffer table = {0};
    Dataset dataset;
    Error error = {""};
    for (int i = 0; i < 784 * 4000; i++)
        buffer_append(&table, i % 784 == 783 ? "0\n" : "0,", 2);
    Buffer packed = gzip(table);
    assert_true(packed.size < 100000);
    scratch_write("x.csv.gz", packed.bytes, packed.size);
    free(packed.bytes);
    assert_false(dataset_open(&dataset, scratch_path("x.csv.gz"),
                              &(DatasetOptions){.progress = &(LoadProgress){give_up, NULL}}, &error));
    assert_string_equal(error.text, "cancelled");
}

static bool give_up_within(void *context, uint64_t done, uint64_t total)
{
    uint64_t *last = context;
    (void)total;
    *last = done;
    return done < 1 << 20;
}

// What is no part of a set may be long, and is unpacked to get behind it.
static void test_passing_over_an_entry_can_be_given_up(void **state)
{
    (void)state;
    enum { SIZE = 8 << 20, BLOCK = 512 };
    char header[BLOCK] = "film.mp4";
    Buffer archive = {0};
    Dataset dataset;
    Error error = {""};
    uint64_t last = 0;
    unsigned sum = 0;
    uint32_t random = 1;
    memcpy(header + 100, "0000644\0000000000\0000000000\00000040000000\00000000000000\0", 48);
    memset(header + 148, ' ', 8);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    for (int i = 0; i < BLOCK; i++)
        sum += (unsigned char)header[i];
    (void)snprintf(header + 148, 8, "%06o", sum);
    buffer_append(&archive, header, BLOCK);
    for (int i = 0; i < SIZE / 4; i++) {
        random = random * 1664525u + 1013904223u;
        const uint32_t word = random ^ random >> 13;
        buffer_append(&archive, &word, 4);
    }
    Buffer packed = gzip(archive);
    assert_true(packed.size > SIZE / 2);
    scratch_write("x.tar.gz", packed.bytes, packed.size);
    free(packed.bytes);
    assert_false(dataset_open(&dataset, scratch_path("x.tar.gz"),
                              &(DatasetOptions){.progress = &(LoadProgress){give_up_within, &last}}, &error));
    assert_string_equal(error.text, "cancelled");
    assert_true(last < 2 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_folder),
        TEST(test_long_path_leaves_room),
        TEST(test_bad_headers),
        TEST(test_other_kinds),
        TEST(test_control_bytes_in_a_path),
        TEST(test_bad_lengths),
        TEST(test_bad_labels),
        TEST(test_bad_gzip),
        TEST(test_damaged_gzip),
        TEST(test_special_files),
        TEST(test_permission),
        TEST(test_promise_is_checked_before_memory),
        TEST(test_memory_runs_out),
        TEST(test_a_file_that_shrinks),
        TEST(test_a_long_table_can_be_given_up),
        TEST(test_passing_over_an_entry_can_be_given_up),
    };
    return cmocka_run_group_tests_name("dataset_bad", tests, NULL, NULL);
}
