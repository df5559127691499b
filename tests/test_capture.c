// Screenshots out and pictures in: round trips, names, and every kind of bad file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/capture.h"
#include "files/picture.h"

static char folder[] = "/tmp/losslens-capture-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int open_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[PATH_MAX + 16];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static int count_files(void)
{
    int count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        count += entry->d_type == DT_REG;
    }
    (void)closedir(directory);
    return count;
}

static size_t read_file(const char *path, uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t length = fread(bytes, 1, size, file);
    assert_int_equal(fclose(file), 0);
    return length;
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

// A PNG of any depth and colour type, in memory. rows: as libpng takes them, samples of 16 bits in big endian.
static size_t encode(uint8_t *out, size_t size, int width, int height, int depth, int color, bool is_interlaced,
                     const uint8_t *rows, size_t row_size)
{
    FILE *file = fmemopen(out, size, "wb");
    assert_non_null(file);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, depth, color,
                 is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    const int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++) {
        for (int y = 0; y < height; y++) {
            png_write_row(png, rows + (size_t)y * row_size);
        }
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    (void)fflush(file);
    const long length = ftell(file);
    (void)fclose(file);
    return (size_t)length;
}

static bool write_picture(const char *path, const uint8_t *rgba, int width, int height, const char *json, Error *error)
{
    NewFile file;
    return new_file_begin(&file, path, NAME_NEW, error) &&
           new_file_end(&file, capture_write(&file, rgba, width, height, json, error), error);
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    enum { WIDTH = 61, HEIGHT = 40 };
    static uint8_t rgba[WIDTH * HEIGHT * 4], bytes[65536];
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        memset(rgba + (ptrdiff_t)i * 4, i * 7 % 256, 3); // alpha 0, which is ignored
    }
    const char *path = in_folder("out.png"), *json = "{\"loss\": \"bce\", \"seed\": 42}";
    Error error = {0};
    assert_true(write_picture(path, rgba, WIDTH, HEIGHT, json, &error));
    assert_int_equal(count_files(), 1);
    InkPicture picture;
    assert_true(picture_read(path, NULL, &picture, &error));
    assert_int_equal(picture.width, WIDTH);
    assert_int_equal(picture.height, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        assert_float_equal(picture.grey[i], (float)(i * 7 % 256) / 255.0F, 0);
    }
    ink_free_picture(&picture);
    const size_t size = read_file(path, bytes, sizeof bytes);
    char chunk[64];
    const int length = snprintf(chunk, sizeof chunk, "tEXtlosslens%c%s", 0, json);
    assert_non_null(memmem(bytes, size, chunk, (size_t)length));
}

static void replaces_nothing(void **state)
{
    (void)state;
    const uint8_t rgba[4] = {1, 2, 3, 4};
    char text[8] = "";
    const char *path = in_folder("taken.png");
    write_file(path, "mine", 4);
    const int files = count_files();
    Error error = {0};
    assert_false(write_picture(path, rgba, 1, 1, "{}", &error));
    assert_non_null(strstr(error.text, "taken.png"));
    assert_int_equal(read_file(path, (uint8_t *)text, sizeof text), 4);
    assert_string_equal(text, "mine");
    assert_false(write_picture(in_folder("no/such/folder.png"), rgba, 1, 1, "{}", &error));
    static char json[CAPTURE_TEXT_MAX + 1];
    memset(json, ' ', CAPTURE_TEXT_MAX);
    json[CAPTURE_TEXT_MAX] = '\0';
    assert_false(write_picture(in_folder("long.png"), rgba, 1, 1, json, &error));
    assert_non_null(strstr(error.text, "65536"));
    assert_int_equal(count_files(), files); // and nothing unfinished is left
    json[CAPTURE_TEXT_MAX - 1] = '\0';
    assert_true(write_picture(in_folder("long.png"), rgba, 1, 1, json, &error));
}

