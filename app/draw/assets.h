// Assets: the files embedded in the program, so that one executable is all there is to install.
//
// Thread: any; constant data.
// To add one: a row in asset_rows.S (its name is its path from the source root), and the file in the list of things that
// assets.S depends on in CMakeLists.txt.
#pragma once
#include <stddef.h>
#include <string.h>

typedef struct Asset {
    const char *name;           // for instance "fonts/Inter-Regular.otf"
    const unsigned char *bytes; // not terminated by a zero
    size_t size;
} Asset;

// Ends with a row whose name is NULL.
extern const Asset asset_table[];

// NULL where no file of that name is embedded.
static inline const Asset *asset_find(const char *name)
{
    for (const Asset *asset = asset_table; asset->name; asset++) {
        if (strcmp(asset->name, name) == 0) {
            return asset;
        }
    }
    return NULL;
}
