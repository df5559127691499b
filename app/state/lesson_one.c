// The first lesson: must the output be a sigmoid, and why BCE and not MSE. Each sentence holds by the rule that stands
// before it, or the card says the other one.
#include <math.h>
#include <stdio.h>

#include "state/lesson_parts.h"

#define SAY(...)   (void)snprintf(text, size, __VA_ARGS__)
#define SIDE(side) (&facts->sides[side])

static const double chance_ratio = 1.25; // A and B are called the same up to so many times what two seeds differ by
static const double worse_ratio = 1.05, much_worse_ratio = 2.0; // of the test MSE
static const double broken_ratio = 1.25;
static const double same_bce = 1.01; // the greatest of them to the least

static double compare_mse(const LessonFacts *facts) { return lesson_mse(SIDE(SIDE_B)) / lesson_mse(SIDE(SIDE_A)); }

static const char *output_label(const NarratorModel *model)
{
    return activation_get(OUTPUT_ACTIVATION, model->spec.output)->label;
}

// Of a changed B: what it is now. Which figures it is of stands before it.
static void say_b_now(const LessonFacts *facts, char *text, size_t size)
{
    const NarratorModel *b = SIDE(SIDE_B), *relu = lesson_find(facts, LOSS_MSE, "relu", 1);
    SAY("<B> now has %s and learns by %s. Its test MSE is *%s*; that of ReLU by MSE was *%s*, that of <A> is *%s*.",
        output_label(b), loss_get(b->spec.loss)->label, lesson_loss(lesson_mse(b)).text,
        lesson_loss(lesson_mse(relu)).text, lesson_loss(lesson_mse(SIDE(SIDE_A))).text);
}

// ---- 1: a network that redraws ------------------------------------------------------------------------------------

static LessonVerdict judge_redraw(const LessonFacts *facts)
{
    return SIDE(SIDE_A)->is_measured ? LESSON_HOLDS : LESSON_OPEN;
}

static void say_redraw(const LessonFacts *facts, char *text, size_t size)
{
    const NarratorModel *a = SIDE(SIDE_A);
    const int code = spec_code_units(&a->spec);
    SAY("The network %s the %d pixels of your digit into %d numbers and draws it again from those. It learns "
        "from %s digits; on %s new ones a pixel is wrong by *%s* on average (0 is black, 1 is white).",
        code < DIGIT_PIXELS ? "squeezes" : "turns", DIGIT_PIXELS, code, lesson_count(facts->train_count).text,
        lesson_count(facts->test_count).text, lesson_difference(a->is_measured ? a->mean[LOSS_MAE] : NAN).text);
}

static void task_redraw(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Draw any digit on the left, with the mouse.");
}

// ---- 2: BCE or MSE ------------------------------------------------------------------------------------------------

static LessonVerdict judge_losses(const LessonFacts *facts)
{
    if (isnan(facts->distance) || isnan(facts->chance))
        return LESSON_OPEN;
    return facts->distance <= chance_ratio * facts->chance ? LESSON_HOLDS : LESSON_FAILS;
}

static void say_losses(const LessonFacts *facts, char *text, size_t size)
{
    const char *const ends[LESSON_VERDICT_COUNT] = {".", ": nobody could tell <A> from <B>.",
                                                    ": here the loss matters."};
    SAY("<A> was taught with BCE, <B> with MSE. On average their pixels differ by *%s*. Two networks that differ only "
        "in their random start differ by *%s*%s",
        lesson_difference(facts->distance).text, lesson_difference(facts->chance).text, ends[judge_losses(facts)]);
}

static void say_losses_open(const LessonFacts *facts, char *text, size_t size)
{
    SAY("<A> is taught with BCE, <B> with MSE. On average their pixels differ by *%s*, those of two networks that "
        "differ only in their random start by *%s*.",
        lesson_difference(facts->distance).text, lesson_difference(facts->chance).text);
}

static void say_others(const LessonFacts *facts, char *text, size_t size)
{
    SAY("Now <A> has %s and learns by %s, <B> has %s and learns by %s. On average their pixels differ by *%s*; test "
        "MSE: *%s* and *%s*.",
        output_label(SIDE(SIDE_A)), loss_get(SIDE(SIDE_A)->spec.loss)->label, output_label(SIDE(SIDE_B)),
        loss_get(SIDE(SIDE_B)->spec.loss)->label, lesson_difference(facts->distance).text,
        lesson_loss(lesson_mse(SIDE(SIDE_A))).text, lesson_loss(lesson_mse(SIDE(SIDE_B))).text);
}

