#!/usr/bin/env python3
"""The window among others: sizes that no layout holds, focus taken away in the middle of a drag, minimised, on another
desktop, unmapped; signals in every state; displays without OpenGL.

Usage: desk_test.py PATH_TO_LOSSLENS [TEST...]
"""
import os
import re
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree

import window
from window import (CALM, ENDLESS, LOSSLENS, PATIENCE, SCREEN, SMALL, Desk, OtherClient, Program, WindowCase, environment,
                    is_mapped, new_folder, poll, xdotool)

VIEWS = {"1": "compare", "2": "solo_a", "3": "solo_b", "4": "matrix", "5": "inspect", "6": "claims"}
LEAST = (720, 540)


class SizeTest(WindowCase):
    """Without a window manager nothing keeps a window's least size."""

    options = CALM

    def resize(self, size):
        self.p.size = size
        if self.p.now()["size"] == list(size):
            return self.p.nudge()
        return self.p.do(lambda f: f["size"] == list(size), "a frame of %dx%d" % size, "windowsize", self.p.window, *size)

    def test_any_size_in_every_view(self):
        p = self.p
        for key, view in VIEWS.items():
            if p.now()["view"] != view:
                p.key(key, lambda f: f["view"] == view)
            for size in ((1000, 150), (160, 100), (1, 1), (16384, 200), (200, 16384), (719, 540), LEAST):
                with self.subTest(view=view, size=size):
                    frame = self.resize(size)
                    self.assertEqual(frame["too_small"], size[0] < LEAST[0] or size[1] < LEAST[1])
                    self.assertTrue(frame["too_small"] or frame["widgets"])
                    self.assertEqual(frame["view"], view)
        self.resize((1440, 900))
        p.key("1", lambda f: f["view"] == "compare")

    def test_any_scale_in_the_least_size(self):
        p = self.p
        self.resize((1440, 900))
        for sign, least, most in (("minus", 0.59, 0.61), ("plus", 1.37, 3.01)):
            for _ in range(30):
                xdotool("key", "ctrl+" + sign)
            p.wait(lambda f: least < f["scale"] < most, "another scale", len(p.frames) - 1)
            for size in ((100, 60), LEAST, (2400, 1400), (1, 1), (1440, 900)):
                self.resize(size)
        p.key("ctrl+0", lambda f: f["scale"] == 1)

    def test_icon(self):
        """The desk gets the picture that the desktop's files have: a unit of the SVG is four pixels."""
        said = subprocess.run(["xprop", "-id", str(self.p.window), "-notype", "-f", "_NET_WM_ICON", "32x", "_NET_WM_ICON"],
                              env=environment(), capture_output=True, text=True, check=True).stdout
        width, height, *pixels = (int(number, 16) for number in re.findall(r"0x[0-9a-f]+", said))
        self.assertEqual((width, height, len(pixels)), (64, 64, 64 * 64))
        self.assertLess(pixels[0] >> 24, 32)
        expected = {}
        svg = ElementTree.parse(os.path.join(os.path.dirname(LOSSLENS), "app", "desktop", "losslens.svg"))
        for rect in svg.iter("{http://www.w3.org/2000/svg}rect"):
            left, top, wide, high = (int(rect.get(key)) for key in ("x", "y", "width", "height"))
            for x in range(left, left + wide):
                for y in range(top, top + high):
                    expected[x, y] = int(rect.get("fill")[1:], 16)
        self.assertGreater(len(set(expected.values())), 6)
        for (x, y), color in expected.items():
            self.assertEqual(pixels[(4 * y + 2) * 64 + 4 * x + 2] & 0xffffff, color, (x, y))

    def test_all_is_as_before(self):
        p = self.p
        p.pause()
        self.resize((1440, 900))
        before = p.still()
        self.resize((300, 200))
        xdotool(*p.at(150, 100), "click", 1, "click", 3, "click", 1)
        picture = p.grab()
        self.assertGreater(picture.std(), 5, "there is no sentence")
        frame = self.resize((1440, 900))
        self.assertEqual(frame["undo"], p.frames[0]["undo"])
        self.assertTrue(poll(lambda: (p.still() == before).all(), 10), "the picture is another one")
        p.key("space", lambda f: f["playing"])

    def test_larger_than_any_framebuffer(self):
        for size in ((20000, 600), (32767, 32767)):
            self.resize(size)
        self.resize((1440, 900))


class FocusTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*ENDLESS)

    def setUp(self):
        super().setUp()
        p = self.p
        self.other = OtherClient()
        self.addCleanup(self.other.close)
        xdotool("windowfocus", "--sync", p.window)
        if p.now()["playing"]:
            p.wait(lambda f: f["a"]["step"] >= 130, "130 steps")
            p.pause()
        if p.now()["view"] != "compare":
            p.key("1", lambda f: f["view"] == "compare")

    def lose_focus(self, value):
        """Checks that the value stays while the focus goes, the mouse moves on, the button is let go, all come back."""
        p = self.p
        x, y = self.held
        p.do(lambda f: True, "a frame", *p.at(x, y + 1), *p.at(x, y))
        seen, calm = [], 20 + int(p.now()["ms"] / 5)  # looks, of 10 ms each: for longer than a frame takes
        poll(lambda: seen.append(len(p.frames)) or p.read() or seen[-calm:].count(len(p.frames)) == calm)  # all are drawn
        held, since = p.now(), len(p.frames)
        self.other.take_focus()
        p.wait(lambda f: True, "a frame for the lost focus", since)
        moved = p.do(lambda f: True, "a frame", *p.at(x + 30, y + 9), *p.at(x + 50, y + 5))
        released = p.do(lambda f: True, "a frame", "mouseup", 1, "mouseup", 3, *p.at(x + 40, y + 7))
        xdotool("windowfocus", "--sync", p.window)
        back = p.do(lambda f: True, "a frame", *p.at(x - 30, y + 3), *p.at(x - 20, y + 4))
        self.assertEqual([value(f) for f in (moved, released, back)], [value(held)] * 3, "the drag goes on")
        return back

    def hold(self, widget_id, dx, button=1):
        p = self.p
        x, y = p.centre(widget_id)
        xdotool(*p.at(x, y), "mousedown", button, *p.at(x + dx / 2, y + 1), *p.at(x + dx, y + 2))
        self.held = x + dx, y + 2

    def test_stroke(self):
        p = self.p
        for button in (1, 3):
            with self.subTest(button=button):
                before = p.nudge()
                self.hold("pad", 20, button)
                p.wait(lambda f: f["pad_mean"] != before["pad_mean"], "ink", len(p.frames) - 1)
                self.lose_focus(lambda f: f["pad_mean"])
                after = p.nudge()
                self.assertEqual(after["undo"], before["undo"] + 1, "the stroke has not ended once")
                p.key("z", lambda f: f["undo"] == before["undo"])

    def test_slider(self):
        self.p.click("menu.view", lambda f: f["popup"] == "view")
        self.hold("input.mix", 15)
        self.lose_focus(lambda f: f["look"]["binarise"])
        self.p.key("Escape", lambda f: f["popup"] == "none")
        self.p.key("i", lambda f: f["look"]["binarise"] in (0, 1))
        if self.p.now()["look"]["binarise"] == 1:
            self.p.key("i", lambda f: f["look"]["binarise"] == 0)
        self.p.key("i", lambda f: f["look"]["binarise"] == 1)
        self.p.key("i", lambda f: f["look"]["binarise"] == 0)

    def test_histogram_range(self):
        self.hold("brush", 60)
        self.p.wait(lambda f: f["look"]["brush"][0] <= f["look"]["brush"][1], "a range", len(self.p.frames) - 1)
        back = self.lose_focus(lambda f: f["look"]["brush"])
        self.assertLess(back["look"]["brush"][0], back["look"]["brush"][1], "the lost focus counts as a click")

    def test_colour_bar(self):
        bar = next(w["id"] for w in self.p.now()["widgets"] if w["label"] == "Scale")
        self.hold(bar, 20)
        self.p.wait(lambda f: f["look"]["heat_scales"][0] != self.p.frames[0]["look"]["heat_scales"][0] or
                    f["look"]["heat_scales"][1] != self.p.frames[0]["look"]["heat_scales"][1], "a scale", len(self.p.frames) - 1)
        self.lose_focus(lambda f: f["look"]["heat_scales"])

    def test_divider(self):
        p = self.p
        p.key("w", lambda f: f["look"]["wiped"])
        divider = next(w["id"] for w in p.now()["widgets"] if w["label"] == "Divider")
        self.hold(divider, 40)
        self.lose_focus(lambda f: f["look"]["wipe"])
        p.key("w", lambda f: not f["look"]["wiped"])

    def test_timeline_returns_to_the_newest(self):
        p = self.p
        x, y, w, h = p.widget("timeline")["rect"]
        p.do(lambda f: f["look"]["past"], "the past", *p.at(x + 9, y + h // 2), "mousedown", 1, *p.at(x - 5, y + h // 2))
        since = len(p.frames)
        self.other.take_focus()
        p.wait(lambda f: not f["look"]["past"], "the newest", since)
        for words in (p.at(x + 2, y + 3), ["mouseup", 1, *p.at(x + 3, y + 3)], p.at(x + 2, y + 3)):
            self.assertFalse(p.do(lambda f: True, "a frame", *words)["look"]["past"])
        xdotool("windowfocus", "--sync", p.window)

    def test_lost_focus_is_no_click(self):
        p = self.p
        x, y = p.centre("help")
        p.do(lambda f: True, "a frame", *p.at(x, y), "mousedown", 1)
        self.held = x, y
        since = len(p.frames)
        self.other.take_focus()
        p.wait(lambda f: True, "a frame for the lost focus", since)
        p.do(lambda f: True, "a frame", "mouseup", 1, *p.at(x + 1, y))
        xdotool("windowfocus", "--sync", p.window)
        self.assertFalse(p.nudge()["help"])

    def test_released_outside(self):
        p = self.p
        before = p.nudge()
        x, y = p.centre("pad")
        p.do(lambda f: f["undo"] == before["undo"] + 1, "the stroke's end", *p.at(x, y), "mousedown", 1, *p.at(x + 9, y + 9),
             "mousemove", SCREEN[0] - 9, SCREEN[1] - 9, "mouseup", 1)
        ink = p.nudge()["pad_mean"]
        after = p.do(lambda f: True, "a frame", *p.at(x + 20, y), *p.at(x + 20, y + 20))
        self.assertEqual(after["pad_mean"], ink)
        p.key("z", lambda f: f["undo"] == before["undo"])


HIDING = {
    "minimised": (lambda w: ["windowminimize", w], lambda w: ["windowmap", w]),
    "on another desktop": (lambda w: ["set_desktop", 1], lambda w: ["set_desktop", 0]),
    "unmapped": (lambda w: ["windowunmap", w], lambda w: ["windowmap", w]),
}


class HiddenTest(unittest.TestCase):
    """While it trains, under a window manager, ten times each."""

    @classmethod
    def setUpClass(cls):
        cls.desk = Desk()
        cls.p = Program(*CALM, places=False)

    @classmethod
    def tearDownClass(cls):
        cls.p.close()
        cls.desk.close()

    def thread_ticks(self):
        """Hundredths of a second that the UI thread has used."""
        with open("/proc/%d/task/%d/stat" % (self.p.process.pid, self.p.process.pid)) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def check_hidden(self, name, seconds):
        p = self.p
        hide, show = (make(p.window) for make in HIDING[name])
        xdotool(*hide)
        self.assertTrue(poll(lambda: not is_mapped(p), 10), "it is still there")
        p.read()
        count, ticks, step = len(p.frames), self.thread_ticks(), p.now()["a"]["step"]
        time.sleep(seconds)  # what is measured
        p.read()
        self.assertFalse(is_mapped(p), "it has come back by itself")
        self.assertLessEqual(len(p.frames) - count, 1, "frames are drawn while nobody can see them")
        used = self.thread_ticks() - ticks
        since = len(p.frames)
        xdotool(*show)
        start = time.monotonic()
        frame = p.wait(lambda f: f["a"]["step"] > step, "a frame with what was trained meanwhile", since)
        self.assertTrue(poll(lambda: is_mapped(p), 10))
        return used, time.monotonic() - start, frame["a"]["step"] - step

    def check_ten_times(self, name):
        used, longest = 0, 0
        for _ in range(10):
            ticks, back, steps = self.check_hidden(name, 0.3)
            used, longest = used + ticks, max(longest, back)
            self.assertGreater(steps, 0)
        print("\n%s: back after %.0f ms at most; the UI thread used %d0 ms of 3 s" % (name, 1000 * longest, used), end=" ", flush=True)
        self.assertLessEqual(used, 30)

    def test_minimised(self):
        self.check_ten_times("minimised")

    def test_on_another_desktop(self):
        self.check_ten_times("on another desktop")

    def test_unmapped(self):
        self.check_ten_times("unmapped")


class SignalTest(unittest.TestCase):
    """A signal ends it soon, in every state."""

    def check_end(self, p, number):
        p.process.send_signal(number)
        start = time.monotonic()
        status = p.process.wait(timeout=PATIENCE)
        self.assertIn(status, (0, -number))
        self.assertLess(time.monotonic() - start, 10)

    def test_hidden(self):
        desk = Desk()
        self.addCleanup(desk.close)
        for name, (hide, _) in HIDING.items():
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                with self.subTest(state=name, signal=number):
                    p = Program(*CALM, places=False)
                    self.addCleanup(p.close)
                    xdotool(*hide(p.window))
                    self.assertTrue(poll(lambda: not is_mapped(p), 10))
                    self.check_end(p, number)
                    xdotool("set_desktop", 0)

    def test_shown(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number):
                p = Program(*ENDLESS)
                self.addCleanup(p.close)
                self.check_end(p, number)

    def test_while_the_display_does_not_answer(self):
        """The X server stands still, so that the UI thread is blocked in drawing."""
        p = Program(*ENDLESS)
        self.addCleanup(p.close)
        window.DISPLAY.process.send_signal(signal.SIGSTOP)
        self.addCleanup(window.DISPLAY.process.send_signal, signal.SIGCONT)
        time.sleep(0.5)  # until it is
        self.check_end(p, signal.SIGTERM)


class MessageTest(unittest.TestCase):
    """What cannot be opened ends with a sentence and status 3, and SDL_VIDEODRIVER is none of the pictures' business."""

    def check_sentence(self, command, display, **variables):
        result = subprocess.run([LOSSLENS, *command], env={**environment(display), **variables}, capture_output=True,
                                text=True, timeout=PATIENCE)
        with self.subTest(command=command, **variables):
            self.assertEqual(result.returncode, 3, result.stderr)
            last = result.stderr.splitlines()[-1]
            self.assertRegex(last, "^losslens: .*OpenGL", result.stderr)
            self.assertNotIn("X Error", result.stderr)

    def test_window(self):
        for variables in ({"LIBGL_DRIVERS_PATH": "/nonexistent"}, {"GALLIUM_DRIVER": "nonsense"},
                          {"SDL_OPENGL_LIBRARY": "/nonexistent"}):
            self.check_sentence(["view"], True, **variables)

    def test_pictures(self):
        path = os.path.join(new_folder(), "a.png")
        for variables in ({"LIBGL_DRIVERS_PATH": "/nonexistent"}, {"GALLIUM_DRIVER": "nonsense"},
                          {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"}):
            self.check_sentence(["shot", "--data", SMALL, "--epochs", "0", "-o", path], False, **variables)

    def test_video_driver_in_the_environment(self):
        folder = new_folder()
        for driver in ("x11", "dummy", "wayland", "nonsense"):
            for i, command in enumerate((["shot", "--data", SMALL, "--epochs", "0"], ["film", "--data", SMALL, "--epochs", "1", "--limit", "256"])):
                path = os.path.join(folder, driver + (".png" if i == 0 else ".webp"))
                with self.subTest(driver=driver, command=command[0]):
                    result = subprocess.run([LOSSLENS, *command, "-o", path], capture_output=True, text=True,
                                            env={**environment(False), "SDL_VIDEODRIVER": driver}, timeout=PATIENCE)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    self.assertTrue(os.path.getsize(path))


setUpModule, tearDownModule = window.open_display, window.close_display

if __name__ == "__main__":
    unittest.main(verbosity=2)
