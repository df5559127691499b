// Scripts from their templates: a spec's parts by name.
#include "files/code.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/code_parts.h"
#include "files/code_rows.h"
#include "files/code_scripts.h"

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

#define HELPER_CODE(NAME, pytorch, keras) [LOSS_##NAME] = {pytorch, keras},
static const Pair helpers[LOSS_COUNT] = {CODE_HELPERS(HELPER_CODE)};

#define OUTPUT_CODE(C, function, ...) CODE_OUTPUT_##function,
static const Pair outputs[OUTPUT_COUNT] = {OUTPUT_ACTIVATIONS(OUTPUT_CODE, _)};

#define HIDDEN_CODE(C, function, ...) CODE_HIDDEN_##function,
static const Pair hiddens[HIDDEN_COUNT] = {HIDDEN_ACTIVATIONS(HIDDEN_CODE, _)};

#define OUTPUT_LOGIT(C, function, key, label, formula, what, look, logit, odds, scope) logit,
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

// What does not fit is counted, so that a second time has the room.
void code_put(Script *script, const char *format, ...)
{
    va_list arguments;
    const size_t room = script->used < script->size ? script->size - script->used : 0;
    va_start(arguments, format);
    const int length = vsnprintf(room > 0 ? script->text + script->used : NULL, room, format, arguments);
    va_end(arguments);
    script->used += length > 0 ? (size_t)length : 0;
}

void code_put_number(Script *script, float value)
{
    char text[32] = "";
    for (int digits = 1; digits <= 9 && strtof(text, NULL) != value; digits++)
        (void)snprintf(text, sizeof text, "%.*g", digits, (double)value);
    code_put(script, "%s", text);
}

const char *code_hidden(const Script *script) { return hiddens[script->spec->hidden][script->framework]; }

static void put_loss(Script *script)
{
    const Spec *spec = script->spec;
    const int k = logits[spec->output];
    if (script->framework == KERAS) {
        code_put(script, "%s", spec->reduce == REDUCE_SUM ? "784 * (" : "");
        code_fill(script, losses[spec->loss].keras);
        code_put(script, "%s", spec->reduce == REDUCE_SUM ? ")" : "");
    } else if (k != 0 && losses[spec->loss].pytorch_logit) {
        code_put(script, "%s    return ", k == OF_SIGMOID ? "    z = torch.sigmoid(z)\n" : "");
        code_fill(script, losses[spec->loss].pytorch_logit);
    } else {
        code_put(script, "    p = output(z)\n    return ");
        code_fill(script, losses[spec->loss].pytorch);
    }
    if (script->framework == PYTORCH)
        code_put(script, "\n");
}

static void put_k(Script *script)
{
    if (logits[script->spec->output] > 1)
        code_put(script, "%d * ", logits[script->spec->output]);
}

static void put_spec(Script *script)
{
    char text[SPEC_TEXT_SIZE];
    spec_format(script->spec, text, sizeof text);
    code_put(script, "%s", text);
}

static void put_total(Script *script)
{
    code_put(script, script->spec->reduce == REDUCE_SUM ? "(784 * (loss(z, " : "(loss(z, ");
    code_put_targets(script);
    code_put(script, ")");
    if (script->spec->l1 > 0.0f) {
        code_put(script, " + ");
        code_put_number(script, script->spec->l1);
        code_put(script, " * code.abs().sum(1).mean()");
    }
    code_put(script, script->spec->reduce == REDUCE_SUM ? ")" : "");
    if (code_is_drawn(script->model)) {
        code_put(script, " + ");
        if (script->spec->beta < 1.0f || script->spec->beta > 1.0f) {
            code_put_number(script, script->spec->beta);
            code_put(script, " * ");
        }
        code_put(script, "kl.mean()");
    }
    code_put(script, ")");
}

// ---- where not all layers are dense, or one draws ----

static void put_if(Script *script, bool is_so, const char *text, const char *otherwise)
{
    code_fill(script, is_so ? text : otherwise);
}

// Pictures of many channels take much memory: so many images at a time.
static void put_measuring(Script *script)
{
    const bool has_range = script->spec->range != RANGE_UNIT;
    if (script->model->is_dense) {
        code_fill(script, "z, _ = model(@clean@)");
        return;
    }
    put_if(script, code_is_drawn(script->model), "z, _, kl", "z, _");
    put_if(script, has_range, " = map(torch.cat, zip(*map(model, (@clean@).split(500))))",
           " = map(torch.cat, zip(*map(model, t.split(500))))");
}

