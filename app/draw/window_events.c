// The window's events as an Input.
#include <assert.h>
#include <string.h>

#include "draw/window_parts.h"

// A button that is let go after its hold was lost is no news.
static void add_button(Input *input, const SDL_MouseButtonEvent *event)
{
    const bool down = event->state == SDL_PRESSED;
    if (event->button == SDL_BUTTON_LEFT && (down || input->left)) {
        input->left = down;
        *(down ? &input->left_pressed : &input->left_released) = true;
        input->left_double = down && event->clicks == 2;
    } else if (event->button == SDL_BUTTON_RIGHT && (down || input->right)) {
        input->right = down;
        *(down ? &input->right_pressed : &input->right_released) = true;
    }
}

static void move_mouse(Window *window, Input *input, int x, int y)
{
    const float scale = window_size(window).display_scale;
    input->mouse_x = ((float)x + 0.5f) * scale;
    input->mouse_y = ((float)y + 0.5f) * scale;
    input->is_inside = true;
    assert(input->path_count < PATH_MAX_POINTS);
    input->path[input->path_count++] = (Point){input->mouse_x, input->mouse_y};
}

// Whoever takes the keyboard, or hides the window, gets the release of a button that is held: nobody tells it here. So
// the hold ends, without a release, and what was dragged stays where it is.
static unsigned take_window_event(Window *window, Uint8 event, Input *input)
{
    unsigned happened = WINDOW_EXPOSED;
    switch (event) {
    case SDL_WINDOWEVENT_CLOSE: return WINDOW_CLOSE;
    case SDL_WINDOWEVENT_LEAVE: input->is_inside = false; return WINDOW_INPUT;
    case SDL_WINDOWEVENT_FOCUS_LOST:
    case SDL_WINDOWEVENT_HIDDEN:
    case SDL_WINDOWEVENT_MINIMIZED:
        if (input->left || input->right)
            happened = WINDOW_INPUT;
        input->left = input->right = input->shift = false;
        break;
    case SDL_WINDOWEVENT_FOCUS_GAINED: input->shift = false; break;
    default: break;
    }
    if (!window_is_hidden(window))
        atomic_store(&window->is_wake_pending, false);
    return happened;
}

// Whole or not at all.
static void add_text(Input *input, const char *text)
{
    const size_t used = strlen(input->text), length = strlen(text);
    if (used + length < sizeof input->text)
        memcpy(input->text + used, text, length + 1);
}

// A text as what is dropped: its first line, without the spaces around it that are copied along. False where there is
// none, or it is too long.
static bool take_line(const char *text, char line[INPUT_TEXT_SIZE])
{
    const char *from = text ? text + strspn(text, " \t\r\n") : "";
    size_t length = strcspn(from, "\r\n");
    while (length > 0 && (from[length - 1] == ' ' || from[length - 1] == '\t'))
        length--;
    if (length == 0 || length >= INPUT_TEXT_SIZE)
        return false;
    memcpy(line, from, length);
    line[length] = 0;
    return true;
}

// As if it had been dropped.
static void paste(Input *input)
{
    char *text = SDL_GetClipboardText();
    if (take_line(text, input->dropped))
        input->dropped_count = 1;
    SDL_free(text);
}

static void take_key(Window *window, const SDL_KeyboardEvent *event, Input *input)
{
    KeyPress key;
    input->shift = (event->keysym.mod & KMOD_SHIFT) != 0;
    if (!keyboard_find_key(&window->keyboard, &event->keysym, &key))
        return;
    if (window->keyboard.takes_text && key.key == 'v' && key.control) {
        char *text = SDL_GetClipboardText();
        add_text(input, text ? text : "");
        SDL_free(text);
    } else if (key.key == 'v' && key.control) {
        paste(input);
    } else if (input->key_count < KEYS_MAX) {
        input->keys[input->key_count++] = key;
    }
}

