// Animation: see animation.h.
//
// The library's encoder keeps every frame until it is told to put them together, so it is given a run of frames at a
// time, and what it made of them goes to the file. A run begins with the last frame of the one before, which is not
// written again: the frames after it are then encoded as changes, as if the runs were one.
#include "files/animation.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "files/webp_file.h"

enum { RUN_FRAMES = 32 };
enum { EFFORT = 2 }; // of 0 .. 9: beyond it files get a few per cent smaller and take many times as long

// Where memory is short libwebp may cut a frame off and say that all is well; malloc tells. errno is 0 before.
static bool was_short(void) { return errno == ENOMEM; }

struct Animation {
    WebPConfig config;
    WebPPicture picture;      // the newest frame
    WebPAnimEncoder *encoder; // of the run that has begun, else NULL
    int run_frames, run_ms;   // what it was given
    int repeated_ms;          // how long its first frame, of the run before, is shown; 0: there was none before
    int newest_ms;            // how long the newest frame is shown; 0: there is none
    WebpFile file;
    bool has_file;
};

static bool begin(Animation *animation, const char *path, Naming naming, int width, int height, Error *error)
{
    if (!WebPPictureInit(&animation->picture) || !WebPConfigInit(&animation->config) ||
        !WebPConfigLosslessPreset(&animation->config, EFFORT))
        return error_set(error, "%s cannot be written: libwebp is of another version", file_shorten_path(path));
    animation->picture.use_argb = 1;
    animation->picture.width = width;
    animation->picture.height = height;
    if (!WebPPictureAlloc(&animation->picture))
        return error_set(error, "out of memory: an animation of %dx%d pixels", width, height);
    animation->has_file = webp_file_begin(&animation->file, path, naming, width, height, error);
    return animation->has_file;
}

Animation *animation_create(const char *path, Naming naming, int width, int height, Error *error)
{
    Animation *animation = calloc(1, sizeof *animation);
    if (!animation) {
        error_set(error, "out of memory: an animation of %dx%d pixels", width, height);
        return NULL;
    }
    if (begin(animation, path, naming, width, height, error))
        return animation;
    animation_destroy(animation);
    return NULL;
}

void animation_destroy(Animation *animation)
{
    if (!animation)
        return;
    if (animation->has_file)
        webp_file_discard(&animation->file);
    WebPAnimEncoderDelete(animation->encoder);
    WebPPictureFree(&animation->picture);
    free(animation);
}

static bool encode_picture(Animation *animation, int duration_ms, Error *error)
{
    errno = 0;
    const bool is_good =
        WebPAnimEncoderAdd(animation->encoder, &animation->picture, animation->run_ms, &animation->config);
    if (!is_good || was_short())
        return error_set(error, "a frame could not be encoded: %s",
                         was_short() ? "out of memory" : WebPAnimEncoderGetError(animation->encoder));
    animation->run_frames++;
    animation->run_ms += duration_ms;
    return true;
}

static bool begin_run(Animation *animation, Error *error)
{
    WebPAnimEncoderOptions options;
    if (WebPAnimEncoderOptionsInit(&options))
        animation->encoder = WebPAnimEncoderNew(animation->picture.width, animation->picture.height, &options);
    if (!animation->encoder)
        return error_set(error, "out of memory: frames of %dx%d pixels", animation->picture.width,
                         animation->picture.height);
    animation->run_frames = 0;
    animation->run_ms = 0;
    animation->repeated_ms = animation->newest_ms;
    return animation->repeated_ms == 0 || encode_picture(animation, animation->repeated_ms, error);
}

// Frames that are alike come as one, which is shown for as long as they all.
static bool write_frame(Animation *animation, const WebPIterator *from, int duration_ms, Error *error)
{
    if (from->frame_num == 1 && animation->repeated_ms > 0) {
        const int more_ms = duration_ms - animation->repeated_ms;
        return more_ms == 0 || webp_file_prolong(&animation->file, more_ms, error);
    }
    const WebpFrame frame = {
        .x = from->x_offset,
        .y = from->y_offset,
        .width = from->width,
        .height = from->height,
        .duration_ms = duration_ms,
        .has_alpha = from->has_alpha != 0,
        .blends = from->blend_method == WEBP_MUX_BLEND,
        .disposes = from->dispose_method == WEBP_MUX_DISPOSE_BACKGROUND,
        .bytes = from->fragment.bytes,
        .size = from->fragment.size,
    };
    return webp_file_add(&animation->file, &frame, error);
}

static bool write_run(Animation *animation, const WebPData *run, Error *error)
{
    WebPDemuxer *demuxer = WebPDemux(run);
    WebPIterator frame;
    bool is_good = demuxer && WebPDemuxGetFrame(demuxer, 1, &frame);
    if (!is_good) {
        WebPDemuxDelete(demuxer);
        return error_set(error, "out of memory: frames of an animation");
    }
    // A run that came out as one frame is a picture, which has no duration.
    const bool has_durations = WebPDemuxGetI(demuxer, WEBP_FF_FORMAT_FLAGS) & ANIMATION_FLAG;
    do
        is_good = write_frame(animation, &frame, has_durations ? frame.duration : animation->run_ms, error);
    while (is_good && WebPDemuxNextFrame(&frame));
    WebPDemuxReleaseIterator(&frame);
    WebPDemuxDelete(demuxer);
    return is_good;
}

static bool end_run(Animation *animation, Error *error)
{
    WebPData run;
    WebPDataInit(&run);
    errno = 0;
    bool is_good = WebPAnimEncoderAdd(animation->encoder, NULL, animation->run_ms, NULL) &&
                   WebPAnimEncoderAssemble(animation->encoder, &run) && !was_short();
    if (!is_good)
        error_set(error, "frames could not be put together: %s",
                  was_short() ? "out of memory" : WebPAnimEncoderGetError(animation->encoder));
    WebPAnimEncoderDelete(animation->encoder);
    animation->encoder = NULL;
    is_good = is_good && write_run(animation, &run, error);
    WebPDataClear(&run);
    return is_good;
}

static void fill_picture(WebPPicture *picture, const uint8_t *rgba)
{
    for (int y = 0; y < picture->height; y++) {
        uint32_t *row = picture->argb + (size_t)y * (size_t)picture->argb_stride;
        for (int x = 0; x < picture->width; x++, rgba += 4)
            row[x] = 0xff000000u | (uint32_t)rgba[0] << 16 | (uint32_t)rgba[1] << 8 | rgba[2];
    }
}

bool animation_add(Animation *animation, const uint8_t *rgba, int duration_ms, Error *error)
{
    assert(duration_ms > 0);
    if (!animation->encoder && !begin_run(animation, error))
        return false;
    fill_picture(&animation->picture, rgba);
    animation->newest_ms = duration_ms;
    return encode_picture(animation, duration_ms, error) &&
           (animation->run_frames < RUN_FRAMES || end_run(animation, error));
}

bool animation_finish(Animation *animation, const char *json, Error *error)
{
    if (animation->encoder && !end_run(animation, error))
        return false;
    animation->has_file = false;
    return webp_file_finish(&animation->file, json, error);
}
