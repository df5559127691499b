// The parts of a spec that may differ between two models, in words. Private to the narrator.
#pragma once
#include "engine.h"

enum { SPEC_PARTS = 17 };

typedef struct SpecPart {
    const char *name;
    bool (*differs)(const Spec *a, const Spec *b);
    void (*copy)(Spec *to, const Spec *from);
    void (*format)(const Spec *spec, char *text, size_t size);
} SpecPart;

// The rows that differ, in the table's order; returns how many. An optimizer brings its own learning rate: where both
// have their optimizer's, that is one difference.
int spec_parts_list(const Spec *a, const Spec *b, const SpecPart *parts[SPEC_PARTS]);
