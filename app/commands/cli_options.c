// The table of options. What reads it: the parser (cli.c), the help (cli_help.c), links, the man page, the shell's
// completion.
#include "commands/cli_options.h"

#include <string.h>

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
    EPOCHS_MAX = 100000
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
    {"--number-page", "N", PICTURE | LINK, KIND_WHOLE, FIELD(look.code.page), 0, MODEL_CODE_MAX - 1,
     "code: which of its numbers are shown where they are too many,\nfrom 0; default: 0", NULL},
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
    {"--isa", "auto|amx|avx512|avx2|plain", EVERY, KIND_WORD, FIELD(isa), 0, 0,
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
