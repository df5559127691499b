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

// In pieces, so that it can be given up between two of them.
static bool unpack(const PictureSource *source, WebPIDecoder *decoder, const WebPData *data, Error *error)
{
    enum { PIECE = 65536 };
    VP8StatusCode status = VP8_STATUS_SUSPENDED;
    for (size_t size = 0; decoder && size < data->size && status == VP8_STATUS_SUSPENDED;) {
        size = data->size - size > PIECE ? size + PIECE : data->size;
        if (!load_progress_report(source->progress, size, data->size, error))
            return false;
        status = WebPIUpdate(decoder, data->bytes, size);
    }
    return status == VP8_STATUS_OK ||
           error_set(error, "%s is damaged or cut off, or there is not enough memory for it.", source->name);
}

static bool reduce_rows(const PictureSource *source, const WebPIDecoder *decoder, PictureReduce *reduce, Error *error)
{
    enum { REPORT_ROWS = 64 };
    int last, width, height, stride;
    const uint8_t *rgba = WebPIDecGetRGB(decoder, &last, &width, &height, &stride);
    if (!rgba || width != reduce->from_width || height != reduce->from_height || last < height)
        return error_set(error, "%s is damaged or cut off.", source->name);
    for (int y = 0; y < height; y++) {
        if (y % REPORT_ROWS == 0 && !load_progress_report(source->progress, 0, 0, error))
            return false;
        picture_reduce_add(reduce, y, 0, 1, width, rgba + (size_t)y * (size_t)stride);
    }
    return true;
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
    WebPIDecoder *decoder = WebPINewRGB(MODE_RGBA, NULL, 0, 0);
    const bool good = unpack(source, decoder, data, error) && reduce_rows(source, decoder, &reduce, error);
    WebPIDelete(decoder);
    if (good)
        return picture_reduce_end(&reduce, orientation, source->name, out, error);
    picture_reduce_free(&reduce);
    return false;
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
