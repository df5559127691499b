// The picture of each claim: digits, bars, a histogram, a line of landmarks.
#include "panels/claim_parts.h"

#include <math.h>
#include <stdio.h>

#include "state/claim_table.h"

enum { ON_PAD = CLAIM_ON_PAD };

// ---- the digit ----------------------------------------------------------------------------------------------------

// digit: a cell of the page, or ON_PAD.
static const float *find_target(const Frame *frame, int digit)
{
    return digit == ON_PAD ? frame->pad_input : frame->targets + (size_t)digit * DIGIT_PIXELS;
}

static const float *find_output(const Frame *frame, int model, int digit)
{
    const ModelFrame *m = &frame->models[frame->claims.models[model]];
    return digit == ON_PAD ? m->pad_p : m->p + (size_t)digit * DIGIT_PIXELS;
}

static double find_miss(const Frame *frame, int model, int digit)
{
    const float *p = find_output(frame, model, digit), *t = find_target(frame, digit);
    double sum = 0.0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += fabs((double)(p[i] - t[i]));
    return sum;
}

// One's own digit wherever that says it: where BCE without a sigmoid misses clearly more than with one.
static int choose_digit(const Frame *frame)
{
    static const double clearly = 1.5;
    const int best = claim_best_model(frame, CLAIM_BCE);
    for (int digit = frame->is_pad_empty ? 0 : ON_PAD; digit < frame->page_count; digit++)
        if (find_miss(frame, best, digit) > clearly * find_miss(frame, CLAIM_BCE, digit))
            return digit;
    return frame->is_pad_empty ? 0 : ON_PAD;
}

// ---- tiles --------------------------------------------------------------------------------------------------------

static ClaimTile make_output(const Frame *frame, int model, int digit, const char *caption, const char *brief)
{
    ClaimTile tile = {
        .values = find_output(frame, model, digit), .map = MAP_GREY, .model = frame->claims.models[model]};
    (void)snprintf(tile.caption, sizeof tile.caption, "%s", caption);
    (void)snprintf(tile.brief, sizeof tile.brief, "%s", brief);
    return tile;
}

// ---- the claims ---------------------------------------------------------------------------------------------------

static void picture_sigmoid(Panel *panel, Rect rect)
{
    const Frame *frame = panel->frame;
    const int digit = choose_digit(frame), by_bce = claim_best_model(frame, CLAIM_BCE),
              by_mse = claim_best_model(frame, CLAIM_MSE);
    char bce[40], mse[40];
    (void)snprintf(bce, sizeof bce, "BCE, %s", claim_output_label(by_bce));
    (void)snprintf(mse, sizeof mse, "MSE, %s", claim_output_label(by_mse));
    const ClaimTile tiles[] = {claim_make_picture(find_target(frame, digit), MAP_GREY, "target", "target"),
                               make_output(frame, CLAIM_BCE, digit, "BCE, sigmoid", "sigmoid"),
                               make_output(frame, by_mse, digit, mse, "MSE"),
                               make_output(frame, by_bce, digit, bce, "BCE")};
    (void)claim_draw_tiles(panel, rect, tiles, 4, digit);
}

static void picture_optimum(Panel *panel, Rect rect)
{
    static float losses[DIGIT_PIXELS], seeds[DIGIT_PIXELS]; // the UI thread's
    const Frame *frame = panel->frame;
    const int digit = choose_digit(frame);
    const float *bce = find_output(frame, CLAIM_BCE, digit), *mse = find_output(frame, CLAIM_MSE, digit),
                *twin = find_output(frame, CLAIM_TWIN, digit);
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        losses[i] = bce[i] - mse[i];
        seeds[i] = bce[i] - twin[i];
    }
    const ClaimTile tiles[] = {make_output(frame, CLAIM_BCE, digit, "BCE", "BCE"),
                               make_output(frame, CLAIM_MSE, digit, "MSE", "MSE"),
                               claim_make_picture(losses, MAP_SIGNED, "BCE \u2212 MSE, \u00b10.2", "losses \u00b10.2"),
                               claim_make_picture(seeds, MAP_SIGNED, "seed 1 \u2212 2, \u00b10.2", "seeds \u00b10.2")};
    (void)claim_draw_tiles(panel, rect, tiles, 4, digit);
}

