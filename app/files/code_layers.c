// A model's layers in a script. Where all are dense they stand in one line; else in a line each, and pictures are made
// of the flat pixels that everything else works on.
//
// To add a kind of layer: its module in put_module and its line in put_layer.

#include "files/code_parts.h"

static bool starts_with_picture(const Model *model) { return shape_is_picture(&model->layers[0].from); }
static bool ends_with_picture(const Model *model)
{
    return shape_is_picture(&model->layers[model->layer_count - 1].to);
}

static bool is_code_picture(const Model *model) { return shape_is_picture(&model->layers[model->code_index].to); }

// ---- zeros around a picture ---------------------------------------------------------------------------------------

// What a convolution adds on each side of the picture under its window; turned round, what it leaves away, or, below 0,
// adds.
typedef struct Edges {
    int above, below, left, right;
} Edges;

static Edges find_edges(const Model *model, int index)
{
    const Layer *layer = &model->layers[index];
    const Shape *in = index > 0 ? &model->layers[index - 1].to : &layer->from;
    const Shape *large = layer->kind == LAYER_UNCONV ? &layer->to : in;
    const Shape *small = layer->kind == LAYER_UNCONV ? in : &layer->to;
    const int height = (small->height - 1) * layer->step + layer->side - large->height;
    const int width = (small->width - 1) * layer->step + layer->side - large->width;
    return (Edges){layer->above, height - layer->above, layer->left, width - layer->left};
}

// PyTorch's own padding: as much on either side. A window that steps over the picture's end needs none.
static bool are_even(const Layer *layer, const Edges *edges)
{
    if (layer->kind == LAYER_CONV)
        return (edges->below < 0 || edges->above == edges->below) && (edges->right < 0 || edges->left == edges->right);
    return edges->above >= edges->below && edges->left >= edges->right;
}

static bool has_uneven(const Model *model, LayerKind kind)
{
    for (int i = 0; i < model->layer_count; i++) {
        const Edges edges = find_edges(model, i);
        if (model->layers[i].kind == kind && !are_even(&model->layers[i], &edges))
            return true;
    }
    return false;
}

static void put_classes(Script *script)
{
    if (has_uneven(script->model, LAYER_CONV))
        code_put(script,
                 "class PaddedConv2d(nn.Conv2d):  # zeros around it as Keras has them: the odd ones below and to "
                 "the right\n"
                 "    def __init__(self, *sizes, around, **options):\n"
                 "        super().__init__(*sizes, **options)\n"
                 "        self.around = around  # left, right, above, below\n"
                 "\n"
                 "    def forward(self, x):\n"
                 "        return super().forward(nn.functional.pad(x, self.around))\n\n\n");
    if (has_uneven(script->model, LAYER_UNCONV))
        code_put(script,
                 "class CroppedConvTranspose2d(nn.ConvTranspose2d):  # cut as Keras does: the odd ones below and "
                 "to the right\n"
                 "    def __init__(self, *sizes, around, **options):\n"
                 "        super().__init__(*sizes, **options)\n"
                 "        self.around = around  # left, right, above, below\n"
                 "\n"
                 "    def forward(self, x):\n"
                 "        left, right, above, below = self.around\n"
                 "        return nn.functional.pad(super().forward(x), (-left, -right, -above, -below))\n\n\n");
}

// ---- PyTorch's modules --------------------------------------------------------------------------------------------

// "name=3", or "name=(3, 1)" where height and width differ; nothing where both are `usual`.
static void put_pair(Script *script, const char *name, int height, int width, int usual)
{
    if (height == usual && width == usual)
        return;
    if (height == width)
        code_put(script, ", %s=%d", name, height);
    else
        code_put(script, ", %s=(%d, %d)", name, height, width);
}

static void put_window(Script *script, int index)
{
    const Layer *layer = &script->model->layers[index];
    const bool is_turned = layer->kind == LAYER_UNCONV;
    const Edges edges = find_edges(script->model, index);
    const bool is_even = are_even(layer, &edges);
    code_put(script, "%s(%d, %d, %d",
             is_turned ? is_even ? "nn.ConvTranspose2d" : "CroppedConvTranspose2d"
             : is_even ? "nn.Conv2d"
                       : "PaddedConv2d",
             layer->from.channels, layer->to.channels, layer->side);
    put_pair(script, "stride", layer->step, layer->step, 1);
    if (!is_even)
        code_put(script, ", around=(%d, %d, %d, %d)", edges.left, edges.right, edges.above, edges.below);
    else
        put_pair(script, "padding", edges.above, edges.left, 0);
    if (is_turned && is_even)
        put_pair(script, "output_padding", edges.above - edges.below, edges.left - edges.right, 0);
    code_put(script, ")");
}

static bool is_odd(const Shape *shape) { return shape->height % 2 == 1 || shape->width % 2 == 1; }

