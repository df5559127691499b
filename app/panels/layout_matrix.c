// Where things are in the matrix. Pure arithmetic.
#include <math.h>

#include "panels/layout_parts.h"

enum { CELL_DIGITS_MAX = 8, FIGURE_ROWS = 5 };

// How a cell of this size is divided. Where it is high enough figures stand above the histogram, else beside it.
typedef struct CellPlan {
    float pad, title, line, gap;
    int pixel_px, digits;     // test digits in each row; the drawing comes behind them
    bool is_stacked, is_flat; // flat: the heatmaps stand beside the outputs, in one row
    float images_width, figures_width, histogram_width;
} CellPlan;

static CellPlan plan_cell(float width, float height, float scale)
{
    CellPlan plan = {.gap = layout_px(4, scale), .digits = 1, .pixel_px = 1};
    const bool is_wide = width > 300 * scale;
    plan.pad = layout_px(height <= 120 * scale ? 4 : is_wide ? 8 : 4, scale);
    plan.title = layout_px(height > 100 * scale ? 16 : 13, scale);
    plan.line = layout_px(height > 150 * scale ? 15 : 12, scale);
    const float inner_w = width - 2 * plan.pad, inner_h = height - 2 * plan.pad - plan.title;
    plan.is_stacked = inner_h >= FIGURE_ROWS * plan.line + layout_px(30, scale);
    plan.is_flat = inner_h < 2 * DIGIT_SIDE + 1;
    plan.figures_width = layout_px(plan.is_flat ? 52 : !plan.is_stacked ? 74 : is_wide ? 96 : 84, scale);
    plan.histogram_width = plan.is_stacked ? plan.figures_width : layout_px(plan.is_flat ? 0 : 40, scale);
    float beside = plan.figures_width + plan.gap;
    if (!plan.is_stacked && !plan.is_flat)
        beside += plan.histogram_width + plan.gap;
    const int rows = plan.is_flat ? 1 : 2, copies = plan.is_flat ? 2 : 1;
    beside += (float)copies * plan.gap; // before the drawing
    for (int pixel_px = 8; pixel_px > 1; pixel_px--) {
        const float cell = (float)(pixel_px * DIGIT_SIDE + 1);
        if (cell * (float)rows <= inner_h && 3 * cell * (float)copies <= inner_w - beside) {
            plan.pixel_px = pixel_px;
            break;
        }
    }
    const float cell = (float)(plan.pixel_px * DIGIT_SIDE + 1);
    const int fit = (int)((inner_w - beside) / cell / (float)copies) - 1;
    plan.digits = fit < 1 ? 1 : fit > CELL_DIGITS_MAX ? CELL_DIGITS_MAX : fit;
    plan.images_width = (float)copies * (cell * (float)(plan.digits + 1) + plan.gap);
    return plan;
}

static GridLayout row_of(float x, float y, int columns, float side)
{
    GridLayout grid = layout_single_cell(x, y, side);
    grid.columns = columns;
    grid.pitch += 1;
    return grid;
}

// Many losses or outputs in a small window: a grid that has no room is left out.
static void keep_inside(GridLayout *grid, const CellPlan *plan, Rect rect)
{
    const float right = grid->origin.x + grid->pitch * (float)grid->columns;
    if (right > rect.x + rect.w - plan->pad + 1 || grid->origin.y + grid->pitch > rect.y + rect.h + 1)
        grid->columns = 0;
}

static MatrixCell place_cell(Rect rect, const CellPlan *plan)
{
    MatrixCell cell = {.rect = rect};
    const float x = rect.x + plan->pad, y = rect.y + plan->pad + plan->title;
    const float side = (float)(plan->pixel_px * DIGIT_SIDE), pitch = side + 1, bottom = rect.y + rect.h - plan->pad;
    const float row = pitch * (float)(plan->digits + 1) + plan->gap; // the drawing stands apart
    const float heat_x = plan->is_flat ? x + row : x, heat_y = plan->is_flat ? y : y + pitch;
    cell.title = (Rect){x, rect.y + plan->pad / 2, rect.w - 2 * plan->pad, plan->title};
    cell.output = row_of(x, y, plan->digits, side);
    cell.heatmap = row_of(heat_x, heat_y, plan->digits, side);
    cell.drawn_output = row_of(x + row - pitch, y, 1, side);
    cell.drawn_heatmap = row_of(heat_x + row - pitch, heat_y, 1, side);
    GridLayout *const grids[] = {&cell.output, &cell.heatmap, &cell.drawn_output, &cell.drawn_heatmap};
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++)
        keep_inside(grids[i], plan, rect);
    const float left = x + plan->images_width + plan->gap;
    const float figures_height = fminf(FIGURE_ROWS * plan->line, bottom - y);
    if (plan->is_stacked) {
        const float width = rect.x + rect.w - plan->pad - left;
        cell.figures = (Rect){left, y, width, figures_height};
        cell.histogram = (Rect){left, y + figures_height + plan->gap, width, bottom - y - figures_height - plan->gap};
    } else {
        const float histogram = plan->is_flat ? 0 : plan->histogram_width + plan->gap;
        cell.histogram = (Rect){left, y, plan->histogram_width, bottom - y};
        cell.figures = (Rect){left + histogram, y, rect.x + rect.w - plan->pad - left - histogram, figures_height};
    }
    return cell;
}

static int count_bits(unsigned bits)
{
    int count = 0;
    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

void layout_place_matrix(Layout *layout, Rect area, float scale, const Look *look)
{
    MatrixLayout *matrix = &layout->matrix;
    matrix->rows = count_bits(look->matrix_outputs);
    matrix->columns = count_bits(look->matrix_losses);
    const float gap = layout_px(6, scale), names = layout_px(58, scale), header = layout_px(26, scale);
    matrix->choices = (Rect){area.x, area.y, area.w, header};
    const float title = layout_px(20, scale), top = area.y + header + title;
    const float width = floorf((area.w - names - (float)(matrix->columns - 1) * gap) / (float)matrix->columns);
    const float height = floorf((area.y + area.h - top - (float)(matrix->rows - 1) * gap) / (float)matrix->rows);
    const CellPlan plan = plan_cell(width, height, scale);
    for (int row = 0; row < matrix->rows; row++) {
        const float y = top + (float)row * (height + gap);
        matrix->row_names[row] = (Rect){area.x, y, names - gap, height};
        for (int column = 0; column < matrix->columns; column++) {
            const float x = area.x + names + (float)column * (width + gap);
            matrix->column_names[column] = (Rect){x, area.y + header, width, title};
            matrix->cells[row][column] = place_cell((Rect){x, y, width, height}, &plan);
        }
    }
    layout->page_count = plan.digits;
}
