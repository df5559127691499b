// Trial frame: what the variants of the trials on the claims' page draw of one digit: one's own, or the page's first.
//
// Thread: the UI thread; composed anew for each frame.
#pragma once
#include "state/claim_pages.h"

typedef struct App App; // state/app.h, which holds it

enum { TRIAL_INPUTS = 2 }; // as it is; with the noise of the variant's spec, where it has some

typedef struct TrialFrame {
    float inputs[TRIAL_INPUTS][DIGIT_PIXELS]; // noisy: of the last card whose variant has noise
    // By card and variant, on show where has is set: the model of the first seed
    bool has[CLAIM_CARDS_MAX][TRIAL_VARIANTS_MAX];
    float p[CLAIM_CARDS_MAX][TRIAL_VARIANTS_MAX][TRIAL_INPUTS][DIGIT_PIXELS];
} TrialFrame;

void trial_frame_compose(App *app);
