#!/usr/bin/python3
"""An outside witness: PyTorch trains the same models from the same weights on the same data, and must lose the same.

Usage: witness_torch.py LOSSLENS. Exit status 77 (skipped) where PyTorch is missing, 1 where a step's loss differs.
Adam is written out here, because PyTorch puts epsilon inside the bias correction and Keras, which the program follows,
outside of it.
"""
import json
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import torch
    from torch.distributions import ContinuousBernoulli
    from torch.nn import functional
except ImportError:
    print("PyTorch is not installed: nothing to compare with")
    sys.exit(77)

import cli_reference as reference

IMAGES, TEST_IMAGES = 2560, 100
TOLERANCE = 1e-4
SPECS = [
    "",
    "loss=mse,output=relu",
    "optimizer=adadelta",
    "optimizer=sgd",
    "layers=128,64,32,64,128",
    "hidden=gelu,output=tanh01",
    "l1=0.0001,hidden=tanh,layers=48,24,48",
    "loss=mae,output=clip,hidden=elu,batch=100",
    "loss=mse,output=linear,hidden=leaky_relu,batch=37",
    "output=softplus,hidden=sigmoid,loss=mse,lr=0.01",
    "targets=binary",
    "loss=mse,output=tanh,range=symmetric",
    "loss=mse,output=linear,range=standard,layers=48,24,48",
    "reduce=sum,l1=0.0001",
    "loss=huber,output=linear",
    "loss=huber,delta=0.5,output=relu",
    "loss=wbce",
    "loss=wbce,weight=0.5,output=tanh01,batch=100",
    "loss=wbce,output=softplus,hidden=elu",
    "loss=cb",
    "loss=cb,output=tanh01,batch=100",
    "loss=cb,output=softplus,hidden=elu",
    "loss=gauss",
    "loss=gauss,output=linear,optimizer=sgd,layers=48",
    "loss=gauss,output=tanh,range=symmetric,batch=100",
    "loss=mse,reduce=sum,optimizer=sgd,lr=0.0001",
    "hidden=linear,output=linear,loss=mse",
    "output=sigmoid2",
    "output=softmax",
    "output=softmax,loss=mae,batch=300",
    "output=tanh,loss=mse,layers=48",
]

HIDDEN = {
    "relu": functional.relu,
    "leaky_relu": lambda z: functional.leaky_relu(z, 0.01),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "linear": lambda z: z,
}
OUTPUT = {
    "sigmoid": torch.sigmoid,
    "relu": functional.relu,
    "linear": lambda z: z,
    "clip": lambda z: z.clamp(0.0, 1.0),
    "tanh01": lambda z: (torch.tanh(z) + 1.0) / 2.0,
    "softplus": functional.softplus,
    "tanh": torch.tanh,
    "softmax": lambda z: torch.softmax(z, 1),
    "sigmoid2": lambda z: torch.sigmoid(torch.sigmoid(z)),
}


def run(program, *arguments):
    result = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{program} {' '.join(map(str, arguments))} ended with {result.returncode}: {result.stderr}")
    return result.stdout


def read_images(folder):
    data = (folder / "train-images-idx3-ubyte").read_bytes()
    magic, count, rows, columns = struct.unpack(">4I", data[:16])
    assert (magic, rows, columns) == (2051, 28, 28) and len(data) == 16 + count * 784
    pixels = torch.frombuffer(bytearray(data[16:]), dtype=torch.uint8).reshape(count, 784)
    return pixels.to(torch.float32) / 255.0


