// Which of a foreign file's weights make its layers: those that lead from the pixels to the pixels.
//
// Tried in turn, until something fits: all weights in the order of their names; all of them in another order; the same
// for those of each part of the file whose names begin alike; and the longest way through some of them. Where more than
// one model is in the file, or a layer of another one stands at its side, each way is listed.
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "models/foreign_parts.h"

enum { WEIGHTS_MAX = 256, TRIES_MAX = 20000, WAYS_MAX = 3 }; // looked at, whatever a file holds

// The search for ways through the weights.
typedef struct Search {
    const SafetensorsFile *file;
    Orientation orientation;
    size_t pixels;
    const int *weights; // indices into the file, in the order of their names
    int count;
    bool takes_all; // ways through all of them, else the longest through some
    int tries;
    int way[CHAIN_MAX], length;
    int found[WAYS_MAX][CHAIN_MAX], found_count, found_length; // of one length, through other weights each
    bool is_used[WEIGHTS_MAX];
} Search;

// ---- sides --------------------------------------------------------------------------------------------------------

// A weight's two sides, without what sides of 1 are too many: (1, 32, 784) is (32, 784). False: it has no two.
static bool find_sides(const Tensor *tensor, size_t sides[2])
{
    int kept = 0, surplus = tensor->rank - 2;
    for (int i = 0; i < tensor->rank; i++) {
        if (surplus > 0 && tensor->shape[i] == 1)
            surplus--;
        else if (kept < 2)
            sides[kept++] = tensor->shape[i];
    }
    return surplus == 0 && kept == 2;
}

static size_t find_side(const Tensor *weight, bool is_second)
{
    size_t sides[2] = {0, 0};
    (void)find_sides(weight, sides);
    return sides[is_second];
}

static size_t find_out(const Tensor *weight, Orientation orientation)
{
    return find_side(weight, orientation == ORIENTATION_KERAS);
}

static size_t find_in(const Tensor *weight, Orientation orientation)
{
    return find_side(weight, orientation == ORIENTATION_TORCH);
}

Orientation chain_orientation(const Chain *chain, int layer)
{
    const bool is_turned = chain->is_tied && layer >= chain->count / 2;
    return is_turned ? (Orientation)(ORIENTATION_COUNT - 1 - chain->orientation) : chain->orientation;
}

size_t chain_out(const SafetensorsFile *file, const Chain *chain, int layer)
{
    return find_out(&file->tensors[chain->weights[layer]], chain_orientation(chain, layer));
}

// ---- weights ------------------------------------------------------------------------------------------------------

static bool is_weight(const Tensor *tensor)
{
    size_t sides[2];
    return find_sides(tensor, sides) && safetensors_is_float(tensor->type) && sides[0] > 0 && sides[1] > 0 &&
           sides[0] <= SPEC_WIDTH_MAX && sides[1] <= SPEC_WIDTH_MAX && !foreign_is_state(tensor->name) &&
           !foreign_is_bias(tensor->name);
}

// Which widths can be come to from the pixels, or backward.
static void spread(const Search *search, bool is_backward, bool reached[SPEC_WIDTH_MAX + 1])
{
    memset(reached, 0, (SPEC_WIDTH_MAX + 1) * sizeof *reached);
    reached[search->pixels] = true;
    for (bool is_new = true; is_new;) {
        is_new = false;
        for (int i = 0; i < search->file->tensor_count; i++) {
            const Tensor *tensor = &search->file->tensors[i];
            if (!is_weight(tensor))
                continue;
            const size_t in = find_in(tensor, search->orientation), out = find_out(tensor, search->orientation),
                         from = is_backward ? out : in, to = is_backward ? in : out;
            is_new |= reached[from] && !reached[to];
            reached[to] |= reached[from];
        }
    }
}

static int compare_indices(const void *a, const void *b, void *file)
{
    const Tensor *tensors = ((const SafetensorsFile *)file)->tensors;
    return foreign_compare_names(tensors[*(const int *)a].name, tensors[*(const int *)b].name);
}

// Those that can be on a way from the pixels to the pixels.
static int list_weights(const Search *search, int weights[WEIGHTS_MAX])
{
    bool to[SPEC_WIDTH_MAX + 1], from[SPEC_WIDTH_MAX + 1];
    int count = 0;
    spread(search, false, to);
    spread(search, true, from);
    for (int i = 0; i < search->file->tensor_count && count < WEIGHTS_MAX; i++) {
        const Tensor *tensor = &search->file->tensors[i];
        if (is_weight(tensor) && to[find_in(tensor, search->orientation)] &&
            from[find_out(tensor, search->orientation)])
            weights[count++] = i;
    }
    qsort_r(weights, (size_t)count, sizeof *weights, compare_indices, (void *)search->file);
    return count;
}

// ---- searching ----------------------------------------------------------------------------------------------------

