// WebP file: see webp_file.h. The format: https://developers.google.com/speed/webp/docs/riff_container
#include "files/webp_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK_HEADER = 8,
    RIFF_HEADER = 12,
    FRAME_HEADER = 16,
    FRAME_DURATION = 12,
    FLAGS_AT = RIFF_HEADER + CHUNK_HEADER
};
enum { FLAG_ANIMATION = 2, FLAG_ALPHA = 16, FRAME_DISPOSES = 1, FRAME_OVERWRITES = 2 };
enum { DURATION_MAX = (1 << 24) - 1 };

static const uint64_t size_max = UINT32_MAX - 1; // RIFF counts in 32 bits

// The only two functions that write.
static bool put(WebpFile *file, const void *bytes, size_t size, Error *error)
{
    if (size > size_max - file->size)
        return error_set(error, "%s cannot be written: it would be longer than the 4 GiB that WebP can hold",
                         file_shorten_path(file->file.path));
    file->size += size;
    return new_file_put(&file->file, bytes, size, error);
}

static bool patch(WebpFile *file, uint64_t at, const void *bytes, size_t size, Error *error)
{
    ssize_t put_size;
    do
        put_size = pwrite(file->file.fd, bytes, size, (off_t)at); // leaves alone where new_file_put goes on
    while (put_size < 0 && errno == EINTR);
    return put_size == (ssize_t)size || error_set(error, "%s cannot be written: %s", file_shorten_path(file->file.path),
                                                  put_size < 0 ? strerror(errno) : "it was cut off");
}

static void encode(uint8_t *bytes, int size, uint32_t value)
{
    for (int i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static bool put_chunk_header(WebpFile *file, const char *name, size_t size, Error *error)
{
    uint8_t header[CHUNK_HEADER];
    memcpy(header, name, 4);
    encode(header + 4, 4, (uint32_t)size);
    return put(file, header, sizeof header, error);
}

// Chunks begin at even places.
static bool put_padded(WebpFile *file, const void *bytes, size_t size, Error *error)
{
    return put(file, bytes, size, error) && (size % 2 == 0 || put(file, "", 1, error));
}

bool webp_file_begin(WebpFile *file, const char *path, Naming naming, int width, int height, Error *error)
{
    static const uint8_t forever_on_white[6] = {0xff, 0xff, 0xff, 0xff, 0, 0};
    uint8_t canvas[10] = {FLAG_ANIMATION};
    *file = (WebpFile){.width = width, .height = height};
    if (!new_file_begin(&file->file, path, naming, error))
        return false;
    encode(canvas + 4, 3, (uint32_t)width - 1);
    encode(canvas + 7, 3, (uint32_t)height - 1);
    if (put_chunk_header(file, "RIFF", 0, error) && put(file, "WEBP", 4, error) &&
        put_chunk_header(file, "VP8X", sizeof canvas, error) && put(file, canvas, sizeof canvas, error) &&
        put_chunk_header(file, "ANIM", sizeof forever_on_white, error) &&
        put(file, forever_on_white, sizeof forever_on_white, error))
        return true;
    webp_file_discard(file);
    return false;
}

bool webp_file_add(WebpFile *file, const WebpFrame *frame, Error *error)
{
    uint8_t header[FRAME_HEADER];
    encode(header, 3, (uint32_t)frame->x / 2);
    encode(header + 3, 3, (uint32_t)frame->y / 2);
    encode(header + 6, 3, (uint32_t)frame->width - 1);
    encode(header + 9, 3, (uint32_t)frame->height - 1);
    encode(header + FRAME_DURATION, 3, (uint32_t)frame->duration_ms);
    header[15] = (uint8_t)((frame->blends ? 0 : FRAME_OVERWRITES) | (frame->disposes ? FRAME_DISPOSES : 0));
    file->has_alpha = file->has_alpha || frame->has_alpha;
    file->last_duration_ms = frame->duration_ms;
    const size_t padded = frame->size + frame->size % 2;
    if (!put_chunk_header(file, "ANMF", sizeof header + padded, error))
        return false;
    file->last_frame = file->size;
    return put(file, header, sizeof header, error) && put_padded(file, frame->bytes, frame->size, error);
}

bool webp_file_prolong(WebpFile *file, int duration_ms, Error *error)
{
    uint8_t bytes[3];
    const int room = DURATION_MAX - file->last_duration_ms;
    file->last_duration_ms += duration_ms < room ? duration_ms : room;
    encode(bytes, sizeof bytes, (uint32_t)file->last_duration_ms);
    return patch(file, file->last_frame + FRAME_DURATION, bytes, sizeof bytes, error);
}

bool webp_file_finish(WebpFile *file, const char *json, Error *error)
{
    uint8_t size[4];
    const uint8_t flags = (uint8_t)(FLAG_ANIMATION | (file->has_alpha ? FLAG_ALPHA : 0));
    bool is_good = put_chunk_header(file, "JSON", strlen(json), error) && put_padded(file, json, strlen(json), error);
    encode(size, 4, (uint32_t)(file->size - CHUNK_HEADER));
    is_good = is_good && patch(file, 4, size, sizeof size, error) && patch(file, FLAGS_AT, &flags, 1, error);
    return new_file_end(&file->file, is_good, error);
}

void webp_file_discard(WebpFile *file) { new_file_discard(&file->file); }
