// Rounding.
#include "state/narrator_format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// value with so many decimals. What has no room is said in words, not cut.
static Figure format(double value, int decimals, const char *unit)
{
    Figure out;
    if (isnan(value))
        (void)snprintf(out.text, sizeof out.text, "?");
    else if (fabs(value) >= 1e6)
        (void)snprintf(out.text, sizeof out.text, "%sover 999999%s", value < 0 ? "\u2212" : "", unit);
    else {
        char digits[20];
        (void)snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
        const bool is_zero = strspn(digits, "0.") == strlen(digits); // which has no sign
        (void)snprintf(out.text, sizeof out.text, "%s%s%s", value < 0 && !is_zero ? "\u2212" : "", digits, unit);
    }
    return out;
}

Figure narrator_format_loss(double value)
{
    const double size = fabs(value);
    return format(value, size >= 1000 ? 0 : size >= 0.09995 ? 3 : 4, ""); // 0.09996 is 0.100
}

Figure narrator_format_difference(double value)
{
    if (value == 0 || !isfinite(value))
        return format(value, 0, "");
    char rounded[24];
    (void)snprintf(rounded, sizeof rounded, "%.1e", fabs(value)); // its exponent is that behind rounding
    const int decimals = 1 - atoi(strchr(rounded, 'e') + 1);
    return format(value, decimals < 0 ? 0 : decimals > 6 ? 6 : decimals, "");
}

Figure narrator_format_share(double value) { return format(100 * value, value >= 0.0995 ? 0 : 1, " %"); }
Figure narrator_format_percent(double ratio) { return format(100 * (ratio - 1), 0, " %"); }

Figure narrator_format_ratio(double value)
{
    return value < 1.5 ? format(100 * (value - 1), 0, " % worse") : format(value, value >= 9.95 ? 0 : 1, " times");
}

Figure narrator_format_pixel(double value) { return format(value, 3, ""); }

Figure narrator_format_number(double value)
{
    const double size = fabs(value);
    if (value == 0)
        return format(0, 0, "");
    return format(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : size >= 0.09995 ? 3 : 4, "");
}

Figure narrator_format_price(double value)
{
    return fabs(value) >= 0.95 ? format(value, 1, "") : narrator_format_difference(value);
}

Figure narrator_format_setting(double value)
{
    for (int decimals = 0; decimals < 7; decimals++) {
        const Figure out = format(value, decimals, "");
        if ((float)strtod(out.text, NULL) == (float)value)
            return out;
    }
    return narrator_format_difference(value);
}

bool narrator_is_same(Figure a, Figure b) { return strcmp(a.text, b.text) == 0; }
