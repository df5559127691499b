// Fuzzes capture_parse_state: the settings in a picture, which may come from anybody. The first byte is not used.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/capture_state.h"
#include "fuzz.h"

static CaptureState state;

// What was taken is within the bounds of what follows it.
static void check(const SavedState *saved)
{
    const Look *look = &saved->look;
    if ((int)look->scene >= SCENE_COUNT || saved->model_count < 1 || saved->model_count > MODELS_MAX ||
        look->pixel < 0 || look->pixel >= DIGIT_PIXELS || !look->matrix_outputs || !look->matrix_losses ||
        look->brush_last >= HISTOGRAM_BINS || look->lesson >= LESSON_COUNT || saved->page_first < 0)
        abort();
    for (int i = 0; i < HEATMAP_COUNT; i++)
        if (look->heatmaps[i] < 0 || look->heatmaps[i] >= heatmap_count())
            abort();
    for (int i = 0; i < saved->model_count; i++) {
        const SavedModel *model = &saved->models[i];
        char text[SPEC_TEXT_SIZE];
        Spec spec;
        spec_format(&model->spec, text, sizeof text);
        if (!spec_parse(&spec, text, NULL) || model->step < 0 || model->newest < model->step ||
            model->newest > INT32_MAX)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error = {""};
    if (size == 0)
        return 0;
    if (capture_parse_state((const char *)data + 1, size - 1, "file", &state, &error))
        check(&state.saved);
    else if (!error.text[0])
        abort();
    return 0;
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    static const char *const texts[] = {
        "{\"program\":\"losslens " LOSSLENS_VERSION "\",\"view\":\"matrix\",\"epochs\":5,\"pad\":\"test 3\","
        "\"data\":{\"name\":\"builtin\",\"train\":60000,\"test\":10000,\"seed\":1},\"heatmaps\":[\"bce\",\"mse\"],"
        "\"heat_scale\":{\"bce\":1.0},\"matrix\":{\"outputs\":[\"relu\"],\"losses\":[\"bce\"],\"shows\":\"bce\"},"
        "\"a\":{\"spec\":\"loss=mae\",\"step\":10,\"epoch\":0.5,\"newest\":[20,1]},\"others\":[{\"spec\":\"seed=2\","
        "\"step\":0,\"epoch\":0}],\"hidden\":\"loss=mse\",\"popup\":[\"glossary\",\"seed\"],\"lesson\":[1,2]}",
        "{\"program\":\"losslens 9\",\"view\":\"inspect\",\"epochs\":0,\"pad\":\"drawn\",\"drawing\":{\"side\":28,"
        "\"raster\":\"eNpjYBgFo2AUwAAAAxAAAQ\"},\"data\":{\"name\":\"x\",\"train\":1,\"test\":1,\"path\":\"~/m\"},"
        "\"pixel\":[1,2],\"pixel_is\":\"pinned\",\"target\":0.5,\"brush_bins\":[1,2],\"page\":{\"first\":0,"
        "\"shuffle\":1},\"window\":{\"size\":[800,600],\"display_scale\":1,\"scale\":1},\"figure\":{\"title\":\"T\","
        "\"size\":[800,450],\"has_own_title\":true},\"b\":{\"spec\":\"\",\"step\":1,\"epoch\":1,\"broken_step\":2,"
        "\"init\":{\"path\":\"/x\",\"step\":0}}}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fuzz_add_seed(seeds, 0, texts[i], strlen(texts[i]));
}
