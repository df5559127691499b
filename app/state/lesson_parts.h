// What the lessons' texts share: figures of known models, and how they are written where one is missing. Private to the
// lessons.
#pragma once
#include "state/lessons.h"
#include "state/narrator_format.h"

// As in the narrator, "…" for what is not known.
Figure lesson_loss(double value);
Figure lesson_difference(double value);
Figure lesson_share(double value);
Figure lesson_count(int value); // "10,000"

double lesson_mse(const NarratorModel *model); // NaN: it is NULL or not measured
double lesson_bce(const NarratorModel *model);

// Of the models with every other setting at its default; NULL: none was measured.
const NarratorModel *lesson_find(const LessonFacts *facts, int loss, const char *output, uint32_t seed);

int lesson_least_epoch(const NarratorModel *const *models, int count); // -1: one is NULL or not measured
int lesson_most_epoch(const NarratorModel *const *models, int count);  // likewise

// One has learnt so much longer than another that what differs may be that alone.
bool lesson_are_apart(const NarratorModel *const *models, int count);
bool lesson_sides_are_apart(const LessonFacts *facts);

// The models of a question: those of lesson_one.c and of lesson_pixel.c.
extern const LessonStep lesson_one_steps[], lesson_pixel_steps[];
extern const int lesson_one_count, lesson_pixel_count;

// The last card of the first lesson (lesson_answer.c).
LessonVerdict lesson_answer_judge(const LessonFacts *facts);
int lesson_answer_epoch(const LessonFacts *facts);
void lesson_answer_wait(const LessonFacts *facts, char *text, size_t size);
void lesson_answer_say(const LessonFacts *facts, char *text, size_t size);
void lesson_answer_bce(const LessonFacts *facts, char *text, size_t size);
void lesson_answer_mse(const LessonFacts *facts, char *text, size_t size);
void lesson_answer_pair(const LessonFacts *facts, char *text, size_t size);
void lesson_answer_terms(const LessonFacts *facts, char *text, size_t size);

// What several cards are ended by.
bool lesson_ends_by_stroke(const LessonProgress *progress);
int lesson_epoch_of_a(const LessonFacts *facts);
int lesson_epoch_of_both(const LessonFacts *facts);
