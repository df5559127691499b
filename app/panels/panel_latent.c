// The view Latent: the plane of two numbers of the code with the test digits in it, what the decoder makes of places
// all over it, and what is to be seen beside these. A place is chosen by the mouse, and everything follows in that
// frame.
#include <math.h>
#include <stdio.h>

#include "panels/latent_parts.h"

Point latent_find_point(const LatentSide *side, Rect area, const float place[LATENT_AXES])
{
    float shares[LATENT_AXES];
    for (int i = 0; i < LATENT_AXES; i++) {
        const LatentAxis *axis = &side->axes[i];
        const float share = (place[i] - axis->low) / (axis->high - axis->low);
        shares[i] = isfinite(share) ? fminf(2.0f, fmaxf(-1.0f, share)) : -1.0f; // far outside is far enough
    }
    return (Point){area.x + shares[LATENT_ACROSS] * area.w, area.y + (1.0f - shares[LATENT_UP]) * area.h};
}

void latent_find_place(const LatentSide *side, Rect area, float x, float y, float place[LATENT_AXES])
{
    const float shares[LATENT_AXES] = {(x - area.x) / area.w, 1.0f - (y - area.y) / area.h};
    for (int i = 0; i < LATENT_AXES; i++) {
        const LatentAxis *axis = &side->axes[i];
        place[i] = axis->low + fminf(1.0f, fmaxf(0.0f, shares[i])) * (axis->high - axis->low);
    }
}

void latent_move(Panel *panel, int side, const float place[LATENT_AXES], bool goes_on)
{
    const LatentSide *s = latent_side(panel, side);
    for (int i = 0; i < LATENT_AXES; i++)
        requests_add(panel->requests, (Request){.kind = REQUEST_PULL,
                                                .side = side,
                                                .value = s->numbers[i],
                                                .x = place[i],
                                                .step = goes_on || i > 0}); // both are one deed
}

static void let_go(Panel *panel, int side)
{
    const LatentSide *s = latent_side(panel, side);
    for (int i = 0; i < LATENT_AXES; i++)
        requests_add(panel->requests, (Request){.kind = REQUEST_AS_ENCODED, .side = side, .value = s->numbers[i]});
}

// Whether a press is no more than a click so far: over a test digit, from where the mouse has hardly moved.
static bool is_click(const Ui *ui)
{
    const float dx = ui->input.mouse_x - ui->pressed.x, dy = ui->input.mouse_y - ui->pressed.y, least = ui_px(ui, 3);
    return ui->drag_x == -INFINITY && dx * dx + dy * dy < least * least;
}

void latent_take_mouse(Panel *panel, WidgetState state, int side, Rect area, LatentFind *find, int digit)
{
    Ui *ui = panel->ui;
    float place[LATENT_AXES];
    ui_set_cursor(ui, state, CURSOR_CROSSHAIR);
    if (state.is_hot && ui->input.left_pressed && ui->input.left_double) {
        let_go(panel, side);
        ui->drag_x = INFINITY; // what is held on does not drag
        return;
    }
    const bool is_pressed = state.is_hot && ui->input.left_pressed;
    const bool goes_on = state.is_active && ui->input.left && ui->input.path_count > 0 && ui->drag_x != INFINITY;
    if (is_pressed)
        ui->drag_x = digit >= 0 ? -INFINITY : INFINITY;
    if (state.is_clicked && ui->input.left_released && is_click(ui) && digit >= 0) { // pressed in this frame, too
        let_go(panel, side);
        panel_request(panel, REQUEST_PAD_TAKE, digit);
    }
    if ((!is_pressed && !goes_on) || is_click(ui))
        return;
    find(panel, side, area, ui->input.mouse_x, ui->input.mouse_y, place);
    latent_move(panel, side, place, !is_pressed && ui->drag_x != -INFINITY);
    ui->drag_x = 0;
}

// ---- pictures -----------------------------------------------------------------------------------------------------

static void draw_decoded(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const LatentLayout *layout = &panel->layout->latent;
    const GridLayout *cell = &layout->decoded[side];
    const CodeSide *s = code_side(panel, side);
    char title[32], figure[24], mse[40], id[24];
    (void)snprintf(title, sizeof title, "Decoder of %c", side == SIDE_A ? 'A' : 'B');
    panel_format_figure(s->mse, figure);
    (void)snprintf(mse, sizeof mse, "MSE %s", figure);
    const Rect caption = layout->decoded_captions[side];
    const char *const notes[] = {mse, figure, ""}, *const titles[] = {title, "Decoder", side == SIDE_A ? "A" : "B"};
    panel_draw_caption(panel, caption, ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, caption.w, titles, 3), ui->theme->text,
                       notes, 3);
    (void)snprintf(id, sizeof id, "%c.code_decoded", side == SIDE_A ? 'a' : 'b');
    const Rect rect = {cell->origin.x, cell->origin.y, cell->side, cell->side};
    const WidgetState state = ui_widget(ui, id, rect, "Decoded");
    panel_hint(panel, state, "code_decoded");
    draw_images(ui->draw, cell->origin, 1, 1, cell->side, cell->side, cell->side, s->decoded,
                panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY, 1.0f);
    panel_frame_picture(panel, cell);
    ui_focus_ring(ui, state, rect);
}

// Below the pad's own; one below the other, or beside each other where there is room.
static void draw_tools(Panel *panel)
{
    Ui *ui = panel->ui;
    static const struct {
        const char *id, *label, *key, *words;
        Request request;
    } tools[] = {
        {"pad.next", "Test digit", "N", "test_digit", {.kind = REQUEST_PAD_NEXT}},
        {"as_encoded", "As encoded", NULL, "as_encoded", {.kind = REQUEST_AS_ENCODED, .side = -1, .value = -1}},
    };
    enum { COUNT = sizeof tools / sizeof *tools };
    const Rect place = panel->layout->latent.tools;
    const float gap = ui_px(ui, 6), wide = ui_px(ui, 240);
    const int columns = place.w >= wide ? 2 : 1, lines = COUNT / columns;
    const float width = floorf((place.w - (float)(columns - 1) * gap) / (float)columns),
                pitch = floorf(fminf(place.h / (float)lines, ui_px(ui, BUTTON_HEIGHT + 4)));
    for (int i = 0; i < COUNT; i++) {
        const Rect rect = {place.x + (float)(i % columns) * (width + gap), place.y + (float)(i / columns) * pitch,
                           width, pitch - ui_px(ui, 4)};
        if (panel_button(panel, tools[i].id, rect, tools[i].label, panel->layout->stage.is_small ? NULL : tools[i].key,
                         false, tools[i].words))
            requests_add(panel->requests, tools[i].request);
    }
}

void panel_latent(Panel *panel)
{
    const StageRow *first = &panel->layout->stage.rows[SIDE_A];
    panel_draw_target_caption(panel, first->captions[0]);
    panel_draw_pad(panel, first->pictures[0]);
    draw_tools(panel);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!code_is_shown(panel, side))
            continue;
        latent_draw_plane(panel, side);
        latent_draw_grid(panel, side);
        draw_decoded(panel, side);
        latent_draw_bars(panel, side);
    }
    code_draw_strip(panel);
    latent_draw_chances(panel);
}
