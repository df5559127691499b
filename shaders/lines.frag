// Lines: coverage from the distance to the segment. A line thinner than a pixel is a pixel wide and fainter.

in vec2 v_local;
in vec2 v_cut;
flat in float v_length;
flat in float v_width;
flat in vec4 v_color;
out vec4 f_color;

void main()
{
    float distance = length(vec2(v_local.x - clamp(v_local.x, 0.0, v_length), v_local.y));
    float coverage = clamp(max(v_width, 1.0) * 0.5 + 0.5 - distance, 0.0, 1.0) * min(v_width, 1.0);
    // Not at 0, where a joint on half pixels would put pixel centres, which rounding may give to both segments or to
    // neither. Where one does lie on the cut it goes to both: drawn twice is not seen, missing is.
    if (v_cut.x < 0.0137 || v_cut.y > 0.0147) {
        coverage = 0.0;
    }
    f_color = vec4(v_color.rgb, v_color.a * coverage);
}
