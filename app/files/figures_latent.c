// The view Latent as JSON: which two numbers, the test digits' points, what the decoder makes of places and of chance,
// how much each number says.
#include "files/figures.h"
#include "files/report_json.h"

static json_t *axis_json(const LatentAxis *axis)
{
    return json_pack("[o, o]", report_number((double)axis->low), report_number((double)axis->high));
}

static json_t *points_json(const LatentSide *s, const int32_t *labels)
{
    json_t *of = json_array();
    for (int i = 0; i < s->points->images && labels; i++)
        (void)json_array_append_new(of, json_integer(labels[i]));
    return json_pack("{s:i, s:b, s:b, s:o, s:o, s:o}", "images", s->points->images, "drawn", s->are_drawn, "current",
                     s->are_current, "across", report_numbers(s->xs, s->points->images), "up",
                     report_numbers(s->ys, s->points->images), "labels", of);
}

// What each number says, and from what on it says something; for a code that is drawn.
static void set_kl(json_t *json, const CodeFacts *facts)
{
    double sum = 0;
    for (int i = 0; i < facts->units; i++)
        sum += (double)facts->kl[i];
    report_set(json, "kl", report_numbers(facts->kl, facts->units));
    report_set(json, "kl_sum", report_number(sum));
    report_set(json, "kl_used_from", report_number(IDLE_KL));
}

static json_t *side_json(const Frame *frame, int side)
{
    const LatentSide *s = &frame->latent->sides[side];
    const CodeSide *code = &frame->code->sides[side];
    json_t *json =
        json_pack("{s:i, s:[i, i], s:b, s:[o, o], s:b, s:o, s:o, s:o}", "units", code->units, "numbers", s->numbers[0],
                  s->numbers[1], "prior", s->has_prior, "axes", axis_json(&s->axes[0]), axis_json(&s->axes[1]), "moved",
                  s->is_moved, "point", report_numbers(s->shown, LATENT_AXES), "encoded",
                  report_numbers(s->encoded, LATENT_AXES), "end", report_numbers(s->end, LATENT_AXES));
    report_set(json, "grid",
               json_pack("{s:o, s:o, s:o}", "across", report_numbers(s->steps[0], LATENT_CELLS), "up",
                         report_numbers(s->steps[1], LATENT_CELLS), "pixels",
                         report_pictures(s->cells, LATENT_CELLS * LATENT_CELLS)));
    if (s->points)
        report_set(json, "points", points_json(s, frame->latent->labels));
    if (s->has_samples)
        report_set(json, "samples", report_pictures(s->samples, LATENT_SAMPLES));
    if (s->has_prior && code->facts.images > 0)
        set_kl(json, &code->facts);
    if (s->used_count >= 0)
        report_set(json, "used", json_integer(s->used_count));
    return json;
}

json_t *figures_latent(const Frame *frame)
{
    return json_pack("{s:i, s:o, s:o}", "draw", frame->look.latent.draw, "a", side_json(frame, SIDE_A), "b",
                     side_json(frame, SIDE_B));
}
