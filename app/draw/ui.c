// The widgets. Each has the same beats: id, rectangle, what was done with it, how it looks, focus ring.
#include "draw/ui.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

uint32_t ui_hash(const char *id) // FNV-1a
{
    uint32_t hash = 2166136261u;
    for (; *id; id++)
        hash = (hash ^ (uint8_t)*id) * 16777619u;
    return hash ? hash : 1;
}

const char *cursor_name(Cursor cursor)
{
    static const char *const names[CURSOR_COUNT] = {
        [CURSOR_ARROW] = "arrow", [CURSOR_CROSSHAIR] = "crosshair", [CURSOR_ARROWS] = "arrows", [CURSOR_HAND] = "hand"};
    return names[cursor];
}

Input ui_still(const Input *input)
{
    return (Input){.mouse_x = input->mouse_x,
                   .mouse_y = input->mouse_y,
                   .is_inside = input->is_inside,
                   .left = input->left,
                   .right = input->right};
}

void ui_begin(Ui *ui, DrawList *draw, const Theme *theme, const Input *input, float scale)
{
    ui->draw = draw;
    draw->palette = theme->palette;
    ui->theme = theme;
    ui->input = *input;
    ui->scale = scale;
    ui->widget_count = 0;
    ui->text_count = 0;
    ui->hint[0] = 0;
    ui->cursor = CURSOR_ARROW;
    if (input->left_pressed)
        ui->show_focus = false;
    ui->field.key_count = 0;
    if (!ui->field.is_seen)
        ui->field.id = 0; // what it stood in was closed without it: it would take all keys, and nobody would see it
    ui->field.is_seen = false;
    if (ui->field.id == 0)
        return;
    memcpy(ui->field.keys, input->keys, sizeof ui->field.keys);
    ui->field.key_count = input->key_count;
    ui->input.key_count = 0;
}

static void move_focus(Ui *ui, int direction)
{
    int at = -1;
    for (int i = 0; i < ui->widget_count; i++)
        if (ui->widget_ids[i] == ui->focus)
            at = i;
    if (ui->widget_count == 0)
        return;
    if (at < 0)
        at = direction > 0 ? ui->widget_count - 1 : 0;
    do // the parts of a choice share one id
        at = (at + direction + ui->widget_count) % ui->widget_count;
    while (ui->widget_ids[at] == ui->focus && ui->widget_count > 1);
    ui->focus = ui->widget_ids[at];
    ui->show_focus = true;
}

void ui_end(Ui *ui)
{
    for (int i = 0; i < ui->input.key_count; i++)
        if (ui->input.keys[i].key == KEY_TAB)
            move_focus(ui, ui->input.keys[i].shift ? -1 : 1);
    if (!ui->input.left)
        ui->active = 0;
}

bool ui_take_key(Ui *ui, int key, bool control)
{
    for (int i = 0; i < ui->input.key_count; i++)
        if (ui->input.keys[i].key == key && ui->input.keys[i].control == control) {
            ui->is_key_shifted = ui->input.keys[i].shift;
            memmove(&ui->input.keys[i], &ui->input.keys[i + 1],
                    (size_t)(ui->input.key_count - i - 1) * sizeof(KeyPress));
            ui->input.key_count--;
            return true;
        }
    return false;
}

bool ui_take_shift_key(Ui *ui, int key)
{
    for (int i = 0; i < ui->input.key_count; i++)
        if (ui->input.keys[i].key == key && ui->input.keys[i].shift && !ui->input.keys[i].control) {
            ui->input.keys[i].shift = false;
            return ui_take_key(ui, key, false);
        }
    return false;
}

float ui_px(const Ui *ui, float distance) { return roundf(distance * ui->scale); }

bool ui_is_inside(Rect rect, float x, float y)
{
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}

