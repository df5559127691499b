#!/usr/bin/env python3
"""Every figure that `losslens shot --json` prints against numpy. What it draws: pictures_test.py.

shot and train give the same weights, bit for bit, so that all is recomputed from the weights that train exports.
Usage: figures_test.py PATH_TO_LOSSLENS [unittest's arguments]
"""
import hashlib
import json
import os
import re
import struct
import sys
import unittest

import numpy as np
from PIL import Image, PngImagePlugin

import cli_reference as reference
import figures_reference as lab_reference
from figures_reference import LOSSES, MATRIX_LOSSES, OUTPUTS, TEST_IMAGES, check_claim_figures, check_test, parse_json

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
LAB = None
BREAKS = "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64"  # while a sigmoid's models do not
ALL_BREAK = "loss=bce,output=sigmoid,optimizer=sgd,lr=100,batch=4,layers=64,64,64,64,64"


def sum_of(part):
    """Of a set's count, pixels and labels, as pictures tell it."""
    pixels, labels = reference.read_digits(LAB.data, part)
    return hashlib.sha256(struct.pack("<q", len(pixels)) + pixels.astype(np.uint8).tobytes() +
                          labels.astype(np.uint8).tobytes()).hexdigest()


def setUpModule():
    global LAB
    LAB = lab_reference.Lab(PROGRAM)


def tearDownModule():
    LAB.close()


class FiguresCase(unittest.TestCase):
    def check_model(self, shown, model, drawing):
        self.assertEqual(shown["spec"], model.text)
        check_test(self, shown["test"], model, LAB.test_pixels)
        self.check_drawing(shown, model, drawing)

    def check_drawing(self, shown, model, drawing):
        z, _ = model.outputs(drawing[None])
        self.assertEqual(list(shown["drawing"]), LOSSES)
        for loss, value in shown["drawing"].items():
            expected = model.losses(loss, z, drawing[None]).mean()
            self.assertAlmostEqual(value, expected, delta=5e-5 * abs(expected) + 1e-6, msg=loss)

    def near(self, got, expected, message=None, relative=5e-5, absolute=5e-6):
        self.assertAlmostEqual(got, expected, delta=relative * abs(expected) + absolute, msg=message)

    def refuse(self, *arguments, contains, status=2):
        file = LAB.new_path(".png")
        result = LAB.run_small("shot", "-o", file, *arguments)
        self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
        self.assertTrue(result.stderr.startswith("losslens: "), result.stderr)
        self.assertIn(contains, result.stderr)
        self.assertFalse(os.path.exists(file))


