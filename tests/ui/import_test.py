#!/usr/bin/env python3
"""A picture dropped on the window: its digit, what corrects it, and the pad before and after.

Usage: import_test.py PATH_TO_LOSSLENS
"""
import os
import unittest

import numpy
from PIL import Image

import window
from drop import drop
from view_case import DATA, MODELS, open_display
from window import Program, WindowCase


def setUpModule():
    open_display()
    os.environ["DISPLAY"] = window.environment()["DISPLAY"]  # for drop


def tearDownModule():
    window.close_display()


def page(name):
    """A photographed 7, ink 15 on paper from 245 to 95."""
    y, x = numpy.mgrid[0:140, 0:100]
    values = 245 - 150 * (x / 100)
    values[(x > 52) & (x < 64) & (y > 20) & (y < 120)] *= 0.1
    values[20:32, 30:58] *= 0.1
    path = os.path.join(window.new_folder(), name)
    Image.fromarray(values.astype(numpy.uint8)).save(path, quality=95)
    return path


class ImportTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--epochs", "1", "--texts", *MODELS)

    def drop(self, path):
        since = len(self.p.frames)
        drop(self.p.window, [path], 700, 400)
        return self.p.wait(lambda f: f["popup"] == "import", "the dialog", since)

    def pad(self):
        """The pixels of the pad on screen."""
        x, y, w, h = (int(v) for v in self.p.widget("pad")["rect"])
        return numpy.asarray(self.p.grab(), int)[y:y + h, x:x + w, :3].mean(2)

    def test_from_a_drop_to_the_pad(self):
        p = self.p
        p.settle()
        before = self.pad()
        frame = self.drop(page("page.jpg"))
        self.assertTrue([t for t in frame["texts"] if t["text"].startswith("page.jpg is dark on light")])
        p.click("import.turn.90\u00b0", lambda f: p.widget("import.turn.90\u00b0", f)["on"])
        p.click("import.invert.light", lambda f: p.widget("import.invert.light", f)["on"])
        p.click("import.invert.as found", lambda f: p.widget("import.invert.as found", f)["on"])
        p.drag("import.threshold", 30, lambda f: not p.widget("import.found", f)["on"])
        p.release()
        p.click("import.found", lambda f: p.widget("import.found", f)["on"])
        p.key("Escape", lambda f: f["popup"] == "none")
        p.leave()
        p.settle()
        self.assertTrue((self.pad() == before).all())
        self.drop(page("page.jpg"))
        p.click("import.apply", lambda f: f["popup"] == "none")
        p.leave()
        p.settle()
        after = self.pad()
        self.assertGreater(numpy.abs(after - before).mean(), 10)
        rows = numpy.flatnonzero((after[4:-4, 4:-4] > 128).any(1))  # within the pad's frame
        self.assertAlmostEqual((rows[-1] - rows[0]) / after.shape[0], 20 / 28, delta=0.08)
        p.key("z", lambda f: True)
        p.settle()
        self.assertTrue((self.pad() == before).all())
        p.key("y", lambda f: True)
        p.settle()
        self.assertTrue((self.pad() == after).all())

    def test_a_picture_without_ink(self):
        path = os.path.join(window.new_folder(), "blank.png")
        Image.new("L", (300, 200), 240).save(path)
        frame = self.drop(path)
        self.assertTrue([t for t in frame["texts"] if "no ink is to be seen" in t["text"]])
        self.p.click("import.apply", lambda f: True)
        self.assertEqual(self.p.nudge()["popup"], "import")
        self.p.click("import.cancel", lambda f: f["popup"] == "none")

    def test_what_is_damaged_opens_no_dialog(self):
        path = os.path.join(window.new_folder(), "cut.png")
        with open(page("a.jpg"), "rb") as file, open(path, "wb") as cut:
            cut.write(file.read()[:1000])
        since = len(self.p.frames)
        drop(self.p.window, [path], 700, 400)
        frame = self.p.wait(lambda f: "cut.png" in f["message"], "the sentence", since)
        self.assertEqual(frame["popup"], "none")
        self.assertIn("cut off", frame["message"])


if __name__ == "__main__":
    unittest.main()
