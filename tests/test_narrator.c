// The narrator: each rule on both sides of its threshold, which rule goes first, what is said, how figures are rounded.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "stage.h"
#include "state/narrator.h"
#include "state/narrator_format.h"

enum { STEPS = 235, EPOCHS = 20 };

static NarratorFacts facts;

static NarratorModel model(const char *spec, double mse)
{
    NarratorModel m = {.is_measured = true,
                       .step = STEPS * EPOCHS,
                       .broken_step = -1,
                       .steps_per_epoch = STEPS,
                       .epoch = EPOCHS,
                       .test_step = STEPS * EPOCHS,
                       .noisy_mse = NAN,
                       .mean_output = 0.131};
    assert_true(spec_parse(&m.spec, spec, NULL));
    m.mean[LOSS_BCE] = mse < 0.01 ? 0.0918 : 0.1455;
    m.mean[LOSS_MSE] = mse;
    m.mean[LOSS_MAE] = 0.033;
    return m;
}

// BCE beside MSE, alike; chance is known.
static int setup(void **state)
{
    (void)state;
    facts = (NarratorFacts){.scene = SCENE_COMPARE,
                            .has_targets = true,
                            .target_mean = 0.1325,
                            .sides = {model("loss=bce", 0.0099), model("loss=mse", 0.0099)},
                            .distance = 0.0122,
                            .chance = 0.0131};
    facts.sides[SIDE_B].mean[LOSS_BCE] = 0.0930; // more than 1 % from A's
    facts.mean_image[LOSS_BCE] = 0.2624;
    facts.mean_image[LOSS_MSE] = 0.0674;
    return 0;
}

#define A (&facts.sides[SIDE_A])
#define B (&facts.sides[SIDE_B])

static void says_of(Sentence sentence, const char *key, const char *text)
{
    char plain[SENTENCE_SIZE];
    sentence_plain(&sentence, plain, sizeof plain);
    assert_string_equal(sentence.key, key);
    if (text)
        assert_string_equal(plain, text);
}

static void says(const char *key, const char *text) { says_of(narrator_say(&facts), key, text); }

static void goes_back(const NarratorFacts *before) { facts = *before; }

// ---- outputs that become inputs again ---------------------------------------------------------------------------

static void outputs_are_fed_back(void **state)
{
    (void)state;
    facts.fed_back = 1;
    facts.moved[SIDE_A] = 0.000501;
    facts.moved[SIDE_B] = 0.000499;
    says("fed_back", "The output became the input again, 1 time. In A a pixel still moves by 0.001 a time. B "
                     "leaves its picture as it is now.");
    facts.fed_back = 40;
    facts.moved[SIDE_A] = 0.000499;
    says("fed_back", "The output became the input again, 40 times. A and B leave their pictures as they are "
                     "now.");
    facts.moved[SIDE_B] = (double)INFINITY;
    facts.scene = SCENE_SOLO_B;
    says("fed_back", "The output became the input again, 40 times. B has left all bounds.");
}

// ---- A beside B ---------------------------------------------------------------------------------------------------

static void alike_within_chance(void **state)
{
    (void)state;
    says("alike", "A and B look the same: a pixel differs by 0.012 on average. Two seeds of A differ by 0.013.");
    facts.distance = 0.01314; // written as chance is
    says("alike", "A and B look the same: a pixel differs by 0.013 on average, and so it does between two seeds of A.");
    facts.distance = 1.2499 * facts.chance;
    says("alike", NULL);
    facts.distance = 1.2501 * facts.chance;
    says("differs", "A and B differ by 0.016 a pixel, two seeds of A by 0.013, yet their MSE is alike: both 0.0099.");
    B->mean[LOSS_MSE] = 0.0101;
    says("differs",
         "A and B differ by 0.016 a pixel, two seeds of A by 0.013, yet their MSE is alike: 0.0099 and 0.0101.");
}

static void worse_by_ratio(void **state)
{
    (void)state;
    facts.distance = 0.0270;
    facts.sides[SIDE_B] = model("output=relu", 0.0127);
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099.");
    B->mean[LOSS_MSE] = 0.0099 * 1.351;
    says("worse", "B is worse: MSE 0.0134 against 0.0099.");
    B->mean[LOSS_MSE] = 0.0099 * 2.001;
    says("worse", "B is much worse: MSE 0.0198 against 0.0099.");
    B->mean[LOSS_MSE] = 0.0099 * 1.051;
    says("worse", NULL);
    B->mean[LOSS_MSE] = 0.0099 * 1.049;
    says("differs", NULL);
    B->mean[LOSS_MSE] = 0.0099 / 1.2; // the better one is named second
    says("worse", "A is a little worse: MSE 0.0099 against 0.0083.");
    facts.distance = facts.chance; // no further than chance: nobody is worse
    says("alike", NULL);
    facts.distance = 0.0270;
    A->mean[LOSS_MSE] = 0.00011, B->mean[LOSS_MSE] = 0.00012; // both are written 0.0001
    says("differs", NULL);
}

