// What the narrator knows of a frame.
#include <math.h>
#include <string.h>

#include "state/frame.h"
#include "state/inspect.h"
#include "state/narrator.h"

NarratorModel narrator_model(const ModelFrame *m)
{
    const Snapshot *s = m->snapshot;
    NarratorModel out = {.spec = m->spec,
                         .is_measured = s->test.images > 0 && isfinite(s->test.mean[LOSS_MSE]),
                         .step = s->step,
                         .broken_step = s->broken_step,
                         .steps_per_epoch = s->steps_per_epoch,
                         .epoch = s->test_epoch,
                         .test_step = s->test_step,
                         .mean_output = s->test.mean_output,
                         .below_0 = s->test.below_0,
                         .far_below_0 = s->test.far_below_0,
                         .above_1 = s->test.above_1,
                         .noisy_mse = pixels_are_damaged(&m->spec) ? s->test.noisy_mean[LOSS_MSE] : NAN,
                         .components = m->origin ? m->origin->components : 0,
                         .never_lit = s->test.never_lit,
                         .code_units = s->test.code_units,
                         .dead_code_units = s->test.dead_code_units};
    memcpy(out.mean, s->test.mean, sizeof out.mean);
    return out;
}

// A PCA needs no training: it is as far as the model beside it, one epoch at least.
static void catch_up(const ModelFrame *m, NarratorModel *pca, const NarratorModel *other)
{
    if (pca->components == 0)
        return;
    const bool is_behind = other->steps_per_epoch > 0 && other->test_step >= other->steps_per_epoch;
    pca->steps_per_epoch = is_behind ? other->steps_per_epoch : m->snapshot->steps_per_epoch;
    pca->step = is_behind ? other->step : pca->steps_per_epoch;
    pca->test_step = is_behind ? other->test_step : pca->steps_per_epoch;
    pca->epoch = is_behind ? other->epoch : 1;
}

static NarratorPixel find_pixel(const Frame *frame)
{
    const InspectFigures figures = inspect_figures(frame);
    NarratorPixel out = {.t = figures.t, .floor = figures.floor};
    for (int side = 0; side < SIDE_COUNT; side++) {
        const InspectSide *from = &figures.sides[side];
        NarratorPixelSide *to = &out.sides[side];
        to->p = from->p;
        to->dead_share = from->dead_share;
        memcpy(to->loss, from->loss, sizeof to->loss);
        memcpy(to->slope, from->slope, sizeof to->slope);
    }
    return out;
}

static NarratorCode find_code(const Frame *frame)
{
    NarratorCode out = {
        .shows = frame->look.code.shows, .walk = (double)frame->look.code.walk, .digit = frame->code->digit};
    for (int side = 0; side < SIDE_COUNT; side++) {
        const CodeSide *from = &frame->code->sides[side];
        NarratorCodeSide *to = &out.sides[side];
        *to = (NarratorCodeSide){.units = from->units,
                                 .is_measured = from->facts.images > 0,
                                 .dead = from->facts.dead_count,
                                 .pulled = from->pulled_count,
                                 .change = from->change};
        if (frame->latent) {
            to->has_prior = frame->latent->sides[side].has_prior;
            to->used = frame->latent->sides[side].used_count;
        }
        for (int i = 0; i < from->units; i++)
            if (from->is_pulled[i]) {
                to->number = i;
                to->from = (double)from->values[i];
                to->to = (double)from->shown[i];
            }
    }
    return out;
}

static NarratorColumn find_column(const Frame *frame, int column)
{
    NarratorColumn out = {.loss = frame->matrix_losses[column],
                          .count = frame->matrix_rows,
                          .spread = frame->matrix_ranks[column].spread};
    for (int row = 0; row < frame->matrix_rows; row++)
        out.rows[row] = narrator_model(&frame->models[frame->matrix[row][column]]);
    return out;
}

static Diagnosis find_diagnosis(const ModelFrame *m, const TargetFacts *target)
{
    const Snapshot *s = m->snapshot;
    const int epochs =
        m->origin && s->test_epoch < 1 ? 1 : s->test_epoch; // what came from a file was trained elsewhere
    return diagnosis_find(&(DiagnosisFacts){&m->spec, &s->test, target, epochs, s->broken_step});
}

// The distances, where they are of the figures that they stand beside.
static void find_distances(const Frame *frame, NarratorFacts *facts)
{
    const PairFigures *pair = &frame->pair;
    if (pair->sides.images > 0)
        facts->distance = pair->sides.mean_distance;
    if (pair->chance.images > 0)
        facts->chance = pair->chance.mean_distance;
    facts->distance_epoch = pair->sides_epoch;
    facts->chance_epoch = pair->chance_epoch;
    facts->is_chance_coming = isnan(facts->chance) && pair->twin >= 0 && !frame->is_past &&
                              frame->models[pair->twin].snapshot->broken_step < 0 &&
                              (frame->is_busy || !pair->is_complete);
}

NarratorFacts narrator_facts(const Frame *frame)
{
    const Scene scene = frame->look.scene;
    NarratorFacts out = {.scene = scene,
                         .is_training = frame->is_busy && !frame->is_past,
                         .has_targets = frame->facts != NULL,
                         .distance = NAN,
                         .chance = NAN};
    if (frame->facts) {
        out.target_mean = frame->facts->mean;
        memcpy(out.mean_image, frame->facts->mean_image, sizeof out.mean_image);
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        out.sides[side] = narrator_model(&frame->models[side]);
        out.sides[side].diagnosis = find_diagnosis(&frame->models[side], frame->facts);
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        catch_up(&frame->models[side], &out.sides[side], &out.sides[side == SIDE_A ? SIDE_B : SIDE_A]);
    find_distances(frame, &out);
    out.fed_back = scene_has(scene, SCENE_IS_STAGE) ? frame->look.fed_back : 0;
    for (int side = 0; side < SIDE_COUNT; side++)
        out.moved[side] = frame->models[side].pad_moved;
    if (scene == SCENE_INSPECT)
        out.pixel = find_pixel(frame);
    if (frame->code)
        out.code = find_code(frame);
    if (scene == SCENE_MATRIX)
        for (; out.column_count < frame->matrix_columns; out.column_count++)
            out.columns[out.column_count] = find_column(frame, out.column_count);
    return out;
}
