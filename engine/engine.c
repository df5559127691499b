// The engine as a whole.
#include "engine.h"

#include "kernels/kernel.h"

bool engine_select_isa(const char *name, Error *error) { return kernel_select(name, error); }