static void chooses_paths(void **state)
{
    (void)state;
    char first[PATH_MAX], wanted[PATH_MAX];
    Error error = {0};
    (void)snprintf(wanted, sizeof wanted, "%s", in_folder("a/b"));
    assert_true(capture_choose_path(wanted, first, &error));
    assert_int_equal(strncmp(first, wanted, strlen(wanted)), 0);
    assert_int_equal(access(first, F_OK), -1);
    write_file(first, "x", 1);
    assert_false(capture_choose_path(first, wanted, &error)); // a file, not a folder
    assert_non_null(strstr(error.text, "is a file where a folder was expected"));

    setenv("HOME", in_folder("home"), 1);
    unsetenv("XDG_CONFIG_HOME");
    assert_true(capture_choose_path(NULL, first, &error));
    assert_non_null(strstr(first, "/home/Pictures/losslens-"));
    const char line[] = "# XDG_PICTURES_DIR=\"/no\"\nXDG_MUSIC_DIR=\"$HOME/m\"\n"
                        "XDG_PICTURES_DIR=\"$HOME/My \\\"Shots\"\n";
    mkdir(in_folder("home/.config"), 0777);
    write_file(in_folder("home/.config/user-dirs.dirs"), line, sizeof line - 1);
    assert_true(capture_choose_path(NULL, first, &error));
    assert_non_null(strstr(first, "/home/My \"Shots/losslens-"));
    assert_int_equal(unlink(in_folder("home/.config/user-dirs.dirs")), 0);
    assert_int_equal(mkfifo(in_folder("home/.config/user-dirs.dirs"), 0600), 0);
    (void)alarm(10); // should it wait for a writer after all
    assert_true(capture_choose_path(NULL, first, &error));
    (void)alarm(0);
    assert_non_null(strstr(first, "/home/Pictures/losslens-"));
    unsetenv("HOME");
    assert_false(capture_choose_path(NULL, first, &error));
}

static void reads_every_depth(void **state)
{
    (void)state;
    static uint8_t rows[32 * 32 * 8], bytes[65536];
    static const struct {
        int depth, color, bytes_per_pixel;
    } kinds[] = {
        {8, PNG_COLOR_TYPE_GRAY, 1},       {16, PNG_COLOR_TYPE_GRAY, 2},     {8, PNG_COLOR_TYPE_RGB, 3},
        {16, PNG_COLOR_TYPE_RGB, 6},       {8, PNG_COLOR_TYPE_RGB_ALPHA, 4}, {16, PNG_COLOR_TYPE_RGB_ALPHA, 8},
        {8, PNG_COLOR_TYPE_GRAY_ALPHA, 2},
    };
    memset(rows, 100, sizeof rows);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] * 2; i++) {
        const int color = kinds[i / 2].color;
        const size_t size = encode(bytes, sizeof bytes, 32, 32, kinds[i / 2].depth, color, i % 2, rows,
                                   (size_t)kinds[i / 2].bytes_per_pixel * 32);
        InkPicture picture = {0};
        Error error = {0};
        const bool is_ok = picture_parse(bytes, size, "kind", NULL, &picture, &error);
        assert_string_equal(error.text, "");
        assert_true(is_ok);
        const float level = 100.0F / 255;
        assert_int_equal(picture.alpha != NULL, (color & PNG_COLOR_MASK_ALPHA) != 0);
        for (int k = 0; k < 32 * 32; k++) {
            assert_float_equal(picture.grey[k], level, 1e-6);
            assert_true(!picture.alpha || fabsf(picture.alpha[k] - level) < 1e-6F);
        }
        ink_free_picture(&picture);
    }
    memset(rows, 0xaa, sizeof rows);
    const size_t size = encode(bytes, sizeof bytes, 32, 32, 1, PNG_COLOR_TYPE_GRAY, false, rows, 4);
    InkPicture picture;
    assert_true(picture_parse(bytes, size, "bits", NULL, &picture, NULL));
    assert_float_equal(picture.grey[0], 1, 0);
    assert_float_equal(picture.grey[1], 0, 0);
    ink_free_picture(&picture);
}

static void expect_refusal(const uint8_t *bytes, size_t size, const char *part)
{
    InkPicture picture = {0};
    Error error = {0};
    assert_false(picture_parse(bytes, size, "some.png", NULL, &picture, &error));
    assert_null(picture.grey);
    assert_non_null(strstr(error.text, "some.png"));
    assert_non_null(strstr(error.text, part));
}

