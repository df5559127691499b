// What keys mean.
#include "draw/keyboard.h"

#include <string.h>

// The keys of a US keyboard in the order of their scancodes, from A and from the keypad's / on; a blank where the key
// types nothing.
static const char places[] = "abcdefghijklmnopqrstuvwxyz1234567890     -=[]\\\\;'`,./";
static const char keypad_places[] = "/*-+ 1234567890.";

static int find_place(SDL_Scancode place, bool shift)
{
    int key = ' ';
    if (place == SDL_SCANCODE_SPACE || place == SDL_SCANCODE_KP_SPACE)
        return ' ';
    if (place >= SDL_SCANCODE_A && place <= SDL_SCANCODE_SLASH)
        key = places[place - SDL_SCANCODE_A];
    else if (place >= SDL_SCANCODE_KP_DIVIDE && place <= SDL_SCANCODE_KP_PERIOD)
        key = keypad_places[place - SDL_SCANCODE_KP_DIVIDE];
    else if (place == SDL_SCANCODE_KP_EQUALS)
        key = '=';
    if (place == SDL_SCANCODE_SLASH && shift)
        key = '?';
    return key == ' ' ? 0 : key;
}

// Text comes as an event of its own right behind its key press. It is asked for between the two only: while it is
// asked for all the time, as by SDL_StartTextInput, an input method gets each key first and opens for what is a command
// here. Pressing is handed on with its number, text is noted and not handed on.
static int watch_event(void *context, SDL_Event *event)
{
    Keyboard *keyboard = context; // other threads come here too, with events that are none of the keyboard's
    switch (event->type) {
    case SDL_KEYDOWN:
        event->key.keysym.unused = ++keyboard->press_count;
        keyboard->typed[keyboard->press_count % TYPED_MAX] = 0;
        if (!keyboard->takes_text)
            (void)SDL_EventState(SDL_TEXTINPUT,
                                 find_place(event->key.keysym.scancode, false) ? SDL_ENABLE : SDL_DISABLE);
        return 1;
    case SDL_TEXTINPUT:
        if (keyboard->takes_text)
            return 1;
        keyboard->typed[keyboard->press_count % TYPED_MAX] = event->text.text[1] ? (char)0 : event->text.text[0];
        (void)SDL_EventState(SDL_TEXTINPUT, SDL_DISABLE);
        return 0;
    case SDL_KEYUP:
        if (!keyboard->takes_text)
            (void)SDL_EventState(SDL_TEXTINPUT, SDL_DISABLE);
        return 1;
    default: return 1;
    }
}

void keyboard_watch(Keyboard *keyboard)
{
    SDL_StopTextInput();
    SDL_SetEventFilter(watch_event, keyboard);
}

void keyboard_take_text(Keyboard *keyboard, bool on)
{
    if (on == keyboard->takes_text)
        return;
    keyboard->takes_text = on;
    if (on)
        SDL_StartTextInput();
    else
        SDL_StopTextInput();
}

// In lower case; 0 for what no command has.
static int find_character(int character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A' + 'a';
    const bool is_plain = (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
    return is_plain || (character > 0 && character < 127 && strchr(" [],.?-=+", character)) ? character : 0;
}

static int find_named(SDL_Keycode code)
{
    static const struct {
        SDL_Keycode sdl;
        int key;
    } names[] = {
        {SDLK_TAB, KEY_TAB},
        {SDLK_RETURN, KEY_ENTER},
        {SDLK_KP_ENTER, KEY_ENTER},
        {SDLK_ESCAPE, KEY_ESCAPE},
        {SDLK_LEFT, KEY_LEFT},
        {SDLK_RIGHT, KEY_RIGHT},
        {SDLK_UP, KEY_UP},
        {SDLK_DOWN, KEY_DOWN},
        {SDLK_PAGEUP, KEY_PAGE_UP},
        {SDLK_PAGEDOWN, KEY_PAGE_DOWN},
        {SDLK_DELETE, KEY_DELETE},
        {SDLK_F1, '?'},
        {SDLK_HOME, KEY_HOME},
        {SDLK_END, KEY_END},
        {SDLK_BACKSPACE, KEY_BACKSPACE},
        {SDLK_F11, KEY_F11},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].sdl == code)
            return names[i].key;
    return 0;
}

bool keyboard_find_key(const Keyboard *keyboard, const SDL_Keysym *sym, KeyPress *out)
{
    const bool shift = (sym->mod & KMOD_SHIFT) != 0, control = (sym->mod & KMOD_CTRL) != 0;
    int key = find_named(sym->sym);
    if (!key)
        key = find_character(keyboard->typed[sym->unused % TYPED_MAX]);
    if (!key)
        key = find_character((int)sym->sym < 127 ? (int)sym->sym : 0);
    if (!key)
        key = find_character(find_place(sym->scancode, shift));
    *out = (KeyPress){key, shift, control};
    return key != 0;
}
