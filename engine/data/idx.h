// IDX: one file of MNIST, images or labels, plain or gzip, read strictly.
//
// A big-endian header (two zero bytes, the type, the rank, then one 32-bit size for each dimension), then the numbers
// themselves. Internal to the engine: part of dataset.h's implementation; on its own so that it can be fuzzed.
// Thread: no state; any thread.
#pragma once
#include "data/intake.h"
#include "io/byte_reader.h"

typedef enum IdxKind { IDX_IMAGES, IDX_LABELS } IdxKind;

// from: open, and nothing was read. Whether it is gzip, its bytes say.
bool idx_read(ByteReader *from, IdxKind kind, Intake *intake, Split split);
