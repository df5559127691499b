// Link: what the window shows as the fragment of an address, "index.html#a=loss=bce&view=inspect&pixel=12,13". Keys are
// options of `losslens view` without their dashes, so that a link and a command line are read by the same table:
// those rows of cli_options.c that say LINK. Only what is not as it comes stands in a link that is written; whatever a lesson
// or a set-up brings along neither does.
//
// A link comes from anybody: none of its keys names a file, data sets are those that are known by name, and its length
// is bounded. What is not plain in an address stands as %XX (RFC 3986). To add something to links: the mark in the row
// of its option, and in link.c where the option's field comes from. Thread: no state; any thread.
#pragma once
#include "commands/cli.h"

enum { LINK_SIZE = 4096 }; // bytes with the 0, its address included

// Whether a text is a link, and no path: it begins with # or http, or has a # behind .html or behind ://.
bool link_is(const char *text);

// The part before the #: an address, "" for a fragment alone. False where it is longer than that.
bool link_find_page(const char *link, char page[LINK_SIZE]);

// Takes what the link says into options as if it had been given; what is given already stays. Keys that are not known
// here, or are none of the command's, become notices of options. False after a sentence: a value is none.
bool link_read(const char *link, Options *options, Error *error);

// The link of what a picture's settings say, after `page`. What it cannot say is noted in left_out. False where it
// would be too long, and where memory is short: then nothing stands in link.
bool link_write(const CaptureState *state, const char *page, char link[LINK_SIZE], Notices *left_out, Error *error);
