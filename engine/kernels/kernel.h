// Kernel: the hot loops, compiled for each instruction set and chosen at run time.
//
// Internal to the engine. Shapes are written (rows, columns); a matrix is row-major with a stride in floats from row to
// row. Column counts and strides that are vectorised over are multiples of KERNEL_PAD; what lies in the padding is
// zero. Thread: kernel_select before any other thread runs; everything else is pure.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "kernels/activation.h"
#include "kernels/loss.h"
#include "kernels/measure.h"
#include "kernels/optimizer.h"

enum { KERNEL_PAD = 16 }; // the widest vector, in floats

// n rounded up to a multiple of KERNEL_PAD.
static inline size_t kernel_pad(size_t n) { return (n + KERNEL_PAD - 1) / KERNEL_PAD * KERNEL_PAD; }

typedef struct ActivationTable {
    const Activation *rows;
    int count;
} ActivationTable;

typedef struct OptimizerTable {
    const Optimizer *rows;
    int count;
} OptimizerTable;

// C (m, n) = A (m, k) B (k, n) + start. A's element (i, l) is a[i * a_row + l * a_column], so that a transposed matrix
// is a matter of strides. start: C itself where accumulate is set, else bias (n), else zero; it comes last, so that a
// sum over two pieces of k is the same whether the second is accumulated onto the first or added to it later. The rows
// that are left over behind the last whole block skip elements of A that are zero, and add in another order.
enum { PRODUCT_DEPTH_MAX = 4096 }; // of k

typedef struct Product {
    size_t m, n, k; // n a multiple of KERNEL_PAD
    const float *a;
    size_t a_row, a_column;
    const float *b;
    size_t b_stride;
    float *c;
    size_t c_stride;
    const float *bias; // NULL: none
    bool accumulate;
} Product;

// A convolution's products, without its windows being cut out: the pictures stand in planes with zeros around them, so
// that what a window shows at one of its places, over all positions, is a part of a plane. Row l of B begins at b +
// b_at[l]; a_at[l] is where column l of A stands.
//
// C (m, n) = A (m, k) B (k, n) + start (m; NULL: zero); A's element (i, l) is a[i * a_row + a_at[l]]. n a multiple of
// KERNEL_PAD.
typedef struct WindowProduct {
    size_t m, n, k;
    const float *a;
    size_t a_row;
    const uint32_t *a_at; // (k)
    const float *b;
    const uint32_t *b_at; // (k)
    const float *start;
    float *c;
    size_t c_stride;
} WindowProduct;

// Pictures of LANE_IMAGES images side by side: a pixel is as many floats, one of each image. Rows and columns of pixels
// are any number of floats apart.
//
// A convolution's products. c of channel i at pixel (y, x) = start[i] (NULL: zero) + the sum over l < k of a[l *
// a_stride + i] times what stands at b_at[l] from b's pixel (y, x) on.
enum { LANE_IMAGES = KERNEL_PAD };

typedef struct LaneProduct {
    size_t m, k, rows, columns;
    const float *a;
    size_t a_stride;
    const float *b;
    const uint32_t *b_at; // (k)
    size_t b_row, b_column;
    const float *start; // (m)
    float *c;
    size_t c_plane, c_row, c_column;
} LaneProduct;

// c (m, n) += the sum over pixels and images of a's (y, x) at a_at[i] times b's (y, x) of channel j. add_lane_sums: c
// (n) += the same of b alone, whose pixels are side by side.
typedef struct LaneDots {
    size_t m, n, rows, columns;
    const float *a;
    const uint32_t *a_at; // (m)
    size_t a_row, a_column;
    const float *b;
    size_t b_plane, b_row, b_column;
    float *c;
    size_t c_stride;
} LaneDots;

