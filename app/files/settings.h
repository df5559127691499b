// Settings: what the window remembers from one start to the next, $XDG_CONFIG_HOME/losslens/settings.json or the same
// under ~/.config. Only `losslens view` reads or writes it: pictures and figures are the same whoever makes them.
//
// To add one: a field here, its lines in read_fields, settings_equal and format.
// Thread: the UI thread.
#pragma once
#include <limits.h>
#include <stdbool.h>

#include "draw/theme.h"
#include "engine.h"

enum { SETTINGS_SIDE_MAX = 16384 }; // of a window

typedef struct Settings {
    ThemeKind theme;
    bool lesson_seen;
    int width,
        height; // of the window while it is neither maximised nor full screen, in screen units; 0: none was chosen
    bool is_maximized;
    float scale;         // of the interface, chosen in the window, 0.1 .. 10; 1: its own
    char data[PATH_MAX]; // the data set opened last, as --data takes it from any folder; "": the built-in digits
    ImageTurn turn;      // how that was read, as --turn, --invert and --scale-max say it; so are the next two
    bool is_inverted;
    float scale_max; // 0: none was given
} Settings;

// What a first start has.
Settings settings_default(void);

bool settings_equal(const Settings *a, const Settings *b);

// What is remembered, or what a first start has where there is nothing: no file, no folder for one. False with a
// sentence where something is there that is no such file, or that cannot be read; *out is then a first start's, too. A
// file whose bytes are no settings is then put aside as settings.json.bad, in the place of an earlier one, and the
// sentence says so: nobody hears of it twice.
bool settings_load(Settings *out, Error *error);

// Replaces the file, whole or not at all, and makes its folder. Changes are made to what settings_load gives at that
// moment, so that what another window has changed meanwhile stays. A data set whose name is no UTF-8, which JSON cannot
// hold, is not remembered.
bool settings_save(const Settings *settings, Error *error);
