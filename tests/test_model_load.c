// Models from files: what does not fit is refused from the header alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "models/model_layers.h"
#include "scratch.h"

enum { PIXELS = 6, HUGE_HEADER = 100000000 };
static const uint64_t huge = 4ull << 30;

static Model model;

static int begin(void **state)
{
    Spec spec;
    (void)scratch_setup(state);
    assert_true(spec_parse(&spec, "layers=3", NULL));
    model = model_create(&spec, PIXELS);
    return 0;
}

// A file of this header, padded to header_size, and data_size bytes of zeros, which take no room on the disk.
static void put_sparse(const char *name, const char *json, uint64_t header_size, uint64_t data_size)
{
    FILE *file = fopen(scratch_path(name), "wb");
    assert_non_null(file);
    for (int i = 0; i < 8; i++)
        assert_int_not_equal(fputc((int)(header_size >> (8 * i) & 0xff), file), EOF);
    assert_int_not_equal(fprintf(file, "%s%*s", json, (int)(header_size - strlen(json)), ""), EOF);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(scratch_path(name), (off_t)(8 + header_size + data_size)), 0);
}

static void check_sentence(const Error *error, const char *const *words)
{
    for (const char *const *word = words; *word; word++)
        if (!strstr(error->text, *word))
            fail_msg("\"%s\" lacks \"%s\"", error->text, *word);
    for (const char *c = error->text; *c; c++)
        assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
}

static void check_load_fails(const char *name, const char *const *words)
{
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    Error error = {""};
    int64_t step;
    assert_non_null(parameters);
    assert_false(model_load(&model, parameters, &step, scratch_path(name), &error));
    check_sentence(&error, words);
    free(parameters);
}

static void check_spec_fails(const char *name, const char *const *words)
{
    Error error = {""};
    Spec spec;
    assert_false(model_load_spec(&spec, scratch_path(name), &error));
    check_sentence(&error, words);
}

#define LOAD_FAILS(name, ...) check_load_fails(name, (const char *const[]){name, __VA_ARGS__, NULL})
#define SPEC_FAILS(name, ...) check_spec_fails(name, (const char *const[]){name, __VA_ARGS__, NULL})
#define TENSOR(name, shape, begin, end)                                                                                \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static void test_round_trip(void **state)
{
    (void)state;
    float *saved = calloc(model.parameter_count, sizeof *saved),
          *loaded = malloc(model.parameter_count * sizeof *saved);
    assert_non_null(saved);
    assert_non_null(loaded);
    model_init(&model, saved);
    saved[model.layers[0].bias_offset + 2] = 0.5f;
    saved[model.layers[1].bias_offset + 5] = -0.25f;
    memset(loaded, 0xa5, model.parameter_count * sizeof *loaded);
    const char *path = scratch_path("model.safetensors");
    Error error = {""};
    Spec spec;
    int64_t step = -1;
    NewFile file;
    assert_true(new_file_begin(&file, path, NAME_NEW, &error));
    assert_true(new_file_end(&file, model_write(&model, saved, 7, &file, &error), &error));
    assert_true(model_load_spec(&spec, path, &error));
    assert_true(spec_equal(&spec, &model.spec));
    if (!model_load(&model, loaded, &step, path, &error))
        fail_msg("%s", error.text);
    assert_int_equal(step, 7);
    assert_memory_equal(saved, loaded, model.parameter_count * sizeof *saved);
    free(saved);
    free(loaded);
}

// Leaves room for 64 MiB more than there is now.
static struct rlimit limit_memory(void)
{
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
#ifndef UNDER_ASAN // which needs the address space itself
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    (void)fclose(file);
    struct rlimit limit = before;
    limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + (64ul << 20);
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
#endif
    return before;
}

