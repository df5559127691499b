// Import: a picture that is to become the drawing, the digit that was found in it, and how the user corrects it, until
// it is put onto the pad or given up.
//
// Thread: the UI thread.
#pragma once
#include "engine.h"

typedef struct Import {
    InkPicture picture; // owned; width 0: none
    InkWork *work;      // on it; NULL: memory is short, or there is none
    char name[256];     // the last part of its path
    InkOptions options;
    InkResult result;
    float digit[DIGIT_PIXELS]; // as the models would see it; zeros where there is none
    bool has_digit;
    Error error; // why there is none
} Import;

// Takes the picture over; what was there before is gone.
void import_begin(Import *import, InkPicture *picture, const char *name);
void import_correct(Import *import, const InkOptions *options);
void import_end(Import *import); // also fine on a zeroed one
