// What the files of App share: app.c, apply.c, code_pulls.c, exchange.c, restore.c. Private to them.
#pragma once
#include "state/app.h"

Trainer *app_create_trainer(const App *app, const Dataset *dataset, Error *error); // as the app's options say
void app_set_pace(App *app, Pace pace);
void app_load_next_digit(App *app);
void app_load_picture(App *app, const InkResult *ink); // onto the pad, with its notices
void app_set_playing(App *app, bool playing);
void app_move_in_time(App *app, int moments); // 0: back to the newest
void app_play_film(App *app, bool playing);

// code_pulls.c: a number of the code becomes value, goes_on: in a drag that has begun; this number, -1: all, as
// encoded; what is pulled changes places with this.
void app_pull(App *app, int side, int number, float value, bool goes_on);
void app_take_as_encoded(App *app, int side, int number);
void app_swap_pulls(App *app, CodePulls *pulls);