WidgetState ui_widget(Ui *ui, const char *id, Rect rect, const char *label)
{
    const uint32_t hash = ui_hash(id);
    if (ui->is_modal) // what is dragged already goes on to its end
        return (WidgetState){.is_active = ui->active == hash};
    assert(ui->widget_count < WIDGETS_MAX && "raise WIDGETS_MAX");
    Widget *widget = &ui->widgets[ui->widget_count];
    (void)snprintf(widget->id, sizeof widget->id, "%s", id);
    (void)snprintf(widget->label, sizeof widget->label, "%s", label);
    widget->rect = rect;
    widget->is_on = false;
    ui->widget_ids[ui->widget_count++] = hash;
    WidgetState state = {.is_focused = ui->focus == hash && ui->show_focus};
    const Input *const input = &ui->input;
    state.is_hot = input->is_inside && ui_is_inside(rect, input->mouse_x, input->mouse_y) &&
                   (ui->active == 0 || ui->active == hash);
    if (state.is_hot && input->left_pressed) {
        ui->active = hash;
        ui->focus = hash;
        ui->pressed = (Point){input->mouse_x, input->mouse_y};
    }
    state.is_active = ui->active == hash;
    state.is_clicked = state.is_active && state.is_hot && input->left_released;
    state.is_shifted = input->shift;
    if (state.is_focused && (ui_take_key(ui, KEY_ENTER, false) || ui_take_key(ui, ' ', false))) {
        state.is_clicked = true;
        state.is_shifted = ui->is_key_shifted;
    }
    return state;
}

void ui_focus_ring(Ui *ui, WidgetState state, Rect rect)
{
    if (!state.is_focused)
        return;
    const float gap = ui_px(ui, 2);
    draw_frame(ui->draw, (Rect){rect.x - gap, rect.y - gap, rect.w + 2 * gap, rect.h + 2 * gap}, ui->theme->text,
               ui_px(ui, RADIUS) + gap, ui_px(ui, 2));
}

void ui_say_hint(Ui *ui, const char *what, const char *look)
{
    (void)snprintf(ui->hint, sizeof ui->hint, "%s\n%s", what, look);
}

void ui_set_hint(Ui *ui, WidgetState state, const char *what, const char *look)
{
    if (state.is_hot && !ui->input.left)
        ui_say_hint(ui, what, look);
}

void ui_set_cursor(Ui *ui, WidgetState state, Cursor cursor)
{
    if (state.is_hot || state.is_active)
        ui->cursor = cursor;
}

void ui_mark_on(Ui *ui, bool is_on)
{
    if (ui->widget_count > 0 && !ui->is_modal)
        ui->widgets[ui->widget_count - 1].is_on = is_on;
}

float ui_button_width(Ui *ui, const char *label, const char *shortcut)
{
    return ui_text_width(ui, FONT_UI, TEXT_NORMAL, label) + ui_px(ui, 6) +
           ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, shortcut) + 2 * ui_px(ui, 4);
}

WidgetState ui_button_state(Ui *ui, const char *id, Rect rect, const char *label, const char *shortcut, bool is_on,
                            Color accent)
{
    const WidgetState state = ui_widget(ui, id, rect, label);
    ui_mark_on(ui, is_on);
    const float radius = ui_px(ui, RADIUS);
    draw_box(ui->draw, rect, is_on ? accent : state.is_hot ? ui->theme->hover : ui->theme->raised, radius);
    if (!is_on)
        draw_frame(ui->draw, rect, ui->theme->edge, radius, ui_px(ui, 1));
    const Color color = is_on ? ui->theme->inverse : ui->theme->text;
    const float pad = ui_px(ui, 4);
    Rect inner = {rect.x + pad, rect.y, rect.w - 2 * pad, rect.h};
    if (shortcut) {
        const float label_width = ui_text_width(ui, FONT_UI, TEXT_NORMAL, label);
        const float key_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, shortcut), gap = ui_px(ui, 6);
        if (ui_button_width(ui, label, shortcut) <= rect.w) {
            const float start = rect.x + (rect.w - label_width - gap - key_width) / 2;
            ui_text(ui, (Rect){start, rect.y, label_width, rect.h}, FONT_UI, TEXT_NORMAL, color, ALIGN_LEFT, label);
            ui_text(ui, (Rect){start + label_width + gap, rect.y, key_width, rect.h}, FONT_FIGURES, TEXT_SMALL,
                    is_on ? ui->theme->inverse : ui->theme->soft, ALIGN_LEFT, shortcut);
            ui_focus_ring(ui, state, rect);
            return state;
        }
    }
    ui_text(ui, inner, is_on ? FONT_UI_BOLD : FONT_UI, TEXT_NORMAL, color, ALIGN_CENTER, label);
    ui_focus_ring(ui, state, rect);
    return state;
}

bool ui_button(Ui *ui, const char *id, Rect rect, const char *label, const char *shortcut, bool is_on, Color accent)
{
    return ui_button_state(ui, id, rect, label, shortcut, is_on, accent).is_clicked;
}

