// Figures over a mixed set: the set is made, measured as any other, and dropped.
#include "measuring/mixed.h"

#include <math.h>
#include <stdlib.h>

#include "models/pixels.h"

uint8_t mixed_byte(uint8_t byte, float mix)
{
    uint8_t binary;
    pixels_make_binary(&byte, 1, &binary);
    return (uint8_t)lroundf((float)byte + mix * ((float)binary - (float)byte));
}

bool mixed_measure(const Model *model, const float *parameters, const ImageSet *set, int image_count, float mix,
                   Pool *pool, MixedFigures *out, Error *error)
{
    uint8_t bytes[256];
    const size_t n = (size_t)image_count * DIGIT_PIXELS;
    const ImageSet mixed = {.count = image_count, .pixels = malloc(n)};
    *out = (MixedFigures){.mix = mix};
    if (!mixed.pixels)
        return error_set(error, "out of memory: %d mixed images", image_count);
    for (int byte = 0; byte < 256; byte++)
        bytes[byte] = mixed_byte((uint8_t)byte, mix);
    for (size_t i = 0; i < n; i++)
        mixed.pixels[i] = bytes[set->pixels[i]];
    out->facts = metrics_model_facts(&model->spec, &mixed, image_count);
    const bool good = metrics_measure(model, parameters, &mixed, &out->facts, pool, &out->test, error);
    free(mixed.pixels);
    return good;
}
