// Fuzzes picture_parse, ink_find and picture_exif_orientation. The first byte says how the rest is given to them: as a
// file; as a PNG whose checksums are put right first; as an EXIF block; or as options and the pixels of a picture.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "files/picture.h"
#include "files/picture_parts.h"
#include "fuzz.h"

enum { AS_FILE, AS_PNG, AS_EXIF, AS_PIXELS, WAYS };

static bool is_share(float value) { return value >= 0.0f && value <= 1.0f; }

static void find(const InkPicture *picture, const InkOptions *options)
{
    static InkResult result;
    Error error = {""};
    const bool good = ink_find(picture, "file", options, &result, &error);
    if (!good && !error.text[0])
        abort();
    int ink = 0;
    for (int i = 0; good && i < INK_RASTER_SIDE * INK_RASTER_SIDE; i++)
        ink += result.raster[i];
    for (int i = 0; good && i < DIGIT_PIXELS; i++)
        ink += result.is_exact ? result.pixels[i] : 0;
    if (good && ink == 0)
        abort(); // never an empty pad
    for (int i = 0; i < INK_VIEW_SIDE * INK_VIEW_SIDE; i++)
        if (isnan(result.before[i]) ? !isnan(result.after[i])
                                    : !is_share(result.before[i]) || !is_share(result.after[i]))
            abort();
}

// Rows are unpacked until it has been enough.
static bool report(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    (void)total;
    return done < 1024;
}

// The decoders are other people's: what they would take a second for is left to them.
static bool is_small(const uint8_t *bytes, size_t size)
{
    enum { MOST = 512 };
    PictureHeader header = {0};
    if (size > 2 && bytes[0] == 0xff)
        picture_scan_jpeg(bytes, size, &header);
    else if (size > 2 && bytes[0] == 'G')
        picture_scan_gif(bytes, size, &header);
    else
        picture_scan_bmp(bytes, size, &header);
    if (header.exif && (header.exif < bytes || header.exif + header.exif_size > bytes + size))
        abort();
    return (size > 0 && (bytes[0] == 0x89 || bytes[0] == 'R')) || (header.width <= MOST && header.height <= MOST);
}

static void parse(const uint8_t *bytes, size_t size)
{
    const LoadProgress progress = {report, NULL};
    InkPicture picture = {0};
    Error error = {""};
    if (!is_small(bytes, size))
        return;
    if (!picture_parse(bytes, size, "file", &progress, &picture, &error)) {
        if (picture.grey || picture.alpha || !error.text[0])
            abort();
        return;
    }
    if (picture.width < 1 || picture.width > INK_SIDE_MAX || picture.height < 1 || picture.height > INK_SIDE_MAX)
        abort();
    for (int i = 0; i < picture.width * picture.height; i++)
        if (!is_share(picture.grey[i]) || (picture.alpha && !is_share(picture.alpha[i])))
            abort();
    if (picture.width * picture.height < 64 * 64)
        find(&picture, &(InkOptions){0});
    ink_free_picture(&picture);
}

