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
        landmarks[count++] = (Landmark){"ln_2", "always 0.5: ln 2", log(2.0)};
    if (loss == LOSS_BCE || loss == LOSS_MSE)
        landmarks[count++] = (Landmark){"mean_image", "mean image", facts->mean_image[loss]};
    if (loss == LOSS_BCE)
        landmarks[count++] = (Landmark){"entropy_floor", "entropy floor", facts->bce_floor};
    return count;
}
