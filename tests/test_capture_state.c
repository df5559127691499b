// A picture's settings as text: what is written is read back, and what others make of it is followed or refused by
// name.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files/capture_state.h"
#include "stage.h"

// What a picture says at the least.
static const char least[] =
    "{\"program\":\"losslens " LOSSLENS_VERSION "\",\"view\":\"compare\",\"epochs\":5,\"pad\":\"test 3\","
    "\"data\":{\"name\":\"builtin\",\"train\":60000,\"test\":10000,\"seed\":1},"
    "\"a\":{\"spec\":\"loss=mae\",\"step\":10,\"epoch\":0.5}}";

static CaptureState read_state; // too large for a stack

static bool parse(const char *text, Error *error)
{
    return capture_parse_state(text, strlen(text), "x.png", &read_state, error);
}

// The least settings with `value`, JSON, at the key; NULL takes it out.
static char *change(const char *key, const char *value)
{
    json_t *root = json_loads(least, 0, NULL);
    if (value)
        assert_int_equal(json_object_set_new(root, key, json_loads(value, JSON_DECODE_ANY, NULL)), 0);
    else
        assert_int_equal(json_object_del(root, key), 0);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    assert_non_null(text);
    return text;
}

static void check_refused(const char *key, const char *value)
{
    Error error = {""};
    char quoted[64], *text = change(key, value);
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", key);
    if (parse(text, &error))
        fail_msg("%s: %.100s was taken", key, value ? value : "nothing");
    assert_int_equal(strncmp(error.text, "x.png: ", 7), 0);
    if (!strstr(error.text, quoted) || (value && !strstr(error.text, "expected")))
        fail_msg("%s: %.100s: %s", key, value ? value : "nothing", error.text);
    free(text);
}

static void check_taken(const char *key, const char *value)
{
    Error error = {""};
    char *text = change(key, value);
    if (!parse(text, &error))
        fail_msg("%s", error.text);
    assert_int_equal(read_state.notices.count, 0);
    free(text);
}

