#include "data/array.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const ElementRow rows[ELEMENT_COUNT] = {
    [ELEMENT_U8] = {"unsigned bytes", 1, false, "u1", 0x8},   [ELEMENT_BOOL] = {"booleans", 1, false, "b1", 0},
    [ELEMENT_I8] = {"signed bytes", 1, false, "i1", 0x9},     [ELEMENT_U16] = {"uint16", 2, false, "u2", 0},
    [ELEMENT_I16] = {"16-bit integers", 2, false, "i2", 0xb}, [ELEMENT_U32] = {"uint32", 4, false, "u4", 0},
    [ELEMENT_I32] = {"32-bit integers", 4, false, "i4", 0xc}, [ELEMENT_U64] = {"uint64", 8, false, "u8", 0},
    [ELEMENT_I64] = {"64-bit integers", 8, false, "i8", 0},   [ELEMENT_F16] = {"float16", 2, true, "f2", 0},
    [ELEMENT_F32] = {"float32", 4, true, "f4", 0xd},          [ELEMENT_F64] = {"float64", 8, true, "f8", 0xe},
};

const ElementRow *element_get(ElementType type)
{
    assert(type >= 0 && type < ELEMENT_COUNT);
    return &rows[type];
}

void array_describe(const ArrayShape *shape, char text[ARRAY_TEXT_SIZE])
{
    int length =
        snprintf(text, ARRAY_TEXT_SIZE, "%s, ", shape->text_size > 0 ? "texts" : element_get(shape->type)->name);
    for (int i = 0; i < shape->rank; i++)
        length += snprintf(text + length, ARRAY_TEXT_SIZE - (size_t)length, "%s%llu", i > 0 ? "x" : "",
                           (unsigned long long)shape->sizes[i]);
    if (shape->rank == 0)
        (void)snprintf(text + length, ARRAY_TEXT_SIZE - (size_t)length, "a single one");
}

bool array_measure(const ArrayShape *shape, uint64_t *bytes)
{
    const uint64_t most = UINT64_C(1) << 62;
    *bytes = shape->text_size > 0 ? (uint64_t)shape->text_size : (uint64_t)element_get(shape->type)->size;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->sizes[i] > 0 && *bytes > most / shape->sizes[i])
            return false;
        *bytes *= shape->sizes[i];
    }
    return true;
}

static uint64_t read_bits(const uint8_t *bytes, int size, bool is_big_endian)
{
    uint64_t bits = 0;
    for (int i = 0; i < size; i++)
        bits = bits << 8 | bytes[is_big_endian ? i : size - 1 - i];
    return bits;
}

static double half_to_double(uint64_t bits)
{
    const int exponent = bits >> 10 & 31;
    const double fraction = (double)(bits & 1023) / 1024, sign = bits >> 15 & 1 ? -1 : 1;
    if (exponent == 31)
        return fraction > 0 ? NAN : sign * INFINITY;
    return sign * (exponent == 0 ? ldexp(fraction, -14) : ldexp(1 + fraction, exponent - 15));
}

static double bits_to_double(ElementType type, uint64_t bits)
{
    float single;
    double wide;
    const uint32_t low = (uint32_t)bits;
    switch (type) {
    case ELEMENT_BOOL: return bits != 0;
    case ELEMENT_U8:
    case ELEMENT_U16:
    case ELEMENT_U32:
    case ELEMENT_U64: return (double)bits;
    case ELEMENT_I8: return (int8_t)bits;
    case ELEMENT_I16: return (int16_t)bits;
    case ELEMENT_I32: return (int32_t)bits;
    case ELEMENT_I64: return (double)(int64_t)bits;
    case ELEMENT_F16: return half_to_double(bits);
    case ELEMENT_F32: memcpy(&single, &low, sizeof single); return (double)single;
    case ELEMENT_F64: memcpy(&wide, &bits, sizeof wide); return wide;
    case ELEMENT_COUNT: break;
    }
    assert(type < ELEMENT_COUNT);
    return 0;
}

void array_decode(const ArrayShape *shape, const uint8_t *bytes, size_t count, float *out)
{
    const int size = element_get(shape->type)->size;
    if (shape->type == ELEMENT_U8) {
        for (size_t i = 0; i < count; i++)
            out[i] = bytes[i];
        return;
    }
    for (size_t i = 0; i < count; i++, bytes += size)
        out[i] = (float)bits_to_double(shape->type, read_bits(bytes, size, shape->is_big_endian));
}

bool array_decode_whole(const ArrayShape *shape, const uint8_t *bytes, int32_t *out)
{
    const double value =
        bits_to_double(shape->type, read_bits(bytes, element_get(shape->type)->size, shape->is_big_endian));
    if (!(value >= INT32_MIN && value <= INT32_MAX) || value != floor(value))
        return false;
    *out = (int32_t)value;
    return true;
}
