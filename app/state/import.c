// Finding the digit anew with each correction.
#include "state/import.h"

#include <string.h>

static void read_digit(Import *import)
{
    float raster[INK_RASTER_SIDE * INK_RASTER_SIDE];
    const InkResult *result = &import->result;
    memset(import->digit, 0, sizeof import->digit);
    for (int i = 0; result->is_exact && i < DIGIT_PIXELS; i++)
        import->digit[i] = (float)result->pixels[i] / 255.0f;
    if (result->is_exact || !import->has_digit)
        return;
    for (int i = 0; i < INK_RASTER_SIDE * INK_RASTER_SIDE; i++)
        raster[i] = (float)result->raster[i] / 255.0f;
    digits_prepare(raster, INK_RASTER_SIDE, import->digit);
}

void import_correct(Import *import, const InkOptions *options)
{
    if (import->picture.width == 0)
        return;
    import->options = *options;
    import->is_behind = true;
}

static JobTurn advance(Import *import)
{
    if (import->work)
        return ink_work_advance(import->work, &import->options, &import->result, &import->error);
    return job_end(error_set(&import->error, "out of memory: the ink of a picture"));
}

bool import_advance(Import *import, int64_t until_ns)
{
    JobTurn turn = JOB_MORE;
    while (import->is_behind && turn == JOB_MORE) {
        turn = advance(import);
        if (turn == JOB_MORE && clock_now_ns() >= until_ns)
            return true;
    }
    if (!import->is_behind)
        return false;
    import->is_behind = false;
    import->has_digit = turn == JOB_DONE;
    read_digit(import);
    return false;
}

void import_begin(Import *import, InkPicture *picture, const char *name)
{
    import->picture = *picture;
    *picture = (InkPicture){0};
    import->work = ink_work_create(&import->picture, name);
    import_correct(import, &(InkOptions){0});
}

void import_end(Import *import)
{
    ink_work_free(import->work);
    import->work = NULL;
    ink_free_picture(&import->picture);
    import->has_digit = import->is_behind = false;
}
