"""What cli_test.py holds the program against: the formulas written out in numpy, and the file formats read by hand."""
import gzip
import hashlib
import json
import math
import os
import struct
import subprocess
import tempfile

import numpy as np


# ---- files -----------------------------------------------------------------------------------------------------------

def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


def read_idx(folder, name):
    plain = os.path.join(folder, name)
    data = read_bytes(plain) if os.path.exists(plain) else gzip.decompress(read_bytes(plain + ".gz"))
    rank = data[3]
    shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_digits(folder, split):
    """Images (count, 784) and labels (count), as bytes."""
    images = read_idx(folder, f"{split}-images-idx3-ubyte")
    return images.reshape(len(images), 784), read_idx(folder, f"{split}-labels-idx1-ubyte")


def write_digits(folder, split, images, labels):
    with open(os.path.join(folder, f"{split}-images-idx3-ubyte"), "wb") as file:
        file.write(struct.pack(">4I", 0x803, len(images), 28, 28) + images.tobytes())
    with open(os.path.join(folder, f"{split}-labels-idx1-ubyte"), "wb") as file:
        file.write(struct.pack(">2I", 0x801, len(labels)) + labels.tobytes())


def read_first(folder, name, count):
    """The first of the images or labels in a file of an export, which is read no further."""
    with gzip.open(os.path.join(folder, name + ".gz")) as file:
        rank = file.read(4)[3]
        shape = (count, *struct.unpack(f">{rank}I", file.read(4 * rank))[1:])
        return np.frombuffer(file.read(math.prod(shape)), np.uint8).reshape(shape)


def make_set(program, folder, train, test):
    """A data set of the first of the built-in digits. LOSSLENS_DIGITS: where all of them lie exported, if they do."""
    with tempfile.TemporaryDirectory(prefix="losslens-digits-") as own:
        whole = os.environ.get("LOSSLENS_DIGITS") or os.path.join(own, "whole")
        if not os.path.exists(whole):
            subprocess.run([program, "data", "export", whole], check=True, capture_output=True, timeout=300)
        os.mkdir(folder)
        for split, count in (("train", train), ("t10k", test)):
            write_digits(folder, split, read_first(whole, f"{split}-images-idx3-ubyte", count).reshape(count, 784),
                         read_first(whole, f"{split}-labels-idx1-ubyte", count))


def read_safetensors(path):
    """Name -> float32 array in the order of the file's bytes, and the metadata."""
    data = read_bytes(path)
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    tensors, end = {}, 0
    for name, row in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        assert row["dtype"] == "F32" and row["data_offsets"][0] == end
        begin, end = row["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + size + begin:8 + size + end], "<f4").reshape(row["shape"])
    assert 8 + size + end == len(data)
    return tensors, metadata


def pack_safetensors(tensors, metadata):
    header = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(values.astype("<f4").tobytes() for values in tensors.values())


def digest(tensors):
    return hashlib.sha256(b"".join(values.astype("<f4").tobytes() for values in tensors.values())).hexdigest()


# ---- the model -------------------------------------------------------------------------------------------------------

def parse_spec(text):
    spec, key = {}, None
    for item in text.split(","):
        key, value = item.split("=") if "=" in item else (key, spec[key] + "," + item)
        spec[key] = value
    return spec


def sigmoid(z):
    return np.where(z < 0, np.exp(-np.abs(z)), 1.0) / (1 + np.exp(-np.abs(z)))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


OUTPUT = {"sigmoid": sigmoid, "relu": lambda z: np.maximum(z, 0), "linear": lambda z: z,
          "clip": lambda z: np.clip(z, 0, 1), "tanh01": lambda z: (np.tanh(z) + 1) / 2,
          "softplus": lambda z: np.logaddexp(0, z), "softmax": softmax, "tanh": np.tanh, "sigmoid2": lambda z: sigmoid(sigmoid(z))}
HIDDEN = {"relu": OUTPUT["relu"], "tanh": np.tanh, "sigmoid": sigmoid}


def layers_of(tensors):
    """Weights and biases in turn, in double precision: without gauss's spread."""
    return [array.astype(np.float64) for name, array in tensors.items() if name != "log_sigma"]


def forward(spec, tensors, x):
    """Logits of the output layer, in double precision."""
    values = layers_of(tensors)
    for weight, bias in zip(values[0:-2:2], values[1:-2:2]):
        x = HIDDEN[spec["hidden"]](x @ weight.T + bias)
    return x @ values[-2].T + values[-1]


def encode(spec, tensors, x):
    """What the code says: of the narrowest hidden layer, the first of equals."""
    values = layers_of(tensors)
    layers = list(zip(values[0:-2:2], values[1:-2:2]))
    for weight, bias in layers[:1 + min(range(len(layers)), key=lambda i: len(layers[i][1]))]:
        x = HIDDEN[spec["hidden"]](x @ weight.T + bias)
    return x


def entropy(t):
    inside = np.clip(t, 1e-300, 1)
    other = np.clip(1 - t, 1e-300, 1)
    return -(t * np.log(inside) + (1 - t) * np.log(other))


def bce(spec, z, p, t):
    return wbce(spec, z, p, t, 1)


def wbce(spec, z, p, t, weight):
    """Weighted BCE; BCE where the weight is 1."""
    if spec["output"] == "sigmoid" and weight != 1:
        tail = np.log1p(np.exp(-np.abs(z)))
        return (1 - t) * (np.maximum(z, 0) + tail) + weight * t * (np.maximum(-z, 0) + tail)
    if spec["output"] == "sigmoid":
        return np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))
    low = np.float32(1e-7) # float32 has no number between 1 - 1.2e-7 and 1 - 0.6e-7: the clip is the format's
    q = np.clip(p.astype(np.float32), low, np.float32(1) - low).astype(np.float64)
    return -(weight * t * np.log(q) + (1 - t) * np.log(1 - q))


