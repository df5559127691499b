// Links: what one says is what the command line says; what is written is read back; what is wrong is refused by name.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands/cli_options.h"
#include "commands/link.h"
#include "files/capture_pad.h"
#include "state/controls.h"

static Options read_options, other_options; // too large for a stack
static CaptureState written;

static CliResult parse(const char *first, const char *second, Options *out, Error *error)
{
    char program[] = "losslens", one[2 * LINK_SIZE], two[2 * LINK_SIZE];
    char *argv[] = {program, one, two, NULL};
    (void)snprintf(one, sizeof one, "%s", first);
    (void)snprintf(two, sizeof two, "%s", second ? second : "");
    return cli_parse(second ? 3 : 2, argv, NULL, out, error);
}

static void check_read(const char *link, Options *out)
{
    Error error = {""};
    if (parse(link, NULL, out, &error) != CLI_RUN)
        fail_msg("%.200s: %s", link, error.text);
}

static void check_refused(const char *link, const char *word)
{
    Error error = {""};
    if (parse(link, NULL, &read_options, &error) != CLI_USAGE)
        fail_msg("%.200s was taken", link);
    if (!strstr(error.text, word))
        fail_msg("%.200s: %s lacks %s", link, error.text, word);
}

// What every option of a link says, as one text.
static void tell(const Options *options, char *text, size_t size)
{
    int count;
    size_t used = 0;
    const OptionRow *rows = cli_option_rows(&count);
    for (int i = 0; i < count; i++) {
        char value[CLI_VALUE_SIZE];
        if (rows[i].commands & CLI_IN_LINK && cli_format_value(&rows[i], options, value))
            used += (size_t)snprintf(text + used, size - used, "%s %s\n", rows[i].name, value);
    }
    assert_true(used < size);
}

static void no_option_of_a_link_names_a_file(void **state)
{
    (void)state;
    int count, marked = 0;
    const OptionRow *rows = cli_option_rows(&count);
    for (int i = 0; i < count; i++) {
        if (!(rows[i].commands & CLI_IN_LINK))
            continue;
        marked++;
        assert_true(rows[i].commands & 1u << COMMAND_VIEW);
        assert_false(rows[i].kind == KIND_TEXT || rows[i].kind == KIND_LINE || rows[i].kind == KIND_WORD);
    }
    assert_true(marked > 30);
    static const char *const files[] = {"digit", "init", "watch", "verdicts", "shots", "trace", "from", "model"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char link[80];
        (void)snprintf(link, sizeof link, "#%s=/tmp/x", files[i]);
        check_read(link, &read_options);
        assert_int_equal(read_options.notices.count, 1);
        assert_non_null(strstr(read_options.notices.text[0], files[i]));
    }
    check_refused("#a=/tmp/x.safetensors", "the link: a: ");
    check_refused("#b=x.safetensors", "the link: b: ");
    check_refused("#data=/tmp", "the link: data /tmp: expected one of builtin, mnist");
    check_refused("#data=../mnist", "expected one of");
}