static void causes(void **state)
{
    (void)state;
    facts.distance = 0.0270;
    facts.sides[SIDE_B] = model("output=relu", 0.0127);
    B->above_1 = 0.0301;
    says("worse",
         "B is a little worse: MSE 0.0127 against 0.0099. 3.0 % of its pixels are brighter than white can be.");
    B->never_lit = 51;
    says("worse",
         "B is a little worse: MSE 0.0127 against 0.0099. 3.0 % of its pixels are brighter than white can be, and "
         "51 never light up.");
    B->above_1 = 0.01;
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099. 51 pixels never light up.");
    B->code_units = 32, B->dead_code_units = 17;
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099. 51 pixels never light up. 17 of the 32 units of its "
                  "code are dead: the same for every digit.");
    B->never_lit = 50;
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099. 17 of the 32 units of its code are dead: the same "
                  "for every digit.");
    A->dead_code_units = 17; // as many
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099.");
    A->dead_code_units = 0, B->dead_code_units = 16; // half of them
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099.");
    B->below_0 = 0.377, B->far_below_0 = 0.1885;
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099. 38 % of its pixels are below 0.");
    B->far_below_0 = 0.138;
    says("worse",
         "B is a little worse: MSE 0.0127 against 0.0099. 38 % of its pixels are below 0, but only 14 % by more "
         "than 0.02.");
    B->far_below_0 = 0;
    says("worse",
         "B is a little worse: MSE 0.0127 against 0.0099. 38 % of its pixels are below 0, none of them by more "
         "than 0.02.");
    A->below_0 = 0.35; // A's are, too: that is not why
    says("worse", "B is a little worse: MSE 0.0127 against 0.0099.");
}

static void before_chance_is_known(void **state)
{
    (void)state;
    facts.chance = NAN;
    says("so_far", "A and B have learnt as much so far: MSE 0.0099 and 0.0099 after 20 epochs.");
    facts.is_chance_coming = true;
    says("so_far",
         "A and B have learnt as much so far: MSE 0.0099 and 0.0099 after 20 epochs. Chance is being measured…");
    B->mean[LOSS_MSE] = 0.0127;
    says("so_far", "B is worse so far: MSE 0.0127 against 0.0099 after 20 epochs. Chance is being measured…");
    facts.is_chance_coming = false;
    A->epoch = B->epoch = 1;
    says("so_far", "B is worse so far: MSE 0.0127 against 0.0099 after 1 epoch. Chance is measured from epoch 10 on.");
    A->test_step = B->test_step = 0;
    says("untrained", "Nothing is learnt yet: the MSE of A is 0.0099, of B 0.0127.");
}

static void nothing_without_figures(void **state)
{
    (void)state;
    B->is_measured = false;
    says("", "");
    B->is_measured = true, A->is_measured = false;
    says("", "");
    facts.scene = SCENE_CLAIMS; // which have their own
    says("", "");
}

static void blind(void **state)
{
    (void)state;
    facts.sides[SIDE_A] = model("output=clip", 0.0235);
    facts.sides[SIDE_B] = model("output=linear", 0.3696);
    A->mean[LOSS_BCE] = B->mean[LOSS_BCE] = 0.1595001;
    B->below_0 = 0.3, B->above_1 = 0.13;
    says("blind",
         "BCE cannot tell A from B: both 0.160. MSE can: 0.0235 and 0.370. BCE looks away outside 0…1, where 43 "
         "% of B's pixels are.");
    B->mean[LOSS_BCE] = 0.1595001 * 1.0099;
    says("blind", "BCE cannot tell A from B: 0.160 and 0.161. MSE can: 0.0235 and 0.370. BCE looks away outside 0…1, "
                  "where 43 % of B's pixels are.");
    B->mean[LOSS_BCE] = 0.1595001 * 1.0101;
    says("alike", NULL);
    B->mean[LOSS_BCE] = 0.1595001;
    B->mean[LOSS_MSE] = 0.0235 * 1.251, B->below_0 = B->above_1 = 0;
    says("blind", "BCE cannot tell A from B: both 0.160. MSE can: 0.0235 and 0.0294.");
    B->mean[LOSS_MSE] = 0.0235 * 1.249;
    says("alike", NULL);
}

static void too_dark(void **state)
{
    (void)state;
    B->mean_output = 0.7 * 0.1325 + 1e-6;
    says("alike", NULL);
    B->mean_output = 0.7 * 0.1325 - 1e-6;
    says("dark", "B is too dark: its mean brightness is 0.0927, the target's 0.133.");
    B->below_0 = 0.11; // what is below 0 only looks black
    says("alike", NULL);
    B->below_0 = 0.10;
    A->mean_output = 0.0637;
    says("dark", "A and B are too dark: their mean brightness is 0.0637 and 0.0927, the target's 0.133.");
    facts.has_targets = false;
    says("alike", NULL);
}

