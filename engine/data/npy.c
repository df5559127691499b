// NumPy array: see npy.h.
#include "data/npy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC_SIZE = 6, PREFIX_MAX = 12, HEADER_MAX = 65536, DIGITS_MAX = 15 };

// ---- the header's grammar -----------------------------------------------------------------------------------------

typedef struct Scanner {
    const char *at, *end;
} Scanner;

static void skip_space(Scanner *scanner)
{
    while (scanner->at < scanner->end && (*scanner->at == ' ' || *scanner->at == '\n'))
        scanner->at++;
}

// Whether the word comes next; then it is passed.
static bool take(Scanner *scanner, const char *word)
{
    const size_t length = strlen(word);
    skip_space(scanner);
    if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0)
        return false;
    scanner->at += length;
    return true;
}

// A string in either quotes without escapes; at most 15 bytes, which all that are known have.
static bool take_string(Scanner *scanner, char out[16])
{
    size_t length = 0;
    const char *quote = take(scanner, "'") ? "'" : take(scanner, "\"") ? "\"" : NULL;
    while (quote && scanner->at < scanner->end && *scanner->at != *quote && *scanner->at != '\\' && length < 15)
        out[length++] = *scanner->at++;
    out[length] = '\0';
    if (!quote || scanner->at == scanner->end || *scanner->at != *quote)
        return false;
    scanner->at++;
    return true;
}

static bool take_size(Scanner *scanner, uint64_t *out)
{
    int digits = 0;
    skip_space(scanner);
    for (*out = 0; scanner->at < scanner->end && isdigit((unsigned char)*scanner->at); digits++)
        *out = digits < DIGITS_MAX ? *out * 10 + (uint64_t)(*scanner->at++ - '0') : (scanner->at++, UINT64_MAX >> 1);
    return digits > 0 && digits <= DIGITS_MAX;
}

static bool take_shape(Scanner *scanner, ArrayShape *shape)
{
    if (!take(scanner, "("))
        return false;
    shape->rank = 0;
    while (!take(scanner, ")")) {
        if (shape->rank == ARRAY_RANK_MAX || !take_size(scanner, &shape->sizes[shape->rank++]))
            return false;
        if (!take(scanner, ",") && !(take(scanner, ")") && shape->rank > 1))
            return false;
        if (scanner->at[-1] == ')')
            return true;
    }
    return true;
}

// "U5", "S1": texts of so many characters of UTF-32, of so many bytes.
static bool take_text_type(const char *text, ArrayShape *shape)
{
    enum { TEXT_MAX = 1024 };
    int length = 0;
    shape->is_wide = *text == 'U';
    if (*text != 'U' && *text != 'S')
        return false;
    for (text++; isdigit((unsigned char)*text) && length <= TEXT_MAX; text++)
        length = length * 10 + (*text - '0');
    shape->text_size = length * (shape->is_wide ? 4 : 1);
    return length > 0 && length <= TEXT_MAX && !*text;
}

static bool take_type(Scanner *scanner, ArrayShape *shape)
{
    char text[16];
    if (!take_string(scanner, text) || !*text || !strchr("<>|=", text[0]))
        return false;
    shape->is_big_endian = text[0] == '>'; // "=" is the writer's own, which is little as ours
    for (ElementType type = 0; type < ELEMENT_COUNT; type++)
        if (strcmp(element_get(type)->npy, text + 1) == 0) {
            shape->type = type;
            return true;
        }
    return take_text_type(text + 1, shape);
}

