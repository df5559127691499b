// What opening.c, reading beside the window, shares with opening_kinds.c, what can be opened. Private to them.
#pragma once
#include "commands/aside.h"
#include "commands/opening.h"

typedef struct OpeningKind OpeningKind;

// One thing that is read: its path, and what came out of it.
typedef struct Parcel {
    char path[INPUT_TEXT_SIZE];
    Point at;
    const OpeningKind *kind; // NULL: not known yet
    Aside *aside;            // what is being read of it
    Dataset *dataset;
    InkPicture picture;
    Import *import; // NULL: the picture is not there yet
    CaptureState *state;    // of a picture of losslens; dataset beside it, where that is another one than is open
    CaptureReading reading; // how that went
    Error refusal;          // why it went badly
    Options *link;          // what a link says; dataset as of a state
    // a model: ready to be used, or what it may be
    ModelFile file;
    Foreign *foreign;
    ImageSet digits; // to guess on
    Guesses *guesses;
    SayingReport *report;
} Parcel;

// What a path is, from its kind and its first bytes.
typedef struct Glance {
    const char *path;
    bool is_folder;
    uint8_t bytes[FILE_KIND_BYTES];
    size_t size;
} Glance;

struct Opening {
    Session *session;
    const Options *options;
    Job *job; // NULL: nothing is read
    Parcel *parcel;
    bool is_given_up; // what it brings is not wanted any more
    Parcel *next;     // that waits until the job has ended
};

// What can be opened: the first row that fits.
struct OpeningKind {
    bool (*fits)(const Glance *glance, Parcel *parcel);
    // a JobTask's turn, on the job's thread: called again until it is done
    JobTurn (*read)(Opening *opening, Parcel *parcel, int64_t until_ns, const LoadProgress *progress, Error *error);
    bool (*take)(Opening *opening, Parcel *parcel, Error *error); // on the UI's; its sentence also where all is well
};

const OpeningKind *opening_find_kind(const Glance *glance, Parcel *parcel);