static void put_module(Script *script, int index)
{
    const Layer *layer = &script->model->layers[index];
    switch (layer->kind) {
    case LAYER_DENSE: code_put(script, "nn.Linear(%d, %d)", layer->in, layer->out); break;
    case LAYER_CONV:
    case LAYER_UNCONV: put_window(script, index); break;
    case LAYER_POOL: code_put(script, "nn.MaxPool2d(2%s)", is_odd(&layer->from) ? ", ceil_mode=True" : ""); break;
    case LAYER_UP: code_put(script, "nn.Upsample(scale_factor=2)"); break;
    case LAYER_FLATTEN: code_put(script, "nn.Flatten()"); break;
    case LAYER_RESHAPE:
        code_put(script, "nn.Unflatten(1, (%d, %d, %d))", layer->to.channels, layer->to.height, layer->to.width);
        break;
    case LAYER_SAMPLE: // in forward
    case LAYER_KIND_COUNT: break;
    }
}

// The layers from first on, each with its activation.
static void put_modules(Script *script, int first, int end)
{
    const Model *model = script->model;
    for (int i = first; i < end; i++) {
        code_put(script, "%s", !model->is_dense ? "\n            " : i > first ? ", " : "");
        put_module(script, i);
        if (model->layers[i].is_bent)
            code_put(script, ", %s", code_hidden(script));
        if (!model->is_dense)
            code_put(script, ",");
    }
    if (!model->is_dense && first < end)
        code_put(script, "\n        ");
}

// Without what gives the means and variances that are drawn from.
static void put_encoder(Script *script)
{
    const int code = script->model->code_index;
    put_modules(script, 0, code_is_drawn(script->model) ? code - 1 : code + 1);
}

static void put_decoder(Script *script)
{
    put_modules(script, script->model->code_index + 1, script->model->layer_count);
}

static void put_statistics(Script *script)
{
    const Layer *code = &script->model->layers[script->model->code_index];
    const int in = code_is_drawn(script->model) ? script->model->layers[script->model->code_index - 1].in : 0;
    if (code_is_drawn(script->model))
        code_put(script,
                 "        self.mean = nn.Linear(%d, %d)\n"
                 "        self.log_variance = nn.Linear(%d, %d)\n",
                 in, code->out, in, code->out);
}

static void put_kinds(Script *script)
{
    static const struct {
        LayerKind kind;
        const char *name;
    } names[] = {{LAYER_DENSE, "nn.Linear"}, {LAYER_CONV, "nn.Conv2d"}, {LAYER_UNCONV, "nn.ConvTranspose2d"}};
    const char *found[sizeof names / sizeof *names];
    int count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool has = false;
        for (int j = 0; j < script->model->layer_count; j++)
            has |= script->model->layers[j].kind == names[i].kind;
        if (has)
            found[count++] = names[i].name;
    }
    for (int i = 0; i < count; i++)
        code_put(script, "%s%s", i > 0 ? ", " : count > 1 ? "(" : "", found[i]);
    code_put(script, "%s", count > 1 ? ")" : "");
}

static void put_forward(Script *script)
{
    const Model *model = script->model;
    const char *input = starts_with_picture(model) ? "x.reshape(-1, 1, 28, 28)" : "x";
    const char *flat = ends_with_picture(model) ? ".flatten(1)" : "";
    if (code_is_drawn(model))
        code_put(script,
                 "        x = self.encoder(%s)\n"
                 "        mean, log_variance = self.mean(x), self.log_variance(x)\n"
                 "        code = mean + (log_variance / 2).exp() * torch.randn_like(mean) if self.training else mean\n"
                 "        kl = (mean ** 2 + log_variance.exp() - 1 - log_variance).sum(1) / 2  # nats, of each image\n"
                 "        return self.decoder(code)%s, code, kl\n",
                 input, flat);
    else
        code_put(script,
                 "        code = self.encoder(%s)\n"
                 "        return self.decoder(code)%s, code%s\n",
                 input, flat, is_code_picture(model) ? ".flatten(1)" : "");
}

// ---- Keras' layers ------------------------------------------------------------------------------------------------

static void put_sampling(Script *script)
{
    if (!code_is_drawn(script->model))
        return;
    code_put(script,
             "class Sampling(keras.layers.Layer):\n"
             "    def call(self, statistics, training=False):\n"
             "        mean, log_variance = statistics\n"
             "        kl = keras.ops.sum(mean ** 2 + keras.ops.exp(log_variance) - 1 - log_variance, axis=-1) / 2\n"
             "        self.add_loss(");
    if (script->spec->beta < 1.0f || script->spec->beta > 1.0f) {
        code_put_number(script, script->spec->beta);
        code_put(script, " * ");
    }
    code_put(script,
             "keras.ops.mean(kl))\n"
             "        if not training:\n"
             "            return mean\n"
             "        return mean + keras.ops.exp(log_variance / 2) * keras.random.normal(keras.ops.shape(mean))"
             "\n\n\n");
}

