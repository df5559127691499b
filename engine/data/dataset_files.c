// The names of a dataset's files: see dataset_files.h.
#include "data/dataset_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io/byte_reader.h"
#include "io/file.h"
#include "io/new_folder.h"

void dataset_spell_file(char name[DATASET_NAME_MAX], bool test, IdxKind kind, int spelling)
{
    (void)snprintf(name, DATASET_NAME_MAX, "%s-%s%cidx%d-ubyte%s", test ? "t10k" : "train",
                   kind == IDX_IMAGES ? "images" : "labels", spelling % 2 ? '.' : '-', kind == IDX_IMAGES ? 3 : 1,
                   spelling / 2 ? ".gz" : "");
}

bool dataset_find_file(char path[PATH_MAX], const char *folder, bool test, IdxKind kind, Error *error)
{
    for (int i = 0; i < DATASET_SPELLINGS; i++) {
        char name[DATASET_NAME_MAX];
        struct stat status;
        dataset_spell_file(name, test, kind, i);
        if (!new_folder_join(path, folder, name, error))
            return false;
        // Where looking itself fails the file is taken to be there, so that opening it says what is wrong.
        if (lstat(path, &status) == 0 || errno != ENOENT)
            return true;
    }
    path[0] = '\0';
    return true;
}