static void put_measured_kl(Script *script)
{
    put_if(script, code_is_drawn(script->model), ", \"kl\": kl.mean().item()", "");
}

static void put_outputs(Script *script) { put_if(script, code_is_drawn(script->model), "z, code, kl", "z, code"); }
static void put_evaluate(Script *script) { put_if(script, code_is_drawn(script->model), "    model.eval()\n", ""); }
static void put_train(Script *script) { put_if(script, code_is_drawn(script->model), "    model.train()\n", ""); }

static void put_files(Script *script)
{
    put_if(script, script->model->is_dense, code_keras_dense_files, code_keras_files);
}

static void put_load_spread(Script *script)
{
    put_if(script, script->spec->loss == LOSS_GAUSS, "    log_sigma.assign(tensors[\"log_sigma\"][0])\n", "");
}

static void put_save_spread(Script *script)
{
    put_if(script, script->spec->loss == LOSS_GAUSS,
           "    tensors[\"log_sigma\"] = numpy.array([keras.ops.convert_to_numpy(log_sigma)])\n", "");
}

static void put_output(Script *script) { code_put(script, "%s", outputs[script->spec->output][script->framework]); }
static void put_hidden(Script *script) { code_put(script, "%s", code_hidden(script)); }
static void put_optimizer(Script *script)
{
    code_fill(script, find_optimizer(script->framework, script->spec->optimizer));
}
static void put_lr(Script *script) { code_put_number(script, script->spec->lr); }
static void put_delta(Script *script) { code_put_number(script, script->spec->delta); }
static void put_weight(Script *script) { code_put_number(script, script->spec->weight); }

static void put_helper(Script *script)
{
    const char *text = helpers[script->spec->loss][script->framework];
    code_put(script, "%s", text ? text : "");
}

// gauss's ln s among what is trained.
static void put_own_spread(Script *script)
{
    static const char *const values[] = {"        self.log_sigma = log_sigma\n", "    x = Spread()(x)\n"};
    if (script->spec->loss == LOSS_GAUSS)
        code_put(script, "%s", values[script->framework]);
}

static void put_batch(Script *script) { code_put(script, "%d", script->spec->batch); }
static void put_seed(Script *script) { code_put(script, "%u", (unsigned)script->spec->seed); }

static const ScriptPart own_parts[] = {
    {"spec", put_spec},
    {"measuring", put_measuring},
    {"measured_kl", put_measured_kl},
    {"outputs", put_outputs},
    {"evaluate", put_evaluate},
    {"train", put_train},
    {"files", put_files},
    {"load_spread", put_load_spread},
    {"save_spread", put_save_spread},
    {"output", put_output},
    {"hidden", put_hidden},
    {"loss", put_loss},
    {"k", put_k},
    {"total", put_total},
    {"lr", put_lr},
    {"batch", put_batch},
    {"optimizer", put_optimizer},
    {"seed", put_seed},
    {"delta", put_delta},
    {"weight", put_weight},
    {"helper", put_helper},
    {"own_spread", put_own_spread},
    {NULL, NULL},
};

static void put_part(Script *script, const char *name, size_t length)
{
    static const ScriptPart *const tables[] = {own_parts, code_pixel_parts, code_layer_parts};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const ScriptPart *part = tables[i]; part->name; part++)
            if (strlen(part->name) == length && memcmp(part->name, name, length) == 0) {
                part->put(script);
                return;
            }
    assert(false && "each name in a script is a row of a table of parts");
}

void code_fill(Script *script, const char *text)
{
    for (const char *at; (at = strchr(text, '@'));) {
        const char *end = strchr(at + 1, '@');
        code_put(script, "%.*s", (int)(at - text), text);
        put_part(script, at + 1, (size_t)(end - at - 1));
        text = end + 1;
    }
    code_put(script, "%s", text);
}

char *code_format(int framework, const Spec *spec)
{
    const Model model = model_create(spec, DIGIT_PIXELS);
    Script script = {.framework = framework, .spec = spec, .model = &model};
    code_fill(&script, frameworks[framework].script);
    script.size = script.used + 1;
    script.used = 0;
    script.text = malloc(script.size);
    if (script.text)
        code_fill(&script, frameworks[framework].script);
    return script.text;
}
