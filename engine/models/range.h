// Range: what a model reads and gives back for pixels from 0 to 1, by its spec: scale t + offset.
//
// unit: t; symmetric: 2 t - 1; standard: (t - mean) / deviation of the pixels that the model was trained on. These two
// numbers stand behind the model's other parameters, so that whoever has its weights has them. Pictures and figures are
// of outputs mapped back to [0, 1]. To add one: a row in choices.h and its case in range.c. Thread: pure functions.
#pragma once
#include "models/model.h"

// Of pixels, bytes / 255, as the mean and the deviation of all of them; a deviation of 0 counts as 1.
typedef struct PixelMoments {
    float mean, deviation;
} PixelMoments;

PixelMoments range_find_moments(const uint8_t *bytes, size_t n);

// The two numbers among the parameters of a model that has them, which nobody has told yet in fresh ones: until then
// its range is the unit's. The first does nothing for other models.
void range_set_moments(const Model *model, float *parameters, PixelMoments moments);
PixelMoments range_moments(const Model *model, const float *parameters); // deviation 0: not told, or of another model
bool range_wants_moments(const Model *model, const float *parameters);   // it has a place for them, and none there

PixelRange range_of(const Model *model, const float *parameters);

static inline bool range_is_unit(PixelRange range) { return range.scale == 1.0f && range.offset == 0.0f; }
static inline float range_map(PixelRange range, float t) { return range.scale * t + range.offset; }
static inline float range_map_back(PixelRange range, float value) { return (value - range.offset) / range.scale; }

// values (n), in place: to the model's range, and from there to [0, 1].
void range_map_all(PixelRange range, float *values, size_t n);
void range_map_all_back(PixelRange range, float *values, size_t n);
