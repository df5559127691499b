// The arithmetic of a figure: see layout_figure.h.
#include "panels/layout_figure.h"

#include <assert.h>
#include <math.h>

// At 1920x1080.
enum {
    EDGE = 64,      // left and right
    TITLE_TOP = 24, // the title has two lines' room
    TITLE_BAND = 84,
    PICTURES_TOP = 206,
    LABEL = 92,  // what stands before a row
    BETWEEN = 6, // pictures
    GROUP = 38,  // the least between groups
    BAR_GAP = 14,
    BAR = 20,
    BAR_LABEL = 80, // behind a bar
    BELOW = 184,    // the least for words and plot
    FOOT = 58,
    FOOT_LINE = 31
};

float layout_figure_scale(float width, float height) { return fminf(width / FIGURE_WIDTH, height / FIGURE_HEIGHT); }
int layout_figure_output(int side) { return 1 + side; }
int layout_figure_heat(int sides, int heatmap, int side) { return 1 + sides * (1 + heatmap) + side; }

static float px(float length, float scale) { return roundf(length * scale); }

// Widths of everything but the pictures.
static float fixed_width(int sides, float scale)
{
    const float group = px(GROUP, scale) + (float)(sides - 1) * px(BETWEEN, scale) + px(BAR_GAP, scale) +
                        px(BAR, scale) + px(BAR_LABEL, scale);
    return px(LABEL, scale) + (float)sides * px(BETWEEN, scale) + HEATMAP_COUNT * group;
}

// A multiple of 28 where that costs little: then a pixel of the digit is a square of whole pixels.
static float choose_side(float room)
{
    const float whole = floorf(room / DIGIT_SIDE) * DIGIT_SIDE;
    return whole >= 0.9f * room ? whole : floorf(room);
}

static void place_group(FigureLayout *out, int heatmap, float x)
{
    const float scale = out->scale, step = out->side + px(BETWEEN, scale), top = px(PICTURES_TOP, scale),
                height = (float)out->rows * step - px(BETWEEN, scale),
                end = x + (float)(out->sides - 1) * step + out->side;
    for (int side = 0; side < out->sides; side++) {
        const int column = layout_figure_heat(out->sides, heatmap, side);
        for (int row = 0; row < out->rows; row++)
            out->pictures[row][column] = (Point){x + (float)side * step, top + (float)row * step};
    }
    const float bar = end + px(BAR_GAP, scale), label = bar + px(BAR, scale);
    out->bars[heatmap] = (Rect){bar, top, px(BAR, scale), height};
    out->bar_labels[heatmap] = (Rect){label, top, px(BAR_LABEL, scale), height};
    out->heads[1 + SIDE_COUNT + heatmap] = (Rect){x, 0, label + px(BAR_LABEL, scale) - x, 0};
}

static void place_heads(FigureLayout *out)
{
    const float scale = out->scale, y = px(PICTURES_TOP, scale);
    const float head = y - px(78, scale), note = y - px(42, scale), height = px(34, scale);
    for (int i = 0; i < 1 + SIDE_COUNT; i++)
        out->heads[i] = (Rect){out->pictures[0][i].x, 0, i <= out->sides ? out->side : 0, 0};
    for (int i = 0; i < 1 + SIDE_COUNT + HEATMAP_COUNT; i++) {
        out->heads[i].y = head;
        out->heads[i].h = height;
    }
    for (int i = 0; i < 1 + out->sides * (1 + HEATMAP_COUNT); i++)
        out->notes[i] = (Rect){out->pictures[0][i].x, note, out->side, height};
}

FigureLayout layout_figure(float width, float height, int sides, int rows, int foot_lines)
{
    assert(sides >= 1 && sides <= SIDE_COUNT && rows >= 1 && rows <= FIGURE_ROWS && foot_lines >= 1);
    const float scale = layout_figure_scale(width, height);
    FigureLayout out = {.scale = scale, .rows = rows, .sides = sides};
    const float edge = px(EDGE, scale), top = px(PICTURES_TOP, scale), between = px(BETWEEN, scale),
                inner = width - 2 * edge, foot = px(FOOT, scale) + (float)(foot_lines - 1) * px(FOOT_LINE, scale);
    const float count = 1 + (float)(sides * (1 + HEATMAP_COUNT)), fixed = fixed_width(sides, scale);
    const float room = fminf((inner - fixed) / count,
                             (height - top - px(BELOW, scale) - foot - (float)(rows - 1) * between) / (float)rows);
    out.side = choose_side(room);
    const float group = px(GROUP, scale) + floorf((inner - fixed - count * out.side) / HEATMAP_COUNT);
    const float step = out.side + between, x = edge + px(LABEL, scale);
    for (int row = 0; row < rows; row++) {
        out.labels[row] = (Rect){edge, top + (float)row * step, px(LABEL, scale), out.side};
        for (int i = 0; i <= sides; i++)
            out.pictures[row][i] = (Point){x + (float)i * step, top + (float)row * step};
    }
    float left = x + (float)sides * step + out.side + group;
    const float below = top + (float)rows * step, bottom = height - foot;
    out.words = (Rect){edge, below, left - group / 2 - edge - px(GROUP, scale) / 4, bottom - below};
    out.plot = (Rect){left, below, width - edge - left, bottom - below};
    for (int heatmap = 0; heatmap < HEATMAP_COUNT; heatmap++) {
        place_group(&out, heatmap, left);
        left +=
            (float)(sides - 1) * step + out.side + px(BAR_GAP, scale) + px(BAR, scale) + px(BAR_LABEL, scale) + group;
    }
    place_heads(&out);
    out.title = (Rect){edge, px(TITLE_TOP, scale), inner, px(TITLE_BAND, scale)};
    out.foot = (Rect){edge, bottom, inner, foot};
    return out;
}
