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

// Where libpng's bytes go, and what is said of a failure.
typedef struct Sink {
    NewFile *file;
    Error *error;
    bool has_sentence; // the file's own: libpng knows less
} Sink;

// libpng reports a failure by calling this and expects it not to return.
static void fail_png(png_structp png, png_const_charp message)
{
    const Sink *sink = png_get_error_ptr(png);
    if (!sink->has_sentence) {
        error_set(sink->error, "%s cannot be written: %s", file_shorten_path(sink->file->path), message);
    }
    png_longjmp(png, 1);
}

static void put_bytes(png_structp png, png_bytep bytes, size_t size)
{
    Sink *sink = png_get_io_ptr(png);
    if (!new_file_put(sink->file, bytes, size, sink->error)) {
        sink->has_sentence = true;
        png_error(png, "");
    }
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

// Everything that is needed after the jump is a parameter, so no local changes between setjmp and longjmp.
static bool write_chunks(png_structp png, png_infop info, Sink *sink, const uint8_t *rgba, uint32_t width,
                         uint32_t height, png_textp text, uint8_t *row)
{
    if (setjmp(png_jmpbuf(png))) {
        return false;
    }
    png_set_write_fn(png, sink, put_bytes, NULL);
    png_set_compression_level(png, COMPRESSION);
    png_set_compression_mem_level(png, 9);
    png_set_filter(png, PNG_FILTER_TYPE_BASE,
                   PNG_FILTER_NONE); // a window's flat colours: a sixth smaller than filtered
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_text(png, info, text, 1);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *from = rgba + (size_t)y * width * 4;
        for (size_t x = 0; x < width; x++) {
            memcpy(row + x * 3, from + x * 4, 3);
        }
        png_write_row(png, row);
    }
    png_write_end(png, info);
    return true;
}

bool capture_write(NewFile *file, const uint8_t *rgba, int width, int height, const char *json, Error *error)
{
    assert(width > 0 && height > 0);
    static char keyword[] = "losslens";
    char json_copy[CAPTURE_TEXT_MAX]; // libpng's text is not const
    if (strlen(json) >= sizeof json_copy) {
        return error_set(error, "%s cannot be written: its settings take %zu bytes, and fewer than %d are expected",
                         file_shorten_path(file->path), strlen(json), CAPTURE_TEXT_MAX);
    }
    (void)strcpy(json_copy, json);
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = keyword, .text = json_copy};
    Sink sink = {.file = file, .error = error};
    error_set(error, "%s cannot be written: out of memory", file_shorten_path(file->path));
    uint8_t *row = malloc((size_t)width * 3);
    png_structp png = row ? png_create_write_struct(PNG_LIBPNG_VER_STRING, &sink, fail_png, ignore_warning) : NULL;
    png_infop info = png ? png_create_info_struct(png) : NULL;
    const bool is_ok = info && write_chunks(png, info, &sink, rgba, (uint32_t)width, (uint32_t)height, &text, row);
    png_destroy_write_struct(&png, &info); // also fine on NULL
    free(row);
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
