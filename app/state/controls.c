// What each control asks for.
#include "state/controls.h"

#include <string.h>

#include "state/presets.h"

const char *control_key(int control)
{
#define CONTROL_KEY(NAME, key) [HIDE_##NAME] = key,
    static const char *const keys[CONTROL_COUNT] = {CONTROLS(CONTROL_KEY)};
#undef CONTROL_KEY
    return keys[control];
}

bool controls_hide_scene(const Look *look, Scene scene)
{
    for (int control = 0; look->hidden && control < CONTROL_COUNT; control++)
        if (look_hides(look, (Control)control) && strcmp(control_key(control), scene_get(scene)->key) == 0)
            return true;
    return false;
}

// A request that is of one control; of several, where a lesson's own ways are among them, a rule below.
static const struct {
    RequestKind kind;
    Control control;
} kinds[] = {
    {REQUEST_SPEC, HIDE_MODELS},        {REQUEST_TYPED, HIDE_MODELS},    {REQUEST_PCA, HIDE_MODELS},
    {REQUEST_PAGE, HIDE_PAGES},         {REQUEST_SHUFFLE, HIDE_PAGES},   {REQUEST_PLAY, HIDE_PLAY},
    {REQUEST_STEP, HIDE_PLAY},          {REQUEST_RESTART, HIDE_PLAY},    {REQUEST_PACE, HIDE_SPEED},
    {REQUEST_FILM, HIDE_FILM},          {REQUEST_SCREENSHOT, HIDE_SAVE}, {REQUEST_DATA_OPEN, HIDE_DATA},
    {REQUEST_DATA_FETCH, HIDE_DATA},    {REQUEST_FEED, HIDE_SHOWING},    {REQUEST_PAD_NOISE, HIDE_SHOWING},
    {REQUEST_PAD_CENTRE, HIDE_SHOWING}, {REQUEST_THEME, HIDE_SHOWING},   {REQUEST_FULLSCREEN, HIDE_SHOWING},
};

static const struct {
    Popup popup;
    Control control;
} popups[] = {{POPUP_HELP, HIDE_HELP},     {POPUP_SETUPS, HIDE_SETUPS}, {POPUP_VIEW, HIDE_SHOWING},
              {POPUP_MORE_A, HIDE_MORE},   {POPUP_MORE_B, HIDE_MORE},   {POPUP_MORE_A, HIDE_MODELS},
              {POPUP_MORE_B, HIDE_MODELS}, {POPUP_DATA, HIDE_DATA}};

static bool is_hidden(const Look *look, const Request *request)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == request->kind && look_hides(look, kinds[i].control))
            return true;
    for (size_t i = 0; request->kind == REQUEST_POPUP && i < sizeof popups / sizeof *popups; i++)
        if ((int)popups[i].popup == request->value && look_hides(look, popups[i].control))
            return true;
    const bool begins = request->kind == REQUEST_LESSON && look->lesson < 0, // else the next card, or the one before
        turns = request->kind == REQUEST_MOMENT && request->value != 0;      // else back to the newest
    return (begins && look_hides(look, HIDE_LESSON)) || (turns && look_hides(look, HIDE_TIMELINE)) ||
           (request->kind == REQUEST_PRESET && controls_hide_scene(look, preset_get(request->value)->scene));
}

// What of the next look is a hidden control's stays as it is.
static void keep(const Look *look, Look *next)
{
    if (next->scene != look->scene && controls_hide_scene(look, next->scene))
        next->scene = look->scene;
    if (look_hides(look, HIDE_HISTOGRAM)) {
        next->histogram = look->histogram;
        next->brush_first = look->brush_first;
        next->brush_last = look->brush_last;
    }
    if (look_hides(look, HIDE_SHOWING)) {
        next->is_wiped = look->is_wiped;
        next->is_clipped = look->is_clipped;
        next->binarise = look->binarise;
        next->show_as = look->show_as;
    }
    if (look_hides(look, HIDE_TIMELINE))
        next->past_step = look->past_step;
}

void controls_filter(const Look *look, Requests *requests)
{
    int kept = 0;
    for (int i = 0; look->hidden && i < requests->count; i++) {
        Request *request = &requests->items[i];
        if (is_hidden(look, request))
            continue;
        if (request->kind == REQUEST_LOOK)
            keep(look, &request->look);
        if (kept != i)
            requests->items[kept] = *request;
        kept++;
    }
    requests->count = look->hidden ? kept : requests->count;
}
