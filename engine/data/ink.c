// From a picture to a digit: lay it on a ground, turn it, tell the ink from the ground (ink_ground.h), drop what is no
// ink of a photograph (ink_marks.h), fit the rest (ink_fit.h).
#include "data/ink.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/ink_fit.h"
#include "data/ink_ground.h"
#include "data/ink_marks.h"
#include "data/resample.h"

void ink_free_picture(InkPicture *picture)
{
    free(picture->grey);
    free(picture->alpha);
    *picture = (InkPicture){0};
}

// What is worked on: grey, turned and on its ground.
typedef struct Sheet {
    int width, height;
    float *grey, *ink; // (height, width)
    uint8_t *mask;     // the same
} Sheet;

typedef void Step(InkWork *work);

struct InkWork {
    InkPicture picture; // whose values are borrowed
    char name[256];
    Sheet sheet;
    bool is_laid, is_seen; // the sheet is what these options say; there is something on it
    InkInvert invert;
    int turn;
    bool is_composed; // as InkResult has it; so are the next two
    Notices notices;  // of the ground
    float before[INK_VIEW_SIDE * INK_VIEW_SIDE];
    InkStrengths strengths;  // values NULL: not measured yet
    InkMeasuring *measuring; // NULL: they are not being measured
    // what is being found
    Step *next; // NULL: nothing
    InkOptions options;
    InkResult result;
    bool is_good;
    Error error; // why not
};

static size_t sheet_count(const Sheet *sheet) { return (size_t)sheet->width * (size_t)sheet->height; }

static void sheet_free(Sheet *sheet)
{
    free(sheet->grey);
    free(sheet->ink);
    free(sheet->mask);
}

// ---- the picture on its ground -------------------------------------------------------------------------------------

// Black strokes lie on white and white ones on black where less is seen than is transparent; else what is seen is a
// page, and so is what lies around it. Returns a negative value where nothing is seen.
static float choose_ground(const InkPicture *picture)
{
    const size_t count = (size_t)picture->width * (size_t)picture->height;
    double seen = 0, sum = 0, bright = 0;
    for (size_t i = 0; i < count; i++) {
        seen += (double)picture->alpha[i];
        sum += (double)(picture->alpha[i] * picture->grey[i]);
        bright += picture->grey[i] > 0.5f ? (double)picture->alpha[i] : 0.0;
    }
    if (seen * 255.0 < 1.0)
        return -1.0f;
    const bool is_light = seen * 2 > (double)count ? bright * 2 > seen : sum * 2 < seen;
    return is_light ? 1.0f : 0.0f;
}

// The picture's grey stays where nothing is transparent.
static void lay_on_ground(InkWork *work)
{
    const InkPicture *picture = &work->picture;
    Sheet *sheet = &work->sheet;
    const size_t count = sheet_count(sheet);
    memcpy(sheet->grey, picture->grey, count * sizeof *sheet->grey);
    work->is_seen = true;
    work->is_composed = false;
    work->notices = (Notices){0};
    if (!picture->alpha)
        return;
    const float ground = choose_ground(picture);
    work->is_seen = work->is_composed = ground >= 0;
    for (size_t i = 0; i < count; i++)
        sheet->grey[i] = fminf(1.0f, picture->alpha[i] * picture->grey[i] + (1.0f - picture->alpha[i]) * fabsf(ground));
    if (work->is_composed)
        notices_add(&work->notices, "%s has a transparent ground: laid on %s", work->name,
                    ground > 0 ? "white" : "black");
}

// degrees clockwise; sheet->ink is overwritten.
static void turn(Sheet *sheet, int degrees)
{
    assert(degrees == 0 || degrees == 90 || degrees == 180 || degrees == 270);
    const int w = sheet->width, h = sheet->height;
    if (degrees == 0)
        return;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const int to = degrees == 90    ? x * h + h - 1 - y
                           : degrees == 180 ? (h - 1 - y) * w + w - 1 - x
                                            : (w - 1 - x) * h + y;
            sheet->ink[to] = sheet->grey[y * w + x];
        }
    float *turned = sheet->ink;
    sheet->ink = sheet->grey;
    sheet->grey = turned;
    sheet->width = degrees == 180 ? w : h;
    sheet->height = degrees == 180 ? h : w;
}

