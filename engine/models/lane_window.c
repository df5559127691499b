// Which pixel meets which weight.
#include "models/lane_window.h"

enum { LINKS_MAX = SCALE_MAX * LAYER_SIDE_MAX };

// A row of the larger picture's that are step r + its number is met by the smaller one's row scale r + offset, with
// that tap of that phase.
typedef struct Link {
    int phase, tap, offset;
} Link;

static int list_links(const Axis *axis, int number, Link links[LINKS_MAX])
{
    int count = 0;
    for (int phase = 0; phase < axis->scale; phase++)
        for (int tap = 0; tap < axis->count[phase]; tap++) {
            const int distance = number - axis->first[phase] - tap;
            if (distance % axis->step == 0)
                links[count++] = (Link){phase, tap, axis->scale * (distance / axis->step) + phase};
        }
    return count;
}

static int most(int a, int b) { return a > b ? a : b; }

static void find_gather_reach(const Axis *axis, int *before, int *after)
{
    for (int phase = 0; phase < axis->scale; phase++) {
        const int end = (axis->size[phase] - 1) * axis->step + axis->first[phase] + axis->count[phase];
        *before = most(*before, -axis->first[phase]);
        *after = most(*after, end - axis->in);
    }
}

static void find_spread_reach(const Axis *axis, int *before, int *after)
{
    for (int number = 0; number < axis->step; number++) {
        Link links[LINKS_MAX];
        const int count = list_links(axis, number, links), rows = (axis->in - number + axis->step - 1) / axis->step;
        for (int i = 0; i < count; i++) {
            *before = most(*before, -links[i].offset);
            *after = most(*after, (rows - 1) * axis->scale + links[i].offset + 1 - axis->out);
        }
    }
}

Margin window_reach(const Layer *layer, bool is_of_slope)
{
    const Phases phases = find_phases(layer);
    Margin margin = {0};
    if ((layer->kind == LAYER_CONV) == is_of_slope) {
        find_spread_reach(&phases.rows, &margin.above, &margin.below);
        find_spread_reach(&phases.columns, &margin.left, &margin.right);
    } else {
        find_gather_reach(&phases.rows, &margin.above, &margin.below);
        find_gather_reach(&phases.columns, &margin.left, &margin.right);
    }
    return margin;
}

// ---- gather -------------------------------------------------------------------------------------------------------

void window_list_places(const Phases *phases, const Grid *large, uint32_t *at)
{
    for (int phase = 0; phase < phases->count; phase++) {
        const int py = row_phase(phases, phase), px = column_phase(phases, phase);
        for (int channel = 0; channel < large->channels; channel++)
            for (int y = 0; y < phases->rows.count[py]; y++)
                for (int x = 0; x < phases->columns.count[px]; x++) {
                    const ptrdiff_t row = (phases->rows.first[py] + y) * (ptrdiff_t)large->pitch;
                    const ptrdiff_t column = (ptrdiff_t)(phases->columns.first[px] + x) * LANE_IMAGES;
                    *at++ = (uint32_t)((ptrdiff_t)grid_row(large, channel, 0) + row + column);
                }
    }
}

LaneProduct gather_product(const Gather *gather, int phase, size_t channel, size_t channels, int first, int rows)
{
    const Phases *phases = gather->phases;
    const size_t step = (size_t)phases->rows.step;
    return (LaneProduct){
        .m = channels,
        .k = phases_terms(phases, phase),
        .rows = (size_t)rows,
        .columns = (size_t)phases->columns.size[column_phase(phases, phase)],
        .a = gather->weights + phases->terms[phase] * gather->stride + channel,
        .a_stride = gather->stride,
        .b = gather->values + (size_t)first * step * gather->large->pitch,
        .b_at = gather->at + phases->terms[phase],
        .b_row = step * gather->large->pitch,
        .b_column = step * LANE_IMAGES,
        .start = gather->start ? gather->start + channel : NULL,
    };
}

void gather_rows(const Gather *gather, int first, int end, const Grid *small, float *out)
{
    const Phases *phases = gather->phases;
    const size_t scale = (size_t)phases->rows.scale;
    for (int phase = 0; phase < phases->count; phase++) {
        const int py = row_phase(phases, phase), px = column_phase(phases, phase);
        const int rows = (end < phases->rows.size[py] ? end : phases->rows.size[py]) - first;
        if (rows < 1)
            continue;
        LaneProduct product = gather_product(gather, phase, 0, (size_t)small->channels, first, rows);
        product.c = out + grid_row(small, 0, first * phases->rows.scale + py) + (size_t)px * LANE_IMAGES;
        product.c_plane = small->plane;
        product.c_row = scale * small->pitch;
        product.c_column = scale * LANE_IMAGES;
        kernel_get()->multiply_lanes(&product);
    }
}

