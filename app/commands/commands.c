// What the commands share: sentences on stderr, data, models, files to write.
#include "commands/commands.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/picture.h"
#include "state/frame.h"

int command_fail(int status, const char *format, ...)
{
    Error error;
    va_list arguments;
    va_start(arguments, format);
    error_set_list(&error, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "losslens: %s\n", error.text);
    return status;
}

void command_tell(const Notices *notices)
{
    for (int i = 0; i < notices->count; i++)
        (void)command_fail(EXIT_OK, "%s", notices->text[i]);
}

void command_print_path(const char *path)
{
    char shown[PATH_MAX];
    (void)snprintf(shown, sizeof shown, "%s", path);
    if (isatty(STDOUT_FILENO) == 1)
        error_clean_text(shown);
    (void)printf("%s\n", shown);
}

static volatile sig_atomic_t stop_signal;

static void note_signal(int number) { stop_signal = number; }

int command_signal(void) { return stop_signal; }

// The handler serves once.
void command_catch_signals(void)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)(SA_RESETHAND | SA_RESTART)}, old;
        (void)sigemptyset(&action.sa_mask);
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

// A picture of a data set: what is transparent is black, the ground of data sets; but where everything that is to be
// seen is black on it, the ground is white.
static bool read_picture(const uint8_t *bytes, size_t size, const char *name, GreyPicture *out, Error *error)
{
    InkPicture picture;
    if (!picture_parse(bytes, size, name, NULL, &picture, error))
        return false;
    const int count = picture.width * picture.height;
    float brightest = 0;
    for (int i = 0; picture.alpha && i < count; i++)
        brightest = fmaxf(brightest, picture.grey[i] * picture.alpha[i]);
    const float ground = picture.alpha && brightest < 0.5f ? 1 : 0;
    for (int i = 0; picture.alpha && i < count; i++)
        picture.grey[i] = picture.grey[i] * picture.alpha[i] + ground * (1 - picture.alpha[i]);
    *out = (GreyPicture){.width = picture.width,
                         .height = picture.height,
                         .pixels = picture.grey,
                         .had_colour = picture.had_colour,
                         .ground = !picture.alpha ? NULL
                                   : ground > 0   ? "white"
                                                  : "black"};
    picture.grey = NULL;
    ink_free_picture(&picture);
    return true;
}

bool command_open_data(const char *data, const DatasetOptions *reading, const LoadProgress *progress, Dataset *out,
                       Error *error)
{
    char path[PATH_MAX];
    DatasetOptions options = *reading;
    options.progress = progress;
    options.read_picture = read_picture;
    if (!known_sets_find_folder(data, path, error) || !dataset_open(out, path, &options, error))
        return false;
    const KnownSet *known = known_set_find(out->name) ? NULL : known_sets_recognise(out);
    if (known)
        (void)snprintf(out->name, sizeof out->name, "%s", known->key);
    return true;
}

void command_leave_data(Options *link, const Error *why)
{
    notices_add(&link->notices, "the link's digits are of %s; these are the built-in ones. %.250s", link->data,
                why->text);
    link->data = NULL;
}

// The training images of one label, where that is asked for. The test set stays whole: every figure is over all of it.
static int leave_out(const Options *options, Dataset *dataset)
{
    Notices notices = {0};
    const int label = options->without, all = dataset->train.count;
    if (!cli_is_given(options, "--without"))
        return EXIT_OK;
    if (!dataset->train.labels || !dataset->test.labels)
        return command_fail(EXIT_USAGE, "--without %d: %s has no labels", label, dataset->name);
    const int gone = image_set_leave_out(&dataset->train, label);
    if (gone == 0 || gone == all)
        return command_fail(EXIT_USAGE, "--without %d: %s of the training images have that label", label,
                            gone == 0 ? "none" : "all");
    notices_add(&notices, "without label %d: %d of %d training images are left out; figures are over all test images",
                label, gone, all);
    command_tell(&notices);
    notices_append(&dataset->notices, &notices);
    return EXIT_OK;
}

int command_load_data(const Options *options, Pool *pool, Dataset *out)
{
    Error error;
    *out = (Dataset){0};
    if (options->data && !command_open_data(options->data, &options->reading, NULL, out, &error))
        return command_fail(EXIT_BAD_DATA, "%s", error.text);
    command_tell(&out->notices);
    if (!options->data && !dataset_generate(out, BUILTIN_SEED, pool, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    return leave_out(options, out);
}

int command_finish_output(void)
{
    const bool had_failed = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) == 0 && !had_failed)
        return EXIT_OK;
    return command_fail(EXIT_FAILED, "the standard output cannot be written: %s",
                        errno ? strerror(errno) : "an earlier part failed");
}

const SpecWish *command_wish(const Options *options, const char *option, const Spec *spec, const Said *said,
                             SpecWish *wish)
{
    *wish = (SpecWish){*spec, said->named};
    return cli_is_given(options, option) && !said->file ? wish : NULL;
}

void command_print_conversion(const char *path)
{
    char lines[CONVERT_TEXT];
    if (convert_describe(path, lines))
        (void)fprintf(stderr, "These lines of Python make one of it:\n%s", lines);
}

int command_load_model(const char *path, const SpecWish *wish, const ImageSet *test, ModelFile *out)
{
    Error error;
    if (model_file_load(out, path, wish, test, NULL, &error)) {
        command_tell(&out->notices);
        return EXIT_OK;
    }
    (void)command_fail(0, "%s", error.text);
    command_print_conversion(path);
    return EXIT_FAILED;
}

Naming command_naming(const Options *options) { return options->force ? NAME_FORCED : NAME_NEW; }

int command_print_json(json_t *report)
{
    char *text = json_memory_format(report, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    if (!text)
        return command_fail(EXIT_FAILED, "out of memory: the report");
    (void)puts(text);
    free(text);
    return command_finish_output();
}
