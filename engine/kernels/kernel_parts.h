// What a kernel's table has from other files than kernel_isa.c, for one instruction set. Part of kernel.h's
// implementation.
#pragma once
#include "kernels/kernel.h"
#include "kernels/vector.h"

// product_isa.c
void PER_ISA(multiply)(const Product *product);

// tile_isa.c
void PER_ISA(find_lit)(const Tile *tile);
void PER_ISA(multiply_tile)(const TileProduct *product);
void PER_ISA(multiply_tile_transposed)(const TileProduct *product);
void PER_ISA(bytes_to_floats)(const uint8_t *bytes, float *values, size_t n);

// activation_isa.c, loss_isa.c, measure_isa.c, optimizer_isa.c
extern const ActivationTable PER_ISA(activation_tables)[];
extern const Loss PER_ISA(losses)[];
extern TrainOutput *const *const PER_ISA(train_table)[];
extern MeasureOutput *const PER_ISA(measure_table)[];
extern const OptimizerTable PER_ISA(optimizer_table);