static void a_link_says_what_the_options_say(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"a", "loss=mae,layers=64,32,64"},
                                           {"b", "pca"},
                                           {"data", "mnist"},
                                           {"epochs", "7"},
                                           {"limit", "100"},
                                           {"no-shuffle", NULL},
                                           {"page", "3"},
                                           {"first", "12"},
                                           {"random", "2"},
                                           {"pad", "5"},
                                           {"uncentred", NULL},
                                           {"preset", "mae"},
                                           {"lesson", "1"},
                                           {"view", "inspect"},
                                           {"heatmap", "mae,bias"},
                                           {"heat-scale", "0.25"},
                                           {"binary", "0.5"},
                                           {"show-as", "sample"},
                                           {"clipped", NULL},
                                           {"wipe", "0.3"},
                                           {"iterate", "4"},
                                           {"histogram", "linear"},
                                           {"brush", "0.25,0.5"},
                                           {"curve", "mse"},
                                           {"outputs", "relu,clip"},
                                           {"losses", "bce"},
                                           {"claims", "use"},
                                           {"measure", "pca"},
                                           {"pixel", "12,13"},
                                           {"target", "0.3"},
                                           {"drawn", NULL},
                                           {"hide", "more,data"},
                                           {"sides", "b"},
                                           {"number", "3"},
                                           {"number-page", "2"},
                                           {"number-shows", "decoder"},
                                           {"walk", "0.5"},
                                           {"walk-to", "7"},
                                           {"pull", "a3=0.5,b12=-1.25"},
                                           {"plane", "3,5,0,1"},
                                           {"chance", "12"},
                                           {"noisy", NULL},
                                           {"step", "10"},
                                           {"pause", "40"},
                                           {"theme", "light"},
                                           {"speed", "10"}};
    static char by_option[8192], by_link[8192];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char option[120], link[160];
        const char *value = pairs[i][1];
        (void)snprintf(option, sizeof option, "--%s%s%s", pairs[i][0], value ? "=" : "", value ? value : "");
        (void)snprintf(link, sizeof link, "https://example.org/#%s", option + 2);
        check_read(option, &read_options);
        tell(&read_options, by_option, sizeof by_option); // whose texts are the command line's
        check_read(link, &other_options);
        assert_int_equal(other_options.notices.count, 0);
        tell(&other_options, by_link, sizeof by_link);
        assert_string_equal(by_option, by_link);
        assert_memory_equal(read_options.given, other_options.given, sizeof read_options.given);
    }
    assert_int_equal(parse("--view=matrix", "#view=solo&theme=light", &read_options, NULL), CLI_RUN);
    assert_int_equal(read_options.look.scene, SCENE_MATRIX); // what an option says stays
    assert_int_equal(read_options.theme, THEME_LIGHT);
}

static void what_is_a_link(void **state)
{
    (void)state;
    static const char *const links[] = {"#", "#lesson=1", "http://x", "https://x/y#z", "index.html#a=", "file:///x#a"};
    static const char *const paths[] = {"", "a#b", "/data/#1/x.png", "mnist", "./#1", "x.html", ".html#a", "httpd"};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        assert_true(link_is(links[i]));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_false(link_is(paths[i]));
    check_refused("https://example.org/x.png", "has no #");
    check_read("#", &read_options);
    check_read("#&&a=loss%3Dmae&&", &read_options);
    assert_int_equal(read_options.a.loss, LOSS_MAE);
}

