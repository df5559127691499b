// The models in a picture's settings: A and B with their figures, what trains beside them, and the side that is not on
// show. A digest of the weights says afterwards whether a model that is trained again is the same.
#include <string.h>

#include "files/capture_fields.h"
#include "files/report_json.h"

enum { EPOCHS_MAX = 100000 };

// ---- writing ------------------------------------------------------------------------------------------------------

static json_t *test_figures(const Spec *spec, const Snapshot *s)
{
    json_t *test = json_object();
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        capture_set(test, loss_get(loss)->key, report_number(s->test.mean[loss]));
    if (spec_samples(spec))
        capture_set(test, "kl", report_number(s->test.kl));
    if (spec->l1 > 0.0f)
        capture_set(test, "price", report_number(s->test.price));
    capture_set(test, "epoch", json_integer(s->test_epoch));
    capture_set(test, "step", json_integer(s->test_step));
    capture_set(test, "bias", report_number(s->test.bias));
    capture_set(test, "below_0", report_number(s->test.below_0));
    capture_set(test, "above_1", report_number(s->test.above_1));
    capture_set(test, "dead_outputs", json_integer(s->test.dead_outputs));
    capture_set(test, "never_lit", json_integer(s->test.never_lit));
    capture_set(test, "dead_code_units", json_integer(s->test.dead_code_units));
    return test;
}

static json_t *origin(const ModelOrigin *from)
{
    char path[PATH_MAX];
    if (from->components)
        return json_pack("{s:i, s:s}", "pca", from->components, "weights_sha256", from->sha256);
    capture_fold_home(from->path, path);
    json_t *json = json_pack("{s:o, s:s, s:I}", "path", report_text(path), "weights_sha256", from->sha256, "step",
                             (json_int_t)from->step);
    if (from->stays)
        capture_set(json, "stays", json_true());
    return json;
}

// Its spec, how far it is, its weights' sum.
static json_t *outline(const ModelFrame *m)
{
    char spec[SPEC_TEXT_SIZE], sha256[65];
    spec_format(&m->spec, spec, sizeof spec);
    const Snapshot *s = m->snapshot;
    json_t *json = json_pack("{s:s, s:I, s:o}", "spec", spec, "step", (json_int_t)s->step, "epoch",
                             report_number((double)s->step / s->steps_per_epoch));
    capture_set(json, "weights_sha256",
                model_digest(m->model, s->parameters, sha256) ? json_string(sha256) : json_null());
    if (m->live->step != s->step)
        capture_set(
            json, "newest",
            json_pack("[I, o]", (json_int_t)m->live->step, report_number((double)m->live->step / s->steps_per_epoch)));
    if (m->origin)
        capture_set(json, "init", origin(m->origin));
    if (s->broken_step >= 0) {
        capture_set(json, "broken_step", json_integer(s->broken_step));
        capture_set(json, "broken_why", json_string(s->broken_why));
    }
    return json;
}

json_t *capture_model(const ModelFrame *m)
{
    json_t *json = outline(m);
    if (m->snapshot->test.images)
        capture_set(json, "test", test_figures(&m->spec, m->snapshot));
    return json;
}

static json_t *write_side(const CaptureSource *source, int side)
{
    const Frame *frame = source->frame;
    return scene_shows(frame->look.scene, side) ? capture_model(&frame->models[side]) : NULL;
}

json_t *capture_write_a(const CaptureSource *source) { return write_side(source, SIDE_A); }
json_t *capture_write_b(const CaptureSource *source) { return write_side(source, SIDE_B); }

json_t *capture_write_others(const CaptureSource *source)
{
    const Frame *frame = source->frame;
    if (frame->model_count <= SIDE_COUNT)
        return NULL;
    json_t *others = json_array();
    for (int i = SIDE_COUNT; i < frame->model_count; i++)
        (void)json_array_append_new(others, outline(&frame->models[i]));
    return others;
}

// Of the side that a view of one model leaves out: its spec alone. Once it is shown, it is trained as far as the other.
json_t *capture_write_hidden(const CaptureSource *source)
{
    char spec[SPEC_TEXT_SIZE];
    const Frame *frame = source->frame;
    for (int side = 0; side < SIDE_COUNT; side++)
        if (!scene_shows(frame->look.scene, side)) {
            spec_format(&frame->models[side].spec, spec, sizeof spec);
            return json_string(spec);
        }
    return NULL;
}

// ---- reading ------------------------------------------------------------------------------------------------------

