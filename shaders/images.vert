// Images: one quad per grid.

layout(location = 0) in vec4 a_quad;
layout(location = 1) in vec4 a_shape;
layout(location = 2) in vec4 a_extra;
layout(location = 3) in uvec4 a_word;
uniform mat4 u_projection;

out vec2 v_offset;     // from the top left of the screen pixel in which the first cell begins
flat out vec2 v_start; // where in that pixel it begins
flat out vec4 v_grid;  // pitch_x, pitch_y, columns, side of a texel
flat out vec3 v_per;   // 1 / pitch_x, 1 / pitch_y, 1 / side of a texel: division is what costs most in software
flat out vec2 v_marks; // alpha of lines, 1 / period of stripes
flat out ivec4 v_word; // first cell, count, first image, whether it is opaque

void main()
{
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 position = a_quad.xy + corner * a_quad.zw;
    gl_Position = u_projection * vec4(position, 0.0, 1.0);
    v_offset = position - floor(a_shape.xy);
    v_start = fract(a_shape.xy);
    v_grid = vec4(a_extra.xy, a_shape.z, a_shape.w / 28.0);
    v_per = vec3(1.0 / a_extra.xy, 28.0 / a_shape.w);
    v_marks = vec2(a_extra.z, 1.0 / a_extra.w);
    v_word = ivec4(a_word);
}
