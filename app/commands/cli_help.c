// The help of the program and of each command. Options come from the table in cli_options.c, a spec's values from the
// engine's.
#include <string.h>

#include "commands/cli.h"
#include "commands/cli_options.h"
#include "draw/title.h"

static const CommandText texts[COMMAND_COUNT] = {
    [COMMAND_VIEW] =
        {"[view] [OPTION]... [FILE|DIR|LINK]", "open the window (the default)",
         "Opens the window: models A and B side by side, trained live on the same digits.\n"
         "\n"
         "A picture that losslens made gives its state back, another one is a drawing for the pad; anything\n"
         "else is opened as if it had been dropped on the window.\n"
         "\n"
         "So does a link: an address with # or that part alone, such as '#lesson=1' or\n"
         "'#a=loss=bce&b=loss=mse&view=inspect&pixel=12,13'. It says these options without their dashes, & between\n"
         "them; those that name files are none of a link's. Nothing is fetched; an option that is given beside it\n"
         "counts.\n"},
    [COMMAND_TRAIN] =
        {"train [OPTION]...", "train one model and print its figures as JSON",
         "Trains one model. Progress goes to stderr; stdout receives one JSON object with the losses of each\n"
         "epoch, the figures over the whole test set and the SHA-256 of the weights, which are the same for any\n"
         "--threads.\n"
         "\n"
         "\"seconds\" and \"samples_per_second\" are of this run's training alone, without measuring; \"epochs\" and\n"
         "\"steps\" count from the model's first step on, those before --init included.\n"
         "\n"
         "\"histogram\": the 65 \"edges\" bound 64 bins over [0, 1]; \"input\" and \"output\" have two more counts,\n"
         "the first for values below 0 and the last for those above 1.\n"
         "\n"
         "Where a weight becomes NaN or infinite, training stops there. That is a result too: the JSON has\n"
         "\"broken_step\", stderr a sentence, and the exit status is 0. Figures that are not finite are null. -o then\n"
         "gets the weights of up to 16 batches before, \"saved_step\", and the exit status is 1.\n"
         "\n"
         "Nothing that exists is replaced without --force. Should the file of -o have appeared while training went\n"
         "on, the weights go to FILE-2, FILE-3, ... instead, and the exit status is 1.\n"
         "\n"
         "Ctrl-C stops after the batch under way; the JSON is printed and -o written all the same, and the exit\n"
         "status is 130 (143 after SIGTERM, 129 after SIGHUP). A second Ctrl-C ends at once.\n"},
    [COMMAND_SHOT] = {"shot [OPTION]...", "train shortly and write a picture of the window, without any display",
                      "Trains models A and B and writes a PNG of what the window would show. Needs no display.\n"},
    [COMMAND_FILM] =
        {"film [OPTION]... -o DIR|FILE.webp", "write pictures of a training, one an epoch",
         "Trains like shot and writes a frame of the window for each epoch, or every N batches, from the initial\n"
         "weights on: numbered PNGs into a folder, or one animated WebP. Needs no display. Progress goes to stderr.\n"
         "\n"
         "Ctrl-C stops after the frame under way: the frames that are there are whole, the WebP is written with\n"
         "them, and the exit status is 130 (143 after SIGTERM, 129 after SIGHUP). With --force the frames of an\n"
         "older film are replaced one by one, and those that the new one has not go at its end.\n"},
    [COMMAND_REPORT] =
        {"report [OPTION]...", "decide the claims with K seeds and write a page about it",
         "Trains what the claims need for each seed and writes report.md, report.json and pictures into a folder.\n"
         "Needs no display. Progress goes to stderr. The files appear at the very end, all or none: Ctrl-C leaves\n"
         "nothing behind; the exit status is 130 (143 after SIGTERM, 129 after SIGHUP).\n"},
    [COMMAND_EVAL] = {"eval [OPTION]... MODEL.safetensors", "measure a saved model and print its figures as JSON",
                      "Measures a saved model over the whole test set and prints the same \"test\" object as train.\n"},
    [COMMAND_CODE] =
        {"code [OPTION]... pytorch|keras", "print a model as a script of PyTorch or Keras",
         "Prints a complete script that builds, trains and saves that very model from the same data, or with\n"
         "--load measures a saved one: python3 SCRIPT DATA [--epochs N] [--limit N] [--seed N] [--save FILE]\n"
         "[--load FILE]. Initial weights and the order of the images are the framework's own.\n"},
    [COMMAND_DATA] =
        {"data [OPTION]...", "print what a data set holds",
         "Prints what a data set holds: counts, mean intensity, shares of empty, grey and full pixels, the least\n"
         "BCE that its grey pixels allow, labels.\n"
         "\n"
         "'losslens data export' writes it to files, 'losslens data fetch' gets a public one.\n"},
    [COMMAND_DATA_EXPORT] =
        {"data export [OPTION]... DIR", "write a data set as four IDX files",
         "Writes a data set as the four files that MNIST has, gzipped IDX, into DIR, which is made where it does\n"
         "not exist: all of them or none. Files that are there already are replaced only with --force.\n"},
    [COMMAND_DATA_FETCH] =
        {"data fetch [OPTION]... mnist|fashion-mnist|kmnist", "get a public data set from the network",
         "Gets the four files of a data set from its public mirrors and prints the folder that they are in and whose\n"
         "they are. Nothing else in losslens ever touches the network. Each file gets its name once its SHA-256 is\n"
         "right; what is there and right is not fetched again. Progress goes to stderr.\n"
         "\n"
         "HTTPS, with the system's certificates; plain HTTP on this machine, and for the one mirror of KMNIST that\n"
         "has nothing else. A proxy that https_proxy, http_proxy or all_proxy names is used, but never for this\n"
         "machine.\n"
         "\n"
         "Ctrl-C stops at once; the exit status is 130 (143 after SIGTERM, 129 after SIGHUP). The same command then\n"
         "goes on where this one stopped, as after a connection that broke.\n"},
    [COMMAND_DATA_LIST] =
        {"data list [OPTION]...", "list the data sets that are here, or can be got",
         "Lists the built-in digits, the public data sets that 'losslens data fetch' gets, and the other\n"
         "folders in the data folder, $XDG_DATA_HOME/losslens or ~/.local/share/losslens.\n"},
};

