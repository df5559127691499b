// Picture's parts: a decoder each, and what they share. Beside picture.h nobody includes this.
//
// To add a format: a decoder here, a row in the table of picture.c.
#pragma once
#include <stdio.h>

#include "files/picture.h"
#include "files/picture_reduce.h"

typedef struct PictureSource {
    FILE *file;
    const char *name; // as sentences show it
    uint64_t size;
    const LoadProgress *progress;
} PictureSource;

typedef bool PictureDecode(const PictureSource *source, InkPicture *out, Error *error);

bool picture_decode_png(const PictureSource *source, InkPicture *out, Error *error);
bool picture_decode_webp(const PictureSource *source, InkPicture *out, Error *error);

// What a header says before anything is unpacked.
typedef struct PictureHeader {
    int64_t width, height; // 0: none was found
    const uint8_t *exif;   // within the bytes; NULL: none
    size_t exif_size;
    int scans, components; // JPEG
    bool has_adobe;        // JPEG: a segment of Adobe's, whose inks are stored the other way round
    bool has_end;          // what marks the end was seen
} PictureHeader;

// Each looks for what the decoder would find first. bytes: the whole file; of a BMP its start is enough.
void picture_scan_jpeg(const uint8_t *bytes, size_t size, PictureHeader *header);
void picture_scan_gif(const uint8_t *bytes, size_t size, PictureHeader *header);
void picture_scan_bmp(const uint8_t *bytes, size_t size, PictureHeader *header);

// Whether such a picture is taken at all.
bool picture_check_size(const PictureSource *source, int64_t width, int64_t height, Error *error);

// The whole file, at most PICTURE_BYTES_MAX. Owned by the caller (free); NULL on failure.
enum { PICTURE_BYTES_MAX = 256 << 20 };
uint8_t *picture_read_bytes(const PictureSource *source, Error *error);

// The orientation, 1 .. 8, that an EXIF block asks for, with or without "Exif\0\0" before it; 1 where it says none.
int picture_exif_orientation(const uint8_t *bytes, size_t size);
