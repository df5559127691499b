// The picture of each trial: what its variants draw of one digit, and beside that the figure that decides it, a mark
// for each random start. Where a class was left out, the errors of its images beside those of the others.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/claim_parts.h"
#include "state/saying_cards.h"

// ---- digits -------------------------------------------------------------------------------------------------------

// Which of a trial's variants say it: what they make of an input, 1 the noisy one.
typedef struct ShownTile {
    int variant, input; // variant -1: the input itself
    const char *caption, *brief;
} ShownTile;

enum { SHOWN = 2 };

static const ShownTile shown[TRIAL_COUNT][SHOWN] = {
    [TRIAL_NEEDS_BINARY] = {{0, 0, "BCE, grey", "grey"}, {2, 0, "BCE, 0 or 1", "0 or 1"}},
    [TRIAL_BLOB] = {{2, 0, "BCE, SGD", "BCE"}, {3, 0, "MSE, SGD", "MSE"}},
    [TRIAL_SPARSE] = {{0, 0, "0.0001", "0.0001"}, {1, 0, "0.0256", "0.0256"}},
    [TRIAL_SUM] = {{2, 0, "mean, SGD", "mean"}, {3, 0, "sum, SGD", "sum"}},
    [TRIAL_SHARP] = {{0, 0, "MAE", "MAE"}, {1, 0, "MSE", "MSE"}},
    [TRIAL_PCA] = {{-1, 0, "target", "target"}, {0, 0, "linear", "linear"}},
    [TRIAL_TANH] = {{0, 0, "tanh", "tanh"}, {1, 0, "sigmoid", "sigmoid"}},
    [TRIAL_NOISY] = {{-1, 1, "noisy input", "noisy"}, {0, 1, "cleaned", "cleaned"}},
    [TRIAL_ODD] = {{0, 0, "BCE", "BCE"}, {1, 0, "MSE", "MSE"}},
    [TRIAL_VAE_SUM] = {{0, 0, "sum", "sum"}, {1, 0, "mean", "mean"}},
    [TRIAL_VAE_BLUR] = {{0, 0, "BCE", "BCE"}, {2, 0, "MSE, beta 0.3", "MSE, 0.3"}},
};

static const float *find_values(const Frame *frame, int card, const ShownTile *tile)
{
    const TrialFrame *trials = frame->trials;
    if (tile->variant >= 0)
        return trials->has[card][tile->variant] ? trials->p[card][tile->variant][tile->input] : NULL;
    return tile->input == 0 || trials->has[card][0] ? trials->inputs[tile->input] : NULL;
}

// ---- the figure over the seeds ------------------------------------------------------------------------------------

typedef struct Axis {
    float x, width;
    double from, to; // their logarithms where is_log
    bool is_log;
} Axis;

static float axis_x(const Axis *axis, double value)
{
    const double at = axis->is_log ? log(value) : value;
    return axis->x + roundf(axis->width * (float)fmin(1.0, fmax(0.0, (at - axis->from) / (axis->to - axis->from))));
}

static double find_mark(const SayingOutcome *outcome, const TrialRow *row)
{
    switch (row->mark) {
    case TRIAL_MARK_NONE: return NAN;
    case TRIAL_MARK_MEAN_IMAGE: return outcome->mean_image_mse;
    case TRIAL_MARK_PCA: return outcome->pca_mse;
    }
    return NAN;
}

static void widen(double value, double *least, double *most)
{
    if (!isfinite(value))
        return;
    *least = fmin(*least, value);
    *most = fmax(*most, value);
}

// Lines of the plot: the variants, or the two figures of the only one.
typedef struct PlotLine {
    const char *label;
    const double *values; // (TRIAL_SEEDS)
} PlotLine;

static int list_lines(const SayingOutcome *outcome, const TrialRow *row, PlotLine lines[TRIAL_VARIANTS_MAX])
{
    const int count = trial_variant_count(row);
    for (int i = 0; i < count; i++)
        lines[i] = (PlotLine){row->variants[i].label, outcome->figures[row->drawn][i]};
    if (!(row->figures >> TRIAL_NOISY_MSE & 1))
        return count;
    lines[0].label = "clean";
    lines[1] = (PlotLine){"noisy", outcome->figures[TRIAL_NOISY_MSE][0]};
    return 2;
}

