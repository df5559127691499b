// What all test digits say, A beside B and, once it is known, beside the same model with another random start.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"
#include "state/words.h"

enum { COLUMNS = SIDE_COUNT, LINES_MAX = 2 * LOSS_COUNT + 11, MORE_TEXT = 480 };
enum { LEAST_LINE = 16 }; // the height

// What gives way first where there is no room for all: the last of these.
typedef enum Rank { RANK_LOSS, RANK_OWN_NOISY, RANK_BRIGHTNESS, RANK_FAULT, RANK_NOISY, RANK_TOTAL, RANK_LOOKS } Rank;

typedef struct Line {
    Rank rank;
    char label[48], brief[24], word[24], values[COLUMNS][24]; // word: its key in words.h
} Line;

static const Metrics *find_test(const Frame *frame, int side)
{
    const Metrics *test = &frame->models[side].snapshot->test;
    return test->images > 0 && panel_is_shown(frame, side) ? test : NULL;
}

// Where a model on show trains with noise, its losses are of clean inputs, and beside them of noisy ones.
static void add_noisy(const Frame *frame, int loss, Line *lines, int *count)
{
    Line *clean = &lines[*count - 1], *noisy = &lines[*count];
    bool is_noisy = false;
    noisy->rank = RANK_NOISY;
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(frame, side) || !pixels_are_damaged(&frame->models[side].spec))
            continue;
        is_noisy = true;
        if (frame->models[side].spec.loss == loss)
            noisy->rank = RANK_OWN_NOISY;
        if (find_test(frame, side))
            panel_format_figure(find_test(frame, side)->noisy_mean[loss], noisy->values[side]);
    }
    if (!is_noisy) {
        *noisy = (Line){0};
        return;
    }
    (*count)++;
    (void)snprintf(clean->label, sizeof clean->label, "%s, clean input", loss_get(loss)->label);
    (void)snprintf(noisy->label, sizeof noisy->label, "%s, noisy input", loss_get(loss)->label);
    (void)snprintf(noisy->brief, sizeof noisy->brief, "%s, noisy", loss_get(loss)->label);
    (void)snprintf(noisy->word, sizeof noisy->word, "noise");
}

// Of gauss: a model's own where it has learnt one, else the one that is best for it.
static void add_spread(const Frame *frame, Line *line)
{
    line->rank = RANK_FAULT;
    (void)snprintf(line->label, sizeof line->label, "Spread s of Gauss");
    (void)snprintf(line->brief, sizeof line->brief, "Spread s");
    (void)snprintf(line->word, sizeof line->word, "sigma");
    for (int side = 0; side < SIDE_COUNT; side++)
        if (find_test(frame, side))
            panel_format_figure(find_test(frame, side)->sigma, line->values[side]);
}

static void add_losses(const Frame *frame, Line *lines, int *count)
{
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        bool is_wanted = loss < LOSSES_SHOWN;
        for (int side = 0; side < SIDE_COUNT; side++)
            is_wanted |= panel_is_shown(frame, side) && frame->models[side].spec.loss == loss;
        if (!is_wanted)
            continue;
        Line *line = &lines[(*count)++];
        (void)snprintf(line->label, sizeof line->label, "%s error", loss_get(loss)->label);
        (void)snprintf(line->brief, sizeof line->brief, "%s", loss_get(loss)->label);
        (void)snprintf(line->word, sizeof line->word, "loss.%s", loss_get(loss)->key);
        for (int side = 0; side < SIDE_COUNT; side++)
            if (find_test(frame, side))
                panel_format_figure(find_test(frame, side)->mean[loss], line->values[side]);
        add_noisy(frame, loss, lines, count);
        if (loss == LOSS_GAUSS)
            add_spread(frame, &lines[(*count)++]);
    }
}

