// Known sets: the table, and where the sets lie. Telling a set by its sums: known_sets_sum.c. See known_sets.h.
#include "data/known_sets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/file.h"
#include "io/new_folder.h"

static const KnownSet sets[] = {
    {.key = "mnist",
     .label = "MNIST",
     .licence = "MNIST: Yann LeCun and Corinna Cortes, CC BY-SA 3.0",
     .mirrors = {{"https://ossci-datasets.s3.amazonaws.com/mnist/", false},
                 {"https://storage.googleapis.com/cvdf-datasets/mnist/", false}},
     .files = {{"train-images-idx3-ubyte.gz", 9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
               {"train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
               {"t10k-images-idx3-ubyte.gz", 1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
               {"t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"}}},
    {.key = "fashion-mnist",
     .label = "Fashion-MNIST",
     .licence = "Fashion-MNIST: Zalando SE, MIT",
     .mirrors = {{"https://storage.googleapis.com/tensorflow/tf-keras-datasets/", false}},
     .files = {{"train-images-idx3-ubyte.gz", 26421880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", NULL},
               {"train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                NULL},
               {"t10k-images-idx3-ubyte.gz", 4422102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", NULL},
               {"t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                NULL}}},
    {.key = "kmnist",
     .label = "KMNIST",
     .licence = "KMNIST: Center for Open Data in the Humanities (CODH), CC BY-SA 4.0",
     .mirrors = {{"http://codh.rois.ac.jp/kmnist/dataset/kmnist/", true}},
     .files = {{"train-images-idx3-ubyte.gz", 18165135,
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", NULL},
               {"train-labels-idx1-ubyte.gz", 29497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                NULL},
               {"t10k-images-idx3-ubyte.gz", 3041136,
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", NULL},
               {"t10k-labels-idx1-ubyte.gz", 5120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
                NULL}}},
};
enum { SET_COUNT = sizeof sets / sizeof *sets };

int known_set_count(void) { return SET_COUNT; }

const KnownSet *known_set_get(int index) { return &sets[index]; }

const KnownSet *known_set_find(const char *key)
{
    for (int i = 0; i < SET_COUNT; i++)
        if (strcmp(sets[i].key, key) == 0)
            return &sets[i];
    return NULL;
}

uint64_t known_set_size(const KnownSet *set)
{
    uint64_t size = 0;
    for (int i = 0; i < KNOWN_SET_FILES; i++)
        size += set->files[i].size;
    return size;
}

// ---- where they lie -----------------------------------------------------------------------------------------------

// The desks' rule: a relative path in the variable is passed over.
static bool find_home(char folder[PATH_MAX])
{
    const char *home = getenv("HOME"), *data = getenv("XDG_DATA_HOME");
    const bool has_data = data && data[0] == '/';
    if (!has_data && (!home || home[0] != '/'))
        return false;
    const int length =
        snprintf(folder, PATH_MAX, "%s%s/losslens", has_data ? data : home, has_data ? "" : "/.local/share");
    return length > 0 && length < PATH_MAX;
}

bool known_set_folder(const KnownSet *set, char folder[PATH_MAX], Error *error)
{
    char home[PATH_MAX];
    if (!find_home(home))
        return error_set(error, "there is no place for %s: neither HOME nor XDG_DATA_HOME names a folder", set->key);
    return new_folder_join(folder, home, set->key, error);
}

bool known_set_is_in(const KnownSet *set, const char *folder)
{
    char path[PATH_MAX];
    struct stat status;
    for (int i = 0; i < KNOWN_SET_FILES; i++)
        if (!new_folder_join(path, folder, set->files[i].name, NULL) || stat(path, &status) != 0 ||
            !S_ISREG(status.st_mode) || (uint64_t)status.st_size != set->files[i].size)
            return false;
    return true;
}

bool known_sets_find_folder(const char *name, char path[PATH_MAX], Error *error)
{
    const KnownSet *set = known_set_find(name);
    struct stat status;
    if (!set) {
        const int length = snprintf(path, PATH_MAX, "%s", name);
        return (length >= 0 && length < PATH_MAX) ||
               error_set(error, "%s: the path is longer than %d bytes", file_shorten_path(name), PATH_MAX - 1);
    }
    if (!known_set_folder(set, path, error))
        return false;
    if (known_set_is_in(set, path))
        return true;
    const bool is_beside = stat(name, &status) == 0;
    return error_set(error, "%s is not here yet: 'losslens data fetch %s' gets it%s%s%s", set->label, set->key,
                     is_beside ? " (what is called so in this folder is ./" : "", is_beside ? name : "",
                     is_beside ? ")" : "");
}

// ---- all of them --------------------------------------------------------------------------------------------------

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const FoundSet *)a)->name, ((const FoundSet *)b)->name);
}

static bool read_other(FoundSet *set, const char *home, const char *name)
{
    struct stat status;
    *set = (FoundSet){.is_here = true};
    if (name[0] == '.' || known_set_find(name) || !new_folder_join(set->folder, home, name, NULL) ||
        stat(set->folder, &status) != 0 || !S_ISDIR(status.st_mode))
        return false;
    (void)snprintf(set->name, sizeof set->name, "%.63s", name);
    error_clean_text(set->name);
    return true;
}

int known_sets_list(FoundSet found[FOUND_SETS_MAX])
{
    _Static_assert((int)SET_COUNT < (int)FOUND_SETS_MAX, "there is room for others");
    char home[PATH_MAX];
    int count = 0;
    for (; count < SET_COUNT; count++) {
        FoundSet *set = &found[count];
        *set = (FoundSet){.known = &sets[count]};
        (void)snprintf(set->name, sizeof set->name, "%s", sets[count].key);
        if (!known_set_folder(&sets[count], set->folder, NULL))
            set->folder[0] = '\0';
        set->is_here = set->folder[0] && known_set_is_in(&sets[count], set->folder);
    }
    DIR *entries = find_home(home) ? opendir(home) : NULL;
    if (!entries)
        return count;
    for (const struct dirent *entry; count < FOUND_SETS_MAX && (entry = readdir(entries));)
        count += read_other(&found[count], home, entry->d_name);
    (void)closedir(entries);
    qsort(found + SET_COUNT, (size_t)(count - SET_COUNT), sizeof *found, compare_names);
    return count;
}
