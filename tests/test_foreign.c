// Models from anybody's files: which tensors make the layers, and what does not fit, refused from the header alone.
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
#include "models/foreign_parts.h"
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

static void check_fails(const char *name, const char *const *words)
{
    Error error = {""};
    assert_null(foreign_open(scratch_path(name), PIXELS, NULL, &error));
    check_sentence(&error, words);
}

#define FAILS(name, ...) check_fails(name, (const char *const[]){name, __VA_ARGS__, NULL})
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
    NewFile file;
    Notices notices = {0};
    assert_true(new_file_begin(&file, path, NAME_NEW, &error));
    assert_true(new_file_end(&file, model_write(&model, saved, 7, &file, &error), &error));
    Foreign *foreign = foreign_open(path, PIXELS, NULL, &error);
    assert_non_null(foreign);
    assert_true(foreign_find_spec(foreign, &spec));
    assert_true(spec_equal(&spec, &model.spec));
    assert_int_equal(foreign_reading_count(foreign), 1);
    foreign_fill(foreign, 0, &model, loaded);
    assert_int_equal(foreign_step(foreign), 7);
    assert_memory_equal(saved, loaded, model.parameter_count * sizeof *saved);
    foreign_describe(foreign, 0, &notices);
    assert_int_equal(notices.count, 0); // nothing was done to it
    foreign_close(foreign);
    free(saved);
    free(loaded);
}

// ---- names and shapes ---------------------------------------------------------------------------------------------

// A file of these tensors, each of the values 1, 2, 3, ... in the order in which they are given.
typedef struct Given {
    const char *name;
    int shape[2]; // the second 0: rank 1; both 0: rank 0
    const char *type;
} Given;

static size_t size_of(const char *type)
{
    return strcmp(type, "F32") == 0 ? 4 : strcmp(type, "F16") == 0 || strcmp(type, "BF16") == 0 ? 2 : 8;
}

static void append_values(Buffer *buffer, const char *type, int count, int *next)
{
    for (int i = 0; i < count; i++) {
        const double number = ++*next;
        const float single = (float)number;
        uint8_t bytes[8] = {0};
        uint32_t bits;
        memcpy(&bits, &single, sizeof bits);
        if (strcmp(type, "F32") == 0)
            memcpy(bytes, &single, 4);
        else if (strcmp(type, "BF16") == 0)
            memcpy(bytes, (const uint8_t *)&single + 2, 2);
        else if (strcmp(type, "F64") == 0)
            memcpy(bytes, &number, 8);
        else if (strcmp(type, "F16") == 0)
            memcpy(bytes, &(uint16_t){(uint16_t)(((bits >> 23) - 112) << 10 | (bits >> 13 & 0x3ff))}, 2);
        buffer_append(buffer, bytes, size_of(type));
    }
}

static Foreign *open_given(const Given *given, size_t count, const char *metadata, Error *error)
{
    char header[8192] = "{";
    size_t at = 0;
    int next = 0;
    Buffer data = {0}, buffer = {0};
    for (size_t i = 0; i < count; i++) {
        const Given *g = &given[i];
        const char *type = g->type ? g->type : "F32";
        const int values = (g->shape[0] ? g->shape[0] : 1) * (g->shape[1] ? g->shape[1] : 1);
        const size_t used = strlen(header), bytes = (size_t)values * size_of(type);
        char shape[32] = "[]";
        if (g->shape[1])
            (void)snprintf(shape, sizeof shape, "[%d,%d]", g->shape[0], g->shape[1]);
        else if (g->shape[0])
            (void)snprintf(shape, sizeof shape, "[%d]", g->shape[0]);
        (void)snprintf(header + used, sizeof header - used,
                       "%s\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}", i ? "," : "", g->name,
                       type, shape, at, at + bytes);
        at += bytes;
        append_values(&data, type, values, &next);
    }
    const size_t used = strlen(header);
    (void)snprintf(header + used, sizeof header - used, "%s%s}", *metadata && count ? "," : "", metadata);
    buffer_append_little_endian(&buffer, strlen(header));
    buffer_append(&buffer, header, strlen(header));
    if (data.size > 0)
        buffer_append(&buffer, data.bytes, data.size);
    Foreign *foreign = foreign_open_bytes(buffer.bytes, buffer.size, "given", PIXELS, error);
    free(data.bytes);
    free(buffer.bytes);
    return foreign;
}

