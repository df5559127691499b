// Specs: every key with its default, its allowed values and what is said of the others; reading back what was written.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/activation.h"
#include "kernels/loss.h"
#include "kernels/optimizer.h"
#include "models/architectures.h"
#include "models/choices.h"
#include "models/model_layers.h"
#include "random.h"
#include "synthetic.h"

#define DEFAULT "loss=bce,output=sigmoid,hidden=relu,layers=32,optimizer=adam,lr=0.001,batch=256,noise=0,l1=0,seed=1"

static void check_text(const char *text, const char *canonical)
{
    char found[SPEC_TEXT_SIZE];
    const Spec spec = synthetic_spec(text);
    spec_format(&spec, found, sizeof found);
    assert_string_equal(found, canonical);
}

static void empty_text_is_the_default(void **state)
{
    (void)state;
    const Spec spec = spec_default(), parsed = synthetic_spec("");
    assert_true(spec_equal(&spec, &parsed));
    check_text("", DEFAULT);
    check_text(DEFAULT, DEFAULT);
}

static void keys_come_in_any_order(void **state)
{
    (void)state;
    check_text("seed=1,l1=0,noise=0,batch=256,lr=0.001,optimizer=adam,layers=32,hidden=relu,output=sigmoid,loss=bce",
               DEFAULT);
    check_text("layers=128,64,32,64,128,loss=mse", "loss=mse,output=sigmoid,hidden=relu,layers=128,64,32,64,128,"
                                                   "optimizer=adam,lr=0.001,batch=256,noise=0,l1=0,seed=1");
    check_text("noise=0.25,layers=2048,1,seed=4294967295,l1=1e-5,batch=4096",
               "loss=bce,output=sigmoid,hidden=relu,layers=2048,1,optimizer=adam,lr=0.001,batch=4096,noise=0.25,l1=1e-"
               "05,seed=4294967295");
}

static void rare_keys_are_written_where_they_say_something(void **state)
{
    (void)state;
    check_text("noise_kind=mask,noise=1",
               "loss=bce,output=sigmoid,hidden=relu,layers=32,optimizer=adam,lr=0.001,batch=256,"
               "noise=1,l1=0,seed=1,noise_kind=mask");
    check_text("delta=0.1,weight=2,range=unit,reduce=mean,targets=grey,noise_kind=gaussian", DEFAULT);
    check_text("noise_kind=salt,targets=sampled,reduce=sum,range=symmetric,weight=1.5,delta=1",
               DEFAULT ",delta=1,weight=1.5,range=symmetric,reduce=sum,targets=sampled,noise_kind=salt");
}

static void rate_follows_the_optimizer_unless_given(void **state)
{
    (void)state;
    for (int i = 0; i < optimizer_count(); i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "optimizer=%s", optimizer_get(i)->key);
        assert_true(synthetic_spec(text).lr == optimizer_get(i)->default_lr);
        (void)snprintf(text, sizeof text, "lr=0.5,optimizer=%s", optimizer_get(i)->key);
        assert_true(synthetic_spec(text).lr == 0.5f);
    }
}

static void every_row_of_the_tables_is_a_value(void **state)
{
    (void)state;
    char text[64];
    for (int i = 0; i < LOSS_COUNT; i++) {
        (void)snprintf(text, sizeof text, "loss=%s", loss_get(i)->key);
        assert_int_equal(synthetic_spec(text).loss, i);
    }
    for (int i = 0; i < activation_count(OUTPUT_ACTIVATION); i++) {
        (void)snprintf(text, sizeof text, "output=%s", activation_get(OUTPUT_ACTIVATION, i)->key);
        assert_int_equal(synthetic_spec(text).output, i);
    }
    for (int i = 0; i < activation_count(HIDDEN_ACTIVATION); i++) {
        (void)snprintf(text, sizeof text, "hidden=%s", activation_get(HIDDEN_ACTIVATION, i)->key);
        assert_int_equal(synthetic_spec(text).hidden, i);
    }
}

// A bad text, and three parts that its sentence must hold.
typedef struct Bad {
    const char *text, *parts[3];
} Bad;

static void check_bad(const Bad *bad)
{
    Spec spec, held;
    Error error = {""};
    memset(&spec, 0x5a, sizeof spec);
    memcpy(&held, &spec, sizeof spec);
    if (spec_parse(&spec, bad->text, &error))
        fail_msg("'%s' was taken", bad->text);
    assert_memory_equal(&spec, &held, sizeof spec);
    for (int i = 0; i < 3 && bad->parts[i]; i++)
        if (!strstr(error.text, bad->parts[i]))
            fail_msg("'%s': '%s' lacks '%s'", bad->text, error.text, bad->parts[i]);
    assert_null(strchr(error.text, '\n'));
    assert_false(spec_parse(&spec, bad->text, NULL));
}