static void test_large_files_take_no_memory(void **state)
{
    (void)state;
    const char *other = "{" TENSOR("wte.weight", "[32768,32768]", "0", "4294967296") "}";
    const char *wide = "{" TENSOR("encoder.0.weight", "[32768,2,16384]", "0", "4294967296") "}";
    const char *told =
        "{\"__metadata__\":{\"spec\":\"layers=3\"}," TENSOR("wte.weight", "[32768,32768]", "0", "4294967296") "}";
    put_sparse("other", other, strlen(other), huge);
    put_sparse("wide", wide, strlen(wide), huge);
    put_sparse("told", told, strlen(told), huge);
    put_sparse("padded", "{}", HUGE_HEADER, 0);
    put_sparse("zeros", "{}", 2, 0);
    assert_int_equal(truncate(scratch_path("zeros"), (off_t)huge), 0);
    const struct rlimit before = limit_memory();
    const long peak = measure_peak_memory();
    LOAD_FAILS("other", "encoder.0.weight", "missing");
    SPEC_FAILS("other", "no 'spec'");
    LOAD_FAILS("wide", "encoder.0.weight", "(32768, 2, 16384)", "expects (3, 6)");
    Error error = {""};
    Spec spec;
    assert_true(model_load_spec(&spec, scratch_path("told"), &error));
    LOAD_FAILS("padded", "encoder.0.weight", "missing");
    LOAD_FAILS("zeros", "take 0 bytes", "has 4294967286");
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    print_message("files of 4 GiB took %ld KiB\n", measure_peak_memory() - peak);
    assert_in_range(measure_peak_memory() - peak, 0, 16 << 10);
}

static void test_headers_that_do_not_fit(void **state)
{
    (void)state;
    const char *good =
        "{" TENSOR("encoder.0.weight", "[3,6]", "0", "72") "," TENSOR("encoder.0.bias", "[3]", "72", "84") "," TENSOR(
            "decoder.0.weight", "[6,3]", "84", "156") "," TENSOR("decoder.0.bias", "[6]", "156", "180");
    char text[1024];
    (void)snprintf(text, sizeof text, "%s," TENSOR("ex\\ntra\\u001b[31m", "[1]", "180", "184") "}", good);
    put_sparse("more", text, strlen(text), 184);
    LOAD_FAILS("more", "holds the tensor 'ex?tra?[31m', which the model lacks", "it has 5 tensors, the model 4");
    (void)snprintf(text, sizeof text, "%s}", good);
    put_sparse("good", text, strlen(text), 180);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    int64_t step = -1;
    assert_non_null(parameters);
    assert_true(model_load(&model, parameters, &step, scratch_path("good"), NULL));
    assert_int_equal(step, 0);
    free(parameters);
    (void)snprintf(text, sizeof text, "%s,\"__metadata__\":{\"step\":\"\\u001b[2J\\n7\"}}", good);
    put_sparse("step", text, strlen(text), 180);
    LOAD_FAILS("step", "metadata step '?[2J?7' is not a whole number");
}

// What a file quotes is one line of printable text.
static void test_hostile_specs(void **state)
{
    (void)state;
    static const char *const specs[] = {"loss=\\u001b]0;x\\u0007", "\\u001b[31m\\n\\u009b", "lr=\\ud83d\\ude00\\u2028",
                                        "layers=\\u001b\\u001b\\u001b", "seed=1\\n"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "{\"__metadata__\":{\"spec\":\"%s\"}}", specs[i]);
        put_sparse("hostile", text, strlen(text), 0);
        SPEC_FAILS("hostile", "its spec is not valid");
    }
    char text[600];
    (void)snprintf(text, sizeof text, "{\"__metadata__\":{\"spec\":\"layers=%0500d\"}}", 0);
    put_sparse("long", text, strlen(text), 0);
    SPEC_FAILS("long", "its spec is not valid");
}

static void test_special_files(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(scratch_path("fifo"), 0666), 0);
    assert_int_equal(mkdir(scratch_path("folder"), 0777), 0);
    assert_int_equal(symlink("/dev/zero", scratch_path("device")), 0);
    assert_int_equal(symlink("nowhere", scratch_path("link")), 0);
    (void)alarm(10); // should it wait for a writer after all
    SPEC_FAILS("fifo", "is a FIFO");
    LOAD_FAILS("fifo", "is a FIFO");
    (void)alarm(0);
    SPEC_FAILS("folder", "is a folder");
    SPEC_FAILS("device", "is a device");
    SPEC_FAILS("link", "symbolic link to nowhere");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_large_files_take_no_memory),
        TEST(test_headers_that_do_not_fit),
        TEST(test_hostile_specs),
        TEST(test_special_files),
    };
    return cmocka_run_group_tests_name("model_load", tests, NULL, NULL);
}