def read_weights(path):
    """The layers in order, as (weight, bias), how many of them are the encoder's, gauss's ln s, and the spec."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    text = header.pop("__metadata__")["spec"]
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(bytearray(data[8 + size + begin : 8 + size + end]), dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"]).clone().requires_grad_(True)
    layers = []
    for part in ("encoder", "decoder"):
        index = 0
        while f"{part}.{index}.weight" in tensors:
            layers.append((tensors[f"{part}.{index}.weight"], tensors[f"{part}.{index}.bias"]))
            index += 2 # a module of activations stands between two layers
        if part == "encoder":
            encoders = len(layers)
    spec = {}
    for item in text.split(","):  # layers=128,64 has commas of its own
        key, equals, value = item.partition("=")
        if equals:
            spec[key] = value
    return layers, encoders, tensors.get("log_sigma"), spec


class Optimizer:
    def __init__(self, spec, parameters):
        self.kind, self.rate, self.step_count = spec["optimizer"], float(spec["lr"]), 0
        self.parameters = parameters
        self.state = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]

    @torch.no_grad()
    def step(self):
        self.step_count += 1
        for parameter, (m, v) in zip(self.parameters, self.state):
            getattr(self, self.kind)(parameter, m, v, parameter.grad)
            parameter.grad = None

    def adam(self, w, m, v, g):
        rate = self.rate * math.sqrt(1 - 0.999**self.step_count) / (1 - 0.9**self.step_count)
        m.mul_(0.9).add_(g, alpha=0.1)
        v.mul_(0.999).addcmul_(g, g, value=0.001)
        w.sub_(rate * m / (v.sqrt() + 1e-7))

    def adadelta(self, w, m, v, g):
        v.mul_(0.95).addcmul_(g, g, value=0.05)
        update = g * (m + 1e-7).sqrt() / (v + 1e-7).sqrt()
        m.mul_(0.95).addcmul_(update, update, value=0.05)
        w.sub_(self.rate * update)

    def sgd(self, w, m, v, g):
        m.mul_(0.9).sub_(g, alpha=self.rate)
        w.add_(m)


def forward(layers, encoders, spec, x):
    """The logits and the code."""
    for index, (weight, bias) in enumerate(layers):
        x = functional.linear(x, weight, bias)
        if index < len(layers) - 1:
            x = HIDDEN[spec["hidden"]](x)
        if index == encoders - 1:
            code = x
    return x, code


def measure_loss(spec, z, t, log_sigma):
    weight = torch.tensor(float(spec.get("weight", 2)) if spec["loss"] == "wbce" else 1.0)
    if spec["loss"] in ("bce", "wbce") and spec["output"] in ("sigmoid", "sigmoid2"):
        logit = torch.sigmoid(z) if spec["output"] == "sigmoid2" else z  # as those write it who do so by mistake
        return functional.binary_cross_entropy_with_logits(logit, t, pos_weight=weight)
    if spec["loss"] == "cb" and spec["output"] == "sigmoid":
        return -ContinuousBernoulli(logits=z, validate_args=False).log_prob(t).mean()
    p = OUTPUT[spec["output"]](z)
    if spec["loss"] == "cb":
        return -ContinuousBernoulli(probs=p.clamp(1e-7, 1.0 - 1e-7), validate_args=False).log_prob(t).mean()
    if spec["loss"] == "gauss":
        return torch.nn.GaussianNLLLoss(full=True, eps=1e-12)(p, t, (2 * log_sigma).exp().expand_as(t))
    if spec["loss"] in ("bce", "wbce"):
        q = p.clamp(1e-7, 1.0 - 1e-7)
        return -(weight * t * q.log() + (1.0 - t) * (1.0 - q).log()).mean()
    if spec["loss"] == "huber":
        return functional.huber_loss(p, t, delta=float(spec.get("delta", 0.1)))
    return {"mse": functional.mse_loss, "mae": functional.l1_loss}[spec["loss"]](p, t)


def train(path, images):
    layers, encoders, log_sigma, spec = read_weights(path)
    optimizer = Optimizer(spec, [p for layer in layers for p in layer] + ([] if log_sigma is None else [log_sigma]))
    deviation, mean = images.double().std(unbiased=False).item(), images.double().mean().item()
    scale, offset = {"symmetric": (2.0, -1.0), "standard": (1 / deviation, -mean / deviation)}.get(spec.get("range"), (1, 0))
    losses, prices = [], []
    for batch in images.split(int(spec["batch"])):
        z, code = forward(layers, encoders, spec, scale * batch + offset)
        t = (batch >= 0.5).float() if spec.get("targets") == "binary" else batch
        loss = measure_loss(spec, z, scale * t + offset, log_sigma)
        losses.append(loss.item())
        factor = 784 if spec.get("reduce") == "sum" else 1
        price = float(spec["l1"]) * code.abs().sum(1).mean()
        prices.append(price.item())
        (factor * (loss + price)).backward()
        optimizer.step()
    return losses, prices


def check_prices(report, expected):
    """Of each step what the code costs before its update, and their mean (all batches are of a size)."""
    found, entry = report["step_price"], report["history"][-1]
    assert len(found) == len(expected) and entry["step_price"] == found
    worst = max(abs(a - b) / b for a, b in zip(found, expected))
    assert worst <= TOLERANCE, f"prices differ by {worst:.1e}"
    assert abs(entry["train_price"] / (sum(found) / len(found)) - 1) < 1e-9


def compare(program, text, folder, images):
    initial = folder / "initial.safetensors"
    initial.unlink(missing_ok=True)
    options = ["--data", folder / "data", "--model", text, "--limit", IMAGES]
    run(program, "train", *options, "--epochs", 0, "-o", initial)
    more = ["--epochs", 1, "--no-shuffle", "--log", "step", "--init", initial]
    report = json.loads(run(program, "train", *options, *more))
    found, (expected, prices) = report["step_loss"], train(initial, images)
    if any(prices):
        check_prices(report, prices)
    else:
        assert "step_price" not in report
    assert len(found) == len(expected), f"{len(found)} steps, expected {len(expected)}"
    worst = max(abs(a - b) / abs(b) for a, b in zip(found, expected))
    print(f"{text or 'default':50} {len(found)} steps, {found[0]:.5f} to {found[-1]:.5f}, differs by {worst:.1e}")
    return worst <= TOLERANCE


def main():
    program = str(Path(sys.argv[1]).resolve())
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference.make_set(program, folder / "data", IMAGES, TEST_IMAGES)
        images = read_images(folder / "data")
        results = [compare(program, text, folder, images) for text in SPECS]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