static void the_mean_image(void **state)
{
    (void)state;
    assert_true(spec_parse(&B->spec, "loss=mse,lr=1", NULL));
    B->mean[LOSS_BCE] = 0.2624 * 1.019, B->mean[LOSS_MSE] = 0.0674 * 0.981;
    says("mean_image",
         "B answers with the mean image, whatever you draw: MSE 0.0661, the mean image's is 0.0674. Try a "
         "smaller learning rate than 1.");
    const Sentence sentence = narrator_say(&facts);
    assert_string_equal(sentence.action.label, "Set B's learning rate to 0.001");
    assert_int_equal(sentence.action.side, SIDE_B);
    Spec expected = B->spec;
    expected.lr = 0.001f;
    assert_true(spec_equal(&sentence.action.spec, &expected));
    const NarratorFacts before = facts;
    B->mean[LOSS_BCE] = 0.2624 * 1.021;
    says("two_things", NULL);
    goes_back(&before);
    B->mean[LOSS_MSE] = 0.0674 * 0.979;
    says("two_things", NULL);
    goes_back(&before);
    A->epoch = B->epoch = 2;
    says("two_things", NULL);
    A->epoch = B->epoch = 3;
    says("mean_image", NULL);
    assert_true(spec_parse(&B->spec, "l1=0.5", NULL));
    says("mean_image",
         "B answers with the mean image, whatever you draw: MSE 0.0661, the mean image's is 0.0674. Try a "
         "lower price of the code than 0.5.");
    facts.sides[SIDE_A] = facts.sides[SIDE_B];
    says("mean_image", "A and B answer with the mean image, whatever you draw: MSE 0.0661, the mean image's is 0.0674. "
                       "Try a lower price of the code than 0.5.");
}

static void behind(void **state)
{
    (void)state;
    B->step = A->step - STEPS + 1;
    says("alike", NULL);
    B->step = A->step - STEPS;
    says("behind", "B is 1 epoch behind: what differs may be that alone.");
    facts.is_training = true;
    A->step = B->step - 17 * STEPS - 5;
    says("behind", "A is 17 epochs behind: wait before you compare.");
}

static void figures_of_different_moments(void **state)
{
    (void)state;
    B->test_step -= 5;
    says("apart", "A and B are of different moments: their figures of batch 4700 and 4695.");
    facts.is_training = true;
    says(NARRATOR_WAITS, "");
    B->test_step = 40 * EPOCHS, B->steps_per_epoch = 40,
    B->step = 40 * EPOCHS; // smaller epochs, the end of the same one
    says("alike", NULL);
}

static void broken(void **state)
{
    (void)state;
    assert_true(spec_parse(&B->spec, "lr=100", NULL));
    B->broken_step = 10, B->step = 5;
    says("broke", "B broke at batch 10: its numbers are no longer finite. Is a learning rate of 100 too large? Shown: "
                  "batch 5.");
    assert_string_equal(narrator_say(&facts).action.label, "Set B's learning rate to 0.001");
    B->spec.lr = 0.001f;
    says("broke", "B broke at batch 10: its numbers are no longer finite. Shown: batch 5.");
    assert_string_equal(narrator_say(&facts).action.label, "");
    A->broken_step = 12;
    says("broke", "A and B broke at batch 12 and 10: their numbers are no longer finite.");
    B->broken_step = 0;
    A->broken_step = -1;
    says("broke", NULL);
}

static void the_same_model(void **state)
{
    (void)state;
    B->spec = A->spec;
    says("same", "A and B are the same model. Change one button.");
    B->spec.seed = 2;
    says("twin",
         "Only the random start differs: a pixel differs by 0.012 on average. That is chance: a smaller difference "
         "means nothing.");
    B->spec.seed = 1, B->spec.batch = 128;
    says("alike", NULL);
}

static void beside_pca(void **state)
{
    (void)state;
    facts.sides[SIDE_B] = model("loss=mse,output=linear,hidden=linear,seed=7", 0.0168);
    says("two_things", NULL);
    B->components = 32;
    says("pca", "B is PCA, the best linear code of 32 numbers: MSE 0.0168; A has 0.0099 after 20 epochs.");
    A->epoch = 1, B->components = 1;
    says("pca", "B is PCA, the best linear code of 1 number: MSE 0.0168; A has 0.0099 after 1 epoch.");
    B->is_measured = false; // what differs is not the random start that it does not have
    says("", "");
}

static void of_noise(void **state)
{
    (void)state;
    facts.distance = 0.08;
    facts.sides[SIDE_B] = model("loss=bce,noise=0.5", 0.0561);
    says("worse", NULL);
    B->noisy_mse = 0.0202;
    says("denoises",
         "B learnt to clean noisy digits: with noise its MSE is 0.0202. On clean ones, which it never saw, it "
         "is 0.0561, that of A 0.0099.");
    A->noisy_mse = 0.0124;
    assert_true(spec_parse(&A->spec, "noise=0.3", NULL));
    says("denoises", "A and B learnt from different noise: each with its own their MSE is 0.0124 and 0.0202. On clean "
                     "ones, which neither saw, it is 0.0099 and 0.0561.");
    A->spec.noise = 0.5f;
    A->spec.loss = LOSS_MSE;
    says("denoises", "A and B learnt to clean noisy digits: with noise their MSE is 0.0124 and 0.0202. On clean ones, "
                     "which neither saw, it is 0.0099 and 0.0561.");
    A->spec.loss = LOSS_BCE;
    A->spec.seed = 2;
    says("twin", NULL);
    B->mean_output = 0.05; // of clean digits
    says("twin", NULL);
    B->noisy_mse = NAN;
    says("dark", NULL);
}

