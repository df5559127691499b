// Code: what the views of the code show: its numbers for the digit on the pad, pulled by hand or on the way to another
// digit, and what the decoder makes of them. Composed by code_frame.c where one is on show (SCENE_HAS_CODE).
//
// Numbers are counted from 0 here, from 1 on screen. Thread: the UI thread.
#pragma once
#include "engine.h"
#include "state/scene.h"

typedef struct App App;     // state/app.h
typedef struct Frame Frame; // state/frame.h

enum {
    CODE_PAGE = 64,  // numbers that are on show at once, at most; further ones are on other pages
    CODE_STEPS = 11, // pictures of a strip
    CODE_TICKS_MAX = 12
};

// What the small pictures show of each number.
typedef enum CodeImages {
    CODE_DRAWS,   // the output minus the output with that number at 0
    CODE_ENCODER, // what it reads: a weight for each pixel
    CODE_DECODER, // what it draws by itself: weights, or the output for 1 minus that for 0, all others being 0
    CODE_IMAGES_COUNT
} CodeImages;

const char *code_images_key(int images); // "draws", "encoder", "decoder"

// What is looked at in this view.
typedef struct CodeLook {
    unsigned shows; // bits of sides, as in scene.h
    int number;     // that is chosen; -1: nobody has, the view finds one
    int page;
    CodeImages images;
    bool is_walk; // the strip leads to another digit, else it changes the number
    int digit;    // the test digit at the walk's end
    float walk;   // how far the numbers are on the way there, 0 .. 1
} CodeLook;

// The numbers that were pulled, by side: NaN where a number is as encoded.
typedef struct CodePulls {
    float values[SIDE_COUNT][MODEL_CODE_MAX];
} CodePulls;

// What bars stand along, from 0 or below to what the test set's digits reach.
typedef struct CodeAxis {
    float low, high;
    float ticks[CODE_TICKS_MAX]; // rising
    int tick_count;
} CodeAxis;

// Of one side. Arrays of numbers are (units), of pictures (.., DIGIT_PIXELS).
typedef struct CodeSide {
    int units;
    CodeAxis axis;                // of its bars and of its strip
    int first, count;             // that are on the page
    int page_size;                // of a full page: whole pictures, where the code is some
    int pictures, height, width;  // that the code is, numbers row after row; 0: numbers alone
    float values[MODEL_CODE_MAX]; // of the digit on the pad, as encoded
    float ends[MODEL_CODE_MAX];   // of the digit at the walk's end
    float shown[MODEL_CODE_MAX];  // on the way to the other digit, or pulled
    bool is_pulled[MODEL_CODE_MAX];
    int pulled_count;
    float decoded[DIGIT_PIXELS];    // what the decoder makes of those shown; where nothing is changed the output itself
    float difference[DIGIT_PIXELS]; // decoded - output
    double mse;                     // of decoded
    double change;                  // mean |decoded - output|
    bool has_images;                // else weights of the encoder are not one picture for each number
    float images[CODE_PAGE * DIGIT_PIXELS]; // (count), of the page's numbers
    float strip[CODE_STEPS * DIGIT_PIXELS]; // of number or walk; only where number < units or is_walk
    uint64_t images_key, strip_key;         // what they were decoded from (code_pictures_key); 0: not decoded
    int nearest;                            // the step that is nearest to what is shown; -1: none
    CodeFacts facts;                        // over the test set; images 0: not known yet
    int facts_epoch;                        // after which it was measured
    bool are_current;                       // facts are of the weights on show
    Spec facts_spec;                        // the model that they are of
} CodeSide;

typedef struct CodeFrame {
    int number;        // that is chosen
    bool has_own_axes; // one for both sides would leave the bars of one too low to be read
    float scale;       // of the small pictures: -scale .. scale
    int digit, label;  // at the walk's end; label -1: not known
    int pages;         // that the larger code has
    CodeSide sides[SIDE_COUNT];
    bool is_complete; // no figure is still to come
} CodeFrame;

// Of what pictures are decoded from, so that they stay while that does: a model's weights, and values by which the
// codes are told. Never 0.
uint64_t code_pictures_key(int64_t serial, const float *values, int count);
uint64_t code_pictures_add(uint64_t key, const float *values, int count); // further values

float code_choose_step(float range); // 1, 2 or 5 times a power of ten, so that there are at most eight steps

void code_pulls_clear(CodePulls *pulls, int side, int number); // side, number -1: all

// Fills app->code from the frame's models, the pad and the look. False where facts are still to come.
void code_compose(App *app, Frame *frame);
