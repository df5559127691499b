// The picture that is to become the drawing: as it is, its ink, and the digit that the models would see, beside each
// other; and what corrects it.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

enum { TILES = INK_VIEW_SIDE / DIGIT_SIDE, PICTURES = 3 };

static Texel grey_texel(float value, Color beside)
{
    if (isnan(value))
        return beside;
    const unsigned level = (unsigned)lroundf(255.0f * fminf(1.0f, fmaxf(0.0f, value)));
    return level << 24 | level << 16 | level << 8 | FILL_PLAIN;
}

// A view is drawn as a grid of pictures of 28x28 without gaps.
static void draw_view(Panel *panel, Rect square, const float view[INK_VIEW_SIDE * INK_VIEW_SIDE])
{
    static Texel texels[INK_VIEW_SIDE * INK_VIEW_SIDE];
    for (int y = 0; y < INK_VIEW_SIDE; y++)
        for (int x = 0; x < INK_VIEW_SIDE; x++) {
            const int tile = y / DIGIT_SIDE * TILES + x / DIGIT_SIDE, at = y % DIGIT_SIDE * DIGIT_SIDE + x % DIGIT_SIDE;
            texels[tile * DIGIT_PIXELS + at] = grey_texel(view[y * INK_VIEW_SIDE + x], panel->ui->theme->raised);
        }
    draw_texels(panel->ui->draw, (Point){square.x, square.y}, TILES, TILES * TILES, square.w / TILES, texels);
}

static void draw_pictures(Panel *panel, Rect row, float side, float gap)
{
    static const char *const titles[PICTURES] = {"The picture", "Its ink", "What the models see"};
    Ui *ui = panel->ui;
    const Import *import = panel->frame->import;
    const float title = ui_px(ui, 20);
    Rect square = {row.x, row.y + title, side, side};
    for (int i = 0; i < PICTURES; i++, square.x += side + gap) {
        ui_text(ui, (Rect){square.x, row.y, side, title}, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
                titles[i]);
        draw_box(ui->draw, square, ui->theme->raised, 0);
        if (import->picture.width == 0)
            continue;
        if (i < PICTURES - 1)
            draw_view(panel, square, i == 0 ? import->result.before : import->result.after);
        else
            draw_images(ui->draw, (Point){square.x, square.y}, 1, 1, side, side, side, import->digit, MAP_GREY, 1.0f);
    }
}

// What was done, or why there is no digit.
static void draw_words(Panel *panel, Rect place)
{
    Ui *ui = panel->ui;
    const Import *import = panel->frame->import;
    char text[1024] = "Nothing had to be done to its values.";
    size_t used = 0;
    for (int i = 0; i < import->result.notices.count && used + NOTICE_SIZE < sizeof text; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? "; " : "", import->result.notices.text[i]);
    const bool is_bad = import->picture.width > 0 && !import->has_digit;
    (void)ui_paragraph(ui, place, FONT_UI, TEXT_NORMAL, is_bad ? ui->theme->broken : ui->theme->soft,
                       import->picture.width == 0 ? "There is no picture."
                       : is_bad                   ? import->error.text
                                                  : text);
}

