// Animated WebP.
#include "animation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "new_file.h"

enum { EFFORT = 2 }; // of 0 .. 9: beyond it files get a few per cent smaller and take many times as long

// Where memory is short libwebp may cut a frame off and say that all is well; malloc tells. errno is 0 before.
static bool was_short(void) { return errno == ENOMEM; }

struct Animation {
    WebPAnimEncoder *encoder;
    WebPConfig config;
    int width, height, time_ms;
};

Animation *animation_create(int width, int height, Error *error)
{
    Animation *animation = calloc(1, sizeof *animation);
    WebPAnimEncoderOptions options;
    if (animation && WebPAnimEncoderOptionsInit(&options) && WebPConfigInit(&animation->config) &&
        WebPConfigLosslessPreset(&animation->config, EFFORT)) {
        animation->width = width;
        animation->height = height;
        animation->encoder = WebPAnimEncoderNew(width, height, &options);
    }
    if (!animation || !animation->encoder) {
        error_set(error, "out of memory: an animation of %dx%d pixels", width, height);
        animation_destroy(animation);
        return NULL;
    }
    return animation;
}

void animation_destroy(Animation *animation)
{
    if (animation)
        WebPAnimEncoderDelete(animation->encoder);
    free(animation);
}

bool animation_add(Animation *animation, const uint8_t *rgba, int duration_ms, Error *error)
{
    WebPPicture picture;
    if (!WebPPictureInit(&picture))
        return error_set(error, "out of memory: a frame of the animation");
    errno = 0;
    picture.use_argb = 1;
    picture.width = animation->width;
    picture.height = animation->height;
    const bool good = WebPPictureImportRGBX(&picture, rgba, animation->width * 4) &&
                      WebPAnimEncoderAdd(animation->encoder, &picture, animation->time_ms, &animation->config) &&
                      !was_short();
    const char *reason = was_short() ? "out of memory" : WebPAnimEncoderGetError(animation->encoder);
    WebPPictureFree(&picture);
    animation->time_ms += duration_ms;
    return good || error_set(error, "a frame could not be encoded: %s", reason);
}

// The encoded frames with the settings behind them.
static bool assemble(Animation *animation, const char *json, WebPData *out)
{
    WebPData frames;
    WebPDataInit(&frames);
    errno = 0;
    if (!WebPAnimEncoderAdd(animation->encoder, NULL, animation->time_ms, NULL) ||
        !WebPAnimEncoderAssemble(animation->encoder, &frames))
        return false;
    WebPMux *mux = WebPMuxCreate(&frames, 0);
    const WebPData chunk = {(const uint8_t *)json, strlen(json)};
    const bool good = mux && WebPMuxSetChunk(mux, "JSON", &chunk, 0) == WEBP_MUX_OK &&
                      WebPMuxAssemble(mux, out) == WEBP_MUX_OK && !was_short();
    WebPMuxDelete(mux);
    WebPDataClear(&frames);
    return good;
}

bool animation_write(Animation *animation, const char *path, const char *json, Error *error)
{
    WebPData data;
    WebPDataInit(&data);
    const bool good = assemble(animation, json, &data)
                          ? new_file_write(path, data.bytes, data.size, error)
                          : error_set(error, "%s was not written: %s", path,
                                      was_short() ? "out of memory" : "the animation could not be put together");
    WebPDataClear(&data);
    return good;
}
