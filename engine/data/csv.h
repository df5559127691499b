// CSV: a table of numbers as people pass data sets around, a line for an image.
//
// Separated by commas, semicolons or tabs; with a header or without; the label first, last, where the header names it,
// or not there, a number or a word; plain or gzip.
// Internal to the engine: part of dataset.h's implementation; on its own so that it can be fuzzed.
// Thread: no state; any thread.
#pragma once
#include "data/intake.h"
#include "io/byte_reader.h"

// from: open, and nothing was read.
bool csv_read(ByteReader *from, Intake *intake, Split split);

// A table of labels alone: one column, or the one that its header names.
bool csv_read_labels(ByteReader *from, Intake *intake, Split split);
