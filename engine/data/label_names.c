// Label names: see label_names.h.
#include "data/label_names.h"

#include <stdio.h>
#include <string.h>

int label_names_add(LabelNames *names, const char *name)
{
    for (int i = 0; i < names->count; i++)
        if (strncmp(names->names[i], name, LABEL_NAME_SIZE - 1) == 0)
            return i;
    if (names->count == LABEL_NAMES_MAX)
        return -1;
    (void)snprintf(names->names[names->count], LABEL_NAME_SIZE, "%s", name);
    return names->count++;
}

void label_names_sort(LabelNames *names, int32_t order[LABEL_NAMES_MAX])
{
    static const LabelNames none;
    LabelNames sorted = none;
    sorted.count = names->count;
    for (int i = 0; i < names->count; i++) {
        order[i] = 0;
        for (int k = 0; k < names->count; k++)
            order[i] += strcmp(names->names[k], names->names[i]) < 0;
        memcpy(sorted.names[order[i]], names->names[i], LABEL_NAME_SIZE);
    }
    *names = sorted;
}

void label_names_list(const LabelNames *names, char *text, int size)
{
    int used = 0;
    *text = '\0';
    for (int i = 0; i < names->count; i++) {
        const int left = size - used;
        if ((int)strlen(names->names[i]) + 8 > left) {
            (void)snprintf(text + used, (size_t)left, ", ...");
            return;
        }
        used += snprintf(text + used, (size_t)left, "%s%s", i ? ", " : "", names->names[i]);
    }
}
