#!/usr/bin/env python3
"""Every view with every preset of the Keras page: what stands there, and that its figures are those of `train`. In a
real window.

Usage: presets_test.py PATH_TO_LOSSLENS [TEST...]
"""
import json
import subprocess
import unittest

import view_case
import window
from view_case import VIEWS
from window import LOSSLENS, PATIENCE, WindowCase, Program, environment, make_small_set, parse_spec

SET = {}  # what all models see: few images, for the matrix trains a grid of convolutional ones
FIGURES = ("mse", "mae", "bce")
WIDGETS = {"compare": ("pad", "brush", "curve.BCE"), "solo_a": ("pad", "scale.a.0"), "solo_b": ("pad", "scale.b.0"),
           "matrix": ("show.output", "cell.bce.sigmoid", "cell.mae.clip"), "inspect": ("inspect.t", "word.slope"),
           "claims": ("claims.page.3", "claim.fit.show"), "code": ("as_encoded", "code_shows.Reads", "code_strip.Walk"),
           "latent": ("as_encoded", "code_walk", "latent_others")}
OWN = {"vae": "curve.KL", "sparse": "curve.Price"}  # what a preset pays for beside the loss has its curve
NARROW = (1024, 640)


def setUpModule():
    window.open_display()
    SET["folder"], SET["digits"] = make_small_set(64, 48)


tearDownModule = window.close_display


def overlap(a, b):
    """Of two places, by more than a pixel either way."""
    return all(min(a[i] + a[i + 2], b[i] + b[i + 2]) - max(a[i], b[i]) > 1 for i in (0, 1))


class PresetCase(WindowCase):
    presets = ("simple", "sparse")
    epochs = 1

    @classmethod
    def start(cls):
        cls.program = Program("--texts", "--data", SET["folder"], "--epochs", str(cls.epochs),
                              *(word for side, preset in zip("ab", cls.presets) for word in ("--" + side, "model=" + preset)))

    def train(self, preset):
        """The figures of the same model, trained by the command that shows nothing."""
        told = subprocess.run([LOSSLENS, "train", "--data", SET["folder"], "--model", "model=" + preset, "--epochs",
                               str(self.epochs)], env=environment(False), capture_output=True, text=True, check=True,
                              timeout=PATIENCE)
        return json.loads(told.stdout)

    def rest_in(self, view):
        p = self.p
        if p.now()["view"] != view:
            p.key(VIEWS[view], lambda f: f["view"] == view)
        return p.settle()

    def check_texts(self, frame):
        texts = [t for t in frame["texts"] if t["text"].strip()]
        width, height = self.p.size
        self.assertGreater(len(texts), 20)
        self.assertEqual([t["text"] for t in texts if t["cut"]], [])
        for i, text in enumerate(texts):
            x, y, w, h = text["rect"]
            self.assertTrue(x >= 0 and y >= 0 and x + w <= width + 1 and y + h <= height + 1, "outside: %s" % text)
            self.assertNotIn("nan", text["text"].lower().split())
            for other in texts[:i]:
                self.assertFalse(overlap(text["rect"], other["rect"]), "%s over %s" % (text, other))

    def check_images(self, frame):
        """Where images are to be seen, some are."""
        picture = self.p.grab()
        for name, grid in frame["grids"].items():
            if grid["columns"] > 0 and name.startswith(("target", "inspect.input")):
                self.assertGreater(picture[window.area_of(grid)].std(), 10, name)

    def check_view(self, view, frame):
        p = self.p
        self.assertEqual([frame["view"], frame["popup"], frame["message"]], [view, "none", ""])
        self.check_widgets(frame, p.size)
        self.assertLessEqual(set(WIDGETS[view]), {w["id"] for w in frame["widgets"]})
        self.check_texts(frame)
        self.check_images(frame)

    def check_figures(self, frame):
        for side, preset in zip("ab", self.presets):
            told, shown = self.told[preset], frame[side]
            self.assertEqual(parse_spec(shown["spec"]), parse_spec(told["spec"]))
            self.assertEqual(shown["step"], told["steps"])
            for figure in FIGURES:
                self.assertAlmostEqual(shown["test_" + figure] / told["test"][figure], 1, 4, (preset, figure))

    def check_compare(self, frame):
        """In sizes where all curves have their buttons."""
        ids = {w["id"] for w in frame["widgets"]}
        for preset, curve in OWN.items():
            self.assertEqual(curve in ids, preset in self.presets, curve)

    def check_code(self, frame):
        for side in "ab":
            self.assertGreater(frame["code"][side]["units"], 0)
            low, high = frame["code"][side]["axis"]
            self.assertLess(low, high)
            self.assertIsNotNone(frame["code"][side]["decoded_mean"])

    def check_latent(self, frame):
        for side in "ab":
            self.assertEqual(frame["latent"][side]["points"], len(SET["digits"]))
            self.assertTrue(frame["latent"][side]["grid_current"])

    def check_matrix(self, frame):
        """Each cell is A with its row's output and its column's loss; where it is A itself, it has A's figures."""
        models = frame["models"]
        own = parse_spec(frame["a"]["spec"])
        seen = set()
        for row in frame["matrix"]:
            for cell in row:
                spec = parse_spec(models[cell["model"]]["spec"])
                self.assertEqual(spec["loss"], cell["loss"])
                self.assertEqual({k: v for k, v in spec.items() if k not in ("loss", "output", "range")},
                                 {k: v for k, v in own.items() if k not in ("loss", "output", "range")})
                seen.add((spec["loss"], spec["output"]))
        self.assertEqual(len(seen), sum(map(len, frame["matrix"])))
        self.assertIn((own["loss"], own["output"]), seen)

    def walk(self):
        p = self.p
        self.told = {preset: self.train(preset) for preset in self.presets}
        for view in VIEWS:
            with self.subTest(view=view, presets=self.presets):
                frame = self.rest_in(view)
                self.check_view(view, frame)
                self.check_figures(frame)
                if hasattr(self, "check_" + view):
                    getattr(self, "check_" + view)(frame)
        p.size = NARROW
        p.do(lambda f: f["size"] == [*NARROW], "a small window", "windowsize", p.window, *NARROW)
        for view in VIEWS:
            with self.subTest(view=view, presets=self.presets, size=NARROW):
                self.check_view(view, self.rest_in(view))
        self.assertEqual(p.complaints(), "")


class DenseTest(PresetCase):
    presets = ("simple", "sparse")

    def test_every_view(self):
        self.walk()


class DeepTest(PresetCase):
    presets = ("vae", "deep")

    def test_every_view(self):
        self.walk()


class ConvolutionalTest(PresetCase):
    presets = ("conv", "denoise")

    def test_every_view(self):
        self.walk()


if __name__ == "__main__":
    unittest.main(verbosity=2)