// Values that are far apart have a logarithmic axis.
static Axis make_axis(const PlotLine *lines, int count, double mark, float x, float width)
{
    double least = INFINITY, most = -INFINITY;
    widen(mark, &least, &most);
    for (int i = 0; i < count; i++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++)
            widen(lines[i].values[seed], &least, &most);
    if (!isfinite(least))
        least = most = 1.0;
    Axis axis = {.x = x, .width = width, .is_log = least > 0.0 && most > 3.0 * least};
    axis.from = axis.is_log ? log(least) : least;
    axis.to = axis.is_log ? log(most) : most;
    const double margin = fmax(0.08 * (axis.to - axis.from), 1e-6);
    axis.from -= margin;
    axis.to += margin;
    return axis;
}

static void draw_line_of_plot(Panel *panel, Rect line, const PlotLine *of, const Axis *axis, ClaimUnit unit,
                              float names)
{
    Ui *ui = panel->ui;
    const float dot = fminf(ui_px(ui, 7), line.h - 2), middle = line.y + floorf(line.h / 2);
    double mean = 0.0;
    const char *const forms[] = {of->label, ""};
    ui_text(ui, (Rect){line.x, line.y, names, line.h}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, names, forms, 2));
    draw_box(ui->draw, (Rect){axis->x, middle, axis->width, ui_px(ui, 1)}, ui->theme->grid, 0);
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        mean += of->values[seed] / TRIAL_SEEDS;
        if (isfinite(of->values[seed]))
            draw_box(ui->draw,
                     (Rect){axis_x(axis, of->values[seed]) - floorf(dot / 2), middle - floorf(dot / 2), dot, dot},
                     ui->theme->text, dot / 2);
    }
    char text[24];
    claim_format(unit, mean, 0, text);
    const Rect figure = {axis->x + axis->width, line.y, line.x + line.w - axis->x - axis->width, line.h};
    const char *const values[] = {isinf(mean) ? "broke" : text, ""};
    ui_text(ui, figure, FONT_FIGURES, TEXT_SMALL, ui->theme->text, ALIGN_RIGHT,
            ui_choose(ui, FONT_FIGURES, TEXT_SMALL, figure.w, values, 2));
}

static void draw_foot(Panel *panel, Rect rect, const TrialRow *row, bool has_mark)
{
    Ui *ui = panel->ui;
    char text[96], brief[64];
    const char *figure = trial_figure_get(row->drawn)->label,
               *mark = row->mark == TRIAL_MARK_PCA ? "PCA" : "mean image";
    (void)snprintf(text, sizeof text, has_mark ? "%s, each random start; line: %s" : "%s, each random start", figure,
                   mark);
    (void)snprintf(brief, sizeof brief, has_mark ? "%s; line: %s" : "%s", figure, mark);
    const char *const forms[] = {text, brief, figure, ""};
    ui_text(ui, rect, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, rect.w, forms, 4));
}

static void draw_plot(Panel *panel, Rect rect, const SayingOutcome *outcome, const TrialRow *row)
{
    Ui *ui = panel->ui;
    PlotLine lines[TRIAL_VARIANTS_MAX];
    const int count = list_lines(outcome, row, lines);
    const float caption = claim_caption_height(panel), height = rect.h - caption,
                line = floorf(fminf(height / (float)count, ui_px(ui, 26)));
    if (rect.w < ui_px(ui, 120) || line < ui_px(ui, 9))
        return;
    float names = 0;
    for (int i = 0; i < count; i++)
        names = fmaxf(names, ui_text_width(ui, FONT_UI, TEXT_SMALL, lines[i].label) + 1);
    float figures = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, "0.00000") + ui_px(ui, 6);
    const float gap = ui_px(ui, 6), most = 0.7f * rect.w;
    if (names + figures + 2 * gap > most) // figures are at the card's other end, too
        figures = 0;
    if (names + 2 * gap > 0.8f * rect.w)
        names = 0;
    const double mark = find_mark(outcome, row);
    const Axis axis = make_axis(lines, count, mark, rect.x + names + gap, rect.w - names - figures - 2 * gap);
    const float top = rect.y + floorf((height - line * (float)count) / 2);
    if (isfinite(mark))
        draw_box(ui->draw, (Rect){axis_x(&axis, mark), top, ui_px(ui, 1), line * (float)count}, ui->theme->soft, 0);
    for (int i = 0; i < count; i++)
        draw_line_of_plot(panel, (Rect){rect.x, top + (float)i * line, rect.w, line}, &lines[i], &axis,
                          trial_unit(row->drawn), names);
    const float foot = fminf(rect.y + height, top + line * (float)count + floorf(caption / 2));
    draw_foot(panel, (Rect){rect.x, foot, rect.w, caption}, row, isfinite(mark));
}

// ---- errors of what was left out ----------------------------------------------------------------------------------

