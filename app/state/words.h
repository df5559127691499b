// Words: what everything on screen is called, what it is and what to look for, for a person who meets it for the first
// time. Tooltips and the glossary are made of nothing else.
//
// Rows of the engine's tables and of the heatmaps bring their own words (Loss.what, Loss.look, ...). To add others: a
// row in words_rows.h. The id of a widget is the key of its words: "pad.brush.1" finds "pad" where it has none
// of its own, "a.noise" and "b.noise" find "noise", "word.seed" finds "seed". Thread: the UI thread; what is returned
// lasts.
#pragma once

// One line each, without figures that are those of one data set.
typedef struct Words {
    const char *key;   // "loss.bce", "output.relu", "hidden.relu", "optimizer.adam", "heatmap.dead", "seed", "undo"
    const char *label; // on screen
    const char *what;  // what it is
    const char *look;  // what to look for, or to do with it
    const char *text;  // in the glossary, one to three sentences; NULL: what and look
    const char *term;  // the term of art; NULL: the label is
} Words;

int words_count(void);
int words_term_count(void);               // the first so many are the glossary's; behind them come those of buttons
const Words *words_get(int index);        // index < words_count()
int words_find_index(const char *key);    // -1 if absent
const Words *words_find(const char *key); // NULL if absent

const Words *words_of_widget(const char *id); // NULL: nothing is known of it
