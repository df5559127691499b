// Doing what the user asked for.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/app_parts.h"

void app_offer_model(App *app, Foreign *foreign, Guesses *guesses, const char *name)
{
    offer_free(&app->offer);
    app->offer = (Offer){.foreign = foreign, .guesses = guesses, .spec = guesses->items[0].spec};
    (void)snprintf(app->offer.name, sizeof app->offer.name, "%s", name);
    app->popup = POPUP_OFFER;
}

static void take_offer(App *app, int side)
{
    Error error;
    ModelFile file;
    if (!app->offer.foreign)
        return;
    if (!offer_take(&app->offer, &file, &error))
        app_say(app, true, error.text);
    else if (app_set_model(app, side, &file, false))
        offer_free(&app->offer);
    model_file_free(&file);
    app->popup = app->offer.foreign ? POPUP_OFFER : POPUP_NONE;
}

// ---- requests -----------------------------------------------------------------------------------------------------

static void turn_page(App *app, int pages)
{
    const int total = app_count_digits(app), step = app->frame.page_count;
    if (app->look.scene == SCENE_CLAIMS) {
        app->look.claim_page = ((app->look.claim_page + pages) % CLAIM_PAGES + CLAIM_PAGES) % CLAIM_PAGES;
        return;
    }
    if (scene_has(app->look.scene, SCENE_HAS_CODE)) { // the digit at the walk's end
        app->look.code.digit = ((app->look.code.digit + pages) % total + total) % total;
        return;
    }
    if (app->look.scene == SCENE_INSPECT) {
        app->look.seeks_pixel = true; // another digit: who wants a pixel to stay pins it
        const int from = app->look.digit < 0 && pages < 0 ? 0 : app->look.digit; // behind the drawing comes digit 0
        app->look.digit = (from + pages + total) % total;
        return;
    }
    int first = app->first + pages * step;
    if (first < 0)
        first = (total - 1) / step * step;
    app->first = first >= total ? 0 : first;
}

static void shuffle(App *app)
{
    app->shuffle++;
    Random random = random_stream((uint64_t)app->shuffle, 0);
    const int digit = (int)random_below(&random, (uint32_t)app_count_digits(app));
    if (app->look.scene == SCENE_INSPECT) {
        app->look.seeks_pixel = true; // another digit: who wants a pixel to stay pins it
        app->look.digit = digit;
    } else if (scene_has(app->look.scene, SCENE_HAS_CODE)) {
        app->look.code.digit = digit;
    }
}

