// What files are, told from how they begin.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/file_kind.h"
#include "scratch.h"

// Of exactly its size, so that a sanitizer sees a step past its end.
static void check_kind(const void *bytes, size_t size, const char *expected)
{
    char kind[FILE_KIND_TEXT] = "unknown";
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, bytes, size);
    assert_int_equal(file_kind_describe(kind, copy, size), strcmp(expected, "unknown") != 0);
    assert_string_equal(kind, expected);
    free(copy);
}

#define CHECK(bytes, expected) check_kind("" bytes, sizeof(bytes) - 1, expected)

static void test_fixed_beginnings(void **state)
{
    (void)state;
    CHECK("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture");
    CHECK("\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture");
    CHECK("\x08\x07\x12\x07pytorch", "an ONNX model");
    CHECK("GIF89a\1", "a GIF picture");
    CHECK("RIFF\x24\0\0\0WEBPVP8L", "a WebP picture");
    CHECK("RIFF\x24\0\0\0WAVEfmt ", "unknown");
    CHECK("BM\x46\0\0\0\0\0\0\0", "a BMP picture");
    CHECK("BMW and other cars", "plain text");
    CHECK("II*\0\x08\0\0\0", "a TIFF picture");
    CHECK("MM\0*\0\0\0\x08", "a TIFF picture");
    CHECK("\0\0\0\x18"
          "ftypheic\0\0\0\0",
          "a HEIC picture");
    CHECK("\0\0\0\x18"
          "ftypmif1\0\0\0\0",
          "a HEIC picture");
    CHECK("\0\0\0\x1c"
          "ftypavif\0\0\0\0",
          "an AVIF picture");
    CHECK("\0\0\0\x1c"
          "ftypisom\0\0\0\0",
          "an MP4 film");
    CHECK("%PDF-1.7\n%\xe2\xe3", "a PDF document");
    CHECK("\x1f\x8b\x08\0\0\0\0\0\0\x03", "a gzip file");
    CHECK("\xfd\x37zXZ\0\0\4", "an xz file");
    CHECK("\x89HDF\r\n\x1a\n\0\0\0", "an HDF5 file, as Keras and MATLAB write them");
    CHECK("\x93NUMPY\1\0v\0{'descr'", "a NumPy array (.npy)");
    CHECK("PAR1\x15\4", "a Parquet table");
    CHECK("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
          "a PyTorch file (a pickle from before PyTorch 1.6)");
    CHECK("\x80\x02}q\0(X", "a Python pickle");
    CHECK("(dp0\nVencoder", "a Python pickle");
    CHECK("GGUF\3\0\0\0", "a GGUF model, as llama.cpp has them");
    CHECK("\x1c\0\0\0TFL3", "a TensorFlow Lite model");
    CHECK("\x80\x04\x95\x10\0\0\0\0\0\0\0", "a Python pickle");
    CHECK("version https://git-lfs.github.com/spec/v1\noid sha256:",
          "a pointer of Git LFS, which stands for a file that was not fetched");
    char tar[512] = "train-images-idx3-ubyte";
    memcpy(tar + 257, "ustar", 5);
    check_kind(tar, sizeof tar, "a tar file");
    check_kind(tar, 261, "unknown");
}

static void test_idx(void **state)
{
    (void)state;
    CHECK("\0\0\x08\1\0\0\0\5", "an IDX file of unsigned bytes of rank 1, which are labels (magic number 0x00000801)");
    CHECK("\0\0\x08\3\0\0\0\5", "an IDX file of unsigned bytes of rank 3, which are images (magic number 0x00000803)");
    CHECK("\0\0\x08\4", "an IDX file of unsigned bytes of rank 4 (magic number 0x00000804)");
    CHECK("\0\0\x09\1", "an IDX file of signed bytes of rank 1 (magic number 0x00000901)");
    CHECK("\0\0\x0b\1", "an IDX file of 16-bit integers of rank 1 (magic number 0x00000b01)");
    CHECK("\0\0\x0c\2", "an IDX file of 32-bit integers of rank 2 (magic number 0x00000c02)");
    CHECK("\0\0\x0d\3", "an IDX file of float32 of rank 3 (magic number 0x00000d03)");
    CHECK("\0\0\x0e\3", "an IDX file of float64 of rank 3 (magic number 0x00000e03)");
    CHECK("\0\0\x0a\3", "unknown");
    CHECK("\0\0\xff\3", "unknown");
    CHECK("\0\0\x08", "unknown");
}