static void two_things(void **state)
{
    (void)state;
    facts.distance = 0.0270;
    facts.sides[SIDE_B] = model("loss=mse,output=relu", 0.0127);
    says("two_things", "Two things differ: loss and output. B is a little worse: MSE 0.0127 against 0.0099.");
    Sentence sentence = narrator_say(&facts);
    assert_string_equal(sentence.text,
                        "*Two things differ: loss and output.* <B> is a little worse: MSE 0.0127 against "
                        "0.0099.");
    assert_string_equal(sentence.action.label, "Set B's output to sigmoid");
    Spec expected = A->spec;
    expected.loss = LOSS_MSE;
    assert_true(spec_equal(&sentence.action.spec, &expected));
    B->is_measured = false; // that two things differ is known all the same
    says("two_things", "Two things differ: loss and output.");
    assert_true(spec_parse(&B->spec, "loss=mse,hidden=tanh,batch=64,noise=0.5", NULL));
    says("two_things", "Four things differ: loss, inner units, batch and noise.");
    sentence = narrator_say(&facts);
    assert_string_equal(sentence.action.label, "Let only the loss differ");
    assert_true(spec_equal(&sentence.action.spec, &expected));
    assert_true(spec_parse(&B->spec, "optimizer=sgd", NULL)); // which brings its own learning rate
    B->is_measured = true;
    says("worse", NULL);
    B->spec.lr = 0.5f;
    says("two_things", NULL);
}

// Each row with what makes it hold; together, the first wins.
static void priorities(void **state)
{
    (void)state;
    facts.distance = 0.0270;
    B->mean[LOSS_MSE] = 0.0127;
    says("worse", NULL);
    B->mean[LOSS_MSE] = 0.02, B->mean[LOSS_BCE] = A->mean[LOSS_BCE];
    says("blind", NULL);
    B->spec.output = activation_find(OUTPUT_ACTIVATION, "relu");
    says("two_things", NULL);
    B->mean_output = 0.01;
    says("dark", NULL);
    B->mean[LOSS_BCE] = 0.2624, B->mean[LOSS_MSE] = 0.0674;
    says("mean_image", NULL);
    B->test_step--;
    says("apart", NULL);
    facts.is_training = true;
    says(NARRATOR_WAITS, NULL);
    B->step -= STEPS;
    says("behind", NULL);
    B->broken_step = 3;
    says("broke", NULL);
}

// ---- one side -----------------------------------------------------------------------------------------------------

static void one_side(void **state)
{
    (void)state;
    facts.scene = SCENE_SOLO_A;
    says("solo",
         "A draws new digits again from its code: a pixel is wrong by 0.033 on average (0 is black, 1 is white).");
    A->above_1 = 0.0101;
    says("fault", "A's MSE is 0.0099. 1.0 % of its pixels are brighter than white can be.");
    A->above_1 = 0.01;
    says("solo", NULL);
    A->code_units = A->dead_code_units = 1;
    says("fault", "A's MSE is 0.0099. 1 of the 1 unit of its code is dead: the same for every digit.");
    A->dead_code_units = 0;
    A->never_lit = 51;
    says("fault", "A's MSE is 0.0099. 51 pixels never light up.");
    A->mean[LOSS_MSE] = 0.85 * 0.0674; // it may be said of one like this, but not that it draws digits again
    says("fault", NULL);
    A->mean[LOSS_MSE] = 0.85 * 0.0674 + 1e-9;
    says("near_mean_image", "A is hardly better than the mean image: its MSE is 0.0573, the mean image's 0.0674. 51 "
                            "pixels never light up.");
    A->never_lit = 0;
    A->mean[LOSS_MSE] = 0.0673;
    says("near_mean_image", "A is hardly better than the mean image: its MSE is 0.0673, the mean image's 0.0674.");
    A->mean[LOSS_MSE] = 0.06737; // written alike
    says("near_mean_image", "A is no better than the mean image: its MSE is 0.0674, the mean image's 0.0674.");
    A->mean[LOSS_MSE] = 0.0812;
    says("near_mean_image", "A is no better than the mean image: its MSE is 0.0812, the mean image's 0.0674.");
    facts.has_targets = false;
    says("solo", NULL);
    facts.has_targets = true;
    A->never_lit = 51;
    A->test_step = STEPS - 1;
    says("young",
         "A has only begun to learn: after 234 batches a pixel is wrong by 0.033 on average (0 is black, 1 is white).");
    A->test_step = 1;
    says("young",
         "A has only begun to learn: after 1 batch a pixel is wrong by 0.033 on average (0 is black, 1 is white).");
    A->test_step = STEPS;
    says("near_mean_image", NULL);
    A->mean[LOSS_MSE] = 0.0099;
    says("fault", NULL);
    A->test_step = 0;
    says("untrained", "A has learnt nothing yet: its MSE is 0.0099.");
    A->is_measured = false;
    says("", "");
    facts.scene = SCENE_SOLO_B;
    B->mean_output = 0.05;
    says("dark", "B is too dark: its mean brightness is 0.0500, the target's 0.133.");
    B->mean[LOSS_BCE] = 0.2624, B->mean[LOSS_MSE] = 0.0674;
    says("mean_image", NULL);
    B->broken_step = 7;
    says("broke", NULL);
}

