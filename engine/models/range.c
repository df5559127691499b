// The ranges of pixels.
#include "models/range.h"

#include <assert.h>
#include <math.h>

#include "models/choices.h"

PixelMoments range_find_moments(const uint8_t *bytes, size_t n)
{
    int64_t counts[256] = {0};
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++)
        counts[bytes[i]]++;
    for (int byte = 0; byte < 256; byte++) {
        const double t = byte / 255.0;
        sum += (double)counts[byte] * t;
        squares += (double)counts[byte] * t * t;
    }
    const double mean = n > 0 ? sum / (double)n : 0.0;
    const double variance = n > 0 ? squares / (double)n - mean * mean : 0.0;
    return (PixelMoments){(float)mean, variance > 1e-12 ? (float)sqrt(variance) : 1.0f};
}

void range_set_moments(const Model *model, float *parameters, PixelMoments moments)
{
    assert(moments.deviation > 0.0f);
    if (model->spec.range != RANGE_STANDARD)
        return;
    parameters[model->moments_offset] = moments.mean;
    parameters[model->moments_offset + 1] = moments.deviation;
}

PixelMoments range_moments(const Model *model, const float *parameters)
{
    if (model->spec.range != RANGE_STANDARD)
        return (PixelMoments){0};
    return (PixelMoments){parameters[model->moments_offset], parameters[model->moments_offset + 1]};
}

bool range_wants_moments(const Model *model, const float *parameters)
{
    return model->spec.range == RANGE_STANDARD && !(range_moments(model, parameters).deviation > 0.0f);
}

PixelRange range_of(const Model *model, const float *parameters)
{
    const PixelRange unit = {1.0f, 0.0f};
    const PixelMoments moments = range_moments(model, parameters);
    switch (model->spec.range) {
    case RANGE_UNIT: return unit;
    case RANGE_SYMMETRIC: return (PixelRange){2.0f, -1.0f};
    case RANGE_STANDARD:
        return moments.deviation > 0.0f ? (PixelRange){1.0f / moments.deviation, -moments.mean / moments.deviation}
                                        : unit;
    }
    assert(false && "each range has a case");
    return unit;
}

void range_map_all(PixelRange range, float *values, size_t n)
{
    if (range_is_unit(range))
        return;
    for (size_t i = 0; i < n; i++)
        values[i] = range_map(range, values[i]);
}

void range_map_all_back(PixelRange range, float *values, size_t n)
{
    if (range_is_unit(range))
        return;
    for (size_t i = 0; i < n; i++)
        values[i] = range_map_back(range, values[i]);
}
