// What of the views of the code is in a picture's settings: the chosen number, what the small pictures and the strip
// show, how far the walk has come, and the numbers that were pulled; of the view Latent, which two numbers were chosen.
#include "files/capture_fields.h"

static const char *const strips[] = {"number", "walk"};
static const char *strip_key(int i) { return strips[i]; }

static const char *const shows[] = {"a", "b", "both"}; // SHOWS_A is 1
static const char *show_key(int i) { return shows[i]; }

// Numbers from 1 on, as on screen, each with what it was pulled to.
static json_t *list_pulled(const CodeSide *side)
{
    json_t *list = json_array();
    for (int i = 0; i < side->units; i++)
        if (side->is_pulled[i])
            (void)json_array_append_new(list, json_pack("[i, f]", i + 1, (double)side->shown[i]));
    return list;
}

json_t *capture_write_code(const CaptureSource *source)
{
    const Frame *frame = source->frame;
    const CodeLook *look = &frame->look.code;
    if (!frame->code)
        return NULL;
    json_t *json = json_pack("{s:s, s:i, s:s, s:s, s:[i, f]}", "sides", show_key((int)look->shows - 1), "page",
                             look->page + 1, "shows", code_images_key((int)look->images), "strip",
                             strip_key(look->is_walk), "walk", frame->code->digit, (double)look->walk);
    if (look->number >= 0)
        capture_set(json, "number", json_integer(look->number + 1));
    capture_set(
        json, "pulled",
        json_pack("[o, o]", list_pulled(&frame->code->sides[SIDE_A]), list_pulled(&frame->code->sides[SIDE_B])));
    return json;
}

static bool read_pulled(const json_t *value, float out[MODEL_CODE_MAX], Error *error)
{
    if (!json_is_array(value))
        return capture_expect(value, "numbers of a code and what they were pulled to", error);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *pair = json_array_get(value, i);
        int number;
        float to;
        if (!capture_read_int(json_array_get(pair, 0), 1, MODEL_CODE_MAX, &number, error) ||
            !capture_read_float(json_array_get(pair, 1), -1e30, 1e30, &to, error))
            return false;
        out[number - 1] = to;
    }
    return true;
}

bool capture_read_code(const json_t *value, CaptureState *out, Error *error)
{
    CodeLook *look = &out->saved.look.code;
    CodePulls *pulls = &out->saved.pulls;
    const json_t *number = json_object_get(value, "number"), *walk = json_object_get(value, "walk"),
                 *pulled = json_object_get(value, "pulled");
    int images, strip, sides;
    out->saved.has_pulls = true;
    code_pulls_clear(pulls, -1, -1);
    if (number && !capture_read_int(number, 1, MODEL_CODE_MAX, &look->number, error))
        return false;
    look->number = number ? look->number - 1 : -1;
    if (!capture_read_key(json_object_get(value, "sides"), show_key, SHOWS_BOTH, &sides, error) ||
        !capture_read_int(json_object_get(value, "page"), 1, MODEL_CODE_MAX, &look->page, error) ||
        !capture_read_key(json_object_get(value, "shows"), code_images_key, CODE_IMAGES_COUNT, &images, error) ||
        !capture_read_key(json_object_get(value, "strip"), strip_key, 2, &strip, error) ||
        !capture_read_int(json_array_get(walk, 0), 0, INT32_MAX, &look->digit, error) ||
        !capture_read_float(json_array_get(walk, 1), 0, 1, &look->walk, error))
        return false;
    look->shows = (unsigned)sides + 1;
    look->page--;
    look->images = (CodeImages)images;
    look->is_walk = strip == 1;
    return read_pulled(json_array_get(pulled, SIDE_A), pulls->values[SIDE_A], error) &&
           read_pulled(json_array_get(pulled, SIDE_B), pulls->values[SIDE_B], error);
}

// ---- the view Latent ----------------------------------------------------------------------------------------------

// Numbers from 1 on; 0: nobody has chosen one.
json_t *capture_write_latent(const CaptureSource *source)
{
    const LatentLook *look = &source->frame->look.latent;
    const int *a = look->numbers[SIDE_A], *b = look->numbers[SIDE_B];
    if (!source->frame->latent)
        return NULL;
    return json_pack("{s:[[i, i], [i, i]], s:i}", "numbers", a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1, "draw",
                     look->draw);
}

bool capture_read_latent(const json_t *value, CaptureState *out, Error *error)
{
    LatentLook *look = &out->saved.look.latent;
    const json_t *numbers = json_object_get(value, "numbers");
    for (size_t side = 0; side < SIDE_COUNT; side++)
        for (size_t axis = 0; axis < LATENT_AXES; axis++) {
            int *number = &look->numbers[side][axis];
            if (!capture_read_int(json_array_get(json_array_get(numbers, side), axis), 0, MODEL_CODE_MAX, number,
                                  error))
                return false;
            --*number;
        }
    return capture_read_int(json_object_get(value, "draw"), 0, LATENT_DRAWS - 1, &look->draw, error);
}