// Kept ones above the line, those that were left out below it, each as a share of its own kind.
static void draw_errors(Panel *panel, Rect rect, const AurocLoss *errors, const char *label)
{
    Ui *ui = panel->ui;
    const float caption = claim_caption_height(panel), half = floorf((rect.h - caption) / 2);
    const int *const kinds[] = {errors->kept, errors->left_out};
    double most = 0.0;
    double sums[2] = {0.0, 0.0};
    if (rect.w < ui_px(ui, 50) || half < ui_px(ui, 8))
        return;
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < AUROC_BINS; i++)
            sums[kind] += kinds[kind][i];
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < AUROC_BINS; i++)
            most = fmax(most, kinds[kind][i] / fmax(1.0, sums[kind]));
    for (int kind = 0; kind < 2 && most > 0.0; kind++)
        for (int i = 0; i < AUROC_BINS; i++) {
            const float left = roundf(rect.w * (float)i / AUROC_BINS),
                        right = roundf(rect.w * (float)(i + 1) / AUROC_BINS);
            const float bar = roundf(half * (float)(kinds[kind][i] / fmax(1.0, sums[kind]) / most));
            draw_box(ui->draw, (Rect){rect.x + left, kind ? rect.y + half : rect.y + half - bar, right - left, bar},
                     kind ? ui->theme->text : ui->theme->faint, 0);
        }
    draw_box(ui->draw, (Rect){rect.x, rect.y + half, rect.w, ui_px(ui, 1)}, ui->theme->soft, 0);
    char text[64];
    (void)snprintf(text, sizeof text, "%s: error of an image", label);
    const char *const forms[] = {text, label, ""};
    ui_text(ui, (Rect){rect.x, rect.y + rect.h - caption, rect.w, caption}, FONT_UI, TEXT_SMALL, ui->theme->soft,
            ALIGN_LEFT, ui_choose(ui, FONT_UI, TEXT_SMALL, rect.w, forms, 3));
}

// Other digits above, the one that was left out below.
static void draw_kinds(Panel *panel, Rect rect, const SayingOutcome *outcome, const TrialRow *row)
{
    Ui *ui = panel->ui;
    const float gap = ui_px(ui, 14), width = floorf((rect.w - gap) / 2), line = claim_caption_height(panel);
    char odd[24];
    (void)snprintf(odd, sizeof odd, "the %d", row->left_out);
    for (int variant = 0; variant < 2; variant++) {
        const Rect place = {rect.x + (float)variant * (width + gap), rect.y, width, rect.h};
        draw_errors(panel, place, &outcome->errors[variant], row->variants[variant].label);
        const float low = place.y + floorf((rect.h - line) / 2);
        ui_text(ui, (Rect){place.x, place.y, width, line}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, "others");
        ui_text(ui, (Rect){place.x, low + ui_px(ui, 2), width, line}, FONT_UI, TEXT_SMALL, ui->theme->text, ALIGN_RIGHT,
                odd);
    }
}

// ---- all of them --------------------------------------------------------------------------------------------------

// Whether there are weights to draw digits with: a report has none.
static bool has_digits(const Frame *frame, int card)
{
    bool has = false;
    for (int variant = 0; variant < TRIAL_VARIANTS_MAX; variant++)
        has |= frame->trials->has[card][variant];
    return has;
}

void trial_picture(Panel *panel, int card, Rect rect)
{
    const Frame *frame = panel->frame;
    const int saying = claim_page_get(frame->look.claim_page)->sayings[card];
    const TrialRow *row = saying_trial(saying);
    const SayingOutcome *outcome = &frame->sayings->outcomes[saying];
    if (row->left_out >= 0 && outcome->is_measured && outcome->result.verdict != VERDICT_OPEN) {
        draw_kinds(panel, rect, outcome, row);
        return;
    }
    if (outcome->is_measured && !has_digits(frame, card)) {
        draw_plot(panel, rect, outcome, row);
        return;
    }
    ClaimTile tiles[SHOWN];
    for (int i = 0; i < SHOWN; i++) {
        const ShownTile *tile = &shown[saying - CLAIM_COUNT][i];
        tiles[i] = claim_make_picture(find_values(frame, card, tile), MAP_GREY, tile->caption, tile->brief);
    }
    const float pitch = claim_draw_tiles(panel, rect, tiles, SHOWN, frame->is_pad_empty ? 0 : CLAIM_ON_PAD);
    if (pitch > 0 && outcome->is_measured)
        draw_plot(panel, (Rect){rect.x + SHOWN * pitch, rect.y, rect.w - SHOWN * pitch, rect.h}, outcome, row);
}
