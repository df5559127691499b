// Marks are pieces that hang together. A digit's are of about one size and lie within the picture; what is far smaller
// is dust, what touches the picture's rim beside others is the page's edge or a hand's shadow, and what is thin and as
// long as the picture is a ruled line.
#include "data/ink_marks.h"

#include <stdlib.h>

typedef struct Marks {
    uint8_t *mask; // (height, width)
    int width, height;
    int *stack; // (height * width): a piece's pixels
} Marks;

// ---- ruled lines ---------------------------------------------------------------------------------------------------

static int count_line(const Marks *m, int line, bool is_row)
{
    const int length = is_row ? m->width : m->height, step = is_row ? 1 : m->width;
    const uint8_t *at = m->mask + (is_row ? (size_t)line * (size_t)m->width : (size_t)line);
    int count = 0;
    for (int i = 0; i < length; i++, at += step)
        count += *at != 0;
    return count;
}

// Wipes the band of lines out but where something crosses it.
static void wipe_band(const Marks *m, int first, int last, bool is_row)
{
    const int length = is_row ? m->width : m->height, lines = is_row ? m->height : m->width;
    const int along = is_row ? 1 : m->width, across = is_row ? m->width : 1, thick = 2 * (last - first + 1) + 2;
    for (int i = 0; i < length; i++) {
        int from = first, to = last;
        while (from > 0 && m->mask[i * along + (from - 1) * across])
            from--;
        while (to + 1 < lines && m->mask[i * along + (to + 1) * across])
            to++;
        if (to - from + 1 <= thick)
            for (int line = from; line <= to; line++)
                m->mask[i * along + line * across] = 0;
    }
}

static void wipe_rules(const Marks *m, bool is_row)
{
    const int length = is_row ? m->width : m->height, lines = is_row ? m->height : m->width;
    const int thickest = length / 80 > 2 ? length / 80 : 2;
    for (int first = 0; first < lines; first++) {
        int last = first;
        while (last < lines && count_line(m, last, is_row) * 2 > length)
            last++;
        if (last > first && last - first <= thickest)
            wipe_band(m, first, last - 1, is_row);
        first = last;
    }
}

// ---- pieces --------------------------------------------------------------------------------------------------------

InkPiece ink_flood(uint8_t *mask, int width, int height, int start, uint8_t from, uint8_t to, int *stack)
{
    InkPiece piece = {.area = 1};
    mask[start] = to;
    stack[0] = start;
    for (int i = 0; i < piece.area; i++) {
        const int x = stack[i] % width, y = stack[i] / width;
        piece.is_at_rim |= x == 0 || y == 0 || x == width - 1 || y == height - 1;
        for (int row = y > 0 ? y - 1 : 0; row <= y + 1 && row < height; row++)
            for (int column = x > 0 ? x - 1 : 0; column <= x + 1 && column < width; column++)
                if (mask[row * width + column] == from) {
                    mask[row * width + column] = to;
                    stack[piece.area++] = row * width + column;
                }
    }
    return piece;
}

static InkPiece flood(const Marks *m, int start, uint8_t from, uint8_t to)
{
    return ink_flood(m->mask, m->width, m->height, start, from, to, m->stack);
}

enum { BARE, UNSEEN, SEEN, KEPT };

static void keep_pieces(const Marks *m)
{
    const int count = m->width * m->height;
    int largest = 0, largest_within = 0;
    for (int i = 0; i < count; i++)
        if (m->mask[i] == UNSEEN) {
            const InkPiece piece = flood(m, i, UNSEEN, SEEN);
            largest = piece.area > largest ? piece.area : largest;
            if (!piece.is_at_rim)
                largest_within = piece.area > largest_within ? piece.area : largest_within;
        }
    const bool drops_rim = largest_within > 3 && (int64_t)largest_within * 50 >= largest;
    const int reference = drops_rim ? largest_within : largest;
    for (int i = 0; i < count; i++)
        if (m->mask[i] == SEEN) {
            const InkPiece piece = flood(m, i, SEEN, KEPT);
            if ((int64_t)piece.area * 40 < reference || (drops_rim && piece.is_at_rim))
                (void)flood(m, i, KEPT, BARE);
        }
}

bool ink_keep_marks(uint8_t *mask, int width, int height)
{
    Marks m = {mask, width, height, malloc(sizeof *m.stack * (size_t)width * (size_t)height)};
    if (!m.stack)
        return false;
    wipe_rules(&m, true);
    wipe_rules(&m, false);
    keep_pieces(&m);
    for (int i = 0; i < width * height; i++)
        mask[i] = mask[i] != BARE;
    free(m.stack);
    return true;
}
