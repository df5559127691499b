#!/usr/bin/env python3
"""What a frame shows, in files for other tools: figures as CSV and JSON, held against each other and against the JSON of
the picture; arrays that numpy loads, held against the digits and the formulas.

Usage: export_test.py PATH_TO_LOSSLENS
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import cli_reference as reference

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"


def run(*arguments):
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, env=env)


class ExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="losslens-export-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.data = os.path.join(cls.folder, "digits")
        reference.make_set(PROGRAM, cls.data, 640, 300)
        cls.count = 0

    def path(self, end):
        ExportTest.count += 1
        return os.path.join(self.folder, f"{ExportTest.count}{end}")

    def shot(self, *arguments, status=0):
        result = run("shot", "--data", self.data, "--epochs", 1, "-o", self.path(".png"), *arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        return result

    def load(self, folder):
        return {name.removesuffix(".npy"): np.load(os.path.join(folder, name), allow_pickle=False)
                for name in os.listdir(folder)}

    def test_figures(self):
        for view, count in (("compare", 2), ("solo-b", 1), ("matrix", 16)):
            table, text = self.path(".csv"), self.path(".json")
            breaks = "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64"
            told = json.loads(self.shot("--view", view, "--b", breaks, "--figures", table, "--json").stdout)
            self.shot("--view", view, "--b", breaks, "--figures", text)
            with open(text) as file:
                figures = json.load(file)
            models = figures["models"]
            self.assertEqual(figures["notices"], told["notices"])
            with open(table, newline="") as file:
                lines = file.read()
                self.assertEqual(lines.count("\n"), lines.count("\r\n"))
                file.seek(0)
                rows = list(csv.DictReader(file, strict=True))
            self.assertEqual((len(rows), len(models)), (count, count))
            self.assertEqual(len({row["model"] for row in rows}), count)
            for row, model in zip(rows, models):
                self.assertNotIn(None, row)  # no value without a column
                self.assertEqual((row["model"], row["spec"], int(row["step"])), (model["model"], model["spec"], model["step"]))
                for part in ("test", "drawing"):
                    for key, value in model.get(part, {}).items():
                        if isinstance(value, (int, float)):
                            self.assertEqual(float(row[f"{part}.{key}"]), value)
                        elif value is None:
                            self.assertEqual(row[f"{part}.{key}"], "")
                if model["model"] in told:
                    test = told[model["model"]]["test"]  # with two that pictures alone have
                    self.assertEqual(model["test"], {key: test[key] for key in test if key not in ("sharpness", "ssim")})
                    self.assertEqual(model["drawing"], told[model["model"]]["drawing"])
            self.assertTrue(any(row.get("broken_step") for row in rows) or view == "matrix")

    def test_arrays(self):
        folder = self.path("")
        told = json.loads(self.shot("--npy", folder, "--page", 1, "--heatmap", "mse,difference", "--json").stdout)
        arrays = self.load(folder)
        digits = reference.read_digits(self.data, "t10k")[0].reshape(-1, 28, 28).astype(np.float32) / np.float32(255)
        self.assertEqual(sorted(arrays), sorted(["input", "drawing"] + [f"{what}-{model}" for model in "ab" for what in (
            "output", "drawing-output", "heat-mse", "heat-difference")]))
        for name, array in arrays.items():
            self.assertEqual(array.dtype, np.float32)
            self.assertEqual(array.shape, (1 if name.startswith("drawing") else len(told["digits"]), 28, 28), name)
        self.assertTrue((arrays["input"] == digits[told["digits"]]).all())
        self.assertTrue((arrays["drawing"] == digits[:1]).all())
        for model in "ab":
            error = (arrays[f"output-{model}"] - arrays["input"]) ** 2
            self.assertLess(np.abs(error - arrays[f"heat-mse-{model}"]).max(), 1e-6)
            mse = np.mean((arrays[f"drawing-output-{model}"].astype(float) - arrays["drawing"]) ** 2)
            self.assertAlmostEqual(mse, told[model]["drawing"]["mse"], delta=1e-8)
        difference = arrays["output-a"] - arrays["output-b"]
        self.assertTrue((arrays["heat-difference-a"] == difference).all())
        self.shot("--npy", folder, status=1)  # nothing is replaced
        self.shot("--npy", folder, "--view", "solo", "--heatmap", "dead,dead", "--force")
        self.assertEqual(np.load(os.path.join(folder, "heat-dead-a.npy")).shape, (1, 28, 28))  # of the whole set

    def test_noisy_inputs(self):
        """Of a model that trains with noise: what it reads, what it makes of that, and its figures on such inputs."""
        spec, weights, folder = "noise=0.3,noise_kind=mask,layers=16,batch=64", self.path(".safetensors"), self.path("")
        result = run("train", "--data", self.data, "--epochs", 1, "--model", spec, "-o", weights)
        self.assertEqual(result.returncode, 0, result.stderr)
        told = json.loads(self.shot("--b", spec, "--npy", folder, "--json").stdout)
        arrays = self.load(folder)
        self.assertEqual([name for name in arrays if name.startswith("noisy") and name.endswith("-a")], [])
        digits, noisy, made = arrays["input"], arrays["noisy-input-b"], arrays["noisy-output-b"]
        is_kept = noisy == digits
        self.assertTrue((is_kept | (noisy == 0)).all())
        self.assertAlmostEqual(1 - is_kept[digits > 0].mean(), 0.3, delta=0.1)
        logits = reference.forward(reference.parse_spec(told["b"]["spec"]), reference.read_safetensors(weights)[0],
                                   noisy.reshape(-1, 784).astype(float))
        self.assertLess(np.abs(reference.sigmoid(logits).reshape(noisy.shape) - made).max(), 1e-5)
        for loss, value in told["b"]["history"][-1]["test_noisy"].items():
            self.assertAlmostEqual(value, told["b"]["test_noisy"][loss], delta=1e-6, msg=loss)
        self.assertNotIn("test_noisy", told["a"]["history"][-1])
        self.shot("--b", spec, "--npy", folder, "--show-as", "threshold", "--force")
        self.assertTrue((np.load(os.path.join(folder, "noisy-output-b.npy")) == (made >= 0.5)).all())

    def test_places(self):
        taken = self.path(".csv")
        full = self.path("")
        os.makedirs(full)
        for path in (taken, os.path.join(full, "input.npy")):
            with open(path, "w") as file:
                file.write("mine")
        for arguments, status in ((["--figures", taken], 1), (["--figures", self.path(".txt")], 2),
                                  (["--figures", os.path.join(self.folder, "no", "x.csv")], 1), (["--npy", taken], 1),
                                  (["--npy", full], 1)):
            picture = self.path(".png")
            result = run("shot", "--data", self.data, "--epochs", 0, "-o", picture, *arguments)
            self.assertEqual((result.returncode, result.stderr.count("losslens: ")), (status, 1), result.stderr)
            self.assertFalse(os.path.exists(picture))  # said before anything was done
        with open(taken) as file:
            self.assertEqual(file.read(), "mine")


if __name__ == "__main__":
    unittest.main()
