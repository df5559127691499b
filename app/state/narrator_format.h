// How figures are written in sentences: the one place that rounds them. No exponents, the minus is U+2212.
//
// Two figures that are written alike are called equal: narrator_is_same. Thread: pure functions.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct Figure {
    char text[40];
} Figure;

Figure narrator_format_loss(double value);       // losses, brightness of a set: four decimals, from 0.1 on three
Figure narrator_format_difference(double value); // two digits that count
Figure narrator_format_share(double value);      // of [0, 1]: "3.4 %", from 10 % on "38 %"
Figure narrator_format_ratio(double value);      // 1 or more: "18 % worse", from 1.5 on "2.4 times"
Figure narrator_format_percent(double ratio);    // what lies above 1: "18 %"
Figure narrator_format_pixel(double value);      // a pixel's brightness: three decimals
Figure narrator_format_number(double value);     // of the code: three digits that count, from 100 on whole
Figure narrator_format_price(double value);      // a pixel's loss: one decimal, below 0.95 two digits that count
Figure narrator_format_setting(double value);    // as somebody chose it: the shortest that is the same float

bool narrator_is_same(Figure a, Figure b);
