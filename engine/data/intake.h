// Intake: the images and labels of a data set as they are read, whatever their size, colours and numbers; out comes a
// Dataset of 28x28 grey bytes.
//
// Each image is brought to 28x28 as it comes, so that memory holds no other. What bytes are is known at once; of other
// numbers the least and the most must be known first, so they wait as floats. Whatever is done is said in the notices.
// Internal to the engine: part of dataset.h's implementation. Thread: no state; any thread.
#pragma once
#include "data/array.h"
#include "data/dataset.h"
#include "data/label_names.h"

enum { INTAKE_NAME_SIZE = 208, INTAKE_SIDE_MIN = 8, INTAKE_SIDE_MAX = 256, INTAKE_CONVERTED_MAX = 2000000 };

typedef enum Split { SPLIT_TRAIN, SPLIT_TEST, SPLIT_COUNT } Split;

typedef struct IntakeShape {
    int width, height, channels; // channels: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha
    bool is_planar;              // all of one channel, then all of the next
} IntakeShape;

typedef struct IntakeSet {
    int count, capacity; // images
    uint8_t *pixels;     // (capacity, DIGIT_PIXELS); or, where the numbers are no bytes,
    float *values;       // the same as they came
    bool is_plain;       // the bytes are as they came
    float least, most;   // of what came; of plain bytes it is found at the end
    bool is_whole;       // all of them are whole numbers
    int32_t *labels;
    int label_count, label_capacity;
    bool is_named;                                                     // the labels are places among the intake's names
    ElementType type;                                                  // of the images
    char images_name[INTAKE_NAME_SIZE], labels_name[INTAKE_NAME_SIZE]; // for sentences
} IntakeSet;

typedef struct Intake {
    const DatasetOptions *options; // never NULL
    const char *name;              // of the set; borrowed
    IntakeSet sets[SPLIT_COUNT];
    LabelNames label_names;
    bool is_emnist; // its names say so
    Notices notices;
    char treatment[96]; // as a Dataset has it
} Intake;

void intake_begin(Intake *intake, const DatasetOptions *options, const char *name);
void intake_free(Intake *intake);

// Whether images of this shape are taken; name is that of the file. Says what will be done with them.
bool intake_check_shape(Intake *intake, const IntakeShape *shape, const char *name, Error *error);

// Adds to what was done, for captions, what is not among it yet.
void intake_treat(Intake *intake, const char *words);

// Room for so many more images, whose numbers are of this type, and for their labels. is_converted: they do not come as
// 28x28 bytes.
bool intake_reserve(Intake *intake, Split split, uint64_t count, ElementType type, bool is_converted, const char *name,
                    Error *error);
bool intake_reserve_labels(Intake *intake, Split split, uint64_t count, const char *name, Error *error);

// Twice the room that there is, for the labels, too.
bool intake_grow(Intake *intake, Split split, const char *name, Error *error);

// An image at a place below the capacity; numbers (height, width, channels) or planar. Scratch: intake_scratch.
void intake_put(Intake *intake, Split split, int place, const IntakeShape *shape, const float *numbers, float *scratch);
enum { INTAKE_SCRATCH = INTAKE_SIDE_MAX * INTAKE_SIDE_MAX };

// From now on the numbers of this set wait as floats: something came that is no byte.
bool intake_widen(Intake *intake, Split split, const char *name, Error *error);

// Scales, turns, inverts and splits as the options say. Takes the memory over where it succeeds; intake_free in any
// case.
bool intake_finish(Intake *intake, Dataset *out, Error *error);

// Part of intake_finish: whether these images lie on their side as EMNIST's do, told from what they show (upright.c).
typedef enum Lying { LYING_UNKNOWN, LYING_UPRIGHT, LYING_TRANSPOSED } Lying;
Lying upright_judge(const ImageSet *set);

void upright_turn(const ImageSet *set, ImageTurn turn);
