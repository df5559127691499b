// Benchmark: what the window does between training and drawing: snapshots cross to its thread, frames are built.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"
#include "commands/session.h"
#include "training/bank.h"

// Microseconds from a trained model to its snapshot in the reader's hands. The curves are as long as after 50 epochs.
double bench_handover(const Bench *bench, const char *text)
{
    const Spec spec = bench_read_spec(text);
    const LearnerOptions options = {.train = &bench->dataset.train, .pool = bench->pool};
    BankModel *model = bank_model_create(&spec, NULL);
    if (!model || !(model->learner = learner_create(&model->model, &options, NULL)))
        abort();
    for (int epoch = 0; epoch <= 50; epoch++)
        bank_model_record(model, (EpochRecord){.epoch = epoch});
    double shortest = INFINITY;
    for (int i = 0; i < 200; i++) {
        bool changed;
        (void)learner_step(model->learner);
        const double start = bench_now();
        (void)bank_model_publish(model);
        const Snapshot *snapshot = bank_model_latest(model, &changed);
        const double elapsed = bench_now() - start;
        if (!changed || snapshot->step != i + 1)
            abort();
        shortest = fmin(shortest, elapsed);
    }
    bank_model_destroy(model);
    return shortest * 1e6;
}

// The window's session without window and renderer: its two default models, trained and at rest.
static Session *open_session(const Bench *bench, Scene scene)
{
    Look look = look_default();
    look.scene = scene;
    const AppOptions options = {
        .dataset = &bench->dataset,
        .specs = {bench_read_spec("loss=bce,output=sigmoid"), bench_read_spec("loss=mse,output=relu")},
        .limit = 1024,
        .threads = bench->threads,
        .epochs = 20,
        .look = look,
    };
    Error error = {""};
    Session *session = calloc(1, sizeof *session);
    if (!session)
        abort();
    session->font = font_create(&error);
    if (session->font)
        draw_init(&session->draw, session->font);
    session->has_app = true;
    if (!session->font || !app_init(&session->app, &options, &error)) {
        (void)fprintf(stderr, "bench: %s\n", error.text);
        exit(1);
    }
    while (trainer_is_busy(session->app.trainer))
        (void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    return session;
}

// what: "rest", "news" where both models have a new snapshot in every frame, as while they are trained, or "matrix" for
// twelve such models.
double bench_frame(const Bench *bench, const char *what)
{
    const WindowSize size = {.width = 1440, .height = 900, .display_scale = 1.0f};
    const Options options = {.scale = 0};
    const Input input = {.is_inside = false};
    const bool has_news = *what != 'r';
    Session *session = open_session(bench, *what == 'm' ? SCENE_MATRIX : SCENE_COMPARE);
    (void)session_pass(session, &options, &input, size, false, true);
    double shortest = INFINITY;
    const double first = bench_now();
    do {
        for (int i = 0; has_news && i < session->app.frame.model_count; i++)
            session->app.frame.models[i].computed_page = 0; // what was computed is of an older snapshot
        const double start = bench_now();
        (void)session_pass(session, &options, &input, size, false, true);
        shortest = fmin(shortest, bench_now() - start);
    } while (bench_now() - first < 0.2);
    session_close(session);
    free(session);
    return shortest * 1e6;
}
