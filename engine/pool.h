// Pool: a few worker threads that share out numbered tasks.
//
// The caller's thread works too, so a pool of one thread starts none. A thread prefers the same numbers in each run
// with as many tasks, and helps the others when it is done; a result must therefore depend on the number of the task
// alone, never on the worker. Thread: one thread at a time may call pool_run. Between runs workers sleep; they spin for
// some microseconds at most.
#pragma once
#include <stdint.h>

#include "error.h"

typedef struct Pool Pool;
typedef void PoolTask(void *context, int task_index, int worker_index);

enum { POOL_THREADS_MAX = 64 };

// One task on a thread of its own, for something long beside what the caller does meanwhile. Where no thread can be
// started it is done at once. background_wait must follow, on the same thread; NULL is allowed.
typedef struct Background Background;
Background *background_start(void (*task)(void *context), void *context);
void background_wait(Background *background);

// The number of processors this process may run on, at least 1, at most POOL_THREADS_MAX.
int pool_processor_count(void);

// thread_count: 1 .. POOL_THREADS_MAX, the caller's thread included; 0 means one for each processor.
// Returns NULL and fills error when the threads cannot be started. Owned by the caller: pool_destroy.
Pool *pool_create(int thread_count, Error *error);
void pool_destroy(Pool *pool); // NULL is allowed

// The same for work beside which someone waits for pictures: its threads step back, and so may the caller's own. Where
// the processor is wanted by both, a thread that has stepped back gets a third as much of it as one that has not.
Pool *pool_create_behind(int thread_count, Error *error);
void pool_step_back(void);

int pool_thread_count(const Pool *pool);

// Runs task(context, i, worker) for each i in 0 .. task_count-1, worker in 0 .. thread_count-1, and returns when all
// are done; what the tasks wrote is then visible to the caller.
void pool_run(Pool *pool, int task_count, PoolTask *task, void *context);

// The same for a caller that may have to return before all are done: from task *next on, at first 0, which moves on.
// until_ns, of clock_now_ns: INT64_MAX, until all are done; else until about that time, at least a task, on this thread
// alone. True when all are done.
bool pool_run_until(Pool *pool, int task_count, PoolTask *task, void *context, int64_t until_ns, int *next);
