// Capture: the reading half of capture.h, on libpng's simplified interface, which keeps its jumps to itself.
#include <assert.h>
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/capture.h"

enum { SIDE_MIN = 28, SIDE_MAX = 4096, SIGNATURE_SIZE = 8 };

// Rec. 709 luma of the encoded values, alpha over black. Grey pixels keep their value exactly.
static void convert(const uint8_t *rgba, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++, rgba += 4) {
        const uint32_t luma = 2126U * rgba[0] + 7152U * rgba[1] + 722U * rgba[2];
        values[i] = (float)((double)(luma * (uint64_t)rgba[3]) / (10000.0 * 255.0 * 255.0));
    }
}

// image: its header has been read. Takes it over.
static bool read_pixels(png_image *image, const char *name, float **values, int *width, int *height, Error *error)
{
    const uint32_t w = image->width, h = image->height;
    if (w < SIDE_MIN || h < SIDE_MIN || w > SIDE_MAX || h > SIDE_MAX) {
        png_image_free(image);
        return error_set(error, "%s is %lu by %lu pixels; %d by %d up to %d by %d are expected.", name,
                         (unsigned long)w, (unsigned long)h, SIDE_MIN, SIDE_MIN, SIDE_MAX, SIDE_MAX);
    }
    // Without the flag 16-bit files count as linear light and would come out too bright.
    image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    image->format = PNG_FORMAT_RGBA;
    const size_t count = (size_t)w * h;
    uint8_t *rgba = malloc(count * 4);
    float *result = malloc(count * sizeof *result);
    bool is_ok = rgba && result;
    if (!is_ok) {
        error_set(error, "There is not enough memory for the %lu by %lu pixels of %s.", (unsigned long)w,
                  (unsigned long)h, name);
    } else if (!png_image_finish_read(image, NULL, rgba, 0, NULL)) {
        is_ok = error_set(error, "%s is damaged or cut off: %s.", name, image->message);
    } else {
        convert(rgba, count, result);
        *values = result;
        *width = (int)w;
        *height = (int)h;
    }
    png_image_free(image);
    free(rgba);
    if (!is_ok) {
        free(result);
    }
    return is_ok;
}

static bool check_signature(const uint8_t *bytes, size_t size, const char *name, Error *error)
{
    if (size == 0 || png_sig_cmp(bytes, 0, size < SIGNATURE_SIZE ? size : SIGNATURE_SIZE) != 0) {
        return file_kind_refuse(name, bytes, size, "a PNG picture", error);
    }
    return size >= SIGNATURE_SIZE || error_set(error, "%s is cut off after %zu bytes.", name, size);
}

bool capture_parse_grey(const uint8_t *bytes, size_t size, const char *name, float **values, int *width, int *height,
                        Error *error)
{
    if (!check_signature(bytes, size, name, error)) {
        return false;
    }
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, bytes, size)) {
        return error_set(error, "%s is damaged or cut off: %s.", name, image.message);
    }
    return read_pixels(&image, name, values, width, height, error);
}

FILE *capture_open(const char *path, Error *error)
{
    uint64_t size;
    const int descriptor = file_open(path, &size, error);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "rb") : NULL;
    if (descriptor >= 0 && !file) {
        error_set(error, "%s could not be read: %s.", file_shorten_path(path), strerror(errno));
        (void)close(descriptor);
    }
    return file;
}

bool capture_read_grey(const char *path, float **values, int *width, int *height, Error *error)
{
    const char *name = file_shorten_path(path);
    FILE *file = capture_open(path, error);
    if (!file) {
        return false;
    }
    uint8_t start[FILE_KIND_BYTES];
    const size_t size = fread(start, 1, sizeof start, file);
    bool is_ok = ferror(file) ? error_set(error, "%s could not be read: %s.", name, strerror(errno))
                              : check_signature(start, size, name, error);
    if (is_ok) {
        png_image image = {.version = PNG_IMAGE_VERSION};
        rewind(file);
        is_ok = png_image_begin_read_from_stdio(&image, file)
                    ? read_pixels(&image, name, values, width, height, error)
                    : error_set(error, "%s is damaged or cut off: %s.", name, image.message);
    }
    (void)fclose(file);
    return is_ok;
}