// How much of the ink has which brightness; the first bin, in which the ground lies too, is left out.
static void draw_ink(Panel *panel, Rect rect)
{
    enum { FIRST = 2, WIDTH = 3, BARS = (HISTOGRAM_BINS - 1 - FIRST) / WIDTH };
    Ui *ui = panel->ui;
    const TargetFacts *facts = panel->frame->facts;
    const float caption = claim_caption_height(panel), height = rect.h - caption;
    if (!facts || rect.w < ui_px(ui, 60) || height < ui_px(ui, 20))
        return;
    double counts[BARS] = {0}, most = 1.0;
    for (int i = 0; i < BARS; i++) {
        for (int j = 0; j < WIDTH; j++)
            counts[i] += (double)facts->histogram[FIRST + i * WIDTH + j];
        most = fmax(most, counts[i]);
    }
    const float bottom = rect.y + height;
    for (int i = 0; i < BARS; i++) {
        const float left = roundf(rect.w * (float)i / BARS), right = roundf(rect.w * (float)(i + 1) / BARS);
        const float bar = roundf(height * (float)(counts[i] / most));
        draw_box(ui->draw, (Rect){rect.x + left, bottom - bar, fmaxf(1, right - left - ui_px(ui, 1)), bar},
                 i == BARS - 1 ? ui->theme->text : ui->theme->faint, 0);
    }
    draw_box(ui->draw, (Rect){rect.x, bottom, rect.w, ui_px(ui, 1)}, ui->theme->soft, 0);
    const Rect line = {rect.x, bottom, rect.w, caption};
    static const char *const forms[] = {"brightness of the ink", "ink", ""};
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, "0");
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, "1");
    ui_text(ui, line, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_CENTER,
            ui_choose(ui, FONT_UI, TEXT_SMALL, line.w - ui_px(ui, 28), forms, 3));
}

static void picture_binary(Panel *panel, Rect rect)
{
    static float cut[DIGIT_PIXELS]; // the UI thread's
    const Frame *frame = panel->frame;
    const int digit = choose_digit(frame);
    const float *target = find_target(frame, digit);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        cut[i] = target[i] >= 0.5f ? 1.0f : 0.0f;
    const ClaimTile tiles[] = {claim_make_picture(target, MAP_GREY, "as it is", "as it is"),
                               claim_make_picture(cut, MAP_GREY, "black and white", "0 or 1")};
    const float pitch = claim_draw_tiles(panel, rect, tiles, 2, digit);
    if (pitch > 0)
        draw_ink(panel, (Rect){rect.x + 2 * pitch, rect.y, rect.w - 2 * pitch, rect.h});
}

// What a model was before it broke is not what it reached.
static const Metrics *reached(const Frame *frame, int model)
{
    const ClaimEvidence *evidence = &frame->claims.evidence;
    return evidence->is_broken[model] ? NULL : evidence->test[model];
}

static double mean_of(const Frame *frame, int model)
{
    const Metrics *test = reached(frame, model);
    return test && frame->facts && isfinite(test->bias) ? fmax(0.0, frame->facts->mean + test->bias) : 0.0;
}

static void picture_dim(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    if (rect.w < ui_px(ui, 120))
        return;
    const struct {
        const char *label;
        double mean;
        Color color;
    } bars[] = {{"target", frame->facts ? frame->facts->mean : 0.0, ui->theme->faint},
                {"BCE", mean_of(frame, CLAIM_BCE), ui->theme->text},
                {"MSE", mean_of(frame, CLAIM_MSE), ui->theme->text}};
    enum { BARS = sizeof bars / sizeof *bars };
    double most = 1e-9;
    for (int i = 0; i < BARS; i++)
        most = fmax(most, bars[i].mean);
    const float caption = claim_caption_height(panel), line = floorf((rect.h - caption) / BARS), names = ui_px(ui, 48),
                figures = ui_px(ui, 52), room = rect.w - names - figures,
                thick = floorf(fminf(line * 0.68f, ui_px(ui, 24)));
    for (int i = 0; i < BARS; i++) {
        const Rect row = {rect.x, rect.y + (float)i * line, rect.w, line};
        const float width = roundf(room * (float)(bars[i].mean / most));
        ui_text(ui, (Rect){row.x, row.y, names, line}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, bars[i].label);
        draw_box(ui->draw, (Rect){row.x + names, row.y + floorf((line - thick) / 2), width, thick}, bars[i].color,
                 ui_px(ui, 2));
        char text[24] = "";
        if (bars[i].mean > 0.0)
            (void)snprintf(text, sizeof text, bars[i].mean < 10.0 ? "%.3f" : "%.1e", bars[i].mean);
        ui_text(ui, (Rect){row.x + rect.w - figures, row.y, figures, line}, FONT_FIGURES, TEXT_SMALL, ui->theme->text,
                ALIGN_RIGHT, text);
    }
    const float at = rect.x + names + roundf(room * (float)(bars[0].mean / most));
    draw_box(ui->draw, (Rect){at, rect.y, ui_px(ui, 1), line * BARS}, ui->theme->soft, 0);
    static const char *const forms[] = {"mean brightness of all outputs (with a sigmoid)",
                                        "mean brightness, all outputs", "mean brightness"};
    const Rect foot = {rect.x + names, rect.y + rect.h - caption, rect.w - names, caption};
    ui_text(ui, foot, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, foot.w, forms, 3));
}

// ---- the line of a fit --------------------------------------------------------------------------------------------

typedef struct Mark {
    char text[40];
    const char *brief;
    double value;
    bool is_above, is_own;
} Mark;

static const double line_end = 0.75; // a little beyond ln 2

