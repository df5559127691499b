// Look-ups in the tables of activation functions, which activation_isa.c makes.
#include "kernels/activation.h"

#include <assert.h>
#include <string.h>

#include "kernels/kernel.h"

int activation_count(ActivationRole role) { return kernel_get()->activations[role].count; }

const Activation *activation_get(ActivationRole role, int index)
{
    assert(index >= 0 && index < activation_count(role));
    return &kernel_get()->activations[role].rows[index];
}

int activation_find(ActivationRole role, const char *key)
{
    for (int i = 0; i < activation_count(role); i++)
        if (strcmp(activation_get(role, i)->key, key) == 0)
            return i;
    return -1;
}