// ---- one pixel ----------------------------------------------------------------------------------------------------

static void answer(int side, float t, float p, float slope)
{
    const Spec usual = spec_default();
    NarratorPixelSide *s = &facts.pixel.sides[side];
    facts.pixel.t = t;
    facts.pixel.floor = loss_bce_floor((double)t);
    s->p = p;
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        float unused;
        loss_get(loss)->apply(&p, &t, spec_loss_settings(&usual), &s->loss[loss], &unused, 1);
        s->slope[loss] = slope;
    }
}

static void a_pixel_without_slope(void **state)
{
    (void)state;
    facts.scene = SCENE_INSPECT;
    facts.sides[SIDE_B] = model("loss=bce,output=relu", 0.0241);
    answer(SIDE_A, 0.78f, 0.80f, 0.02f);
    answer(SIDE_B, 0.78f, 0.0f, 0.0f);
    facts.pixel.sides[SIDE_B].dead_share = 0.9f;
    says("no_slope", "BCE charges B 12.6 here, but its slope is 0: from this digit it learns nothing here.");
    facts.pixel.sides[SIDE_B].dead_share = 1.0f;
    says("no_slope", "BCE charges B 12.6 here, but its slope is 0: it is so for every digit, this pixel will never be "
                     "learnt.");
    facts.pixel.sides[SIDE_B].slope[LOSS_BCE] = -0.001f;
    says("missed", "B misses by 0.780: the target is 0.780, A answers 0.800, B 0.000.");
    answer(SIDE_A, 0.04f, 0.05f, 0.02f);
    answer(SIDE_B, 0.04f, 0.0f, 0.0f); // there is hardly anything to be learnt
    says("met", "Both meet it: the target is 0.040, A answers 0.050, B 0.000.");
}

static void a_pixel(void **state)
{
    (void)state;
    facts.scene = SCENE_INSPECT;
    answer(SIDE_A, 0.9f, 1.01f, -0.1f);
    answer(SIDE_B, 0.9f, 0.88f, -0.1f);
    says("outside", "A answers 1.010, above white, where 0.900 was asked for. BCE takes it for 1, MSE charges 0.012.");
    answer(SIDE_A, 0.9f, 1.003f, -0.1f); // less than a grey level
    says("missed", "A misses by 0.103: the target is 0.900, A answers 1.003, B 0.880.");
    answer(SIDE_B, 0.9f, -0.30f, -0.1f);
    says("outside", "B answers −0.300, below black, where 0.900 was asked for. BCE takes it for 0, MSE charges 1.4.");
    answer(SIDE_A, 0.5f, 0.54f, 0.1f);
    answer(SIDE_B, 0.5f, 0.46f, 0.1f);
    says("floor", "Met, and still it costs: for a target of 0.500 BCE charges 0.69 even when it is answered exactly.");
    answer(SIDE_B, 0.5f, 0.44f, 0.1f);
    says("missed", "B misses by 0.060: the target is 0.500, A answers 0.540, B 0.440.");
    answer(SIDE_A, 0.5f, 0.56f, 0.1f);
    says("missed", "A and B miss by 0.060: the target is 0.500, A answers 0.560, B 0.440.");
    answer(SIDE_A, 0.5f, NAN, 0.1f);
    says("", "");
    A->broken_step = 3;
    says("broke", NULL);
}

// ---- the matrix ---------------------------------------------------------------------------------------------------

static NarratorModel cell(int loss, const char *output, double own, double mse)
{
    NarratorModel m = model("", mse);
    m.spec.loss = loss;
    m.spec.output = activation_find(OUTPUT_ACTIVATION, output);
    m.mean[loss] = own;
    return m;
}

// As measured on MNIST.
static void fill_matrix(void)
{
    facts.scene = SCENE_MATRIX;
    facts.column_count = 2;
    facts.columns[0] =
        (NarratorColumn){LOSS_BCE,
                         4,
                         NAN,
                         {cell(LOSS_BCE, "sigmoid", 0.0918, 0.0099), cell(LOSS_BCE, "relu", 0.1595, 0.0241),
                          cell(LOSS_BCE, "linear", 0.1596, 0.3696), cell(LOSS_BCE, "clip", 0.1595, 0.0235)}};
    facts.columns[0].rows[2].below_0 = 0.7;
    facts.columns[1] =
        (NarratorColumn){LOSS_MSE,
                         4,
                         0.0001,
                         {cell(LOSS_MSE, "sigmoid", 0.0099, 0.0099), cell(LOSS_MSE, "relu", 0.0127, 0.0127),
                          cell(LOSS_MSE, "linear", 0.01693, 0.01693), cell(LOSS_MSE, "clip", 0.01089, 0.01089)}};
}