# Each loss of a pixel; what the spec does not say is the default.
LOSS = {"bce": bce,
        "mse": lambda spec, z, p, t: (p - t) ** 2,
        "mae": lambda spec, z, p, t: np.abs(p - t),
        "huber": lambda spec, z, p, t: huber(p - t, float(spec.get("delta", 0.1))),
        "wbce": lambda spec, z, p, t: wbce(spec, z, p, t, float(spec.get("weight", 2))),
        "cb": lambda spec, z, p, t: cb(spec, z, p, t),
        "gauss": lambda spec, z, p, t: gauss(p - t, spec.get("log_sigma"))}


def log_normaliser(z):
    """ln C of the continuous Bernoulli of a logit, C = z / tanh(z / 2)."""
    near = np.abs(z) < 1e-4
    far = np.where(near, 1.0, z)
    return np.where(near, np.log(2) + z ** 2 / 12, np.log(far / np.tanh(far / 2)))


def cb(spec, z, p, t):
    if spec["output"] != "sigmoid":
        low = np.float32(1e-7)
        q = np.clip(p.astype(np.float32), low, np.float32(1) - low).astype(np.float64)
        z = np.log(q) - np.log1p(-q)
    return bce(spec, z, p, t) - log_normaliser(z)


def gauss(d, log_sigma=None):
    """None: with the spread that makes it least over all of d."""
    if log_sigma is None:
        log_sigma = np.log((d ** 2).mean()) / 2
    return d ** 2 / 2 * np.exp(-2 * log_sigma) + log_sigma + np.log(2 * np.pi) / 2


def huber(d, delta):
    return np.where(np.abs(d) <= delta, d ** 2 / 2, delta * (np.abs(d) - delta / 2))


def histogram(values):
    return np.concatenate([[(values < 0).sum()], np.histogram(values[(values >= 0) & (values <= 1)], 64, (0, 1))[0],
                           [(values > 1).sum()]])


def find_range(spec, metadata):
    """Scale and offset: what a model makes of a pixel."""
    if spec.get("range") == "standard":
        deviation = float(metadata["deviation"])
        return 1 / deviation, -float(metadata["mean"]) / deviation
    return (2.0, -1.0) if spec.get("range") == "symmetric" else (1.0, 0.0)


def lose(spec, z, p, t):
    """The spec's own loss."""
    return LOSS[spec["loss"]](spec, z, p, t).mean()


