// The rules' conditions and sentences, which narrator.c puts in order. Private to the narrator.
//
// subject: the side in solo, the column in the matrix, else 0.
#pragma once
#include "state/narrator.h"
#include "state/narrator_format.h"

typedef bool Condition(const NarratorFacts *facts, int subject);
typedef void Say(const NarratorFacts *facts, int subject, Sentence *out);

// Appends to the sentence's text, as printf.
void narrator_add(Sentence *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

// "loss", "loss and output", "loss, output and seed": appends an item of a list.
void narrator_add_item(Sentence *out, int item, int count, const char *text);

const char *narrator_side(int side); // its letter, as markup

void say_differing_parts(const NarratorFacts *facts, Sentence *out); // the first half of say_two_things

static inline double narrator_mse(const NarratorFacts *facts, int side) { return facts->sides[side].mean[LOSS_MSE]; }
static inline bool narrator_are_measured(const NarratorFacts *facts)
{
    return facts->sides[SIDE_A].is_measured && facts->sides[SIDE_B].is_measured;
}

// narrator_feed.c: outputs that become inputs again.
Condition is_fed_back;
Say say_fed_back, say_solo_fed_back;

// narrator_pair.c, narrator_figures.c: two sides, or one alone.
Condition pair_is_broken, pair_is_behind, pair_waits, pair_is_apart, pair_went_wrong, pair_is_mean_image, pair_is_dark,
    pair_is_same, pair_is_pca, pair_has_two_things, pair_is_untrained, pair_denoises, pair_is_blind, pair_is_twin,
    pair_is_worse, pair_is_alike, pair_differs, pair_is_so_far;
Say say_broken, say_behind, say_nothing, say_apart, say_wrong, say_mean_image, say_dark, say_same, say_pca,
    say_two_things, say_untrained, say_denoises, say_blind, say_twin, say_worse, say_alike, say_differs, say_so_far;
Condition solo_is_broken, solo_went_wrong, solo_is_mean_image, solo_is_dark, solo_is_untrained, solo_is_young,
    solo_is_near_mean_image, solo_has_fault, solo_is_measured;
Say say_solo_broken, say_solo_wrong, say_solo_mean_image, say_solo_dark, say_solo_untrained, say_solo_young,
    say_solo_near_mean_image, say_solo_fault, say_solo;

// narrator_pixel.c
Condition pixel_is_unknown, pixel_has_no_slope, pixel_is_outside, pixel_costs_when_met, pixel_is_met, pixel_is_missed;
Say say_no_slope, say_outside, say_cost_when_met, say_met, say_missed;

// narrator_code.c
Condition code_is_unknown, code_is_dead, code_is_pulled, code_is_walking, latent_is_collapsed;
Say say_code_dead, say_code_pulled, say_code_walk, say_code, say_latent, say_latent_collapsed;

// narrator_matrix.c
Condition column_is_unknown, column_waits, column_is_apart, column_is_blind, column_is_dim, column_forgives,
    column_is_ranked;
Say say_column_apart, say_column_blind, say_column_dim, say_column_forgives, say_column_ranked;
Condition matrix_has_clause;
Say say_matrix;
