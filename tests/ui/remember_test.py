#!/usr/bin/env python3
"""What the window remembers from one start to the next, and what of it nobody else hears of.

Usage: remember_test.py PATH_TO_LOSSLENS [TEST...]
"""
import json
import os
import struct
import subprocess
import unittest
from unittest import mock

import numpy

import drop
import window
from window import ENDLESS, LOSSLENS, SCREEN, Desk, Program, environment, new_folder, poll, xdotool

NO_DATA = [*ENDLESS[2:], "--limit", "2000", "--speed", "1"]  # what is trained is of no interest
CALM = ["--data", "builtin", *NO_DATA]


def make_set(folder):
    """A data set of noise, in the four files of MNIST."""
    os.makedirs(folder)
    random = numpy.random.default_rng(1)
    for split, count in (("train", 300), ("t10k", 200)):
        pixels = random.integers(0, 200, (count, 28, 28), numpy.uint8)
        with open(os.path.join(folder, split + "-images-idx3-ubyte"), "wb") as file:
            file.write(struct.pack(">4I", 0x803, count, 28, 28) + pixels.tobytes())
        with open(os.path.join(folder, split + "-labels-idx1-ubyte"), "wb") as file:
            file.write(struct.pack(">2I", 0x801, count) + bytes(i % 10 for i in range(count)))


