// Render: see render.h. One vertex array, one instance buffer and one program per kind of batch.
#include "draw/render.h"

#include <assert.h>
#include <cglm/cglm.h>
#include <epoxy/gl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/batch.h"
#include "draw/render_program.h"

struct Render {
    GLuint programs[BATCH_KIND_COUNT];
    GLint projections[BATCH_KIND_COUNT];
    GLint first_images[BATCH_KIND_COUNT]; // where their uniform is, -1: they have none
    bool is_checked;                      // the programs are linked
    GLuint vertex_array, instance_buffer, texel_texture, atlas_texture;
    GLuint texel_buffer; // 0: texel_texture has them itself
    const Font *atlas_font;
    unsigned atlas_version;
    size_t max_texels;
    GLint max_side; // of a framebuffer
    const char *device;
    BatchSet set;
};

static const struct {
    const char *name, *define; // as render_program_begin has them
} PROGRAMS[BATCH_KIND_COUNT] = {
    [BATCH_FLAT] = {"flat", NULL},       [BATCH_BOXES] = {"boxes", NULL},   [BATCH_LINES] = {"lines", NULL},
    [BATCH_TEXT] = {"text", NULL},       [BATCH_IMAGES] = {"images", NULL}, [BATCH_WHOLE_IMAGES] = {"images", "WHOLE"},
    [BATCH_EDGES] = {"images", "EDGES"},
};

static void unpack_color(Color color, GLfloat rgb[3])
{
    for (int i = 0; i < 3; i++) {
        rgb[i] = (GLfloat)(color >> (24 - 8 * i) & 0xff) / 255.0F;
    }
}

static void set_constant_uniforms(Render *render)
{
    for (int kind = 0; kind < BATCH_KIND_COUNT; kind++) {
        const GLuint program = render->programs[kind];
        glUseProgram(program);
        glUniform1i(glGetUniformLocation(program, "u_atlas"), 0); // -1, where a program has none, is ignored
        glUniform1i(glGetUniformLocation(program, "u_texels"), 1);
        render->first_images[kind] = glGetUniformLocation(program, "u_first_image");
    }
}

// Without these a texture that has no smaller levels counts as incomplete and reads as black.
static void set_up_texture(GLenum unit, GLuint texture)
{
    glActiveTexture(unit);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

static void create_buffers(Render *render)
{
    glGenVertexArrays(1, &render->vertex_array);
    glBindVertexArray(render->vertex_array);
    for (GLuint i = 0; i < 4; i++) {
        glEnableVertexAttribArray(i);
        glVertexAttribDivisor(i, 1);
    }
    glGenBuffers(1, &render->instance_buffer);
    glGenTextures(1, &render->texel_texture);
    glGenTextures(1, &render->atlas_texture);
    if (epoxy_is_desktop_gl()) {
        glGenBuffers(1, &render->texel_buffer);
    } else {
        set_up_texture(GL_TEXTURE1, render->texel_texture);
    }
    set_up_texture(GL_TEXTURE0, render->atlas_texture);
}

static void read_limits(Render *render)
{
    // each at least what is promised, and whole images
    GLint max_texels = 65536, max_rows = 1024, viewport[2] = {0};
    if (render->texel_buffer) {
        glGetIntegerv(GL_MAX_TEXTURE_BUFFER_SIZE, &max_texels);
        render->max_texels = (size_t)max_texels / DIGIT_PIXELS * DIGIT_PIXELS;
    } else {
        glGetIntegerv(GL_MAX_TEXTURE_SIZE, &max_rows);
        render->max_texels = (size_t)max_rows * DIGIT_PIXELS;
    }
    glGetIntegerv(GL_MAX_VIEWPORT_DIMS, viewport);
    glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &render->max_side);
    for (int i = 0; i < 2; i++)
        render->max_side = viewport[i] < render->max_side ? viewport[i] : render->max_side;
}

Render *render_create(Error *error)
{
    const int version = epoxy_gl_version();
    const bool is_desktop = epoxy_is_desktop_gl();
    if (version < (is_desktop ? 33 : 30)) {
        error_set(error, "The graphics driver offers OpenGL %s%d.%d; losslens needs OpenGL 3.3, or ES 3.0, or newer.",
                  is_desktop ? "" : "ES ", version / 10, version % 10);
        return NULL;
    }
    Render *render = calloc(1, sizeof *render);
    if (!render) {
        error_set(error, "There is not enough memory to draw anything.");
        return NULL;
    }
    const char *device = (const char *)glGetString(GL_RENDERER);
    render->device = device ? device : "unknown";
    for (int kind = 0; kind < BATCH_KIND_COUNT; kind++) {
        render->programs[kind] = render_program_begin(PROGRAMS[kind].name, PROGRAMS[kind].define, error);
        if (!render->programs[kind]) {
            render_destroy(render);
            return NULL;
        }
    }
    create_buffers(render);
    read_limits(render);
    return render;
}

