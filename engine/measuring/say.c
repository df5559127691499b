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
    (void)snprintf(out.text, sizeof out.text, fabs(value) >= 0.09995 ? "%.3f" : "%.4f", value);
    return out;
}
