// Undo: the order of deeds, what is forgotten, and that it never holds more than it can.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "state/undo.h"

static Undo undo;

static int setup(void **state)
{
    (void)state;
    memset(&undo, 0, sizeof undo);
    return 0;
}

// A deed that is told apart by its seed.
static void note(int number) { undo_note(&undo, (Deed){.kind = DEED_SPECS, .others = {{.seed = (uint32_t)number}}}); }

static void deeds_come_back_in_reverse_order(void **state)
{
    (void)state;
    assert_null(undo_last(&undo));
    assert_null(undo_next(&undo));
    for (int i = 0; i < 3; i++)
        note(i);
    for (int i = 2; i >= 0; i--) {
        assert_int_equal(undo_last(&undo)->others[0].seed, i);
        undo.at--;
        assert_int_equal(undo_next(&undo)->others[0].seed, i);
    }
    assert_null(undo_last(&undo));
}

static void a_new_deed_forgets_those_that_were_undone(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        note(i);
    undo.at -= 2;
    note(7);
    assert_null(undo_next(&undo));
    assert_int_equal(undo_last(&undo)->others[0].seed, 7);
    undo.at--;
    assert_int_equal(undo_last(&undo)->others[0].seed, 0);
}

static void the_oldest_go_where_there_are_too_many(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * UNDO_MAX + 5; i++)
        note(i);
    for (int i = 0; i < UNDO_MAX; i++) {
        assert_int_equal(undo_last(&undo)->others[0].seed, 3 * UNDO_MAX + 4 - i);
        undo.at--;
    }
    assert_null(undo_last(&undo));
    assert_int_equal(undo_next(&undo)->others[0].seed, 2 * UNDO_MAX + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(deeds_come_back_in_reverse_order, setup),
        cmocka_unit_test_setup(a_new_deed_forgets_those_that_were_undone, setup),
        cmocka_unit_test_setup(the_oldest_go_where_there_are_too_many, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
