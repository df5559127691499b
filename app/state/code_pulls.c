// The numbers of the code that are pulled, and how that is taken back: each pull is a deed for undo, a drag is one.
#include <math.h>

#include "state/app_parts.h"

void code_pulls_clear(CodePulls *pulls, int side, int number)
{
    for (int s = 0; s < SIDE_COUNT; s++)
        for (int i = 0; i < MODEL_CODE_MAX; i++)
            if ((side < 0 || s == side) && (number < 0 || i == number))
                pulls->values[s][i] = NAN;
}

static void note_deed(App *app, const CodePulls *before)
{
    pad_forget_undone(&app->pad);
    undo_note(&app->undo, (Deed){.kind = DEED_PULLS, .pulls = *before});
}

void app_pull(App *app, int side, int number, float value, bool goes_on)
{
    if (!goes_on)
        note_deed(app, &app->pulls);
    app->pulls.values[side][number] = value;
}

void app_take_as_encoded(App *app, int side, int number)
{
    const CodePulls before = app->pulls;
    bool is_changed = false;
    code_pulls_clear(&app->pulls, side, number);
    for (int s = 0; s < SIDE_COUNT; s++)
        for (int i = 0; i < MODEL_CODE_MAX; i++)
            is_changed |= isnan(before.values[s][i]) != isnan(app->pulls.values[s][i]);
    if (is_changed)
        note_deed(app, &before);
    if (number < 0)
        app->look.code.walk = 0.0f;
}

void app_swap_pulls(App *app, CodePulls *pulls)
{
    const CodePulls now = app->pulls;
    app->pulls = *pulls;
    *pulls = now;
}
