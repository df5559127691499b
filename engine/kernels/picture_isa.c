// Outputs that share a picture: what softmax needs besides a function of each pixel. Compiled once per instruction set
// (vector.h).
//
// softmax is e^z once ln of the sum of e^z over the picture is taken from every z. The slopes at the numbers before
// that: with h = dL/dz after it, dL/dz before it is h - p times the sum of h.
#include "kernels/kernel_parts.h"

static float find_most(const float *z, size_t n)
{
    Vec most = vec_load(z);
    for (size_t i = LANES; i < n; i += LANES) {
        const Vec x = vec_load(z + i);
        most = vec_select(x > most, x, most);
    }
    float out = most[0];
    for (int lane = 1; lane < LANES; lane++)
        out = most[lane] > out ? most[lane] : out;
    return out;
}

void PER_ISA(normalise)(const float *z, size_t stride, size_t rows, size_t n, float *normal, float *shares)
{
    for (size_t row = 0; row < rows; row++, z += stride, normal += stride) {
        const Vec most = vec_all(find_most(z, n));
        float *const share = shares ? shares + row * stride : NULL;
        Vec sum = {0};
        for (size_t i = 0; i < n; i += LANES) {
            const Vec below = vec_load(z + i) - most, power = vec_exp(below);
            vec_store(normal + i, below);
            if (share)
                vec_store(share + i, power);
            sum += power;
        }
        const Vec total = vec_all(vec_sum(sum)), logarithm = vec_log(total), inverse = 1.0f / total;
        for (size_t i = 0; i < n; i += LANES) {
            vec_store(normal + i, vec_load(normal + i) - logarithm);
            if (share)
                vec_store(share + i, vec_load(share + i) * inverse);
        }
    }
}

void PER_ISA(share_slopes)(float *slopes, const float *shares, size_t rows, size_t n)
{
    for (size_t row = 0; row < rows; row++, slopes += n, shares += n) {
        Vec sum = {0};
        for (size_t i = 0; i < n; i += LANES)
            sum += vec_load(slopes + i);
        const Vec total = vec_all(vec_sum(sum));
        for (size_t i = 0; i < n; i += LANES)
            vec_store(slopes + i, vec_load(slopes + i) - vec_load(shares + i) * total);
    }
}