static void says_column(int column, const char *key, const char *text)
{
    says_of(narrator_say_column(&facts, column), key, text);
}

static void columns(void **state)
{
    (void)state;
    fill_matrix();
    says_column(0, "blind",
                "BCE cannot see outside 0…1. Clip, ReLU and linear score the same 0.160, yet their MSE is "
                "0.0235, 0.0241 and 0.370.");
    says_column(1, "forgives", "MSE forgives. Sigmoid has MSE 0.0099; clip is 10 % worse, ReLU 28 %, linear 71 %.");
    facts.columns[0].rows[2].mean[LOSS_BCE] = 0.1595 * 1.0099;
    says_column(0, "blind",
                "BCE cannot see outside 0…1. Clip, ReLU and linear score 0.160 to 0.161, yet their MSE is "
                "0.0235, 0.0241 and 0.370.");
    facts.columns[0].rows[2].mean[LOSS_BCE] = 0.1595 * 1.0101;
    says_column(0, "ranked",
                "With BCE the output matters. Sigmoid has MSE 0.0099; clip has 2.4 times as much, ReLU 2.4 "
                "times, linear 37 times.");
    facts.columns[1].rows[3].mean[LOSS_MSE] = 0.00998; // within the spread of seeds
    says_column(1, "forgives",
                "MSE forgives. Sigmoid has MSE 0.0099; clip is as good, ReLU is 28 % worse, linear 71 %.");
    facts.columns[1].rows[2].mean[LOSS_MSE] = 0.0099 * 2.01;
    says_column(1, "ranked", NULL);
    facts.columns[1].rows[2].broken_step = 5;
    says_column(1, "ranked",
                "With MSE the output matters. Sigmoid has MSE 0.0099; clip is as good, ReLU is 28 % worse. "
                "linear broke at batch 5.");
}

static void a_column_that_dims(void **state)
{
    (void)state;
    fill_matrix();
    static const double brightness[] = {0.0637, 0.1085, 0.0471, 0.1091};
    facts.columns[1].loss = LOSS_MAE;
    for (int row = 0; row < 4; row++) {
        facts.columns[1].rows[row].mean_output = brightness[row];
        facts.columns[1].rows[row].mean[LOSS_MAE] = 0.03 + 0.01 * row;
    }
    says_column(1, "dim", "MAE dims: mean brightness 0.0471 to 0.109, the target's is 0.133.");
    facts.columns[1].rows[3].mean_output = 0.9 * 0.1325 + 1e-6;
    says_column(1, "forgives", NULL);
    facts.columns[1].rows[3].mean_output = 0.9 * 0.1325 - 1e-6;
    says_column(1, "dim", NULL);
    facts.columns[1].rows[0].mean_output = facts.columns[1].rows[2].mean_output = 0.7 * 0.1325 + 1e-6;
    says_column(1, "forgives", NULL);
}

static void columns_in_training(void **state)
{
    (void)state;
    fill_matrix();
    facts.columns[1].rows[1].test_step -= STEPS;
    says_column(1, "apart", "Not to be compared yet: ReLU is at batch 4465, sigmoid at 4700.");
    facts.is_training = true;
    says_column(1, NARRATOR_WAITS, "");
    fill_matrix();
    for (int row = 0; row < 4; row++)
        facts.columns[1].rows[row].epoch = 9;
    says_column(1, "forgives",
                "MSE forgives. Sigmoid has MSE 0.0099; clip is 10 % worse, ReLU 28 %, linear 71 %. So far: "
                "epoch 9.");
    facts.columns[1].rows[0].is_measured = false;
    says_column(1, "", "");
}

static void the_whole_matrix(void **state)
{
    (void)state;
    fill_matrix();
    says("matrix", "With BCE, take sigmoid: its MSE is 0.0099, clip has 2.4 times as much. With MSE every output draws "
                   "readable digits: MSE from 0.0099 (sigmoid) to 0.0169 (linear).");
    facts.columns[0].rows[3].mean[LOSS_MSE] = 0.0099 * 1.49;
    says("matrix", "With MSE every output draws readable digits: MSE from 0.0099 (sigmoid) to 0.0169 (linear).");
    facts.columns[1].rows[2].mean[LOSS_MSE] = 0.0674 / 2 + 1e-6;
    says("", "");
    facts.columns[1].rows[2].mean[LOSS_MSE] = 0.0674 / 2 - 1e-6;
    says("matrix", NULL);
    for (int row = 0; row < 4; row++)
        facts.columns[1].rows[row].epoch = 9;
    says("", "");
}

// ---- rounding -----------------------------------------------------------------------------------------------------

// ---- the code -----------------------------------------------------------------------------------------------------

