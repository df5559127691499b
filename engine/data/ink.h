// Ink: the digit in a picture of any size. Its ink is told from its ground, be that black, white, transparent or a
// photographed page in uneven light, and fitted and centred as MNIST's digits are.
//
// Thread: no state; any thread.
#pragma once
#include "data/dataset.h"
#include "job.h"
#include "notices.h"

// The longer side of a picture that is looked at; larger ones come averaged down to it.
enum { INK_SIDE_MAX = 1024 };

// A picture, row by row from the top. grey: as a screen shows it (sRGB's curve), 0 black .. 1 white. Each is owned by
// who holds the picture: ink_free_picture.
typedef struct InkPicture {
    int width, height; // 1 .. INK_SIDE_MAX
    float *grey;       // (height, width)
    float *alpha;      // the same, 0 transparent .. 1; NULL: nothing is transparent
    bool had_colour;
} InkPicture;

void ink_free_picture(InkPicture *picture); // also fine on a zeroed one

typedef enum InkInvert { INK_INVERT_AUTO, INK_INVERT_YES, INK_INVERT_NO, INK_INVERT_COUNT } InkInvert;

#define INK_THRESHOLD_MIN 0.02f
#define INK_THRESHOLD_MAX 0.98f

// What the user corrects; zero means that it is found.
typedef struct InkOptions {
    InkInvert invert; // YES: the ink is darker than its ground
    float threshold;  // what is weaker than this share of the strongest ink is ground; 0: found
    int turn;         // degrees clockwise: 0, 90, 180, 270
} InkOptions;

// The digit on a raster four times as fine as its pixels, so that it can be drawn on; the side of the two views.
enum { INK_FINE = 4, INK_RASTER_SIDE = DIGIT_SIDE * INK_FINE, INK_VIEW_SIDE = 8 * DIGIT_SIDE };

typedef struct InkResult {
    bool is_exact;                // the picture is a digit of 28x28 already and was taken as it is
    uint8_t pixels[DIGIT_PIXELS]; // where is_exact
    uint8_t raster[INK_RASTER_SIDE * INK_RASTER_SIDE];
    bool is_composed, is_inverted, is_evened; // a ground was laid under what is transparent; dark on light; a photo
    bool has_sheet;                           // a page on a table, a board on a wall
    float threshold;                          // that was used
    Notices notices;                          // what was done, a sentence each
    // The whole picture, turned and on its ground, and its ink alone, fitted into a square; NaN beside it.
    float before[INK_VIEW_SIDE * INK_VIEW_SIDE], after[INK_VIEW_SIDE * INK_VIEW_SIDE];
} InkResult;

// name stands for the picture in sentences. False where there is no ink to be seen, or no memory; the views are made
// in any case (zeros where memory is short).
bool ink_find(const InkPicture *picture, const char *name, const InkOptions *options, InkResult *out, Error *error);

// The same, where what does not depend on the threshold is kept from call to call of one picture: the picture on its
// ground, turned, and how strongly each pixel stands out. NULL where memory is short. Owned by the caller:
// ink_work_free. The picture's values are borrowed until then.
typedef struct InkWork InkWork;
InkWork *ink_work_create(const InkPicture *picture, const char *name);
void ink_work_free(InkWork *work); // also fine on NULL
bool ink_work_find(InkWork *work, const InkOptions *options, InkResult *out, Error *error);

// ink_work_find step by step, each some ms for the largest picture: called until it no longer says JOB_MORE; with other
// options than before it begins anew. *out and *error are left alone until then.
JobTurn ink_work_advance(InkWork *work, const InkOptions *options, InkResult *out, Error *error);
