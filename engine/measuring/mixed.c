// Figures over a mixed set: the set is made, measured as any other, and dropped.
#include "measuring/mixed.h"

#include <math.h>
#include <stdlib.h>

#include "models/pixels.h"

// A byte t after t + mix (b - t), rounded to a byte, b its binary form.
static uint8_t mix_byte(uint8_t byte, float mix)
{
    uint8_t binary;
    pixels_make_binary(&byte, 1, &binary);
    return (uint8_t)lroundf((float)byte + mix * ((float)binary - (float)byte));
}

enum { STEP_IMAGES = 256 };

typedef struct Mixing {
    const ImageSet *set;
    ImageSet mixed;
    uint8_t bytes[256]; // each byte's mixed one
} Mixing;

static void mix_images(void *context, int shard, int first, int count, int worker_index)
{
    const Mixing *mixing = context;
    const size_t end = (size_t)(first + count) * DIGIT_PIXELS;
    (void)shard;
    (void)worker_index;
    for (size_t i = (size_t)first * DIGIT_PIXELS; i < end; i++)
        mixing->mixed.pixels[i] = mixing->bytes[mixing->set->pixels[i]];
}

static void free_mixing(void *context)
{
    Mixing *mixing = context;
    free(mixing->mixed.pixels);
    free(mixing);
}

Sweep *mixed_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count, float mix,
                   const Pool *pool, MixedFigures *out, Error *error)
{
    Mixing *mixing = malloc(sizeof *mixing);
    *out = (MixedFigures){.mix = mix};
    if (mixing) {
        mixing->set = set;
        mixing->mixed = (ImageSet){.count = image_count, .pixels = malloc((size_t)image_count * DIGIT_PIXELS)};
        for (int byte = 0; byte < 256; byte++)
            mixing->bytes[byte] = mix_byte((uint8_t)byte, mix);
    }
    Sweep *images = sweep_create(&(SweepPlan){.what = "mixed images",
                                              .items = image_count,
                                              .shard_items = STEP_IMAGES,
                                              .step_items = STEP_IMAGES,
                                              .visit = mix_images,
                                              .free = free_mixing,
                                              .context = mixing},
                                 mixing && mixing->mixed.pixels, error);
    if (!images)
        return NULL;
    const bool are_binary = pixels_have_binary_figures(&model->spec);
    Sweep *facts = metrics_begin_facts(&mixing->mixed, image_count, are_binary, &out->facts, error),
          *made = sweep_join(images, facts);
    if (!made)
        return NULL;
    return sweep_join(made, metrics_begin(model, parameters, &mixing->mixed, &out->facts, pool, &out->test, error));
}
