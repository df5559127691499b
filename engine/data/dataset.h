// Dataset: a training set and a test set of 28x28 grey digits, kept as bytes.
//
// They are read from a folder, a file or an archive in any of the forms in which data sets are handed around
// (dataset_open), or drawn by the program.
// A target value is pixel / 255 in [0, 1]. Rows run top to bottom, columns left to right, 0 is black (no ink).
// Thread: immutable once loaded, so any number of threads may read it.
#pragma once
#include <limits.h>
#include <stdint.h>

#include "error.h"
#include "io/new_folder.h"
#include "load_progress.h"
#include "notices.h"
#include "pool.h"
#include "sweep.h"

enum { DIGIT_SIDE = 28, DIGIT_PIXELS = DIGIT_SIDE * DIGIT_SIDE, DIGIT_CLASSES = 10 };

typedef struct ImageSet {
    int count;
    uint8_t *pixels; // (count, DIGIT_PIXELS)
    int32_t *labels; // (count), of any value; NULL where the set has none
} ImageSet;

// How images are turned on the way in. AUTO: EMNIST's, which are stored transposed.
typedef enum ImageTurn { TURN_AUTO, TURN_NONE, TURN_TRANSPOSE, TURN_LEFT, TURN_RIGHT, TURN_HALF, TURN_COUNT } ImageTurn;

const char *image_turn_key(ImageTurn turn); // "transpose"

// A picture that was read: row by row from the top, 0 black .. 1 white. pixels: free.
typedef struct GreyPicture {
    int width, height;
    float *pixels; // (height, width)
    bool had_colour;
    const char *ground; // on which what is transparent was laid, "black"; NULL: nothing was
} GreyPicture;

// Reads a PNG or its like, for the engine knows none; name stands for the file in sentences.
typedef bool ReadPicture(const uint8_t *bytes, size_t size, const char *name, GreyPicture *out, Error *error);

// Zero: the default of each.
typedef struct DatasetOptions {
    ImageTurn turn;
    bool invert;                  // ink is dark in it
    float scale_max;              // the number that is white; 0: 255 of bytes, of others told from what there is
    ReadPicture *read_picture;    // NULL: there are no pictures
    const LoadProgress *progress; // NULL: nobody waits
} DatasetOptions;

// image_set_digest's, of a data set.
typedef struct DataSums {
    char train[65], test[65];
} DataSums;

typedef struct Dataset {
    char name[64]; // "builtin", or the last part of the path
    ImageSet train, test;
    Notices notices;        // what was done to it on the way in, or noticed about it
    char treatment[96];     // what was done, for captions: "transposed, from 32x32"; "": nothing
    DatasetOptions options; // turn, invert and scale_max, as they were asked for
    char folder[PATH_MAX];  // where its IDX files lie; "": it was read from something else
    DataSums sums;          // where who read it has found them; else ""
} Dataset;

// How many distinct labels are counted one by one.
enum { LABEL_KINDS_MAX = 128 };

typedef struct LabelCount {
    int32_t label;
    int count;
} LabelCount;

// What `losslens data` prints of one ImageSet. Shares are of all pixels, in [0, 1].
typedef struct ImageSetFacts {
    int count;
    double mean;             // mean target value
    double zero, grey, full; // share of pixels that are 0, between, 255
    double bce_floor;        // mean of H(t) = -(t ln t + (1-t) ln(1-t)) over all pixels, in nats
    bool has_labels;
    int label_counts[DIGIT_CLASSES];   // of the labels 0 to 9
    LabelCount kinds[LABEL_KINDS_MAX]; // every label that there is, the least first
    int kind_count;
    int other_labels; // images whose label had no room there
} ImageSetFacts;

// Reads a data set from a folder, from a file in it (its partners are found beside it), or from an archive (.zip, .tar,
// .tar.gz), in the first of these forms that is found there (dataset_forms.c):
//
//   IDX        [PREFIX-]{train,t10k,test}-{images,labels}-idx3-ubyte, '-' or '.' before "idx", plain or gzip
//   NumPy      .npz, or .npy files, named for what they hold: x_train, train_images, ...
//   CSV        one file, or two that are named for training and test; a line is an image
//   pictures   train/3/x.png, 3/x.png or flat
//   archive    one that lies in the folder
//
// Where it lies: in the folder itself, or nearest to it in a folder below; images of 8x8 to 256x256, grey or colour, of
// any type of number, come to 28x28 bytes. Without a test part, the last sixth of the images is lent to it; of
// pictures, every sixth, label by label in the order of the names. Whatever was done is in notices.
// What is not as its format says fails with a sentence that names the file, what was found and what was expected; out
// is then untouched. Memory stays within the size that a header promises, and never passes what its file can hold;
// archives are read in passing. options: NULL for the defaults. Owned by the caller: dataset_free.
bool dataset_open(Dataset *out, const char *path, const DatasetOptions *options, Error *error);

// The built-in digits (digits.h), all of them, on the pool's threads. Owned by the caller: dataset_free.
bool dataset_generate(Dataset *out, uint64_t seed, Pool *pool, Error *error);

// The same in slices: out has its memory at once, and its digits when the sweep is done.
Sweep *dataset_begin(Dataset *out, uint64_t seed, Error *error);

void dataset_free(Dataset *dataset); // also fine on a zeroed Dataset

// Writes the set as the four MNIST-named .gz files, two without labels, into folder, which is made where it does not
// exist: all of them or none (new_folder.h). A file that dataset_open would take for a part of it is an error with any
// naming. stop is asked now and then, NULL: never; anything but 0 ends it, false then as after a failure.
bool dataset_export(const Dataset *dataset, const char *folder, Naming naming, int (*stop)(void), Error *error);

// Takes the images of that label out of a set that has labels, and returns how many there were; the others keep their
// order.
int image_set_leave_out(ImageSet *set, int32_t label);

// SHA-256 of count as eight bytes, little endian, of all pixels and of the labels, where there are
// some, bytes where they fit, else 32 bits, little endian: 64 hex digits.
void image_set_digest(const ImageSet *set, char text[65]);

// Those of the set, which are found where they are not known: a moment.
void dataset_sum(const Dataset *dataset, DataSums *out);

ImageSetFacts image_set_facts(const ImageSet *set);
