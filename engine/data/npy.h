// NumPy array: one .npy file, images or labels, read strictly.
//
// Its header is a Python dictionary; it is read by a grammar that knows three keys and nothing else, and never run.
// Internal to the engine: part of dataset.h's implementation; on its own so that it can be fuzzed.
// Thread: no state; any thread.
#pragma once
#include "data/array_read.h"

typedef enum NpyKind { NPY_IMAGES, NPY_LABELS, NPY_ANY } NpyKind; // ANY: its shape says which

// from: open, and nothing was read. ANY: images come to the first split that has none, labels likewise.
bool npy_read(ByteReader *from, NpyKind kind, Intake *intake, Split split);