static void what_is_wrong_is_refused_by_name(void **state)
{
    (void)state;
    check_refused("#view=nowhere", "the link: view nowhere: expected one of compare");
    check_refused("#view", "the link: view : expected one of");
    check_refused("#view=solo&view=solo", "view is given twice");
    check_refused("#clipped=1", "the link: clipped takes no value");
    check_refused("#a=loss=magic", "magic");
    check_refused("#epochs=0", "from 1 to");
    check_refused("#epochs=-1", "from 1 to");
    check_refused("#pixel=28,0", "ROW,COLUMN");
    check_refused("#pause=-1", "from 0 to");
    check_refused("#chance=1000", "from 0 to 999");
    static const char *const planes[] = {"", "3", "3,", "3,5,1", "3,5,1,2,", "3,5,1,2,4", "-1,2", "1.5,2", "1,4097"};
    for (size_t i = 0; i < sizeof planes / sizeof *planes; i++) {
        char link[80];
        (void)snprintf(link, sizeof link, "#plane=%s", planes[i]);
        check_refused(link, "two numbers, or A's two and B's two");
    }
    static const char *const pulls[] = {"",        "a",         "a3",     "a3=",    "c3=1",      "3=1",
                                        "a0=1",    "a4097=1",   "a3=x",   "a3=nan", "a3=inf",    "a3=1e31",
                                        "a3=1e99", "a3=1,a3=2", "a3=1,,", "a3=1 ",  "a3=0x1p4",  "A3=1",
                                        "a-3=1",   "a3==1",     "a3=1,b", ",a3=1",  "a3=1;b3=1", "a3=--1"};
    for (size_t i = 0; i < sizeof pulls / sizeof *pulls; i++) {
        char link[80];
        (void)snprintf(link, sizeof link, "#pull=%s", pulls[i]);
        check_refused(link, "where to");
    }
    check_refused("#view=matrix&noisy&heatmap=bce", "both say what the cells show");
    check_refused("#noisy=1", "takes no value");
    check_refused("#lesson=9", "from 1 to");
    check_refused("#lesson=1&lesson-step=50", "has 6 cards");
    check_refused("#lesson=1&preset=mae", "one of them, please");
    check_refused("#pad=1&drawing=eNpjYBgFo2AUwAAAAxAAAQ", "drawing");
    check_refused("#drawing=AAAA", "expected a drawing");
    check_refused("#drawing=%C3%BC", "expected a drawing");
    check_refused("#view=%", "hexadecimal");
    check_refused("#view=%4", "hexadecimal");
    check_refused("#view=%zz", "hexadecimal");
    check_refused("#vi%00ew=solo", "hexadecimal");
    check_refused("#hide=more,more", "'more' is given twice");
    check_read("#hide=door,more&outputs=door", &read_options); // of another version
    assert_int_equal(read_options.notices.count, 2);
    assert_int_equal(read_options.look.hidden, 1u << HIDE_MORE);
    assert_int_equal(read_options.look.matrix_outputs, look_default().matrix_outputs);
    assert_int_equal(parse("--hide=door", NULL, &read_options, NULL), CLI_USAGE);
    check_read("#shine=%1b[1m&=3", &read_options);
    assert_int_equal(read_options.notices.count, 2);
    assert_non_null(strstr(read_options.notices.text[0], "'shine'"));
    static char link[LINK_SIZE + 1] = "#x=";
    memset(link + 3, 'y', LINK_SIZE - 4);
    check_read(link, &read_options);
    link[LINK_SIZE - 1] = 'y';
    check_refused(link, "expected at most 4095");
}

// ---- writing ------------------------------------------------------------------------------------------------------

static Random dice;
static int roll(int count) { return (int)random_below(&dice, (uint32_t)count); }
static float share(void) { return (float)roll(101) / 100; }

static void roll_spec(Spec *spec)
{
    static const char *const texts[] = {"",
                                        "loss=bce,output=relu",
                                        "loss=mse,layers=128,64,128,noise=0.25,seed=7",
                                        "model=conv",
                                        "model=vae,beta=0.5",
                                        "optimizer=sgd",
                                        "optimizer=sgd,lr=0.001,l1=1e-05",
                                        "loss=huber,delta=0.2,range=symmetric,output=tanh",
                                        "loss=wbce,weight=3,hidden=elu,batch=64"};
    assert_true(spec_parse(spec, texts[roll(sizeof texts / sizeof *texts)], NULL));
}