// ---- spread -------------------------------------------------------------------------------------------------------

// The terms of the larger picture's pixels of these numbers: packed (channels of the smaller picture, rows, columns,
// channels of the larger one), and where they meet the smaller one. Returns how many there are.
static size_t pack_terms(const Spread *spread, const Link *rows, int row_count, const Link *columns, int column_count)
{
    const Phases *phases = spread->phases;
    const size_t large = (size_t)spread->large->channels, small = (size_t)spread->small->channels;
    const size_t places = (size_t)(row_count * column_count);
    for (size_t place = 0; place < places; place++) {
        const Link *y = &rows[place / (size_t)column_count], *x = &columns[place % (size_t)column_count];
        const int phase = y->phase * phases->rows.scale + x->phase;
        const size_t width = (size_t)phases->columns.count[x->phase];
        const size_t row = phases->terms[phase] + (size_t)y->tap * width + (size_t)x->tap;
        kernel_get()->transpose(spread->weights + row * spread->stride,
                                (size_t)phases->rows.count[y->phase] * width * spread->stride, large, small,
                                spread->packed + place * large, places * large);
        const ptrdiff_t offset = y->offset * (ptrdiff_t)spread->small->pitch + (ptrdiff_t)x->offset * LANE_IMAGES;
        for (size_t channel = 0; channel < small; channel++)
            spread->at[channel * places + place] =
                (uint32_t)((ptrdiff_t)grid_row(spread->small, (int)channel, 0) + offset);
    }
    return places * small;
}

size_t spread_terms(const Layer *layer, const Phases *phases)
{
    return phases->terms[phases->count] / (size_t)large_shape(layer)->channels * (size_t)small_shape(layer)->channels;
}

void spread_pixels(const Spread *spread)
{
    const Axis *rows = &spread->phases->rows, *columns = &spread->phases->columns;
    const size_t step = (size_t)rows->step, scale = (size_t)rows->scale;
    for (int y = 0; y < rows->step; y++)
        for (int x = 0; x < rows->step; x++) {
            Link row_links[LINKS_MAX], column_links[LINKS_MAX];
            const int row_count = list_links(rows, y, row_links), column_count = list_links(columns, x, column_links);
            kernel_get()->multiply_lanes(&(LaneProduct){
                .m = (size_t)spread->large->channels,
                .k = pack_terms(spread, row_links, row_count, column_links, column_count),
                .rows = (size_t)((rows->in - y + rows->step - 1) / rows->step),
                .columns = (size_t)((columns->in - x + rows->step - 1) / rows->step),
                .a = spread->packed,
                .a_stride = (size_t)spread->large->channels,
                .b = spread->values,
                .b_at = spread->at,
                .b_row = scale * spread->small->pitch,
                .b_column = scale * LANE_IMAGES,
                .start = spread->start,
                .c = spread->out + grid_row(spread->large, 0, y) + (size_t)x * LANE_IMAGES,
                .c_plane = spread->large->plane,
                .c_row = step * spread->large->pitch,
                .c_column = step * LANE_IMAGES,
            });
        }
}

// ---- dots ---------------------------------------------------------------------------------------------------------

void window_add_dots(const WindowSums *sums)
{
    const Phases *phases = sums->phases;
    const Grid *large = sums->large, *small = sums->small;
    const size_t step = (size_t)phases->rows.step, scale = (size_t)phases->rows.scale;
    for (int phase = 0; phase < phases->count; phase++) {
        const int py = row_phase(phases, phase), px = column_phase(phases, phase);
        kernel_get()->add_lane_dots(&(LaneDots){
            .m = phases_terms(phases, phase),
            .n = (size_t)small->channels,
            .rows = (size_t)phases->rows.size[py],
            .columns = (size_t)phases->columns.size[px],
            .a = sums->large_values,
            .a_at = sums->at + phases->terms[phase],
            .a_row = step * large->pitch,
            .a_column = step * LANE_IMAGES,
            .b = sums->small_values + grid_row(small, 0, py) + (size_t)px * LANE_IMAGES,
            .b_plane = small->plane,
            .b_row = scale * small->pitch,
            .b_column = scale * LANE_IMAGES,
            .c = sums->gradient + phases->terms[phase] * sums->stride,
            .c_stride = sums->stride,
        });
    }
}
