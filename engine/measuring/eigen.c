// Householder, QL, and putting the eigenvalues in order. Inner loops run along rows and add no vector up, so that they
// are vectorised without another order of additions.
#include "measuring/eigen.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEPS_MAX = 64 }; // of QL for one eigenvalue; it takes two or three

typedef struct Tridiagonal {
    int n;
    double *diagonal, *below; // (n): below[i] stands under diagonal[i]; below[n - 1] is 0
    double *vectors;          // (n, n): row i becomes the vector of diagonal[i]
    double negligible;        // an element below the diagonal that is no larger is 0
} Tridiagonal;

// to (n) += factor * from (n)
static void add_scaled(double *restrict to, const double *restrict from, double factor, int n)
{
    for (int i = 0; i < n; i++)
        to[i] += factor * from[i];
}

static double multiply(const double *a, const double *b, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// The vector v (n) and the factor f for which (1 - f v v') x is (*left, 0, 0, ...). x becomes v.
static double find_reflection(double *x, int n, double *left)
{
    const double rest = multiply(x + 1, x + 1, n - 1), length = sqrt(x[0] * x[0] + rest);
    *left = x[0];
    if (rest == 0.0)
        return 0.0;
    *left = x[0] > 0.0 ? -length : length;
    x[0] -= *left;
    return 2.0 / (x[0] * x[0] + rest);
}

// All of it, in three passes over the rows.
typedef struct Solving {
    Tridiagonal t;
    double *matrix;            // (n, n)
    double *factors, *scratch; // (n)
    double *memory;            // behind those
} Solving;

// Column k: what lies below its first element is reflected onto that. Row k of the matrix keeps, from k + 1 on, the
// vector of its reflection, factors[k] its factor.
static void reduce_column(Solving *s, int k)
{
    const int n = s->t.n, rest = n - k - 1;
    double *const v = s->matrix + (size_t)k * (size_t)n + k + 1, *const scratch = s->scratch;
    s->t.diagonal[k] = s->matrix[(size_t)k * (size_t)n + (size_t)k];
    s->t.below[k] = s->factors[k] = 0.0;
    if (rest == 0)
        return;
    const double factor = s->factors[k] = find_reflection(v, rest, &s->t.below[k]);
    if (factor == 0.0)
        return;
    // the rest becomes (1 - f v v') A (1 - f v v') = A - v w' - w v', w = f A v - (f^2 v' A v / 2) v
    memset(scratch, 0, (size_t)rest * sizeof *scratch);
    for (int i = 0; i < rest; i++)
        add_scaled(scratch, s->matrix + (size_t)(k + 1 + i) * (size_t)n + k + 1, factor * v[i], rest);
    add_scaled(scratch, v, -0.5 * factor * multiply(scratch, v, rest), rest);
    for (int i = 0; i < rest; i++) {
        double *const row = s->matrix + (size_t)(k + 1 + i) * (size_t)n + k + 1;
        add_scaled(row, scratch, -v[i], rest);
        add_scaled(row, v, -scratch[i], rest);
    }
}

static void reduce(void *context, int shard, int first, int count, int worker)
{
    (void)shard, (void)worker;
    for (int k = first; k < first + count; k++)
        reduce_column(context, k);
}

// vectors: the product of all reflections, of which the last comes first.
static void clear_vectors(void *context)
{
    const Solving *s = context;
    const int n = s->t.n;
    memset(s->t.vectors, 0, (size_t)n * (size_t)n * sizeof *s->t.vectors);
    for (int i = 0; i < n; i++)
        s->t.vectors[(size_t)i * (size_t)n + (size_t)i] = 1.0;
}

static void gather_reflection(const Solving *s, int k)
{
    const int n = s->t.n, rest = n - k - 1;
    const double *const v = s->matrix + (size_t)k * (size_t)n + k + 1;
    double *const block = s->t.vectors + (size_t)(k + 1) * (size_t)n + k + 1, *const scratch = s->scratch;
    memset(scratch, 0, (size_t)rest * sizeof *scratch);
    for (int i = 0; i < rest; i++)
        add_scaled(scratch, block + (size_t)i * (size_t)n, v[i], rest);
    for (int i = 0; i < rest; i++)
        add_scaled(block + (size_t)i * (size_t)n, scratch, -s->factors[k] * v[i], rest);
}

static void gather(void *context, int shard, int first, int count, int worker)
{
    const Solving *s = context;
    (void)shard, (void)worker;
    for (int i = first; i < first + count; i++)
        if (i > 0) // the last column has none
            gather_reflection(s, s->t.n - 1 - i);
}

// Rows are to be vectors; and what is negligible.
static void transpose(void *context)
{
    Solving *s = context;
    Tridiagonal *t = &s->t;
    const int n = t->n;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            const double other = t->vectors[(size_t)i * (size_t)n + (size_t)j];
            t->vectors[(size_t)i * (size_t)n + (size_t)j] = t->vectors[(size_t)j * (size_t)n + (size_t)i];
            t->vectors[(size_t)j * (size_t)n + (size_t)i] = other;
        }
    for (int i = 0; i < n; i++)
        t->negligible = fmax(t->negligible, DBL_EPSILON * (fabs(t->diagonal[i]) + fabs(t->below[i])));
}

