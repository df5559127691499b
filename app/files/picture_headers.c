// What JPEG, GIF and BMP files say of themselves, found as their decoders find it but without unpacking anything. Pure;
// whatever the bytes are, nothing beyond them is read.

#include <string.h>

#include "files/picture_parts.h"

static unsigned big16(const uint8_t *at) { return (unsigned)at[0] << 8 | at[1]; }
static uint16_t little16(const uint8_t *at) { return (uint16_t)(at[1] << 8 | at[0]); }
static int32_t little32(const uint8_t *at) { return (int32_t)((uint32_t)little16(at + 2) << 16 | little16(at)); }

// ---- JPEG ----------------------------------------------------------------------------------------------------------

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, APP14 = 0xee, TEM = 0x01, RST0 = 0xd0, RST7 = 0xd7 };

static bool is_frame(uint8_t marker) // SOF0 .. SOF15 but DHT, JPG and DAC
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static void take_segment(uint8_t marker, const uint8_t *body, size_t size, PictureHeader *header)
{
    if (is_frame(marker) && size >= 5 && header->width == 0) {
        header->height = big16(body + 1);
        header->width = big16(body + 3);
        header->components = size > 5 ? body[5] : 0;
    } else if (marker == APP14 && size >= 5 && memcmp(body, "Adobe", 5) == 0) {
        header->has_adobe = true;
    } else if (marker == APP1 && !header->exif && size >= 6 && body[0] == 'E' && body[1] == 'x') {
        header->exif = body;
        header->exif_size = size;
    }
}

// Between segments, and within a scan's coded bytes, markers are what follows 0xff and is neither 0 nor 0xff.
void picture_scan_jpeg(const uint8_t *bytes, size_t size, PictureHeader *header)
{
    size_t at = 2;
    while (at + 1 < size) {
        const uint8_t marker = bytes[at + 1];
        if (bytes[at] != 0xff || marker == 0 || marker == 0xff) {
            at++;
            continue;
        }
        at += 2;
        if (marker == EOI) {
            header->has_end = true;
            return;
        }
        if (marker == SOI || marker == TEM || (marker >= RST0 && marker <= RST7))
            continue;
        header->scans += marker == SOS;
        const size_t length = at + 2 <= size ? big16(bytes + at) : 0;
        if (length < 2 || length > size - at)
            return;
        take_segment(marker, bytes + at + 2, length - 2, header);
        at += length;
    }
}

// ---- GIF -----------------------------------------------------------------------------------------------------------

static size_t skip_table(uint8_t flags) { return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0; }

static size_t skip_blocks(const uint8_t *bytes, size_t size, size_t at)
{
    while (at < size && bytes[at] != 0)
        at += (size_t)bytes[at] + 1;
    return at + 1;
}

// The first picture, which may be larger than the screen that the file names.
void picture_scan_gif(const uint8_t *bytes, size_t size, PictureHeader *header)
{
    if (size < 13)
        return;
    size_t at = 13 + skip_table(bytes[10]);
    while (at < size && bytes[at] != ';') {
        if (bytes[at] == '!') {
            at = skip_blocks(bytes, size, at + 2);
        } else if (bytes[at] != ',') {
            at++;
        } else {
            if (size - at < 10)
                return;
            header->width = little16(bytes + at + 5);
            header->height = little16(bytes + at + 7);
            const size_t data = at + 10 + skip_table(bytes[at + 9]) + 1;
            header->has_end = skip_blocks(bytes, size, data) <= size;
            return;
        }
    }
}

// ---- BMP -----------------------------------------------------------------------------------------------------------

void picture_scan_bmp(const uint8_t *bytes, size_t size, PictureHeader *header)
{
    enum { OLD_HEADER = 12 };
    if (size < 26)
        return;
    const bool is_old = little32(bytes + 14) == OLD_HEADER;
    header->width = is_old ? (int64_t)little16(bytes + 18) : little32(bytes + 18);
    header->height = is_old ? (int64_t)little16(bytes + 20) : little32(bytes + 22);
    header->height = header->height < 0 ? -header->height : header->height; // from the top down
    header->has_end = true;
}
