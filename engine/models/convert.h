// Convert: the lines of Python that make a .safetensors file of a model's file in another format.
//
// To add a format: a row in convert.c, and in io/file_kind.c how such a file begins. Thread: no state; any thread.
#pragma once
#include <stdbool.h>

enum { CONVERT_TEXT = 1536 };

// Three lines, each with its end, for the file at path; the words are for sentences. False where it is no model's file
// of a known format, or cannot be read.
bool convert_describe(const char *path, char text[CONVERT_TEXT]);