static float mark_x(Rect line, double value)
{
    return roundf(line.x + line.w * (float)(fmin(line_end, fmax(0.0, value)) / line_end));
}

// Labels stand at the right of their marks; the last of a line, where that leaves the picture, at the left.
static void draw_mark(Panel *panel, Rect line, const Mark *mark, float end, float height)
{
    Ui *ui = panel->ui;
    const float x = mark_x(line, mark->value), tick = ui_px(ui, 12), gap = ui_px(ui, 4);
    const Color color = mark->is_own ? ui->theme->text : ui->theme->soft;
    draw_box(ui->draw, (Rect){x, mark->is_above ? line.y - tick : line.y, ui_px(ui, mark->is_own ? 2 : 1), tick}, color,
             0);
    const FontFace face = mark->is_own ? FONT_UI_BOLD : FONT_UI;
    const char *const forms[] = {mark->text, mark->brief, ""};
    const bool is_right =
        x + ui_text_width(ui, face, TEXT_SMALL, mark->text) > (mark->is_own ? end - gap : line.x + line.w);
    Rect place = {x, mark->is_above ? line.y - tick - height : line.y + tick, end - x - gap, height};
    if (is_right) // one's own, at the left of its mark and of the label that stands at the line's end
        place = (Rect){line.x, place.y, mark->is_own ? fminf(x, end) - gap - line.x : line.w, height};
    ui_text(ui, place, face, TEXT_SMALL, color, is_right ? ALIGN_RIGHT : ALIGN_LEFT,
            ui_choose(ui, face, TEXT_SMALL, place.w, forms, 3));
}

static void picture_fit(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const TargetFacts *facts = panel->frame->facts;
    const Metrics *test = reached(panel->frame, CLAIM_BCE);
    const float height = ui_px(ui, 16), tick = ui_px(ui, 12), bar = ui_px(ui, 10);
    if (!facts || rect.w < ui_px(ui, 160))
        return;
    const Rect line = {rect.x, rect.y + floorf(rect.h / 2), rect.w, ui_px(ui, 1)};
    Mark marks[] = {{"", "floor", facts->bce_floor, false, false},
                    {"", "average digit", facts->mean_image[LOSS_BCE], false, false},
                    {"", "this model", test ? test->mean[LOSS_BCE] : 0.0, true, true},
                    {"", "always 0.5", log(2.0), true, false}};
    enum { FLOOR, MEAN, OWN, HALF, MARKS };
    (void)snprintf(marks[FLOOR].text, sizeof marks[FLOOR].text, "floor %.3f", marks[FLOOR].value);
    (void)snprintf(marks[MEAN].text, sizeof marks[MEAN].text, "average digit %.3f", marks[MEAN].value);
    (void)snprintf(marks[OWN].text, sizeof marks[OWN].text, "this model %.3f", marks[OWN].value);
    (void)snprintf(marks[HALF].text, sizeof marks[HALF].text, "always 0.5: %.3f", marks[HALF].value);
    draw_box(ui->draw, line, ui->theme->soft, 0);
    const float floor_x = mark_x(line, marks[FLOOR].value), mean_x = mark_x(line, marks[MEAN].value),
                own_x = mark_x(line, marks[OWN].value);
    draw_box(ui->draw, (Rect){line.x, line.y - bar, floor_x - line.x, bar}, ui->theme->raised, 0);
    if (test && own_x < mean_x) // the way that is done
        draw_box(ui->draw, (Rect){own_x, line.y - bar, mean_x - own_x, bar}, ui->theme->soft, 0);
    const float half = ui_text_width(ui, FONT_UI, TEXT_SMALL, marks[HALF].text) + ui_px(ui, 8);
    const float ends[MARKS] = {
        [FLOOR] = mean_x, [MEAN] = line.x + line.w, [OWN] = line.x + line.w - half, [HALF] = line.x + line.w};
    for (int i = 0; i < MARKS; i++)
        if (i != OWN || (test && isfinite(marks[OWN].value) && marks[OWN].value < log(2.0)))
            draw_mark(panel, line, &marks[i], ends[i], height);
    const float foot = line.y + tick + height;
    if (rect.y + rect.h - foot >= height)
        ui_text(ui, (Rect){rect.x, foot, rect.w, height}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
                "BCE on the test digits, from 0");
}

void claim_picture(Panel *panel, int card, Rect rect)
{
    static void (*const pictures[CLAIM_COUNT])(Panel *, Rect) = {
        [CLAIM_SIGMOID] = picture_sigmoid, [CLAIM_DIM] = picture_dim, [CLAIM_OPTIMUM] = picture_optimum,
        [CLAIM_BINARY] = picture_binary,   [CLAIM_FIT] = picture_fit,
    };
    const int saying = claim_page_get(panel->frame->look.claim_page)->sayings[card];
    if (saying_trial(saying))
        trial_picture(panel, card, rect);
    else
        pictures[saying](panel, rect);
}
