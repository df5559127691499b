// Fuzzes npy_read. The first byte says what the array is taken for.
#include <stdio.h>

#include "data/npy.h"
#include "fuzz.h"
#include "fuzz_intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const DatasetOptions options;
    ByteReader reader;
    Intake intake;
    Error error = {""};
    if (size < 1 || size > FUZZ_INPUT_MAX)
        return 0;
    uint8_t *copy = malloc(size); // its own, so that a sanitizer sees a read past its end
    if (!copy)
        abort();
    memcpy(copy, data, size);
    intake_begin(&intake, &options, "file");
    if (!byte_reader_open_bytes(&reader, copy + 1, size - 1, "folder/file", &error))
        abort();
    const NpyKind kind = copy[0] % 3 == 0 ? NPY_ANY : copy[0] % 3 == 1 ? NPY_IMAGES : NPY_LABELS;
    if (npy_read(&reader, kind, &intake, SPLIT_TRAIN)) {
        if (intake.sets[SPLIT_TRAIN].count > 0)
            fuzz_finish(&intake);
        else if (intake.sets[SPLIT_TRAIN].label_count < 1)
            abort();
    } else if (!strstr(error.text, "file")) {
        abort();
    }
    byte_reader_close(&reader);
    intake_free(&intake);
    free(copy);
    return 0;
}

static void add(FuzzSeeds *seeds, uint8_t kind, const char *header, size_t payload)
{
    uint8_t bytes[4096] = "\x93NUMPY\x01";
    const size_t length = strlen(header);
    bytes[8] = (uint8_t)length;
    memcpy(bytes + 10, header, length);
    for (size_t i = 0; i < payload; i++)
        bytes[10 + length + i] = (uint8_t)(i * 7 % 64);
    fuzz_add_seed(seeds, kind, bytes, 10 + length + payload);
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    add(seeds, 0, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 28, 28), }\n", 2 * 784);
    add(seeds, 1, "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 8, 8)}", 3 * 64 * 4);
    add(seeds, 1, "{'descr': '>f2', 'fortran_order': False, 'shape': (2, 3, 9, 8)}", 2 * 3 * 72 * 2);
    add(seeds, 2, "{'descr': '<i8', 'fortran_order': False, 'shape': (5,), }", 40);
    add(seeds, 2, "{\"shape\": (5, 2), \"descr\": '<i4', \"fortran_order\": True}", 40);
    add(seeds, 0, "{'descr': '|b1', 'fortran_order': False, 'shape': (4, 64)}", 256);
}
