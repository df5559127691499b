// Composing the view of the code.
#include "state/code_frame.h"

#include <math.h>
#include <string.h>

#include "state/app.h"

bool code_has_walk(const Look *look) { return look->code.is_walk || look->scene == SCENE_LATENT; }

const char *code_images_key(int images)
{
    static const char *const keys[CODE_IMAGES_COUNT] = {"draws", "encoder", "decoder"};
    return keys[images];
}

// ---- facts --------------------------------------------------------------------------------------------------------

// Of the last measuring; what was known of earlier weights stays meanwhile. True while they are still to come.
static bool compose_facts(App *app, const Frame *frame, int side)
{
    CodeSide *out = &app->code->sides[side];
    const Snapshot *s = frame->models[side].snapshot;
    if (s->test.images == 0 || out->facts_epoch > s->test_epoch ||
        !spec_equal(&out->facts_spec, &frame->models[side].spec))
        out->facts.images = 0;
    out->facts_spec = frame->models[side].spec;
    out->are_current = false;
    if (s->test.images == 0)
        return false;
    Moment *moment = trainer_recall(app->trainer, app->slots[side].bank, s->test_step);
    const bool is_there = moment && moment->step == s->test_step;
    static SurveyResult result; // the UI thread's
    const bool is_known = is_there && trainer_survey(app->trainer, moment, (SurveyWish){SURVEY_CODE, 0}, &result);
    if (is_known) {
        out->facts = result.code;
        out->facts_epoch = s->test_epoch;
    }
    moment_release(moment);
    out->are_current = out->facts.images > 0 && is_known && s->test_step == s->step;
    return is_there && !is_known;
}

// ---- numbers ------------------------------------------------------------------------------------------------------

static void read_target(App *app, const Frame *frame, float target[DIGIT_PIXELS])
{
    uint8_t pixels[DIGIT_PIXELS];
    CodeFrame *code = app->code;
    const int total = app_count_digits(app);
    code->digit = (frame->look.code.digit % total + total) % total;
    code->label = app_read_digit(app, code->digit, pixels);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        target[i] = look_target(&frame->look, (float)pixels[i] / 255.0f);
}

// On the way from one digit to the other.
static float find_on_way(float from, float to, float walk) { return walk == 0.0f ? from : from + walk * (to - from); }

static void compose_numbers(App *app, const Frame *frame, int side, const float *target)
{
    const ModelFrame *m = &frame->models[side];
    CodeSide *out = &app->code->sides[side];
    Workspace *workspace = &app->slots[side].workspace;
    out->units = code_units(m->model);
    code_encode(m->model, m->snapshot->parameters, workspace, frame->pad_input, 1, out->values);
    code_encode(m->model, m->snapshot->parameters, workspace, target, 1, out->ends);
    out->pulled_count = 0;
    for (int i = 0; i < out->units; i++) {
        const float pulled = app->pulls.values[side][i];
        out->is_pulled[i] = !isnan(pulled);
        out->shown[i] = out->is_pulled[i] ? pulled : find_on_way(out->values[i], out->ends[i], frame->look.code.walk);
        out->pulled_count += out->is_pulled[i];
    }
    code_decode(m->model, m->snapshot->parameters, workspace, out->shown, 1, NULL, out->decoded);
    double change = 0.0, error = 0.0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const double miss = (double)out->decoded[i] - (double)frame->pad_input[i];
        out->difference[i] = out->decoded[i] - m->pad_p[i];
        change += fabs((double)out->difference[i]);
        error += miss * miss;
    }
    out->change = change / DIGIT_PIXELS;
    out->mse = error / DIGIT_PIXELS;
}

// ---- the axis -----------------------------------------------------------------------------------------------------

static void widen(float *low, float *high, float value)
{
    if (!isfinite(value))
        return;
    *low = fminf(*low, value);
    *high = fmaxf(*high, value);
}

