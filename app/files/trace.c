// Writing the trace.
#include "files/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/figures.h"
#include "files/report_json.h"
#include "state/curve.h"
#include "state/saying_cards.h"

static json_t *rect_json(float x, float y, float w, float h)
{
    return json_pack("[i, i, i, i]", (int)x, (int)y, (int)w, (int)h);
}

static json_t *grid_json(const GridLayout *grid)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:f, s:i}", "x", (int)grid->origin.x, "y", (int)grid->origin.y,
                     "columns", grid->columns, "rows", grid->rows, "pixel_px", (int)(grid->side / DIGIT_SIDE), "side",
                     (double)grid->side, "pitch", (int)grid->pitch);
}

static json_t *model_json(const ModelFrame *m)
{
    char spec[SPEC_TEXT_SIZE];
    spec_format(&m->spec, spec, sizeof spec);
    const Snapshot *s = m->snapshot;
    double ink = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        ink += (double)m->pad_p[i] / DIGIT_PIXELS;
    json_t *json = json_pack("{s:s, s:I, s:i, s:I, s:i}", "spec", spec, "step", (json_int_t)s->step, "steps_per_epoch",
                             s->steps_per_epoch, "broken_step", (json_int_t)s->broken_step, "test_epoch",
                             s->test.images ? s->test_epoch : -1);
    report_set(json, "test_step", json_integer(s->test.images ? (json_int_t)s->test_step : -1));
    report_set(json, "pca", json_integer(m->origin ? m->origin->components : 0));
    if (isfinite(ink))
        report_set(json, "pad_output_mean", json_real(ink));
    for (int loss = 0; loss < LOSS_COUNT && s->test.images; loss++) {
        char key[32];
        (void)snprintf(key, sizeof key, "test_%s", loss_get(loss)->key);
        if (isfinite(s->test.mean[loss]))
            report_set(json, key, json_real(s->test.mean[loss]));
    }
    if (s->test.images && isfinite(s->test.sigma))
        report_set(json, "sigma", json_real(s->test.sigma));
    return json;
}

static double mean(const float *values)
{
    double sum = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += (double)values[i] / DIGIT_PIXELS;
    return sum;
}

static json_t *models_json(const Frame *frame)
{
    json_t *models = json_array();
    for (int i = 0; i < frame->model_count; i++)
        (void)json_array_append_new(models, model_json(&frame->models[i]));
    return models;
}

// Rows of cells: whose model each shows, and where.
static json_t *matrix_json(const Frame *frame, const MatrixLayout *matrix)
{
    json_t *rows = json_array();
    for (int row = 0; row < matrix->rows; row++) {
        json_t *cells = json_array();
        for (int column = 0; column < matrix->columns; column++) {
            const MatrixCell *cell = &matrix->cells[row][column];
            (void)json_array_append_new(
                cells, json_pack("{s:i, s:s, s:o, s:o, s:o}", "model", frame->matrix[row][column], "loss",
                                 loss_get(frame->matrix_losses[column])->key, "rect",
                                 rect_json(cell->rect.x, cell->rect.y, cell->rect.w, cell->rect.h), "output",
                                 grid_json(&cell->output), "drawn_output", grid_json(&cell->drawn_output)));
        }
        (void)json_array_append_new(rows, cells);
    }
    return rows;
}

