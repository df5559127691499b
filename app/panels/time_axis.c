// Where a step lies on the axis of time.
#include "panels/time_axis.h"

#include <math.h>

TimeAxis time_axis_make(const Frame *frame, float x, float w)
{
    const int side = scene_shows(frame->look.scene, SIDE_A) ? SIDE_A : SIDE_B;
    const double an_epoch = frame->models[side].live->steps_per_epoch, all = an_epoch * frame->epochs;
    return (TimeAxis){.x = x, .w = w, .last = fmax(1.0, fmax(all, (double)frame->newest_step)), .an_epoch = an_epoch};
}

float time_axis_x(const TimeAxis *axis, double step)
{
    return axis->x + axis->w * (float)(log1p(fmax(0.0, step)) / log1p(axis->last));
}
