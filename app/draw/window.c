// SDL's window and its GL context.
#include <stdlib.h>
#include <string.h>

#include "draw/ending.h"
#include "draw/icon.h"
#include "draw/title.h"
#include "draw/window_parts.h"

static Window *fail(Window *window, Error *error, const char *what)
{
    error_set(error, "%s: %s", what, SDL_GetError());
    window_destroy(window);
    return NULL;
}

static int ignore_x_error(void *display, void *event)
{
    (void)display;
    (void)event;
    return 0;
}

// An X server's refusal ends a program with Xlib's own lines: of OpenGL on an indirect display, say, before SDL can
// report it, or of focus for a window that has just been hidden. None of these is worth what was trained; what fails
// without a window or a context is told. SDL has loaded this library already, so it is the same one.
static void catch_x_errors(Window *window)
{
    typedef int (*Handler)(void *display, void *event);
    if (strcmp(SDL_GetCurrentVideoDriver(), "x11") != 0)
        return;
    window->x11 = SDL_LoadObject("libX11.so.6");
    void *const symbol = window->x11 ? SDL_LoadFunction(window->x11, "XSetErrorHandler") : NULL;
    Handler (*set_handler)(Handler);
    memcpy(&set_handler, &symbol, sizeof set_handler);
    if (set_handler)
        (void)set_handler(ignore_x_error);
}

// Hidden until there is something to see in it.
static bool open_window(Window *window, int width, int height)
{
    SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
    SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
    const Uint32 flags = SDL_WINDOW_OPENGL | SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_RESIZABLE | SDL_WINDOW_HIDDEN;
    window->sdl = SDL_CreateWindow("losslens: " LOSSLENS_SUBTITLE, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                   width, height, flags);
    return window->sdl != NULL;
}

// The window and its context, by OpenGL 3.3, else by OpenGL ES 3.0, where a driver has that alone. What is wrong with
// the first is what is told.
static bool open_with_context(Window *window, int width, int height, char *reason, size_t size)
{
    static const struct {
        int profile, major, minor;
    } dialects[] = {{SDL_GL_CONTEXT_PROFILE_CORE, 3, 3}, {SDL_GL_CONTEXT_PROFILE_ES, 3, 0}};
    *reason = 0;
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, dialects[i].profile);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, dialects[i].major);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, dialects[i].minor);
        const bool has_window = open_window(window, width, height);
        window->context = has_window ? SDL_GL_CreateContext(window->sdl) : NULL;
        if (window->context)
            return true;
        if (!*reason)
            (void)SDL_snprintf(reason, size, "%s: %s",
                               has_window ? "there is no OpenGL 3.3 here"
                                          : "the window could not be opened with OpenGL 3.3",
                               SDL_GetError());
        if (has_window)
            SDL_DestroyWindow(window->sdl);
        window->sdl = NULL;
    }
    return false;
}

// A window without one serves as well.
static void set_icon(Window *window)
{
    enum { SIDE = 64 };
    unsigned char rgba[SIDE * SIDE * 4];
    icon_draw(rgba, SIDE);
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormatFrom(rgba, SIDE, SIDE, 32, SIDE * 4, SDL_PIXELFORMAT_RGBA32);
    if (surface)
        SDL_SetWindowIcon(window->sdl, surface);
    SDL_FreeSurface(surface);
}

Window *window_create(int width, int height, bool is_offscreen, Error *error)
{
    Window *window = calloc(1, sizeof *window);
    if (!window) {
        error_set(error, "out of memory: the window");
        return NULL;
    }
    // SDL_VIDEODRIVER may name the driver for a window, never one for pictures
    if (is_offscreen)
        SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER, "offscreen", SDL_HINT_OVERRIDE);
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return fail(window, error, "there is no display to open a window on (losslens shot needs none)");
    // without a display SDL falls back to drawing for nobody
    if (!is_offscreen && strcmp(SDL_GetCurrentVideoDriver(), "offscreen") == 0) {
        SDL_SetError("neither DISPLAY nor WAYLAND_DISPLAY leads to one");
        return fail(window, error, "there is no display to open a window on (losslens shot needs none)");
    }
    if (!is_offscreen)
        ending_catch_signals();
    catch_x_errors(window);
    char reason[256];
    if (!open_with_context(window, width, height, reason, sizeof reason)) {
        (void)error_set(error, "%s", reason);
        window_destroy(window);
        return NULL;
    }
    if (!is_offscreen)
        set_icon(window);
    SDL_SetWindowMinimumSize(window->sdl, 960, 600);
    if (!is_offscreen)
        (void)SDL_GL_SetSwapInterval(1);
    keyboard_watch(&window->keyboard);
    window->wake_event = SDL_RegisterEvents(1);
    return window;
}

void window_destroy(Window *window)
{
    if (!window)
        return;
    for (int i = 0; i < CURSOR_COUNT; i++)
        if (window->cursors[i])
            SDL_FreeCursor(window->cursors[i]);
    if (window->context)
        SDL_GL_DeleteContext(window->context);
    if (window->sdl)
        SDL_DestroyWindow(window->sdl);
    SDL_Quit();
    if (window->x11)
        SDL_UnloadObject(window->x11);
    free(window);
}

