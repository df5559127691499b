// Datasets: good files, the facts, the built-in digits, and MNIST itself where LOSSLENS_MNIST names a folder with it.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/digits.h"
#include "idx_files.h"

static void check_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", found, tolerance, expected);
}

static void test_every_spelling(void **state)
{
    (void)state;
    const char *separators = "-.";
    for (int variant = 0; variant < 8; variant++) {
        char name[64];
        for (int file = 0; file < 4; file++) {
            bool labels = file % 2, test = file / 2;
            if (labels && variant >= 4)
                continue;
            (void)snprintf(name, sizeof name, "%s-%s%cidx%d-ubyte%s", test ? "t10k" : "train",
                           labels ? "labels" : "images", separators[variant % 2], labels ? 1 : 3,
                           variant / 2 % 2 ? ".gz" : "");
            put(name, labels ? make_labels(test ? 2 : 3) : make_images(test ? 2 : 3));
        }
        check_good(scratch_folder(), variant < 4);
        (void)scratch_teardown(state);
        (void)scratch_setup(state);
    }
}

// What people rename: both are read as what they are.
static void test_gzip_is_told_by_its_bytes(void **state)
{
    (void)state;
    put_good();
    Buffer packed = {0}, plain = make_images(3);
    buffer_gzip(&plain, &packed);
    scratch_write("train-images-idx3-ubyte", packed.bytes, packed.size);
    free(plain.bytes);
    free(packed.bytes);
    plain = make_images(2);
    scratch_write("t10k-images-idx3-ubyte.gz", plain.bytes, plain.size);
    free(plain.bytes);
    check_good(scratch_folder(), true);
}

static void test_plain_comes_first(void **state)
{
    (void)state;
    put_good();
    put("train-images-idx3-ubyte.gz", make_images(1));
    check_good(scratch_folder(), true);
}

static void test_name(void **state)
{
    (void)state;
    assert_int_equal(mkdir(scratch_path("digits"), 0777), 0);
    char here[4096], folder[1024]; // "." comes last
    assert_non_null(getcwd(here, sizeof here));
    const char *names[] = {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"};
    for (int i = 0; i < 2; i++) {
        (void)snprintf(folder, sizeof folder, "digits/%s", names[i]);
        put(folder, make_images(1));
    }
    const char *spellings[] = {"/digits", "/digits///", "/digits/.", "/digits/../digits"};
    assert_int_equal(chdir(scratch_path("digits")), 0);
    for (int i = 0; i < 5; i++) {
        Dataset dataset;
        Error error = {""};
        (void)snprintf(folder, sizeof folder, "%s%s", i < 4 ? scratch_folder() : ".", i < 4 ? spellings[i] : "");
        assert_true(dataset_open(&dataset, folder, NULL, &error));
        assert_string_equal(dataset.name, "digits");
        dataset_free(&dataset);
    }
    assert_int_equal(chdir(here), 0);
}

static void test_facts(void **state)
{
    (void)state;
    uint8_t pixels[2 * 784] = {0};
    int32_t labels[2] = {3, 3};
    pixels[0] = 255;
    pixels[1000] = 51;
    ImageSetFacts facts = image_set_facts(&(ImageSet){2, pixels, labels});
    assert_int_equal(facts.count, 2);
    check_near(facts.mean, 1.2 / 1568, 1e-12);
    check_near(facts.zero, 1566.0 / 1568, 1e-12);
    check_near(facts.grey, 1.0 / 1568, 1e-12);
    check_near(facts.full, 1.0 / 1568, 1e-12);
    check_near(facts.bce_floor, -(0.2 * log(0.2) + 0.8 * log(0.8)) / 1568, 1e-12);
    assert_true(facts.has_labels);
    assert_int_equal(facts.label_counts[3], 2);
    assert_int_equal(facts.label_counts[0], 0);
    facts = image_set_facts(&(ImageSet){2, pixels, NULL});
    assert_false(facts.has_labels);
    facts = image_set_facts(&(ImageSet){0});
    check_near(facts.mean, 0, 0);
}

static void test_generate(void **state)
{
    (void)state;
    Dataset dataset;
    Error error = {""};
    Pool *pool = pool_create(0, &error);
    assert_non_null(pool);
    if (!dataset_generate(&dataset, 7, pool, &error))
        fail_msg("%s", error.text);
    pool_destroy(pool);
    assert_string_equal(dataset.name, "builtin");
    assert_int_equal(dataset.train.count, DIGITS_TRAIN_COUNT);
    assert_int_equal(dataset.test.count, DIGITS_TEST_COUNT);
    for (int i = 0; i < 20; i++) {
        uint8_t pixels[784];
        int train = i * 3000 + i, test = i * 500 + i;
        assert_int_equal(digits_draw(7, DIGITS_TRAIN, train, pixels), dataset.train.labels[train]);
        assert_memory_equal(pixels, dataset.train.pixels + train * 784, 784);
        assert_int_equal(digits_draw(7, DIGITS_TEST, test, pixels), dataset.test.labels[test]);
        assert_memory_equal(pixels, dataset.test.pixels + test * 784, 784);
    }
    ImageSetFacts facts = image_set_facts(&dataset.train);
    for (int i = 0; i < DIGIT_CLASSES; i++)
        assert_int_equal(facts.label_counts[i], DIGITS_TRAIN_COUNT / DIGIT_CLASSES);
    dataset_free(&dataset);
}

static void test_mnist(void **state)
{
    (void)state;
    const char *folder = getenv("LOSSLENS_MNIST");
    if (!folder) {
        print_message("LOSSLENS_MNIST does not name a folder with MNIST: not tested against it\n");
        skip();
    }
    Dataset dataset;
    Error error = {""};
    if (!dataset_open(&dataset, folder, NULL, &error))
        fail_msg("%s", error.text);
    ImageSetFacts train = image_set_facts(&dataset.train), test = image_set_facts(&dataset.test);
    assert_int_equal(train.count, 60000);
    assert_int_equal(test.count, 10000);
    check_near(train.mean, 0.1307, 5e-5);
    check_near(train.zero, 0.809, 5e-4);
    check_near(train.zero + train.grey + train.full, 1, 1e-9);
    static const int train_labels[] = {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949};
    static const int test_labels[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    assert_memory_equal(train.label_counts, train_labels, sizeof train_labels);
    assert_memory_equal(test.label_counts, test_labels, sizeof test_labels);
    assert_int_equal(dataset.train.labels[0], 5);
    assert_int_equal(dataset.test.labels[0], 7);
    print_message("MNIST: mean %.4f, zero %.4f, grey %.4f, full %.4f, BCE floor %.4f\n", train.mean, train.zero,
                  train.grey, train.full, train.bce_floor);
    dataset_free(&dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_spelling),
        TEST(test_gzip_is_told_by_its_bytes),
        TEST(test_plain_comes_first),
        TEST(test_name),
        TEST(test_facts),
        TEST(test_generate),
        TEST(test_mnist),
    };
    return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
