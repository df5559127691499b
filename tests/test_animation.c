// Animated WebP: what is played is what was added, over the seams of its runs, in memory that does not grow.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <webp/demux.h>

#include <cmocka.h>

#include "files/animation.h"
#include "memory.h"
#include "random.h"
#include "scratch.h"

enum { WIDTH = 97, HEIGHT = 61, SIZE = WIDTH * HEIGHT * 4 }; // odd: frames begin at even places

// Draws the frame of an index into rgba (HEIGHT, WIDTH, 4), whose alpha means nothing; returns for how long it is
// shown.
typedef int Draw(uint8_t *rgba, int index);

// A square that moves over stripes; every 16th frame all colours change.
static int draw_square(uint8_t *rgba, int index)
{
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++, rgba += 4) {
            const int is_square = x - index % WIDTH >= 0 && x - index % WIDTH < 9 && y > 20 && y < 30;
            rgba[0] = (uint8_t)(is_square ? 255 : x / 8 * 16);
            rgba[1] = (uint8_t)(index / 16 * 40);
            rgba[2] = (uint8_t)(y / 4 * 8);
            rgba[3] = (uint8_t)index;
        }
    }
    return 10 + index % 7;
}

// Stands still for 5 frames, then for 65, over two seams, then for ever.
static int draw_still(uint8_t *rgba, int index)
{
    (void)draw_square(rgba, index < 5 ? 0 : index < 70 ? 1 : 2);
    return 20 + index % 3;
}

static int draw_nothing(uint8_t *rgba, int index)
{
    (void)index;
    memset(rgba, 0, SIZE);
    return 40;
}

static int draw_noise(uint8_t *rgba, int index)
{
    Random random = random_stream(1, (uint64_t)index);
    for (int i = 0; i < SIZE; i++)
        rgba[i] = (uint8_t)random_bits(&random);
    return 30;
}

static void write_film(const char *name, Draw *draw, int first, int count)
{
    static uint8_t rgba[SIZE];
    Error error = {""};
    Animation *animation = animation_create(scratch_path(name), NAME_NEW, WIDTH, HEIGHT, &error);
    assert_non_null(animation);
    for (int i = first; i < first + count; i++) {
        const int duration_ms = draw(rgba, i);
        if (!animation_add(animation, rgba, duration_ms, &error))
            fail_msg("%s", error.text);
    }
    if (!animation_finish(animation, "{\"odd\":1}", &error))
        fail_msg("%s", error.text);
    animation_destroy(animation);
}

static void check_pixels(const uint8_t *shown, const uint8_t *drawn, int index)
{
    for (int i = 0; i < SIZE; i++)
        if (shown[i] != (i % 4 == 3 ? 255 : drawn[i]))
            fail_msg("frame %d has %d at byte %d where %d was drawn", index, shown[i], i, drawn[i]);
}

// Plays the film: at each moment the frame that was drawn for it. Returns how many frames it has.
static int check_film(const char *name, Draw *draw, int count)
{
    static uint8_t drawn[SIZE];
    Buffer film = {0};
    WebPAnimInfo info;
    scratch_read(name, &film);
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&(WebPData){film.bytes, film.size}, NULL);
    assert_non_null(decoder);
    assert_true(WebPAnimDecoderGetInfo(decoder, &info));
    assert_int_equal(info.canvas_width, WIDTH);
    assert_int_equal(info.canvas_height, HEIGHT);
    assert_int_equal(info.loop_count, 0);
    int index = 0, start_ms = 0, end_ms = 0;
    uint8_t *shown;
    while (WebPAnimDecoderHasMoreFrames(decoder)) {
        assert_true(WebPAnimDecoderGetNext(decoder, &shown, &end_ms));
        for (; index < count && start_ms < end_ms; index++) {
            start_ms += draw(drawn, index);
            check_pixels(shown, drawn, index);
        }
        assert_int_equal(start_ms, end_ms);
    }
    assert_int_equal(index, count);
    WebPChunkIterator chunk;
    const WebPDemuxer *demuxer = WebPAnimDecoderGetDemuxer(decoder);
    assert_true(WebPDemuxGetChunk(demuxer, "JSON", 1, &chunk));
    assert_int_equal(chunk.chunk.size, 9);
    assert_memory_equal(chunk.chunk.bytes, "{\"odd\":1}", 9);
    WebPDemuxReleaseChunkIterator(&chunk);
    WebPAnimDecoderDelete(decoder);
    free(film.bytes);
    return (int)info.frame_count;
}

