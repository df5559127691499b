// The pool's threads. A run's tasks are cut into one share for each thread: it works through its own first, which keeps
// in its caches what the same tasks used in the run before, then through what the others have left. A share is one
// atomic word: the number of the run and how many of the share's tasks are still to be claimed. A claim that succeeds
// proves that its run is still going, so a worker that wakes late can never touch another run's tasks.
#include "pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

enum {
    SPINS = 800,   // pauses before sleeping, about 20 microseconds
    NICE_STEP = 5, // leaves a third of a thread's weight among those that want the processor
};

typedef struct Share {
    _Atomic uint64_t ticket; // run << 32 | tasks not yet claimed
    char apart[120];         // from the next in memory, which is mostly another thread's
} Share;

struct Pool {
    Share shares[POOL_THREADS_MAX];
    int thread_count, started; // the caller's thread included
    pthread_t threads[POOL_THREADS_MAX];
    uint32_t run;          // the caller's
    _Atomic int completed; // tasks of this run that are done
    _Atomic int sleepers;
    _Atomic bool caller_sleeps, quit;
    bool is_behind; // constant from the first thread on

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

static bool has_work(Pool *pool)
{
    for (int i = 0; i < pool->thread_count; i++)
        if ((uint32_t)atomic_load(&pool->shares[i].ticket) > 0)
            return true;
    return false;
}

// Where a thread's share of the tasks begins.
static int share_start(const Pool *pool, int share) { return share * pool->task_count / pool->thread_count; }

static void work_share(Pool *pool, int share, int worker_index)
{
    _Atomic uint64_t *const word = &pool->shares[share].ticket;
    uint64_t ticket = atomic_load_explicit(word, memory_order_acquire);
    while ((uint32_t)ticket > 0) {
        if (!atomic_compare_exchange_weak_explicit(word, &ticket, ticket - 1, memory_order_acq_rel,
                                                   memory_order_acquire))
            continue;
        const int task_count = pool->task_count;
        pool->task(pool->context, share_start(pool, share + 1) - (int)(uint32_t)ticket, worker_index);
        if (atomic_fetch_add(&pool->completed, 1) + 1 == task_count && atomic_load(&pool->caller_sleeps)) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->lock);
        }
        ticket = atomic_load_explicit(word, memory_order_acquire);
    }
}

// Claims and runs tasks until none is left.
static void work(Pool *pool, int worker_index)
{
    for (int i = 0; i < pool->thread_count; i++)
        work_share(pool, (worker_index + i) % pool->thread_count, worker_index);
}

static void *run_worker(void *argument)
{
    const WorkerStart start = *(WorkerStart *)argument;
    free(argument);
    Pool *pool = start.pool;
    if (pool->is_behind)
        pool_step_back();
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

void pool_step_back(void)
{
    (void)nice(NICE_STEP); // on Linux that of the calling thread
}

static Pool *create(int thread_count, bool is_behind, Error *error)
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
    pool->thread_count = thread_count; // constant from the first thread on
    pool->is_behind = is_behind;
    for (pool->started = 1; pool->started < thread_count; pool->started++) {
        WorkerStart *start = malloc(sizeof *start);
        if (start)
            *start = (WorkerStart){pool, pool->started};
        const int code = start ? pthread_create(&pool->threads[pool->started], NULL, run_worker, start) : -1;
        if (code != 0) {
            free(start);
            error_set(error, "could not start %d threads: %s", thread_count,
                      code > 0 ? strerror(code) : "there is no memory for it");
            pool_destroy(pool);
            return NULL;
        }
    }
    return pool;
}

Pool *pool_create(int thread_count, Error *error) { return create(thread_count, false, error); }
Pool *pool_create_behind(int thread_count, Error *error) { return create(thread_count, true, error); }

void pool_destroy(Pool *pool)
{
    if (!pool)
        return;
    atomic_store(&pool->quit, true);
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 1; i < pool->started; i++)
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
    pool->run++;
    for (int i = 0; i < pool->thread_count; i++) {
        const int tasks = share_start(pool, i + 1) - share_start(pool, i);
        atomic_store(&pool->shares[i].ticket, (uint64_t)pool->run << 32 | (uint32_t)tasks);
    }
    if (atomic_load(&pool->sleepers) > 0) {
        pthread_mutex_lock(&pool->lock);
        pthread_cond_broadcast(&pool->work);
        pthread_mutex_unlock(&pool->lock);
    }
    work(pool, 0);
    wait_until_done(pool);
}

bool pool_run_until(Pool *pool, int task_count, PoolTask *task, void *context, int64_t until_ns, int *next)
{
    if (until_ns == INT64_MAX && *next == 0) {
        pool_run(pool, task_count, task, context);
        *next = task_count;
    }
    while (*next < task_count) {
        task(context, (*next)++, 0);
        if (clock_now_ns() >= until_ns)
            break;
    }
    return *next == task_count;
}

// ---- one task beside the caller -----------------------------------------------------------------------------------

struct Background {
    pthread_t thread;
    void (*task)(void *context);
    void *context;
};

static void *run_background(void *argument)
{
    const Background *background = argument;
    background->task(background->context);
    return NULL;
}

Background *background_start(void (*task)(void *context), void *context)
{
    Background *background = malloc(sizeof *background);
    if (background) {
        *background = (Background){.task = task, .context = context};
        if (pthread_create(&background->thread, NULL, run_background, background) == 0)
            return background;
    }
    free(background);
    task(context);
    return NULL;
}

void background_wait(Background *background)
{
    if (background)
        pthread_join(background->thread, NULL);
    free(background);
}
