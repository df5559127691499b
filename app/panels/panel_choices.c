// A choice of many options: in as many lines as they need, each a group of chips.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

// How many of them, from the first on, fit into a line; one at least.
static int count_fitting(Ui *ui, const char *const *labels, int count, float width)
{
    int fitting = count;
    while (fitting > 1 && ui_choice_width(ui, labels, fitting) > width)
        fitting--;
    return fitting;
}

int panel_choice_lines(Panel *panel, const char *const *labels, int count, float width)
{
    int lines = 0;
    for (int first = 0; first < count; lines++)
        first += count_fitting(panel->ui, labels + first, count - first, width);
    return lines;
}

int panel_choices(Panel *panel, const char *id, Rect line, float pitch, const char *const *labels, int count,
                  int chosen, Color accent, WidgetState *states)
{
    Ui *ui = panel->ui;
    int picked = -1, lines = 0;
    for (int first = 0; first < count; lines++) {
        const int fitting = count_fitting(ui, labels + first, count - first, line.w);
        const float width = fminf(line.w, ui_choice_width(ui, labels + first, fitting));
        char part[40]; // words of a widget are found by the start of its id
        (void)snprintf(part, sizeof part, lines > 0 ? "%s.%d" : "%s", id, lines);
        const bool has_chosen = chosen >= first && chosen < first + fitting;
        const int at = ui_choice_states(ui, part, (Rect){line.x, line.y, width, line.h}, labels + first, fitting,
                                        has_chosen ? chosen - first : -1, accent, states + first);
        picked = at < 0 ? picked : first + at;
        first += fitting;
        line.y += pitch;
    }
    return picked;
}
