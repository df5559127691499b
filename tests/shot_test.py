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

import cli_reference as reference

LOSSLENS = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
QUICK = ["--limit", "512", "--epochs", "1"]
FOLDER = tempfile.TemporaryDirectory()
SET = os.path.join(FOLDER.name, "set")  # the first of the built-in digits, which take a second to be drawn


def setUpModule():
    reference.make_set(LOSSLENS, SET, 512, 300)


def tearDownModule():
    FOLDER.cleanup()


def shot(*arguments, **environment):
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.update(environment)
    data = [] if "--data" in arguments else ["--data", SET]
    return subprocess.run([LOSSLENS, "shot", *QUICK, *data, *arguments], capture_output=True, text=True, timeout=300, env=env)


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
        image = self.picture("--data", "builtin", "--size", "1024x640", "--a", "loss=mae,output=clip,seed=9")
        self.assertEqual(image.size, (1024, 640))
        text = image.text["losslens"]
        self.assertLess(len(text), 65536)
        for secret in (self.folder, os.path.expanduser("~"), socket.gethostname(), "/"):
            if len(secret) > 2 or secret == "/":
                self.assertNotIn(secret, text)
        settings = json.loads(text)
        self.assertIn("loss=mae,output=clip", settings["a"]["spec"])
        self.assertIn("seed=9", settings["a"]["spec"])
        self.assertIn("loss=mse,output=sigmoid", settings["b"]["spec"])
        self.assertEqual(settings["data"]["train"], 512)
        self.assertGreater(settings["a"]["test"]["bce"], 0)

    def test_same_command_same_picture(self):
        first, second = self.picture(name="1.png"), self.picture(name="2.png")
        self.assertTrue((numpy.asarray(first) == numpy.asarray(second)).all())

    def test_without_openGL_by_openGL_ES_the_same_picture(self):
        pictures = []
        for version in ("3.3", "2.1"):  # what Mesa then says it has of OpenGL; of ES it has 3.2
            result = shot("-o", self.path(version), "--view", "matrix", MESA_GL_VERSION_OVERRIDE=version)
            self.assertEqual(result.returncode, 0, result.stderr)
            pictures.append(numpy.asarray(Image.open(self.path(version))))
        self.assertTrue((pictures[0] == pictures[1]).all())

    def test_outputs_are_shown_as_asked_for(self):
        def output(way):
            picture = self.picture("--show-as", way, name="as.png", *["--force"])
            return json.loads(picture.text["losslens"]), numpy.asarray(picture.convert("L"))
        pictures = {way: output(way) for way in ("mean", "threshold", "sample")}
        self.assertTrue((output("sample")[1] == pictures["sample"][1]).all())
        for way, (settings, pixels) in pictures.items():
            self.assertEqual(settings["show_as"], way)
            self.assertEqual(settings["a"]["test"], pictures["mean"][0]["a"]["test"])
        self.assertTrue((pictures["mean"][1] != pictures["threshold"][1]).any())
        self.assertTrue((pictures["threshold"][1] != pictures["sample"][1]).any())

    def test_theme(self):
        """Light where it is asked for, whatever the window remembers of its own."""
        home = os.path.join(self.folder, "home")
        os.makedirs(os.path.join(home, "losslens"))
        remembered = os.path.join(home, "losslens", "settings.json")
        with open(remembered, "w") as file:
            file.write('{"theme": "light"}')
        grounds = {}
        for name, options in (("own", []), ("dark", ["--theme", "dark"]), ("light", ["--theme", "light"])):
            result = shot("-o", self.path(name), *options, XDG_CONFIG_HOME=home)
            self.assertEqual((result.returncode, result.stderr.count("settings")), (0, 0), result.stderr)
            image = Image.open(self.path(name))
            self.assertEqual(json.loads(image.text["losslens"])["theme"], "light" if name == "light" else "dark")
            grounds[name] = numpy.asarray(image.convert("RGB")).astype(int)
        self.assertTrue((grounds["own"] == grounds["dark"]).all())
        self.assertLess(numpy.median(grounds["dark"]), 40)
        self.assertGreater(numpy.median(grounds["light"]), 215)
        with open(remembered) as file:
            self.assertEqual(file.read(), '{"theme": "light"}')

    def test_views_pages_and_specs_change_the_picture(self):
        base = numpy.asarray(self.picture(name="0.png"))
        for i, arguments in enumerate((["--view", "solo"], ["--page", "3"], ["--b", "loss=mae"], ["--scale", "1.5"])):
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

    def figure(self, *arguments, name="a.png"):
        return self.picture("--figure", *arguments, name=name)

    def test_a_figure_has_a_size_of_its_own_and_its_settings(self):
        image = self.figure()
        self.assertEqual(image.size, (1920, 1080))
        settings = json.loads(image.text["losslens"])
        self.assertEqual(settings["theme"], "light")
        self.assertGreater(len(settings["figure"]["title"]), 3)
        self.assertIn("loss=bce,output=sigmoid", settings["a"]["spec"])
        self.assertEqual(numpy.asarray(image)[2, 2].tolist(), [255, 255, 255])
        image = self.figure("--size", "800x450", "--theme", "dark", "--title", "Übung 1", name="b.png")
        self.assertEqual(image.size, (800, 450))
        settings = json.loads(image.text["losslens"])
        self.assertEqual((settings["theme"], settings["figure"]["title"]), ("dark", "Übung 1"))
        self.assertLess(numpy.asarray(image)[2, 2].max(), 40)

    def test_a_figure_is_the_same_bytes_every_time(self):
        arguments = ("--title", "Twice", "--b", "loss=mse,output=linear")
        for name in ("1.png", "2.png"):
            self.figure(*arguments, name=name).close()
        with open(self.path("1.png"), "rb") as first, open(self.path("2.png"), "rb") as second:
            self.assertEqual(first.read(), second.read())

    def test_a_figure_shows_the_same_digits_at_every_size(self):
        digits = [json.loads(self.figure("--size", size, name=size + ".png").text["losslens"])["digits"]
                  for size in ("800x450", "1920x1080", "2560x1440")]
        self.assertTrue(digits[0] == digits[1] == digits[2], digits)

    def test_texts_of_a_figure(self):
        result = shot("-o", self.path(), "--figure", "--json", "--texts", "--title", "How it went", "--size", "1600x900")
        self.assertEqual(result.returncode, 0, result.stderr)
        texts = json.loads(result.stdout)["texts"]
        self.assertIn("How it went", [t["text"] for t in texts])
        for text in texts:
            x, y, w, h = text["rect"]
            self.assertFalse(text["cut"], text)
            self.assertTrue(x >= 0 and y >= 0 and x + w <= 1600 and y + h <= 900, text)

    def test_theme_of_the_window(self):
        dark, light = self.picture(name="1.png"), self.picture("--theme", "light", name="2.png")
        self.assertLess(numpy.asarray(dark)[2, 2].max(), 60)
        self.assertGreater(numpy.asarray(light)[2, 2].min(), 200)
        self.assertEqual(json.loads(light.text["losslens"])["theme"], "light")

    def test_bad_figures_are_refused(self):
        cases = [(["--title", "x"], "--figure"), (["--figure", "--title="], "--title"), (["--figure", "--title", "   "], "--title"),
                 (["--figure", "--title", "a" * 201], "200"), (["--figure", "--title", "a\nb"], "--title"),
                 (["--figure", "--title", b"\xff\xfe"], "UTF-8"), (["--figure", "--scale", "2"], "--scale"),
                 (["--figure", "--size", "799x450"], "800x450"), (["--figure", "--size", "800x449"], "800x450"),
                 (["--size", "800x450"], "960x600"), (["--size", "959x600"], "960x600"), (["--theme", "blue"], "dark, light")]
        for arguments, word in cases:
            result = shot("-o", self.path(), *arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn(word, result.stderr, arguments)
            self.assertFalse(os.path.exists(self.path()))
        self.figure("--title", "a" * 200).close()  # the longest

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

    def test_numbers_beyond_the_code(self):
        """Of each model's own; PCA's are not known before it is there."""
        small = ("--b", "layers=8,4,8")
        for bad in (("--number", "33"), ("--pull", "a33=1"), ("--pull", "a1=2,b33=1"), ("--plane", "1,33"),
                    ("--pull", "b5=1", *small), ("--plane", "1,2,3,5", *small)):
            result = shot("-o", self.path(), *bad)
            self.assertEqual(result.returncode, 2, (bad, result.stderr))
            self.assertIn(bad[0], result.stderr)
            self.assertIn("numbers, 1 to ", result.stderr)
            self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual(shot("-o", self.path(), "--number", "32", "--pull", "a32=1,b4=1", *small).returncode, 0)

    def test_bad_data(self):
        result = shot("-o", self.path(), "--data", self.path("none"))
        self.assertEqual(result.returncode, 4)
        self.assertIn("none", result.stderr)

    def test_a_broken_model_is_a_picture_too(self):
        image = self.picture("--a", "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64")
        self.assertGreaterEqual(json.loads(image.text["losslens"])["a"]["broken_step"], 0)


if __name__ == "__main__":
    unittest.main()
