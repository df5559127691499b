// Export names: which models of a frame are exported, and what they are called in rows and names of files.
#pragma once
#include "state/frame.h"

enum { EXPORT_NAME_SIZE = 64 };

// All but the side that the view leaves out.
bool export_has_model(const Frame *frame, int index);

// "a", "b", or "mse-relu" after its loss and output, with "-seed2" where its seed is not A's, and a number where
// another one has that name already.
void export_name_model(const Frame *frame, int index, char name[EXPORT_NAME_SIZE]);
