// Benchmark: the memory of a process that does what the window's trainer does, started for that alone: a process holds
// on to what it once had, and bench had much.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "kernels/kernel.h"

// ---- in that process ----------------------------------------------------------------------------------------------

static int fail(const char *sentence)
{
    (void)fprintf(stderr, "bench: %s\n", sentence);
    return 1;
}

// Until each of them has had a step.
static bool wait_for_steps(Trainer *trainer, BankModel *const *models)
{
    for (int i = 0; i < BANK_MODELS; i++) {
        bool changed;
        while (bank_model_latest(models[i], &changed)->step < 1) {
            if (trainer_has_failed(trainer))
                return false;
            (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        }
    }
    return true;
}

// The most that was resident so far, in MiB; 0 where the system does not say.
static double read_high_water(void)
{
    char line[256];
    double kib = 0.0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtod(line + 6, NULL);
    if (file)
        (void)fclose(file);
    return kib / 1024.0;
}

int bench_print_memory(const char *data, int threads)
{
    Error error = {""};
    Dataset dataset = {.train = {0}};
    if (data && !dataset_open(&dataset, data, NULL, &error))
        return fail(error.text);
    const TrainerOptions options = {
        .dataset = data ? &dataset : NULL, .builtin_seed = 1, .thread_count = threads, .epochs = 1};
    Trainer *trainer = trainer_create(&options, &error);
    if (!trainer)
        return fail(error.text);
    BankModel *models[BANK_MODELS];
    Spec spec = spec_default();
    for (int i = 0; i < BANK_MODELS; i++, spec.seed++) {
        models[i] = trainer_find(trainer, &spec, &error);
        if (!models[i])
            return fail(error.text);
    }
    trainer_show(trainer, models, BANK_MODELS);
    trainer_play(trainer, true);
    if (!wait_for_steps(trainer, models))
        return fail("out of memory while training");
    printf("%.6g\n", read_high_water());
    trainer_destroy(trainer);
    dataset_free(&dataset);
    return 0;
}

// ---- the row ------------------------------------------------------------------------------------------------------

double bench_memory(const Bench *bench, const char *argument)
{
    (void)argument;
    char threads[16];
    (void)snprintf(threads, sizeof threads, "%d", bench->threads);
    const char *command[] = {
        "bench",     "--memory", "--threads", threads, "--isa", kernel_get()->name, bench->data ? "--data" : NULL,
        bench->data, NULL};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        abort();
    const pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)execv("/proc/self/exe", (char *const *)(uintptr_t)command);
        _exit(127);
    }
    (void)close(ends[1]);
    FILE *answer = fdopen(ends[0], "r");
    char line[64] = "";
    int status = -1;
    if (pid < 0 || !answer || !fgets(line, sizeof line, answer) || waitpid(pid, &status, 0) < 0 || status != 0) {
        (void)fprintf(stderr, "bench: the process whose memory is measured failed\n");
        exit(1);
    }
    (void)fclose(answer);
    return strtod(line, NULL);
}
