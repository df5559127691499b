// The rows of what is measured besides.
#include "commands/extras.h"

#include "files/report_json.h"

static bool wants_pca(const Options *options) { return options->has_pca; }

static json_t *measure_pca(const ExtrasInput *in, Error *error)
{
    Pca *pca = pca_create(&in->dataset->train, in->images, &in->dataset->test, in->pool, NULL, error);
    json_t *json = pca ? report_pca(pca, pca_components(&in->model->spec)) : NULL;
    pca_destroy(pca);
    return json;
}

static const struct {
    const char *key; // in the JSON
    bool (*is_wanted)(const Options *options);
    json_t *(*measure)(const ExtrasInput *in, Error *error); // NULL: error says why
} extras[] = {
    {"pca", wants_pca, measure_pca},
};

bool extras_add(json_t *report, const ExtrasInput *input, Error *error)
{
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
        if (!extras[i].is_wanted(input->options))
            continue;
        json_t *json = extras[i].measure(input, error);
        if (!json)
            return false;
        (void)json_object_set_new(report, extras[i].key, json);
    }
    return true;
}
