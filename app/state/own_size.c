// The size that a window has by itself.
#include "state/own_size.h"

#include <string.h>

static int larger(int a, int b) { return a > b ? a : b; }

static bool is_same(Extent a, Extent b) { return a.width == b.width && a.height == b.height; }

static bool shares_a_side(Extent a, Extent b) { return a.width == b.width || a.height == b.height; }

static void keep(OwnSize *own, Extent size)
{
    if (own->count > 0 && is_same(size, own->kept[0]))
        return;
    memmove(own->kept + 1, own->kept, (OWN_SIZE_KEPT - 1) * sizeof *own->kept);
    own->kept[0] = size;
    own->count += own->count < OWN_SIZE_KEPT;
}

void own_size_begin(OwnSize *own, Extent size)
{
    *own = (OwnSize){0};
    keep(own, size);
}

// Which of those that were kept is the own size.
static int find(const OwnSize *own)
{
    if (!own->is_maximized)
        return 0;
    for (int i = 0; i < own->count; i++)
        if (!shares_a_side(own->kept[i], own->large))
            return i;
    for (int i = 0; i < own->count; i++)
        if (!is_same(own->kept[i], own->large))
            return i;
    return 0;
}

// What was kept after the own size came of the window's being maximised.
static void forget_newer(OwnSize *own)
{
    const int newer = find(own);
    own->count -= newer;
    memmove(own->kept, own->kept + newer, (size_t)own->count * sizeof *own->kept);
}

void own_size_note(OwnSize *own, Extent size, bool is_maximized)
{
    if (is_maximized) {
        // only upwards: when it is over, the smaller size may come before the word
        const Extent before = own->is_maximized ? own->large : (Extent){0};
        own->large = (Extent){larger(before.width, size.width), larger(before.height, size.height)};
    } else {
        if (own->is_maximized)
            forget_newer(own);
        if (!is_same(size, own->large)) // which it still has where that word comes first
            keep(own, size);
    }
    own->is_maximized = is_maximized;
}

Extent own_size_get(const OwnSize *own) { return own->kept[find(own)]; }