def measure(spec_text, tensors, images, metadata=None):
    """The figures of the JSON's `test`; the shares as counts of pixels."""
    spec = parse_spec(spec_text)
    t = images / 255
    scale, offset = find_range(spec, metadata)
    x = scale * t + offset
    z = forward(spec, tensors, x)
    own = OUTPUT[spec["output"]](z)
    if spec.get("targets") == "binary":
        t = (images >= 128).astype(float)
    log_sigma = float(tensors["log_sigma"][0]) if "log_sigma" in tensors else None
    in_range = lose({**spec, "log_sigma": log_sigma}, z, own, scale * t + offset)
    p = (own - offset) / scale
    spec = spec if log_sigma is None else {**spec, "log_sigma": log_sigma - np.log(scale)}
    spec = spec if scale == 1 else {**spec, "output": "of another range"}
    single = p.astype(np.float32)
    floor = entropy(t).mean()
    losses = {key: one(spec, z, p, t).mean() for key, one in LOSS.items()}
    extra = {} if scale == 1 else {"loss_in_range": in_range}
    groups = {"zero": t == 0, "dark": (t > 0) & (t < 0.5), "bright": (t >= 0.5) & (t < 1), "one": t == 1}
    sigma = np.sqrt(losses["mse"]) if log_sigma is None else np.exp(spec["log_sigma"])
    return {**extra, **losses, "sigma": sigma, "bce_floor": floor, "excess_bce": losses["bce"] - floor,
            "psnr": 10 * math.log10(1 / losses["mse"]), "mean_input": t.mean(), "mean_output": p.mean(),
            "bias": p.mean() - t.mean(),
            "bias_by_target": {name: (p - t)[mask].mean() for name, mask in groups.items() if mask.any()},
            "below_0": (single < 0).sum(), "far_below_0": (single < np.float32(-0.02)).sum(), "above_1": (single > 1).sum(), "below_002": (single < 0.02).sum(),
            "above_098": (single > 0.98).sum(), "dead_outputs": (single == 0).all(axis=0).sum(),
            "never_lit": ((single == 0).all(axis=0) & (t > 0).any(axis=0)).sum(),
            "dead_code_units": (encode(spec, tensors, x).var(axis=0) < 1e-12).sum(),
            "histogram": {"input": histogram(t.astype(np.float32)), "output": histogram(single)}}


def gradient(x):
    across, down = np.gradient(x, axis=2), np.gradient(x, axis=1)
    return np.hypot(across, down).mean()


def ssim(t, p):
    """Wang et al. 2004, as a sum over each window of 11x11."""
    line = np.exp(-np.arange(-5, 6) ** 2 / (2 * 1.5 ** 2))
    window = np.outer(line, line) / line.sum() ** 2
    mean = lambda x: np.einsum("nijkl,kl->nij", np.lib.stride_tricks.sliding_window_view(x, (11, 11), (1, 2)), window)
    mt, mp = mean(t), mean(p)
    both, each = mean(t * p) - mt * mp, mean(t * t) - mt ** 2 + mean(p * p) - mp ** 2
    return ((2 * mt * mp + 1e-4) * (2 * both + 9e-4) / ((mt ** 2 + mp ** 2 + 1e-4) * (each + 9e-4))).mean()


def measure_appearance(spec_text, tensors, images, metadata=None):
    spec = parse_spec(spec_text)
    scale, offset = find_range(spec, metadata)
    own = OUTPUT[spec["output"]](forward(spec, tensors, scale * images / 255 + offset))
    t = (images >= 128).astype(float) if spec.get("targets") == "binary" else images / 255
    t, p = t.reshape(-1, 28, 28), ((own - offset) / scale).reshape(-1, 28, 28)
    return {"sharpness": gradient(p) / gradient(t), "ssim": ssim(t, p)}


# ---- training: one hidden layer of ReLU, Adam ------------------------------------------------------------------------

def gradients(spec, weights, t):
    """Loss and gradient of a batch."""
    w1, b1, w2, b2 = weights
    a = t @ w1.T + b1
    h = np.maximum(a, 0)
    z = h @ w2.T + b2
    p = OUTPUT[spec["output"]](z)
    if spec["loss"] == "bce":
        loss, slope = bce(spec, z, p, t).mean(), p - t
    else:
        loss, slope = ((p - t) ** 2).mean(), 2 * (p - t) * (p * (1 - p) if spec["output"] == "sigmoid" else 1)
    slope = slope / t.size
    below = (slope @ w2) * (a > 0)
    return loss, [below.T @ t, below.sum(0), slope.T @ h, slope.sum(0)]


def train(spec_text, tensors, images):
    """One epoch in the images' order: the loss of each batch before its update, and the weights after all."""
    spec = parse_spec(spec_text)
    assert spec["hidden"] == "relu" and spec["optimizer"] == "adam"
    t, batch, rate = images / 255, int(spec["batch"]), float(spec["lr"])
    weights = [values.astype(np.float64) for values in tensors.values()]
    m, v = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    losses = []
    for step, first in enumerate(range(0, len(t), batch), 1):
        loss, slopes = gradients(spec, weights, t[first:first + batch])
        losses.append(loss)
        scaled = rate * math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
        for i, g in enumerate(slopes):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g * g
            weights[i] -= scaled * m[i] / (np.sqrt(v[i]) + 1e-7)
    return losses, dict(zip(tensors, weights))
