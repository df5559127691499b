// The program that writes them: write_texts man > losslens.1, write_texts completion > tables.
#include <string.h>

#include "desktop/texts.h"

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "man") == 0)
        man_page_print(stdout);
    else if (argc == 2 && strcmp(argv[1], "completion") == 0)
        completion_print(stdout);
    else
        return 2;
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
