// Own size: a window's own size is found whatever the order in which sizes and the word that it is maximised come, and
// whichever of them a pass sees.
#include "state/own_size.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { EVENTS_MAX = 3 };
static const Extent screen = {2600, 1500};

typedef struct Event {
    Extent size;
    bool is_maximized;
} Event;

static void expect(const OwnSize *own, Extent size)
{
    const Extent got = own_size_get(own);
    if (got.width != size.width || got.height != size.height)
        fail_msg("%dx%d in place of %dx%d", got.width, got.height, size.width, size.height);
}

// One order of what comes when a window goes from one size to another: the size at once (steps 0), or the width first
// (1), or the height first (2), and the word after `place` sizes. Returns how many events it has; 0: there is no such
// place.
static int make_order(Event *out, Extent from, Extent to, bool is_maximized, int steps, int place)
{
    const Extent between = {steps == 1 ? to.width : from.width, steps == 1 ? from.height : to.height};
    const Extent sizes[] = {steps > 0 ? between : to, to};
    const int size_count = steps > 0 ? 2 : 1;
    if (place > size_count)
        return 0;
    Event now = {from, !is_maximized};
    int count = 0;
    for (int i = 0; i <= size_count; i++) {
        if (i == place) {
            now.is_maximized = is_maximized;
            out[count++] = now;
        }
        if (i < size_count) {
            now.size = sizes[i];
            out[count++] = now;
        }
    }
    return count;
}

typedef struct Order {
    int steps, place;
    unsigned seen; // bit i: a pass comes after event i
} Order;

enum { ORDERS_MAX = 64 };

// Every order, with a pass after any of its events and after the last.
static int list_orders(Order *out)
{
    int count = 0;
    for (int steps = 0; steps < 3; steps++) {
        for (int place = 0;; place++) {
            Event events[EVENTS_MAX];
            const int length = make_order(events, (Extent){1, 1}, (Extent){2, 2}, true, steps, place);
            if (length == 0)
                break;
            for (unsigned seen = 0; seen < 1u << (length - 1); seen++) {
                assert_true(count < ORDERS_MAX);
                out[count++] = (Order){steps, place, seen | 1u << (length - 1)};
            }
        }
    }
    return count;
}

static void play(OwnSize *own, Extent from, Extent to, bool is_maximized, Order order)
{
    Event events[EVENTS_MAX];
    const int count = make_order(events, from, to, is_maximized, order.steps, order.place);
    for (int i = 0; i < count; i++)
        if (order.seen >> i & 1)
            own_size_note(own, events[i].size, events[i].is_maximized);
}

// Maximised, back, given another size, maximised: each in every order.
static void every_order_leads_to_the_own_size(void **state)
{
    (void)state;
    static const Extent first = {1440, 900}, second = {1200, 800};
    Order orders[ORDERS_MAX];
    const int count = list_orders(orders);
    assert_int_equal(count, 28); // 2 of two events in 2 ways each, 6 of three in 4
    for (int enter = 0; enter < count; enter++) {
        for (int leave = 0; leave < count; leave++) {
            for (int again = 0; again < count; again++) {
                OwnSize own;
                own_size_begin(&own, first);
                play(&own, first, screen, true, orders[enter]);
                expect(&own, first);
                own_size_note(&own, screen, true); // a pass in which nothing has come
                play(&own, screen, first, false, orders[leave]);
                expect(&own, first);
                own_size_note(&own, second, false);
                expect(&own, second);
                play(&own, second, screen, true, orders[again]);
                expect(&own, second);
                assert_true(own.is_maximized);
            }
        }
    }
}

// The last pass may come between two events.
static void an_end_half_way_keeps_the_own_size(void **state)
{
    (void)state;
    static const Extent size = {1440, 900};
    OwnSize own;
    own_size_begin(&own, size);
    own_size_note(&own, size, true);
    expect(&own, size);
    own_size_note(&own, screen, true);
    own_size_note(&own, size, true); // the smaller size before the word
    expect(&own, size);
    own_size_begin(&own, size);
    own_size_note(&own, screen, false);
    own_size_note(&own, screen, true);
    own_size_note(&own, screen, false); // the word before the smaller size
    expect(&own, size);
}

static void sizes_of_a_user_are_own(void **state)
{
    (void)state;
    OwnSize own;
    own_size_begin(&own, (Extent){1440, 900});
    expect(&own, (Extent){1440, 900});
    for (int i = 0; i < 3 * OWN_SIZE_KEPT; i++) { // as a dragged corner gives them
        own_size_note(&own, (Extent){1400 - i, 880 - i}, false);
        expect(&own, (Extent){1400 - i, 880 - i});
    }
    own_size_note(&own, screen, false); // nobody says that it is maximised
    expect(&own, screen);
    // one that has always been as high as the screen has no other
    own_size_begin(&own, (Extent){1300, screen.height});
    own_size_note(&own, screen, false);
    own_size_note(&own, screen, true);
    expect(&own, (Extent){1300, screen.height});
    // nor has one that has always been as large
    own_size_begin(&own, screen);
    own_size_note(&own, screen, true);
    expect(&own, screen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_leads_to_the_own_size),
        cmocka_unit_test(an_end_half_way_keeps_the_own_size),
        cmocka_unit_test(sizes_of_a_user_are_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
