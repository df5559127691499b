// What the trials' models draw.
#include "state/trial_frame.h"

#include <math.h>
#include <string.h>

#include "state/app.h"

static void read_noisy(const Spec *spec, TrialFrame *out)
{
    uint8_t bytes[DIGIT_PIXELS];
    for (int i = 0; i < DIGIT_PIXELS; i++)
        bytes[i] = (uint8_t)lroundf(255.0f * fminf(1.0f, fmaxf(0.0f, out->inputs[0][i])));
    pixels_read(spec, pixels_test_key(spec, 0), bytes, 0, DIGIT_PIXELS, out->inputs[1]);
}

static void draw_variant(const SayingOutcome *outcome, int card, int variant, TrialFrame *out)
{
    const Spec *spec = &outcome->specs[variant];
    const Model model = model_create(spec, DIGIT_PIXELS);
    Workspace workspace = {0};
    if (!workspace_init(&workspace, &model, 1, NULL))
        return;
    const bool is_noisy = pixels_are_damaged(spec);
    if (is_noisy)
        read_noisy(spec, out);
    for (int input = 0; input < (is_noisy ? TRIAL_INPUTS : 1); input++)
        model_forward(&model, outcome->parameters[variant], &workspace, out->inputs[input], 1, NULL,
                      out->p[card][variant][input]);
    out->has[card][variant] = true;
    workspace_free(&workspace);
}

void trial_frame_compose(App *app)
{
    const Frame *frame = &app->frame;
    TrialFrame *out = &app->trials;
    const ClaimPage *page = claim_page_get(app->look.claim_page);
    memcpy(out->inputs[0], frame->is_pad_empty ? frame->targets : frame->pad_input, sizeof out->inputs[0]);
    memset(out->has, 0, sizeof out->has);
    for (int card = 0; card < page->count; card++) {
        const SayingOutcome *outcome = &app->saying_run.outcomes[page->sayings[card]];
        for (int variant = 0; variant < TRIAL_VARIANTS_MAX; variant++)
            if (outcome->is_measured && outcome->parameters[variant])
                draw_variant(outcome, card, variant, out);
    }
}
