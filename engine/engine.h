// The engine's face: everything that the application may use. A library without SDL, without GL, that never prints and
// never exits.
#pragma once
#include "activation.h"
#include "claims.h"
#include "dataset.h"
#include "digits.h"
#include "error.h"
#include "file.h"
#include "file_kind.h"
#include "json_memory.h"
#include "learner.h"
#include "loss.h"
#include "metrics.h"
#include "model.h"
#include "new_file.h"
#include "new_folder.h"
#include "optimizer.h"
#include "pool.h"
#include "random.h"
#include "safetensors.h"
#include "spec.h"
#include "trainer.h"

// Chooses the instructions of the hot loops: "avx512", "avx2", "plain", or "auto" for the best that the processor can
// run, which is also in use where nobody chooses. False where the processor lacks it or the name is unknown.
// Thread: before any other thread runs.
bool engine_select_isa(const char *name, Error *error);
