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

// Column by column what lies below the first element of each is reflected onto that. Row k of the matrix keeps, from
// k + 1 on, the vector of its reflection, factors (n) its factor. scratch (n).
static void reduce(double *matrix, int n, Tridiagonal *out, double *factors, double *scratch)
{
    for (int k = 0; k < n; k++) {
        double *const v = matrix + (size_t)k * (size_t)n + k + 1;
        const int rest = n - k - 1;
        out->diagonal[k] = matrix[(size_t)k * (size_t)n + (size_t)k];
        out->below[k] = factors[k] = 0.0;
        if (rest == 0)
            return;
        factors[k] = find_reflection(v, rest, &out->below[k]);
        if (factors[k] == 0.0)
            continue;
        // the rest becomes (1 - f v v') A (1 - f v v') = A - v w' - w v', w = f A v - (f^2 v' A v / 2) v
        memset(scratch, 0, (size_t)rest * sizeof *scratch);
        for (int i = 0; i < rest; i++)
            add_scaled(scratch, matrix + (size_t)(k + 1 + i) * (size_t)n + k + 1, factors[k] * v[i], rest);
        add_scaled(scratch, v, -0.5 * factors[k] * multiply(scratch, v, rest), rest);
        for (int i = 0; i < rest; i++) {
            double *const row = matrix + (size_t)(k + 1 + i) * (size_t)n + k + 1;
            add_scaled(row, scratch, -v[i], rest);
            add_scaled(row, v, -scratch[i], rest);
        }
    }
}

// vectors: the product of all reflections, transposed.
static void gather_reflections(const double *matrix, int n, const double *factors, double *vectors, double *scratch)
{
    memset(vectors, 0, (size_t)n * (size_t)n * sizeof *vectors);
    for (int i = 0; i < n; i++)
        vectors[(size_t)i * (size_t)n + (size_t)i] = 1.0;
    for (int k = n - 2; k >= 0; k--) {
        const double *const v = matrix + (size_t)k * (size_t)n + k + 1;
        double *const block = vectors + (size_t)(k + 1) * (size_t)n + k + 1;
        const int rest = n - k - 1;
        memset(scratch, 0, (size_t)rest * sizeof *scratch);
        for (int i = 0; i < rest; i++)
            add_scaled(scratch, block + (size_t)i * (size_t)n, v[i], rest);
        for (int i = 0; i < rest; i++)
            add_scaled(block + (size_t)i * (size_t)n, scratch, -factors[k] * v[i], rest);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            const double other = vectors[(size_t)i * (size_t)n + (size_t)j];
            vectors[(size_t)i * (size_t)n + (size_t)j] = vectors[(size_t)j * (size_t)n + (size_t)i];
            vectors[(size_t)j * (size_t)n + (size_t)i] = other;
        }
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
static void sweep(Tridiagonal *t, int first, int last)
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

bool eigen_solve(double *matrix, int n, double *values, double *vectors, const LoadProgress *progress, Error *error)
{
    double *const scratch = calloc(3 * (size_t)n, sizeof *scratch);
    if (!scratch)
        return error_set(error, "out of memory: the eigenvalues of a matrix");
    Tridiagonal t = {.n = n, .diagonal = values, .below = scratch, .vectors = vectors};
    double *const factors = scratch + n;
    reduce(matrix, n, &t, factors, scratch + 2 * (size_t)n);
    gather_reflections(matrix, n, factors, vectors, scratch + 2 * (size_t)n);
    for (int i = 0; i < n; i++)
        t.negligible = fmax(t.negligible, DBL_EPSILON * (fabs(t.diagonal[i]) + fabs(t.below[i])));
    bool good = true;
    for (int first = 0; good && first < n; first++) {
        for (int i = 0, last; i < SWEEPS_MAX && (last = find_last(&t, first)) > first; i++)
            sweep(&t, first, last);
        good = load_progress_report(progress, (uint64_t)first, (uint64_t)n, error);
    }
    if (good)
        sort(&t);
    free(scratch);
    return good;
}
