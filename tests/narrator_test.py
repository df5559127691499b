#!/usr/bin/env python3
"""What `losslens shot --json` says in words: every figure of a sentence is one of the JSON's, rounded, and nothing is said
before it is known.

Usage: narrator_test.py PATH_TO_LOSSLENS [unittest's arguments]
"""
import re
import sys
import unittest

import numpy as np

import figures_reference as lab_reference

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
LAB = None
BREAKS = "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64"


def setUpModule():
    global LAB
    LAB = lab_reference.Lab(PROGRAM)


def tearDownModule():
    LAB.close()


def write_loss(value):
    return f"{value:.4f}" if abs(value) < 0.09995 else f"{value:.3f}"


def write_difference(value):
    return f"{value:.{max(0, 1 - int(f'{value:.1e}'.split('e')[1]))}f}" if value else "0"


class NarratorTest(unittest.TestCase):
    def shot(self, *arguments):
        figures = LAB.shot(*arguments)
        return figures, figures["narrator"]["key"], figures["narrator"]["text"]

    def says(self, text, *figures):
        """These figures, in this order, and no other with a decimal point."""
        self.assertEqual(re.findall(r"\d+\.\d+", text), list(figures), text)
        self.assertNotRegex(text, r"[*<>]")

    def test_alike_is_held_against_chance(self):
        figures, key, text = self.shot("--a", "batch=8,lr=0.01", "--b", "loss=mse,batch=8,lr=0.01", "--epochs", 12)
        pair = figures["pair"]
        self.assertEqual((pair["distance_epoch"], pair["chance_epoch"]), (12, 12))
        spec = figures["a"]["spec"]
        models = [LAB.trained(other, 12) for other in (spec, figures["b"]["spec"], spec.replace("seed=1", "seed=2"))]
        for name, model in (("distance", models[1]), ("chance", models[2])):
            self.assertAlmostEqual(pair[name], lab_reference.distance(models[0], model, LAB.test_pixels), delta=2e-5)
        is_worse = figures["b"]["test"]["mse"] / figures["a"]["test"]["mse"]
        is_worse = max(is_worse, 1 / is_worse) > 1.05 and pair["distance"] > pair["chance"]
        if is_worse:
            self.assertEqual(key, "worse")
        elif pair["distance"] <= 1.25 * pair["chance"]:
            self.assertEqual(key, "alike")
            shown = [write_difference(pair["distance"]), write_difference(pair["chance"])]
            self.says(text, *shown[:1 if shown[0] == shown[1] else 2])
        else:
            self.assertEqual(key, "differs")

    def test_worse(self):
        figures, key, text = self.shot("--a", "batch=8", "--b", "batch=8,output=relu", "--epochs", 10)
        a, b = (figures[side]["test"] for side in "ab")
        self.assertEqual(key, "worse")
        self.assertGreater(figures["pair"]["distance"], figures["pair"]["chance"])
        worse, better = (a, b) if a["mse"] > b["mse"] else (b, a)
        self.assertEqual(re.findall(r"\d+\.\d+", text)[:2], [write_loss(worse["mse"]), write_loss(better["mse"])])
        if worse["never_lit"] - better["never_lit"] > 50:
            self.assertIn(f"{worse['never_lit']} ", text)

    def test_before_chance_is_known(self):
        figures, key, text = self.shot("--a", "batch=8,lr=0.01", "--b", "batch=8,lr=0.01,hidden=tanh", "--epochs", 9)
        self.assertEqual(key, "so_far")
        self.assertNotIn("chance", figures["pair"])
        self.assertIn("after 9 epochs. Chance is measured from epoch 10 on.", text)
        self.assertEqual({*re.findall(r"\d+\.\d+", text)}, {write_loss(figures[side]["test"]["mse"]) for side in "ab"})

    def test_the_twin_is_not_drawn(self):
        """It trains beside the pair, and neither picture nor history tell of it."""
        figures, _, _ = self.shot("--a", "batch=100", "--b", "loss=mse,batch=100", "--epochs", 11)
        self.assertEqual(figures["newest_step"], 11 * 7)
        alone, key, _ = self.shot("--view", "solo", "--a", "batch=100", "--epochs", 11)
        self.assertEqual(alone["moments"], figures["moments"])
        self.assertEqual(alone["a"], figures["a"])
        self.assertNotIn("pair", alone)
        self.assertIn(key, ("solo", "fault", "mean_image", "near_mean_image", "dark"))
        again, _, _ = self.shot("--a", "batch=100", "--b", "loss=mse,batch=100", "--epochs", 11)
        self.assertEqual({**figures, "file": 0}, {**again, "file": 0})

    def test_in_the_past(self):
        """Chance is that of the moment, or unknown."""
        arguments = ["--a", "batch=100", "--b", "loss=mse,batch=100", "--epochs", 12]
        figures, _, text = self.shot(*arguments, "--step", 77)
        self.assertEqual((figures["pair"]["distance_epoch"], figures["pair"]["chance_epoch"]), (11, 11))
        figures, key, text = self.shot(*arguments, "--step", 21)
        self.assertEqual(figures["pair"]["distance_epoch"], 3)
        self.assertNotIn("being measured", text)

    def test_two_things(self):
        figures, key, text = self.shot("--a", "batch=100", "--b", "loss=mse,output=relu,batch=100", "--epochs", 0)
        self.assertEqual(key, "two_things")
        self.assertTrue(text.startswith("Two things differ: loss and output. Nothing is learnt yet: "), text)
        self.says(text, *(write_loss(figures[side]["test"]["mse"]) for side in "ab"))
        self.assertEqual(figures["narrator"]["action"], "Set B's output to sigmoid")

    def test_broken(self):
        figures, key, text = self.shot("--a", BREAKS, "--epochs", 1)
        self.assertEqual(key, "broke")
        self.assertIn(f"A broke at batch {figures['a']['broken_step']}:", text)
        self.assertIn(f"Shown: batch {figures['a']['step']}.", text)

    def test_dark_and_mean_image(self):
        seen = set()
        for b in ("loss=mae,batch=8", "lr=1,batch=32"):
            figures, key, text = self.shot("--a", "batch=32", "--b", b, "--epochs", 6)
            seen.add(key)
            test, facts = figures["b"]["test"], figures["test_set"]
            if key == "dark":
                self.says(text, write_loss(test["mean_output"]), write_loss(facts["mean_input"]))
            elif key == "mean_image":
                self.says(text, write_loss(test["mse"]), write_loss(facts["mean_image_mse"]))
        self.assertTrue(seen & {"dark", "mean_image"}, seen)

    def test_matrix(self):
        figures, _, text = self.shot("--view", "matrix", "--a", "batch=8", "--epochs", 10)
        self.assertEqual([column["loss"] for column in figures["narrator_columns"]],
                         [rank["loss"] for rank in figures["ranks"]])
        for column in figures["narrator_columns"]:
            cells = [cell["test"] for cell in figures["cells"] if cell["loss"] == column["loss"]]
            known = [write_loss(cell[key]) for cell in cells for key in ("mse", column["loss"], "mean_output")]
            least = min(cell["mse"] for cell in cells)
            known += [f"{cell['mse'] / least:.1f}" for cell in cells] + [write_loss(figures["test_set"]["mean_input"])]
            self.assertTrue(column["text"], column)
            for number in re.findall(r"\d+\.\d+", column["text"]):
                self.assertIn(number, known, column["text"])
            for number in re.findall(r"(\d+) %", column["text"]):
                self.assertIn(number, [f"{100 * (cell['mse'] / least - 1):.0f}" for cell in cells], column["text"])

    def test_pixel(self):
        pixels = LAB.test_pixels[0]
        pixel = int(np.argmax(pixels))
        figures, key, text = self.shot("--view", "inspect", "--a", "output=relu,batch=8", "--b", "loss=mse,batch=8",
                                       "--pixel", f"{pixel // 28},{pixel % 28}", "--epochs", 2)
        inspect = figures["inspect"]
        self.assertIn(key, ("no_slope", "outside", "met", "floor", "missed"))
        if key == "no_slope":
            side = "a" if inspect["a"]["bce_slope"] == 0 else "b"
            self.assertEqual(inspect[side]["bce_slope" if side == "a" else "mse_slope"], 0)
        if key in ("met", "missed"):
            for value in (inspect["t"], inspect["a"]["p"], inspect["b"]["p"]):
                self.assertIn(f"{value:.3f}", text)

    def test_claims_have_their_own(self):
        self.assertNotIn("narrator", LAB.shot("--view", "claims", "--epochs", 1))


if __name__ == "__main__":
    unittest.main()