static void roll_look(Look *look)
{
    look->scene = (Scene)roll(SCENE_COUNT);
    for (int i = 0; i < HEATMAP_COUNT; i++)
        look->heatmaps[i] = roll(heatmap_count());
    if (roll(2))
        look->heat_scales[look->heatmaps[0]] = 0.5f + share();
    look->binarise = roll(2) ? share() : 0;
    look->is_wiped = roll(2);
    look->wipe = look->is_wiped ? share() : look->wipe;
    look->histogram = (HistogramMode)roll(HISTOGRAM_MODE_COUNT);
    look->brush_first = roll(HISTOGRAM_BINS);
    look->brush_last = roll(2) ? look->brush_first + roll(HISTOGRAM_BINS - look->brush_first) : look->brush_first - 1;
    look->curve_loss = roll(LOSS_COUNT);
    look->matrix_outputs = 1u + (unsigned)roll((1 << OUTPUT_COUNT) - 1);
    look->matrix_losses = 1u + (unsigned)roll((1 << LOSS_COUNT) - 1);
    look->matrix_shows_map = roll(2);
    look->digit = look->scene == SCENE_INSPECT ? roll(100) - 1 : 0;
    look->is_pinned = roll(2);
    look->pixel = look->is_pinned ? roll(DIGIT_PIXELS) : look->pixel;
    look->fed_back = roll(2) ? roll(FED_BACK_MAX + 1) : 0;
    look->t = roll(2) ? share() : -1;
    look->past_step = roll(2) ? roll(1000) : -1;
    look->claim_page = roll(CLAIM_PAGES);
    look->show_as = (ShowAs)roll(SHOW_AS_COUNT);
    look->is_clipped = roll(2);
    if (scene_has(look->scene, SCENE_HAS_CODE))
        look->code = (CodeLook){.shows = 1 + (unsigned)roll(3),
                                .number = roll(33) - 1,
                                .images = (CodeImages)roll(CODE_IMAGES_COUNT),
                                .is_walk = roll(2),
                                .digit = roll(100)};
    for (int i = 0; look->scene == SCENE_LATENT && i < SIDE_COUNT * LATENT_AXES; i++)
        look->latent.numbers[i / LATENT_AXES][i % LATENT_AXES] = roll(33) - 1;
    look->latent.draw = look->scene == SCENE_LATENT ? roll(LATENT_DRAWS) : 0;
    look->matrix_shows_noisy = !look->matrix_shows_map && roll(2);
    if (look->code.is_walk)
        look->code.walk = share();
    look->hidden = roll(2) ? (unsigned)roll(1 << CONTROL_COUNT) : 0;
    if (roll(4) == 0) {
        look->lesson = roll(LESSON_COUNT);
        look->lesson_step = roll(lesson_get(look->lesson)->step_count);
    }
}

static void roll_pad(SavedState *saved)
{
    saved->has_pad = roll(4) > 0;
    saved->is_centred = roll(2);
    saved->pad = (PadState){.source = roll(2) ? roll(10000) : -1, .is_exact = roll(2)};
    for (int i = 0; saved->pad.source < 0 && i < 60; i++)
        saved->pad.is_exact ? (void)(saved->pad.exact[roll(DIGIT_PIXELS)] = (uint8_t)roll(256))
                            : (void)(saved->pad.ink[roll(PAD_SIDE * PAD_SIDE)] = (uint8_t)roll(256));
}

// Where somebody has stopped training, and what he has pulled; numbers of any size.
static void roll_hand(SavedState *saved)
{
    saved->is_paused = roll(2);
    saved->model_count = 2;
    for (int i = 0; i < saved->model_count; i++)
        saved->models[i] = (SavedModel){.spec = saved->specs[i], .newest = roll(3) * 1000};
    saved->has_pulls = scene_has(saved->look.scene, SCENE_HAS_CODE);
    code_pulls_clear(&saved->pulls, -1, -1);
    for (int i = roll(9); saved->has_pulls && i > 0; i--)
        saved->pulls.values[roll(SIDE_COUNT)][roll(MODEL_CODE_MAX)] = ldexpf(share() - 0.5f, roll(99) - 49);
}

static int64_t furthest(const SavedState *saved)
{
    return saved->models[0].newest > saved->models[1].newest ? saved->models[0].newest : saved->models[1].newest;
}

static void roll_state(CaptureState *state)
{
    SavedState *saved = &state->saved;
    memset(state, 0, sizeof *state);
    state->data.is_builtin = roll(2);
    (void)strcpy(state->data.name, state->data.is_builtin ? "builtin" : "kmnist");
    state->data.limit = roll(2) ? 1 + roll(100) : 0;
    state->data.is_in_order = roll(2);
    state->theme = (ThemeKind)roll(THEME_COUNT);
    roll_spec(&saved->specs[SIDE_A]);
    roll_spec(&saved->specs[SIDE_B]);
    saved->look = look_default();
    roll_look(&saved->look);
    roll_pad(saved);
    saved->epochs = 1 + roll(60);
    saved->preset = roll(3) == 0 && saved->look.lesson < 0 ? roll(preset_count()) : -1;
    saved->page_first = roll(2) ? roll(1000) : 0;
    saved->page_shuffle = roll(2) ? roll(9) : 0;
    saved->measured = (unsigned)roll(4);
    saved->pace = (Pace)roll(PACE_COUNT);
    roll_hand(saved);
}

