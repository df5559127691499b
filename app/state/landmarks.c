// The landmarks of the training curves.
#include "state/landmarks.h"

#include <math.h>

int landmarks_list(const Frame *frame, Landmark landmarks[LANDMARKS_MAX])
{
    const TargetFacts *facts = frame->facts;
    const int loss = frame->look.curve_loss;
    int count = 0;
    if (!facts)
        return 0;
    if (loss == LOSS_BCE)
        landmarks[count++] = (Landmark){"ln_2", "always 0.5", "always 0.5", true, log(2.0)};
    if (loss == LOSS_BCE || loss == LOSS_MSE)
        landmarks[count++] = (Landmark){"mean_image", "mean image", "mean image", false, facts->mean_image[loss]};
    if (loss == LOSS_BCE)
        landmarks[count++] =
            (Landmark){"entropy_floor", "floor, no model gets below", "floor", false, facts->bce_floor};
    return count;
}