// The layers, and of the first two weights the first values: "6-3-6 1 2 22"; with '/' another reading.
static void check_layers(const Given *given, size_t count, const char *expected, const char *const *said)
{
    Error error = {""};
    char found[256] = "", layers[96];
    Foreign *foreign = open_given(given, count, "", &error);
    if (!foreign)
        fail_msg("%s", error.text);
    for (int reading = 0; reading < foreign_reading_count(foreign); reading++) {
        Spec spec = spec_default();
        foreign_set_layers(foreign, reading, &spec);
        spec_format_layers(&spec, PIXELS, "-", layers, sizeof layers);
        const Model m = model_create(&spec, PIXELS);
        float *p = calloc(m.parameter_count, sizeof *p);
        assert_non_null(p);
        foreign_fill(foreign, reading, &m, p);
        const size_t used = strlen(found);
        // what input 0 adds to outputs 0 and 1, the first bias; the same of the second layer
        (void)snprintf(found + used, sizeof found - used, "%s%s %g %g %g %g %g %g", reading ? " / " : "", layers,
                       (double)p[m.layers[0].weight_offset], (double)p[m.layers[0].weight_offset + 1],
                       (double)p[m.layers[0].bias_offset], (double)p[m.layers[1].weight_offset],
                       (double)p[m.layers[1].weight_offset + 1], (double)p[m.layers[1].bias_offset]);
        free(p);
    }
    assert_string_equal(found, expected);
    Notices notices = {0};
    foreign_describe(foreign, 0, &notices);
    for (; *said; said++) {
        bool is_said = false;
        for (int i = 0; i < notices.count; i++)
            is_said |= strstr(notices.text[i], *said) != NULL;
        if (!is_said)
            fail_msg("nobody says \"%s\"", *said);
    }
    foreign_close(foreign);
}

#define LAYERS(expected, said, ...)                                                                                    \
    do {                                                                                                               \
        const Given given[] = {__VA_ARGS__};                                                                           \
        check_layers(given, sizeof given / sizeof *given, expected, (const char *const[]){said, NULL});                \
    } while (0)

// PyTorch's, under whatever names.
static void test_names(void **state)
{
    (void)state;
    const char *expected = "6-3-6 1 7 19 22 25 40";
    LAYERS(expected, "names: fc1.weight, fc2.weight", {"fc1.weight", {3, 6}, 0}, {"fc1.bias", {3}, 0},
           {"fc2.weight", {6, 3}, 0}, {"fc2.bias", {6}, 0});
    LAYERS(expected, "_orig_mod.encoder.0.weight", {"_orig_mod.encoder.0.weight", {3, 6}, 0},
           {"_orig_mod.encoder.0.bias", {3}, 0}, {"_orig_mod.decoder.0.weight", {6, 3}, 0},
           {"_orig_mod.decoder.0.bias", {6}, 0});
    LAYERS(expected, "model.encoder.linear.weight", {"model.encoder.linear.weight", {3, 6}, 0},
           {"model.encoder.linear.bias", {3}, 0}, {"model.decoder.linear.weight", {6, 3}, 0},
           {"model.decoder.linear.bias", {6}, 0});
    LAYERS(expected, "0.weight, 2.weight", {"0.weight", {3, 6}, 0}, {"0.bias", {3}, 0}, {"2.weight", {6, 3}, 0},
           {"2.bias", {6}, 0});
    LAYERS(expected, "W1, W2", {"W1", {3, 6}, 0}, {"b1", {3}, 0}, {"W2", {6, 3}, 0}, {"b2", {6}, 0});
    LAYERS(expected, "enc_w, dec_w", {"enc_w", {3, 6}, 0}, {"enc_b", {3}, 0}, {"dec_w", {6, 3}, 0}, {"dec_b", {6}, 0});
}