static void add_others(const Frame *frame, Line *lines, int *count)
{
    Line *brightness = &lines[(*count)++], *outside = &lines[(*count)++], *dark = &lines[(*count)++],
         *code = &lines[(*count)++];
    brightness->rank = RANK_BRIGHTNESS;
    outside->rank = dark->rank = code->rank = RANK_FAULT;
    (void)snprintf(brightness->word, sizeof brightness->word, "mean_output");
    (void)snprintf(outside->word, sizeof outside->word, "outside");
    (void)snprintf(dark->word, sizeof dark->word, "heatmap.dead");
    (void)snprintf(code->word, sizeof code->word, "dead_code_units");
    if (frame->facts)
        (void)snprintf(brightness->label, sizeof brightness->label, "Mean brightness (target %.4f)",
                       frame->facts->mean);
    (void)snprintf(brightness->brief, sizeof brightness->brief, "Brightness");
    (void)snprintf(outside->label, sizeof outside->label, "Pixels outside 0\u20261");
    (void)snprintf(outside->brief, sizeof outside->brief, "Outside 0\u20261");
    (void)snprintf(dark->label, sizeof dark->label, "Pixels that never light up");
    (void)snprintf(dark->brief, sizeof dark->brief, "Never lit");
    (void)snprintf(code->label, sizeof code->label, "Dead units of the code");
    (void)snprintf(code->brief, sizeof code->brief, "Dead code");
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *test = find_test(frame, side);
        if (!test)
            continue;
        panel_format_figure(test->mean_output, brightness->values[side]);
        (void)snprintf(outside->values[side], sizeof outside->values[side], "%.1f %%", 100.0 * metrics_outside(test));
        (void)snprintf(dark->values[side], sizeof dark->values[side], "%d", test->never_lit);
        (void)snprintf(code->values[side], sizeof code->values[side], "%d", test->dead_code_units);
    }
}

// Of models that sample: the divergence, and with the loss what papers quote.
static void add_kl(const Frame *frame, Line *lines, int *count)
{
    Line *kl = &lines[*count], *sum = &lines[*count + 1];
    bool has_kl = false;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &frame->models[side];
        const Metrics *test = find_test(frame, side);
        if (!panel_is_shown(frame, side) || !spec_samples(&m->spec))
            continue;
        has_kl = true;
        if (!test)
            continue;
        (void)snprintf(kl->values[side], sizeof kl->values[side], "%.3f", test->kl);
        panel_format_total(test->mean[m->spec.loss] + test->kl / DIGIT_PIXELS, sum->values[side]);
    }
    if (!has_kl)
        return;
    *count += 2;
    kl->rank = RANK_OWN_NOISY;
    sum->rank = RANK_TOTAL;
    (void)snprintf(kl->label, sizeof kl->label, "KL, nats a digit");
    (void)snprintf(kl->brief, sizeof kl->brief, "KL");
    (void)snprintf(sum->label, sizeof sum->label, "Own loss + KL, nats a digit");
    (void)snprintf(sum->brief, sizeof sum->brief, "Loss + KL");
    (void)snprintf(kl->word, sizeof kl->word, "kl");
    (void)snprintf(sum->word, sizeof sum->word, "beta");
}

static void add_price(const Frame *frame, Line *lines, int *count)
{
    Line *price = &lines[*count];
    bool has_price = false;
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(frame, side) || !(frame->models[side].spec.l1 > 0.0f))
            continue;
        has_price = true;
        if (find_test(frame, side))
            panel_format_figure(find_test(frame, side)->price, price->values[side]);
    }
    if (!has_price)
        return;
    (*count)++;
    price->rank = RANK_OWN_NOISY;
    (void)snprintf(price->label, sizeof price->label, "Price of the code");
    (void)snprintf(price->brief, sizeof price->brief, "Price");
    (void)snprintf(price->word, sizeof price->word, "price");
}

// Of each model's own loss what an image costs, for those who publish sums over the pixels; and how outputs look.
static void add_totals(const Frame *frame, Line *lines, int *count)
{
    Line *total = &lines[(*count)++];
    total->rank = RANK_TOTAL;
    (void)snprintf(total->label, sizeof total->label, "Own loss, summed over a digit");
    (void)snprintf(total->brief, sizeof total->brief, "Loss a digit");
    (void)snprintf(total->word, sizeof total->word, "reduce");
    for (int side = 0; side < SIDE_COUNT; side++)
        if (find_test(frame, side))
            panel_format_total(find_test(frame, side)->mean[frame->models[side].spec.loss], total->values[side]);
    add_kl(frame, lines, count);
    add_price(frame, lines, count);
}

