// Composing the view Latent.
#include "state/latent_frame.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "state/app.h"

enum { SAMPLE_SEED = 1312, SPREAD_LEAST = 3 }; // a prior is drawn from -3 to 3 at least

bool latent_is_used(const CodeFacts *facts, bool has_prior, int number)
{
    return has_prior ? (double)facts->kl[number] >= IDLE_KL : !facts->is_dead[number];
}

// Halving: the distribution function is monotone, and this is asked for fifteen times.
float latent_quantile(double share)
{
    double low = -10.0, high = 10.0;
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2, below = 0.5 * erfc(-middle / sqrt(2.0));
        if (below < share)
            low = middle;
        else
            high = middle;
    }
    return (float)((low + high) / 2);
}

// ---- points -------------------------------------------------------------------------------------------------------

// Of the last measuring; what was known of earlier weights stays meanwhile. True while they are still to come.
static bool compose_points(App *app, const Frame *frame, int side)
{
    LatentStore *store = app->latent;
    LatentSide *out = &store->frame.sides[side];
    const ModelFrame *m = &frame->models[side];
    const Snapshot *s = m->snapshot;
    CodePoints **const held = &store->sides[side].points;
    if (s->test.images == 0 || !spec_equal(&store->sides[side].spec, &m->spec) ||
        store->sides[side].step > s->test_step) {
        code_points_release(*held);
        *held = NULL;
    }
    bool is_coming = false;
    if (s->test.images > 0 && !(*held && store->sides[side].step == s->test_step)) {
        static SurveyResult result; // the UI thread's
        CodePoints *found = NULL;
        Moment *moment = trainer_recall(app->trainer, app->slots[side].bank, s->test_step);
        const bool is_there = moment && moment->step == s->test_step;
        if (is_there && trainer_survey(app->trainer, moment, (SurveyWish){SURVEY_POINTS, 0}, &result))
            found = result.points;
        else
            is_coming = is_there;
        moment_release(moment);
        if (found) {
            code_points_release(*held);
            *held = found;
            store->sides[side].step = s->test_step;
        }
    }
    store->sides[side].spec = m->spec;
    out->points = *held;
    out->are_current = *held && store->sides[side].step == s->step;
    return is_coming;
}

// ---- which two numbers --------------------------------------------------------------------------------------------

// How much a number says of the digits.
static float weigh_number(const CodeSide *code, const LatentSide *side, int number)
{
    return code->facts.images > 0 && side->has_prior ? code->facts.kl[number]
           : side->points                            ? side->points->deviations[number]
                                                     : -(float)number;
}

// The one that says most, `other` left out; `now` stays while it says nearly as much, so that nothing jumps about while
// models train. now -1: nothing stays.
static int find_number(const CodeSide *code, const LatentSide *side, int other, int now)
{
    int best = -1;
    for (int i = 0; i < code->units; i++)
        if (i != other && (best < 0 || weigh_number(code, side, i) > weigh_number(code, side, best)))
            best = i;
    const bool stays = now >= 0 && now < code->units && now != other &&
                       2.0f * weigh_number(code, side, now) > weigh_number(code, side, best);
    return best < 0 ? 0 : stays ? now : best;
}

static void compose_numbers(const CodeSide *code, const Look *whole, int side_index, bool is_capture, LatentSide *side)
{
    const LatentLook *look = &whole->latent;
    for (int axis = 0; axis < LATENT_AXES; axis++) {
        const int wanted = look->numbers[side_index][axis], first = look->numbers[side_index][1 - axis];
        const int other = axis == LATENT_UP ? side->numbers[LATENT_ACROSS] : first;
        side->numbers[axis] = wanted >= 0 ? (wanted < code->units ? wanted : code->units - 1)
                                          : find_number(code, side, other, is_capture ? -1 : side->numbers[axis]);
    }
    const size_t images = side->points ? (size_t)side->points->images : 0;
    side->are_drawn = side->points && side->points->drawn && whole->show_as == SHOW_CODE;
    const float *values = side->are_drawn ? side->points->drawn : side->points ? side->points->means : NULL;
    side->xs = values ? values + (size_t)side->numbers[LATENT_ACROSS] * images : NULL;
    side->ys = values ? values + (size_t)side->numbers[LATENT_UP] * images : NULL;
}

// ---- axes ---------------------------------------------------------------------------------------------------------

static void widen(LatentAxis *axis, float value)
{
    if (!isfinite(value))
        return;
    axis->low = fminf(axis->low, value);
    axis->high = fmaxf(axis->high, value);
}

static void widen_by_points(LatentAxis *axis, const float *values, int count)
{
    for (int i = 0; i < count; i++)
        widen(axis, values[i]);
}

