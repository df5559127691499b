// Download: one gzip file from one address, behind what is there of it already.
//
// Internal to the engine. Thread: no state outside a Download; any thread.
#pragma once
#include "io/new_file.h"
#include "load_progress.h"

typedef enum DownloadEnd {
    DOWNLOAD_DONE,      // all bytes are there
    DOWNLOAD_BROKEN,    // it broke off, or stalled after some of it: to be gone on with
    DOWNLOAD_REFUSED,   // this address does not have it, or says nothing
    DOWNLOAD_FAILED,    // the disk: no other address mends that
    DOWNLOAD_CANCELLED, // progress said so
} DownloadEnd;

typedef struct Download {
    const char *url;
    bool is_plain_http; // plain HTTP is allowed to the host of url, whichever it is
    NewFile *file;      // begun by new_file_resume
    uint64_t there;     // bytes that it holds; grows
    uint64_t size;      // that it is to have
    int stall_seconds;
    const LoadProgress *progress; // is told there + done_before, of total
    uint64_t done_before, total;
} Download;

// Error says what was wrong with anything but DOWNLOAD_DONE.
DownloadEnd download_run(Download *download, Error *error);
