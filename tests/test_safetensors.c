// Safetensors: round trips, and every file that is not as the format says.
#include <math.h>
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

#include "models/safetensors.h"
#include "scratch.h"

static bool save(const SafetensorsFile *file, const char *path, Naming naming, Error *error)
{
    NewFile out;
    return new_file_begin(&out, path, naming, error) && new_file_end(&out, safetensors_write(file, &out, error), error);
}

// A file of this header and this many bytes of data: the floats 0, 1, 2, ...
static Buffer make_file(const char *header, size_t data_size)
{
    Buffer buffer = {0};
    buffer_append_little_endian(&buffer, strlen(header));
    buffer_append(&buffer, header, strlen(header));
    for (size_t i = 0; i < data_size; i++) {
        float value = (float)(i / 4);
        uint8_t bytes[4];
        memcpy(bytes, &value, 4);
        buffer_append(&buffer, &bytes[i % 4], 1);
    }
    return buffer;
}

// Everything in the file: a header whose tensors have their values, in storage of its own. False with a sentence.
typedef struct Loaded {
    SafetensorsFile file;
    Tensor tensors[SAFETENSORS_TENSORS_MAX];
    Metadata metadata[SAFETENSORS_METADATA_MAX];
    float *storage;
} Loaded;

// Takes the reader, NULL where opening it failed.
static bool load_all(Loaded *out, SafetensorsReader *reader)
{
    if (!reader)
        return false;
    out->file = *safetensors_header(reader);
    memcpy(out->tensors, out->file.tensors, (size_t)out->file.tensor_count * sizeof *out->tensors);
    if (out->file.metadata_count > 0)
        memcpy(out->metadata, out->file.metadata, (size_t)out->file.metadata_count * sizeof *out->metadata);
    out->file.tensors = out->tensors;
    out->file.metadata = out->metadata;
    size_t total = 1, at = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < out->file.tensor_count; i++) {
            Tensor *tensor = &out->tensors[i];
            const size_t count = safetensors_count_values(tensor);
            if (pass == 0) {
                assert_null(tensor->values);
                total += count;
                continue;
            }
            tensor->values = out->storage + at;
            at += count;
            if (!safetensors_read_next(reader, tensor->values)) {
                free(out->storage);
                safetensors_close(reader);
                return false;
            }
        }
        if (pass == 0)
            assert_non_null(out->storage = malloc(total * sizeof *out->storage));
    }
    safetensors_close(reader);
    return true;
}

static void check_sentence(const Error *error, const char *const *words)
{
    assert_non_null(strstr(error->text, "bad.safetensors"));
    for (const char *const *word = words; *word; word++)
        if (!strstr(error->text, *word))
            fail_msg("\"%s\" lacks \"%s\"", error->text, *word);
}

// Parses the bytes, and loads them as a file; both must fail with a sentence that has each of the words. Frees the
// buffer.
static void check_bytes_fail(Buffer buffer, const char *const *words)
{
    static Loaded loaded;
    const char *name = "bad.safetensors";
    Error error = {""};
    scratch_write(name, buffer.bytes, buffer.size);
    assert_false(load_all(&loaded, safetensors_open(scratch_path(name), &error)));
    check_sentence(&error, words);
    assert_false(load_all(&loaded, safetensors_open_bytes(buffer.bytes, buffer.size, name, &error)));
    check_sentence(&error, words);
    assert_false(load_all(&loaded, safetensors_open_bytes(buffer.bytes, buffer.size, name, NULL)));
    free(buffer.bytes);
}

#define CHECK_FAILS(header, data_size, ...)                                                                            \
    check_bytes_fail(make_file(header, data_size), (const char *const[]){__VA_ARGS__, NULL})

static void check_parses(const char *header, size_t data_size, int tensor_count)
{
    static Loaded loaded;
    Error error = {""};
    Buffer buffer = make_file(header, data_size);
    if (!load_all(&loaded, safetensors_open_bytes(buffer.bytes, buffer.size, "good", &error)))
        fail_msg("%s: %s", header, error.text);
    assert_int_equal(loaded.file.tensor_count, tensor_count);
    free(loaded.storage);
    free(buffer.bytes);
}

#define A(shape, begin, end) "\"a\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"
#define B(shape, begin, end) "\"b\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static float weights[6] = {1.5f, -0.0f, 3e38f, 1e-45f, -2.0f, 0.1f}, bias[3] = {1, 2, 3};