static void bad_choices_are_named_with_the_good_ones(void **state)
{
    (void)state;
    static const Bad bads[] = {
        {"loss=l2", {"loss=l2", "bce, mse, mae"}},
        {"loss=", {"loss=", "bce, mse, mae"}},
        {"loss=BCE", {"loss=BCE", "bce, mse, mae"}},
        {"loss=bce ", {"loss=bce ", "bce, mse, mae"}},
        {"output=softmin",
         {"output=softmin", "sigmoid, relu, linear, clip, tanh01, softplus, tanh, sigmoid2, softmax"}},
        {"output=gelu", {"output=gelu", "sigmoid, relu, linear, clip, tanh01, softplus, tanh, sigmoid2, softmax"}},
        {"hidden=clip", {"hidden=clip", "relu, leaky_relu, tanh, sigmoid, elu, gelu, linear"}},
        {"optimizer=rmsprop", {"optimizer=rmsprop", "adam, adadelta, sgd"}},
    };
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
        check_bad(&bads[i]);
}

static void bad_numbers_are_named_with_their_range(void **state)
{
    (void)state;
    static const char *const reals[] = {"-1",    "nan", "inf", "-inf", "1e99", "0x10", "",   "1,5",
                                        "1.0.0", "--1", " 1",  "1 ",   "1e",   "ten",  "101"};
    static const char *const wholes[] = {"-1",         "+1", "1.0", "", " 1", "1e3", "0x10", "99999999999999999999",
                                         "4294967296", "x"};
    static const char *const layers[] = {"0",  "2049", "",      ",", "32,", "32,,32", "32,0", "1,2,3,4,5,6,7,8",
                                         "-3", "3.5",  "32 ,32"};
    char text[80];
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        static const char *const keys[] = {"lr", "noise", "l1"}, *const highs[] = {"at most 100", "at most 2",
                                                                                   "at most 1"};
        for (int key = 0; key < 3; key++) {
            (void)snprintf(text, sizeof text, "%s=%s", keys[key], reals[i]);
            check_bad(&(Bad){text, {keys[key], highs[key]}});
        }
    }
    check_bad(&(Bad){"lr=0", {"lr=0", "above 0"}});
    check_bad(&(Bad){"lr=-0", {"lr=-0", "above 0"}});
    check_bad(&(Bad){"lr=100.1", {"lr=100.1", "at most 100"}});
    check_bad(&(Bad){"noise=2.1", {"noise=2.1", "at most 2"}});
    check_bad(&(Bad){"noise=1.5,noise_kind=mask", {"noise=1.5", "noise_kind=mask", "at most 1"}});
    check_bad(&(Bad){"noise_kind=salt,noise=1.01", {"noise=1.01", "noise_kind=salt", "at most 1"}});
    check_bad(&(Bad){"l1=1.01", {"l1=1.01", "at most 1"}});
    check_bad(&(Bad){"delta=0", {"delta=0", "above 0", "at most 10"}});
    check_bad(&(Bad){"weight=1001", {"weight=1001", "at most 1000"}});
    check_bad(&(Bad){"range=tanh", {"range=tanh", "unit, symmetric, standard"}});
    check_bad(&(Bad){"targets=white", {"targets=white", "grey, binary, sampled"}});
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        (void)snprintf(text, sizeof text, "batch=%s", wholes[i]);
        check_bad(&(Bad){text, {"batch=", "from 1 to 4096"}});
        (void)snprintf(text, sizeof text, "seed=%s", wholes[i]);
        check_bad(&(Bad){text, {"seed=", "from 0 to 4294967295"}});
    }
    check_bad(&(Bad){"batch=0", {"batch=0", "from 1 to 4096"}});
    check_bad(&(Bad){"batch=4097", {"batch=4097", "from 1 to 4096"}});
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        (void)snprintf(text, sizeof text, "layers=%s", layers[i]);
        Spec spec;
        Error error;
        if (spec_parse(&spec, text, &error))
            fail_msg("'%s' was taken", text);
    }
    check_bad(&(Bad){"layers=0", {"layers=0", "1 to 7 whole numbers", "from 1 to 2048"}});
    check_bad(&(Bad){"layers=1,2,3,4,5,6,7,8", {"layers=1,2,3", "1 to 7 whole numbers", "from 1 to 2048"}});
}

