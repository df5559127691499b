#!/usr/bin/env python3
"""`losslens shot`: pictures without a display, their settings, and what happens when they cannot be written.

Usage: shot_test.py PATH_TO_LOSSLENS
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

import numpy
from PIL import Image

LOSSLENS = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
QUICK = ["--limit", "512", "--epochs", "1"]


def shot(*arguments, **environment):
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.update(environment)
    return subprocess.run([LOSSLENS, "shot", *QUICK, *arguments], capture_output=True, text=True, timeout=300, env=env)


class ShotTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name="a.png"):
        return os.path.join(self.folder, name)

    def picture(self, *arguments, name="a.png"):
        result = shot("-o", self.path(name), *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.strip(), self.path(name))
        return Image.open(self.path(name))

    def test_size_and_settings(self):
        image = self.picture("--size", "1024x640", "--a", "loss=mae,output=clip,seed=9")
        self.assertEqual(image.size, (1024, 640))
        text = image.text["losslens"]
        self.assertLess(len(text), 4096)
        for secret in (self.folder, os.path.expanduser("~"), socket.gethostname(), "/"):
            if len(secret) > 2 or secret == "/":
                self.assertNotIn(secret, text)
        settings = json.loads(text)
        self.assertIn("loss=mae,output=clip", settings["a"]["spec"])
        self.assertIn("seed=9", settings["a"]["spec"])
        self.assertIn("loss=mse,output=relu", settings["b"]["spec"])
        self.assertEqual(settings["data"]["train"], 512)
        self.assertGreater(settings["a"]["test"]["bce"], 0)

    def test_same_command_same_picture(self):
        first, second = self.picture(name="1.png"), self.picture(name="2.png")
        self.assertTrue((numpy.asarray(first) == numpy.asarray(second)).all())

    def test_views_pages_and_specs_change_the_picture(self):
        base = numpy.asarray(self.picture(name="0.png"))
        for i, arguments in enumerate((["--view", "solo"], ["--page", "3"], ["--b", "loss=mae"], ["--scale", "0.8"])):
            self.assertTrue((numpy.asarray(self.picture(*arguments, name=f"{i + 1}.png")) != base).any(), arguments)

    def test_digit_from_a_picture(self):
        drawing = numpy.zeros((56, 56), numpy.uint8)
        drawing[8:48, 25:31] = 255
        Image.fromarray(drawing).save(self.path("one.png"))
        base = numpy.asarray(self.picture(name="0.png"))
        self.assertTrue((numpy.asarray(self.picture("--digit", self.path("one.png"), name="1.png")) != base).any())
        with open(self.path("bad.png"), "wb") as file:
            file.write(b"not a picture")
        result = shot("-o", self.path("2.png"), "--digit", self.path("bad.png"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("bad.png", result.stderr)
        self.assertFalse(os.path.exists(self.path("2.png")))

    def test_never_over_an_existing_file(self):
        with open(self.path(), "w") as file:
            file.write("precious")
        result = shot("-o", self.path())
        self.assertEqual(result.returncode, 1)
        self.assertIn("a.png", result.stderr)
        with open(self.path()) as file:
            self.assertEqual(file.read(), "precious")
        self.assertEqual(os.listdir(self.folder), ["a.png"])

    def test_missing_folder(self):
        result = shot("-o", self.path("no/such/a.png"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("a.png", result.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_shots_folder_and_names(self):
        names = set()
        for _ in range(2):
            result = shot("--shots", self.path("shots"))
            self.assertEqual(result.returncode, 0, result.stderr)
            names.add(result.stdout.strip())
        self.assertEqual(len(names), 2)
        self.assertEqual(len(os.listdir(self.path("shots"))), 2)

    def test_page_beyond_the_set(self):
        result = shot("-o", self.path(), "--page", "100000")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--page 100000", result.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_bad_data(self):
        result = shot("-o", self.path(), "--data", self.path("none"))
        self.assertEqual(result.returncode, 4)
        self.assertIn("none", result.stderr)

    def test_a_broken_model_is_a_picture_too(self):
        image = self.picture("--a", "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64")
        self.assertGreaterEqual(json.loads(image.text["losslens"])["a"]["broken_step"], 0)


if __name__ == "__main__":
    unittest.main()