static void plays_what_was_added(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 31, 32, 33, 63, 64, 65, 150};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        write_film("square.webp", draw_square, 0, counts[i]);
        assert_int_equal(check_film("square.webp", draw_square, counts[i]), counts[i]);
        assert_int_equal(remove(scratch_path("square.webp")), 0);
    }
    write_film("noise.webp", draw_noise, 0, 70);
    assert_int_equal(check_film("noise.webp", draw_noise, 70), 70);
}

static void frames_that_are_alike_are_one(void **state)
{
    (void)state;
    write_film("still.webp", draw_still, 0, 150);
    assert_int_equal(check_film("still.webp", draw_still, 150), 3);
    write_film("nothing.webp", draw_nothing, 0, 100);
    assert_int_equal(check_film("nothing.webp", draw_nothing, 100), 1);
}

static void memory_does_not_grow(void **state)
{
    (void)state;
#ifdef UNDER_ASAN // which keeps what is freed
    skip();
#endif
    enum { FIRST = 96, MORE = 1000 };
    Buffer film = {0};
    write_film("short.webp", draw_noise, 0, FIRST);
    const long before = measure_peak_memory();
    write_film("long.webp", draw_noise, 0, MORE);
    const long growth = measure_peak_memory() - before;
    scratch_read("long.webp", &film);
    print_message("%zu KiB of film took %ld KiB\n", film.size >> 10, growth);
    assert_true(film.size > 8 << 20);
    free(film.bytes);
    assert_in_range(growth, 0, 2 << 10);
}

static void check_nothing_is_left(int files) { assert_int_equal(scratch_count(""), files); }

static void is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    static uint8_t rgba[SIZE];
    Error error = {""};
    assert_null(animation_create(scratch_path("none/film.webp"), NAME_NEW, WIDTH, HEIGHT, &error));
    assert_non_null(strstr(error.text, "none/film.webp"));
    char path[SCRATCH_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s", scratch_path("film.webp"));
    Animation *animation = animation_create(path, NAME_NEW, WIDTH, HEIGHT, &error);
    assert_non_null(animation);
    for (int i = 0; i < 40; i++)
        assert_true(animation_add(animation, rgba, draw_square(rgba, i), &error));
    animation_destroy(animation);
    check_nothing_is_left(0);

    animation = animation_create(path, NAME_NEW, WIDTH, HEIGHT, &error);
    assert_non_null(animation);
    assert_true(animation_add(animation, rgba, draw_square(rgba, 0), &error));
    scratch_write("film.webp", "precious", 8); // which appeared meanwhile
    assert_false(animation_finish(animation, "{}", &error));
    animation_destroy(animation);
    assert_non_null(strstr(error.text, "film.webp"));
    check_nothing_is_left(1);
}

static void a_full_disk(void **state)
{
    (void)state;
    static uint8_t rgba[SIZE];
    Error error = {""};
    struct rlimit before, limit;
    char path[SCRATCH_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s", scratch_path("film.webp"));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 100000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    Animation *animation = animation_create(path, NAME_NEW, WIDTH, HEIGHT, &error);
    assert_non_null(animation);
    bool is_good = true;
    for (int i = 0; i < 40 && is_good; i++)
        is_good = animation_add(animation, rgba, draw_noise(rgba, i), &error);
    animation_destroy(animation);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_false(is_good);
    assert_non_null(strstr(error.text, "film.webp cannot be written: File too large"));
    check_nothing_is_left(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plays_what_was_added), TEST(frames_that_are_alike_are_one),
        TEST(memory_does_not_grow), TEST(is_written_whole_or_not_at_all),
        TEST(a_full_disk),
    };
    return cmocka_run_group_tests_name("animation", tests, NULL, NULL);
}
