// Look-ups in the table of optimizers, which optimizer_isa.c makes.
#include "kernels/optimizer.h"

#include <assert.h>
#include <string.h>

#include "kernels/kernel.h"

int optimizer_count(void) { return kernel_get()->optimizers->count; }

const Optimizer *optimizer_get(int index)
{
    assert(index >= 0 && index < optimizer_count());
    return &kernel_get()->optimizers->rows[index];
}

int optimizer_find(const char *key)
{
    for (int i = 0; i < optimizer_count(); i++)
        if (strcmp(optimizer_get(i)->key, key) == 0)
            return i;
    return -1;
}
