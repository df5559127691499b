// The drawing in a picture's settings: the test digit that it is, or its ink, packed, so that it comes back as it was.
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "files/capture_fields.h"
#include "files/capture_pad.h"

enum { INK = PAD_SIDE * PAD_SIDE, PACKED_MAX = INK + INK / 1000 + 64, CODE = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

json_t *capture_write_pad(const CaptureSource *source)
{
    const int digit = source->frame->pad->now.source;
    return digit >= 0 ? json_sprintf("test %d", digit) : json_string("drawn");
}

// A digit of the set's size, as it lies on the fine raster.
static void spread(PadState *pad)
{
    for (int row = 0; row < PAD_SIDE; row++)
        for (int column = 0; column < PAD_SIDE; column++)
            pad->ink[row * PAD_SIDE + column] = pad->exact[row / PAD_FINE * DIGIT_SIDE + column / PAD_FINE];
}

bool capture_pack_drawing(const PadState *pad, char *code, size_t size)
{
    uint8_t packed[PACKED_MAX];
    uLongf length = sizeof packed;
    const bool is_packed = compress2(packed, &length, pad->is_exact ? pad->exact : pad->ink,
                                     pad->is_exact ? DIGIT_PIXELS : INK, 9) == Z_OK;
    if (!is_packed || sodium_base64_encoded_len(length, CODE) > size)
        return false;
    (void)sodium_bin2base64(code, size, packed, length, CODE);
    return true;
}

bool capture_unpack_drawing(const char *code, PadState *pad)
{
    uint8_t packed[PACKED_MAX], raster[INK];
    size_t size = 0;
    uLongf length = INK;
    if (sodium_base642bin(packed, sizeof packed, code, strlen(code), NULL, &size, NULL, CODE) != 0 ||
        uncompress(raster, &length, packed, (uLong)size) != Z_OK || (length != INK && length != DIGIT_PIXELS))
        return false;
    *pad = (PadState){.is_exact = length == DIGIT_PIXELS, .source = -1};
    memcpy(pad->is_exact ? pad->exact : pad->ink, raster, length);
    if (pad->is_exact)
        spread(pad);
    return true;
}

// raster: bytes of a side^2, top row first, deflated, in base64 for URLs.
json_t *capture_write_drawing(const CaptureSource *source)
{
    const PadState *now = &source->frame->pad->now;
    char code[sodium_base64_ENCODED_LEN(PACKED_MAX, CODE)];
    if (now->source >= 0)
        return NULL;
    if (!capture_pack_drawing(now, code, sizeof code))
        return json_null(); // memory is short
    return json_pack("{s:i, s:s}", "side", now->is_exact ? DIGIT_SIDE : PAD_SIDE, "raster", code);
}

bool capture_read_pad(const json_t *value, CaptureState *out, Error *error)
{
    static const char test[] = "test ";
    const char *text = json_string_value(value);
    PadState *pad = &out->saved.pad;
    out->saved.has_pad = true;
    pad->source = -1;
    if (text && strcmp(text, "drawn") == 0)
        return true;
    const size_t digits =
        text && strncmp(text, test, sizeof test - 1) == 0 ? strspn(text + sizeof test - 1, "0123456789") : 0;
    if (digits == 0 || digits > 9 || text[sizeof test - 1 + digits])
        return capture_expect(value, "\"drawn\" or \"test N\"", error);
    pad->source = (int)strtol(text + sizeof test - 1, NULL, 10);
    return true;
}

bool capture_read_drawing(const json_t *value, CaptureState *out, Error *error)
{
    const char *code = json_string_value(json_object_get(value, "raster"));
    const json_int_t side = json_integer_value(json_object_get(value, "side"));
    PadState *pad = &out->saved.pad, found;
    if (!code || !capture_unpack_drawing(code, &found) || side != (found.is_exact ? DIGIT_SIDE : PAD_SIDE))
        return capture_expect(value, "a drawing: {\"side\": 28 or 112, \"raster\": bytes that are deflated, in base64}",
                              error);
    found.source = pad->source;
    *pad = found;
    return true;
}
