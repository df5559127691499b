// What new_file.c uses of the C library, and Emscripten's has not: app/web/system.c.
#pragma once
#include_next <stdio.h>

enum { RENAME_NOREPLACE = 1 };
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags);
