// The pool: every task runs exactly once, its results are visible, whatever the number of threads.
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "pool.h"

enum { TASKS = 100, RUNS = 3000 };

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
            const int count = round % (TASKS + 1);
            pool_run(pool, count, mark, &job);
            for (int i = 0; i < TASKS; i++) {
                assert_int_equal(job.done[i], i < count ? 1 + round : 0);
                assert_in_range(job.worker[i], 0, threads - 1);
            }
        }
        pool_destroy(pool);
    }
}

typedef struct Stolen {
    int count;
    _Atomic int done[TASKS], finished;
} Stolen;

// The first task lasts until all others are done: whoever shares its numbers must not wait for it.
static void hold_the_first(void *context, int task_index, int worker_index)
{
    (void)worker_index;
    Stolen *job = context;
    while (task_index == 0 && atomic_load(&job->finished) < job->count - 1)
        sched_yield();
    for (volatile int spin = 0; spin < task_index % 7 * 200; spin = spin + 1)
        ;
    atomic_fetch_add(&job->done[task_index], 1);
    atomic_fetch_add(&job->finished, 1);
}

static void test_tasks_of_a_busy_thread_are_taken_over(void **state)
{
    (void)state;
    for (int threads = 2; threads <= 8; threads++) {
        Pool *pool = pool_create(threads, NULL);
        assert_non_null(pool);
        for (int count = 2; count <= TASKS; count++) {
            Stolen job = {.count = count};
            pool_run(pool, count, hold_the_first, &job);
            for (int i = 0; i < TASKS; i++)
                assert_int_equal(atomic_load(&job.done[i]), i < count);
        }
        pool_destroy(pool);
    }
}

enum { PAIR_THREADS = 2 };

typedef struct Priorities {
    _Atomic int begun;
    int nice[PAIR_THREADS]; // of each worker
} Priorities;

// No task ends before all have begun: each thread has one.
static void read_priority(void *context, int task_index, int worker_index)
{
    (void)task_index;
    Priorities *priorities = context;
    atomic_fetch_add(&priorities->begun, 1);
    while (atomic_load(&priorities->begun) < PAIR_THREADS)
        sched_yield();
    priorities->nice[worker_index] = getpriority(PRIO_PROCESS, 0);
}

static void test_threads_of_a_pool_behind_step_back(void **state)
{
    (void)state;
    const int before = getpriority(PRIO_PROCESS, 0);
    Priorities plain = {0}, behind = {0};
    Pool *pool = pool_create(PAIR_THREADS, NULL), *other = pool_create_behind(PAIR_THREADS, NULL);
    assert_true(pool && other && before < 15);
    pool_run(pool, PAIR_THREADS, read_priority, &plain);
    pool_run(other, PAIR_THREADS, read_priority, &behind);
    for (int i = 0; i < PAIR_THREADS; i++)
        assert_int_equal(plain.nice[i], before);
    assert_int_equal(behind.nice[0], before); // the caller's thread, as it was
    assert_true(behind.nice[1] > before);
    pool_destroy(pool);
    pool_destroy(other);
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
        cmocka_unit_test(test_tasks_of_a_busy_thread_are_taken_over),
        cmocka_unit_test(test_threads_of_a_pool_behind_step_back),
        cmocka_unit_test(test_processor_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
