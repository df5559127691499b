// The models of the report's further parts: trained one after the other, each once.
//
// Thread: the main thread.
#pragma once
#include "commands/lab.h"
#include "files/report_more.h"

// base: what all of the trials' models share. epochs: of a trial's models. seeds: of the published set-ups. Returns
// EXIT_OK, or the exit status after a sentence (of a signal: without one).
int report_measure_more(const Lab *lab, const Spec *base, int epochs, int seeds, ReportMore *out);
