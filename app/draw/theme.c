// The themes.
#include "draw/theme.h"

#include <string.h>

#include "draw/palette.h"

#define DARK(name, dark, light)  .name = (dark),
#define LIGHT(name, dark, light) .name = (light),
static const Theme themes[THEME_COUNT] = {
    [THEME_DARK] = {.key = "dark", .palette = &PALETTE_DARK, THEME_COLORS(DARK)},
    [THEME_LIGHT] = {.key = "light", .palette = &PALETTE_LIGHT, THEME_COLORS(LIGHT)},
};

const Theme *theme_get(ThemeKind kind) { return &themes[kind]; }

int theme_find(const char *key)
{
    for (int kind = 0; kind < THEME_COUNT; kind++)
        if (strcmp(themes[kind].key, key) == 0)
            return kind;
    return -1;
}
