// Walks the chunks of a PNG: each is a length, a type, so many bytes and their CRC-32.
#include "files/capture_text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "files/capture_state.h"

enum {
    SIGNATURE = 8,
    CHUNK_HEAD = 8,
    CHUNK_TAIL = 4,
    CHUNKS_MAX = 1 << 17,                     // more than the largest picture has in chunks of 8 KiB
    CHUNK_TEXT_MAX = CAPTURE_TEXT_MAX + 1024, // with what stands before the text
    KEYWORD_MAX = 79,
};

static const uint8_t signature[SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

bool capture_is_png(const uint8_t *bytes, size_t size)
{
    return size >= SIGNATURE && memcmp(bytes, signature, SIGNATURE) == 0;
}

static uint32_t read_word(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// A text as it is or deflated, as a string of its own. NULL where it is damaged, too long, or memory is short.
static char *take_text(const uint8_t *bytes, size_t size, bool is_packed, size_t *length)
{
    char *text = malloc(CAPTURE_TEXT_MAX);
    uLongf room = CAPTURE_TEXT_MAX - 1;
    bool good = text && (is_packed || size <= room);
    if (good && is_packed)
        good = uncompress((Bytef *)text, &room, bytes, (uLong)size) == Z_OK;
    else if (good)
        memcpy(text, bytes, room = size);
    if (!good) {
        free(text);
        return NULL;
    }
    text[room] = 0;
    *length = room;
    return text;
}

// What follows the keyword and its 0 in an iTXt chunk: two bytes on packing, a language and a translated keyword, each
// with its 0. Returns where the text begins; NULL where it does not.
static const uint8_t *skip_international(const uint8_t *at, const uint8_t *end, bool *is_packed)
{
    if (end - at < 2)
        return NULL;
    *is_packed = at[0] != 0;
    at += 2;
    for (int i = 0; i < 2; i++) {
        const uint8_t *zero = memchr(at, 0, (size_t)(end - at));
        if (!zero)
            return NULL;
        at = zero + 1;
    }
    return at;
}

// type: of the chunk whose bytes, beginning with the keyword and its 0, these are.
static char *read_text(const char type[4], const uint8_t *bytes, size_t size, size_t keyword_size, size_t *length)
{
    const uint8_t *at = bytes + keyword_size, *end = bytes + size;
    bool is_packed = memcmp(type, "zTXt", 4) == 0;
    if (is_packed) // one byte that names the method
        at = end > at ? at + 1 : NULL;
    else if (memcmp(type, "iTXt", 4) == 0)
        at = skip_international(at, end, &is_packed);
    return at ? take_text(at, (size_t)(end - at), is_packed, length) : NULL;
}

static bool may_hold_text(const char type[4])
{
    return memcmp(type, "tEXt", 4) == 0 || memcmp(type, "zTXt", 4) == 0 || memcmp(type, "iTXt", 4) == 0;
}

typedef struct Walk {
    int fd;
    const char *path, *keyword;
    uint64_t left;  // bytes of the file behind what was read
    uint8_t *chunk; // (CHUNK_TEXT_MAX + CHUNK_TAIL)
    char *text;     // found; NULL: not yet
    size_t size;
    CaptureReading reading; // what is to be said where there is no text
    Error *error;
} Walk;

static bool refuse(const Walk *walk, const char *why)
{
    return error_set(walk->error, "%s %s", file_shorten_path(walk->path), why);
}

// A chunk that is no text, or too long for one of ours.
static bool skip_chunk(Walk *walk, uint32_t size)
{
    walk->left -= (uint64_t)size + CHUNK_TAIL;
    return lseek(walk->fd, (off_t)((int64_t)size + CHUNK_TAIL), SEEK_CUR) >= 0 ||
           refuse(walk, "cannot be read through");
}

static bool read_chunk(Walk *walk, const char type[4], uint32_t size)
{
    const size_t keyword_size = strlen(walk->keyword) + 1;
    if (!file_read(walk->fd, walk->chunk, (size_t)size + CHUNK_TAIL, walk->path, walk->error))
        return false;
    walk->left -= (uint64_t)size + CHUNK_TAIL;
    if (size < keyword_size || memcmp(walk->chunk, walk->keyword, keyword_size) != 0)
        return true; // another program's
    const uLong crc = crc32(crc32(0, (const Bytef *)type, 4), walk->chunk, size);
    if (crc != read_word(walk->chunk + size))
        return refuse(walk, "has settings of losslens that are damaged: their checksum is another one");
    walk->text = read_text(type, walk->chunk, size, keyword_size, &walk->size);
    return walk->text ||
           refuse(walk, "has settings of losslens that cannot be unpacked, or are longer than losslens writes");
}

// Up to the text, or to the end.
static bool walk_chunks(Walk *walk)
{
    uint8_t head[CHUNK_HEAD];
    for (int i = 0; i < CHUNKS_MAX && !walk->text; i++) {
        if (walk->left < CHUNK_HEAD + CHUNK_TAIL)
            return refuse(walk, "is a PNG that is cut off");
        if (!file_read(walk->fd, head, sizeof head, walk->path, walk->error))
            return false;
        walk->left -= CHUNK_HEAD;
        const uint32_t size = read_word(head);
        const char *type = (const char *)head + 4;
        if (size > INT32_MAX || size + (uint64_t)CHUNK_TAIL > walk->left)
            return refuse(walk, "is a PNG that is damaged or cut off: a part is longer than the file");
        const bool is_text = may_hold_text(type), is_ours = is_text && size <= CHUNK_TEXT_MAX;
        if (!(is_ours ? read_chunk(walk, type, size) : skip_chunk(walk, size)))
            return false;
        if (memcmp(type, "IEND", 4) == 0)
            break;
    }
    walk->reading = walk->text ? CAPTURE_READ : CAPTURE_FOREIGN;
    return walk->text ||
           refuse(walk, "is a picture without losslens' settings: only what losslens saved, unchanged, has "
                        "them");
}

static bool check_start(Walk *walk)
{
    uint8_t start[FILE_KIND_BYTES];
    const size_t size = walk->left < sizeof start ? (size_t)walk->left : sizeof start;
    if (!file_read(walk->fd, start, size, walk->path, walk->error))
        return false;
    walk->reading = CAPTURE_NO_PNG;
    if (!capture_is_png(start, size))
        return file_kind_refuse(walk->path, start, size, "a PNG picture", walk->error);
    walk->reading = CAPTURE_BAD;
    walk->left -= SIGNATURE;
    return lseek(walk->fd, SIGNATURE, SEEK_SET) == SIGNATURE || refuse(walk, "cannot be read through");
}

char *capture_find_text(const char *path, const char *keyword, size_t *size, CaptureReading *reading, Error *error)
{
    Walk walk = {.path = path, .keyword = keyword, .reading = CAPTURE_BAD, .error = error};
    *reading = CAPTURE_BAD;
    walk.fd = file_open(path, &walk.left, error);
    if (walk.fd < 0)
        return NULL;
    walk.chunk = malloc(CHUNK_TEXT_MAX + CHUNK_TAIL);
    if (!walk.chunk)
        error_set(error, "out of memory: the settings of %s", file_shorten_path(path));
    else if (check_start(&walk))
        (void)walk_chunks(&walk);
    free(walk.chunk);
    (void)close(walk.fd);
    *size = walk.size;
    *reading = walk.reading;
    return walk.text;
}
