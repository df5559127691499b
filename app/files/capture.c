// Capture: see capture.h.
#include "files/capture.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COMPRESSION = 6 };

struct CaptureWriter {
    NewFile *file; // where libpng's bytes go
    const uint8_t *rgba;
    uint32_t width, height, y;   // of the next row
    char json[CAPTURE_TEXT_MAX]; // libpng's text is not const
    uint8_t *row;
    png_structp png;
    png_infop info;
    Error *error;      // of the turn
    bool has_sentence; // the file's own: libpng knows less
};

// libpng reports a failure by calling this and expects it not to return.
static void fail_png(png_structp png, png_const_charp message)
{
    const CaptureWriter *writer = png_get_error_ptr(png);
    if (!writer->has_sentence) {
        error_set(writer->error, "%s cannot be written: %s", file_shorten_path(writer->file->path), message);
    }
    png_longjmp(png, 1);
}

static void put_bytes(png_structp png, png_bytep bytes, size_t size)
{
    CaptureWriter *writer = png_get_io_ptr(png);
    if (!new_file_put(writer->file, bytes, size, writer->error)) {
        writer->has_sentence = true;
        png_error(png, "");
    }
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void write_header(CaptureWriter *writer)
{
    static char keyword[] = "losslens";
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = keyword, .text = writer->json};
    png_structp png = writer->png;
    png_set_write_fn(png, writer, put_bytes, NULL);
    png_set_compression_level(png, COMPRESSION);
    png_set_compression_mem_level(png, 9);
    png_set_filter(png, PNG_FILTER_TYPE_BASE,
                   PNG_FILTER_NONE); // a window's flat colours: a sixth smaller than filtered
    png_set_IHDR(png, writer->info, writer->width, writer->height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, writer->info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_text(png, writer->info, &text, 1);
    png_write_info(png, writer->info);
}

static void write_row(CaptureWriter *writer)
{
    const uint8_t *from = writer->rgba + (size_t)writer->y * writer->width * 4;
    for (size_t x = 0; x < writer->width; x++) {
        memcpy(writer->row + x * 3, from + x * 4, 3);
    }
    png_write_row(writer->png, writer->row);
    writer->y++;
}

JobTurn capture_step(CaptureWriter *writer, int64_t until_ns, Error *error)
{
    writer->error = error;
    if (setjmp(png_jmpbuf(writer->png))) {
        return JOB_FAILED;
    }
    if (writer->y == 0) {
        write_header(writer);
    }
    do {
        write_row(writer);
    } while (writer->y < writer->height && clock_now_ns() < until_ns);
    if (writer->y < writer->height) {
        return JOB_MORE;
    }
    png_write_end(writer->png, writer->info);
    return JOB_DONE;
}

void capture_end(CaptureWriter *writer)
{
    if (!writer) {
        return;
    }
    png_destroy_write_struct(&writer->png, &writer->info); // also fine on NULL
    free(writer->row);
    free(writer);
}

CaptureWriter *capture_begin(NewFile *file, const uint8_t *rgba, int width, int height, const char *json, Error *error)
{
    assert(width > 0 && height > 0);
    if (strlen(json) >= CAPTURE_TEXT_MAX) {
        error_set(error, "%s cannot be written: its settings take %zu bytes, and fewer than %d are expected",
                  file_shorten_path(file->path), strlen(json), CAPTURE_TEXT_MAX);
        return NULL;
    }
    CaptureWriter *writer = calloc(1, sizeof *writer);
    if (writer) {
        *writer = (CaptureWriter){
            .file = file, .rgba = rgba, .width = (uint32_t)width, .height = (uint32_t)height, .error = error};
        (void)strcpy(writer->json, json);
        writer->row = malloc((size_t)width * 3);
    }
    error_set(error, "%s cannot be written: out of memory", file_shorten_path(file->path));
    if (writer && writer->row) {
        writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, fail_png, ignore_warning);
    }
    if (writer && writer->png) {
        writer->info = png_create_info_struct(writer->png);
    }
    if (writer && writer->info) {
        return writer;
    }
    capture_end(writer);
    return NULL;
}

bool capture_write(NewFile *file, const uint8_t *rgba, int width, int height, const char *json, Error *error)
{
    CaptureWriter *writer = capture_begin(file, rgba, width, height, json, error);
    const bool is_ok = writer && capture_step(writer, INT64_MAX, error) == JOB_DONE;
    capture_end(writer);
    return is_ok;
}

// The value of the XDG_PICTURES_DIR line: "/somewhere" or "$HOME/somewhere", with backslashes before special
// characters.
static bool parse_pictures_line(const char *line, const char *home, char *folder, size_t size)
{
    static const char key[] = "XDG_PICTURES_DIR=\"", home_key[] = "$HOME";
    line += strspn(line, " \t");
    if (strncmp(line, key, sizeof key - 1) != 0) {
        return false;
    }
    line += sizeof key - 1;
    size_t length = 0;
    if (strncmp(line, home_key, sizeof home_key - 1) == 0) {
        line += sizeof home_key - 1;
        length = strlen(home);
        if (length >= size) {
            return false;
        }
        memcpy(folder, home, length);
    } else if (*line != '/') {
        return false;
    }
    for (; *line && *line != '"' && *line != '\n'; line++) {
        if (*line == '\\' && line[1]) {
            line++;
        }
        if (length + 1 >= size) {
            return false;
        }
        folder[length++] = *line;
    }
    folder[length] = '\0';
    return *line == '"' && length > 0;
}

// Of a regular file alone, so that nothing waits for a writer. NULL on failure.
static FILE *open_file(const char *path, Error *error)
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

static bool find_pictures_folder(char *folder, size_t size, Error *error)
{
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    if (!home || home[0] != '/') {
        return error_set(error, "There is no folder for screenshots: HOME is not set to one");
    }
    char dirs[PATH_MAX], line[PATH_MAX + 64];
    const bool has_config = config && config[0] == '/';
    int length =
        snprintf(dirs, sizeof dirs, "%s%s/user-dirs.dirs", has_config ? config : home, has_config ? "" : "/.config");
    FILE *file = length > 0 && (size_t)length < sizeof dirs ? open_file(dirs, NULL) : NULL;
    bool is_found = false;
    while (file && !is_found && fgets(line, sizeof line, file)) {
        is_found = parse_pictures_line(line, home, folder, size);
    }
    if (file) {
        (void)fclose(file);
    }
    if (!is_found) {
        length = snprintf(folder, size, "%s/Pictures", home);
        is_found = length > 0 && (size_t)length < size;
    }
    return is_found || error_set(error, "The folder for screenshots has too long a name: %s/Pictures", home);
}

bool capture_choose_path(const char *override, char path[PATH_MAX], Error *error)
{
    char folder[PATH_MAX], name[64];
    NewFolder made;
    if (!override && !find_pictures_folder(folder, sizeof folder, error)) {
        return false;
    }
    const time_t now = time(NULL);
    struct tm local;
    if (!localtime_r(&now, &local) || strftime(name, sizeof name, "losslens-%Y%m%d-%H%M%S.png", &local) == 0) {
        return error_set(error, "The clock's time cannot be written as a date.");
    }
    return new_folder_join(path, override ? override : folder, name, error) &&
           new_folder_make(&made, override ? override : folder, error) && new_file_check(path, NAME_NEXT, error);
}
