// The table of options (cli_options.c), shared by the parser (cli.c), the help (cli_help.c), links (link.c), the man
// page and the shell's completion (app/desktop).
//
// To add an option: a field in Options, a row in cli_options.c. An option that means something else to another command
// has a row for each.
#pragma once
#include <stddef.h>

#include "commands/cli.h"
#include "commands/cli_words.h"

typedef enum OptionKind {
    KIND_FLAG,    // bool, without a value
    KIND_TEXT,    // const char *, not empty
    KIND_LINE,    // const char *: low .. high bytes of UTF-8 without control characters
    KIND_DATA,    // const char *; "builtin" stands for NULL
    KIND_WORD,    // const char *, one of the words in metavar, which '|' separates
    KIND_CHOICE,  // int: the index among the option's words
    KIND_WHOLE,   // int in low .. high
    KIND_REAL,    // float in low .. high
    KIND_SPEC,    // Spec; low: its place in Options.said
    KIND_MODEL,   // the same, a file's path, or "pca"
    KIND_SIZE,    // two ints, at least low x high
    KIND_HEATS,   // int[HEATMAP_COUNT]: one or two of the table's modes
    KIND_SET,     // unsigned: bits of some of the option's words
    KIND_DRAWING, // PadState, as capture_pack_drawing has it
    KIND_PIXEL,   // int: row * 28 + column
    KIND_RANGE,   // two ints: bins of the histogram
    KIND_PLANE,   // int[SIDE_COUNT][LATENT_AXES]: numbers of a code, from 0; -1: none
    KIND_PULLS    // CodePulls
} OptionKind;

// Of an option of view: a link may say it (link.h). None that names a file.
enum { CLI_IN_LINK = 1 << COMMAND_COUNT };

typedef struct OptionRow {
    const char *name;
    const char *metavar; // NULL: no value, or for KIND_CHOICE all its words
    unsigned commands;   // bits 1 << Command; CLI_IN_LINK
    OptionKind kind;
    size_t offset; // of the field in Options
    double low, high;
    const char *help; // lines after the first are indented by whoever prints them; %w: the option's words
    Words *words;     // NULL: it has none
} OptionRow;

enum { WORDS_SIZE = 320, CLI_VALUE_SIZE = 2048 }; // of all words of an option, of a value

// What stands for the value: metavar, or the words with bars between; NULL: it takes none.
const char *cli_metavar(const OptionRow *row, char text[WORDS_SIZE]);

const OptionRow *cli_option_rows(int *count);

// A figure's longest --title and least --size; the least and the largest --size of everything else.
enum { TITLE_BYTES = 200 };
enum { FIGURE_WIDTH_MIN = 800, FIGURE_HEIGHT_MIN = 450 };
enum { CLI_WINDOW_WIDTH = 1440, CLI_WINDOW_HEIGHT = 900 }; // where it is not given
enum { CLI_WIDTH_MIN = 960, CLI_HEIGHT_MIN = 600, CLI_WIDTH_MAX = 7680, CLI_HEIGHT_MAX = 4320 };

// What options decide together, once all are read. False after a sentence: they do not go with each other.
bool cli_settle(Options *out, Error *error);

// Reads an option's value into its field. False where it is none: the sentence says what was expected.
bool cli_read_value(const OptionRow *row, Options *out, const char *value, Error *error);

// The other way: the value as text that reads back to the same, "" of a flag. False where the field has none that the
// option could be given, as before it was.
bool cli_format_value(const OptionRow *row, const Options *options, char text[CLI_VALUE_SIZE]);

// The row of this option of the command; -1: it has none.
int cli_find_row(Command command, const char *name, size_t length);

// "--data, --model and --epochs": the options that the command has.
void cli_list_options(Command command, char *text, size_t size);

// What a command is, as its help says it; the command's usage is what follows "losslens ".
typedef struct CommandText {
    const char *usage, *summary, *about;
} CommandText;

const CommandText *cli_command_text(Command command);

// The option's help with its words in the place of %w.
void cli_expand_help(const OptionRow *row, char *text, size_t size);

// What a SPEC may be: lines, the first one empty.
void cli_print_spec_help(FILE *stream);

extern const char cli_examples[]; // a line each, indented
extern const char cli_statuses[]; // of the exit
