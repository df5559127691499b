// Presets: set-ups that one gets to by one click: two models, a view and what is shown of it. The lessons' cards are
// such, and so is what each claim is about.
//
// To add one: a row in presets.c. The menu, --preset, its help and the settings in a picture follow.
// Thread: constant tables, pure functions.
#pragma once
#include "engine.h"
#include "state/look.h"

#define PRESET_PCA "pca"

typedef struct Preset {
    const char *key;               // on the command line, in the menu's ids, in JSON
    const char *title;             // in the menu
    const char *group;             // the heading that it stands under; rows of one group stand together
    const char *specs[SIDE_COUNT]; // PRESET_PCA: of as many components as the other's code has units
    Scene scene;
    const char *heatmaps[HEATMAP_COUNT]; // keys of modes
    int curve_loss;
    float binarise;    // of the targets
    const char *claim; // key of the claim that this comparison shows, NULL: none
} Preset;

int preset_count(void);
const Preset *preset_get(int preset);
int preset_find(const char *key);         // -1 if absent
int preset_find_claim(const char *claim); // the set-up that shows the claim with this key; -1 if there is none

Spec preset_spec(const Preset *preset, int side); // of a PCA that which stands for it: pca_run.h
bool preset_is_pca(const Preset *preset, int side);

// Sets what the preset says and takes back what would hide it: the wipe, clipping, the past. The rest of the look
// stays.
void preset_apply(const Preset *preset, Look *look);

// Whether that is still what is shown.
bool preset_holds(const Preset *preset, const Look *look, const Spec *a, const Spec *b);