// Where the images of the scene are; those of other scenes have no columns.
static json_t *grids_json(const Layout *layout)
{
    const InspectLayout *inspect = &layout->inspect;
    const StageRow *stage = layout->stage.rows;
    json_t *json = json_pack("{s:o}", "inspect.input", grid_json(&inspect->input));
    for (int side = 0; side < SIDE_COUNT; side++) {
        const struct {
            const char *name;
            const GridLayout *grid;
        } grids[] = {
            {"pad", &stage[side].pictures[0]},
            {"pad.output", &stage[side].pictures[1]},
            {"pad.heat.0", &stage[side].pictures[2]},
            {"pad.heat.1", &stage[side].pictures[3]},
            {"target", &stage[side].set[0]},
            {"output", &stage[side].set[1]},
            {"heat.0", &stage[side].set[2]},
            {"heat.1", &stage[side].set[3]},
            {"inspect.output", &inspect->output[side]},
            {"inspect.heat", &inspect->heatmap[side]},
        };
        for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
            char key[32];
            (void)snprintf(key, sizeof key, "%s.%c", grids[i].name, side == SIDE_A ? 'a' : 'b');
            report_set(json, key, grid_json(grids[i].grid));
        }
    }
    return json;
}

static json_t *moments_json(const Frame *frame)
{
    json_t *steps = json_array();
    for (int i = 0; i < frame->moment_count; i++)
        (void)json_array_append_new(steps, json_integer((json_int_t)frame->moments[i]));
    return steps;
}

// The row that is best in each column, -1 for nobody, and the model that is its column's with another seed.
static json_t *ranks_json(const Frame *frame)
{
    json_t *ranks = json_array();
    for (int column = 0; column < frame->matrix_columns; column++)
        (void)json_array_append_new(
            ranks,
            json_pack("{s:i, s:i, s:b, s:i, s:i}", "best", frame->matrix_ranks[column].best, "tie",
                      (int)frame->matrix_ranks[column].tie, "early", frame->matrix_ranks[column].is_early, "twinned",
                      frame->matrix[frame->matrix_twinned][column], "twin", frame->matrix_twins[column]));
    return ranks;
}

// The code's numbers that were pulled, counted from 0, and the chosen one.
static json_t *code_side_json(const CodeFrame *code, const CodeSide *side)
{
    json_t *pulled = json_array();
    for (int i = 0; i < side->units; i++)
        if (side->is_pulled[i])
            (void)json_array_append_new(pulled, json_integer(i));
    json_t *shown = code->number < side->units ? report_number((double)side->shown[code->number]) : json_null();
    return json_pack("{s:i, s:[f, f], s:o, s:o, s:o, s:o, s:i}", "units", side->units, "axis", (double)side->axis.low,
                     (double)side->axis.high, "pulled", pulled, "shown", shown, "change", report_number(side->change),
                     "decoded_mean", report_number(mean(side->decoded)), "dead",
                     side->facts.images > 0 ? side->facts.dead_count : -1);
}

static json_t *code_json(const Frame *frame)
{
    const CodeFrame *code = frame->code;
    const CodeLook *look = &frame->look.code;
    return json_pack("{s:i, s:b, s:b, s:s, s:s, s:i, s:f, s:i, s:o, s:o}", "number", code->number, "is_chosen",
                     look->number >= 0, "own_axes", (int)code->has_own_axes, "shows",
                     code_images_key((int)look->images), "strip", look->is_walk ? "walk" : "number", "digit",
                     code->digit, "walk", (double)look->walk, "page", look->page, "a",
                     code_side_json(code, &code->sides[SIDE_A]), "b", code_side_json(code, &code->sides[SIDE_B]));
}

static json_t *latent_side_json(const LatentSide *side)
{
    return json_pack("{s:[i, i], s:[o, o], s:[f, f, f, f], s:b, s:b, s:b, s:i, s:i, s:o, s:o}", "numbers",
                     side->numbers[0], side->numbers[1], "point", report_number((double)side->shown[0]),
                     report_number((double)side->shown[1]), "axes", (double)side->axes[0].low,
                     (double)side->axes[0].high, (double)side->axes[1].low, (double)side->axes[1].high, "moved",
                     side->is_moved, "prior", side->has_prior, "grid_current", side->is_grid_current, "points",
                     side->points ? side->points->images : 0, "used", side->used_count, "grid_mean",
                     report_number(mean(side->cells)), "sample_mean", report_number(mean(side->samples)));
}