class RememberTest(unittest.TestCase):

    def setUp(self):
        self.home = new_folder()
        self.config = os.path.join(self.home, "losslens")
        self.file = os.path.join(self.config, "settings.json")

    def start(self, *options, least=CALM, places=True):
        p = Program(*least, *options, config=self.home, places=places)
        self.addCleanup(lambda: p.errors.closed or p.close())
        return p

    def remembered(self):
        with open(self.file) as file:
            return json.load(file)

    def choose(self, p, theme):
        p.click("menu.view", lambda f: f["popup"] != "none")
        p.click("theme." + theme, lambda f: f["theme"] == theme)
        p.key("Escape", lambda f: f["popup"] == "none")

    def is_light(self, p):
        return p.grab().mean() > 128

    def test_two_starts(self):
        p = self.start()
        self.assertEqual(p.now()["theme"], "dark")
        self.assertFalse(self.is_light(p))
        p.nudge()
        self.assertFalse(os.path.exists(self.file), "it is written though nothing was chosen")
        self.choose(p, "light")
        self.assertTrue(poll(lambda: self.is_light(p)))
        self.assertEqual(self.remembered(), {"theme": "light", "lesson_seen": False})
        p.close()
        p = self.start()
        self.assertEqual(p.frames[0]["theme"], "light")
        self.assertTrue(poll(lambda: self.is_light(p)))
        self.choose(p, "dark")
        self.assertEqual(self.remembered()["theme"], "dark")

    def test_the_option_wins_and_is_not_remembered(self):
        p = self.start("--theme", "light")
        self.assertEqual(p.frames[0]["theme"], "light")
        p.nudge()
        p.close()
        self.assertFalse(os.path.exists(self.file))
        os.makedirs(self.config)
        with open(self.file, "w") as file:
            file.write('{"theme": "light", "lesson_seen": true}')
        p = self.start("--theme", "dark")
        self.assertEqual(p.frames[0]["theme"], "dark")
        p.close()
        self.assertEqual(self.remembered(), {"theme": "light", "lesson_seen": True})

    def test_what_another_window_changed_stays(self):
        p = self.start()
        os.makedirs(self.config)
        with open(self.file, "w") as file:
            file.write('{"theme": "dark", "lesson_seen": true}')
        self.choose(p, "light")
        self.assertEqual(self.remembered(), {"theme": "light", "lesson_seen": True})

    def test_a_damaged_file(self):
        """It is put aside, which is said once, in the window too."""
        os.makedirs(self.config)
        with open(self.file, "w") as file:
            file.write("{")
        p = self.start()
        self.assertEqual(p.frames[0]["theme"], "dark")
        self.assertRegex(p.complaints(), r"losslens: \S*settings.json is not used: it is no JSON.* It is now settings.json.bad")
        self.assertIn("settings.json.bad", p.frames[0]["message"])
        self.assertEqual(os.listdir(self.config), ["settings.json.bad"])
        with open(self.file + ".bad") as file:
            self.assertEqual(file.read(), "{")
        p.close()
        p = self.start()
        self.assertEqual((p.complaints(), p.frames[0]["message"]), ("", ""))
        self.choose(p, "light")
        self.assertEqual(self.remembered()["theme"], "light")

    def test_no_folder(self):
        with open(self.config, "w") as file:
            file.write("in the way")
        p = self.start()
        self.assertIn("settings.json", p.complaints())
        p.click("menu.view", lambda f: f["popup"] != "none")
        p.click("theme.light", lambda f: f["theme"] == "light" and "losslens" in f["message"], "the theme, and a sentence")
        p.key("Escape", lambda f: f["popup"] == "none")
        p.close()
        os.remove(self.config)

    def resize(self, p, width, height):
        p.size = (width, height)
        p.do(lambda f: f["size"] == [width, height], "another size", "windowsize", p.window, width, height)

    def test_size(self):
        p = self.start("--size", "1300x700")
        p.nudge()
        p.close()
        self.assertFalse(os.path.exists(self.file), "nobody has changed the size")
        p = self.start()
        self.assertEqual(p.frames[0]["size"], [1440, 900])
        self.resize(p, 1200, 800)
        self.assertFalse(os.path.exists(self.file), "the size is kept at the end")
        p.close()
        self.assertEqual(self.remembered()["size"], [1200, 800])
        written = os.stat(self.file)
        p = self.start()
        self.assertEqual(p.frames[0]["size"], [1200, 800])
        p.nudge()
        p.close()
        now = os.stat(self.file)
        self.assertEqual((written.st_ino, written.st_mtime_ns), (now.st_ino, now.st_mtime_ns), "written without a change")
        p = self.start("--size", "1300x700")
        self.assertEqual(p.frames[0]["size"], [1300, 700])
        p.close()
        self.assertEqual(self.remembered()["size"], [1200, 800])

    def test_a_size_of_another_screen(self):
        os.makedirs(self.config)
        for size, shown in (((5000, 3000), list(SCREEN)), ((300, 200), [960, 600])):
            with open(self.file, "w") as file:
                json.dump({"theme": "dark", "size": size}, file)
            p = self.start()
            self.assertEqual(p.now()["size"], shown)
            p.close()
            self.assertEqual(self.remembered()["size"], list(size))

    def test_maximised(self):
        desk = Desk()
        self.addCleanup(desk.close)
        p = self.start(places=False)
        subprocess.run(["wmctrl", "-i", "-r", hex(p.window), "-b", "add,maximized_vert,maximized_horz"], env=environment(), check=True)
        p.wait(lambda f: f["size"][0] > 2500, "the whole screen")
        p.close()
        self.assertTrue(self.remembered()["maximized"])
        self.assertNotIn("size", self.remembered())
        p = self.start(places=False)
        p.wait(lambda f: f["size"][0] > 2500, "the whole screen")
        subprocess.run(["wmctrl", "-i", "-r", hex(p.window), "-b", "remove,maximized_vert,maximized_horz"], env=environment(), check=True)
        p.wait(lambda f: f["size"] == [1440, 900], "its own size", len(p.frames) - 1)
        p.close()
        self.assertNotIn("maximized", self.remembered())
        # one that was given a size and is closed as large as the screen comes back to that size
        p = self.start(places=False)
        self.resize(p, 1200, 800)
        subprocess.run(["wmctrl", "-i", "-r", hex(p.window), "-b", "add,maximized_vert,maximized_horz"], env=environment(), check=True)
        p.wait(lambda f: f["size"][0] > 2500, "the whole screen", len(p.frames) - 1)
        p.close()
        self.assertEqual((self.remembered()["maximized"], self.remembered()["size"]), (True, [1200, 800]))

    def test_scale(self):
        p = self.start()
        p.key("ctrl+plus", lambda f: 1.05 < f["scale"] < 1.15)
        self.assertEqual(self.remembered()["scale"], 1.1)
        p.close()
        p = self.start()
        self.assertAlmostEqual(p.frames[0]["scale"], 1.1, places=5)
        p.key("ctrl+0", lambda f: f["scale"] == 1)
        self.assertNotIn("scale", self.remembered())

    def test_data_set(self):
        copy = os.path.join(new_folder(), "a set")
        make_set(copy)
        p = self.start("--data", copy, least=NO_DATA)
        name = p.frames[0]["data_set"]
        self.assertEqual(self.remembered()["data"], copy)
        p.close()
        p = self.start(least=NO_DATA)
        self.assertEqual(p.frames[0]["data_set"], name)
        p.close()
        # nor is how it was read forgotten, which holds for it alone
        self.start("--data", copy, "--invert", "--turn", "half", least=NO_DATA).close()
        self.assertEqual([self.remembered().get(key) for key in ("data", "invert", "turn")], [copy, True, "half"])
        other = os.path.join(new_folder(), "other")
        make_set(other)
        p = self.start(least=NO_DATA)
        self.assertIn("as --invert says", p.complaints())
        self.assertIn("as --turn half says", p.complaints())
        with mock.patch.dict(os.environ, DISPLAY=window.DISPLAY.name):
            drop.drop(p.window, [other], 700, 450)
        self.assertTrue(poll(lambda: self.remembered().get("data") == other))
        self.assertNotIn("invert", self.remembered())
        p.close()
        self.start("--data", copy, least=NO_DATA).close()
        # pictures and figures know nothing of it
        said = subprocess.run([LOSSLENS, "data", "--json"], env=environment(False) | {"XDG_CONFIG_HOME": self.home},
                              capture_output=True, text=True, check=True).stdout
        self.assertEqual(json.loads(said)["name"], "builtin")
        # gone for a while
        os.rename(copy, copy + ".away")
        p = self.start(least=NO_DATA)
        self.assertNotEqual(p.frames[0]["data_set"], name)
        for said in (p.complaints(), p.frames[0]["message"]):
            self.assertIn("opened last does not open now", said)
        p.close()
        os.rename(copy + ".away", copy)
        p = self.start(least=NO_DATA)
        self.assertEqual((p.frames[0]["data_set"], p.complaints()), (name, ""))
        p.close()
        # one that is asked for and does not open is an error as ever, and is not remembered
        result = subprocess.run([LOSSLENS, "view", "--data", "/nowhere"], env=environment() | {"XDG_CONFIG_HOME": self.home},
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 4)
        self.assertEqual(self.remembered()["data"], copy)
        p = self.start(least=CALM)  # --data builtin
        self.assertNotIn("data", self.remembered())
        with mock.patch.dict(os.environ, DISPLAY=window.DISPLAY.name):
            drop.drop(p.window, [copy], 700, 450)
        p.wait(lambda f: f["data_set"] == name, "the set that was dropped")
        self.assertTrue(poll(lambda: self.remembered().get("data") == copy), "what is dropped is the next start's")

    def test_opened_by_the_desktop(self):
        """As the desktop entry's Exec does it: view FOLDER. What is no data set is said, and the window is there."""
        folder = os.path.join(new_folder(), "another set")
        make_set(folder)
        p = self.start(folder)
        p.wait(lambda f: f["data_set"] == "another set", "the set")
        self.assertTrue(poll(lambda: self.remembered().get("data") == folder))
        p.close()
        p = self.start(os.path.join(folder, "t10k-labels-idx1-ubyte"))
        p.wait(lambda f: "t10k-labels" in f["message"], "a sentence")

    def test_set_of_the_menu(self):
        copy = os.path.join(window.FOLDER.name, ".local/share/losslens/tiny")
        make_set(copy)
        p = self.start(least=CALM)
        p.click("menu.data", lambda f: f["popup"] == "data")
        p.click("data.open.other.3", lambda f: f["data_set"] == "tiny" and f["popup"] == "none")
        self.assertTrue(poll(lambda: self.remembered().get("data") == copy))
        p.click("menu.data", lambda f: f["popup"] == "data")
        p.click("data.get.mnist", lambda f: f["popup"] == "data")  # a proxy that is not there: nothing comes of it
        p.click("data.open.builtin", lambda f: f["data_set"] == "builtin")
        self.assertTrue(poll(lambda: "data" not in self.remembered()))
        self.assertFalse(os.path.exists(os.path.join(os.path.dirname(copy), "mnist")))


setUpModule, tearDownModule = window.open_display, window.close_display

if __name__ == "__main__":
    unittest.main(verbosity=2)
