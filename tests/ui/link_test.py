#!/usr/bin/env python3
"""Links in the window: one opens it, what is on show is copied as another, and that one, pasted, brings it back.

Usage: link_test.py PATH_TO_LOSSLENS [TEST...]
"""
import json
import os
import unittest

import window
from drop import drop_text
from handling_test import read_clipboard
from window import Program, WindowCase, parse_spec, xdotool

tearDownModule = window.close_display

START = "https://example.org/losslens.html#epochs=1&limit=512&lesson=1&lesson-step=3&data=kmnist&shine=1&hide=matrix,more,door"


def setUpModule():
    window.open_display()
    os.environ["DISPLAY"] = window.DISPLAY.name  # for the library that drops


class LinkTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(START)

    def copy(self):
        frame = self.p.key("ctrl+l", lambda f: f["message"].startswith("copied: "))
        link = read_clipboard()
        self.assertTrue(frame["message"].startswith("copied: " + link), frame["message"])
        self.p.key("x", lambda f: f["message"] == "")
        self.p.click("menu.view", lambda f: f["popup"] == "view")
        self.p.click("link", lambda f: f["message"].startswith("copied: ") and f["popup"] == "none")
        return read_clipboard()

    def test_there_and_back(self):
        p = self.p
        for word in ("'shine'", "'door'"):
            self.assertIn(word, p.complaints())
        self.assertIn("these are the built-in ones", p.complaints())
        frame = p.wait(lambda f: not f["busy"], "trained")
        self.assertEqual((frame["lesson"]["lesson"], frame["lesson"]["step"]), (1, 3))
        page, _, state = self.copy().partition("#")
        self.assertEqual((page, state), (START.partition("#")[0], "epochs=1&limit=512&random=1&lesson=1&lesson-step=3&hide=matrix,more"))
        p.key("Escape", lambda f: "lesson" not in f)
        p.key("5", lambda f: f["view"] == "inspect")
        p.key("h", lambda f: f["look"]["heatmaps"][0] == "excess")
        before, link = p.now(), self.copy()
        ids = [widget["id"] for widget in before["widgets"]]
        self.assertIn("view.claims", ids)
        self.assertFalse({"view.matrix", "a.more"} & set(ids), ids)
        xdotool("key", "4")  # nothing leads to the matrix
        p.key("6", lambda f: f["view"] == "claims")
        self.assertNotIn("matrix", [f["view"] for f in p.frames])
        p.key("1", lambda f: f["view"] == "compare")
        p.key("h", lambda f: f["look"]["heatmaps"] != before["look"]["heatmaps"])
        after = p.key("ctrl+v", lambda f: f["message"] == "the link is open")
        self.assertEqual(after["view"], "inspect")
        for key in ("heatmaps", "histogram"):
            self.assertEqual(after["look"][key], before["look"][key])
        for side in "ab":
            self.assertEqual(parse_spec(after[side]["spec"]), parse_spec(before[side]["spec"]))
        p.key("ctrl+l", lambda f: f["message"].startswith("copied: "))
        self.assertEqual(read_clipboard(), link)


class PauseTest(WindowCase):
    """A window that a link has stopped in the midst of training."""

    @classmethod
    def start(cls):
        cls.program = Program("#epochs=1&limit=2048&pause=3", "--data", window.SMALL)

    def test_there_and_dropped(self):
        p = self.p
        paused = p.wait(lambda f: not f["playing"], "pause")
        self.assertEqual([paused[side]["step"] for side in "ab"], [3, 3])
        p.key("ctrl+l", lambda f: f["message"].startswith("copied: "))
        self.assertIn("pause=3", read_clipboard())
        drop_text(p.window, "  #view=latent&plane=2,1&pull=a1=0.5&limit=512&epochs=1&pause=0 \r\n", 400, 300)
        frame = p.wait(lambda f: f["view"] == "latent" and not f["playing"], "what was dropped")
        self.assertEqual([frame[side]["step"] for side in "ab"], [0, 0])
        p.key("ctrl+l", lambda f: f["message"].startswith("copied: "))
        for part in ("pull=a1=0.5&plane=2,1", "pause=0"):
            self.assertIn(part, read_clipboard())
        p.key("space", lambda f: f["playing"])


class RememberTest(unittest.TestCase):
    def test_nothing_of_it_is_remembered(self):
        """A theme that a link brings is this window's alone."""
        p = Program("#theme=light&epochs=1&limit=256")
        p.wait(lambda f: not f["busy"], "trained")
        p.close()
        try:
            with open(p.settings) as file:
                self.assertNotEqual(json.load(file).get("theme"), "light")
        except FileNotFoundError:
            pass


if __name__ == "__main__":
    unittest.main()
