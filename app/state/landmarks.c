// The landmarks of the training curves.
#include "state/landmarks.h"

#include <math.h>

#include "state/curve.h"
#include "state/words.h"

static Landmark make(const char *key, const char *brief, bool is_right, double loss)
{
    return (Landmark){key, words_find(key)->label, brief, is_right, false, loss};
}

int landmarks_list(const Frame *frame, Landmark landmarks[LANDMARKS_MAX])
{
    const TargetFacts *facts = frame->own_facts; // the curves are of the targets as they are
    const int loss = frame->look.curve_loss;
    int count = 0;
    if (!facts)
        return 0;
    if (loss == CURVE_KL)
        landmarks[count++] = (Landmark){"collapsed", words_find("collapsed")->label, "collapsed", true, true, 0.0};
    if (loss == LOSS_BCE)
        landmarks[count++] = make("ln_2", "always 0.5", true, log(2.0));
    if (loss == LOSS_BCE || loss == LOSS_MSE)
        landmarks[count++] = make("mean_image", "mean image", false, facts->mean_image[loss]);
    if (loss == LOSS_MSE && frame->pca) {
        const int side = scene_shows(frame->look.scene, SIDE_A) ? SIDE_A : SIDE_B;
        landmarks[count++] = make("pca", "PCA", false, frame->pca->test_mse[pca_components(&frame->models[side].spec)]);
    }
    if (loss == LOSS_BCE)
        landmarks[count++] = make("entropy_floor", "floor", false, facts->bce_floor);
    return count;
}
