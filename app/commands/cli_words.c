// The words of each table.
#include "commands/cli_words.h"

#include <stdio.h>
#include <string.h>

#include "commands/cli.h"
#include "draw/theme.h"
#include "state/controls.h"
#include "state/curve.h"

const char *words_scenes(int i) { return i < SCENE_COUNT ? scene_get((Scene)i)->key : NULL; }
const char *words_heatmaps(int i) { return i < heatmap_count() ? heatmap_get(i)->key : NULL; }
const char *words_losses(int i) { return i < LOSS_COUNT ? loss_get(i)->key : NULL; }
const char *words_curves(int i) { return i < CURVE_COUNT ? curve_key(i) : NULL; }
const char *words_code_images(int i) { return i < CODE_IMAGES_COUNT ? code_images_key(i) : NULL; }

const char *words_sides(int i) // in the order of the bits that a view shows, 1 and 2
{
    static const char *const words[] = {"both", "a", "b"};
    return i < (int)(sizeof words / sizeof *words) ? words[i] : NULL;
}

const char *words_controls(int i) { return i < CONTROL_COUNT ? control_key(i) : NULL; }
const char *words_outputs(int i) { return i < OUTPUT_COUNT ? activation_get(OUTPUT_ACTIVATION, i)->key : NULL; }
const char *words_optimizers(int i) { return i < optimizer_count() ? optimizer_get(i)->key : NULL; }
const char *words_hiddens(int i)
{
    return i < activation_count(HIDDEN_ACTIVATION) ? activation_get(HIDDEN_ACTIVATION, i)->key : NULL;
}
static const char *words_architectures(int i) { return i < architecture_count() ? architecture_get(i)->key : NULL; }
const char *words_spec_keys(int i) { return i == SPEC_KEY_COUNT ? "model" : i < SPEC_KEY_COUNT ? spec_key(i) : NULL; }
const char *words_shown(int i) { return i < SHOW_AS_COUNT ? show_as_get((ShowAs)i)->key : NULL; }
const char *words_histograms(int i) { return i < HISTOGRAM_MODE_COUNT ? histogram_key((HistogramMode)i) : NULL; }

const char *words_claim_pages(int i) { return i < CLAIM_PAGES ? claim_page_get(i)->key : NULL; }
const char *words_published(int i) { return i < published_count() ? published_get(i)->key : NULL; }
const char *words_sayings(int i) { return i < SAYING_COUNT ? saying_get(i).key : NULL; }

const char *words_presets(int i) { return i < preset_count() ? preset_get(i)->key : NULL; }

const char *words_lessons(int i) { return i < LESSON_COUNT ? lesson_get(i)->key : NULL; }
const char *words_themes(int i) { return i < THEME_COUNT ? theme_get((ThemeKind)i)->key : NULL; }
const char *words_image_turns(int i) { return i < TURN_COUNT ? image_turn_key((ImageTurn)i) : NULL; }
const char *words_paces(int i) { return i < PACE_COUNT ? pace_label((Pace)i) : NULL; }

const char *words_inverts(int i)
{
    static const char *const words[INK_INVERT_COUNT] = {
        [INK_INVERT_AUTO] = "auto", [INK_INVERT_YES] = "yes", [INK_INVERT_NO] = "no"};
    return i < INK_INVERT_COUNT ? words[i] : NULL;
}

const char *words_turns(int i)
{
    static const char *const words[] = {"0", "90", "180", "270"};
    return i < (int)(sizeof words / sizeof *words) ? words[i] : NULL;
}

const char *words_logs(int i)
{
    static const char *const words[] = {[LOG_EPOCH] = "epoch", [LOG_STEP] = "step"};
    return i < (int)(sizeof words / sizeof *words) ? words[i] : NULL;
}

#define WORDS_OF_CHOICE(words, kind)                                                                                   \
    static const char *words(int i) { return i < choice_count(kind) ? choice_get(kind, i)->key : NULL; }
WORDS_OF_CHOICE(words_ranges, CHOICE_RANGE)
WORDS_OF_CHOICE(words_reduces, CHOICE_REDUCE)
WORDS_OF_CHOICE(words_targets, CHOICE_TARGETS)
WORDS_OF_CHOICE(words_noise_kinds, CHOICE_NOISE_KIND)
#undef WORDS_OF_CHOICE

Words *words_of_spec(const char *key)
{
    static const struct {
        const char *key;
        Words *words;
    } rows[] = {{"loss", words_losses},          {"output", words_outputs},         {"hidden", words_hiddens},
                {"optimizer", words_optimizers}, {"range", words_ranges},           {"reduce", words_reduces},
                {"targets", words_targets},      {"noise_kind", words_noise_kinds}, {"model", words_architectures}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].key, key) == 0)
            return rows[i].words;
    return NULL;
}

void words_join(Words *words, const char *separator, char *text, size_t size)
{
    text[0] = 0;
    for (int i = 0; words(i); i++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s%s", i ? separator : "", words(i));
    }
}