bool window_is_hidden(const Window *window)
{
    return window->was_shown && (SDL_GetWindowFlags(window->sdl) & (SDL_WINDOW_HIDDEN | SDL_WINDOW_MINIMIZED)) != 0;
}

WindowSize window_size(Window *window)
{
    int width, height, screen_width, screen_height;
    SDL_GL_GetDrawableSize(window->sdl, &width, &height);
    SDL_GetWindowSize(window->sdl, &screen_width, &screen_height);
    return (WindowSize){width, height, screen_width > 0 ? (float)width / (float)screen_width : 1.0f,
                        window_is_hidden(window)};
}

void window_fit(Window *window, bool is_maximized)
{
    SDL_Rect room;
    int width, height;
    SDL_GetWindowSize(window->sdl, &width, &height);
    if (SDL_GetDisplayUsableBounds(SDL_GetWindowDisplayIndex(window->sdl), &room) == 0 &&
        (width > room.w || height > room.h)) {
        SDL_SetWindowSize(window->sdl, width < room.w ? width : room.w, height < room.h ? height : room.h);
        SDL_SetWindowPosition(window->sdl, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED);
    }
    if (is_maximized)
        SDL_MaximizeWindow(window->sdl);
}

bool window_place(Window *window, int *width, int *height, bool *is_maximized)
{
    const Uint32 flags = SDL_GetWindowFlags(window->sdl);
    SDL_GetWindowSize(window->sdl, width, height);
    *is_maximized = (flags & SDL_WINDOW_MAXIMIZED) != 0;
    return (flags & (SDL_WINDOW_FULLSCREEN | SDL_WINDOW_MINIMIZED)) == 0;
}

// One that the system lacks leaves the pointer as it is.
void window_set_cursor(Window *window, Cursor cursor)
{
    static const SDL_SystemCursor systems[CURSOR_COUNT] = {[CURSOR_ARROW] = SDL_SYSTEM_CURSOR_ARROW,
                                                           [CURSOR_CROSSHAIR] = SDL_SYSTEM_CURSOR_CROSSHAIR,
                                                           [CURSOR_ARROWS] = SDL_SYSTEM_CURSOR_SIZEWE,
                                                           [CURSOR_HAND] = SDL_SYSTEM_CURSOR_HAND};
    if (cursor == window->cursor)
        return;
    window->cursor = cursor;
    if (!window->cursors[cursor])
        window->cursors[cursor] = SDL_CreateSystemCursor(systems[cursor]);
    if (window->cursors[cursor])
        SDL_SetCursor(window->cursors[cursor]);
}

bool window_is_fullscreen(Window *window)
{
    return (SDL_GetWindowFlags(window->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP) == SDL_WINDOW_FULLSCREEN_DESKTOP;
}

bool window_set_fullscreen(Window *window, bool is_on, Error *error)
{
    int width, height;
    const bool was_on = window_is_fullscreen(window);
    if (is_on && !was_on)
        SDL_GetWindowSize(window->sdl, &window->windowed_width, &window->windowed_height);
    if (SDL_SetWindowFullscreen(window->sdl, is_on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0) == 0) {
        // where no window manager says what the size is again, SDL keeps that of the screen
        SDL_GetWindowSize(window->sdl, &width, &height);
        if (was_on && !is_on && window->windowed_width > 0 &&
            (width != window->windowed_width || height != window->windowed_height))
            SDL_SetWindowSize(window->sdl, window->windowed_width, window->windowed_height);
        return true;
    }
    return error_set(error, "full screen cannot be %s: %s", is_on ? "entered" : "left", SDL_GetError());
}

bool window_set_clipboard(Window *window, const char *text, Error *error)
{
    (void)window;
    return SDL_SetClipboardText(text) == 0 || error_set(error, "nothing was copied: %s", SDL_GetError());
}

void window_swap(Window *window)
{
    if (!window->was_shown)
        SDL_ShowWindow(window->sdl);
    window->was_shown = true;
    SDL_GL_SwapWindow(window->sdl);
}

void window_take_text(Window *window, bool on) { keyboard_take_text(&window->keyboard, on); }

// What is not plain in an address is written as %XX.
static bool write_address(const char *path, char *text, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._~";
    size_t used = (size_t)SDL_snprintf(text, size, "file://");
    for (; *path && used + 4 < size; path++) {
        if (strchr(plain, *path))
            text[used++] = *path;
        else
            used += (size_t)SDL_snprintf(text + used, size - used, "%%%02X", (unsigned)(unsigned char)*path);
    }
    text[used] = 0;
    return !*path;
}

bool window_open_folder(const char *path, Error *error)
{
    char address[3 * 4096];
    if (write_address(path, address, sizeof address) && SDL_OpenURL(address) == 0)
        return true;
    return error_set(error, "%s cannot be opened: nothing here opens folders", path);
}
