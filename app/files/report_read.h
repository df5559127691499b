// Report reading: the results of a report.json, whoever hands it over.
//
// Thread: no state; any thread.
#pragma once
#include "state/saying_report.h"

// Of claims only what two seeds or more decided. False after a sentence that names the file, what of it was found and
// what was expected, also where it decides nothing; out is then of no use.
bool report_read(const char *path, SayingReport *out, Error *error);
bool report_parse(const char *text, size_t size, const char *name, SayingReport *out, Error *error);
