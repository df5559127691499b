// Pixels in a script: noise, targets, and the range that they are mapped to.
#include <string.h>

#include "files/code_parts.h"

static const char *const to_range[RANGE_COUNT] = {[RANGE_UNIT] = "%s",
                                                  [RANGE_SYMMETRIC] = "2 * %s - 1",
                                                  [RANGE_STANDARD] = "(%s - RANGE[\"mean\"]) / RANGE[\"deviation\"]"};
static const char *const from_range[RANGE_COUNT] = {[RANGE_UNIT] = "%s",
                                                    [RANGE_SYMMETRIC] = "(%s + 1) / 2",
                                                    [RANGE_STANDARD] = "%s * RANGE[\"deviation\"] + RANGE[\"mean\"]"};

// text, an expression of pixels, in another range: by one of the two tables.
static void put_mapped(Script *script, const char *const forms[RANGE_COUNT], const char *text)
{
    const char *form = forms[script->spec->range], *at = strstr(form, "%s");
    code_put(script, "%.*s%s%s", (int)(at - form), form, text, at + 2);
}

static const char *const targets[TARGETS_COUNT][FRAMEWORK_COUNT] = {
    [TARGETS_GREY] = {"t", "t"},
    [TARGETS_BINARY] = {"(t >= 0.5).float()", "keras.ops.cast(t >= 0.5, \"float32\")"},
    [TARGETS_SAMPLED] = {"torch.bernoulli(t)",
                         "keras.ops.cast(keras.random.uniform(keras.ops.shape(t)) < t, \"float32\")"},
};

// What figures are held against: the grey ones where targets are drawn.
static const char *shown_target(const Script *script)
{
    return targets[pixels_have_binary_figures(script->spec) ? TARGETS_BINARY : TARGETS_GREY][script->framework];
}

// Of the input x, in [0, 1]; the number is put in by name.
static const char *const noises[NOISE_KIND_COUNT][FRAMEWORK_COUNT] = {
    [NOISE_GAUSSIAN] = {"(t + @noise@ * torch.randn_like(t)).clamp(0, 1)",
                        "keras.ops.clip(x + @noise@ * keras.random.normal(keras.ops.shape(x)), 0, 1)"},
    [NOISE_MASK] = {"(t * (torch.rand_like(t) >= @noise@))",
                    "keras.ops.where(keras.random.uniform(keras.ops.shape(x)) < @noise@, 0.0, x)"},
    [NOISE_SALT] = {"torch.where(torch.rand_like(t) < @noise@, torch.randint_like(t, 2), t)",
                    "keras.ops.where(keras.random.uniform(keras.ops.shape(x)) < @noise@, "
                    "keras.ops.round(keras.random.uniform(keras.ops.shape(x))), x)"},
};

static void put_noise(Script *script) { code_put_number(script, script->spec->noise); }
static void put_damage(Script *script) { code_fill(script, noises[script->spec->noise_kind][script->framework]); }
static void put_clean(Script *script) { put_mapped(script, to_range, "t"); }
static void put_measured(Script *script) { put_mapped(script, to_range, shown_target(script)); }
static void put_shown(Script *script) { code_put(script, "%s", shown_target(script)); }
static void put_back(Script *script) { put_mapped(script, from_range, script->framework == KERAS ? "p" : "output(z)"); }

static void put_input(Script *script)
{
    const char *form = to_range[script->spec->range], *at = strstr(form, "%s");
    code_put(script, "%.*s", (int)(at - form), form);
    if (pixels_are_damaged(script->spec))
        put_damage(script);
    else
        code_put(script, "t");
    code_put(script, "%s", at + 2);
}

void code_put_targets(Script *script)
{
    put_mapped(script, to_range, targets[script->spec->targets][script->framework]);
}

