// Which of a foreign file's tensors are the biases of the layers whose weights are found.
//
// A weight's own bias has its name but for the last part; where no weight has one, as where biases stand in a list of
// their own, the next one by name of the right length is taken.
#include <ctype.h>
#include <string.h>

#include "models/foreign_parts.h"

enum { BIASES_MAX = 64 }; // looked at for a layer, whatever a file holds

static bool has_stem(const Tensor *tensor, const char *stem, size_t length)
{
    return foreign_stem_length(tensor->name) == length && strncmp(tensor->name, stem, length) == 0;
}

// A list of as many values as the layer has outputs; a row or a column of them is one, too.
static bool may_be_bias(const Tensor *tensor, size_t out)
{
    bool has_side = false;
    for (int i = 0; i < tensor->rank; i++)
        has_side |= tensor->shape[i] == out;
    return has_side && safetensors_count_values(tensor) == out && safetensors_is_float(tensor->type) &&
           !foreign_is_state(tensor->name) && !foreign_is_log_sigma(tensor->name);
}

static bool is_weight_of(const Chain *chain, int index)
{
    for (int i = 0; i < chain->count; i++)
        if (chain->weights[i] == index)
            return true;
    return false;
}

static bool is_taken(const Chain *chain, int layers, int index)
{
    for (int i = 0; i < layers; i++)
        if (chain->biases[i] == index)
            return true;
    return is_weight_of(chain, index);
}

static int find_own_bias(const SafetensorsFile *file, const Chain *chain, int layer, size_t out)
{
    const char *weight = file->tensors[chain->weights[layer]].name;
    for (int i = 0; i < file->tensor_count; i++)
        if (may_be_bias(&file->tensors[i], out) && !is_taken(chain, layer, i) &&
            has_stem(&file->tensors[i], weight, foreign_stem_length(weight)))
            return i;
    return -1;
}

static bool ends_in_number(const char *name)
{
    const size_t length = strlen(name);
    return length > 0 && isdigit((unsigned char)name[length - 1]);
}

// What stands alone under its name, or in a numbered list of its like, and is no part of a normalisation.
static bool is_lone(const SafetensorsFile *file, int index)
{
    const Tensor *tensor = &file->tensors[index];
    const size_t stem = foreign_stem_length(tensor->name);
    if (foreign_is_norm(tensor->name) || foreign_name_orientation(tensor->name) >= 0)
        return false;
    for (int i = 0; i < file->tensor_count; i++) {
        const Tensor *other = &file->tensors[i];
        if (i != index && has_stem(other, tensor->name, stem) &&
            !(other->rank == tensor->rank && ends_in_number(other->name) && ends_in_number(tensor->name)))
            return false;
    }
    return true;
}

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

void foreign_find_biases(const SafetensorsFile *file, Chain *chain)
{
    int own_count = 0;
    for (int i = 0; i < chain->count; i++) {
        chain->biases[i] = find_own_bias(file, chain, i, chain_out(file, chain, i));
        own_count += chain->biases[i] >= 0;
    }
    // matrices that are used twice have one bias of their name at most
    for (int i = 0; (own_count == 0 || chain->is_tied) && i < chain->count; i++)
        if (chain->biases[i] < 0)
            chain->biases[i] = find_next_bias(file, chain, i, chain_out(file, chain, i));
}