static Rect label(Panel *panel, Rect row, const char *text)
{
    Ui *ui = panel->ui;
    const float width = ui_px(ui, 92);
    ui_text(ui, (Rect){row.x, row.y, width, row.h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT, text);
    return (Rect){row.x + width, row.y, row.w - width, row.h};
}

static int choose(Panel *panel, const char *id, Rect row, const char *const *labels, int count, int chosen)
{
    WidgetState states[CHOICES_MAX];
    const int next = ui_choice_states(panel->ui, id, row, labels, count, chosen, panel->ui->theme->text, states);
    for (int i = 0; i < count; i++)
        panel_hint(panel, states[i], id);
    return next;
}

static void draw_corrections(Panel *panel, Rect row, float line)
{
    static const char *const inverts[INK_INVERT_COUNT] = {
        [INK_INVERT_AUTO] = "as found", [INK_INVERT_YES] = "dark", [INK_INVERT_NO] = "light"};
    static const char *const turns[] = {"0\u00b0", "90\u00b0", "180\u00b0", "270\u00b0"};
    Ui *ui = panel->ui;
    const Import *import = panel->frame->import;
    InkOptions options = import->options;
    const int invert =
        choose(panel, "import.invert", label(panel, row, "The ink is"), inverts, INK_INVERT_COUNT, (int)options.invert);
    options.invert = invert >= 0 ? (InkInvert)invert : options.invert;
    row.y += line;
    Rect place = label(panel, row, "Threshold");
    const float button = ui_px(ui, 84), gap = ui_px(ui, 8);
    float value = options.threshold > 0 ? options.threshold : import->result.threshold;
    WidgetState slider;
    if (ui_slider(ui, "import.threshold", (Rect){place.x, place.y, place.w - button - gap, place.h}, "threshold",
                  &value, &slider))
        options.threshold = fminf(INK_THRESHOLD_MAX, fmaxf(INK_THRESHOLD_MIN, value));
    panel_hint(panel, slider, "import.threshold");
    if (panel_button(panel, "import.found", (Rect){place.x + place.w - button, place.y, button, place.h}, "as found",
                     NULL, options.threshold <= 0, "import.found"))
        options.threshold = 0;
    row.y += line;
    const int turn = choose(panel, "import.turn", label(panel, row, "Turn"), turns, 4, options.turn / 90);
    options.turn = turn >= 0 ? 90 * turn : options.turn;
    if (options.invert != import->options.invert || options.turn != import->options.turn ||
        options.threshold != import->options.threshold)
        requests_add(panel->requests, (Request){.kind = REQUEST_IMPORT,
                                                .value = (int)options.invert,
                                                .step = options.turn,
                                                .x = options.threshold});
}

static void draw_buttons(Panel *panel, Rect row)
{
    Ui *ui = panel->ui;
    const float width = ui_px(ui, 164), cancel = ui_px(ui, 100), gap = ui_px(ui, 8);
    const bool is_clicked = panel_button(panel, "import.apply", (Rect){row.x + row.w - width, row.y, width, row.h},
                                         "Put on the pad", "Enter", false, "import.apply");
    if ((is_clicked || (!ui->show_focus && ui_take_key(ui, KEY_ENTER, false))) && panel->frame->import->has_digit)
        panel_request(panel, REQUEST_IMPORT_APPLY, 0);
    if (panel_button(panel, "import.cancel", (Rect){row.x + row.w - width - gap - cancel, row.y, cancel, row.h},
                     "Cancel", "Esc", false, "import.cancel"))
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}

void panel_import(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect window = panel->layout->window;
    const float pad = ui_px(ui, 20), gap = ui_px(ui, 12), line = ui_px(ui, 30), title = ui_px(ui, 26);
    const float words = ui_px(ui, 56), fixed = 2 * pad + title + ui_px(ui, 24) + words + 3 * line + gap;
    const float most = fminf((fminf(window.w, ui_px(ui, 1000)) - 3 * pad - 2 * gap) / PICTURES, window.h - fixed - pad);
    const float side = floorf(fmaxf(most, ui_px(ui, 84)) / TILES) * TILES, width = PICTURES * side + 2 * gap;
    const Rect box = {roundf((window.w - width) / 2 - pad), roundf((window.h - fixed - side) / 2), width + 2 * pad,
                      fixed + side};
    panel_dialog(panel, box);
    Rect row = {box.x + pad, box.y + pad / 2, width, title};
    ui_text(ui, row, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, "A digit from a picture");
    row.y += title + ui_px(ui, 4);
    draw_pictures(panel, row, side, gap);
    row.y += side + ui_px(ui, 26);
    draw_words(panel, (Rect){row.x, row.y, width, words});
    row.y += words;
    row.h = ui_px(ui, BUTTON_HEIGHT);
    draw_corrections(panel, (Rect){row.x, row.y, fminf(width, ui_px(ui, 420)), row.h}, line);
    row.y += 2 * line;
    draw_buttons(panel, row);
}
