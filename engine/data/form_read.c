// Forms, reading: the parts of a plan, one after another, into the intake.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "data/csv.h"
#include "data/form.h"
#include "data/idx.h"
#include "data/npy.h"
#include "io/file.h"

enum { PICTURE_BYTES_MAX = 64 << 20, REPORT_PICTURES = 64 };

typedef struct Reading {
    const Plan *plan;
    Intake *intake;
    int pictures; // so far
} Reading;

typedef bool ReadPart(Reading *reading, const Part *part, ByteReader *from);

static bool read_idx_images(Reading *reading, const Part *part, ByteReader *from)
{
    return idx_read(from, IDX_IMAGES, reading->intake, part->split);
}

static bool read_idx_labels(Reading *reading, const Part *part, ByteReader *from)
{
    return idx_read(from, IDX_LABELS, reading->intake, part->split);
}

static bool read_npy_images(Reading *reading, const Part *part, ByteReader *from)
{
    return npy_read(from, NPY_IMAGES, reading->intake, part->split);
}

static bool read_npy_labels(Reading *reading, const Part *part, ByteReader *from)
{
    return npy_read(from, NPY_LABELS, reading->intake, part->split);
}

static bool read_npy_any(Reading *reading, const Part *part, ByteReader *from)
{
    return npy_read(from, NPY_ANY, reading->intake, part->split);
}

static bool read_csv(Reading *reading, const Part *part, ByteReader *from)
{
    return csv_read(from, reading->intake, part->split);
}

static bool read_csv_labels(Reading *reading, const Part *part, ByteReader *from)
{
    return csv_read_labels(from, reading->intake, part->split);
}

static bool put_picture(Reading *reading, const Part *part, const GreyPicture *picture)
{
    Intake *intake = reading->intake;
    IntakeSet *set = &intake->sets[part->split];
    const IntakeShape shape = {picture->width, picture->height, 1, false};
    if (shape.width != DIGIT_SIDE || shape.height != DIGIT_SIDE)
        intake_treat(intake, "from pictures of other sizes");
    if (shape.width != DIGIT_SIDE || shape.height != DIGIT_SIDE)
        notices_add(&intake->notices,
                    "pictures of other sizes were brought to %dx%d, smaller ones by bilinear "
                    "enlargement, larger ones by area average",
                    DIGIT_SIDE, DIGIT_SIDE);
    if (shape.width != shape.height)
        notices_add(&intake->notices, "pictures that are not square were stretched");
    if (picture->had_colour) {
        intake_treat(intake, "from colour");
        notices_add(&intake->notices, "colour was made grey: red, green and blue as bright as the eye sees them");
    }
    if (picture->ground)
        notices_add(&intake->notices, "what is transparent was laid on %s", picture->ground);
    for (long i = 0; i < (long)shape.width * shape.height; i++)
        picture->pixels[i] *= 255;
    intake_put(intake, part->split, part->place, &shape, picture->pixels, NULL);
    if (reading->plan->has_labels[part->split])
        set->labels[part->place] = part->label;
    return true;
}

static bool read_picture(Reading *reading, const Part *part, ByteReader *from)
{
    const DatasetOptions *options = reading->intake->options;
    const Plan *plan = reading->plan;
    size_t got;
    if (!options->read_picture)
        return error_set(from->error, "%s is a picture, and pictures cannot be read here", from->name);
    if (from->size > PICTURE_BYTES_MAX)
        return error_set(from->error, "%s has %llu bytes, and a picture of at most %d was expected", from->name,
                         (unsigned long long)from->size, PICTURE_BYTES_MAX);
    if (reading->pictures++ % REPORT_PICTURES == 0 &&
        !load_progress_report(options->progress, (uint64_t)reading->pictures,
                              (uint64_t)plan->counts[SPLIT_TRAIN] + (uint64_t)plan->counts[SPLIT_TEST], from->error))
        return false;
    uint8_t *bytes = malloc((size_t)from->size + 1);
    if (!bytes)
        return error_set(from->error, "there is no memory to read %s", from->name);
    GreyPicture picture = {.width = 0};
    const bool is_read = byte_reader_read(from, bytes, (size_t)from->size, &got) &&
                         options->read_picture(bytes, got, from->path, &picture, from->error) &&
                         put_picture(reading, part, &picture);
    free(bytes);
    free(picture.pixels);
    return is_read;
}

static ReadPart *const readers[PART_KINDS] = {
    [PART_IDX_IMAGES] = read_idx_images, [PART_IDX_LABELS] = read_idx_labels, [PART_NPY_IMAGES] = read_npy_images,
    [PART_NPY_LABELS] = read_npy_labels, [PART_NPY_ANY] = read_npy_any,       [PART_CSV] = read_csv,
    [PART_CSV_LABELS] = read_csv_labels, [PART_PICTURE] = read_picture,
};

static bool visit_part(void *context, int entry, ByteReader *from, Error *error)
{
    (void)error; // the reader has it
    Reading *reading = context;
    const Part *part = &reading->plan->parts[entry];
    return readers[part->kind](reading, part, from);
}

// "emnist" as a word of its own or at the front of one: not femnist.
static bool names_emnist(const char *path)
{
    const int length = form_folder_length(path);
    const char *name = path + (length ? length + 1 : 0);
    for (const char *found = name; (found = strcasestr(found, "emnist")); found++)
        if (found == name || !isalpha((unsigned char)found[-1]))
            return true;
    return false;
}

static bool reserve_pictures(const Plan *plan, Intake *intake, Error *error)
{
    const char *name = file_shorten_path(plan->source->path);
    for (Split split = 0; split < SPLIT_COUNT; split++) {
        const int count = plan->counts[split];
        if (count == 0)
            continue;
        if (!intake_reserve(intake, split, (uint64_t)count, ELEMENT_U8, true, name, error) ||
            (plan->has_labels[split] && !intake_reserve_labels(intake, split, (uint64_t)count, name, error)))
            return false;
        intake->sets[split].count = count;
        intake->sets[split].label_count = plan->has_labels[split] ? count : 0;
    }
    return true;
}

bool form_read(const Plan *plan, Intake *intake, Error *error)
{
    const Source *source = plan->source;
    bool *wanted = calloc((size_t)source->count, sizeof *wanted);
    if (!wanted)
        return error_set(error, "there is no memory for the files of %s", file_shorten_path(source->path));
    intake->is_emnist = source->is_archive && names_emnist(source->path);
    for (int i = 0; i < source->count; i++) {
        const int container = source->entries[i].container;
        wanted[i] = plan->parts[i].kind != PART_NONE;
        intake->is_emnist = intake->is_emnist || (wanted[i] && names_emnist(source->entries[i].path)) ||
                            (wanted[i] && container >= 0 && names_emnist(source->entries[container].path));
    }
    Reading reading = {plan, intake, 0};
    const bool is_read = reserve_pictures(plan, intake, error) &&
                         source_read(source, wanted, visit_part, &reading, plan->progress, error);
    free(wanted);
    if (is_read && intake->sets[SPLIT_TRAIN].count == 0)
        return error_set(error, "%s has labels and no images", file_shorten_path(source->path));
    return is_read;
}
