// Known sets: which one a folder's files are, by their sums. See known_sets.h.
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "data/dataset_files.h"
#include "data/known_sets.h"
#include "io/byte_reader.h"
#include "io/file.h"

enum { CHUNK = 65536, PLAIN_MAX = 1 << 26 }; // no set's file unpacks to more

static void finish_sum(crypto_hash_sha256_state *sum, char text[SHA256_TEXT])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256_final(sum, digest);
    (void)sodium_bin2hex(text, SHA256_TEXT, digest, sizeof digest);
}

bool known_sets_sum_file(int fd, char text[SHA256_TEXT])
{
    uint8_t chunk[CHUNK];
    off_t at = 0;
    crypto_hash_sha256_state sum;
    (void)crypto_hash_sha256_init(&sum);
    for (ssize_t got; (got = pread(fd, chunk, sizeof chunk, at)) != 0; at += got) {
        if (got < 0)
            return false;
        (void)crypto_hash_sha256_update(&sum, chunk, (unsigned long long)got);
    }
    finish_sum(&sum, text);
    return true;
}

// Of what the file holds or, where it is packed, unpacks to.
static bool sum_plain(const char *path, char text[SHA256_TEXT])
{
    uint8_t chunk[CHUNK];
    ByteReader reader;
    Error error;
    uint64_t total = 0;
    size_t got = 1;
    crypto_hash_sha256_state sum;
    if (!byte_reader_open(&reader, path, &error))
        return false;
    (void)crypto_hash_sha256_init(&sum);
    bool good = !file_kind_is_gzip(reader.start, reader.start_size) || byte_reader_unpack(&reader);
    while (good && got > 0 && total <= PLAIN_MAX) {
        good = byte_reader_read(&reader, chunk, sizeof chunk, &got);
        (void)crypto_hash_sha256_update(&sum, chunk, got);
        total += got;
    }
    byte_reader_close(&reader);
    finish_sum(&sum, text);
    return good && total <= PLAIN_MAX;
}

// Bits of the candidates whose file of this index the one at path is.
static unsigned match_file(const char *path, int index, unsigned candidates)
{
    char text[SHA256_TEXT] = "";
    uint64_t size;
    unsigned matches = 0, sized = 0;
    const int fd = file_open(path, &size, NULL);
    if (fd < 0)
        return 0;
    for (int i = 0; i < known_set_count(); i++)
        if (candidates >> i & 1 && known_set_get(i)->files[index].size == size)
            sized |= 1u << i;
    const bool has_sum = sized != 0 && known_sets_sum_file(fd, text);
    for (int i = 0; has_sum && i < known_set_count(); i++)
        if (sized >> i & 1 && strcmp(known_set_get(i)->files[index].sha256, text) == 0)
            matches |= 1u << i;
    (void)close(fd);
    bool has_plain = false;
    for (int i = 0; i < known_set_count(); i++)
        has_plain = has_plain || (candidates >> i & 1 && known_set_get(i)->files[index].plain_sha256);
    if (matches != 0 || !has_plain || !sum_plain(path, text))
        return matches;
    for (int i = 0; i < known_set_count(); i++) {
        const char *plain = known_set_get(i)->files[index].plain_sha256;
        if (candidates >> i & 1 && plain && strcmp(plain, text) == 0)
            matches |= 1u << i;
    }
    return matches;
}

// The smallest first, so that any other set costs little. Each file's place in the table, and what it is.
static const struct {
    int index;
    bool is_test;
    IdxKind kind;
} order[KNOWN_SET_FILES] = {
    {3, true, IDX_LABELS}, {1, false, IDX_LABELS}, {2, true, IDX_IMAGES}, {0, false, IDX_IMAGES}};

static const KnownSet *recognise_files(const char *folder)
{
    char path[PATH_MAX];
    unsigned candidates = (1u << known_set_count()) - 1;
    for (int i = 0; i < KNOWN_SET_FILES && candidates != 0; i++) {
        if (!dataset_find_file(path, folder, order[i].is_test, order[i].kind, NULL) || !path[0])
            return NULL;
        candidates = match_file(path, order[i].index, candidates);
    }
    for (int i = 0; i < known_set_count(); i++)
        if (candidates >> i & 1)
            return known_set_get(i);
    return NULL;
}

static void put_big_endian(uint8_t bytes[4], uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

// Of the IDX file that would hold these images or labels. False where the labels are no bytes.
static bool sum_part(const ImageSet *set, IdxKind kind, char text[SHA256_TEXT])
{
    uint8_t header[16] = {0, 0, 8, kind == IDX_IMAGES ? 3 : 1}, chunk[CHUNK];
    const size_t size = kind == IDX_IMAGES ? 16 : 8;
    crypto_hash_sha256_state sum;
    put_big_endian(header + 4, (uint32_t)set->count);
    put_big_endian(header + 8, DIGIT_SIDE);
    put_big_endian(header + 12, DIGIT_SIDE);
    (void)crypto_hash_sha256_init(&sum);
    (void)crypto_hash_sha256_update(&sum, header, size);
    if (kind == IDX_IMAGES)
        (void)crypto_hash_sha256_update(&sum, set->pixels, (unsigned long long)set->count * DIGIT_PIXELS);
    for (int i = 0; kind == IDX_LABELS && i < set->count; i += CHUNK) {
        const int count = set->count - i < CHUNK ? set->count - i : CHUNK;
        for (int k = 0; k < count; k++) {
            if (set->labels[i + k] < 0 || set->labels[i + k] > UINT8_MAX)
                return false;
            chunk[k] = (uint8_t)set->labels[i + k];
        }
        (void)crypto_hash_sha256_update(&sum, chunk, (unsigned long long)count);
    }
    finish_sum(&sum, text);
    return true;
}

static const KnownSet *recognise_parts(const Dataset *dataset)
{
    char text[SHA256_TEXT];
    unsigned candidates = (1u << known_set_count()) - 1;
    for (int i = 0; i < KNOWN_SET_FILES && candidates != 0; i++) {
        const ImageSet *set = order[i].is_test ? &dataset->test : &dataset->train;
        if (!set->labels || !sum_part(set, order[i].kind, text))
            return NULL;
        for (int k = 0; k < known_set_count(); k++) {
            const char *plain = known_set_get(k)->files[order[i].index].plain_sha256;
            if (!plain || strcmp(plain, text) != 0)
                candidates &= ~(1u << k);
        }
    }
    for (int i = 0; i < known_set_count(); i++)
        if (candidates >> i & 1)
            return known_set_get(i);
    return NULL;
}

const KnownSet *known_sets_recognise(const Dataset *dataset)
{
    const KnownSet *known = *dataset->folder ? recognise_files(dataset->folder) : NULL;
    return known || *dataset->treatment ? known : recognise_parts(dataset);
}
