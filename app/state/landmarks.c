// The landmarks of the training curves.
#include "state/landmarks.h"

#include <math.h>

#include "state/curve.h"
#include "state/words.h"

static Landmark make(const char *key, const char *brief, bool is_right, double loss)
{
    return (Landmark){key, words_find(key)->label, brief, is_right, false, loss};
}

// Of a model's price: what its loss falls from the mean image's to the least that there is. A code that costs more is
// not worth it: one of zeros does better. 0: not known for this loss, or not of these targets.
static double find_worth(const TargetFacts *facts, const Spec *spec)
{
    if (pixels_have_binary_figures(spec) || spec->range != RANGE_UNIT)
        return 0.0;
    if (spec->loss == LOSS_BCE)
        return facts->mean_image[LOSS_BCE] - facts->bce_floor;
    return spec->loss == LOSS_MSE || spec->loss == LOSS_MAE ? facts->mean_image[spec->loss] : 0.0;
}

// Of the first model on show whose price comes near to it: where none does it would squeeze the curves. 0: of none.
static double find_near_worth(const Frame *frame)
{
    static const double near = 0.25;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &frame->models[side];
        if (!scene_shows(frame->look.scene, side) || !curve_has(m, CURVE_PRICE))
            continue;
        const double worth = find_worth(frame->own_facts, &m->spec);
        double most = 0.0;
        for (int i = 0; i < m->snapshot->history_count; i++)
            most = fmax(most, (double)m->snapshot->history[i].test_price);
        if (most >= near * worth)
            return worth;
    }
    return 0.0;
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
    if (loss == CURVE_PRICE) {
        const double worth = find_near_worth(frame);
        if (worth > 0.0)
            landmarks[count++] = make("price_worth", "worth no more", true, worth);
        landmarks[count++] = (Landmark){"price_zero", words_find("price_zero")->label, "zeros", true, true, 0.0};
    }
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