static SafetensorsFile make_model(void)
{
    static Tensor tensors[4];
    static Metadata metadata[2];
    SafetensorsFile file = {.tensor_count = 4, .tensors = tensors, .metadata_count = 2, .metadata = metadata};
    file.tensors[0] = (Tensor){.name = "encoder.weight", .rank = 2, .shape = {2, 3}, .values = weights};
    file.tensors[1] = (Tensor){.name = "encoder.bias", .rank = 1, .shape = {3}, .values = bias};
    file.tensors[2] = (Tensor){.name = "empty", .rank = 2, .shape = {0, 5}, .values = bias};
    file.tensors[3] = (Tensor){.name = "scalar \"\xc3\xa9\"", .values = bias + 1};
    file.metadata[0] = (Metadata){"spec", "layers=784-32-784;loss=bce"};
    file.metadata[1] = (Metadata){"note", "a \"quote\",\na line and \xe2\x82\xac"};
    return file;
}

static void test_round_trip(void **state)
{
    (void)state;
    static SafetensorsFile saved;
    static Loaded all;
    Error error = {""};
    saved = make_model();
    const char *path = scratch_path("model.safetensors");
    if (!save(&saved, path, NAME_NEW, &error) || !load_all(&all, safetensors_open(path, &error)))
        fail_msg("%s", error.text);
    const SafetensorsFile *loaded = &all.file;
    assert_int_equal(scratch_count(""), 1);
    assert_int_equal(loaded->tensor_count, 4);
    for (int i = 0; i < 4; i++) {
        const Tensor *tensor = safetensors_find(loaded, saved.tensors[i].name);
        assert_non_null(tensor);
        assert_int_equal(tensor->rank, saved.tensors[i].rank);
        assert_memory_equal(tensor->shape, saved.tensors[i].shape, sizeof tensor->shape);
    }
    assert_memory_equal(safetensors_find(loaded, "encoder.weight")->values, weights, sizeof weights);
    assert_memory_equal(safetensors_find(loaded, "encoder.bias")->values, bias, sizeof bias);
    assert_true(loaded->tensors[3].values[0] == 2.0f);
    assert_null(safetensors_find(loaded, "decoder.weight"));
    assert_int_equal(loaded->metadata_count, 2);
    assert_string_equal(safetensors_find_metadata(loaded, "spec"), saved.metadata[0].value);
    assert_string_equal(safetensors_find_metadata(loaded, "note"), saved.metadata[1].value);
    assert_null(safetensors_find_metadata(loaded, "none"));
    free(all.storage);
}

static void test_written_bytes(void **state)
{
    (void)state;
    static SafetensorsFile file;
    float values[2] = {1.0f, -2.0f};
    Tensor tensor = {.name = "a", .rank = 1, .shape = {2}, .values = values};
    Metadata metadata = {"k", "v"};
    file = (SafetensorsFile){.tensor_count = 1, .tensors = &tensor, .metadata_count = 1, .metadata = &metadata};
    for (int i = 0; i < 2; i++) {
        Buffer bytes = {0};
        const char *header = "{\"__metadata__\":{\"k\":\"v\"},"
                             "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        size_t padded = (strlen(header) + 7) / 8 * 8;
        assert_true(save(&file, scratch_path("a"), NAME_FORCED, NULL));
        scratch_read("a", &bytes);
        assert_int_equal(bytes.size, 8 + padded + 8);
        assert_memory_equal(bytes.bytes, (uint8_t[]){(uint8_t)padded}, 1);
        assert_memory_equal(bytes.bytes + 1, "\0\0\0\0\0\0", 7);
        assert_memory_equal(bytes.bytes + 8, header, strlen(header));
        for (size_t j = strlen(header); j < padded; j++)
            assert_int_equal(bytes.bytes[8 + j], ' ');
        assert_memory_equal(bytes.bytes + 8 + padded, "\0\0\x80\x3f\0\0\0\xc0", 8);
        free(bytes.bytes);
    }
}

