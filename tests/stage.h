// Stage: the panels without a window: any view at any size, composed and drawn into a list.
//
// Thread: the test's own.
#pragma once
#include "panels/panel.h"
#include "state/app.h"

typedef struct Stage {
    App *app;
    Font *font;
    DrawList list;
    Ui ui;
    Requests requests; // of the last drawing
    Layout layout;
    float width, height, scale;
} Stage;

bool stage_open(Stage *stage); // untrained models on the built-in digits; false with the reason printed
void stage_close(Stage *stage);

// The stage of a test program that has one for all its tests, and cmocka's set-up and tear-down of the group for it.
extern Stage scene;
int stage_set_up(void **state);
int stage_tear_down(void **state);

// Lays the app's look out and composes its frame; wanted: the scale, which is clamped as in the window. Borrowed until
// the next call.
Frame *stage_compose(Stage *stage, int width, int height, float wanted);

void stage_draw(Stage *stage, const Frame *frame, const Input *input);
