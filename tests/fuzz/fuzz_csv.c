// Fuzzes csv_read.
#include <stdio.h>

#include "data/csv.h"
#include "fuzz.h"
#include "fuzz_intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const DatasetOptions options;
    ByteReader reader;
    Intake intake;
    Error error = {""};
    if (size < 1 || size > FUZZ_INPUT_MAX)
        return 0;
    uint8_t *copy = malloc(size); // its own, so that a sanitizer sees a read past its end
    if (!copy)
        abort();
    memcpy(copy, data, size);
    intake_begin(&intake, &options, "file");
    if (!byte_reader_open_bytes(&reader, copy + 1, size - 1, "folder/file", &error))
        abort();
    const bool is_list = copy[0] & 1; // of labels alone
    const bool is_read = (is_list ? csv_read_labels : csv_read)(&reader, &intake, SPLIT_TRAIN);
    if (is_read && !is_list)
        fuzz_finish(&intake);
    else if (!is_read && !strstr(error.text, "file"))
        abort();
    byte_reader_close(&reader);
    intake_free(&intake);
    free(copy);
    return 0;
}

static void add(FuzzSeeds *seeds, const char *header, const char *number, char separator, int columns, int lines)
{
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", header);
    for (int line = 0; line < lines; line++)
        for (int i = 0; i < columns; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, number, (i + line) % 4,
                                     i + 1 < columns ? separator : '\n');
    fuzz_add_seed(seeds, 0, text, used);
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    add(seeds, "", "%d%c", ',', 65, 3);
    add(seeds, "", "%d%c", '\t', 785, 2);
    add(seeds, "", "0,%d5%c", ';', 64, 3);
    add(seeds, "\xef\xbb\xbf", "\"%d\"%c", ',', 81, 3);
    add(seeds, "", "%de-1%c", ' ', 64, 3);
    add(seeds, "# a remark\r\nlabel,p0,", "p%d%c", ',', 63, 1);
    add(seeds, "cat,", "%d%c", ',', 64, 1);
    fuzz_add_seed(seeds, 1, "label\ncat\ndog\ncat\n", 18);
    fuzz_add_seed(seeds, 1, "id,label\n0,7\n1,3\n", 17);
}
