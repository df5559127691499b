// Scripts from their templates: a spec's parts by name.
#include "files/code.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/code_rows.h"
#include "files/code_scripts.h"

enum { PYTORCH, KERAS, FRAMEWORK_COUNT };

static const struct {
    const char *key, *script;
} frameworks[FRAMEWORK_COUNT] = {[PYTORCH] = {"pytorch", code_pytorch}, [KERAS] = {"keras", code_keras}};

const char *code_key(int framework) { return framework < FRAMEWORK_COUNT ? frameworks[framework].key : NULL; }

// ---- the rows -----------------------------------------------------------------------------------------------------

#define LOSS_CODE(C, function, NAME, ...) [LOSS_##NAME] = CODE_LOSS_##function,
static const struct {
    const char *pytorch, *pytorch_logit, *keras;
} losses[LOSS_COUNT] = {LOSSES(LOSS_CODE, _)};

typedef const char *Pair[FRAMEWORK_COUNT];

#define OUTPUT_CODE(C, function, ...) CODE_OUTPUT_##function,
static const Pair outputs[OUTPUT_COUNT] = {OUTPUT_ACTIVATIONS(OUTPUT_CODE, _)};

#define HIDDEN_CODE(C, function, ...) CODE_HIDDEN_##function,
static const Pair hiddens[HIDDEN_COUNT] = {HIDDEN_ACTIVATIONS(HIDDEN_CODE, _)};

#define OUTPUT_LOGIT(C, function, key, label, formula, what, look, logit, scope) logit,
static const int logits[OUTPUT_COUNT] = {OUTPUT_ACTIVATIONS(OUTPUT_LOGIT, _)};

#define OPTIMIZER_CODE(key, pytorch, keras) {key, {pytorch, keras}},
static const struct {
    const char *key;
    Pair code;
} optimizers[] = {CODE_OPTIMIZERS(OPTIMIZER_CODE)};

static const char *find_optimizer(int framework, int optimizer)
{
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        if (strcmp(optimizers[i].key, optimizer_get(optimizer)->key) == 0)
            return optimizers[i].code[framework];
    assert(false && "each optimizer has a row in code_rows.h");
    return "";
}

// ---- filling in ---------------------------------------------------------------------------------------------------

typedef struct Script {
    char *text;
    size_t size, used;
    int framework;
    const Spec *spec;
} Script;