// "10" comes after "2", and the decoder after the encoder.
static void test_order(void **state)
{
    (void)state;
    LAYERS("6-3-3-3-6 1 7 0 19 22 0", "layers.0.weight, layers.2.weight, layers.9.weight, layers.10.weight",
           {"layers.0.weight", {3, 6}, 0}, {"layers.2.weight", {3, 3}, 0}, {"layers.10.weight", {6, 3}, 0},
           {"layers.9.weight", {3, 3}, 0});
    LAYERS("6-4-2-4-6 25 31 0 49 53 0", "encoder.0.weight, encoder.2.weight, decoder.0.weight, decoder.2.weight",
           {"decoder.2.weight", {6, 4}, 0}, {"encoder.0.weight", {4, 6}, 0}, {"encoder.2.weight", {2, 4}, 0},
           {"decoder.0.weight", {4, 2}, 0});
    // names that say nothing: the shapes do
    LAYERS("6-4-2-4-6 9 15 0 33 37 0 / 6-4-2-4-6 41 42 0 1 2 0", "shapes: b.weight, d.weight, a.weight, c.weight",
           {"a.weight", {4, 2}, 0}, {"b.weight", {4, 6}, 0}, {"d.weight", {2, 4}, 0}, {"c.weight", {6, 4}, 0});
}

static void test_keras(void **state)
{
    (void)state;
    LAYERS("6-3-6 1 2 19 22 23 40", "(in, out), as Keras", {"dense/kernel", {6, 3}, 0}, {"dense/bias", {3}, 0},
           {"dense_1/kernel", {3, 6}, 0}, {"dense_1/bias", {6}, 0});
    LAYERS("6-3-6 1 2 19 22 23 40", "not needed and left out: adam/m/dense/kernel",
           {"layers/dense/kernel:0", {6, 3}, 0}, {"layers/dense/bias:0", {3}, 0},
           {"layers/dense_1/kernel:0", {3, 6}, 0}, {"layers/dense_1/bias:0", {6}, 0},
           {"adam/m/dense/kernel", {6, 3}, 0});
    // kernels under PyTorch's names, and squares, fit both ways: who measures decides
    LAYERS("6-3-6 1 2 0 19 20 0 / 6-3-6 19 25 0 1 4 0", "(in, out)", {"fc1.weight", {6, 3}, 0},
           {"fc2.weight", {3, 6}, 0});
    LAYERS("6-6-6 1 7 0 37 43 0 / 6-6-6 1 2 0 37 38 0", "fc1.weight, fc2.weight", {"fc1.weight", {6, 6}, 0},
           {"fc2.weight", {6, 6}, 0});
}

static void test_what_is_left_out(void **state)
{
    (void)state;
    LAYERS("6-3-6 1 7 0 19 22 37", "no bias belongs to 0.weight: zeros", {"0.weight", {3, 6}, 0},
           {"2.weight", {6, 3}, 0}, {"2.bias", {6}, 0});
    LAYERS("6-3-6 1 7 0 20 23 0", "left out: bn.num_batches_tracked, optim.0.exp_avg", {"0.weight", {3, 6}, 0},
           {"bn.num_batches_tracked", {0}, "I64"}, {"2.weight", {6, 3}, 0}, {"optim.0.exp_avg", {3, 6}, 0});
    LAYERS("6-3-6 1 7 0 28 31 0", "trained with a normalisation", {"0.weight", {3, 6}, 0}, {"1.weight", {3}, 0},
           {"1.bias", {3}, 0}, {"1.running_mean", {3}, 0}, {"2.weight", {6, 3}, 0});
    // a head beside the model; the second of two codes; a copy of the model
    LAYERS("6-3-6 1 7 0 19 22 0", "left out: head.weight", {"0.weight", {3, 6}, 0}, {"2.weight", {6, 3}, 0},
           {"head.weight", {2, 3}, 0});
    LAYERS("6-4-2-4-6 1 7 0 25 29 0 / 6-4-2-4-6 1 7 0 33 37 0 / 6-4-2-4-6 49 50 0 41 42 0 / 6-4-2-4-6 49 50 0 41 42 0",
           "left out: fc22.weight", {"fc1.weight", {4, 6}, 0}, {"fc21.weight", {2, 4}, 0}, {"fc22.weight", {2, 4}, 0},
           {"fc3.weight", {4, 2}, 0}, {"fc4.weight", {6, 4}, 0});
    LAYERS("6-4-2-4-6 1 7 0 25 29 0 / 6-4-2-4-6 1 7 0 33 37 0 / 6-4-2-4-6 49 50 0 41 42 0 / 6-4-2-4-6 49 50 0 41 42 0",
           "shape of fc21.weight, which is taken: if it is the spread of a variational model, --model "
           "layers=4-sample2-4 reads both",
           {"fc1.weight", {4, 6}, 0}, {"fc21.weight", {2, 4}, 0}, {"fc22.weight", {2, 4}, 0}, {"fc3.weight", {4, 2}, 0},
           {"fc4.weight", {6, 4}, 0});
    LAYERS("6-3-6 1 7 0 19 22 0 / 6-3-6 37 43 0 55 58 0 / 6-3-6-3-6 1 7 0 19 22 0",
           "left out: teacher.0.weight, teacher.2.weight", {"student.0.weight", {3, 6}, 0},
           {"student.2.weight", {6, 3}, 0}, {"teacher.0.weight", {3, 6}, 0}, {"teacher.2.weight", {6, 3}, 0});
}

