// Rounded boxes: coverage from the signed distance to the box's outline; the border lies inside the outline.

in vec2 v_position;
flat in vec4 v_shape; // x, y, w, h
flat in vec2 v_style; // radius, border
flat in vec4 v_fill;
flat in vec4 v_border;
out vec4 f_color;

void main()
{
    vec2 half_size = v_shape.zw * 0.5;
    vec2 corner = abs(v_position - v_shape.xy - half_size) - half_size + v_style.x;
    float distance = length(max(corner, 0.0)) + min(max(corner.x, corner.y), 0.0) - v_style.x;
    float outer = clamp(0.5 - distance, 0.0, 1.0);
    float inner = clamp(0.5 - distance - v_style.y, 0.0, 1.0);
    float fill = v_fill.a * inner;
    float border = v_border.a * (outer - inner);
    float alpha = fill + border;
    f_color = vec4((v_fill.rgb * fill + v_border.rgb * border) / max(alpha, 1e-5), alpha);
}
