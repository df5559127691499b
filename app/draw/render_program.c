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
                              "#define FETCH(image, pixel) texelFetch(u_texels, (image) * 784 + (pixel)).r\n"
                              "#line 1\n";
static const char MOBILE[] = "#version 300 es\n"
                             "precision highp float;\nprecision highp int;\nprecision highp usampler2D;\n"
                             "#define TEXELS usampler2D\n"
                             "#define FETCH(image, pixel) texelFetch(u_texels, ivec2(pixel, image), 0).r\n"
                             "#line 1\n";

static void cut_first_line(char *log) { log[strcspn(log, "\r\n")] = '\0'; }

// 0 where this build lacks it.
static GLuint begin_shader(GLenum stage, const char *kind, Error *error)
{
    char name[64];
    (void)snprintf(name, sizeof name, "shaders/%s.%s", kind, stage == GL_VERTEX_SHADER ? "vert" : "frag");
    const Asset *asset = asset_find(name);
    if (!asset) {
        error_set(error, "The shader %s is missing from this build.", name);
        return 0;
    }
    const GLuint shader = glCreateShader(stage);
    const GLchar *const sources[] = {epoxy_is_desktop_gl() ? DESKTOP : MOBILE, (const GLchar *)asset->bytes};
    const GLint lengths[] = {-1, (GLint)asset->size};
    glShaderSource(shader, 2, sources, lengths);
    glCompileShader(shader);
    return shader;
}

unsigned render_program_begin(const char *kind, Error *error)
{
    const GLuint vertex = begin_shader(GL_VERTEX_SHADER, kind, error),
                 fragment = vertex ? begin_shader(GL_FRAGMENT_SHADER, kind, error) : 0,
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
static bool refuse_program(GLuint program, const GLuint shaders[2], int count, const char *kind, Error *error)
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
        return error_set(error, "The graphics driver does not accept the shader shaders/%s.%s: %s", kind,
                         stage == GL_VERTEX_SHADER ? "vert" : "frag", log);
    }
    glGetProgramInfoLog(program, sizeof log, NULL, log);
    cut_first_line(log);
    return error_set(error, "The graphics driver does not link the shaders \"%s\": %s", kind, log);
}

bool render_program_end(unsigned program, const char *kind, Error *error)
{
    GLint is_ok = GL_FALSE;
    GLuint shaders[2];
    GLsizei count = 0;
    glGetAttachedShaders(program, 2, &count, shaders);
    glGetProgramiv(program, GL_LINK_STATUS, &is_ok);
    const bool is_good = is_ok || refuse_program(program, shaders, (int)count, kind, error);
    for (int i = 0; i < count; i++)
        glDeleteShader(shaders[i]); // it goes with its program
    return is_good;
}
