// Fuzz: see fuzz.h.
#include "fuzz.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random.h"

enum { MUTATIONS_MAX = 6, CHUNK_MAX = 64 };

typedef struct Input {
    uint8_t bytes[FUZZ_INPUT_MAX];
    size_t size;
} Input;

static const uint8_t byte_extremes[] = {0, 1, 0x7f, 0x80, 0xff, ' ', '"', '{', '}', '[', ']', ',', '-', '0', '9', '='};
static const uint64_t word_extremes[] = {0,         1,          INT32_MAX, UINT32_MAX, 1ull << 31,       1ull << 53,
                                         INT64_MAX, UINT64_MAX, 784,       UINT16_MAX, (1ull << 53) + 1, 100000001};
static const char *const text_extremes[] = {
    "-1",   "18446744073709551616", "9007199254740993", "1e999", "nan", "0.0", "\\u0000", "4294967296", "null",
    "\xff", "<!DOCTYPE html>"};

static long long current_input = -1;

static size_t pick(Random *random, size_t bound) { return bound > 0 ? random_below(random, (uint32_t)bound) : 0; }

static void overwrite(Input *input, size_t at, const void *bytes, size_t size)
{
    size = at + size > input->size ? input->size - at : size;
    memcpy(input->bytes + at, bytes, size);
}

static void insert(Input *input, size_t at, const void *bytes, size_t size)
{
    if (input->size + size > FUZZ_INPUT_MAX)
        return;
    memmove(input->bytes + at + size, input->bytes + at, input->size - at);
    memcpy(input->bytes + at, bytes, size);
    input->size += size;
}

static void delete (Input *input, size_t at, size_t size)
{
    size = at + size > input->size ? input->size - at : size;
    memmove(input->bytes + at, input->bytes + at + size, input->size - at - size);
    input->size -= size;
}

static void overwrite_word(Input *input, size_t at, Random *random)
{
    uint64_t value = word_extremes[pick(random, sizeof word_extremes / sizeof *word_extremes)];
    size_t size = (size_t)1 << pick(random, 4);
    bool big_endian = pick(random, 2);
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[big_endian ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
    overwrite(input, at, bytes, size);
}

// The next decimal digit becomes another: numbers in text change and stay numbers.
static void change_digit(Input *input, size_t at, Random *random)
{
    while (at < input->size && (input->bytes[at] < '0' || input->bytes[at] > '9'))
        at++;
    if (at < input->size)
        input->bytes[at] = (uint8_t)('0' + pick(random, 10));
}

static void splice(Input *input, size_t at, Random *random, const FuzzSeeds *seeds)
{
    size_t other = pick(random, seeds->count), from = pick(random, seeds->sizes[other] + 1);
    size_t size = pick(random, seeds->sizes[other] - from + 1);
    if (pick(random, 2))
        input->size = at;
    insert(input, at, seeds->bytes[other] + from, size);
}

static void mutate(Input *input, Random *random, const FuzzSeeds *seeds)
{
    // Headers are where the decisions are, so half of the mutations fall into the first bytes.
    size_t reach = pick(random, 2) && input->size > CHUNK_MAX ? CHUNK_MAX : input->size;
    size_t at = pick(random, reach), size = 1 + pick(random, CHUNK_MAX);
    size_t kind = pick(random, 11);
    uint8_t chunk[CHUNK_MAX];
    const char *text = text_extremes[pick(random, sizeof text_extremes / sizeof *text_extremes)];
    if (kind == 0 && input->size > 0) {
        input->bytes[at] ^= (uint8_t)(1u << pick(random, 8));
    } else if (kind == 1 && input->size > 0) {
        input->bytes[at] = byte_extremes[pick(random, sizeof byte_extremes)];
    } else if (kind == 2 && input->size > 0) {
        input->bytes[at] = (uint8_t)random_bits(random);
    } else if (kind == 3) {
        input->size = at;
    } else if (kind == 4) {
        delete (input, at, size);
    } else if (kind == 5) {
        size_t from = pick(random, input->size);
        size = from + size > input->size ? input->size - from : size;
        memcpy(chunk, input->bytes + from, size);
        insert(input, at, chunk, size);
    } else if (kind == 6) {
        memset(chunk, (int)pick(random, 256), size);
        insert(input, at, chunk, size);
    } else if (kind == 7) {
        overwrite_word(input, at, random);
    } else if (kind == 8) {
        change_digit(input, at, random);
    } else if (kind == 9) {
        splice(input, at, random, seeds);
    } else if (pick(random, 2)) {
        overwrite(input, at, text, strlen(text));
    } else {
        insert(input, at, text, strlen(text));
    }
}

static void make_input(Input *input, uint64_t seed, uint64_t number, const FuzzSeeds *seeds)
{
    Random random = random_stream(seed, number);
    size_t start = pick(&random, seeds->count);
    input->size = seeds->sizes[start];
    memcpy(input->bytes, seeds->bytes[start], input->size);
    // Half of the inputs stay one step from a good one, which is where a format's later checks are reached.
    for (size_t left = pick(&random, 2) ? 1 : 2 + pick(&random, MUTATIONS_MAX - 1); left > 0; left--)
        mutate(input, &random, seeds);
}

// A copy of exactly its size, so that a sanitizer sees a read past its end.
static void run_input(FuzzTarget *target, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size);
    if (size > 0 && !copy)
        abort();
    if (size > 0)
        memcpy(copy, bytes, size);
    (void)target(copy, size);
    free(copy);
}

