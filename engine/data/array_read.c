// Array read: see array_read.h.
//
// A header's promise is checked against the file's size before anything is allocated. Images are read and brought to
// 28x28 one by one; only where the first index runs fastest (Fortran's order) must all of them be there first.
#include "data/array_read.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"

// Deflate's best: two bits for a run of 258 bytes.
enum { DEFLATE_RATIO_MAX = 1032, PIECE = 4 << 20, CHANNELS_MAX = 4 };

typedef struct Items {
    const char *name; // "images"
    uint64_t count, payload;
    size_t size; // of one, bytes
} Items;

// ---- what the header promises -------------------------------------------------------------------------------------

static bool refuse_length(const ArrayReading *reading, const Items *items, uint64_t expected, uint64_t found)
{
    return error_set(reading->error,
                     "%s %s: it is %llu bytes long where its header promises %llu %s, %llu bytes in all", reading->name,
                     found < expected ? "is truncated" : "has trailing bytes", (unsigned long long)found,
                     (unsigned long long)items->count, items->name, (unsigned long long)expected);
}

// Whether the file can hold what its header promises, told from its size alone.
static bool check_promise(const ArrayReading *reading, const Items *items)
{
    const uint64_t size = reading->from->size;
    if (!reading->from->is_gzip) {
        const uint64_t whole = items->payload + reading->header_size;
        return size == whole || refuse_length(reading, items, whole, size);
    }
    if (items->payload / DEFLATE_RATIO_MAX > size) {
        return error_set(reading->error,
                         "%s promises %llu %s, %llu bytes, more than a gzip file of %llu bytes can inflate to",
                         reading->name, (unsigned long long)items->count, items->name,
                         (unsigned long long)items->payload, (unsigned long long)size);
    }
    return true;
}

static bool begin(const ArrayReading *reading, const char *name, Items *items)
{
    char text[ARRAY_TEXT_SIZE];
    *items = (Items){.name = name, .count = reading->shape.sizes[0]};
    if (items->count == 0)
        return error_set(reading->error, "%s promises 0 %s where at least 1 was expected", reading->name, name);
    if (!array_measure(&reading->shape, &items->payload)) {
        array_describe(&reading->shape, text);
        return error_set(reading->error, "%s promises more than any file can hold: %s", reading->name, text);
    }
    items->size = (size_t)(items->payload / items->count);
    return check_promise(reading, items);
}

// After the last promised byte a gzip file has its checksum and then nothing.
static bool check_end(const ArrayReading *reading, const Items *items)
{
    uint8_t extra;
    size_t got;
    if (!reading->from->is_gzip)
        return true;
    if (!byte_reader_read(reading->from, &extra, 1, &got))
        return false;
    if (got > 0) {
        return error_set(reading->error, "%s inflates past the %llu %s, %llu bytes, that its header promises",
                         reading->name, (unsigned long long)items->count, items->name,
                         (unsigned long long)items->payload);
    }
    const uint64_t trailing = byte_reader_count_trailing(reading->from);
    return trailing == 0 ||
           error_set(reading->error, "%s has %llu trailing bytes after its gzip data, where the end was expected",
                     reading->name, (unsigned long long)trailing);
}

// done: bytes of the payload that were read before.
static bool read_exactly(const ArrayReading *reading, const Items *items, uint8_t *bytes, size_t want, uint64_t done)
{
    for (size_t at = 0, got; at < want; at += got) {
        const size_t step = want - at < PIECE ? want - at : PIECE;
        if (!byte_reader_read(reading->from, bytes + at, step, &got))
            return false;
        if (got < step)
            return error_set(
                reading->error,
                "%s is truncated: it inflates to %llu bytes after its header, which promises %llu %s, %llu bytes",
                reading->name, (unsigned long long)(done + at + got), (unsigned long long)items->count, items->name,
                (unsigned long long)items->payload);
        if ((done + at + got) / PIECE > (done + at) / PIECE &&
            !load_progress_report(reading->progress, done + at + got, items->payload, reading->error))
            return false;
    }
    return true;
}

// ---- images -------------------------------------------------------------------------------------------------------

static uint64_t find_root(uint64_t square)
{
    uint64_t root = 0;
    while (root * root < square && root <= INTAKE_SIDE_MAX)
        root++;
    return root * root == square ? root : 0;
}

bool array_is_images(const ArrayShape *shape)
{
    return shape->rank >= 3 || (shape->rank == 2 && find_root(shape->sizes[1]) >= INTAKE_SIDE_MIN);
}

static bool find_shape(const ArrayReading *reading, IntakeShape *out)
{
    const ArrayShape *shape = &reading->shape;
    char text[ARRAY_TEXT_SIZE];
    uint64_t height = shape->sizes[1], width = shape->sizes[2], channels = 1;
    bool is_planar = false;
    if (shape->rank == 2)
        height = width = find_root(shape->sizes[1]);
    if (shape->rank == 4) {
        is_planar = shape->sizes[1] <= CHANNELS_MAX && shape->sizes[3] > CHANNELS_MAX;
        channels = shape->sizes[is_planar ? 1 : 3];
        height = shape->sizes[is_planar ? 2 : 1];
        width = shape->sizes[is_planar ? 3 : 2];
    }
    if (shape->text_size > 0 || !array_is_images(shape) || channels < 1 || channels > CHANNELS_MAX ||
        height > INT_MAX || width > INT_MAX) {
        array_describe(shape, text);
        return error_set(reading->error,
                         "%s is an array of %s, and images were expected: (count, height, width), with a last or a "
                         "second axis of 1 to %d colours, or (count, pixels)",
                         reading->name, text, CHANNELS_MAX);
    }
    *out = (IntakeShape){(int)width, (int)height, (int)channels, is_planar};
    return true;
}

