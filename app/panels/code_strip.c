// A strip of pictures: one number from end to end while the others stay as they are, or the way to another digit.
#include <math.h>
#include <stdio.h>

#include "panels/code_parts.h"

static void draw_choice(Panel *panel, Rect *line)
{
    Ui *ui = panel->ui;
    static const char *const labels[] = {"Number", "Walk"}, *const words[] = {"code_strip.number", "code_strip.walk"};
    const float width = ui_choice_width(ui, labels, 2), height = ui_px(ui, 22);
    WidgetState states[CHOICES_MAX];
    const int chosen =
        ui_choice_states(ui, "code_strip", (Rect){line->x + line->w - width, line->y + ui_px(ui, 3), width, height},
                         labels, 2, panel->frame->look.code.is_walk, ui->theme->text, states);
    for (int i = 0; i < 2; i++)
        panel_hint(panel, states[i], words[i]);
    if (chosen >= 0)
        panel_look(panel)->code.is_walk = chosen == 1;
    line->w -= width + ui_px(ui, 12);
}

// Other digits at the walk's end.
static void draw_digits(Panel *panel, Rect *line)
{
    Ui *ui = panel->ui;
    static const char *const labels[] = {"\u2039", "\u203a", "Shuffle"};
    const float height = ui_px(ui, 22), gap = ui_px(ui, 4);
    for (int i = 2; i >= 0 && !panel_hides(panel, HIDE_PAGES); i--) {
        char id[24];
        (void)snprintf(id, sizeof id, "code_digit.%d", i);
        const float width =
            i == 2 ? ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, labels[i]) + ui_px(ui, 14) : ui_px(ui, 22);
        const Rect rect = {line->x + line->w - width, line->y + ui_px(ui, 3), width, height};
        if (panel_button(panel, id, rect, labels[i], NULL, false, "code_digit"))
            panel_request(panel, i == 2 ? REQUEST_SHUFFLE : REQUEST_PAGE, i == 0 ? -1 : 1);
        line->w -= width + gap;
    }
    line->w -= ui_px(ui, 8);
}

// Whether the strip's rows are of different values.
static bool has_two_axes(const Panel *panel)
{
    const Look *look = &panel->frame->look;
    return panel->frame->code->has_own_axes && look->code.shows == SHOWS_BOTH && !code_has_walk(look);
}

static void format_range(const Panel *panel, int side, char text[48])
{
    const CodeAxis *axis = &code_side(panel, side)->axis;
    char low[16], high[16];
    code_format_number(axis->low, low);
    code_format_number(axis->high, high);
    (void)snprintf(text, 48, "from %s to %s", low, high);
}

static void draw_title(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    const CodeFrame *code = panel->frame->code;
    char whole[160], brief[128], least[48], ranges[SIDE_COUNT][48];
    for (int side = 0; side < SIDE_COUNT; side++)
        format_range(panel, side, ranges[side]);
    (void)snprintf(least, sizeof least, "Number %d", code->number + 1);
    if (has_two_axes(panel))
        (void)snprintf(brief, sizeof brief, "Number %d, A %s, B %s", code->number + 1, ranges[SIDE_A], ranges[SIDE_B]);
    else
        (void)snprintf(brief, sizeof brief, "Number %d %s", code->number + 1,
                       ranges[code_is_shown(panel, SIDE_A) ? SIDE_A : SIDE_B]);
    (void)snprintf(whole, sizeof whole, "%s, the others as they are", brief);
    if (code_has_walk(&panel->frame->look)) {
        char label[24] = "";
        if (code->label >= 0)
            (void)snprintf(label, sizeof label, ", a %d", code->label);
        (void)snprintf(least, sizeof least, "To test digit %d", code->digit);
        (void)snprintf(brief, sizeof brief, "To test digit %d%s", code->digit, label);
        (void)snprintf(whole, sizeof whole, "From your digit to test digit %d%s", code->digit, label);
    }
    const char *const titles[] = {whole, brief, least, ""};
    const char *title = ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, line.w, titles, 4);
    ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, title);
    const float used = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title) + ui_px(ui, 12);
    const char *const notes[] = {"framed: nearest to what is shown", "framed: as shown", ""};
    ui_text(ui, (Rect){line.x + used, line.y, line.w - used, line.h}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, line.w - used, notes, 3));
}

