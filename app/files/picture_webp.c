// WebP in, by libwebp itself: of an animation the first picture, and which way up a photograph is.
#include <stdlib.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "files/picture_parts.h"

static int find_orientation(const WebPDemuxer *demuxer)
{
    WebPChunkIterator chunk;
    int orientation = 1;
    if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk))
        orientation = picture_exif_orientation(chunk.chunk.bytes, chunk.chunk.size);
    WebPDemuxReleaseChunkIterator(&chunk);
    return orientation;
}

static bool decode(const PictureSource *source, const WebPData *data, int orientation, InkPicture *out, Error *error)
{
    int width, height;
    if (!WebPGetInfo(data->bytes, data->size, &width, &height))
        return error_set(error, "%s is damaged: its first picture is none.", source->name);
    PictureReduce reduce;
    if (!picture_check_size(source, width, height, error) ||
        !picture_reduce_begin(&reduce, width, height, source->name, error))
        return false;
    uint8_t *rgba = WebPDecodeRGBA(data->bytes, data->size, &width, &height);
    if (!rgba) {
        picture_reduce_free(&reduce);
        return error_set(error, "%s is damaged or cut off, or there is not enough memory for it.", source->name);
    }
    for (int y = 0; y < height; y++)
        picture_reduce_add(&reduce, y, 0, 1, width, rgba + (size_t)y * (size_t)width * 4);
    WebPFree(rgba);
    return picture_reduce_end(&reduce, orientation, source->name, out, error);
}

static bool decode_first(const PictureSource *source, const WebPDemuxer *demuxer, InkPicture *out, Error *error)
{
    WebPIterator frame = {0};
    const bool good = demuxer && WebPDemuxGetFrame(demuxer, 1, &frame)
                          ? decode(source, &frame.fragment, find_orientation(demuxer), out, error)
                          : error_set(error, "%s is damaged or cut off.", source->name);
    WebPDemuxReleaseIterator(&frame);
    return good;
}

bool picture_decode_webp(const PictureSource *source, InkPicture *out, Error *error)
{
    uint8_t *bytes = picture_read_bytes(source, error);
    if (!bytes)
        return false;
    const WebPData data = {bytes, (size_t)source->size};
    WebPDemuxer *demuxer = WebPDemux(&data);
    const bool good = decode_first(source, demuxer, out, error);
    WebPDemuxDelete(demuxer);
    free(bytes);
    return good;
}