static float labels_width(Ui *ui, float size, const char *const *labels, int count)
{
    float total = 0;
    for (int i = 0; i < count; i++)
        total += ui_text_width(ui, FONT_UI_BOLD, size, labels[i]);
    return total;
}

enum { CHIP_PAD = 8 }; // on either side of a label

float ui_choice_width(Ui *ui, const char *const *labels, int count)
{
    return ceilf(labels_width(ui, TEXT_NORMAL, labels, count)) + 2 * (float)count * ui_px(ui, CHIP_PAD);
}

// The padding shrinks before the letters do.
static float choice_size(Ui *ui, float width, const char *const *labels, int count)
{
    const float least = 2 * (float)count * ui_px(ui, 4);
    float size = TEXT_NORMAL;
    while (size > 8 && labels_width(ui, size, labels, count) + least > width)
        size -= 1;
    return size;
}

// Widths in proportion to the labels, so that long and short ones share a narrow row.
void ui_divide(Ui *ui, Rect rect, const char *const *labels, int count, Rect *parts)
{
    assert(count <= CHOICES_MAX && "raise CHOICES_MAX");
    float total = 0, widths[CHOICES_MAX];
    const float size = choice_size(ui, rect.w, labels, count);
    for (int i = 0; i < count; i++) {
        widths[i] = ui_text_width(ui, FONT_UI_BOLD, size, labels[i]);
        total += widths[i];
    }
    const float spare = (rect.w - total) / (float)count;
    float x = rect.x;
    for (int i = 0; i < count; i++) {
        const float width = widths[i] + spare;
        parts[i] = (Rect){roundf(x), rect.y, roundf(x + width) - roundf(x), rect.h};
        x += width;
    }
}

int ui_choice_states(Ui *ui, const char *id, Rect rect, const char *const *labels, int count, int chosen, Color accent,
                     WidgetState *states)
{
    Rect parts[CHOICES_MAX];
    int result = -1;
    const float radius = ui_px(ui, RADIUS);
    draw_box(ui->draw, rect, ui->theme->back, radius);
    draw_frame(ui->draw, rect, ui->theme->edge, radius, ui_px(ui, 1));
    const uint32_t hash = ui_hash(id);
    const float size = choice_size(ui, rect.w, labels, count);
    ui_divide(ui, rect, labels, count, parts);
    WidgetState group = {.is_focused = ui->focus == hash && ui->show_focus && !ui->is_modal};
    if (group.is_focused) { // the group has the focus as a whole: the arrows choose
        if (ui_take_key(ui, KEY_RIGHT, false))
            result = (chosen + 1) % count;
        if (ui_take_key(ui, KEY_LEFT, false))
            result = (chosen + count - 1) % count;
    }
    for (int i = 0; i < count; i++) {
        char part_id[40];
        (void)snprintf(part_id, sizeof part_id, "%s.%s", id, labels[i]);
        const WidgetState state = ui_widget(ui, part_id, parts[i], labels[i]);
        ui_mark_on(ui, i == chosen);
        if (!ui->is_modal && ui->widget_count > 0)
            ui->widget_ids[ui->widget_count - 1] = hash;
        if (ui->focus == ui_hash(part_id)) // clicked: the group has the focus
            ui->focus = hash;
        if (state.is_clicked)
            result = i;
        states[i] = state;
        const float inset = ui_px(ui, 2);
        const Rect box = {parts[i].x + inset, rect.y + inset, parts[i].w - 2 * inset, rect.h - 2 * inset};
        if (i == chosen)
            draw_box(ui->draw, box, accent, radius - 1);
        else if (state.is_hot)
            draw_box(ui->draw, box, ui->theme->hover, radius - 1);
        const bool is_tight = parts[i].w - ui_text_width(ui, FONT_UI_BOLD, size, labels[i]) < ui_px(ui, 8);
        ui_text(ui, parts[i], i == chosen && !is_tight ? FONT_UI_BOLD : FONT_UI, size,
                i == chosen ? ui->theme->inverse : ui->theme->text, ALIGN_CENTER, labels[i]);
    }
    ui_focus_ring(ui, group, rect);
    return result == chosen ? -1 : result;
}

