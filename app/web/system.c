// What the program asks of the system and Emscripten's has not.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *emscripten_builtin_malloc(size_t bytes);

// As on the desktop, zeros that nobody writes to take neither memory nor time: what lies behind the end of all memory that
// was ever handed out is zero as the browser gave it, and never handed back.
void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    const char *const end = sbrk(0);
    char *const items = emscripten_builtin_malloc(bytes);
    if (items && items < end)
        memset(items, 0, (size_t)(end - items) < bytes ? (size_t)(end - items) : bytes);
    return items;
}

// Never over what is there: nobody else could come in between.
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    struct stat status;
    if ((flags & RENAME_NOREPLACE) && fstatat(to_folder, to, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return renameat(from_folder, from, to_folder, to);
}

// One processor.
int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set)
{
    (void)process;
    CPU_ZERO_S(size, set);
    CPU_SET_S(0, size, set);
    return 0;
}

typedef int Compare(const void *a, const void *b, void *context);

// Merges what is sorted in the two halves, equal items in the order in which they came. False: memory is short.
static bool merge(char *items, size_t count, size_t half, size_t size, Compare *compare, void *context)
{
    char *merged = malloc(count * size);
    size_t a = 0, b = half;
    for (size_t i = 0; merged && i < count; i++) {
        const bool is_first = b == count || (a < half && compare(items + a * size, items + b * size, context) <= 0);
        memcpy(merged + i * size, items + (is_first ? a++ : b++) * size, size);
    }
    if (merged)
        memcpy(items, merged, count * size);
    free(merged);
    return merged != NULL;
}

// As glibc's, which merges, too. Where memory is short the order is not sorted.
void qsort_r(void *items, size_t count, size_t size, Compare *compare, void *context)
{
    const size_t half = count / 2;
    if (count < 2)
        return;
    qsort_r(items, half, size, compare, context);
    qsort_r((char *)items + half * size, count - half, size, compare, context);
    (void)merge(items, count, half, size, compare, context);
}

int __sched_cpucount(size_t size, const cpu_set_t *set) { return (void)size, (void)set, 1; }