// ---- ink -----------------------------------------------------------------------------------------------------------

static void threshold_drawing(Sheet *sheet, const InkStrengths *s, const char *name, InkResult *out)
{
    const bool is_faint = s->peak < 0.5f;
    for (size_t i = 0; i < sheet_count(sheet); i++)
        sheet->ink[i] = s->values[i] < out->threshold * s->peak ? 0.0f
                        : is_faint                              ? fminf(1.0f, s->values[i] / s->peak)
                                                                : s->values[i];
    if (is_faint)
        notices_add(&out->notices, "%s is faint: its strongest ink, %.2f, was made 1", name, (double)s->peak);
}

// A mark's and its neighbours' ink: bare is ground, full is 1.
static void ink_around(Sheet *sheet, const float *strengths, int mark, float bare, float full)
{
    const int x = mark % sheet->width, y = mark / sheet->width;
    for (int row = y > 0 ? y - 1 : 0; row <= y + 1 && row < sheet->height; row++)
        for (int column = x > 0 ? x - 1 : 0; column <= x + 1 && column < sheet->width; column++) {
            const int i = row * sheet->width + column;
            sheet->ink[i] = fminf(1.0f, fmaxf(0.0f, (strengths[i] - bare) / (full - bare)));
        }
}

// The ink of a photograph has about one strength, the mean of its marks: that becomes 1, and what is next to a mark is
// its soft edge. False where memory is short.
static bool threshold_photo(Sheet *sheet, const InkStrengths *s, float threshold)
{
    const float least = threshold * s->peak, bare = 0.5f * least;
    for (size_t i = 0; i < sheet_count(sheet); i++)
        sheet->mask[i] = s->values[i] >= least;
    if (!ink_keep_marks(sheet->mask, sheet->width, sheet->height))
        return false;
    double sum = 0, count = 0;
    for (size_t i = 0; i < sheet_count(sheet); i++)
        if (sheet->mask[i]) {
            sum += (double)s->values[i];
            count++;
        }
    const float full = fmaxf(count > 0 ? (float)(sum / count) : 1.0f, least);
    for (int i = 0; i < (int)sheet_count(sheet); i++)
        if (sheet->mask[i])
            ink_around(sheet, s->values, i, bare, full);
    return true;
}

static bool is_ink_seen(const InkStrengths *s)
{
    return s->peak >= (s->is_even ? 0.015f : fmaxf(0.06f, 6.5f * s->noise));
}

static void say_what_was_done(const char *name, const InkOptions *options, InkResult *out)
{
    if (out->is_inverted)
        notices_add(&out->notices, "%s is dark on light: inverted", name);
    if (out->is_evened)
        notices_add(&out->notices,
                    "%s has an uneven ground: evened out; what is weaker than %.0f %% of its ink was dropped", name,
                    100.0 * (double)out->threshold);
    if (out->has_sheet)
        notices_add(&out->notices, "%s shows a sheet on something else: what lies around it was left out", name);
    if (options->turn)
        notices_add(&out->notices, "%s was turned by %d degrees", name, options->turn);
}

// ---- a digit of 28x28 ----------------------------------------------------------------------------------------------

