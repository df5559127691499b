// IDX files for the tests of dataset.h: good ones, bad ones, and a folder with all four.
#pragma once
#include "data/dataset.h"
#include "scratch.h"

enum { IMAGES = 0x803, LABELS = 0x801 };

// A file as the header says it, with `bytes` bytes after the header; pixels and labels count up.
Buffer make_idx(uint32_t magic, uint32_t count, uint32_t rows, uint32_t columns, size_t bytes);
Buffer make_images(uint32_t count);
Buffer make_labels(uint32_t count);

// Writes the buffer, compressed where the name says so, and frees it.
void put(const char *name, Buffer buffer);

// 3 images to train and 2 to test, labels too; the training set is plain, the test set is gzip.
void put_good(void);

// Loads what put_good put.
void check_good(const char *folder, bool labels);

// Loads the folder, which must fail with a sentence that has each of the words, and touch nothing; NULL ends words.
void check_folder_fails(const char *folder, const char *const *words);

#define CHECK_FAILS(...) check_folder_fails(scratch_folder(), (const char *const[]){__VA_ARGS__, NULL})
#define TEST(name)       cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
