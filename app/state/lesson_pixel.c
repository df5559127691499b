// The second lesson: one pixel, what each loss charges there and how hard it pulls.
#include <math.h>
#include <stdio.h>

#include "state/lesson_parts.h"

#define SAY(...) (void)snprintf(text, size, __VA_ARGS__)

static Figure price(float value) { return narrator_format_price((double)value); }
static Figure shade(float value) { return narrator_format_pixel((double)value); }
static Figure pull(float slope) { return narrator_format_difference(fabs((double)slope)); }

static void say_none(const LessonFacts *facts, char *text, size_t size)
{
    if (facts->is_pixel_sought)
        SAY("The models have to learn a little first.");
    else
        SAY("There is no such pixel in this digit. Draw another one, or press N for a test digit.");
}

static LessonVerdict judge_pixel(const LessonFacts *facts) { return facts->has_pixel ? LESSON_HOLDS : LESSON_OPEN; }

static bool is_target_moved(const LessonProgress *progress) { return progress->is_target_moved; }
static bool is_pixel_moved(const LessonProgress *progress) { return progress->is_pixel_moved; }

// Of other models than the card's.
static void say_others(const LessonFacts *facts, char *text, size_t size)
{
    const LessonPixel *x = &facts->pixel;
    if (!facts->has_pixel) {
        say_none(facts, text, size);
        return;
    }
    SAY("Marked pixel: the target is *%s*. <A> answers *%s* and pays BCE *%s*, its slope is *%s*; <B> answers *%s* and "
        "pays *%s*, its slope is *%s*.",
        shade(x->t).text, shade(x->p[SIDE_A]).text, price(x->loss[SIDE_A][LOSS_BCE]).text,
        pull(x->slope[SIDE_A][LOSS_BCE]).text, shade(x->p[SIDE_B]).text, price(x->loss[SIDE_B][LOSS_BCE]).text,
        pull(x->slope[SIDE_B][LOSS_BCE]).text);
}

// ---- 1: the floor -------------------------------------------------------------------------------------------------

static void say_floor(const LessonFacts *facts, char *text, size_t size)
{
    const LessonPixel *x = &facts->pixel;
    if (!facts->has_pixel) {
        say_none(facts, text, size);
        return;
    }
    SAY("Marked pixel: the target is *%s*. Even an output that meets it costs BCE *%s*, MSE 0: that is the floor, "
        "and no model gets below. <A> answers *%s* and pays BCE *%s*, <B> answers *%s* and pays *%s*.",
        shade(x->t).text, price((float)x->floor).text, shade(x->p[SIDE_A]).text, price(x->loss[SIDE_A][LOSS_BCE]).text,
        shade(x->p[SIDE_B]).text, price(x->loss[SIDE_B][LOSS_BCE]).text);
}

static void task_floor(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Drag the target in the left plot to white or black (or press T): the floor goes.");
}

// ---- 2: the slope -------------------------------------------------------------------------------------------------

static void say_slope(const LessonFacts *facts, char *text, size_t size)
{
    const LessonPixel *x = &facts->pixel;
    if (!facts->has_pixel) {
        say_none(facts, text, size);
        return;
    }
    const float bce = fabsf(x->slope[SIDE_A][LOSS_BCE]), mse = fabsf(x->slope[SIDE_A][LOSS_MSE]);
    char times[64] = "";
    if (mse > 0 && bce / mse >= 1.05f)
        (void)snprintf(times, sizeof times, ", *%.*f times* less", bce / mse < 9.95f ? 1 : 0,
                       fmin((double)(bce / mse), 99999));
    SAY("Marked pixel: <A> answers *%s*, the target is *%s*. BCE pulls with *%s*, just the miss; MSE would pull "
        "with *%s*%s: near 0 and 1 a sigmoid is flat, and MSE feels that, BCE does not.",
        shade(x->p[SIDE_A]).text, shade(x->t).text, pull(x->slope[SIDE_A][LOSS_BCE]).text,
        pull(x->slope[SIDE_A][LOSS_MSE]).text, times);
}

static void task_slope(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Move to other pixels with the arrow keys, or click one. Where is the pull largest?");
}

// ---- 3: no slope --------------------------------------------------------------------------------------------------

static LessonVerdict judge_flat(const LessonFacts *facts)
{
    return facts->has_pixel && facts->pixel.slope[SIDE_B][LOSS_BCE] == 0.0f ? LESSON_HOLDS : LESSON_OPEN;
}

static void say_flat(const LessonFacts *facts, char *text, size_t size)
{
    const LessonPixel *x = &facts->pixel;
    if (!facts->has_pixel) {
        say_none(facts, text, size);
        return;
    }
    const bool is_flat = x->slope[SIDE_B][LOSS_BCE] == 0.0f;
    SAY("Marked pixel: the target is *%s*, <B> answers *%s* and pays BCE *%s*. %s <A> answers *%s*, and a sigmoid "
        "is never quite flat: its slope is *%s*.",
        shade(x->t).text, shade(x->p[SIDE_B]).text, price(x->loss[SIDE_B][LOSS_BCE]).text,
        is_flat ? "Its slope is *0*: below 0 a ReLU is flat, so this pixel is never learnt." : "Here it has a slope.",
        shade(x->p[SIDE_A]).text, pull(x->slope[SIDE_A][LOSS_BCE]).text);
}

static void task_flat(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Move with the arrow keys, or click: where else is <B>\u2019s slope 0?");
}

const LessonStep lesson_pixel_steps[] = {
    {.preset = "pixel",
     .titles = {"The floor: a grey pixel costs something even when it is met"},
     .judge = judge_pixel,
     .epoch = lesson_epoch_of_both,
     .say = {say_floor},
     .say_changed = say_others,
     .task = task_floor,
     .is_done = is_target_moved,
     .seconds = 10,
     .rule = RULE_GREY,
     .parts = {PART_LOSS_PLOT}},
    {.preset = "pixel",
     .titles = {"The slope: how hard a loss pulls"},
     .judge = judge_pixel,
     .epoch = lesson_epoch_of_both,
     .say = {say_slope},
     .say_changed = say_others,
     .task = task_slope,
     .is_done = is_pixel_moved,
     .seconds = 10,
     .rule = RULE_MISSED,
     .parts = {PART_SLOPE_PLOT}},
    {.preset = "pixel-relu",
     .titles = {"A slope of 0", "A slope of 0: what is wrong for ever"},
     .judge = judge_flat,
     .epoch = lesson_epoch_of_both,
     .say = {say_flat},
     .say_changed = say_others,
     .task = task_flat,
     .rule = RULE_SILENT,
     .parts = {PART_SLOPE_PLOT}},
};
const int lesson_pixel_count = sizeof lesson_pixel_steps / sizeof *lesson_pixel_steps;
