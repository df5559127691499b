// The table of lessons, and a card from its row and the facts.
#include "state/lessons.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "state/lesson_parts.h"

// Its cards stand in a table of their own.
static const Lesson *list(int lesson)
{
    static Lesson rows[LESSON_COUNT] = {
        {"sigmoid", "Must the output be a sigmoid? Why BCE and not MSE?", "Lesson: must it be a sigmoid?", "Lesson",
         lesson_one_steps, 0},
        {"pixel", "One pixel: what does a loss charge, and how hard does it pull?", "Lesson: one pixel", "Pixel",
         lesson_pixel_steps, 0},
    };
    rows[0].step_count = lesson_one_count;
    rows[1].step_count = lesson_pixel_count;
    return &rows[lesson];
}

const Lesson *lesson_get(int lesson)
{
    assert(lesson >= 0 && lesson < LESSON_COUNT);
    return list(lesson);
}

const LessonStep *lesson_step(const Look *look)
{
    if (look->lesson < 0)
        return NULL;
    const Lesson *lesson = lesson_get(look->lesson);
    assert(look->lesson_step >= 0 && look->lesson_step < lesson->step_count);
    return &lesson->steps[look->lesson_step];
}

bool lesson_is_answer(const Look *look)
{
    const LessonStep *step = lesson_step(look);
    return step && step->body[0];
}

// ---- figures ------------------------------------------------------------------------------------------------------

static const Figure missing = {"\u2026"};

Figure lesson_loss(double value) { return isnan(value) ? missing : narrator_format_loss(value); }
Figure lesson_difference(double value) { return isnan(value) ? missing : narrator_format_difference(value); }
Figure lesson_share(double value) { return isnan(value) ? missing : narrator_format_share(value); }

Figure lesson_count(int value)
{
    Figure out;
    if (value >= 1000000)
        (void)snprintf(out.text, sizeof out.text, "%d,%03d,%03d", value / 1000000, value / 1000 % 1000, value % 1000);
    else if (value >= 1000)
        (void)snprintf(out.text, sizeof out.text, "%d,%03d", value / 1000, value % 1000);
    else
        (void)snprintf(out.text, sizeof out.text, "%d", value);
    return out;
}

double lesson_mse(const NarratorModel *model) { return model && model->is_measured ? model->mean[LOSS_MSE] : NAN; }
double lesson_bce(const NarratorModel *model) { return model && model->is_measured ? model->mean[LOSS_BCE] : NAN; }

const NarratorModel *lesson_find(const LessonFacts *facts, int loss, const char *output, uint32_t seed)
{
    Spec spec = spec_default();
    spec.loss = loss;
    spec.output = activation_find(OUTPUT_ACTIVATION, output);
    spec.seed = seed;
    for (int i = 0; i < facts->known_count; i++)
        if (spec_equal(&facts->known[i].spec, &spec))
            return &facts->known[i];
    return NULL;
}

int lesson_least_epoch(const NarratorModel *const *models, int count)
{
    int least = INT32_MAX;
    for (int i = 0; i < count; i++) {
        const int epoch = models[i] && models[i]->is_measured ? models[i]->epoch : -1;
        least = epoch < least ? epoch : least;
    }
    return least;
}

int lesson_most_epoch(const NarratorModel *const *models, int count)
{
    int most = -1;
    for (int i = 0; i < count; i++) {
        if (!models[i] || !models[i]->is_measured)
            return -1;
        most = models[i]->epoch > most ? models[i]->epoch : most;
    }
    return most;
}

bool lesson_are_apart(const NarratorModel *const *models, int count)
{
    static const double near = 0.75; // models that train in step are not measured at the same instant
    return lesson_least_epoch(models, count) < near * lesson_most_epoch(models, count);
}

bool lesson_sides_are_apart(const LessonFacts *facts)
{
    const NarratorModel *const models[] = {&facts->sides[SIDE_A], &facts->sides[SIDE_B]};
    return lesson_are_apart(models, 2);
}

int lesson_epoch_of_a(const LessonFacts *facts)
{
    const NarratorModel *const models[] = {&facts->sides[SIDE_A]};
    return lesson_least_epoch(models, 1);
}

int lesson_epoch_of_both(const LessonFacts *facts)
{
    const NarratorModel *const models[] = {&facts->sides[SIDE_A], &facts->sides[SIDE_B]};
    return lesson_least_epoch(models, 2);
}

bool lesson_ends_by_stroke(const LessonProgress *progress) { return progress->strokes > 0; }

// ---- a card -------------------------------------------------------------------------------------------------------

LessonCard lesson_card(const LessonStep *step, const LessonFacts *facts)
{
    LessonCard card = {.step = step, .epoch = step->epoch(facts)};
    const LessonVerdict verdict = card.epoch < LESSON_EPOCHS ? LESSON_OPEN : step->judge(facts);
    const bool is_other = facts->is_changed && step->say_changed;
    LessonSay *say = is_other ? step->say_changed : step->say[verdict] ? step->say[verdict] : step->say[LESSON_OPEN];
    card.verdict = verdict;
    card.is_grey = card.epoch < LESSON_EPOCHS || verdict == LESSON_OPEN;
    card.title = step->titles[verdict] && !is_other ? step->titles[verdict] : step->titles[LESSON_OPEN];
    say(facts, card.text, sizeof card.text);
    step->task(facts, card.task, sizeof card.task);
    for (int i = 0; i < LESSON_BODY && step->body[i]; i++)
        step->body[i](facts, card.body[i], sizeof card.body[i]);
    return card;
}