// Only what a signal handler may call.
static void report_input(void)
{
    char text[32], *c = text + sizeof text;
    unsigned long long number = current_input < 0 ? 0 : (unsigned long long)current_input;
    *--c = '\n';
    do {
        *--c = (char)('0' + number % 10);
    } while ((number /= 10) > 0);
    const char *label = current_input < 0 ? "fuzz: failed at a seed, not at input " : "fuzz: failed at input ";
    (void)!write(STDERR_FILENO, label, strlen(label));
    (void)!write(STDERR_FILENO, c, (size_t)(text + sizeof text - c));
}

static void die(int number)
{
    report_input();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

// Present where a sanitizer is linked in, which then ends the program without a signal.
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void catch_failures(void)
{
    static const int numbers[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(report_input);
        (void)signal(SIGABRT, die);
        return;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)signal(numbers[i], die);
}

static int write_seeds(const char *folder, const FuzzSeeds *seeds)
{
    for (size_t i = 0; i < seeds->count; i++) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/seed-%zu", folder, i);
        FILE *file = fopen(path, "wb");
        bool is_written = file && fwrite(seeds->bytes[i], 1, seeds->sizes[i], file) == seeds->sizes[i];
        if (!file || fclose(file) || !is_written) {
            perror(path);
            return 1;
        }
    }
    return 0;
}

int fuzz_main(int argc, char **argv, FuzzTarget *target, const FuzzSeeds *seeds)
{
    if (argc == 3 && strcmp(argv[1], "--seeds") == 0)
        return write_seeds(argv[2], seeds);
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : FUZZ_COUNT;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    static Input input;
    catch_failures();
    for (size_t i = 0; i < seeds->count; i++)
        run_input(target, seeds->bytes[i], seeds->sizes[i]);
    for (uint64_t number = first; number < first + count; number++) {
        current_input = (long long)number;
        make_input(&input, seed, number, seeds);
        run_input(target, input.bytes, input.size);
    }
    (void)printf("fuzz: %llu inputs of seed %llu passed\n", (unsigned long long)count, (unsigned long long)seed);
    return 0;
}

int main(int argc, char **argv)
{
    FuzzSeeds seeds = {0};
    fuzz_list_seeds(&seeds);
    int status = fuzz_main(argc, argv, LLVMFuzzerTestOneInput, &seeds);
    for (size_t i = 0; i < seeds.count; i++)
        free(seeds.bytes[i]);
    return status;
}
