// What is said of outputs that became inputs again: whether pictures still move, or are what a model leaves as it is.
#include <math.h>

#include "state/narrator_rules.h"

static const double still = 0.0005; // mean change of a pixel: below it a picture is said to stay as it is

bool is_fed_back(const NarratorFacts *f, int subject) { return (void)subject, f->fed_back > 0; }

static void add_times(const NarratorFacts *f, Sentence *out)
{
    narrator_add(out, "*The output became the input again, %d time%s.*", f->fed_back, f->fed_back == 1 ? "" : "s");
}

static void add_side(const NarratorFacts *f, int side, Sentence *out)
{
    const double moved = f->moved[side];
    if (!isfinite(moved))
        narrator_add(out, " %s has left all bounds.", narrator_side(side));
    else if (moved < still)
        narrator_add(out, " %s leaves its picture as it is now.", narrator_side(side));
    else
        narrator_add(out, " In %s a pixel still moves by %s a time.", narrator_side(side),
                     narrator_format_pixel(moved).text);
}

void say_fed_back(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    add_times(f, out);
    if (f->moved[SIDE_A] < still && f->moved[SIDE_B] < still)
        narrator_add(out, " <A> and <B> leave their pictures as they are now.");
    else
        for (int side = 0; side < SIDE_COUNT; side++)
            add_side(f, side, out);
}

void say_solo_fed_back(const NarratorFacts *f, int side, Sentence *out)
{
    add_times(f, out);
    add_side(f, side, out);
}
