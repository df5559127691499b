// Putting sentences about figures together: see say.h.
#include "measuring/say.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void say_add(char *text, size_t size, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

SaidFigure say_loss(double value)
{
    SaidFigure out;
    const double size = fabs(value);
    if (size >= 1e6) // what has no room is said in words
        (void)snprintf(out.text, sizeof out.text, "%sover 999999", value < 0 ? "\u2212" : "");
    else
        (void)snprintf(out.text, sizeof out.text, "%.*f", size >= 1000 ? 0 : size >= 0.09995 ? 3 : 4, value);
    return out;
}
