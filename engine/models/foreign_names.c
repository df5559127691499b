// What the names of a foreign file's tensors say. To add a word: a row in one of the lists.
#include <ctype.h>
#include <string.h>

#include "models/foreign_parts.h"

// Words are runs of letters, in any case. One that ends in '*' stands for all that begin so.
static const char *const first_words[] = {"enc*", "in", "input*", "down*", NULL};
static const char *const last_words[] = {"dec*", "out", "output*", "up*", "recon*", NULL};
static const char *const state_words[] = {"optim*",  "exp_avg*", "momentum*", "velocit*", "adam*", "ema",
                                          "moving*", "running*", "sgd",       "rmsprop*", NULL};
static const char *const norm_words[] = {"bn",        "norm*",    "batchnorm*", "batch_norm*", "layernorm*",
                                         "running_*", "moving_*", "gamma",      "beta",        NULL};
static const char *const variance_words[] = {"log*", "var*", "sigma*", "std*", NULL};
static const char *const torch_words[] = {"weight", "weights", NULL};
static const char *const keras_words[] = {"kernel", NULL};
static const char *const role_words[] = {"weight", "weights", "kernel", "bias", "biases", "w", "b", NULL};

static bool is_word_byte(char c) { return isalpha((unsigned char)c) || c == '_'; }

static bool matches(const char *word, size_t length, const char *pattern)
{
    const size_t size = strlen(pattern);
    const bool is_start = pattern[size - 1] == '*';
    const size_t compared = is_start ? size - 1 : size;
    return (is_start ? length >= compared : length == compared) && strncasecmp(word, pattern, compared) == 0;
}

static bool is_listed(const char *word, size_t length, const char *const list[])
{
    for (int i = 0; list[i]; i++)
        if (matches(word, length, list[i]))
            return true;
    return false;
}

// Whether one of the name's words is in the list: each run of letters and underscores, and each part of it between
// underscores.
static const char *find_listed(const char *name, const char *const list[])
{
    for (const char *at = name; *at; at++) {
        if (!is_word_byte(*at) || *at == '_' || (at > name && isalpha((unsigned char)at[-1])))
            continue;
        size_t whole = 0, part = 0;
        while (is_word_byte(at[whole]))
            whole++;
        while (isalpha((unsigned char)at[part]))
            part++;
        if (is_listed(at, whole, list) || is_listed(at, part, list))
            return at;
    }
    return NULL;
}

// Where a tensor belongs as far as its name says, -1, 0, 1: "encoder" comes before "decoder" whatever the alphabet
// says.
static int find_side(const char *name)
{
    const char *first = find_listed(name, first_words), *last = find_listed(name, last_words);
    if (!first && !last)
        return 0;
    return !last || (first && first < last) ? -1 : 1;
}

bool foreign_is_state(const char *name) { return find_listed(name, state_words) != NULL; }
bool foreign_is_variance(const char *name) { return find_listed(name, variance_words) != NULL; }
bool foreign_is_log_sigma(const char *name)
{
    const size_t length = strlen(name), end = strlen("log_sigma");
    return length >= end && strcmp(name + length - end, "log_sigma") == 0;
}

bool foreign_is_norm(const char *name) { return find_listed(name, norm_words) != NULL; }

int foreign_name_orientation(const char *name)
{
    return find_listed(name, keras_words) ? ORIENTATION_KERAS : find_listed(name, torch_words) ? ORIENTATION_TORCH : -1;
}

size_t foreign_stem_length(const char *name)
{
    const char *cut = NULL;
    for (const char *at = name; *at; at++)
        if (*at == '.' || *at == '/')
            cut = at;
    if (cut)
        return (size_t)(cut - name);
    const char *underscore = strrchr(name, '_');
    return underscore && is_listed(underscore + 1, strlen(underscore + 1), role_words) ? (size_t)(underscore - name)
                                                                                       : strlen(name);
}

// The number at text without leading zeros; *end behind it.
static size_t measure_number(const char **text, size_t left, const char **end)
{
    size_t length = 0;
    while (left > 1 && **text == '0' && isdigit((unsigned char)(*text)[1])) {
        (*text)++;
        left--;
    }
    while (length < left && isdigit((unsigned char)(*text)[length]))
        length++;
    *end = *text + length;
    return length;
}

static int compare_natural(const char *a, size_t a_length, const char *b, size_t b_length)
{
    const char *a_end = a + a_length, *b_end = b + b_length;
    while (a < a_end && b < b_end) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            const char *a_next, *b_next;
            const size_t a_digits = measure_number(&a, (size_t)(a_end - a), &a_next),
                         b_digits = measure_number(&b, (size_t)(b_end - b), &b_next);
            if (a_digits != b_digits)
                return a_digits < b_digits ? -1 : 1;
            const int order = memcmp(a, b, a_digits);
            if (order != 0)
                return order;
            a = a_next;
            b = b_next;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (a < a_end) - (b < b_end);
}

int foreign_compare_names(const char *a, const char *b)
{
    const int sides = find_side(a) - find_side(b);
    if (sides != 0)
        return sides;
    const int order = compare_natural(a, foreign_stem_length(a), b, foreign_stem_length(b));
    return order != 0 ? order : strcmp(a, b);
}

bool foreign_is_bias(const char *name)
{
    const char *role = name + foreign_stem_length(name);
    return *role && (strncasecmp(role + 1, "bias", 4) == 0 || strcasecmp(role + 1, "b") == 0);
}
