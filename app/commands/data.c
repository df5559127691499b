// Commands data and data export: what a data set holds, and writing it to files.
#include <stdio.h>

#include "commands/commands.h"
#include "files/report_json.h"
#include "panels/panel.h"

enum { COLUMN = 14 };

static void print_counts(const char *label, int train, int test)
{
    char train_text[16], test_text[16];
    panel_format_count(train, train_text);
    panel_format_count(test, test_text);
    (void)printf("%-24s%*s%*s\n", label, COLUMN, train_text, COLUMN, test_text);
}

static void print_label(int32_t label, int train, int test)
{
    char text[24];
    (void)snprintf(text, sizeof text, "label %d", label);
    print_counts(text, train, test);
}

static void print_labels(const ImageSetFacts *train, const ImageSetFacts *test)
{
    if (!train->has_labels || !test->has_labels)
        (void)printf("%-24s%*s%*s\n", "labels", COLUMN, train->has_labels ? "yes" : "none", COLUMN,
                     test->has_labels ? "yes" : "none");
    if (!train->has_labels && !test->has_labels)
        return;
    // 0 to 9 in any case, then whatever else there is.
    for (int i = 0; i < DIGIT_CLASSES; i++)
        print_label(i, train->label_counts[i], test->label_counts[i]);
    for (int i = 0, k = 0; i < train->kind_count || k < test->kind_count;) {
        const bool has_train = i < train->kind_count, has_test = k < test->kind_count;
        const int32_t left = has_train ? train->kinds[i].label : 0, right = has_test ? test->kinds[k].label : 0;
        const int32_t label = has_train && (!has_test || left <= right) ? left : right;
        const int in_train = has_train && left == label ? train->kinds[i++].count : 0;
        const int in_test = has_test && right == label ? test->kinds[k++].count : 0;
        if (label < 0 || label >= DIGIT_CLASSES)
            print_label(label, in_train, in_test);
    }
    if (train->other_labels || test->other_labels)
        print_counts("other labels", train->other_labels, test->other_labels);
}

static int print_table(const Dataset *dataset, const ImageSetFacts *train, const ImageSetFacts *test)
{
    const struct {
        const char *label;
        double train, test, factor;
        int decimals;
    } rows[] = {
        {"mean intensity", train->mean, test->mean, 1.0, 4},
        {"pixels that are 0, %", train->zero, test->zero, 100.0, 2},
        {"pixels between, %", train->grey, test->grey, 100.0, 2},
        {"pixels that are 1, %", train->full, test->full, 100.0, 2},
        {"BCE floor, nats", train->bce_floor, test->bce_floor, 1.0, 4},
    };
    char shown[64];
    (void)snprintf(shown, sizeof shown, "%s", dataset->name);
    error_clean_text(shown);
    (void)printf("%s: grey digits of %dx%d pixels\n\n%-24s%*s%*s\n", shown, DIGIT_SIDE, DIGIT_SIDE, "", COLUMN,
                 "training", COLUMN, "test");
    print_counts("images", train->count, test->count);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        (void)printf("%-24s%*.*f%*.*f\n", rows[i].label, COLUMN, rows[i].decimals, rows[i].train * rows[i].factor,
                     COLUMN, rows[i].decimals, rows[i].test * rows[i].factor);
    print_labels(train, test);
    for (int i = 0; i < dataset->notices.count; i++)
        (void)printf("%s%s\n", i == 0 ? "\n" : "", dataset->notices.text[i]);
    return command_finish_output();
}

static int show_data(const Options *options, const Dataset *dataset)
{
    const ImageSetFacts train = image_set_facts(&dataset->train), test = image_set_facts(&dataset->test);
    if (!options->json)
        return print_table(dataset, &train, &test);
    return command_print_json(json_pack("{s:o, s:o, s:o, s:o}", "name", report_text(dataset->name), "notices",
                                        report_notices(&dataset->notices), "train", report_image_set(&train), "test",
                                        report_image_set(&test)));
}

static int export_data(const Options *options, const Dataset *dataset)
{
    Error error;
    char train[16], test[16];
    if (!dataset_export(dataset, options->operand, command_naming(options), command_signal, &error))
        return command_fail(command_signal() ? EXIT_SIGNAL + command_signal() : EXIT_FAILED, "%s", error.text);
    panel_format_count(dataset->train.count, train);
    panel_format_count(dataset->test.count, test);
    (void)error_set(&error, "%s training and %s test images are in %s", train, test, options->operand);
    (void)printf("%s\n", error.text);
    return command_finish_output();
}

int data_run(const Options *options)
{
    Error error;
    Dataset dataset;
    if (options->command == COMMAND_DATA_EXPORT)
        command_catch_signals();
    Pool *pool = pool_create(options->threads, &error);
    if (!pool)
        return command_fail(EXIT_FAILED, "%s", error.text);
    int status = command_load_data(options, pool, &dataset);
    if (status == EXIT_OK)
        status = options->command == COMMAND_DATA ? show_data(options, &dataset) : export_data(options, &dataset);
    dataset_free(&dataset);
    pool_destroy(pool);
    return status;
}
