// Which way up a photograph is. The only file that knows libexif.
#include <libexif/exif-data.h>
#include <stdlib.h>
#include <string.h>

#include "files/picture_parts.h"

enum { MARK_SIZE = 6, EXIF_MAX = 65536 };

int picture_exif_orientation(const uint8_t *bytes, size_t size)
{
    static const char mark[MARK_SIZE] = "Exif\0";
    if (!bytes || size < MARK_SIZE || size > EXIF_MAX)
        return 1;
    const bool has_mark = memcmp(bytes, mark, MARK_SIZE) == 0;
    const size_t whole = has_mark ? size : size + MARK_SIZE;
    uint8_t *block = malloc(whole);
    ExifData *data = exif_data_new();
    int orientation = 1;
    if (block && data) {
        memcpy(block, mark, MARK_SIZE);
        memcpy(block + (has_mark ? 0 : MARK_SIZE), bytes, size);
        exif_data_load_data(data, block, (unsigned)whole);
        const ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
        if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components >= 1 && entry->size >= 2)
            orientation = exif_get_short(entry->data, exif_data_get_byte_order(data));
    }
    if (data)
        exif_data_unref(data);
    free(block);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}
