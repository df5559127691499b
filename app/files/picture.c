// Opening, telling what it is, and the formats that SDL2_image unpacks whole: JPEG, GIF, BMP. The only file that knows
// SDL2_image.
#include "files/picture.h"

#include <SDL_image.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/picture_parts.h"

bool picture_check_size(const PictureSource *source, int64_t width, int64_t height, Error *error)
{
    if (width >= 1 && height >= 1 && width <= PICTURE_SIDE_MAX && height <= PICTURE_SIDE_MAX)
        return true;
    return error_set(error, "%s is %lld by %lld pixels; 1 by 1 up to %d by %d are expected.", source->name,
                     (long long)width, (long long)height, PICTURE_SIDE_MAX, PICTURE_SIDE_MAX);
}

uint8_t *picture_read_bytes(const PictureSource *source, Error *error)
{
    if (source->size > PICTURE_BYTES_MAX) {
        error_set(error, "%s has %llu bytes; a picture of at most %d MiB is expected.", source->name,
                  (unsigned long long)source->size, PICTURE_BYTES_MAX >> 20);
        return NULL;
    }
    uint8_t *bytes = malloc((size_t)source->size + 1);
    if (!bytes) {
        error_set(error, "out of memory: the bytes of %s", source->name);
        return NULL;
    }
    if (fread(bytes, 1, (size_t)source->size, source->file) == source->size)
        return bytes;
    free(bytes);
    error_set(error, "%s could not be read to its end, which is %llu bytes away.", source->name,
              (unsigned long long)source->size);
    return NULL;
}

// ---- surfaces ------------------------------------------------------------------------------------------------------

// A row of an indexed surface: its palette's colours, and nothing where the transparent one is.
static void look_up(const SDL_Surface *surface, const uint8_t *from, uint8_t *rgba)
{
    const SDL_Palette *palette = surface->format->palette;
    uint32_t key;
    const bool has_key = SDL_GetColorKey((SDL_Surface *)surface, &key) == 0;
    for (int x = 0; x < surface->w; x++) {
        const int index = from[x] < palette->ncolors ? from[x] : 0;
        const SDL_Color color = palette->colors[index];
        const bool is_bare = has_key && from[x] == key;
        const uint8_t pixel[4] = {color.r, color.g, color.b, is_bare ? 0 : color.a};
        memcpy(rgba + 4 * x, pixel, sizeof pixel);
    }
}

// Whether the surface holds what is printed with: cyan, magenta, yellow and black, a byte each in this order, under the
// name of a format whose first byte is blue.
static bool has_inks(const SDL_Surface *surface, const PictureHeader *header)
{
    return header->components == 4 && surface->format->BytesPerPixel == 4 &&
           surface->format->format != SDL_PIXELFORMAT_RGBA32;
}

static void mix_inks(const uint8_t *from, int width, bool is_light, uint8_t *rgba)
{
    for (int x = 0; x < width; x++, from += 4, rgba += 4) {
        const int black = is_light ? from[3] : 255 - from[3];
        for (int i = 0; i < 3; i++)
            rgba[i] = (uint8_t)((is_light ? from[i] : 255 - from[i]) * black / 255);
        rgba[3] = 255;
    }
}

static bool convert_row(const SDL_Surface *surface, const PictureHeader *header, int y, uint8_t *rgba)
{
    const uint8_t *from = (const uint8_t *)surface->pixels + (size_t)y * (size_t)surface->pitch;
    if (has_inks(surface, header)) {
        mix_inks(from, surface->w, header->has_adobe, rgba);
        return true;
    }
    if (surface->format->palette && surface->format->BitsPerPixel == 8) {
        look_up(surface, from, rgba);
        return true;
    }
    return SDL_ConvertPixels(surface->w, 1, surface->format->format, from, surface->pitch, SDL_PIXELFORMAT_RGBA32, rgba,
                             4 * surface->w) == 0;
}

