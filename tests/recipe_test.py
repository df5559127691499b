#!/usr/bin/env python3
"""Adds a loss, an output, a heatmap and a scene to a copy of the tree, each exactly as README's "To add" says, and holds
what the program then prints and draws against numpy. All four before the one build: each changes an enum that nearly
every file reads.

tests/recipe/NAME.patch is what a newcomer writes; NAME-reference.patch what he is asked to tell the tests besides.
Usage: recipe_test.py [unittest's arguments]
"""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import numpy as np

import cli_reference as reference
import figures_reference as lab_reference

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RECIPES = {"heatmap": 1, "loss": 2, "output": 2, "scene": 3}  # and how many files each touches
C_TESTS = ["test_functions", "test_gradient", "test_output", "test_metrics", "test_spec", "test_layout", "test_panels"]
EPOCHS, LIMIT = 3, 512
TREE = None


def setUpModule():
    global TREE
    TREE = Tree()


def tearDownModule():
    TREE.close()


class Tree:
    """A copy of what git knows, which each recipe adds to, and its build."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="losslens-recipe-")
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
        for name in filter(None, map(os.fsdecode, files)):
            os.makedirs(os.path.dirname(os.path.join(self.root, name)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), os.path.join(self.root, name))
        self.touched, self.lab = {recipe: self.apply(recipe) for recipe in RECIPES}, None
        self.build()

    def close(self):
        if self.lab:
            self.lab.close()
        shutil.rmtree(self.root)

    def command(self, *command):
        result = subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=500)
        assert result.returncode == 0, (command, result.stdout[-4000:], result.stderr[-4000:])
        return result.stdout

    def apply(self, recipe):
        """The files that the patch touches."""
        patch = os.path.join(ROOT, "tests/recipe", recipe + ".patch")
        self.command("git", "apply", patch)
        with open(patch, encoding="utf-8") as file:
            return re.findall(r"^\+\+\+ b/(.*)$", file.read(), re.M)

    def build(self):
        self.command("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                     "-DLOSSLENS_TESTS=ON", "-DLOSSLENS_WERROR=ON", "-DLOSSLENS_ISAS=plain")
        self.command("cmake", "--build", "build", "--target", "losslens", *C_TESTS, "--", "--quiet")

    def run_tests(self):
        """Of each C test that fails its output, by its name."""
        failed = {}
        for name in C_TESTS:
            result = subprocess.run([os.path.join(self.root, "build/tests", name)], cwd=self.root, capture_output=True,
                                    text=True, timeout=300)
            if result.returncode != 0:
                failed[name] = result.stdout + result.stderr
        return failed

    def shot(self, *arguments):
        if not self.lab:
            self.lab = lab_reference.Lab(os.path.join(self.root, "build/losslens"))
        return self.lab.shot("--texts", "--epochs", EPOCHS, "--limit", LIMIT, *arguments)

    def outputs(self, spec):
        """Of the test digits, in numpy, from the weights that a training of the same spec exports: t, z."""
        model = self.lab.trained(spec, EPOCHS, "--limit", LIMIT)
        t = self.lab.test_pixels
        return t, reference.forward(model.spec, model.tensors, t)


class RecipeTest(unittest.TestCase):
    def check_files(self, files, file_count):
        """Each is one of those that README's "To add" names, NAME being any."""
        self.assertEqual(len(files), file_count, files)
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
            section = re.search(r"^### To add .*?(?=^## )", readme.read(), re.M | re.S)[0]
        named = re.findall(r"`((?:app|engine|tests)/[\w/.]+)`", section)
        for file in files:
            self.assertTrue(any(re.fullmatch(re.escape(name).replace("NAME", r"\w+"), file) for name in named),
                            f"README does not say that {file} changes")

    def test_files(self):
        for recipe, file_count in RECIPES.items():
            self.check_files(TREE.touched[recipe], file_count)

    def test_references(self):
        """C tests ask for the references, which nothing can stand in for, and hold the new functions against them."""
        asked = {"output": "does not know the activation 'softsign': write it there|softsign has no bound in this test",
                 "loss": "does not know the loss 'cube': write it there"}
        failed = TREE.run_tests()
        for name, output in failed.items():
            self.assertRegex(output, "|".join(asked.values()), name)
        for recipe, question in asked.items():
            self.assertRegex("\n".join(failed.values()), question)
            self.check_files(TREE.apply(recipe + "-reference"), 1 if recipe == "loss" else 2)
        TREE.build()
        self.assertEqual(TREE.run_tests(), {})

    def texts(self, figures):
        return [entry["text"] for entry in figures["texts"]]

    def test_loss(self):
        figures = TREE.shot("--a", "loss=cube", "--b", "loss=cube,output=clip", "--curve", "cube",
                            "--size", "1440x900")
        for side in "ab":
            t, z = TREE.outputs(figures[side]["spec"])
            far = np.abs(reference.OUTPUT["sigmoid" if side == "a" else "clip"](z) - t)
            expected = (far ** 3).mean()
            self.assertAlmostEqual(figures[side]["test"]["cube"] / expected, 1, delta=1e-4)
            self.assertAlmostEqual(figures[side]["history"][-1]["test"]["cube"] / expected, 1, delta=1e-4)
            self.assertIn(f"{expected:.4f}", " ".join(self.texts(figures)))
        self.assertTrue(any("Cubed" in text for text in self.texts(figures)))
        self.assertIn("cube", TREE.lab.run("train", "--help").stdout)
        matrix = TREE.shot("--view", "matrix", "--losses", "cube")
        self.assertEqual(matrix["matrix"]["losses"], ["cube"])

    def test_output(self):
        figures = TREE.shot("--a", "output=softsign,loss=mse")
        t, z = TREE.outputs(figures["a"]["spec"])
        p = (1 + z / (1 + np.abs(z))) / 2
        self.assertAlmostEqual(figures["a"]["test"]["mse"] / ((p - t) ** 2).mean(), 1, delta=1e-4)
        self.assertTrue(any("softsign" in text for text in self.texts(figures)))
        self.assertIn("softsign", TREE.lab.run("train", "--help").stdout)

    def test_heatmap(self):
        figures = TREE.shot("--view", "inspect", "--heatmap", "grey", "--pixel", "0,0", "--a", "loss=mse", "--size", "1100x700")
        self.assertEqual(figures["heat_scale"]["grey"], 1)
        self.assertTrue(any(text.startswith("grey") for text in self.texts(figures)))
        t, z = TREE.outputs(figures["a"]["spec"])
        p = reference.sigmoid(z[figures["digits"][0]])
        colors = lab_reference.paint(4 * p * (1 - p), 1, False)
        picture = lab_reference.read_picture(figures["file"])
        self.assertTrue(any(lab_reference.locate(picture, colors, side) for side in range(2, 13)))

    def test_scene(self):
        figures = TREE.shot("--view", "summary")
        self.assertEqual(figures["view"], "summary")
        for side in "ab":
            self.assertIn(f"test MSE {figures[side]['test']['mse']:.4f}", " ".join(self.texts(figures)))
        self.assertIn("Summary", self.texts(figures))
        self.assertIn("summary", TREE.lab.run("shot", "--help").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
