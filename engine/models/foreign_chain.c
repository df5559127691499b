// Which of a foreign file's tensors make its layers: weights that lead from the pixels to the pixels, each with a bias.
//
// Tried in turn, until something fits: all weights in the order of their names; all of them in another order; the same
// for those of each part of the file whose names begin alike; and the longest way through some of them.
#include <stdlib.h>
#include <string.h>

#include "models/foreign_parts.h"

enum { WEIGHTS_MAX = 256, BIASES_MAX = 64, TRIES_MAX = 20000 }; // looked at, whatever a file holds

// The search for a way through the weights.
typedef struct Search {
    const SafetensorsFile *file;
    Orientation orientation;
    size_t pixels;
    const int *weights; // indices into the file, in the order of their names
    int count;
    bool takes_all; // a way through all of them, else as many as possible
    int tries;
    int way[MODEL_LAYERS_MAX], length;
    int best[MODEL_LAYERS_MAX], best_length; // 0: none yet
    bool is_used[WEIGHTS_MAX];
} Search;

size_t foreign_out(const Tensor *weight, Orientation orientation)
{
    return weight->shape[orientation == ORIENTATION_TORCH ? 0 : 1];
}

size_t foreign_in(const Tensor *weight, Orientation orientation)
{
    return weight->shape[orientation == ORIENTATION_TORCH ? 1 : 0];
}

// ---- weights ------------------------------------------------------------------------------------------------------

// Depth first, in the order of the names, so that the first of equally long ways has the better order.
static void search_on(Search *search, size_t in)
{
    if (search->length >= 2 && in == search->pixels && search->length > search->best_length &&
        (!search->takes_all || search->length == search->count)) {
        memcpy(search->best, search->way, sizeof search->best);
        search->best_length = search->length;
    }
    if (search->length == MODEL_LAYERS_MAX || (search->takes_all && search->best_length > 0))
        return;
    // the pixels lie at both ends, unless every weight has its place between
    if (!search->takes_all && search->length > 0 && in == search->pixels)
        return;
    for (int i = 0; i < search->count && search->tries < TRIES_MAX; i++) {
        const Tensor *weight = &search->file->tensors[search->weights[i]];
        if (search->is_used[i] || foreign_in(weight, search->orientation) != in)
            continue;
        search->tries++;
        search->is_used[i] = true;
        search->way[search->length++] = search->weights[i];
        search_on(search, foreign_out(weight, search->orientation));
        search->length--;
        search->is_used[i] = false;
    }
}

static bool find_way(Search *search, const int *weights, int count, bool takes_all)
{
    search->weights = weights;
    search->count = count;
    search->takes_all = takes_all;
    search->tries = search->length = search->best_length = 0;
    if (!takes_all || (count >= 2 && count <= MODEL_LAYERS_MAX))
        search_on(search, search->pixels);
    return search->best_length > 0;
}

static bool is_weight(const Tensor *tensor, size_t pixels)
{
    const size_t most = pixels > SPEC_WIDTH_MAX ? pixels : SPEC_WIDTH_MAX;
    return tensor->rank == 2 && safetensors_is_float(tensor->type) && tensor->shape[0] > 0 && tensor->shape[1] > 0 &&
           tensor->shape[0] <= most && tensor->shape[1] <= most && !foreign_is_state(tensor->name);
}

static int compare_indices(const void *a, const void *b, void *file)
{
    const Tensor *tensors = ((const SafetensorsFile *)file)->tensors;
    return foreign_compare_names(tensors[*(const int *)a].name, tensors[*(const int *)b].name);
}

static int list_weights(const SafetensorsFile *file, size_t pixels, int weights[WEIGHTS_MAX])
{
    int count = 0;
    for (int i = 0; i < file->tensor_count && count < WEIGHTS_MAX; i++)
        if (is_weight(&file->tensors[i], pixels))
            weights[count++] = i;
    qsort_r(weights, (size_t)count, sizeof *weights, compare_indices, (void *)file);
    return count;
}

static bool leads_through(const Search *search, const int *weights, int count)
{
    size_t in = search->pixels;
    for (int i = 0; i < count; i++) {
        const Tensor *weight = &search->file->tensors[weights[i]];
        if (foreign_in(weight, search->orientation) != in)
            return false;
        in = foreign_out(weight, search->orientation);
    }
    return count >= 2 && in == search->pixels;
}

// Two models, one behind the other, are no model.
static bool passes_pixels(const Search *search, const int *weights, int count)
{
    for (int i = 0; i + 1 < count; i++)
        if (foreign_out(&search->file->tensors[weights[i]], search->orientation) == search->pixels)
            return true;
    return false;
}

static bool is_in_order(const int *way, int length, const int *weights, int count)
{
    int at = 0;
    for (int i = 0; i < count && at < length; i++)
        at += weights[i] == way[at];
    return at == length;
}