static void the_least_is_enough(void **state)
{
    (void)state;
    Error error;
    assert_true(parse(least, &error));
    const SavedState *saved = &read_state.saved;
    assert_int_equal(saved->look.scene, SCENE_COMPARE);
    assert_int_equal(saved->epochs, 5);
    assert_int_equal(saved->pad.source, 3);
    assert_int_equal(saved->specs[SIDE_A].loss, LOSS_MAE);
    assert_int_equal(saved->model_count, 1);
    assert_int_equal(saved->models[0].newest, 10);
    assert_int_equal(saved->models[0].epochs, 1); // half of one counts as one
    assert_true(read_state.data.is_builtin);
    static const char *const needed[] = {"program", "view", "epochs", "pad", "data"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        check_refused(needed[i], NULL);
    char *text = change("a", NULL);
    assert_false(parse(text, &error));
    assert_non_null(strstr(error.text, "no model"));
    free(text);
}

static void bounds_are_held_from_both_sides(void **state)
{
    (void)state;
    static const struct {
        const char *key, *good, *bad;
    } rows[] = {
        {"view", "\"solo-b\"", "\"nowhere\""},
        {"view", "\"matrix\"", "3"},
        {"epochs", "0", "-1"},
        {"epochs", "1000000", "1000001"},
        {"epochs", "7", "\"7\""},
        {"epochs", "7", "2.5"},
        {"binary", "1", "1.001"},
        {"binary", "0", "-0.001"},
        {"binary", "0.25", "null"},
        {"clipped", "true", "1"},
        {"histogram", "\"linear\"", "\"pie\""},
        {"curve", "\"mae\"", "\"hinge\""},
        {"theme", "\"light\"", "\"pink\""},
        {"pad", "\"test 999999999\"", "\"test 1000000000\""},
        {"pad", "\"test 0\"", "\"test -1\""},
        {"pad", "\"test 12\"", "\"test 12 \""},
        {"pad_brush", "2.2", "0"},
        {"pad_brush", "28", "1e300"},
        {"pad_centred", "false", "0"},
        {"heatmaps", "[\"bce\",\"bce\"]", "[\"bce\"]"},
        {"heatmaps", "[\"mse\",\"bias\"]", "[\"mse\",\"bias\",\"mse\"]"},
        {"heatmaps", "[\"mse\",\"bias\"]", "[\"mse\",\"glow\"]"},
        {"heat_scale", "{\"bce\":0.5}", "{\"bce\":0}"},
        {"heat_scale", "{}", "[1]"},
        {"page", "{\"first\":0,\"shuffle\":2}", "{\"first\":-1,\"shuffle\":2}"},
        {"page", "{\"first\":9,\"shuffle\":0}", "{\"first\":9}"},
        {"digit", "-1", "-2"},
        {"pixel", "[27,0]", "[28,0]"},
        {"pixel", "[0,27]", "[0,-1]"},
        {"pixel", "[1,1]", "[1]"},
        {"pixel_is", "\"pinned\"", "\"lost\""},
        {"target", "1", "1.01"},
        {"brush_bins", "[3,3]", "[3,2]"},
        {"brush_bins", "[0,65]", "[0,66]"},
        {"matrix", "{\"outputs\":[\"relu\"],\"losses\":[\"bce\"],\"shows\":\"output\"}",
         "{\"outputs\":[],\"losses\":[\"bce\"],\"shows\":\"output\"}"},
        {"matrix", "{\"outputs\":[\"relu\"],\"losses\":[\"bce\"],\"shows\":\"bias\"}",
         "{\"outputs\":[\"relu\"],\"losses\":[\"bce\"],\"shows\":\"all\"}"},
        {"past_step", "0", "-1"},
        {"past_step", "2147483647", "2147483648"},
        {"preset", "\"sigmoid\"", "\"mine\""},
        {"lesson", "[1,1]", "[1,0]"},
        {"lesson", "[2,1]", "[3,1]"},
        {"lesson", "[1,6]", "[1,98]"},
        {"lesson_pixel", "\"moved\"", "\"x\""},
        {"wipe", "0.5", "1.5"},
        {"pace", "\"10\"", "10"},
        {"paused", "true", "\"yes\""},
        {"hide", "[\"more\",\"data\"]", "[\"door\"]"},
        {"hide", "[\"histogram\"]", "\"histogram\""},
        {"popup", "[\"help\"]", "\"help\""},
        {"popup", "[\"glossary\",\"seed\"]", "[\"glossary\",\"zebra\"]"},
        {"popup", "[\"setups\"]", "[\"door\"]"},
        {"popup", "[\"claim\",\"sigmoid\"]", "[\"claim\"]"},
        {"window", "{\"size\":[64,8192],\"display_scale\":1,\"scale\":1.5}",
         "{\"size\":[63,8192],\"display_scale\":1,\"scale\":1.5}"},
        {"window", "{\"size\":[800,600],\"display_scale\":8,\"scale\":1}",
         "{\"size\":[800,600],\"display_scale\":1e9,\"scale\":1}"},
        {"window", "{\"size\":[800,600],\"display_scale\":1,\"scale\":1}", "{\"size\":[800,8193],\"display_scale\":1}"},
        {"a", "{\"spec\":\"\",\"step\":2147483647,\"epoch\":100000}",
         "{\"spec\":\"\",\"step\":2147483648,\"epoch\":100000}"},
        {"a", "{\"spec\":\"seed=4\",\"step\":0,\"epoch\":0}", "{\"spec\":\"seed=4\",\"step\":0,\"epoch\":100001}"},
        {"a", "{\"spec\":\"loss=bce\",\"step\":0,\"epoch\":0}", "{\"spec\":\"loss=hinge\",\"step\":0,\"epoch\":0}"},
        {"a", "{\"spec\":\"\",\"step\":4,\"epoch\":1,\"newest\":[4,1]}",
         "{\"spec\":\"\",\"step\":4,\"epoch\":1,\"newest\":[3,1]}"},
        {"a", "{\"spec\":\"\",\"step\":4,\"epoch\":1,\"broken_step\":4}",
         "{\"spec\":\"\",\"step\":4,\"epoch\":1,\"broken_step\":3}"},
        {"a",
         "{\"spec\":\"\",\"step\":0,\"epoch\":0,\"weights_sha256\":"
         "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}",
         "{\"spec\":\"\",\"step\":0,\"epoch\":0,\"weights_sha256\":\"0123\"}"},
        {"a", "{\"spec\":\"\",\"step\":0,\"epoch\":0}", "\"loss=bce\""},
        {"b", "{\"spec\":\"\",\"step\":0,\"epoch\":0}", "{\"step\":0,\"epoch\":0}"},
        {"hidden", "\"loss=mse\"", "5"},
        {"others", "[{\"spec\":\"\",\"step\":0,\"epoch\":0}]", "[{}]"},
        {"others", "[]", "{}"},
        {"figure", "{\"title\":\"T\",\"size\":[800,450],\"has_own_title\":true}",
         "{\"title\":3,\"size\":[800,450],\"has_own_title\":true}"},
        {"figure", "{\"title\":\"T\",\"size\":[800,450],\"has_own_title\":true}", "{\"title\":\"T\"}"},
        {"data", "{\"name\":\"x\",\"train\":1,\"test\":1,\"limit\":1,\"in_order\":true}",
         "{\"name\":\"x\",\"train\":0,\"test\":1}"},
        {"data", "{\"name\":\"x\",\"train\":1,\"test\":1,\"seed\":1}",
         "{\"name\":\"x\",\"train\":1,\"test\":1,\"seed\":2}"},
        {"data", "{\"name\":\"\",\"train\":1,\"test\":1,\"path\":\"/a\"}", "{\"name\":7,\"train\":1,\"test\":1}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_taken(rows[i].key, rows[i].good);
        check_refused(rows[i].key, rows[i].bad);
    }
}

static void no_list_is_too_long(void **state)
{
    (void)state;
    static char text[CAPTURE_TEXT_MAX];
    for (int count = MODELS_MAX - SIDE_COUNT; count <= MODELS_MAX - SIDE_COUNT + 1; count++) {
        size_t used = 0;
        for (int i = 0; i < count; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%c{\"spec\":\"\",\"step\":0,\"epoch\":0}",
                                     i ? ',' : '[');
        (void)snprintf(text + used, sizeof text - used, "]");
        (count <= MODELS_MAX - SIDE_COUNT ? check_taken : check_refused)("others", text);
    }
    memset(text, 'x', sizeof text);
    memcpy(text, "{\"title\":\"", 10);
    (void)snprintf(text + 10 + CAPTURE_TITLE_SIZE, 64, "\",\"size\":[800,450],\"has_own_title\":true}");
    check_refused("figure", text);
    memmove(text + 10, text + 11, strlen(text + 11) + 1); // one byte less
    check_taken("figure", text);
}

static void drawings_are_of_their_size(void **state)
{
    (void)state;
    // 784 zeros, deflated
    check_taken("drawing", "{\"side\":28,\"raster\":\"eNpjYBgFo2AUwAAAAxAAAQ\"}");
    assert_true(read_state.saved.pad.is_exact);
    check_refused("drawing", "{\"side\":112,\"raster\":\"eNpjYBgFo2AUwAAAAxAAAQ\"}");
    check_refused("drawing", "{\"side\":27,\"raster\":\"eNpjYBgFo2AUwAAAAxAAAQ\"}");
    check_refused("drawing", "{\"side\":28,\"raster\":\"!!\"}");
    check_refused("drawing", "{\"side\":28,\"raster\":\"AAAA\"}");
    check_refused("drawing", "{\"side\":28,\"raster\":7}");
    check_refused("drawing", "{\"raster\":\"eNpjYBgFo2AUwAAAAxAAAQ\"}");
}

static void texts_that_are_no_settings(void **state)
{
    (void)state;
    static char text[CAPTURE_TEXT_MAX];
    static const char *const others[] = {"",
                                         "[]",
                                         "3",
                                         "nonsense",
                                         "\xff\xfe{}",
                                         "{\"epochs\":NaN}",
                                         "{\"epochs\":1e999}",
                                         "{\"epochs\":1,\"epochs\":1}",
                                         "{\"view\":\"\\u0000\"}"};
    Error error;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(parse(others[i], &error));
        assert_int_equal(strncmp(error.text, "x.png: ", 7), 0);
    }
    memset(text, '[', sizeof text - 1);
    assert_false(parse(text, &error));
    for (size_t i = 0; i + 5 < sizeof text; i += 5)
        memcpy(text + i, "{\"a\":", 5);
    assert_false(parse(text, &error));
    assert_false(capture_parse_state(least, sizeof least, "x.png", &read_state, &error)); // with its 0
}

static void unknown_settings_are_told(void **state)
{
    (void)state;
    Error error;
    char *text = change("colour", "{\"deep\":[[[1]]]}");
    assert_true(parse(text, &error));
    assert_int_equal(read_state.notices.count, 1);
    assert_non_null(strstr(read_state.notices.text[0], "\"colour\""));
    free(text);
    text = change("program", "\"losslens 9.9\"");
    assert_true(parse(text, &error));
    assert_non_null(strstr(read_state.notices.text[0], "9.9"));
    free(text);
    text = change("pad", "\"drawn\""); // of a version that did not keep it
    assert_true(parse(text, &error));
    assert_false(read_state.saved.has_pad);
    assert_int_equal(read_state.notices.count, 1);
    free(text);
}

static void homes_are_folded(void **state)
{
    (void)state;
    char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    char text[PATH_MAX], path[PATH_MAX];
    static const char *const rows[][2] = {
        {"/home/x/mnist", "~/mnist"}, {"/home/x", "~"}, {"/home/xy", "/home/xy"}, {"/data", "/data"}};
    for (int slash = 0; slash < 2; slash++) {
        assert_int_equal(setenv("HOME", slash ? "/home/x/" : "/home/x", 1), 0);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            capture_fold_home(rows[i][0], text);
            assert_string_equal(text, rows[i][1]);
            capture_unfold_home(text, path);
            assert_string_equal(path, rows[i][0]);
        }
    }
    assert_int_equal(unsetenv("HOME"), 0);
    capture_fold_home("/home/x/mnist", text);
    assert_string_equal(text, "/home/x/mnist");
    if (home)
        assert_int_equal(setenv("HOME", home, 1), 0);
    free(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_is_enough),        cmocka_unit_test(bounds_are_held_from_both_sides),
        cmocka_unit_test(no_list_is_too_long),        cmocka_unit_test(drawings_are_of_their_size),
        cmocka_unit_test(texts_that_are_no_settings), cmocka_unit_test(unknown_settings_are_told),
        cmocka_unit_test(homes_are_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
