// What is written when the program is built and is no part of it: the man page and the tables of the shell's
// completion, from the table of options; the icon.
//
// To add an option, a command: nothing here; both are there as soon as the table has them.
// Thread: the main thread.
#pragma once
#include <stdio.h>

void man_page_print(FILE *stream);
void icon_svg_print(FILE *stream);

// The bash functions _losslens_commands, _losslens_options, _losslens_value, _losslens_operand and _losslens_spec,
// which completion.bash calls and describes.
void completion_print(FILE *stream);