const CommandText *cli_command_text(Command command) { return &texts[command]; }

void cli_list_options(Command command, char *text, size_t size)
{
    int count;
    const OptionRow *rows = cli_option_rows(&count);
    text[0] = 0;
    for (int i = 0; i < count; i++)
        if (rows[i].commands & 1u << command) {
            const size_t used = strlen(text);
            (void)snprintf(text + used, size - used, "%s%s", used ? ", " : "", rows[i].name);
        }
    const size_t used = strlen(text);
    (void)snprintf(text + used, size - used, " and --help");
}

enum { OPTION_COLUMN = 24 };

const char *cli_metavar(const OptionRow *row, char text[WORDS_SIZE])
{
    if (row->metavar || row->kind != KIND_CHOICE)
        return row->metavar;
    words_join(row->words, "|", text, WORDS_SIZE);
    return text;
}

// A list goes on in the next line where it is long.
static void break_lines(char *words)
{
    enum { LINE = 72 };
    char *start = words, *last = NULL;
    for (char *at = words; *at; at++) {
        if (at - start > LINE && last) {
            *last = '\n';
            start = last + 1;
            last = NULL;
        }
        if (at[0] == ' ' && at > words && at[-1] == ',')
            last = at;
    }
}

void cli_expand_help(const OptionRow *row, char *text, size_t size)
{
    const char *place = strstr(row->help, "%w");
    char words[WORDS_SIZE] = "";
    if (place)
        words_join(row->words, ", ", words, sizeof words);
    break_lines(words);
    (void)snprintf(text, size, "%.*s%s%s", (int)(place ? (size_t)(place - row->help) : strlen(row->help)), row->help,
                   words, place ? place + 2 : "");
}

static void print_option(FILE *stream, const OptionRow *row)
{
    char words[WORDS_SIZE], text[1024];
    const char *metavar = cli_metavar(row, words), *help = text;
    int column = fprintf(stream, "  %s%s%s", row->name, metavar ? " " : "", metavar ? metavar : "");
    cli_expand_help(row, text, sizeof text);
    while (help) {
        if (column >= OPTION_COLUMN)
            column = fprintf(stream, "\n") - 1;
        const char *end = strchr(help, '\n');
        const int length = end ? (int)(end - help) : (int)strlen(help);
        (void)fprintf(stream, "%*s%.*s\n", OPTION_COLUMN - column, "", length, help);
        column = 0;
        help = end ? end + 1 : NULL;
    }
}

static void print_key(FILE *stream, const char *key)
{
    char text[WORDS_SIZE];
    words_join(words_of_spec(key), ", ", text, sizeof text);
    (void)fprintf(stream, "  %-10s%s\n", key, text);
}