static void the_code(void **state)
{
    (void)state;
    NarratorCodeSide *a = &facts.code.sides[SIDE_A], *b = &facts.code.sides[SIDE_B];
    facts.scene = SCENE_CODE;
    facts.code.shows = SHOWS_BOTH;
    says("", "");
    *a = *b = (NarratorCodeSide){.units = 32, .is_measured = true};
    says("code", "These 32 numbers are all that the decoder knows of your digit. Drag one, and see what goes with it.");
    b->dead = 3; // less than a tenth
    says("code", "These 32 numbers are all that the decoder knows of your digit. Drag one, and see what goes with it.");
    b->dead = 4;
    says("code", "These 32 numbers are all that the decoder knows of your digit. In B 4 of them are dead: the same for "
                 "every digit.");
    b->is_measured = false; // not known any more
    says("code", "These 32 numbers are all that the decoder knows of your digit. Drag one, and see what goes with it.");
    b->units = 1;
    says("code", "32 numbers in A and 1 in B are all that the decoder knows of your digit. Drag one, and see what goes "
                 "with it.");
    a->units = 1;
    says("code", "This 1 number is all that the decoder knows of your digit. Drag one, and see what goes with it.");
}

static void a_plane_of_the_code(void **state)
{
    (void)state;
    NarratorCodeSide *a = &facts.code.sides[SIDE_A], *b = &facts.code.sides[SIDE_B];
    facts.scene = SCENE_LATENT;
    facts.code.shows = SHOWS_BOTH;
    says("", "");
    *a = *b = (NarratorCodeSide){.units = 20, .is_measured = true, .has_prior = true, .used = 20};
    says("latent", "Each point is a test digit, by two numbers of its code. Press and drag: the decoder follows.");
    b->used = 1;
    says("latent", "Each point is a test digit, by two numbers of its code. In B 1 of 20 numbers says something of the "
                   "digits.");
    b->used = 0;
    says("latent_collapsed",
         "The code of B has collapsed: all digits lie in one place, and every number is nothing but chance. KL weighs "
         "too much beside the pixels.");
    a->used = 0;
    says("latent_collapsed",
         "The codes of A and B have collapsed: all digits lie in one place, and every number is nothing but chance. KL "
         "weighs too much beside the pixels.");
    a->is_measured = b->is_measured = false; // not known yet
    a->used = b->used = -1;
    says("latent", "Each point is a test digit, by two numbers of its code. Press and drag: the decoder follows.");
}

static void a_pulled_code(void **state)
{
    (void)state;
    NarratorCodeSide *a = &facts.code.sides[SIDE_A], *b = &facts.code.sides[SIDE_B];
    facts.scene = SCENE_CODE;
    facts.code.shows = SHOWS_BOTH;
    *a = *b = (NarratorCodeSide){.units = 32, .is_measured = true};
    facts.code.walk = 0.5;
    facts.code.digit = 7;
    a->change = 0.0512;
    b->change = 0.0498;
    says("code_walk",
         "All numbers are 50 % of the way to test digit 7. A pixel changes by 0.051 in A and by 0.050 in B, on "
         "average.");
    b->pulled = 1;
    b->number = 11;
    b->from = 19.61;
    b->to = 0.0;
    b->change = 0.1096;
    says("code_pulled",
         "These 32 numbers are all that the decoder knows of your digit. In B number 12 was pulled from 19.6 "
         "to 0: a pixel changes by 0.110 on average.");
    b->pulled = 2;
    says("code_pulled",
         "These 32 numbers are all that the decoder knows of your digit. In B 2 numbers were pulled: a pixel "
         "changes by 0.110 on average.");
    a->dead = 31; // not all
    says("code_pulled", NULL);
    a->dead = 32;
    b->pulled = 0;
    says("code_dead",
         "The code of A is dead: every number is the same for every digit, so its decoder always draws one "
         "picture.");
    b->dead = 32;
    says("code_dead",
         "The codes of A and B are dead: every number is the same for every digit, so each decoder always draws "
         "one picture.");
    facts.code.shows = SHOWS_A; // of B nothing is said
    a->dead = 0;
    says("code_walk", "All numbers are 50 % of the way to test digit 7. A pixel changes by 0.051 on average.");
    facts.code.walk = 0;
    b->pulled = 1;
    says("code", "These 32 numbers are all that the decoder knows of your digit. Drag one, and see what goes with it.");
    A->broken_step = 12;
    says("broke", NULL);
}

