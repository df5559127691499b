// The hand-over between two threads: nothing is torn, nothing is seen twice, and one wake is enough.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "training/handover.h"

enum { PUBLISHES = 1000000, BUFFER = 64 };

typedef struct Exchange {
    Handover handover;
    int buffers[HANDOVER_BUFFERS][BUFFER]; // all of a buffer holds one number
} Exchange;

static void *write_numbers(void *argument)
{
    Exchange *exchange = argument;
    for (int number = 1; number <= PUBLISHES; number++) {
        for (int i = 0; i < BUFFER; i++)
            exchange->buffers[exchange->handover.writing][i] = number;
        (void)handover_publish(&exchange->handover);
    }
    return NULL;
}

static void handover_tears_nothing(void **state)
{
    (void)state;
    static Exchange exchange;
    handover_init(&exchange.handover);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_numbers, &exchange), 0);
    int last = 0;
    while (last < PUBLISHES) {
        bool changed;
        const int *buffer = exchange.buffers[handover_latest(&exchange.handover, &changed)];
        for (int i = 1; i < BUFFER; i++)
            assert_int_equal(buffer[i], buffer[0]);
        assert_true(changed ? buffer[0] > last : buffer[0] == last);
        last = buffer[0];
    }
    pthread_join(writer, NULL);
    bool changed;
    (void)handover_latest(&exchange.handover, &changed);
    assert_false(changed);
}

static void handover_wakes_once_until_taken(void **state)
{
    (void)state;
    Handover handover;
    bool changed;
    handover_init(&handover);
    (void)handover_latest(&handover, &changed);
    assert_false(changed);
    assert_true(handover_publish(&handover));
    assert_false(handover_publish(&handover));
    (void)handover_latest(&handover, &changed);
    assert_true(changed);
    assert_true(handover_publish(&handover));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handover_tears_nothing),
        cmocka_unit_test(handover_wakes_once_until_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
