// What a figure says: title, sentence, and the small print that tells what both models share and what they do not.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "panels/figure.h"
#include "panels/panel.h"
#include "state/presets.h"

// ---- what a model is, a piece a row -------------------------------------------------------------------------------

typedef void FormatAspect(const Frame *frame, int side, char text[64]);

static void format_layers(const Frame *frame, int side, char text[64])
{
    char layers[SPEC_TEXT_SIZE];
    spec_describe_layers(&frame->models[side].spec, layers, sizeof layers);
    (void)snprintf(text, 64, "%.63s", layers);
}

static void format_hidden(const Frame *frame, int side, char text[64])
{
    (void)snprintf(text, 64, "hidden %s", activation_get(HIDDEN_ACTIVATION, frame->models[side].spec.hidden)->label);
}

static void format_optimizer(const Frame *frame, int side, char text[64])
{
    const Spec *spec = &frame->models[side].spec;
    (void)snprintf(text, 64, "%s %g", optimizer_get(spec->optimizer)->label, (double)spec->lr);
}

static void format_batch(const Frame *frame, int side, char text[64])
{
    (void)snprintf(text, 64, "batch %d", frame->models[side].spec.batch);
}

static void format_noise(const Frame *frame, int side, char text[64])
{
    const Spec *spec = &frame->models[side].spec;
    text[0] = 0;
    if (!pixels_are_damaged(spec))
        return;
    if (spec->noise_kind == NOISE_GAUSSIAN)
        (void)snprintf(text, 64, "noise on the input %g", (double)spec->noise);
    else
        (void)snprintf(text, 64, "noise on the input: %s %g", choice_get(CHOICE_NOISE_KIND, spec->noise_kind)->label,
                       (double)spec->noise);
}

// What is not the usual of a choice. format: with a %s for its label.
static void format_unusual(ChoiceKind kind, int chosen, int usual, const char *format, char text[64])
{
    text[0] = 0;
    if (chosen != usual)
        (void)snprintf(text, 64, format, choice_get(kind, chosen)->label);
}

static void format_range(const Frame *frame, int side, char text[64])
{
    format_unusual(CHOICE_RANGE, frame->models[side].spec.range, RANGE_UNIT, "pixels %s", text);
}

static void format_reduce(const Frame *frame, int side, char text[64])
{
    format_unusual(CHOICE_REDUCE, frame->models[side].spec.reduce, REDUCE_MEAN, "%s over the pixels", text);
}

static void format_targets(const Frame *frame, int side, char text[64])
{
    format_unusual(CHOICE_TARGETS, frame->models[side].spec.targets, TARGETS_GREY, "targets %s", text);
}

static void format_l1(const Frame *frame, int side, char text[64])
{
    const float l1 = frame->models[side].spec.l1;
    text[0] = 0;
    if (l1 > 0)
        (void)snprintf(text, 64, "price on the code %g", (double)l1);
}

static void format_beta(const Frame *frame, int side, char text[64])
{
    const Spec *spec = &frame->models[side].spec;
    text[0] = 0;
    if (spec_samples(spec))
        (void)snprintf(text, 64, "beta %g", (double)spec->beta);
}

static void format_seed(const Frame *frame, int side, char text[64])
{
    (void)snprintf(text, 64, "seed %u", frame->models[side].spec.seed);
}

static void format_epoch(const Frame *frame, int side, char text[64])
{
    (void)snprintf(text, 64, "%s", panel_progress(frame, side).short_text);
}

// Loss and output stand over the pictures.
static FormatAspect *const aspects[] = {format_layers, format_hidden, format_optimizer, format_batch,
                                        format_range,  format_reduce, format_targets,   format_noise,
                                        format_l1,     format_beta,   format_seed,      format_epoch};
enum { ASPECTS = sizeof aspects / sizeof *aspects };

// ---- title and sentence -------------------------------------------------------------------------------------------

static bool is_pair(const Frame *frame) { return panel_is_shown(frame, SIDE_A) && panel_is_shown(frame, SIDE_B); }

