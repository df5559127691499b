// The tables of losses, and training's pass over the output. Compiled once per instruction set (vector.h).
#include "kernels/loss.h"

#include <assert.h>

#include "kernels/kernel_parts.h"
#include "kernels/loss_functions.h"

#define APPLY(function)                                                                                                \
    static void apply_##function(const float *x, const float *t, LossSettings settings, float *value, float *slope,    \
                                 size_t n)                                                                             \
    {                                                                                                                  \
        size_t i = 0;                                                                                                  \
        for (; i + LANES <= n; i += LANES) {                                                                           \
            const ValueSlope r = function(vec_load(x + i), vec_load(t + i), settings);                                 \
            vec_store(value + i, r.value);                                                                             \
            vec_store(slope + i, r.slope);                                                                             \
        }                                                                                                              \
        if (i < n) {                                                                                                   \
            const ValueSlope r = function(vec_load_part(x + i, n - i), vec_load_part(t + i, n - i), settings);         \
            vec_store_part(value + i, r.value, n - i);                                                                 \
            vec_store_part(slope + i, r.slope, n - i);                                                                 \
        }                                                                                                              \
    }

#define APPLY_PLAIN(loss)                                                                         APPLY(loss)
#define APPLY_LOGIT(loss)                                                                         APPLY(loss) APPLY(loss##_logit)
#define APPLY_PRODUCT(loss)                                                                       APPLY_LOGIT(loss)
#define APPLY_LOSS(C, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor) APPLY_##form(loss)
LOSSES(APPLY_LOSS, _)

// ---- training -----------------------------------------------------------------------------------------------------

// A product of factors: a power of two beside a number that has room for some more of them.
typedef struct Factors {
    Vec number;
    VecInt power;
} Factors;

// Odds' factors are from 2^-6 to below 2^24 (odds_functions.h, cb_odds_terms): from 2^-80 on there is room for twice as
// many of them as from 1 on.
enum { ODDS_ROOM = 80, ODDS_AT_ONCE = 2 * ODDS_FACTORS };

// The number becomes one from 2^-room to below twice that.
INLINE Factors make_room(Factors f, const int room)
{
    const VecInt power = ((VecInt)f.number >> 23) - (127 - room);
    return (Factors){(Vec)((VecInt)f.number - (power << 23)) + (f.number - f.number),
                     f.power + power}; // a NaN stays one
}

INLINE Vec sum_logarithms(Factors f) { return vec_log(f.number) + __builtin_convertvector(f.power, Vec) * 0.69314718f; }

// What lit pixels add: their logarithms are taken behind the rows, and nothing of the rows waits for it. For lit pixels
// alone, pushed together, where the processor can do that; else for the vectors with one, each of which stands at the
// place of its row: a place that depended on the rows before would hold up whatever is read meanwhile.
typedef struct Lit {
#if LANES == 16
    size_t count;
#else
    uint64_t rows; // bit i: row i has one
#endif
    float targets[(TILE_ROWS + 1) * LANES], odds[(TILE_ROWS + 1) * LANES], factors[(TILE_ROWS + 1) * LANES];
} Lit;

static_assert((int)TILE_ROWS <= 64, "a bit for each row");

INLINE void add_lit(Lit *lit, size_t row, const Terms *terms, Vec t)
{
#if LANES == 16
    (void)row;
    const __mmask16 is_lit = _mm512_test_epi32_mask((__m512i)t, (__m512i)t);
    vec_store(lit->odds + lit->count, (Vec)_mm512_maskz_compress_ps(is_lit, (__m512)terms->odds));
    if (terms->lit == LIT_ADD_BOTH)
        vec_store(lit->factors + lit->count, (Vec)_mm512_maskz_compress_ps(is_lit, (__m512)terms->factor));
    vec_store(lit->targets + lit->count, (Vec)_mm512_maskz_compress_ps(is_lit, (__m512)t));
    lit->count += (size_t)__builtin_popcount(is_lit);
#else
    if (terms->lit == LIT_ADD_BOTH)
        vec_store(lit->factors + row * LANES, terms->factor);
    vec_store(lit->odds + row * LANES, terms->odds);
    vec_store(lit->targets + row * LANES, t);
    lit->rows |= (uint64_t)vec_has_any(t != 0.0f) << row;
#endif
}

INLINE Vec find_target(const OutputPass *pass, size_t row, size_t column)
{
    return pass->scale * vec_load_bytes(pass->targets[row] + pass->column + column) + pass->offset;
}

INLINE Vec sum_lit(Lit *lit, LossSettings settings, LitKind kind)
{
    Vec sum = {0};
#if LANES == 16
    vec_store(lit->odds + lit->count, vec_all(1.0f)); // behind the last: a vector's rest adds nothing
    vec_store(lit->factors + lit->count, vec_all(1.0f));
    vec_store(lit->targets + lit->count, sum);
    for (size_t i = 0; i < lit->count; i += LANES) {
        const Terms terms = {.odds = vec_load(lit->odds + i), .factor = vec_load(lit->factors + i), .lit = kind};
        sum += lose_lit(&terms, vec_load(lit->targets + i), settings);
    }
#else
    for (uint64_t rows = lit->rows; rows; rows &= rows - 1) {
        const size_t row = (size_t)__builtin_ctzll(rows), at = row * LANES;
        const Terms terms = {.odds = vec_load(lit->odds + at), .factor = vec_load(lit->factors + at), .lit = kind};
        sum += lose_lit(&terms, vec_load(lit->targets + at), settings);
    }
#endif
    return sum;
}

