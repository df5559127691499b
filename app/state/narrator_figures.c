// Conditions and sentences of how good A and B are, beside each other and beside chance. Their order is narrator.c's.
#include <math.h>

#include "state/narrator_parts.h"
#include "state/narrator_rules.h"

enum { CHANCE_EPOCHS = 10 }; // before that chance is not measured

static const double near_mean_image = 0.85; // of the mean image's MSE

static Figure mse_text(const NarratorFacts *f, int side) { return narrator_format_loss(narrator_mse(f, side)); }
static int find_worse(const NarratorFacts *f)
{
    return narrator_mse(f, SIDE_A) > narrator_mse(f, SIDE_B) ? SIDE_A : SIDE_B;
}
static int other_of(int side) { return side == SIDE_A ? SIDE_B : SIDE_A; }

// 1 where they are written alike.
static double find_ratio(const NarratorFacts *f)
{
    const int worse = find_worse(f);
    return narrator_is_same(mse_text(f, SIDE_A), mse_text(f, SIDE_B))
               ? 1
               : narrator_mse(f, worse) / narrator_mse(f, other_of(worse));
}

static double outside(const NarratorModel *m) { return m->below_0 + m->above_1; }

// ---- causes -------------------------------------------------------------------------------------------------------

// A share of pixels that is worth a word, and not the other model's too. other: NULL for one model alone.
static bool stands_out(double share, double other) { return share > 0.01 && share > 1.25 * other; }

static bool has_dead(const NarratorModel *m, const NarratorModel *other)
{
    return m->never_lit - (other ? other->never_lit : 0) > 50;
}

// Most of its code, and more than of the other's.
static bool has_dead_code(const NarratorModel *m, const NarratorModel *other)
{
    return 2 * m->dead_code_units > m->code_units && (!other || m->dead_code_units > other->dead_code_units);
}

static bool has_bad_pixels(const NarratorModel *m, const NarratorModel *other)
{
    return stands_out(m->above_1, other ? other->above_1 : 0) || stands_out(m->below_0, other ? other->below_0 : 0) ||
           has_dead(m, other);
}

static bool has_cause(const NarratorModel *m, const NarratorModel *other)
{
    return has_bad_pixels(m, other) || has_dead_code(m, other);
}

// " 20 of the 32 units of its code are dead: the same for every digit.", or nothing.
static void add_dead_code(const NarratorModel *m, const NarratorModel *other, Sentence *out)
{
    if (has_dead_code(m, other))
        narrator_add(out, " %d of the %d unit%s of its code %s dead: the same for every digit.", m->dead_code_units,
                     m->code_units, m->code_units == 1 ? "" : "s", m->dead_code_units == 1 ? "is" : "are");
}

// " 3.0 % of its pixels are brighter than white can be, and 271 never light up.", or nothing.
static void add_pixels(const NarratorModel *m, const NarratorModel *other, Sentence *out)
{
    const bool is_bright = stands_out(m->above_1, other ? other->above_1 : 0);
    const bool is_below = stands_out(m->below_0, other ? other->below_0 : 0);
    if (!has_bad_pixels(m, other))
        return;
    if (is_bright)
        narrator_add(out, " %s of its pixels are brighter than white can be", narrator_format_share(m->above_1).text);
    if (is_below)
        narrator_add(out, is_bright ? ", %s are below 0" : " %s of its pixels are below 0",
                     narrator_format_share(m->below_0).text);
    if (is_below && m->far_below_0 < 0.5 * m->below_0) // most of them cannot be told from black
        narrator_add(out, m->far_below_0 > 0 ? ", but only %s by more than 0.02" : ", none of them by more than 0.02",
                     narrator_format_share(m->far_below_0).text);
    if (has_dead(m, other))
        narrator_add(out, is_bright || is_below ? ", and %d never light up" : " %d pixels never light up",
                     m->never_lit);
    narrator_add(out, ".");
}

static void add_causes(const NarratorModel *m, const NarratorModel *other, Sentence *out)
{
    add_pixels(m, other, out);
    add_dead_code(m, other, out);
}

// ---- one side -----------------------------------------------------------------------------------------------------

bool solo_is_measured(const NarratorFacts *f, int side) { return f->sides[side].is_measured; }

bool solo_is_young(const NarratorFacts *f, int side)
{
    const NarratorModel *m = &f->sides[side];
    return m->is_measured && m->test_step > 0 && m->test_step < m->steps_per_epoch;
}

void say_solo_young(const NarratorFacts *f, int side, Sentence *out)
{
    const int64_t batches = f->sides[side].test_step;
    narrator_add(out,
                 "*%s has only begun to learn*: after %lld batch%s a pixel is wrong by %s on average (0 is black, "
                 "1 is white).",
                 narrator_side(side), (long long)batches, batches == 1 ? "" : "es",
                 narrator_format_difference(f->sides[side].mean[LOSS_MAE]).text);
}

