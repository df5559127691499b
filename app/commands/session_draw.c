// A session's frames, pictures and figures.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/session.h"
#include "files/capture.h"
#include "panels/figure.h"

const Frame *session_pass(Session *session, const Options *options, const Input *input, WindowSize size,
                          bool is_capture, bool takes_news)
{
    const float width = (float)size.width, height = (float)size.height;
    const float user = (options->scale > 0 ? options->scale : 1.0f) * session->app.ui_scale;
    const float scale = layout_fit_scale(size.display_scale, user, width, height);
    session->shown = (CaptureWindow){size.width, size.height, size.display_scale, user};
    font_begin_frame(session->font);
    session->layout = layout_create(width, height, scale, &session->app.look);
    const Frame *frame = app_compose(&session->app, session->layout.page_count, is_capture, takes_news);
    Requests requests = {.count = 0};
    draw_begin(&session->draw, width, height);
    ui_begin(&session->ui, &session->draw, theme_get(session->app.theme), input, scale);
    panels_draw(&session->ui, frame, &session->layout, &requests);
    ui_end(&session->ui);
    app_apply(&session->app, &requests);
    session->passed_requests = requests.count;
    return frame;
}

// What a picture takes besides: memory, and its settings as JSON.
static bool finish_picture(Session *session, WindowSize size, uint8_t **rgba, char **json, Error *error)
{
    if (!*rgba)
        *rgba = malloc((size_t)size.width * (size_t)size.height * 4);
    bool good = *rgba && *json;
    if (!good)
        error_set(error, "out of memory: a screenshot of %dx%d pixels", size.width, size.height);
    good = good && render_check(session->render, error) &&
           render_capture(session->render, &session->draw, size.width, size.height, *rgba, error);
    if (good)
        return true;
    free(*rgba);
    free(*json);
    *rgba = NULL;
    *json = NULL;
    return false;
}

bool session_picture(Session *session, const Options *options, const Input *input, WindowSize size, uint8_t **rgba,
                     char **json, Error *error)
{
    const Input still = ui_still(input);
    const Frame *frame = session_pass(session, options, &still, size, true, !session->is_live);
    if (!draw_is_whole(&session->draw)) // a second pass has what a full atlas had no room for
        frame = session_pass(session, options, &still, size, true, !session->is_live);
    *json = capture_settings_text(frame, &session->shown, NULL);
    return finish_picture(session, size, rgba, json, error);
}

bool session_link(Session *session, char link[LINK_SIZE], Notices *left_out, Error *error)
{
    CaptureState *state = calloc(1, sizeof *state);
    char *text = state ? capture_settings_text(&session->app.frame, &session->shown, NULL) : NULL;
    *left_out = (Notices){0};
    link[0] = 0;
    const bool good = text ? capture_parse_state(text, strlen(text), "the window", state, error) &&
                                 link_write(state, session->page, link, left_out, error)
                           : error_set(error, "out of memory: the link");
    free(text);
    free(state);
    return good;
}

static const Frame *draw_figure(Session *session, const FigureOrder *order)
{
    const float width = (float)order->width, height = (float)order->height;
    const Input input = {.is_inside = false};
    const Frame *frame = app_compose(&session->app, session->layout.page_count, true, !session->is_live);
    font_begin_frame(session->font);
    draw_begin(&session->draw, width, height);
    ui_begin(&session->figure, &session->draw, theme_get(order->theme), &input, layout_figure_scale(width, height));
    figure_draw(&session->figure, frame, width, height, order->title);
    ui_end(&session->figure);
    return frame;
}

bool session_figure(Session *session, const FigureOrder *order, uint8_t **rgba, char **json, Error *error)
{
    const Frame *frame = draw_figure(session, order);
    if (!draw_is_whole(&session->draw)) // a second pass has what a full atlas had no room for
        frame = draw_figure(session, order);
    CaptureFigure figure = {.width = order->width, .height = order->height, .theme = order->theme};
    char title[FIGURE_WORDS];
    figure_title(frame, title);
    figure.has_own_title = !order->title;
    (void)snprintf(figure.title, sizeof figure.title, "%s", order->title ? order->title : title);
    *json = capture_settings_text(frame, &session->shown, &figure);
    return finish_picture(session, (WindowSize){order->width, order->height, 1.0f, false}, rgba, json, error);
}

bool session_capture(Session *session, const Options *options, const Input *input, WindowSize size, NewFile *file,
                     Error *error)
{
    uint8_t *rgba = NULL;
    char *json = NULL;
    const bool good = session_picture(session, options, input, size, &rgba, &json, error) &&
                      capture_write(file, rgba, size.width, size.height, json, error);
    free(json);
    free(rgba);
    return good;
}
