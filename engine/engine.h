// The engine's face: everything that the application may use. A library without SDL, without GL, that never prints and
// never exits.
#pragma once
#include "data/dataset.h"
#include "data/digits.h"
#include "data/fetch.h"
#include "data/ink.h"
#include "data/known_sets.h"
#include "data/resample.h"
#include "error.h"
#include "io/file.h"
#include "io/file_kind.h"
#include "io/new_file.h"
#include "io/new_folder.h"
#include "job.h"
#include "json_memory.h"
#include "kernels/activation.h"
#include "kernels/loss.h"
#include "kernels/optimizer.h"
#include "load_progress.h"
#include "measuring/claims.h"
#include "measuring/code_facts.h"
#include "measuring/diagnosis.h"
#include "measuring/guess.h"
#include "measuring/metrics.h"
#include "measuring/model_file.h"
#include "measuring/pca.h"
#include "models/choices.h"
#include "models/code.h"
#include "models/convert.h"
#include "models/foreign.h"
#include "models/model.h"
#include "models/pixels.h"
#include "models/spec.h"
#include "notices.h"
#include "pool.h"
#include "random.h"
#include "training/learner.h"
#include "training/trainer.h"

// Chooses the instructions of the hot loops: "avx512", "avx2", "plain", or "auto" for the best that the processor can
// run, which is also in use where nobody chooses. False where the processor lacks it or the name is unknown.
// Thread: before any other thread runs.
bool engine_select_isa(const char *name, Error *error);
