// The fields of a picture's settings, as a table.
#include "files/capture_fields.h"

#include <string.h>

static const char program[] = "losslens ";

static const char *scene_key(int i) { return scene_get((Scene)i)->key; }

static json_t *write_program(const CaptureSource *source)
{
    (void)source;
    return json_sprintf("%s%s", program, LOSSLENS_VERSION);
}

static bool read_program(const json_t *value, CaptureState *out, Error *error)
{
    const char *text = json_string_value(value);
    if (!text || strncmp(text, program, sizeof program - 1) != 0)
        return capture_expect(value, "\"losslens\" and its version", error);
    if (strcmp(text + sizeof program - 1, LOSSLENS_VERSION) != 0)
        notices_add(&out->notices, "the picture was made by %.40s, and this is losslens %s: it may look another way",
                    text, LOSSLENS_VERSION);
    return true;
}

static json_t *write_view(const CaptureSource *s) { return json_string(scene_key((int)s->frame->look.scene)); }

static bool read_view(const json_t *value, CaptureState *out, Error *error)
{
    int scene;
    if (!capture_read_key(value, scene_key, SCENE_COUNT, &scene, error))
        return false;
    out->saved.look.scene = (Scene)scene;
    return true;
}

// ---- the table ----------------------------------------------------------------------------------------------------

static const CaptureField fields[] = {
    {"program", write_program, read_program},
    {"view", write_view, read_view},
    {"data", capture_write_data, capture_read_data},
    {"notices", capture_write_notices, NULL},
    {"first_digit", capture_write_first, NULL},
    {"shuffled", capture_write_shuffled, NULL},
    {"heatmaps", capture_write_heatmaps, capture_read_heatmaps},
    {"heat_scale", capture_write_scales, capture_read_scales},
    {"clipped", capture_write_clipped, capture_read_clipped},
    {"show_as", capture_write_show_as, capture_read_show_as},
    {"epochs", capture_write_epochs, capture_read_epochs},
    {"binary", capture_write_binary, capture_read_binary},
    {"histogram", capture_write_histogram, capture_read_histogram},
    {"curve", capture_write_curve, capture_read_curve},
    {"digits", capture_write_digits, NULL},
    {"page", capture_write_page, capture_read_page},
    {"digit", capture_write_digit, capture_read_digit},
    {"theme", capture_write_theme, capture_read_theme},
    {"pad", capture_write_pad, capture_read_pad},
    {"drawing", capture_write_drawing, capture_read_drawing},
    {"pad_brush", capture_write_pad_brush, capture_read_pad_brush},
    {"pad_centred", capture_write_centred, capture_read_centred},
    {"newest_step", capture_write_newest, NULL},
    {"past_step", capture_write_past, capture_read_past},
    {"preset", capture_write_preset, capture_read_preset},
    {"lesson", capture_write_lesson, capture_read_lesson},
    {"lesson_pixel", capture_write_lesson_pixel, capture_read_lesson_pixel},
    {"wipe", capture_write_wipe, capture_read_wipe},
    {"fed_back", capture_write_fed_back, capture_read_fed_back},
    {"pixel", capture_write_pixel, capture_read_pixel},
    {"pixel_is", capture_write_pixel_choice, capture_read_pixel_choice},
    {"target", capture_write_target, capture_read_target},
    {"brush_bins", capture_write_brush, capture_read_brush},
    {"matrix", capture_write_matrix, capture_read_matrix},
    {"hide", capture_write_hide, capture_read_hide},
    {"claims_page", capture_write_claims_page, capture_read_claims_page},
    {"measured", capture_write_measured, capture_read_measured},
    {"verdicts", capture_write_verdicts, capture_read_verdicts},
    {"code_view", capture_write_code, capture_read_code},
    {"latent_view", capture_write_latent, capture_read_latent},
    {"pace", capture_write_pace, capture_read_pace},
    {"paused", capture_write_paused, capture_read_paused},
    {"popup", capture_write_popup, capture_read_popup},
    {"window", capture_write_window, capture_read_window},
    {"a", capture_write_a, capture_read_a},
    {"b", capture_write_b, capture_read_b},
    {"hidden", capture_write_hidden, capture_read_hidden},
    {"others", capture_write_others, capture_read_others},
    {"figure", capture_write_figure, capture_read_figure},
};

const CaptureField *capture_fields(int *count)
{
    *count = sizeof fields / sizeof *fields;
    return fields;
}