// Where the pictures are: a row for each side on show, or both in one.
typedef struct Steps {
    float x, y, pitch, side, width; // of the first row
    float right, down;              // from A's to B's, where both are on show
} Steps;

static Point step_origin(const Panel *panel, const Steps *steps, int side)
{
    const bool is_second = side == SIDE_B && code_is_shown(panel, SIDE_A);
    return is_second ? (Point){steps->x + steps->right, steps->y + steps->down} : (Point){steps->x, steps->y};
}

// Below each other, or where the strip is so low that pictures are larger so, beside each other.
static Steps place_steps(const Ui *ui, Rect rect, float head, float foot, int count)
{
    const float pad = ui_px(ui, 12), letter = ui_px(ui, 20), gap = ui_px(ui, 2);
    const float whole = rect.w - 2 * pad - letter, height = rect.h - head - foot,
                half = floorf((whole - letter - pad) / 2);
    const float below = floorf(fminf(whole / CODE_STEPS, height / (float)count) - gap),
                beside = floorf(fminf(half / CODE_STEPS, height) - gap);
    const bool is_beside = count > 1 && beside > below;
    const float room = is_beside ? half : whole, rows = is_beside ? 1.0f : (float)count;
    Steps out = {.side = is_beside ? beside : below};
    out.pitch = floorf((room - out.side) / (CODE_STEPS - 1));
    out.width = out.pitch * (CODE_STEPS - 1) + out.side;
    out.x = rect.x + pad + letter;
    out.y = rect.y + head + floorf(fmaxf(0, height - rows * (out.side + gap)) / 2);
    out.right = is_beside ? half + pad + letter : 0;
    out.down = is_beside ? 0 : out.side + gap;
    return out;
}

static void draw_steps(Panel *panel, int side, const Steps *steps)
{
    Ui *ui = panel->ui;
    const CodeSide *s = code_side(panel, side);
    const Point at = step_origin(panel, steps, side);
    const char *letter = side == SIDE_A ? "A" : "B";
    ui_text(ui, (Rect){at.x - ui_px(ui, 20), at.y, ui_px(ui, 16), steps->side}, FONT_UI_BOLD, TEXT_NORMAL,
            panel_side_color(ui, side), ALIGN_LEFT, letter);
    if (s->nearest < 0) {
        ui_text(ui, (Rect){at.x, at.y, steps->width, steps->side}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
                "has no such number");
        return;
    }
    draw_images(ui->draw, at, CODE_STEPS, CODE_STEPS, steps->pitch, steps->side, steps->side, s->strip,
                panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY, 1.0f);
    const float line = ui_px(ui, 2);
    draw_frame(ui->draw,
               (Rect){at.x + (float)s->nearest * steps->pitch - line, at.y - line, steps->side + 2 * line,
                      steps->side + 2 * line},
               panel_side_color(ui, side), 0, line);
}

// A click on a picture takes its number, or its place on the way.
static void take_click(Panel *panel, const Steps *steps, int side)
{
    Ui *ui = panel->ui;
    const CodeFrame *code = panel->frame->code;
    const Point at = step_origin(panel, steps, side);
    const Rect rect = {at.x, at.y, steps->width, steps->side};
    char id[24];
    (void)snprintf(id, sizeof id, "%c.code_steps", side == SIDE_A ? 'a' : 'b');
    if (code_side(panel, side)->nearest < 0)
        return;
    const WidgetState state = ui_widget(ui, id, rect, "A step");
    panel_hint(panel, state, "code_steps");
    ui_set_cursor(ui, state, CURSOR_HAND);
    ui_focus_ring(ui, state, rect);
    const int step = (int)floorf((ui->input.mouse_x - at.x) / steps->pitch);
    if (!state.is_clicked || !state.is_hot || step < 0 || step >= CODE_STEPS)
        return;
    const CodeAxis *axis = &code_side(panel, side)->axis;
    const float share = (float)step / (CODE_STEPS - 1);
    if (code_has_walk(&panel->frame->look))
        panel_look(panel)->code.walk = share;
    else
        requests_add(panel->requests, (Request){.kind = REQUEST_PULL,
                                                .side = side,
                                                .value = code->number,
                                                .x = axis->low + share * (axis->high - axis->low)});
}