// A picture that is a digit already stays as it is, byte by byte: of its size, on clean black, or on clean white.
static bool take_exact(const Sheet *sheet, const InkOptions *options, InkResult *out)
{
    if (sheet->width != DIGIT_SIDE || sheet->height != DIGIT_SIDE || options->threshold > 0)
        return false;
    const bool is_light = options->invert == INK_INVERT_YES ||
                          (options->invert == INK_INVERT_AUTO && ink_is_rim_light(sheet->grey, DIGIT_SIDE, DIGIT_SIDE));
    int bare = 0, inked = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const float ink = is_light ? 1.0f - sheet->grey[i] : sheet->grey[i];
        out->pixels[i] = (uint8_t)lroundf(255.0f * ink);
        sheet->ink[i] = ink;
        bare += out->pixels[i] <= 3;
        inked += out->pixels[i] >= 64;
    }
    out->is_exact = inked > 0 && (bare * 8 >= DIGIT_PIXELS || options->invert != INK_INVERT_AUTO);
    out->is_inverted = out->is_exact && is_light;
    return out->is_exact;
}

// ---- views ---------------------------------------------------------------------------------------------------------

static void show(const Sheet *sheet, const float *values, float view[INK_VIEW_SIDE * INK_VIEW_SIDE])
{
    const int longer = sheet->width > sheet->height ? sheet->width : sheet->height;
    int width = (int)((int64_t)sheet->width * INK_VIEW_SIDE / longer),
        height = (int)((int64_t)sheet->height * INK_VIEW_SIDE / longer);
    width += width == 0;
    height += height == 0;
    float *small = malloc(sizeof *small * (size_t)width * (size_t)height);
    if (!small)
        return;
    resample_area(values, sheet->width, sheet->height, small, width, height);
    for (int i = 0; i < INK_VIEW_SIDE * INK_VIEW_SIDE; i++)
        view[i] = NAN;
    for (int y = 0; y < height; y++)
        memcpy(view + (y + (INK_VIEW_SIDE - height) / 2) * INK_VIEW_SIDE + (INK_VIEW_SIDE - width) / 2,
               small + y * width, sizeof *small * (size_t)width);
    free(small);
}

// ---- step by step --------------------------------------------------------------------------------------------------

static Step lay, begin_ink, measure, threshold, fit, finish;

static void refuse(InkWork *work)
{
    work->is_good = false;
    work->next = finish;
}

static void refuse_memory(InkWork *work)
{
    (void)error_set(&work->error, "out of memory: the ink of %s", work->name);
    refuse(work);
}

// What does not depend on the threshold.
static void lay(InkWork *work)
{
    Sheet *sheet = &work->sheet;
    sheet->width = work->picture.width;
    sheet->height = work->picture.height;
    work->turn = work->options.turn;
    work->invert = work->options.invert;
    lay_on_ground(work);
    turn(sheet, work->turn);
    show(sheet, sheet->grey, work->before);
    free(work->strengths.values);
    work->strengths.values = NULL;
    work->is_laid = true;
    work->next = begin_ink;
}

static void begin_ink(InkWork *work)
{
    Sheet *sheet = &work->sheet;
    work->result.is_composed = work->is_composed;
    work->result.notices = work->notices;
    memset(sheet->ink, 0, sheet_count(sheet) * sizeof *sheet->ink);
    work->next = work->strengths.values ? threshold : measure;
    if (!work->is_seen) {
        (void)error_set(&work->error, "%s: no ink is to be seen, it is transparent throughout", work->name);
        refuse(work);
    } else if (take_exact(sheet, &work->options, &work->result))
        work->next = finish;
}

static void measure(InkWork *work)
{
    const Sheet *sheet = &work->sheet;
    if (!work->measuring)
        work->measuring = ink_measuring_create(sheet->grey, sheet->width, sheet->height, work->invert);
    const JobTurn turn = work->measuring ? ink_measuring_advance(work->measuring, &work->strengths) : JOB_FAILED;
    if (turn == JOB_MORE)
        return;
    ink_measuring_free(work->measuring);
    work->measuring = NULL;
    work->next = threshold;
    if (turn == JOB_FAILED)
        refuse_memory(work);
}

