// The tables of the completion: bash functions that only echo.
//
// To add a kind of option: a case in print_value.
#include <ctype.h>
#include <string.h>

#include "commands/cli_options.h"
#include "desktop/texts.h"

static void print_words(FILE *stream, Words *words)
{
    for (int i = 0; words(i); i++)
        (void)fprintf(stream, " %s", words(i));
}

// One of a metavar's alternatives: a word is itself, FILE.png a file of that kind, DIR a folder, FILE a file, PATH
// either, and any other name stands for something that nobody can guess.
static void print_alternative(FILE *stream, const char *text, size_t length)
{
    const char *dot = memchr(text, '.', length);
    if (islower((unsigned char)text[0]))
        (void)fprintf(stream, " %.*s", (int)length, text);
    else if (dot)
        (void)fprintf(stream, " <file:%.*s>", (int)(length - (size_t)(dot + 1 - text)), dot + 1);
    else if (length == 3 && memcmp(text, "DIR", 3) == 0)
        (void)fputs(" <dir>", stream);
    else if (length >= 4 && (memcmp(text, "FILE", 4) == 0 || memcmp(text, "PATH", 4) == 0))
        (void)fputs(" <file>", stream);
}

static void print_alternatives(FILE *stream, const char *text)
{
    for (size_t length; *text; text += length + (text[length] == '|')) {
        length = strcspn(text, "|");
        print_alternative(stream, text, length);
    }
}

static void print_value(FILE *stream, const OptionRow *row)
{
    switch (row->kind) {
    case KIND_FLAG:
    case KIND_LINE:
    case KIND_WHOLE:
    case KIND_REAL:
    case KIND_SIZE:
    case KIND_DRAWING:
    case KIND_PIXEL:
    case KIND_RANGE:
    case KIND_PLANE:
    case KIND_PULLS: return;
    case KIND_CHOICE: print_words(stream, row->words); return;
    case KIND_HEATS:
    case KIND_SET:
        (void)fputs(" <list>", stream);
        print_words(stream, row->words);
        return;
    case KIND_MODEL:
    case KIND_SPEC: (void)fputs(" <spec>", stream); return;
    case KIND_TEXT:
    case KIND_DATA:
    case KIND_WORD: print_alternatives(stream, row->metavar); return;
    }
}

// A function that echoes something for each command or option.
static void begin_function(FILE *stream, const char *name)
{
    (void)fprintf(stream, "\n_losslens_%s() {\n    case \"$*\" in\n", name);
}

static void end_function(FILE *stream) { (void)fputs("    *) return 1 ;;\n    esac\n}\n", stream); }

static void print_option_names(FILE *stream)
{
    int count;
    const OptionRow *rows = cli_option_rows(&count);
    begin_function(stream, "options");
    for (Command command = 0; command < COMMAND_COUNT; command++) {
        (void)fprintf(stream, "    \"%s\") echo \"", cli_command_name(command));
        for (int i = 0; i < count; i++)
            if (rows[i].commands & 1u << command)
                (void)fprintf(stream, "%s ", rows[i].name);
        (void)fputs("--help\" ;;\n", stream);
    }
    end_function(stream);
}

static void print_option_values(FILE *stream)
{
    int count;
    char words[WORDS_SIZE];
    const OptionRow *rows = cli_option_rows(&count);
    begin_function(stream, "value");
    for (int i = 0; i < count; i++) {
        if (!cli_metavar(&rows[i], words))
            continue;
        const char *separator = "    ";
        for (Command command = 0; command < COMMAND_COUNT; command++)
            if (rows[i].commands & 1u << command) {
                (void)fprintf(stream, "%s\"%s %s\"", separator, cli_command_name(command), rows[i].name);
                separator = " | ";
            }
        (void)fputs(") echo \"", stream);
        print_value(stream, &rows[i]);
        (void)fputs("\" ;;\n", stream);
    }
    end_function(stream);
}

// What stands in a usage behind its options and is no option.
static void print_operands(FILE *stream)
{
    static const char options[] = "[OPTION]...";
    begin_function(stream, "operand");
    for (Command command = 0; command < COMMAND_COUNT; command++) {
        const char *at = strstr(cli_command_text(command)->usage, options);
        at = at ? at + strlen(options) : "";
        while (*at == ' ' || *at == '[')
            at++;
        if (!*at || *at == '-')
            continue;
        char operand[80];
        (void)snprintf(operand, sizeof operand, "%.*s", (int)strcspn(at, " ]"), at);
        (void)fprintf(stream, "    \"%s\") echo \"", cli_command_name(command));
        print_alternatives(stream, operand);
        (void)fputs("\" ;;\n", stream);
    }
    end_function(stream);
}

static void print_spec_keys(FILE *stream)
{
    begin_function(stream, "spec");
    (void)fputs("    \"\") echo \"", stream);
    print_words(stream, words_spec_keys);
    (void)fputs("\" ;;\n", stream);
    for (int i = 0; words_spec_keys(i); i++) {
        Words *words = words_of_spec(words_spec_keys(i));
        if (!words)
            continue;
        (void)fprintf(stream, "    %s) echo \"", words_spec_keys(i));
        print_words(stream, words);
        (void)fputs("\" ;;\n", stream);
    }
    end_function(stream);
}

void completion_print(FILE *stream)
{
    (void)fputs("\n_losslens_commands() {\n    printf '%s\\n'", stream);
    for (Command command = 0; command < COMMAND_COUNT; command++)
        (void)fprintf(stream, " \"%s\"", cli_command_name(command));
    (void)fputs("\n}\n", stream);
    print_option_names(stream);
    print_option_values(stream);
    print_operands(stream);
    print_spec_keys(stream);
}
