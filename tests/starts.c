// Starts: a library for LD_PRELOAD by which one process stands for many starts of a program. Linked into nothing. Of a
// start that ends with its arguments nearly all is spent on finding and binding a hundred shared libraries.
//
// LOSSLENS_STARTS: the number of a socket that keeps messages apart. Each message is a start's arguments, the program's
// name first, a zero byte behind each; main gets them in a child, and its answer is three messages: the status as
// waitpid has it, the standard output, the standard error.
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE_MOST = 1 << 16, ARGUMENTS_MOST = 256, OUTPUTS = 2 };

typedef int Main(int, char **, char **);
typedef int StartMain(Main *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

static Main *program;

// In the child: the standard output and error become these files.
static int begin(char *message, size_t length, const int files[OUTPUTS], char **environment)
{
    char *arguments[ARGUMENTS_MOST + 1] = {NULL};
    int count = 0;
    for (char *at = message; at < message + length && count < ARGUMENTS_MOST; at += strlen(at) + 1)
        arguments[count++] = at;
    for (int i = 0; i < OUTPUTS; i++) {
        dup2(files[i], STDOUT_FILENO + i);
        close(files[i]);
    }
    return program(count, arguments, environment);
}

// Returns in each child with what main returned there, and at the end of the messages with 0.
static int serve(int unused_count, char **unused_arguments, char **environment)
{
    static char message[MESSAGE_MOST + 1];
    const int line = atoi(getenv("LOSSLENS_STARTS"));
    (void)unused_count, (void)unused_arguments;
    for (ssize_t length; (length = recv(line, message, MESSAGE_MOST, 0)) > 0;) {
        const int files[OUTPUTS] = {memfd_create("output", 0), memfd_create("errors", 0)};
        const pid_t child = fork();
        if (child == 0) {
            close(line);
            return begin(message, (size_t)length, files, environment);
        }
        int status = -1;
        waitpid(child, &status, 0);
        send(line, &status, sizeof status, 0);
        for (int i = 0; i < OUTPUTS; i++) {
            const size_t size = (size_t)lseek(files[i], 0, SEEK_END);
            void *const text = size > 0 ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, files[i], 0) : message;
            send(line, text, size, 0);
            if (size > 0)
                munmap(text, size);
            close(files[i]);
        }
    }
    return 0;
}

// The C library's, which calls main.
int __libc_start_main(Main *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
int __libc_start_main(Main *main, int count, char **arguments, void (*init)(void), void (*end)(void),
                      void (*loader_end)(void), void *stack)
{
    StartMain *real;
    void *const found = dlsym(RTLD_NEXT, "__libc_start_main");
    memcpy(&real, &found, sizeof real);
    program = main;
    return real(serve, count, arguments, init, end, loader_end, stack);
}
