// Keeping, thinning and finding moments.
#include "moments.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

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

bool moments_wants(const Moments *moments, int64_t step)
{
    if (step == 0 || step == moments->pinned)
        return true;
    const int power = find_power(step);
    // of the powers that are kept; in the end 1 alone, so that they never fill the list
    const int stride = moments->spacing <= 4 ? 1 : moments->spacing <= 16 ? 2 : moments->spacing <= 1024 ? 4 : 32;
    if (step < moments->steps_per_epoch && power >= 0 && power % stride == 0)
        return true;
    const int64_t quarter = 4 * step / moments->steps_per_epoch, before = 4 * (step - 1) / moments->steps_per_epoch;
    return quarter != before && quarter % moments->spacing == 0;
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

void moments_thin(Moments *moments, int most)
{
    assert(most >= MOMENTS_MIN && most <= MOMENTS_MAX);
    while (moments->count > most) {
        moments->spacing *= 2;
        drop_unwanted(moments);
    }
}

void moments_add(Moments *moments, Moment *moment, int most)
{
    assert(moments->count == 0 || moments->items[moments->count - 1]->step < moment->step);
    if (moments->count > 0 && !moments_wants(moments, moments->items[moments->count - 1]->step))
        moment_release(moments->items[--moments->count]); // it was there as the newest alone
    moments->items[moments->count++] = moment;
    moments_thin(moments, most);
}

Moment *moments_find(const Moments *moments, int64_t step)
{
    Moment *found = NULL;
    for (int i = 0; i < moments->count && moments->items[i]->step <= step; i++)
        found = moments->items[i];
    return found;
}