// Convolutions of 3 x 3 in patches, over lanes: from a patch of x, terms^2 sums of its pixels, from the weights as many
// of those, products of the two, and z's pixels are sums of products (Winograd; Lavin and Gray, arXiv 1509.09308).
//
// PATCH_SMALL: patches of 2 x 2 of z, 4 x 4 terms where there would be 6 x 6 products. PATCH_LARGE: 4 x 4 of z, 6 x 6
// terms, not 12 x 12 products: the values of polynomials at 0, +-sqrt 2, +-1 / sqrt 2 and infinity, which round off
// half of what 0, +-1, +-2 would, and of a window turned round they are the same in another order. Where a window sees
// zeros alone, the small ones give 0 to the bit, the large ones may be a rounding off. PATCH_EDGE: 2 of z, where a
// large one would hang over: the values at 0, +-sqrt 2 and infinity, so that its weights' terms are some of the large
// one's; it may meet that in the other direction. PATCH_DOUBLED: each pixel of x is doubled, so that a patch of 2 x 2
// of z lies on one pixel, 3 x 3 terms: with d the difference to the neighbour on one side, z = (w0 + w1 + w2) x + w0 d,
// or + w2 d. PATCH_HALVED is the way back from there: dL/dx of a pixel is of 4 x 4 of dL/dz, s0 to s3 of each
// direction, the sum of all products: (w0 + w1 + w2) (s1 + s2) + w0 (s3 - s1) + w2 (s0 - s2).
typedef enum PatchKind { PATCH_SMALL, PATCH_LARGE, PATCH_EDGE, PATCH_DOUBLED, PATCH_HALVED } PatchKind;

typedef struct PatchKinds {
    PatchKind rows, columns; // alike, but that large ones and edges meet
} PatchKinds;

enum { PATCH_TERMS = 6, PATCH_OUTPUTS = 4 }; // at most, of one direction

// What a patch has in one direction.
typedef struct PatchSizes {
    int terms, inputs, step, outputs; // inputs: pixels of x; step: from patch to patch there; outputs: of z
} PatchSizes;

static inline PatchSizes patch_sizes(PatchKind kind) // known where a kind is
{
    static const PatchSizes sizes[] = {[PATCH_SMALL] = {4, 4, 2, 2},
                                       [PATCH_LARGE] = {6, 6, 4, 4},
                                       [PATCH_EDGE] = {4, 4, 2, 2},
                                       [PATCH_DOUBLED] = {3, 3, 1, 2},
                                       [PATCH_HALVED] = {3, 4, 2, 2}};
    return sizes[kind];
}

// All terms of patches; of x, or of dL/dz, where no edges are, whose patches are as many pixels each as z's. terms: of
// the first, `next` floats on the next, `term_plane` on the next channel; there, patches stand side by side.
typedef struct PatchInput {
    PatchKinds kinds;
    size_t channels, rows, columns; // of patches
    const float *values;            // where the first patch begins
    size_t plane, pitch;            // from channel to channel, from a row of pixels to the next
    float *terms;
    size_t term_plane, next;
} PatchInput;

typedef struct PatchOutput {
    PatchKinds kinds;
    size_t count;
    const float *terms; // products
    size_t next;
    const float *start; // (LANE_IMAGES); NULL: zero
    float *rows;        // of z, the patches' side by side, pitch floats apart
    size_t pitch;
} PatchOutput;

// weights (rows, 3 x 3, stride) -> terms (terms^2, rows, stride), `next` floats from one to the next; or the weights'
// gradient += what their terms' is.
typedef struct PatchWeights {
    PatchKind kind;
    size_t rows, stride;
    float *weights, *terms;
    size_t next;
} PatchWeights;

// A row of `count` pixels, each the greatest of f(z) of 2 x 2 of two rows, the first of equals, its slope f'(z), and
// which it is, 0 to 3 as bits. has_half: the last has a left side alone. There is one for each hidden activation
// (Activation.pool); where none is wanted, linear.
typedef struct LanePool {
    size_t count;
    bool has_half;
    const float *above, *below;
    float *values, *slopes, *chosen;
} LanePool;

// And back: upstream, times slopes where there are any, to where the greatest stood, zero elsewhere.
typedef struct LaneUnpool {
    size_t count;
    bool has_half;
    const float *upstream, *slopes, *chosen;
    float *above, *below; // below NULL: there is no such row
} LaneUnpool;

