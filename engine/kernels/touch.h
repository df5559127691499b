// Touch: what a kernel reads and writes, told to ThreadSanitizer once. Products read each number up to a hundred times,
// and to be told of each time was three quarters of what it took to train under it: they are compiled without, and tell
// it here.
//
// Internal to the engine: part of kernel.h's implementation. Thread: any. Rows are of floats, `stride` floats apart;
// strides of 1 give a column.
#pragma once
#include <stddef.h>

#ifdef LOSSLENS_TELLS_TOUCHES
#define IF_TOUCHES_ARE_TOLD if (1)
void __tsan_read_range(void *address, unsigned long size);
void __tsan_write_range(void *address, unsigned long size);

static inline void touch_read(const void *address, size_t size) { __tsan_read_range((void *)address, size); }
static inline void touch_write(void *address, size_t size) { __tsan_write_range(address, size); }
#else
#define IF_TOUCHES_ARE_TOLD if (0)
static inline void touch_read(const void *address, size_t size) { (void)address, (void)size; }
static inline void touch_write(void *address, size_t size) { (void)address, (void)size; }
#endif

static inline void touch_read_rows(const float *floats, size_t rows, size_t stride, size_t count)
{
    for (size_t row = 0; row < rows; row++)
        touch_read(floats + row * stride, count * sizeof *floats);
}

static inline void touch_write_rows(float *floats, size_t rows, size_t stride, size_t count)
{
    for (size_t row = 0; row < rows; row++)
        touch_write(floats + row * stride, count * sizeof *floats);
}