static int shown_side(const Frame *frame) { return panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B; }

void figure_choice(const Frame *frame, int side, char text[64])
{
    const Spec *spec = &frame->models[side].spec;
    if (panel_is_pca(frame, side))
        (void)snprintf(text, 64, "%s", frame->models[side].caption);
    else
        (void)snprintf(text, 64, "%s + %s", loss_get(spec->loss)->label,
                       activation_get(OUTPUT_ACTIVATION, spec->output)->label);
}

// On the stage what is said there; elsewhere what would be said of A and B.
static Sentence find_sentence(const Frame *frame)
{
    if (panel_is_stage(frame))
        return frame->sentence;
    const NarratorFacts facts = narrator_facts(frame);
    return narrator_say_pair(&facts);
}

// The sentence's bold beginning, which stands for the whole: its length with the markup, 0 where there is none.
static size_t find_bold(const Sentence *sentence)
{
    const char *end = sentence->text[0] == '*' ? strchr(sentence->text + 1, '*') : NULL;
    return end ? (size_t)(end + 1 - sentence->text) : 0;
}

// The card of a lesson whose figures are what the models have come to; NULL: there is none on the stage.
static const LessonCard *find_card(const Frame *frame)
{
    const LessonCard *card = &frame->lesson;
    return card->step && !card->is_grey && panel_is_stage(frame) ? card : NULL;
}

// Whose words the figure has; -1: nobody's. Elsewhere than on the stage a setup is of what a figure does not show.
static int find_setup(const Frame *frame) { return panel_is_stage(frame) ? frame->preset : -1; }

void figure_title(const Frame *frame, char text[FIGURE_WORDS])
{
    char a[64], b[64];
    if (find_card(frame)) {
        (void)snprintf(text, FIGURE_WORDS, "%s", find_card(frame)->title);
        return;
    }
    if (find_setup(frame) >= 0) {
        (void)snprintf(text, FIGURE_WORDS, "%s", preset_get(find_setup(frame))->title);
        return;
    }
    Sentence sentence = find_sentence(frame);
    const size_t bold = find_bold(&sentence);
    if (bold > 0) {
        sentence.text[bold] = 0;
        sentence_plain(&sentence, text, FIGURE_WORDS);
        const size_t length = strlen(text);
        if (length > 0 && text[length - 1] == '.') // a title has none
            text[length - 1] = 0;
        return;
    }
    figure_choice(frame, SIDE_A, a);
    figure_choice(frame, SIDE_B, b);
    if (!is_pair(frame))
        (void)snprintf(text, FIGURE_WORDS, "%s", shown_side(frame) == SIDE_A ? a : b);
    else if (strcmp(a, b) == 0)
        (void)snprintf(text, FIGURE_WORDS, "%s, twice", a);
    else
        (void)snprintf(text, FIGURE_WORDS, "%s beside %s", a, b);
}

// Two figures of the test set, where both are known.
static bool find_mse(const Frame *frame, double mse[SIDE_COUNT])
{
    bool is_known = true;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *test = &frame->models[side].snapshot->test;
        is_known &= test->images > 0 || !panel_is_shown(frame, side);
        mse[side] = test->mean[LOSS_MSE];
    }
    return is_known;
}

// Figures alone, for when the narrator is silent.
static void say_figures(const Frame *frame, char text[FIGURE_WORDS])
{
    double mse[SIDE_COUNT];
    char a[24], b[24];
    text[0] = 0;
    if (!find_mse(frame, mse))
        return;
    panel_format_figure(mse[SIDE_A], a);
    panel_format_figure(mse[SIDE_B], b);
    if (panel_is_apart(frame))
        (void)snprintf(text, FIGURE_WORDS,
                       "<A> and <B> have not learnt equally long (<A>: %s, <B>: %s): wait before you compare them.",
                       panel_progress(frame, SIDE_A).short_text, panel_progress(frame, SIDE_B).short_text);
    else if (is_pair(frame))
        (void)snprintf(text, FIGURE_WORDS,
                       "MSE over all test digits: %s with <A>, %s with <B>. For the uppermost digit a pixel of <A> "
                       "and <B> differs by %.3f on average.",
                       a, b, frame->pad_distance);
    else
        (void)snprintf(text, FIGURE_WORDS, "MSE over all test digits: %s.", shown_side(frame) == SIDE_A ? a : b);
}

