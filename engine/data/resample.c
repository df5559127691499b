#include "data/resample.h"

#include <assert.h>

// What one pixel of the result takes of one axis: the pixels first..last, each with its overlap with start..end.
typedef struct Span {
    int first, last;
    double start, end; // area average alone
    double second;     // bilinear: the share of last, in [0, 1]; -1: area average
} Span;

static Span span_area(int index, int from, int to)
{
    const double start = (double)index * from / to, end = (double)(index + 1) * from / to;
    Span span = {(int)start, (int)end, start, end, -1};
    if (span.last > span.first && (double)span.last >= end) // it ends where the next pixel begins
        span.last--;
    return span;
}

static Span span_between(int index, int from, int to)
{
    double centre = (index + 0.5) * from / to - 0.5;
    centre = centre < 0 ? 0 : centre > from - 1 ? from - 1 : centre;
    const int first = (int)centre;
    return (Span){first, first + 1 < from ? first + 1 : first, 0, 0, centre - first};
}

static Span span_axis(int index, int from, int to)
{
    return to > from ? span_between(index, from, to) : span_area(index, from, to);
}

// The weights of a span add up to 1.
static double weigh(const Span *span, int i)
{
    if (span->second >= 0)
        return i == span->first ? 1 - (span->last > span->first ? span->second : 0) : span->second;
    const double start = span->start > i ? span->start : i, end = span->end < i + 1 ? span->end : i + 1;
    return (end - start) / (span->end - span->start);
}

void resample_area(const float *from, int from_width, int from_height, float *to, int to_width, int to_height)
{
    assert(from_width > 0 && from_height > 0 && to_width > 0 && to_height > 0);
    for (int y = 0; y < to_height; y++) {
        const Span rows = span_axis(y, from_height, to_height);
        for (int x = 0; x < to_width; x++) {
            const Span columns = span_axis(x, from_width, to_width);
            double sum = 0;
            for (int j = rows.first; j <= rows.last; j++) {
                const float *row = from + (long)j * from_width;
                double part = 0;
                for (int i = columns.first; i <= columns.last; i++)
                    part += weigh(&columns, i) * (double)row[i];
                sum += weigh(&rows, j) * part;
            }
            to[(long)y * to_width + x] = (float)sum;
        }
    }
}