static void bad_keys_and_shapes_are_named(void **state)
{
    (void)state;
    static const Bad bads[] = {
        {"losses=bce", {"losses", "loss, output, hidden, layers, optimizer, lr, batch, noise, l1, seed, delta"}},
        {"Loss=bce", {"Loss", "loss, output, hidden"}},
        {"=bce", {"''", "loss, output, hidden"}},
        {"loss", {"loss", "key=value", "loss, output, hidden, layers, optimizer, lr, batch, noise, l1, seed, delta"}},
        {",", {"key=value"}},
        {"loss=bce,", {"last comma"}},
        {"loss=bce,,seed=1", {"key=value"}},
        {" loss=bce", {" loss", "loss, output"}},
        {"loss=bce, seed=1", {" seed"}},
        {"loss=bce,loss=bce", {"loss", "twice"}},
        {"seed=1,lr=1,seed=2", {"seed", "twice"}},
        {"layers=3,layers=4", {"layers", "twice"}},
        {"loss==bce", {"loss", "bce, mse, mae"}},
    };
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
        check_bad(&bads[i]);
}

static void layers_that_do_not_fit_are_named(void **state)
{
    (void)state;
    static const Bad bads[] = {
        {"layers=conv0-pool-up", {"'conv0' is no layer", "conv16", "numbers from 1 to 4096"}},
        {"layers=conv10000", {"'conv10000' is no layer"}},
        {"layers=conv8k16", {"'conv8k16'", "windows up to 15 x 15"}},
        {"layers=conv8s0", {"'conv8s0'"}},
        {"layers=conv8s2k3", {"'conv8s2k3'"}},
        {"layers=conv", {"'conv' is no layer"}},
        {"layers=-conv8", {"'' is no layer"}},
        {"layers=conv8-", {"'' is no layer"}},
        {"layers=conv8--pool", {"'' is no layer"}},
        {"layers=Conv8-pool", {"'Conv8' is no layer"}},
        {"layers=pool2-up", {"'pool2' is no layer"}},
        {"layers=sample", {"'sample' is no layer"}},
        {"layers=sample0-20", {"'sample0' is no layer"}},
        {"layers=4x4-up", {"'4x4' is no layer"}},
        {"layers=conv2048-pool", {"item 1, conv2048, does not fit", "at most 131072"}},
        {"layers=conv8-pool", {"behind the last item is a picture of 14 x 14", "28 x 28"}},
        {"layers=pool-pool-pool-pool-pool-pool-4-784", {"item 6, pool, does not fit", "1 x 1 has nothing to pool"}},
        {"layers=32-conv8", {"item 2, conv8, does not fit", "are 32 units", "16x7x7"}},
        {"layers=32-8x2x3-up", {"item 2, 8x2x3, does not fit", "32 units", "48"}},
        {"layers=pool-pool-conv8k9v-4", {"item 3, conv8k9v, does not fit", "9 x 9", "7 x 7"}},
        {"layers=20-sample4-sample2", {"item 3, sample2, does not fit", "samples once"}},
        {"layers=conv16-conv8-conv16", {"its code", "6272", "at most 4096"}},
        {"layers=conv128-conv128-conv128-conv128-conv128-conv128-10", {"at most 524288"}},
        {"layers=conv160-2048-10", {"parameters", "at most 33554432"}},
        {"layers=1-1-1-1-1-1-1-1", {"at most 7 of at most 2048"}},
        {"layers=sample2-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", {"at most 20 items"}},
        {"model=cnn", {"model=cnn", "simple, sparse, deep, conv, denoise, vae"}},
        {"model=vae,model=conv", {"model is given twice"}},
        {"beta=-1,model=vae", {"beta=-1", "at most 1000"}},
    };
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
        check_bad(&bads[i]);
}

static void architectures_are_specs(void **state)
{
    (void)state;
    for (int i = 0; i < architecture_count(); i++) {
        char text[SPEC_TEXT_SIZE], written[SPEC_TEXT_SIZE];
        (void)snprintf(text, sizeof text, "model=%s", architecture_get(i)->key);
        const Spec spec = synthetic_spec(text), plain = synthetic_spec(architecture_get(i)->spec);
        assert_true(spec_equal(&spec, &plain));
        spec_format(&spec, written, sizeof written);
        const Spec again = synthetic_spec(written);
        assert_true(spec_equal(&spec, &again));
    }
    // what is named refines it, wherever it stands; another one forgets the first's
    Spec spec = synthetic_spec("batch=64,model=denoise,loss=mse"), other = synthetic_spec("model=denoise,loss=mse");
    assert_true(spec.batch == 64 && spec.noise == 0.5f);
    Error error;
    assert_true(spec_change(&other, "model=vae", &error));
    const Spec vae = synthetic_spec("model=vae,loss=mse");
    assert_true(spec_equal(&other, &vae));
    assert_int_equal(spec_code_units(&vae), 2);
    const Spec conv = synthetic_spec("model=conv");
    assert_int_equal(spec_code_units(&conv), 128);
    const Model model = model_create(&conv, SPEC_PIXELS);
    size_t count = 0;
    ModelTensor tensors[MODEL_TENSORS_MAX];
    for (int i = model_list_tensors(&model, tensors) - 1; i >= 0; i--)
        count += model_tensor_size(&tensors[i]);
    assert_int_equal(count, 4385); // as published
}

