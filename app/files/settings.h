// Settings: what the window remembers from one start to the next, $XDG_CONFIG_HOME/losslens/settings.json or the same
// under ~/.config. Only `losslens view` reads or writes it: pictures are the same whoever makes them.
//
// To add one: a field here, its lines in read_fields and settings_save.
// Thread: the UI thread.
#pragma once
#include <stdbool.h>

#include "draw/theme.h"
#include "engine.h"

typedef struct Settings {
    ThemeKind theme;
    bool lesson_seen;
} Settings;

// What is remembered, or what a first start has where there is nothing: no file, no folder for one. False with a
// sentence where something is there that is no such file, or that cannot be read; *out is then a first start's, too.
bool settings_load(Settings *out, Error *error);

// Replaces the file, whole or not at all, and makes its folder. Changes are made to what settings_load gives at that
// moment, so that what another window has changed meanwhile stays.
bool settings_save(const Settings *settings, Error *error);