// It draws about the same for every digit; what is said of one that does is no praise.
bool solo_is_near_mean_image(const NarratorFacts *f, int side)
{
    return f->sides[side].is_measured && f->has_targets &&
           narrator_mse(f, side) > near_mean_image * f->mean_image[LOSS_MSE];
}

void say_solo_near_mean_image(const NarratorFacts *f, int side, Sentence *out)
{
    const Figure own = mse_text(f, side), mean_image = narrator_format_loss(f->mean_image[LOSS_MSE]);
    const bool is_better = narrator_mse(f, side) < f->mean_image[LOSS_MSE] && !narrator_is_same(own, mean_image);
    narrator_add(out, "*%s is %s better than the mean image*: its MSE is %s, the mean image's %s.", narrator_side(side),
                 is_better ? "hardly" : "no", own.text, mean_image.text);
    add_causes(&f->sides[side], NULL, out);
}

bool solo_has_fault(const NarratorFacts *f, int side)
{
    return f->sides[side].is_measured && has_cause(&f->sides[side], NULL);
}

void say_solo_fault(const NarratorFacts *f, int side, Sentence *out)
{
    narrator_add(out, "*%s's MSE is %s.*", narrator_side(side), mse_text(f, side).text);
    add_causes(&f->sides[side], NULL, out);
}

void say_solo(const NarratorFacts *f, int side, Sentence *out)
{
    narrator_add(out,
                 "*%s draws new digits again from its code*: a pixel is wrong by %s on average (0 is black, 1 is "
                 "white).",
                 narrator_side(side), narrator_format_difference(f->sides[side].mean[LOSS_MAE]).text);
}

// ---- A beside B ---------------------------------------------------------------------------------------------------

bool pair_is_pca(const NarratorFacts *f, int subject)
{
    (void)subject;
    return narrator_are_measured(f) && (f->sides[SIDE_A].components > 0) != (f->sides[SIDE_B].components > 0);
}

void say_pca(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const int pca = f->sides[SIDE_A].components > 0 ? SIDE_A : SIDE_B, network = other_of(pca);
    const int components = f->sides[pca].components, epoch = f->sides[network].epoch;
    narrator_add(out, "*%s is PCA, the best linear code of %d number%s*: MSE %s; %s has %s after %d epoch%s.",
                 narrator_side(pca), components, components == 1 ? "" : "s", mse_text(f, pca).text,
                 narrator_side(network), mse_text(f, network).text, epoch, epoch == 1 ? "" : "s");
}

// On clean inputs a model that learnt to clean noisy ones is asked for what it never saw.
bool pair_denoises(const NarratorFacts *f, int subject)
{
    return narrator_are_measured(f) && !pair_is_twin(f, subject) &&
           (isfinite(f->sides[SIDE_A].noisy_mse) || isfinite(f->sides[SIDE_B].noisy_mse));
}

static void say_both_denoise(const NarratorFacts *f, Sentence *out)
{
    const NarratorModel *a = &f->sides[SIDE_A], *b = &f->sides[SIDE_B];
    const bool is_same = a->spec.noise == b->spec.noise && a->spec.noise_kind == b->spec.noise_kind;
    narrator_add(out, "*<A> and <B> learnt %s*: %s their MSE is %s and %s. On clean ones, which neither saw, it is ",
                 is_same ? "to clean noisy digits" : "from different noise",
                 is_same ? "with noise" : "each with its own", narrator_format_loss(a->noisy_mse).text,
                 narrator_format_loss(b->noisy_mse).text);
    narrator_add(out, "%s and %s.", mse_text(f, SIDE_A).text, mse_text(f, SIDE_B).text);
}

void say_denoises(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const int side = isfinite(f->sides[SIDE_A].noisy_mse) ? SIDE_A : SIDE_B;
    if (isfinite(f->sides[other_of(side)].noisy_mse)) {
        say_both_denoise(f, out);
        return;
    }
    narrator_add(out,
                 "*%s learnt to clean noisy digits*: with noise its MSE is %s. On clean ones, which it never saw, it "
                 "is %s, that of %s %s.",
                 narrator_side(side), narrator_format_loss(f->sides[side].noisy_mse).text, mse_text(f, side).text,
                 narrator_side(other_of(side)), mse_text(f, other_of(side)).text);
}

bool pair_is_blind(const NarratorFacts *f, int subject)
{
    (void)subject;
    const double a = f->sides[SIDE_A].mean[LOSS_BCE], b = f->sides[SIDE_B].mean[LOSS_BCE];
    return narrator_are_measured(f) && fabs(a - b) <= 0.01 * fmin(a, b) && find_ratio(f) > 1.25;
}