static void items_read_back(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "conv16-pool-conv8-pool-conv8-pool-conv8-up-conv8-up-conv16v-up",
        "conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2",
        "conv4k5-pool-784-4x14x14-up",
        "400-sample20-400",
        "sample2-10",
        "pool-conv3k1-up",
        "unconv3k4s2v-pool-conv2k2-32",
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char text[SPEC_TEXT_SIZE], written[SPEC_TEXT_SIZE];
        (void)snprintf(text, sizeof text, "layers=%s", lists[i]);
        const Spec spec = synthetic_spec(text);
        spec_format(&spec, written, sizeof written);
        const char *found = strstr(written, text);
        assert_true(found && found[strlen(text)] == ',');
        spec_format_layers(&spec, 784, "-", written, sizeof written);
        (void)snprintf(text, sizeof text, "784-%s-784", lists[i]);
        assert_string_equal(written, text);
    }
    const Spec commas = synthetic_spec("layers=64,32,64"), dashes = synthetic_spec("layers=64-32-64");
    assert_true(spec_equal(&commas, &dashes));
}

static void endless_texts_end_in_a_sentence(void **state)
{
    (void)state;
    static const char *const starts[] = {"", "loss=", "layers=1,", "lr=", "seed=", "x="};
    static char text[5000];
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        for (size_t length = 30; length < sizeof text; length += 497) {
            memset(text, '1', length);
            memcpy(text, starts[i], strlen(starts[i]));
            text[length] = 0;
            check_bad(&(Bad){text, {NULL}});
        }
}

static Spec draw_spec(Random *random)
{
    Spec spec = {.loss = (int)random_below(random, LOSS_COUNT),
                 .output = (int)random_below(random, (uint32_t)activation_count(OUTPUT_ACTIVATION)),
                 .hidden = (int)random_below(random, (uint32_t)activation_count(HIDDEN_ACTIVATION)),
                 .optimizer = (int)random_below(random, (uint32_t)optimizer_count()),
                 .hidden_count = 1 + (int)random_below(random, SPEC_HIDDEN_MAX),
                 .lr = (float)(100.0 * (1.0 - random_uniform(random))),
                 .batch = 1 + (int)random_below(random, SPEC_BATCH_MAX),
                 .noise = random_below(random, 2) ? (float)(2.0 * random_uniform(random)) : 0.0f,
                 .l1 = random_below(random, 2) ? (float)random_uniform(random) * 1e-6f : 0.0f,
                 .seed = (uint32_t)random_bits(random),
                 .delta = random_below(random, 2) ? (float)(10.0 * (1.0 - random_uniform(random))) : 0.1f,
                 .weight = random_below(random, 2) ? (float)(1000.0 * (1.0 - random_uniform(random))) : 2.0f,
                 .range = (int)random_below(random, RANGE_COUNT),
                 .reduce = (int)random_below(random, REDUCE_COUNT),
                 .targets = (int)random_below(random, TARGETS_COUNT),
                 .noise_kind = (int)random_below(random, NOISE_KIND_COUNT)};
    if (random_below(random, 2))
        spec.lr *= 1e-5f;
    if (spec.noise_kind != NOISE_GAUSSIAN && spec.noise > 1.0f)
        spec.noise *= 0.5f;
    for (int i = 0; i < spec.hidden_count; i++)
        spec.layers[i] = (LayerPlan){.kind = LAYER_DENSE, .count = 1 + (int)random_below(random, SPEC_WIDTH_MAX)};
    return spec;
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    Random random = random_stream(6, 6);
    for (int i = 0; i < 20000; i++) {
        const Spec spec = draw_spec(&random);
        char text[SPEC_TEXT_SIZE], again[SPEC_TEXT_SIZE];
        spec_format(&spec, text, sizeof text);
        const Spec parsed = synthetic_spec(text);
        spec_format(&parsed, again, sizeof again);
        assert_string_equal(text, again);
        if (!spec_equal(&spec, &parsed))
            fail_msg("%s reads back as another spec", text);
    }
}

