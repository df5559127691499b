// What render.c uses of libepoxy, for WebGL 2, which is OpenGL ES 3.0 and has its functions linked in.
#pragma once
#include <GLES3/gl3.h>
#include <stdbool.h>

// Of OpenGL alone; they compile, and are not called.
enum { GL_TEXTURE_BUFFER = 0x8C2A, GL_MAX_TEXTURE_BUFFER_SIZE = 0x8C2B, GL_MULTISAMPLE = 0x809D };

static inline void glTexBuffer(GLenum target, GLenum format, GLuint buffer)
{
    (void)target, (void)format, (void)buffer;
}
static inline bool epoxy_is_desktop_gl(void) { return false; }
static inline int epoxy_gl_version(void) { return 30; }
