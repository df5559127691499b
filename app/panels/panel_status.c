// The line at the bottom: what the data is, what figures mean, what training does. Messages lie over the bar above it.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

enum { MESSAGE_LINES = 3 };

// name_bytes: so much of the data set's name, where it is too long.
static void format_dataset(const Frame *frame, int name_bytes, char *text, size_t size)
{
    char train[16], test[16];
    panel_format_count(frame->train_count, train);
    panel_format_count(frame->test_count, test);
    const char *name = frame->dataset_title;
    (void)snprintf(text, size, "%.*s%s%s: %s digits to learn from, %s to test.", name_bytes, name,
                   (size_t)name_bytes < strlen(name) ? "\u2026" : "", frame->is_builtin ? " digits (seed 1)" : "",
                   train, test);
    _Static_assert(BUILTIN_SEED == 1, "the line names the seed");
}

static bool is_any_broken(const Frame *frame)
{
    bool broken = false;
    for (int side = 0; side < SIDE_COUNT; side++)
        broken |= panel_is_shown(frame, side) && frame->models[side].snapshot->broken_step >= 0;
    return broken;
}

// How fast this machine is does not belong into a picture.
static void format_state(const Frame *frame, char *text, size_t size)
{
    char count[16];
    panel_format_count((int)frame->samples_per_second, count);
    if (frame->is_capture)
        (void)snprintf(text, size, "losslens " LOSSLENS_VERSION);
    else if (!frame->facts)
        (void)snprintf(text, size, "preparing the digits\u2026");
    else if (frame->is_playing && frame->is_busy && frame->is_restoring)
        (void)snprintf(text, size, "training up to the picture\u2026");
    else if (frame->is_playing && frame->is_busy && frame->samples_per_second < 1)
        (void)snprintf(text, size, "training\u2026");
    else if (frame->is_playing && frame->is_busy)
        (void)snprintf(text, size, "%s digits a second", count);
    else
        (void)snprintf(text, size, "%s",
                       frame->is_held         ? "paused at the picture"
                       : !frame->is_playing   ? "paused"
                       : is_any_broken(frame) ? "stopped"
                                              : "done");
}

// What this view is of, where its own words do not say it.
static void format_note(const Frame *frame, char *text, size_t size)
{
    const Look *look = &frame->look;
    size_t used = 0;
    text[0] = 0;
    if (frame->is_past)
        used += (size_t)snprintf(
            text + used, size - used, "   As it was at step %lld of %lld.",
            (long long)frame->models[scene_shows(look->scene, SIDE_A) ? SIDE_A : SIDE_B].snapshot->step,
            (long long)frame->newest_step);
    if (frame->figures_mix > 0.0f)
        used += (size_t)snprintf(text + used, size - used,
                                 "   Targets, and figures of all test digits: %.0f %% black-white.",
                                 100.0 * (double)look->binarise);
    else if (look->binarise > 0.0f)
        used += (size_t)snprintf(text + used, size - used,
                                 "   Targets shown: %.0f %% black-white; figures of all test digits: as they are.",
                                 100.0 * (double)look->binarise);
    if (look->show_as != SHOW_MEAN && scene_has(look->scene, SCENE_HAS_MAPS))
        used +=
            (size_t)snprintf(text + used, size - used, "   Outputs shown: %s; errors and brightness: of their mean.",
                             show_as_get(look->show_as)->note);
    if (*scene_get(look->scene)->note)
        (void)snprintf(text + used, size - used, "   %s", scene_get(look->scene)->note);
}

// Whether a message has room on its lines, of this width and height.
static bool message_fits(Ui *ui, float width, float line, const char *text)
{
    char word[512];
    if (ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, text) > MESSAGE_LINES * width)
        return false;
    for (const char *at = text; *at; at += strspn(at, " ")) { // which is not broken
        const size_t length = strcspn(at, " ");
        (void)snprintf(word, sizeof word, "%.*s", (int)length, at);
        if (ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, word) > width)
            return false;
        at += length;
    }
    const Rect tall = {0, 0, width, (MESSAGE_LINES + 1) * line};
    return ui_paragraph(ui, tall, FONT_UI_BOLD, TEXT_NORMAL, 0, text) < (MESSAGE_LINES + 0.5f) * line;
}

