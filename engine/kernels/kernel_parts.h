// What a kernel's table has from other files than kernel_isa.c, for one instruction set.
//
// Internal to the engine: part of kernel.h's implementation. Thread: pure functions and constants.
#pragma once
#include "kernels/kernel.h"
#include "kernels/vector.h"

// product_isa.c
void PER_ISA(multiply)(const Product *product);

// window_isa.c
void PER_ISA(multiply_windows)(const WindowProduct *product);
void PER_ISA(copy_rows)(const float *from, size_t from_pitch, float *to, size_t to_pitch, size_t rows, size_t width);
void PER_ISA(add_rows)(const float *from, size_t from_pitch, float *to, size_t to_pitch, size_t rows, size_t width);
void PER_ISA(join_rows)(const float *restrict even, const float *restrict odd, float *restrict row, size_t width);
void PER_ISA(double_rows)(const float *restrict from, float *restrict above, float *restrict below, size_t count);
void PER_ISA(pool_rows)(const float *restrict above, const float *restrict below, float *restrict out, size_t count);

// lane_isa.c
void PER_ISA(multiply_lanes)(const LaneProduct *product);
void PER_ISA(add_lane_dots)(const LaneDots *dots);
void PER_ISA(add_lane_sums)(const LaneDots *sums);
void PER_ISA(unpool_lanes)(const LaneUnpool *pool);

// patch_isa.c
void PER_ISA(turn_patch_inputs)(const PatchInput *input);
void PER_ISA(turn_patch_slopes)(const PatchInput *input);
void PER_ISA(finish_patches)(const PatchOutput *output);
void PER_ISA(turn_patch_weights)(const PatchWeights *weights);
void PER_ISA(add_patch_gradient)(const PatchWeights *gradient);

// tile_isa.c
void PER_ISA(find_lit)(const Tile *tile);
void PER_ISA(multiply_tile)(const TileProduct *product);
void PER_ISA(multiply_tile_transposed)(const TileProduct *product);
void PER_ISA(bytes_to_floats)(const uint8_t *bytes, float *values, size_t n);

// noise_isa.c
void PER_ISA(add_noise)(const uint8_t *bytes, float *values, size_t first, size_t n, float sigma, uint64_t key);
void PER_ISA(draw_bits)(const uint8_t *bytes, uint8_t *drawn, size_t first, size_t n, uint64_t key);
DamageBytes PER_ISA(mask_bytes);
DamageBytes PER_ISA(salt_bytes);

// picture_isa.c
void PER_ISA(normalise)(float *z, size_t stride, size_t rows, size_t n);
void PER_ISA(find_powers)(const float *z, float *powers, size_t stride, size_t rows, size_t n, float *peaks,
                          float *sums);
void PER_ISA(find_scales)(const float *peaks, const float *sums, size_t panes, size_t rows, float *scales);
void PER_ISA(add_row_sums)(const float *values, size_t stride, size_t rows, size_t n, float *totals);
void PER_ISA(share_slopes)(float *slopes, const float *powers, size_t stride, size_t rows, size_t n,
                           const float *scales, const float *totals, float *sums, bool accumulate);

// activation_isa.c, loss_isa.c, measure_isa.c, optimizer_isa.c
extern const ActivationTable PER_ISA(activation_tables)[];
extern const Loss PER_ISA(losses)[];
extern TrainOutput *const *const PER_ISA(train_table)[];
extern MeasureOutput *const PER_ISA(measure_table)[];
extern const OptimizerTable PER_ISA(optimizer_table);
