// What the window remembers, read and written.
#include "commands/remember.h"

#include <math.h>
#include <string.h>

#include "commands/cli_options.h"
#include "commands/commands.h"

static int clamp(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

void remember_read(Remembered *out, Options *options)
{
    *out = (Remembered){.notice = {""}};
    if (!settings_load(&out->known, &out->notice))
        (void)command_fail(EXIT_OK, "%s", out->notice.text);
    const Settings *known = &out->known;
    const bool has_state = options->state != NULL;
    if (!cli_is_given(options, "--theme") && !(has_state && !options->state->is_figure))
        options->theme = known->theme;
    options->is_lesson_new = !known->lesson_seen;
    if (!has_state && !cli_is_given(options, "--size") && known->width > 0) {
        options->width = clamp(known->width, CLI_WIDTH_MIN, CLI_WIDTH_MAX);
        options->height = clamp(known->height, CLI_HEIGHT_MIN, CLI_HEIGHT_MAX);
    }
    out->is_data_own = !has_state && !options->link && !cli_is_given(options, "--data") && known->data[0];
    memcpy(out->data, known->data, sizeof out->data);
    if (!out->is_data_own)
        return;
    options->data = out->data;
    if (!cli_is_given(options, "--turn"))
        options->reading.turn = known->turn;
    if (!cli_is_given(options, "--invert"))
        options->reading.invert = known->is_inverted;
    if (!cli_is_given(options, "--scale-max"))
        options->reading.scale_max = known->scale_max;
}

bool remember_without_data(Remembered *remembered, Options *options, const Error *why)
{
    if (!remembered->is_data_own)
        return false;
    remembered->is_data_own = false;
    options->data = NULL;
    error_set(&remembered->notice, "the data set opened last does not open now; these are the built-in digits. %s",
              why->text);
    (void)command_fail(EXIT_OK, "%s", remembered->notice.text);
    return true;
}

static bool has_other_reading(const Settings *a, const Settings *b)
{
    return a->turn != b->turn || a->is_inverted != b->is_inverted || a->scale_max != b->scale_max;
}

// Makes one change to what the file has by now, and writes it where that differs. In `known` it is changed in any case,
// so that one that cannot be written is tried, and complained of, once.
static bool keep(Remembered *remembered, const Settings *changed, Error *error)
{
    const Settings before = remembered->known;
    Settings now, found;
    (void)settings_load(&found, NULL); // what is damaged is replaced now
    now = found;
    now.theme = changed->theme != before.theme ? changed->theme : found.theme;
    now.lesson_seen |= changed->lesson_seen;
    now.scale = changed->scale != before.scale ? changed->scale : found.scale;
    now.is_maximized = changed->is_maximized != before.is_maximized ? changed->is_maximized : found.is_maximized;
    if (changed->width != before.width || changed->height != before.height) {
        now.width = changed->width;
        now.height = changed->height;
    }
    if (strcmp(changed->data, before.data) != 0 || has_other_reading(changed, &before)) {
        memcpy(now.data, changed->data, sizeof now.data);
        now.turn = changed->turn;
        now.is_inverted = changed->is_inverted;
        now.scale_max = changed->scale_max;
    }
    remembered->known = *changed;
    return settings_equal(&now, &found) || settings_save(&now, error);
}

static void keep_saying(Remembered *remembered, App *app, const Settings *changed)
{
    Error error;
    if (!settings_equal(changed, &remembered->known) && !keep(remembered, changed, &error))
        app_say(app, true, error.text);
}

static void take_data(Settings *changed, Remembered *remembered, const Session *session)
{
    static const DatasetOptions none;
    const DatasetOptions *reading = session->dataset && *session->data_path ? &session->dataset->options : &none;
    memcpy(changed->data, session->data_path, sizeof changed->data);
    changed->turn = reading->turn;
    changed->is_inverted = reading->invert;
    changed->scale_max = reading->scale_max;
    memcpy(remembered->data_path, session->data_path, sizeof remembered->data_path);
}

void remember_begin(Remembered *remembered, Session *session, const Options *options)
{
    App *app = &session->app;
    Settings changed = remembered->known;
    if (!options->state && !cli_is_given(options, "--scale"))
        app->ui_scale = fminf(APP_SCALE_MAX, fmaxf(APP_SCALE_MIN, changed.scale));
    if (!options->state && !cli_is_given(options, "--size"))
        window_fit(session->window, changed.is_maximized);
    (void)window_place(session->window, &remembered->size.width, &remembered->size.height, &remembered->is_maximized);
    own_size_begin(&remembered->own_size, remembered->size);
    own_size_note(&remembered->own_size, remembered->size, remembered->is_maximized);
    remembered->theme = app->theme;
    remembered->scale = app->ui_scale;
    remembered->is_lesson_new = app->is_lesson_new;
    if (remembered->notice.text[0])
        app_say(app, true, remembered->notice.text);
    take_data(&changed, remembered, session);
    if (cli_is_given(options, "--data") && !options->link)
        keep_saying(remembered, app, &changed);
}

static void note_size(Remembered *remembered, const Session *session)
{
    Extent size;
    bool is_maximized;
    if (window_place(session->window, &size.width, &size.height, &is_maximized))
        own_size_note(&remembered->own_size, size, is_maximized);
}

void remember_pass(Remembered *remembered, Session *session)
{
    App *app = &session->app;
    Settings changed = remembered->known;
    if (session->is_linked) { // nobody has chosen what it says
        remembered->theme = app->theme;
        memcpy(remembered->data_path, session->data_path, sizeof remembered->data_path);
        session->is_linked = false;
    }
    if (app->theme != remembered->theme)
        changed.theme = app->theme;
    if (remembered->is_lesson_new && !app->is_lesson_new)
        changed.lesson_seen = true;
    if (app->ui_scale != remembered->scale)
        changed.scale = roundf(app->ui_scale * 100.0f) / 100.0f;
    if (strcmp(session->data_path, remembered->data_path) != 0)
        take_data(&changed, remembered, session);
    remembered->theme = app->theme;
    remembered->is_lesson_new = app->is_lesson_new;
    remembered->scale = app->ui_scale;
    note_size(remembered, session);
    keep_saying(remembered, app, &changed);
}

void remember_end(Remembered *remembered, Session *session)
{
    Error error;
    Settings changed = remembered->known;
    note_size(remembered, session);
    const Extent own = own_size_get(&remembered->own_size);
    if (remembered->own_size.is_maximized != remembered->is_maximized)
        changed.is_maximized = remembered->own_size.is_maximized;
    if (own.width != remembered->size.width || own.height != remembered->size.height) {
        changed.width = clamp(own.width, 1, SETTINGS_SIDE_MAX);
        changed.height = clamp(own.height, 1, SETTINGS_SIDE_MAX);
    }
    if (!settings_equal(&changed, &remembered->known) && !keep(remembered, &changed, &error))
        (void)command_fail(EXIT_OK, "%s", error.text);
}
