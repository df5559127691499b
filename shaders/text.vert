// Text: one quad per glyph, on whole pixels.

layout(location = 0) in vec4 a_quad;
layout(location = 2) in vec4 a_extra;
layout(location = 3) in uvec4 a_word;
uniform mat4 u_projection;

out vec2 v_texel;
flat out vec4 v_color;

vec4 unpack_color(uint color)
{
    return vec4(uvec4(color >> 24u, color >> 16u, color >> 8u, color) & 255u) / 255.0;
}

void main()
{
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 position = a_quad.xy + corner * a_quad.zw;
    gl_Position = u_projection * vec4(position, 0.0, 1.0);
    v_texel = a_extra.xy + corner * a_quad.zw;
    v_color = unpack_color(a_word.x);
}
