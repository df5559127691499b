// Reading aside, on the desktop: at once, on the job's thread.
#include "commands/aside.h"

#include <stddef.h>

#include "commands/commands.h"
#include "files/picture.h"

void aside_free(Aside *aside) { (void)aside; }

JobTurn aside_open_data(Aside **aside, const char *path, const DatasetOptions *reading, int64_t until_ns,
                        const LoadProgress *progress, Dataset *out, Error *error)
{
    (void)aside, (void)until_ns;
    return job_end(command_open_data(path, reading, progress, out, error));
}

JobTurn aside_read_picture(Aside **aside, const char *path, int64_t until_ns, const LoadProgress *progress,
                           InkPicture *out, Error *error)
{
    (void)aside, (void)until_ns;
    return job_end(picture_read(path, progress, out, error));
}

JobTurn aside_guess(Aside **aside, const Foreign *foreign, const char *path, const ImageSet *digits, int64_t until_ns,
                    const LoadProgress *progress, Guesses *out, Error *error)
{
    (void)aside, (void)path, (void)until_ns;
    return job_end(guess_list(foreign, NULL, digits, progress, out, error));
}