float code_choose_step(float range)
{
    static const float digits[] = {1, 2, 5, 10};
    const float power = powf(10.0f, floorf(log10f(range / 8.0f)));
    int i = 0;
    while (i < 3 && digits[i] * power * 8.0f < range)
        i++;
    return digits[i] * power;
}

// The least of these digits, times a power of ten, that is not below most.
static float choose_end(float most)
{
    static const float digits[] = {1, 1.5f, 2, 3, 5, 7, 10};
    const float power = powf(10.0f, floorf(log10f(most)));
    int i = 0;
    while (i < 6 && digits[i] * power < most)
        i++;
    return digits[i] * power;
}

// What the numbers of a side reach; false where they are all the same, or beyond all bounds.
static bool find_range(const CodeSide *s, float *low, float *high)
{
    *low = *high = 0.0f;
    for (int i = 0; i < s->units; i++) {
        widen(low, high, s->values[i]);
        widen(low, high, s->ends[i]);
        if (s->facts.images > 0) {
            widen(low, high, s->facts.least[i]);
            widen(low, high, s->facts.most[i]);
        }
    }
    return *high - *low > 1e-6f && *high - *low < 1e30f;
}

// In round steps.
static void set_axis(CodeAxis *axis, float low, float high)
{
    const float step = code_choose_step(high - low);
    const int first = (int)floorf(low / step), last = (int)ceilf(high / step - 1e-4f);
    *axis = (CodeAxis){.low = step * (float)first, .high = step * (float)last};
    for (int i = first; i <= last && axis->tick_count < CODE_TICKS_MAX; i++)
        axis->ticks[axis->tick_count++] = step * (float)i;
}

// One axis for both, so that bars may be compared; one each where the lower ones could not be read on it. They stay so
// until they come near, so that axes do not jump about while models train. A dead code has no axis of its own.
static void compose_axes(CodeFrame *code, bool is_capture)
{
    enum { APART = 5, TOGETHER = 3 }; // times as far
    float lows[SIDE_COUNT], highs[SIDE_COUNT], least = INFINITY, most = 0.0f, low = 0.0f, high = 0.0f;
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!find_range(&code->sides[side], &lows[side], &highs[side]))
            continue;
        least = fminf(least, highs[side] - lows[side]);
        most = fmaxf(most, highs[side] - lows[side]);
        low = fminf(low, lows[side]);
        high = fmaxf(high, highs[side]);
    }
    const float times = code->has_own_axes && !is_capture ? TOGETHER : APART;
    code->has_own_axes = most > times * least;
    if (!(most > 0.0f))
        high = 1.0f; // nothing reaches anywhere
    for (int side = 0; side < SIDE_COUNT; side++) {
        const bool is_own = code->has_own_axes && find_range(&code->sides[side], &lows[side], &highs[side]);
        set_axis(&code->sides[side].axis, is_own ? lows[side] : low, is_own ? highs[side] : high);
    }
}

// ---- pictures -----------------------------------------------------------------------------------------------------

enum { ROWS_MAX = CODE_PAGE > CODE_STEPS + 1 ? CODE_PAGE : CODE_STEPS + 1 };
_Static_assert((int)ROWS_MAX <= (int)PAGE_MAX, "the workspaces of the models on show have room");

static float codes[ROWS_MAX * MODEL_CODE_MAX]; // the UI thread's

uint64_t code_pictures_add(uint64_t key, const float *values, int count) // FNV-1a
{
    for (int i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        key = (key ^ bits) * 1099511628211u;
    }
    return key | 1;
}

uint64_t code_pictures_key(int64_t serial, const float *values, int count)
{
    return code_pictures_add(14695981039346656037u ^ (uint64_t)serial * 0x9e3779b97f4a7c15u, values, count);
}

// Whether pictures of this key are still to be decoded, which the caller then does.
static bool take_key(uint64_t *key, uint64_t wanted)
{
    const bool is_new = *key != wanted;
    *key = wanted;
    return is_new;
}