class ViewsTest(FiguresCase):
    SPECS = [("loss=bce,output=sigmoid", "loss=mse,output=relu"),
             ("loss=mae,output=clip,hidden=tanh", "loss=bce,output=tanh01,layers=64,16,64,seed=3"),
             ("loss=mse,output=softplus,noise=0.3,l1=0.0001", "loss=bce,output=linear,batch=64,optimizer=sgd,lr=0.5")]

    def test_compare_and_solo(self):
        for a, b in self.SPECS:
            for view, sides in (("compare", "ab"), ("solo", "a"), ("solo-b", "b")):
                with self.subTest(a=a, b=b, view=view):
                    figures = LAB.shot("--view", view, "--a", a, "--b", b, "--epochs", 3, "--limit", 600)
                    self.assertEqual(figures["view"], view)
                    self.assertEqual([side for side in "ab" if side in figures], list(sides))
                    for side in sides:
                        shown = figures[side]
                        model = LAB.trained(shown["spec"], 3, "--limit", 600)
                        self.check_model(shown, model, LAB.test_pixels[0])
                        per_epoch = -(-600 // int(model.spec["batch"]))
                        self.assertEqual((shown["step"], shown["epoch"], shown["test"]["epoch"]), (3 * per_epoch, 3, 3))
                    self.check_facts(figures)

    def check_facts(self, figures):
        expected = lab_reference.facts(LAB.test_pixels)
        self.assertEqual(set(figures["test_set"]), set(expected))
        for key, value in expected.items():
            self.near(figures["test_set"][key], value, key, 1e-6, 1e-9)
        data = dict(figures["data"])
        self.assertEqual(os.path.realpath(os.path.expanduser(data.pop("path"))), os.path.realpath(LAB.data))
        self.assertEqual(data, {"name": "small", "train": 600, "test": TEST_IMAGES, "limit": 600,
                                "train_sha256": sum_of("train"), "test_sha256": sum_of("t10k")})
        self.assertEqual(figures["digits"], list(range(len(figures["digits"]))))
        self.assertEqual(figures["pad"], "test 0")

    def test_the_same_as_train_prints(self):
        figures = LAB.shot("--epochs", 4, "--a", "seed=5")
        for side in "ab":
            test = figures[side]["test"]
            self.assertEqual((test.pop("epoch"), test.pop("step")), (4, figures[side]["step"]))
            result = LAB.run_small("train", "--model", figures[side]["spec"], "--epochs", 4)
            self.assertEqual(test, parse_json(result.stdout)["test"])

    def test_pca(self):
        """B is the PCA of the images that A is trained on, of as many components as A's code has units; so is the
        landmark. Its picture gives it back, and other data makes another."""
        arguments = ["--epochs", 1, "--limit", 500, "--curve", "mse", "--a", "layers=20"]
        figures = LAB.shot(*arguments, "--b", "pca")
        images, t = LAB.train_pixels[:500], LAB.test_pixels
        mean = images.mean(axis=0)
        components = np.linalg.svd(images - mean, full_matrices=False)[2][:20]
        draw = lambda x: mean + (x - mean) @ components.T @ components
        self.assertEqual(figures["pca"]["components"], 20)
        self.near(figures["pca"]["train_mse"], ((draw(images) - images) ** 2).mean())
        self.near(figures["pca"]["test_mse"], ((draw(t) - t) ** 2).mean())
        self.assertEqual(figures["landmarks"]["pca"], figures["pca"]["test_mse"])
        b = figures["b"]
        self.assertTrue(b["spec"].startswith("loss=mse,output=linear,hidden=linear,layers=20,"), b["spec"])
        self.assertEqual((b["step"], b["init"]["pca"], b["init"]["weights_sha256"]), (0, 20, b["weights_sha256"]))
        self.near(b["test"]["mse"], figures["pca"]["test_mse"])
        self.near(b["test"]["bias"], (draw(t) - t).mean())
        self.near(b["drawing"]["mse"], ((draw(t[0]) - t[0]) ** 2).mean())
        square = (-1, 28, 28)
        self.near(b["test"]["ssim"], reference.ssim(t.reshape(square), draw(t).reshape(square)))
        self.near(b["test"]["sharpness"],
                  reference.gradient(draw(t).reshape(square)) / reference.gradient(t.reshape(square)))
        self.assertIsNone(figures["a"].get("init"))
        again = LAB.run("shot", "--json", "--from", figures["file"], "-o", LAB.new_path(".png"))
        self.assertEqual({**parse_json(again.stdout), "file": 0}, {**figures, "file": 0}, again.stderr)
        self.assertEqual(LAB.shot(*arguments)["landmarks"], figures["landmarks"])
        self.assertNotIn("pca", LAB.shot("--epochs", 1))  # nobody has asked for it

    def test_no_shuffle_and_no_training(self):
        figures = LAB.shot("--epochs", 0)
        self.check_model(figures["a"], LAB.trained(figures["a"]["spec"], 0), LAB.test_pixels[0])
        self.assertEqual((figures["a"]["step"], figures["newest_step"], figures["moments"]), (0, 0, [0]))
        figures = LAB.shot("--epochs", 2, "--no-shuffle")
        self.check_model(figures["b"], LAB.trained(figures["b"]["spec"], 2, "--no-shuffle"), LAB.test_pixels[0])

    def test_init(self):
        first = LAB.path("init.safetensors")
        LAB.run_small("train", "--model", "loss=mse,layers=24", "--epochs", 2, "-o", first)
        figures = LAB.shot("--init", first, "--epochs", 3)
        result = LAB.run_small("train", "--init", first, "--epochs", 1)
        report = parse_json(result.stdout)
        self.assertEqual((figures["a"]["spec"], figures["a"]["step"]), (report["spec"], report["steps"]))
        self.assertEqual(figures["a"]["test"], {**report["test"], "epoch": 3, "step": report["steps"]})

    def test_history(self):
        figures = LAB.shot("--epochs", 4, "--a", "batch=128", "--b", "loss=mae,output=clip")
        probe = LAB.train_pixels[:2000]
        for side in "ab":
            history = figures[side]["history"]
            self.assertEqual([entry["epoch"] for entry in history], [0, 1, 2, 3, 4])
            for entry in history:
                model = LAB.trained(figures[side]["spec"], entry["epoch"])
                for key, t in (("train", probe), ("test", LAB.test_pixels)):
                    z, _ = model.outputs(t)
                    for loss in LOSSES:
                        self.near(entry[key][loss], model.losses(loss, z, t, True).mean(), (entry["epoch"], key, loss))

    def test_the_same_history_every_time(self):
        """Which epochs the curves have points for is no matter of the machine's speed: same command, same picture."""
        histories, pictures = set(), set()
        for threads in (1, 2, 3, 8, 1, 2):
            figures = LAB.shot("--view", "solo", "--a", "batch=16", "--epochs", 40, "--threads", threads)
            histories.add(tuple(entry["epoch"] for entry in figures["a"]["history"]))
            pictures.add(lab_reference.read_picture(figures["file"]).tobytes())
        self.assertEqual((len(histories), len(pictures)), (1, 1), histories)

    def test_matrix(self):
        for arguments, outputs, losses in (
                (["--outputs", ",".join(OUTPUTS)], OUTPUTS, MATRIX_LOSSES),
                (["--outputs", "tanh01,relu", "--losses", "mae,bce"], ["relu", "tanh01"], ["bce", "mae"]),
                ([], OUTPUTS[:4], MATRIX_LOSSES)):
            figures = LAB.shot("--view", "matrix", *arguments, "--a", "seed=2,batch=100", "--epochs", 2)
            self.assertEqual(figures["matrix"], {"outputs": outputs, "losses": losses, "shows": "output"})
            for rank, loss in zip(figures["ranks"], losses, strict=True):  # two epochs are too few for a verdict
                self.assertEqual((rank["loss"], rank["best"], rank["tie"]), (loss, None, []))
                first = min((cell for cell in figures["cells"] if cell["loss"] == loss),
                            key=lambda cell: cell["test"]["mse"])
                self.assertEqual(rank["so_far"], first["output"])
            self.assertEqual([(cell["output"], cell["loss"]) for cell in figures["cells"]],
                             [(output, loss) for output in outputs for loss in losses])
            for cell in figures["cells"]:
                spec = lab_reference.spec_text(figures["a"]["spec"], output=cell["output"], loss=cell["loss"])
                self.assertNotIn("history", cell)
                self.assertEqual((cell["step"], cell["epoch"]), (14, 2))
                self.check_model(cell, LAB.trained(spec, 2), LAB.test_pixels[0])
            for side in "ab":
                self.check_model(figures[side], LAB.trained(figures[side]["spec"], 2), LAB.test_pixels[0])

    def test_moments(self):
        figures = LAB.shot("--epochs", 2, "--a", "batch=20")  # 35 steps an epoch
        quarters = {-(-35 * quarter // 4) for quarter in range(1, 9)}
        self.assertEqual(figures["moments"], sorted({0, 1, 2, 4, 8, 16, 32} | quarters))
        figures = LAB.shot("--epochs", 2, "--view", "solo-b", "--b", "batch=200", "--step", 7)  # 4 steps an epoch
        self.assertEqual(figures["moments"], list(range(9)))
        figures = LAB.shot("--epochs", 2, "--a", "batch=20", "--step", 50)
        self.assertEqual(figures["moments"], sorted({0, 1, 2, 4, 8, 16, 32, 50} | quarters))
        self.assertEqual(figures["newest_step"], 70)
        moments = LAB.shot("--epochs", 60, "--view", "solo", "--limit", 400, "--a", "batch=100")["moments"]
        self.assertLessEqual(len(moments), 65)  # of 240 steps
        self.assertEqual((moments[0], moments[-1], moments), (0, 240, sorted(moments)))
        self.assertEqual(len(set(np.diff(moments)[5:].tolist())), 1, moments)


class InspectTest(FiguresCase):
    def check_inspect(self, figures, pixel, shown, models, t=None, whole=None):
        """shown: the digit's pixels as they are shown; t: a dragged target."""
        inspect = figures["inspect"]
        row, column = divmod(pixel, 28)
        self.assertEqual(inspect["pixel"], [row, column])
        self.assertEqual(figures["pixel"], [row, column])
        self.assertEqual(inspect["is_dragged"], t is not None)
        self.assertEqual("target" in figures, t is not None)
        own = np.float64(np.float32(shown[pixel] if t is None else t))
        self.near(inspect["t"], own, "t", 1e-7, 1e-8)
        self.near(inspect["floor"], reference.entropy(own), "floor", 1e-6, 1e-8)
        for key, p in (("excess_below", own - 0.1), ("excess_above", own + 0.1)):
            if 0 <= p <= 1:
                q = lab_reference.clip_output(p)
                excess = -(own * np.log(q) + (1 - own) * np.log(1 - q)) - reference.entropy(own)
                self.near(inspect[key], excess, key, 1e-5, 1e-6)
            else:
                self.assertIsNone(inspect[key], key)
        whole = LAB.test_pixels if whole is None else whole  # the test digits that figures are of
        self.near(inspect["mean_t"], whole[:, pixel].mean(), "mean_t")
        for side, model in models.items():
            got, z = inspect[side], model.outputs(shown[None])[0][0, pixel]
            p = reference.OUTPUT[model.spec["output"]](z)
            self.near(got["z"], z, "z")
            self.near(got["p"], p, "p")
            for loss in ("bce", "mse"):
                self.near(got[loss], model.losses(loss, z, own), loss, 1e-4)
                self.near(got[f"{loss}_slope"], model.slopes(loss, z, own), (side, f"{loss}_slope"), 1e-4, 2e-5)
            outputs = model.outputs(whole)[1][:, pixel]
            self.near(got["mean_p"], outputs.mean(), "mean_p")
            self.near(got["dead_share"], (outputs.astype(np.float32) == 0).mean(), "dead_share", 0, 1.1 / TEST_IMAGES)

    def models(self, figures, epochs):
        return {side: LAB.trained(figures[side]["spec"], epochs) for side in "ab"}

    def test_every_output(self):
        """At a bright, a grey and a black pixel of a digit, for every output activation."""
        for i, (a, b) in enumerate((("sigmoid", "relu"), ("linear", "clip"), ("tanh01", "softplus"))):
            digit = LAB.test_pixels[0 if i == 0 else 5]
            grey = int(np.argmin(np.abs(digit - 0.6)))
            for pixel in (int(np.argmax(digit)), grey, 29):
                arguments = ["--page", 0 if i == 0 else 5, "--pixel", f"{pixel // 28},{pixel % 28}"]
                figures = LAB.shot("--view", "inspect", "--a", f"loss=bce,output={a}", "--b", f"loss=mse,output={b}",
                                   "--epochs", 6, *arguments)
                with self.subTest(a=a, b=b, pixel=pixel):
                    self.assertEqual(figures["inspect"]["digit"], 0 if i == 0 else 5)
                    self.assertEqual(figures["digits"], [0 if i == 0 else 5])
                    models = self.models(figures, 6)
                    self.check_inspect(figures, pixel, digit, models)
                    for side in "ab":
                        self.check_model(figures[side], models[side], LAB.test_pixels[0])

    def test_targets(self):
        for t in (0, 0.05, 0.5, 0.95, 1):
            figures = LAB.shot("--view", "inspect", "--epochs", 5, "--target", t, "--pixel", "14,13")
            self.check_inspect(figures, 14 * 28 + 13, LAB.test_pixels[0], self.models(figures, 5), t)
            self.near(figures["target"], t)

    def test_drawing(self):
        """A 28x28 picture is taken as it is; without one the first test digit is drawn."""
        drawing = np.zeros((28, 28), np.uint8)
        drawing[5:23, 10:14], drawing[5:8, 10:20] = 255, 130
        Image.fromarray(drawing).save(LAB.path("drawing.png"))
        t = drawing.ravel() / 255
        figures = LAB.shot("--view", "inspect", "--drawn", "--digit", LAB.path("drawing.png"), "--pixel", "6,16",
                           "--epochs", 5)
        self.assertEqual((figures["pad"], figures["inspect"]["digit"]), ("drawn", -1))
        models = self.models(figures, 5)
        self.check_inspect(figures, 6 * 28 + 16, t, models)
        for side in "ab":
            self.check_drawing(figures[side], models[side], t)
        figures = LAB.shot("--view", "inspect", "--drawn", "--pixel", "6,16", "--epochs", 5)
        self.check_inspect(figures, 6 * 28 + 16, LAB.test_pixels[0], models)
        figures = LAB.shot("--digit", LAB.path("drawing.png"), "--epochs", 5)
        for side in "ab":
            self.check_drawing(figures[side], models[side], t)
        self.assertNotIn("inspect", figures)

    def test_pinned_elsewhere(self):
        """A pinned pixel is explained in any view: on the stage of the digit on the pad, whatever page is open."""
        figures = LAB.shot("--view", "compare", "--pixel", "20,13", "--epochs", 5, "--page", 1)
        first = figures["digits"][0]
        self.assertEqual(first, len(figures["digits"]))
        self.assertEqual(figures["inspect"]["digit"], 0)
        self.check_inspect(figures, 20 * 28 + 13, LAB.test_pixels[0], self.models(figures, 5))

    def test_binary(self):
        for s in (0.5, 1):
            figures = LAB.shot("--view", "inspect", "--binary", s, "--epochs", 5, "--pixel", "20,13")
            mixed = LAB.test_pixels[0] + s * ((LAB.test_pixels[0] >= 0.5) - LAB.test_pixels[0])
            models = self.models(figures, 5)
            grey = np.round(255 * LAB.test_pixels)
            whole = np.floor(grey + np.float32(s) * (255 * (grey >= 128) - grey) + 0.5) / 255
            self.check_inspect(figures, 20 * 28 + 13, mixed, models, whole=whole)
            self.assertEqual(figures["figures_binary"], s)
            for key, value in lab_reference.facts(whole).items():
                self.near(figures["test_set"][key], value, key, 1e-6, 1e-9)
            for side in "ab":  # figures over the set follow: it is mixed, the input too
                self.check_drawing(figures[side], models[side], mixed)
                expected = reference.measure(models[side].text, models[side].tensors, whole * 255)
                for key in ("bce", "mse", "mae", "mean_output", "bias", "psnr", "excess_bce"):
                    self.near(figures[side]["test"][key], expected[key], key)
                own = models[side].measure(LAB.test_pixels)["mse"]  # the curves stay those of the targets as they are
                self.near(figures[side]["history"][-1]["test"]["mse"], own, "history")
        matrix = LAB.shot("--view", "matrix", "--outputs", "sigmoid", "--losses", "mse", "--binary", 1, "--epochs", 5)
        self.assertEqual(matrix["figures_binary"], 1)
        self.near(matrix["test_set"]["mean_input"], (np.round(255 * LAB.test_pixels) >= 128).mean(), "binary")
        self.assertEqual({cell["test"]["mean_input"] for cell in matrix["cells"]}, {matrix["test_set"]["mean_input"]})
        lesson = LAB.shot("--lesson", 1, "--binary", 1, "--epochs", 1)  # its rules are of the targets as they are
        self.assertEqual((lesson["binary"], lesson["figures_binary"]), (1, 0))


class ClaimsTest(FiguresCase):
    @staticmethod
    def shown(figures):
        """The claims that the models on show decide; the others are measured when that is asked for."""
        return [claim for claim in figures["claims"] if claim["page"] == "loss"]

    def claims(self, figures, epochs, find=None, *arguments):
        find = find or (lambda spec: LAB.trained(spec, epochs, *arguments))
        return lab_reference.Claims(find, figures["a"]["spec"], figures["b"]["spec"], LAB.test_pixels)

    def test_verdicts_and_figures(self):
        seen = {}
        for shared, a, b, epochs in (("batch=256", "loss=bce", "loss=mse,output=relu", 10),
                                     ("batch=4,layers=64,lr=0.003", "loss=mae,output=tanh01", "output=softplus", 10),
                                     ("batch=8,hidden=tanh", "loss=mse", "loss=mse,output=clip", 10),
                                     ("batch=32,optimizer=sgd,lr=20", "seed=1", "loss=mae", 10),
                                     ("batch=8,lr=0.01", "output=clip", "loss=mse,output=linear,seed=4", 10)):
            with self.subTest(shared=shared):
                figures = LAB.shot("--view", "claims", "--a", f"{a},{shared}", "--b", f"{b},{shared}",
                                   "--epochs", epochs)
                expected = self.claims(figures, epochs)
                verdicts = expected.verdicts({claim["key"]: claim["rule"] for claim in self.shown(figures)})
                tables = expected.figures()
                self.assertEqual([claim["key"] for claim in self.shown(figures)], list(tables))
                for claim in self.shown(figures):
                    seen.setdefault(claim["key"], set()).add(claim["verdict"])
                    with self.subTest(claim=claim["key"]):
                        check_claim_figures(self, claim["figures"], tables[claim["key"]])
                        self.assertEqual(claim["verdict"], verdicts[claim["key"]])
                        self.assertEqual(claim["epoch"], epochs)
                        self.check_sentence(claim)
        for key in ("sigmoid", "optimum", "fit"):
            self.assertEqual(seen[key], {"true", "partly true", "false"}, f"{key}: the cases cover less than they did")

    def test_sides_with_epochs_of_their_own(self):
        """A and B may take different numbers of batches: the picture comes, with the distance at the end of both."""
        arguments = ["--view", "claims", "--a", "batch=100", "--b", "loss=mse,batch=350", "--epochs", 10]
        figures = LAB.shot(*arguments, timeout=15)
        a, b = (LAB.trained(figures[side]["spec"], 10) for side in "ab")
        distance = figures["claims"][2]["figures"]["distance"]["B"]
        self.assertAlmostEqual(distance, lab_reference.distance(a, b, LAB.test_pixels), delta=2e-5)
        figures = LAB.shot(*arguments, "--step", 28, timeout=15)
        self.assertEqual((figures["a"]["step"], figures["b"]["step"]), (28, 20))

    DERIVED = {  # what a sentence says besides the figures of its table
        "sigmoid": lambda f: [f[key][output] / f[key]["sigmoid"] for key in ("mse", "mse_trained_with_bce")
                              for output in ("ReLU", "linear", "clip")],
        "dim": lambda f: [LAB.test_pixels.mean() + value for value in (0, *f["bias"].values())],
        "optimum": lambda f: [f["distance"]["MSE"] / f["distance"]["seed+1"]],
        "binary": lambda f: [f["above_098"]["input"] / (LAB.test_pixels > 0).mean(),
                             *(f["below_002"][column] + f["above_098"][column] for column in ("BCE", "input"))],
        "fit": lambda f: [np.log(2), *lab_reference.facts(LAB.test_pixels).values()]}

    def check_sentence(self, claim):
        """Whatever its words: its numbers are figures, rounded, and it is whole."""
        f, text = claim["figures"], claim["sentence"]
        self.assertTrue(text.endswith("."), text)
        self.assertLess(len(text.encode()), 255, "a sentence that may be cut off")
        known = [*(value for columns in f.values() for value in columns.values()), *self.DERIVED[claim["key"]](f)]
        numbers = re.findall(r"(?<![\w.])[+-]?\d+\.(\d+)( %)?", text)
        words = re.findall(r"(?<![\w.])[+-]?\d+\.\d+", text)
        for word, (decimals, percent) in zip(words, numbers):
            if word in ("0.02", "0.98"):
                continue  # as the claim's figures are defined
            unit, half = 100 if percent else 1, 0.51 * 10 ** -len(decimals)
            self.assertTrue(any(abs(abs(value) * unit - abs(float(word))) <= half for value in known), (word, text))

    def test_open_below_ten_epochs(self):
        figures = LAB.shot("--view", "claims", "--epochs", 3)
        expected = self.claims(figures, 3).figures()
        for claim in self.shown(figures):
            self.assertEqual((claim["verdict"], claim["epoch"]), ("open", 3))
            self.assertTrue(claim["sentence"].startswith("Epoch 3 of at least 10. "), claim["sentence"])
            check_claim_figures(self, claim["figures"], expected[claim["key"]])

    def test_at_a_step(self):
        """In the past the claims are of that moment, the distances too."""
        figures = LAB.shot("--view", "claims", "--epochs", 11, "--step", 30)  # ten epochs of three steps
        expected = self.claims(figures, 10)
        verdicts = expected.verdicts({claim["key"]: claim["rule"] for claim in self.shown(figures)})
        tables = expected.figures()
        self.assertEqual((figures["a"]["step"], figures["newest_step"]), (30, 33))
        for claim in self.shown(figures):
            check_claim_figures(self, claim["figures"], tables[claim["key"]])
            self.assertEqual((claim["verdict"], claim["epoch"]), (verdicts[claim["key"]], 10))

    def test_claims_without_the_models_that_broke(self):
        figures = LAB.shot("--view", "claims", "--a", BREAKS, "--b", "batch=4,layers=64,32,64", "--epochs", 10)
        self.assertGreaterEqual(figures["a"]["broken_step"], 0)
        sigmoid = next(claim for claim in figures["claims"] if claim["key"] == "sigmoid")
        f = sigmoid["figures"]
        limit, = lab_reference.read_numbers(sigmoid["rule"], r"at most ([\d.]+) times")
        # ReLU and linear break with MSE: clip alone is held against the sigmoid there
        good = (f["mse"]["clip"] <= limit * f["mse"]["sigmoid"]) + any(
            f["mse_trained_with_bce"][output] <= limit * f["mse_trained_with_bce"]["sigmoid"]
            for output in ("ReLU", "linear", "clip"))
        self.assertEqual(sigmoid["verdict"], ["true", "partly true", "false"][good])
        self.assertEqual(sigmoid["epoch"], 10)
        self.assertIn("clip", sigmoid["sentence"])
        self.assertNotIn("ReLU, has", sigmoid["sentence"])

    def test_nothing_to_hold_against(self):
        figures = LAB.shot("--view", "claims", "--a", ALL_BREAK, "--epochs", 10, "--limit", 60)
        for claim in self.shown(figures):
            self.assertEqual(claim["verdict"], "open", claim["key"])
            self.assertIn("Cannot be decided", claim["sentence"])


class StepTest(FiguresCase):
    def check_step(self, figures, models):
        """models: side -> (the step at which it is shown, Model)."""
        for side, (step, model) in models.items():
            self.assertEqual(figures[side]["step"], step)
            self.check_model(figures[side], model, LAB.test_pixels[0])

    def test_inside_the_first_epoch(self):
        """Batches in the data's order: N of them are an epoch of the first N * batch images."""
        for step in (1, 3, 4, 6):
            figures = LAB.shot("--a", "batch=100", "--b", "loss=mse,output=relu,batch=100", "--no-shuffle",
                               "--epochs", 2, "--step", step)
            models = {side: (step, LAB.trained(figures[side]["spec"], 1, "--no-shuffle", "--limit", 100 * step))
                      for side in "ab"}
            self.check_step(figures, models)
            self.assertEqual((figures["newest_step"], figures["a"]["test"]["epoch"]), (14, 0))
            self.assertAlmostEqual(figures["a"]["epoch"], step / 7, delta=1e-9)
            self.assertIn(step, figures["moments"])
            self.assertEqual([entry["epoch"] for entry in figures["a"]["history"]], [0, 1, 2])

    def test_inside_a_later_epoch(self):
        """Against training in double precision."""
        for spec in ("loss=bce,output=sigmoid,batch=100", "loss=mse,output=linear,batch=100"):
            figures = LAB.shot("--view", "solo", "--a", spec, "--no-shuffle", "--epochs", 3, "--step", 17)
            text = figures["a"]["spec"]
            images = np.concatenate([LAB.train_pixels, LAB.train_pixels, LAB.train_pixels[:300]]) * 255
            _, weights = reference.train(text, LAB.trained(text, 0).tensors, images)
            expected = lab_reference.Model(text, weights).measure(LAB.test_pixels)
            self.assertEqual(figures["a"]["step"], 17)
            for key in ("bce", "mse", "mae", "mean_output"):
                self.near(figures["a"]["test"][key], expected[key], key, 3e-4)

    def test_whole_epochs_shuffled(self):
        figures = LAB.shot("--a", "batch=100", "--b", "loss=mse,output=relu,batch=350", "--epochs", 4, "--step", 7)
        # B takes two steps an epoch and ends at 8
        b = figures["b"]["spec"]
        self.check_step(figures, {"a": (7, LAB.trained(figures["a"]["spec"], 1))})
        self.assertEqual((figures["a"]["test"]["epoch"], figures["b"]["step"], figures["b"]["epoch"]), (1, 7, 3.5))
        figures = LAB.shot("--a", "batch=100", "--b", b, "--epochs", 4, "--step", 14)
        self.check_step(figures, {"a": (14, LAB.trained(figures["a"]["spec"], 2)), "b": (8, LAB.trained(b, 4))})
        self.assertEqual(figures["newest_step"], 28)

    def test_beginning_and_end(self):
        figures = LAB.shot("--epochs", 2, "--step", 0)
        self.check_step(figures, {side: (0, LAB.trained(figures[side]["spec"], 0)) for side in "ab"})
        figures = LAB.shot("--epochs", 2, "--step", 6)
        self.check_step(figures, {side: (6, LAB.trained(figures[side]["spec"], 2)) for side in "ab"})
        whole = LAB.shot("--epochs", 2)
        for side in "ab":
            self.assertEqual(figures[side], whole[side])
        self.assertTrue((lab_reference.read_picture(figures["file"]) ==
                         lab_reference.read_picture(whole["file"])).all())

    def test_matrix_and_inspect(self):
        figures = LAB.shot("--view", "matrix", "--outputs", "sigmoid,softplus", "--losses", "bce,mse", "--epochs", 3,
                           "--step", 6)
        for cell in figures["cells"]:
            self.assertEqual(cell["step"], 6)
            self.check_model(cell, LAB.trained(cell["spec"], 2), LAB.test_pixels[0])
        figures = LAB.shot("--view", "inspect", "--epochs", 3, "--step", 6)
        models = {side: LAB.trained(figures[side]["spec"], 2) for side in "ab"}
        z = models["b"].outputs(LAB.test_pixels[0][None])[0][0]
        miss = np.abs(reference.OUTPUT[models["b"].spec["output"]](z) - LAB.test_pixels[0])
        pixel = int(np.argmax(miss))  # B's own loss, MSE, is largest there: nobody asked for another
        InspectTest.check_inspect(self, figures, pixel, LAB.test_pixels[0], models)

    def test_beyond_the_end(self):
        for view in ("compare", "solo", "solo-b", "matrix", "inspect", "claims"):
            for step in (7, 2147483647) if view == "compare" else (7,):
                self.refuse("--view", view, "--epochs", 2, "--step", step, contains=f"--step {step}")


class BrokenTest(FiguresCase):
    def test_what_is_shown(self):
        for view in ("solo", "compare", "inspect"):
            figures = LAB.shot("--view", view, "--a", BREAKS, "--epochs", 2)
            shown = figures["a"]
            report = parse_json(LAB.run_small("train", "--model", shown["spec"], "--epochs", 2).stdout)
            self.assertEqual(shown["broken_step"], report["broken_step"])
            self.assertRegex(shown["broken_why"], r"^(encoder|decoder)\.\d\.(weight|bias) became (NaN|infinite)$")
            # the last finite weights that were seen, and their figures
            self.assertLess(shown["step"], shown["broken_step"])
            self.assertEqual(shown["step"], 0)
            self.check_model(shown, LAB.trained(shown["spec"], 0), LAB.test_pixels[0])
            if view != "solo":
                self.assertNotIn("broken_step", figures["b"])
                self.check_model(figures["b"], LAB.trained(figures["b"]["spec"], 2), LAB.test_pixels[0])
            settings = lab_reference.read_settings(figures["file"])
            self.assertEqual((settings["a"]["broken_step"], settings["a"]["broken_why"]),
                             (shown["broken_step"], shown["broken_why"]))

    def test_matrix(self):
        figures = LAB.shot("--view", "matrix", "--a", BREAKS, "--epochs", 1)
        broken = {(cell["output"], cell["loss"]) for cell in figures["cells"] if "broken_step" in cell}
        self.assertTrue({("relu", "mse"), ("linear", "mse")} <= broken, broken)
        for cell in figures["cells"]:
            report = parse_json(LAB.run_small("train", "--model", cell["spec"], "--epochs", 1).stdout)
            self.assertEqual(cell.get("broken_step"), report.get("broken_step"), cell["spec"])

    def test_before_it_broke(self):
        """A moment before the break is that of a model that has not broken."""
        figures = LAB.shot("--view", "solo", "--a", BREAKS, "--no-shuffle", "--epochs", 2, "--step", 0)
        self.check_model(figures["a"], LAB.trained(figures["a"]["spec"], 0), LAB.test_pixels[0])

    def test_figures_that_are_not_finite(self):
        """Weights of an absurd size: what is not finite is null, and nothing else is."""
        model = LAB.trained("output=linear", 0)
        tensors = {name: values.copy() for name, values in model.tensors.items()}
        tensors["decoder.0.bias"][14 * 28 + 14] = 1e30
        huge = LAB.path("huge.safetensors")
        with open(huge, "wb") as file:
            file.write(reference.pack_safetensors(tensors, {"format": "losslens", "spec": model.text, "step": "0"}))
        figures = LAB.shot("--view", "inspect", "--init", huge, "--epochs", 0, "--pixel", "14,14")
        test, inspect = figures["a"]["test"], figures["inspect"]["a"]
        self.assertAlmostEqual(inspect["p"] / 1e30, 1, delta=1e-6)
        self.assertEqual((inspect["mse"], test["nonfinite"]), (None, 0))
        self.assertTrue(test["mse"] is None or test["mse"] > 1e50)
        self.assertTrue(np.isfinite(test["bce"]) and np.isfinite(inspect["bce"]))
        self.assertIsNone(figures["a"]["drawing"]["mse"])
        tensors["decoder.0.weight"][0, :], tensors["encoder.0.bias"][:] = 3e38, 3e38
        with open(huge, "wb") as file:
            file.write(reference.pack_safetensors(tensors, {"format": "losslens", "spec": model.text, "step": "0"}))
        figures = LAB.shot("--view", "inspect", "--init", huge, "--epochs", 0, "--pixel", "0,0")
        self.assertIsNone(figures["inspect"]["a"]["p"])
        self.assertIsNone(figures["a"]["test"]["mse"])
        self.assertGreaterEqual(figures["a"]["test"]["nonfinite"], TEST_IMAGES)


class CodeTest(FiguresCase):
    """The numbers of the code, and what the decoder makes of them, against numpy over the saved weights."""

    def check_side(self, figures, name, model, shown):
        side, pad = figures["code"][name], np.array(figures["pad_input"])
        code = reference.encode(model.spec, model.tensors, pad[None])[0]
        self.assertEqual(side["units"], len(code))
        np.testing.assert_allclose(side["values"], code, atol=1e-4)
        wanted = [shown.get(i, value) for i, value in enumerate(code)]
        np.testing.assert_allclose(side["values_shown"], wanted, atol=1e-4)
        decoded = self.decode(model, np.array(wanted)[None])[0]
        np.testing.assert_allclose(side["decoded"], decoded, atol=2e-5)
        change = np.abs(np.array(decoded) - model.outputs(pad[None])[1][0]).mean()
        self.assertAlmostEqual(side["change"], change, delta=2e-5)
        self.assertAlmostEqual(side["mse"], ((decoded - pad) ** 2).mean(), delta=2e-5)
        codes = reference.encode(model.spec, model.tensors, LAB.test_pixels)
        np.testing.assert_allclose(side["mean"], codes.mean(axis=0), atol=1e-4)
        np.testing.assert_allclose(side["zero_share"], (codes == 0).mean(axis=0), atol=1.5 / len(codes))
        self.assertEqual(side["dead"], [bool(dead) for dead in codes.var(axis=0) < 1e-12])
        self.assertEqual(side["dead_count"], sum(side["dead"]))
        return np.array(wanted)

    def decode(self, model, codes):
        """Outputs of codes (count, units): what lies behind the narrowest layer."""
        values = [array.astype(np.float64) for array in model.tensors.values()]
        layers = list(zip(values[0::2], values[1::2]))
        first = 1 + min(range(len(layers) - 1), key=lambda i: len(layers[i][1]))
        for weight, bias in layers[first:-1]:
            codes = reference.HIDDEN[model.spec["hidden"]](codes @ weight.T + bias)
        return reference.OUTPUT[model.spec["output"]](codes @ layers[-1][0].T + layers[-1][1])

    def again(self, figures, **changes):
        """The picture of a picture whose settings of this view were changed."""
        settings = lab_reference.read_settings(figures["file"])
        settings["code_view"].update(changes)
        text = PngImagePlugin.PngInfo()
        text.add_text("losslens", json.dumps(settings))
        path = LAB.new_path(".png")
        Image.new("L", (4, 4)).save(path, pnginfo=text)
        return LAB.shot("--from", path)

    def test_numbers_and_pictures(self):
        specs = {"a": "batch=64,layers=20", "b": "batch=64,loss=mse,hidden=tanh,layers=24,9,24"}
        figures = LAB.shot("--view", "code", "--a", specs["a"], "--b", specs["b"], "--epochs", 3)
        models = {name: LAB.trained(spec, 3) for name, spec in specs.items()}
        self.assertEqual(figures["narrator"]["key"], "code")
        for name, model in models.items():
            shown = self.check_side(figures, name, model, {})
            rows = np.repeat(shown[None], len(shown), axis=0)
            np.fill_diagonal(rows, 0)
            drawn = np.array(figures["code"][name]["decoded"]) - self.decode(model, rows)
            np.testing.assert_allclose(figures["code"][name]["images"]["pixels"], drawn, atol=5e-5)
        # pulled, with the weights on show, and one number from end to end
        pulled = {"a": {3: 1.5, 7: 0.0}, "b": {8: -0.75}}
        lists = [[[number + 1, value] for number, value in pulled[name].items()] for name in "ab"]
        again = self.again(figures, pulled=lists, shows="decoder", number=8)
        self.assertEqual(again["narrator"]["key"], "code_pulled")
        self.assertEqual(again["code"]["own_axes"], False)
        self.assertEqual(*(again["code"][name]["axis"] for name in models))
        for name, model in models.items():
            shown = self.check_side(again, name, model, pulled[name])
            side = again["code"][name]
            self.assertEqual((side["pulled"], again["code"]["number"]), (len(pulled[name]), 7))
            rows = np.repeat(shown[None], len(side["strip"]["pixels"]), axis=0)
            rows[:, 7] = np.linspace(*side["axis"], len(rows))
            np.testing.assert_allclose(side["strip"]["pixels"], self.decode(model, rows), atol=5e-5)
            units = np.eye(len(shown))
            alone = (model.tensors["decoder.0.weight"].T if name == "a" else
                     self.decode(model, units) - self.decode(model, 0 * units))
            np.testing.assert_allclose(side["images"]["pixels"], alone, atol=5e-5)
        # on the way to another digit; what the first layer reads is one weight a pixel in A alone
        walk = self.again(figures, shows="encoder", strip="walk", walk=[5, 0.3])
        self.assertEqual(walk["narrator"]["key"], "code_walk")
        for name, model in models.items():
            side = walk["code"][name]
            ends = [reference.encode(model.spec, model.tensors, t[None])[0]
                    for t in (np.array(walk["pad_input"]), LAB.test_pixels[5])]
            self.check_side(walk, name, model, dict(enumerate(0.7 * ends[0] + 0.3 * ends[1])))
            shares = np.linspace(0, 1, len(side["strip"]["pixels"]))[:, None]
            np.testing.assert_allclose(side["strip"]["pixels"],
                                       self.decode(model, ends[0] + shares * (ends[1] - ends[0])), atol=5e-5)
            self.assertEqual(side["strip"]["nearest"], 3)
        np.testing.assert_allclose(walk["code"]["a"]["images"]["pixels"], models["a"].tensors["encoder.0.weight"], atol=1e-6)
        self.assertIsNone(walk["code"]["b"]["images"]["pixels"])

    def test_axes(self):
        """One for both sides, but where one reaches five times as far as the other, whose bars would be dots on it."""
        for a, b, is_own in (("hidden=sigmoid", "hidden=relu", False), ("hidden=sigmoid", "lr=0.02", True),
                             ("lr=0.02", "hidden=tanh", True)):
            code = LAB.shot("--view", "code", "--a", a, "--b", b, "--epochs", 3)["code"]
            ranges = [(min(0, *side["least"], *side["values"]), max(0, *side["most"], *side["values"]))
                      for side in (code["a"], code["b"])]
            spans = [high - low for low, high in ranges]
            self.assertEqual(max(spans) > 5 * min(spans), is_own, spans)  # or the case tells nothing
            self.assertEqual(code["own_axes"], is_own)
            for side, (low, high), span in zip("ab", ranges, spans):
                least, most = code[side]["axis"]
                self.assertTrue(least <= low and high <= most, (side, low, high))
                self.assertLess(most - least, 1.5 * (span if is_own else max(spans)))
            if not is_own:
                self.assertEqual(code["a"]["axis"], code["b"]["axis"])

    def test_a_dead_code(self):
        figures = LAB.shot("--view", "code", "--b", "l1=1,lr=0.1,layers=8", "--epochs", 3)
        dead = figures["code"]["b"]["dead_count"]
        self.assertEqual(dead, figures["b"]["test"]["dead_code_units"])
        self.assertEqual((figures["narrator"]["key"] == "code_dead"), dead == 8)


class SettingsTest(unittest.TestCase):
    def near(self, short, long):
        """The text chunk has nine digits of what the JSON has seventeen of."""
        if isinstance(short, dict):
            for key in short:
                self.near(short[key], long[key])
        elif isinstance(short, list):
            self.assertEqual(len(short), len(long))
            for got, expected in zip(short, long):
                self.near(got, expected)
        elif isinstance(short, float):
            self.assertAlmostEqual(short, long, delta=1e-8 * abs(long))
        else:
            self.assertEqual(short, long)

    def check_text(self, arguments, *data):
        file = LAB.new_path(".png")
        result = LAB.run("shot", *(data or ("--data", LAB.data)), "-o", file, *arguments)
        self.assertEqual((result.returncode, result.stdout), (0, file + "\n"), result.stderr)
        with Image.open(file) as image:
            text = image.text["losslens"]
        self.assertLess(len(text), 65536)
        self.assertTrue(text.isascii())
        self.assertEqual(text, "".join(text.split("\n")))
        return parse_json(text)

    LONG = ("layers=100,100,100,100,100,100,100,hidden=leaky_relu,optimizer=adadelta,lr=0.00123456789,"
            "noise=0.123456789,l1=0.000000123456,batch=4096,seed=4294967295,output=softplus")

    def test_text_chunk_of_every_view(self):
        everything = ["--outputs", ",".join(OUTPUTS), "--a", f"{self.LONG},loss=bce", "--b", f"{self.LONG},loss=mse",
                      "--epochs", 0, "--size", "1920x1200", "--pixel", "27,27", "--target", "0.123456789",
                      "--brush", "0.1,0.9", "--heatmap", "difference,gradient", "--heat-scale", "1.23456789",
                      "--binary", "0.123456789", "--step", "0"]
        for view in ("compare", "solo", "solo-b", "matrix", "inspect", "claims", "code"):
            with self.subTest(view=view):
                settings = self.check_text(["--view", view, *everything])
                self.assertEqual(settings["view"], view)
                self.assertEqual(settings["brush_bins"], [7, 58])
                self.assertEqual(list(settings["heat_scale"]), ["difference", "gradient"])
        settings = self.check_text(["--wipe", "0.123456789", *everything])
        self.assertAlmostEqual(settings["wipe"], 0.123456789, delta=1e-7)

    def test_text_chunk_of_names_and_breaks(self):
        name = LAB.path("Zahlen-\u0446\u0438\u0444\u0440\u044b-\u6570\u5b57-" + "\U0001f522" * 40)
        os.symlink(LAB.data, name)
        settings = self.check_text(["--view", "compare", "--a", BREAKS, "--b", BREAKS + ",seed=2", "--epochs", 1],
                                   "--data", name)
        self.assertIn("broken_why", settings["a"])
        self.assertIn("broken_why", settings["b"])

    def test_settings_are_the_figures_settings(self):
        for arguments in (["--view", "compare", "--wipe", "0.25"], ["--view", "inspect", "--target", "0.3"],
                          ["--view", "matrix"], ["--view", "code"], ["--view", "solo-b", "--heatmap", "dead,bias"],
                          ["--view", "claims", "--epochs", 3, "--step", 4]):
            figures = LAB.shot("--epochs", 2, *arguments) if "--epochs" not in arguments else LAB.shot(*arguments)
            settings = lab_reference.read_settings(figures["file"])
            for key, value in settings.items():
                self.assertIn(key, figures)
                with self.subTest(key=key):
                    self.near(value, figures[key])


if __name__ == "__main__":
    unittest.main()
