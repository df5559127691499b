// Images: grids of 28x28 values, each value an exact square of pixels, coloured as draw_map_color does it.
#version 330 core

const float SIDE = 28.0;
const int PIXELS = 784;
const int MAP_GREY = 0, MAP_HEAT = 1, MAP_SIGNED = 2, MAP_VEIL = 3;

in vec2 v_offset;
flat in vec4 v_grid;
flat in float v_scale;
flat in ivec4 v_word;
uniform samplerBuffer u_values;
uniform int u_first_value;  // where this draw call's values begin in the buffer
uniform vec3 u_palette[64]; // the heat colours, then the signed ones
uniform ivec2 u_counts;     // how many of each
uniform vec3 u_marks[3];    // below 0, above 1, not a number
uniform vec4 u_overlays[2]; // the veil, the edges
out vec4 f_color;

vec3 grey_color(float value)
{
    return value < 0.0 ? u_marks[0] : value > 1.0 ? u_marks[1] : vec3(value);
}

vec3 palette_color(float value, bool is_heat)
{
    int first = is_heat ? 0 : u_counts.x;
    int last = (is_heat ? u_counts.x : u_counts.y) - 1;
    float position = v_scale > 0.0 ? clamp(value / v_scale, -1.0, 1.0) : 0.0;
    float at = clamp(is_heat ? position : position * 0.5 + 0.5, 0.0, 1.0) * float(last);
    int index = min(int(at), last - 1);
    return mix(u_palette[first + index], u_palette[first + index + 1], at - float(index));
}

// inside: where in the pixel, in screen pixels.
vec4 overlay_color(float value, vec2 inside)
{
    if (v_word.w == MAP_VEIL) {
        return value == 0.0 ? u_overlays[0] : vec4(0.0);
    }
    int edges = int(value);
    float last = v_grid.w - 1.0;
    bool is_edge = ((edges & 1) != 0 && inside.x < 0.5) || ((edges & 2) != 0 && inside.y < 0.5) ||
                   ((edges & 4) != 0 && inside.x > last - 0.5) || ((edges & 8) != 0 && inside.y > last - 0.5);
    // a line over pixels of one screen pixel would hide them
    return is_edge ? vec4(u_overlays[1].rgb, u_overlays[1].a * (v_grid.w > 1.5 ? 1.0 : 0.4)) : vec4(0.0);
}

void main()
{
    // Half a pixel keeps the quotients clear of whole numbers, where rounding could pick the neighbour.
    vec2 at = floor(v_offset);
    vec2 cell = floor((at + 0.5) / v_grid.xy);
    vec2 pixel = floor((at - cell * v_grid.xy + 0.5) / v_grid.w);
    int index = int(cell.y) * int(v_grid.z) + int(cell.x) - v_word.x;
    if (max(pixel.x, pixel.y) >= SIDE || index < 0 || index >= v_word.y) {
        discard;
    }
    int first = u_first_value + v_word.z + index * PIXELS;
    float value = texelFetch(u_values, first + int(pixel.y) * int(SIDE) + int(pixel.x)).r;
    if (v_word.w > MAP_SIGNED) {
        f_color = overlay_color(value, at - cell * v_grid.xy - pixel * v_grid.w);
        return;
    }
    // By its bits: a compiler may take isnan() for never true.
    bool is_nan = (floatBitsToUint(value) & 0x7fffffffu) > 0x7f800000u;
    vec3 color = v_word.w == MAP_GREY ? grey_color(value) : palette_color(value, v_word.w == MAP_HEAT);
    f_color = vec4(is_nan ? u_marks[2] : color, 1.0);
}
