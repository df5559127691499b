// Fuzzes archive_visit: every entry of a small zip or tar file in memory is read whole.
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

#include "data/archive.h"
#include "fuzz.h"

static bool visit(void *context, const ArchiveEntry *entry, Error *error)
{
    ByteReader reader;
    uint64_t *total = context;
    size_t got = 1;
    if (strstr(entry->path, "..") == entry->path && (entry->path[2] == '/' || !entry->path[2]))
        abort();
    if (entry->kind != ENTRY_FILE)
        return true;
    if (!byte_reader_open_source(&reader, entry->source, entry->source_context, entry->size, "file", error))
        return false;
    bool is_read = true;
    while (is_read && got > 0) {
        uint8_t bytes[4096];
        is_read = byte_reader_read(&reader, bytes, sizeof bytes, &got);
        *total += is_read ? got : 0;
    }
    byte_reader_close(&reader);
    return is_read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error = {""};
    uint64_t total = 0;
    if (size < 2 || size > FUZZ_INPUT_MAX)
        return 0;
    uint8_t *copy = malloc(size - 1);
    if (!copy)
        abort();
    memcpy(copy, data + 1, size - 1);
    const ArchiveFile file = {"folder/file", copy, size - 1};
    if (!archive_visit(&file, visit, &total, NULL, &error) && !error.text[0])
        abort();
    if (total > UNPACK_FREE + (uint64_t)UNPACK_RATIO_MAX * size + 65536)
        abort();
    free(copy);
    return 0;
}

static void add(FuzzSeeds *seeds, bool is_zip, bool is_packed)
{
    static const char *const names[] = {"a/train-images-idx3-ubyte", "/../b", "c"};
    static uint8_t bytes[FUZZ_INPUT_MAX];
    size_t used = 0;
    struct archive *archive = archive_write_new();
    if (!archive)
        abort();
    (void)(is_zip ? archive_write_set_format_zip(archive) : archive_write_set_format_ustar(archive));
    if (is_packed && !is_zip)
        (void)archive_write_add_filter_gzip(archive);
    if (is_zip && !is_packed)
        (void)archive_write_set_options(archive, "compression=store");
    (void)archive_write_set_bytes_in_last_block(archive, 1);
    if (archive_write_open_memory(archive, bytes, sizeof bytes - 1, &used) != ARCHIVE_OK)
        abort();
    for (int i = 0; i < 3; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_filetype(entry, i == 2 ? AE_IFLNK : AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, i == 2 ? 0 : 5);
        if (i == 2)
            archive_entry_set_symlink(entry, "/etc/passwd");
        (void)archive_write_header(archive, entry);
        if (i < 2)
            (void)archive_write_data(archive, "hello", 5);
        archive_entry_free(entry);
    }
    (void)archive_write_free(archive);
    fuzz_add_seed(seeds, 0, bytes, used);
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    for (int i = 0; i < 4; i++)
        add(seeds, i & 1, i & 2);
}
