// IDX files: see idx_files.h.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "idx_files.h"

Buffer make_idx(uint32_t magic, uint32_t count, uint32_t rows, uint32_t columns, size_t bytes)
{
    Buffer buffer = {0};
    buffer_append_big_endian(&buffer, magic);
    buffer_append_big_endian(&buffer, count);
    if ((magic & 0xff) == 3) {
        buffer_append_big_endian(&buffer, rows);
        buffer_append_big_endian(&buffer, columns);
    }
    uint8_t *values = malloc(bytes + 1);
    assert_non_null(values);
    for (size_t i = 0; i < bytes; i++)
        values[i] = (uint8_t)((magic & 0xff) == 3 ? i * 7 : i % 10);
    buffer_append(&buffer, values, bytes); // at once: each is a copy of all that is there
    free(values);
    return buffer;
}

Buffer make_images(uint32_t count) { return make_idx(IMAGES, count, 28, 28, (size_t)count * 784); }

Buffer make_labels(uint32_t count) { return make_idx(LABELS, count, 0, 0, count); }

static bool is_gzip_name(const char *name) { return strlen(name) > 3 && strcmp(name + strlen(name) - 3, ".gz") == 0; }

void put(const char *name, Buffer buffer)
{
    Buffer packed = {0};
    if (is_gzip_name(name))
        buffer_gzip(&buffer, &packed);
    else
        buffer_append(&packed, buffer.bytes, buffer.size);
    scratch_write(name, packed.bytes, packed.size);
    free(packed.bytes);
    free(buffer.bytes);
}

void put_good(void)
{
    put("train-images-idx3-ubyte", make_images(3));
    put("train-labels-idx1-ubyte", make_labels(3));
    put("t10k-images-idx3-ubyte.gz", make_images(2));
    put("t10k-labels-idx1-ubyte.gz", make_labels(2));
}

void check_folder_fails(const char *folder, const char *const *words)
{
    Dataset dataset, before;
    Error error = {""};
    memset(&dataset, 0xa5, sizeof dataset);
    memset(&before, 0xa5, sizeof before);
    assert_false(dataset_open(&dataset, folder, NULL, &error));
    assert_memory_equal(&dataset, &before, sizeof dataset);
    for (; *words; words++)
        if (!strstr(error.text, *words))
            fail_msg("\"%s\" lacks \"%s\"", error.text, *words);
    assert_null(strchr(error.text, '\n'));
    assert_false(dataset_open(&dataset, folder, NULL, NULL));
}

void check_good(const char *folder, bool labels)
{
    Dataset dataset;
    Error error = {""};
    if (!dataset_open(&dataset, folder, NULL, &error))
        fail_msg("%s", error.text);
    assert_int_equal(dataset.train.count, 3);
    assert_int_equal(dataset.test.count, 2);
    for (int i = 0; i < 3 * 784; i++)
        assert_int_equal(dataset.train.pixels[i], (uint8_t)(i * 7));
    assert_int_equal(dataset.test.pixels[2 * 784 - 1], (uint8_t)((2 * 784 - 1) * 7));
    assert_int_equal(dataset.train.labels != NULL, labels);
    assert_int_equal(dataset.test.labels != NULL, labels);
    if (labels) {
        assert_int_equal(dataset.train.labels[2], 2);
        assert_int_equal(dataset.test.labels[1], 1);
    }
    dataset_free(&dataset);
    assert_null(dataset.train.pixels);
    dataset_free(&dataset);
}
