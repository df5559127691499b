// Pixel groups: by what pixels are counted, an output by its bin, a target by its group.
#pragma once

enum { HISTOGRAM_INNER = 64, HISTOGRAM_BINS = HISTOGRAM_INNER + 2 }; // below 0, 64 over [0,1], above 1

// Pixels by their target: t = 0, 0 < t < 0.5, 0.5 <= t < 1, t = 1.
typedef enum TargetGroup { TARGET_ZERO, TARGET_DARK, TARGET_BRIGHT, TARGET_ONE, TARGET_GROUP_COUNT } TargetGroup;