// In as many lines as they need.
static void print_items(FILE *stream)
{
    char items[256];
    layer_items_list(items, sizeof items);
    break_lines(items);
    (void)fprintf(stream, "  %-10sor layers with a dash between them:\n", "");
    for (const char *line = strtok(items, "\n"); line; line = strtok(NULL, "\n"))
        (void)fprintf(stream, "  %-10s%s\n", "", line);
}

void cli_print_spec_help(FILE *stream)
{
    char defaults[SPEC_TEXT_SIZE];
    const Spec spec = spec_default();
    spec_format(&spec, defaults, sizeof defaults);
    (void)fprintf(stream, "\nA SPEC is a list of key=value, every key optional. The default is\n  %s\n", defaults);
    print_key(stream, "loss");
    print_key(stream, "output");
    print_key(stream, "hidden");
    (void)fprintf(stream,
                  "  %-10sunits of the hidden layers, such as 128,64,32,64,128: 1 to %d numbers from 1 to %d;\n",
                  "layers", SPEC_HIDDEN_MAX, SPEC_WIDTH_MAX);
    print_items(stream);
    print_key(stream, "model");
    (void)fprintf(stream, "  %-10san image model of \"Building Autoencoders in Keras\"; other keys refine it\n", "");
    print_key(stream, "optimizer");
    (void)fprintf(stream, "  %-10slearning rate, above 0, at most 100; default:", "lr");
    for (int i = 0; i < optimizer_count(); i++)
        (void)fprintf(stream, "%s %g for %s", i ? "," : "", (double)optimizer_get(i)->default_lr, words_optimizers(i));
    (void)fprintf(stream,
                  "\n"
                  "  %-10simages a step, 1 to %d\n"
                  "  %-10sstandard deviation of Gaussian noise on the input, 0 to 2\n"
                  "  %-10sweight of the sum of |code|, 0 to 1\n"
                  "  %-10sweight of the divergence where a layer samples, 0 to 1000; default: 1. With reduce=mean the\n"
                  "  %-10sreconstruction is per pixel: beta=1 is then %d times what it is with reduce=sum\n"
                  "  %-10sof the initial weights and the order of the images, 0 to 4294967295\n",
                  "batch", SPEC_BATCH_MAX, "noise", "l1", "beta", "", SPEC_PIXELS, "seed");
}

const char cli_examples[] =
    "  losslens --data ~/mnist\n"
    "  losslens --a loss=bce,output=sigmoid --b loss=bce,output=relu\n"
    "  losslens train --model loss=mse,layers=128,32,128 --epochs 20 -o mse.safetensors > mse.json\n"
    "  losslens shot --view matrix --epochs 10 -o matrix.png\n"
    "  losslens film --epochs 20 -o training.webp\n"
    "  losslens report --data ~/mnist --seeds 3 -o answers\n";
const char cli_statuses[] = "0 done, 1 failed, 2 usage, 3 no display or no OpenGL, 4 bad data set.";

static void print_program_help(FILE *stream)
{
    (void)fprintf(stream, "losslens: " LOSSLENS_SUBTITLE
                          "\nWatch two loss functions train the same autoencoder, digit by digit.\n\nUsage:\n");
    for (Command command = 0; command < COMMAND_COUNT; command++)
        (void)fprintf(stream, "  losslens %s\n", texts[command].usage);
    (void)fprintf(stream, "  losslens --help | --version\n\nCommands ('losslens COMMAND --help' says more):\n");
    for (Command command = 0; command < COMMAND_COUNT; command++)
        (void)fprintf(stream, "  %-13s%s\n", cli_command_name(command), texts[command].summary);
    (void)fprintf(
        stream, "\nExamples:\n%s\nAn option's value may also follow an equals sign: --epochs=20.\n\nExit status: %s\n",
        cli_examples, cli_statuses);
}

void cli_print_help(FILE *stream, Command command)
{
    if (command == COMMAND_COUNT) {
        print_program_help(stream);
        return;
    }
    int count;
    const OptionRow *rows = cli_option_rows(&count);
    bool takes_spec = false;
    (void)fprintf(stream, "losslens: " LOSSLENS_SUBTITLE "\n\nUsage: losslens %s\n\n%s\nOptions:\n",
                  texts[command].usage, texts[command].about);
    for (int i = 0; i < count; i++)
        if (rows[i].commands & 1u << command) {
            print_option(stream, &rows[i]);
            takes_spec |= rows[i].kind == KIND_SPEC;
        }
    print_option(stream, &(OptionRow){.name = "--help", .help = "this text"});
    if (takes_spec)
        cli_print_spec_help(stream);
}
