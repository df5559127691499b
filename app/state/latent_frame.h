// Latent: what the view Latent shows of a code: the test digits as points in the plane of two of its numbers, what the
// decoder makes of places all over that plane, and of codes that chance gives. Composed by latent_frame.c where that
// view is on show, on top of code_frame.h, which has the numbers, those that were pulled, and the walk: the point that
// is dragged is two numbers that are pulled.
//
// Numbers are counted from 0 here, from 1 on screen. Thread: the UI thread.
#pragma once
#include "state/code_frame.h"

enum { LATENT_CELLS = 15 };                     // the grid has so many digits across, as many up
enum { LATENT_ACROSS, LATENT_UP, LATENT_AXES }; // the axes of a plane
enum { LATENT_SAMPLES = CODE_STEPS, LATENT_DRAWS = 1000, LABELS_MAX = 10 };

// What is looked at in this view, beside what the view of the code looks at.
typedef struct LatentLook {
    int numbers[SIDE_COUNT][LATENT_AXES]; // -1: nobody has chosen, the view finds those that say most
    int draw;                             // which codes chance gives, 0 .. LATENT_DRAWS - 1
} LatentLook;

// From where to where a number is drawn.
typedef struct LatentAxis {
    float low, high;
    float ticks[CODE_TICKS_MAX]; // rising
    int tick_count;
} LatentAxis;

// Of one side. A place is a value of each of the two numbers.
typedef struct LatentSide {
    int numbers[LATENT_AXES]; // across and up; the same one where the code has no other
    LatentAxis axes[LATENT_AXES];
    const CodePoints *points; // of the test digits; NULL: not known yet
    const float *xs, *ys;     // (points->images): of those numbers; NULL without points
    bool are_drawn;           // they are drawn with their variances (SHOW_CODE), else means
    bool are_current;         // points are of the weights on show
    bool has_prior;           // the code is drawn while it trains: its grid and its chances are those of N(0, 1)
    float encoded[LATENT_AXES], shown[LATENT_AXES], end[LATENT_AXES]; // the digit on the pad, where it was moved to,
                                                                      // and the digit at the walk's end
    bool is_moved;                                                    // by hand
    float steps[LATENT_AXES][LATENT_CELLS];                           // where the grid's digits are, rising
    float cells[LATENT_CELLS * LATENT_CELLS * DIGIT_PIXELS];          // the uppermost row first; the other numbers are
                                                                      // those of the digit on the pad
    bool is_grid_current;                                             // else some of its rows are still to come
    bool has_samples;
    float samples[LATENT_SAMPLES * DIGIT_PIXELS];
    int used_count; // numbers that say something: latent_is_used; -1: not known yet
} LatentSide;

typedef struct LatentFrame {
    const int32_t *labels; // of the test digits; NULL: it has none, or they are not there yet
    LatentSide sides[SIDE_COUNT];
} LatentFrame;

// What is kept from frame to frame.
typedef struct LatentStore {
    LatentFrame frame;
    struct {
        CodePoints *points; // held
        Spec spec;          // that they are of
        int64_t step;
        uint64_t row_keys[LATENT_CELLS]; // what each row of the grid was made of; 0: nothing
        int next_row;
        uint64_t samples_key; // likewise
    } sides[SIDE_COUNT];
} LatentStore;

// Whether a number says anything about the digits: of a code that is drawn, IDLE_KL nats or more, else whatever is
// not the same for every digit. Of facts that are known.
bool latent_is_used(const CodeFacts *facts, bool has_prior, int number);

// The value that so large a share (0 < share < 1) of N(0, 1) lies below.
float latent_quantile(double share);

// Fills app->latent from app->code, which has been composed. False where points or pictures are still to come.
bool latent_compose(App *app, Frame *frame);
void latent_free(LatentStore *store);
