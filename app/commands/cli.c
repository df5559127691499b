// Command line: the table of options and the parser. The help that comes from the same table: cli_help.c.
#include "commands/cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cli_options.h"
#include "commands/link.h"
#include "draw/theme.h"
#include "files/code.h"

enum {
    VIEW = 1 << COMMAND_VIEW,
    TRAIN = 1 << COMMAND_TRAIN,
    SHOT = 1 << COMMAND_SHOT,
    FILM = 1 << COMMAND_FILM,
    REPORT = 1 << COMMAND_REPORT,
    EVAL = 1 << COMMAND_EVAL,
    CODE = 1 << COMMAND_CODE,
    DATA = 1 << COMMAND_DATA,
    EXPORT = 1 << COMMAND_DATA_EXPORT,
    FETCH = 1 << COMMAND_DATA_FETCH,
    LIST = 1 << COMMAND_DATA_LIST,
    PICTURE = VIEW | SHOT | FILM,
    LINK = CLI_IN_LINK,
    EVERY = PICTURE | REPORT | TRAIN | EVAL | DATA | EXPORT,
    EPOCHS_MAX = 100000,
    WINDOW_WIDTH = 1440,
    WINDOW_HEIGHT = 900
};

#define FIELD(name) offsetof(Options, name)

static const OptionRow rows[] = {
    {"--data", "PATH|NAME|builtin", EVERY | LINK, KIND_DATA, FIELD(data), 0, 0,
     "a data set: a folder, a file or an archive (.zip, .tar.gz) with\n"
     "IDX files such as MNIST's, .npz or .npy, CSV, or pictures;\n"
     "or a set that 'losslens data fetch' has got, by its name;\n"
     "default: builtin, digits that the program draws; of the window\nthe set that was open last",
     NULL},
    {"--turn", NULL, EVERY, KIND_CHOICE, FIELD(reading.turn), 0, 0,
     "turn the images of --data; default: auto, which transposes\nthose of EMNIST", words_image_turns},
    {"--invert", NULL, EVERY, KIND_FLAG, FIELD(reading.invert), 0, 0,
     "exchange black and white in --data: its ink is dark", NULL},
    {"--scale-max", "N", EVERY, KIND_REAL, FIELD(reading.scale_max), 0.001, 4294967295.0,
     "the number that is white in --data; default: 255 of bytes, of\nother numbers told from what there is", NULL},
    {"--a", "SPEC|FILE|pca", PICTURE | LINK, KIND_MODEL, FIELD(a), SAID_A, 0,
     "model A; default: loss=bce,output=sigmoid. A .safetensors file\nis shown as it is and not trained", NULL},
    {"--b", "SPEC|FILE|pca", PICTURE | LINK, KIND_MODEL, FIELD(b), SAID_B, 0,
     "model B, likewise; default: loss=mse,output=sigmoid. pca: the\nPCA of the training images with as many "
     "components as the\nother model's code has units",
     NULL},
    {"--model", "SPEC", PICTURE | EVAL, KIND_SPEC, FIELD(model), SAID_MODEL, 0,
     "what a model's file does not say: hidden, output, loss; what\nis not named is guessed, and said", NULL},
    {"--model", "SPEC", REPORT, KIND_SPEC, FIELD(model), SAID_MODEL, 0,
     "what all models share: everything but loss and output", NULL},
    {"--model", "SPEC", TRAIN, KIND_SPEC, FIELD(model), SAID_MODEL, 0,
     "the model; default: that of --init, or every key's default", NULL},
    {"--model", "SPEC", CODE, KIND_SPEC, FIELD(model), SAID_MODEL, 0, "the model; default: every key's default", NULL},
    {"--epochs", "N", VIEW | LINK, KIND_WHOLE, FIELD(epochs), 1, EPOCHS_MAX,
     "where training pauses by itself, 1 to 100000; default: 50", NULL},
    {"--epochs", "N", SHOT, KIND_WHOLE, FIELD(epochs), 0, EPOCHS_MAX,
     "train until both have so many, those of --init included,\n0 to 100000; default: 5", NULL},
    {"--epochs", "N", FILM, KIND_WHOLE, FIELD(epochs), 1, EPOCHS_MAX,
     "how long to film, 1 to 100000; default: 20.\nWith --iterate: how long to train before", NULL},
    {"--epochs", "N", REPORT, KIND_WHOLE, FIELD(epochs), 1, EPOCHS_MAX,
     "train each model so long, 1 to 100000; default: 20. Claims\nare open below 10", NULL},
    {"--seeds", "N", REPORT, KIND_WHOLE, FIELD(seeds), 1, 32,
     "repeat with so many seeds, the model's own and those behind\nit, 1 to 32; default: 3", NULL},
    {"--checks", NULL, REPORT, KIND_FLAG, FIELD(checks), 0, 0,
     "also decide the claims that take more models, and hold\nfigures that others published against ours: some minutes",
     NULL},
    {"--published", "LIST", REPORT, KIND_SET, FIELD(published), 0, 0,
     "hold these published figures against ours, of\n%w;\nwithout --checks nothing else is measured, with it "
     "default\nare those that take minutes; the others take an hour a\nseed on two cores",
     words_published},
    {"--epochs", "N", TRAIN, KIND_WHOLE, FIELD(epochs), 0, EPOCHS_MAX,
     "train so long, 0 to 100000; default: 50.\nWith --init: so many more", NULL},
    {"--limit", "N", PICTURE | REPORT | TRAIN | LINK, KIND_WHOLE, FIELD(limit), 1, INT32_MAX,
     "train on the first N training images alone, at least 1;\ndefault: all", NULL},
    {"--no-shuffle", NULL, PICTURE | TRAIN | LINK, KIND_FLAG, FIELD(no_shuffle), 0, 0,
     "the data's own order in every epoch, instead of a new one\nfrom the model's seed", NULL},
    {"--init", "FILE", PICTURE, KIND_TEXT, FIELD(init), 0, 0,
     "begin model A with the weights of this .safetensors file and\ntrain it on; its shape is the file's where --a "
     "names no layers",
     NULL},
    {"--init", "FILE", TRAIN, KIND_TEXT, FIELD(init), 0, 0,
     "begin with the weights of this .safetensors file and count\n"
     "steps and epochs from there (from 0 where the file stands in\n"
     "the middle of an epoch); the optimizer starts afresh",
     NULL},
    {"--watch", "FILE", VIEW, KIND_TEXT, FIELD(watch), 0, 0,
     "model A is what this .safetensors file holds, anew each time\nwhen another program has written it", NULL},
    {"--log", NULL, TRAIN, KIND_CHOICE, FIELD(log), 0, 0,
     "step: the JSON also lists the loss of every batch before\nits update; default: epoch", words_logs},
    {"--without", "LABEL", TRAIN | EVAL, KIND_WHOLE, FIELD(without), INT32_MIN, INT32_MAX,
     "leave the training images of this label out, and tell how well\neach loss, as an image's error, finds those of "
     "the test set:\nAUROC and histograms",
     NULL},
    {"--pca", NULL, TRAIN | EVAL, KIND_FLAG, FIELD(has_pca), 0, 0,
     "measure a PCA of the training images too, with as many\ncomponents as the code has units", NULL},
    {"-o", "FILE", TRAIN, KIND_TEXT, FIELD(output), 0, 0,
     "write the trained weights to this .safetensors file, which may\nnot exist yet", NULL},
    {"-o", "FILE", SHOT, KIND_TEXT, FIELD(output), 0, 0,
     "the PNG to write, which may not exist yet;\ndefault: a new name in the folder of --shots", NULL},
    {"-o", "DIR|FILE.webp", FILM, KIND_TEXT, FIELD(output), 0, 0,
     "a folder for numbered PNGs, which is made where it does not\nexist, or an animated WebP, which may not exist "
     "yet",
     NULL},
    {"-o", "DIR", REPORT, KIND_TEXT, FIELD(output), 0, 0,
     "the folder to write, made where it does not exist;\ndefault: report", NULL},
    {"--force", NULL, TRAIN | SHOT | FILM | REPORT | EXPORT | FETCH, KIND_FLAG, FIELD(force), 0, 0,
     "replace what is there already, each file whole or not at\nall; where a link leads to a file, that file", NULL},
    {"--force", NULL, VIEW, KIND_FLAG, FIELD(force), 0, 0, "replace the file of --trace", NULL},
    {"--every", "N", FILM, KIND_WHOLE, FIELD(every), 1, INT32_MAX, "a frame every N batches; default: one an epoch",
     NULL},
    {"--fps", "F", FILM, KIND_REAL, FIELD(fps), 0.5, 60, "frames a second of a WebP, 0.5 to 60; default: 8", NULL},
    {"--size", "WxH", VIEW | FILM, KIND_SIZE, FIELD(width), CLI_WIDTH_MIN, CLI_HEIGHT_MIN,
     "in pixels, 960x600 to 7680x4320; default: 1440x900, of the\nwindow what it had last", NULL},
    {"--size", "WxH", SHOT, KIND_SIZE, FIELD(width), FIGURE_WIDTH_MIN, FIGURE_HEIGHT_MIN,
     "in pixels, 960x600 to 7680x4320; default: 1440x900.\n"
     "Of a figure: from 800x450 on; default: 1920x1080",
     NULL},
    {"--figure", NULL, SHOT, KIND_FLAG, FIELD(is_figure), 0, 0, "a slide of what is on the stage instead of the window",
     NULL},
    {"--from", "SHOT.png|LINK", SHOT, KIND_TEXT, FIELD(from), 0, 0,
     "make this picture of losslens again: its settings are the\nother options' defaults; or what a link says", NULL},
    {"--from", "SHOT.png", FILM, KIND_TEXT, FIELD(from), 0, 0,
     "film how the models of this picture of losslens became what\nthey are in it: its settings are the other options' "
     "defaults",
     NULL},
    {"--figures", "FILE.csv|FILE.json", SHOT, KIND_TEXT, FIELD(figures), 0, 0,
     "also write the figures of every model on show, a row or an\nobject each", NULL},
    {"--npy", "DIR", SHOT, KIND_TEXT, FIELD(arrays), 0, 0,
     "also write digits, outputs and heatmaps as NumPy arrays of\n(digits, 28, 28) into this folder", NULL},
    {"--title", "TEXT", SHOT, KIND_LINE, FIELD(title), 1, TITLE_BYTES,
     "of the figure, a line of at most 200 bytes; default: what\nits models are", NULL},
    {"--page", "N", PICTURE | LINK, KIND_WHOLE, FIELD(page), 0, INT32_MAX,
     "which digits of the test set, from 0; default: 0", NULL},
    {"--first", "N", PICTURE | LINK, KIND_WHOLE, FIELD(first), 0, INT32_MAX,
     "which test digit is the first of those beside each other, from\n0; default: as --page says", NULL},
    {"--random", "N", PICTURE | LINK, KIND_WHOLE, FIELD(random), 0, INT32_MAX,
     "random test digits instead of those in order; another N,\nother digits; default: 0, in order", NULL},
    {"--pad", "N", PICTURE | LINK, KIND_WHOLE, FIELD(pad), 0, INT32_MAX,
     "which test digit lies on the drawing pad, from 0; default: 0", NULL},
    {"--drawing", "CODE", PICTURE | LINK, KIND_DRAWING, FIELD(drawing), 0, 0,
     "the drawing on the pad, as a link has it", NULL},
    {"--uncentred", NULL, PICTURE | LINK, KIND_FLAG, FIELD(is_uncentred), 0, 0,
     "leave a drawing where it is, instead of centring it as MNIST's\ndigits are", NULL},
    {"--digit", "FILE", PICTURE, KIND_TEXT, FIELD(digit), 0, 0,
     "find the digit in this picture and put it onto the drawing\npad: PNG, JPEG, WebP, BMP or GIF, 1x1 to "
     "12000x12000;\nor noise, every pixel any grey (./noise: the file)",
     NULL},
    {"--digit-invert", NULL, PICTURE, KIND_CHOICE, FIELD(digit_invert), 0, 0,
     "with --digit: whether its ink is darker than its ground;\ndefault: auto", words_inverts},
    {"--digit-threshold", "S", PICTURE, KIND_REAL, FIELD(digit_threshold), 0.02, 0.98,
     "with --digit: what is weaker than this share of the\nstrongest ink is none, 0.02 to 0.98; default: found", NULL},
    {"--digit-turn", NULL, PICTURE, KIND_CHOICE, FIELD(digit_turn), 0, 0,
     "with --digit: degrees clockwise; default: 0, or as the\npicture's EXIF says", words_turns},
    {"--preset", "NAME", PICTURE | LINK, KIND_CHOICE, FIELD(preset), 0, 0,
     "set models, view and heatmaps up to show something;\n--a, --b, --view and the like change that. NAME:\n%w",
     words_presets},
    {"--lesson", "N", VIEW | SHOT | LINK, KIND_WHOLE, FIELD(lesson), 1, LESSON_COUNT,
     "begin lesson N, with the models and the view of its card;\nthere are, from 1 on: %w", words_lessons},
    {"--lesson-step", "K", VIEW | SHOT | LINK, KIND_WHOLE, FIELD(lesson_step), 1, 99,
     "with --lesson: its card K, from 1; default: 1", NULL},
    {"--view", NULL, PICTURE | LINK, KIND_CHOICE, FIELD(look.scene), 0, 0, "what is to be seen; default: compare",
     words_scenes},
    {"--heatmap", "MODE[,MODE]", PICTURE | LINK, KIND_HEATS, FIELD(look.heatmaps), 0, 0,
     "%w;\ndefault: bce,mse; in the matrix the first instead of the outputs", words_heatmaps},
    {"--heat-scale", "S", PICTURE | LINK, KIND_REAL, FIELD(heat_scale), 0.001, 20,
     "where the first heatmap's scale ends, 0.001 to 20;\ndefault: the mode's own", NULL},
    {"--binary", "S", PICTURE | LINK, KIND_REAL, FIELD(look.binarise), 0, 1,
     "mix the targets, and what figures of all test digits are of,\nwith their binary form, 0 to 1; default: 0", NULL},
    {"--show-as", NULL, PICTURE | LINK, KIND_CHOICE, FIELD(look.show_as), 0, 0,
     "what pictures show of outputs: as they are, white from 0.5\non, or drawn with their brightness as the chance; "
     "figures are\nof the mean; default: mean",
     words_shown},
    {"--clipped", NULL, PICTURE | LINK, KIND_FLAG, FIELD(look.is_clipped), 0, 0,
     "outputs as one would see them, cut to 0 to 1, without marks", NULL},
    {"--wipe", "X", PICTURE | LINK, KIND_REAL, FIELD(look.wipe), 0, 1,
     "compare: A left and B right of a divider at this share of\nthe width, 0 to 1", NULL},
    {"--iterate", "N", VIEW | SHOT | LINK, KIND_WHOLE, FIELD(look.fed_back), 0, FED_BACK_MAX,
     "on the stage: the output of what lies on the pad becomes the\ninput again, N times, 0 to 200", NULL},
    {"--iterate", "N", FILM, KIND_WHOLE, FIELD(look.fed_back), 1, FED_BACK_MAX,
     "film no training, but how the models that are trained answer\nto their own output, from none to N times, 1 to "
     "200",
     NULL},
    {"--histogram", NULL, PICTURE | LINK, KIND_CHOICE, FIELD(look.histogram), 0, 0, "default: log", words_histograms},
    {"--brush", "LOW,HIGH", PICTURE | LINK, KIND_RANGE, FIELD(look.brush_first), 0, 0,
     "light the pixels of this range of intensities", NULL},
    {"--curve", NULL, PICTURE | LINK, KIND_CHOICE, FIELD(look.curve_loss), 0, 0,
     "what the training curves show: a loss, or KL;\ndefault: bce", words_curves},
    {"--outputs", "LIST", PICTURE | LINK, KIND_SET, FIELD(look.matrix_outputs), 0, 0,
     "rows of the matrix, of\n%w;\ndefault: those of the claims", words_outputs},
    {"--losses", "LIST", PICTURE | LINK, KIND_SET, FIELD(look.matrix_losses), 0, 0,
     "columns of the matrix, of %w;\ndefault: bce, mse, mae", words_losses},
    {"--noisy", NULL, PICTURE | LINK, KIND_FLAG, FIELD(look.matrix_shows_noisy), 0, 0,
     "matrix: outputs of noisy digits, where models train with noise", NULL},
    {"--claims", NULL, PICTURE | LINK, KIND_CHOICE, FIELD(look.claim_page), 0, 0, "page of the claims; default: loss",
     words_claim_pages},
    {"--measure", "LIST", PICTURE | LINK, KIND_SET, FIELD(measured), 0, 0,
     "measure these claims with three random starts each, of\n%w", words_sayings},
    {"--verdicts", "FILE", PICTURE, KIND_TEXT, FIELD(verdicts), 0, 0,
     "claims: what several seeds decided, from a report.json\nthat losslens report wrote of the same digits", NULL},
    {"--pixel", "ROW,COLUMN", PICTURE | LINK, KIND_PIXEL, FIELD(look.pixel), 0, 0,
     "pin a pixel, each from 0 to 27: what inspect explains", NULL},
    {"--target", "T", PICTURE | LINK, KIND_REAL, FIELD(look.t), 0, 1, "inspect: another target for the pixel, 0 to 1",
     NULL},
    {"--drawn", NULL, PICTURE | LINK, KIND_FLAG, FIELD(is_drawn), 0, 0, "inspect: the drawing instead of a test digit",
     NULL},
    {"--sides", NULL, PICTURE | LINK, KIND_CHOICE, FIELD(sides), 0, 0, "code, latent: which models; default: both",
     words_sides},
    {"--number", "N", PICTURE | LINK, KIND_WHOLE, FIELD(number), 1, MODEL_CODE_MAX,
     "code: which of its numbers is chosen, from 1; default: the view\nfinds one", NULL},
    {"--number-shows", NULL, PICTURE | LINK, KIND_CHOICE, FIELD(look.code.images), 0, 0,
     "code: what the small pictures are of each number; default:\ndraws", words_code_images},
    {"--walk", "X", PICTURE | LINK, KIND_REAL, FIELD(look.code.walk), 0, 1,
     "code: how far the digit is on its way to another, 0 to 1", NULL},
    {"--walk-to", "N", PICTURE | LINK, KIND_WHOLE, FIELD(look.code.digit), 0, INT32_MAX,
     "code: which test digit that way leads to; default: 1", NULL},
    {"--pull", "LIST", PICTURE | LINK, KIND_PULLS, FIELD(pulls), 0, 0,
     "code, latent: pull numbers of the code, which count from 1:\na3=0.5,b12=-1 pulls A's third and B's twelfth",
     NULL},
    {"--plane", "N,N", PICTURE | LINK, KIND_PLANE, FIELD(look.latent.numbers), 0, 0,
     "latent: the numbers across and up, from 1; with two more, A's\nand B's; default: 0, the view finds one", NULL},
    {"--chance", "N", PICTURE | LINK, KIND_WHOLE, FIELD(look.latent.draw), 0, LATENT_DRAWS - 1,
     "latent: another N, other codes by chance, 0 to 999; default: 0", NULL},
    {"--hide", "LIST", PICTURE | LINK, KIND_SET, FIELD(look.hidden), 0, 0,
     "leave these parts of the window out, of\n%w;\nmodels: whatever changes a model. Their keys do nothing either",
     words_controls},
    {"--step", "N", VIEW | SHOT | LINK, KIND_WHOLE, FIELD(step), 0, INT32_MAX,
     "show the models as they were after N batches", NULL},
    {"--shots", "DIR", PICTURE, KIND_TEXT, FIELD(shots), 0, 0, "folder for screenshots; default: your pictures folder",
     NULL},
    {"--scale", "S", PICTURE, KIND_REAL, FIELD(scale), 0.5, 4.0,
     "size of the interface, on top of what the window's size\ngives, 0.5 to 4, as far as everything fits", NULL},
    {"--theme", NULL, VIEW | LINK, KIND_CHOICE, FIELD(theme), 0, 0,
     "default: what was chosen in the window last, at first dark", words_themes},
    {"--theme", NULL, SHOT | FILM, KIND_CHOICE, FIELD(theme), 0, 0, "the ground; default: dark, and light of a figure",
     words_themes},
    {"--pause", "N", VIEW | LINK, KIND_WHOLE, FIELD(pause), 0, INT32_MAX,
     "pause training after N batches, as the button does; 0: at once", NULL},
    {"--speed", NULL, VIEW | LINK, KIND_CHOICE, FIELD(pace), 0, 0,
     "batches a second; default: full, as fast as it goes", words_paces},
    {"--json", NULL, SHOT, KIND_FLAG, FIELD(json), 0, 0, "print every figure of the picture as one JSON object", NULL},
    {"--texts", NULL, SHOT, KIND_FLAG, FIELD(has_texts), 0, 0,
     "with --json: also every text of the picture, and where it is", NULL},
    {"--texts", NULL, VIEW, KIND_FLAG, FIELD(has_texts), 0, 0,
     "with --trace: also every text on screen, and where it is", NULL},
    {"--json", NULL, DATA | LIST, KIND_FLAG, FIELD(json), 0, 0, "print one JSON object instead of a table", NULL},
    {"--json", NULL, FETCH, KIND_FLAG, FIELD(json), 0, 0, "print one JSON object instead of folder and licence", NULL},
    {"--to", "DIR", FETCH, KIND_TEXT, FIELD(to), 0, 0,
     "the folder, made where it does not exist; default: the set's\nown, where --data NAME looks for it", NULL},
    {"--mirror", "URL", FETCH, KIND_TEXT, FIELD(mirror), 0, 0,
     "the folder of the four files, instead of the set's own mirrors:\nhttps://..., or http://... on this machine",
     NULL},
    {"--stall", "SECONDS", FETCH, KIND_WHOLE, FIELD(stall), 1, 3600,
     "give a mirror up that sends less than 1 KiB a second for so\nlong, 1 to 3600; default: 30", NULL},
    {"--threads", "N", EVERY, KIND_WHOLE, FIELD(threads), 1, POOL_THREADS_MAX,
     "1 to 64; default: one for each processor", NULL},
    {"--isa", "auto|avx512|avx2|plain", EVERY, KIND_WORD, FIELD(isa), 0, 0,
     "the processor's instructions to compute with, for tests;\ndefault: auto, the best it has", NULL},
    {"--trace", "FILE", VIEW, KIND_TEXT, FIELD(trace), 0, 0, "write one line of JSON for each frame, for bug reports",
     NULL},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };
_Static_assert((int)ROW_COUNT <= (int)CLI_ROWS_MAX, "Options.given has a place for each row: raise CLI_ROWS_MAX");
_Static_assert(POOL_THREADS_MAX == 64, "the help of --threads says so");
_Static_assert(LATENT_DRAWS == 1000, "the help of --chance says so");

const OptionRow *cli_option_rows(int *count)
{
    *count = ROW_COUNT;
    return rows;
}

const char *cli_command_name(Command command)
{
    static const char *const names[COMMAND_COUNT] = {"view", "train", "shot",        "film",       "report",   "eval",
                                                     "code", "data",  "data export", "data fetch", "data list"};
    return names[command];
}

int cli_find_row(Command command, const char *name, size_t length)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (rows[i].commands & 1u << command && strlen(rows[i].name) == length &&
            memcmp(rows[i].name, name, length) == 0)
            return i;
    return -1;
}

bool cli_is_given(const Options *options, const char *name)
{
    const int row = cli_find_row(options->command, name, strlen(name));
    return row >= 0 && options->given[row];
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
    const OptionRow *row = &rows[index];
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

static bool finish_code(Options *out, Error *error)
{
    char keys[64] = "";
    words_join(code_key, " or ", keys, sizeof keys);
    for (int i = 0; out->operand && code_key(i); i++)
        if (strcmp(code_key(i), out->operand) == 0) {
            out->framework = i;
            return true;
        }
    return error_set(error, "code %.40s: expected %s", out->operand ? out->operand : "needs a framework", keys);
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
    out->width = WINDOW_WIDTH;
    out->height = WINDOW_HEIGHT;
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

// What was asked for by an option of its own stays.
static void apply_preset(Options *out, const Preset *preset)
{
    Look look = out->look;
    preset_apply(preset, &look);
    if (cli_is_given(out, "--view"))
        look.scene = out->look.scene;
    if (cli_is_given(out, "--heatmap"))
        memcpy(look.heatmaps, out->look.heatmaps, sizeof look.heatmaps);
    if (cli_is_given(out, "--curve"))
        look.curve_loss = out->look.curve_loss;
    if (cli_is_given(out, "--binary"))
        look.binarise = out->look.binarise;
    if (cli_is_given(out, "--clipped"))
        look.is_clipped = out->look.is_clipped;
    out->look = look;
    for (int side = 0; side < SIDE_COUNT; side++) {
        Spec *spec = side == SIDE_A ? &out->a : &out->b;
        if (cli_is_given(out, side == SIDE_A ? "--a" : "--b"))
            continue;
        if (preset_is_pca(preset, side))
            out->said[side == SIDE_A ? SAID_A : SAID_B].is_pca = true;
        else
            *spec = preset_spec(preset, side);
    }
}

// Corrections belong to a picture, and one thing alone lies on the pad.
static bool check_digit(const Options *out, Error *error)
{
    static const char *const corrections[] = {"--digit-invert", "--digit-threshold", "--digit-turn"};
    for (size_t i = 0; !out->digit && i < sizeof corrections / sizeof *corrections; i++)
        if (cli_is_given(out, corrections[i]))
            return error_set(error, "%s: of which picture? --digit FILE says so", corrections[i]);
    static const char *const names[] = {"--digit", "--drawing", "--pad"};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (first && cli_is_given(out, names[i]))
            return error_set(error, "%s and %s: both say what lies on the pad; one of them, please", first, names[i]);
        first = cli_is_given(out, names[i]) ? names[i] : first;
    }
    return true;
}

static bool finish_models(const Options *out, Error *error)
{
    if (out->init && out->said[SAID_A].file && out->command != COMMAND_TRAIN)
        return error_set(error, "--init and --a each name a file for model A; one of them, please");
    if (out->watch && (out->init || cli_is_given(out, "--a")))
        return error_set(error, "--watch says what model A is, and %s, too; one of them, please",
                         out->init ? "--init" : "--a");
    return true;
}

static bool finish_preset(Options *out, Error *error)
{
    const bool has_preset = cli_is_given(out, "--preset");
    if (out->lesson == 0 && cli_is_given(out, "--lesson-step"))
        return error_set(error, "--lesson-step %d: a card of which lesson? --lesson N says so", out->lesson_step);
    if (out->lesson > 0 && has_preset)
        return error_set(error, "--preset and --lesson: a card brings its own set-up; one of them, please");
    if (out->lesson > 0) {
        const int count = lesson_get(out->lesson - 1)->step_count;
        if (out->lesson_step > count)
            return error_set(error, "--lesson-step %d: lesson %d has %d cards", out->lesson_step, out->lesson, count);
        out->look.lesson = out->lesson - 1;
        out->look.lesson_step = out->lesson_step - 1;
        out->preset = preset_find(lesson_step(&out->look)->preset);
    }
    if (has_preset)
        out->look.lesson = -1;
    if (has_preset || out->lesson > 0)
        apply_preset(out, preset_get(out->preset));
    return true;
}

// What several options decide together.
static void finish_look(Options *out)
{
    Look *look = &out->look;
    look->is_wiped |= cli_is_given(out, "--wipe");
    look->matrix_shows_map |= look->scene == SCENE_MATRIX && cli_is_given(out, "--heatmap");
    look->matrix_shows_map &= !cli_is_given(out, "--noisy");
    look->is_pinned |= cli_is_given(out, "--pixel");
    look->code.is_walk |= cli_is_given(out, "--walk");
    if (cli_is_given(out, "--number"))
        look->code.number = out->number - 1;
    if (cli_is_given(out, "--sides"))
        look->code.shows = out->sides == 0 ? SHOWS_BOTH : (unsigned)out->sides;
    look->past_step = out->step;
    const bool has_digit = out->state || (out->preset >= 0 && look->scene == SCENE_INSPECT);
    if (!has_digit || cli_is_given(out, "--page") || out->is_drawn)
        look->digit = out->is_drawn ? -1 : out->page;
    if (out->heat_scale > 0.0f)
        look->heat_scales[look->heatmaps[0]] = out->heat_scale;
}

static bool check_cells(const Options *out, Error *error)
{
    return out->look.scene != SCENE_MATRIX || !cli_is_given(out, "--noisy") || !cli_is_given(out, "--heatmap") ||
           error_set(error, "--noisy and --heatmap: both say what the cells show; one of them, please");
}

static bool check_iterate(const Options *out, Error *error)
{
    if (out->look.fed_back > 0 && cli_is_given(out, "--iterate") && !scene_has(out->look.scene, SCENE_IS_STAGE))
        return error_set(error,
                         "--iterate %d with --view %s: outputs are fed back where A and B stand beside each "
                         "other or alone: compare, solo, solo-b",
                         out->look.fed_back, scene_get(out->look.scene)->key);
    if (out->command == COMMAND_FILM && out->look.fed_back > 0 && out->every > 0)
        return error_set(error, "--every %d is of the film of a training; --iterate films one frame each time",
                         out->every);
    return true;
}

// A figure has a size of its own; what is on its stage is what a window of the usual size shows.
static bool finish_figure(Options *out, Error *error)
{
    if (!out->is_figure) {
        if (cli_is_given(out, "--title"))
            return error_set(error, "--title is of a figure: --figure --title TEXT");
        const bool is_own = !out->state || cli_is_given(out, "--size");
        if (is_own && (out->width < CLI_WIDTH_MIN || out->height < CLI_HEIGHT_MIN))
            return error_set(error, "--size %dx%d: expected %dx%d or more (%dx%d with --figure)", out->width,
                             out->height, CLI_WIDTH_MIN, CLI_HEIGHT_MIN, FIGURE_WIDTH_MIN, FIGURE_HEIGHT_MIN);
        return true;
    }
    if (cli_is_given(out, "--scale"))
        return error_set(error, "--scale does nothing to a figure, whose text grows with --size");
    const CaptureState *state = out->state;
    const bool has_size = cli_is_given(out, "--size"), was_figure = state && state->is_figure;
    out->figure_width = has_size ? out->width : was_figure ? state->figure.width : 1920;
    out->figure_height = has_size ? out->height : was_figure ? state->figure.height : 1080;
    out->width = state ? state->window.width : WINDOW_WIDTH;
    out->height = state ? state->window.height : WINDOW_HEIGHT;
    if (!cli_is_given(out, "--theme") && !was_figure)
        out->theme = THEME_LIGHT;
    return true;
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
    if (out->command == COMMAND_EVAL && !out->operand)
        return error_set(error, "eval needs a model: losslens eval MODEL.safetensors"), CLI_USAGE;
    if (out->command == COMMAND_CODE && !finish_code(out, error))
        return CLI_USAGE;
    if (out->command == COMMAND_DATA_EXPORT && !out->operand)
        return error_set(error, "data export needs a folder: losslens data export DIR"), CLI_USAGE;
    if (out->command == COMMAND_DATA_FETCH && !out->operand)
        return error_set(error, "data fetch needs a name: losslens data fetch mnist"), CLI_USAGE;
    if (out->command == COMMAND_FILM && !out->output)
        return error_set(error, "film needs a place: losslens film -o DIR or -o FILE.webp"), CLI_USAGE;
    if (!finish_models(out, error) || !check_digit(out, error) || !finish_preset(out, error))
        return CLI_USAGE;
    finish_look(out);
    if (!check_iterate(out, error) || !check_cells(out, error))
        return CLI_USAGE;
    return finish_figure(out, error) ? CLI_RUN : CLI_USAGE;
}
