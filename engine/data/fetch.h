// Fetch: gets a known data set from the network, and is the only thing that ever touches it: nothing does but
// fetch_set.
//
// HTTPS, by libcurl and the system's certificates; plain HTTP only on this very machine and for the one mirror that the
// table marks. Each file is written under an unfinished name, is gone on with after a break, in the next run too, and
// gets its name once its size and SHA-256 are those of the table. A proxy that the environment names (https_proxy,
// http_proxy, no_proxy) is used, but never for this machine.
// Thread: any; two at once into one folder are told apart by a lock, and the second is refused.
#pragma once
#include "data/known_sets.h"
#include "io/new_file.h"
#include "load_progress.h"
#include "notices.h"

typedef struct FetchOptions {
    const char *folder; // made where it does not exist
    const char *mirror; // instead of the set's own: fetch_check_mirror; NULL: those
    int stall_seconds;  // a mirror that sends less than 1 KiB/s for so long is given up; 0: FETCH_STALL_SECONDS
    Naming naming;      // of files that are there, but are not the set's: NAME_NEW or NAME_FORCED
    const LoadProgress *progress; // in bytes of the whole set, a few times a second; NULL: nobody waits
    Notices *notices;             // what was wrong with a mirror that another one stood in for; NULL: dropped
} FetchOptions;

enum { FETCH_STALL_SECONDS = 30, FETCH_URL_MAX = 2048 };

// Of each file: whether it came over the network now, or was there and right.
typedef struct FetchResult {
    bool was_fetched[KNOWN_SET_FILES];
} FetchResult;

// All of the set's files, in their order. False, with "cancelled" in error where progress said so: files that came
// whole stay, what came of the next one is gone on with by the next call; after a failure of the disk it goes. result
// may be NULL.
bool fetch_set(const KnownSet *set, const FetchOptions *options, FetchResult *result, Error *error);

// Whether that can be a mirror: https://..., or http://... on this machine.
bool fetch_check_mirror(const char *url, Error *error);