int ui_stepper(Ui *ui, const char *id, Rect rect, const char *value, WidgetState states[STEPPER_PARTS])
{
    char part_id[40];
    const float least = ui_px(ui, 17), room = rect.w - 2 * least; // the signs stay legible beside a long value
    const float size = ui_text_width(ui, FONT_FIGURES, TEXT_NORMAL, value) <= room ? TEXT_NORMAL : TEXT_SMALL;
    const float needed = ceilf(ui_text_width(ui, FONT_FIGURES, size, value));
    const float side = fmaxf(least, fminf(fmaxf(rect.h, ui_px(ui, 22)), floorf((rect.w - needed) / 2)));
    const Rect minus = {rect.x, rect.y, side, rect.h}, plus = {rect.x + rect.w - side, rect.y, side, rect.h};
    (void)snprintf(part_id, sizeof part_id, "%s.minus", id);
    states[STEPPER_MINUS] = ui_button_state(ui, part_id, minus, "\u2212", NULL, false, 0);
    const Rect middle = {minus.x + side, rect.y, plus.x - minus.x - side, rect.h};
    (void)snprintf(part_id, sizeof part_id, "%s.value", id);
    states[STEPPER_VALUE] = ui_widget(ui, part_id, middle, value);
    ui_set_cursor(ui, states[STEPPER_VALUE], CURSOR_HAND);
    if (states[STEPPER_VALUE].is_hot)
        draw_box(ui->draw, middle, ui->theme->hover, ui_px(ui, RADIUS));
    ui_text(ui, middle, FONT_FIGURES, size, ui->theme->text, ALIGN_CENTER, value);
    ui_focus_ring(ui, states[STEPPER_VALUE], middle);
    (void)snprintf(part_id, sizeof part_id, "%s.plus", id);
    states[STEPPER_PLUS] = ui_button_state(ui, part_id, plus, "+", NULL, false, 0);
    return states[STEPPER_PLUS].is_clicked ? 1 : states[STEPPER_MINUS].is_clicked ? -1 : 0;
}

bool ui_slider(Ui *ui, const char *id, Rect rect, const char *label, float *value, WidgetState *out)
{
    const WidgetState state = ui_widget(ui, id, rect, label);
    ui_set_cursor(ui, state, CURSOR_ARROWS);
    *out = state;
    const float old = *value, knob = ui_px(ui, 8), track = ui_px(ui, 4), room = rect.w - knob;
    if (state.is_active && ui->input.left)
        *value = fminf(1.0f, fmaxf(0.0f, (ui->input.mouse_x - rect.x - knob / 2) / room));
    if (state.is_focused && ui_take_key(ui, KEY_RIGHT, false))
        *value = fminf(1.0f, roundf(*value * 20.0f + 1.0f) / 20.0f);
    if (state.is_focused && ui_take_key(ui, KEY_LEFT, false))
        *value = fmaxf(0.0f, roundf(*value * 20.0f - 1.0f) / 20.0f);
    const float x = roundf(rect.x + *value * room), middle = rect.y + rect.h / 2;
    draw_box(ui->draw, (Rect){rect.x, roundf(middle - track / 2), rect.w, track}, ui->theme->raised, track / 2);
    draw_box(ui->draw, (Rect){rect.x, roundf(middle - track / 2), x - rect.x + knob / 2, track}, ui->theme->soft,
             track / 2);
    draw_box(ui->draw, (Rect){x, roundf(middle - ui_px(ui, 7)), knob, ui_px(ui, 14)},
             state.is_hot || state.is_active ? ui->theme->text : ui->theme->soft, ui_px(ui, 3));
    ui_focus_ring(ui, state, rect);
    return *value != old;
}

bool ui_dotted(Ui *ui, const char *id, Rect rect, FontFace face, float size, Color color, const char *text)
{
    const float width = fminf(rect.w, ui_text_width(ui, face, size, text) + 1), dot = fmaxf(1, ui_px(ui, 1));
    const Rect place = {rect.x, rect.y, width, rect.h};
    const WidgetState state = ui_widget(ui, id, place, text);
    ui_set_cursor(ui, state, CURSOR_HAND);
    const Color shown = state.is_hot ? ui->theme->text : color;
    const float y = fminf(rect.y + rect.h - dot, roundf(rect.y + rect.h / 2 + ui_px(ui, 0.62f * size)));
    for (float x = rect.x; x + dot <= rect.x + width; x += 3 * dot)
        draw_box(ui->draw, (Rect){x, y, dot, dot}, shown, 0);
    ui_text(ui, place, face, size, shown, ALIGN_LEFT, text);
    ui_focus_ring(ui, state, place);
    return state.is_clicked;
}
