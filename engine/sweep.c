#include "sweep.h"

#include <assert.h>
#include <stdlib.h>

#include "clock.h"

enum { PIECE_NS = 20000000 };

struct Sweep {
    SweepPlan plan;
    int next;       // item
    bool is_done;   // finished, too
    Sweep *then;    // NULL: nothing
    int first_task; // shard of the run under way
};

Sweep *sweep_create(const SweepPlan *plan, bool is_ready, Error *error)
{
    assert(plan->step_items > 0 && plan->shard_items % plan->step_items == 0);
    Sweep *sweep = is_ready ? calloc(1, sizeof *sweep) : NULL;
    if (sweep) {
        sweep->plan = *plan;
        return sweep;
    }
    if (plan->free && plan->context)
        plan->free(plan->context);
    (void)error_set(error, "out of memory: %s", plan->what);
    return NULL;
}

void sweep_destroy(Sweep *sweep)
{
    while (sweep) {
        Sweep *const then = sweep->then;
        if (sweep->plan.free)
            sweep->plan.free(sweep->plan.context);
        free(sweep);
        sweep = then;
    }
}

Sweep *sweep_join(Sweep *first, Sweep *second)
{
    if (!first || !second) {
        sweep_destroy(first);
        sweep_destroy(second);
        return NULL;
    }
    Sweep *last = first;
    while (last->then)
        last = last->then;
    last->then = second;
    return first;
}

static int count_shards(const SweepPlan *plan, int items)
{
    return items / plan->shard_items + (items % plan->shard_items != 0);
}

static int find_shard_end(const SweepPlan *plan, int item)
{
    const int shard = item / plan->shard_items, rest = plan->items - shard * plan->shard_items;
    return shard * plan->shard_items + (rest < plan->shard_items ? rest : plan->shard_items);
}

// One step; returns the item behind it.
static int take_step(const SweepPlan *plan, int item, int worker)
{
    const int rest = find_shard_end(plan, item) - item, count = rest < plan->step_items ? rest : plan->step_items;
    plan->visit(plan->context, item / plan->shard_items, item, count, worker);
    return item + count;
}

static void run_shard(void *context, int task_index, int worker_index)
{
    const Sweep *sweep = context;
    const SweepPlan *plan = &sweep->plan;
    int item = (sweep->first_task + task_index) * plan->shard_items;
    for (const int end = find_shard_end(plan, item); item < end;)
        item = take_step(plan, item, worker_index);
}

// The shard that has begun is ended on this thread, the others are shared out.
static void run_rest(Sweep *sweep, Pool *pool)
{
    const SweepPlan *plan = &sweep->plan;
    while (sweep->next < plan->items && sweep->next % plan->shard_items != 0)
        sweep->next = take_step(plan, sweep->next, 0);
    sweep->first_task = count_shards(plan, sweep->next);
    pool_run(pool, count_shards(plan, plan->items) - sweep->first_task, run_shard, sweep);
    sweep->next = plan->items;
}

static void take_steps(Sweep *sweep, int64_t until_ns)
{
    do
        sweep->next = take_step(&sweep->plan, sweep->next, 0);
    while (sweep->next < sweep->plan.items && clock_now_ns() < until_ns);
}

// At least one step of this one.
static void advance_one(Sweep *sweep, Pool *pool, int64_t until_ns)
{
    const SweepPlan *plan = &sweep->plan;
    const bool is_shared = plan->items - sweep->next > plan->shard_items;
    if (until_ns == INT64_MAX && is_shared)
        run_rest(sweep, pool);
    else if (sweep->next < plan->items)
        take_steps(sweep, until_ns == INT64_MAX ? clock_now_ns() + PIECE_NS : until_ns);
    sweep->is_done = sweep->next == plan->items;
    if (sweep->is_done && plan->finish)
        plan->finish(plan->context);
}

bool sweep_advance(Sweep *sweep, Pool *pool, int64_t until_ns)
{
    while (sweep && sweep->is_done)
        sweep = sweep->then;
    while (sweep) {
        advance_one(sweep, pool, until_ns);
        if (sweep->is_done)
            sweep = sweep->then;
        if (sweep && (until_ns == INT64_MAX || clock_now_ns() >= until_ns))
            return false;
    }
    return true;
}

bool sweep_run(Sweep *sweep, Pool *pool)
{
    if (!sweep)
        return false;
    while (!sweep_advance(sweep, pool, INT64_MAX)) {
    }
    sweep_destroy(sweep);
    return true;
}

void sweep_run_plan(const SweepPlan *plan)
{
    for (int item = 0; item < plan->items;)
        item = take_step(plan, item, 0);
    if (plan->finish)
        plan->finish(plan->context);
}
