#!/usr/bin/env python3
"""The first start: the lesson is offered, and leads to its answer, by mouse alone and by keys alone. In a real window.

Usage: lesson_test.py PATH_TO_LOSSLENS [TEST...]
"""
import json
import os
import time
import unittest

import window
from window import Program, new_folder, parse_spec, poll, read_screenshot

setUpModule, tearDownModule = window.open_display, window.close_display

QUICK = ["--data", window.SMALL, "--epochs", "20"]
STEPS = 6


def card(step):
    return lambda f: f.get("lesson", {}).get("step") == step


def outputs(frame):
    return [parse_spec(m["spec"])["output"] for m in frame["models"][:2]]


def losses(frame):
    return [parse_spec(m["spec"])["loss"] for m in frame["models"][:2]]


class LessonCase(unittest.TestCase):
    options = QUICK

    def setUp(self):
        self.shots = new_folder()
        self.began = time.monotonic()
        self.p = Program(*self.options, "--shots", self.shots)
        self.addCleanup(self.p.close)

    def next_by_mouse(self, step):
        return self.p.click("lesson.next", card(step), "card %d" % step)

    def widget_ids(self, frame):
        return [w["id"] for w in frame["widgets"]]

    def stroke(self):
        p = self.p
        return p.do(lambda f: f["lesson"]["done"], "the end of a stroke", *p.at(*p.pad_point(8, 8)), "mousedown", 1,
                    *p.at(*p.pad_point(14, 14)), *p.at(*p.pad_point(20, 8)), "mouseup", 1)


