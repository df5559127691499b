// What a spec is by name and in few words: which architecture, which layers.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "models/architectures.h"
#include "models/layer_items.h"
#include "models/layer_list.h"
#include "models/spec.h"

enum { PLAIN_MOST = 26 }; // characters: a list of items that is longer is told by its encoder

bool spec_set_architecture(Spec *spec, int index)
{
    char text[40];
    (void)snprintf(text, sizeof text, "model=%s", architecture_get(index)->key);
    return spec_change(spec, text, NULL);
}

int spec_find_architecture(const Spec *spec)
{
    for (int i = 0; i < architecture_count(); i++) {
        Spec row = spec_default();
        const bool is_good = spec_set_architecture(&row, i);
        assert(is_good && "a row of the table names a spec that is none");
        if (is_good && spec_has_same_layers(&row, spec) && row.noise == spec->noise && row.l1 == spec->l1 &&
            row.reduce == spec->reduce)
            return i;
    }
    return -1;
}

// Of one layer; layers of the same kind are told as "conv 16-8-8". A plan of nothing else than dense layers with their
// samples needs no word. Returns false where it is not told: it has no numbers of its own.
static bool tell_layer(const Layer *layer, const char **word, int *number)
{
    switch (layer->kind) {
    case LAYER_DENSE: *word = "dense"; break;
    case LAYER_CONV: *word = "conv"; break;
    case LAYER_UNCONV: *word = "unconv"; break;
    case LAYER_SAMPLE: *word = "sample"; break;
    case LAYER_POOL:
    case LAYER_UP:
    case LAYER_FLATTEN:
    case LAYER_RESHAPE:
    case LAYER_KIND_COUNT: return false;
    }
    *number = shape_is_picture(&layer->to) ? layer->to.channels : layer->out;
    return true;
}

static void describe_encoder(const LayerList *list, char *text, size_t size)
{
    const char *last = "";
    text[0] = 0;
    for (int i = 0; i <= list->code; i++) {
        const char *word = "";
        int number = 0;
        const bool feeds_sample = i < list->code && list->layers[i + 1].kind == LAYER_SAMPLE;
        if (feeds_sample || !tell_layer(&list->layers[i], &word, &number))
            continue;
        const size_t used = strlen(text);
        if (used < size && strcmp(word, last) == 0)
            (void)snprintf(text + used, size - used, "-%d", number);
        else if (used < size)
            (void)snprintf(text + used, size - used, "%s%s %d", used ? ", " : "", word, number);
        last = word;
    }
}

void spec_describe_layers(const Spec *spec, char *text, size_t size)
{
    LayerList list;
    char plain[SPEC_TEXT_SIZE], encoder[SPEC_TEXT_SIZE];
    spec_format_layers(spec, SPEC_PIXELS, "-", plain, sizeof plain);
    if (spec_is_dense(spec) || strlen(plain) <= PLAIN_MOST ||
        !layer_list_plan(spec->layers, spec->hidden_count, SPEC_PIXELS, &list, NULL)) {
        (void)snprintf(text, size, "%s", plain);
        return;
    }
    describe_encoder(&list, encoder, sizeof encoder);
    const int units = list.layers[list.code].out;
    (void)snprintf(text, size, "%s%sto %d number%s", encoder, *encoder ? " " : "", units, units == 1 ? "" : "s");
}