static bool read_spec(const json_t *value, Spec *out, Error *error)
{
    Error why;
    const char *text = json_string_value(value);
    if (!text)
        return capture_expect(value, "the spec of a model", error);
    return spec_parse(out, text, &why) || error_set(error, "%.600s", why.text);
}

// A number of epochs, one begun counts as one. The step decides; this is where training may not pause before.
static bool read_epochs(const json_t *value, int *out, Error *error)
{
    float epochs;
    if (!capture_read_float(value, 0, EPOCHS_MAX, &epochs, error))
        return false;
    *out = (int)epochs + ((float)(int)epochs < epochs);
    return true;
}

static bool read_newest(const json_t *value, SavedModel *out, Error *error)
{
    if (json_array_size(value) != 2)
        return capture_expect(value, "[step, epoch]", error);
    return capture_read_whole(json_array_get(value, 0), out->step, INT32_MAX, &out->newest, error) &&
           read_epochs(json_array_get(value, 1), &out->epochs, error);
}

// A PCA of the training images, which is computed again.
static bool read_pca(const json_t *value, ModelOrigin *out, Error *error)
{
    int64_t components;
    if (!capture_read_whole(json_object_get(value, "pca"), 1, DIGIT_PIXELS, &components, error))
        return false;
    out->components = (int)components;
    out->stays = true;
    return capture_read_sum(json_object_get(value, "weights_sha256"), out->sha256, error);
}

static bool read_origin(const json_t *value, ModelOrigin *out, Error *error)
{
    if (json_object_get(value, "pca"))
        return read_pca(value, out, error);
    const char *path = json_string_value(json_object_get(value, "path"));
    if (!path || !*path || strlen(path) >= sizeof out->path)
        return capture_expect(value, "a file that weights came from: its path, weights_sha256 and step", error);
    capture_unfold_home(path, out->path);
    out->stays = json_is_true(json_object_get(value, "stays"));
    return capture_read_sum(json_object_get(value, "weights_sha256"), out->sha256, error) &&
           capture_read_whole(json_object_get(value, "step"), 0, INT32_MAX, &out->step, error);
}

static bool read_model(const json_t *value, SavedModel *out, Error *error)
{
    const json_t *sum = json_object_get(value, "weights_sha256"), *newest = json_object_get(value, "newest"),
                 *init = json_object_get(value, "init"), *broken = json_object_get(value, "broken_step");
    *out = (SavedModel){.broken_step = -1};
    if (!json_is_object(value))
        return capture_expect(value, "a model", error);
    if (!read_spec(json_object_get(value, "spec"), &out->spec, error) ||
        !capture_read_whole(json_object_get(value, "step"), 0, INT32_MAX, &out->step, error) ||
        !read_epochs(json_object_get(value, "epoch"), &out->epochs, error))
        return false;
    out->newest = out->step;
    return (!sum || capture_read_sum(sum, out->sha256, error)) && (!newest || read_newest(newest, out, error)) &&
           (!init || read_origin(init, &out->origin, error)) &&
           (!broken || capture_read_whole(broken, out->step, INT32_MAX, &out->broken_step, error));
}

static bool add_model(const json_t *value, CaptureState *out, Error *error)
{
    SavedState *saved = &out->saved;
    if (!read_model(value, &saved->models[saved->model_count], error))
        return false;
    saved->model_count++;
    return true;
}

static bool read_side(const json_t *value, CaptureState *out, int side, Error *error)
{
    if (!add_model(value, out, error))
        return false;
    out->saved.specs[side] = out->saved.models[out->saved.model_count - 1].spec;
    return true;
}

bool capture_read_a(const json_t *value, CaptureState *out, Error *error)
{
    return read_side(value, out, SIDE_A, error);
}
bool capture_read_b(const json_t *value, CaptureState *out, Error *error)
{
    return read_side(value, out, SIDE_B, error);
}

bool capture_read_others(const json_t *value, CaptureState *out, Error *error)
{
    const size_t count = json_array_size(value);
    if (!json_is_array(value) || count > MODELS_MAX - SIDE_COUNT)
        return capture_expect(value, "a list of models, no longer than there are in a view", error);
    for (size_t i = 0; i < count; i++)
        if (!add_model(json_array_get(value, i), out, error))
            return false;
    return true;
}

// Behind "view", which says which side that is.
bool capture_read_hidden(const json_t *value, CaptureState *out, Error *error)
{
    return read_spec(value, &out->saved.specs[scene_shows(out->saved.look.scene, SIDE_A) ? SIDE_B : SIDE_A], error);
}