// A layer of another model beside this one, which would fit between two: who measures decides.
static void test_guests(void **state)
{
    (void)state;
    LAYERS("6-3-3-6 1 7 0 37 40 0 / 6-3-6 1 7 0 19 22 0", "encoder.0.weight, head.weight, decoder.0.weight",
           {"encoder.0.weight", {3, 6}, 0}, {"decoder.0.weight", {6, 3}, 0}, {"head.weight", {3, 3}, 0});
    LAYERS("6-3-3-6 1 7 0 19 22 0", "0.weight, 2.weight, 4.weight", {"0.weight", {3, 6}, 0}, {"2.weight", {3, 3}, 0},
           {"4.weight", {6, 3}, 0});
    LAYERS("6-4-2-4-6 1 7 0 25 29 0 / 6-4-2-4-6 1 7 0 33 37 0", "left out: net.z2.weight",
           {"net.fc1.weight", {4, 6}, 0}, {"net.z1.weight", {2, 4}, 0}, {"net.z2.weight", {2, 4}, 0},
           {"out.fc3.weight", {4, 2}, 0}, {"out.fc4.weight", {6, 4}, 0});
    // a copy and a second way back, which would be two models one behind the other
    LAYERS("6-3-6-3-6 1 7 0 55 58 0 / 6-3-6 1 7 0 55 58 0 / 6-3-6 1 7 0 19 22 0 / 6-3-6 37 43 0 19 22 0",
           "encoder.0.weight, t, tied, decoder.0.weight", {"encoder.0.weight", {3, 6}, 0},
           {"decoder.0.weight", {6, 3}, 0}, {"tied", {3, 6}, 0}, {"t", {6, 3}, 0});
    // layers of one part stay together, though the alphabet has the others first
    LAYERS("6-3-3-3-3-6 19 25 0 37 40 0 / 6-3-3-3-3-6 46 47 0 37 38 0",
           "to.0.weight, to.2.weight, from.0.weight, from.2.weight", {"from.0.weight", {3, 3}, 0},
           {"from.2.weight", {3, 3}, 0}, {"to.0.weight", {3, 6}, 0}, {"to.2.weight", {3, 3}, 0},
           {"from.4.weight", {6, 3}, 0});
}

// One matrix for both ways: there is one only where the way back has a bias.
static void test_tied(void **state)
{
    (void)state;
    LAYERS("6-3-6 1 7 19 1 2 22", "used a second time", {"encoder.weight", {3, 6}, 0}, {"encoder.bias", {3}, 0},
           {"decoder.bias", {6}, 0});
    LAYERS("6-3-6 1 2 0 1 4 19", "used a second time", {"W", {6, 3}, 0}, {"visible", {6}, 0});
}