void figure_sentence(const Frame *frame, bool has_title, char text[FIGURE_WORDS])
{
    if (find_card(frame)) {
        (void)snprintf(text, FIGURE_WORDS, "%s", find_card(frame)->text);
        return;
    }
    const Sentence sentence = find_sentence(frame);
    const char *rest = sentence.text + (has_title && find_setup(frame) < 0 ? find_bold(&sentence) : 0);
    if (!*sentence.text) {
        say_figures(frame, text);
        return;
    }
    if (rest > sentence.text)
        rest += strspn(rest, ":, ");
    (void)snprintf(text, FIGURE_WORDS, "%s", rest);
    if (rest > sentence.text && text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
}

// ---- the small print ----------------------------------------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static void append(char text[FIGURE_WORDS], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text + used, FIGURE_WORDS - used, format, arguments);
    va_end(arguments);
}

// A PCA has a code of some numbers, and nothing else that could be set.
static void format_aspect(const Frame *frame, int side, int i, char text[64])
{
    if (!panel_is_pca(frame, side))
        aspects[i](frame, side, text);
    else
        (void)snprintf(text, 64, "%s", i == 0 ? frame->models[side].caption : "");
}

// The aspects that are the same for both (side -1), or those of one side that are not.
static void append_aspects(const Frame *frame, int side, const char *name, char text[FIGURE_WORDS])
{
    const bool has_both = is_pair(frame);
    bool is_first = true;
    for (int i = 0; i < ASPECTS; i++) {
        char a[64], b[64];
        format_aspect(frame, has_both ? SIDE_A : shown_side(frame), i, a);
        format_aspect(frame, has_both ? SIDE_B : shown_side(frame), i, b);
        const char *aspect = side == SIDE_B ? b : a;
        if ((strcmp(a, b) == 0) != (side < 0) || !*aspect)
            continue;
        append(text, "%s%s", is_first ? name : ", ", aspect);
        is_first = false;
    }
    if (!is_first)
        append(text, ".");
}

void figure_foot(const Frame *frame, bool has_choice, char text[FIGURE_WORDS])
{
    char count[16], learnt[16];
    panel_format_count(frame->test_count, count);
    panel_format_count(frame->train_count, learnt);
    text[0] = 0;
    if (frame->is_builtin)
        append(text, "Built-in digits (seed %d)", BUILTIN_SEED);
    else
        append(text, "%s", frame->dataset_title);
    append(text, ", learnt from %s digits. Figures: all %s test digits", learnt, count);
    if (frame->figures_mix > 0.0f)
        append(text, ", %.0f %% black-white as those shown", 100.0 * (double)frame->figures_mix);
    else if (frame->look.binarise > 0.0f)
        append(text, ", grey as they are; shown: %.0f %% black-white", 100.0 * (double)frame->look.binarise);
    append(text, ".");
    if (frame->look.show_as != SHOW_MEAN)
        append(text, " Outputs shown: %s; errors and brightness: of their mean.",
               show_as_get(frame->look.show_as)->note);
    append_aspects(frame, -1, is_pair(frame) ? " Both: " : " ", text);
    if (is_pair(frame)) {
        append_aspects(frame, SIDE_A, " A: ", text);
        append_aspects(frame, SIDE_B, " B: ", text);
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(frame, side) && *frame->models[side].figures_of)
            append(text, " Figures of %c: %s.", side == SIDE_A ? 'A' : 'B', frame->models[side].figures_of);
    if (has_choice)
        append(text, " Test digits shown: of %d, those %s.", frame->page_count,
               is_pair(frame) ? "where A and B differ most" : "with the largest MSE");
}
