// What the fuzz targets of the data sets' parsers share.
#pragma once
#include <stdlib.h>

#include "data/intake.h"

// Ends an intake that has images, as dataset_open does, and reads every byte that comes out.
static inline void fuzz_finish(Intake *intake)
{
    Dataset dataset;
    Error error = {""};
    if (!intake_finish(intake, &dataset, &error)) {
        if (!error.text[0])
            abort();
        return;
    }
    if (dataset.train.count < 1 || dataset.test.count < 1)
        abort();
    unsigned sum = 0; // of every byte, so that a sanitizer sees what was never written
    const ImageSet *sets[] = {&dataset.train, &dataset.test};
    for (int set = 0; set < 2; set++)
        for (size_t i = 0; i < (size_t)sets[set]->count * DIGIT_PIXELS; i++)
            sum += sets[set]->pixels[i];
    if (sum == 1)
        dataset.train.count = 0;
    dataset_free(&dataset);
}
