// Lessons: a question, and cards that lead to its answer. A card sets the window, says one thing with the figures of
// this very run, and asks for one thing; nothing of the window is locked meanwhile.
//
// To add a lesson: a row of `lessons` in lessons.c, and a row for each of its cards. What a row names (a judgement,
// sentences, what ends it) are functions of lesson_texts.c and the like, which see nothing but the facts below; what it
// outlines are parts that panel_lesson.c knows. Button, help, --lesson and tests follow.
// Thread: constant tables, pure functions.
#pragma once
#include "engine.h"
#include "state/look.h"
#include "state/narrator.h"

enum {
    LESSON_COUNT = 2,
    LESSON_EPOCHS = 20,   // from which on a card's figures are what a model has come to
    LESSON_PARTS = 3,     // outlined at most
    LESSON_BODY = 4,      // paragraphs of an answer at most
    LESSON_KNOWN_MAX = 64 // models whose figures are remembered
};

// How a card's statement stands with the figures. Open: they are not there yet, or not of enough training.
typedef enum LessonVerdict { LESSON_OPEN, LESSON_HOLDS, LESSON_FAILS, LESSON_VERDICT_COUNT } LessonVerdict;

// What a card outlines.
typedef enum LessonPart {
    PART_NONE,
    PART_PAD,
    PART_OUTPUT_A,
    PART_OUTPUT_B,
    PART_OUTPUT_AND_BCE_B, // the output of B and its left heatmap
    PART_DIFFERENCE,
    PART_ABOVE_1, // the histogram's last slot
    PART_B_CLIP,  // buttons
    PART_B_SIGMOID,
    PART_CELL_RELU, // of the matrix, in the column of BCE
    PART_CELL_LINEAR,
    PART_CELL_CLIP,
    PART_LOSS_PLOT,
    PART_SLOPE_PLOT,
    PART_COUNT
} LessonPart;

// Which pixel of the digit a card is about.
typedef enum LessonRule {
    RULE_NONE,
    RULE_SILENT, // B's output is exactly 0, and BCE charges more than 1: the dearest of these
    RULE_GREY,   // the target is the nearest to 0.5
    RULE_MISSED, // A's output is the farthest from the target
} LessonRule;

// The card's pixel, as both models answer it. loss, slope: of BCE and of MSE.
typedef struct LessonPixel {
    int pixel; // row * 28 + column
    float t, p[SIDE_COUNT];
    float loss[SIDE_COUNT][LOSS_COUNT], slope[SIDE_COUNT][LOSS_COUNT];
    double floor; // H(t)
} LessonPixel;

// What cards know: plain figures, read from a frame by lesson_facts.
typedef struct LessonFacts {
    NarratorModel sides[SIDE_COUNT];
    const NarratorModel *known; // every model that was measured since training began, A and B among them
    int known_count;
    double distance, chance, mean_image_mse; // NaN: not known
    bool is_same_inside;                     // ReLU, linear and clip by BCE have the same weights, all of them
    bool has_pixel, is_pixel_sought;         // sought: it may still be found
    LessonPixel pixel;
    int train_count, test_count;
    char dataset[96]; // "MNIST"
    bool is_changed;  // A or B is not the model that the card set
} LessonFacts;

// What was done since the card was set.
typedef struct LessonProgress {
    double seconds;
    int strokes;                             // that ended
    Spec start[SIDE_COUNT], now[SIDE_COUNT]; // the models
    bool is_pixel_moved, is_target_moved;
} LessonProgress;

typedef LessonVerdict LessonJudge(const LessonFacts *facts);
typedef int LessonEpoch(const LessonFacts *facts); // the least epoch of the models spoken of; -1: one is not measured
typedef void LessonSay(const LessonFacts *facts, char *text, size_t size);
typedef bool LessonDone(const LessonProgress *progress);

typedef struct LessonStep {
    const char *preset;                       // key of the set-up
    const char *titles[LESSON_VERDICT_COUNT]; // what it states; NULL: as while it is open
    LessonJudge *judge;
    LessonEpoch *epoch;
    LessonSay *say[LESSON_VERDICT_COUNT]; // with the narrator's markup; NULL: as while it is open
    LessonSay *say_changed; // while A or B is another model than the card's; NULL: what it says still holds
    LessonSay *task;
    LessonDone *is_done; // the card's Next is then what to press; NULL: it is the last
    int seconds;         // after which it is, too; 0: never
    LessonRule rule;
    LessonPart parts[LESSON_PARTS];
    bool veils_b;                 // B is not spoken of yet
    LessonSay *body[LESSON_BODY]; // of an answer, in the place of the plots; its models train beside A and B
} LessonStep;

typedef struct Lesson {
    const char *key, *title, *button, *brief; // title: the question; on its button, and where that is narrow
    const LessonStep *steps;
    int step_count;
} Lesson;

const Lesson *lesson_get(int lesson);            // 0 .. LESSON_COUNT - 1
const LessonStep *lesson_step(const Look *look); // on show; NULL: none
bool lesson_is_answer(const Look *look);         // a card with a body is on show

// The card on show, as the panel draws it.
typedef struct LessonCard {
    const LessonStep *step; // NULL: none
    LessonVerdict verdict;
    const char *title;
    char text[SENTENCE_SIZE], task[SENTENCE_SIZE], body[LESSON_BODY][SENTENCE_SIZE];
    int epoch;                               // of the figures; -1: not all are there
    bool is_grey;                            // they are not what the models come to
    bool is_done, has_pixel, is_pixel_moved; // moved: by the user, to where it is
    LessonPixel pixel;
} LessonCard;

// What the step says of these facts; is_done and pixel are the caller's.
LessonCard lesson_card(const LessonStep *step, const LessonFacts *facts);