// Keras' loss is given pixels: what it holds the outputs against.
static void put_target(Script *script)
{
    if (script->spec->targets == TARGETS_GREY && script->spec->range == RANGE_UNIT)
        return;
    code_put(script, "    t = ");
    code_put_targets(script);
    code_put(script, "\n");
}

static bool is_plain(const Spec *spec) { return !pixels_have_binary_figures(spec) && spec->range == RANGE_UNIT; }

static void put_metric(Script *script)
{
    if (!is_plain(script->spec))
        code_fill(script, "def mse(t, p):\n    return keras.ops.mean((@back@ - @shown@) ** 2, axis=-1)\n\n\n");
}

static void put_metric_name(Script *script) { code_put(script, "%s", is_plain(script->spec) ? "\"mse\"" : "mse"); }

// Only with range=standard: the two numbers, where they come from and where they are kept.
static void put_standard(Script *script, const char *otherwise, const char *text)
{
    code_put(script, "%s", script->spec->range == RANGE_STANDARD ? text : otherwise);
}

static void put_range(Script *script)
{
    put_standard(script, "",
                 "\nRANGE = {\"mean\": 0.0, \"deviation\": 1.0}\n\n\n"
                 "def standardise(images):\n"
                 "    RANGE.update(mean=float(images.mean() / 255), deviation=float(images.std() / 255))\n");
}

static void put_metadata(Script *script)
{
    put_standard(script, "    header.pop(\"__metadata__\", None)\n",
                 "    metadata = header.pop(\"__metadata__\", {})\n"
                 "    RANGE.update({key: float(metadata[key]) for key in RANGE if key in metadata})\n");
}

static void put_moments(Script *script)
{
    put_standard(script, "", ", **{key: repr(value) for key, value in RANGE.items()}");
}

static void put_standardise(Script *script) { put_standard(script, "", "    standardise(train)\n"); }

static void put_build(Script *script)
{
    put_standard(script, "model = build()",
                 "if options.load:\n        read_tensors(options.load)\n    else:\n"
                 "        standardise(read_images(options.data, \"train\")[:options.limit])\n    model = build()");
}

// Keras' layers before the first dense one.
static void put_first_layers(Script *script)
{
    static const char *const scales[RANGE_COUNT] = {
        [RANGE_SYMMETRIC] = "2, -1",
        [RANGE_STANDARD] = "1 / RANGE[\"deviation\"], -RANGE[\"mean\"] / RANGE[\"deviation\"]"};
    if (pixels_are_damaged(script->spec))
        code_put(script, "    x = Damage()(x)\n");
    if (scales[script->spec->range])
        code_put(script, "    x = keras.layers.Rescaling(%s)(x)\n", scales[script->spec->range]);
}

static void put_damage_layer(Script *script)
{
    if (pixels_are_damaged(script->spec))
        code_fill(script, "class Damage(keras.layers.Layer):\n"
                          "    def call(self, x, training=False):\n"
                          "        return @damage@ if training else x\n\n\n");
}

const ScriptPart code_pixel_parts[] = {
    {"first_layers", put_first_layers}, // Keras: before the first dense one
    {"input", put_input},               // what the model is given
    {"noise", put_noise},               // its number
    {"clean", put_clean},               // t in the model's range
    {"measured", put_measured},         // what figures are held against, in that range
    {"shown", put_shown},               // the same in [0, 1]
    {"back", put_back},                 // outputs in [0, 1]
    {"damage", put_damage},             // t with noise
    {"damage_layer", put_damage_layer}, // Keras: the class
    {"target", put_target},             // Keras: what its loss holds outputs against
    {"metric", put_metric},             // Keras: a function, where its own does not fit
    {"metric_name", put_metric_name},
    {"range", put_range},       // with range=standard alone, as the rest: the range's two numbers
    {"metadata", put_metadata}, // where they are kept
    {"moments", put_moments},
    {"standardise", put_standardise}, // where they come from
    {"build", put_build},
    {NULL, NULL},
};
