// `bench --vs-torch`: training the default model, then the others of a table, ours and PyTorch's in turn.
//
// Each configuration of PyTorch is a process of its own (bench_torch.py) that lives as long as the comparison and
// trains for half a second when a line asks it to: whatever else the machine does meets all of them alike. Between its
// turns it is stopped, since threads of a BLAS may spin without end while they wait. All read the images from one
// memory file, and end when their stdin does or this process dies.
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "kernels/kernel.h"

enum { CHILDREN_MAX = 64, EXIT_MISSING = 77 };

typedef struct Child {
    char name[64];
    bool is_ordinary; // may be PyTorch's best
    pid_t pid;
    FILE *requests, *answers;
    Figures figures; // samples/s
} Child;

// To add one: a row, and its PyTorch in bench_torch.py under the same name. The first is compared with loops that do
// not count as ordinary, too.
static const struct TorchModel {
    const char *name, *spec;
} models[] = {
    {"dense", ""},
    {"conv", "model=conv"},
    {"conv32", "model=denoise,noise=0"},
    {"vae", "layers=400-sample20-400,reduce=sum,batch=128"},
    {"vae_conv", "layers=conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2,reduce=sum,batch=128"},
};

typedef struct Comparison {
    const struct TorchModel *model;
    const Bench *bench;
    Learner *learner;
    int images_fd;
    Child children[CHILDREN_MAX];
    int child_count;
    Figures ours, peaks, peak_shares;
} Comparison;

extern char **environ;