static bool reduce_surface(const PictureSource *source, const SDL_Surface *surface, const PictureHeader *header,
                           InkPicture *out, Error *error)
{
    enum { REPORT_ROWS = 64 };
    PictureReduce reduce;
    if (!picture_check_size(source, surface->w, surface->h, error) ||
        !picture_reduce_begin(&reduce, surface->w, surface->h, source->name, error))
        return false;
    uint8_t *rgba = malloc(4 * (size_t)surface->w);
    bool good = rgba || error_set(error, "out of memory: the pixels of %s", source->name);
    for (int y = 0; good && y < surface->h; y++) {
        good = (y % REPORT_ROWS > 0 || load_progress_report(source->progress, 0, 0, error)) &&
               (convert_row(surface, header, y, rgba) ||
                error_set(error, "%s has pixels of a form that is not known: %s.", source->name, SDL_GetError()));
        if (good)
            picture_reduce_add(&reduce, y, 0, 1, surface->w, rgba);
    }
    free(rgba);
    if (good)
        return picture_reduce_end(&reduce, picture_exif_orientation(header->exif, header->exif_size), source->name, out,
                                  error);
    picture_reduce_free(&reduce);
    return false;
}

// ---- reading that can be given up ----------------------------------------------------------------------------------

// What SDL2_image reads from: another one, until nobody wants the picture any more; then it ends.
typedef struct Watched {
    SDL_RWops *inner;
    const PictureSource *source;
    Error error;
    bool is_given_up;
} Watched;

static Watched *watched(SDL_RWops *operations) { return operations->hidden.unknown.data1; }

static Sint64 size_watched(SDL_RWops *operations) { return SDL_RWsize(watched(operations)->inner); }

static Sint64 seek_watched(SDL_RWops *operations, Sint64 offset, int whence)
{
    return SDL_RWseek(watched(operations)->inner, offset, whence);
}

static size_t read_watched(SDL_RWops *operations, void *to, size_t size, size_t count)
{
    Watched *self = watched(operations);
    const Sint64 at = SDL_RWtell(self->inner);
    self->is_given_up = self->is_given_up || !load_progress_report(self->source->progress, at > 0 ? (uint64_t)at : 0,
                                                                   self->source->size, &self->error);
    return self->is_given_up ? 0 : SDL_RWread(self->inner, to, size, count);
}

static size_t write_watched(SDL_RWops *operations, const void *from, size_t size, size_t count)
{
    (void)operations, (void)from, (void)size, (void)count;
    return 0;
}

static int close_watched(SDL_RWops *operations)
{
    const int result = SDL_RWclose(watched(operations)->inner);
    SDL_FreeRW(operations);
    return result;
}

// Takes inner over; NULL where memory is short.
static SDL_RWops *watch(SDL_RWops *inner, Watched *self)
{
    SDL_RWops *operations = SDL_AllocRW();
    if (!operations) {
        (void)SDL_RWclose(inner);
        return NULL;
    }
    self->inner = inner;
    operations->size = size_watched;
    operations->seek = seek_watched;
    operations->read = read_watched;
    operations->write = write_watched;
    operations->close = close_watched;
    operations->hidden.unknown.data1 = self;
    return operations;
}

// operations: freed here.
static bool decode_surface(const PictureSource *source, SDL_RWops *operations, const char *type,
                           const PictureHeader *header, InkPicture *out, Error *error)
{
    Watched self = {.source = source};
    operations = operations ? watch(operations, &self) : NULL;
    if (!operations)
        return error_set(error, "%s could not be read: %s.", source->name, SDL_GetError());
    SDL_Surface *surface = IMG_LoadTyped_RW(operations, 1, type);
    const bool good = self.is_given_up ? error_set(error, "%s", self.error.text)
                      : surface        ? reduce_surface(source, surface, header, out, error)
                                : error_set(error, "%s is damaged or cut off: %s.", source->name, SDL_GetError());
    SDL_FreeSurface(surface);
    return good;
}

// ---- formats -------------------------------------------------------------------------------------------------------

typedef void ScanHeader(const uint8_t *bytes, size_t size, PictureHeader *header);

static bool check_header(const PictureSource *source, const PictureHeader *header, Error *error)
{
    enum { SCANS_MAX = 64 }; // a progressive JPEG has about ten; each costs as much as the whole picture
    if (header->width == 0 && header->height == 0)
        return error_set(error, "%s is damaged or cut off: it does not come to its first picture.", source->name);
    if (header->scans > SCANS_MAX)
        return error_set(error, "%s has %d scans; at most %d are expected.", source->name, header->scans, SCANS_MAX);
    return picture_check_size(source, header->width, header->height, error) &&
           (header->has_end ||
            error_set(error, "%s is cut off after %llu bytes.", source->name, (unsigned long long)source->size));
}

