// Faults: a library for LD_PRELOAD that counts a program's calls and makes chosen ones fail. Linked into nothing.
//
// LOSSLENS_FAULT chooses what fails: alloc:17 (the seventeenth call alone), alloc:17+ (that one and all after it); the
// kinds are below. LOSSLENS_FAULT_COUNT names a file that receives how many calls of each kind there were, a line each,
// written when the program ends by itself.
//
// Only calls from the program and the libraries listed here count. What drivers, SDL and the C library do among
// themselves when memory is short is not the program's to mend. A call counts where its return address lies in one of
// those objects; functions that allocate or write inside the C library are therefore caught at their own names.
// To add one: a function with the real one's name that asks must_fail first.
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef enum Kind {
    KIND_ALLOC,
    KIND_OPEN,
    KIND_READ,
    KIND_WRITE,
    KIND_FSYNC,
    KIND_RENAME,
    KIND_LINK,
    KIND_CLOSE,
    KIND_COUNT // also: nothing
} Kind;

static const char *const kinds[KIND_COUNT] = {"alloc", "open", "read", "write", "fsync", "rename", "link", "close"};

static const char *const libraries[] = {"libjansson.", "libpng16.",   "libwebp.",     "libwebpmux.",
                                        "libz.",       "libSDL2_ttf", "libfreetype.", "libharfbuzz."};

enum { RANGES_MAX = 32 };

typedef struct Range {
    uintptr_t start, end;
} Range;

static Range ranges[RANGES_MAX]; // of machine code whose calls count
static int range_count;
static Kind chosen = KIND_COUNT;
static unsigned long first_failure; // 0: none
static bool fails_on;               // and all that follow
static _Atomic unsigned long counts[KIND_COUNT];

// ---- whose call it is ---------------------------------------------------------------------------------------------

static bool is_counted(const char *name)
{
    if (!*name) // the program itself, which comes first
        return true;
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (strncmp(base, libraries[i], strlen(libraries[i])) == 0)
            return true;
    return false;
}

static int add_ranges(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    (void)context;
    if (!is_counted(object->dlpi_name))
        return 0;
    for (int i = 0; i < object->dlpi_phnum && range_count < RANGES_MAX; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
            const uintptr_t start = object->dlpi_addr + part->p_vaddr;
            ranges[range_count++] = (Range){start, start + part->p_memsz};
        }
    }
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *fault = getenv("LOSSLENS_FAULT");
    (void)dl_iterate_phdr(add_ranges, NULL);
    if (!fault)
        return;
    const size_t length = strcspn(fault, ":");
    if (fault[length]) {
        char *end;
        first_failure = strtoul(fault + length + 1, &end, 10);
        fails_on = *end == '+';
    }
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (strlen(kinds[kind]) == length && strncmp(fault, kinds[kind], length) == 0)
            chosen = (Kind)kind;
}

__attribute__((destructor)) static void say_counts(void)
{
    const char *path = getenv("LOSSLENS_FAULT_COUNT");
    const long file = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    if (file < 0)
        return;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        char text[64];
        const int length = snprintf(text, sizeof text, "%s %lu\n", kinds[kind], atomic_load(&counts[kind]));
        (void)syscall(SYS_write, file, text, length);
    }
    (void)syscall(SYS_close, file);
}

// Counts a call of this kind that returns to `caller`; true, with errno set, where it is to fail.
static bool must_fail(Kind kind, const void *caller, int reason)
{
    const uintptr_t address = (uintptr_t)caller;
    bool is_ours = false;
    for (int i = 0; i < range_count; i++)
        is_ours |= address >= ranges[i].start && address < ranges[i].end;
    if (!is_ours)
        return false;
    const unsigned long number = atomic_fetch_add(&counts[kind], 1) + 1;
    if (kind != chosen || first_failure == 0 || number < first_failure || (number > first_failure && !fails_on))
        return false;
    errno = reason;
    return true;
}

#define FAILS(kind, reason) must_fail(kind, __builtin_return_address(0), reason)