static bool is_in_order(const int *way, int length, const int *weights, int count)
{
    int at = 0;
    for (int i = 0; i < count && at < length; i++)
        at += weights[i] == way[at];
    return at == length;
}

// Whether a way found before goes through the same weights.
static bool is_reordered(const Search *search)
{
    for (int i = 0; i < search->found_count; i++) {
        int shared = 0;
        for (int at = 0; at < search->length; at++)
            for (int j = 0; j < search->found_length; j++)
                shared += search->found[i][j] == search->way[at];
        if (shared == search->length)
            return true;
    }
    return false;
}

static void keep_way(Search *search)
{
    const int gain = search->found_count == 0 ? 1 : search->length - search->found_length;
    if (gain < 0 || (search->takes_all && search->length < search->count))
        return;
    if (gain > 0)
        search->found_count = 0;
    else if (search->found_count == WAYS_MAX || is_reordered(search))
        return;
    memcpy(search->found[search->found_count++], search->way, sizeof search->way);
    search->found_length = search->length;
}

// Depth first. What follows a layer by name is tried first, so that the layers of one part stay together, and the first
// of equally long ways has the better order. last: the place of the layer before in the list, -1: none.
static void search_on(Search *search, size_t in, int last)
{
    if (search->length >= 2 && in == search->pixels)
        keep_way(search);
    if (search->length == CHAIN_MAX || (search->takes_all && search->found_count > 0))
        return;
    // the pixels lie at both ends, unless every weight has its place between
    if (!search->takes_all && search->length > 0 && in == search->pixels)
        return;
    for (int n = 1; n <= search->count && search->tries < TRIES_MAX; n++) {
        const int i = (last + n) % search->count;
        const Tensor *weight = &search->file->tensors[search->weights[i]];
        if (search->is_used[i] || find_in(weight, search->orientation) != in)
            continue;
        search->tries++;
        search->is_used[i] = true;
        search->way[search->length++] = search->weights[i];
        search_on(search, find_out(weight, search->orientation), i);
        search->length--;
        search->is_used[i] = false;
    }
}

static bool find_ways(Search *search, const int *weights, int count, bool takes_all)
{
    search->weights = weights;
    search->count = count;
    search->takes_all = takes_all;
    search->tries = search->length = search->found_count = 0;
    if (!takes_all || (count >= 2 && count <= CHAIN_MAX))
        search_on(search, search->pixels, -1);
    return search->found_count > 0;
}

static bool leads_through(const Search *search, const int *weights, int count)
{
    size_t in = search->pixels;
    for (int i = 0; i < count; i++) {
        const Tensor *weight = &search->file->tensors[weights[i]];
        if (find_in(weight, search->orientation) != in)
            return false;
        in = find_out(weight, search->orientation);
    }
    return count >= 2 && in == search->pixels;
}

// Two models, one behind the other, are no model.
static bool passes_pixels(const Search *search, const int *weights, int count)
{
    for (int i = 0; i + 1 < count; i++)
        if (find_out(&search->file->tensors[weights[i]], search->orientation) == search->pixels)
            return true;
    return false;
}

// ---- listing ------------------------------------------------------------------------------------------------------

static void add_chain(Chains *chains, const Search *search, const int *way, int length, const int *weights, int count)
{
    for (int i = 0; i < chains->count; i++)
        if (chains->items[i].count == length &&
            memcmp(chains->items[i].weights, way, (size_t)length * sizeof *way) == 0)
            return;
    if (chains->count == FOREIGN_READINGS_MAX)
        return;
    Chain *chain = &chains->items[chains->count++];
    *chain = (Chain){.orientation = search->orientation, .count = length};
    memcpy(chain->weights, way, (size_t)length * sizeof *way);
    chain->is_as_named = is_in_order(way, length, weights, count);
    foreign_find_biases(search->file, chain);
}

static void add_found(Chains *chains, const Search *search, const int *weights, int count)
{
    for (int i = 0; i < search->found_count; i++)
        add_chain(chains, search, search->found[i], search->found_length, weights, count);
}

// The length of a name's first `depth` parts, between dots and slashes; 0 where it has no more than those.
static size_t measure_prefix(const char *name, int depth)
{
    for (size_t i = 0; name[i]; i++)
        if ((name[i] == '.' || name[i] == '/') && --depth == 0)
            return i + 1;
    return 0;
}

// The parts of the file that are models of their own: their names begin alike.
static void add_parts(Chains *chains, Search *search, const int *weights, int count)
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
            if (size > 0 && part[0] == weights[first] && size < count && find_ways(search, part, size, true))
                add_found(chains, search, weights, count);
        }
}

// What the names of a layer and of its neighbours have in common: "model.encoder." of "model.encoder.0.weight".
static size_t measure_group(const char *name)
{
    size_t length = foreign_stem_length(name);
    while (length > 0 && name[length - 1] != '.' && name[length - 1] != '/')
        length--;
    return length;
}

