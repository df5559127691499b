#!/usr/bin/env python3
"""The colours that `losslens shot` draws, against numpy: outputs and every heatmap, in every view that has some.

shot and train give the same weights, bit for bit, so that all is recomputed from the weights that train exports.
Usage: pictures_test.py PATH_TO_LOSSLENS [unittest's arguments]
"""
import sys
import unittest

import numpy as np

import cli_reference as reference
import figures_reference as lab_reference
from figures_reference import LOSSES, TEST_IMAGES

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
LAB = None


def setUpModule():
    global LAB
    LAB = lab_reference.Lab(PROGRAM)


def tearDownModule():
    LAB.close()


class PicturesTest(unittest.TestCase):
    """What is drawn of each pixel: the colours of the values that numpy has."""
    SCALES = {"bce": 1, "excess": 1, "mse": 0.25, "mae": 0.5, "huber": 0.05, "wbce": 2, "cb": 2, "gauss": 4, "error": 0.5, "difference": 0.5, "gradient": 0.5,
              "bias": 0.1, "dead": 1}
    OF_SET = ("bias", "dead")
    PIXELS = np.arange(784)
    last_side = 5  # of a pixel: where to look first

    def find_input(self, picture, t):
        """The places of a digit's grey image and the side of its pixels."""
        for side in sorted(range(2, 13), key=lambda side: abs(side - self.last_side)):
            places = lab_reference.locate(picture, lab_reference.grey(t), side)
            if places:
                PicturesTest.last_side = side
                return places, side
        self.fail("the input is nowhere in the picture")

    def find_row(self, picture, t, output):
        """Where the input is beside which the output is."""
        (y, x), side = self.find_input(picture, t)[0][0], self.find_input(picture, t)[1]
        found = [place[1] for place in lab_reference.locate(picture, output, side) if place[0] == y]
        self.assertEqual(len(found), 1, "A's output is not beside the input")
        return x, y, found[0] - x, side

    def values(self, mode, models, side, t, shift=0.0):
        """Of one digit's pixels (784) and the marks. shift: of the logits, for values that rounding decides."""
        model = models[side]
        z = {key: m.outputs(t[None])[0][0] + shift for key, m in models.items()}
        p = {key: reference.OUTPUT[m.spec["output"]](z[key]) for key, m in models.items()}
        none = np.zeros(784, bool)
        if mode in LOSSES:
            return model.losses(mode, z[side], t), none
        if mode == "excess":
            return np.maximum(model.losses("bce", z[side], t) - reference.entropy(t), 0), none
        if mode == "error":
            return p[side] - t, none
        if mode == "difference":
            return p["a"] - p["b"], none
        if mode == "gradient":
            slope = lab_reference.OUTPUT_SLOPE[model.spec["output"]](z[side])
            return np.abs(model.slopes(model.spec["loss"], z[side], t)), np.abs(slope) < 0.0101
        measured = model.measure(LAB.test_pixels)
        if mode == "bias":
            return measured["mean_map"] - LAB.test_pixels.mean(axis=0), none
        dead = np.where(LAB.test_pixels.max(axis=0) > 0, measured["dead_map"], 0)  # without ink it is rightly black
        return dead, dead > 0.995

    @staticmethod
    def greys(values):
        """What an output's pixels may be: those that are hatched have two colours."""
        return [lab_reference.grey(values, True), lab_reference.grey(values, False)]

    def variants(self, mode, models, side, t, scale):
        is_signed = mode in ("error", "difference", "bias", "cb", "gauss")
        of_shifts = [self.values(mode, models, side, t, shift) for shift in (0, 3e-6, -3e-6)]
        return [lab_reference.paint(values, scale, is_signed) for values, _ in of_shifts], of_shifts[0][1]

    def check_inspect(self, mode, *arguments, scale=None, mixed=0.0, specs=("output=sigmoid", "loss=mse,output=relu")):
        figures = LAB.shot("--view", "inspect", "--heatmap", mode, "--pixel", "0,0", "--epochs", 8, "--a", specs[0],
                           "--b", specs[1], "--size", "1100x700", *arguments)
        picture = lab_reference.read_picture(figures["file"])
        t = LAB.test_pixels[figures["digits"][0]]
        t = t + mixed * ((t >= 0.5) - t)
        models = {side: LAB.trained(figures[side]["spec"], 8) for side in "ab"}
        # five images in a row, equally far apart: input, A's output and heatmap, B's output and heatmap
        outputs = {key: models[key].outputs(t[None])[1][0] for key in "ab"}
        x, y, step, side = self.find_row(picture, t, lab_reference.unmarked(outputs["a"]))
        self.assertAlmostEqual(figures["heat_scale"][mode], scale or self.SCALES[mode], delta=1e-6)
        for i, key in enumerate("ab"):
            self.check_image(picture, (y, x + (1 + 2 * i) * step), self.greys(outputs[key]), side, f"{key}'s output")
            colors, marks = self.variants(mode, models, key, t, scale or self.SCALES[mode])
            self.check_image(picture, (y, x + (2 + 2 * i) * step), colors, side, f"{mode} of {key}", marks,
                             mode not in self.OF_SET)
        return picture, (y, x, step, side), models, t

    def check_image(self, picture, place, variants, side, what, marks=None, is_pinned=True):
        bad = lab_reference.find_bad_pixels(picture, place, variants, side, marks)
        if is_pinned:  # the frame around pixel 0, 0
            bad &= (self.PIXELS // 28 > 1) | (self.PIXELS % 28 > 1)
        self.assertEqual(np.flatnonzero(bad).tolist(), [], what)

    def test_every_mode(self):
        pairs = [("loss=bce,output=sigmoid", "loss=mse,output=relu"),
                 ("loss=mse,output=linear", "loss=mae,output=clip"),
                 ("loss=bce,output=tanh01", "loss=bce,output=softplus")]
        for i, mode in enumerate(self.SCALES):
            for specs in pairs if mode in ("bce", "gradient", "dead") else [pairs[i % 2]]:
                with self.subTest(mode=mode, specs=specs):
                    self.check_inspect(mode, specs=specs)

    def test_scale(self):
        for mode, scale in (("bce", 0.3), ("error", 1.5), ("bias", 0.02), ("dead", 3), ("mse", 0.001)):
            with self.subTest(mode=mode):
                self.check_inspect(mode, "--heat-scale", scale, scale=scale)

    def test_binary_targets(self):
        for mixed in (0.5, 1):
            for mode in ("bce", "error"):
                with self.subTest(binary=mixed, mode=mode):
                    self.check_inspect(mode, "--binary", mixed, mixed=mixed)

    def test_other_digits(self):
        for page in (7, TEST_IMAGES - 1):
            with self.subTest(page=page):
                self.check_inspect("mae", "--page", page)

    def test_outlines(self):
        """A pixel of a marked area carries a line where the area ends."""
        picture, (y, x, step, side), models, t = self.check_inspect("dead")
        dead = models["b"].measure(LAB.test_pixels)["dead_map"] == 1
        dead = (dead & (LAB.test_pixels.max(axis=0) > 0)).reshape(28, 28)
        self.assertTrue(dead.any() and not dead.all())
        block = picture[y:y + 28 * side, x + 4 * step:x + 4 * step + 28 * side]
        for row, column in zip(*np.nonzero(dead)):
            if column == 0 or row * side + side > block.shape[0]:
                continue
            left, middle = block[row * side + side // 2, column * side], block[row * side + side // 2,
                                                                              column * side + side // 2]
            self.assertEqual(bool((left != middle).any()), not dead[row, column - 1], (row, column))

    def test_brush(self):
        """Pixels whose output lies in the range are tinted, the others veiled: the darkest of those outshines all of
        these."""
        arguments = ["--view", "inspect", "--heatmap", "mae", "--pixel", "0,0", "--epochs", 8, "--size", "1100x700"]
        plain = LAB.shot(*arguments)
        lit = LAB.shot(*arguments, "--brush", "0.25,0.75")
        self.assertEqual(lit["brush_bins"], [17, 48])
        before, after = (lab_reference.read_picture(figures["file"]) for figures in (plain, lit))
        model, t = LAB.trained(plain["a"]["spec"], 8), LAB.test_pixels[0]
        p = model.outputs(t[None])[1][0]
        x, y, step, side = self.find_row(before, t, lab_reference.grey(p))
        inside = (p >= 0.25) & (p < 0.75)
        clear = (np.abs(p - 0.25) > 1e-5) & (np.abs(p - 0.75) > 1e-5) & (self.PIXELS > 57)
        self.assertTrue(inside[clear].any() and not inside[clear].all())
        for i in (1, 2):  # the output, its heatmap
            left = x + i * step
            plain, veiled = (picture[y:y + 28 * side:side, left:left + 28 * side:side].reshape(784, 3)
                             for picture in (before, after))
            for is_lit, color, part in ((True, (0xf4, 0xf0, 0x7a), 0x73 / 255), (False, (12, 12, 12), 0xcc / 255)):
                pixels = clear & (inside == is_lit)
                expected = plain[pixels] * (1 - part) + np.array(color) * part
                self.assertLessEqual(np.abs(veiled[pixels] - expected).max(), 2, (i, is_lit))
            self.assertGreater(veiled[clear & inside].max(axis=1).min(), 1.5 * veiled[clear & ~inside].max())

    def test_page_of_digits(self):
        """Solo: each digit's input, output and both heatmaps, at the same places of their grids."""
        figures = LAB.shot("--view", "solo", "--heatmap", "bce,error", "--epochs", 8, "--page", 1, "--a", "batch=64",
                           "--size", "1440x900")
        picture, model = lab_reference.read_picture(figures["file"]), LAB.trained(figures["a"]["spec"], 8)
        digits = figures["digits"]
        first, side = self.find_input(picture, LAB.test_pixels[digits[0]])
        self.assertEqual(len(first), 1)
        offsets = []
        for index in digits:
            (y, x), = lab_reference.locate(picture, lab_reference.grey(LAB.test_pixels[index]), side)
            offsets.append((y - first[0][0], x - first[0][1]))
        grids = {"output": lambda t: self.greys(model.outputs(t[None])[1][0])}
        for mode in ("bce", "error"):
            grids[mode] = lambda t, mode=mode: self.variants(mode, {"a": model}, "a", t, self.SCALES[mode])[0]
        for name, paint in grids.items():
            places = lab_reference.locate(picture, paint(LAB.test_pixels[digits[0]])[0], side)
            self.assertEqual(len(places), 1, name)
            for index, (dy, dx) in zip(digits, offsets):
                self.check_image(picture, (places[0][0] + dy, places[0][1] + dx), paint(LAB.test_pixels[index]), side,
                                 (name, index), is_pinned=False)

    MATRIX = ("--view", "matrix", "--epochs", 8, "--outputs", "sigmoid,linear", "--losses", "bce,mse", "--size", "1440x900")

    def find_in_cells(self, figures, make_colors, is_unique=True):
        """The second test digit in each cell, in the order of rows and columns, all of one size."""
        picture, t, side, last = lab_reference.read_picture(figures["file"]), LAB.test_pixels[1], None, (-1, -1)
        for cell in figures["cells"]:
            colors = make_colors(cell, LAB.trained(cell["spec"], 8), t)
            for tried in [side] if side else range(160, 30, -1):
                places = lab_reference.locate_filtered(picture, colors, tried)
                if places:
                    side = tried
                    break
            places = [place for place in places if place > last]
            self.assertTrue(len(places) == 1 or (places and not is_unique), (cell["spec"], places))
            last = places[0]

    def test_matrix(self):
        """Each cell's outputs, or its heatmaps, are its own model's."""
        self.find_in_cells(LAB.shot(*self.MATRIX),
                           lambda cell, model, t: lab_reference.unmarked(model.outputs(t[None])[1][0]))
        self.find_in_cells(LAB.shot(*self.MATRIX, "--heatmap", "mse"),
                           lambda cell, model, t: self.variants("mse", {"a": model}, "a", t, self.SCALES["mse"])[0][0])

    def test_difference_in_the_matrix(self):
        """Every cell is held against A; A's own cell against B."""
        figures = LAB.shot(*self.MATRIX, "--heatmap", "difference", "--b", "loss=mse,output=clip")

        def paint(cell, model, t):
            a, b = (LAB.trained(figures[side]["spec"], 8).outputs(t[None])[1][0] for side in "ab")
            p = b if cell["spec"] == figures["a"]["spec"] else model.outputs(t[None])[1][0]
            return lab_reference.paint(a - p, 0.5, True)
        self.find_in_cells(figures, paint, is_unique=False)  # two that hardly differ from A look alike

    def test_wipe(self):
        """The divider at either end leaves one model's pictures alone."""
        for wipe, side in ((0, "b"), (1, "a")):
            figures = LAB.shot("--wipe", wipe, "--epochs", 8, "--size", "1440x900")
            picture, t = lab_reference.read_picture(figures["file"]), LAB.test_pixels[1]
            pixel_px = self.find_input(picture, t)[1]
            for key in "ab":
                output = lab_reference.unmarked(LAB.trained(figures[key]["spec"], 8).outputs(t[None])[1][0])
                self.assertEqual(len(lab_reference.locate(picture, output, pixel_px)), int(key == side), (wipe, key))


if __name__ == "__main__":
    unittest.main()
