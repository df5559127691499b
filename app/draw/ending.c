// Signals that end the window.
#include "draw/ending.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t end_signal;
static void (*ask_to_close)(int); // SDL's handler

static void note_signal(int number)
{
    if (!end_signal)
        (void)alarm(1);
    end_signal = number;
    ask_to_close(number);
}

static void end_now(int number)
{
    (void)number;
    (void)signal(end_signal, SIG_DFL);
    (void)raise(end_signal);
}

void ending_catch_signals(void)
{
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction action = {.sa_handler = note_signal}, old;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(SIGTERM, NULL, &old) != 0 || old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN ||
        old.sa_handler == note_signal) // a second window
        return;
    ask_to_close = old.sa_handler;
    (void)signal(SIGALRM, end_now);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
}
