// `losslens view` as a page drives it: no thread but this one, and between the frames slices of training and measuring.
// For driven_test.py. Prints what its longest slice took at the end.
#include <stdio.h>
#include <time.h>

#include "commands/commands.h"
#include "commands/view.h"

static const double SLICE_MS = 4;

// Of this thread, ms: other programs do not count.
static double processor_time(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

int main(int argc, char **argv)
{
    static Options options;
    Error error = {""};
    int status = EXIT_USAGE, rest = 0, next;
    double longest = 0;
    if (cli_parse(argc, argv, NULL, &options, &error) != CLI_RUN || options.command != COMMAND_VIEW ||
        !engine_select_isa(options.isa, &error))
        return command_fail(EXIT_USAGE, "%s", error.text);
    options.is_driven = true;
    View *view = view_open(&options, &status);
    if (!view)
        return status;
    while (view_frame(view, rest, &next)) {
        const double start = processor_time();
        rest = view_serve(view, SLICE_MS);
        const double took = processor_time() - start;
        longest = took > longest ? took : longest;
    }
    (void)fprintf(stderr, "longest slice: %.1f ms\n", longest);
    return view_close(view);
}