// A text is a link, dragged out of a document.
static void add_drop(Window *window, const SDL_DropEvent *event)
{
    if (event->type == SDL_DROPTEXT)
        window->dropped_count += window->dropped_count > 0 || take_line(event->file, window->dropped);
    else if (window->dropped_count++ == 0)
        (void)SDL_snprintf(window->dropped, sizeof window->dropped, "%s", event->file ? event->file : "");
    SDL_free(event->file);
}

// A drop is whole. No event of the mouse's own has told meanwhile where it is.
static void take_drop(Window *window, Input *input)
{
    int x, y, left, top;
    (void)SDL_GetGlobalMouseState(&x, &y);
    SDL_GetWindowPosition(window->sdl, &left, &top);
    move_mouse(window, input, x - left, y - top);
    input->dropped_count = window->dropped_count;
    memcpy(input->dropped, window->dropped, sizeof input->dropped);
}

// Returns what the event means; true in *stop behind a button or a key.
static unsigned take_event(Window *window, const SDL_Event *event, Input *input, bool *stop)
{
    if (event->type == window->wake_event) {
        if (!window_is_hidden(window)) // else the next one has to wait until somebody can see what it brings
            atomic_store(&window->is_wake_pending, false);
        return WINDOW_WAKE;
    }
    switch (event->type) {
    case SDL_QUIT: return WINDOW_CLOSE;
    case SDL_KEYUP: input->shift = (event->key.keysym.mod & KMOD_SHIFT) != 0; return WINDOW_NOTHING;
    case SDL_KEYDOWN:
        take_key(window, &event->key, input);
        *stop = true; // a frame takes each key once: the same one pressed twice is two frames
        return WINDOW_INPUT;
    case SDL_DROPBEGIN: window->dropped_count = 0; return WINDOW_NOTHING;
    case SDL_DROPFILE:
    case SDL_DROPTEXT: add_drop(window, &event->drop); return WINDOW_NOTHING;
    case SDL_DROPCOMPLETE:
        take_drop(window, input);
        *stop = true;
        return WINDOW_INPUT;
    case SDL_TEXTINPUT: add_text(input, event->text.text); return WINDOW_INPUT;
    case SDL_MOUSEMOTION:
        move_mouse(window, input, event->motion.x, event->motion.y);
        *stop |= input->path_count == PATH_MAX_POINTS; // what follows is for the next pass
        return WINDOW_INPUT;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        move_mouse(window, input, event->button.x, event->button.y);
        add_button(input, &event->button);
        *stop = true;
        return WINDOW_INPUT;
    case SDL_MOUSEWHEEL: input->wheel += event->wheel.preciseY; return WINDOW_INPUT;
    case SDL_WINDOWEVENT: return take_window_event(window, event->window.event, input);
    default: return WINDOW_NOTHING;
    }
}

unsigned window_wait(Window *window, int timeout_ms, Input *input)
{
    SDL_Event event;
    *input = window->held;
    unsigned happened = WINDOW_NOTHING;
    bool stop = false;
    int got = timeout_ms < 0    ? SDL_WaitEvent(&event)
              : timeout_ms == 0 ? SDL_PollEvent(&event)
                                : SDL_WaitEventTimeout(&event, timeout_ms);
    while (got) {
        happened |= take_event(window, &event, input, &stop);
        if (stop)
            break;
        got = SDL_PollEvent(&event);
    }
    if (stop && SDL_HasEvents(SDL_FIRSTEVENT, SDL_LASTEVENT))
        happened |= WINDOW_MORE;
    window->held = (Input){.mouse_x = input->mouse_x,
                           .mouse_y = input->mouse_y,
                           .is_inside = input->is_inside,
                           .left = input->left,
                           .right = input->right,
                           .shift = input->shift};
    return happened;
}

void window_wake(void *context)
{
    Window *window = context;
    if (atomic_exchange(&window->is_wake_pending, true))
        return;
    SDL_Event event;
    memset(&event, 0, sizeof event);
    event.type = window->wake_event;
    (void)SDL_PushEvent(&event);
}
