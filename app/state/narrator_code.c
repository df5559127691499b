// What is said of the code: that it is all that the decoder knows, what was pulled and what that does; that it is dead.
#include "state/narrator_rules.h"

static const NarratorCodeSide *side_of(const NarratorFacts *f, int side) { return &f->code.sides[side]; }

static bool is_shown(const NarratorFacts *f, int side) { return f->code.shows >> side & 1; }
static bool is_pulled(const NarratorFacts *f, int side) { return is_shown(f, side) && side_of(f, side)->pulled > 0; }

static bool is_all_dead(const NarratorFacts *f, int side)
{
    const NarratorCodeSide *s = side_of(f, side);
    return is_shown(f, side) && s->is_measured && s->dead == s->units;
}

static const char *plural(int count) { return count == 1 ? "" : "s"; }

static void add_units(const NarratorFacts *f, Sentence *out)
{
    const int a = side_of(f, is_shown(f, SIDE_A) ? SIDE_A : SIDE_B)->units,
              b = side_of(f, is_shown(f, SIDE_B) ? SIDE_B : SIDE_A)->units;
    if (a == b)
        narrator_add(out, "*%s %d number%s %s all that the decoder knows of your digit.*", a == 1 ? "This" : "These", a,
                     plural(a), a == 1 ? "is" : "are");
    else
        narrator_add(out, "*%d number%s in <A> and %d in <B> are all that the decoder knows of your digit.*", a,
                     plural(a), b);
}

// " In <B> number 12 was pulled from 19.6 to 0: a pixel changes by 0.110 on average."
static void add_pulled(const NarratorFacts *f, int side, Sentence *out)
{
    const NarratorCodeSide *s = side_of(f, side);
    if (s->pulled == 1)
        narrator_add(out, " In %s number %d was pulled from %s to %s", narrator_side(side), s->number + 1,
                     narrator_format_number(s->from).text, narrator_format_number(s->to).text);
    else
        narrator_add(out, " In %s %d numbers were pulled", narrator_side(side), s->pulled);
    narrator_add(out, ": a pixel changes by %s on average.", narrator_format_pixel(s->change).text);
}

bool code_is_unknown(const NarratorFacts *f, int subject) { return (void)subject, side_of(f, SIDE_A)->units == 0; }

bool code_is_dead(const NarratorFacts *f, int subject)
{
    (void)subject;
    return is_all_dead(f, SIDE_A) || is_all_dead(f, SIDE_B);
}

void say_code_dead(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const bool a = is_all_dead(f, SIDE_A), b = is_all_dead(f, SIDE_B);
    if (a && b)
        narrator_add(out,
                     "*The codes of <A> and <B> are dead*: every number is the same for every digit, so each decoder "
                     "always draws one picture.");
    else
        narrator_add(out,
                     "*The code of %s is dead*: every number is the same for every digit, so its decoder always "
                     "draws one picture.",
                     narrator_side(a ? SIDE_A : SIDE_B));
    for (int side = 0; side < SIDE_COUNT; side++)
        if (is_pulled(f, side))
            add_pulled(f, side, out);
}

bool code_is_pulled(const NarratorFacts *f, int subject)
{
    (void)subject;
    return is_pulled(f, SIDE_A) || is_pulled(f, SIDE_B);
}

void say_code_pulled(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    add_units(f, out);
    for (int side = 0; side < SIDE_COUNT; side++)
        if (is_pulled(f, side))
            add_pulled(f, side, out);
}

bool code_is_walking(const NarratorFacts *f, int subject) { return (void)subject, f->code.walk > 0.0; }

void say_code_walk(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    narrator_add(out, "*All numbers are %s of the way to test digit %d.*", narrator_format_share(f->code.walk).text,
                 f->code.digit);
    if (f->code.shows != SHOWS_BOTH)
        narrator_add(out, " A pixel changes by %s on average.",
                     narrator_format_pixel(side_of(f, is_shown(f, SIDE_A) ? SIDE_A : SIDE_B)->change).text);
    else
        narrator_add(out, " A pixel changes by %s in <A> and by %s in <B>, on average.",
                     narrator_format_pixel(side_of(f, SIDE_A)->change).text,
                     narrator_format_pixel(side_of(f, SIDE_B)->change).text);
}

// From a tenth on they are worth a sentence.
static bool has_many_dead(const NarratorCodeSide *s) { return s->is_measured && 10 * s->dead >= s->units; }

void say_code(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    bool has_dead = false;
    add_units(f, out);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const NarratorCodeSide *s = side_of(f, side);
        if (!is_shown(f, side) || !has_many_dead(s))
            continue;
        has_dead = true;
        narrator_add(out, " In %s %d of them %s dead: the same for every digit.", narrator_side(side), s->dead,
                     s->dead == 1 ? "is" : "are");
    }
    if (!has_dead)
        narrator_add(out, " Drag one, and see what goes with it.");
}

// ---- the view Latent ----------------------------------------------------------------------------------------------

// It is drawn, and no number of it says anything.
static bool is_collapsed(const NarratorFacts *f, int side)
{
    const NarratorCodeSide *s = side_of(f, side);
    return is_shown(f, side) && s->is_measured && s->has_prior && s->used == 0;
}

bool latent_is_collapsed(const NarratorFacts *f, int subject)
{
    (void)subject;
    return is_collapsed(f, SIDE_A) || is_collapsed(f, SIDE_B);
}

void say_latent_collapsed(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const bool a = is_collapsed(f, SIDE_A), b = is_collapsed(f, SIDE_B);
    if (a && b)
        narrator_add(out, "*The codes of <A> and <B> have collapsed*: all digits lie in one place");
    else
        narrator_add(out, "*The code of %s has collapsed*: all digits lie in one place",
                     narrator_side(a ? SIDE_A : SIDE_B));
    narrator_add(out, ", and every number is nothing but chance. KL weighs too much beside the pixels.");
}

void say_latent(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    bool has_used = false;
    narrator_add(out, "*Each point is a test digit, by two numbers of its code.*");
    for (int side = 0; side < SIDE_COUNT; side++) {
        const NarratorCodeSide *s = side_of(f, side);
        if (!is_shown(f, side) || !s->is_measured || s->used < 0 || s->used == s->units)
            continue;
        has_used = true;
        narrator_add(out, " In %s %d of %d numbers say%s something of the digits.", narrator_side(side), s->used,
                     s->units, s->used == 1 ? "s" : "");
    }
    if (!has_used)
        narrator_add(out, " Press and drag: the decoder follows.");
}
