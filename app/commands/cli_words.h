// Words: the values that an option takes from a table, so that parser, help and error sentence have them from there.
//
// Thread: pure functions.
#pragma once
#include <stddef.h>

typedef const char *Words(int index); // NULL behind the last

Words words_scenes, words_heatmaps, words_losses, words_curves, words_controls, words_sides, words_code_images,
    words_outputs, words_histograms, words_shown, words_themes, words_paces, words_logs, words_inverts, words_turns,
    words_image_turns, words_presets, words_lessons, words_hiddens, words_optimizers, words_spec_keys,
    words_claim_pages, words_sayings, words_published;

// What the key of a spec chooses from; NULL: it takes numbers.
Words *words_of_spec(const char *key);

// "bce, mse, mae" for a separator of ", ".
void words_join(Words *words, const char *separator, char *text, size_t size);
