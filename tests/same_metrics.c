#include "same_metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void assert_same_metrics(const Metrics *a, const Metrics *b, int images)
{
    assert_int_equal(a->images, images);
    assert_int_equal(b->images, images);
    assert_memory_equal(a->mean, b->mean, sizeof a->mean);
    assert_memory_equal(a->noisy_mean, b->noisy_mean, sizeof a->noisy_mean);
    assert_memory_equal(a->bias_by_target, b->bias_by_target, sizeof a->bias_by_target);
    assert_memory_equal(a->histogram_output, b->histogram_output, sizeof a->histogram_output);
    assert_memory_equal(a->mean_output_map, b->mean_output_map, sizeof a->mean_output_map);
    assert_memory_equal(a->zero_share_map, b->zero_share_map, sizeof a->zero_share_map);
    assert_true(a->bce_floor == b->bce_floor && a->mean_output == b->mean_output && a->kl == b->kl);
    assert_true(a->dead_code_units == b->dead_code_units && a->never_lit == b->never_lit);
}
