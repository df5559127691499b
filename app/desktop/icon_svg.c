// The icon as SVG.
#include "desktop/texts.h"
#include "draw/icon.h"

static void print_rect(FILE *stream, int x, int y, int width, int height, Color color)
{
    (void)fprintf(stream, "  <rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"", x, y, width, height,
                  color >> 8);
}

void icon_svg_print(FILE *stream)
{
    (void)fprintf(stream,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"256\" height=\"256\" viewBox=\"0 0 %d %d\">\n",
                  ICON_UNITS, ICON_UNITS);
    print_rect(stream, 0, 0, ICON_UNITS, ICON_UNITS, icon_ground());
    (void)fprintf(stream, " rx=\"%d\"/>\n", ICON_RADIUS);
    for (int i = 0; i < ICON_ROWS * ICON_COLUMNS; i++) {
        const int row = i / ICON_COLUMNS, column = i % ICON_COLUMNS;
        if (icon_color(row, column) == icon_ground())
            continue;
        print_rect(stream, ICON_LEFT + column * ICON_PIXEL, ICON_TOP + row * ICON_PIXEL, ICON_PIXEL, ICON_PIXEL,
                   icon_color(row, column));
        (void)fputs("/>\n", stream);
    }
    (void)fputs("</svg>\n", stream);
}
