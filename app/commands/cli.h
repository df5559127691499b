// Command line: what the user asked for, as a struct.
//
// One table (cli_options.h) knows every option; parsing and help both come from it. Nothing here prints but
// cli_print_help.
// Thread: the main thread.
#pragma once
#include <stdint.h>
#include <stdio.h>

#include "draw/theme.h"
#include "engine.h"
#include "files/capture_state.h"
#include "state/lessons.h"
#include "state/look.h"
#include "state/presets.h"
#include "state/request.h"

typedef enum Command {
    COMMAND_VIEW,
    COMMAND_TRAIN,
    COMMAND_SHOT,
    COMMAND_FILM,
    COMMAND_REPORT,
    COMMAND_EVAL,
    COMMAND_CODE,
    COMMAND_DATA,
    COMMAND_DATA_EXPORT,
    COMMAND_DATA_FETCH,
    COMMAND_DATA_LIST,
    COMMAND_COUNT
} Command;

typedef enum LogDetail { LOG_EPOCH, LOG_STEP } LogDetail;

enum { CLI_ROWS_MAX = 128 }; // of the table of options

// How a model was asked for, beside its Spec.
enum { SAID_A, SAID_B, SAID_MODEL, SAID_COUNT };
typedef struct Said {
    unsigned named;   // the spec's keys that were named: bits 1 << SpecKey
    const char *file; // the .safetensors file that stands for it; NULL: none
    bool is_pca;      // a PCA stands for it
} Said;

// Texts are borrowed from argv. An option that the command does not have stays zero.
typedef struct Options {
    Command command;
    bool given[CLI_ROWS_MAX]; // the rows of the table that were on the command line: cli_is_given
    const char *data;         // folder, or the name of a known set; NULL: the built-in digits
    DatasetOptions reading;   // how that is read
    const char *isa;          // as engine_select_isa takes it; never NULL
    int threads;              // 0: one for each processor
    bool is_driven;           // view: there are none, see view_serve; no option, the caller says so
    Spec a, b;                // view, shot, film
    Spec model;               // train, report; eval and pictures: what files of models do not say
    Said said[SAID_COUNT];    // of a, b, model
    int epochs;
    int limit; // the first so many training images; 0: all
    bool no_shuffle;
    bool checks;        // of report: more claims, published figures
    unsigned published; // bits of published.h's rows; 0: the default
    LogDetail log;      // train
    int without;        // train, eval: the label that the training images are without, where it is given
    bool has_pca;       // train, eval: the JSON has the PCA of as many components as the code has units
    const char *watch;  // view: a file whose model A is, anew each time when it is written; NULL: none
    const char *init;   // weights to begin with, of --model or of A; NULL: none
    bool force;         // replace files that are there
    const char *output; // -o; NULL: none (train), a name of its own (shot, report)
    int width, height;  // of the window or picture, in pixels
    int page;           // which digits, from 0
    int first, random;  // the first of them, -1: page says; which random ones, 0: they are in order
    int pad;            // the test digit on the pad
    PadState drawing;   // on the pad, where it is given
    bool is_uncentred;  // it stays where it is
    const char *digit;  // picture for the pad; NULL: none
    InkInvert digit_invert;
    float digit_threshold; // 0: found
    int digit_turn;        // quarters of a turn, clockwise
    ThemeKind theme;       // of the window or picture; where it is not given, the window has what it remembers
    Pace pace;             // view
    int pause;             // view: training pauses after so many batches of each model; -1: when it has ended
    bool is_figure;        // shot: a slide instead of the window; width and height are then of the window that it is of
    int figure_width, figure_height; // of that slide, in pixels
    const char *title;               // of that slide; NULL: its own
    Look look;                       // what the window or picture shows; past_step from step
    int preset;                      // a row of presets.h, which look, a and b follow; -1: none
    int lesson, lesson_step;         // from 1; lesson 0: none
    bool is_lesson_new;              // view: nobody has taken a lesson here yet
    int sides, number;               // of the code: words_sides; from 1, 0: none is chosen
    CodePulls pulls;                 // its numbers that are pulled, where it is given
    bool is_drawn;                   // inspect the drawing
    unsigned measured;               // sayings: bits 1 << saying
    const char *verdicts;            // a report.json with what others decided; NULL: none
    float heat_scale;                // of the first heatmap; 0: its own
    int step;                        // the moment to show, -1: the newest
    int every;                       // film: steps from frame to frame, 0: an epoch
    float fps;                       // film: frames a second
    int seeds;                       // report
    const char *shots;               // folder for screenshots; NULL: the pictures folder
    float scale;                     // of the UI; 0: as the display says
    const char *trace;               // view: file for one JSON line a frame; NULL: none
    bool json;                       // data, its fetch and list, shot
    bool has_texts;                  // view's trace, shot's JSON: with every text on screen
    int framework;                   // code: which, of files/code.h
    const char *operand;          // eval: the model's file; data export: the folder; data fetch: the set's name; view:
                                  // a picture
    const char *to, *mirror;      // data fetch: the folder, NULL: the set's own; an address, NULL: the set's own
    int stall;                    // data fetch: seconds
    const char *figures, *arrays; // shot: a file and a folder for them (export.h); NULL: none
    const char *from;             // shot, film: a picture whose settings are the other options' defaults; NULL: none
    const char *link;             // that was followed (link.h); NULL: none
    Notices notices;              // what of it was not
    const CaptureState *state;    // these, or those of view's operand; borrowed, NULL: there are none
    float display_scale;          // of the display that a picture is as on; 1 where there is no such picture
} Options;

typedef enum CliResult { CLI_RUN, CLI_HELP, CLI_VERSION, CLI_USAGE } CliResult;

// state: a picture's, borrowed, which options that are not given are taken from; NULL: from their defaults. CLI_USAGE:
// error holds the sentence. CLI_HELP and CLI_USAGE leave in out->command whose help is meant.
CliResult cli_parse(int argc, char **argv, const CaptureState *state, Options *out, Error *error);

// What a picture says takes the place of what out has. state is borrowed.
void cli_fill_state(Options *out, const CaptureState *state);

// Whether this option of the command was on the command line; name as in the table: "--model".
bool cli_is_given(const Options *options, const char *name);

const char *cli_command_name(Command command); // "data export"

// COMMAND_COUNT stands for the program as a whole.
void cli_print_help(FILE *stream, Command command);