static void task_losses(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Draw something that is not a digit. Do <A> and <B> fail alike?");
}

// ---- 3: ReLU with MSE ---------------------------------------------------------------------------------------------

static LessonVerdict judge_relu(const LessonFacts *facts)
{
    const double ratio = compare_mse(facts);
    if (isnan(ratio) || lesson_sides_are_apart(facts))
        return LESSON_OPEN;
    return ratio > worse_ratio ? LESSON_HOLDS : LESSON_FAILS;
}

// What is seen of it: only what occurs.
static void say_relu(const LessonFacts *facts, char *text, size_t size)
{
    const NarratorModel *b = SIDE(SIDE_B);
    char above[96] = "", silent[96] = "";
    const Figure share = lesson_share(b->above_1);
    if (!narrator_is_same(share, lesson_share(0)))
        (void)snprintf(above, sizeof above, ": *%s* of its pixels are whiter than white (hatched)", share.text);
    if (b->never_lit > 0)
        (void)snprintf(silent, sizeof silent, "%s *%d* pixel%s need%s ink never light%s up", *above ? ", and" : ":",
                       b->never_lit, b->never_lit == 1 ? " that" : "s that", b->never_lit == 1 ? "s" : "",
                       b->never_lit == 1 ? "s" : "");
    const double ratio = compare_mse(facts);
    const bool is_readable = b->mean[LOSS_MSE] < facts->mean_image_mse / 2;
    SAY("<B> has no upper end%s%s. Its MSE is *%s* instead of *%s*%s", above, silent, lesson_loss(lesson_mse(b)).text,
        lesson_loss(lesson_mse(SIDE(SIDE_A))).text,
        ratio > much_worse_ratio ? ": much worse."
        : is_readable            ? ". Not as good, but it works."
                                 : ".");
}

static void say_relu_open(const LessonFacts *facts, char *text, size_t size)
{
    SAY("A ReLU cuts at 0 and has no upper end. <B> has one, <A> a sigmoid; both learn by MSE. Their test MSE: <A> "
        "*%s*, <B> *%s*.",
        lesson_loss(lesson_mse(SIDE(SIDE_A))).text, lesson_loss(lesson_mse(SIDE(SIDE_B))).text);
}

static void say_relu_alike(const LessonFacts *facts, char *text, size_t size)
{
    const double ratio = compare_mse(facts);
    SAY("ReLU is %s here: the test MSE of <B> is *%s*, that of <A> with its sigmoid *%s*.",
        ratio < 1 / worse_ratio ? "better" : "as good", lesson_loss(lesson_mse(SIDE(SIDE_B))).text,
        lesson_loss(lesson_mse(SIDE(SIDE_A))).text);
}

static void task_relu(const LessonFacts *facts, char *text, size_t size)
{
    const NarratorModel *clip = lesson_find(facts, LOSS_MSE, "clip", 1);
    if (clip && clip->epoch >= LESSON_EPOCHS)
        SAY("Press *clip* in the row of <B>: MSE *%s*, all within 0\u20261.", lesson_loss(lesson_mse(clip)).text);
    else
        SAY("Press *clip* in the row of <B>: it cuts at 0 and at 1.");
}

static bool is_b_changed(const LessonProgress *progress)
{
    return !spec_equal(&progress->start[SIDE_B], &progress->now[SIDE_B]);
}

// ---- 4: BCE with ReLU ---------------------------------------------------------------------------------------------

static LessonVerdict judge_silent(const LessonFacts *facts)
{
    const double ratio = compare_mse(facts);
    if (isnan(ratio) || lesson_sides_are_apart(facts) || facts->is_pixel_sought)
        return LESSON_OPEN;
    return facts->has_pixel && ratio > broken_ratio ? LESSON_HOLDS : LESSON_FAILS;
}

static void say_silent(const LessonFacts *facts, char *text, size_t size)
{
    const LessonPixel *x = &facts->pixel;
    SAY("At one pixel the digit is *%s* and <B> answers 0. BCE charges *%s* for that, but ReLU is flat below 0: "
        "its slope is 0, so the model hears \u201cwrong\u201d and never \u201cbrighter\u201d. On the test digits <B> "
        "ends at MSE *%s*, <A> at *%s*.",
        narrator_format_pixel((double)x->t).text, narrator_format_price((double)x->loss[SIDE_B][LOSS_BCE]).text,
        lesson_loss(lesson_mse(SIDE(SIDE_B))).text, lesson_loss(lesson_mse(SIDE(SIDE_A))).text);
}

