// Choices: the options of a spec that are one of a few words, beside loss, output, hidden activation and optimizer: in
// what range the model reads and gives back pixels, how a loss is reduced over them, what the targets are, what kind of
// noise is put on the input.
//
// To add one: a row in its list. Enum, spec, buttons, command line and tests follow. Thread: constant tables; any
// thread.
#pragma once

typedef struct Choice {
    const char *key;   // as in a spec
    const char *label; // as on a button
    const char *what;  // what it is, one line for a beginner
    const char *look;  // what to look for, one line
} Choice;

// X(C, NAME, key, label, what, look). The first is the default. C is handed through.
#define RANGES(X, C)                                                                                                   \
    X(C, UNIT, "unit", "0\u20261", "The model reads and gives back pixels from 0, black, to 1, white.",                \
      "What sigmoid and BCE are made for.")                                                                            \
    X(C, SYMMETRIC, "symmetric", "\u22121\u20261", "Black is \u22121, white is 1, for what it reads and gives back.",  \
      "Goes with tanh; BCE has no meaning below 0.")                                                                   \
    X(C, STANDARD, "standard", "standardised", "Minus the training pixels' mean, over their deviation.",               \
      "Goes with a linear output; white is about 2.8, black about \u22120.4.")

#define REDUCES(X, C)                                                                                                  \
    X(C, MEAN, "mean", "mean", "The loss of an image is the mean over its pixels.", "What Keras and PyTorch do.")      \
    X(C, SUM, "sum", "sum", "The loss of an image is the sum over its pixels: 784 times the mean, and its slopes.",    \
      "Adam hides the factor; with SGD the rate has to be 784 times smaller.")

#define TARGETS(X, C)                                                                                                  \
    X(C, GREY, "grey", "grey", "The model is to give back the pixels as they are.", "Edges stay grey.")                \
    X(C, BINARY, "binary", "0 or 1", "A pixel of the target is 1 from 0.5 on, else 0.", "Edges become hard.")          \
    X(C, SAMPLED, "sampled", "sampled", "A pixel of the target is 1 as often as it is bright, drawn anew each epoch.", \
      "The picture is the same as with grey: the mean of what was drawn.")

#define NOISE_KINDS(X, C)                                                                                              \
    X(C, GAUSSIAN, "gaussian", "Gaussian", "Adds a random number to each pixel of the input, cut to 0\u20261.",        \
      "Grey grain everywhere.")                                                                                        \
    X(C, MASK, "mask", "mask", "Sets each pixel of the input to black with this chance.", "Holes in the strokes.")     \
    X(C, SALT, "salt", "salt and pepper", "Sets each pixel of the input to black or white with this chance.",          \
      "White dots on black, black dots in strokes.")

#define NAME_RANGE(C, NAME, key, label, what, look)      RANGE_##NAME,
#define NAME_REDUCE(C, NAME, key, label, what, look)     REDUCE_##NAME,
#define NAME_TARGETS(C, NAME, key, label, what, look)    TARGETS_##NAME,
#define NAME_NOISE_KIND(C, NAME, key, label, what, look) NOISE_##NAME,
enum { RANGES(NAME_RANGE, _) RANGE_COUNT };
enum { REDUCES(NAME_REDUCE, _) REDUCE_COUNT };
enum { TARGETS(NAME_TARGETS, _) TARGETS_COUNT };
enum { NOISE_KINDS(NAME_NOISE_KIND, _) NOISE_KIND_COUNT };
#undef NAME_RANGE
#undef NAME_REDUCE
#undef NAME_TARGETS
#undef NAME_NOISE_KIND

typedef enum ChoiceKind {
    CHOICE_RANGE,
    CHOICE_REDUCE,
    CHOICE_TARGETS,
    CHOICE_NOISE_KIND,
    CHOICE_KIND_COUNT
} ChoiceKind;

const Choice *choice_get(ChoiceKind kind, int index);
int choice_count(ChoiceKind kind);