// Gathers image number `image` of all the numbers: the first index of the array runs fastest, the last slowest.
static void gather(const ArrayShape *shape, const uint8_t *all, uint64_t image, uint8_t *out)
{
    const size_t size = (size_t)element_get(shape->type)->size;
    uint64_t index[ARRAY_RANK_MAX] = {0}, total = 1;
    for (int axis = 1; axis < shape->rank; axis++)
        total *= shape->sizes[axis];
    for (uint64_t i = 0; i < total; i++) {
        uint64_t from = 0;
        for (int axis = shape->rank - 1; axis > 0; axis--)
            from = (from + index[axis]) * shape->sizes[axis - 1];
        memcpy(out + i * size, all + (from + image) * size, size);
        for (int axis = shape->rank - 1; axis > 0 && ++index[axis] == shape->sizes[axis]; axis--)
            index[axis] = 0;
    }
}

typedef struct Work {
    uint8_t *item, *all; // all: NULL where images come one by one
    float *numbers, *scratch;
} Work;

static bool create_work(Work *work, const ArrayReading *reading, const Items *items)
{
    const size_t numbers = items->size / (size_t)element_get(reading->shape.type)->size;
    *work = (Work){malloc(items->size), NULL, malloc(numbers * sizeof(float)), malloc(INTAKE_SCRATCH * sizeof(float))};
    if (reading->shape.is_fortran)
        work->all = malloc((size_t)items->payload);
    return (work->item && work->numbers && work->scratch && (work->all || !reading->shape.is_fortran)) ||
           error_set(reading->error, "there is no memory to read %s", reading->name);
}

static void free_work(Work *work)
{
    free(work->item);
    free(work->all);
    free(work->numbers);
    free(work->scratch);
}

static bool convert_images(const ArrayReading *reading, const Items *items, const IntakeShape *shape, Intake *intake,
                           Split split, Work *work)
{
    const ArrayShape *array = &reading->shape;
    IntakeSet *set = &intake->sets[split];
    if (work->all && !read_exactly(reading, items, work->all, (size_t)items->payload, 0))
        return false;
    for (uint64_t i = 0; i < items->count; i++) {
        if (work->all)
            gather(array, work->all, i, work->item);
        else if (!read_exactly(reading, items, work->item, items->size, i * items->size))
            return false;
        array_decode(array, work->item, items->size / (size_t)element_get(array->type)->size, work->numbers);
        intake_put(intake, split, set->count++, shape, work->numbers, work->scratch);
    }
    return true;
}

bool array_read_images(ArrayReading *reading, Intake *intake, Split split)
{
    const ArrayShape *array = &reading->shape;
    IntakeShape shape;
    Items items;
    if (!find_shape(reading, &shape) || !begin(reading, "images", &items) ||
        !intake_check_shape(intake, &shape, reading->name, reading->error))
        return false;
    const bool is_ready = array->type == ELEMENT_U8 && !array->is_fortran && shape.width == DIGIT_SIDE &&
                          shape.height == DIGIT_SIDE && shape.channels == 1;
    const bool is_plain = is_ready || (array->type == ELEMENT_U8 && shape.width == DIGIT_SIDE &&
                                       shape.height == DIGIT_SIDE && shape.channels == 1);
    if (!intake_reserve(intake, split, items.count, array->type, !is_plain, reading->name, reading->error))
        return false;
    IntakeSet *set = &intake->sets[split];
    if (is_ready) {
        if (!read_exactly(reading, &items, set->pixels, (size_t)items.payload, 0))
            return false;
        set->count = (int)items.count;
        return check_end(reading, &items);
    }
    Work work;
    const bool is_read = create_work(&work, reading, &items) &&
                         convert_images(reading, &items, &shape, intake, split, &work) && check_end(reading, &items);
    free_work(&work);
    return is_read;
}

// ---- labels -------------------------------------------------------------------------------------------------------

// The number in a row and column of labels.
static bool decode_cell(const ArrayReading *reading, const Items *items, const uint8_t *bytes, uint64_t row,
                        uint64_t column, int32_t *out)
{
    const size_t size = (size_t)element_get(reading->shape.type)->size;
    const uint64_t at = reading->shape.is_fortran ? column * items->count + row : row * (items->size / size) + column;
    return array_decode_whole(&reading->shape, bytes + at * size, out);
}

