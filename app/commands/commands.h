// The commands: one function each, which returns the exit status. And what they share.
//
// Thread: the main thread.
#pragma once
#include <jansson.h>

#include "commands/cli.h"

// EXIT_SIGNAL: plus the signal's number.
enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_NO_DISPLAY, EXIT_BAD_DATA, EXIT_SIGNAL = 128 };

int view_run(const Options *options);
int train_run(const Options *options);
int shot_run(const Options *options);
int film_run(const Options *options);
int report_run(const Options *options);
int eval_run(const Options *options);
int code_run(const Options *options);
int data_run(const Options *options);      // data and data export
int data_sets_run(const Options *options); // data fetch and data list

// "losslens: " and the sentence on stderr; returns status, so that a command can end with `return command_fail(...)`.
int command_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Each notice, likewise.
void command_tell(const Notices *notices);

// A path as a command's result, a line of its own on stdout: as it is for another program, and for people on a terminal
// without what could command that.
void command_print_path(const char *path);

// Reads what --data names: a known set that was fetched, or whatever dataset_open takes, read like that; one that
// holds a known set has that set's name, whatever the folder is called. progress: NULL or whom it is told. Any thread.
// Owned by the caller: dataset_free.
bool command_open_data(const char *data, const DatasetOptions *reading, const LoadProgress *progress, Dataset *out,
                       Error *error);

// A link's data set that does not open, because of `why`, gives way to the built-in digits, which becomes a notice.
void command_leave_data(Options *link, const Error *why);

// Reads --data and prints what is to be noticed about it, or draws the built-in digits on the pool's threads. Returns
// EXIT_OK, or the exit status after the sentence on stderr. Owned by the caller: dataset_free.
int command_load_data(const Options *options, Pool *pool, Dataset *out);

// SIGINT, SIGTERM and SIGHUP: the first is noted, a second ends the program. What a parent chose to ignore stays
// ignored.
void command_catch_signals(void);
int command_signal(void); // the one that came, 0: none

// Prints report to stdout as indented JSON, all of it or nothing, takes it over and returns the exit status. NULL, or
// something missing in it: memory was short.
int command_print_json(json_t *report);

// Flushes stdout; EXIT_FAILED after a sentence on stderr where not everything was written (a full disk, a closed pipe).
int command_finish_output(void);

// What an option says of a model, for a model_file_load: NULL where it was not given.
const SpecWish *command_wish(const Options *options, const char *option, const Spec *spec, const Said *said,
                             SpecWish *wish);

// A model's file, for --init and eval, what was done to it said on stderr. EXIT_OK, or the exit status after a sentence
// on stderr and, where it is of another format, the lines that convert it. model_file_free.
int command_load_model(const char *path, const SpecWish *wish, const ImageSet *test, ModelFile *out);

// The lines that make a .safetensors file of what is at path, on stderr; nothing where it is no model's.
void command_print_conversion(const char *path);

// What --force says of names that are taken.
Naming command_naming(const Options *options);