// Appends a local header of a zip file and `size` bytes of data.
static void add_entry(Buffer *zip, const char *name, uint8_t flags, size_t size)
{
    const size_t length = strlen(name);
    uint8_t header[30] = {'P', 'K', 3, 4, 20, 0, flags};
    const size_t told = flags & 8 ? 0 : size;
    header[18] = (uint8_t)told;
    header[19] = (uint8_t)(told >> 8);
    header[26] = (uint8_t)length;
    buffer_append(zip, header, sizeof header);
    buffer_append(zip, name, length);
    for (size_t i = 0; i < size; i++)
        buffer_append(zip, "x", 1);
}

static void test_zip(void **state)
{
    (void)state;
    static const struct {
        const char *names[2];
        uint8_t flags;
        const char *kind;
    } cases[] = {
        {{"archive/data.pkl", "archive/version"}, 8, "a PyTorch file (a zip file with a pickle and tensors)"},
        {{"archive/version", "archive/data.pkl"}, 0, "a PyTorch file (a zip file with a pickle and tensors)"},
        {{"archive/version", "archive/data.pkl"}, 8, "a PyTorch file (a zip file with a pickle and tensors)"},
        {{"arr_0.npy", "arr_1.npy"}, 0, "a zip file of NumPy arrays (.npz)"},
        {{"metadata.json", "config.json"}, 0, "a Keras model (.keras)"},
        {{"train-images-idx3-ubyte", "notes"}, 0, "a zip file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Buffer zip = {0};
        add_entry(&zip, cases[i].names[0], cases[i].flags, 1000);
        add_entry(&zip, cases[i].names[1], cases[i].flags, 1000);
        check_kind(zip.bytes, zip.size, cases[i].kind);
        for (size_t size = 4; size < 34; size++)
            check_kind(zip.bytes, size, "a zip file");
        free(zip.bytes);
    }
    CHECK("PK\5\6\0\0", "a zip file");
}

static void test_safetensors(void **state)
{
    (void)state;
    CHECK("\x02\0\0\0\0\0\0\0{}", "a safetensors file");
    // Sizes that look like another kind's beginning: a pickle's, gzip's
    CHECK("\x80\x02\0\0\0\0\0\0{\"", "a safetensors file");
    CHECK("\x1f\x8b\0\0\0\0\0\0{\"", "a safetensors file");
    CHECK("\x02\0\0\0\0\0\0\0[]", "unknown");
}

static void test_text(void **state)
{
    (void)state;
    CHECK("", "an empty file");
    CHECK("<!DOCTYPE html><title>404</title>", "a web page (HTML)");
    CHECK("\xef\xbb\xbf\n  <html>", "a web page (HTML)");
    CHECK("<?xml version=\"1.0\"?>", "an XML file");
    CHECK("<svg xmlns=", "an SVG picture");
    CHECK("label,1x1,1x2\n5,0,0\n", "a table of comma-separated values (CSV)");
    CHECK("no table\n1,2,3\n", "plain text");
    CHECK("{\"layers\": 3}", "JSON text");
    CHECK("gr\xfc\xdf", "plain text");
    CHECK("\xff\xff\xff\xff", "unknown");
    CHECK("text\0with a zero", "unknown");
    CHECK("\n\n\n", "unknown");
    CHECK("\x12\x34", "unknown");
}

static void test_sentences(void **state)
{
    (void)state;
    Error error = {""};
    assert_false(file_kind_refuse("a/b", (const uint8_t *)"GIF89a", 6, "a PNG picture", &error));
    assert_string_equal(error.text, "a/b is a GIF picture, and a PNG picture was expected");
    assert_false(file_kind_refuse("a/b", (const uint8_t *)"\1\2\3\xff\5", 5, "a PNG picture", &error));
    assert_string_equal(error.text, "a/b begins with the bytes 01 02 03 ff, and a PNG picture was expected");
    assert_false(file_kind_refuse("a/\x1b[31m\n", (const uint8_t *)"\1", 1, "a PNG picture", &error));
    assert_string_equal(error.text, "a/?[31m? begins with the bytes 01, and a PNG picture was expected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_beginnings), cmocka_unit_test(test_idx),  cmocka_unit_test(test_zip),
        cmocka_unit_test(test_safetensors),      cmocka_unit_test(test_text), cmocka_unit_test(test_sentences),
    };
    return cmocka_run_group_tests_name("file_kind", tests, NULL, NULL);
}