static void rounding(void **state)
{
    (void)state;
    assert_string_equal(narrator_format_loss(0.00994).text, "0.0099");
    assert_string_equal(narrator_format_loss(0.09994).text, "0.0999");
    assert_string_equal(narrator_format_loss(0.09996).text, "0.100");
    assert_string_equal(narrator_format_loss(-0.2977).text, "\u22120.298");
    assert_string_equal(narrator_format_loss(-1e-9).text, "0.0000");
    assert_string_equal(narrator_format_loss(4067653.167).text, "over 999999");
    assert_string_equal(narrator_format_loss(1e30).text, "over 999999");
    assert_string_equal(narrator_format_difference(0.01249).text, "0.012");
    assert_string_equal(narrator_format_difference(0.00996).text, "0.010");
    assert_string_equal(narrator_format_difference(0.0996).text, "0.10");
    assert_string_equal(narrator_format_difference(12.6).text, "13");
    assert_string_equal(narrator_format_difference(0).text, "0");
    assert_string_equal(narrator_format_share(0.0301).text, "3.0 %");
    assert_string_equal(narrator_format_share(0.09949).text, "9.9 %");
    assert_string_equal(narrator_format_share(0.0995).text, "10 %");
    assert_string_equal(narrator_format_share(0.377).text, "38 %");
    assert_string_equal(narrator_format_ratio(1.18).text, "18 % worse");
    assert_string_equal(narrator_format_ratio(1.499).text, "50 % worse");
    assert_string_equal(narrator_format_ratio(1.5).text, "1.5 times");
    assert_string_equal(narrator_format_ratio(9.94).text, "9.9 times");
    assert_string_equal(narrator_format_ratio(37.3).text, "37 times");
    assert_string_equal(narrator_format_pixel(-0.3).text, "\u22120.300");
    assert_string_equal(narrator_format_pixel(0.78).text, "0.780");
    assert_string_equal(narrator_format_price(12.59).text, "12.6");
    assert_string_equal(narrator_format_price(0.949).text, "0.95");
    assert_string_equal(narrator_format_price(0.95).text, "0.9"); // 0.95 lies below it in binary
    assert_string_equal(narrator_format_setting(0.001).text, "0.001");
    assert_string_equal(narrator_format_setting((double)0.3f).text, "0.3");
    assert_string_equal(narrator_format_setting(100).text, "100");
}

// ---- in the window ------------------------------------------------------------------------------------------------

// Composes with the newest figures for up to so many milliseconds, until the sentence is another one. True when it is.
static bool changes(Stage *stage, const char *text, int milliseconds)
{
    for (int i = 0; i < milliseconds; i++) {
        (void)app_compose(stage->app, 4, false, true);
        if (strcmp(stage->app->frame.sentence.text, text) != 0)
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

static void a_sentence_stays_for_a_second(void **state)
{
    (void)state;
    static Stage stage;
    char text[SENTENCE_SIZE] = "";
    assert_true(stage_open(&stage));
    // two models of which there is something to say at once, however far they are
    Requests relu = {.count = 1, .items = {{.kind = REQUEST_SPEC, .side = SIDE_B, .spec = stage.app->specs[SIDE_B]}}};
    relu.items[0].spec.output = activation_find(OUTPUT_ACTIVATION, "relu");
    app_apply(stage.app, &relu);
    app_set_goal(stage.app, 1000000, -1); // trains until the end of the test
    stage.app->now = 100;
    assert_true(changes(&stage, text, 20000));
    strcpy(text, stage.app->frame.sentence.text);
    stage.app->now = 100.999;
    assert_false(changes(&stage, text, 300));
    stage.app->now = 101;
    assert_true(changes(&stage, text, 20000));
    strcpy(text, stage.app->frame.sentence.text);
    // what the user changed is answered at once
    Requests requests = {.count = 1,
                         .items = {{.kind = REQUEST_SPEC, .side = SIDE_B, .spec = stage.app->specs[SIDE_A]}}};
    app_apply(stage.app, &requests);
    (void)app_compose(stage.app, 4, false, false);
    assert_string_equal(stage.app->frame.sentence.key, "same");
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(outputs_are_fed_back, setup),
        cmocka_unit_test_setup(alike_within_chance, setup),
        cmocka_unit_test_setup(worse_by_ratio, setup),
        cmocka_unit_test_setup(causes, setup),
        cmocka_unit_test_setup(before_chance_is_known, setup),
        cmocka_unit_test_setup(nothing_without_figures, setup),
        cmocka_unit_test_setup(blind, setup),
        cmocka_unit_test_setup(too_dark, setup),
        cmocka_unit_test_setup(the_mean_image, setup),
        cmocka_unit_test_setup(behind, setup),
        cmocka_unit_test_setup(figures_of_different_moments, setup),
        cmocka_unit_test_setup(broken, setup),
        cmocka_unit_test_setup(the_same_model, setup),
        cmocka_unit_test_setup(beside_pca, setup),
        cmocka_unit_test_setup(of_noise, setup),
        cmocka_unit_test_setup(two_things, setup),
        cmocka_unit_test_setup(priorities, setup),
        cmocka_unit_test_setup(one_side, setup),
        cmocka_unit_test_setup(a_pixel_without_slope, setup),
        cmocka_unit_test_setup(a_pixel, setup),
        cmocka_unit_test_setup(columns, setup),
        cmocka_unit_test_setup(a_column_that_dims, setup),
        cmocka_unit_test_setup(columns_in_training, setup),
        cmocka_unit_test_setup(the_whole_matrix, setup),
        cmocka_unit_test_setup(the_code, setup),
        cmocka_unit_test_setup(a_pulled_code, setup),
        cmocka_unit_test_setup(a_plane_of_the_code, setup),
        cmocka_unit_test_setup(rounding, setup),
        cmocka_unit_test(a_sentence_stays_for_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
