// Text rules: what must hold of the texts of a frame that was drawn on a stage. Thread: the test's own.
#pragma once
#include "stage.h"

typedef struct TextRules {
    const Stage *stage; // borrowed
    const char *state;  // what is drawn, for the sentences; borrowed
    int fault_count;    // the first of them are printed
} TextRules;

// No two texts overlap, none is cut that may not be, none leaves its box or the window, none is covered, none lies
// across a widget's edge.
void text_rules_check(TextRules *rules);

// Of a tooltip, a hint or the help, which may cover the rest: of the texts from `first` on, among themselves.
void text_rules_check_overlay(TextRules *rules, int first);

// Whether a command hides what lies below it for good, and where: a box that lets next to nothing through, or images.
bool text_rules_find_cover(const DrawCommand *command, Rect *cover);
