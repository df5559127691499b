// Where things are in the matrix: a line of tools, a head for each loss, a row of targets, one of noisy inputs where
// the models train with noise, a row for each output. Pure arithmetic.
//
// All cells are alike: the own digit, test digits beside it in one row or in two of half its size, figures at the
// right. The number of test digits is the one with which pictures fill most of a cell.
#include <math.h>

#include "panels/layout_parts.h"

enum { LINES_MAX = 2 }; // of test digits beside the own one

// How every cell is divided.
typedef struct CellPlan {
    float own, digit; // sides
    float gap;        // between pictures
    int lines, columns;
} CellPlan;

// Lengths of the view.
typedef struct Plan {
    float tools, title, say, names; // say: height of a column's sentence
    float row_gap, column_gap;
    float figures, gap; // figures: their least width; gap: before them
    float column, row;  // of a cell
    CellPlan cell;
} Plan;

static float cell_width(const CellPlan *plan) { return plan->own + (float)plan->columns * (plan->digit + plan->gap); }

static float cell_area(const CellPlan *plan)
{
    return plan->own * plan->own + (float)(plan->columns * plan->lines) * plan->digit * plan->digit;
}

// The largest pictures of this arrangement that fit.
static CellPlan fit_cell(float width, float height, float gap, int lines, int columns)
{
    const float count = (float)lines, n = (float)columns;
    CellPlan plan = {.gap = gap, .lines = lines, .columns = columns};
    const float own = fminf(height, (width - n * gap + n * (count - 1) * gap / count) / (1 + n / count));
    plan.digit = floorf((own - (count - 1) * gap) / count);
    plan.own = count * plan.digit + (count - 1) * gap;
    return plan;
}

// At least two test digits stand in each cell, in two lines only where they are at least so large.
static CellPlan choose_cell(float width, float height, float gap, float least)
{
    CellPlan best = fit_cell(width, height, gap, 1, 2);
    for (int lines = 1; lines <= LINES_MAX; lines++)
        for (int columns = lines == 1 ? 3 : 1; columns * lines <= PAGE_MAX; columns++) {
            const CellPlan plan = fit_cell(width, height, gap, lines, columns);
            // many digits say more than few that are hardly larger
            const float bonus = lines > best.lines ? 1.1f : 1;
            if (bonus * cell_area(&plan) > cell_area(&best) && (lines == 1 || plan.digit >= least))
                best = plan;
        }
    return best;
}

static int count_bits(unsigned bits)
{
    int count = 0;
    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

// A column's sentence: it names every row, and has no more lines than these leave room for.
static float sentence_height(float column, float scale, bool is_small, int rows)
{
    const float line = roundf(layout_px(TEXT_SMALL, scale) * 1.4f);
    const float length = layout_px((float)(370 + 110 * rows), scale);
    const int most = is_small && rows > 4 ? 2 : 3, wanted = (int)ceilf(length / column);
    return line * (float)(wanted < most ? wanted : most);
}

// heads: rows of what the models are shown, over those of outputs.
static Plan make_plan(Rect area, float scale, bool is_small, int heads, int rows, int columns)
{
    Plan plan = {.tools = layout_px(is_small ? 25 : 30, scale),
                 .title = layout_px(is_small ? 18 : 22, scale),
                 .names = layout_px(is_small ? 76 : 108, scale),
                 .row_gap = layout_px(is_small ? 6 : 10, scale),
                 .column_gap = layout_px(is_small ? 10 : 20, scale),
                 .figures = layout_px(90, scale),
                 .gap = layout_px(is_small ? 7 : 10, scale)};
    plan.column = floorf((area.w - plan.names - (float)(columns - 1) * plan.column_gap + 0.01f) / (float)columns);
    plan.say = sentence_height(plan.column, scale, is_small, rows);
    const float height = area.h - plan.tools - plan.title - plan.say - plan.row_gap,
                width = plan.column - plan.figures - plan.gap;
    const float all = (float)(heads + rows);
    plan.row = floorf((height - (all - 1) * plan.row_gap) / all);
    plan.cell = choose_cell(width, plan.row, fmaxf(1, layout_px(2, scale)), layout_px(50, scale));
    // what is left of the width goes between the pictures of a row
    const float spare = width - cell_width(&plan.cell);
    if (plan.cell.lines == 1)
        plan.cell.gap += floorf(fminf(layout_px(6, scale), spare / (float)(plan.cell.columns + 1)));
    return plan;
}

static MatrixCell place_cell(Rect rect, const Plan *plan)
{
    const CellPlan *cell = &plan->cell;
    const float y = rect.y + floorf((rect.h - cell->own) / 2), width = cell_width(cell);
    MatrixCell out = {
        .rect = rect,
        .pictures = {rect.x, y, width, cell->own},
        .drawn_output = layout_single_cell(rect.x, y, cell->own),
        .output = layout_row(rect.x + cell->own + cell->gap, y, cell->columns, cell->digit, cell->digit + cell->gap)};
    out.output.rows = cell->lines;
    const float x = rect.x + width + plan->gap;
    out.figures = (Rect){x, rect.y, rect.x + rect.w - x, rect.h};
    return out;
}

void layout_place_matrix(Layout *layout, Rect area, float scale, const Look *look)
{
    MatrixLayout *matrix = &layout->matrix;
    matrix->rows = count_bits(look->matrix_outputs);
    matrix->columns = count_bits(look->matrix_losses);
    matrix->has_noisy = look->matrix_has_noise;
    const Plan plan =
        make_plan(area, scale, layout->stage.is_small, matrix->has_noisy ? 2 : 1, matrix->rows, matrix->columns);
    matrix->tools = (Rect){area.x, area.y, area.w, plan.tools};
    const float head = area.y + plan.tools, targets = head + plan.title + plan.say + plan.row_gap;
    const float noisy = targets + plan.row + plan.row_gap, names = plan.names - plan.gap,
                first = matrix->has_noisy ? noisy + plan.row + plan.row_gap : noisy;
    if (matrix->has_noisy)
        matrix->noisy_name = (Rect){area.x, noisy - plan.row_gap / 2, names, plan.row + plan.row_gap};
    matrix->target_name = (Rect){area.x, targets - plan.row_gap / 2, names, plan.row + plan.row_gap};
    for (int row = 0; row < matrix->rows; row++)
        matrix->row_names[row] = (Rect){area.x, first + (float)row * (plan.row + plan.row_gap) - plan.row_gap / 2,
                                        names, plan.row + plan.row_gap}; // from rule to rule
    for (int column = 0; column < matrix->columns; column++) {
        const float x = area.x + plan.names + (float)column * (plan.column + plan.column_gap);
        matrix->column_names[column] = (Rect){x, head, plan.column, plan.title};
        matrix->column_sentences[column] = (Rect){x, head + plan.title, plan.column, plan.say};
        matrix->targets[column] = place_cell((Rect){x, targets, plan.column, plan.row}, &plan);
        if (matrix->has_noisy)
            matrix->noisy[column] = place_cell((Rect){x, noisy, plan.column, plan.row}, &plan);
        for (int row = 0; row < matrix->rows; row++)
            matrix->cells[row][column] =
                place_cell((Rect){x, first + (float)row * (plan.row + plan.row_gap), plan.column, plan.row}, &plan);
    }
    layout->page_count = plan.cell.lines * plan.cell.columns;
}
