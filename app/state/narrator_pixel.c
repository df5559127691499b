// Conditions and sentences of the inspected pixel: what A and B answer there, what it costs, whether it is learnt.
// Their order is narrator.c's.
#include <math.h>

#include "state/narrator_rules.h"

static const double near_enough = 0.05; // an answer that meets its target

static double miss(const NarratorFacts *f, int side)
{
    return fabs((double)f->pixel.sides[side].p - (double)f->pixel.t);
}

bool pixel_is_unknown(const NarratorFacts *f, int subject)
{
    return (void)subject, !isfinite(miss(f, SIDE_A)) || !isfinite(miss(f, SIDE_B));
}

// It misses, its own loss charges for that, and yet nothing pulls at it.
static bool has_no_slope(const NarratorFacts *f, int side)
{
    return miss(f, side) > near_enough && f->pixel.sides[side].slope[f->sides[side].spec.loss] == 0.0f;
}

bool pixel_has_no_slope(const NarratorFacts *f, int subject)
{
    return (void)subject, has_no_slope(f, SIDE_A) || has_no_slope(f, SIDE_B);
}

void say_no_slope(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const int side = has_no_slope(f, SIDE_A) ? SIDE_A : SIDE_B, loss = f->sides[side].spec.loss;
    const NarratorPixelSide *s = &f->pixel.sides[side];
    narrator_add(out, "*%s charges %s %s here, but its slope is 0*: ", loss_get(loss)->label, narrator_side(side),
                 narrator_format_price((double)s->loss[loss]).text);
    narrator_add(out, s->dead_share == 1.0f ? "it is so for every digit, this pixel will never be learnt."
                                            : "from this digit it learns nothing here.");
}

// Beyond what a grey level of 255 shows.
static bool is_outside(const NarratorFacts *f, int side)
{
    const float p = f->pixel.sides[side].p;
    return p < -1.0f / 255.0f || p > 1.0f + 1.0f / 255.0f;
}

bool pixel_is_outside(const NarratorFacts *f, int subject)
{
    return (void)subject, is_outside(f, SIDE_A) || is_outside(f, SIDE_B);
}

void say_outside(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const int side = is_outside(f, SIDE_A) ? SIDE_A : SIDE_B;
    const NarratorPixelSide *s = &f->pixel.sides[side];
    narrator_add(out, "*%s answers %s, %s*, where %s was asked for. BCE takes it for %d, MSE charges %s.",
                 narrator_side(side), narrator_format_pixel((double)s->p).text,
                 s->p < 0 ? "below black" : "above white", narrator_format_pixel((double)f->pixel.t).text,
                 s->p < 0 ? 0 : 1, narrator_format_difference((double)s->loss[LOSS_MSE]).text);
}

bool pixel_is_met(const NarratorFacts *f, int subject)
{
    return (void)subject, miss(f, SIDE_A) <= near_enough && miss(f, SIDE_B) <= near_enough;
}

bool pixel_costs_when_met(const NarratorFacts *f, int subject)
{
    return pixel_is_met(f, subject) && f->pixel.floor > 0.3;
}

static void add_answers(const NarratorFacts *f, Sentence *out)
{
    narrator_add(out, "the target is %s, <A> answers %s, <B> %s.", narrator_format_pixel((double)f->pixel.t).text,
                 narrator_format_pixel((double)f->pixel.sides[SIDE_A].p).text,
                 narrator_format_pixel((double)f->pixel.sides[SIDE_B].p).text);
}

void say_cost_when_met(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    narrator_add(out, "*Met, and still it costs*: for a target of %s BCE charges %s even when it is answered exactly.",
                 narrator_format_pixel((double)f->pixel.t).text, narrator_format_price(f->pixel.floor).text);
}

void say_met(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    narrator_add(out, "*Both meet it*: ");
    add_answers(f, out);
}

bool pixel_is_missed(const NarratorFacts *f, int subject)
{
    return (void)subject, miss(f, SIDE_A) > near_enough || miss(f, SIDE_B) > near_enough;
}

void say_missed(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const Figure a = narrator_format_pixel(miss(f, SIDE_A)), b = narrator_format_pixel(miss(f, SIDE_B));
    if (narrator_is_same(a, b))
        narrator_add(out, "*<A> and <B> miss by %s*: ", a.text);
    else {
        const int side = miss(f, SIDE_A) > miss(f, SIDE_B) ? SIDE_A : SIDE_B;
        narrator_add(out, "*%s misses by %s*: ", narrator_side(side), side == SIDE_A ? a.text : b.text);
    }
    add_answers(f, out);
}
