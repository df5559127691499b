// The room that the moments of all models share: who gives way when it is full, and what each keeps.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "synthetic.h"
#include "training.h"
#include "training/moments.h"

static Dataset few; // of training_data: moments are many here, and each is measured

static int begin(void **state)
{
    const int status = training_begin(state);
    few = training_data;
    few.train.count = 40;
    few.test.count = 20;
    return status;
}

// A trainer whose moments have room for so many of the model "layers=8,batch=4", at 10 steps an epoch.
static Trainer *create_with_room(int moments, int epochs)
{
    const Spec spec = synthetic_spec("layers=8,batch=4");
    const Model shape = model_create(&spec, DIGIT_PIXELS);
    const int64_t bytes = (int64_t)(shape.parameter_count * sizeof(float) + sizeof(Moment));
    Trainer *trainer = trainer_create(
        &(TrainerOptions){.dataset = &few, .thread_count = 2, .epochs = epochs, .moment_bytes = moments * bytes}, NULL);
    assert_non_null(trainer);
    return trainer;
}

static void find_seeds(Trainer *trainer, BankModel **models, int first_seed, int count)
{
    for (int i = 0; i < count; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=8,batch=4,seed=%d", first_seed + i);
        models[i] = training_find(trainer, text);
    }
}

static int count_moments(Trainer *trainer, BankModel *model)
{
    int64_t steps[MOMENTS_MAX + 1];
    return trainer_list_moments(trainer, model, steps);
}

// 0, 1, 2, 4, 8 and the quarters of the first epoch's ten steps, and the ends of four epochs
static const int64_t head_of_ten[] = {0, 1, 2, 3, 4, 5, 8, 10, 20, 30, 40};
enum { HEAD_OF_TEN = sizeof head_of_ten / sizeof *head_of_ten };

static void check_head(Trainer *trainer, BankModel *model, int64_t newest)
{
    int64_t steps[MOMENTS_MAX + 1];
    const int count = trainer_list_moments(trainer, model, steps);
    assert_in_range(count, HEAD_OF_TEN, MOMENTS_MAX);
    for (int i = 0; i < HEAD_OF_TEN; i++)
        assert_int_equal(steps[i], head_of_ten[i]);
    assert_int_equal(steps[count - 1], newest);
}

static void looking_at_other_models_costs_no_history(void **state)
{
    (void)state;
    enum { EPOCHS = 30, OTHERS = 8, ROOM = 2 * 64 + 8 * 36 };
    Trainer *trainer = create_with_room(ROOM, EPOCHS);
    BankModel *models[2 + OTHERS];
    find_seeds(trainer, models, 1, 2 + OTHERS);
    training_run(trainer, models, 2);
    int64_t before[2][MOMENTS_MAX + 1], after[MOMENTS_MAX + 1];
    int counts[2], all = 0;
    for (int i = 0; i < 2; i++)
        counts[i] = trainer_list_moments(trainer, models[i], before[i]);
    training_run(trainer, models, 2 + OTHERS); // among others, as in the matrix
    training_run(trainer, models + 2, OTHERS); // hidden
    for (int i = 0; i < 2; i++) {
        assert_int_equal(trainer_list_moments(trainer, models[i], after), counts[i]);
        assert_memory_equal(after, before[i], (size_t)counts[i] * sizeof *after);
    }
    for (int i = 0; i < 2 + OTHERS; i++) {
        check_head(trainer, models[i], 10 * EPOCHS);
        all += count_moments(trainer, models[i]);
    }
    assert_in_range(all, ROOM / 2, ROOM);
    trainer_destroy(trainer);
}

// What is on show has a fair number of moments: the others give way for it, those that came last first, and no head.
static void what_is_on_show_has_its_share(void **state)
{
    (void)state;
    enum { EPOCHS = 30, WHOLE = HEAD_OF_TEN + 26 }; // 26 ends of epochs more
    Trainer *trainer = create_with_room(100, EPOCHS);
    BankModel *models[4];
    find_seeds(trainer, models, 1, 4);
    for (int i = 0; i < 4; i++) {
        training_run(trainer, models + i, 1);
        int all = 0;
        for (int j = 0; j <= i; j++) {
            check_head(trainer, models[j], 10 * EPOCHS);
            all += count_moments(trainer, models[j]);
        }
        assert_in_range(all, i < 2 ? WHOLE : 50, 100);
        assert_in_range(count_moments(trainer, models[i]), 20, WHOLE);
        if (i < 3)
            assert_int_equal(count_moments(trainer, models[0]), WHOLE);
    }
    assert_in_range(count_moments(trainer, models[0]), HEAD_OF_TEN, WHOLE - 1);
    trainer_destroy(trainer);
}

static void each_model_has_a_few_moments_in_any_case(void **state)
{
    (void)state;
    Trainer *trainer = create_with_room(1, 5);
    BankModel *models[3];
    find_seeds(trainer, models, 1, 3);
    training_run(trainer, models, 3);
    for (int i = 0; i < 3; i++) {
        int64_t steps[MOMENTS_MAX + 1];
        const int count = trainer_list_moments(trainer, models[i], steps);
        assert_in_range(count, 3, MOMENTS_MIN);
        assert_true(steps[0] == 0 && steps[1] == 1 && steps[count - 1] == 50);
    }
    trainer_destroy(trainer);
}

static void many_models_share_the_room_for_moments(void **state)
{
    (void)state;
    enum { EPOCHS = 2, MODELS = 32, ROOM = 128 << 20 };
    Trainer *trainer = trainer_create(&(TrainerOptions){.dataset = &few, .thread_count = 2, .epochs = EPOCHS}, NULL);
    assert_non_null(trainer);
    BankModel *models[MODELS];
    for (int i = 0; i < MODELS; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=64,batch=4,seed=%d", i + 1);
        models[i] = training_find(trainer, text);
    }
    training_run(trainer, models, MODELS);
    size_t bytes = 0;
    for (int i = 0; i < MODELS; i++) {
        int64_t steps[MOMENTS_MAX + 1];
        const int count = trainer_list_moments(trainer, models[i], steps);
        assert_true(count >= 5 && steps[0] == 0 && steps[count - 1] == 10 * EPOCHS);
        bytes += (size_t)count * (sizeof(Moment) + bank_model_shape(models[i])->parameter_count * sizeof(float));
    }
    assert_in_range(bytes, ROOM / 2, ROOM);
    trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_at_other_models_costs_no_history),
        cmocka_unit_test(what_is_on_show_has_its_share),
        cmocka_unit_test(each_model_has_a_few_moments_in_any_case),
        cmocka_unit_test(many_models_share_the_room_for_moments),
    };
    return cmocka_run_group_tests(tests, begin, training_end);
}