static void say_silent_open(const LessonFacts *facts, char *text, size_t size)
{
    const LessonPixel *x = &facts->pixel;
    char pixel[256] = "";
    if (facts->has_pixel)
        (void)snprintf(
            pixel, sizeof pixel, " At one pixel the digit is *%s*, <B> answers 0, BCE charges *%s*, the slope is 0.",
            narrator_format_pixel((double)x->t).text, narrator_format_price((double)x->loss[SIDE_B][LOSS_BCE]).text);
    SAY("<B> has a ReLU, <A> a sigmoid; both learn by BCE.%s On the test digits the MSE of <B> is *%s*, that of <A> "
        "*%s*.",
        pixel, lesson_loss(lesson_mse(SIDE(SIDE_B))).text, lesson_loss(lesson_mse(SIDE(SIDE_A))).text);
}

static void say_silent_not(const LessonFacts *facts, char *text, size_t size)
{
    SAY("BCE with ReLU did not break here: the test MSE of <B> is *%s*, that of <A> *%s*. Try another random start.",
        lesson_loss(lesson_mse(SIDE(SIDE_B))).text, lesson_loss(lesson_mse(SIDE(SIDE_A))).text);
}

static void say_silent_changed(const LessonFacts *facts, char *text, size_t size)
{
    const NarratorModel *b = SIDE(SIDE_B), *relu = lesson_find(facts, LOSS_BCE, "relu", 1);
    char pixel[192] = "";
    if (facts->has_pixel)
        (void)snprintf(pixel, sizeof pixel, " The marked pixel is *%s* in the digit, <B> answers *%s*.",
                       narrator_format_pixel((double)facts->pixel.t).text,
                       narrator_format_pixel((double)facts->pixel.p[SIDE_B]).text);
    SAY("<B> now has %s and learns by %s.%s Its test MSE is *%s*; that of ReLU by BCE was *%s*.", output_label(b),
        loss_get(b->spec.loss)->label, pixel, lesson_loss(lesson_mse(b)).text, lesson_loss(lesson_mse(relu)).text);
}

static void task_silent(const LessonFacts *facts, char *text, size_t size)
{
    const Figure rises = narrator_format_pixel((double)facts->pixel.p[SIDE_A]);
    if (facts->has_pixel && !narrator_is_same(rises, narrator_format_pixel(0)))
        SAY("Press *sigmoid* in the row of <B>. The pixel rises from 0 to *%s*.", rises.text);
    else
        SAY("Press *sigmoid* in the row of <B>.");
}

static bool is_b_sigmoid(const LessonProgress *progress)
{
    return progress->now[SIDE_B].output == activation_find(OUTPUT_ACTIVATION, "sigmoid");
}

// ---- 5: what BCE cannot see ---------------------------------------------------------------------------------------

enum { BLIND_COUNT = 3 };

static void find_blind(const LessonFacts *facts, const NarratorModel *models[BLIND_COUNT])
{
    static const char *const outputs[BLIND_COUNT] = {"relu", "linear", "clip"};
    for (int i = 0; i < BLIND_COUNT; i++)
        models[i] = lesson_find(facts, LOSS_BCE, outputs[i], 1);
}

static int epoch_of_blind(const LessonFacts *facts)
{
    const NarratorModel *models[BLIND_COUNT];
    find_blind(facts, models);
    return lesson_least_epoch(models, BLIND_COUNT);
}

static LessonVerdict judge_blind(const LessonFacts *facts)
{
    const NarratorModel *models[BLIND_COUNT];
    find_blind(facts, models);
    double least = INFINITY, most = 0;
    if (lesson_are_apart(models, BLIND_COUNT))
        return LESSON_OPEN;
    for (int i = 0; i < BLIND_COUNT; i++) {
        if (isnan(lesson_bce(models[i])))
            return LESSON_OPEN;
        least = fmin(least, lesson_bce(models[i]));
        most = fmax(most, lesson_bce(models[i]));
    }
    return most <= same_bce * least ? LESSON_HOLDS : LESSON_FAILS;
}

