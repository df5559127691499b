// Import: a picture that is to become the drawing, the digit that was found in it, and how the user corrects it, until
// it is put onto the pad or given up.
//
// Thread: the UI thread; before it is there, that of the job which reads the picture.
#pragma once
#include "engine.h"

typedef struct Import {
    InkPicture picture; // owned; width 0: none
    InkWork *work;      // on it; NULL: memory is short, or there is none
    InkOptions options;
    bool is_behind; // what follows is not of these options yet
    InkResult result;
    float digit[DIGIT_PIXELS]; // as the models would see it; zeros where there is none
    bool has_digit;
    Error error; // why there is none
} Import;

// Takes the picture over, of a zeroed import; its digit is to be found. name: the last part of its path.
void import_begin(Import *import, InkPicture *picture, const char *name);

// Its digit is to be found anew.
void import_correct(Import *import, const InkOptions *options);

// Goes on until about that time of clock_now_ns. True: it is still behind.
bool import_advance(Import *import, int64_t until_ns);
void import_end(Import *import); // also fine on a zeroed one
