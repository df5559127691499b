// The models of the report's further parts: trained one after the other, each once.
//
// Thread: the main thread.
#pragma once
#include "files/report_more.h"

// book: of the trials, whose weights stay its own; NULL: none are measured. seeds: of the published set-ups. wanted:
// bits of these; 0: those that take minutes. Returns EXIT_OK, or the exit status after a sentence (of a signal: without
// one).
int report_measure_more(const Lab *lab, LabBook *book, int seeds, unsigned wanted, ReportMore *out);