static void set_ticks(LatentAxis *axis)
{
    const float range = axis->high - axis->low, step = code_choose_step(range);
    axis->tick_count = 0;
    for (float at = ceilf(axis->low / step); at * step <= axis->high && axis->tick_count < CODE_TICKS_MAX; at += 1.0f)
        axis->ticks[axis->tick_count++] = step * at;
}

// What the test digits reach, and those on show; without them, a place to stand on.
static void compose_axis(const LatentSide *side, const float *values, int which, LatentAxis *axis)
{
    const float places[] = {side->encoded[which], side->end[which]};
    *axis = (LatentAxis){.low = INFINITY, .high = -INFINITY};
    if (values)
        widen_by_points(axis, values, side->points->images);
    for (int i = 0; i < 2; i++)
        widen(axis, places[i]);
    if (!(axis->low <= axis->high))
        *axis = (LatentAxis){.low = 0.0f, .high = 0.0f};
    const float range = axis->high - axis->low;
    if (!(range > 1e-6f && range < 1e30f)) // all the same, or beyond all bounds
        *axis = (LatentAxis){.low = fmaxf(-1e30f, axis->low) - 0.5f, .high = fminf(1e30f, axis->low) + 0.5f};
}

// The prior is round, and the same for every model: one range for both axes of both sides.
static void share_axes(LatentFrame *latent)
{
    float most = SPREAD_LEAST;
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int axis = 0; axis < LATENT_AXES && latent->sides[side].has_prior; axis++)
            most = fmaxf(most, fmaxf(-latent->sides[side].axes[axis].low, latent->sides[side].axes[axis].high));
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int i = 0; i < LATENT_AXES; i++) {
            LatentAxis *axis = &latent->sides[side].axes[i];
            const float room = latent->sides[side].has_prior ? 0.0f : 0.03f * (axis->high - axis->low);
            if (latent->sides[side].has_prior)
                *axis = (LatentAxis){.low = -most, .high = most};
            axis->low -= room;
            axis->high += room;
            set_ticks(axis);
        }
}

// Of a prior its quantiles, as Keras' example has them; else from one end of the test digits to the other.
static void compose_steps(LatentSide *side)
{
    for (int axis = 0; axis < LATENT_AXES; axis++)
        for (int i = 0; i < LATENT_CELLS; i++) {
            const float share = (float)i / (LATENT_CELLS - 1);
            const LatentAxis *range = &side->axes[axis];
            side->steps[axis][i] = side->has_prior ? latent_quantile(0.05 + 0.9 * (double)share)
                                                   : range->low + share * (range->high - range->low);
        }
}

// ---- pictures -----------------------------------------------------------------------------------------------------

static float rows[LATENT_CELLS * MODEL_CODE_MAX]; // codes to be decoded; the UI thread's
_Static_assert((int)LATENT_CELLS <= (int)PAGE_MAX && (int)LATENT_SAMPLES <= (int)LATENT_CELLS,
               "the workspaces of the models on show have room");

static void decode(App *app, const ModelFrame *m, int side, int count, float *pictures)
{
    code_decode(m->model, m->snapshot->parameters, &app->slots[side].workspace, rows, count, NULL, pictures);
}

// A number that is none of the two: as the digit on the pad has it, or as it was pulled.
static float other_number(const App *app, const CodeSide *code, int side, int number)
{
    const float pulled = app->pulls.values[side][number];
    return isnan(pulled) ? code->values[number] : pulled;
}

// Of everything that a grid is made of; never 0.
static uint64_t find_grid_key(const App *app, const ModelFrame *m, int side)
{
    const LatentSide *s = &app->latent->frame.sides[side];
    const CodeSide *code = &app->code->sides[side];
    const float numbers[] = {(float)s->numbers[LATENT_ACROSS], (float)s->numbers[LATENT_UP]};
    uint64_t key = code_pictures_add(code_pictures_key(m->snapshot->serial, numbers, LATENT_AXES), s->steps[0],
                                     LATENT_AXES * LATENT_CELLS);
    for (int i = 0; i < code->units; i++) {
        const float value = other_number(app, code, side, i);
        if (i != s->numbers[LATENT_ACROSS] && i != s->numbers[LATENT_UP])
            key = code_pictures_add(key, &value, 1);
    }
    return key;
}

static void decode_row(App *app, const ModelFrame *m, int side, int row)
{
    LatentSide *s = &app->latent->frame.sides[side];
    const CodeSide *code = &app->code->sides[side];
    const size_t units = (size_t)code->units;
    for (int column = 0; column < LATENT_CELLS; column++) {
        float *at = rows + (size_t)column * units;
        for (int i = 0; i < code->units; i++)
            at[i] = other_number(app, code, side, i);
        at[s->numbers[LATENT_UP]] = s->steps[LATENT_UP][LATENT_CELLS - 1 - row];
        at[s->numbers[LATENT_ACROSS]] = s->steps[LATENT_ACROSS][column];
    }
    decode(app, m, side, LATENT_CELLS, s->cells + (size_t)row * LATENT_CELLS * DIGIT_PIXELS);
}

