// The parts of a spec. To add one: a row, and SPEC_PARTS.
#include "state/narrator_parts.h"

#include <stdio.h>

#include "state/narrator_format.h"

// Parts that are one number: whether they differ, how one is copied.
#define NUMBER_PART(name, field)                                                                                       \
    static bool differs_##name(const Spec *a, const Spec *b) { return a->field != b->field; }                          \
    static void copy_##name(Spec *to, const Spec *from) { to->field = from->field; }

NUMBER_PART(loss, loss)
NUMBER_PART(output, output)
NUMBER_PART(hidden, hidden)
NUMBER_PART(batch, batch)
NUMBER_PART(noise, noise)
NUMBER_PART(l1, l1)
NUMBER_PART(seed, seed)
NUMBER_PART(delta, delta)
NUMBER_PART(weight, weight)
NUMBER_PART(range, range)
NUMBER_PART(reduce, reduce)
NUMBER_PART(targets, targets)
NUMBER_PART(noise_kind, noise_kind)
#undef NUMBER_PART

static bool differs_layers(const Spec *a, const Spec *b) { return !spec_has_same_layers(a, b); }

// Only of what samples.
static bool differs_beta(const Spec *a, const Spec *b)
{
    return a->beta != b->beta && (spec_samples(a) || spec_samples(b));
}
static void copy_beta(Spec *to, const Spec *from) { to->beta = from->beta; }

static void copy_layers(Spec *to, const Spec *from) { spec_set_layers(to, from); }

static bool has_own_rate(const Spec *spec) { return spec->lr == optimizer_get(spec->optimizer)->default_lr; }
static bool differs_optimizer(const Spec *a, const Spec *b) { return a->optimizer != b->optimizer; }
static void copy_rate(Spec *to, const Spec *from) { to->lr = from->lr; }

static void copy_optimizer(Spec *to, const Spec *from)
{
    if (has_own_rate(to))
        to->lr = optimizer_get(from->optimizer)->default_lr;
    to->optimizer = from->optimizer;
}

static bool differs_rate(const Spec *a, const Spec *b)
{
    const bool are_own = a->optimizer != b->optimizer && has_own_rate(a) && has_own_rate(b);
    return a->lr != b->lr && !are_own;
}

static void format_loss(const Spec *s, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", loss_get(s->loss)->label);
}
static void format_output(const Spec *s, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", activation_get(OUTPUT_ACTIVATION, s->output)->label);
}
static void format_hidden(const Spec *s, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", activation_get(HIDDEN_ACTIVATION, s->hidden)->label);
}
static void format_layers(const Spec *s, char *text, size_t size) { spec_describe_layers(s, text, size); }
static void format_optimizer(const Spec *s, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", optimizer_get(s->optimizer)->label);
}
static void format_batch(const Spec *s, char *text, size_t size) { (void)snprintf(text, size, "%d", s->batch); }
static void format_seed(const Spec *s, char *text, size_t size) { (void)snprintf(text, size, "%u", (unsigned)s->seed); }

#define FORMAT_SETTING(name, field)                                                                                    \
    static void format_##name(const Spec *s, char *text, size_t size)                                                  \
    {                                                                                                                  \
        (void)snprintf(text, size, "%s", narrator_format_setting((double)s->field).text);                              \
    }
FORMAT_SETTING(rate, lr)
FORMAT_SETTING(noise, noise)
FORMAT_SETTING(l1, l1)
FORMAT_SETTING(delta, delta)
FORMAT_SETTING(weight, weight)
FORMAT_SETTING(beta, beta)
#undef FORMAT_SETTING

#define FORMAT_CHOICE(name, kind)                                                                                      \
    static void format_##name(const Spec *s, char *text, size_t size)                                                  \
    {                                                                                                                  \
        (void)snprintf(text, size, "%s", choice_get(kind, s->name)->label);                                            \
    }
FORMAT_CHOICE(range, CHOICE_RANGE)
FORMAT_CHOICE(reduce, CHOICE_REDUCE)
FORMAT_CHOICE(targets, CHOICE_TARGETS)
FORMAT_CHOICE(noise_kind, CHOICE_NOISE_KIND)
#undef FORMAT_CHOICE

static const SpecPart parts_table[SPEC_PARTS] = {
    {"loss", differs_loss, copy_loss, format_loss},
    {"output", differs_output, copy_output, format_output},
    {"inner units", differs_hidden, copy_hidden, format_hidden},
    {"layers", differs_layers, copy_layers, format_layers},
    {"optimizer", differs_optimizer, copy_optimizer, format_optimizer},
    {"learning rate", differs_rate, copy_rate, format_rate},
    {"batch", differs_batch, copy_batch, format_batch},
    {"noise", differs_noise, copy_noise, format_noise},
    {"price of the code", differs_l1, copy_l1, format_l1},
    {"random start", differs_seed, copy_seed, format_seed},
    {"Huber's delta", differs_delta, copy_delta, format_delta},
    {"weight of the ink", differs_weight, copy_weight, format_weight},
    {"range", differs_range, copy_range, format_range},
    {"mean or sum", differs_reduce, copy_reduce, format_reduce},
    {"targets", differs_targets, copy_targets, format_targets},
    {"kind of noise", differs_noise_kind, copy_noise_kind, format_noise_kind},
    {"beta", differs_beta, copy_beta, format_beta},
};

int spec_parts_list(const Spec *a, const Spec *b, const SpecPart *parts[SPEC_PARTS])
{
    int count = 0;
    for (int i = 0; i < SPEC_PARTS; i++)
        if (parts_table[i].differs(a, b))
            parts[count++] = &parts_table[i];
    return count;
}
