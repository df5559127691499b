// The table of set-ups.
#include "state/presets.h"

#include <assert.h>
#include <string.h>

#include "state/pca_run.h"

// A and B on a sigmoid, by BCE and by MSE: what most of the questions come down to.
#define BCE_SIGMOID "loss=bce,output=sigmoid"
#define MSE_SIGMOID "loss=mse,output=sigmoid"

static const char lesson[] = "The lesson", more[] = "More", claims[] = "The claims";

static const Preset rows[] = {
    {"redraw",
     "A network that redraws your digit",
     lesson,
     {BCE_SIGMOID, BCE_SIGMOID},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"optimum",
     "BCE or MSE, with a sigmoid",
     lesson,
     {BCE_SIGMOID, MSE_SIGMOID},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     "optimum"},
    {"mse-relu",
     "MSE: ReLU instead of a sigmoid",
     lesson,
     {MSE_SIGMOID, "loss=mse,output=relu"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_MSE,
     0,
     NULL},
    {"sigmoid",
     "BCE: ReLU instead of a sigmoid",
     lesson,
     {BCE_SIGMOID, "loss=bce,output=relu"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"blind",
     "BCE cannot see outside 0\u20261",
     lesson,
     {BCE_SIGMOID, "loss=bce,output=relu"},
     SCENE_MATRIX,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"answer",
     "The answer: both losses, with a sigmoid",
     lesson,
     {BCE_SIGMOID, MSE_SIGMOID},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_MSE,
     0,
     NULL},
    {"seeds",
     "Two seeds of one model",
     more,
     {BCE_SIGMOID, BCE_SIGMOID ",seed=2"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"mae",
     "MAE loses half the light",
     more,
     {MSE_SIGMOID, "loss=mae,output=sigmoid"},
     SCENE_COMPARE,
     {"error", "mae"},
     LOSS_MAE,
     0,
     "sharp"},
    {"sigmoid-twice",
     "A sigmoid applied twice",
     more,
     {BCE_SIGMOID, "loss=bce,output=sigmoid2"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"softmax",
     "Softmax over the picture",
     more,
     {BCE_SIGMOID, "loss=bce,output=softmax"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"rate",
     "A learning rate that breaks",
     more,
     {BCE_SIGMOID, BCE_SIGMOID ",lr=100"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"noise",
     "Noise: clean it up",
     more,
     {BCE_SIGMOID, BCE_SIGMOID ",noise=0.5"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     "noisy"},
    {"two-numbers",
     "Only 2 numbers",
     more,
     {BCE_SIGMOID, BCE_SIGMOID ",layers=2"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"pixel",
     "One pixel: BCE and MSE",
     more,
     {BCE_SIGMOID, MSE_SIGMOID},
     SCENE_INSPECT,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"pixel-relu",
     "One pixel: without a slope",
     more,
     {BCE_SIGMOID, "loss=bce,output=relu"},
     SCENE_INSPECT,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     NULL},
    {"sigmoid-clip",
     "BCE: clip instead of a sigmoid",
     claims,
     {BCE_SIGMOID, "loss=bce,output=clip"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_BCE,
     0,
     "sigmoid"},
    {"dim",
     "Does BCE dim the output?",
     claims,
     {BCE_SIGMOID, MSE_SIGMOID},
     SCENE_COMPARE,
     {"error", "bias"},
     LOSS_BCE,
     0,
     "dim"},
    {"binary",
     "Pixels 0 or 1",
     claims,
     {BCE_SIGMOID, MSE_SIGMOID},
     SCENE_COMPARE,
     {"error", "bce"},
     LOSS_BCE,
     1,
     "binary"},
    {"fit",
     "How far from the floor?",
     claims,
     {BCE_SIGMOID, MSE_SIGMOID},
     SCENE_COMPARE,
     {"excess", "bce"},
     LOSS_BCE,
     0,
     "fit"},
    {"grey-binary",
     "BCE: grey targets, or 0 and 1",
     claims,
     {BCE_SIGMOID, BCE_SIGMOID ",targets=binary"},
     SCENE_COMPARE,
     {"error", "bce"},
     LOSS_MSE,
     0,
     "needs_binary"},
    {"blob",
     "Inner sigmoids and plain SGD",
     claims,
     {BCE_SIGMOID ",layers=100,50,100,hidden=sigmoid,optimizer=sgd",
      MSE_SIGMOID ",layers=100,50,100,hidden=sigmoid,optimizer=sgd"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_MSE,
     0,
     "blob"},
    {"sparse",
     "A price on the code: 0.0001 or 0.0256",
     claims,
     {BCE_SIGMOID ",l1=0.0001", BCE_SIGMOID ",l1=0.0256"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_MSE,
     0,
     "sparse"},
    {"sum-mean",
     "Sum or mean, with SGD",
     claims,
     {BCE_SIGMOID ",optimizer=sgd", BCE_SIGMOID ",optimizer=sgd,reduce=sum"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_MSE,
     0,
     "sum"},
    {"tanh",
     "tanh on \u22121\u20261, a sigmoid on 0\u20261",
     claims,
     {"loss=mse,output=tanh,range=symmetric", MSE_SIGMOID},
     SCENE_COMPARE,
     {"error", "mse"},
     LOSS_MSE,
     0,
     "tanh"},
    {"linear",
     "No bend in it, beside PCA",
     claims,
     {"loss=mse,output=linear,hidden=linear", PRESET_PCA},
     SCENE_COMPARE,
     {"error", "mse"},
     LOSS_MSE,
     0,
     "pca"},
    {"odd",
     "Which loss finds an odd digit?",
     claims,
     {BCE_SIGMOID, MSE_SIGMOID},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_MSE,
     0,
     "odd"},
    {"vae-sum",
     "A VAE: sum or mean over the pixels",
     claims,
     {BCE_SIGMOID ",model=vae", BCE_SIGMOID ",model=vae,reduce=mean"},
     SCENE_COMPARE,
     {"bce", "mse"},
     LOSS_MSE,
     0,
     "vae_sum"},
    {"vae-blur",
     "A VAE: BCE or MSE at the same KL",
     claims,
     {BCE_SIGMOID ",model=vae", MSE_SIGMOID ",model=vae,beta=0.3"},
     SCENE_COMPARE,
     {"error", "mse"},
     LOSS_MSE,
     0,
     "vae_blur"},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

int preset_count(void) { return ROW_COUNT; }

const Preset *preset_get(int preset)
{
    assert(preset >= 0 && preset < ROW_COUNT);
    return &rows[preset];
}

int preset_find(const char *key)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].key, key) == 0)
            return i;
    return -1;
}

int preset_find_claim(const char *claim)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (rows[i].claim && strcmp(rows[i].claim, claim) == 0)
            return i;
    return -1;
}

bool preset_is_pca(const Preset *preset, int side) { return strcmp(preset->specs[side], PRESET_PCA) == 0; }

Spec preset_spec(const Preset *preset, int side)
{
    if (preset_is_pca(preset, side)) {
        const Spec other = preset_spec(preset, side == SIDE_A ? SIDE_B : SIDE_A);
        return pca_run_spec(pca_components(&other));
    }
    Spec spec = spec_default();
    const bool is_good = spec_parse(&spec, preset->specs[side], NULL);
    assert(is_good && "a row of the table names a spec that is none");
    (void)is_good;
    return spec;
}

void preset_apply(const Preset *preset, Look *look)
{
    look->scene = preset->scene;
    for (int i = 0; i < HEATMAP_COUNT; i++)
        look->heatmaps[i] = heatmap_find(preset->heatmaps[i]);
    look->curve_loss = preset->curve_loss;
    look->binarise = preset->binarise;
    look->is_wiped = look->is_clipped = false;
    look->past_step = -1;
    if (preset->scene == SCENE_INSPECT)
        look->digit = -1; // one's own
}

bool preset_holds(const Preset *preset, const Look *look, const Spec *a, const Spec *b)
{
    Look wanted = *look;
    preset_apply(preset, &wanted);
    const Spec specs[SIDE_COUNT] = {preset_spec(preset, SIDE_A), preset_spec(preset, SIDE_B)};
    bool is_same = spec_equal(&specs[SIDE_A], a) && spec_equal(&specs[SIDE_B], b);
    for (int i = 0; i < HEATMAP_COUNT; i++)
        is_same &= wanted.heatmaps[i] == look->heatmaps[i];
    return is_same && wanted.scene == look->scene && wanted.curve_loss == look->curve_loss &&
           wanted.binarise == look->binarise && wanted.is_wiped == look->is_wiped &&
           wanted.is_clipped == look->is_clipped && wanted.past_step == look->past_step;
}
