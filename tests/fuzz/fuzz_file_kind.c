// Fuzzes file_kind_describe: words of printable ASCII, or none and nothing written.
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/file_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[FILE_KIND_TEXT];
    memset(text, 0, sizeof text);
    const bool is_known = file_kind_describe(text, data, size);
    const size_t length = strnlen(text, sizeof text);
    if (is_known != (length > 0) || length == sizeof text)
        abort();
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            abort();
    return 0;
}

// A seed's first byte is a prefix elsewhere; here it is the file's own.
static void add_file(FuzzSeeds *seeds, const char *bytes, size_t size)
{
    fuzz_add_seed(seeds, (uint8_t)bytes[0], bytes + 1, size - 1);
}

#define ADD(bytes) add_file(seeds, bytes, sizeof(bytes) - 1)

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    char tar[512] = "name";
    memcpy(tar + 257, "ustar", 5);
    add_file(seeds, tar, sizeof tar);
    ADD("PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0\4\0\2\0name\0\0dataPK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\4\0\0\0\4\0\0\0\20\0\0\0archive/data.pkl");
    ADD("\0\0\x08\3\0\0\0\1");
    ADD("\x10\0\0\0\0\0\0\0{\"a\":1}");
    ADD("\xef\xbb\xbf\n<html>");
    ADD("5,0,0,0\n");
    ADD("RIFF\x24\0\0\0WEBPVP8L");
    ADD("\0\0\0\x18"
        "ftypheic");
}
