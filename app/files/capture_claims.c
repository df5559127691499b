// Fields of a picture's settings: the page of the claims, which of them were measured over seeds, and the report that
// has the word of the others.
#include <string.h>

#include "files/capture_fields.h"
#include "files/report_json.h"
#include "state/saying_report.h"

static const char *page_key(int i) { return claim_page_get(i)->key; }
static const char *saying_key(int i) { return saying_get(i).key; }

// In other views where it is not the first.
json_t *capture_write_claims_page(const CaptureSource *source)
{
    const Look *look = &source->frame->look;
    return look->scene == SCENE_CLAIMS || look->claim_page > 0 ? json_string(page_key(look->claim_page)) : NULL;
}

bool capture_read_claims_page(const json_t *value, CaptureState *out, Error *error)
{
    return capture_read_key(value, page_key, CLAIM_PAGES, &out->saved.look.claim_page, error);
}

json_t *capture_write_measured(const CaptureSource *source)
{
    const SayingRun *run = source->frame->sayings;
    json_t *list = json_array();
    for (int saying = 0; saying < SAYING_COUNT; saying++)
        if ((run->outcomes[saying].is_measured && !(run->reported >> saying & 1)) || run->wanted >> saying & 1)
            (void)json_array_append_new(list, json_string(saying_key(saying)));
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return NULL;
}

// They are measured again.
bool capture_read_measured(const json_t *value, CaptureState *out, Error *error)
{
    if (!json_is_array(value))
        return capture_expect(value, "a list of what people say", error);
    for (size_t i = 0; i < json_array_size(value); i++) {
        int saying;
        if (!capture_read_key(json_array_get(value, i), saying_key, SAYING_COUNT, &saying, error))
            return false;
        out->saved.measured |= 1u << saying;
    }
    return true;
}

json_t *capture_write_verdicts(const CaptureSource *source)
{
    const SayingReport *report = source->frame->sayings->report;
    char path[PATH_MAX];
    if (!report || !*report->path)
        return NULL;
    capture_fold_home(report->path, path);
    return report_text(path);
}

// It is read again, where it is still there and of the same digits.
bool capture_read_verdicts(const json_t *value, CaptureState *out, Error *error)
{
    const char *path = json_string_value(value);
    if (!path || strlen(path) >= sizeof out->verdicts)
        return capture_expect(value, "the path of a report.json", error);
    capture_unfold_home(path, out->verdicts);
    return true;
}
