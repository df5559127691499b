// Resampling: pictures of other sizes made smaller by true area average, larger by bilinear interpolation.
//
// Thread: no state; any thread.
#pragma once

// One channel, row-major, at least 1x1 each; from and to do not overlap. Each axis on its own: where it gets smaller, a
// pixel is the mean of the area that it covers, where larger, it lies between the centres of the two nearest. An axis
// of the same length stays as it is.
void resample_area(const float *from, int from_width, int from_height, float *to, int to_width, int to_height);
