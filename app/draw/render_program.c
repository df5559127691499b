// Programs: see render_program.h.
#include "draw/render_program.h"

#include <epoxy/gl.h>
#include <stdio.h>
#include <string.h>

#include "draw/assets.h"

// How OpenGL and OpenGL ES differ here: what stands before each shader, and from where images are read. A row of a
// texture is an image; a buffer has no rows, and is a tenth faster where the processor draws.
static const char DESKTOP[] = "#version 330 core\n"
                              "#define TEXELS usamplerBuffer\n"
                              "#define FETCH(image, pixel) texelFetch(u_texels, (image) * 784 + (pixel)).r\n";
static const char MOBILE[] = "#version 300 es\n"
                             "precision highp float;\nprecision highp int;\nprecision highp usampler2D;\n"
                             "#define TEXELS usampler2D\n"
                             "#define FETCH(image, pixel) texelFetch(u_texels, ivec2(pixel, image), 0).r\n";

static void cut_first_line(char *log) { log[strcspn(log, "\r\n")] = '\0'; }

// 0 where this build lacks it.
static GLuint begin_shader(GLenum stage, const char *name, const char *define, Error *error)
{
    char path[64], line[64] = "";
    (void)snprintf(path, sizeof path, "shaders/%s.%s", name, stage == GL_VERTEX_SHADER ? "vert" : "frag");
    if (define)
        (void)snprintf(line, sizeof line, "#define %s\n", define);
    const Asset *asset = asset_find(path);
    if (!asset) {
        error_set(error, "The shader %s is missing from this build.", path);
        return 0;
    }
    const GLuint shader = glCreateShader(stage);
    const GLchar *const sources[] = {epoxy_is_desktop_gl() ? DESKTOP : MOBILE, line, "#line 1\n",
                                     (const GLchar *)asset->bytes};
    const GLint lengths[] = {-1, -1, -1, (GLint)asset->size};
    glShaderSource(shader, sizeof lengths / sizeof *lengths, sources, lengths);
    glCompileShader(shader);
    return shader;
}

unsigned render_program_begin(const char *name, const char *define, Error *error)
{
    const GLuint vertex = begin_shader(GL_VERTEX_SHADER, name, define, error),
                 fragment = vertex ? begin_shader(GL_FRAGMENT_SHADER, name, define, error) : 0,
                 program = fragment ? glCreateProgram() : 0;
    if (!program) {
        glDeleteShader(vertex); // 0 is ignored
        return 0;
    }
    glAttachShader(program, vertex);
    glAttachShader(program, fragment);
    glLinkProgram(program);
    return program;
}

// Why a program is not linked: one of its shaders, or both together.
static bool refuse_program(GLuint program, const GLuint shaders[2], int count, const char *name, Error *error)
{
    char log[256] = "";
    for (int i = 0; i < count; i++) {
        GLint is_ok = GL_FALSE, stage = 0;
        glGetShaderiv(shaders[i], GL_COMPILE_STATUS, &is_ok);
        glGetShaderiv(shaders[i], GL_SHADER_TYPE, &stage);
        if (is_ok)
            continue;
        glGetShaderInfoLog(shaders[i], sizeof log, NULL, log);
        cut_first_line(log);
        return error_set(error, "The graphics driver does not accept the shader shaders/%s.%s: %s", name,
                         stage == GL_VERTEX_SHADER ? "vert" : "frag", log);
    }
    glGetProgramInfoLog(program, sizeof log, NULL, log);
    cut_first_line(log);
    return error_set(error, "The graphics driver does not link the shaders \"%s\": %s", name, log);
}

bool render_program_end(unsigned program, const char *name, Error *error)
{
    GLint is_ok = GL_FALSE;
    GLuint shaders[2];
    GLsizei count = 0;
    glGetAttachedShaders(program, 2, &count, shaders);
    glGetProgramiv(program, GL_LINK_STATUS, &is_ok);
    const bool is_good = is_ok || refuse_program(program, shaders, (int)count, name, error);
    for (int i = 0; i < count; i++)
        glDeleteShader(shaders[i]); // it goes with its program
    return is_good;
}
