// Scratch: see scratch.h. Whatever fails here ends the test program: nothing of it is under test.
#include "scratch.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char root[SCRATCH_PATH_MAX];

static void require(bool condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

int scratch_setup(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(root, sizeof root, "%s/losslens-test-XXXXXX", base ? base : "/tmp");
    require(mkdtemp(root) != NULL, root);
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

int scratch_teardown(void **state)
{
    (void)state;
    require(nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0, root);
    return 0;
}

const char *scratch_folder(void) { return root; }

const char *scratch_path(const char *name)
{
    static char paths[4][2 * SCRATCH_PATH_MAX];
    static int next;
    next = (next + 1) % 4;
    (void)snprintf(paths[next], sizeof paths[next], "%s%s%s", root, *name ? "/" : "", name);
    return paths[next];
}

void scratch_write(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(scratch_path(name), "wb");
    require(file != NULL, name);
    require(size == 0 || fwrite(bytes, 1, size, file) == size, name);
    require(fclose(file) == 0, name);
}

void scratch_read(const char *name, Buffer *out)
{
    uint8_t chunk[4096];
    size_t got;
    FILE *file = fopen(scratch_path(name), "rb");
    require(file != NULL, name);
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buffer_append(out, chunk, got);
    (void)fclose(file);
}

int scratch_count(const char *name)
{
    int count = 0;
    DIR *folder = opendir(scratch_path(name));
    require(folder != NULL, name);
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return count;
}

// Small ones are as long as what they hold, so that a sanitizer sees a read past the end; large ones have room to grow.
static size_t find_room(size_t size)
{
    size_t room = 4096;
    while (room < size)
        room *= 2;
    return size <= 4096 ? size : room;
}

void buffer_append(Buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    const size_t before = find_room(buffer->size), room = find_room(buffer->size + size);
    uint8_t *grown = room != before || !buffer->bytes ? realloc(buffer->bytes, room) : buffer->bytes;
    require(grown != NULL, "buffer");
    memcpy(grown + buffer->size, bytes, size);
    buffer->bytes = grown;
    buffer->size += size;
}

void buffer_append_big_endian(Buffer *buffer, uint32_t value)
{
    for (int i = 3; i >= 0; i--)
        buffer_append(buffer, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

void buffer_append_little_endian(Buffer *buffer, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        buffer_append(buffer, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

void buffer_gzip(const Buffer *plain, Buffer *out)
{
    z_stream stream = {0};
    require(deflateInit2(&stream, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
    uLong bound = deflateBound(&stream, (uLong)plain->size);
    uint8_t *bytes = malloc(bound);
    require(bytes != NULL, "deflate");
    stream.next_in = plain->bytes;
    stream.avail_in = (uInt)plain->size;
    stream.next_out = bytes;
    stream.avail_out = (uInt)bound;
    require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate");
    buffer_append(out, bytes, stream.total_out);
    (void)deflateEnd(&stream);
    free(bytes);
}
