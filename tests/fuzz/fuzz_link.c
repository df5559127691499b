// Fuzzes link_read: a link, which may come from anybody. What it takes is within the bounds of what follows it, names
// no file, and is written and read back. The first byte is not used.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cli_options.h"
#include "commands/link.h"
#include "fuzz.h"

static Options options;

static void check(void)
{
    const Look *look = &options.look;
    if ((int)look->scene < 0 || look->scene >= SCENE_COUNT || look->pixel < 0 || look->pixel >= DIGIT_PIXELS ||
        !look->matrix_outputs || !look->matrix_losses || look->brush_last >= HISTOGRAM_BINS ||
        look->lesson >= LESSON_COUNT || options.page < 0 || options.pad < 0 || options.random < 0)
        abort();
    for (int i = 0; i < SIDE_COUNT * LATENT_AXES; i++)
        if (look->latent.numbers[i / LATENT_AXES][i % LATENT_AXES] < -1 ||
            look->latent.numbers[i / LATENT_AXES][i % LATENT_AXES] >= MODEL_CODE_MAX)
            abort();
    for (int said = 0; said < SAID_COUNT; said++)
        if (options.said[said].file)
            abort();
    if (options.digit || options.init || options.watch || options.verdicts || options.shots || options.trace ||
        options.from || options.operand || options.output || (options.data && !known_set_find(options.data)))
        abort();
}

// Every option's value reads back to a value of the same text.
static void check_values(void)
{
    static Options again;
    int count;
    const OptionRow *rows = cli_option_rows(&count);
    for (int i = 0; i < count; i++) {
        char value[CLI_VALUE_SIZE], second[CLI_VALUE_SIZE];
        if (!(rows[i].commands & CLI_IN_LINK) || !options.given[i] || !cli_format_value(&rows[i], &options, value))
            continue;
        memset(&again, 0, sizeof again);
        if (!cli_read_value(&rows[i], &again, value, NULL) || !cli_format_value(&rows[i], &again, second) ||
            strcmp(value, second) != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char program[] = "losslens";
    Error error = {""};
    if (size == 0)
        return 0;
    char *text = malloc(size + 1);
    if (!text)
        abort();
    text[0] = '#';
    memcpy(text + 1, data + 1, size - 1);
    text[size] = 0;
    char *argv[] = {program, text, NULL};
    if (cli_parse(2, argv, NULL, &options, &error) == CLI_RUN) {
        check();
        check_values();
    } else if (!error.text[0]) {
        abort();
    }
    free(text);
    return 0;
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    static const char *const texts[] = {
        "lesson=1&lesson-step=3&theme=light",
        "a=loss=bce,output=relu,layers=64,32,64&b=pca&view=inspect&pixel=12,13&heatmap=bce,mse&target=0.5",
        "data=mnist&epochs=7&limit=100&no-shuffle&page=3&first=12&random=2&pad=5&uncentred&preset=mae&speed=10",
        "drawing=eNpjYBgFo2AUwAAAAxAAAQ&heat-scale=0.25&binary=0.5&show-as=sample&clipped&wipe=0.3&iterate=4",
        "histogram=linear&brush=-1,0.5&curve=mse&outputs=relu,clip&losses=bce&claims=use&measure=pca,odd&step=10",
        "hide=more,door&view=latent&plane=3,5,0,1&chance=12&pull=a3=0.5,b12=-1e-05&noisy&pause=40",
        "a=loss%3Dmae%2Cseed%3D7&digit=/etc/passwd&data=/etc&shine=%41%00"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fuzz_add_seed(seeds, 0, texts[i], strlen(texts[i]));
}