static void set_look(const Frame *frame, Line *line, const char *label, const char *brief, bool tells_sharpness,
                     bool tells_ssim)
{
    line->rank = RANK_LOOKS;
    (void)snprintf(line->label, sizeof line->label, "%s", label);
    (void)snprintf(line->brief, sizeof line->brief, "%s", brief);
    (void)snprintf(line->word, sizeof line->word, "appearance");
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Appearance *found = &frame->models[side].appearance;
        char *value = line->values[side];
        if (!find_test(frame, side) || frame->figures_mix > 0.0f)
            continue;
        if (found->images == 0) // it is measured at rest; in halves there is no room for words
            (void)snprintf(value, sizeof line->values[side], tells_sharpness && tells_ssim ? "at rest" : "\u2026");
        else if (tells_sharpness && tells_ssim)
            (void)snprintf(value, sizeof line->values[side], "%.2f %.2f", found->sharpness, found->ssim);
        else
            (void)snprintf(value, sizeof line->values[side], "%.3f", tells_ssim ? found->ssim : found->sharpness);
    }
}

static void add_looks(const Frame *frame, bool is_halved, Line *lines, int *count)
{
    if (frame->is_capture)
        return;
    if (!is_halved) {
        set_look(frame, &lines[(*count)++], "Sharpness, SSIM", "Sharp, SSIM", true, true);
        return;
    }
    set_look(frame, &lines[(*count)++], "Sharpness", "Sharpness", true, false);
    set_look(frame, &lines[(*count)++], "SSIM", "SSIM", false, true);
}

void panel_say_totals(Panel *panel, Rect rect, int side)
{
    const Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    const Metrics *test = find_test(panel->frame, side);
    if (!test || !ui->input.is_inside || ui->is_modal || !ui_is_inside(rect, ui->input.mouse_x, ui->input.mouse_y))
        return;
    char what[320], figure[24], total[24];
    int losses[LOSS_COUNT];
    const int count = loss_list_shown(m->spec.loss, losses);
    size_t used = (size_t)snprintf(what, sizeof what,
                                   "%c, a pixel and a digit of %d of them:", side == SIDE_A ? 'A' : 'B', DIGIT_PIXELS);
    for (int i = 0; i < count; i++) {
        panel_format_figure(test->mean[losses[i]], figure);
        panel_format_total(test->mean[losses[i]], total);
        used +=
            (size_t)snprintf(what + used, sizeof what - used, " %s %s, %s;", loss_get(losses[i])->label, figure, total);
    }
    if (m->appearance.images > 0)
        (void)snprintf(what + used, sizeof what - used, " sharpness %.3f, SSIM %.3f.", m->appearance.sharpness,
                       m->appearance.ssim);
    else
        (void)snprintf(what + used, sizeof what - used, " sharpness and SSIM: once training rests.");
    ui_say_hint(panel->ui, what, words_find("appearance")->look);
}

// Takes the last of the highest rank out of the lines.
static Line take_least(Line *lines, int *count)
{
    int least = 0;
    for (int i = 1; i < *count; i++)
        if (lines[i].rank >= lines[least].rank)
            least = i;
    const Line taken = lines[least];
    (*count)--;
    memmove(&lines[least], &lines[least + 1], (size_t)(*count - least) * sizeof *lines);
    return taken;
}

// What has no room is counted in the last line and told under the mouse.
static void shorten(Line *lines, int *count, int room, char more[MORE_TEXT])
{
    int missing = 0;
    *more = 0;
    if (*count <= room)
        return;
    while (*count > 1 && *count >= room) {
        const Line taken = take_least(lines, count);
        const bool has_both = *taken.values[SIDE_A] && *taken.values[SIDE_B];
        const size_t used = strlen(more);
        (void)snprintf(more + used, MORE_TEXT - used, "%s%s: %s%s%s", used ? "; " : "", taken.label,
                       taken.values[SIDE_A], has_both ? ", " : "", taken.values[SIDE_B]);
        missing++;
    }
    Line *last = &lines[(*count)++];
    *last = (Line){.rank = RANK_LOSS};
    (void)snprintf(last->label, sizeof last->label, "%d more: under the mouse, and in JSON", missing);
    (void)snprintf(last->brief, sizeof last->brief, "%d more", missing);
}