static bool decode_bytes(const PictureSource *source, ScanHeader *scan, const char *type, InkPicture *out, Error *error)
{
    uint8_t *bytes = picture_read_bytes(source, error);
    if (!bytes)
        return false;
    PictureHeader header = {0};
    scan(bytes, (size_t)source->size, &header);
    const bool good = check_header(source, &header, error) &&
                      decode_surface(source, SDL_RWFromConstMem(bytes, (int)source->size), type, &header, out, error);
    free(bytes);
    return good;
}

static bool decode_jpeg(const PictureSource *source, InkPicture *out, Error *error)
{
    return decode_bytes(source, picture_scan_jpeg, "JPG", out, error);
}

static bool decode_gif(const PictureSource *source, InkPicture *out, Error *error)
{
    return decode_bytes(source, picture_scan_gif, "GIF", out, error);
}

// As large as its pixels are: read as it is unpacked.
static bool decode_bmp(const PictureSource *source, InkPicture *out, Error *error)
{
    uint8_t start[64];
    PictureHeader header = {0};
    const size_t size = fread(start, 1, sizeof start, source->file);
    rewind(source->file);
    picture_scan_bmp(start, size, &header);
    return check_header(source, &header, error) &&
           decode_surface(source, SDL_RWFromFP(source->file, SDL_FALSE), "BMP", &header, out, error);
}

static const struct {
    const char *words; // engine/io/file_kind.h's
    PictureDecode *decode;
} formats[] = {
    {"a PNG picture", picture_decode_png}, {"a JPEG picture", decode_jpeg}, {"a WebP picture", picture_decode_webp},
    {"a BMP picture", decode_bmp},         {"a GIF picture", decode_gif},
};

// The format of what begins so; NULL: none of them.
static PictureDecode *find_decoder(const uint8_t *bytes, size_t size)
{
    char words[FILE_KIND_TEXT];
    if (file_kind_describe(words, bytes, size))
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
            if (strcmp(words, formats[i].words) == 0)
                return formats[i].decode;
    return NULL;
}

bool picture_is_known(const uint8_t *bytes, size_t size) { return find_decoder(bytes, size) != NULL; }

static bool decode(const PictureSource *source, InkPicture *out, Error *error)
{
    uint8_t start[FILE_KIND_BYTES];
    const size_t size = fread(start, 1, sizeof start, source->file);
    if (ferror(source->file))
        return error_set(error, "%s could not be read: %s.", source->name, strerror(errno));
    rewind(source->file);
    PictureDecode *const decoder = find_decoder(start, size);
    return decoder ? decoder(source, out, error)
                   : file_kind_refuse(source->name, start, size, "a PNG, JPEG, WebP, BMP or GIF picture", error);
}

bool picture_read(const char *path, const LoadProgress *progress, InkPicture *out, Error *error)
{
    PictureSource source = {.name = file_shorten_path(path), .progress = progress};
    const int descriptor = file_open(path, &source.size, error);
    if (descriptor < 0)
        return false;
    source.file = fdopen(descriptor, "rb");
    if (!source.file) {
        (void)close(descriptor);
        return error_set(error, "%s could not be read: %s.", source.name, strerror(errno));
    }
    const bool good = decode(&source, out, error);
    (void)fclose(source.file);
    return good;
}

bool picture_parse(const uint8_t *bytes, size_t size, const char *name, const LoadProgress *progress, InkPicture *out,
                   Error *error)
{
    PictureSource source = {.name = name, .size = size, .progress = progress};
    if (size == 0)
        return file_kind_refuse(name, bytes, 0, "a PNG, JPEG, WebP, BMP or GIF picture", error);
    source.file = fmemopen((void *)(uintptr_t)bytes, size, "rb");
    if (!source.file)
        return error_set(error, "out of memory: %s", name);
    const bool good = decode(&source, out, error);
    (void)fclose(source.file);
    return good;
}
