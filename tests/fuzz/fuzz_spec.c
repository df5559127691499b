// Fuzzes spec_parse: what it accepts is written and read back as an equal spec, makes a model, and is told in words.
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "models/model.h"

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
        const Model model = model_create(&spec, SPEC_PIXELS);
        if (model.layer_count < 2 || model.parameter_count > 2u * MODEL_PARAMETERS_MAX ||
            model.layers[model.code_index].out != spec_code_units(&spec))
            abort();
        spec_describe_layers(&spec, formatted, sizeof formatted);
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
        "model=conv,batch=128",
        "model=vae,beta=0.5,layers=400-sample20-400,reduce=sum",
        "layers=conv16-pool-conv8-pool-conv8-pool-conv8-up-conv8-up-conv16v-up,l1=1e-4",
        "layers=conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2,loss=gauss",
        "layers=conv5k4-conv6k5s3v-pool-unconv4k2s3-7-98-2x7x7-conv3k1s2-up-up-conv3v-unconv3k4v",
        "layers=sample4,noise=0.5,noise_kind=mask",
        "layers=conv4096k15s28v-up-4096-1x64x64-pool-sample4096",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        // A seed's first byte is a prefix elsewhere; here it is the text's own.
        size_t length = strlen(texts[i]);
        fuzz_add_seed(seeds, length > 0 ? (uint8_t)texts[i][0] : ',', texts[i] + (length > 0),
                      length > 0 ? length - 1 : 0);
    }
}
