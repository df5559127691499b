// Error: one sentence about something the world did wrong (a file, the memory, a value somebody typed).
//
// Functions that can fail for such a reason return false and fill an Error; the sentence names the file or the key,
// what was found and what was expected. A mistake of the caller's own asserts instead.
// A sentence is one line of printable UTF-8, whatever the names in it hold.
#pragma once
#include <stdarg.h>
#include <stdbool.h>

typedef struct Error {
    char text[640];
} Error;

// Writes the sentence and returns false, so that a failing function can end with `return error_set(error, ...)`.
// error may be NULL: the sentence is then dropped.
bool error_set(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same for who takes such arguments, too.
void error_set_list(Error *error, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

// Replaces, in place, each control character and each byte that is no UTF-8 by '?': a name in a sentence can then
// neither end its line nor command the terminal.
void error_clean_text(char *text);
