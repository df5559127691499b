// Fuzzes spec_parse: what it accepts is written and read back as an equal spec.
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "models/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error = {""};
    Spec spec, again;
    char formatted[SPEC_TEXT_SIZE];
    char *text = malloc(size + 1);
    if (!text)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (spec_parse(&spec, text, &error)) {
        spec_format(&spec, formatted, sizeof formatted);
        if (!spec_parse(&again, formatted, &error) || !spec_equal(&spec, &again))
            abort();
    } else if (!error.text[0]) {
        abort();
    }
    free(text);
    return 0;
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    static const char *const texts[] = {
        "",
        "loss=bce,output=sigmoid,hidden=relu,layers=32,optimizer=adam,lr=0.001,batch=256,noise=0,l1=0,seed=1",
        "layers=128,64,32,64,128,lr=1e-3,noise=0.25",
        "batch=4096,seed=4294967295,lr=100,l1=1,noise=2",
        "layers=2048,2048,2048,2048,2048,2048,2048",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        // A seed's first byte is a prefix elsewhere; here it is the text's own.
        size_t length = strlen(texts[i]);
        fuzz_add_seed(seeds, length > 0 ? (uint8_t)texts[i][0] : ',', texts[i] + (length > 0),
                      length > 0 ? length - 1 : 0);
    }
}
