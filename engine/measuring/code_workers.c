// A tile of bytes through the encoder, in a worker's own memory.
#include "measuring/code_workers.h"

#include <stdlib.h>

#include "alloc.h"
#include "models/code.h"

CodeWorker *code_workers_create(const Model *model, int count)
{
    CodeWorker *workers = calloc((size_t)count, sizeof *workers);
    bool good = workers != NULL;
    for (int i = 0; good && i < count; i++) {
        workers[i].codes = floats_create((size_t)TILE_ROWS * (size_t)code_units(model));
        good = workers[i].codes && workspace_init(&workers[i].workspace, model, TILE_ROWS, NULL);
    }
    if (good)
        return workers;
    code_workers_destroy(workers, count);
    return NULL;
}

void code_workers_destroy(CodeWorker *workers, int count)
{
    for (int i = 0; workers && i < count; i++) {
        workspace_free(&workers[i].workspace);
        floats_free(workers[i].codes);
    }
    free(workers);
}

void code_worker_encode(CodeWorker *worker, const Model *model, const float *parameters, const ImageSet *set, int first,
                        int rows)
{
    Tile tile = {.count = (size_t)rows, .pixels = DIGIT_PIXELS, .lit = worker->lit};
    for (int row = 0; row < rows; row++)
        tile.rows[row] = set->pixels + (size_t)(first + row) * DIGIT_PIXELS;
    kernel_get()->find_lit(&tile);
    (void)model_encode_tile(model, parameters, &worker->workspace, &tile);
    code_take(model, &worker->workspace, rows, worker->codes);
}
