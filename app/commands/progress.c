// Progress of train on stderr.
#include "commands/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 20, COLUMNS_MAX = 160 };

static const double REDRAW_SECONDS = 0.1;

double progress_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

Progress progress_create(int epochs, const char *loss)
{
    return (Progress){
        .epochs = epochs, .loss = loss, .on_terminal = isatty(STDERR_FILENO) == 1, .start = progress_now()};
}

static void format_known(double value, int digits, char text[16])
{
    if (isnan(value))
        strcpy(text, "-");
    else
        (void)snprintf(text, 16, "%.*f", digits, value);
}

static void format_penalties(const ProgressState *state, char text[128])
{
    static const int digits[PENALTY_COUNT] = {[PENALTY_KL] = 2, [PENALTY_PRICE] = 5};
    size_t length = 0;
    *text = 0;
    for (Penalty i = 0; i < PENALTY_COUNT; i++) {
        char train[16], test[16];
        if (!state->is_paid[i])
            continue;
        format_known(state->train_penalty[i], digits[i], train);
        format_known(state->test_penalty[i], digits[i], test);
        length += (size_t)snprintf(text + length, 128 - length, "  %s train %s test %s", penalty_key(i), train, test);
    }
}

static void format_duration(double seconds, char text[32])
{
    const long whole = seconds < 1e8 ? (long)(seconds + 0.5) : 100000000;
    if (whole >= 3600)
        (void)snprintf(text, 32, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        (void)snprintf(text, 32, "%ld:%02ld", whole / 60, whole % 60);
}

static void format_state(const Progress *progress, const ProgressState *state, char *text, size_t size)
{
    char train[16], test[16], penalties[128], rest[32] = "-";
    format_known(state->train_loss, 5, train);
    format_known(state->test_loss, 5, test);
    format_penalties(state, penalties);
    const double done = state->epochs_done, elapsed = progress_now() - progress->start;
    if (done > 0.0)
        format_duration(elapsed / done * (progress->epochs - done), rest);
    (void)snprintf(text, size, "%.0f samples/s  %s train %s test %s%s  ETA %s", state->samples_per_second,
                   progress->loss, train, test, penalties, rest);
}

// A longer line would wrap, and the next redraw leave its first part behind.
static int count_columns(void)
{
    struct winsize window;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0)
        return 79;
    return window.ws_col < COLUMNS_MAX ? window.ws_col - 1 : COLUMNS_MAX;
}

static void draw_bar(Progress *progress, const ProgressState *state)
{
    char figures[192], bar[BAR_WIDTH + 1], line[COLUMNS_MAX + 64];
    format_state(progress, state, figures, sizeof figures);
    const int filled = (int)(BAR_WIDTH * state->epochs_done / progress->epochs);
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = 0;
    (void)snprintf(line, sizeof line, "epoch %d [%s] %s", state->epoch, bar, figures);
    (void)fprintf(stderr, "\r%.*s\033[K", count_columns(), line);
    (void)fflush(stderr);
    progress->is_drawn = true;
}

void progress_update(Progress *progress, const ProgressState *state)
{
    if (!progress->on_terminal)
        return;
    const double now = progress_now();
    if (now - progress->last_drawn < REDRAW_SECONDS)
        return;
    progress->last_drawn = now;
    draw_bar(progress, state);
}

void progress_finish_epoch(Progress *progress, const ProgressState *state)
{
    if (progress->on_terminal) {
        draw_bar(progress, state);
        return;
    }
    char figures[192];
    format_state(progress, state, figures, sizeof figures);
    (void)fprintf(stderr, "epoch %d (%.0f/%d)  %s\n", state->epoch, state->epochs_done, progress->epochs, figures);
}

void progress_clear(Progress *progress)
{
    if (progress->is_drawn)
        (void)fputs("\r\033[K", stderr);
    progress->is_drawn = false;
}
