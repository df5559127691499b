// Another data set in the running window: every model begins anew on it, and what the person made stays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "stage.h"
#include "synthetic.h"

enum { WIDTH = 1440, HEIGHT = 900 };

static Stage stage;
static Dataset sets[2];

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        sets[i] = (Dataset){.train = synthetic_create(300 + i, DIGIT_PIXELS, 1 + (uint64_t)i),
                            .test = synthetic_create(100 + i, DIGIT_PIXELS, 7 + (uint64_t)i)};
        (void)snprintf(sets[i].name, sizeof sets[i].name, "set%d", i);
    }
    return stage_open(&stage) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    stage_close(&stage);
    for (int i = 0; i < 2; i++) {
        synthetic_free(&sets[i].train);
        synthetic_free(&sets[i].test);
    }
    return 0;
}

static const Frame *compose(void) { return stage_compose(&stage, WIDTH, HEIGHT, 1); }

// Until A has been trained for so many epochs on the set that it has now.
static const Frame *train(int epochs)
{
    app_set_goal(stage.app, epochs, -1);
    for (;;) {
        (void)app_compose(stage.app, stage.layout.page_count, false, true);
        const Snapshot *snapshot = stage.app->frame.models[SIDE_A].snapshot;
        if (snapshot->test.images > 0 && snapshot->test_epoch >= epochs)
            return &stage.app->frame;
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static void the_models_begin_anew_on_it(void **state)
{
    (void)state;
    Error error;
    (void)compose();
    for (int i = 0; i < 2; i++) {
        assert_true(app_take_dataset(stage.app, &sets[i], &error));
        const Frame *frame = compose();
        assert_string_equal(frame->dataset_name, sets[i].name);
        assert_int_equal(frame->train_count, 300 + i);
        assert_int_equal(frame->test_count, 100 + i);
        assert_int_equal(frame->models[SIDE_A].snapshot->step, 0);
        frame = train(1);
        assert_int_equal(frame->models[SIDE_A].snapshot->test.images, 100 + i);
        assert_memory_equal(frame->facts->mean_map, trainer_test_facts(stage.app->trainer)->mean_map,
                            sizeof(float) * DIGIT_PIXELS);
    }
    assert_true(app_take_dataset(stage.app, NULL, &error)); // and back
    assert_true(compose()->is_builtin);
    assert_int_equal(stage.app->frame.models[SIDE_A].snapshot->step, 0);
}

static void a_drawing_stays_a_test_digit_is_another(void **state)
{
    (void)state;
    Error error;
    const Frame *frame = compose();
    assert_int_equal(frame->pad->now.source, 0);
    assert_true(app_take_dataset(stage.app, &sets[0], &error));
    frame = compose();
    assert_int_equal(frame->pad->now.source, 0);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        assert_float_equal(frame->pad_input[i], sets[0].test.pixels[i] / 255.0f, 1e-6f);
    stage.app->look.past_step = 5;
    stage.app->first = 90;
    pad_clear(&stage.app->pad);
    pad_begin_stroke(&stage.app->pad, 5, 5, false);
    pad_end_stroke(&stage.app->pad);
    float drawn[DIGIT_PIXELS];
    pad_read_drawn(&stage.app->pad, drawn);
    assert_true(app_take_dataset(stage.app, &sets[1], &error));
    frame = compose();
    assert_memory_equal(frame->pad_drawn, drawn, sizeof drawn);
    assert_int_equal(frame->pad->now.source, -1);
    assert_false(frame->is_past);
    assert_int_equal(frame->first, 0);
    while (pad_undo(&stage.app->pad)) // what was of the old set is not taken for one of the new
        assert_int_equal(stage.app->pad.now.source, -1);
}

// A model from a file is shown on the new set as it is; one that was trained on begins anew, which is said.
static void a_model_from_a_file_stays(void **state)
{
    (void)state;
    Error error;
    for (int trained = 0; trained < 2; trained++) {
        Spec spec = stage.app->specs[SIDE_A];
        spec.seed = 77 + (uint32_t)trained;
        ModelFile file = {.path = "a.safetensors", .model = model_create(&spec, DIGIT_PIXELS), .step = 12};
        file.path[0] = (char)('a' + trained);
        file.parameters = aligned_alloc(64, file.model.parameter_count * sizeof *file.parameters);
        assert_non_null(file.parameters);
        for (size_t i = 0; i < file.model.parameter_count; i++)
            file.parameters[i] = 0.001f * (float)(i % 7);
        (void)compose();
        assert_true(app_set_model(stage.app, SIDE_A, &file, trained == 1));
        do {
            (void)compose();
            (void)app_compose(stage.app, stage.layout.page_count, false, true);
        } while (stage.app->frame.models[SIDE_A].snapshot->step < 12);
        assert_true(app_take_dataset(stage.app, &sets[trained], &error));
        do // its weights are put in once the models are made
            (void)app_compose(stage.app, stage.layout.page_count, false, true);
        while (stage.app->frame.models[SIDE_A].snapshot->step < (trained ? 0 : 12));
        const Snapshot *snapshot = stage.app->frame.models[SIDE_A].snapshot;
        assert_int_equal(snapshot->step, trained ? 0 : 12);
        const Layer *layer = &file.model.layers[0];
        const bool is_same =
            snapshot->parameters[layer->weight_offset + 3] == file.parameters[layer->weight_offset + 3];
        assert_true(is_same == !trained);
        assert_int_equal(stage.app->notices.count, trained ? 2 : 0); // the first is not on show any more
        model_file_free(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_models_begin_anew_on_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_drawing_stays_a_test_digit_is_another, setup, teardown),
        cmocka_unit_test_setup_teardown(a_model_from_a_file_stays, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