static void refuses_bad_pictures(void **state)
{
    (void)state;
    static uint8_t rows[5000 * 4], bytes[65536];
    for (size_t i = 0; i < sizeof rows; i++) {
        rows[i] = (uint8_t)(i * i >> 3);
    }
    size_t size = encode(bytes, sizeof bytes, 12001, 30, 8, PNG_COLOR_TYPE_GRAY, false, rows, 1);
    expect_refusal(bytes, size, "12001 by 30");
    size = encode(bytes, sizeof bytes, 40, 40, 8, PNG_COLOR_TYPE_GRAY, false, rows, 40);
    // IEND is 12 bytes, IDAT's check sum 4 more: every cut before them leaves pixels out.
    for (size_t length = 0; length < size - 16; length++) {
        uint8_t *part = malloc(length ? length : 1); // of its own, so that a sanitizer sees any step past its end
        assert_non_null(part);
        memcpy(part, bytes, length);
        expect_refusal(part, length, length == 0 ? "empty" : length < 8 ? "picture was expected" : "cut off");
        free(part);
    }
    expect_refusal((const uint8_t *)"\xff\xd8\xff\xe0 a JPEG", 11, "some.png is damaged or cut off");
    expect_refusal((const uint8_t *)"\0\0\0\x18"
                                    "ftypheic",
                   12, "is a HEIC picture, and");
    expect_refusal((const uint8_t *)"RIFF\x24\0\0\0WEBPVP8 ", 16, "is damaged or cut off");
    expect_refusal((const uint8_t *)"\0\0\x08\3\0\0\0\1", 8,
                   "is an IDX file of unsigned bytes of rank 3, which are images");
    expect_refusal((const uint8_t *)"\1\2\3\4\5", 5, "begins with the bytes 01 02 03 04");
    bytes[size / 2] ^= 0x55;
    expect_refusal(bytes, size, "damaged");
}

static void expect_unreadable(const char *path, const char *part)
{
    InkPicture picture;
    Error error = {0};
    assert_false(picture_read(path, NULL, &picture, &error));
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, part));
}

static void refuses_bad_files(void **state)
{
    (void)state;
    static uint8_t rows[40 * 40], bytes[65536];
    expect_unreadable(in_folder("missing.png"), "No such file");
    expect_unreadable(folder, "a folder");
    assert_int_equal(mkfifo(in_folder("pipe.png"), 0600), 0);
    (void)alarm(10); // should it wait for a writer after all
    expect_unreadable(in_folder("pipe.png"), "is a FIFO");
    (void)alarm(0);
    assert_int_equal(symlink("/dev/zero", in_folder("zero.png")), 0);
    expect_unreadable(in_folder("zero.png"), "is a device");
    assert_int_equal(symlink("nowhere", in_folder("link.png")), 0);
    expect_unreadable(in_folder("link.png"), "symbolic link to nowhere");
    write_file(in_folder("page.png"), "<!DOCTYPE html><title>404</title>", 33);
    expect_unreadable(in_folder("page.png"),
                      "is a web page (HTML), and a PNG, JPEG, WebP, BMP or GIF picture was expected");
    write_file(in_folder("text.png"), "hello world", 11);
    expect_unreadable(in_folder("text.png"), "is plain text, and");
    write_file(in_folder("empty.png"), "", 0);
    expect_unreadable(in_folder("empty.png"), "empty");
    const size_t size = encode(bytes, sizeof bytes, 40, 40, 8, PNG_COLOR_TYPE_GRAY, false, rows, 40);
    write_file(in_folder("cut.png"), bytes, size - 20);
    expect_unreadable(in_folder("cut.png"), "cut off");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_it_reads), cmocka_unit_test(replaces_nothing),
        cmocka_unit_test(chooses_paths),        cmocka_unit_test(reads_every_depth),
        cmocka_unit_test(refuses_bad_pictures), cmocka_unit_test(refuses_bad_files),
    };
    return cmocka_run_group_tests(tests, open_folder, remove_folder);
}