// The sheet's ink.
static void threshold(InkWork *work)
{
    const InkStrengths *s = &work->strengths;
    InkResult *out = &work->result;
    memset(work->sheet.ink, 0, sheet_count(&work->sheet) * sizeof *work->sheet.ink);
    out->is_inverted = s->is_dark;
    out->is_evened = !s->is_even;
    out->has_sheet = s->is_sheet;
    out->threshold = work->options.threshold > 0 ? work->options.threshold : s->is_even ? 0.1f : 0.4f;
    work->next = fit;
    if (!is_ink_seen(s)) {
        (void)error_set(&work->error, "%s: no ink is to be seen, it is one shade of grey throughout%s", work->name,
                        s->is_even ? "" : ", or nearly so");
        refuse(work);
    } else if (s->is_even)
        threshold_drawing(&work->sheet, s, work->name, out);
    else if (!threshold_photo(&work->sheet, s, out->threshold))
        refuse_memory(work);
}

static void fit(InkWork *work)
{
    const Sheet *sheet = &work->sheet;
    work->is_good = ink_fit(sheet->ink, sheet->width, sheet->height, work->name, &work->result, &work->error);
    work->next = finish;
}

static void finish(InkWork *work)
{
    say_what_was_done(work->name, &work->options, &work->result);
    memcpy(work->result.before, work->before, sizeof work->before);
    show(&work->sheet, work->sheet.ink, work->result.after);
    work->next = NULL;
}

static bool is_same(const InkOptions *a, const InkOptions *b)
{
    return a->invert == b->invert && a->threshold == b->threshold && a->turn == b->turn;
}

static void begin(InkWork *work, const InkOptions *options)
{
    ink_measuring_free(work->measuring);
    work->measuring = NULL;
    work->options = *options;
    memset(&work->result, 0, sizeof work->result);
    work->is_good = true;
    work->next = work->is_laid && work->turn == options->turn && work->invert == options->invert ? begin_ink : lay;
}

JobTurn ink_work_advance(InkWork *work, const InkOptions *options, InkResult *out, Error *error)
{
    if (!work->next || !is_same(&work->options, options))
        begin(work, options);
    work->next(work);
    if (work->next)
        return JOB_MORE;
    *out = work->result;
    return job_end(work->is_good || error_set(error, "%s", work->error.text));
}

bool ink_work_find(InkWork *work, const InkOptions *options, InkResult *out, Error *error)
{
    JobTurn turn = JOB_MORE;
    while (turn == JOB_MORE)
        turn = ink_work_advance(work, options, out, error);
    return turn == JOB_DONE;
}

InkWork *ink_work_create(const InkPicture *picture, const char *name)
{
    assert(picture->width >= 1 && picture->width <= INK_SIDE_MAX);
    assert(picture->height >= 1 && picture->height <= INK_SIDE_MAX);
    const size_t count = (size_t)picture->width * (size_t)picture->height;
    InkWork *work = calloc(1, sizeof *work);
    if (!work)
        return NULL;
    work->picture = *picture;
    (void)snprintf(work->name, sizeof work->name, "%s", name);
    work->sheet.grey = malloc(count * sizeof *work->sheet.grey);
    work->sheet.ink = malloc(count * sizeof *work->sheet.ink);
    work->sheet.mask = malloc(count);
    if (work->sheet.grey && work->sheet.ink && work->sheet.mask)
        return work;
    ink_work_free(work);
    return NULL;
}

void ink_work_free(InkWork *work)
{
    if (!work)
        return;
    sheet_free(&work->sheet);
    ink_measuring_free(work->measuring);
    free(work->strengths.values);
    free(work);
}

bool ink_find(const InkPicture *picture, const char *name, const InkOptions *options, InkResult *out, Error *error)
{
    InkWork *work = ink_work_create(picture, name);
    if (!work)
        memset(out, 0, sizeof *out);
    const bool good =
        work ? ink_work_find(work, options, out, error) : error_set(error, "out of memory: the ink of %s", name);
    ink_work_free(work);
    return good;
}