static json_t *latent_json(const Frame *frame)
{
    return json_pack("{s:i, s:o, s:o}", "draw", frame->look.latent.draw, "a",
                     latent_side_json(&frame->latent->sides[SIDE_A]), "b",
                     latent_side_json(&frame->latent->sides[SIDE_B]));
}

static json_t *look_json(const Frame *frame)
{
    const Look *look = &frame->look;
    json_t *verdicts = json_array();
    const ClaimPage *page = claim_page_get(look->claim_page);
    for (int i = 0; look->scene == SCENE_CLAIMS && i < page->count; i++)
        (void)json_array_append_new(verdicts,
                                    json_string(claim_verdict_name(saying_result(frame, page->sayings[i]).verdict)));
    return json_pack(
        "{s:[s, s], s:[f, f], s:f, s:b, s:f, s:s, s:[i, i], s:s, s:i, s:b, s:i, s:i, s:b, s:f, s:I, s:b, s:b, s:i, "
        "s:i, s:i, s:o, s:s, s:o, s:s}",
        "heatmaps", heatmap_get(look->heatmaps[0])->key, heatmap_get(look->heatmaps[1])->key, "heat_scales",
        (double)look->heat_scales[look->heatmaps[0]], (double)look->heat_scales[look->heatmaps[1]], "binarise",
        (double)look->binarise, "wiped", scene_has(look->scene, SCENE_HAS_WIPE) && look->is_wiped, "wipe",
        (double)look->wipe, "histogram", histogram_key(look->histogram), "brush", look->brush_first, look->brush_last,
        "curve", curve_key(look->curve_loss), "fed_back", look->fed_back, "feeding", frame->is_feeding, "digit",
        look->digit, "pixel", look->pixel, "pinned", look->is_pinned, "t", (double)look->t, "past_step",
        (json_int_t)look->past_step, "past", frame->is_past, "film", frame->is_film, "moments", frame->moment_count,
        "models", frame->model_count, "newest_step", (int)frame->newest_step, "verdicts", verdicts, "claim_page",
        page->key, "measuring",
        frame->sayings->job ? json_string(saying_get(frame->sayings->measuring).key) : json_null(), "show_as",
        show_as_get(look->show_as)->key);
}

json_t *trace_texts(const Ui *ui)
{
    json_t *texts = json_array();
    for (int i = 0; i < ui->text_count; i++) {
        const UiText *t = &ui->texts[i];
        char color[16];
        (void)snprintf(color, sizeof color, "%08x", t->color);
        (void)json_array_append_new(texts,
                                    json_pack("{s:s, s:[f, f, f, f], s:[f, f, f, f], s:s, s:b}", "text", t->text,
                                              "rect", (double)t->rect.x, (double)t->rect.y, (double)t->rect.w,
                                              (double)t->rect.h, "box", (double)t->box.x, (double)t->box.y,
                                              (double)t->box.w, (double)t->box.h, "color", color, "cut", t->is_cut));
    }
    return texts;
}

FILE *trace_open(const char *path, Naming naming, Error *error)
{
    NewFile file;
    if (!new_file_begin(&file, path, naming, error))
        return NULL;
    const int copy = dup(file.fd); // a page's system knows no F_DUPFD_CLOEXEC
    FILE *stream = copy >= 0 && fcntl(copy, F_SETFD, FD_CLOEXEC) == 0 ? fdopen(copy, "w") : NULL;
    if (!stream)
        (void)error_set(error, "%s cannot be written: %s", file_shorten_path(path), strerror(errno));
    if (!stream && copy >= 0)
        (void)close(copy);
    if (new_file_end(&file, stream != NULL, error))
        return stream;
    if (stream)
        (void)fclose(stream);
    return NULL;
}

