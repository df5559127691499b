// The engine's face: everything that the application may use. A library without SDL, without GL, that never prints and
// never exits.
#pragma once
#include "activation.h"
#include "dataset.h"
#include "digits.h"
#include "error.h"
#include "learner.h"
#include "loss.h"
#include "metrics.h"
#include "model.h"
#include "optimizer.h"
#include "pool.h"
#include "random.h"
#include "safetensors.h"
#include "spec.h"
#include "trainer.h"
