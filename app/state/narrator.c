// The narrator's rules, in order of their priority, and who asks them. Here is every rule: key, condition, sentence.
#include "state/narrator.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "state/narrator_rules.h"

typedef struct Rule {
    const char *key;
    Condition *holds;
    Say *say;
} Rule;

static bool always(const NarratorFacts *facts, int subject)
{
    (void)facts;
    (void)subject;
    return true;
}

static const Rule pair_rules[] = {
    {"broke", pair_is_broken, say_broken},
    {"fed_back", is_fed_back, say_fed_back},
    {"behind", pair_is_behind, say_behind},
    {NARRATOR_WAITS, pair_waits, say_nothing},
    {"apart", pair_is_apart, say_apart},
    {"wrong", pair_went_wrong, say_wrong},
    {"mean_image", pair_is_mean_image, say_mean_image},
    {"dark", pair_is_dark, say_dark},
    {"same", pair_is_same, say_same},
    {"pca", pair_is_pca, say_pca},
    {"two_things", pair_has_two_things, say_two_things},
    {"untrained", pair_is_untrained, say_untrained}, // from here on without bold where two things differ
    {"denoises", pair_denoises, say_denoises},
    {"blind", pair_is_blind, say_blind},
    {"twin", pair_is_twin, say_twin},
    {"worse", pair_is_worse, say_worse},
    {"alike", pair_is_alike, say_alike},
    {"differs", pair_differs, say_differs},
    {"so_far", pair_is_so_far, say_so_far},
};

static const Rule solo_rules[] = {
    {"broke", solo_is_broken, say_solo_broken}, {"fed_back", is_fed_back, say_solo_fed_back},
    {"wrong", solo_went_wrong, say_solo_wrong}, {"mean_image", solo_is_mean_image, say_solo_mean_image},
    {"dark", solo_is_dark, say_solo_dark},      {"untrained", solo_is_untrained, say_solo_untrained},
    {"young", solo_is_young, say_solo_young},   {"near_mean_image", solo_is_near_mean_image, say_solo_near_mean_image},
    {"fault", solo_has_fault, say_solo_fault},  {"solo", solo_is_measured, say_solo},
};

static const Rule pixel_rules[] = {
    {"broke", pair_is_broken, say_broken},
    {"", pixel_is_unknown, say_nothing},
    {"no_slope", pixel_has_no_slope, say_no_slope},
    {"outside", pixel_is_outside, say_outside},
    {"floor", pixel_costs_when_met, say_cost_when_met},
    {"met", pixel_is_met, say_met},
    {"missed", pixel_is_missed, say_missed},
};

static const Rule code_rules[] = {
    {"broke", pair_is_broken, say_broken},         {"", code_is_unknown, say_nothing},
    {"code_dead", code_is_dead, say_code_dead},    {"code_pulled", code_is_pulled, say_code_pulled},
    {"code_walk", code_is_walking, say_code_walk}, {"code", always, say_code},
};

static const Rule latent_rules[] = {
    {"broke", pair_is_broken, say_broken},
    {"", code_is_unknown, say_nothing},
    {"code_dead", code_is_dead, say_code_dead},
    {"latent_collapsed", latent_is_collapsed, say_latent_collapsed},
    {"code_pulled", code_is_pulled, say_code_pulled},
    {"code_walk", code_is_walking, say_code_walk},
    {"latent", always, say_latent},
};

static const Rule column_rules[] = {
    {"", column_is_unknown, say_nothing},
    {NARRATOR_WAITS, column_waits, say_nothing},
    {"apart", column_is_apart, say_column_apart},
    {"blind", column_is_blind, say_column_blind},
    {"dim", column_is_dim, say_column_dim},
    {"forgives", column_forgives, say_column_forgives},
    {"ranked", column_is_ranked, say_column_ranked},
};

static const Rule matrix_rules[] = {
    {"matrix", matrix_has_clause, say_matrix},
};

#define COUNT(rules) ((int)(sizeof(rules) / sizeof(rules)[0]))

static Sentence say_first(const Rule *rules, int count, const NarratorFacts *facts, int subject)
{
    Sentence out = {.key = ""};
    for (int i = 0; i < count; i++)
        if (rules[i].holds(facts, subject)) {
            out.key = rules[i].key;
            rules[i].say(facts, subject, &out);
            break;
        }
    return out;
}

Sentence narrator_say_pair(const NarratorFacts *facts) { return say_first(pair_rules, COUNT(pair_rules), facts, 0); }

Sentence narrator_say_column(const NarratorFacts *facts, int column)
{
    assert(column < facts->column_count);
    return say_first(column_rules, COUNT(column_rules), facts, column);
}

// ---- scenes -------------------------------------------------------------------------------------------------------

Sentence narrator_say(const NarratorFacts *facts)
{
#define RULES(rules) rules, COUNT(rules)
    static const struct {
        const Rule *rules;
        int count, subject;
    } scenes[SCENE_COUNT] = {
        [SCENE_COMPARE] = {RULES(pair_rules), 0},     [SCENE_SOLO_A] = {RULES(solo_rules), SIDE_A},
        [SCENE_SOLO_B] = {RULES(solo_rules), SIDE_B}, [SCENE_MATRIX] = {RULES(matrix_rules), 0},
        [SCENE_INSPECT] = {RULES(pixel_rules), 0},    [SCENE_CODE] = {RULES(code_rules), 0},
        [SCENE_LATENT] = {RULES(latent_rules), 0}, // the claims have sentences of their own
    };
    return say_first(scenes[facts->scene].rules, scenes[facts->scene].count, facts, scenes[facts->scene].subject);
}

// ---- words --------------------------------------------------------------------------------------------------------

void narrator_add(Sentence *out, const char *format, ...)
{
    const size_t used = strlen(out->text);
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(out->text + used, sizeof out->text - used, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof out->text - used && "raise SENTENCE_SIZE");
    (void)length;
}

void narrator_add_item(Sentence *out, int item, int count, const char *text)
{
    narrator_add(out, "%s%s", item == 0 ? "" : item + 1 < count ? ", " : " and ", text);
}

const char *narrator_side(int side) { return side == SIDE_A ? "<A>" : "<B>"; }

void say_nothing(const NarratorFacts *facts, int subject, Sentence *out)
{
    (void)facts;
    (void)subject;
    out->text[0] = 0;
}

// The rules behind this one go on.
void say_two_things(const NarratorFacts *facts, int subject, Sentence *out)
{
    say_differing_parts(facts, out);
    int next = 0;
    while (pair_rules[next].say != say_two_things)
        next++;
    const Sentence rest = say_first(pair_rules + next + 1, COUNT(pair_rules) - next - 1, facts, subject);
    char text[SENTENCE_SIZE];
    size_t used = 0;
    for (const char *at = rest.text; *at; at++)
        if (*at != '*')
            text[used++] = *at;
    text[used] = 0;
    narrator_add(out, "%s%s", used > 0 ? " " : "", text);
}

void sentence_plain(const Sentence *sentence, char *text, size_t size)
{
    size_t used = 0;
    for (const char *at = sentence->text; *at && used + 1 < size; at++)
        if (!strchr("*<>", *at))
            text[used++] = *at;
    text[used] = 0;
}