static void equal_means_every_field(void **state)
{
    (void)state;
    static const char *const others[] = {"loss=mse",
                                         "output=relu",
                                         "hidden=tanh",
                                         "layers=33",
                                         "layers=32,32",
                                         "lr=0.002",
                                         "optimizer=sgd,lr=0.001",
                                         "batch=255",
                                         "noise=0.1",
                                         "l1=0.1",
                                         "seed=0",
                                         "delta=1",
                                         "weight=1",
                                         "range=symmetric",
                                         "reduce=sum",
                                         "targets=binary",
                                         "targets=sampled",
                                         "noise_kind=mask",
                                         "beta=2",
                                         "layers=sample32",
                                         "layers=conv4-32"};
    const Spec spec = spec_default();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const Spec other = synthetic_spec(others[i]);
        assert_false(spec_equal(&spec, &other));
    }
}

// Which architecture a spec is: by its layers, noise, l1 and reduce, whatever else it says.
static void architectures_are_found(void **state)
{
    (void)state;
    static const char *const same = "loss=mse,output=relu,lr=0.01,seed=7,targets=binary,beta=3", *const others[] = {
                                                                                                     "layers=33",
                                                                                                     "noise=0.3",
                                                                                                     "l1=0.5"};
    for (int i = 0; i < architecture_count(); i++) {
        Spec spec = synthetic_spec(same);
        assert_true(spec_set_architecture(&spec, i));
        assert_int_equal(spec_find_architecture(&spec), i);
        assert_true(spec.loss == LOSS_MSE && spec.seed == 7);
        for (size_t other = 0; other < sizeof others / sizeof *others; other++) {
            Spec changed = spec;
            assert_true(spec_change(&changed, others[other], NULL));
            assert_int_equal(spec_find_architecture(&changed), -1);
        }
        spec.reduce = spec.reduce == REDUCE_SUM ? REDUCE_MEAN : REDUCE_SUM;
        assert_int_equal(spec_find_architecture(&spec), -1);
    }
}

static void long_layers_are_told_in_few_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"layers=32", "784-32-784"},
        {"layers=128,64,32,64,128", "784-128-64-32-64-128-784"},
        {"model=conv", "conv 16-8-8 to 128 numbers"},
        {"model=denoise", "conv 32-32 to 1568 numbers"},
        {"model=vae", "784-64-sample2-64-784"},
        {"layers=512-256-sample20-256-512", "dense 512-256, sample 20 to 20 numbers"},
        {"layers=conv32s2-conv64s2-16-sample1-3136-64x7x7-unconv64s2-unconv32s2",
         "conv 32-64, dense 16, sample 1 to 1 number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[SPEC_TEXT_SIZE];
        const Spec spec = synthetic_spec(rows[i][0]);
        spec_describe_layers(&spec, text, sizeof text);
        assert_string_equal(text, rows[i][1]);
    }
}

static void layers_and_code_are_described(void **state)
{
    (void)state;
    char text[64];
    const Spec deep = synthetic_spec("layers=128,64,32,64,128"), twice = synthetic_spec("layers=9,4,5,4"),
               one = spec_default();
    spec_format_layers(&one, 784, "-", text, sizeof text);
    assert_string_equal(text, "784-32-784");
    spec_format_layers(&deep, 784, " > ", text, sizeof text);
    assert_string_equal(text, "784 > 128 > 64 > 32 > 64 > 128 > 784");
    assert_int_equal(spec_code_index(&one), 0);
    assert_int_equal(spec_code_index(&deep), 2);
    assert_int_equal(spec_code_index(&twice), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_text_is_the_default),
        cmocka_unit_test(keys_come_in_any_order),
        cmocka_unit_test(rare_keys_are_written_where_they_say_something),
        cmocka_unit_test(rate_follows_the_optimizer_unless_given),
        cmocka_unit_test(every_row_of_the_tables_is_a_value),
        cmocka_unit_test(bad_choices_are_named_with_the_good_ones),
        cmocka_unit_test(bad_numbers_are_named_with_their_range),
        cmocka_unit_test(bad_keys_and_shapes_are_named),
        cmocka_unit_test(layers_that_do_not_fit_are_named),
        cmocka_unit_test(architectures_are_specs),
        cmocka_unit_test(architectures_are_found),
        cmocka_unit_test(long_layers_are_told_in_few_words),
        cmocka_unit_test(items_read_back),
        cmocka_unit_test(endless_texts_end_in_a_sentence),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(equal_means_every_field),
        cmocka_unit_test(layers_and_code_are_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