// What does not fit is counted, so that a second time has the room.
static void put(Script *script, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(Script *script, const char *format, ...)
{
    va_list arguments;
    const size_t room = script->used < script->size ? script->size - script->used : 0;
    va_start(arguments, format);
    const int length = vsnprintf(room > 0 ? script->text + script->used : NULL, room, format, arguments);
    va_end(arguments);
    script->used += length > 0 ? (size_t)length : 0;
}

// With the fewest digits that read back as the same number.
static void put_number(Script *script, float value)
{
    char text[32] = "";
    for (int digits = 1; digits <= 9 && strtof(text, NULL) != value; digits++)
        (void)snprintf(text, sizeof text, "%.*g", digits, (double)value);
    put(script, "%s", text);
}

static void fill(Script *script, const char *text);

static int width(const Spec *spec, int layer)
{
    return layer < 0 || layer == spec->hidden_count ? DIGIT_PIXELS : spec->widths[layer];
}

// PyTorch's modules of the layers from first on, each but the output followed by its activation.
static void put_modules(Script *script, int first, int end)
{
    for (int i = first; i < end; i++) {
        put(script, "%snn.Linear(%d, %d)", i > first ? ", " : "", width(script->spec, i - 1), width(script->spec, i));
        if (i < script->spec->hidden_count)
            put(script, ", %s", hiddens[script->spec->hidden][PYTORCH]);
    }
}

static void put_encoder(Script *script) { put_modules(script, 0, spec_code_index(script->spec) + 1); }
static void put_decoder(Script *script)
{
    put_modules(script, spec_code_index(script->spec) + 1, script->spec->hidden_count + 1);
}

static void put_layers(Script *script)
{
    const Spec *spec = script->spec;
    if (spec->noise > 0.0f) {
        put(script, "    x = keras.layers.GaussianNoise(");
        put_number(script, spec->noise);
        put(script, ")(x)\n    x = keras.layers.ReLU(max_value=1.0)(x)  # between 0 and 1, as pixels are\n");
    }
    for (int i = 0; i <= spec->hidden_count; i++) {
        put(script, "    x = keras.layers.Dense(%d, activation=%s", width(spec, i),
            i < spec->hidden_count ? "hidden" : "output");
        if (i == spec_code_index(spec) && spec->l1 > 0.0f) {
            put(script, ", activity_regularizer=keras.regularizers.L1(");
            put_number(script, spec->l1);
            put(script, spec->reduce == REDUCE_SUM ? " * 784)" : ")");
        }
        put(script, ", name=\"dense_%d\")(x)\n", i);
    }
}

static void put_loss(Script *script)
{
    const Spec *spec = script->spec;
    const int k = logits[spec->output];
    if (script->framework == KERAS) {
        put(script, "%s", spec->reduce == REDUCE_SUM ? "784 * " : "");
        fill(script, losses[spec->loss].keras);
    } else if (k != 0 && losses[spec->loss].pytorch_logit) {
        put(script, "%s    return ", k == OF_SIGMOID ? "    z = torch.sigmoid(z)\n" : "");
        fill(script, losses[spec->loss].pytorch_logit);
    } else {
        put(script, "    p = output(z)\n    return ");
        fill(script, losses[spec->loss].pytorch);
    }
    if (script->framework == PYTORCH)
        put(script, "\n");
}

static void put_k(Script *script)
{
    if (logits[script->spec->output] > 1)
        put(script, "%d * ", logits[script->spec->output]);
}

static void put_spec(Script *script)
{
    char text[SPEC_TEXT_SIZE];
    spec_format(script->spec, text, sizeof text);
    put(script, "%s", text);
}

// A noisy pixel is at least 0 and at most 1, as any pixel.
static void put_input(Script *script)
{
    if (script->spec->noise <= 0.0f) {
        put(script, "t");
        return;
    }
    put(script, "(t + ");
    put_number(script, script->spec->noise);
    put(script, " * torch.randn_like(t)).clamp(0, 1)");
}

static void put_total(Script *script)
{
    put(script, script->spec->reduce == REDUCE_SUM ? "(784 * (loss(z, t)" : "(loss(z, t)");
    if (script->spec->l1 > 0.0f) {
        put(script, " + ");
        put_number(script, script->spec->l1);
        put(script, " * code.abs().sum(1).mean()");
    }
    put(script, script->spec->reduce == REDUCE_SUM ? "))" : ")");
}

static void put_output(Script *script) { put(script, "%s", outputs[script->spec->output][script->framework]); }
static void put_hidden(Script *script) { put(script, "%s", hiddens[script->spec->hidden][script->framework]); }
static void put_optimizer(Script *script) { fill(script, find_optimizer(script->framework, script->spec->optimizer)); }
static void put_lr(Script *script) { put_number(script, script->spec->lr); }
static void put_delta(Script *script) { put_number(script, script->spec->delta); }
static void put_weight(Script *script) { put_number(script, script->spec->weight); }
static void put_batch(Script *script) { put(script, "%d", script->spec->batch); }
static void put_seed(Script *script) { put(script, "%u", (unsigned)script->spec->seed); }

static const struct {
    const char *name;
    void (*put)(Script *script);
} parts[] = {{"spec", put_spec},           {"encoder", put_encoder}, {"decoder", put_decoder}, {"layers", put_layers},
             {"output", put_output},       {"hidden", put_hidden},   {"loss", put_loss},       {"k", put_k},
             {"input", put_input},         {"total", put_total},     {"lr", put_lr},           {"batch", put_batch},
             {"optimizer", put_optimizer}, {"seed", put_seed},       {"delta", put_delta},     {"weight", put_weight}};

static void put_part(Script *script, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strlen(parts[i].name) == length && memcmp(parts[i].name, name, length) == 0) {
            parts[i].put(script);
            return;
        }
    assert(false && "each name in a script is a row of parts");
}

static void fill(Script *script, const char *text)
{
    for (const char *at; (at = strchr(text, '@'));) {
        const char *end = strchr(at + 1, '@');
        put(script, "%.*s", (int)(at - text), text);
        put_part(script, at + 1, (size_t)(end - at - 1));
        text = end + 1;
    }
    put(script, "%s", text);
}

char *code_format(int framework, const Spec *spec)
{
    Script script = {.framework = framework, .spec = spec};
    fill(&script, frameworks[framework].script);
    script = (Script){.framework = framework, .spec = spec, .size = script.used + 1, .text = malloc(script.used + 1)};
    if (script.text)
        fill(&script, frameworks[framework].script);
    return script.text;
}
