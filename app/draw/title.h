// What the program says it is, wherever it gives its name: the window's title, the help, the command line.
#pragma once

#define LOSSLENS_SUBTITLE "what the loss does to the picture"
