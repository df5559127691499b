#!/usr/bin/env python3
"""Every figure on screen, in every view and many states, against the JSON; and the JSON against numpy.

Usage: drawn_test.py PATH_TO_LOSSLENS [unittest's arguments]
"""
import sys
import unittest

import numpy as np
from PIL import Image

import cli_reference as reference
import drawn_stage
import drawn_views
import figures_reference as lab_reference
from figures_reference import check_claim_figures, check_test

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
LAB = LABELS = None
BREAKS = "batch=4,loss=mse,output=linear,optimizer=sgd,lr=100,layers=64,32,64"
HUGE = "loss=mse,output=linear,optimizer=sgd,lr=40"
PLAIN, OTHER = "loss=bce,output=sigmoid", "loss=mae,output=tanh01,hidden=tanh,layers=64,16,64,noise=0.3,seed=3"


def setUpModule():
    global LAB, LABELS
    LAB = lab_reference.Lab(PROGRAM)
    LABELS = reference.read_digits(LAB.data, "t10k")[1]


def tearDownModule():
    LAB.close()


class Truth:
    """What the rules ask numpy for: the test digits' labels, the digit on the pad, trained models."""

    def __init__(self, epochs):
        self.labels, self.drawing = LABELS, LAB.test_pixels[0]
        self.find = lambda spec: LAB.trained(spec, epochs, "--limit", 500)


