// The loops of a kernel that the matrix unit of some processors makes (matrix_unit.h); all others are avx512's. What is
// not for it they leave to avx512's, too.
//
// Internal to the engine: part of kernel.h's implementation. Thread: pure functions, where kernel_select.c has found
// the unit.
#pragma once
#include "kernels/kernel.h"

// lane_amx.c
void multiply_lanes_amx(const LaneProduct *product);
void add_lane_dots_amx(const LaneDots *dots);

// lane_isa.c
void multiply_lanes_avx512(const LaneProduct *product);
void add_lane_dots_avx512(const LaneDots *dots);