// Images as they are stored, anywhere in memory: rows[i] points to `pixels` bytes, value byte / 255. Four fifths of the
// pixels are zero, so products with them go by quads, four neighbouring pixels: bit i of lit[q] says that quad q of
// image i is not all zero, and only those are looked at. Where what is not zero is strewn about, pairs leave more out.
enum { TILE_ROWS = 64, QUAD = 4, PAIR = 2 };

typedef struct Tile {
    const uint8_t *rows[TILE_ROWS];
    size_t count;  // images, <= TILE_ROWS
    size_t pixels; // a multiple of QUAD
    uint64_t *lit; // (pixels / QUAD, or pixels / PAIR where goes_by_pairs), filled by find_lit
    bool goes_by_pairs;
} Tile;

// The product of a tile X (count, pixels) with W (pixels, n): c (count, n) = X W + bias; or, transposed, with D (count,
// n): c (pixels, n) = X^T D, plus c itself where accumulate is set. n a multiple of KERNEL_PAD. bias NULL: zero.
typedef struct TileProduct {
    const Tile *tile;
    size_t n;
    const float *b; // W or D
    size_t b_stride;
    float *c;
    size_t c_stride;
    const float *bias;
    bool accumulate;
} TileProduct;

// Output pixels are worked on in strips, forward and backward, so that they stay in the caches: seven of the widest
// vectors, a seventh of 784 pixels.
enum { STRIP_COLUMNS = 112 };

// Training: the output activation and the loss of a strip.
typedef struct OutputPass {
    float *z;                      // (rows, stride): logits, which become dL/dz
    size_t stride;                 // floats
    const uint8_t *const *targets; // (rows): images, of which a pixel's target is scale byte / 255 + offset
    float scale, offset;
    const uint8_t *const *upcoming; // (rows): images that are wanted soon: memory is asked for their part of the strip
    size_t column;                  // where the strip lies in an image
    size_t rows, columns;           // columns a multiple of KERNEL_PAD
    float *bias_slope;              // (columns): sum of dL/dz over the rows, plus itself where accumulate is set
    bool accumulate;
    LossSettings settings;
    // Where outputs share a picture (find_powers), else nothing: powers (rows, powers_stride), and scales (rows). Then
    // z is only written to.
    const float *powers;
    size_t powers_stride; // floats
    const float *scales;
} OutputPass;

typedef double TrainOutput(const OutputPass *pass); // returns the loss, summed over rows and columns

// damaged = bytes, but for those that are hit, each with this chance, 0 .. 1 in steps of 1 / 65,535. first even, n a
// multiple of KERNEL_PAD.
typedef void DamageBytes(const uint8_t *bytes, uint8_t *damaged, size_t first, size_t n, float chance, uint64_t key);