// The first step of a row, or of the last one where there is none so far down.
INLINE Begun begin_row(const OutputPass *pass, size_t column, size_t row, BeginOutput *begin, const bool is_of_picture)
{
    const size_t at = row < pass->rows ? row : pass->rows - 1;
    if (is_of_picture)
        return begin((Vec){0}, vec_load(pass->powers + at * pass->powers_stride + column) * pass->scales[at]);
    const Vec z = vec_load(pass->z + at * pass->stride + column);
    return begin(z, z);
}

// One vector of columns, down all rows: its sums and the functions' constants stay in registers. Beside a
// row's last step go the middle one of the next row and the first of the one behind it.
INLINE Vec pass_columns(const OutputPass *shared, size_t column, BeginOutput *begin, StartTerms *start,
                        FinishTerms *finish, const size_t factors_max, const bool is_of_picture)
{
    const OutputPass own = *shared, *const pass = &own; // so that no store can change it
    const LossSettings settings = pass->settings;
    const bool is_of_odds = factors_max == ODDS_FACTORS;
    const int room = is_of_odds ? ODDS_ROOM : 0;
    const size_t at_once = is_of_odds ? ODDS_AT_ONCE : factors_max > 0 ? factors_max : pass->rows;
    Vec value = {0}, bias_slope = {0};
    Factors factors = make_room((Factors){.number = vec_all(1.0f)}, room);
    Lit lit;
    LitKind kind = LIT_ADD_NOTHING;
#if LANES == 16
    lit.count = 0;
#else
    lit.rows = 0;
#endif
    const bool asks_memory = column % 64 == 0;
    const size_t stride = pass->stride;
    float *z = pass->z + column;
    Begun begun = begin_row(pass, column, 0, begin, is_of_picture);
    Started next = start(&begun);
    begun = begin_row(pass, column, 1, begin, is_of_picture);
    for (size_t row = 0; row < pass->rows;) {
        if (row > 0)
            factors = make_room(factors, room);
        const size_t rest = pass->rows - row, rows = at_once < rest ? at_once : rest;
        for (const size_t end = row + rows; row < end; row++, z += stride) {
            if (asks_memory)
                __builtin_prefetch(pass->upcoming[row] + pass->column + column);
            const Started started = next;
            next = start(&begun);
            begun = begin_row(pass, column, row + 2, begin, is_of_picture);
            const Vec t = find_target(pass, row, column);
            const Terms terms = finish(&started, t, settings);
            vec_store(z, terms.slope);
            bias_slope += terms.slope;
            value += terms.value;
            if (factors_max > 0)
                factors.number *= terms.factor;
            kind = terms.lit;
            if (kind)
                add_lit(&lit, row, &terms, t);
        }
    }
    if (factors_max > 0)
        value += sum_logarithms(factors);
    if (kind)
        value += sum_lit(&lit, settings, kind);
    float *const sum = pass->bias_slope + column;
    vec_store(sum, pass->accumulate ? vec_load(sum) + bias_slope : bias_slope);
    return value;
}

INLINE double pass_strip(const OutputPass *pass, BeginOutput *begin, StartTerms *start, FinishTerms *finish,
                         const size_t factors_max, const bool is_of_picture)
{
    Vec value = {0};
    assert(pass->stride >= pass->columns);
    for (size_t column = 0; column < pass->columns; column += LANES)
        value += pass_columns(pass, column, begin, start, finish, factors_max, is_of_picture);
    return (double)vec_sum(value);
}

#define PASS_OF_PAIR(activation, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)           \
    static double pass_##activation##_##loss(const OutputPass *pass)                                                   \
    {                                                                                                                  \
        return pass_strip(pass, activation##_begin, start_##activation##_##loss, finish_##activation##_##loss,         \
                          factors_##activation##_##loss, is_of_picture_##activation);                                  \
    }
#define PASSES_OF_OUTPUT(C, activation, key, label, formula, what, look, logit, odds, scope)                           \
    enum { is_of_picture_##activation = scope == OF_PICTURE };                                                         \
    LOSSES(PASS_OF_PAIR, activation)
OUTPUT_ACTIVATIONS(PASSES_OF_OUTPUT, _)

// ---- the tables ---------------------------------------------------------------------------------------------------

#define PASS_ROW(loss, activation, key, label, formula, what, look, logit, odds, scope) pass_##activation##_##loss,
#define PASS_TABLE(C, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)                      \
    static TrainOutput *const loss##_passes[] = {OUTPUT_ACTIVATIONS(PASS_ROW, loss)};
LOSSES(PASS_TABLE, _)

#define PASSES(C, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)                          \
    [LOSS_##NAME] = loss##_passes,
TrainOutput *const *const PER_ISA(train_table)[LOSS_COUNT] = {LOSSES(PASSES, _)};

#define LOGIT_PLAIN(loss)   NULL
#define LOGIT_LOGIT(loss)   apply_##loss##_logit
#define LOGIT_PRODUCT(loss) apply_##loss##_logit
enum { NO_FLOOR, FLOOR, TILTED, SIGNED };
#define ROW(C, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)                             \
    [LOSS_##NAME] = {key,                                                                                              \
                     label,                                                                                            \
                     formula,                                                                                          \
                     what,                                                                                             \
                     look,                                                                                             \
                     unit,                                                                                             \
                     heat_scale,                                                                                       \
                     floor == FLOOR || floor == TILTED,                                                                \
                     floor == SIGNED,                                                                                  \
                     apply_##loss,                                                                                     \
                     LOGIT_##form(loss)},
const Loss PER_ISA(losses)[LOSS_COUNT] = {LOSSES(ROW, _)};