// NULL, or what is wrong with the header.
static const char *parse_header(const char *text, size_t size, ArrayShape *shape)
{
    enum { TYPE = 1, ORDER = 2, SHAPE = 4, ALL = 7 };
    Scanner scanner = {text, text + size};
    unsigned seen = 0;
    if (!take(&scanner, "{"))
        return "its header is no dictionary";
    while (!take(&scanner, "}")) {
        char key[16];
        if (!take_string(&scanner, key) || !take(&scanner, ":"))
            return "its header has something else than a key";
        const unsigned bit = strcmp(key, "descr") == 0           ? TYPE
                             : strcmp(key, "fortran_order") == 0 ? ORDER
                             : strcmp(key, "shape") == 0         ? SHAPE
                                                                 : 0;
        if (bit == 0 || seen & bit)
            return "its header has another key than 'descr', 'fortran_order' and 'shape', or one twice";
        seen |= bit;
        if (bit == TYPE && take(&scanner, "'|O'"))
            return "it holds Python objects (dtype object), which only Python can read; astype makes numbers of them";
        if (bit == TYPE && !take_type(&scanner, shape))
            return "its 'descr' is none of bool, int8 to int64, uint8 to uint64, float16, float32, float64 and texts";
        if (bit == ORDER && !(shape->is_fortran = take(&scanner, "True")) && !take(&scanner, "False"))
            return "its 'fortran_order' is neither True nor False";
        if (bit == SHAPE && !take_shape(&scanner, shape))
            return "its 'shape' is no tuple of at most 4 sizes";
        if (!take(&scanner, ",") && !(scanner.at < scanner.end && *scanner.at == '}'))
            return "its header has something else than a comma between its keys";
    }
    skip_space(&scanner);
    if (scanner.at != scanner.end)
        return "its header goes on behind its dictionary";
    return seen == ALL ? NULL : "its header lacks 'descr', 'fortran_order' or 'shape'";
}

// ---- the file -----------------------------------------------------------------------------------------------------

static bool read_all(ByteReader *from, void *bytes, size_t want)
{
    size_t got;
    return byte_reader_read(from, bytes, want, &got) &&
           (got == want || error_set(from->error, "%s is truncated: it ends in its header", from->name));
}

static bool read_header(ByteReader *from, ArrayReading *reading)
{
    uint8_t prefix[PREFIX_MAX];
    if (from->start_size < MAGIC_SIZE + 2 || memcmp(from->start, "\x93NUMPY", MAGIC_SIZE) != 0)
        return file_kind_refuse(from->path, from->start, from->start_size, "a NumPy array (.npy)", from->error);
    const int version = from->start[MAGIC_SIZE];
    if (version < 1 || version > 3)
        return error_set(from->error, "%s is a NumPy array of version %d where 1 to 3 were expected", from->name,
                         version);
    const size_t prefix_size = version == 1 ? 10 : 12;
    if (!read_all(from, prefix, prefix_size))
        return false;
    size_t size = (size_t)prefix[8] | (size_t)prefix[9] << 8;
    if (version > 1)
        size |= (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24;
    if (size > HEADER_MAX)
        return error_set(from->error, "%s promises a header of %zu bytes where at most %d were expected", from->name,
                         size, HEADER_MAX);
    char *text = malloc(size + 1);
    if (!text)
        return error_set(from->error, "there is no memory to read %s", from->name);
    const bool is_read = read_all(from, text, size);
    const char *problem = is_read ? parse_header(text, size, &reading->shape) : NULL;
    free(text);
    reading->header_size = prefix_size + size;
    return is_read && (!problem || error_set(from->error, "%s is no array that can be read: %s", from->name, problem));
}

bool npy_read(ByteReader *from, NpyKind kind, Intake *intake, Split split)
{
    ArrayReading reading = {
        .from = from, .name = from->name, .progress = intake->options->progress, .error = from->error};
    if (file_kind_is_gzip(from->start, from->start_size) && !byte_reader_unpack(from))
        return false;
    if (!read_header(from, &reading))
        return false;
    const bool is_images =
        kind == NPY_IMAGES || (kind == NPY_ANY && reading.shape.text_size == 0 && array_is_images(&reading.shape));
    if (kind == NPY_ANY) {
        const IntakeSet *train = &intake->sets[SPLIT_TRAIN];
        split = (is_images ? train->count > 0 : train->label_count > 0) ? SPLIT_TEST : SPLIT_TRAIN;
    }
    return is_images ? array_read_images(&reading, intake, split) : array_read_labels(&reading, intake, split);
}
