// A step that is taken in pieces is the step, bit for bit, whatever the model; and no step of measuring takes long.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/model_layers.h"
#include "synthetic.h"
#include "training/learner.h"

enum { IMAGES = 600, STEPS = 4, PIECES_MOST = 100000 };

static ImageSet set;
static Pool *pool;

static Learner *create(const Model *model, Pool *of)
{
    Error error;
    Learner *learner = learner_create(model, &(LearnerOptions){.train = &set, .pool = of}, &error);
    if (!learner)
        fail_msg("%s", error.text);
    return learner;
}

// One step, a piece a call; returns how many there were.
static int step_by_piece(Learner *learner, double *loss)
{
    const int64_t before = learner_step_count(learner);
    for (int pieces = 1; pieces < PIECES_MOST; pieces++) {
        if (learner_advance(learner, 0, loss))
            return pieces;
        assert_int_equal(learner_step_count(learner), before);
    }
    fail_msg("a step has no end");
    return 0;
}

// Every second step in pieces, so that each kind follows the other.
static void check(const char *text, int pieces_least)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    Learner *whole = create(&model, pool), *cut = create(&model, pool);
    for (int step = 0; step < STEPS; step++) {
        double loss;
        if (step % 2 == 0)
            assert_true(step_by_piece(cut, &loss) >= pieces_least);
        else
            assert_true(learner_advance(cut, INT64_MAX, &loss));
        assert_true(learner_step(whole) == loss);
        for (Penalty i = 0; i < PENALTY_COUNT; i++)
            assert_true(learner_step_penalty(whole, i) == learner_step_penalty(cut, i));
        assert_memory_equal(learner_parameters(whole), learner_parameters(cut), model.parameter_count * sizeof(float));
    }
    assert_true(learner_epoch_loss(whole) == learner_epoch_loss(cut));
    assert_int_equal(learner_images_seen(whole), learner_images_seen(cut));
    learner_destroy(whole);
    learner_destroy(cut);
}

static void pieces_make_the_step(void **state)
{
    (void)state;
    check("batch=70", 10);
    check("batch=300,layers=20,6,20,noise=0.1", 25); // two rounds; and the epoch's end between two steps
    check("batch=64,output=softmax,loss=bce", 10);
    check("batch=64,loss=gauss,output=linear,range=standard", 10);
    check("batch=50,layers=16-sample4-16,reduce=sum", 15);
    check("batch=50,layers=conv4-pool-16-sample4-16,reduce=sum", 30);
    check("batch=70,layers=conv4-pool-conv4-pool-up-conv4-up", 30);
    check("batch=3,layers=conv4-pool-up,noise=0.5,noise_kind=gaussian", 6); // fewer images than slices
}

static void one_that_is_left_is_destroyed(void **state)
{
    (void)state;
    static const char *const texts[] = {"batch=300,layers=20,6,20", "batch=70,layers=conv4-pool-up"};
    for (size_t i = 0; i < 2; i++) {
        const Spec spec = synthetic_spec(texts[i]);
        const Model model = model_create(&spec, DIGIT_PIXELS);
        for (int pieces = 0; pieces < 20; pieces += 3) {
            double loss;
            Learner *learner = create(&model, pool);
            for (int piece = 0; piece < pieces; piece++)
                assert_false(learner_advance(learner, 0, &loss));
            learner_destroy(learner);
        }
    }
}

static void a_broken_one_is_done_at_once(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("loss=mse,output=linear,hidden=leaky_relu,optimizer=sgd,lr=100,batch=64");
    const Model model = model_create(&spec, DIGIT_PIXELS);
    Learner *learner = create(&model, pool);
    double loss;
    for (int step = 0; step < 2000 && learner_broken_step(learner) < 0; step++)
        (void)step_by_piece(learner, &loss);
    assert_true(learner_broken_step(learner) > 0);
    assert_true(learner_advance(learner, 0, &loss));
    assert_true(loss != loss);
    learner_destroy(learner);
}

static void the_longer_an_image_the_fewer_at_a_time(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int images;
    } rows[] = {{"", 64},
                {"model=deep", 64},
                {"model=conv", 64},
                {"layers=512,256,512", 64},
                {"layers=1024,512,1024", 32},
                {"model=denoise", 16},
                {"layers=conv64-pool-conv64-pool-conv64-up-conv64-up", 8}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Spec spec = synthetic_spec(rows[i].spec);
        const Model model = model_create(&spec, DIGIT_PIXELS);
        assert_int_equal(model_choose_step(&model), rows[i].images);
    }
}

static int begin(void **state)
{
    (void)state;
    set = synthetic_create(IMAGES, DIGIT_PIXELS, 3);
    pool = pool_create(3, NULL);
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    synthetic_free(&set);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_make_the_step),
        cmocka_unit_test(one_that_is_left_is_destroyed),
        cmocka_unit_test(a_broken_one_is_done_at_once),
        cmocka_unit_test(the_longer_an_image_the_fewer_at_a_time),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