static void test_good_headers(void **state)
{
    (void)state;
    check_parses("{}", 0, 0);
    check_parses("{}      ", 0, 0);
    check_parses("{\"__metadata__\":{}}", 0, 0);
    check_parses("{" A("[]", "0", "4") "}", 4, 1);
    check_parses("{" A("[2,0]", "0", "0") "}", 0, 1);
    check_parses("{" A("[0,9007199254740992]", "0", "0") "}", 0, 1);
    check_parses("{" B("[1]", "8", "12") "," A("[2]", "0", "8") "}  ", 12, 2); // in an order of their own
    check_parses("{" A("[0]", "4", "4") "," B("[1]", "0", "4") "}", 4, 2);
    check_parses("{ \"a\" : {\"shape\": [1,\n1,1,2], \"data_offsets\":[0, 8], \"dtype\":\"F32\"}}", 8, 1);
}

static void test_bad_prefix(void **state)
{
    (void)state;
    for (size_t size = 1; size < 8; size++) {
        Buffer buffer = make_file("{}", 0);
        buffer.size = size;
        check_bytes_fail(buffer, (const char *const[]){"bytes long", "takes 8", NULL});
    }
    const struct {
        uint64_t size;
        const char *words[3];
    } cases[] = {{0, {"0 bytes", "2 to 100000000"}},
                 {1, {"1 bytes", "2 to 100000000"}},
                 {100000001, {"100000001 bytes", "2 to 100000000"}},
                 {UINT64_MAX, {"18446744073709551615", "2 to 100000000"}},
                 {100000000, {"truncated", "100000000", "has 10 after it"}},
                 {11, {"truncated", "11 bytes", "has 10 after it"}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Buffer buffer = {0};
        buffer_append_little_endian(&buffer, cases[i].size);
        buffer_append(&buffer, "{}        ", 10);
        check_bytes_fail(buffer, (const char *const[]){cases[i].words[0], cases[i].words[1],
                                                       cases[i].words[2] ? cases[i].words[2] : "", NULL});
    }
}

static void check_other_kind(const char *bytes, size_t size, const char *kind)
{
    Buffer buffer = {0};
    buffer_append(&buffer, bytes, size);
    check_bytes_fail(buffer, (const char *const[]){kind, ", and a safetensors file was expected", NULL});
}

#define CHECK_OTHER(bytes, kind) check_other_kind("" bytes, sizeof(bytes) - 1, kind)

static void test_other_kinds(void **state)
{
    (void)state;
    char zip[64] = "PK\3\4\0\0\x08\x08";
    zip[26] = 16;
    memcpy(zip + 30, "archive/data.pkl", 16);
    check_other_kind(zip, sizeof zip, "is a PyTorch file (a zip file with a pickle and tensors)");
    CHECK_OTHER("", "is an empty file");
    CHECK_OTHER("<!DOCTYPE html>", "is a web page (HTML)");
    CHECK_OTHER("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "is a PyTorch file (a pickle");
    CHECK_OTHER("\x89HDF\r\n\x1a\n\0\0", "is an HDF5 file");
    CHECK_OTHER("\x1f\x8b\x08\0\0\0\0\0", "is a gzip file");
    CHECK_OTHER("\0\0\x08\1\0\0\0\1\7", "is an IDX file of unsigned bytes of rank 1, which are labels");
    CHECK_OTHER("version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS");
    CHECK_OTHER("layers=32", "is plain text");
}

static void test_bad_json(void **state)
{
    (void)state;
    CHECK_FAILS(" {}", 0, "begins with byte 20", "brace");
    CHECK_FAILS("[]", 0, "begins with byte 5b", "brace");
    CHECK_FAILS("{}\n", 0, "ends with byte 0a", "spaces alone");
    CHECK_FAILS("{}\t  ", 0, "ends with byte 09");
    CHECK_FAILS("{} x", 0, "ends with byte 78");
    CHECK_FAILS("{}{}", 0, "not valid JSON");
    CHECK_FAILS("{\"a\":}", 0, "not valid JSON");
    CHECK_FAILS("{\"a\n\":1}", 0, "not valid JSON");
    CHECK_FAILS("{\"\xff\":1}", 0, "not valid JSON");
    CHECK_FAILS("{\"a\\u0000b\":1}", 0, "not valid JSON");
    CHECK_FAILS("{" A("[1]", "0", "4") "," A("[1]", "0", "4") "}", 4, "not valid JSON", "duplicate");
    CHECK_FAILS("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, "duplicate");
    CHECK_FAILS("{" A("[99999999999999999999]", "0", "4") "}", 4, "not valid JSON", "too big");

    // A header within the format's limit, too large for us; its padding alone would be fine.
    size_t size = (16u << 20) + 2;
    char *header = malloc(size + 1);
    assert_non_null(header);
    memset(header, ' ', size);
    header[0] = '{';
    header[size] = '\0';
    header[1] = '}';
    check_parses(header, 0, 0);
    header[1] = ' ';
    header[size - 1] = '}';
    CHECK_FAILS(header, 0, "7d as its byte 16777217", "at most 4194304 bytes of JSON", "spaces alone");
    header[1] = '}';
    header[size - 1] = '\n';
    CHECK_FAILS(header, 0, "0a as its byte 16777217", "spaces alone");
    free(header);
}

static void test_bad_tensors(void **state)
{
    (void)state;
    CHECK_FAILS("{\"a\":1}", 0, "\"a\"", "dtype, shape and data_offsets");
    CHECK_FAILS("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "\"a\"", "dtype, shape and data_offsets");
    CHECK_FAILS("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", 4, "exactly");
    CHECK_FAILS("{\"a\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2, "\"a\"", "F4 where", "F32");
    CHECK_FAILS("{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "2 bytes", "shape takes 4");
    CHECK_FAILS("{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,2]}}", 2, "dtype of another JSON type", "F32");
    CHECK_FAILS("{" A("1", "0", "4") "}", 4, "\"a\"", "not an array");
    CHECK_FAILS("{" A("[-1]", "0", "4") "}", 4, "entry 0", "not an integer");
    CHECK_FAILS("{" A("[1,1.0]", "0", "4") "}", 4, "entry 1", "not an integer");
    CHECK_FAILS("{" A("[\"1\"]", "0", "4") "}", 4, "entry 0", "not an integer");
    CHECK_FAILS("{" A("[9007199254740993]", "0", "4") "}", 4, "entry 0", "2^53");
    CHECK_FAILS("{" A("[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4, "rank 9", "at most 8");
    CHECK_FAILS("{" A("[4294967296,4294967296]", "0", "4") "}", 4, "overflows");
    CHECK_FAILS("{" A("[4611686018427387904]", "0", "0") "}", 0, "2^53");
    CHECK_FAILS("{" A("[9007199254740992,512]", "0", "0") "}", 0, "overflows");
    CHECK_FAILS("{\"tab\\t\\n\":{\"dtype\":\"I\\n8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "tab??", "I?8");
    CHECK_FAILS("{\"\\u001b]0;title\\u0007\xc2\x9b"
                "31m\":1}",
                0, "\"?]0;title???31m\"");
    CHECK_FAILS("{\"\xe2\x82\xac\xe2\x82\xac\":{\"dtype\":\"\\u2028\"}}", 0, "\"\xe2\x82\xac\xe2\x82\xac\"");
    CHECK_FAILS("{\"__metadata__\":{\"\\u001b[2J\\n\":1}}", 0, "\"?[2J?\" is not a string");
    CHECK_FAILS("{\"a\":\"\xc2\x9b\x7f", 0, "ends with byte 7f");
    CHECK_FAILS("{\"a\":\"\xc2\x9b\x7f\"x}", 0, "not valid JSON");
    char name[600];
    (void)snprintf(name, sizeof name, "{\"%0256d\":{}}", 0);
    CHECK_FAILS(name, 0, "256 bytes", "255");
}

static void test_bad_offsets(void **state)
{
    (void)state;
    CHECK_FAILS("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":4}}", 4, "two integers");
    CHECK_FAILS("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}", 4, "two integers");
    CHECK_FAILS("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, "two integers");
    CHECK_FAILS("{" A("[1]", "0.0", "4") "}", 4, "two integers");
    CHECK_FAILS("{" A("[1]", "-4", "0") "}", 4, "two integers");
    CHECK_FAILS("{" A("[1]", "4", "0") "}", 4, "4 to 0", "in order");
    CHECK_FAILS("{" A("[1]", "0", "4") "}", 3, "0 to 4", "3 bytes of data");
    CHECK_FAILS("{" A("[2]", "0", "9007199254740992") "}", 8, "8 bytes of data");
    CHECK_FAILS("{" A("[2]", "0", "4") "}", 4, "4 bytes", "shape takes 8");
    CHECK_FAILS("{" A("[1]", "0", "4") "," B("[1]", "8", "12") "}", 12, "\"b\"", "byte 8", "4 was expected", "a hole");
    CHECK_FAILS("{" A("[1]", "4", "8") "}", 8, "\"a\"", "a hole");
    CHECK_FAILS("{" A("[2]", "0", "8") "," B("[1]", "4", "8") "}", 8, "\"b\"", "an overlap");
    CHECK_FAILS("{" A("[1]", "0", "4") "," B("[1]", "0", "4") "}", 4, "an overlap");
    CHECK_FAILS("{" A("[1]", "0", "4") "}", 5, "take 4 bytes", "has 5");
    CHECK_FAILS("{}", 1, "take 0 bytes", "has 1");
}

static void check_metadata(const char *header, int kept, int skipped)
{
    Error error = {""};
    Buffer buffer = make_file(header, 0);
    SafetensorsReader *reader = safetensors_open_bytes(buffer.bytes, buffer.size, "file", &error);
    assert_non_null(reader);
    assert_int_equal(safetensors_header(reader)->metadata_count, kept);
    assert_int_equal(safetensors_header(reader)->skipped_metadata, skipped);
    safetensors_close(reader);
    free(buffer.bytes);
}

static void test_metadata(void **state)
{
    (void)state;
    char text[4096];
    CHECK_FAILS("{\"__metadata__\":1}", 0, "__metadata__", "object of strings");
    CHECK_FAILS("{\"__metadata__\":{\"k\":1}}", 0, "\"k\"", "not a string");
    // what is too long is passed over
    (void)snprintf(text, sizeof text, "{\"__metadata__\":{\"k\":\"%0512d\",\"l\":\"%0511d\"}}", 0, 0);
    check_metadata(text, 1, 1);
    (void)snprintf(text, sizeof text, "{\"__metadata__\":{\"%064d\":\"\",\"%063d\":\"\"}}", 0, 0);
    check_metadata(text, 1, 1);
    size_t length = (size_t)snprintf(text, sizeof text, "{\"__metadata__\":{");
    for (int i = 0; i < SAFETENSORS_METADATA_MAX + 1; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\"%d\":\"\"", i ? "," : "", i);
    (void)snprintf(text + length, sizeof text - length, "}}");
    check_metadata(text, SAFETENSORS_METADATA_MAX, 1);
}

// Of each type some values that float32 has, and what is passed over on the way.
static void test_types(void **state)
{
    (void)state;
    static const char header[] = "{\"half\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
                                 "\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]},"
                                 "\"brain\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[16,20]},"
                                 "\"double\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[20,36]}}";
    static const uint8_t data[] = {0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 9, 9, 9, 9,
                                   9,    9,    9,    9,    0x80, 0x3f, 0xc0, 0xc0, 0, 0, 0, 0,
                                   0,    0,    0xe0, 0x3f, 0,    0,    0,    0,    0, 0, 0, 0xc0};
    Buffer buffer = make_file(header, 0);
    buffer_append(&buffer, data, sizeof data);
    Error error = {""};
    float values[4];
    SafetensorsReader *reader = safetensors_open_bytes(buffer.bytes, buffer.size, "types", &error);
    assert_non_null(reader);
    assert_true(safetensors_read_next(reader, values));
    const float halves[4] = {1.0f, -2.0f, 5.9604645e-8f, 65504.0f};
    assert_memory_equal(values, halves, sizeof halves);
    assert_true(safetensors_skip_next(reader));
    assert_true(safetensors_read_next(reader, values));
    assert_true(values[0] == 1.0f && values[1] == -6.0f);
    assert_true(safetensors_read_next(reader, values));
    assert_true(values[0] == 0.5f && values[1] == -2.0f);
    safetensors_close(reader);
    buffer.bytes[buffer.size - 9] = 0x7f; // 1e300 or so
    reader = safetensors_open_bytes(buffer.bytes, buffer.size, "types", &error);
    assert_true(safetensors_skip_next(reader) && safetensors_skip_next(reader) && safetensors_skip_next(reader));
    assert_false(safetensors_read_next(reader, values));
    assert_non_null(strstr(error.text, "\"double\" has the value"));
    assert_non_null(strstr(error.text, "float32 can hold"));
    safetensors_close(reader);
    free(buffer.bytes);
}

static void test_too_many_tensors(void **state)
{
    (void)state;
    const size_t size = 1 << 20;
    char *text = malloc(size);
    assert_non_null(text);
    for (int count = SAFETENSORS_TENSORS_MAX; count <= SAFETENSORS_TENSORS_MAX + 1; count++) {
        size_t length = 0;
        for (int i = 0; i < count; i++)
            length += (size_t)snprintf(text + length, size - length,
                                       "%s\"%d\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}",
                                       i ? "," : "{", i, i * 4, i * 4 + 4);
        (void)snprintf(text + length, size - length, "}");
        if (count <= SAFETENSORS_TENSORS_MAX)
            check_parses(text, (size_t)count * 4, count);
        else
            CHECK_FAILS(text, (size_t)count * 4, "4097 tensors", "4096");
    }
    free(text);
}

static void test_not_finite(void **state)
{
    (void)state;
    float bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        static SafetensorsFile file;
        Error error = {""};
        Buffer buffer = make_file("{" A("[1]", "0", "4") "," B("[2]", "4", "12") "}", 12);
        memcpy(buffer.bytes + buffer.size - 4, &bad[i], 4);
        check_bytes_fail(buffer, (const char *const[]){"\"b\"", "index 1", "finite", NULL});

        file = make_model();
        float values[3] = {0, 1, bad[i]};
        file.tensors[1].values = values;
        scratch_write("kept", "old", 3);
        assert_false(save(&file, scratch_path("kept"), NAME_FORCED, &error));
        assert_non_null(strstr(error.text, "kept"));
        assert_non_null(strstr(error.text, "\"encoder.bias\""));
        assert_non_null(strstr(error.text, "index 2"));
        Buffer kept = {0};
        scratch_read("kept", &kept);
        assert_int_equal(kept.size, 3);
        free(kept.bytes);
        assert_int_equal(scratch_count(""), 2);
    }
}

static void check_path_fails(const char *name, bool saves, const char *reason)
{
    static SafetensorsFile file;
    Error error = {""};
    file = make_model();
    const char *path = scratch_path(name);
    assert_false(saves ? save(&file, path, NAME_NEW, &error) : safetensors_open(path, &error) != NULL);
    if (!strstr(error.text, name) || !strstr(error.text, reason))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error.text, name, reason);
}

static void test_paths(void **state)
{
    (void)state;
    assert_int_equal(mkdir(scratch_path("folder"), 0777), 0);
    assert_int_equal(mkfifo(scratch_path("fifo"), 0666), 0);
    assert_int_equal(symlink("nowhere", scratch_path("link")), 0);
    check_path_fails("none", false, "No such file");
    check_path_fails("folder", false, "is a folder");
    (void)alarm(10); // should it wait for a writer after all
    check_path_fails("fifo", false, "is a FIFO");
    (void)alarm(0);
    check_path_fails("link", false, "symbolic link to nowhere");
    check_path_fails("none/model", true, "No such file");
    check_path_fails("folder", true, "it is a folder");
    assert_int_equal(scratch_count(""), 3);
    assert_int_equal(scratch_count("folder"), 0);
}

static void test_save_on_a_full_disk(void **state)
{
    (void)state;
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 100;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    static SafetensorsFile file;
    Error error = {""};
    file = make_model();
    bool done = save(&file, scratch_path("model"), NAME_NEW, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_false(done);
    assert_non_null(strstr(error.text, "model"));
    assert_non_null(strstr(error.text, "cannot be written"));
    assert_int_equal(scratch_count(""), 0);
}

static void test_save_not_utf8(void **state)
{
    (void)state;
    static SafetensorsFile file;
    Error error = {""};
    file = make_model();
    (void)strcpy(file.metadata[0].value, "\xff");
    assert_false(save(&file, scratch_path("model"), NAME_NEW, &error));
    assert_non_null(strstr(error.text, "UTF-8"));
    file = make_model();
    (void)strcpy(file.tensors[0].name, "\xff");
    assert_false(save(&file, scratch_path("model"), NAME_NEW, &error));
    assert_int_equal(scratch_count(""), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),  TEST(test_written_bytes),       TEST(test_good_headers),
        TEST(test_bad_prefix),  TEST(test_other_kinds),         TEST(test_bad_json),
        TEST(test_bad_tensors), TEST(test_bad_offsets),         TEST(test_metadata),
        TEST(test_types),       TEST(test_too_many_tensors),    TEST(test_not_finite),
        TEST(test_paths),       TEST(test_save_on_a_full_disk), TEST(test_save_not_utf8),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