static void say_blind(const LessonFacts *facts, char *text, size_t size)
{
    const NarratorModel *models[BLIND_COUNT];
    find_blind(facts, models);
    SAY("ReLU, linear and clip all score BCE *%s*%s. But linear\u2019s MSE is *%s* and ReLU\u2019s *%s*: where an "
        "output leaves 0\u20261, BCE looks away.",
        lesson_loss(lesson_bce(models[0])).text,
        facts->is_same_inside ? ": inside 0\u20261 they are the same network to the last bit" : "",
        lesson_loss(lesson_mse(models[1])).text, lesson_loss(lesson_mse(models[0])).text);
}

static void say_blind_apart(const LessonFacts *facts, char *text, size_t size)
{
    const NarratorModel *models[BLIND_COUNT];
    find_blind(facts, models);
    SAY("ReLU, linear and clip score BCE *%s*, *%s*, *%s*, and MSE *%s*, *%s*, *%s*. BCE cuts an output at 0 and at 1 "
        "before it looks: what lies outside costs nothing.",
        lesson_loss(lesson_bce(models[0])).text, lesson_loss(lesson_bce(models[1])).text,
        lesson_loss(lesson_bce(models[2])).text, lesson_loss(lesson_mse(models[0])).text,
        lesson_loss(lesson_mse(models[1])).text, lesson_loss(lesson_mse(models[2])).text);
}

static void task_blind(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Click a cell: it becomes <A>, on your own digit.");
}

static bool is_model_changed(const LessonProgress *progress)
{
    return is_b_changed(progress) || !spec_equal(&progress->start[SIDE_A], &progress->now[SIDE_A]);
}

// ---- 6: the answer ------------------------------------------------------------------------------------------------

static void task_answer(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Keep it, or go on by yourself.");
}

const LessonStep lesson_one_steps[] = {
    {.preset = "redraw",
     .titles = {"A network that redraws your digit"},
     .judge = judge_redraw,
     .epoch = lesson_epoch_of_a,
     .say = {say_redraw},
     .say_changed = say_others,
     .task = task_redraw,
     .is_done = lesson_ends_by_stroke,
     .parts = {PART_PAD, PART_OUTPUT_A},
     .veils_b = true},
    {.preset = "optimum",
     .titles = {"BCE or MSE?", "BCE or MSE? With a sigmoid: the same picture.", "BCE or MSE? Here it matters."},
     .judge = judge_losses,
     .epoch = lesson_epoch_of_both,
     .say = {say_losses_open, say_losses, say_losses},
     .say_changed = say_others,
     .task = task_losses,
     .is_done = lesson_ends_by_stroke,
     .seconds = 8,
     .parts = {PART_OUTPUT_A, PART_OUTPUT_B, PART_DIFFERENCE}},
    {.preset = "mse-relu",
     .titles = {"ReLU instead of a sigmoid, with MSE", "ReLU instead of a sigmoid, with MSE: worse",
                "ReLU instead of a sigmoid, with MSE: no worse here"},
     .judge = judge_relu,
     .epoch = lesson_epoch_of_both,
     .say = {say_relu_open, say_relu, say_relu_alike},
     .say_changed = say_b_now,
     .task = task_relu,
     .is_done = is_b_changed,
     .parts = {PART_OUTPUT_B, PART_ABOVE_1, PART_B_CLIP}},
    {.preset = "sigmoid",
     .titles = {"BCE with ReLU", "Now it breaks: BCE with ReLU.", "BCE with ReLU: here it did not break."},
     .judge = judge_silent,
     .epoch = lesson_epoch_of_both,
     .say = {say_silent_open, say_silent, say_silent_not},
     .say_changed = say_silent_changed,
     .task = task_silent,
     .is_done = is_b_sigmoid,
     .rule = RULE_SILENT,
     .parts = {PART_OUTPUT_AND_BCE_B, PART_B_SIGMOID}},
    {.preset = "blind",
     .titles = {"BCE cannot see outside 0\u20261."},
     .judge = judge_blind,
     .epoch = epoch_of_blind,
     .say = {say_blind_apart, say_blind, say_blind_apart},
     .task = task_blind,
     .is_done = is_model_changed,
     .seconds = 10,
     .parts = {PART_CELL_RELU, PART_CELL_LINEAR, PART_CELL_CLIP}},
    {.preset = "answer",
     .titles = {"The answer"},
     .judge = lesson_answer_judge,
     .epoch = lesson_answer_epoch,
     .say = {lesson_answer_wait, lesson_answer_say},
     .task = task_answer,
     .body = {lesson_answer_bce, lesson_answer_mse, lesson_answer_pair, lesson_answer_terms}},
};
const int lesson_one_count = sizeof lesson_one_steps / sizeof *lesson_one_steps;