// Lists of their own, rows, and sides of 1.
static void test_biases_and_sides(void **state)
{
    (void)state;
    LAYERS("6-3-6 1 7 37 19 22 40", "names: weights.0, weights.1", {"weights.0", {3, 6}, 0}, {"weights.1", {6, 3}, 0},
           {"biases.0", {3}, 0}, {"biases.1", {6}, 0});
    LAYERS("6-3-6 1 7 19 22 25 40", "names: 0.weight, 2.weight", {"0.weight", {3, 6}, 0}, {"0.bias", {1, 3}, 0},
           {"2.weight", {6, 3}, 0}, {"2.bias", {6, 1}, 0});
}

static void test_types(void **state)
{
    (void)state;
    LAYERS("6-3-6 1 7 0 19 22 0", "converted from F16 to float32: 1 of 2 tensors", {"0.weight", {3, 6}, "F16"},
           {"2.weight", {6, 3}, 0});
    LAYERS("6-3-6 1 7 0 19 22 0", "converted from BF16 to float32: 2 of 2", {"0.weight", {3, 6}, "BF16"},
           {"2.weight", {6, 3}, "BF16"});
    LAYERS("6-3-6 1 7 0 19 22 0", "converted from F64", {"0.weight", {3, 6}, "F64"}, {"2.weight", {6, 3}, "F64"});
}

static void check_given_fails(const Given *given, size_t count, const char *const *words)
{
    Error error = {""};
    assert_null(open_given(given, count, "", &error));
    check_sentence(&error, words);
}

static void test_what_does_not_fit(void **state)
{
    (void)state;
    const Given convolution[] = {{"conv1.weight", {16, 9}, 0}, {"fc.weight", {10, 16}, 0}};
    check_given_fails(
        convolution, 2,
        (const char *const[]){"given", "conv1.weight (16, 9), fc.weight (10, 16)", "(32, 6) and (6, 32)", NULL});
    const Given one[] = {{"0.weight", {6, 6}, 0}};
    check_given_fails(one, 1, (const char *const[]){"it holds 0.weight (6, 6)", NULL});
    const Given integers[] = {{"0.weight", {3, 6}, "I64"}, {"2.weight", {6, 3}, "I64"}};
    check_given_fails(integers, 2, (const char *const[]){"0.weight (3, 6) of I64, 2.weight (6, 3) of I64", NULL});
    check_given_fails(one, 0, (const char *const[]){"it holds no tensors", NULL});
    Given many[CHAIN_MAX + 1] = {{"0", {3, 6}, 0}, {"1", {3, 3}, 0}, {"2", {3, 3}, 0}, {"3", {3, 3}, 0},
                                 {"4", {3, 3}, 0}, {"5", {3, 3}, 0}, {"6", {3, 3}, 0}, {"7", {6, 3}, 0}};
    Error error = {""};
    Foreign *foreign = open_given(many, CHAIN_MAX, "", &error);
    assert_non_null(foreign);
    foreign_close(foreign);
    many[CHAIN_MAX - 1] = (Given){"7", {5, 3}, 0};
    many[CHAIN_MAX] = (Given){"8", {6, 5}, 0};
    check_given_fails(many, CHAIN_MAX + 1, (const char *const[]){"at most 8", "0 (3, 6), 1 (3, 3)", NULL});
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
    const char *beside = "{" TENSOR("0.weight", "[3,6]", "4294967296",
                                    "4294967368") "," TENSOR("wte.weight", "[32768,32768]", "0", "4294967296") "}";
    put_sparse("other", other, strlen(other), huge);
    put_sparse("wide", wide, strlen(wide), huge);
    put_sparse("beside", beside, strlen(beside), huge + 72);
    put_sparse("padded", "{}", HUGE_HEADER, 0);
    put_sparse("zeros", "{}", 2, 0);
    assert_int_equal(truncate(scratch_path("zeros"), (off_t)huge), 0);
    const struct rlimit before = limit_memory();
    const long peak = measure_peak_memory();
    FAILS("other", "wte.weight (32768, 32768)");
    FAILS("wide", "encoder.0.weight (32768, 2, 16384)");
    FAILS("beside", "no fully connected layers");
    FAILS("padded", "no tensors");
    FAILS("zeros", "take 0 bytes", "has 4294967286");
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    print_message("files of 4 GiB took %ld KiB\n", measure_peak_memory() - peak);
    assert_in_range(measure_peak_memory() - peak, 0, 16 << 10);
}