static void check_look(const Look *look, const Look *was)
{
    const bool is_map_hidden = was->scene == SCENE_MATRIX && !was->matrix_shows_map;
    assert_int_equal(look->scene, was->scene);
    if (!is_map_hidden)
        assert_memory_equal(look->heatmaps, was->heatmaps, sizeof look->heatmaps);
    assert_true(look->heat_scales[look->heatmaps[0]] == was->heat_scales[look->heatmaps[0]] || is_map_hidden);
    assert_true(look->binarise == was->binarise && look->is_wiped == was->is_wiped && look->wipe == was->wipe);
    assert_true(look->t == was->t && look->past_step == was->past_step && look->is_clipped == was->is_clipped);
    assert_int_equal(look->histogram, was->histogram);
    if (was->brush_first <= was->brush_last)
        assert_int_equal(look->brush_first, was->brush_first);
    assert_int_equal(look->brush_last - look->brush_first, was->brush_last - was->brush_first);
    assert_int_equal(look->curve_loss, was->curve_loss);
    assert_int_equal(look->matrix_outputs, was->matrix_outputs);
    assert_int_equal(look->matrix_losses, was->matrix_losses);
    assert_int_equal(look->matrix_shows_noisy, was->matrix_shows_noisy);
    assert_memory_equal(&look->latent, &was->latent, sizeof look->latent);
    assert_int_equal(look->is_pinned, was->is_pinned);
    assert_int_equal(look->pixel, was->pixel);
    assert_int_equal(look->claim_page, was->claim_page);
    assert_int_equal(look->show_as, was->show_as);
    assert_int_equal(look->hidden, was->hidden);
    assert_int_equal(look->code.shows, was->code.shows);
    assert_int_equal(look->code.number, was->code.number);
    assert_int_equal(look->code.images, was->code.images);
    assert_int_equal(look->code.digit, was->code.digit);
    assert_true(look->code.is_walk == was->code.is_walk && look->code.walk == was->code.walk);
    assert_int_equal(look->lesson, was->lesson);
    if (was->lesson >= 0)
        assert_int_equal(look->lesson_step, was->lesson_step);
    if (scene_has(was->scene, SCENE_IS_STAGE))
        assert_int_equal(look->fed_back, was->fed_back);
    if (was->scene == SCENE_INSPECT)
        assert_int_equal(look->digit, was->digit);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    static char link[LINK_SIZE], again[LINK_SIZE];
    dice = random_stream(1, 0);
    for (int i = 0; i < 1000; i++) {
        Error error = {""};
        Notices left_out = {0};
        Options *const out = &read_options;
        roll_state(&written);
        SavedState *saved = &written.saved;
        if (!link_write(&written, "https://example.org/index.html", link, &left_out, &error))
            fail_msg("%s", error.text);
        assert_int_equal(left_out.count, 0);
        check_read(link, out);
        assert_int_equal(out->notices.count, 0);
        check_look(&out->look, &saved->look);
        assert_true(spec_equal(&out->a, &saved->specs[SIDE_A]) && spec_equal(&out->b, &saved->specs[SIDE_B]));
        assert_int_equal(out->data == NULL, written.data.is_builtin);
        assert_int_equal(out->limit, written.data.limit);
        assert_int_equal(out->theme, written.theme);
        assert_int_equal(out->epochs, saved->epochs);
        assert_int_equal(out->measured, saved->measured);
        assert_int_equal(out->pace, saved->pace);
        assert_int_equal(out->pause, saved->is_paused ? furthest(saved) : -1);
        for (int at = 0; at < SIDE_COUNT * MODEL_CODE_MAX; at++) {
            const float value = out->pulls.values[at / MODEL_CODE_MAX][at % MODEL_CODE_MAX],
                        pulled = saved->pulls.values[at / MODEL_CODE_MAX][at % MODEL_CODE_MAX];
            assert_true(value == pulled || (isnan(value) && isnan(pulled)));
        }
        assert_int_equal(out->random, saved->page_shuffle);
        assert_int_equal(out->first < 0 ? 0 : out->first, saved->page_first);
        assert_int_equal(out->is_uncentred, !saved->is_centred);
        if (saved->has_pad && saved->pad.source < 0)
            assert_memory_equal(saved->pad.is_exact ? out->drawing.exact : out->drawing.ink,
                                saved->pad.is_exact ? saved->pad.exact : saved->pad.ink,
                                saved->pad.is_exact ? sizeof saved->pad.exact : sizeof saved->pad.ink);
        else
            assert_int_equal(out->pad, saved->has_pad ? saved->pad.source : 0);
        saved->look = out->look; // as the window would have it
        assert_true(link_write(&written, "https://example.org/index.html", again, &left_out, &error));
        assert_string_equal(again, link);
    }
}