// What the scene shows depends on the look and the specs; where there is no memory for it, both stay as they were.
static bool change_cast(App *app, const Look *look, const Spec specs[SIDE_COUNT])
{
    const Look old_look = app->look;
    const Spec old_specs[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    Error error;
    app->look = *look;
    memcpy(app->specs, specs, sizeof app->specs);
    if (cast_update(app, &error))
        return true;
    app->look = old_look;
    memcpy(app->specs, old_specs, sizeof app->specs);
    app_say(app, true, error.text);
    return false;
}

bool app_change(App *app, const Look *look, const Spec specs[SIDE_COUNT])
{
    const Deed deed = {.kind = DEED_SPECS, .others = {app->specs[SIDE_A], app->specs[SIDE_B]}};
    const Scene old = app->look.scene;
    if (!change_cast(app, look, specs))
        return false;
    if (look->scene == SCENE_INSPECT && old != SCENE_INSPECT)
        app->back = old;
    if (spec_equal(&deed.others[SIDE_A], &app->specs[SIDE_A]) && spec_equal(&deed.others[SIDE_B], &app->specs[SIDE_B]))
        return true;
    pad_forget_undone(&app->pad);
    undo_note(&app->undo, deed);
    return true;
}

static void change_look(App *app, const Look *asked)
{
    const Look old = app->look;
    Look entered = *asked;
    const Look *const look = &entered;
    if (scene_has(asked->scene, SCENE_HAS_CODE) && !scene_has(old.scene, SCENE_HAS_CODE)) // of what was on show
        entered.code.shows = scene_get(old.scene)->shows;
    if (look->scene == SCENE_INSPECT && old.scene != SCENE_INSPECT)
        app->back = old.scene;
    if (look->scene != old.scene || look->matrix_outputs != old.matrix_outputs ||
        look->matrix_losses != old.matrix_losses)
        (void)change_cast(app, look, (const Spec[SIDE_COUNT]){app->specs[SIDE_A], app->specs[SIDE_B]});
    else
        app->look = *look;
    if (app->look.past_step != old.past_step)
        app->is_film = false;
}

static void change_spec(App *app, int side, const Spec *spec)
{
    Spec specs[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    const Look look = app->look;
    specs[side] = *spec;
    (void)app_change(app, &look, specs);
}

// What somebody typed of a model, "lr=0.01".
static void take_typed(App *app, int side, const char *text)
{
    Spec spec = app->specs[side];
    Error error;
    if (spec_change(&spec, text, &error))
        change_spec(app, side, &spec);
    else
        app_say(app, true, error.text);
}

// Takes a deed back or does it again. Where there is no memory for a model, it stays as it is.
static bool swap_deed(App *app, Deed *deed, bool (*move_pad)(Pad *pad))
{
    if (deed->kind == DEED_DRAWING)
        return move_pad(&app->pad);
    if (deed->kind == DEED_PULLS) {
        app_swap_pulls(app, &deed->pulls);
        return true;
    }
    const Spec now[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    const Look look = app->look;
    if (!change_cast(app, &look, deed->others))
        return false;
    memcpy(deed->others, now, sizeof now);
    return true;
}

static void undo(App *app)
{
    Deed *deed = undo_last(&app->undo);
    if (deed && swap_deed(app, deed, pad_undo))
        app->undo.at--;
}

static void redo(App *app)
{
    Deed *deed = undo_next(&app->undo);
    if (deed && swap_deed(app, deed, pad_redo))
        app->undo.at++;
}

static void apply_pad(App *app, const Request *r)
{
    Pad *pad = &app->pad;
    const int64_t before = pad->commits;
    switch (r->kind) {
    case REQUEST_PAD_BEGIN: pad_begin_stroke(pad, r->x, r->y, r->value != 0); break;
    case REQUEST_PAD_CONTINUE: pad_continue_stroke(pad, r->x, r->y); break;
    case REQUEST_PAD_END:
        app->strokes += pad->is_drawing;
        pad_end_stroke(pad);
        break;
    case REQUEST_PAD_CLEAR: pad_clear(pad); break;
    case REQUEST_PAD_NOISE: pad_load_noise(pad, (uint64_t)pad->commits); break;
    case REQUEST_PAD_NEXT: app_load_next_digit(app); break;
    case REQUEST_PAD_TAKE: app_load_digit(app, r->value); break;
    case REQUEST_PAD_BRUSH: pad->brush = fminf(3.0f, fmaxf(0.5f, pad->brush + PAD_BRUSH_STEP * (float)r->value)); break;
    case REQUEST_PAD_CENTRE: pad->is_centred = r->value != 0; break;
    default: break;
    }
    if (pad->commits != before)
        undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
}

// Out of inspect where it was entered by hand, else out of the lesson.
static void go_back(App *app)
{
    Look look = app->look;
    const LessonStep *step = lesson_step(&look);
    const bool is_in_place = step && preset_get(preset_find(step->preset))->scene == look.scene;
    if (step && (is_in_place || look.scene != SCENE_INSPECT)) {
        lesson_end(app);
        return;
    }
    if (look.scene != SCENE_INSPECT)
        return;
    look.scene = app->back;
    change_look(app, &look);
}

static void make_wish(App *app, Wish wish, const char *text)
{
    app->wish = wish;
    (void)snprintf(app->wish_text, sizeof app->wish_text, "%s", text);
}

Wish app_take_wish(App *app, char text[INPUT_TEXT_SIZE])
{
    const Wish wish = app->wish;
    (void)snprintf(text, INPUT_TEXT_SIZE, "%s", app->wish_text);
    app->wish = WISH_NOTHING;
    return wish;
}

// A set of the menu takes the place of the one on show, read as everything that is opened.
static void open_set(App *app, int row)
{
    if (row >= app->sets.count)
        return;
    app->popup = POPUP_NONE;
    make_wish(app, WISH_OPEN, row < 0 ? "builtin" : app->sets.rows[row].folder);
}

void app_take_import(App *app, Import *import)
{
    import_end(&app->import);
    app->import = *import;
    *import = (Import){.is_behind = false};
    app->popup = POPUP_IMPORT;
}

// Where the app is driven, app_serve finds the digit.
static void correct_import(App *app, const InkOptions *options)
{
    import_correct(&app->import, options);
    if (!app->options.is_driven)
        (void)import_advance(&app->import, INT64_MAX);
}

// One deed, as if it had been drawn.
static void put_import(App *app)
{
    const int64_t before = app->pad.commits;
    (void)import_advance(&app->import, INT64_MAX);
    if (app->import.picture.width == 0 || !app->import.has_digit)
        return;
    app_load_picture(app, &app->import.result);
    if (app->pad.commits != before)
        undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
    app->popup = POPUP_NONE;
}

static void feed(App *app, Feed feed)
{
    app->is_feeding = feed == FEED_PLAY;
    if (feed == FEED_OFF || (feed == FEED_PLAY && app->look.fed_back >= FED_BACK_MAX))
        app->look.fed_back = 0;
}

static void show_code(App *app, int side, int framework)
{
    free(app->script.text);
    app->script = (Script){.side = side, .framework = framework};
    app->popup = POPUP_CODE;
    make_wish(app, WISH_CODE, "");
}

static void apply(App *app, const Request *r, const char *text)
{
    switch (r->kind) {
    case REQUEST_SPEC: change_spec(app, r->side, &r->spec); break;
    case REQUEST_TYPED: take_typed(app, r->side, text); break;
    case REQUEST_UNDO: undo(app); break;
    case REQUEST_REDO: redo(app); break;
    case REQUEST_BACK: go_back(app); break;
    case REQUEST_PRESET: app_set_up(app, r->value); break;
    case REQUEST_LESSON: lesson_begin(app, r->value, r->step); break;
    case REQUEST_LESSON_END: lesson_end(app); break;
    case REQUEST_PLAY: app_set_playing(app, r->value != 0); break;
    case REQUEST_STEP:
        app_set_playing(app, false);
        (void)restore_lift_goals(app);
        trainer_step(app->trainer);
        break;
    case REQUEST_RESTART:
        app->look.past_step = -1;
        app->is_film = false;
        app->known_count = 0;
        (void)restore_lift_goals(app);
        trainer_restart(app->trainer);
        break;
    case REQUEST_PAGE: turn_page(app, r->value); break;
    case REQUEST_SHUFFLE: shuffle(app); break;
    case REQUEST_LOOK: change_look(app, &r->look); break;
    case REQUEST_MOMENT:
        app->is_film = false;
        app_move_in_time(app, r->value);
        break;
    case REQUEST_FILM: app_play_film(app, r->value != 0); break;
    case REQUEST_POPUP: app->popup = app->popup == (Popup)r->value ? POPUP_NONE : (Popup)r->value; break;
    case REQUEST_GLOSSARY:
        app->popup = POPUP_GLOSSARY;
        app->glossary = r->value;
        break;
    case REQUEST_CLAIM:
        app->popup = POPUP_CLAIM;
        app->claim = r->value;
        break;
    case REQUEST_MEASURE: app_measure(app, r->value); break;
    case REQUEST_FEED: feed(app, (Feed)r->value); break;
    case REQUEST_PACE: app_set_pace(app, (Pace)r->value); break;
    case REQUEST_THEME: app->theme = (ThemeKind)r->value; break;
    case REQUEST_COPY: spec_format(&app->specs[r->side], app->copied, sizeof app->copied); break;
    case REQUEST_LINK: make_wish(app, WISH_LINK, ""); break;
    case REQUEST_FULLSCREEN: app->is_fullscreen = r->value != 0; break;
    case REQUEST_SCALE:
        app->ui_scale =
            r->value == 0 ? 1.0f : fminf(APP_SCALE_MAX, fmaxf(APP_SCALE_MIN, app->ui_scale + 0.1f * (float)r->value));
        break;
    case REQUEST_SCREENSHOT: make_wish(app, r->value == SCREENSHOT_WINDOW ? WISH_WINDOW : WISH_FIGURE, ""); break;
    case REQUEST_TITLE: make_wish(app, WISH_FIGURE, text); break;
    case REQUEST_SAVE_AS: make_wish(app, WISH_SAVE_AS, text); break;
    case REQUEST_FOLDER: make_wish(app, WISH_FOLDER, ""); break;
    case REQUEST_OPEN: make_wish(app, WISH_OPEN, text); break;
    case REQUEST_IMPORT: correct_import(app, &(InkOptions){(InkInvert)r->value, r->x, r->step}); break;
    case REQUEST_IMPORT_APPLY: put_import(app); break;
    case REQUEST_SAVE_MODEL:
        make_wish(app, WISH_MODEL, text);
        app->wish_side = r->side;
        break;
    case REQUEST_EXPORT: make_wish(app, WISH_EXPORT, ""); break;
    case REQUEST_PCA: app_want_pca(app, r->side, app_choose_components(app, r->side)); break;
    case REQUEST_CODE: show_code(app, r->side, r->value); break;
    case REQUEST_CODE_COPY: app->script.is_copied = true; break;
    case REQUEST_CODE_SCROLL: app->script.first = r->value; break;
    case REQUEST_OFFER: app->offer.spec = r->spec; break;
    case REQUEST_OFFER_TAKE: take_offer(app, r->side); break;
    case REQUEST_GIVE_UP: make_wish(app, WISH_GIVE_UP, ""); break;
    case REQUEST_TOAST: app->toast.is_shown = false; break;
    case REQUEST_DATA_OPEN: open_set(app, r->value); break;
    case REQUEST_DATA_FETCH: sets_fetch(&app->sets, r->value, app->options.wake, app->options.wake_context); break;
    case REQUEST_DATA_CANCEL: sets_cancel(&app->sets); break;
    case REQUEST_PULL: app_pull(app, r->side, r->value, r->x, r->step != 0); break;
    case REQUEST_AS_ENCODED: app_take_as_encoded(app, r->side, r->value); break;
    case REQUEST_QUIT: app->wants_quit = true; break;
    default: apply_pad(app, r); break;
    }
}

void app_apply(App *app, const Requests *requests)
{
    for (int i = 0; i < requests->count; i++) {
        if (requests->items[i].kind != REQUEST_PAD_CONTINUE)
            app->message[0] = 0;
        apply(app, &requests->items[i], requests->text);
    }
    if (app->popup != POPUP_IMPORT) // given up, or put onto the pad
        import_end(&app->import);
}