// Whether two names are of one group, whatever its number: "layers.0." and "layers.1.".
static bool are_neighbours(const char *a, const char *b)
{
    const char *a_end = a + measure_group(a), *b_end = b + measure_group(b);
    for (;; a++, b++) {
        while (a < a_end && (isdigit((unsigned char)*a) || *a == '_'))
            a++;
        while (b < b_end && (isdigit((unsigned char)*b) || *b == '_'))
            b++;
        if (a == a_end || b == b_end || *a != *b)
            return a == a_end && b == b_end;
    }
}

// Whether a layer of an encoder's beginning or a decoder's end is of the name's group.
static bool is_at_home(const Search *search, const int *weights, int count, const char *name)
{
    bool has_ends = false;
    for (int i = 0; i < count; i++) {
        const Tensor *weight = &search->file->tensors[weights[i]];
        const bool is_end = (find_in(weight, search->orientation) == search->pixels) !=
                            (find_out(weight, search->orientation) == search->pixels);
        if (is_end && are_neighbours(weight->name, name))
            return true;
        has_ends |= is_end;
    }
    return !has_ends;
}

static void add_whole(Chains *chains, Search *search, const int *weights, int count)
{
    if (leads_through(search, weights, count)) {
        if (count <= CHAIN_MAX)
            add_chain(chains, search, weights, count, weights, count);
    } else if (find_ways(search, weights, count, true) || find_ways(search, weights, count, false)) {
        add_found(chains, search, weights, count);
    }
}

// Matrices that fit between others may be those of another model at the side, such as what tells the digits from the
// code: those whose names begin like none of the layers that read or write pixels.
static void add_without_guests(Chains *chains, Search *search, const int *weights, int count)
{
    int rest[WEIGHTS_MAX], size = 0;
    for (int i = 0; i < count; i++)
        if (is_at_home(search, weights, count, search->file->tensors[weights[i]].name))
            rest[size++] = weights[i];
    if (size < count)
        add_whole(chains, search, rest, size);
}

// Matrices that are used twice, the second time turned and in the other order, stand in a file once. That there is a
// way back at all is to be seen by its last bias.
static void add_tied(Chains *chains, const Search *search, const int *weights, int count)
{
    size_t in = search->pixels;
    if (count == 0 || 2 * count > CHAIN_MAX || chains->count == FOREIGN_READINGS_MAX)
        return;
    Chain chain = {.orientation = search->orientation, .count = 2 * count, .is_as_named = true, .is_tied = true};
    for (int i = 0; i < count; i++) {
        const Tensor *weight = &search->file->tensors[weights[i]];
        if (find_in(weight, search->orientation) != in)
            return;
        chain.weights[i] = chain.weights[2 * count - 1 - i] = weights[i];
        in = find_out(weight, search->orientation);
    }
    foreign_find_biases(search->file, &chain);
    if (in != search->pixels && chain.biases[2 * count - 1] >= 0)
        chains->items[chains->count++] = chain;
}

Chains foreign_list_chains(const SafetensorsFile *file, size_t pixels, Orientation orientation)
{
    assert(pixels <= SPEC_WIDTH_MAX);
    int weights[WEIGHTS_MAX];
    Search search = {.file = file, .orientation = orientation, .pixels = pixels};
    Chains chains = {0};
    const int count = list_weights(&search, weights);
    const bool leads = leads_through(&search, weights, count);
    if (!leads || passes_pixels(&search, weights, count))
        add_parts(&chains, &search, weights, count);
    if (leads || chains.count == 0)
        add_whole(&chains, &search, weights, count);
    if (leads && chains.count == 1 && find_ways(&search, weights, count, false)) // that turns back halfway
        add_found(&chains, &search, weights, count);
    if (chains.count <= 1)
        add_without_guests(&chains, &search, weights, count);
    chains.is_too_deep = leads && chains.count == 0;
    return chains;
}

static int list_ends(const Search *search, int weights[WEIGHTS_MAX])
{
    int count = 0;
    for (int i = 0; i < search->file->tensor_count && count < WEIGHTS_MAX; i++)
        if (is_weight(&search->file->tensors[i]))
            weights[count++] = i;
    qsort_r(weights, (size_t)count, sizeof *weights, compare_indices, (void *)search->file);
    return count;
}

Chains foreign_list_tied(const SafetensorsFile *file, size_t pixels)
{
    int weights[WEIGHTS_MAX];
    Chains chains = {0};
    for (Orientation i = 0; i < ORIENTATION_COUNT; i++) {
        Search search = {.file = file, .orientation = i, .pixels = pixels};
        add_tied(&chains, &search, weights, list_ends(&search, weights));
    }
    return chains;
}
