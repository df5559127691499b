#include "error.h"

#include <stdint.h>
#include <stdio.h>

// The bytes of the printable character at text, 0 where there is none: an ASCII or C1 control, or no shortest UTF-8.
static int measure_printable(const unsigned char *text)
{
    static const uint32_t least[] = {0, 0x20, 0xa0, 0x800, 0x10000}; // with so many bytes
    const unsigned char lead = text[0];
    const int length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (length == 0)
        return 0;
    uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
    for (int i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) // also at the end of the text
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    const bool is_surrogate = code >> 11 == 0x1b, is_separator = code == 0x2028 || code == 0x2029;
    return code < least[length] || code == 0x7f || code > 0x10ffff || is_surrogate || is_separator ? 0 : length;
}

void error_clean_text(char *text)
{
    while (*text) {
        const int length = measure_printable((const unsigned char *)text);
        if (length == 0)
            *text = '?';
        text += length > 0 ? length : 1;
    }
}

void error_set_list(Error *error, const char *format, va_list arguments)
{
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    error_clean_text(error->text);
}

bool error_set(Error *error, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        error_set_list(error, format, arguments);
        va_end(arguments);
    }
    return false;
}
