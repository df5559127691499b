// The states: a function each that fills the frame.
#include "text_states.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static SayingRun run;
static Font *ruler; // of the stage that is dressed
static CodeFrame *code;

static Snapshot shown, newest;
static TargetFacts facts;
static Metrics figures, good_figures; // those of a sigmoid stay near these

static Metrics make_figures(double loss, double bias, double share, int dead)
{
    Metrics out = {.images = 10000,
                   .excess_bce = loss,
                   .mean_output = loss,
                   .bias = bias,
                   .below_0 = share / 2,
                   .above_1 = share / 2,
                   .below_002 = share,
                   .above_098 = share,
                   .dead_outputs = dead,
                   .nonfinite = isfinite(loss) ? 0 : 7840000};
    for (int i = 0; i < LOSS_COUNT; i++)
        out.mean[i] = loss;
    for (int i = 0; i < TARGET_GROUP_COUNT; i++)
        out.bias_by_target[i] = bias;
    for (int i = 0; i < HISTOGRAM_BINS; i++)
        out.histogram_output[i] = (int64_t)i * 2000;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        out.mean_output_map[i] = (float)loss;
    return out;
}

static void fill_facts(void)
{
    facts = (TargetFacts){.images = 10000, .mean = 0.1307, .bce_floor = 0.0572};
    facts.mean_image[LOSS_BCE] = 0.2627;
    facts.mean_image[LOSS_MSE] = 0.0674;
    facts.below_002 = facts.above_098 = 0.444;
    facts.full_ink = 0.111;
    for (int i = 0; i < HISTOGRAM_BINS; i++)
        facts.histogram[i] = 1000 + i;
}

static void fill_history(Snapshot *s)
{
    s->history_count = 12;
    for (int i = 0; i < s->history_count; i++) {
        s->history[i].epoch = i;
        for (int loss = 0; loss < LOSS_COUNT; loss++)
            s->history[i].train[loss] = s->history[i].test[loss] = 0.7f / (float)(i + 1);
    }
}

// What every model says of itself: figures of a step, of one that may lie before the newest.
static void show(Frame *frame, const Metrics *test, int64_t step, int64_t last)
{
    shown = newest = (Snapshot){.step = step, .steps_per_epoch = 60000, .broken_step = -1, .test_step = step};
    newest.step = last;
    shown.test = newest.test = *test;
    fill_history(&shown);
    newest.history_count = 0;
    for (int i = 0; i < frame->model_count; i++) {
        frame->models[i].snapshot = frame->models[i].own = &shown;
        frame->models[i].live = step < last ? &newest : &shown;
        for (int loss = 0; loss < LOSS_COUNT; loss++)
            frame->models[i].pad_loss[loss] = test->images ? test->mean[loss] : 0.1234;
    }
    frame->epochs = 100000;
    frame->newest_step = last;
    frame->is_past = step < last;
    frame->facts = &facts;
    frame->is_capture = false;
}

static void judge_claims(Frame *frame, int epoch)
{
    ClaimsFrame *claims = &frame->claims;
    claims->evidence =
        (ClaimEvidence){.facts = &facts, .losses = {10000, 0.0116}, .seeds = {10000, 0.0144}, .pair_epoch = epoch};
    claims->sides = claims->evidence.losses;
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        claims->evidence.test[i] = i == CLAIM_BCE || i == CLAIM_MSE || i == CLAIM_TWIN ? &good_figures : &figures;
        claims->evidence.epochs[i] = epoch;
    }
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        claims->results[claim] = claim_judge(claim, &claims->evidence);
}

