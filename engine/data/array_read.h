// Array read: the images or labels of an array in a file, strictly: what its header promises, and nothing behind it.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "data/intake.h"
#include "io/byte_reader.h"

typedef struct ArrayReading {
    ByteReader *from; // behind the header
    const char *name; // of the file in sentences
    ArrayShape shape;
    size_t header_size; // bytes
    const LoadProgress *progress;
    Error *error;
} ArrayReading;

// One row of sizes: whether this shape can be images (count, height, width), (count, pixels) or with a fourth axis of
// colours; else it may be labels: (count) or (count, columns).
bool array_is_images(const ArrayShape *shape);

bool array_read_images(ArrayReading *reading, Intake *intake, Split split);

// Of several columns the first, or the place of the 1 where each row has one among zeros. Texts are numbers or words.
bool array_read_labels(ArrayReading *reading, Intake *intake, Split split);
