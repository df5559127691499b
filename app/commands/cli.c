// Command line: the parser. The table: cli_options.c; what options decide together: cli_settle.c; the help: cli_help.c.
#include "commands/cli.h"

#include <stdio.h>
#include <string.h>

#include "commands/cli_options.h"
#include "commands/link.h"

// ---- what is not given --------------------------------------------------------------------------------------------

static void fill_defaults(Options *out)
{
    (void)spec_parse(&out->a, "loss=bce,output=sigmoid", NULL);
    (void)spec_parse(&out->b, "loss=mse,output=sigmoid", NULL);
    out->model = spec_default();
    out->isa = "auto";
    out->epochs = out->command == COMMAND_SHOT                                     ? 5
                  : out->command == COMMAND_FILM || out->command == COMMAND_REPORT ? 20
                                                                                   : 50;
    out->look = look_default();
    out->step = out->first = out->pause = -1;
    code_pulls_clear(&out->pulls, -1, -1);
    out->preset = -1;
    out->lesson_step = 1;
    out->pace = PACE_FULL;
    out->seeds = 3;
    out->fps = 8.0f;
    out->width = CLI_WINDOW_WIDTH;
    out->height = CLI_WINDOW_HEIGHT;
    out->display_scale = 1.0f;
}

// A film of a picture's models ends where they are in it.
static int count_epochs(const SavedState *saved)
{
    int most = 0;
    for (int i = 0; i < saved->model_count; i++)
        most = saved->models[i].epochs > most ? saved->models[i].epochs : most;
    most = most > 0 ? most : saved->epochs;
    return most > 0 ? most : 1;
}

void cli_fill_state(Options *out, const CaptureState *state)
{
    const SavedState *saved = &state->saved;
    out->state = state;
    out->a = saved->specs[SIDE_A];
    out->b = saved->specs[SIDE_B];
    out->data = state->data.is_builtin ? NULL : state->data.path;
    out->reading = state->data.reading;
    out->limit = state->data.limit;
    out->no_shuffle = state->data.is_in_order;
    const bool is_film = out->command == COMMAND_FILM;
    out->epochs = is_film ? count_epochs(saved) : saved->epochs;
    out->look = saved->look;
    out->step = is_film ? -1 : (int)saved->look.past_step;
    out->preset = saved->preset;
    out->pace = saved->pace;
    out->theme = state->theme;
    out->width = state->window.width;
    out->height = state->window.height;
    out->scale = state->window.user_scale;
    out->display_scale = state->window.display_scale;
    out->is_figure = state->is_figure && out->command == COMMAND_SHOT;
    if (state->is_figure && !state->figure.has_own_title)
        out->title = state->figure.title;
}

// ---- arguments ----------------------------------------------------------------------------------------------------

static bool refuse_option(Command command, const char *name, size_t length, Error *error)
{
    char owners[80] = "", allowed[480];
    const int shown = (int)(length < 60 ? length : 60);
    for (Command other = 0; other < COMMAND_COUNT; other++)
        if (cli_find_row(other, name, length) >= 0) {
            const size_t used = strlen(owners);
            (void)snprintf(owners + used, sizeof owners - used, "%s%s", used ? ", " : "", cli_command_name(other));
        }
    cli_list_options(command, allowed, sizeof allowed);
    if (*owners)
        return error_set(error, "%.*s is an option of %s; %s takes %s", shown, name, owners, cli_command_name(command),
                         allowed);
    return error_set(error, "unknown option '%.*s'; %s takes %s", shown, name, cli_command_name(command), allowed);
}

// A value may begin with a dash (--page -1 deserves the sentence about its range), but an option's own name is no
// value.
static bool looks_like_option(Command command, const char *text)
{
    return strncmp(text, "--", 2) == 0 || cli_find_row(command, text, strlen(text)) >= 0;
}