static void rotate(double *restrict upper, double *restrict lower, double c, double s, int n)
{
    for (int i = 0; i < n; i++) {
        const double a = upper[i], b = lower[i];
        lower[i] = s * a + c * b;
        upper[i] = c * a - s * b;
    }
}

// One sweep of QL over first .. last, with Wilkinson's shift.
static void take_sweep(Tridiagonal *t, int first, int last)
{
    double *const d = t->diagonal, *const e = t->below;
    const double half = (d[first + 1] - d[first]) / (2.0 * e[first]);
    double g = d[last] - d[first] + e[first] / (half + copysign(hypot(half, 1.0), half));
    double s = 1.0, c = 1.0, p = 0.0;
    for (int i = last - 1; i >= first; i--) {
        const double f = s * e[i], b = c * e[i], r = hypot(f, g);
        e[i + 1] = r;
        if (r == 0.0) { // it falls apart here
            d[i + 1] -= p;
            e[last] = 0.0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        const double q = (d[i] - g) * s + 2.0 * c * b;
        p = s * q;
        d[i + 1] = g + p;
        g = c * q - b;
        rotate(t->vectors + (size_t)i * (size_t)t->n, t->vectors + (size_t)(i + 1) * (size_t)t->n, c, s, t->n);
    }
    d[first] -= p;
    e[first] = g;
    e[last] = 0.0;
}

// The last index that hangs together with first.
static int find_last(const Tridiagonal *t, int first)
{
    int last = first;
    while (last + 1 < t->n && fabs(t->below[last]) > t->negligible)
        last++;
    return last;
}

static void fix_sign(double *vector, int n)
{
    int largest = 0;
    for (int i = 1; i < n; i++)
        largest = fabs(vector[i]) > fabs(vector[largest]) ? i : largest;
    const double sign = vector[largest] < 0.0 ? -1.0 : 1.0;
    for (int i = 0; i < n; i++)
        vector[i] *= sign;
}

// Falling, by exchanging rows; of equals the order stays what it is.
static void sort(Tridiagonal *t)
{
    for (int i = 0; i < t->n; i++) {
        int largest = i;
        for (int j = i + 1; j < t->n; j++)
            largest = t->diagonal[j] > t->diagonal[largest] ? j : largest;
        const double value = t->diagonal[i];
        t->diagonal[i] = t->diagonal[largest];
        t->diagonal[largest] = value;
        for (int j = 0; largest != i && j < t->n; j++) {
            double *const a = &t->vectors[(size_t)i * (size_t)t->n + (size_t)j],
                          *const b = &t->vectors[(size_t)largest * (size_t)t->n + (size_t)j], other = *a;
            *a = *b;
            *b = other;
        }
        fix_sign(t->vectors + (size_t)i * (size_t)t->n, t->n);
    }
}

static void find_values(void *context, int shard, int first, int count, int worker)
{
    Tridiagonal *t = &((Solving *)context)->t;
    (void)shard, (void)worker;
    for (int value = first; value < first + count; value++)
        for (int i = 0, last; i < SWEEPS_MAX && (last = find_last(t, value)) > value; i++)
            take_sweep(t, value, last);
}

static void sort_all(void *context) { sort(&((Solving *)context)->t); }

static void free_solving(void *context)
{
    Solving *s = context;
    free(s->memory);
    free(s);
}

// One after the other: each pass is a single shard.
static Sweep *create_pass(Solving *s, SweepVisit *visit, void (*finish)(void *context), void (*end)(void *context),
                          bool is_ready, int n, Error *error)
{
    return sweep_create(&(SweepPlan){.what = "the eigenvalues of a matrix",
                                     .items = n,
                                     .shard_items = n,
                                     .step_items = 1,
                                     .visit = visit,
                                     .finish = finish,
                                     .free = end,
                                     .context = s},
                        is_ready, error);
}

Sweep *eigen_begin(double *matrix, int n, double *values, double *vectors, Error *error)
{
    Solving *s = calloc(1, sizeof *s);
    double *const memory = s ? calloc(3 * (size_t)n, sizeof *memory) : NULL;
    if (memory)
        *s = (Solving){.t = {.n = n, .diagonal = values, .below = memory, .vectors = vectors},
                       .matrix = matrix,
                       .factors = memory + n,
                       .scratch = memory + 2 * (size_t)n,
                       .memory = memory};
    Sweep *reducing = create_pass(s, reduce, clear_vectors, free_solving, memory != NULL, n, error);
    if (!reducing)
        return NULL;
    Sweep *gathered = sweep_join(reducing, create_pass(s, gather, transpose, NULL, true, n, error));
    if (!gathered)
        return NULL;
    return sweep_join(gathered, create_pass(s, find_values, sort_all, NULL, true, n, error));
}

bool eigen_solve(double *matrix, int n, double *values, double *vectors, const LoadProgress *progress, Error *error)
{
    Sweep *sweep = eigen_begin(matrix, n, values, vectors, error);
    bool good = sweep != NULL;
    while (good && !sweep_advance(sweep, NULL, INT64_MAX))
        good = load_progress_report(progress, 0, 0, error);
    sweep_destroy(sweep);
    return good;
}

double eigen_quotient(const double *matrix, int n, const double *vector, double *product)
{
    memset(product, 0, (size_t)n * sizeof *product);
    for (int i = 0; i < n; i++)
        add_scaled(product, matrix + (size_t)i * (size_t)n, vector[i], n);
    return multiply(product, vector, n);
}