// Starts bench_torch.py with these arguments; child holds the other ends of its stdin and stdout. Where that fails
// status is an errno.
static bool start_script(Child *child, const char *const *arguments, int *status)
{
    const char *command[9] = {BENCH_PYTHON, BENCH_TORCH_SCRIPT};
    for (int i = 0; i < 6 && arguments[i]; i++)
        command[i + 2] = arguments[i];
    int to_child[2], from_child[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(to_child, O_CLOEXEC) || pipe2(from_child, O_CLOEXEC) || posix_spawn_file_actions_init(&actions))
        abort();
    (void)posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
    *status = posix_spawn(&child->pid, command[0], &actions, NULL, (char *const *)(uintptr_t)command, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(to_child[0]);
    (void)close(from_child[1]);
    child->requests = fdopen(to_child[1], "w");
    child->answers = fdopen(from_child[0], "r");
    if (!child->requests || !child->answers)
        abort();
    return *status == 0;
}

// Ends the child by ending its stdin. Its exit status, -1 where it has none.
static int end_script(Child *child)
{
    int status = -1;
    if (child->pid > 0)
        (void)kill(child->pid, SIGCONT);
    (void)fclose(child->requests);
    (void)fclose(child->answers);
    if (child->pid <= 0 || waitpid(child->pid, &status, 0) < 0 || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static bool read_line(Child *child, char *line, int size)
{
    if (!fgets(line, size, child->answers))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

// Adds a child that is ready to train. False after a sentence on stderr.
static bool add_child(Comparison *comparison, const char *loop, const char *configuration, bool is_ordinary)
{
    Child *child = &comparison->children[comparison->child_count];
    *child = (Child){.is_ordinary = is_ordinary};
    (void)snprintf(child->name, sizeof child->name, "torch %s %s", loop, configuration);
    char fd[16], line[64] = "";
    (void)snprintf(fd, sizeof fd, "%d", comparison->images_fd);
    int status;
    const bool has_started = start_script(
        child, (const char *const[]){"serve", comparison->model->name, loop, configuration, fd, NULL}, &status);
    comparison->child_count++;
    if (has_started && read_line(child, line, sizeof line) && strcmp(line, "ready") == 0)
        return kill(child->pid, SIGSTOP) == 0;
    (void)fprintf(stderr, "bench: %s does not start\n", child->name);
    return false;
}

// One turn, samples/s; NAN after a sentence on stderr where the process has ended.
static double train_child(Child *child)
{
    char line[64];
    (void)kill(child->pid, SIGCONT);
    if (fputs("run\n", child->requests) < 0 || fflush(child->requests) || !read_line(child, line, sizeof line)) {
        (void)fprintf(stderr, "bench: %s has ended by itself\n", child->name);
        return NAN;
    }
    (void)kill(child->pid, SIGSTOP);
    return strtod(line, NULL);
}

static double train_ours(Learner *learner)
{
    const int64_t images = learner_images_seen(learner);
    const double start = bench_now();
    while (bench_now() - start < 0.5)
        (void)learner_step(learner);
    return (double)(learner_images_seen(learner) - images) / (bench_now() - start);
}

// All of them once, each reading added to its figures.
static bool train_round(Comparison *comparison, double flop)
{
    const double peak_before = bench_measure_peak(comparison->bench), ours = train_ours(comparison->learner);
    const double peak_after = bench_measure_peak(comparison->bench);
    figures_add(&comparison->peaks, peak_before);
    figures_add(&comparison->ours, ours);
    figures_add(&comparison->peak_shares, ours * flop * 1e-9 / (0.5 * (peak_before + peak_after)));
    for (int i = 0; i < comparison->child_count; i++) {
        const double samples = train_child(&comparison->children[i]);
        if (!(samples > 0))
            return false;
        figures_add(&comparison->children[i].figures, samples);
    }
    return true;
}

// The ordinary loop with the highest figure, by figures_max or figures_median.
static const Child *find_best(const Comparison *comparison, double (*figure)(const Figures *figures))
{
    const Child *best = NULL;
    for (int i = 0; i < comparison->child_count; i++) {
        const Child *child = &comparison->children[i];
        if (child->is_ordinary && (!best || figure(&child->figures) > figure(&best->figures)))
            best = child;
    }
    return best;
}

static void forget_figures(Comparison *comparison)
{
    comparison->ours.count = comparison->peaks.count = comparison->peak_shares.count = 0;
    for (int i = 0; i < comparison->child_count; i++)
        comparison->children[i].figures.count = 0;
}

// The training images as floats in a file without a name: it goes when the last process that has it open does.
static int share_images(const ImageSet *set)
{
    const size_t pixels = (size_t)set->count * DIGIT_PIXELS;
    const int fd = memfd_create("images", 0);
    if (fd < 0 || ftruncate(fd, (off_t)(pixels * sizeof(float))))
        abort();
    float *values = mmap(NULL, pixels * sizeof *values, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (values == MAP_FAILED)
        abort();
    kernel_get()->bytes_to_floats(set->pixels, values, pixels);
    (void)munmap(values, pixels * sizeof *values);
    return fd;
}

// Asks for the configurations and starts those whose name contains the filter. False: *exit_status says how it ends.
static bool start_ordinary(Comparison *comparison, int *exit_status)
{
    char threads[16], names[CHILDREN_MAX][48];
    int name_count = 0, status;
    (void)snprintf(threads, sizeof threads, "%d", comparison->bench->threads);
    Child list = {0};
    const bool has_started = start_script(&list, (const char *const[]){"list", threads, NULL}, &status);
    while (has_started && name_count < CHILDREN_MAX - 4 && read_line(&list, names[name_count], sizeof *names))
        name_count += strstr(names[name_count], comparison->bench->filter) != NULL;
    const int ending = end_script(&list);
    *exit_status = 0;
    if (status == ENOENT || ending == EXIT_MISSING) {
        (void)fprintf(stderr, "bench: %s, so that there is nothing to compare with\n",
                      status == ENOENT ? BENCH_PYTHON " is not installed"
                                       : "PyTorch is not installed for " BENCH_PYTHON);
        return false;
    }
    *exit_status = 1;
    if (!has_started || ending != 0) {
        (void)fprintf(stderr, "bench: %s list %s: %s\n", BENCH_TORCH_SCRIPT, threads,
                      has_started ? "it failed" : strerror(status));
        return false;
    }
    for (int i = 0; i < name_count; i++)
        if (!add_child(comparison, "autograd", names[i], true))
            return false;
    if (comparison->child_count == 0) {
        (void)fprintf(stderr, "bench: no configuration of PyTorch has '%s' in its name\n", comparison->bench->filter);
        *exit_status = 2;
    }
    return comparison->child_count > 0;
}

// Of many configurations the three that were fastest in the round before: the others end.
static void keep_fastest(Comparison *comparison)
{
    while (comparison->child_count > 3) {
        int slowest = 0;
        for (int i = 1; i < comparison->child_count; i++)
            if (figures_max(&comparison->children[i].figures) < figures_max(&comparison->children[slowest].figures))
                slowest = i;
        (void)end_script(&comparison->children[slowest]);
        comparison->children[slowest] = comparison->children[--comparison->child_count];
    }
}

// The loops that do not count as ordinary, each as the fastest of the ordinary ones is configured.
static bool start_others(Comparison *comparison)
{
    static const char *const loops[] = {"autograd_plain_malloc", "dataloader", "by_hand"};
    const char *configuration = strrchr(find_best(comparison, figures_max)->name, ' ') + 1;
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (!add_child(comparison, loops[i], configuration, false))
            return false;
    return true;
}

static void print_figures(const Bench *bench, const char *name, const Figures *figures, const char *unit, double share)
{
    bench_print_row(bench, name, figures_max(figures), figures_median(figures), unit, share);
}

// Best against best and median against median, each with the configuration of PyTorch that has the highest.
static void print_result(const Comparison *comparison, double peak_after, double flop)
{
    const Bench *bench = comparison->bench;
    const Child *highest = find_best(comparison, figures_max), *steadiest = find_best(comparison, figures_median);
    const double ours_best = figures_max(&comparison->ours), ours_median = figures_median(&comparison->ours);
    const double torch_best = figures_max(&highest->figures), torch_median = figures_median(&steadiest->figures);
    const double share = figures_median(&comparison->peak_shares);
    char name[64];
    bench_print_head(bench);
    print_figures(bench, "fma peak", &comparison->peaks, "GFLOP/s", NAN);
    (void)snprintf(name, sizeof name, "losslens %s", comparison->model->name);
    print_figures(bench, name, &comparison->ours, "samples/s", share);
    for (int i = 0; i < comparison->child_count; i++)
        print_figures(bench, comparison->children[i].name, &comparison->children[i].figures, "samples/s", NAN);
    bench_print_row(bench, "best ordinary torch", torch_best, torch_median, "samples/s", NAN);
    bench_print_row(bench, "losslens over that", ours_best / torch_best, ours_median / torch_median, "x", NAN);
    bench_print_row(bench, "losslens, effective", ours_best * flop * 1e-9, ours_median * flop * 1e-9, "GFLOP/s", share);
    if (bench->csv)
        return;
    printf("\nfma peak: %.1f GFLOP/s before, %.1f after\n", comparison->peaks.values[0], peak_after);
    printf("PyTorch's best ordinary loop: %.0f samples/s (%s); by the median %.0f (%s)\n", torch_best, highest->name,
           torch_median, steadiest->name);
    printf("losslens: %.0f samples/s, by the median %.0f: %.2f and %.2f times as many\n", ours_best, ours_median,
           ours_best / torch_best, ours_median / torch_median);
    printf("losslens: %.1f GFLOP/s (%.0f effective FLOP a sample), %.3f of the peak around it\n",
           ours_median * flop * 1e-9, flop, share);
    if (figures_min(&comparison->peaks) < 0.85 * figures_max(&comparison->peaks))
        printf("A neighbour loaded the machine (the peak fell to %.1f GFLOP/s), which slows PyTorch's two layers of "
               "threads most:\ncompare the best.\n",
               figures_min(&comparison->peaks));
}

static int compare(Comparison *comparison, double flop)
{
    int exit_status;
    if (!start_ordinary(comparison, &exit_status))
        return exit_status;
    // a round that finds the fastest and brings every process's memory and caches into use
    if (!train_round(comparison, flop))
        return 1;
    if (comparison->model != models)
        keep_fastest(comparison);
    else if (!start_others(comparison))
        return 1;
    forget_figures(comparison);
    for (int i = 0; i < comparison->bench->repeats; i++)
        if (!train_round(comparison, flop))
            return 1;
    print_result(comparison, bench_measure_peak(comparison->bench), flop);
    return 0;
}

static int compare_model(const Bench *bench, const struct TorchModel *which, int images_fd)
{
    const Spec spec = bench_read_spec(which->spec);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    const LearnerOptions options = {.train = &bench->dataset.train, .pool = bench->pool};
    static Comparison comparison;
    comparison = (Comparison){.model = which, .bench = bench, .images_fd = images_fd};
    comparison.learner = learner_create(&model, &options, NULL);
    if (!comparison.learner)
        abort();
    const int exit_status = compare(&comparison, bench_training_flop(&model));
    for (int i = 0; i < comparison.child_count; i++)
        (void)end_script(&comparison.children[i]);
    learner_destroy(comparison.learner);
    return exit_status;
}

int bench_against_torch(const Bench *bench)
{
    int exit_status = 0;
    const int images_fd = share_images(&bench->dataset.train);
    (void)signal(SIGPIPE, SIG_IGN); // a process that has ended is a sentence, not a signal
    for (size_t i = 0; i < sizeof models / sizeof *models && exit_status == 0; i++)
        exit_status = compare_model(bench, &models[i], images_fd);
    (void)close(images_fd);
    return exit_status;
}
