// Fuzzes picture_parse with PNGs. The first byte says how the rest is given to it: as it is; as a PNG whose checksums
// are put right first; or as IHDR's 13 bytes and scanlines, from which a PNG is made.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "files/picture.h"
#include "fuzz.h"

enum { FIX_CHECKSUMS = 1, MAKE_PNG = 2, SIGNATURE_SIZE = 8, HEADER_SIZE = 13, CHUNK_OVERHEAD = 12 };

static const uint8_t signature[SIGNATURE_SIZE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

typedef struct Png {
    uint8_t bytes[3 * FUZZ_INPUT_MAX];
    size_t size;
} Png;

static void put_word(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get_word(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void fix_checksums(uint8_t *bytes, size_t size)
{
    for (size_t at = SIGNATURE_SIZE; at + CHUNK_OVERHEAD <= size;) {
        size_t length = get_word(bytes + at);
        if (length > size - at - CHUNK_OVERHEAD)
            return;
        put_word(bytes + at + 8 + length, (uint32_t)crc32(0, bytes + at + 4, (uInt)length + 4));
        at += length + CHUNK_OVERHEAD;
    }
}

static void append_chunk(Png *png, const char *type, const uint8_t *bytes, size_t size)
{
    uint8_t *chunk = png->bytes + png->size;
    put_word(chunk, (uint32_t)size);
    memcpy(chunk + 4, type, 4);
    if (size > 0)
        memcpy(chunk + 8, bytes, size);
    png->size += size + CHUNK_OVERHEAD;
}

static void make_png(Png *png, const uint8_t *data, size_t size)
{
    static uint8_t packed[2 * FUZZ_INPUT_MAX];
    uLongf packed_size = sizeof packed;
    if (compress2(packed, &packed_size, data + HEADER_SIZE, (uLong)(size - HEADER_SIZE), 1) != Z_OK)
        abort();
    memcpy(png->bytes, signature, SIGNATURE_SIZE);
    png->size = SIGNATURE_SIZE;
    append_chunk(png, "IHDR", data, HEADER_SIZE);
    append_chunk(png, "IDAT", packed, packed_size);
    append_chunk(png, "IEND", NULL, 0);
    fix_checksums(png->bytes, png->size);
}

// Rows are unpacked until it has been enough.
static bool report(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    (void)total;
    return done < 1024;
}

static bool is_share(float value) { return value >= 0.0f && value <= 1.0f; }

static void parse(const uint8_t *bytes, size_t size)
{
    const LoadProgress progress = {report, NULL};
    InkPicture picture = {0};
    Error error = {""};
    if (size > 0 && bytes[0] != 0x89) // the other formats are fuzz_picture's
        return;
    if (!picture_parse(bytes, size, "file", &progress, &picture, &error)) {
        if (picture.grey || !error.text[0])
            abort();
        return;
    }
    if (picture.width < 1 || picture.width > INK_SIDE_MAX || picture.height < 1 || picture.height > INK_SIDE_MAX)
        abort();
    for (int i = 0; i < picture.width * picture.height; i++)
        if (!is_share(picture.grey[i]) || (picture.alpha && !is_share(picture.alpha[i])))
            abort();
    ink_free_picture(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Png png;
    if (size < 1 || size > FUZZ_INPUT_MAX)
        return 0;
    if (data[0] & MAKE_PNG && size > HEADER_SIZE) {
        make_png(&png, data + 1, size - 1);
    } else {
        png.size = size - 1;
        memcpy(png.bytes, data + 1, png.size);
        if (data[0] & FIX_CHECKSUMS)
            fix_checksums(png.bytes, png.size);
    }
    uint8_t *copy = malloc(png.size + 1); // its own, so that a sanitizer sees a read past its end
    if (!copy)
        abort();
    uint8_t *bytes = copy + 1;
    memcpy(bytes, png.bytes, png.size);
    parse(bytes, png.size);
    free(copy);
    return 0;
}

static void add_image(FuzzSeeds *seeds, uint8_t side, uint8_t depth, uint8_t colour, size_t pixel_bits,
                      uint8_t interlace)
{
    static uint8_t bytes[HEADER_SIZE + 40 * (1 + 40 * 8)];
    static Png png;
    size_t stride = 1 + ((size_t)side * pixel_bits + 7) / 8, size = HEADER_SIZE + side * stride;
    const uint8_t header[HEADER_SIZE] = {0, 0, 0, side, 0, 0, 0, side, depth, colour, 0, 0, interlace};
    memcpy(bytes, header, HEADER_SIZE);
    for (size_t i = HEADER_SIZE; i < size; i++)
        bytes[i] = (uint8_t)((i - HEADER_SIZE) % stride == 0 ? i % 5 : i * 3); // each row's filter, then its pixels
    if (interlace)
        memset(bytes + HEADER_SIZE, 0, size - HEADER_SIZE); // rows of other lengths: no filters
    fuzz_add_seed(seeds, MAKE_PNG, bytes, size);
    make_png(&png, bytes, size);
    fuzz_add_seed(seeds, 0, png.bytes, png.size);
    fuzz_add_seed(seeds, FIX_CHECKSUMS, png.bytes, png.size);
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    add_image(seeds, 28, 8, 0, 8, 0);
    add_image(seeds, 30, 1, 0, 1, 0);
    add_image(seeds, 28, 16, 6, 64, 0);
    add_image(seeds, 32, 8, 2, 24, 0);
    add_image(seeds, 28, 8, 4, 16, 1);
}