// The values of a side's steps, below its pictures or below those of both.
static void draw_values(Panel *panel, const Steps *steps, int side, float y, float height)
{
    Ui *ui = panel->ui;
    const CodeAxis *axis = &code_side(panel, side)->axis;
    const Color color = has_two_axes(panel) ? panel_side_color(ui, side) : ui->theme->soft;
    char texts[CODE_STEPS][16];
    float widest = 0;
    for (int i = 0; i < CODE_STEPS; i++) {
        code_format_number(axis->low + (axis->high - axis->low) * (float)i / (CODE_STEPS - 1), texts[i]);
        widest = fmaxf(widest, ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, texts[i]) + ui_px(ui, 12));
    }
    const int every = (int)fminf(CODE_STEPS - 1, ceilf(widest / steps->pitch));
    const float x = step_origin(panel, steps, side).x;
    for (int i = 0; i < CODE_STEPS; i += every) {
        const float own = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, texts[i]) + 1;
        ui_text(ui, (Rect){x + (float)i * steps->pitch + (steps->side - own) / 2, y, own, height}, FONT_FIGURES,
                TEXT_SMALL, color, ALIGN_LEFT, texts[i]);
    }
}

static void draw_foot(Panel *panel, const Steps *steps, float y, float height)
{
    Ui *ui = panel->ui;
    if (code_has_walk(&panel->frame->look)) {
        float walk = panel->frame->look.code.walk;
        WidgetState state;
        const Rect rect = {steps->x, y, steps->right + steps->width, height};
        if (ui_slider(ui, "code_walk", rect, "How far", &walk, &state))
            panel_look(panel)->code.walk = walk;
        panel_hint(panel, state, "code_walk");
        return;
    }
    const bool has_both = panel->frame->look.code.shows == SHOWS_BOTH, is_below = has_both && steps->right == 0;
    const float line = is_below && has_two_axes(panel) ? floorf(height / 2) : height;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const bool is_second = is_below && side == SIDE_B;
        const bool has_values = !has_two_axes(panel) || code_side(panel, side)->nearest >= 0;
        if (code_is_shown(panel, side) && has_values && (!is_second || has_two_axes(panel))) // else A's are B's, too
            draw_values(panel, steps, side, y + (is_second ? line : 0), line);
    }
}

void code_draw_strip(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->code.strip;
    if (rect.w <= 0)
        return;
    panel_card(panel, rect);
    const float pad = ui_px(ui, 12), head = ui_px(ui, 28);
    const int count = panel->frame->look.code.shows == SHOWS_BOTH ? 2 : 1;
    Rect line = {rect.x + pad, rect.y, rect.w - 2 * pad, head};
    if (panel->frame->look.scene == SCENE_CODE)
        draw_choice(panel, &line);
    if (code_has_walk(&panel->frame->look))
        draw_digits(panel, &line);
    draw_title(panel, line);
    float foot = ui_px(ui, 20);
    Steps steps = place_steps(ui, rect, head, foot, count);
    if (has_two_axes(panel) && steps.right == 0) { // a line of values for each
        foot = ui_px(ui, 32);
        steps = place_steps(ui, rect, head, foot, count);
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!code_is_shown(panel, side))
            continue;
        draw_steps(panel, side, &steps);
        take_click(panel, &steps, side);
    }
    draw_foot(panel, &steps, rect.y + rect.h - foot, foot - ui_px(ui, 2));
}