// What was measured over seeds: one trial in two of a usual run, the others wait or are being measured; or all of them,
// with figures of this size over which the seeds do not agree.
static void measure_sayings(Frame *frame, double value)
{
    static TrialModel models[TRIAL_VARIANTS_MAX][TRIAL_SEEDS];
    TrialEvidence evidence = {.facts = &facts, .pca_mse = value / 1.1, .epochs = SAYING_EPOCHS};
    run = (SayingRun){.measuring = CLAIM_COUNT + 1, .progress = 0.999f};
    for (int saying = 0; saying < SAYING_COUNT; saying++) {
        SayingOutcome *out = &run.outcomes[saying];
        const TrialRow *row = saying_trial(saying);
        if (value <= 1.0 && saying % 2 == 0) {
            run.wanted |= 1u << saying;
            continue;
        }
        *out = (SayingOutcome){.is_measured = true,
                               .epochs = SAYING_EPOCHS,
                               .seeds = TRIAL_SEEDS,
                               .base = spec_default(),
                               .pca_mse = value / 1.1};
        out->mean_image_mse = facts.mean_image[LOSS_MSE];
        for (int seed = 0; seed < TRIAL_SEEDS; seed++)
            out->by_seed[seed] = seed ? VERDICT_FALSE : VERDICT_PARTLY;
        for (int variant = 0; row && variant < trial_variant_count(row); variant++)
            for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
                TrialModel *m = &models[variant][seed];
                const double figure = value * (1 + 0.1 * seed + variant);
                *m = (TrialModel){.is_measured = true, .test = {.code_units = 32, .dead_code_units = 32}};
                m->test.mean[LOSS_MSE] = m->test.noisy_mean[LOSS_MSE] = m->test.mean_output = figure;
                m->auroc = m->appearance.sharpness = m->appearance.ssim = figure;
                evidence.models[variant][seed] = m;
                for (int i = 0; i < TRIAL_FIGURES; i++)
                    out->figures[i][variant][seed] = trial_value(m, i);
            }
        out->result = row ? trial_judge(saying - CLAIM_COUNT, &evidence) : frame->claims.results[saying];
    }
    frame->sayings = &run;
}

// The row of a table whose label is the widest.
static int find_widest(const char *(*label)(int), int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (font_text_width(ruler, FONT_UI_BOLD, 12, label(i)) > font_text_width(ruler, FONT_UI_BOLD, 12, label(best)))
            best = i;
    return best;
}

static const char *loss_label(int i) { return loss_get(i)->label; }
static const char *output_label(int i) { return activation_get(OUTPUT_ACTIVATION, i)->label; }
static const char *hidden_label(int i) { return activation_get(HIDDEN_ACTIVATION, i)->label; }
static const char *optimizer_label(int i) { return optimizer_get(i)->label; }

// The view of the code where it is on show: more numbers than there is room for, pulled, as large as this.
static void pull_code(const Frame *frame, float value)
{
    if (!frame->code)
        return;
    code->scale = value / 10;
    code->number = MODEL_CODE_MAX - 1;
    code->digit = 9999;
    code->label = 9;
    code->pages = MODEL_CODE_MAX / CODE_PAGE;
    code->has_own_axes = value > 0; // with all that is said of them
    for (int side = 0; side < SIDE_COUNT; side++) {
        CodeSide *s = &code->sides[side];
        s->units = MODEL_CODE_MAX - side;
        s->axis = (CodeAxis){.low = -value, .high = value, .tick_count = CODE_TICKS_MAX - 3};
        for (int i = 0; i < s->axis.tick_count; i++)
            s->axis.ticks[i] = value * ((float)i - 4) / 4;
        s->first = MODEL_CODE_MAX - CODE_PAGE;
        s->count = CODE_PAGE - side;
        s->pulled_count = s->units;
        s->mse = s->change = (double)value;
        s->nearest = side == SIDE_A ? 0 : -1;
        s->facts.images = 10000;
        s->facts.units = s->facts.dead_count = s->units;
        s->facts.mean_all = -(double)value;
        for (int i = 0; i < s->units; i++) {
            s->values[i] = s->facts.mean[i] = -value;
            s->shown[i] = 1.0001f * value;
            s->is_pulled[i] = s->facts.is_dead[i] = true;
            s->facts.zero_share[i] = 1;
        }
    }
}

static void spell_out(Frame *frame)
{
    for (int i = 0; i < frame->model_count; i++) {
        ModelFrame *m = &frame->models[i];
        m->spec = (Spec){.loss = LOSS_COUNT - 1,
                         .output = find_widest(output_label, activation_count(OUTPUT_ACTIVATION)),
                         .hidden = find_widest(hidden_label, activation_count(HIDDEN_ACTIVATION)),
                         .optimizer = find_widest(optimizer_label, optimizer_count()),
                         .hidden_count = SPEC_HIDDEN_MAX,
                         .lr = 0.00123456789f,
                         .batch = SPEC_BATCH_MAX,
                         .noise = 0.123456789f,
                         .l1 = 0.000123456789f,
                         .seed = UINT32_MAX};
        for (int layer = 0; layer < SPEC_HIDDEN_MAX; layer++)
            m->spec.layers[layer] = (LayerPlan){.kind = LAYER_DENSE, .count = SPEC_WIDTH_MAX - (i == 0)};
        (void)snprintf(m->caption, sizeof m->caption, "%s \u00b7 %s", loss_label(find_widest(loss_label, LOSS_COUNT)),
                       output_label(m->spec.output));
    }
    memset(frame->dataset_name, 'w', sizeof frame->dataset_name - 1);
    frame->is_builtin = false;
    frame->is_shuffled = true;
    frame->test_count = frame->train_count = 999999;
    frame->samples_per_second = 9999999;
    frame->is_playing = frame->is_busy = true;
}