static void decode_rows(const App *app, const ModelFrame *m, int side, int rows, float *pictures)
{
    code_decode(m->model, m->snapshot->parameters, (Workspace *)&app->slots[side].workspace, codes, rows, NULL,
                pictures);
}

static void compose_draws(App *app, const ModelFrame *m, int side)
{
    CodeSide *out = &app->code->sides[side];
    const size_t units = (size_t)out->units;
    const float page[] = {(float)CODE_DRAWS, (float)out->first, (float)out->count};
    if (!take_key(&out->images_key,
                  code_pictures_add(code_pictures_key(m->snapshot->serial, out->shown, out->units), page, 3)))
        return;
    for (int i = 0; i < out->count; i++) {
        memcpy(codes + (size_t)i * units, out->shown, units * sizeof *codes);
        codes[(size_t)i * units + (size_t)(out->first + i)] = 0.0f;
    }
    decode_rows(app, m, side, out->count, out->images);
    for (size_t i = 0; i < (size_t)out->count * DIGIT_PIXELS; i++)
        out->images[i] = out->decoded[i % DIGIT_PIXELS] - out->images[i];
}

// A unit's own row of the last layer; else what 1 draws beside what nothing draws.
static void compose_decoder(App *app, const ModelFrame *m, int side)
{
    CodeSide *out = &app->code->sides[side];
    const size_t units = (size_t)out->units;
    float nothing[DIGIT_PIXELS];
    const float page[] = {(float)CODE_DECODER, (float)out->first, (float)out->count};
    if (!take_key(&out->images_key, code_pictures_key(m->snapshot->serial, page, 3)))
        return;
    if (code_is_last(m->model)) {
        for (int i = 0; i < out->count; i++)
            code_decoder_weights(m->model, m->snapshot->parameters, out->first + i, out->images + i * DIGIT_PIXELS);
        return;
    }
    memset(codes, 0, (size_t)out->count * units * sizeof *codes);
    decode_rows(app, m, side, 1, nothing);
    for (int i = 0; i < out->count; i++)
        codes[(size_t)i * units + (size_t)(out->first + i)] = 1.0f;
    decode_rows(app, m, side, out->count, out->images);
    for (size_t i = 0; i < (size_t)out->count * DIGIT_PIXELS; i++)
        out->images[i] -= nothing[i % DIGIT_PIXELS];
}

// Of a code that is pictures whole ones, where one has room.
static void compose_page(const ModelFrame *m, int page, CodeSide *out)
{
    const Shape *shape = &m->model->layers[m->model->code_index].to;
    const bool is_picture = shape_is_picture(shape);
    const int size = shape->height * shape->width;
    out->pictures = is_picture ? shape->channels : 0;
    out->height = is_picture ? shape->height : 0;
    out->width = is_picture ? shape->width : 0;
    out->page_size = is_picture && size <= CODE_PAGE ? CODE_PAGE / size * size : CODE_PAGE;
    const int pages = (out->units + out->page_size - 1) / out->page_size;
    out->first = out->page_size * (page < pages ? page : pages - 1);
    out->count = out->units - out->first < out->page_size ? out->units - out->first : out->page_size;
}

static void compose_images(App *app, const Frame *frame, int side)
{
    const ModelFrame *m = &frame->models[side];
    CodeSide *out = &app->code->sides[side];
    const CodeImages images = frame->look.code.images;
    compose_page(m, frame->look.code.page, out);
    out->has_images = images != CODE_ENCODER || code_is_first(m->model);
    if (frame->look.scene != SCENE_CODE)
        out->has_images = false; // a view without them
    else if (images == CODE_DRAWS)
        compose_draws(app, m, side);
    else if (images == CODE_DECODER)
        compose_decoder(app, m, side);
    else {
        out->images_key = 0;
        for (int i = 0; i < out->count && out->has_images; i++)
            code_encoder_weights(m->model, m->snapshot->parameters, out->first + i, out->images + i * DIGIT_PIXELS);
    }
}