class DrawnTest(unittest.TestCase):
    """Each test is a state: hold() draws it at two sizes and holds every figure."""

    def hold(self, view, *arguments, a=PLAIN, b="loss=mse,output=relu", epochs=2, sizes=("1440x900", "960x600"), step=None):
        for size in sizes:
            with self.subTest(view=view, size=size, a=a, b=b, arguments=arguments):
                specs = [spec if "batch" in spec else f"batch=100,{spec}" for spec in (a, b)]
                figures = LAB.shot("--view", view, "--a", specs[0], "--b", specs[1], "--epochs", epochs, "--limit", 500,
                                   "--size", size, "--texts", *arguments,
                                   *(("--step", step) if step is not None else ()))
                picture = drawn_views.PICTURES.get(view, drawn_stage.Stage)
                picture(self, figures, int(size.split("x")[0]), step, Truth(epochs)).check()
        return figures

    def hold_numpy(self, figures, epochs, drawing=None):
        """The headline figures: what is drawn is what numpy makes of the weights that train writes."""
        drawing = LAB.test_pixels[0] if drawing is None else drawing
        outputs = []
        for shown in [figures[side] for side in "ab" if side in figures] + figures.get("cells", []):
            model = LAB.trained(shown["spec"], epochs, "--limit", 500)
            check_test(self, shown["test"], model, LAB.test_pixels)
            z, _ = model.outputs(drawing[None])
            for loss, value in shown["drawing"].items():
                expected = model.losses(loss, z, drawing[None]).mean()
                self.assertAlmostEqual(value, expected, delta=5e-5 * abs(expected) + 1e-6, msg=loss)
            outputs.append(model.outputs(drawing[None])[1])
            for value, expected in zip(shown["drawing_range"], (outputs[-1].min(), outputs[-1].max())):
                self.assertAlmostEqual(value, expected, delta=2e-5 * abs(expected) + 1e-6)
        if figures["view"] == "compare":
            self.assertAlmostEqual(figures["drawing_distance"], np.abs(outputs[0] - outputs[1]).mean(), delta=1e-5)
        for key, value in lab_reference.facts(LAB.test_pixels).items():
            self.assertAlmostEqual(figures["test_set"][key], value, delta=1e-6 * abs(value) + 1e-6, msg=key)

    def test_compare_and_solo(self):
        for view in ("compare", "solo", "solo-b"):
            self.hold_numpy(self.hold(view), 2)
            self.hold_numpy(self.hold(view, a="loss=mae,output=softplus", b=OTHER, sizes=["1440x900"]), 2)

    def test_untrained(self):
        for view in ("compare", "matrix", "inspect", "claims"):
            figures = self.hold(view, epochs=0, sizes=["1440x900"])
        self.hold_numpy(figures, 0)

    def test_narrator(self):
        """Sentences that need more training, or another pair."""
        said = set()
        for a, b, epochs in ((PLAIN, "loss=mse", 10), ("", "output=relu", 10), ("output=relu", "output=linear", 10),
                             ("seed=1", "seed=2", 3), (PLAIN, PLAIN, 1), (PLAIN, "lr=1", 4), (PLAIN, "loss=mae", 4),
                             (PLAIN, "layers=64,16,64,noise=0.5", 1), (PLAIN, "loss=mse,layers=64,16,64", 0),
                             ("lr=0.01", "lr=0.01,loss=mse", 20)):
            for view in ("compare", "solo-b"):
                narrator = self.hold(view, a=a or PLAIN, b=b, epochs=epochs, sizes=["1440x900"])["narrator"]
                said.add(narrator["key"])
        self.assertGreaterEqual(len(said), 8, said)
        self.hold("matrix", epochs=10, sizes=["1440x900"])
        for pixel in ("3,3", "10,14", "14,14", "20,10"):
            for b in ("loss=mse,output=relu", "loss=mse,output=linear"):
                self.hold("inspect", "--pixel", pixel, a="output=clip", b=b, sizes=["1440x900"])

    def test_wipe(self):
        self.hold("compare", "--wipe", "0.3", b=OTHER)

    def test_brush_and_axes(self):
        for histogram, brush in (("log", "0.1,0.9"), ("linear", "0.5,0.6"), ("cumulative", "0.9,1")):
            figures = self.hold("compare", "--brush", brush, "--histogram", histogram, sizes=["1440x900"])
            first, last = figures["brush_bins"]
            for key in ("a", "b"):
                counts = figures[key]["test"]["histogram"]["output"]
                self.assertAlmostEqual(figures["brush"][key], sum(counts[first:last + 1]) / sum(counts), delta=1e-9)
        self.hold("solo-b", "--brush", "0,1")

    def test_heatmaps(self):
        """Of a pixel and of the whole set, on a scale of their own, with targets between grey and binary."""
        for heatmaps in ("excess,mae", "error,difference", "gradient,bias", "dead,bce", "mse,mse"):
            for view in ("compare", "solo"):
                self.hold(view, "--heatmap", heatmaps, "--heat-scale", "0.123", "--binary", "0.4", sizes=["1440x900"])
            self.hold("inspect", "--heatmap", heatmaps, sizes=["1440x900"])
            self.hold("matrix", "--heatmap", heatmaps, sizes=["1440x900"])

    def test_curves(self):
        for curve in ("mse", "mae"):
            figures = self.hold("compare", "--curve", curve, a="loss=mae", sizes=["1440x900"])
            facts = lab_reference.facts(LAB.test_pixels)
            self.assertEqual(set(figures["landmarks"]), {"mean_image", "pca"} if curve == "mse" else set())
            for key, value in figures["landmarks"].items():
                expected = figures["pca"]["test_mse"] if key == "pca" else facts[f"{key}_{curve}"]
                self.assertAlmostEqual(value, expected, delta=1e-6)
        landmarks = self.hold("solo", sizes=["1440x900"])["landmarks"]
        for key, value in (("ln_2", np.log(2)), ("mean_image", facts["mean_image_bce"]), ("entropy_floor", facts["bce_floor"])):
            self.assertAlmostEqual(landmarks[key], value, delta=1e-6)

    def test_penalties(self):
        """Their curves are linear, with 0 as a landmark; a price that a code is not worth has one more."""
        sides = dict(a="layers=40-sample3-40,reduce=sum,l1=0.001", b="layers=20,l1=0.05,loss=mse")
        self.assertEqual(self.hold("compare", "--curve", "kl", sizes=["1440x900"], **sides)["landmarks"], {"collapsed": 0})
        landmarks = self.hold("compare", "--curve", "price", sizes=["1440x900"], **sides)["landmarks"]
        self.assertEqual(landmarks["price_zero"], 0)
        self.assertAlmostEqual(landmarks["price_worth"], lab_reference.facts(LAB.test_pixels)["mean_image_mse"], delta=1e-6)
        self.assertEqual(set(self.hold("solo", "--curve", "price", a="l1=0.001", sizes=["1440x900"])["landmarks"]), {"price_zero"})

    def test_past(self):
        for view in ("compare", "solo", "matrix", "inspect", "claims"):
            self.hold(view, step=3 if view != "compare" else 5, sizes=["1440x900"])

    def test_broken_and_huge(self):
        for view in ("compare", "solo", "matrix", "inspect", "claims"):
            self.hold(view, a=BREAKS)
            self.hold(view, a=HUGE, b="loss=mse,output=linear", sizes=["1440x900"])

    def test_matrix(self):
        self.hold_numpy(self.hold("matrix"), 2)
        self.hold("matrix", "--outputs", ",".join([*lab_reference.OUTPUTS][:6]))  # of more rows a cell says less
        self.hold("matrix", "--outputs", "relu,tanh01", "--losses", "mae,bce", a=OTHER)

    def test_inspect(self):
        self.hold("inspect", "--pixel", "14,9", a="loss=mae,output=clip")
        for target in (0, 0.1, 0.5, 0.7, 1):
            self.hold("inspect", "--target", target, sizes=["1440x900"])
        figures = self.hold("inspect", "--pixel", "9,14", "--page", 5, sizes=["1440x900"])
        for side in "ab":
            model = LAB.trained(figures[side]["spec"], 2, "--limit", 500)
            z, p = (values[0, 9 * 28 + 14] for values in model.outputs(LAB.test_pixels[5:6]))
            for key, value in (("z", z), ("p", p)):
                self.assertAlmostEqual(figures["inspect"][side][key], value, delta=1e-5)

    def test_pinned(self):
        for view in ("compare", "solo", "solo-b"):
            self.hold(view, "--pixel", "12,15", "--page", 1, b=OTHER)

    def test_drawing(self):
        drawing = np.zeros((28, 28), np.uint8)
        drawing[5:23, 10:14], drawing[5:8, 10:20] = 255, 130
        Image.fromarray(drawing).save(LAB.path("drawing.png"))
        for view in ("compare", "solo"):
            self.hold_numpy(self.hold(view, "--digit", LAB.path("drawing.png")), 2, drawing.ravel() / 255)
        self.hold("inspect", "--digit", LAB.path("drawing.png"), "--drawn", "--pixel", "6,12")

    def test_claims(self):
        figures = self.hold("claims", epochs=10, b=OTHER)
        find = lambda spec: LAB.trained(spec, 10, "--limit", 500)
        expected = lab_reference.Claims(find, figures["a"]["spec"], figures["b"]["spec"], LAB.test_pixels).figures()
        for claim in figures["claims"]:
            if claim["key"] in expected:
                check_claim_figures(self, claim["figures"], expected[claim["key"]])

    def test_measured_claims(self):
        self.hold("claims", "--claims", "training", "--measure", "needs_binary,sparse,tanh,sum", epochs=1, sizes=["1440x900"])
        self.hold("claims", "--claims", "use", "--measure", "sharp,pca,noisy,odd", epochs=1)
        self.hold("claims", "--claims", "vae", "--measure", "vae_sum,vae_blur", epochs=1)


if __name__ == "__main__":
    unittest.main()
