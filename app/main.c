// losslens: the entry point. Reads the command line, chooses the processor's instructions, runs the command.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/commands.h"

// Where a standard stream is closed, the next file that is opened takes its number and would receive what is printed.
// Read-only, so that printing into it still fails, and says so.
static void occupy_streams(void)
{
    for (int file = 0; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0)
            (void)open("/dev/null", O_RDONLY);
}

static int run_command(const Options *options)
{
    switch (options->command) {
    case COMMAND_TRAIN: return train_run(options);
    case COMMAND_SHOT: return shot_run(options);
    case COMMAND_FILM: return film_run(options);
    case COMMAND_REPORT: return report_run(options);
    case COMMAND_EVAL: return eval_run(options);
    case COMMAND_CODE: return code_run(options);
    case COMMAND_DATA:
    case COMMAND_DATA_EXPORT: return data_run(options);
    case COMMAND_DATA_FETCH:
    case COMMAND_DATA_LIST: return data_sets_run(options);
    default: return view_run(options);
    }
}

static int refuse_usage(const Options *options, const Error *error)
{
    const bool has_command = options->command != COMMAND_COUNT;
    (void)command_fail(EXIT_USAGE, "%s", error->text);
    (void)fprintf(stderr, "try 'losslens %s%s--help'\n", has_command ? cli_command_name(options->command) : "",
                  has_command ? " " : "");
    return EXIT_USAGE;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

// Where there is a picture whose settings stand behind the options, these are read once more with it. One of another
// program that the window is given is a drawing for the pad, and what is no picture is left to the window.
static int follow_picture(int argc, char **argv, Options *options)
{
    static CaptureState state;
    Error error;
    const bool is_operand = options->command == COMMAND_VIEW && options->operand;
    const char *path = is_operand ? options->operand : options->from;
    if (!path || (is_operand && is_folder(path)))
        return EXIT_OK;
    const CaptureReading reading = capture_read_settings(path, &state, &error);
    if (reading == CAPTURE_FOREIGN && is_operand && !options->digit) {
        options->digit = path;
        return EXIT_OK;
    }
    if (reading == CAPTURE_NO_PNG && is_operand)
        return EXIT_OK;
    if (reading != CAPTURE_READ)
        return command_fail(EXIT_FAILED, "%s", error.text);
    command_tell(&state.notices);
    return cli_parse(argc, argv, &state, options, &error) == CLI_RUN ? EXIT_OK : refuse_usage(options, &error);
}

int main(int argc, char **argv)
{
    Options options;
    Error error;
    occupy_streams();
    // Longer than anything that is printed at once: where it cannot be written, the last flush knows why.
    static char output[65536];
    if (isatty(STDOUT_FILENO) != 1)
        (void)setvbuf(stdout, output, _IOFBF, sizeof output);
    (void)json_memory_watch();
    (void)signal(SIGPIPE, SIG_IGN); // a closed pipe is then an error of the write that hits it
    (void)signal(SIGXFSZ, SIG_IGN); // and so is a file that may not grow
    switch (cli_parse(argc, argv, NULL, &options, &error)) {
    case CLI_HELP: cli_print_help(stdout, options.command); return command_finish_output();
    case CLI_VERSION: (void)printf("losslens %s\n", LOSSLENS_VERSION); return command_finish_output();
    case CLI_USAGE: return refuse_usage(&options, &error);
    case CLI_RUN: break;
    }
    const int status = follow_picture(argc, argv, &options);
    if (status != EXIT_OK)
        return status;
    if (!engine_select_isa(options.isa, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    return run_command(&options);
}
