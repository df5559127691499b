// Finding the digit anew with each correction.
#include "state/import.h"

#include <stdio.h>
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
    if (!import->work)
        import->work = ink_work_create(&import->picture);
    import->has_digit = import->work
                            ? ink_work_find(import->work, import->name, options, &import->result, &import->error)
                            : ink_find(&import->picture, import->name, options, &import->result, &import->error);
    read_digit(import);
}

void import_begin(Import *import, InkPicture *picture, const char *name)
{
    import_end(import);
    import->picture = *picture;
    *picture = (InkPicture){0};
    (void)snprintf(import->name, sizeof import->name, "%s", name);
    import_correct(import, &(InkOptions){0});
}

void import_end(Import *import)
{
    ink_work_free(import->work);
    import->work = NULL;
    ink_free_picture(&import->picture);
    import->has_digit = false;
}
