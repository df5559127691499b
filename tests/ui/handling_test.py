#!/usr/bin/env python3
"""How the window is handled: what the pointer says, full screen, what is copied, how fast training goes.

Usage: handling_test.py PATH_TO_LOSSLENS [TEST...]
"""
import subprocess
import time
import unittest

import window
from window import CALM, ENDLESS, QUICK, SCREEN, Desk, Program, WindowCase, parse_spec, pixel_point, poll, xdotool

FASTEST = {"1": 1, "10": 10, "100": 100}  # batches a second


class CursorTest(WindowCase):
    options = [*QUICK[:4], "--b", "loss=mse,output=linear,batch=32", "--epochs", "100000", "--speed", "10"]

    def check(self, cursor, x, y):
        p = self.p
        xdotool(*p.at(*p.nowhere))
        p.do(lambda f: f["cursor"] == cursor, "the pointer %s at %d, %d" % (cursor, x, y), *p.at(x, y))

    def check_widget(self, cursor, widget_id):
        with self.subTest(widget=widget_id):
            self.check(cursor, *self.p.centre(widget_id))

    def setUp(self):
        super().setUp()
        self.p.nowhere = (self.p.size[0] - 40, self.p.size[1] - 8)
        if self.p.now()["view"] != "compare":
            self.p.key("1", lambda f: f["view"] == "compare")

    def test_stage(self):
        p = self.p
        p.wait(lambda f: any(w["id"] == "b.clip" for w in f["widgets"]), "an output beyond 0 and 1")
        for cursor, widgets in {"crosshair": ["pad"], "arrows": ["timeline", "brush", "scale.a.0", "scale.b.1"],
                                "hand": ["a.badge", "b.badge", "map.a.0", "map.b.1", "b.clip"],
                                "arrow": ["play", "help", "pace.10"]}.items():
            for widget in widgets:
                self.check_widget(cursor, widget)
        grids = p.now()["grids"]
        self.check("hand", *pixel_point(grids["target.a"], 0, 14, 14))
        self.check("hand", *pixel_point(grids["output.b"], 1, 14, 14))
        self.check("arrow", *p.nowhere)

    def test_divider(self):
        p = self.p
        p.key("w", lambda f: f["look"]["wiped"])
        self.check_widget("arrows", next(w["id"] for w in p.now()["widgets"] if w["label"] == "Divider"))
        p.key("w", lambda f: not f["look"]["wiped"])

    def test_a_drag_keeps_its_pointer(self):
        p = self.p
        x, y = p.centre("scale.a.0")
        p.do(lambda f: f["cursor"] == "arrows", "arrows", *p.at(x, y), "mousedown", 1)
        p.do(lambda f: f["cursor"] == "arrows", "still arrows", *p.at(*p.centre("pad")))
        p.do(lambda f: f["cursor"] == "crosshair", "the pad's own", "mouseup", 1)

    def test_inspect(self):
        p = self.p
        p.key("5", lambda f: f["view"] == "inspect")
        self.check_widget("arrows", "inspect.t")
        self.check("hand", *pixel_point(p.now()["grids"]["inspect.input"], 0, 14, 14))

    def test_behind_an_open_list(self):
        p = self.p
        p.click("map.a.0", lambda f: f["popup"] != "none")
        x, y = p.centre("heat.bce")
        p.do(lambda f: f["cursor"] == "arrow", "an arrow in the list", *p.at(x, y))
        left, top, side = (p.now()["grids"]["pad.a"][key] for key in ("x", "y", "side"))
        p.do(lambda f: f["cursor"] == "arrow", "an arrow on the pad behind", *p.at(left + side // 2, top + side // 2))
        p.key("Escape", lambda f: f["popup"] == "none")
        p.wait(lambda f: f["cursor"] == "crosshair", "the crosshair again")


class FullScreenTest(unittest.TestCase):
    """Under a window manager."""

    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.p = Program(*CALM, places=False)
        self.addCleanup(self.p.close)

    def enter(self):
        return self.p.key("F11", lambda f: f["fullscreen"] and f["size"] == list(SCREEN))

    def test_there_and_back(self):
        p = self.p
        self.assertFalse(p.now()["fullscreen"])
        for _ in range(3):
            self.enter()
            self.assertEqual(p.origin(), (0, 0))
            frame = p.key("F11", lambda f: not f["fullscreen"] and f["size"] == [1440, 900])
            self.assertFalse(frame["too_small"])

    def test_escape_leaves_nothing(self):
        p = self.p
        self.enter()
        for view in ("1", "5"):
            xdotool("key", view)
            for _ in range(3):
                p.key("Escape", lambda f: f["fullscreen"] and f["size"] == list(SCREEN))
        self.assertIsNone(p.process.poll())

    def test_menu(self):
        p = self.p
        p.click("menu.view", lambda f: f["popup"] != "none")
        self.assertFalse(p.widget("fullscreen")["on"])
        p.click("fullscreen", lambda f: f["size"] == list(SCREEN) and p.widget("fullscreen", f)["on"])
        p.click("fullscreen", lambda f: f["size"] == [1440, 900] and not p.widget("fullscreen", f)["on"])


class BareFullScreenTest(unittest.TestCase):
    """Where there is no window manager, who would say what the size is again."""

    def test_there_and_back(self):
        p = Program(*CALM)
        self.addCleanup(p.close)
        for _ in range(2):
            p.key("F11", lambda f: f["fullscreen"])
            p.key("F11", lambda f: not f["fullscreen"] and f["size"] == [1440, 900])


def read_clipboard():
    """As another program on this display gets it."""
    code = ("import ctypes; sdl = ctypes.CDLL('libSDL2-2.0.so.0'); sdl.SDL_GetClipboardText.restype = ctypes.c_char_p; "
            "assert sdl.SDL_Init(0x20) == 0; print(sdl.SDL_GetClipboardText().decode())")
    result = subprocess.run(["/usr/bin/python3", "-c", code], env=window.environment(), capture_output=True, text=True,
                                   timeout=window.PATIENCE)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


class CopyTest(WindowCase):
    def copies(self, side):
        p = self.p
        frame = p.key("ctrl+c", lambda f: f["message"].startswith("copied: "))
        self.assertEqual(frame["message"], "copied: " + frame[side]["spec"])
        self.assertEqual(parse_spec(read_clipboard()), parse_spec(frame[side]["spec"]))
        self.assertEqual(frame["pad_mean"], p.nudge()["pad_mean"], "the drawing was cleared")
        p.key("bracketright", lambda f: f["message"] == "")

    def test_a_on_the_stage(self):
        self.copies("a")

    def test_the_side_whose_settings_are_open(self):
        for side in "ab":
            self.p.click(side + ".more", lambda f: f["popup"] != "none")
            self.copies(side)
            self.p.click(side + ".copy", lambda f: f["message"] == "copied: " + f[side]["spec"])
            self.assertEqual(parse_spec(read_clipboard()), parse_spec(self.p.now()[side]["spec"]))
            self.p.key("Escape", lambda f: f["popup"] == "none")

    def test_the_only_one_on_show(self):
        self.p.key("3", lambda f: f["view"] == "solo_b")
        self.copies("b")
        self.p.key("1", lambda f: f["view"] == "compare")


class SpeedTest(unittest.TestCase):
    def start(self, speed):
        p = Program(*ENDLESS, "--speed", speed)
        self.addCleanup(lambda: p.errors.closed or p.close())
        self.assertEqual(p.frames[0]["pace"], speed)
        return p

    def check_pace(self, p, speed, seconds):
        """No faster than asked; a busy machine may be slower, and its newest frame some time old."""
        p.read()
        before, start = p.now()["a"]["step"], time.monotonic()
        time.sleep(seconds)  # what is measured
        p.read()
        steps, passed = p.now()["a"]["step"] - before, time.monotonic() - start
        self.assertLessEqual(steps, FASTEST[speed] * (passed + 0.2) + 3)
        self.assertGreaterEqual(steps, 1)
        return steps

    def test_no_faster_than_asked(self):
        for speed in FASTEST:
            with self.subTest(speed=speed):
                p = self.start(speed)
                p.wait(lambda f: f["a"]["step"] >= 1, "a batch")
                since = len(p.frames)
                self.check_pace(p, speed, 3)
                shown = sorted({f["a"]["step"] for f in p.frames[since:]})
                if speed == "1":  # each of them is seen
                    self.assertEqual(shown, list(range(shown[0], shown[-1] + 1)))
                for frame in p.frames[since:]:
                    self.assertLessEqual(abs(frame["a"]["step"] - frame["b"]["step"]), 1)
                p.close()

    def test_a_change_works_at_once(self):
        p = self.start("1")
        p.wait(lambda f: f["a"]["step"] >= 2, "two batches")
        before = p.click("pace.full", lambda f: f["pace"] == "full")["a"]["step"]
        start = time.monotonic()
        p.wait(lambda f: f["a"]["step"] >= before + 100, "100 batches", len(p.frames) - 1)
        self.assertLess(time.monotonic() - start, 20)
        slow = next(w["id"] for w in p.now()["widgets"] if w["id"].startswith("pace.1 "))
        p.click(slow, lambda f: f["pace"] == "1")
        seen = [-1]  # what was trained until then is news for another frame or two
        p.wait(lambda f: seen.append(f["a"]["step"]) or seen[-1] == seen[-2] + 1, "one batch more", len(p.frames) - 1)
        self.check_pace(p, "1", 3)

    def test_step(self):
        p = self.start("1")
        p.wait(lambda f: f["a"]["step"] >= 1, "a batch")
        step = p.pause()["a"]["step"]
        for i in range(1, 4):
            start = time.monotonic()
            p.key("period", lambda f: f["a"]["step"] == f["b"]["step"] == step + i)
            self.assertLess(time.monotonic() - start, 10)
        p.settle()
        self.assertEqual(p.now()["a"]["step"], step + 3)

    def test_full_is_what_it_begins_with(self):
        p = Program(*ENDLESS)
        self.addCleanup(p.close)
        self.assertEqual(p.frames[0]["pace"], "full")


setUpModule, tearDownModule = window.open_display, window.close_display

if __name__ == "__main__":
    unittest.main(verbosity=2)