// Layers with weights have the names that their tensors have.
static void put_options(Script *script, int index)
{
    char name[32];
    const Layer *layer = &script->model->layers[index];
    const Edges edges = find_edges(script->model, index);
    model_layer_name(script->model, index, name);
    if (layer->step > 1)
        code_put(script, ", strides=%d", layer->step);
    if (edges.above + edges.below > 0 || edges.left + edges.right > 0)
        code_put(script, ", padding=\"same\"");
    if (layer->is_bent)
        code_put(script, ", activation=hidden");
    code_put(script, ", name=\"%s\")(x)\n", name);
}

static void put_layer(Script *script, int index)
{
    const Layer *layer = &script->model->layers[index];
    const Shape *to = &layer->to;
    switch (layer->kind) {
    case LAYER_DENSE:
        code_put(script, "    x = keras.layers.Dense(%d", layer->out);
        put_options(script, index);
        break;
    case LAYER_CONV:
    case LAYER_UNCONV:
        code_put(script, "    x = keras.layers.Conv2D%s(%d, %d", layer->kind == LAYER_UNCONV ? "Transpose" : "",
                 to->channels, layer->side);
        put_options(script, index);
        break;
    case LAYER_POOL: code_put(script, "    x = keras.layers.MaxPooling2D(2, padding=\"same\")(x)\n"); break;
    case LAYER_UP: code_put(script, "    x = keras.layers.UpSampling2D(2)(x)\n"); break;
    case LAYER_FLATTEN:
        code_put(script, "    x = keras.layers.Permute((3, 1, 2))(x)  # channel after channel, as PyTorch has them\n"
                         "    x = keras.layers.Flatten()(x)\n");
        break;
    case LAYER_RESHAPE:
        code_put(script,
                 "    x = keras.layers.Reshape((%d, %d, %d))(x)\n"
                 "    x = keras.layers.Permute((2, 3, 1))(x)\n",
                 to->channels, to->height, to->width);
        break;
    case LAYER_SAMPLE:
        code_put(script,
                 "    mean = keras.layers.Dense(%d, name=\"mean\")(x)\n"
                 "    log_variance = keras.layers.Dense(%d, name=\"log_variance\")(x)\n"
                 "    x = Sampling()([mean, log_variance])\n",
                 layer->out, layer->out);
        break;
    case LAYER_KIND_COUNT: break;
    }
}

static void put_price(Script *script)
{
    code_put_number(script, script->spec->l1);
    code_put(script, script->spec->reduce == REDUCE_SUM ? " * 784" : "");
}

static void put_dense_layers(Script *script)
{
    const Model *model = script->model;
    for (int i = 0; i < model->layer_count; i++) {
        code_put(script, "    x = keras.layers.Dense(%d, activation=%s", model->layers[i].out,
                 i < model->layer_count - 1 ? "hidden" : "output");
        if (i == model->code_index && script->spec->l1 > 0.0f) {
            code_put(script, ", activity_regularizer=keras.regularizers.L1(");
            put_price(script);
            code_put(script, ")");
        }
        code_put(script, ", name=\"dense_%d\")(x)\n", i);
    }
}

static void put_layers(Script *script)
{
    const Model *model = script->model;
    if (model->is_dense) {
        put_dense_layers(script);
        return;
    }
    if (starts_with_picture(model))
        code_put(script, "    x = keras.layers.Reshape((28, 28, 1))(x)\n");
    for (int i = 0; i < model->layer_count; i++) {
        if (i + 1 == model->layer_count || model->layers[i + 1].kind != LAYER_SAMPLE) // whose own lines those are
            put_layer(script, i);
        if (i == model->code_index && script->spec->l1 > 0.0f) {
            code_put(script, "    x = keras.layers.ActivityRegularization(l1=");
            put_price(script);
            code_put(script, ")(x)\n");
        }
    }
    if (ends_with_picture(model))
        code_put(script, "    x = keras.layers.Flatten()(x)\n");
    code_put(script, "    x = keras.layers.Activation(output)(x)\n");
}

const ScriptPart code_layer_parts[] = {
    {"classes", put_classes},       // PyTorch: layers that it lacks
    {"encoder", put_encoder},       // PyTorch: what nn.Sequential is given
    {"statistics", put_statistics}, // PyTorch: the two layers of a mean and a variance
    {"decoder", put_decoder},       // likewise, behind the code
    {"kinds", put_kinds},           // PyTorch: of the layers with weights
    {"forward", put_forward},       // PyTorch: the lines of forward
    {"sampling", put_sampling},     // Keras: the layer that draws
    {"layers", put_layers},         // Keras: the lines of build
    {NULL, NULL},
};
