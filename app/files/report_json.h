// Reports: what train, eval and data measured, as JSON.
//
// Numbers that are not finite become null. Every json_t is owned by the caller.
#pragma once
#include <jansson.h>

#include "engine.h"

// object[key] is value, which is taken over; where memory is short it is missing (json_memory.h).
void report_set(json_t *object, const char *key, json_t *value);

json_t *report_number(double value);

json_t *report_notices(const Notices *notices); // a list of sentences

// name, train (images trained on), test, mean_input, bce_floor (both of the test set).
json_t *report_data(const Dataset *dataset, int train_count, const TargetFacts *test);

// values (count): a list; values (count, DIGIT_PIXELS): a list of pictures, each a list of its pixels.
json_t *report_numbers(const float *values, int count);
json_t *report_pictures(const float *values, int count);

// Every figure, of a model of that spec: its own loss also as the sum over an image's pixels,
// loss_per_image, and in the model's range where that is another one than 0 to 1, loss_in_range; where a layer samples
// kl, the divergence in nats an image; with l1 also price, that of the code.
json_t *report_metrics(const Metrics *metrics, const Spec *spec);

// What a pixel is to the model: key of the range, scale and offset; of the standard one its mean and deviation, too.
json_t *report_range(const Model *model, const float *parameters);

// What also stands for inputs with the spec's noise: each loss, and the PSNR.
json_t *report_noisy(const Metrics *metrics);
json_t *report_diagnosis(const Diagnosis *diagnosis); // key, sentence; null where nothing is known to be wrong

void report_appearance(json_t *test, const Appearance *appearance); // adds sharpness and ssim to a report_metrics

// left_out: the label; images: how many of either kind; and for each loss auroc, and edges, kept and left_out of its
// histogram.
json_t *report_auroc(const Auroc *auroc);
json_t *report_auroc_loss(const AurocLoss *of); // of one loss

// What so many components leave of the images: components, train_mse, test_mse.
json_t *report_pca(const Pca *pca, int components);

// labels: how many images each of 0 to 9 has, a list; an object by label where there are others; null without labels.
json_t *report_image_set(const ImageSetFacts *facts);

// Text as it is, or "?": a folder's name may be any bytes, JSON takes UTF-8 alone.
json_t *report_text(const char *text);
