// Command code: a model as a script.
#include <stdio.h>
#include <stdlib.h>

#include "commands/commands.h"
#include "files/code.h"

int code_run(const Options *options)
{
    char *text = code_format(options->framework, &options->model);
    if (!text)
        return command_fail(EXIT_FAILED, "out of memory: the script");
    (void)fputs(text, stdout);
    free(text);
    return command_finish_output();
}
