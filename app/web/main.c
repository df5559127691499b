// The page: the window, driven by the browser, which calls and is never waited for. page.js calls web_open once,
// web_frame when something is to be drawn, web_serve between the frames; both say when they are to be called again.
//
// Thread: the page's, there is no other.
#include <SDL.h>
#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/view.h"

// A slice of training: short enough for input to wait for it unnoticed, long enough that the way here costs nothing.
static const double SLICE_MS = 12;

static struct {
    Options options;
    View *view;
    char said[8 * SENTENCE_SIZE]; // what the line below the picture is
    bool has_said;                // false: the page's own words stand there
} page;

// page.js
void page_say(const char *sentence); // the line below the picture, which screen readers read out
void page_copy(const char *text);    // to the clipboard
void page_fail(const char *sentence);

// words: the command line, a word a line. The exit status; 0: there is a window.
EMSCRIPTEN_KEEPALIVE int web_open(const char *words)
{
    enum { WORDS_MAX = 128 };
    static char *argv[WORDS_MAX + 1]; // which the options point into
    int argc = 0;
    for (char *rest = strdup(words), *word; (word = strsep(&rest, "\n")) && argc < WORDS_MAX;)
        argv[argc++] = word;
    Error error = {""};
    int status = EXIT_OK;
    if (cli_parse(argc, argv, NULL, &page.options, &error) != CLI_RUN || page.options.command != COMMAND_VIEW) {
        page_fail(error.text);
        return EXIT_USAGE;
    }
    page.options.is_driven = true;
    page.options.threads = 1;
    if (!engine_select_isa(page.options.isa, &error)) {
        page_fail(error.text);
        return EXIT_FAILED;
    }
    page.view = view_open(&page.options, &status);
    // a page is as large as it is: a least size would be drawn into the smaller place, and digits would be distorted
    if (page.view)
        SDL_SetWindowMinimumSize(SDL_GL_GetCurrentWindow(), 1, 1);
    return status;
}

// SDL's clipboard is not the browser's: the linker puts this in the place of SDL's own function, and that behind it.
int __real_SDL_SetClipboardText(const char *text);
int __wrap_SDL_SetClipboardText(const char *text)
{
    page_copy(text);
    return __real_SDL_SetClipboardText(text);
}

static void say(void)
{
    const char *sentence = view_sentence(page.view);
    if (page.has_said && strcmp(sentence, page.said) == 0)
        return;
    page.has_said = true;
    (void)SDL_snprintf(page.said, sizeof page.said, "%s", sentence);
    page_say(sentence);
}

// In how many ms the next one is due: 0: at once, -1: when something happens. -2: the window is closed.
EMSCRIPTEN_KEEPALIVE int web_frame(void)
{
    int next = -1;
    if (!view_frame(page.view, 0, &next))
        return -2;
    say();
    return next;
}

// In how many ms there is more to train or to measure; 0: now, -1: nothing before the next frame.
EMSCRIPTEN_KEEPALIVE int web_serve(void) { return view_serve(page.view, SLICE_MS); }

// Whether something waits for a frame, as what training has brought.
EMSCRIPTEN_KEEPALIVE bool web_has_news(void) { return SDL_HasEvents(SDL_FIRSTEVENT, SDL_LASTEVENT) == SDL_TRUE; }

// The browser has found the graphics card again, which has lost everything.
EMSCRIPTEN_KEEPALIVE void web_restore(void)
{
    Error error;
    page.has_said = false;
    if (!view_restore(page.view, &error))
        page_fail(error.text);
}

// A file of the page's memory that was picked or dropped: it comes in by the door of what is dropped on a window.
EMSCRIPTEN_KEEPALIVE void web_drop(const char *path)
{
    const Uint32 types[] = {SDL_DROPBEGIN, SDL_DROPFILE, SDL_DROPCOMPLETE};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        SDL_Event event = {.drop = {.type = types[i], .file = types[i] == SDL_DROPFILE ? SDL_strdup(path) : NULL}};
        (void)SDL_PushEvent(&event);
    }
}

// Text from the browser's clipboard: SDL's holds it, and the window takes it as if it had been pasted there.
EMSCRIPTEN_KEEPALIVE void web_paste(const char *text)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .state = SDL_PRESSED}};
    (void)__real_SDL_SetClipboardText(text);
    event.key.keysym = (SDL_Keysym){.scancode = SDL_SCANCODE_V, .sym = SDLK_v, .mod = KMOD_LCTRL};
    (void)SDL_PushEvent(&event);
}
