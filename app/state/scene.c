// The table of scenes.
#include "state/scene.h"

#include <assert.h>

#define ROW(NAME, name, key, label, help, shows, cast, flags, note)                                                    \
    [SCENE_##NAME] = {#name, key, label, help, note, shows, flags},
static const SceneRow rows[SCENE_COUNT] = {SCENES(ROW)};

const SceneRow *scene_get(Scene scene)
{
    assert((int)scene >= 0 && scene < SCENE_COUNT);
    return &rows[scene];
}

bool scene_shows(Scene scene, int side) { return scene_get(scene)->shows >> side & 1; }
bool scene_has(Scene scene, unsigned flag) { return (scene_get(scene)->flags & flag) != 0; }
