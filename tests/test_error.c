// Sentences: one line of printable text, whatever stands in them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"

static void controls_and_broken_utf8_become_question_marks(void **state)
{
    (void)state;
    static const struct {
        const char *given, *shown;
    } cases[] = {
        {"plain ~", "plain ~"},
        {"a\nb\tc\rd\x1b[31m\x7f", "a?b?c?d?[31m?"},
        {"gr\xc3\xbc\xc3\x9f \xe2\x89\xa5 \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xe2\x89\xa5 \xf0\x9f\x98\x80"},
        {"\xc2\x9b"
         "31m",
         "??31m"},                                     // a control sequence's beginning in one character
        {"\xe2\x80\xa8", "???"},                       // a line separator
        {"\xff\xfe \xc3 \xe2\x82", "?? ? ??"},         // no lead, cut off in the middle, cut off by the end
        {"\xc0\x8a \xe0\x80\x8a", "?? ???"},           // newlines written longer than they are
        {"\xed\xa0\x80 \xf4\x90\x80\x80", "??? ????"}, // a surrogate, beyond the last character
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error error;
        assert_false(error_set(&error, "%s", cases[i].given));
        assert_string_equal(error.text, cases[i].shown);
    }
}

static void a_long_sentence_is_cut(void **state)
{
    (void)state;
    Error error;
    char text[2 * sizeof error.text];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + sizeof error.text - 2, "\xc3\xbc", 2);
    assert_false(error_set(&error, "%s", text));
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_int_equal(error.text[sizeof error.text - 2], '?');
    assert_false(error_set(NULL, "%s", text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_and_broken_utf8_become_question_marks),
        cmocka_unit_test(a_long_sentence_is_cut),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
