// The rows of what is measured besides.
#include "commands/extras.h"

#include "files/report_json.h"

static bool is_always(const Options *options) { return (void)options, true; }
static bool wants_pca(const Options *options) { return options->has_pca; }
static bool wants_auroc(const Options *options) { return cli_is_given(options, "--without"); }

// Among the other figures of the test set.
static bool add_appearance(json_t *report, const ExtrasInput *in, Error *error)
{
    Appearance appearance;
    const ImageSet *test = &in->dataset->test;
    if (!appearance_measure(in->model, in->parameters, test, test->count, in->pool, &appearance, error))
        return false;
    report_appearance(json_object_get(report, "test"), &appearance);
    return true;
}

static bool add_pca(json_t *report, const ExtrasInput *in, Error *error)
{
    Pca *pca = pca_create(&in->dataset->train, in->images, &in->dataset->test, in->pool, NULL, error);
    if (!pca)
        return false;
    (void)json_object_set_new(report, "pca", report_pca(pca, pca_components(&in->model->spec)));
    pca_destroy(pca);
    return true;
}

static bool add_auroc(json_t *report, const ExtrasInput *in, Error *error)
{
    Auroc auroc;
    if (!auroc_measure(in->model, in->parameters, &in->dataset->test, in->options->without, in->pool, &auroc, error))
        return false;
    (void)json_object_set_new(report, "auroc", report_auroc(&auroc));
    return true;
}

static const struct {
    bool (*is_wanted)(const Options *options);
    bool (*add)(json_t *report, const ExtrasInput *in, Error *error);
} extras[] = {
    {is_always, add_appearance},
    {wants_pca, add_pca},
    {wants_auroc, add_auroc},
};

bool extras_add(json_t *report, const ExtrasInput *input, Error *error)
{
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++)
        if (extras[i].is_wanted(input->options) && !extras[i].add(report, input, error))
            return false;
    return true;
}
