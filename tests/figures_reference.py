"""What figures_test.py, pictures_test.py, film_test.py and report_test.py share: a small data set and the
program run on it, trained models whose outputs and figures numpy computes, the rules of the claims, and the colours of
a picture."""
import itertools
import json
import math
import os
import re
import shutil
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

import cli_reference as reference

TRAIN_IMAGES, TEST_IMAGES = 700, 300
LOSSES = list(reference.LOSS)
MATRIX_LOSSES = LOSSES[:3]  # its columns before anybody chooses others
OUTPUTS = ["sigmoid", "relu", "linear", "clip", "tanh01", "softplus", "tanh", "sigmoid2", "softmax"]
LABELS = {"sigmoid": "sigmoid", "relu": "ReLU", "linear": "linear", "clip": "clip"}
APP = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "app")


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def parse_json(text):
    """Strictly: NaN and Infinity are no JSON."""
    return json.loads(text, parse_constant=refuse_constant)


# ---- the program on a small data set ---------------------------------------------------------------------------------

def restore_signals():
    # A parent in the background may have handed down that SIGINT is ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Lab:
    """A folder of a run's own with the first of the built-in digits, and the program, which sees no display."""

    def __init__(self, program):
        self.program = os.path.abspath(program) if os.path.exists(program) else program
        self.folder = tempfile.mkdtemp(prefix="losslens-figures-")
        self.data = self.path("small")
        self.models, self.numbers = {}, itertools.count(1)
        self.environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        reference.make_set(self.program, self.data, TRAIN_IMAGES, TEST_IMAGES)
        self.train_pixels = reference.read_digits(self.data, "train")[0] / 255
        self.test_pixels = reference.read_digits(self.data, "t10k")[0] / 255

    def close(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def new_path(self, end):
        return self.path(f"{next(self.numbers)}{end}")

    def start(self, *arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True,
                   "preexec_fn": restore_signals, "env": self.environment, **options}
        return subprocess.Popen([self.program, *map(str, arguments)], **options)

    def run(self, *arguments, timeout=120, **options):
        process = self.start(*arguments, **options)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def run_small(self, command, *arguments, **options):
        return self.run(command, "--data", self.data, *arguments, **options)

    def shot(self, *arguments, timeout=120):
        """The figures of a picture; the picture itself is at the JSON's `file`."""
        file = self.new_path(".png")
        size = [] if "--size" in arguments else ["--size", "960x600"]  # the smallest is the quickest
        result = self.run_small("shot", "--json", "-o", file, *size, *arguments, timeout=timeout)
        assert result.returncode == 0, (arguments, result.stderr)
        figures = parse_json(result.stdout)
        assert figures["file"] == file
        return figures

    def trained(self, spec, epochs, *arguments):
        """What `losslens train` makes of a spec, which trains exactly as shot, film and report do."""
        key = (spec, epochs, *map(str, arguments))
        if key not in self.models:
            file = self.new_path(".safetensors")
            result = self.run_small("train", "--model", spec, "--epochs", epochs, "-o", file, *arguments)
            assert result.returncode == 0, result.stderr
            self.models[key] = Model(parse_json(result.stdout)["spec"], reference.read_safetensors(file)[0], self.test_pixels)
        return self.models[key]


def spec_text(spec, **changes):
    """A spec as the program writes it, with other values for some keys."""
    keys = {**reference.parse_spec(spec), **{key: str(value) for key, value in changes.items()}}
    return ",".join(f"{key}={value}" for key, value in keys.items())


# ---- models ----------------------------------------------------------------------------------------------------------

def clip_output(p):
    low = np.float32(1e-7)  # float32 has no number between 1 - 1.2e-7 and 1 - 0.6e-7: the clip is the format's
    return np.clip(np.float32(p), low, np.float32(1) - low).astype(np.float64)


OUTPUT_SLOPE = {"sigmoid": lambda z: reference.sigmoid(z) * reference.sigmoid(-z),
                "relu": lambda z: (z > 0) * 1.0, "linear": np.ones_like, "clip": lambda z: ((z > 0) & (z < 1)) * 1.0,
                "tanh01": lambda z: 2 * reference.sigmoid(2 * z) * reference.sigmoid(-2 * z),
                "softplus": reference.sigmoid, "tanh": lambda z: 1 - np.tanh(z) ** 2,
                "softmax": lambda z: reference.softmax(z) * (1 - reference.softmax(z)),
                "sigmoid2": lambda z: (reference.sigmoid(reference.sigmoid(z)) * reference.sigmoid(-reference.sigmoid(z))
                                       * reference.sigmoid(z) * reference.sigmoid(-z))}


def cb_mean(z):
    """Of the continuous Bernoulli of a logit."""
    near = np.abs(z) < 1e-3
    far = np.where(near, 1.0, z)
    return np.where(near, 0.5 + z / 12, -1 / np.expm1(-far) - 1 / far)


class Model:
    """Weights that the program trained. Images and outputs are in double precision, z and p (count, 784)."""

    def __init__(self, spec, tensors, test=None):
        self.test = test  # over which gauss's spread is the best, where the model has not learnt one
        self.text, self.spec, self.tensors = spec, reference.parse_spec(spec), tensors
        self.measured = None

    def outputs(self, t):
        z = reference.forward(self.spec, self.tensors, t)
        return z, reference.OUTPUT[self.spec["output"]](z)

    def losses(self, loss, z, t, is_set=False):
        """is_set: a whole set, which has a best spread of its own."""
        p = reference.OUTPUT[self.spec["output"]](z)
        return reference.LOSS[loss](self.spec if is_set and "log_sigma" not in self.tensors else self.settings(), z, p, t)

    def settings(self):
        return {**self.spec, "log_sigma": np.log(self.measure(self.test)["sigma"])}

    def slopes(self, loss, z, t):
        """dL/dz through the model's own output."""
        p = reference.OUTPUT[self.spec["output"]](z)
        weight = float(self.spec.get("weight", 2)) if loss == "wbce" else 1
        delta = float(self.spec.get("delta", 0.1))
        if loss in ("bce", "wbce") and self.spec["output"] == "sigmoid":
            return (1 - t) * p - weight * t * (1 - p)
        if loss == "cb" and self.spec["output"] == "sigmoid":
            return cb_mean(z) - t
        if loss in ("bce", "wbce"):
            q = clip_output(p)
            inside = (p >= np.float32(1e-7)) & (p <= 1 - np.float32(1e-7))
            slope = np.where(inside, ((1 - t) * q - weight * t * (1 - q)) / (q * (1 - q)), 0.0)
        elif loss == "cb":
            q = clip_output(p)
            inside = (p >= np.float32(1e-7)) & (p <= 1 - np.float32(1e-7))
            slope = np.where(inside, (cb_mean(np.log(q) - np.log1p(-q)) - t) / (q * (1 - q)), 0.0)
        elif loss == "gauss":
            slope = (p - t) * np.exp(-2 * self.settings()["log_sigma"])
        else:
            slope = {"mse": 2 * (p - t), "mae": np.sign(p - t), "huber": np.clip(p - t, -delta, delta)}[loss]
        return slope * OUTPUT_SLOPE[self.spec["output"]](z)

    def measure(self, t):
        """Every figure over a set, as cli_reference.measure has them, and the maps of its pixels."""
        if self.measured is None:
            p = self.outputs(t)[1]
            self.measured = {**reference.measure(self.text, self.tensors, t * 255), "mean_map": p.mean(axis=0),
                             "dead_map": (p.astype(np.float32) == 0).mean(axis=0)}
        return self.measured


def distance(a, b, t):
    return np.abs(a.outputs(t)[1] - b.outputs(t)[1]).mean()


def facts(t):
    """What a set's own pixels say."""
    mean = t.mean(axis=0)
    single = t.astype(np.float32)
    return {"images": len(t), "mean_input": t.mean(), "bce_floor": reference.entropy(t).mean(),
            **{f"mean_image_{key}": lose({"output": "linear"}, None, mean, t).mean() for key, lose in reference.LOSS.items()},
            "below_002": (single < 0.02).mean(),
            "above_098": (single > 0.98).mean(), "ink": (t > 0).mean(), "full_ink": (t == 1).sum() / (t > 0).sum()}


def check_test(case, test, model, t):
    """One model's `test` against numpy."""
    expected, pixels = model.measure(t), t.size
    for key in (*LOSSES, "sigma", "excess_bce", "psnr", "mean_input", "mean_output"):
        case.assertAlmostEqual(test[key], expected[key], delta=2e-5 * abs(expected[key]) + 1e-7, msg=key)
    case.assertAlmostEqual(test["bias"], expected["bias"], delta=1e-6)
    for group, value in expected["bias_by_target"].items():
        case.assertAlmostEqual(test["bias_by_target"][group], value, delta=2e-5, msg=group)
    for key in ("below_0", "far_below_0", "above_1", "below_002", "above_098"):
        case.assertAlmostEqual(test[key] * pixels, expected[key], delta=5, msg=key)
    case.assertAlmostEqual(test["dead_outputs"], expected["dead_outputs"], delta=1)
    case.assertAlmostEqual(test["never_lit"], expected["never_lit"], delta=1)
    case.assertEqual(test["rightly_black"], test["dead_outputs"] - test["never_lit"])
    case.assertEqual(test["dead_code_units"], expected["dead_code_units"])
    case.assertEqual(test["nonfinite"], 0)
    for key in ("input", "output"):
        difference = np.abs(np.array(test["histogram"][key]) - expected["histogram"][key]).sum()
        case.assertLessEqual(difference, 20, key)


# ---- claims ----------------------------------------------------------------------------------------------------------

class Claims:
    """The figures behind each claim, and the verdicts that follow from them. find: spec -> Model, None: it broke."""

    def __init__(self, find, a, b, t):
        self.t, self.facts = t, facts(t)
        pairs = [(output, loss) for output in LABELS for loss in ("bce", "mse")]
        seed = int(reference.parse_spec(a)["seed"]) + 1
        twin = spec_text(a, output="sigmoid", loss="bce", seed=seed)
        specs = [spec_text(a, output=output, loss=loss) for output, loss in pairs] + [twin, a, b]
        with ThreadPoolExecutor(2) as pool:
            models = list(pool.map(find, specs))
        self.of, self.twin = dict(zip(pairs, models)), models[-3]
        self.bce, self.mse = self.of["sigmoid", "bce"], self.of["sigmoid", "mse"]
        self.sides = {"A": models[-2], "B": models[-1]}

    def row(self, find, models):
        return {name: find(model.measure(self.t)) for name, model in models.items() if model}

    def far(self, a, b):
        return distance(a, b, self.t)

    def by_output(self, loss):
        return {LABELS[output]: self.of[output, loss] for output in LABELS}

    def figures(self):
        pair = {**self.sides, "BCE": self.bce, "MSE": self.mse}
        seeds, fit = {**pair, "seed+1": self.twin}, {**self.sides, "BCE": self.bce}
        shares = {key: lambda m, key=key: m[key] / self.t.size for key in ("below_002", "above_098")}
        outside = lambda m: (m["below_0"] + m["above_1"]) / self.t.size
        with_mse, with_bce = {**self.sides, **self.by_output("mse")}, self.by_output("bce")
        f = self.facts
        bias = {f"bias_{group}": self.row(lambda m, group=group: m["bias_by_target"][group], pair)
                for group in ("zero", "dark", "bright", "one")}
        return {
            "sigmoid": {"mse": self.row(lambda m: m["mse"], with_mse), "outside": self.row(outside, with_mse),
                        "dead_outputs": self.row(lambda m: m["dead_outputs"], with_mse),
                        "nonfinite": self.row(lambda m: 0, with_mse),
                        "mse_trained_with_bce": self.row(lambda m: m["mse"], with_bce),
                        "outside_trained_with_bce": self.row(outside, with_bce),
                        "dead_outputs_trained_with_bce": self.row(lambda m: m["dead_outputs"], with_bce),
                        "nonfinite_trained_with_bce": self.row(lambda m: 0, with_bce)},
            "dim": {"bias": self.row(lambda m: m["bias"], pair), **bias},
            "optimum": {"bce": self.row(lambda m: m["bce"], seeds), "mse": self.row(lambda m: m["mse"], seeds),
                        "distance": {"B": self.far(self.sides["A"], self.sides["B"]),
                                     "MSE": self.far(self.bce, self.mse), "seed+1": self.far(self.bce, self.twin)}},
            "binary": {"below_002": {**self.row(shares["below_002"], pair), "input": f["below_002"]},
                       "above_098": {**self.row(shares["above_098"], pair), "input": f["above_098"]},
                       "full_ink": {"input": f["full_ink"]}},
            "fit": {"bce": self.row(lambda m: m["bce"], fit),
                    "to_floor": self.row(lambda m: m["bce"] - f["bce_floor"], fit),
                    "to_mean_image": self.row(lambda m: m["bce"] - f["mean_image_bce"], fit),
                    "to_ln_2": self.row(lambda m: m["bce"] - math.log(2), fit),
                    "way_to_floor": self.row(self.way, fit)}}

    def way(self, m):
        return (self.facts["mean_image_bce"] - m["bce"]) / (self.facts["mean_image_bce"] - self.facts["bce_floor"])

    def verdicts(self, rules):
        """As the rules' sentences say it, with the numbers that stand in them. rules: claim's key -> sentence."""
        bce, mse, f = self.bce.measure(self.t), self.mse.measure(self.t), self.facts
        limit, = read_numbers(rules["sigmoid"], r"test MSE is at most ([\d.]+) times the sigmoid's")
        share, = read_numbers(rules["dim"], r"at least ([\d.]+) % of the mean input below")
        same, near = read_numbers(rules["optimum"], r"at most ([\d.]+) times .* partly true up to ([\d.]+) times")
        low, high = read_numbers(rules["binary"], r"lie below ([\d.]+) or above ([\d.]+),")
        far, = read_numbers(rules["fit"], r"true if less than half of it is done, partly true below ([\d.]+) %")
        good = sum(any(self.of[output, loss] and self.of[output, loss].measure(self.t)["mse"] <= limit *
                       self.of["sigmoid", loss].measure(self.t)["mse"] for output in ("relu", "linear", "clip"))
                   for loss in ("bce", "mse"))
        dims = bce["bias"] <= -share / 100 * f["mean_input"]
        more = bce["bias"] - mse["bias"] <= -share / 100 * f["mean_input"]
        ratio = self.far(self.bce, self.mse) / self.far(self.bce, self.twin)
        p = self.bce.outputs(self.t)[1]
        sharp = ((p < low) | (p > high)).mean() >= ((self.t < low) | (self.t > high)).mean()
        way = self.way(bce)
        return {"sigmoid": ["true", "partly true", "false"][good],
                "dim": "true" if dims and more else "partly true" if dims else "false",
                "optimum": "true" if ratio <= same else "partly true" if ratio <= near else "false",
                "binary": "true" if f["full_ink"] >= 0.5 else "partly true" if sharp else "false",
                "fit": "true" if way < 0.5 else "partly true" if way < far / 100 else "false"}


def read_numbers(sentence, pattern):
    found = re.search(pattern, sentence)
    assert found, (sentence, pattern)
    return [float(number) for number in found.groups()]


def tolerance(key, value):
    """How far a figure of a claim may be from numpy's."""
    if "outside" in key or key in ("below_002", "above_098"):
        return 5 / TEST_IMAGES / 784
    if "dead" in key or "nonfinite" in key:
        return 1
    if "bias" in key or key == "distance":
        return 2e-5
    return 2e-5 * abs(value) + (2e-4 if key == "way_to_floor" else 1e-5 if key.startswith("to_") else 1e-7)


def check_claim_figures(case, figures, expected):
    """The figures of one claim: the same rows and columns, the values near enough."""
    case.assertEqual(list(figures), list(expected))
    for key, columns in expected.items():
        case.assertEqual(sorted(figures[key]), sorted(columns), key)
        for column, value in columns.items():
            case.assertAlmostEqual(figures[key][column], value, delta=tolerance(key, value), msg=(key, column))


# ---- pictures --------------------------------------------------------------------------------------------------------

def read_picture(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(np.int16)


def read_settings(path):
    """The JSON in a picture's text chunk; a picture that is not whole is refused."""
    with Image.open(path) as image:
        image.load()
        assert image.format == "PNG"
        return parse_json(image.text["losslens"])


def read_palette():
    """The dark palette: stops (at, r, g, b) of its two ramps, and the two marks."""
    with open(os.path.join(APP, "draw/palette.c"), encoding="utf-8") as file:
        text = file.read()
    dark = text[text.index("PALETTE_DARK = {"):text.index("PALETTE_LIGHT = {")]
    ramps = [np.array([[float(at.rstrip("F")), *bytes.fromhex(color)] for at, color in
                       re.findall(r"\{(-?[0-9.]+F?), 0x([0-9a-f]{6})ff\}", re.search(name + r" = (.*?\}\})", dark, re.S)[1])])
             for name in ("heat", "plus_minus")]
    marks = [list(bytes.fromhex(re.search(r"#define %s +0x([0-9a-f]{6})ff" % name, text)[1]))
             for name in ("BELOW", "ABOVE")]
    return *ramps, np.array(marks, float)


HEAT, SIGNED, MARKS = read_palette()


def grey(values, is_strong=True):
    """Colours of digits: a fixed grey scale; below 0 and above 1 hatched, as strongly as far from it."""
    colors = np.repeat(np.clip(values, 0, 1)[..., None] * 255, 3, axis=-1)
    for beyond, mark, least in ((-values, MARKS[0], 0.12), (values - 1, MARKS[1], 0.18)):
        share = np.clip((beyond - 1 / 255) / (0.2 - 1 / 255), 0, 1)
        strength = np.where(beyond > 1 / 255, least + (1 - least) * share, 0) * (1 if is_strong else 0.42)
        colors += (mark - colors) * strength[..., None]
    return colors


def unmarked(values):
    """The same, NaN where a pixel is hatched: its colour is another in every place."""
    return np.where((grey(values, True) == grey(values, False)).all(axis=-1)[..., None], grey(values), np.nan)


def paint(values, scale, is_signed):
    """Colours of a heatmap: 0 .. scale, or -scale .. scale."""
    ramp, position = SIGNED if is_signed else HEAT, np.clip(values / scale, -1, 1)
    return np.stack([np.interp(position, ramp[:, 0], ramp[:, i]) for i in (1, 2, 3)], axis=-1)


def find_color(area, color, tolerance):
    """All places (rows, columns) of a colour in a picture. Channel by channel: the first leaves few for the others."""
    places = np.nonzero(np.abs(area[..., 0] - color[0]) <= tolerance)
    for channel in (1, 2):
        near = np.abs(area[(*places, channel)] - color[channel]) <= tolerance
        places = places[0][near], places[1][near]
    return places


def locate(picture, colors, side):
    """Where an image of these colours (784, 3) is, each of its pixels a square of `side`: all places (y, x). The four
    pixels of its first corner may carry a frame and do not count, and neither do those whose colour is NaN."""
    height, width = picture.shape[0] - 28 * side + 1, picture.shape[1] - 28 * side + 1
    rows, columns = np.divmod(np.arange(784), 28)
    # the pixels that differ most from their neighbours first: they leave few places
    order = np.argsort(-np.abs(np.diff(np.nan_to_num(colors), axis=0, prepend=0)).sum(axis=1), kind="stable")
    order = order[((rows[order] > 1) | (columns[order] > 1)) & np.isfinite(colors[order, 0])]
    places = None
    for pixel in order:
        for corner in (0, side - 1):
            row, column = rows[pixel] * side + corner, columns[pixel] * side + corner
            if places is None:
                places = find_color(picture[row:row + height, column:column + width], colors[pixel], 2)
                continue
            near = (np.abs(picture[places[0] + row, places[1] + column] - colors[pixel]) <= 2).all(axis=-1)
            places = places[0][near], places[1][near]
        if len(places[0]) == 0:
            return []
    return list(zip(places[0].tolist(), places[1].tolist()))


def filter_area(colors, side):
    """An image of these colours (784, 3) drawn `side` pixels wide: each pixel the mean of what it covers, by area; NaN where
    that is not known. (side, side, 3)"""
    edges = np.arange(29) * side / 28
    start = np.arange(side)[:, None]
    weights = np.clip(np.minimum(start + 1, edges[1:]) - np.maximum(start, edges[:-1]), 0, None)  # (side, 28)
    image = colors.reshape(28, 28, 3)
    filtered = np.einsum("yr,xc,rck->yxk", weights, weights, np.nan_to_num(image), optimize=True)
    unknown = weights @ np.isnan(image[:, :, 0]) @ weights.T > 1e-9
    filtered[unknown] = np.nan
    return filtered


def locate_filtered(picture, colors, side, tolerance=4):
    """All places (y, x) of such an image, of whatever whole width."""
    image = filter_area(colors, side)
    height, width = picture.shape[0] - side + 1, picture.shape[1] - side + 1
    order = np.argsort(-np.abs(np.diff(np.nan_to_num(image), axis=0, prepend=0)).sum(axis=2), axis=None, kind="stable")
    places = None
    for pixel in order:
        row, column = divmod(int(pixel), side)
        if np.isnan(image[row, column, 0]):
            continue
        if places is None:
            places = find_color(picture[row:row + height, column:column + width], image[row, column], tolerance)
        else:
            near = (np.abs(picture[places[0] + row, places[1] + column] - image[row, column]) <= tolerance).all(axis=-1)
            places = places[0][near], places[1][near]
        if len(places[0]) == 0:
            return []
    return list(zip(places[0].tolist(), places[1].tolist()))


def find_bad_pixels(picture, place, variants, side, is_marked=None):
    """The image's pixels (784) of which a screen pixel is none of the variants' colours within 2 levels. Of a marked
    one, whose edges may carry an outline, only the inside counts."""
    y, x = place
    block = picture[y:y + 28 * side, x:x + 28 * side].reshape(28, side, 28, side, 3).swapaxes(1, 2)
    good = np.zeros((28, 28, side, side), bool)
    for colors in variants:
        good |= (np.abs(block - colors.reshape(28, 28, 1, 1, 3)) <= 2).all(axis=-1)
    bad = ~good.all(axis=(2, 3))
    if is_marked is not None and side > 2:
        bad = np.where(is_marked.reshape(28, 28), ~good[:, :, 1:-1, 1:-1].all(axis=(2, 3)), bad)
    return bad.ravel()