static void dress_untrained(Frame *frame)
{
    static const Metrics none;
    show(frame, &none, 0, 0);
    frame->facts = NULL;
}

static void dress_trained(Frame *frame)
{
    figures = make_figures(0.1234, -0.1234, 0.377, 384);
    show(frame, &figures, 60000 * 12, 60000 * 12);
    judge_claims(frame, 12);
    measure_sayings(frame, 0.1234);
}

static void dress_between(Frame *frame)
{
    dress_trained(frame);
    shown.step += 123;
    for (int i = 0; i < frame->model_count; i++)
        (void)snprintf(frame->models[i].figures_of, sizeof frame->models[i].figures_of, "epoch 99999");
}

static void dress_longest(Frame *frame)
{
    figures = make_figures(888.8888, -888.8888, 1, DIGIT_PIXELS);
    show(frame, &figures, INT64_C(60000) * 99999 + 59999, INT64_C(60000) * 99999 + 59999);
    spell_out(frame);
    pull_code(frame, 88888.8f);
    judge_claims(frame, 99999);
    measure_sayings(frame, 888.8888);
    for (int i = 0; i < frame->model_count; i++)
        (void)snprintf(frame->models[i].figures_of, sizeof frame->models[i].figures_of, "step 5999999999");
}

static void dress_absurd(Frame *frame)
{
    figures = make_figures(1.2345e30, -1.2345e30, 1, DIGIT_PIXELS);
    show(frame, &figures, 60000, 60000);
    pull_code(frame, 1.2345e30f);
    judge_claims(frame, 12);
    for (int i = 0; i < frame->model_count; i++) {
        ModelFrame *m = &frame->models[i];
        for (int pixel = 0; pixel < frame->page_count * DIGIT_PIXELS; pixel++)
            m->z[pixel] = m->p[pixel] = m->shown[pixel] = -1.2345e30f;
        for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++)
            m->pad_z[pixel] = m->pad_p[pixel] = m->pad_shown[pixel] = -1.2345e30f;
    }
}

static void dress_infinite(Frame *frame)
{
    figures = make_figures((double)INFINITY, (double)NAN, (double)NAN, 0);
    show(frame, &figures, 60000, 60000);
    judge_claims(frame, 12);
}

static void dress_broken(Frame *frame)
{
    dress_longest(frame);
    shown.broken_step = shown.step + 1;
    (void)snprintf(shown.broken_why, sizeof shown.broken_why, "decoder.%d.weight became infinite", SPEC_HIDDEN_MAX);
    frame->is_busy = false;
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++)
        frame->claims.evidence.is_broken[i] = true;
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        frame->claims.results[claim] = claim_judge(claim, &frame->claims.evidence);
}

static void dress_past(Frame *frame)
{
    dress_longest(frame);
    shown.step = 12345;
    newest.step = frame->newest_step;
    for (int i = 0; i < frame->model_count; i++)
        frame->models[i].live = &newest;
    frame->is_past = frame->is_film = true;
}

static void dress_capture(Frame *frame)
{
    dress_longest(frame);
    frame->is_capture = true;
}

static void dress_message(Frame *frame)
{
    dress_trained(frame);
    memset(frame->message, 'm', sizeof frame->message - 1);
    frame->message[sizeof frame->message - 1] = 0;
}

// The drawing as it was drawn by hand, and none.
static void dress_drawn(Frame *frame)
{
    static Pad pad;
    dress_longest(frame);
    pad = *frame->pad;
    pad.is_centred = true;
    pad.now.source = -1;
    pad.now.is_exact = false;
    frame->pad = &pad;
}

static void dress_empty(Frame *frame)
{
    dress_drawn(frame);
    frame->is_pad_empty = true;
}

#define NAME(NAME, name)  [TEXT_##NAME] = #name,
#define DRESS(NAME, name) [TEXT_##NAME] = dress_##name,

const char *text_state_name(TextState state)
{
    static const char *const names[TEXT_STATE_COUNT] = {TEXT_STATES(NAME)};
    return names[state];
}

void text_state_dress(TextState state, const Stage *stage, Frame *frame)
{
    static void (*const dresses[TEXT_STATE_COUNT])(Frame *) = {TEXT_STATES(DRESS)};
    ruler = stage->font;
    code = stage->app->code;
    fill_facts();
    good_figures = make_figures(0.0918, -0.0005, 0.377, 384);
    dresses[state](frame);
}
