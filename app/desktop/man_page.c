// The man page: the help's own texts in the macros of man(7).
#include <stdlib.h>
#include <string.h>

#include "commands/cli_options.h"
#include "desktop/texts.h"
#include "draw/title.h"

// One character for roff: a backslash and a dash stand for something else there, and so does what begins a line.
static void print_character(FILE *stream, char character, bool begins_line)
{
    if (begins_line && (character == '.' || character == '\''))
        (void)fputs("\\&", stream);
    if (character == '\\')
        (void)fputs("\\e", stream);
    else if (character == '-')
        (void)fputs("\\-", stream);
    else
        (void)fputc(character, stream);
}

// Text as it is: its lines are filled by whoever reads them, except in between .nf and .fi.
static void print_text(FILE *stream, const char *text)
{
    for (const char *at = text; *at; at++)
        print_character(stream, *at, at == text || at[-1] == '\n');
}

// An empty line begins a paragraph.
static void print_paragraphs(FILE *stream, const char *text)
{
    for (const char *at = text; *at; at++)
        if (at[0] == '\n' && at[1] == '\n')
            (void)fputs("\n.PP", stream);
        else
            print_character(stream, *at, at == text || at[-1] == '\n');
}

static void print_block(FILE *stream, const char *text)
{
    (void)fputs(".PP\n.nf\n", stream);
    print_text(stream, text);
    (void)fputs(".fi\n", stream);
}

static void print_commands(FILE *stream)
{
    (void)fputs(".SH COMMANDS\n", stream);
    for (Command command = 0; command < COMMAND_COUNT; command++) {
        const CommandText *text = cli_command_text(command);
        (void)fprintf(stream, ".SS \"%s\"\n.B losslens\n", cli_command_name(command));
        print_text(stream, text->usage);
        (void)fputs("\n.PP\n", stream);
        print_paragraphs(stream, text->about);
    }
}

// "of train, shot" below an option that not all commands have.
static void print_owners(FILE *stream, unsigned commands)
{
    if ((commands & (CLI_IN_LINK - 1)) == CLI_IN_LINK - 1)
        return;
    const char *separator = "Of ";
    (void)fputs("\n.br\n", stream);
    for (Command command = 0; command < COMMAND_COUNT; command++)
        if (commands & 1u << command) {
            (void)fprintf(stream, "%s\\fI%s\\fR", separator, cli_command_name(command));
            separator = ", ";
        }
    (void)fputs(".\n", stream);
}

static void print_options(FILE *stream)
{
    int count;
    const OptionRow *rows = cli_option_rows(&count);
    (void)fputs(".SH OPTIONS\nAn option's value may also follow an equals sign: \\-\\-epochs=20.\n", stream);
    for (int i = 0; i < count; i++) {
        char words[WORDS_SIZE], text[1024];
        const char *metavar = cli_metavar(&rows[i], words);
        (void)fputs(".TP\n\\fB", stream);
        print_text(stream, rows[i].name);
        (void)fputs(metavar ? "\\fR " : "\\fR", stream);
        print_text(stream, metavar ? metavar : "");
        (void)fputs("\n", stream);
        cli_expand_help(&rows[i], text, sizeof text);
        print_text(stream, text);
        print_owners(stream, rows[i].commands);
        (void)fputs("\n", stream);
    }
    (void)fputs(".TP\n.BR \\-\\-help \", \" \\-h\nthe help of a command, or of the program\n"
                ".TP\n.B \\-\\-version\nthe program's version\n",
                stream);
}

static void print_spec(FILE *stream)
{
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return;
    cli_print_spec_help(memory);
    if (fclose(memory) == 0) {
        (void)fputs(".SH MODELS\n", stream);
        print_block(stream, text + 1);
    }
    free(text);
}

void man_page_print(FILE *stream)
{
    (void)fputs(".TH LOSSLENS 1 \"\" \"losslens " LOSSLENS_VERSION
                "\" \"User Commands\"\n.SH NAME\nlosslens \\- " LOSSLENS_SUBTITLE "\n.SH SYNOPSIS\n",
                stream);
    for (Command command = 0; command < COMMAND_COUNT; command++) {
        (void)fputs(command ? ".br\n.B losslens\n" : ".B losslens\n", stream);
        print_text(stream, cli_command_text(command)->usage);
        (void)fputs("\n", stream);
    }
    (void)fputs(
        ".br\n.B losslens\n\\-\\-help | \\-\\-version\n.SH DESCRIPTION\n"
        "A laboratory for image autoencoders: small models learn while you watch, from the same initial weights\n"
        "and with the same batches, each with a loss and an output of its own, and draw the same digits on the\n"
        "same scale.\n",
        stream);
    print_commands(stream);
    print_options(stream);
    print_spec(stream);
    (void)fputs(".SH EXAMPLES\n", stream);
    print_block(stream, cli_examples);
    (void)fputs(".SH \"EXIT STATUS\"\n", stream);
    print_text(stream, cli_statuses);
    (void)fputs("\n.SH FILES\n.TP\n.I $XDG_CONFIG_HOME/losslens/settings.json\n"
                "what the window remembers from one start to the next; without that variable below \\fI~/.config\\fR\n",
                stream);
}
