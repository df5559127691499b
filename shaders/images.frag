// Images: grids of 28x28 texels. A screen pixel shows the average of the texels that it covers, each weighed by the area
// that it covers of it; where it covers none it stays as it is.
//
// The average is of sRGB bytes, not of light: a grey that stands for a value then stays the grey of the mean value, so
// that a digit of any size is read by the same scale, and it is what everything else in the window is blended in.
//
// Where the processor draws, a loop costs more than what it holds, and a branch both its sides. WHOLE, opaque texels that
// are squares of whole screen pixels, and EDGES, lines along the sides of texels, show one texel in a screen pixel, need
// neither, and are programs of their own.

const float SIDE = 28.0;
const uint FILL_BELOW = 1u, FILL_ABOVE = 2u;
const float MARK_WEAK = 0.42; // as in draw.c
const float SLIVER = 1.0 / 1024.0; // of a screen pixel: too little to count, and far more than what division rounds

in vec2 v_offset;
flat in vec2 v_start;
flat in vec4 v_grid;
flat in vec3 v_per;
flat in vec2 v_marks;
flat in ivec4 v_word;
uniform TEXELS u_texels;    // which these are, and FETCH, render.c says
uniform int u_first_image; // where this draw call's images begin
out vec4 f_color;

// inside: where in the texel, in screen pixels. px: its side. A line is one screen pixel wide.
vec4 edge_color(vec3 color, uint edges, vec2 inside, float px)
{
    bool is_edge = ((edges & 1u) != 0u && inside.x < 0.5) || ((edges & 2u) != 0u && inside.y < 0.5) ||
                   ((edges & 4u) != 0u && inside.x > px - 1.5) || ((edges & 8u) != 0u && inside.y > px - 1.5);
    // a line over texels of one screen pixel would hide them
    return is_edge ? vec4(color, v_marks.x * (px > 1.5 ? 1.0 : 0.4)) : vec4(0.0);
}

// draw_is_strong_stripe and draw_mark_color. at: from the image's top left, in whole screen pixels.
vec3 hatch(vec3 color, uint fill, vec2 at)
{
    bool is_strong = fract(((fill == FILL_BELOW ? at.x - at.y : at.x + at.y) + 0.25) * v_marks.y) < 0.5;
    return is_strong || fill > FILL_ABOVE ? color : mix(vec3(fill == FILL_ABOVE), color, MARK_WEAK);
}

vec3 unpack(uint texel) { return vec3(uvec3(texel >> 24u, texel >> 16u & 255u, texel >> 8u & 255u)) * (1.0 / 255.0); }

#if defined(WHOLE) || defined(EDGES)
void main()
{
    vec2 corner = floor(v_offset) - v_start, middle = corner + 0.5;
    vec2 cell = floor(middle * v_per.xy);
    vec2 at = floor((middle - cell * v_grid.xy) * v_per.z);
    int index = int(cell.y * v_grid.z + cell.x) - v_word.x;
    uint texel = 0u;
    if (cell.x >= 0.0 && cell.x < v_grid.z && max(at.x, at.y) < SIDE && index >= 0 && index < v_word.y) {
        texel = FETCH(u_first_image + v_word.z + index, int(at.y * SIDE + at.x));
    }
    vec2 place = corner - cell * v_grid.xy;
#ifdef WHOLE
    f_color = vec4(hatch(unpack(texel), texel & 255u, place), 1.0);
#else
    f_color = edge_color(unpack(texel), texel & 255u, place - at * v_grid.w, v_grid.w);
#endif
    if (texel == 0u || f_color.a <= 0.0) {
        discard;
    }
}
#else
// The number of the texel, counted over all cells of a row or column, at or after a point (limit 28) or at or before it
// (limit 27): between two images there is none.
vec2 find_texel(vec2 point, float limit)
{
    vec2 cell = floor(point * v_per.xy);
    return cell * SIDE + min(floor((point - cell * v_grid.xy) * v_per.z), limit);
}

// Along one axis of the cell in which a texel lies: how much of this screen pixel it covers.
float cover(float inside, float px) { return min(inside + 1.0, px) - max(inside, 0.0); }

void main()
{
    float px = v_grid.w;
    vec2 corner = floor(v_offset) - v_start; // this screen pixel is the square from here to corner + 1
    vec2 first = max(find_texel(corner + SLIVER, SIDE), 0.0), last = find_texel(corner + 1.0 - SLIVER, SIDE - 1.0);
    last.x = min(last.x, v_grid.z * SIDE - 1.0);
    vec4 sum = vec4(0.0); // premultiplied
    for (float y = first.y; y <= last.y; y++) {
        float row = floor((y + 0.5) * (1.0 / SIDE)), down = corner.y - row * v_grid.y, at_y = y - row * SIDE;
        float part = cover(down - at_y * px, px);
        for (float x = first.x; x <= last.x; x++) {
            float column = floor((x + 0.5) * (1.0 / SIDE)), right = corner.x - column * v_grid.x, at_x = x - column * SIDE;
            int index = int(row * v_grid.z + column) - v_word.x;
            uint texel = 0u;
            if (index >= 0 && index < v_word.y) {
                texel = FETCH(u_first_image + v_word.z + index, int(at_y * SIDE + at_x));
            }
            vec3 color = unpack(texel);
            float alpha = float(texel & 255u) * (1.0 / 255.0);
            if (v_word.w != 0) {
                color = hatch(color, texel & 255u, floor(vec2(right, down) + 0.5 + SLIVER));
                alpha = float(texel > 0u);
            }
            sum += vec4(color * alpha, alpha) * (part * cover(right - at_x * px, px));
        }
    }
    if (sum.a <= 0.0) {
        discard;
    }
    f_color = vec4(sum.rgb * (1.0 / sum.a), sum.a);
}
#endif
