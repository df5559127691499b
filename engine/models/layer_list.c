// From items to layers.
#include "models/layer_list.h"

#include "kernels/kernel.h"
#include "models/layer_items.h"

typedef struct Builder {
    LayerList *list;
    Shape shape; // behind the last layer
    int side;    // of an image; 0: it is no square
    int pixels;
} Builder;

static bool add_layer(Builder *builder, const LayerPlan *plan, Error *error)
{
    LayerList *list = builder->list;
    if (list->count == MODEL_LAYERS_MAX)
        return error_set(error, "a model has at most %d layers", MODEL_LAYERS_MAX);
    if (!layer_plan(plan, &builder->shape, &list->parameters, &list->layers[list->count], error))
        return false;
    if (list->parameters > MODEL_PARAMETERS_MAX)
        return error_set(error, "with it the model has %zu parameters; at most %d are allowed", list->parameters,
                         MODEL_PARAMETERS_MAX);
    builder->shape = list->layers[list->count++].to;
    return true;
}

// Makes a picture of an image's pixels, and units of a picture; other units have to be said what picture they are.
static bool fit_shape(Builder *builder, const LayerPlan *plan, Error *error)
{
    const bool wants_picture = layer_kind_wants_picture(plan->kind), is_picture = shape_is_picture(&builder->shape);
    if (wants_picture == is_picture)
        return true;
    if (!wants_picture)
        return add_layer(builder, &(LayerPlan){.kind = LAYER_FLATTEN}, error);
    const int side = builder->side;
    if (builder->list->count > 0)
        return error_set(error, "it wants a picture, and before it are %d units: say which picture they are, as 16x7x7",
                         builder->shape.channels);
    if (side == 0)
        return error_set(error, "it wants a picture, and %d pixels are no square", builder->pixels);
    builder->shape = shape_of_picture(1, side, side);
    return true;
}

static bool add_item(Builder *builder, const LayerPlan *item, Error *error)
{
    if (!fit_shape(builder, item, error))
        return false;
    if (item->kind != LAYER_SAMPLE)
        return add_layer(builder, item, error);
    for (int i = 0; i < builder->list->count; i++)
        if (builder->list->layers[i].kind == LAYER_SAMPLE)
            return error_set(error, "a model samples once");
    return add_layer(builder, &(LayerPlan){.kind = LAYER_DENSE, .count = 2 * item->count}, error) &&
           add_layer(builder, item, error);
}

static bool add_output(Builder *builder, Error *error)
{
    const Shape *shape = &builder->shape;
    if (!shape_is_picture(shape))
        return add_layer(builder, &(LayerPlan){.kind = LAYER_DENSE, .count = builder->pixels}, error);
    if (shape->height != builder->side || shape->width != builder->side)
        return error_set(
            error,
            "behind the last item is a picture of %d x %d: the output needs %d x %d (up and unconv enlarge "
            "it), or units",
            shape->height, shape->width, builder->side, builder->side);
    return add_layer(builder, &(LayerPlan){.kind = LAYER_CONV, .count = 1, .side = 3, .step = 1}, error);
}

static int find_code(const LayerList *list)
{
    int code = 0;
    for (int i = 0; i < list->count - 1; i++) {
        if (list->layers[i].kind == LAYER_SAMPLE)
            return i;
        if (list->layers[i].out < list->layers[code].out)
            code = i;
    }
    return code;
}

static int find_side(int pixels)
{
    int side = 1;
    while (side * side < pixels)
        side++;
    return side * side == pixels ? side : 0;
}

static bool check_size(const LayerList *list, Error *error)
{
    size_t floats = 0;
    for (int i = 0; i < list->count; i++)
        floats += list->layers[i].to.stride;
    return floats <= MODEL_FLOATS_MAX ||
           error_set(error, "its layers make %zu numbers of each image; at most %d are allowed", floats,
                     MODEL_FLOATS_MAX);
}

bool layer_list_plan(const LayerPlan *items, int count, int pixels, LayerList *out, Error *error)
{
    Error why;
    *out = (LayerList){0};
    Builder builder = {.list = out, .shape = shape_of_units(pixels), .side = find_side(pixels), .pixels = pixels};
    for (int i = 0; i < count; i++)
        if (!add_item(&builder, &items[i], &why)) {
            char text[LAYER_ITEM_SIZE];
            layer_item_format(&items[i], text);
            return error_set(error, "item %d, %s, does not fit: %s", i + 1, text, why.text);
        }
    if (!add_output(&builder, error) || !check_size(out, error))
        return false;
    for (int i = 0; i < out->count - 1; i++)
        out->layers[i].is_bent = out->layers[i].weight_rows > 0 && out->layers[i + 1].kind != LAYER_SAMPLE;
    for (int i = 1; i + 1 < out->count; i++)
        layer_fold(&out->layers[i], &out->layers[i + 1]);
    out->code = find_code(out);
    const int units = out->layers[out->code].out;
    return units <= MODEL_CODE_MAX ||
           error_set(error, "its code, the layer of the fewest numbers, has %d; at most %d are allowed", units,
                     MODEL_CODE_MAX);
}