class MouseTest(LessonCase):
    def test_first_start_to_the_answer(self):
        p = self.p
        first = p.now()
        self.assertEqual((outputs(first), losses(first)), (["sigmoid", "sigmoid"], ["bce", "mse"]))
        self.assertNotIn("lesson", first)
        self.assertIn("lesson.offer", self.widget_ids(first))
        # 1: a digit is drawn, which ends the card
        frame = p.click("lesson.offer", card(1))
        self.assertEqual(losses(frame), ["bce", "bce"])
        self.assertFalse(frame["lesson"]["done"])
        settings = p.settings
        self.assertTrue(poll(lambda: os.path.exists(settings)), "nothing remembers that the lesson was taken")
        with open(settings) as file:
            self.assertTrue(json.load(file)["lesson_seen"])
        self.assertNotIn("lesson.back", self.widget_ids(frame))
        p.click("pad.clear", lambda f: True)
        self.stroke()
        # 2: by time
        frame = self.next_by_mouse(2)
        self.assertFalse(frame["lesson"]["done"])
        p.leave()
        began = time.monotonic()
        p.wait(lambda f: card(2)(f) and f["lesson"]["done"], "the second card's time", len(p.frames) - 1)
        self.assertLess(time.monotonic() - began, 20)
        # 3: B gets another output, and the card says so
        frame = self.next_by_mouse(3)
        self.assertEqual((outputs(frame), losses(frame)), (["sigmoid", "relu"], ["mse", "mse"]))
        p.wait(lambda f: card(3)(f) and not f["lesson"]["grey"], "the figures", len(p.frames) - 1)
        frame = p.click("b.output.clip", lambda f: outputs(f) == ["sigmoid", "clip"])
        self.assertTrue(p.wait(card(3), "the card", len(p.frames) - 1)["lesson"]["done"])
        self.assertIn("B now has clip", p.now()["lesson"]["text"])
        # back sets the card again; so does going on
        p.click("lesson.back", card(2))
        frame = self.next_by_mouse(3)
        self.assertEqual(outputs(frame), ["sigmoid", "relu"])
        # 4: the pixel, and the button that mends it
        frame = self.next_by_mouse(4)
        frame = p.wait(lambda f: card(4)(f) and "pixel" in f["lesson"], "the pixel", len(p.frames) - 1)
        p.click("b.output.sigmoid", lambda f: f["lesson"]["done"])
        # 5: a cell becomes A
        frame = self.next_by_mouse(5)
        self.assertEqual(frame["view"], "matrix")
        frame = p.wait(lambda f: card(5)(f) and f["matrix"] and f["lesson"]["epoch"] >= 1, "the matrix", len(p.frames) - 1)
        x, y, w, h = frame["matrix"][2][0]["rect"]
        p.do(lambda f: outputs(f)[0] == "linear" and f["lesson"]["done"], "a cell as A", *p.at(x + w // 2, y + 8), "click", 1)
        # 6: the answer, with this run's figures
        frame = self.next_by_mouse(STEPS)
        self.assertEqual((outputs(frame), losses(frame)), (["sigmoid", "sigmoid"], ["bce", "mse"]))
        self.assertNotIn("lesson.next", self.widget_ids(frame))
        frame = p.wait(lambda f: card(STEPS)(f) and not f["lesson"]["grey"], "the answer", len(p.frames) - 1, 300)
        self.assertEqual(len(frame["lesson"]["body"]), 4)
        self.assertRegex(frame["lesson"]["text"], r"With BCE: (yes|not here)\. With MSE: (no|here too)\.")
        self.assertRegex(frame["lesson"]["body"][3], r"(20|2\d|20 to 2\d) epochs, one random start")
        # a slide of it, and free
        frame = p.click("lesson.save", lambda f: f["message"].startswith("saved "))
        settings = json.loads(read_screenshot(frame["message"].removeprefix("saved "))[1])
        self.assertEqual((settings["preset"], settings["lesson"]), ("answer", [1, STEPS]))
        frame = p.click("lesson.free", lambda f: "lesson" not in f)
        self.assertEqual((outputs(frame), losses(frame)), (["sigmoid", "sigmoid"], ["bce", "mse"]))


class KeysTest(LessonCase):
    def press(self, widget_id, condition):
        self.p.focus(widget_id)
        return self.p.key("Return", condition, "Enter on " + widget_id)

    def test_by_tab_and_enter(self):
        p = self.p
        self.press("lesson.offer", card(1))
        for step in range(2, STEPS + 1):
            self.press("lesson.next", card(step))
        self.press("lesson.back", card(STEPS - 1))
        self.press("lesson.next", card(STEPS))
        self.press("lesson.free", lambda f: "lesson" not in f)

    def test_by_page_down(self):
        p = self.p
        self.press("lesson.offer", card(1))
        for step in range(2, STEPS + 1):
            p.key("Next", card(step))
        p.key("Next", card(STEPS))  # there is none behind the last
        for step in range(STEPS - 1, 0, -1):
            p.key("Prior", card(step))
        frame = p.key("Escape", lambda f: "lesson" not in f)
        self.assertEqual(losses(frame), ["bce", "bce"])  # what the card had set stays

    def test_nothing_is_locked(self):
        p = self.p
        self.press("lesson.offer", card(1))
        frame = p.key("4", lambda f: f["view"] == "matrix")
        self.assertTrue(card(1)(frame))
        p.key("1", lambda f: f["view"] == "compare")
        p.key("z", lambda f: losses(f) == ["bce", "mse"])  # the models of before
        self.assertTrue(card(1)(p.now()))

    def test_set_ups(self):
        p = self.p
        p.key("o", lambda f: "setup.mae" in self.widget_ids(f))
        frame = p.click("setup.mae", lambda f: losses(f) == ["mse", "mae"])
        frame = p.nudge()
        self.assertNotIn("setup.mae", self.widget_ids(frame))
        p.key("z", lambda f: losses(f) == ["bce", "mse"])

    def test_help_lists_all_lessons(self):
        p = self.p
        frame = p.key("question", lambda f: "lesson.2" in self.widget_ids(f))
        frame = p.click("lesson.2", lambda f: f.get("lesson", {}).get("lesson") == 2)
        self.assertEqual(frame["view"], "inspect")
        frame = p.wait(lambda f: "pixel" in f.get("lesson", {}), "the pixel")
        p.key("Next", lambda f: f["lesson"]["step"] == 2)
        p.key("Right", lambda f: f["lesson"]["done"])


class WholeTest(LessonCase):
    """As somebody starts it for the first time, who clicks at once; but that a sixth of the digits is enough to train on."""
    options = ["--data", "builtin", "--limit", "10000"]

    def test_time_to_the_answer(self):
        p = self.p
        p.click("lesson.offer", card(1))
        for step in range(2, STEPS + 1):
            p.click("lesson.next", card(step))
        last = time.monotonic() - self.began
        p.leave()
        p.wait(lambda f: card(STEPS)(f) and not f["lesson"]["grey"], "the answer's figures", len(p.frames) - 1, 300)
        print("start to the last card %.1f s, to its figures %.1f s" % (last, time.monotonic() - self.began))
        self.assertLess(last, 60)
        self.assertRegex(p.now()["lesson"]["text"], "With BCE: yes. With MSE: no.")


if __name__ == "__main__":
    unittest.main(verbosity=2)
