// The program that writes them: write_texts man > losslens.1, and so on.
#include <string.h>

#include "desktop/texts.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(FILE *stream);
    } texts[] = {{"man", man_page_print}, {"completion", completion_print}, {"icon", icon_svg_print}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (argc == 2 && strcmp(argv[1], texts[i].name) == 0) {
            texts[i].print(stdout);
            return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
        }
    return 2;
}
