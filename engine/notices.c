#include "notices.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

static void add(Notices *notices, const char *sentence)
{
    for (int i = 0; i < notices->count; i++)
        if (strcmp(notices->text[i], sentence) == 0)
            return;
    if (notices->count < NOTICES_MAX - 1)
        (void)snprintf(notices->text[notices->count++], NOTICE_SIZE, "%s", sentence);
    else if (notices->count == NOTICES_MAX - 1)
        (void)snprintf(notices->text[notices->count++], NOTICE_SIZE, "there is more to say than is said here");
}

void notices_add(Notices *notices, const char *format, ...)
{
    char sentence[NOTICE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    error_clean_text(sentence);
    add(notices, sentence);
}

void notices_append(Notices *notices, const Notices *more)
{
    for (int i = 0; i < more->count; i++)
        add(notices, more->text[i]);
}

void notices_remove(Notices *notices, const Notices *gone)
{
    const Notices before = *notices;
    notices->count = 0;
    for (int i = 0; i < before.count; i++) {
        bool is_gone = false;
        for (int k = 0; k < gone->count; k++)
            is_gone = is_gone || strcmp(before.text[i], gone->text[k]) == 0;
        if (!is_gone)
            add(notices, before.text[i]);
    }
}
