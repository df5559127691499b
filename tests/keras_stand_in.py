"""As much of Keras, by its documentation's definitions, in numpy, as it takes to build a model that `losslens code` prints
and to run it: Debian has no Keras. Pictures are (images, height, width, channels).
"""
import types

import numpy as np


def count_windows(size, side, step, padding):
    """How many there are, and the zeros before the picture: of "same" a window for each step, the odd zero behind."""
    if padding == "valid":
        return (size - side) // step + 1, 0
    windows = -(-size // step)
    return windows, max((windows - 1) * step + side - size, 0) // 2


class Layer:
    def __init__(self, name=None):
        self.name = name

    def add_loss(self, loss):
        pass

    def __call__(self, x):
        return self.call(x)


class Dense(Layer):
    def __init__(self, count, activation=None, name=None):
        super().__init__(name)
        self.count, self.activation = count, activation or (lambda z: z)
        self.weight, self.bias = weights_of(self)

    def set_weights(self, weights):
        self.weights = [values.astype(np.float64) for values in weights]

    def call(self, x):
        return self.activation(x @ self.weight + self.bias)


class Conv2D(Dense):
    def __init__(self, count, side, strides=1, padding="valid", **options):
        super().__init__(count, **options)
        self.side, self.step, self.padding = side, strides, padding

    def call(self, x):
        images, height, width, channels = x.shape
        assert self.weight.shape == (self.side, self.side, channels, self.count)
        (rows, above), (columns, left) = (count_windows(n, self.side, self.step, self.padding) for n in (height, width))
        wide = np.zeros((images, height + 2 * self.side + self.step, width + 2 * self.side + self.step, channels))
        wide[:, above:above + height, left:left + width] = x
        z = np.zeros((images, rows, columns, self.count))
        for i in range(rows):
            for j in range(columns):
                y, x = i * self.step, j * self.step
                z[:, i, j] = np.einsum("nyxi,yxio->no", wide[:, y:y + self.side, x:x + self.side], self.weight)
        return self.activation(z + self.bias)


class Conv2DTranspose(Conv2D):
    def call(self, x):
        images, height, width, channels = x.shape
        assert self.weight.shape == (self.side, self.side, self.count, channels)
        grown = max(self.side - self.step, 0) if self.padding == "valid" else 0
        to_height, to_width = height * self.step + grown, width * self.step + grown
        _, above = count_windows(to_height, self.side, self.step, self.padding)
        _, left = count_windows(to_width, self.side, self.step, self.padding)
        wide = np.zeros((images, to_height + 2 * self.side, to_width + 2 * self.side, self.count))
        for i in range(height):
            for j in range(width):
                y, at = i * self.step, j * self.step
                wide[:, y:y + self.side, at:at + self.side] += np.einsum("ni,yxoi->nyxo", x[:, i, j], self.weight)
        return self.activation(wide[:, above:above + to_height, left:left + to_width] + self.bias)


class MaxPooling2D(Layer):
    def __init__(self, size, padding="valid"):
        super().__init__()
        assert (size, padding) == (2, "same")

    def call(self, x):
        images, height, width, channels = x.shape
        wide = np.full((images, height + height % 2, width + width % 2, channels), -np.inf)
        wide[:, :height, :width] = x
        return wide.reshape(images, wide.shape[1] // 2, 2, wide.shape[2] // 2, 2, channels).max((2, 4))


class Does(Layer):
    def __init__(self, function):
        super().__init__()
        self.call = function


def softmax(z, axis):
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def weights_of(layer):
    """What the script's load gives a layer of that name."""
    script = layer.script
    script.trained = lambda model: [layer]
    script.load(None, layer.file)
    return layer.weights


def run(source, file, x):
    """What the script's model, loaded from the file, makes of images (count, 784)."""
    bound = {kind.__name__: type(kind.__name__, (kind,), {}) for kind in (Dense, Conv2D, Conv2DTranspose)}
    layers = types.SimpleNamespace(
        Layer=Layer, MaxPooling2D=MaxPooling2D, **bound, UpSampling2D=lambda n: Does(lambda x: x.repeat(n, 1).repeat(n, 2)),
        Flatten=lambda: Does(lambda x: x.reshape(len(x), -1)), Reshape=lambda shape: Does(lambda x: x.reshape(len(x), *shape)),
        Permute=lambda axes: Does(lambda x: x.transpose(0, *axes)), Activation=Does,
        ActivityRegularization=lambda l1: Does(lambda x: x), Rescaling=lambda scale, offset: Does(lambda x: scale * x + offset))
    ops = types.SimpleNamespace(exp=np.exp, sum=np.sum, mean=np.mean, tanh=np.tanh, softmax=softmax,
                                relu=lambda z: np.maximum(z, 0), sigmoid=lambda z: 1 / (1 + np.exp(-z)))
    keras = types.SimpleNamespace(layers=layers, ops=ops, Input=lambda shape: x, Model=lambda inputs, outputs: outputs,
                                  Variable=lambda value, name: types.SimpleNamespace(assign=lambda value: None))
    script = types.ModuleType("script")
    script.keras = keras
    exec(compile(source.replace("\nimport keras\n", "\n"), "script", "exec"), script.__dict__)
    for kind in bound.values():
        kind.script, kind.file = script, file
    return script.build()