// On some lines; cut in its middle where it is too long for these: a path says most at its end.
static void draw_message(Panel *panel)
{
    Ui *ui = panel->ui;
    const Layout *layout = panel->layout;
    const char *text = panel->frame->message;
    const float pad = ui_px(ui, 12), edge = ui_px(ui, 6), most = layout->playback.w - 2 * pad;
    const float line = roundf(ui_px(ui, TEXT_NORMAL) * 1.4f), room = MESSAGE_LINES * line;
    char cut[sizeof panel->frame->message + 16];
    (void)snprintf(cut, sizeof cut, "%s", text);
    const size_t head = 12, length = strlen(text);
    for (size_t skip = 1; head + skip < length && !message_fits(ui, most, line, cut); skip++) {
        if (((unsigned char)text[head + skip] & 0xc0) != 0x80) // not within a character
            (void)snprintf(cut, sizeof cut, "%.*s\u2026%s", (int)head, text, text + head + skip);
    }
    const Rect place = {layout->playback.x + pad, 0, most, room};
    const float width = fminf(most, ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, cut) + 1);
    const float height = ui_paragraph(ui, place, FONT_UI_BOLD, TEXT_NORMAL, 0, cut) + 2 * edge;
    const Rect box = {layout->playback.x + floorf((layout->playback.w - width) / 2) - pad,
                      layout->playback.y - height - edge, width + 2 * pad, height};
    draw_box(ui->draw, box, ui->theme->float_back, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, panel->frame->is_error ? ui->theme->broken : ui->theme->faint, ui_px(ui, RADIUS),
               ui_px(ui, 1));
    (void)ui_paragraph(ui, (Rect){box.x + pad, box.y + edge, width, room}, FONT_UI_BOLD, TEXT_NORMAL,
                       panel->frame->is_error ? ui->theme->broken : ui->theme->text, cut);
}

static void draw_words(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    char state[64], data[280], note[256], text[640];
    format_state(frame, state, sizeof state);
    ui_text(ui, line, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, state);
    line.w -= ui_text_width(ui, FONT_UI, TEXT_SMALL, state) + ui_px(ui, 20);
    int name_bytes = (int)strlen(frame->dataset_title);
    format_note(frame, note, sizeof note);
    format_dataset(frame, name_bytes, data, sizeof data);
    // the longest that fits
    const char *const meaning =
        "   Figures over a picture are that picture\u2019s. Colour scales never change by themselves.";
    const char *const tails[][2] = {{meaning, note}, {"", note}, {"", ""}};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        (void)snprintf(text, sizeof text, "%s%s%s", data, tails[i][0], tails[i][1]);
        if (ui_text_width(ui, FONT_UI, TEXT_SMALL, text) <= line.w)
            break;
    }
    while (name_bytes > 0 && ui_text_width(ui, FONT_UI, TEXT_SMALL, text) > line.w) {
        do // not within a character
            name_bytes--;
        while (((unsigned char)frame->dataset_title[name_bytes] & 0xc0) == 0x80);
        format_dataset(frame, name_bytes, text, sizeof text);
    }
    ui_text(ui, line, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, text);
}

void panel_status(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect bar = panel->layout->status;
    if (bar.h > 0) {
        draw_box(ui->draw, bar, ui->theme->panel, 0);
        draw_box(ui->draw, (Rect){bar.x, bar.y, bar.w, ui_px(ui, 1)}, ui->theme->edge, 0);
        const float margin = panel->layout->narrator.x;
        draw_words(panel, (Rect){bar.x + margin, bar.y, bar.w - 2 * margin, bar.h});
    }
}

void panel_message(Panel *panel)
{
    const bool is_toast = panel->frame->toast->is_shown && !panel->frame->is_error; // which says the same
    if (panel->frame->message[0] && !panel->frame->is_capture && !is_toast)
        draw_message(panel);
}