// Over the lines, or over those of a half, of which the first has the title.
static void draw_heading(Panel *panel, Rect row, float column, bool has_title)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    char title[64], brief[32];
    panel_name_digits(frame, title, brief);
    const char *const titles[] = {title, brief};
    if (has_title)
        ui_text(ui, (Rect){row.x, row.y, row.w - 2 * column, row.h}, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text,
                ALIGN_LEFT, ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, row.w - 2 * column, titles, 2));
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(frame, side))
            ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, row.h}, FONT_UI_BOLD,
                    TEXT_NORMAL, panel_side_color(ui, side), ALIGN_RIGHT, side == SIDE_A ? "A" : "B");
}

// more: what the line stands for, where it counts others.
static void draw_line_of(Panel *panel, Rect row, float column, const Line *line, const char *more)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const char *const forms[] = {line->label, line->brief};
    const Rect label = {row.x, row.y, row.w - 2 * column, row.h};
    const char *text = ui_choose(ui, FONT_UI, TEXT_SMALL, label.w, forms, 2);
    draw_box(ui->draw, (Rect){row.x, row.y, row.w, ui_px(ui, 1)}, ui->theme->grid, 0);
    if (*line->word)
        (void)panel_dotted(panel, line->word, label, FONT_UI, TEXT_SMALL, ui->theme->soft, text);
    else
        ui_text(ui, (Rect){row.x, row.y, row.w, row.h}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, line->label);
    if (!*line->word && ui->input.is_inside && !ui->is_modal && ui_is_inside(row, ui->input.mouse_x, ui->input.mouse_y))
        ui_say_hint(ui, more, "");
    for (int side = 0; side < SIDE_COUNT; side++)
        ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, row.h}, FONT_FIGURES,
                TEXT_NORMAL, panel_figure_color(ui, &frame->models[side], panel_side_color(ui, side)), ALIGN_RIGHT,
                line->values[side]);
}

// The lines from first on, one below the other.
static void draw_part(Panel *panel, Rect row, float column, const Line *lines, int first, int end, const char *more)
{
    draw_heading(panel, row, column, first == 0);
    for (int i = first; i < end; i++) {
        row.y += row.h;
        draw_line_of(panel, row, column, &lines[i], more);
    }
}

// What the lines need beside each other in two halves: a figure's column, and with it the whole.
static float measure_half(Ui *ui, const Line *lines, int count, float *column)
{
    float label = 0, value = 0;
    for (int i = 0; i < count; i++) {
        label = fmaxf(label, ui_text_width(ui, FONT_UI, TEXT_SMALL, lines[i].brief));
        for (int side = 0; side < SIDE_COUNT; side++)
            value = fmaxf(value, ui_text_width(ui, FONT_FIGURES, TEXT_NORMAL, lines[i].values[side]));
    }
    *column = ceilf(value) + ui_px(ui, 7);
    return ceilf(label) + 1 + 2 * *column;
}

void panel_table(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect rect = panel->layout->stage.table;
    if (rect.w <= 0)
        return;
    panel_card(panel, rect);
    Line lines[LINES_MAX] = {0};
    char more[MORE_TEXT];
    int count = 0;
    add_losses(frame, lines, &count);
    add_others(frame, lines, &count);
    add_totals(frame, lines, &count);
    const float pad = ui_px(ui, 12), room = rect.h - ui_px(ui, 8), gap = ui_px(ui, 20),
                half = floorf((rect.w - 2 * pad - gap) / 2);
    const int fitting = (int)(room / ui_px(ui, LEAST_LINE)) - 1; // below the heading
    float own = 0; // a column in halves
    const bool is_halved = count + !frame->is_capture > fitting && half >= measure_half(ui, lines, count, &own);
    add_looks(frame, is_halved, lines, &count);
    shorten(lines, &count, is_halved ? 2 * fitting : fitting, more);
    const int parts = is_halved ? 2 : 1, each = (count + parts - 1) / parts;
    const float width = is_halved ? half : rect.w - 2 * pad, column = is_halved ? own : ui_px(ui, 84),
                line = floorf(fminf(ui_px(ui, 28), room / (float)(each + 1)));
    for (int part = 0; part < parts; part++) {
        const Rect row = {rect.x + pad + (float)part * (half + gap), rect.y + ui_px(ui, 4), width, line};
        for (int side = 0; side < SIDE_COUNT; side++)
            panel_say_totals(panel, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, rect.y, column, rect.h},
                             side);
        draw_part(panel, row, column, lines, part * each, part + 1 < parts ? each : count, more);
    }
}