bool trace_write(FILE *file, const Frame *frame, const Layout *layout, const Ui *ui, double frame_ms, bool has_texts)
{
    json_t *widgets = json_array();
    for (int i = 0; i < ui->widget_count; i++) {
        const Widget *w = &ui->widgets[i];
        (void)json_array_append_new(widgets,
                                    json_pack("{s:s, s:s, s:b, s:o}", "id", w->id, "label", w->label, "on", w->is_on,
                                              "rect", rect_json(w->rect.x, w->rect.y, w->rect.w, w->rect.h)));
    }
    json_t *json =
        json_pack("{s:f, s:s, s:f, s:f, s:b, s:b, s:b, s:b, s:i, s:b, s:i, s:i, s:f, s:f, s:s, s:o, s:o, s:o}", "ms",
                  frame_ms, "view", scene_get(frame->look.scene)->name, "scale", (double)ui->scale, "brush",
                  (double)frame->pad->brush, "playing", frame->is_playing, "busy", frame->is_busy, "data",
                  frame->facts != NULL, "help", frame->popup == POPUP_HELP, "first", frame->first, "shuffled",
                  frame->is_shuffled, "page_count", frame->page_count, "undo", frame->pad->at, "pad_mean",
                  mean(frame->pad_drawn), "samples_per_second", frame->samples_per_second, "message", frame->message,
                  "a", model_json(&frame->models[SIDE_A]), "b", model_json(&frame->models[SIDE_B]), "widgets", widgets);
    report_set(json, "popup", json_string(popup_key(frame->popup)));
    report_set(json, "data_set", report_text(frame->dataset_name));
    report_set(json, "pace", json_string(pace_label(frame->pace)));
    report_set(json, "fullscreen", json_boolean(frame->is_fullscreen));
    report_set(json, "theme", json_string(theme_get(frame->theme)->key));
    report_set(json, "cursor", json_string(cursor_name(ui->cursor)));
    report_set(json, "mouse", json_pack("[i, i]", (int)ui->input.mouse_x, (int)ui->input.mouse_y));
    const Rect window = layout->window;
    report_set(json, "size", json_pack("[i, i]", (int)window.w, (int)window.h));
    report_set(json, "look", look_json(frame));
    report_set(json, "models", models_json(frame));
    report_set(json, "matrix", matrix_json(frame, &layout->matrix));
    report_set(json, "ranks", ranks_json(frame));
    report_set(json, "grids", grids_json(layout));
    report_set(json, "moments", moments_json(frame));
    if (frame->code)
        report_set(json, "code", code_json(frame));
    if (frame->latent)
        report_set(json, "latent", latent_json(frame));
    if (frame->lesson.step)
        report_set(json, "lesson", figures_lesson(frame));
    report_set(json, "hint", json_string(ui->hint));
    report_set(json, "glossary", json_integer(frame->popup == POPUP_GLOSSARY ? frame->glossary : -1));
    if (has_texts)
        report_set(json, "texts", trace_texts(ui));
    report_set(json, "toast", frame->toast->is_shown ? json_string(frame->toast->path) : json_null());
    const Rect toast = layout->toast, small = layout->thumbnail;
    report_set(json, "toast_rect", rect_json(toast.x, toast.y, toast.w, toast.h));
    report_set(json, "toast_thumbnail", rect_json(small.x, small.y, small.w, small.h));
    report_set(json, "field", ui->field.id ? json_string(ui->field.text) : json_null());
    report_set(json, "too_small", json_boolean(layout->is_too_small));
    for (int i = 0; ui->show_focus && i < ui->widget_count; i++)
        if (ui->widget_ids[i] == ui->focus)
            report_set(json, "focus", json_string(ui->widgets[i].id));
    char *text = json_memory_format(json, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (!text) {
        errno = ENOMEM;
        return false;
    }
    const bool is_written = fprintf(file, "%s\n", text) > 0 && fflush(file) == 0;
    const int reason = errno;
    free(text);
    errno = reason;
    return is_written;
}
