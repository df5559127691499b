// Keeping, thinning and finding moments.
#include "training/moments.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

int64_t moment_next_serial(void)
{
    static _Atomic int64_t newest;
    return atomic_fetch_add(&newest, 1) + 1;
}

Moment *moment_create(const Model *model, const float *parameters, int64_t step)
{
    Moment *moment = calloc(1, sizeof *moment);
    float *copy = floats_create(model->parameter_count);
    if (!moment || !copy) {
        free(moment);
        floats_free(copy);
        return NULL;
    }
    memcpy(copy, parameters, model->parameter_count * sizeof *copy);
    moment->step = step;
    moment->serial = moment_next_serial();
    moment->model = *model;
    moment->parameters = copy;
    atomic_init(&moment->is_measured, false);
    atomic_init(&moment->holders, 1);
    return moment;
}

void moment_hold(Moment *moment) { atomic_fetch_add(&moment->holders, 1); }

void moment_release(Moment *moment)
{
    if (!moment || atomic_fetch_sub(&moment->holders, 1) > 1)
        return;
    floats_free(moment->parameters);
    free(moment);
}

void moments_clear(Moments *moments)
{
    for (int i = 0; i < moments->count; i++)
        moment_release(moments->items[i]);
    moments->count = 0;
    moments->spacing = 1;
    moments->head_level = 0;
}

// Which power of two step is, -1 if none.
static int find_power(int64_t step)
{
    int power = 0;
    while (step > 1 && step % 2 == 0) {
        step /= 2;
        power++;
    }
    return step == 1 ? power : -1;
}

// What is left of the head at each level of thinning.
typedef struct HeadLevel {
    int power_stride; // of the powers of two: every so many; 32: the first step alone
    bool has_quarters, has_ends;
} HeadLevel;

static const HeadLevel head_levels[] = {
    {1, true, true}, {1, false, true}, {2, false, true}, {4, false, false}, {32, false, false}};
enum { HEAD_LEVELS = sizeof head_levels / sizeof *head_levels };

static_assert(4 <= MOMENTS_MIN,
              "the last level leaves 0, the first step, the pinned one, the newest: raise MOMENTS_MIN");

static bool is_quarter(const Moments *moments, int64_t step)
{
    return 4 * step / moments->steps_per_epoch != 4 * (step - 1) / moments->steps_per_epoch;
}

static bool is_in_head(const Moments *moments, int64_t step)
{
    const HeadLevel *level = &head_levels[moments->head_level];
    const int64_t epoch_steps = moments->steps_per_epoch;
    const int power = find_power(step);
    return (step < epoch_steps && power >= 0 && power % level->power_stride == 0) ||
           (level->has_quarters && step < epoch_steps && is_quarter(moments, step)) ||
           (level->has_ends && step % epoch_steps == 0 && step / epoch_steps <= MOMENTS_FIRST_EPOCHS);
}

bool moments_wants(const Moments *moments, int64_t step)
{
    return step == 0 || step == moments->pinned || is_in_head(moments, step) ||
           (is_quarter(moments, step) && 4 * step / moments->steps_per_epoch % moments->spacing == 0);
}

// Drops what is not wanted (any more) but the newest.
static void drop_unwanted(Moments *moments)
{
    int kept = 0;
    for (int i = 0; i < moments->count; i++) {
        if (i == moments->count - 1 || moments_wants(moments, moments->items[i]->step))
            moments->items[kept++] = moments->items[i];
        else
            moment_release(moments->items[i]);
    }
    moments->count = kept;
}

// Whether a wider spacing takes anything at all.
static bool has_tail(const Moments *moments)
{
    for (int i = 1; i < moments->count - 1; i++) {
        const int64_t step = moments->items[i]->step;
        if (step != moments->pinned && !is_in_head(moments, step))
            return true;
    }
    return false;
}

void moments_thin(Moments *moments, int most)
{
    assert(most >= MOMENTS_MIN && most <= MOMENTS_MAX);
    while (moments->count > most) {
        if (has_tail(moments))
            moments->spacing *= 2;
        else
            moments->head_level++;
        assert(moments->head_level < HEAD_LEVELS && "the least head fits into MOMENTS_MIN");
        drop_unwanted(moments);
    }
}

void moments_add(Moments *moments, Moment *moment)
{
    assert(moments->count == 0 || moments->items[moments->count - 1]->step < moment->step);
    if (moments->count > 0 && !moments_wants(moments, moments->items[moments->count - 1]->step))
        moment_release(moments->items[--moments->count]); // it was there as the newest alone
    moments->items[moments->count++] = moment;
    moments_thin(moments, MOMENTS_MAX);
}

Moment *moments_find(const Moments *moments, int64_t step)
{
    Moment *found = NULL;
    for (int i = 0; i < moments->count && moments->items[i]->step <= step; i++)
        found = moments->items[i];
    return found;
}
