// Same metrics: holds two measurings of the same images against each other, bit for bit.
#pragma once
#include "measuring/metrics.h"

// Both are of so many images. Field by field: what lies between the fields may be anything.
void assert_same_metrics(const Metrics *a, const Metrics *b, int images);
