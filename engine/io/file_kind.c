// File kind: see file_kind.h.
//
// To add one: a row in `kinds` where fixed bytes tell it; where they do not, a function like name_zip.
#include "io/file_kind.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "io/file.h"

enum { ZIP_HEADER = 30 };

typedef struct Part {
    size_t at, size;
    const char *bytes;
} Part;

typedef struct Kind {
    const char *words;
    Part parts[2]; // all of which a file has; a size of 0: no part
} Kind;

#define PART(at, text)                                                                                                 \
    {                                                                                                                  \
        (at), sizeof(text) - 1, (text)                                                                                 \
    }

static const Kind kinds[] = {
    {"a PNG picture", {PART(0, "\x89PNG\r\n\x1a\n")}},
    {"a JPEG picture", {PART(0, "\xff\xd8\xff")}},
    {"a GIF picture", {PART(0, "GIF8")}},
    {"a WebP picture", {PART(0, "RIFF"), PART(8, "WEBP")}},
    {"a BMP picture", {PART(0, "BM"), PART(6, "\0\0\0\0")}},
    {"a TIFF picture", {PART(0, "II*\0")}},
    {"a TIFF picture", {PART(0, "MM\0*")}},
    {"a HEIC picture", {PART(4, "ftyphei")}},
    {"a HEIC picture", {PART(4, "ftyphev")}},
    {"a HEIC picture", {PART(4, "ftypmif1")}},
    {"a HEIC picture", {PART(4, "ftypmsf1")}},
    {"an AVIF picture", {PART(4, "ftypavi")}},
    {"a JPEG XL picture", {PART(0, "\xff\x0a")}},
    {"a JPEG XL picture", {PART(4, "JXL \r\n\x87\n")}},
    {"a JPEG 2000 picture", {PART(4, "jP  \r\n\x87\n")}},
    {"an ICO icon", {PART(0, "\0\0\1\0"), PART(9, "\0")}},
    {"a Photoshop picture", {PART(0, "8BPS")}},
    {"a GIMP picture", {PART(0, "gimp xcf")}},
    {"a QOI picture", {PART(0, "qoif")}},
    {"a Netpbm picture (PGM, PPM)", {PART(0, "P5"), PART(2, "\n")}},
    {"a Netpbm picture (PGM, PPM)", {PART(0, "P6"), PART(2, "\n")}},
    {"a Netpbm picture (PGM, PPM)", {PART(0, "P5"), PART(2, " ")}},
    {"a Netpbm picture (PGM, PPM)", {PART(0, "P6"), PART(2, " ")}},
    {"an MP4 film", {PART(4, "ftyp")}},
    {"a PDF document", {PART(0, "%PDF-")}},
    {"a gzip file", {PART(0, "\x1f\x8b")}},
    {"an xz file", {PART(0, "\xfd\x37zXZ\0")}},
    {"a bzip2 file", {PART(0, "BZh"), PART(4, "1AY&SY")}},
    {"a Zstandard file", {PART(0, "\x28\xb5\x2f\xfd")}},
    {"a 7-Zip file", {PART(0, "7z\xbc\xaf\x27\x1c")}},
    {"a RAR file", {PART(0, "Rar!\x1a\x07")}},
    {"a tar file", {PART(257, "ustar")}},
    {"an HDF5 file, as Keras and MATLAB write them", {PART(0, "\x89HDF\r\n\x1a\n")}},
    {"a NumPy array (.npy)", {PART(0, "\x93NUMPY")}},
    {"a MATLAB file", {PART(0, "MATLAB 5.0 MAT-file")}},
    {"an Arrow file", {PART(0, "ARROW1")}},
    {"a text in UTF-16", {PART(0, "\xff\xfe")}},
    {"a text in UTF-16", {PART(0, "\xfe\xff")}},
    {"a Parquet table", {PART(0, "PAR1")}},
    {"a PyTorch file (a pickle from before PyTorch 1.6)", {PART(0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a")}},
    {"a GGUF model, as llama.cpp has them", {PART(0, "GGUF")}},
    {"a TensorFlow Lite model", {PART(4, "TFL3")}},
    {"a MATLAB file", {PART(0, "MATLAB 5.0")}},
    {"a Python pickle", {PART(0, "(dp0\n")}},
    {"a Python pickle", {PART(0, "(lp0\n")}},
    {"a Python pickle", {PART(0, "\x80\x02")}},
    {"a Python pickle", {PART(0, "\x80\x03")}},
    {"a Python pickle", {PART(0, "\x80\x04\x95")}},
    {"a Python pickle", {PART(0, "\x80\x05\x95")}},
    {"a pointer of Git LFS, which stands for a file that was not fetched", {PART(0, "version https://git-lfs")}},
};

// By the third byte of an IDX file; NULL: there is no such type.
static const char *const idx_types[16] = {[0x8] = "unsigned bytes",  [0x9] = "signed bytes", [0xb] = "16-bit integers",
                                          [0xc] = "32-bit integers", [0xd] = "float32",      [0xe] = "float64"};

static bool has_part(const Part *part, const uint8_t *bytes, size_t size)
{
    return part->size == 0 || (size >= part->at + part->size && memcmp(bytes + part->at, part->bytes, part->size) == 0);
}

static const char *name_row(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (has_part(&kinds[i].parts[0], bytes, size) && has_part(&kinds[i].parts[1], bytes, size))
            return kinds[i].words;
    return NULL;
}

static uint64_t decode_little_endian(const uint8_t *bytes, int size)
{
    uint64_t value = 0;
    while (size-- > 0)
        value = value << 8 | bytes[size];
    return value;
}

static bool describe_idx(char text[FILE_KIND_TEXT], const uint8_t *bytes, size_t size)
{
    if (size < 4 || bytes[0] || bytes[1] || bytes[2] > 0xf || !idx_types[bytes[2]])
        return false;
    const bool is_byte = bytes[2] == 0x8;
    (void)snprintf(text, FILE_KIND_TEXT, "an IDX file of %s of rank %d%s (magic number 0x%02x%02x%02x%02x)",
                   idx_types[bytes[2]], bytes[3],
                   is_byte && bytes[3] == 1   ? ", which are labels"
                   : is_byte && bytes[3] == 3 ? ", which are images"
                                              : "",
                   bytes[0], bytes[1], bytes[2], bytes[3]);
    return true;
}

static bool ends_in(const uint8_t *name, size_t length, const char *end)
{
    const size_t tail = strlen(end);
    return length >= tail && memcmp(name + length - tail, end, tail) == 0;
}

// What a zip file's first entries say it is. They are found by how they begin, since PyTorch tells their sizes only
// behind them.
static const char *name_zip(const uint8_t *bytes, size_t size)
{
    const uint8_t *end = bytes + size, *entry = bytes;
    if (size < 4 || (memcmp(bytes, "PK\3\4", 4) != 0 && memcmp(bytes, "PK\5\6", 4) != 0))
        return NULL;
    while ((entry = memmem(entry, (size_t)(end - entry), "PK\3\4", 4)) && end - entry >= ZIP_HEADER) {
        const uint8_t *name = entry + ZIP_HEADER;
        const size_t length = (size_t)decode_little_endian(entry + 26, 2);
        if (length > (size_t)(end - name))
            break;
        if (ends_in(name, length, "/data.pkl") || ends_in(name, length, "/data/0"))
            return "a PyTorch file (a zip file with a pickle and tensors)";
        if (ends_in(name, length, ".npy"))
            return "a zip file of NumPy arrays (.npz)";
        if (ends_in(name, length, "config.json") || ends_in(name, length, "metadata.json"))
            return "a Keras model (.keras)";
        entry = name + length;
    }
    return "a zip file";
}

static bool begins_with(const uint8_t *bytes, size_t size, const char *start)
{
    return size >= strlen(start) && strncasecmp((const char *)bytes, start, strlen(start)) == 0;
}

// A message of protocol buffers whose first field is the format's version; then who made it, or the graph.
static const char *name_onnx(const uint8_t *bytes, size_t size)
{
    enum { VERSION = 0x08, VERSION_MAX = 32, PRODUCER = 0x12, GRAPH = 0x3a };
    const bool is_model = size >= 4 && bytes[0] == VERSION && bytes[1] > 0 && bytes[1] <= VERSION_MAX &&
                          (bytes[2] == PRODUCER || bytes[2] == GRAPH);
    return is_model ? "an ONNX model" : NULL;
}

static const char *name_markup(const uint8_t *bytes, size_t size)
{
    if (begins_with(bytes, size, "<?xml"))
        return "an XML file";
    if (begins_with(bytes, size, "<svg"))
        return "an SVG picture";
    return size >= 2 && bytes[0] == '<' && (bytes[1] == '!' || isalpha(bytes[1])) ? "a web page (HTML)" : NULL;
}

// Text has no control bytes but white space. Bytes beyond ASCII may be UTF-8 or an older encoding; fe and ff hardly
// occur in either.
static const char *name_text(const uint8_t *bytes, size_t size)
{
    bool has_comma = false, first_line = true;
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    while (size > 0 && isspace(*bytes)) {
        bytes++;
        size--;
    }
    const char *markup = name_markup(bytes, size);
    if (markup || size == 0)
        return markup;
    for (size_t i = 0; i < size; i++) {
        if ((bytes[i] < ' ' && !isspace(bytes[i])) || bytes[i] == 0x7f || bytes[i] >= 0xfe)
            return NULL;
        first_line = first_line && bytes[i] != '\n';
        has_comma = has_comma || (first_line && bytes[i] == ',');
    }
    if (*bytes == '{' || *bytes == '[')
        return "JSON text";
    return has_comma ? "a table of comma-separated values (CSV)" : "plain text";
}

bool file_kind_is_gzip(const uint8_t *bytes, size_t size) { return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

bool file_kind_is_safetensors(const uint8_t *bytes, size_t size)
{
    const uint64_t header = size > SAFETENSORS_PREFIX_SIZE ? decode_little_endian(bytes, SAFETENSORS_PREFIX_SIZE) : 0;
    return header >= 2 && header <= SAFETENSORS_HEADER_MAX && bytes[SAFETENSORS_PREFIX_SIZE] == '{';
}

bool file_kind_describe(char text[FILE_KIND_TEXT], const uint8_t *bytes, size_t size)
{
    size = size < FILE_KIND_BYTES ? size : FILE_KIND_BYTES;
    if (describe_idx(text, bytes, size))
        return true;
    // Safetensors first: the size that they begin with may be any two bytes and zeros.
    const char *words = size == 0                               ? "an empty file"
                        : file_kind_is_safetensors(bytes, size) ? "a safetensors file"
                                                                : name_zip(bytes, size);
    words = words ? words : name_row(bytes, size);
    words = words ? words : name_onnx(bytes, size);
    words = words ? words : name_text(bytes, size);
    if (words)
        (void)snprintf(text, FILE_KIND_TEXT, "%s", words);
    return words != NULL;
}

bool file_kind_refuse(const char *path, const uint8_t *bytes, size_t size, const char *expected, Error *error)
{
    char kind[FILE_KIND_TEXT], start[16] = "";
    path = file_shorten_path(path);
    if (file_kind_describe(kind, bytes, size))
        return error_set(error, "%s is %s, and %s was expected", path, kind, expected);
    for (size_t i = 0; i < 4 && i < size; i++)
        (void)snprintf(start + 3 * i, sizeof start - 3 * i, " %02x", bytes[i]);
    return error_set(error, "%s begins with the bytes%s, and %s was expected", path, start, expected);
}
