// The pool's threads. One atomic word holds the number of the run and how many of its tasks are still to be claimed; a
// claim that succeeds proves that its run is still going, so a worker that wakes late can never touch another run's
// tasks.
#include "pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SPINS = 400 }; // pauses before sleeping, some microseconds

struct Pool {
    int thread_count;
    pthread_t threads[POOL_THREADS_MAX];
    _Atomic uint64_t ticket; // run << 32 | tasks not yet claimed
    _Atomic int completed;   // tasks of this run that are done
    _Atomic int sleepers;
    _Atomic bool caller_sleeps, quit;

    // written by the caller before a run, constant while it goes
    PoolTask *task;
    void *context;
    int task_count;

    // lock guards nothing but the sleep itself
    pthread_mutex_t lock;
    pthread_cond_t work, done;
};

typedef struct WorkerStart {
    Pool *pool;
    int index;
} WorkerStart;

int pool_processor_count(void)
{
    cpu_set_t set;
    const int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : count > POOL_THREADS_MAX ? POOL_THREADS_MAX : count;
}

static inline void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static bool has_work(Pool *pool) { return (uint32_t)atomic_load(&pool->ticket) > 0; }

// Claims and runs tasks until none is left.
static void work(Pool *pool, int worker_index)
{
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    while ((uint32_t)ticket > 0) {
        if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket - 1, memory_order_acq_rel,
                                                   memory_order_acquire))
            continue;
        const int task_count = pool->task_count;
        pool->task(pool->context, task_count - (int)(uint32_t)ticket, worker_index);
        if (atomic_fetch_add(&pool->completed, 1) + 1 == task_count && atomic_load(&pool->caller_sleeps)) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->lock);
        }
        ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    }
}

static void *run_worker(void *argument)
{
    const WorkerStart start = *(WorkerStart *)argument;
    free(argument);
    Pool *pool = start.pool;
    while (!atomic_load(&pool->quit)) {
        work(pool, start.index);
        for (int spin = 0; spin < SPINS && !has_work(pool); spin++)
            pause_briefly();
        if (has_work(pool))
            continue;
        pthread_mutex_lock(&pool->lock);
        atomic_fetch_add(&pool->sleepers, 1);
        while (!has_work(pool) && !atomic_load(&pool->quit))
            pthread_cond_wait(&pool->work, &pool->lock);
        atomic_fetch_sub(&pool->sleepers, 1);
        pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

Pool *pool_create(int thread_count, Error *error)
{
    assert(thread_count >= 0 && thread_count <= POOL_THREADS_MAX);
    if (thread_count == 0)
        thread_count = pool_processor_count();
    Pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        error_set(error, "out of memory: starting threads");
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->thread_count = 1;
    while (pool->thread_count < thread_count) {
        WorkerStart *start = malloc(sizeof *start);
        if (start)
            *start = (WorkerStart){pool, pool->thread_count};
        const int code = start ? pthread_create(&pool->threads[pool->thread_count], NULL, run_worker, start) : -1;
        if (code != 0) {
            free(start);
            error_set(error, "could not start %d threads: %s", thread_count,
                      code > 0 ? strerror(code) : "out of memory");
            pool_destroy(pool);
            return NULL;
        }
        pool->thread_count++;
    }
    return pool;
}

void pool_destroy(Pool *pool)
{
    if (!pool)
        return;
    atomic_store(&pool->quit, true);
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 1; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

int pool_thread_count(const Pool *pool) { return pool->thread_count; }

static void wait_until_done(Pool *pool)
{
    for (int spin = 0; spin < SPINS; spin++) {
        if (atomic_load(&pool->completed) == pool->task_count)
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->caller_sleeps, true);
    while (atomic_load(&pool->completed) != pool->task_count)
        pthread_cond_wait(&pool->done, &pool->lock);
    atomic_store(&pool->caller_sleeps, false);
    pthread_mutex_unlock(&pool->lock);
}

void pool_run(Pool *pool, int task_count, PoolTask *task, void *context)
{
    if (pool->thread_count == 1 || task_count <= 1) {
        for (int i = 0; i < task_count; i++)
            task(context, i, 0);
        return;
    }
    pool->task = task;
    pool->context = context;
    pool->task_count = task_count;
    atomic_store(&pool->completed, 0);
    const uint64_t run = (atomic_load(&pool->ticket) >> 32) + 1;
    atomic_store(&pool->ticket, run << 32 | (uint32_t)task_count);
    if (atomic_load(&pool->sleepers) > 0) {
        pthread_mutex_lock(&pool->lock);
        pthread_cond_broadcast(&pool->work);
        pthread_mutex_unlock(&pool->lock);
    }
    work(pool, 0);
    wait_until_done(pool);
}
