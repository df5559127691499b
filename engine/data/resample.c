#include "data/resample.h"

#include <assert.h>

// What one pixel of the result takes of one axis: of the pixels first..last each its weight; they add up to 1.
typedef struct Span {
    int first, last;
    double at_first, between, at_last; // at_first alone where both are one
} Span;

// The mean of the area that it covers: of the first and the last pixel a part.
static Span span_area(int index, int from, int to)
{
    const double start = (double)index * from / to, end = (double)(index + 1) * from / to, length = end - start;
    Span span = {.first = (int)start, .last = (int)end};
    if (span.last > span.first && (double)span.last >= end) // it ends where the next pixel begins
        span.last--;
    const double first_end = end < span.first + 1 ? end : span.first + 1;
    span.at_first = (first_end - start) / length;
    span.between = 1.0 / length;
    span.at_last = ((end < span.last + 1 ? end : span.last + 1) - span.last) / length;
    return span;
}

// Bilinear.
static Span span_between(int index, int from, int to)
{
    double centre = (index + 0.5) * from / to - 0.5;
    centre = centre < 0 ? 0 : centre > from - 1 ? from - 1 : centre;
    Span span = {.first = (int)centre};
    span.last = span.first + 1 < from ? span.first + 1 : span.first;
    span.at_last = centre - span.first;
    span.at_first = span.last > span.first ? 1 - span.at_last : 1;
    return span;
}

static Span span_axis(int index, int from, int to)
{
    return to > from ? span_between(index, from, to) : span_area(index, from, to);
}

static double sum_row(const float *row, const Span *columns)
{
    double sum = columns->at_first * (double)row[columns->first];
    for (int i = columns->first + 1; i < columns->last; i++)
        sum += columns->between * (double)row[i];
    return columns->last > columns->first ? sum + columns->at_last * (double)row[columns->last] : sum;
}

static double weigh(const Span *span, int i)
{
    return i == span->first ? span->at_first : i == span->last ? span->at_last : span->between;
}

// Some columns at a time, whose spans are found once for all rows.
void resample_area(const float *from, int from_width, int from_height, float *to, int to_width, int to_height)
{
    enum { BLOCK = 64 };
    assert(from_width > 0 && from_height > 0 && to_width > 0 && to_height > 0);
    for (int left = 0; left < to_width; left += BLOCK) {
        Span columns[BLOCK];
        const int count = to_width - left < BLOCK ? to_width - left : BLOCK;
        for (int i = 0; i < count; i++)
            columns[i] = span_axis(left + i, from_width, to_width);
        for (int y = 0; y < to_height; y++) {
            const Span rows = span_axis(y, from_height, to_height);
            for (int i = 0; i < count; i++) {
                double sum = 0;
                for (int j = rows.first; j <= rows.last; j++)
                    sum += weigh(&rows, j) * sum_row(from + (long)j * from_width, &columns[i]);
                to[(long)y * to_width + left + i] = (float)sum;
            }
        }
    }
}
