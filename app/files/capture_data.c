// Fields of a picture's settings: the data set and what of it is on show.
#include "files/capture_fields.h"

#include <string.h>

#include "files/report_json.h"

// ---- data ---------------------------------------------------------------------------------------------------------

json_t *capture_write_data(const CaptureSource *source)
{
    const Frame *frame = source->frame;
    char path[PATH_MAX];
    json_t *json = json_pack("{s:o, s:i, s:i}", "name", report_text(frame->dataset_name), "train", frame->train_count,
                             "test", frame->test_count);
    if (frame->is_builtin) {
        capture_set(json, "seed", json_integer(BUILTIN_SEED));
    } else if (frame->data_path) {
        capture_fold_home(frame->data_path, path);
        capture_set(json, "path", report_text(path));
    }
    if (frame->sums) {
        capture_set(json, "train_sha256", json_string(frame->sums->train));
        capture_set(json, "test_sha256", json_string(frame->sums->test));
    }
    const DatasetOptions *reading = &frame->data_reading;
    if (reading->turn != TURN_AUTO)
        capture_set(json, "turn", json_string(image_turn_key(reading->turn)));
    if (reading->invert)
        capture_set(json, "invert", json_true());
    if (reading->scale_max > 0)
        capture_set(json, "scale_max", json_real((double)reading->scale_max));
    if (frame->limit > 0)
        capture_set(json, "limit", json_integer(frame->limit));
    if (frame->is_in_order)
        capture_set(json, "in_order", json_true());
    return json;
}

static const char *turn_key(int turn) { return image_turn_key((ImageTurn)turn); }

// How the data set was read.
static bool read_reading(const json_t *value, DatasetOptions *out, Error *error)
{
    const json_t *turn = json_object_get(value, "turn"), *invert = json_object_get(value, "invert"),
                 *scale = json_object_get(value, "scale_max");
    int key = TURN_AUTO;
    if ((turn && !capture_read_key(turn, turn_key, TURN_COUNT, &key, error)) ||
        (invert && !capture_read_flag(invert, &out->invert, error)))
        return false;
    if (scale && !(json_number_value(scale) >= 0.001 && json_number_value(scale) <= 4294967295.0))
        return capture_expect(scale, "the number that is white in the data set", error);
    out->turn = (ImageTurn)key;
    out->scale_max = (float)json_number_value(scale);
    return true;
}

json_t *capture_write_notices(const CaptureSource *source) { return report_notices(source->frame->notices); }

bool capture_read_data(const json_t *value, CaptureState *out, Error *error)
{
    CaptureData *data = &out->data;
    const char *name = json_string_value(json_object_get(value, "name")),
               *path = json_string_value(json_object_get(value, "path"));
    const json_t *train = json_object_get(value, "train_sha256"), *test = json_object_get(value, "test_sha256"),
                 *limit = json_object_get(value, "limit"), *order = json_object_get(value, "in_order"),
                 *seed = json_object_get(value, "seed");
    if (!name || strlen(name) >= sizeof data->name || (path && strlen(path) >= sizeof data->path))
        return capture_expect(value, "a data set with its name", error);
    strcpy(data->name, name);
    error_clean_text(data->name);
    data->is_builtin = seed != NULL;
    if (seed && json_integer_value(seed) != BUILTIN_SEED)
        return capture_expect(seed, "the seed of the built-in digits, 1", error);
    if (path)
        capture_unfold_home(path, data->path);
    return capture_read_int(json_object_get(value, "train"), 1, INT32_MAX, &data->train_count, error) &&
           capture_read_int(json_object_get(value, "test"), 1, INT32_MAX, &data->test_count, error) &&
           (!train || capture_read_sum(train, data->sums.train, error)) &&
           (!test || capture_read_sum(test, data->sums.test, error)) && read_reading(value, &data->reading, error) &&
           (!limit || capture_read_int(limit, 1, INT32_MAX, &data->limit, error)) &&
           (!order || capture_read_flag(order, &data->is_in_order, error));
}

json_t *capture_write_first(const CaptureSource *source) { return json_integer(source->frame->first); }
json_t *capture_write_shuffled(const CaptureSource *source) { return json_boolean(source->frame->is_shuffled); }

json_t *capture_write_page(const CaptureSource *source)
{
    return json_pack("{s:i, s:i}", "first", source->frame->page_first, "shuffle", source->frame->page_shuffle);
}

bool capture_read_page(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_int(json_object_get(value, "first"), 0, INT32_MAX, &out->saved.page_first, error) &&
           capture_read_int(json_object_get(value, "shuffle"), 0, INT32_MAX, &out->saved.page_shuffle, error);
}

json_t *capture_write_digits(const CaptureSource *source)
{
    json_t *digits = json_array();
    for (int cell = 0; cell < source->frame->page_count; cell++)
        (void)json_array_append_new(digits, json_integer(source->frame->indices[cell]));
    return digits;
}

json_t *capture_write_digit(const CaptureSource *source) { return json_integer(source->frame->look.digit); }

bool capture_read_digit(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_int(value, -1, INT32_MAX, &out->saved.look.digit, error);
}
