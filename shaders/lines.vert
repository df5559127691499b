// Lines: one quad per segment, as long as the segment with its round caps and a pixel for the soft edge.

layout(location = 0) in vec4 a_quad;
layout(location = 1) in vec4 a_shape;
layout(location = 2) in vec4 a_extra;
layout(location = 3) in uvec4 a_word;
uniform mat4 u_projection;

out vec2 v_local; // along and across the segment, from its first point
out vec2 v_cut;   // how far past the cut at its first and at its last point
flat out float v_length;
flat out float v_width;
flat out vec4 v_color;

vec4 unpack_color(uint color)
{
    return vec4(uvec4(color >> 24u, color >> 16u, color >> 8u, color) & 255u) / 255.0;
}

void main()
{
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 along = a_shape.zw - a_shape.xy;
    float len = length(along);
    along = len > 1e-4 ? along / len : vec2(1.0, 0.0);
    float reach = a_extra.x * 0.5 + 1.0;
    v_local = mix(vec2(-reach), vec2(len + reach, reach), corner);
    v_length = len;
    v_width = a_extra.x;
    v_color = unpack_color(a_word.x);
    vec2 position = a_shape.xy + along * v_local.x + vec2(-along.y, along.x) * v_local.y;
    // Without a cut there (a normal of 0): far inside.
    v_cut.x = dot(a_quad.xy, a_quad.xy) > 0.5 ? dot(position - a_shape.xy, a_quad.xy) : 1.0;
    v_cut.y = dot(a_quad.zw, a_quad.zw) > 0.5 ? dot(position - a_shape.zw, a_quad.zw) : -1.0;
    gl_Position = u_projection * vec4(position, 0.0, 1.0);
}
