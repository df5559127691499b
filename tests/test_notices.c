// Notices: each sentence once, on one line, and a word about those for which there is no room.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "notices.h"

static void test_each_once_and_clean(void **state)
{
    (void)state;
    Notices notices = {0}, more = {0};
    notices_add(&notices, "%s: turned", "a\nb");
    notices_add(&notices, "a?b: turned");
    assert_int_equal(notices.count, 1);
    assert_string_equal(notices.text[0], "a?b: turned");
    notices_add(&more, "a?b: turned");
    notices_add(&more, "another");
    notices_append(&notices, &more);
    assert_int_equal(notices.count, 2);
    assert_string_equal(notices.text[1], "another");
}

static void test_says_that_there_is_more(void **state)
{
    (void)state;
    Notices notices = {0};
    for (int i = 0; i < 3 * NOTICES_MAX; i++)
        notices_add(&notices, "sentence %d", i);
    assert_int_equal(notices.count, NOTICES_MAX);
    assert_string_equal(notices.text[NOTICES_MAX - 2], "sentence 10");
    assert_non_null(strstr(notices.text[NOTICES_MAX - 1], "more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once_and_clean),
        cmocka_unit_test(test_says_that_there_is_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
