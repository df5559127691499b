// What both ends share: the bands that pixels are cut into, the weights in their order, memory, and the update.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "models/pixels.h"
#include "training/backprop_parts.h"
#include "training/dense.h"

// ---- memory -------------------------------------------------------------------------------------------------------

static bool is_of_units(const Layer *layer)
{
    return (layer->kind == LAYER_DENSE || layer->kind == LAYER_SAMPLE) && layer->to.stride <= SPEC_WIDTH_MAX;
}

bool bands_fit(const Model *model)
{
    const Layer *last = &model->layers[model->layer_count - 1];
    bool fits = model->layers[0].kind == LAYER_DENSE && last->kind == LAYER_DENSE;
    for (int i = 0; i < model->layer_count - 1; i++)
        fits &= is_of_units(&model->layers[i]);
    return fits;
}

bool bands_init(Backprop *backprop)
{
    Bands *bands = &backprop->bands;
    const size_t pixels = (size_t)backprop->model->pixels, pads = pixels / KERNEL_PAD, pairs = pixels / PAIR;
    assert(pixels % KERNEL_PAD == 0);
    for (size_t band = 0; band <= BANDS; band++)
        bands->start[band] = (pads * band + BANDS - 1) / BANDS * KERNEL_PAD;
    bands->transposed_stride = dense_transposed_stride(last_layer(backprop));
    bands->lit_memory = malloc(ROUND_TILES * pairs * sizeof *bands->lit_memory);
    for (int band = 0; bands->lit_memory && band < BANDS; band++)
        for (size_t tile = 0; tile < ROUND_TILES; tile++)
            bands->lit[band][tile] = bands->lit_memory + tile * pairs + bands->start[band] / PAIR;
    return bands->lit_memory != NULL;
}

void bands_free(Backprop *backprop) { free(backprop->bands.lit_memory); }

void bands_lay_out(Backprop *backprop, Cutter *cutter)
{
    Bands *bands = &backprop->bands;
    const size_t pixels = (size_t)backprop->model->pixels, first = first_layer(backprop)->stride;
    const size_t widest = first > code_stride(backprop) ? first : code_stride(backprop);
    bands->gradient = cutter_take(cutter, backprop->model->parameter_count);
    bands->transposed = cutter_take(cutter, bands->transposed_stride * pixels);
    for (int band = 0; band < BANDS; band++) {
        bands->column_sums[band] = cutter_take(cutter, first);
        bands->part[band] = cutter_take(cutter, ROUND_ROWS * widest);
        bands->strip[band] = cutter_take(cutter, (size_t)TILE_ROWS * STRIP_COLUMNS);
    }
    const Spec *spec = &backprop->model->spec;
    if (pixels_are_damaged(spec) && pixels_stay_bytes(spec))
        bands->damaged = cutter_take_bytes(cutter, ROUND_ROWS * pixels);
    else if (pixels_are_damaged(spec))
        bands->noisy = cutter_take(cutter, ROUND_ROWS * pixels);
    if (spec->targets != TARGETS_GREY)
        bands->targets = cutter_take_bytes(cutter, ROUND_ROWS * pixels);
}

// ---- packed parameters --------------------------------------------------------------------------------------------

size_t bands_width(const Backprop *backprop, int band)
{
    return backprop->bands.start[band + 1] - backprop->bands.start[band];
}

// No band is wider than the first.
size_t bands_strip_count(const Backprop *backprop)
{
    const size_t pads = bands_width(backprop, 0) / KERNEL_PAD, widest = STRIP_COLUMNS / KERNEL_PAD;
    return (pads + widest - 1) / widest;
}

BandStrip bands_strip(const Backprop *backprop, int band, size_t strip)
{
    const size_t pads = bands_width(backprop, band) / KERNEL_PAD, count = bands_strip_count(backprop);
    const size_t first = pads * strip / count * KERNEL_PAD, end = pads * (strip + 1) / count * KERNEL_PAD;
    return (BandStrip){first, end - first};
}

size_t bands_first_weights(const Backprop *backprop, int band)
{
    return first_layer(backprop)->weight_offset + backprop->bands.start[band] * first_layer(backprop)->stride;
}

size_t bands_last_weights(const Backprop *backprop, int band)
{
    return last_layer(backprop)->weight_offset + backprop->bands.start[band] * (size_t)last_layer(backprop)->in;
}

// Copies everything; the last layer's weights from rows of one width to rows of the other.
static void repack(const Backprop *backprop, const float *from, float *to, bool pack)
{
    const Layer *layer = last_layer(backprop);
    memcpy(to, from, backprop->model->parameter_count * sizeof *to);
    for (int band = 0; band < BANDS; band++) {
        const size_t width = bands_width(backprop, band);
        for (size_t in = 0; in < (size_t)layer->in; in++) {
            const size_t packed = bands_last_weights(backprop, band) + in * width;
            const size_t plain = layer->weight_offset + in * layer->stride + backprop->bands.start[band];
            memcpy(to + (pack ? packed : plain), from + (pack ? plain : packed), width * sizeof *to);
        }
    }
}

void bands_pack(const Backprop *backprop, const float *parameters, float *packed)
{
    repack(backprop, parameters, packed, true);
}

void bands_unpack(const Backprop *backprop, const float *packed, float *parameters)
{
    repack(backprop, packed, parameters, false);
}

void bands_refresh(Backprop *backprop, int band)
{
    const Bands *bands = &backprop->bands;
    const size_t in = (size_t)last_layer(backprop)->in, width = bands_width(backprop, band);
    kernel_get()->transpose(backprop->parameters + bands_last_weights(backprop, band), width, in, width,
                            bands->transposed + bands->start[band] * bands->transposed_stride,
                            bands->transposed_stride);
}

// ---- images and sums ----------------------------------------------------------------------------------------------

void bands_point_at(const Backprop *backprop, const uint8_t *pixels, const int *images, size_t count, int band,
                    const uint8_t **rows)
{
    pixels += backprop->bands.start[band];
    for (size_t row = 0; row < count; row++)
        rows[row] = pixels + (size_t)images[row] * (size_t)backprop->model->pixels;
}

void bands_sum(const Backprop *backprop, int bands, int tile, size_t stride, const float *bias, float *sums)
{
    kernel_get()->add_parts((const float *const *)backprop->bands.part, bands, (size_t)tile * TILE_ROWS * stride, bias,
                            round_tile_rows(&backprop->round, tile), stride, sums);
}

// ---- update -------------------------------------------------------------------------------------------------------

static void update(Backprop *backprop, size_t offset, size_t count)
{
    backprop->update(backprop->update_context, offset, backprop->parameters + offset, backprop->bands.gradient + offset,
                     count);
}

static void update_last(Backprop *backprop, size_t offset, size_t count)
{
    if (backprop->pictures.are_there)
        pictures_sum_gradient(backprop, offset, count);
    update(backprop, offset, count);
}

void bands_update(Backprop *backprop, int band)
{
    const size_t width = bands_width(backprop, band);
    update(backprop, bands_first_weights(backprop, band), width * first_layer(backprop)->stride);
    update_last(backprop, bands_last_weights(backprop, band), width * (size_t)last_layer(backprop)->in);
    update_last(backprop, last_layer(backprop)->bias_offset + backprop->bands.start[band], width);
    bands_refresh(backprop, band);
}