void say_blind(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const Figure a = narrator_format_loss(f->sides[SIDE_A].mean[LOSS_BCE]);
    const Figure b = narrator_format_loss(f->sides[SIDE_B].mean[LOSS_BCE]);
    const NarratorModel *worse = &f->sides[find_worse(f)];
    narrator_add(out, "*BCE cannot tell <A> from <B>*: ");
    if (narrator_is_same(a, b))
        narrator_add(out, "both %s.", a.text);
    else
        narrator_add(out, "%s and %s.", a.text, b.text);
    narrator_add(out, " MSE can: %s and %s.", mse_text(f, SIDE_A).text, mse_text(f, SIDE_B).text);
    if (outside(worse) > 0.01)
        narrator_add(out, " BCE looks away outside 0\u20261, where %s of %s's pixels are.",
                     narrator_format_share(outside(worse)).text, narrator_side(find_worse(f)));
}

static bool is_known(const NarratorFacts *f)
{
    return narrator_are_measured(f) && isfinite(f->distance) && isfinite(f->chance);
}

// B is what another seed makes of A.
bool pair_is_twin(const NarratorFacts *f, int subject)
{
    (void)subject;
    const SpecPart *parts[SPEC_PARTS];
    Spec a = f->sides[SIDE_A].spec;
    a.seed = f->sides[SIDE_B].spec.seed;
    return narrator_are_measured(f) && isfinite(f->distance) && spec_equal(&a, &f->sides[SIDE_B].spec) &&
           spec_parts_list(&f->sides[SIDE_A].spec, &f->sides[SIDE_B].spec, parts) == 1;
}

void say_twin(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    narrator_add(out,
                 "*Only the random start differs*: a pixel differs by %s on average. That is chance: a smaller "
                 "difference means nothing.",
                 narrator_format_difference(f->distance).text);
}

bool pair_is_worse(const NarratorFacts *f, int subject)
{
    return (void)subject, is_known(f) && find_ratio(f) > 1.05 && f->distance > f->chance;
}

void say_worse(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const int worse = find_worse(f), better = other_of(worse);
    const double ratio = find_ratio(f);
    narrator_add(out, "*%s is %sworse*: MSE %s against %s.", narrator_side(worse),
                 ratio > 2      ? "much "
                 : ratio < 1.35 ? "a little "
                                : "",
                 mse_text(f, worse).text, mse_text(f, better).text);
    add_causes(&f->sides[worse], &f->sides[better], out);
}

bool pair_is_alike(const NarratorFacts *f, int subject)
{
    return (void)subject, is_known(f) && f->distance <= 1.25 * f->chance;
}

void say_alike(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const Figure d = narrator_format_difference(f->distance), s = narrator_format_difference(f->chance);
    narrator_add(out, "*<A> and <B> look the same*: a pixel differs by %s on average", d.text);
    if (narrator_is_same(d, s))
        narrator_add(out, ", and so it does between two seeds of <A>.");
    else
        narrator_add(out, ". Two seeds of <A> differ by %s.", s.text);
}

bool pair_differs(const NarratorFacts *f, int subject) { return (void)subject, is_known(f); }

void say_differs(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    narrator_add(out, "*<A> and <B> differ* by %s a pixel, two seeds of <A> by %s, yet their MSE is alike: ",
                 narrator_format_difference(f->distance).text, narrator_format_difference(f->chance).text);
    if (narrator_is_same(mse_text(f, SIDE_A), mse_text(f, SIDE_B)))
        narrator_add(out, "both %s.", mse_text(f, SIDE_A).text);
    else
        narrator_add(out, "%s and %s.", mse_text(f, SIDE_A).text, mse_text(f, SIDE_B).text);
}

// What chance makes of it is not known.
bool pair_is_so_far(const NarratorFacts *f, int subject) { return (void)subject, narrator_are_measured(f); }

void say_so_far(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const int worse = find_worse(f), better = other_of(worse), epoch = f->sides[SIDE_A].epoch;
    if (find_ratio(f) > 1.05) {
        narrator_add(out, "*%s is worse so far*: MSE %s against %s after %d epoch%s.", narrator_side(worse),
                     mse_text(f, worse).text, mse_text(f, better).text, epoch, epoch == 1 ? "" : "s");
        add_causes(&f->sides[worse], &f->sides[better], out);
    } else
        narrator_add(out, "*<A> and <B> have learnt as much so far*: MSE %s and %s after %d epoch%s.",
                     mse_text(f, SIDE_A).text, mse_text(f, SIDE_B).text, epoch, epoch == 1 ? "" : "s");
    if (f->is_chance_coming)
        narrator_add(out, " Chance is being measured\u2026");
    else if (epoch < CHANCE_EPOCHS)
        narrator_add(out, " Chance is measured from epoch %d on.", CHANCE_EPOCHS);
}