static void what_a_link_cannot_say_is_told(void **state)
{
    (void)state;
    static char link[LINK_SIZE];
    Error error;
    Notices left_out = {0};
    dice = random_stream(2, 0);
    roll_state(&written);
    SavedState *saved = &written.saved;
    written.data = (CaptureData){.name = "mine", .path = "/secret"};
    saved->model_count = 1;
    saved->models[0].spec = saved->specs[SIDE_A];
    roll_spec(&saved->specs[SIDE_B]);
    saved->specs[SIDE_B].seed = 99;
    (void)strcpy(saved->models[0].origin.path, "/secret/a.safetensors");
    saved->has_pad = true;
    saved->pad = (PadState){.source = -1};
    for (int i = 0; i < PAD_SIDE * PAD_SIDE; i++)
        saved->pad.ink[i] = (uint8_t)roll(256);
    saved->has_pulls = true;
    code_pulls_clear(&saved->pulls, -1, -1);
    for (int i = 0; i < MODEL_CODE_MAX; i++)
        saved->pulls.values[SIDE_B][i] = 0.5f;
    saved->look.scene = SCENE_LATENT;
    assert_true(link_write(&written, "", link, &left_out, &error));
    assert_int_equal(left_out.count, 4);
    assert_int_equal(link[0], '#');
    assert_null(strstr(link, "secret"));
    assert_null(strstr(link, "mine"));
    assert_null(strstr(link, "drawing"));
    assert_null(strstr(link, "pull"));
    static char page[LINK_SIZE] = "https://";
    memset(page + 8, 'x', LINK_SIZE - 12);
    assert_false(link_write(&written, page, link, &left_out, &error));
    assert_non_null(strstr(error.text, "longer than 4095"));
}

static void a_lesson_alone_is_a_short_link(void **state)
{
    (void)state;
    static char link[LINK_SIZE];
    Error error;
    Notices left_out;
    check_read("#lesson=1&lesson-step=4", &read_options);
    memset(&written, 0, sizeof written);
    written.data.is_builtin = true;
    SavedState *saved = &written.saved;
    saved->look = read_options.look;
    saved->specs[SIDE_A] = read_options.a;
    saved->specs[SIDE_B] = read_options.b;
    saved->preset = read_options.preset;
    saved->epochs = read_options.epochs;
    saved->pace = PACE_FULL;
    saved->is_centred = true;
    assert_true(link_write(&written, "", link, &left_out, &error));
    assert_string_equal(link, "#lesson=1&lesson-step=4");
    saved->look.curve_loss = LOSS_MAE;
    assert_true(link_write(&written, "", link, &left_out, &error));
    assert_string_equal(link, "#lesson=1&lesson-step=4&curve=mae");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_option_of_a_link_names_a_file),
        cmocka_unit_test(a_link_says_what_the_options_say),
        cmocka_unit_test(what_is_a_link),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(what_a_link_cannot_say_is_told),
        cmocka_unit_test(a_lesson_alone_is_a_short_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
