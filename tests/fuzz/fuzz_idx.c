// Fuzzes idx_read. The first byte says how the rest is given to it: as labels or images, plain or under a .gz name,
// and then either as it is or compressed first, so that mutations get past the checksum.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "data/idx.h"
#include "fuzz.h"
#include "fuzz_intake.h"

enum { AS_LABELS = 1, AS_GZIP = 2, COMPRESS = 4, TRAILING = 8 };

static size_t compress_bytes(const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, 1, Z_DEFLATED, 16 + 15, 1, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)out_size;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    (void)deflateEnd(&stream);
    return stream.total_out;
}

static void parse(const uint8_t *bytes, size_t size, bool gzip, IdxKind kind)
{
    static const DatasetOptions options;
    ByteReader reader;
    Intake intake;
    Error error = {""};
    intake_begin(&intake, &options, "file");
    if (!byte_reader_open_bytes(&reader, bytes, size, gzip ? "folder/file.gz" : "folder/file", &error))
        abort();
    const IntakeSet *set = &intake.sets[SPLIT_TRAIN];
    if (!idx_read(&reader, kind, &intake, SPLIT_TRAIN)) {
        if (!strstr(error.text, "file"))
            abort();
    } else if (kind == IDX_LABELS) {
        int64_t sum = 0; // of every one, so that a sanitizer sees what was never written
        for (int i = 0; i < set->label_count; i++)
            sum += set->labels[i];
        if (set->label_count < 1 || sum > INT64_C(4294967296) * set->label_count)
            abort();
    } else {
        fuzz_finish(&intake);
    }
    byte_reader_close(&reader);
    intake_free(&intake);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t packed[2 * FUZZ_INPUT_MAX];
    if (size < 1 || size > FUZZ_INPUT_MAX)
        return 0;
    IdxKind kind = data[0] & AS_LABELS ? IDX_LABELS : IDX_IMAGES;
    if (data[0] & COMPRESS) {
        size_t packed_size = compress_bytes(data + 1, size - 1, packed, sizeof packed - 1);
        if (data[0] & TRAILING)
            packed[packed_size++] = 0;
        uint8_t *copy = malloc(packed_size); // its own, so that a sanitizer sees a read past its end
        if (!copy)
            abort();
        memcpy(copy, packed, packed_size);
        parse(copy, packed_size, true, kind);
        free(copy);
    } else {
        parse(data + 1, size - 1, data[0] & AS_GZIP, kind);
    }
    return 0;
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    enum { COUNT = 2, SIZE = 16 + COUNT * DIGIT_PIXELS };
    uint8_t images[SIZE] = {0, 0, 8, 3, 0, 0, 0, COUNT, 0, 0, 0, DIGIT_SIDE, 0, 0, 0, DIGIT_SIDE}, packed[2 * SIZE];
    uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 5, 7, 2, 1, 0, 4};
    for (size_t i = 16; i < SIZE; i++)
        images[i] = (uint8_t)(i % 28 < 20 ? 0 : i * 5);
    fuzz_add_seed(seeds, 0, images, sizeof images);
    fuzz_add_seed(seeds, COMPRESS, images, sizeof images);
    fuzz_add_seed(seeds, COMPRESS, images, 16 + DIGIT_PIXELS);
    fuzz_add_seed(seeds, AS_GZIP, packed, compress_bytes(images, sizeof images, packed, sizeof packed));
    fuzz_add_seed(seeds, AS_LABELS, labels, sizeof labels);
    const uint8_t floats[16 + 2 * 8 * 8 * 4] = {0, 0, 13, 3, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 8, 0x3f, 0x80};
    const uint8_t colours[20 + 16 * 16 * 3] = {0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 3, 200, 100};
    const uint8_t columns[12 + 2 * 8 * 4] = {0, 0, 12, 2, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 5};
    fuzz_add_seed(seeds, 0, floats, sizeof floats);
    fuzz_add_seed(seeds, 0, colours, sizeof colours);
    fuzz_add_seed(seeds, AS_LABELS, columns, sizeof columns);
    fuzz_add_seed(seeds, AS_LABELS | COMPRESS, labels, sizeof labels);
    fuzz_add_seed(seeds, AS_LABELS | AS_GZIP, packed, compress_bytes(labels, sizeof labels, packed, sizeof packed));
}
