// What the cards of the claims' view are made of: the verdict, pictures beside each other.
#include "panels/claim_parts.h"

#include <math.h>
#include <stdio.h>

#include "state/saying_cards.h"

enum { TILES = 4 };

static const float difference_scale = 0.2f; // what random starts make of a pixel is to be seen

// ---- verdicts -----------------------------------------------------------------------------------------------------

static Color verdict_color(const Theme *theme, Verdict verdict)
{
    const Color colors[VERDICT_COUNT] = {[VERDICT_OPEN] = theme->soft,
                                         [VERDICT_TRUE] = theme->right,
                                         [VERDICT_PARTLY] = theme->partly,
                                         [VERDICT_FALSE] = theme->wrong,
                                         [VERDICT_CHANCE] = theme->soft};
    return colors[verdict];
}

// A tick, a half disc, a cross, two lines; an open verdict has a ring.
static void draw_sign(Ui *ui, Rect box, Verdict verdict, Color color)
{
    const float line = fmaxf(1.5f, box.h * 0.16f), x = box.x, y = box.y, w = box.w, h = box.h;
    const Point tick[] = {
        {x + 0.08f * w, y + 0.55f * h}, {x + 0.4f * w, y + 0.86f * h}, {x + 0.95f * w, y + 0.16f * h}};
    const Point down[] = {{x + 0.14f * w, y + 0.14f * h}, {x + 0.86f * w, y + 0.86f * h}},
                up[] = {{x + 0.14f * w, y + 0.86f * h}, {x + 0.86f * w, y + 0.14f * h}};
    if (verdict == VERDICT_TRUE)
        draw_line(ui->draw, tick, 3, line, color);
    if (verdict == VERDICT_FALSE) {
        draw_line(ui->draw, down, 2, line, color);
        draw_line(ui->draw, up, 2, line, color);
    }
    for (int i = 0; verdict == VERDICT_CHANCE && i < 2; i++) // as good as equal
        draw_box(ui->draw, (Rect){x, y + (0.24f + 0.36f * (float)i) * h, w, line}, color, 0);
    if (verdict == VERDICT_OPEN || verdict == VERDICT_PARTLY)
        draw_frame(ui->draw, box, color, h / 2, line);
    if (verdict == VERDICT_PARTLY) {
        draw_clip_push(ui->draw, (Rect){x, y, w / 2, h});
        draw_box(ui->draw, box, color, h / 2);
        draw_clip_pop(ui->draw);
    }
}

float claim_draw_verdict(Panel *panel, Rect rect, int saying)
{
    Ui *ui = panel->ui;
    const Verdict verdict = saying_result(panel->frame, saying).verdict;
    const Color color = verdict_color(ui->theme, verdict);
    const int starts = saying_starts(panel->frame, saying);
    char word[48];
    if (starts > 1)
        (void)snprintf(word, sizeof word, "%s, %d starts", claim_verdict_name(verdict), starts);
    else
        (void)snprintf(word, sizeof word, "%s%s", claim_verdict_name(verdict), starts ? ", one start" : "");
    const float pad = ui_px(ui, 9), gap = ui_px(ui, 5), sign = roundf(rect.h * 0.48f),
                text = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, word), width = 2 * pad + sign + gap + text;
    draw_frame(ui->draw, (Rect){rect.x, rect.y, width, rect.h}, color, rect.h / 2, ui_px(ui, 1.5f));
    draw_sign(ui, (Rect){rect.x + pad, rect.y + roundf((rect.h - sign) / 2), sign, sign}, verdict, color);
    ui_text(ui, (Rect){rect.x + pad + sign + gap, rect.y, text + 1, rect.h}, FONT_UI_BOLD, TEXT_NORMAL, color,
            ALIGN_LEFT, word);
    return width;
}

// ---- tiles --------------------------------------------------------------------------------------------------------

ClaimTile claim_make_picture(const float *values, ImageMap map, const char *caption, const char *brief)
{
    ClaimTile tile = {.values = values, .map = map, .model = -1};
    (void)snprintf(tile.caption, sizeof tile.caption, "%s", caption);
    (void)snprintf(tile.brief, sizeof tile.brief, "%s", brief);
    return tile;
}

float claim_caption_height(const Panel *panel) { return ui_px(panel->ui, panel->layout->stage.is_small ? 15 : 20); }

// What lies under the mouse is the page's digit, and of a model that can be inspected.
static void draw_tile(Panel *panel, const ClaimTile *tile, Rect rect, int digit)
{
    const GridLayout cell = layout_single_cell(rect.x, rect.y, rect.w);
    const bool is_gradual = tile->map == MAP_SIGNED;
    if (!tile->values) {
        draw_box(panel->ui->draw, rect, panel->ui->theme->raised, 0);
    } else if (tile->model < 0) {
        draw_images(panel->ui->draw, cell.origin, 1, 1, cell.pitch, cell.pitch, cell.side, tile->values, tile->map,
                    is_gradual ? difference_scale : 1.0f);
    } else {
        const PixelHover before = panel->hover;
        panel->hover = (PixelHover){0};
        panel_digits(panel, &cell, tile->values, 1, digit == CLAIM_ON_PAD, tile->model);
        if (panel->hover.is_set)
            panel->hover.cell = digit == CLAIM_ON_PAD ? 0 : digit;
        else
            panel->hover = before;
    }
    const float line = ui_px(panel->ui, 1);
    draw_frame(panel->ui->draw, (Rect){rect.x - line, rect.y - line, rect.w + 2 * line, rect.h + 2 * line},
               panel->ui->theme->edge, 0, line);
}

float claim_draw_tiles(Panel *panel, Rect rect, const ClaimTile *tiles, int count, int digit)
{
    Ui *ui = panel->ui;
    const float caption = claim_caption_height(panel), least = ui_px(ui, 6);
    const float side = floorf(fminf(rect.h - caption, (rect.w - (TILES - 1) * least) / TILES));
    if (side < ui_px(ui, 20))
        return 0;
    const float pitch = floorf(fminf((rect.w - side) / (TILES - 1), 1.25f * side));
    const float top = rect.y + floorf((rect.h - caption - side) / 2);
    for (int i = 0; i < count; i++) {
        const Rect place = {rect.x + (float)i * pitch, top, side, side};
        draw_tile(panel, &tiles[i], place, digit);
        const char *const forms[] = {tiles[i].caption, tiles[i].brief, ""};
        const float over = floorf((pitch - side) / 2) - ui_px(ui, 1); // to both sides, but not over the rectangle's
        const Rect below = {place.x - (i > 0 ? over : 0), place.y + side, side + (i > 0 ? 2 * over : over), caption};
        ui_text(ui, below, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_CENTER,
                ui_choose(ui, FONT_UI, TEXT_SMALL, below.w, forms, 3));
    }
    return pitch;
}
