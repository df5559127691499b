// PNG in: libpng unpacks row by row, of an interlaced file the rows of each pass, and turns palettes, depths and the
// file's gamma into 8-bit sRGB on the way. What a chunk holds that is not needed is skipped unread.
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

#include "files/picture_parts.h"

typedef struct PngReader {
    const PictureSource *source;
    png_structp png;
    png_infop info;
    PictureReduce reduce;
    uint8_t *row;
    Error *error;
} PngReader;

static void fail(png_structp png, png_const_charp message)
{
    const PngReader *reader = png_get_error_ptr(png);
    error_set(reader->error, "%s is damaged or cut off: %s.", reader->source->name, message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void skip_unused_chunks(png_structp png)
{
    static const uint8_t used[] = "gAMA\0iCCP\0sRGB\0cHRM\0eXIf";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, used, (int)(sizeof used / 5));
}

// To 8-bit RGBA as sRGB has it; where the file says nothing about its gamma, it is that already.
static void choose_transforms(png_structp png, png_infop info)
{
    png_set_alpha_mode(png, PNG_ALPHA_PNG, PNG_DEFAULT_sRGB);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
    png_read_update_info(png, info);
}

static bool report(const PngReader *r, int64_t row, int64_t rows)
{
    enum { EVERY = 256 };
    return row % EVERY != 0 || load_progress_report(r->source->progress, (uint64_t)row, (uint64_t)rows, r->error);
}

// Adam7: the pixels of each pass.
typedef struct Pass {
    int x, y, step_x, step_y;
} Pass;

static const Pass passes[PNG_INTERLACE_ADAM7_PASSES] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                                        {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

static bool read_rows(PngReader *r, int width, int height)
{
    if (png_get_interlace_type(r->png, r->info) == PNG_INTERLACE_NONE) {
        for (int y = 0; y < height; y++) {
            if (!report(r, y, height))
                return false;
            png_read_row(r->png, r->row, NULL);
            picture_reduce_add(&r->reduce, y, 0, 1, width, r->row);
        }
        return true;
    }
    for (const Pass *pass = passes; pass < passes + PNG_INTERLACE_ADAM7_PASSES; pass++) {
        const int columns = (width - pass->x + pass->step_x - 1) / pass->step_x;
        for (int y = pass->y; columns > 0 && y < height; y += pass->step_y) {
            if (!report(r, y / pass->step_y, height))
                return false;
            png_read_row(r->png, r->row, NULL);
            picture_reduce_add(&r->reduce, y, pass->x, pass->step_x, columns, r->row);
        }
    }
    return true;
}

static int read_orientation(PngReader *r)
{
    png_uint_32 size = 0;
    png_bytep bytes = NULL;
    return png_get_eXIf_1(r->png, r->info, &size, &bytes) ? picture_exif_orientation(bytes, size) : 1;
}

// Where libpng fails it comes back here, with the sentence said.
static bool read_all(PngReader *r, InkPicture *out)
{
    if (setjmp(png_jmpbuf(r->png)))
        return false;
    png_init_io(r->png, r->source->file);
    png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); // picture_check_size has the words
    skip_unused_chunks(r->png);
    png_read_info(r->png, r->info);
    const int64_t width = png_get_image_width(r->png, r->info), height = png_get_image_height(r->png, r->info);
    if (!picture_check_size(r->source, width, height, r->error) ||
        !picture_reduce_begin(&r->reduce, (int)width, (int)height, r->source->name, r->error))
        return false;
    choose_transforms(r->png, r->info);
    r->row = malloc(png_get_rowbytes(r->png, r->info));
    if (!r->row)
        return error_set(r->error, "out of memory: the pixels of %s", r->source->name);
    if (!read_rows(r, (int)width, (int)height))
        return false;
    png_read_end(r->png, r->info);
    return picture_reduce_end(&r->reduce, read_orientation(r), r->source->name, out, r->error);
}

bool picture_decode_png(const PictureSource *source, InkPicture *out, Error *error)
{
    PngReader *reader = calloc(1, sizeof *reader); // not on the stack, whose changes a jump may undo
    if (!reader)
        return error_set(error, "out of memory: %s", source->name);
    reader->source = source;
    reader->error = error;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, ignore);
    reader->info = reader->png ? png_create_info_struct(reader->png) : NULL;
    const bool good = reader->info ? read_all(reader, out) : error_set(error, "out of memory: %s", source->name);
    picture_reduce_free(&reader->reduce);
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->row);
    free(reader);
    return good;
}
