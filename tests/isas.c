// One check for each instruction set.
#include "isas.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void isas_try_each(void (*check)(const Kernel *kernel))
{
    static const char *const names[] = {"plain", "avx2", "avx512", "amx"};
    int tried = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!kernel_select(names[i], NULL))
            continue;
        assert_string_equal(kernel_get()->name, names[i]);
        check(kernel_get());
        tried++;
    }
    assert_true(tried > 0);
    assert_true(kernel_select("auto", NULL));
}

float isas_draw(Random *random) { return (float)(2.0 * random_uniform(random) - 1.0); }

void isas_fill(float *values, size_t n, Random *random)
{
    for (size_t i = 0; i < n; i++)
        values[i] = isas_draw(random);
}
