// What options decide together: whether they go with each other, what a preset brings beside them, what is left open.
#include <string.h>

#include "commands/cli_options.h"
#include "files/code.h"

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
    out->width = state ? state->window.width : CLI_WINDOW_WIDTH;
    out->height = state ? state->window.height : CLI_WINDOW_HEIGHT;
    if (!cli_is_given(out, "--theme") && !was_figure)
        out->theme = THEME_LIGHT;
    return true;
}

// What the command cannot do without.
static bool check_needs(const Options *out, Error *error)
{
    static const char *const operands[COMMAND_COUNT] = {
        [COMMAND_EVAL] = "eval needs a model: losslens eval MODEL.safetensors",
        [COMMAND_DATA_EXPORT] = "data export needs a folder: losslens data export DIR",
        [COMMAND_DATA_FETCH] = "data fetch needs a name: losslens data fetch mnist"};
    if (operands[out->command] && !out->operand)
        return error_set(error, "%s", operands[out->command]);
    if (out->command == COMMAND_FILM && !out->output)
        return error_set(error, "film needs a place: losslens film -o DIR or -o FILE.webp");
    return true;
}

bool cli_settle(Options *out, Error *error)
{
    if (!check_needs(out, error) || (out->command == COMMAND_CODE && !finish_code(out, error)) ||
        !finish_models(out, error) || !check_digit(out, error) || !finish_preset(out, error))
        return false;
    finish_look(out);
    return check_iterate(out, error) && check_cells(out, error) && finish_figure(out, error);
}