// Reads the option at argv[0] and moves *used past it and its value.
static bool read_option(int argc, char **argv, int *used, Options *out, Error *error)
{
    const char *name = argv[0];
    const char *equals = strncmp(name, "--", 2) == 0 ? strchr(name, '=') : NULL;
    const size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const int index = cli_find_row(out->command, name, length);
    if (index < 0)
        return refuse_option(out->command, name, length, error);
    int count;
    const OptionRow *row = &cli_option_rows(&count)[index];
    if (out->given[index])
        return error_set(error, "%s is given twice", row->name);
    char metavar[WORDS_SIZE];
    const bool takes_value = cli_metavar(row, metavar) != NULL;
    if (!takes_value && equals)
        return error_set(error, "%s takes no value, and '%.60s' was given", row->name, equals + 1);
    const char *value = equals ? equals + 1 : NULL;
    *used = 1;
    if (takes_value && !equals) {
        if (argc < 2 || looks_like_option(out->command, argv[1]))
            return error_set(error, "%s needs a value: %s %s", row->name, row->name, cli_metavar(row, metavar));
        value = argv[1];
        *used = 2;
    }
    out->given[index] = true;
    return cli_read_value(row, out, value, error);
}

static bool read_operand(const char *text, Options *out, Error *error)
{
    static const char *const operands[COMMAND_COUNT] = {[COMMAND_EVAL] = "model",
                                                        [COMMAND_CODE] = "framework",
                                                        [COMMAND_DATA_EXPORT] = "folder",
                                                        [COMMAND_DATA_FETCH] = "data set",
                                                        [COMMAND_VIEW] = "file"};
    if (!operands[out->command])
        return error_set(error, "unexpected argument '%.60s': %s takes options alone", text,
                         cli_command_name(out->command));
    if (out->operand)
        return error_set(error, "unexpected argument '%.60s': %s takes one %s, and that was '%.60s'", text,
                         cli_command_name(out->command), operands[out->command], out->operand);
    if (!*text)
        return error_set(error, "%s needs a path, and an empty one was given", cli_command_name(out->command));
    out->operand = text;
    return true;
}

// The command at the front; returns how many arguments name it, -1 if that is no command.
static int read_command(int argc, char **argv, Command *out, Error *error)
{
    *out = COMMAND_VIEW;
    if (argc < 2 || argv[1][0] == '-' || link_is(argv[1]))
        return 0;
    int named = 0;
    for (Command command = 0; command < COMMAND_COUNT; command++) {
        const char *name = cli_command_name(command), *space = strchr(name, ' ');
        const size_t length = space ? (size_t)(space - name) : strlen(name);
        if (strlen(argv[1]) != length || memcmp(argv[1], name, length) != 0 ||
            (space && (argc < 3 || strcmp(argv[2], space + 1) != 0)))
            continue;
        *out = command;
        named = space ? 2 : 1;
    }
    if (named)
        return named;
    error_set(error, "unknown command '%.60s': expected view, train, shot, film, report, eval, code or data", argv[1]);
    *out = COMMAND_COUNT;
    return -1;
}

// A link says what no option has said.
static bool follow_link(Options *out, Error *error)
{
    const char **place = out->command == COMMAND_VIEW ? &out->operand : &out->from;
    if (!*place || !link_is(*place))
        return true;
    out->link = *place;
    *place = NULL;
    return link_read(out->link, out, error);
}

CliResult cli_parse(int argc, char **argv, const CaptureState *state, Options *out, Error *error)
{
    *out = (Options){0};
    const int named = read_command(argc, argv, &out->command, error);
    if (named < 0)
        return CLI_USAGE;
    fill_defaults(out);
    if (state)
        cli_fill_state(out, state);
    bool options_ended = false;
    for (int i = 1 + named, used = 1; i < argc; i += used, used = 1) {
        const char *text = argv[i];
        if (!options_ended && (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0)) {
            out->command = named ? out->command : COMMAND_COUNT;
            return CLI_HELP;
        }
        if (!options_ended && strcmp(text, "--version") == 0)
            return CLI_VERSION;
        if (!options_ended && strcmp(text, "--") == 0) {
            options_ended = true;
            continue;
        }
        const bool is_option = !options_ended && text[0] == '-' && text[1];
        if (!(is_option ? read_option(argc - i, argv + i, &used, out, error) : read_operand(text, out, error)))
            return CLI_USAGE;
    }
    if (!follow_link(out, error))
        return CLI_USAGE;
    return cli_settle(out, error) ? CLI_RUN : CLI_USAGE;
}
