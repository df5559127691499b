// Files of models whose layers are not all dense: what is saved is read back to the bit and loses the same; what lacks
// a tensor, or has one of another shape, is refused by name.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "measuring/metrics.h"
#include "measuring/model_file.h"
#include "models/model_layers.h"
#include "models/range.h"
#include "models/safetensors.h"
#include "scratch.h"
#include "synthetic.h"

enum { IMAGES = 30 };

static const char *const specs[] = {
    "model=conv",
    "model=vae,loss=gauss,beta=2",
    "layers=conv4s2-conv6s2-16-sample2-294-6x7x7-unconv5s2-unconv4s2,range=standard,output=linear,loss=mse",
};

static float *make_parameters(const Model *model)
{
    float *parameters = floats_create(model->parameter_count);
    assert_non_null(parameters);
    model_init(model, parameters);
    for (int i = 0; i < model->layer_count; i++)
        for (int j = 0; j < model->layers[i].to.channels && model->layers[i].weight_rows > 0; j++)
            parameters[model->layers[i].bias_offset + (size_t)j] = 0.01f * (float)(j % 5 - 2);
    if (model->log_sigma_offset > 0)
        parameters[model->log_sigma_offset] = -1.25f;
    range_set_moments(model, parameters, (PixelMoments){0.125f, 0.25f});
    return parameters;
}

static void save(const Model *model, const float *parameters, const char *path)
{
    Error error = {""};
    NewFile file;
    assert_true(new_file_begin(&file, path, NAME_FORCED, &error));
    assert_true(new_file_end(&file, model_write(model, parameters, 3, &file, &error), &error));
}

static Metrics measure(const Model *model, const float *parameters, const ImageSet *set)
{
    Metrics metrics;
    Pool *pool = pool_create(1, NULL);
    const TargetFacts facts = metrics_model_facts(&model->spec, set, IMAGES);
    assert_non_null(pool);
    assert_true(metrics_measure(model, parameters, set, &facts, pool, &metrics, NULL));
    pool_destroy(pool);
    return metrics;
}

static void what_is_saved_is_read_back(void **state)
{
    (void)state;
    ImageSet set = synthetic_create(IMAGES, DIGIT_PIXELS, 6);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const Spec spec = synthetic_spec(specs[i]);
        const Model model = model_create(&spec, DIGIT_PIXELS);
        float *parameters = make_parameters(&model);
        Error error = {""};
        ModelFile file;
        save(&model, parameters, scratch_path("layered.safetensors"));
        if (!model_file_load(&file, scratch_path("layered.safetensors"), NULL, &set, NULL, &error))
            fail_msg("%s", error.text);
        assert_true(spec_equal(&file.model.spec, &spec));
        assert_int_equal(file.step, 3);
        assert_int_equal(file.notices.count, 0);
        assert_memory_equal(file.parameters, parameters, model.parameter_count * sizeof *parameters);
        const Metrics saved = measure(&model, parameters, &set), loaded = measure(&file.model, file.parameters, &set);
        assert_memory_equal(saved.mean, loaded.mean, sizeof saved.mean);
        assert_true(saved.kl == loaded.kl && (saved.kl > 0.0) == spec_samples(&spec));
        model_file_free(&file);
        floats_free(parameters);
    }
    synthetic_free(&set);
}

// The tensors of a model with metadata that say its spec, the one at `changed` left out or given another first side.
static void save_changed(const Model *model, const float *parameters, int changed, bool is_left_out, const char *path)
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    Tensor out[MODEL_TENSORS_MAX];
    Metadata metadata = {.key = "spec"};
    float *values = calloc(model->parameter_count + 1, sizeof *values);
    const int count = model_list_tensors(model, tensors);
    int used = 0;
    assert_non_null(values);
    (void)parameters;
    spec_format(&model->spec, metadata.value, sizeof metadata.value);
    for (int i = 0; i < count; i++) {
        if (i == changed && is_left_out)
            continue;
        out[used] = (Tensor){.rank = tensors[i].rank, .values = values};
        memcpy(out[used].shape, tensors[i].shape, sizeof tensors[i].shape);
        if (i == changed)
            out[used].shape[0]--;
        (void)snprintf(out[used++].name, sizeof out->name, "%.47s", tensors[i].name);
    }
    Error error = {""};
    NewFile file;
    const SafetensorsFile all = {.tensor_count = used, .tensors = out, .metadata_count = 1, .metadata = &metadata};
    assert_true(new_file_begin(&file, path, NAME_FORCED, &error));
    assert_true(new_file_end(&file, safetensors_write(&all, &file, &error), &error));
    free(values);
}

static void what_lacks_a_tensor_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const Spec spec = synthetic_spec(specs[i]);
        const Model model = model_create(&spec, DIGIT_PIXELS);
        ModelTensor tensors[MODEL_TENSORS_MAX];
        const int count = model_list_tensors(&model, tensors);
        for (int j = 0; j < 2 * count; j++) {
            Error error = {""};
            ModelFile file;
            save_changed(&model, NULL, j / 2, j % 2, scratch_path("layered.safetensors"));
            assert_false(model_file_load(&file, scratch_path("layered.safetensors"), NULL, NULL, NULL, &error));
            if (!strstr(error.text, "layered.safetensors: its metadata says ") ||
                !strstr(error.text, tensors[j / 2].name))
                fail_msg("%s", error.text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_read_back),
        cmocka_unit_test(what_lacks_a_tensor_is_refused),
    };
    return cmocka_run_group_tests_name("layered_file", tests, scratch_setup, scratch_teardown);
}
