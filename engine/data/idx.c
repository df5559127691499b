// IDX: see idx.h.
//
// Whether a file is packed by gzip is told from its bytes: people rename both kinds.
#include "data/idx.h"

#include <stdio.h>
#include <string.h>

#include "data/array_read.h"

enum { MAGIC_SIZE = 4, HEADER_MAX = MAGIC_SIZE + 4 * ARRAY_RANK_MAX, NAME_MAX_BYTES = 256 };

// How sentences name the files of a kind: shortly, and where another IDX file was found.
typedef struct Format {
    int rank_least, rank_most;
    const char *expected, *exactly;
} Format;

static const Format formats[] = {
    [IDX_IMAGES] = {3, 4, "an IDX file with images", "an IDX file with images (unsigned bytes of rank 3, 0x00000803)"},
    [IDX_LABELS] = {1, 2, "an IDX file with labels", "an IDX file with labels (unsigned bytes of rank 1, 0x00000801)"},
};

static uint32_t decode_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool find_type(uint8_t code, ElementType *out)
{
    for (ElementType type = 0; type < ELEMENT_COUNT; type++)
        if (element_get(type)->idx == code) {
            *out = type;
            return code != 0;
        }
    return false;
}

// Whether the bytes begin as the format says, as far as they go.
static bool check_magic(const ByteReader *from, const Format *format, ArrayShape *shape)
{
    const size_t size = from->start_size;
    const uint8_t *start = from->start;
    const bool is_idx =
        (size < 1 || start[0] == 0) && (size < 2 || start[1] == 0) && (size < 3 || find_type(start[2], &shape->type));
    shape->rank = size < 4 ? format->rank_least : start[3];
    if (is_idx && shape->rank >= format->rank_least && shape->rank <= format->rank_most)
        return true;
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "%s%s", from->name, from->is_gzip ? ", inflated by gzip," : "");
    const bool is_other = size > 2 && start[0] == 0 && start[1] == 0 && start[2] >> 3 == 1;
    return file_kind_refuse(name, start, size, is_other ? format->exactly : format->expected, from->error);
}

bool idx_read(ByteReader *from, IdxKind kind, Intake *intake, Split split)
{
    uint8_t header[HEADER_MAX];
    size_t got;
    ArrayReading reading = {
        .from = from, .name = from->name, .progress = intake->options->progress, .error = from->error};
    reading.shape.is_big_endian = true;
    if ((file_kind_is_gzip(from->start, from->start_size) && !byte_reader_unpack(from)) ||
        !check_magic(from, &formats[kind], &reading.shape))
        return false;
    reading.header_size = MAGIC_SIZE + 4 * (size_t)reading.shape.rank;
    if (!byte_reader_read(from, header, reading.header_size, &got))
        return false;
    if (got < reading.header_size)
        return error_set(from->error, "%s is truncated: it %s %zu bytes where its header alone takes %zu", from->name,
                         from->is_gzip ? "inflates to" : "holds", got, reading.header_size);
    for (int i = 0; i < reading.shape.rank; i++)
        reading.shape.sizes[i] = decode_big_endian(header + MAGIC_SIZE + 4 * i);
    return kind == IDX_IMAGES ? array_read_images(&reading, intake, split) : array_read_labels(&reading, intake, split);
}