// The length of a name's first `depth` parts, between dots and slashes; 0 where it has no more than those.
static size_t measure_prefix(const char *name, int depth)
{
    for (size_t i = 0; name[i]; i++)
        if ((name[i] == '.' || name[i] == '/') && --depth == 0)
            return i + 1;
    return 0;
}

// A part of the file that is a model of its own, beside others: its names begin alike.
static bool find_way_in_part(Search *search, const int *weights, int count)
{
    enum { DEPTH_MAX = 3 };
    int part[WEIGHTS_MAX];
    for (int depth = 1; depth <= DEPTH_MAX; depth++)
        for (int first = 0; first < count; first++) {
            const char *name = search->file->tensors[weights[first]].name;
            const size_t prefix = measure_prefix(name, depth);
            int size = 0;
            for (int i = 0; i < count && prefix > 0; i++)
                if (strncmp(search->file->tensors[weights[i]].name, name, prefix) == 0)
                    part[size++] = weights[i];
            if (size > 0 && part[0] == weights[first] && size < count && find_way(search, part, size, true))
                return true;
        }
    return false;
}

// ---- biases -------------------------------------------------------------------------------------------------------

static bool has_stem(const Tensor *tensor, const char *stem, size_t length)
{
    return foreign_stem_length(tensor->name) == length && strncmp(tensor->name, stem, length) == 0;
}

static bool may_be_bias(const Tensor *tensor, size_t out)
{
    return tensor->rank == 1 && tensor->shape[0] == out && safetensors_is_float(tensor->type) &&
           !foreign_is_state(tensor->name);
}

// The one whose name is the weight's but for its last part.
static int find_own_bias(const SafetensorsFile *file, const Tensor *weight, size_t out)
{
    for (int i = 0; i < file->tensor_count; i++)
        if (may_be_bias(&file->tensors[i], out) &&
            has_stem(&file->tensors[i], weight->name, foreign_stem_length(weight->name)))
            return i;
    return -1;
}

// What stands alone under its name, and is no part of a normalisation.
static bool is_lone(const SafetensorsFile *file, int index)
{
    const Tensor *tensor = &file->tensors[index];
    const size_t stem = foreign_stem_length(tensor->name);
    if (foreign_is_norm(tensor->name) || foreign_name_orientation(tensor->name) >= 0)
        return false;
    for (int i = 0; i < file->tensor_count; i++)
        if (i != index && has_stem(&file->tensors[i], tensor->name, stem))
            return false;
    return true;
}

static bool is_taken(const Chain *chain, int layers, int index)
{
    for (int i = 0; i < layers; i++)
        if (chain->biases[i] == index)
            return true;
    return false;
}

// Where no weight has a bias of its own name: of those of the right length the next by name.
static int find_next_bias(const SafetensorsFile *file, const Chain *chain, int layer, size_t out)
{
    int best = -1, tried = 0;
    for (int i = 0; i < file->tensor_count && tried < BIASES_MAX; i++) {
        if (!may_be_bias(&file->tensors[i], out) || is_taken(chain, layer, i))
            continue;
        tried++;
        if (is_lone(file, i) &&
            (best < 0 || foreign_compare_names(file->tensors[i].name, file->tensors[best].name) < 0))
            best = i;
    }
    return best;
}

static void find_biases(const SafetensorsFile *file, Chain *chain)
{
    bool has_own = false;
    for (int i = 0; i < chain->count; i++) {
        const Tensor *weight = &file->tensors[chain->weights[i]];
        chain->biases[i] = find_own_bias(file, weight, foreign_out(weight, chain->orientation));
        has_own |= chain->biases[i] >= 0;
    }
    for (int i = 0; !has_own && i < chain->count; i++)
        chain->biases[i] =
            find_next_bias(file, chain, i, foreign_out(&file->tensors[chain->weights[i]], chain->orientation));
}

// ---- all of it ----------------------------------------------------------------------------------------------------

Chain foreign_find_chain(const SafetensorsFile *file, size_t pixels, Orientation orientation)
{
    int weights[WEIGHTS_MAX];
    Search search = {.file = file, .orientation = orientation, .pixels = pixels};
    Chain chain = {.orientation = orientation};
    const int count = list_weights(file, pixels, weights);
    const bool leads = leads_through(&search, weights, count);
    if (leads && !(passes_pixels(&search, weights, count) && find_way_in_part(&search, weights, count))) {
        chain.is_too_deep = count > MODEL_LAYERS_MAX;
        chain.count = chain.is_too_deep ? 0 : count;
        memcpy(chain.weights, weights, (size_t)chain.count * sizeof *weights);
    } else if (leads || find_way(&search, weights, count, true) || find_way_in_part(&search, weights, count) ||
               find_way(&search, weights, count, false)) {
        memcpy(chain.weights, search.best, sizeof chain.weights);
        chain.count = search.best_length;
    }
    chain.is_as_named = chain.count > 0 && is_in_order(chain.weights, chain.count, weights, count);
    find_biases(file, &chain);
    return chain;
}