typedef struct Kernel {
    const char *name;                   // "amx", "avx512", "avx2", "plain"
    const ActivationTable *activations; // by ActivationRole
    const Loss *losses;
    const OptimizerTable *optimizers;
    void (*multiply)(const Product *product);
    void (*multiply_windows)(const WindowProduct *product);
    void (*multiply_lanes)(const LaneProduct *product);
    void (*add_lane_dots)(const LaneDots *dots);
    void (*add_lane_sums)(const LaneDots *sums);
    void (*unpool_lanes)(const LaneUnpool *pool);
    void (*turn_patch_inputs)(const PatchInput *input);
    void (*turn_patch_slopes)(const PatchInput *input);
    void (*finish_patches)(const PatchOutput *output);
    void (*turn_patch_weights)(const PatchWeights *weights);
    void (*add_patch_gradient)(const PatchWeights *gradient);
    // Rows of `width` floats, pitch floats apart; added, a multiple of KERNEL_PAD.
    void (*copy_rows)(const float *from, size_t from_pitch, float *to, size_t to_pitch, size_t rows, size_t width);
    void (*add_rows)(const float *from, size_t from_pitch, float *to, size_t to_pitch, size_t rows, size_t width);
    // A row of `width` numbers of those at even and those at odd places.
    void (*join_rows)(const float *restrict even, const float *restrict odd, float *restrict row, size_t width);
    // Each number becomes 2 x 2 of its own in two rows (2 count); and the greatest of such 2 x 2, count times.
    void (*double_rows)(const float *restrict from, float *restrict above, float *restrict below, size_t count);
    void (*pool_rows)(const float *restrict above, const float *restrict below, float *restrict out, size_t count);
    void (*find_lit)(const Tile *tile);
    void (*multiply_tile)(const TileProduct *product);
    void (*multiply_tile_transposed)(const TileProduct *product);
    void (*bytes_to_floats)(const uint8_t *bytes, float *values, size_t n); // byte / 255
    // sums (n) = the rows' sum, plus sums where accumulate is set; n a multiple of KERNEL_PAD.
    void (*sum_rows)(const float *rows, size_t stride, size_t count, size_t n, float *sums, bool accumulate);
    // sums (rows, n) = bias (n; NULL: zero) + the parts' (rows, n) from offset on, in their order; n a multiple of
    // KERNEL_PAD.
    void (*add_parts)(const float *const *parts, int count, size_t offset, const float *bias, size_t rows, size_t n,
                      float *sums);
    void (*scale)(float *values, const float *factors, size_t n); // values *= factors
    // to (columns, rows) = from (rows, columns) transposed.
    void (*transpose)(const float *from, size_t from_stride, size_t rows, size_t columns, float *to, size_t to_stride);
    bool (*is_finite)(const float *values, size_t n);
    TrainOutput *const *const *train; // by loss, then by output activation
    MeasureOutput *const *measure;    // by output activation
    // Of outputs that share a picture (activation.h): z (rows, n) becomes what is left of it when ln of the sum of e^z
    // over each row is taken from it. n a multiple of KERNEL_PAD, here and below.
    void (*normalise)(float *z, size_t stride, size_t rows, size_t n);
    // The same for training, where the picture may be cut into panes of some pixels, TILE_ROWS images at most. A pane's
    // z (rows, stride), n of each row: powers, which may be z itself, become e^(z - the row's peak), sums theirs.
    // e^what is left of z is then powers times scale of its row and pane: peaks, sums and scales are (panes,
    // TILE_ROWS), all of a KERNEL_PAD of rows of them there.
    void (*find_powers)(const float *z, float *powers, size_t stride, size_t rows, size_t n, float *peaks, float *sums);
    void (*find_scales)(const float *peaks, const float *sums, size_t panes, size_t rows, float *scales);
    // Then slopes, dL/dz of what is left: their sums over all panes are totals (rows), with which a pane's slopes
    // become those of z; sums (n) as in sum_rows, over these, or NULL.
    void (*add_row_sums)(const float *values, size_t stride, size_t rows, size_t n, float *totals);
    void (*share_slopes)(float *slopes, const float *powers, size_t stride, size_t rows, size_t n, const float *scales,
                         const float *totals, float *sums, bool accumulate);
    // values = byte / 255 + sigma * Gaussian noise, clipped to [0, 1]; n a multiple of KERNEL_PAD. These are the values
    // of the indices from first on; what each gets depends on (key, index) alone, here and below.
    void (*add_noise)(const uint8_t *bytes, float *values, size_t first, size_t n, float sigma, uint64_t key);
    DamageBytes *mask_bytes, *salt_bytes; // what is hit becomes 0; becomes 0 or 255, each as often
    // drawn = 255 with a chance of byte / 255, else 0. n a multiple of KERNEL_PAD.
    void (*draw_bits)(const uint8_t *bytes, uint8_t *drawn, size_t first, size_t n, uint64_t key);
} Kernel;

const Kernel *kernel_get(void); // the selected one; at first the best that the processor can run

// name: as above, or "auto". False where the processor or the build lacks it or the name is unknown.
bool kernel_select(const char *name, Error *error);