// The column of a row in which the only 1 among zeros stands; -1: it is no such row.
static int32_t find_hot(const ArrayReading *reading, const Items *items, const uint8_t *bytes, uint64_t row)
{
    int32_t hot = -1, number;
    for (uint64_t column = 0; column < reading->shape.sizes[1]; column++) {
        if (!decode_cell(reading, items, bytes, row, column, &number) || number < 0 || number > 1 ||
            (number == 1 && hot >= 0))
            return -1;
        hot = number == 1 ? (int32_t)column : hot;
    }
    return hot;
}

// Whether every row is the place of a 1 (one-hot), which then is the label.
static bool decode_hot(const ArrayReading *reading, const Items *items, const uint8_t *bytes, int32_t *labels)
{
    for (uint64_t row = 0; row < items->count; row++) {
        labels[row] = find_hot(reading, items, bytes, row);
        if (labels[row] < 0)
            return false;
    }
    return true;
}

static bool decode_labels(const ArrayReading *reading, const Items *items, const uint8_t *bytes, Intake *intake,
                          IntakeSet *set)
{
    enum { HOT_MIN = 3, HOT_MAX = 1024 };
    const uint64_t columns = reading->shape.rank == 2 ? reading->shape.sizes[1] : 1;
    set->label_count = (int)items->count;
    if (columns >= HOT_MIN && columns <= HOT_MAX && decode_hot(reading, items, bytes, set->labels)) {
        notices_add(&intake->notices,
                    "of the %llu columns of the labels each has a 1 for one of them: its place is the label",
                    (unsigned long long)columns);
        return true;
    }
    if (columns > 1)
        notices_add(&intake->notices, "of the %llu columns of the labels the first was taken",
                    (unsigned long long)columns);
    for (uint64_t i = 0; i < items->count; i++)
        if (!decode_cell(reading, items, bytes, i, 0, &set->labels[i]))
            return error_set(reading->error, "%s has at index %llu a label that is no whole number of 32 bits",
                             reading->name, (unsigned long long)i);
    return true;
}

// A label as text, one byte or four (UTF-32) for a character; what is not ASCII becomes '?'.
static void decode_text(const ArrayShape *shape, const uint8_t *bytes, char out[LABEL_NAME_SIZE])
{
    const int step = shape->is_wide ? 4 : 1, first = shape->is_wide && shape->is_big_endian ? 3 : 0;
    int length = 0;
    for (int i = 0; i < shape->text_size / step && length < LABEL_NAME_SIZE - 1; i++) {
        unsigned others = 0;
        for (int k = 0; k < step; k++)
            others |= k == first ? 0 : bytes[i * step + k];
        const uint8_t c = bytes[i * step + first];
        if (c == 0 && others == 0)
            break;
        out[length++] = others == 0 && c >= ' ' && c < 0x7f ? (char)c : '?';
    }
    out[length] = '\0';
}

// Numbers where all of them are, else words.
static bool decode_texts(const ArrayReading *reading, const Items *items, const uint8_t *bytes, Intake *intake,
                         IntakeSet *set)
{
    char text[LABEL_NAME_SIZE], *end;
    bool are_numbers = true;
    set->label_count = (int)items->count;
    for (uint64_t i = 0; are_numbers && i < items->count; i++) {
        decode_text(&reading->shape, bytes + i * items->size, text);
        const long number = strtol(text, &end, 10);
        are_numbers = *text && !*end && number >= INT32_MIN && number <= INT32_MAX;
        set->labels[i] = (int32_t)number;
    }
    for (uint64_t i = 0; !are_numbers && i < items->count; i++) {
        decode_text(&reading->shape, bytes + i * items->size, text);
        set->labels[i] = label_names_add(&intake->label_names, text);
        if (set->labels[i] < 0)
            return error_set(reading->error, "%s has more than %d different labels", reading->name, LABEL_NAMES_MAX);
    }
    set->is_named = !are_numbers;
    return true;
}

static bool check_labels(const ArrayReading *reading)
{
    char text[ARRAY_TEXT_SIZE];
    const bool is_text = reading->shape.text_size > 0;
    if (reading->shape.rank == 1 || (reading->shape.rank == 2 && (!is_text || reading->shape.sizes[1] == 1)))
        return true;
    array_describe(&reading->shape, text);
    return error_set(reading->error, "%s is an array of %s, and labels were expected: (count) or (count, columns)",
                     reading->name, text);
}

bool array_read_labels(ArrayReading *reading, Intake *intake, Split split)
{
    Items items;
    IntakeSet *set = &intake->sets[split];
    if (!check_labels(reading) || !begin(reading, "labels", &items) ||
        (items.size == 0 && !error_set(reading->error, "%s has labels of 0 columns", reading->name)) ||
        !intake_reserve_labels(intake, split, items.count, reading->name, reading->error))
        return false;
    uint8_t *bytes = items.payload <= SIZE_MAX ? malloc((size_t)items.payload) : NULL;
    if (!bytes)
        return error_set(reading->error, "there is no memory to read %s", reading->name);
    const bool is_read =
        read_exactly(reading, &items, bytes, (size_t)items.payload, 0) &&
        (reading->shape.text_size > 0 ? decode_texts : decode_labels)(reading, &items, bytes, intake, set) &&
        check_end(reading, &items);
    free(bytes);
    return is_read;
}