// Fixed for what is drawn, of which each of many numbers does little; of weights the largest on show, in steps.
static void compose_scale(CodeFrame *code, CodeImages images)
{
    float most = 0.0f, least = 0.0f;
    for (int side = 0; side < SIDE_COUNT && images != CODE_DRAWS; side++)
        for (int i = 0; i < code->sides[side].count * DIGIT_PIXELS && code->sides[side].has_images; i++)
            widen(&least, &most, fabsf(code->sides[side].images[i]));
    code->scale = images == CODE_DRAWS ? (code->pages > 1 ? 0.1f : 0.5f) : most > 1e-6f ? choose_end(most) : 1.0f;
}

static void compose_strip(App *app, const Frame *frame, int side)
{
    CodeFrame *code = app->code;
    CodeSide *out = &code->sides[side];
    const bool is_walk = code_has_walk(&frame->look);
    const size_t units = (size_t)out->units;
    out->nearest = -1;
    if (!is_walk && code->number >= out->units)
        return;
    float best = INFINITY;
    for (int step = 0; step < CODE_STEPS; step++) {
        float *row = codes + (size_t)step * units;
        const float share = (float)step / (CODE_STEPS - 1),
                    number = out->axis.low + share * (out->axis.high - out->axis.low);
        memcpy(row, out->shown, units * sizeof *row);
        for (int i = 0; is_walk && i < out->units; i++)
            row[i] = find_on_way(out->values[i], out->ends[i], share); // numbers that were pulled are on no way
        if (!is_walk)
            row[code->number] = number;
        const float distance =
            is_walk ? fabsf(share - frame->look.code.walk) : fabsf(number - out->shown[code->number]);
        if (distance < best) {
            best = distance;
            out->nearest = step;
        }
    }
    if (take_key(&out->strip_key,
                 code_pictures_key(frame->models[side].snapshot->serial, codes, CODE_STEPS * out->units)))
        decode_rows(app, &frame->models[side], side, CODE_STEPS, out->strip);
}

// ---- the whole ----------------------------------------------------------------------------------------------------

// Where nobody has chosen one: the largest number of A's page; it stays while it is nearly that, so that the strip does
// not jump about while models train.
static int find_number(const CodeFrame *code, const Look *look, bool is_capture)
{
    const CodeSide *a = &code->sides[SIDE_A], *b = &code->sides[SIDE_B];
    const int most = a->units > b->units ? a->units : b->units;
    if (look->code.number >= 0)
        return look->code.number < most ? look->code.number : most - 1;
    int best = a->first;
    for (int i = a->first; i < a->first + a->count; i++)
        if (fabsf(a->values[i]) > fabsf(a->values[best]))
            best = i;
    const bool stays = !is_capture && code->number >= a->first && code->number < a->first + a->count &&
                       2 * fabsf(a->values[code->number]) > fabsf(a->values[best]);
    return stays ? code->number : best;
}

void code_compose(App *app, Frame *frame)
{
    CodeFrame *code = app->code;
    float target[DIGIT_PIXELS];
    frame->code = code;
    read_target(app, frame, target);
    bool is_waiting = false;
    for (int side = 0; side < SIDE_COUNT; side++) {
        compose_numbers(app, frame, side, target);
        is_waiting |= compose_facts(app, frame, side);
        compose_images(app, frame, side);
    }
    code->is_complete = !is_waiting;
    code->number = find_number(code, &frame->look, frame->is_capture);
    code->pages = 1;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const CodeSide *s = &code->sides[side];
        const int pages = (s->units + s->page_size - 1) / s->page_size;
        code->pages = pages > code->pages ? pages : code->pages;
    }
    compose_axes(code, frame->is_capture);
    compose_scale(code, frame->look.code.images);
    for (int side = 0; side < SIDE_COUNT; side++)
        compose_strip(app, frame, side);
}