// A tensor of 4 GiB beside those of a model is passed over.
static void test_large_tensors_are_passed_over(void **state)
{
    (void)state;
    const char *header = "{" TENSOR("wte.weight", "[32768,32768]", "0", "4294967296") "," TENSOR(
        "a.weight", "[3,6]", "4294967296", "4294967368") "," TENSOR("b.weight", "[6,3]", "4294967368",
                                                                    "4294967440") "}";
    put_sparse("huge", header, strlen(header), huge + 144);
    const struct rlimit before = limit_memory();
    Error error = {""};
    Foreign *foreign = foreign_open(scratch_path("huge"), PIXELS, NULL, &error);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    if (!foreign)
        fail_msg("%s", error.text);
    foreign_close(foreign);
}

// What a file's metadata say, or claim, is one line of printable text where it is said.
static void check_metadata(const char *metadata, bool has_spec, int64_t step, const char *said)
{
    const Given given[] = {{"0.weight", {3, 6}, 0}, {"2.weight", {6, 3}, 0}};
    char text[1024];
    (void)snprintf(text, sizeof text, "\"__metadata__\":{%s}", metadata);
    Error error = {""};
    Spec spec;
    Notices notices = {0};
    Foreign *foreign = open_given(given, 2, text, &error);
    if (!foreign)
        fail_msg("%s", error.text);
    assert_int_equal(foreign_find_spec(foreign, &spec), has_spec);
    assert_int_equal(foreign_step(foreign), step);
    foreign_describe(foreign, 0, &notices);
    bool is_said = false;
    for (int i = 0; i < notices.count; i++) {
        is_said |= strstr(notices.text[i], said) != NULL;
        for (const char *c = notices.text[i]; *c; c++)
            assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    assert_true(is_said);
    foreign_close(foreign);
}

static void test_metadata(void **state)
{
    (void)state;
    check_metadata("\"spec\":\"layers=3,hidden=tanh\",\"step\":\"12\"", true, 12, "0.weight");
    check_metadata("\"spec\":\"layers=4,hidden=tanh\"", true, 0, "says 6-4-6, its tensors are 6-3-6");
    check_metadata("\"step\":\"\\u001b[2J\\n7\"", false, 0, "step '?[2J?7' is no whole number");
    check_metadata("\"step\":\"-1\"", false, 0, "is no whole number");
    static const char *const specs[] = {"loss=\\u001b]0;x\\u0007", "\\u001b[31m\\n\\u009b", "lr=\\ud83d\\ude00\\u2028",
                                        "layers=\\u001b\\u001b\\u001b", "seed=1\\n"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "\"spec\":\"%s\"", specs[i]);
        check_metadata(text, false, 0, "its metadata's spec says nothing here");
    }
    char text[700];
    (void)snprintf(text, sizeof text, "\"args\":\"%0600d\",\"spec\":\"layers=3\"", 0);
    check_metadata(text, true, 0, "was skipped");
}

static void test_special_files(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(scratch_path("fifo"), 0666), 0);
    assert_int_equal(mkdir(scratch_path("folder"), 0777), 0);
    assert_int_equal(symlink("/dev/zero", scratch_path("device")), 0);
    assert_int_equal(symlink("nowhere", scratch_path("link")), 0);
    (void)alarm(10); // should it wait for a writer after all
    FAILS("fifo", "is a FIFO");
    (void)alarm(0);
    FAILS("folder", "is a folder");
    FAILS("device", "is a device");
    FAILS("link", "symbolic link to nowhere");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_names),
        TEST(test_order),
        TEST(test_keras),
        TEST(test_what_is_left_out),
        TEST(test_guests),
        TEST(test_tied),
        TEST(test_biases_and_sides),
        TEST(test_types),
        TEST(test_what_does_not_fit),
        TEST(test_large_files_take_no_memory),
        TEST(test_large_tensors_are_passed_over),
        TEST(test_metadata),
        TEST(test_special_files),
    };
    return cmocka_run_group_tests_name("foreign", tests, NULL, NULL);
}
