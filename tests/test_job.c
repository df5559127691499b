// A job: the work runs beside its owner, says how far it is, stops when told to, and hands over what came of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "job.h"

typedef struct Task {
    atomic_int gate;  // the work waits for 1
    atomic_int wakes; // how often the owner was woken
    uint64_t steps;   // that it reports; UINT64_MAX: until it is told to stop
    bool fails;
} Task;

static void pass_time(void) { (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); }

static bool work(void *context, const LoadProgress *progress, Error *error)
{
    Task *task = context;
    while (!atomic_load(&task->gate))
        pass_time();
    for (uint64_t i = 0; i < task->steps; i++) {
        if (!load_progress_report(progress, i, task->steps, error))
            return false;
        if (task->steps == UINT64_MAX)
            pass_time();
    }
    return !task->fails || error_set(error, "a file: broken");
}

static void wake(void *context) { atomic_fetch_add(&((Task *)context)->wakes, 1); }

static void wait_for(const Job *job)
{
    while (!job_state(job).is_done)
        pass_time();
}

static void test_does_its_work_beside_its_owner(void **state)
{
    (void)state;
    Task task = {.steps = 1000};
    Error error = {""};
    Job *job = job_start(work, &task, wake, &task, &error);
    assert_non_null(job);
    assert_false(job_state(job).is_done); // it waits at the gate
    atomic_store(&task.gate, 1);
    wait_for(job);
    assert_int_equal(job_state(job).done, 999);
    assert_int_equal(job_state(job).total, 1000);
    assert_true(job_finish(job, &error));
    assert_in_range(atomic_load(&task.wakes), 1, 100); // once at the end, and not for each of its thousand steps
    assert_string_equal(error.text, "");
}

static void test_says_why_it_failed(void **state)
{
    (void)state;
    Task task = {.gate = 1, .steps = 1, .fails = true};
    Error error = {""};
    Job *job = job_start(work, &task, NULL, NULL, &error);
    assert_non_null(job);
    assert_false(job_finish(job, &error)); // waits by itself
    assert_string_equal(error.text, "a file: broken");
}

static void test_stops_when_told_to(void **state)
{
    (void)state;
    Task task = {.gate = 1, .steps = UINT64_MAX};
    Error error = {""};
    Job *job = job_start(work, &task, wake, &task, &error);
    assert_non_null(job);
    while (job_state(job).done < 3)
        pass_time();
    job_cancel(job);
    assert_false(job_finish(job, &error));
    assert_string_equal(error.text, "cancelled");
}

typedef struct Turns {
    int taken, until_end; // turns
    bool fails;
    int64_t until_ns; // of the last one
    int wakes;
} Turns;

static JobTurn take_turn(void *context, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    Turns *turns = context;
    turns->taken++;
    turns->until_ns = until_ns;
    if (!load_progress_report(progress, (uint64_t)turns->taken, (uint64_t)turns->until_end, error))
        return JOB_FAILED;
    if (turns->taken < turns->until_end)
        return JOB_MORE;
    if (turns->fails)
        (void)error_set(error, "a file: broken");
    return turns->fails ? JOB_FAILED : JOB_DONE;
}

static void count_wake(void *context) { ((Turns *)context)->wakes++; }

static void test_a_task_takes_its_turns_beside_its_owner(void **state)
{
    (void)state;
    Turns turns = {.until_end = 7};
    Error error = {""};
    Job *job = job_start_task(take_turn, &turns, false, NULL, NULL, &error);
    assert_non_null(job);
    assert_false(job_serve(job, INT64_MAX)); // that is the other thread's
    wait_for(job);
    assert_int_equal(job_state(job).done, 7);
    assert_true(job_finish(job, &error));
    assert_int_equal(turns.taken, 7);
    assert_true(turns.until_ns == INT64_MAX);
}

static void test_a_driven_task_takes_a_turn_when_it_is_served(void **state)
{
    (void)state;
    for (int fails = 0; fails < 2; fails++) {
        Turns turns = {.until_end = 3, .fails = fails};
        Error error = {""};
        Job *job = job_start_task(take_turn, &turns, true, count_wake, &turns, &error);
        assert_non_null(job);
        pass_time();
        assert_int_equal(turns.taken, 0);
        assert_true(job_serve(job, 5));
        assert_true(job_serve(job, 6));
        assert_int_equal(turns.until_ns, 6);
        assert_false(job_state(job).is_done);
        assert_false(job_serve(job, 7));
        assert_true(job_state(job).is_done);
        assert_true(turns.wakes >= 1);
        assert_false(job_serve(job, 8)); // no more
        assert_int_equal(turns.taken, 3);
        assert_int_equal(job_finish(job, &error), !fails);
        assert_string_equal(error.text, fails ? "a file: broken" : "");
    }
    assert_false(job_serve(NULL, 0));
}

static void test_a_driven_task_can_be_stopped_or_waited_for(void **state)
{
    (void)state;
    for (int is_stopped = 0; is_stopped < 2; is_stopped++) {
        Turns turns = {.until_end = 100};
        Error error = {""};
        Job *job = job_start_task(take_turn, &turns, true, NULL, NULL, &error);
        assert_true(job_serve(job, 0));
        if (is_stopped)
            job_cancel(job);
        assert_int_equal(job_finish(job, &error), !is_stopped);
        assert_int_equal(turns.taken, is_stopped ? 1 : 100);
        assert_string_equal(error.text, is_stopped ? "cancelled" : "");
    }
}

static void test_nobody_waits(void **state)
{
    (void)state;
    Error error = {""};
    assert_true(load_progress_report(NULL, 1, 2, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_does_its_work_beside_its_owner),
        cmocka_unit_test(test_says_why_it_failed),
        cmocka_unit_test(test_stops_when_told_to),
        cmocka_unit_test(test_a_task_takes_its_turns_beside_its_owner),
        cmocka_unit_test(test_a_driven_task_takes_a_turn_when_it_is_served),
        cmocka_unit_test(test_a_driven_task_can_be_stopped_or_waited_for),
        cmocka_unit_test(test_nobody_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
