// The pool: every task runs exactly once, its results are visible, whatever the number of threads.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pool.h"

enum { TASKS = 97, RUNS = 3000 };

typedef struct Job {
    int round, threads;
    int done[TASKS]; // how often each task ran
    int worker[TASKS];
} Job;

static void mark(void *context, int task_index, int worker_index)
{
    Job *job = context;
    job->done[task_index] += 1 + job->round;
    job->worker[task_index] = worker_index;
}

static void test_each_task_runs_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 8; threads++) {
        Pool *pool = pool_create(threads, NULL);
        assert_non_null(pool);
        assert_int_equal(pool_thread_count(pool), threads);
        for (int round = 0; round < RUNS; round++) {
            Job job = {.round = round, .threads = threads};
            const int count = round % TASKS;
            pool_run(pool, count, mark, &job);
            for (int i = 0; i < TASKS; i++) {
                assert_int_equal(job.done[i], i < count ? 1 + round : 0);
                assert_in_range(job.worker[i], 0, threads - 1);
            }
        }
        pool_destroy(pool);
    }
}

static void test_processor_count(void **state)
{
    (void)state;
    assert_in_range(pool_processor_count(), 1, POOL_THREADS_MAX);
    Pool *pool = pool_create(0, NULL);
    assert_non_null(pool);
    assert_int_equal(pool_thread_count(pool), pool_processor_count());
    pool_destroy(pool);
    pool_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_task_runs_once),
        cmocka_unit_test(test_processor_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
