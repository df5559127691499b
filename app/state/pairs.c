// What is compared: how far two models' outputs are apart over the test set, and the claims that are decided by it; how
// outputs look beside the digits.
//
// Thread: the UI thread; the trainer compares in the background.
#include "state/app.h"

// Whether both models' figures are of the same step, or of the end of the same epoch where an epoch of one has more.
static bool is_comparable(const Snapshot *a, const Snapshot *b)
{
    if (a->test.images == 0 || b->test.images == 0)
        return false;
    const bool are_ends = a->test_step % a->steps_per_epoch == 0 && b->test_step % b->steps_per_epoch == 0;
    return a->test_step == b->test_step || (are_ends && a->test_epoch == b->test_epoch);
}

// The distance between two models that can be compared. Else what was known of an earlier epoch stays; what was known
// of a later one, before a restart or a journey into the past, does not. True while it is still to come.
static bool compare_models(App *app, const Frame *frame, int a, int b, PairMetrics *out, int *epoch)
{
    const Snapshot *of_a = frame->models[a].own, *of_b = frame->models[b].own;
    if (*epoch > of_a->test_epoch || of_a->test.images == 0)
        *out = (PairMetrics){0};
    if (!is_comparable(of_a, of_b))
        return false;
    Moment *first = trainer_recall(app->trainer, app->slots[a].bank, of_a->test_step);
    Moment *second = trainer_recall(app->trainer, app->slots[b].bank, of_b->test_step);
    const bool is_there = first && second && first->step == of_a->test_step && second->step == of_b->test_step;
    const bool is_known = is_there && trainer_compare(app->trainer, first, second, out);
    moment_release(first);
    moment_release(second);
    if (is_known)
        *epoch = of_a->test_epoch;
    return is_there && !is_known;
}

static void compose_claims(App *app, Frame *frame)
{
    ClaimsFrame *claims = &frame->claims;
    ClaimEvidence *evidence = &claims->evidence;
    evidence->facts = frame->facts;
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        const Snapshot *s = frame->models[claims->models[i]].snapshot;
        evidence->test[i] = s->test.images ? &s->test : NULL;
        evidence->epochs[i] = s->test_epoch;
        evidence->is_broken[i] = s->broken_step >= 0;
    }
    const int bce = claims->models[CLAIM_BCE], mse = claims->models[CLAIM_MSE], twin = claims->models[CLAIM_TWIN];
    const bool is_waiting[] = {
        compare_models(app, frame, bce, mse, &evidence->losses, &claims->losses_epoch),
        compare_models(app, frame, bce, twin, &evidence->seeds, &claims->seeds_epoch),
        compare_models(app, frame, SIDE_A, SIDE_B, &claims->sides, &claims->sides_epoch),
    };
    claims->is_complete = !is_waiting[0] && !is_waiting[1] && !is_waiting[2];
    evidence->pair_epoch = claims->losses_epoch < claims->seeds_epoch ? claims->losses_epoch : claims->seeds_epoch;
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        claims->results[claim] = claim_judge(claim, evidence);
}

static void compose_pair(App *app, Frame *frame)
{
    PairFigures *pair = &frame->pair;
    bool is_waiting = compare_models(app, frame, SIDE_A, SIDE_B, &pair->sides, &pair->sides_epoch);
    if (pair->twin >= 0)
        is_waiting |= compare_models(app, frame, SIDE_A, pair->twin, &pair->chance, &pair->chance_epoch);
    pair->is_complete = !is_waiting;
}

// Of the figures on show, once no model trains: it takes ten times as long as these. A picture does not wait for it, so
// that it is the same every time.
static void compose_appearance(App *app, Frame *frame, int side)
{
    ModelFrame *m = &frame->models[side];
    m->appearance = (Appearance){0};
    if (frame->is_capture || frame->figures_mix > 0.0f || m->snapshot->test.images == 0 ||
        trainer_is_busy(app->trainer))
        return;
    Moment *moment = trainer_recall(app->trainer, app->slots[side].bank, m->snapshot->test_step);
    static SurveyResult result; // the UI thread's
    if (moment && moment->step == m->snapshot->test_step &&
        trainer_survey(app->trainer, moment, (SurveyWish){SURVEY_APPEARANCE, 0}, &result))
        m->appearance = result.appearance;
    moment_release(moment);
}

void pairs_compose(App *app, Frame *frame)
{
    for (int side = 0; side < SIDE_COUNT; side++)
        if (scene_has(frame->look.scene, SCENE_IS_STAGE) && scene_shows(frame->look.scene, side))
            compose_appearance(app, frame, side);
    if (frame->look.scene == SCENE_CLAIMS)
        compose_claims(app, frame);
    frame->pair.is_complete = true;
    if (cast_has_pair(app))
        compose_pair(app, frame);
}
