// The figures of one pixel.
#include "state/inspect.h"

#include <math.h>

float inspect_loss(LossSettings settings, int loss, float p, float t)
{
    float value, slope;
    loss_get(loss)->apply(&p, &t, settings, &value, &slope, 1);
    return value;
}

LossSettings inspect_settings(const Frame *frame, int loss)
{
    const ModelFrame *a = &frame->models[SIDE_A], *b = &frame->models[SIDE_B];
    return a->spec.loss != loss && b->spec.loss == loss ? b->settings : a->settings;
}

static double find_excess(float p, float t)
{
    return p >= 0.0f && p <= 1.0f ? (double)inspect_loss((LossSettings){0}, LOSS_BCE, p, t) - loss_bce_floor((double)t)
                                  : (double)NAN;
}

// On the stage a pixel is inspected where one draws, elsewhere in the page's first digit.
static bool is_of_pad(const Frame *frame) { return scene_has(frame->look.scene, SCENE_IS_STAGE); }

static InspectSide find_side(const Frame *frame, int side, float t, float mean_t)
{
    const ModelFrame *m = &frame->models[side];
    const int pixel = frame->look.pixel;
    const bool is_pad = is_of_pad(frame);
    InspectSide out = {.z = (is_pad ? m->pad_z : m->z)[pixel],
                       .p = (is_pad ? m->pad_p : m->p)[pixel],
                       .has_set = m->snapshot->test.images > 0};
    const float own_t = frame_target(m, t);
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        model_loss_values(m->model, m->settings, loss, &out.z, &out.p, &own_t, &out.loss[loss], 1);
        model_loss_slopes(m->model, m->range, m->settings, loss, &out.z, &own_t, &out.slope[loss], 1);
        out.excess[loss] = out.loss[loss] - (float)loss_floor(loss, m->settings, (double)own_t);
    }
    out.mean_p = out.has_set ? m->snapshot->test.mean_output_map[pixel] : NAN;
    out.mean_error = out.mean_p - mean_t;
    out.dead_share = out.has_set ? m->snapshot->test.zero_share_map[pixel] : NAN;
    return out;
}

InspectFigures inspect_figures(const Frame *frame)
{
    const int pixel = frame->look.pixel;
    const bool is_dragged = frame->look.t >= 0.0f;
    const bool is_pad = is_of_pad(frame);
    const float t = is_dragged ? frame->look.t : (is_pad ? frame->pad_input : frame->targets)[pixel];
    InspectFigures out = {.digit = is_pad ? frame->pad->now.source : frame->indices[0],
                          .row = pixel / DIGIT_SIDE,
                          .column = pixel % DIGIT_SIDE,
                          .t = t,
                          .is_dragged = is_dragged,
                          .floor = loss_bce_floor((double)t),
                          .below = t - 0.1f,
                          .above = t + 0.1f,
                          .mean_t = frame->facts ? frame->facts->mean_map[pixel] : NAN};
    out.excess_below = find_excess(out.below, t);
    out.excess_above = find_excess(out.above, t);
    for (int side = 0; side < SIDE_COUNT; side++)
        out.sides[side] = find_side(frame, side, t, out.mean_t);
    return out;
}

int inspect_list_losses(const Frame *frame, int losses[LOSS_COUNT])
{
    int count = 0;
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        if (loss < LOSSES_SHOWN || frame->models[SIDE_A].spec.loss == loss || frame->models[SIDE_B].spec.loss == loss)
            losses[count++] = loss;
    return count;
}

// The pixel with the largest own loss of this side; -1 where none is above 0.
static int find_worst(const Frame *frame, int side, int now)
{
    static const float nearly = 0.8f;
    const ModelFrame *m = &frame->models[side];
    float values[DIGIT_PIXELS], most = 0.0f;
    int worst = -1;
    model_loss_values(m->model, m->settings, m->spec.loss, m->z, m->p, frame->targets, values, DIGIT_PIXELS);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        if (isfinite(values[i]) && values[i] > most) {
            most = values[i];
            worst = i;
        }
    return now >= 0 && most > 0.0f && values[now] >= nearly * most ? now : worst;
}

int inspect_find_pixel(const Frame *frame, int now)
{
    int worst = find_worst(frame, SIDE_B, now);
    if (worst < 0)
        worst = find_worst(frame, SIDE_A, now);
    if (worst >= 0)
        return worst;
    int brightest = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        brightest = frame->targets[i] > frame->targets[brightest] ? i : brightest;
    return brightest;
}
