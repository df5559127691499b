// The view of the code as JSON: its numbers, what each does over the test set, what the decoder makes of them.
#include "files/figures.h"
#include "files/report_json.h"

// "mean", "zero_share", "dead", of numbers that are drawn "kl": by number; not there before the test set was measured.
static void set_facts(json_t *json, const CodeFacts *facts, bool is_drawn, int epoch)
{
    json_t *dead = json_array();
    for (int i = 0; i < facts->units; i++)
        (void)json_array_append_new(dead, json_boolean(facts->is_dead[i]));
    report_set(json, "mean", report_numbers(facts->mean, facts->units));
    report_set(json, "zero_share", report_numbers(facts->zero_share, facts->units));
    report_set(json, "least", report_numbers(facts->least, facts->units));
    report_set(json, "most", report_numbers(facts->most, facts->units));
    report_set(json, "dead", dead);
    if (is_drawn)
        report_set(json, "kl", report_numbers(facts->kl, facts->units));
    report_set(json, "dead_count", json_integer(facts->dead_count));
    report_set(json, "mean_all", report_number(facts->mean_all));
    report_set(json, "epoch", json_integer(epoch));
}

static json_t *side_json(const Frame *frame, int side)
{
    const CodeSide *s = &frame->code->sides[side];
    json_t *json = json_pack("{s:i, s:[f, f], s:o, s:o, s:i, s:o, s:o, s:o}", "units", s->units, "axis",
                             (double)s->axis.low, (double)s->axis.high, "values", report_numbers(s->values, s->units),
                             "values_shown", report_numbers(s->shown, s->units), "pulled", s->pulled_count, "decoded",
                             report_numbers(s->decoded, DIGIT_PIXELS), "mse", report_number(s->mse), "change",
                             report_number(s->change));
    if (s->facts.images > 0)
        set_facts(json, &s->facts, spec_samples(&frame->models[side].spec), s->facts_epoch);
    json_t *images = s->has_images ? report_pictures(s->images, s->count) : json_null();
    report_set(json, "images", json_pack("{s:i, s:o}", "first", s->first, "pixels", images));
    if (s->nearest >= 0)
        report_set(json, "strip",
                   json_pack("{s:i, s:o}", "nearest", s->nearest, "pixels", report_pictures(s->strip, CODE_STEPS)));
    return json;
}

json_t *figures_code(const Frame *frame)
{
    const CodeFrame *code = frame->code;
    const CodeLook *look = &frame->look.code;
    json_t *json =
        json_pack("{s:i, s:b, s:s, s:f, s:s, s:{s:i, s:f}}", "number", code->number, "own_axes",
                  (int)code->has_own_axes, "shows", code_images_key((int)look->images), "scale", (double)code->scale,
                  "strip", look->is_walk ? "walk" : "number", "walk", "digit", code->digit, "at", (double)look->walk);
    for (int side = 0; side < SIDE_COUNT; side++)
        report_set(json, side == SIDE_A ? "a" : "b", side_json(frame, side));
    return json;
}