static void fix_checksums(uint8_t *bytes, size_t size)
{
    for (size_t at = 8; at + 12 <= size;) {
        const size_t length =
            (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (length > size - at - 12)
            return;
        const uint32_t sum = (uint32_t)crc32(0, bytes + at + 4, (uInt)length + 4);
        for (int i = 0; i < 4; i++)
            bytes[at + 8 + length + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
        at += length + 12;
    }
}

// Width, options, then grey and alpha in turn, as far as they go.
static void find_in_pixels(const uint8_t *bytes, size_t size)
{
    if (size < 5)
        return;
    const InkOptions options = {(InkInvert)(bytes[1] % INK_INVERT_COUNT), (float)(bytes[2] % 90) / 100.0f,
                                90 * (bytes[3] % 4)};
    const bool has_alpha = bytes[1] & 0x80;
    const int channels = has_alpha ? 2 : 1;
    int width = 1 + bytes[0] % 64, height = (int)(size - 4) / (width * channels);
    height = height > 64 ? 64 : height;
    if (height < 1)
        return;
    const size_t count = (size_t)(width * height);
    InkPicture picture = {width, height, malloc(count * sizeof(float)),
                          has_alpha ? malloc(count * sizeof(float)) : NULL, false};
    for (size_t i = 0; i < count; i++) {
        picture.grey[i] = (float)bytes[4 + i * (size_t)channels] / 255.0f;
        if (has_alpha)
            picture.alpha[i] = (float)bytes[5 + i * 2] / 255.0f;
    }
    find(&picture, &options);
    ink_free_picture(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > FUZZ_INPUT_MAX)
        return 0;
    uint8_t *bytes = malloc(size); // its own, so that a sanitizer sees a read past its end
    if (!bytes)
        abort();
    memcpy(bytes, data + 1, size - 1);
    const int way = data[0] % WAYS;
    if (way == AS_PNG)
        fix_checksums(bytes, size - 1);
    if (way == AS_FILE || way == AS_PNG)
        parse(bytes, size - 1);
    else if (way == AS_PIXELS)
        find_in_pixels(bytes, size - 1);
    else if (picture_exif_orientation(bytes, size - 1) < 1 || picture_exif_orientation(bytes, size - 1) > 8)
        abort();
    free(bytes);
    return 0;
}

static size_t put_chunk(uint8_t *at, const char *type, const void *bytes, size_t size)
{
    at[2] = (uint8_t)(size >> 8);
    at[3] = (uint8_t)size;
    memcpy(at + 4, type, 4);
    if (size > 0)
        memcpy(at + 8, bytes, size);
    return size + 12;
}

static const uint8_t exif[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0};

static void add_png(FuzzSeeds *seeds, uint8_t depth, uint8_t colour, uint8_t interlace, size_t row)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, gamma[4] = {0, 0, 0xb1, 0x8f};
    const uint8_t header[13] = {0, 0, 0, 9, 0, 0, 0, 9, depth, colour, 0, 0, interlace};
    uint8_t bytes[2048] = {0}, rows[1024] = {0}, packed[1024];
    uLongf packed_size = sizeof packed;
    for (size_t i = 0; i < sizeof rows && !interlace; i++)
        rows[i] = (uint8_t)(i % (row + 1) == 0 ? i % 5 : i * 7);
    if (compress2(packed, &packed_size, rows, (uLong)(interlace ? sizeof rows : 9 * (row + 1)), 9) != Z_OK)
        abort();
    memcpy(bytes, signature, sizeof signature);
    size_t size = sizeof signature;
    size += put_chunk(bytes + size, "IHDR", header, sizeof header);
    size += put_chunk(bytes + size, "gAMA", gamma, sizeof gamma);
    size += put_chunk(bytes + size, "eXIf", exif, sizeof exif);
    size += put_chunk(bytes + size, "IDAT", packed, packed_size);
    size += put_chunk(bytes + size, "IEND", NULL, 0);
    fuzz_add_seed(seeds, AS_PNG, bytes, size);
}

static void add_pixels(FuzzSeeds *seeds, uint8_t width, uint8_t flags, uint8_t ground, int slope)
{
    uint8_t bytes[4 + 48 * 48] = {(uint8_t)(width - 1), flags, 0, 0};
    for (int i = 0; i < 48 * 48; i++) {
        const int x = i % width, y = i / width;
        bytes[4 + i] = (uint8_t)(x > 20 && x < 26 && y > 8 && y < 40 ? 200 - ground / 2 : ground + slope * x + i % 3);
    }
    fuzz_add_seed(seeds, AS_PIXELS, bytes, sizeof bytes);
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    static const uint8_t gif[] = {'G', 'I', 'F', '8', '9', 'a',  2, 0, 2, 0,    0x80, 0, 0,   0,  0,
                                  0,   255, 255, 255, '!', 0xf9, 4, 1, 0, 0,    0,    0, ',', 0,  0,
                                  0,   0,   2,   0,   2,   0,    0, 2, 3, 0x44, 2,    5, 0,   ';'};
    static const uint8_t bmp[] = {'B', 'M', 70, 0, 0,  0, 0, 0, 0, 0, 54, 0, 0, 0, 40,  0,   0,   0, 2, 0, 0, 0, 2, 0,
                                  0,   0,   1,  0, 24, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0,   0,   0,   0, 0, 0, 0, 0, 0, 0,
                                  0,   0,   0,  0, 0,  0, 1, 2, 3, 4, 5,  6, 0, 0, 255, 254, 253, 9, 9, 9, 0, 0};
    static const uint8_t jpeg[] = {
        0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x01,
        0x00, 0x00, 0xff, 0xe1, 0x00, 0x22, 0x45, 0x78, 0x69, 0x66, 0x00, 0x00, 0x4d, 0x4d, 0x00, 0x2a, 0x00, 0x00,
        0x00, 0x08, 0x00, 0x01, 0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, 0x06, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0xa0, 0x6e, 0x78, 0x8c, 0x78, 0x64, 0xa0, 0x8c, 0x82, 0x8c, 0xb4,
        0xaa, 0xa0, 0xbe, 0xf0, 0xff, 0xff, 0xf0, 0xdc, 0xdc, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08, 0x01, 0x01, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x14, 0x00, 0x01,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0xff, 0xc4,
        0x00, 0x15, 0x10, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x02, 0x00, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x01, 0xbf, 0xff, 0xd9};
    static const uint8_t webp[] = {0x52, 0x49, 0x46, 0x46, 0x4a, 0x00, 0x00, 0x00, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50,
                                   0x38, 0x4c, 0x3d, 0x00, 0x00, 0x00, 0x2f, 0x07, 0xc0, 0x01, 0x00, 0x77, 0x20, 0x10,
                                   0x48, 0x42, 0xd8, 0x5f, 0x78, 0x85, 0x81, 0x18, 0x88, 0xf9, 0x4f, 0x6c, 0x03, 0x84,
                                   0xb4, 0xad, 0x46, 0x21, 0x85, 0x14, 0x52, 0x48, 0x21, 0x85, 0x14, 0x52, 0x48, 0x21,
                                   0x85, 0x14, 0xa6, 0x30, 0x85, 0x29, 0x4c, 0xe2, 0x51, 0x44, 0xf4, 0xbf, 0x08, 0x62,
                                   0x51, 0xea, 0xd9, 0x60, 0xc0, 0x82, 0x03, 0x2e, 0x78, 0xe0, 0x03, 0x00};
    fuzz_add_seed(seeds, AS_FILE, gif, sizeof gif);
    fuzz_add_seed(seeds, AS_FILE, bmp, sizeof bmp);
    fuzz_add_seed(seeds, AS_FILE, jpeg, sizeof jpeg);
    fuzz_add_seed(seeds, AS_FILE, webp, sizeof webp);
    fuzz_add_seed(seeds, AS_EXIF, exif, sizeof exif);
    add_png(seeds, 8, 0, 0, 9);
    add_png(seeds, 1, 0, 0, 2);
    add_png(seeds, 16, 6, 0, 72);
    add_png(seeds, 8, 4, 1, 18);
    add_pixels(seeds, 48, 0, 200, -3);
    add_pixels(seeds, 48, 0x80, 0, 0);
    add_pixels(seeds, 28, 0, 0, 0);
}