// The function that would have been called without this library.
#define FIND_REAL(function)                                                                                            \
    static __typeof__(&function) real;                                                                                 \
    if (!real) {                                                                                                       \
        void *const symbol = dlsym(RTLD_NEXT, #function);                                                              \
        memcpy(&real, &symbol, sizeof real);                                                                           \
    }

// ---- memory -------------------------------------------------------------------------------------------------------

// glibc's own names: dlsym would need memory itself.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t items, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) { return FAILS(KIND_ALLOC, ENOMEM) ? NULL : __libc_malloc(size); }

void *calloc(size_t items, size_t size) { return FAILS(KIND_ALLOC, ENOMEM) ? NULL : __libc_calloc(items, size); }

void *realloc(void *memory, size_t size) { return FAILS(KIND_ALLOC, ENOMEM) ? NULL : __libc_realloc(memory, size); }

void *aligned_alloc(size_t alignment, size_t size)
{
    return FAILS(KIND_ALLOC, ENOMEM) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (FAILS(KIND_ALLOC, ENOMEM))
        return ENOMEM;
    void *const found = __libc_memalign(alignment, size);
    if (found)
        *memory = found;
    return found ? 0 : ENOMEM;
}

// SDL's, which SDL_ttf calls.
void *SDL_malloc(size_t size);
void *SDL_calloc(size_t items, size_t size);
void *SDL_realloc(void *memory, size_t size);

void *SDL_malloc(size_t size)
{
    FIND_REAL(SDL_malloc)
    return FAILS(KIND_ALLOC, ENOMEM) ? NULL : real(size);
}

void *SDL_calloc(size_t items, size_t size)
{
    FIND_REAL(SDL_calloc)
    return FAILS(KIND_ALLOC, ENOMEM) ? NULL : real(items, size);
}

void *SDL_realloc(void *memory, size_t size)
{
    FIND_REAL(SDL_realloc)
    return FAILS(KIND_ALLOC, ENOMEM) ? NULL : real(memory, size);
}

// Of the C library, with memory of its own.
DIR *opendir(const char *name)
{
    FIND_REAL(opendir)
    return FAILS(KIND_ALLOC, ENOMEM) || FAILS(KIND_OPEN, EMFILE) ? NULL : real(name);
}

FILE *fdopen(int file, const char *mode)
{
    FIND_REAL(fdopen)
    return FAILS(KIND_ALLOC, ENOMEM) ? NULL : real(file, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    FIND_REAL(fopen)
    return FAILS(KIND_ALLOC, ENOMEM) || FAILS(KIND_OPEN, EMFILE) ? NULL : real(path, mode);
}

FILE *open_memstream(char **bytes, size_t *size)
{
    FIND_REAL(open_memstream)
    return FAILS(KIND_ALLOC, ENOMEM) ? NULL : real(bytes, size);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    FIND_REAL(pthread_create)
    return FAILS(KIND_ALLOC, EAGAIN) ? EAGAIN : real(thread, attributes, run, argument);
}

// ---- files --------------------------------------------------------------------------------------------------------

static mode_t read_mode(int flags, va_list arguments)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = read_mode(flags, arguments);
    va_end(arguments);
    return FAILS(KIND_OPEN, EMFILE) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = read_mode(flags, arguments);
    va_end(arguments);
    return FAILS(KIND_OPEN, EMFILE) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

ssize_t read(int file, void *bytes, size_t size)
{
    return FAILS(KIND_READ, EIO) ? -1 : syscall(SYS_read, file, bytes, size);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    return FAILS(KIND_WRITE, ENOSPC) ? -1 : syscall(SYS_write, file, bytes, size);
}

// What a stream writes it writes inside the C library. Its error is noted as the C library would.
static void note_error(FILE *stream)
{
    enum { ERROR_SEEN = 0x20 };
    stream->_flags |= ERROR_SEEN;
}

size_t fwrite(const void *bytes, size_t size, size_t items, FILE *stream)
{
    FIND_REAL(fwrite)
    if (stream == stderr || !FAILS(KIND_WRITE, ENOSPC))
        return real(bytes, size, items, stream);
    note_error(stream);
    return 0;
}

int fflush(FILE *stream)
{
    FIND_REAL(fflush)
    if (stream == stderr || !FAILS(KIND_WRITE, ENOSPC))
        return real(stream);
    note_error(stream);
    return EOF;
}

size_t fread(void *bytes, size_t size, size_t items, FILE *stream)
{
    FIND_REAL(fread)
    if (!FAILS(KIND_READ, EIO))
        return real(bytes, size, items, stream);
    note_error(stream);
    return 0;
}

int fsync(int file) { return FAILS(KIND_FSYNC, EIO) ? -1 : (int)syscall(SYS_fsync, file); }

int rename(const char *from, const char *to)
{
    return FAILS(KIND_RENAME, ENOSPC) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

// Where links are to fail they must be made first: as on a file system that cannot rename without replacing.
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    if (chosen == KIND_LINK && flags)
        return errno = EINVAL, -1;
    return FAILS(KIND_RENAME, ENOSPC) ? -1 : (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int link(const char *from, const char *to)
{
    return FAILS(KIND_LINK, EIO) ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

// A close that fails has closed all the same.
int close(int file)
{
    const bool fails = FAILS(KIND_CLOSE, EIO);
    const int result = (int)syscall(SYS_close, file);
    return fails ? (errno = EIO, -1) : result;
}

int fclose(FILE *stream)
{
    FIND_REAL(fclose)
    const bool fails = FAILS(KIND_CLOSE, EIO);
    const int result = real(stream);
    return fails ? (errno = EIO, EOF) : result;
}