bool render_check(Render *render, Error *error)
{
    for (int kind = 0; kind < BATCH_KIND_COUNT && !render->is_checked; kind++) {
        if (!render_program_end(render->programs[kind], PROGRAMS[kind].name, error))
            return false;
        render->projections[kind] = glGetUniformLocation(render->programs[kind], "u_projection");
    }
    if (!render->is_checked)
        set_constant_uniforms(render);
    render->is_checked = true;
    return true;
}

void render_destroy(Render *render)
{
    if (!render) {
        return;
    }
    for (int kind = 0; kind < BATCH_KIND_COUNT; kind++) {
        glDeleteProgram(render->programs[kind]);
    }
    glDeleteVertexArrays(1, &render->vertex_array);
    glDeleteBuffers(1, &render->instance_buffer);
    glDeleteBuffers(1, &render->texel_buffer);
    glDeleteTextures(1, &render->texel_texture);
    glDeleteTextures(1, &render->atlas_texture);
    batch_free(&render->set);
    free(render);
}

const char *render_device(const Render *render) { return render->device; }

bool render_is_software(const Render *render)
{
    static const char *const names[] = {"llvmpipe", "softpipe", "swrast", "Software Rasterizer", "SwiftShader"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strstr(render->device, names[i])) {
            return true;
        }
    }
    return false;
}

static void upload_atlas(Render *render, Font *font)
{
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, render->atlas_texture);
    const FontAtlas atlas = font_atlas(font);
    if (render->atlas_font == font && render->atlas_version == atlas.version) {
        return;
    }
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, atlas.width, atlas.height, 0, GL_RED, GL_UNSIGNED_BYTE, atlas.coverage);
    render->atlas_font = font;
    render->atlas_version = atlas.version;
}

static void upload_texels(const Render *render, const Texel *texels, size_t count)
{
    glActiveTexture(GL_TEXTURE1);
    if (render->texel_buffer) {
        glBindBuffer(GL_TEXTURE_BUFFER, render->texel_buffer);
        glBufferData(GL_TEXTURE_BUFFER, (GLsizeiptr)(count * sizeof *texels), texels, GL_STREAM_DRAW);
        glBindTexture(GL_TEXTURE_BUFFER, render->texel_texture);
        glTexBuffer(GL_TEXTURE_BUFFER, GL_R32UI, render->texel_buffer);
    } else {
        glBindTexture(GL_TEXTURE_2D, render->texel_texture);
        glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
        glTexImage2D(GL_TEXTURE_2D, 0, GL_R32UI, DIGIT_PIXELS, (GLsizei)(count / DIGIT_PIXELS), 0, GL_RED_INTEGER,
                     GL_UNSIGNED_INT, texels);
    }
}

// first: the instance that is number 0 for the draw call (OpenGL 3.3 has no base instance).
static void point_attributes(size_t first)
{
    const size_t start = first * sizeof(Instance);
    const GLsizei stride = sizeof(Instance);
    glVertexAttribPointer(0, 4, GL_FLOAT, GL_FALSE, stride, (const void *)(start + offsetof(Instance, quad)));
    glVertexAttribPointer(1, 4, GL_FLOAT, GL_FALSE, stride, (const void *)(start + offsetof(Instance, shape)));
    glVertexAttribPointer(2, 4, GL_FLOAT, GL_FALSE, stride, (const void *)(start + offsetof(Instance, extra)));
    glVertexAttribIPointer(3, 4, GL_UNSIGNED_INT, stride, (const void *)(start + offsetof(Instance, word)));
}

static void set_frame_state(const Render *render, int width, int height)
{
    GLfloat background[3];
    unpack_color(render->set.background, background);
    glViewport(0, 0, width, height);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_DEPTH_TEST);
    glDisable(GL_CULL_FACE);
    glDisable(GL_DITHER);
    if (epoxy_is_desktop_gl()) {
        glDisable(GL_MULTISAMPLE); // else it is as the context was made
    }
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glClearColor(background[0], background[1], background[2], 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    mat4 projection;
    glm_ortho(0, (float)width, (float)height, 0, -1, 1, projection);
    for (int kind = 0; kind < BATCH_KIND_COUNT; kind++) {
        glUseProgram(render->programs[kind]);
        glUniformMatrix4fv(render->projections[kind], 1, GL_FALSE, projection[0]);
    }
}