static double now_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

// Row by row, as many as a frame has time for, going on where the last one ended; in a picture all of them.
static bool compose_grid(App *app, const Frame *frame, int side)
{
    static const double budget_ms = 4.0;
    const ModelFrame *m = &frame->models[side];
    const uint64_t key = find_grid_key(app, m, side);
    uint64_t *const keys = app->latent->sides[side].row_keys;
    int *const next = &app->latent->sides[side].next_row;
    const double end = now_ms() + budget_ms;
    int done = 0;
    for (; done < LATENT_CELLS && (done == 0 || frame->is_capture || now_ms() < end); done++) {
        if (keys[*next] != key)
            decode_row(app, m, side, *next);
        keys[*next] = key;
        *next = (*next + 1) % LATENT_CELLS;
    }
    bool is_whole = true;
    for (int row = 0; row < LATENT_CELLS; row++)
        is_whole &= keys[row] == key;
    app->latent->frame.sides[side].is_grid_current = is_whole;
    return is_whole;
}

// Two independent numbers of N(0, 1) (Box and Muller, 1958).
static void draw_pair(Random *random, float pair[2])
{
    const double radius = sqrt(-2.0 * log1p(-random_uniform(random)));
    const double angle = 2.0 * 3.14159265358979323846 * random_uniform(random);
    pair[0] = (float)(radius * cos(angle));
    pair[1] = (float)(radius * sin(angle));
}

// Codes that chance gives, the same for both sides and every time: of a prior N(0, 1); else each number is some test
// digit's.
static void compose_samples(App *app, const Frame *frame, int side)
{
    LatentSide *s = &app->latent->frame.sides[side];
    const size_t units = (size_t)app->code->sides[side].units;
    s->has_samples = s->has_prior || s->points;
    for (size_t sample = 0; sample < LATENT_SAMPLES && s->has_samples; sample++) {
        Random random = random_stream(SAMPLE_SEED, (uint64_t)frame->look.latent.draw << 8 | sample);
        float pair[2];
        for (size_t i = 0; i < units; i++) {
            if (s->has_prior && i % 2 == 0)
                draw_pair(&random, pair);
            rows[sample * units + i] =
                s->has_prior
                    ? pair[i % 2]
                    : s->points
                          ->means[i * (size_t)s->points->images + random_below(&random, (uint32_t)s->points->images)];
        }
    }
    const ModelFrame *m = &frame->models[side];
    uint64_t *const known = &app->latent->sides[side].samples_key,
                    key = code_pictures_key(m->snapshot->serial, rows, LATENT_SAMPLES * (int)units);
    if (s->has_samples && key != *known) {
        decode(app, m, side, LATENT_SAMPLES, s->samples);
        *known = key;
    }
}

// ---- the whole ----------------------------------------------------------------------------------------------------

static void compose_places(const App *app, int side)
{
    LatentSide *s = &app->latent->frame.sides[side];
    const CodeSide *code = &app->code->sides[side];
    s->is_moved = false;
    for (int axis = 0; axis < LATENT_AXES; axis++) {
        const int number = s->numbers[axis];
        s->encoded[axis] = code->values[number];
        s->shown[axis] = code->shown[number];
        s->end[axis] = code->ends[number];
        s->is_moved |= code->is_pulled[number];
        compose_axis(s, axis == LATENT_ACROSS ? s->xs : s->ys, axis, &s->axes[axis]);
    }
    s->used_count = code->facts.images > 0 ? 0 : -1;
    for (int i = 0; i < code->units && code->facts.images > 0; i++)
        s->used_count += latent_is_used(&code->facts, s->has_prior, i);
}

bool latent_compose(App *app, Frame *frame)
{
    LatentFrame *latent = &app->latent->frame;
    const Dataset *dataset = trainer_dataset(app->trainer);
    bool is_complete = true;
    frame->latent = latent;
    latent->labels = dataset ? dataset->test.labels : NULL;
    for (int side = 0; side < SIDE_COUNT; side++) {
        latent->sides[side].has_prior = code_is_drawn(frame->models[side].model);
        is_complete &= !compose_points(app, frame, side);
        compose_numbers(&app->code->sides[side], &frame->look, side, frame->is_capture, &latent->sides[side]);
        compose_places(app, side);
    }
    share_axes(latent);
    for (int side = 0; side < SIDE_COUNT; side++) {
        compose_steps(&latent->sides[side]);
        is_complete &= compose_grid(app, frame, side);
        compose_samples(app, frame, side);
    }
    return is_complete;
}

void latent_free(LatentStore *store)
{
    for (int side = 0; store && side < SIDE_COUNT; side++)
        code_points_release(store->sides[side].points);
}
