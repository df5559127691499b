// Keyboard: what a key means, whatever layout the keyboard has. Beside the window's files and font.c (SDL_ttf) the only
// one with SDL; the window's alone include this.
//
// The character that was typed counts, where the program knows it; else the character that the key has by itself on
// this layout; else what stands at the key's place on a US keyboard. So the French ? is help though it is typed with
// Shift on the key right of M, and all letters work on a Russian or Greek keyboard.
//
// Thread: the UI thread.
#pragma once
#include <SDL.h>

#include "draw/ui.h"

enum { TYPED_MAX = 128 }; // presses that may wait for the UI thread with what they typed

typedef struct Keyboard {
    Uint32 press_count;
    bool takes_text;       // SDL_TEXTINPUT is handed on, too
    char typed[TYPED_MAX]; // by press: the one ASCII character that it typed; 0: none, or something else
} Keyboard;

// From now on each SDL_KEYDOWN carries its press, and what it typed is noted in *keyboard, which must outlive SDL's
// video.
void keyboard_watch(Keyboard *keyboard);

// From now on text is handed on, and an input method may help with it; or no longer.
void keyboard_take_text(Keyboard *keyboard, bool on);

// False where the press means nothing here.
bool keyboard_find_key(const Keyboard *keyboard, const SDL_Keysym *sym, KeyPress *out);
