// Array: what an array of numbers in a file is like (IDX, .npy), and its numbers one after another as floats.
//
// Internal to the engine. Thread: no state; any thread.
// To add a type of number: a row in array.c.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ElementType {
    ELEMENT_U8, // must be the first: a zeroed ArrayShape is of bytes
    ELEMENT_BOOL,
    ELEMENT_I8,
    ELEMENT_U16,
    ELEMENT_I16,
    ELEMENT_U32,
    ELEMENT_I32,
    ELEMENT_U64,
    ELEMENT_I64,
    ELEMENT_F16,
    ELEMENT_F32,
    ELEMENT_F64,
    ELEMENT_COUNT
} ElementType;

typedef struct ElementRow {
    const char *name; // "float32"
    int size;         // bytes
    bool is_float;
    char npy[3]; // numpy's code: "f4"
    uint8_t idx; // the third byte of an IDX file; 0: it has none
} ElementRow;

const ElementRow *element_get(ElementType type);

enum { ARRAY_RANK_MAX = 4 };

typedef struct ArrayShape {
    ElementType type;
    bool is_big_endian, is_fortran; // is_fortran: the first index runs fastest
    int text_size;                  // bytes of an element that is text, whatever type says; 0: it is a number
    bool is_wide;                   // four bytes for a character of the text
    int rank;                       // 0 .. ARRAY_RANK_MAX
    uint64_t sizes[ARRAY_RANK_MAX];
} ArrayShape;

// "float32, 600x28x28"
enum { ARRAY_TEXT_SIZE = 128 };
void array_describe(const ArrayShape *shape, char text[ARRAY_TEXT_SIZE]);

// How many bytes it has; false where that is more than 2^62.
bool array_measure(const ArrayShape *shape, uint64_t *bytes);

// The numbers of so many elements, in the order in which they are stored. What no float can hold exactly is rounded.
void array_decode(const ArrayShape *shape, const uint8_t *bytes, size_t count, float *out);

// One element as a whole number that fits; false where it is none.
bool array_decode_whole(const ArrayShape *shape, const uint8_t *bytes, int32_t *out);
