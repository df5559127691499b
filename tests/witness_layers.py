#!/usr/bin/python3
"""An outside witness of models that convolve, pool and sample: the script that `losslens code` prints for PyTorch trains
them from the same weights with the same noise, and must lose the same at each of 30 steps, and diverge as much.

Usage: witness_layers.py LOSSLENS. Exit status 77 (skipped) where PyTorch is missing, 1 where a figure differs. What is
left to chance is drawn here a second time, by the rules of engine/random.h, models/pixels.c, models/layer_sample.c and
kernels/noise_isa.c, and put in the place of torch's own numbers.
"""
import json
import sys
import tempfile
import types
from pathlib import Path

import numpy as np

import witness_torch
from witness_torch import run, torch

import cli_reference as reference

STEPS, TOLERANCE = 30, 1e-5
SPECS = [
    "model=conv,batch=12",
    "layers=conv32-pool-conv32-pool-conv32-up-conv32-up,noise=0.5,noise_kind=mask,batch=4",
    "layers=400-sample20-400,reduce=sum,batch=16",
    "layers=400-sample20-400,reduce=mean,beta=0.5,batch=16",
    "layers=conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2,reduce=sum,batch=4",
    "layers=conv8-pool-conv4k5v-50-sample3-98-2x7x7-unconv6s2-up,loss=gauss,hidden=elu,batch=16",
    "model=conv,l1=0.001,loss=mse,hidden=tanh,optimizer=sgd,lr=0.1,batch=12",
    "layers=conv6s2-pool-conv4-up-unconv5k4s2,output=softmax,range=standard,loss=mse,l1=0.01,hidden=gelu,batch=16",
]

MASK, GOLDEN = (1 << 64) - 1, 0x9E3779B97F4A7C15


def mix(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def find_key(seed, stream, epoch, image):
    return mix(mix((seed + GOLDEN) & MASK) ^ ((stream << 48 | epoch << 24 | image) * 0xD1342543DE82EF95 + 1) & MASK)


def draw_normal(key, count):
    """Two at a time, of two uniform numbers (Box and Muller)."""
    uniform = []
    for _ in range(count + count % 2):
        key = (key + GOLDEN) & MASK
        uniform.append((mix(key) >> 11) * 2.0**-53)
    u, angle = np.array(uniform[0::2]), 2 * np.pi * np.array(uniform[1::2])
    radius = np.sqrt(-2 * np.log1p(-u))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)[:count].astype(np.float32)


def hash_words(key, count):
    """Pairs of pixels share a hash: 16 bits each."""
    bits = np.arange((count + 1) // 2, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(key & 0xFFFFFFFF)
    bits = (bits ^ bits >> 16) * np.uint32(0x7FEB352D)
    bits = (bits ^ bits >> 15 ^ np.uint32(mix(key) >> 32)) * np.uint32(0x846CA68B)
    bits ^= bits >> 16
    return np.stack([bits & 0xFFFF, bits >> 16], 1).reshape(-1)[:count]


def draw_uniform(key, count):
    words = hash_words(key, count)
    return (np.minimum(words, 65534) / np.float64(65535)).astype(np.float32)


class Chance:
    """In the place of torch's chance: images in their order, each with its own numbers."""

    def __init__(self, seed):
        self.seed, self.drawn = seed, {2: 0, 4: 0}

    def draw(self, stream, like, rule):
        first = self.drawn[stream]
        self.drawn[stream] += len(like)
        return torch.from_numpy(np.stack([rule(find_key(self.seed, stream, 0, first + i), like.shape[1])
                                          for i in range(len(like))]))

    def rand_like(self, like):
        return self.draw(2, like, draw_uniform)

    def randn_like(self, like):
        return self.draw(4, like, draw_normal)

    @staticmethod
    def randperm(count):
        return torch.arange(count)


class Optimizer(witness_torch.Optimizer):
    def zero_grad(self):
        """A step leaves none."""


def load_script(program, spec):
    script = types.ModuleType("script")
    exec(compile(run(program, "code", "--model", spec, "pytorch"), "script", "exec"), script.__dict__)
    return script


def train(program, spec, weights, images):
    """The losses of the steps, the divergences and the prices of the code, of an epoch of the script's own."""
    script, losses, divergences, prices = load_script(program, spec), [], [], []
    l1 = float(reference.parse_spec(spec)["l1"])
    chance, compute = Chance(int(reference.parse_spec(spec)["seed"])), script.loss
    script.torch = types.SimpleNamespace(**{**vars(torch), "rand_like": chance.rand_like, "randn_like": chance.randn_like,
                                            "randperm": chance.randperm})

    def loss(z, t):
        value = compute(z, t)
        losses.append(value.item())
        return value

    script.loss = loss
    model = script.Autoencoder()
    model.load_state_dict({name: torch.from_numpy(values) for name, values in script.read_tensors(weights).items()})
    if l1 > 0:
        model.register_forward_hook(lambda module, x, out: prices.append(l1 * out[1].abs().sum(1).mean().item()))
    model.register_forward_hook(lambda module, x, out: divergences.append(out[2].mean().item()) if len(out) > 2 else None)
    script.train_epoch(model, Optimizer(reference.parse_spec(spec), list(model.parameters())), images)
    return losses, divergences, prices


def compare(program, text, folder, images):
    weights = folder / "initial.safetensors"
    weights.unlink(missing_ok=True)
    options = ["--data", folder / "data", "--model", text, "--limit", STEPS * int(reference.parse_spec(text)["batch"])]
    run(program, "train", *options, "--epochs", 0, "-o", weights)
    report = json.loads(run(program, "train", *options, "--epochs", 1, "--no-shuffle", "--log", "step", "--init", weights))
    losses, divergences, prices = train(program, report["spec"], weights, images[:options[-1]])
    found = report["step_loss"]
    assert len(found) == len(losses) == STEPS, (len(found), len(losses))
    worst = max(abs(a - b) / max(1, abs(b)) for a, b in zip(found, losses))
    kls = report.get("step_kl", [])
    assert len(kls) == len(divergences), (len(kls), len(divergences))
    kl = max((abs(a - b) / max(divergences) for a, b in zip(kls, divergences)), default=0)
    if kls:
        assert abs(report["history"][-1]["train_kl"] / (sum(kls) / STEPS) - 1) < 1e-9
    told = report.get("step_price", [])
    assert len(told) == len(prices), (len(told), len(prices))
    price = max((abs(a - b) / max(prices) for a, b in zip(told, prices)), default=0)
    if told:
        assert abs(report["history"][-1]["train_price"] / (sum(told) / STEPS) - 1) < 1e-9
    print(f"{text}: {found[0]:.5f} to {found[-1]:.5f}, differs by {worst:.1e}, the divergence by {kl:.1e} of its largest, the price by {price:.1e}")
    return max(worst, kl, price) <= TOLERANCE


def main():
    program = str(Path(sys.argv[1]).resolve())
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference.make_set(program, folder / "data", STEPS * 16, 100)
        images, _ = reference.read_digits(folder / "data", "train")
        results = [compare(program, text, folder, images) for text in SPECS]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