static void draw_batch(const Render *render, const Batch *batch, int height)
{
    glUseProgram(render->programs[batch->kind]);
    if (batch->is_opaque) {
        glDisable(GL_BLEND);
    } else {
        glEnable(GL_BLEND);
    }
    const Rect clip = batch->clip;
    glScissor((GLint)clip.x, height - (GLint)(clip.y + clip.h), (GLsizei)clip.w, (GLsizei)clip.h);
    point_attributes(batch->first_instance);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, batch->instance_count);
}

// False where the picture lacks something because memory was short.
static bool play(Render *render, const DrawList *list, int width, int height)
{
    BatchSet *set = &render->set;
    const bool is_whole = batch_build(set, list, width, height, render->max_texels) && draw_is_whole(list);
    set_frame_state(render, width, height);
    if (list->font && list->glyph_count > 0) {
        upload_atlas(render, list->font);
    }
    const bool is_one_upload = list->texel_count <= render->max_texels;
    if (is_one_upload && list->texel_count > 0) {
        upload_texels(render, list->texels, list->texel_count);
    }
    glBindVertexArray(render->vertex_array);
    glBindBuffer(GL_ARRAY_BUFFER, render->instance_buffer);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(set->instance_count * sizeof(Instance)), set->instances, GL_STREAM_DRAW);
    for (size_t i = 0; i < set->batch_count; i++) {
        const Batch *batch = &set->batches[i];
        if (batch->texel_count > 0) {
            if (!is_one_upload) {
                upload_texels(render, list->texels + batch->first_texel, batch->texel_count);
            }
            glUseProgram(render->programs[batch->kind]);
            glUniform1i(render->first_images[batch->kind],
                        is_one_upload ? (GLint)(batch->first_texel / DIGIT_PIXELS) : 0);
        }
        draw_batch(render, batch, height);
    }
    return is_whole;
}

bool render_fits(const Render *render, int width, int height)
{
    return width <= render->max_side && height <= render->max_side;
}

bool render_play(Render *render, const DrawList *list, int width, int height)
{
    assert(render_fits(render, width, height));
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    return play(render, list, width, height);
}

// Whether the driver ran out of memory since it was last asked.
static bool was_driver_short(void)
{
    bool was_short = false;
    for (GLenum code; (code = glGetError()) != GL_NO_ERROR;) {
        was_short |= code == GL_OUT_OF_MEMORY;
    }
    return was_short;
}

// OpenGL's first row is the bottom one, and a window's alpha means nothing in a picture.
static void turn_picture(uint8_t *rgba, int width, int height)
{
    const size_t row_size = (size_t)width * 4;
    for (int top = 0, bottom = height - 1; top < bottom; top++, bottom--) {
        uint8_t *a = rgba + (size_t)top * row_size, *b = rgba + (size_t)bottom * row_size;
        for (size_t i = 0; i < row_size; i++) {
            const uint8_t byte = a[i];
            a[i] = b[i];
            b[i] = byte;
        }
    }
    for (size_t i = 3; i < row_size * (size_t)height; i += 4) {
        rgba[i] = 255;
    }
}

bool render_capture(Render *render, const DrawList *list, int width, int height, uint8_t *rgba, Error *error)
{
    const GLint max_side = render->max_side;
    if (width < 1 || height < 1 || width > max_side || height > max_side) {
        return error_set(error, "A picture of %d by %d pixels is outside of what the graphics driver draws (1 to %d).",
                         width, height, max_side);
    }
    GLuint framebuffer = 0, pixels = 0;
    glGenFramebuffers(1, &framebuffer);
    glGenRenderbuffers(1, &pixels);
    glBindRenderbuffer(GL_RENDERBUFFER, pixels);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, pixels);
    bool is_whole = true;
    const bool is_complete = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
    if (is_complete) {
        is_whole = play(render, list, width, height);
        glPixelStorei(GL_PACK_ALIGNMENT, 4);
        glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
        turn_picture(rgba, width, height);
    }
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDeleteFramebuffers(1, &framebuffer);
    glDeleteRenderbuffers(1, &pixels);
    if (!is_whole || was_driver_short()) {
        return error_set(error, "out of memory: a picture of %d by %d pixels would lack something", width, height);
    }
    return is_complete || error_set(error, "The graphics driver made no picture of %d by %d pixels.", width, height);
}
