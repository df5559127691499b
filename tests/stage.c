// Composing and drawing without a window.
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>

#include "commands/cli.h"

static void ignore_wake(void *context) { (void)context; }

bool stage_open(Stage *stage)
{
    Error error = {0};
    Options options;
    char *arguments[] = {"losslens", "view", NULL};
    *stage = (Stage){.app = calloc(1, sizeof *stage->app), .font = font_create(&error)};
    bool good = stage->app && stage->font && cli_parse(2, arguments, NULL, &options, &error) == CLI_RUN;
    if (good) {
        const AppOptions app = {.specs = {options.a, options.b},
                                .limit = 512,
                                .threads = 1,
                                .epochs = 1,
                                .waits = true,
                                .look = options.look,
                                .preset = options.preset,
                                .pace = PACE_FULL,
                                .wake = ignore_wake};
        draw_init(&stage->list, stage->font);
        good = app_init(stage->app, &app, &error);
    }
    if (!good)
        (void)fprintf(stderr, "%s\n", error.text);
    return good;
}

void stage_close(Stage *stage)
{
    app_free(stage->app);
    free(stage->app);
    draw_free(&stage->list);
    font_destroy(stage->font);
}

Stage scene;

int stage_set_up(void **state)
{
    (void)state;
    return stage_open(&scene) ? 0 : -1;
}

int stage_tear_down(void **state)
{
    (void)state;
    stage_close(&scene);
    return 0;
}

Frame *stage_compose(Stage *stage, int width, int height, float wanted)
{
    stage->width = (float)width;
    stage->height = (float)height;
    stage->scale = layout_fit_scale(1, wanted, stage->width, stage->height);
    font_begin_frame(stage->font);
    stage->layout = layout_create(stage->width, stage->height, stage->scale, &stage->app->look);
    (void)app_compose(stage->app, stage->layout.page_count, false, false);
    return &stage->app->frame;
}

void stage_draw(Stage *stage, const Frame *frame, const Input *input)
{
    draw_begin(&stage->list, stage->width, stage->height);
    ui_begin(&stage->ui, &stage->list, theme_get(stage->app->theme), input, stage->scale);
    stage->requests.count = 0;
    panels_draw(&stage->ui, frame, &stage->layout, &stage->requests);
    ui_end(&stage->ui);
}
