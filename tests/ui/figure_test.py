#!/usr/bin/env python3
"""What S saves, and the toast that says so: figure and window, folder, another title, save as, and how long it stays. In
a real window.

Usage: figure_test.py PATH_TO_LOSSLENS [TEST...]
"""
import json
import os
import subprocess
import time
import unittest

import numpy

import window
from window import CALM, Program, environment, new_folder, poll, read_screenshot, xdotool

# Another program that owns the clipboard, until it is ended.
CLIPBOARD = """
import ctypes, sys, time
sdl = ctypes.CDLL("libSDL2-2.0.so.0")
sdl.SDL_Init(0x20)
sdl.SDL_CreateWindow(b"clipboard", 2000, 1200, 40, 40, 8)
sdl.SDL_SetClipboardText(sys.argv[1].encode())
print("ready", flush=True)
while True:
    sdl.SDL_PumpEvents()
    time.sleep(0.01)
"""

setUpModule, tearDownModule = window.open_display, window.close_display


class FigureTest(unittest.TestCase):
    def setUp(self):
        self.shots, self.tools = new_folder(), new_folder()
        self.opened = os.path.join(self.tools, "opened")
        with open(os.path.join(self.tools, "xdg-open"), "w") as file:
            file.write('#!/bin/sh\nprintf "%%s\\n" "$1" >> "%s"\n' % self.opened)
        os.chmod(file.name, 0o755)
        path = os.environ["PATH"]
        os.environ["PATH"] = self.tools + ":" + path
        self.addCleanup(os.environ.update, PATH=path)
        self.p = Program(*CALM, "--shots", self.shots, "--texts")
        self.addCleanup(self.p.close)
        self.p.pause()

    def files(self):
        return set(os.listdir(self.shots))

    def save(self, key="s"):
        known = self.files()
        frame = self.p.key(key, lambda f: f["toast"] and os.path.basename(f["toast"]) not in known, "a toast for " + key)
        self.assertEqual(self.files() - known, {os.path.basename(frame["toast"])})
        return frame["toast"]

    def settings(self, path):
        pixels, text = read_screenshot(path)
        return pixels.shape[1::-1], json.loads(text)

    def type(self, text):
        xdotool("type", "--delay", "5", text)
        return self.p.wait(lambda f: f["field"] and f["field"].endswith(text), "typed text", 0)

    def replace_text(self, text):
        """Over what the field holds, from its end."""
        p = self.p
        length = len(p.now()["field"])
        xdotool("key", "--delay", "2", "--repeat", length, "BackSpace")
        p.wait(lambda f: f["field"] == "", "an empty field", len(p.frames) - 1)
        self.type(text)

    def test_s_is_a_figure_and_shift_s_the_window(self):
        size, settings = self.settings(self.save())
        self.assertEqual(size, (1920, 1080))
        self.assertEqual(settings["theme"], "light")
        title = settings["figure"]["title"]  # the bold part of what is said
        self.assertTrue(any(t["text"].startswith(title) for t in self.p.now()["texts"]), title)
        self.assertEqual(settings["a"]["spec"], self.p.now()["a"]["spec"])
        size, settings = self.settings(self.save("shift+s"))
        self.assertEqual(size, self.p.size)
        self.assertNotIn("figure", settings)
        known = self.files()
        self.p.click("screenshot", lambda f: f["toast"] and os.path.basename(f["toast"]) not in known)
        self.assertEqual(self.settings(os.path.join(self.shots, (self.files() - known).pop()))[0], (1920, 1080))

    def test_the_windows_picture_has_no_toast(self):
        self.save()
        self.p.leave()
        first = read_screenshot(self.save("shift+s"))[0]
        self.p.click("toast.close", lambda f: f["toast"] is None)
        self.p.leave()
        self.assertTrue((read_screenshot(self.save("shift+s"))[0] == first).all())

    def test_the_thumbnail_is_what_was_saved(self):
        p = self.p
        pixels = read_screenshot(self.save())[0].astype(float)
        x, y, w, h = p.now()["toast_thumbnail"]
        shown = p.still()[y:y + h, x:x + w].astype(float)
        rows = numpy.array_split(numpy.arange(1080), h)
        columns = numpy.array_split(numpy.arange(1920), w)
        small = numpy.array([[pixels[r[0]:r[-1] + 1, c[0]:c[-1] + 1].mean((0, 1)) for c in columns] for r in rows])
        inner = numpy.s_[3:-3, 3:-3]
        self.assertGreater(numpy.corrcoef(shown[inner].ravel(), small[inner].ravel())[0, 1], 0.97)
        self.assertLess(abs(shown[inner].mean() - small[inner].mean()), 3)

    def test_another_title(self):
        p = self.p
        first = self.save()
        title = self.settings(first)[1]["figure"]["title"]
        p.click("toast.title", lambda f: f["field"] == title)
        view = p.now()["view"]
        self.replace_text("3 s and Z, 5 views")  # none of its keys is a shortcut now
        self.assertEqual(p.now()["view"], view)
        p.key("Left", lambda f: True)
        p.key("BackSpace", lambda f: f["field"] == "3 s and Z, 5 vies")
        p.key("Home", lambda f: True)
        p.key("Delete", lambda f: f["field"] == " s and Z, 5 vies")
        known = self.files()
        frame = p.key("Return", lambda f: f["toast"] and f["toast"] != first)
        self.assertIsNone(frame["field"])
        self.assertEqual(len(self.files() - known), 1)
        self.assertEqual(self.settings(frame["toast"])[1]["figure"]["title"], " s and Z, 5 vies")

    def test_escape_leaves_the_field_then_the_toast(self):
        p = self.p
        self.save()
        p.click("toast.title", lambda f: f["field"] is not None)
        known = self.files()
        p.key("Escape", lambda f: f["field"] is None)
        self.assertTrue(p.now()["toast"])
        p.key("Escape", lambda f: f["toast"] is None)
        self.assertEqual(self.files(), known)
        p.key("3", lambda f: f["view"] == "solo_b", "shortcuts, as before")

    def test_save_as(self):
        p = self.p
        first = self.save()
        other = os.path.join(new_folder(), "elsewhere.png")
        p.click("toast.save_as", lambda f: f["field"] == first)
        self.replace_text(other)
        p.key("Return", lambda f: f["toast"] == other)
        with open(first, "rb") as a, open(other, "rb") as b:
            self.assertEqual(a.read(), b.read())
        with open(other, "wb") as file:
            file.write(b"mine")
        p.click("toast.save_as", lambda f: f["field"] == other)
        frame = p.key("Return", lambda f: f["field"] is None)
        self.assertIn(os.path.basename(other), frame["message"])
        self.assertNotIn("saved", frame["message"])
        with open(other, "rb") as file:
            self.assertEqual(file.read(), b"mine", "an existing file is not replaced")

    def test_open_folder(self):
        p = self.p
        self.save()
        p.click("toast.folder", lambda f: True)
        self.assertTrue(poll(lambda: os.path.exists(self.opened) and os.path.getsize(self.opened) > 0, 20))
        with open(self.opened) as file:
            self.assertEqual(file.read().strip(), "file://" + os.path.realpath(self.shots))

    def test_pasting(self):
        p = self.p
        self.save()
        p.click("toast.title", lambda f: f["field"] is not None)
        start = p.now()["field"]
        owner = subprocess.Popen(["/usr/bin/python3", "-c", CLIPBOARD, "Übung\nzwei"], env=environment(),
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(owner.stdout.close)
        self.addCleanup(owner.wait)
        self.addCleanup(owner.kill)  # SDL takes SIGTERM for an event
        self.assertEqual(owner.stdout.readline(), "ready\n")
        xdotool("windowfocus", "--sync", p.window)
        p.key("ctrl+v", lambda f: f["field"] == start + "Übung zwei")

    def test_it_goes_by_itself_but_not_under_the_mouse(self):
        p = self.p
        self.save()
        p.leave()
        start = time.monotonic()
        p.wait(lambda f: f["toast"] is None, "the toast to go", len(p.frames))
        self.assertGreater(time.monotonic() - start, 4)
        self.save()
        xdotool(*p.at(*p.centre("toast.folder")))
        p.wait(lambda f: f["hint"], "the mouse over a button", len(p.frames) - 1)
        time.sleep(7.5)  # longer than it stays by itself
        self.assertTrue(p.now()["toast"])
        self.assertLessEqual(p.ticks_in(1), 2)
        p.leave()
        p.wait(lambda f: f["toast"] is None, "the toast to go", len(p.frames))

    def test_what_lies_under_it_does_not_react(self):
        p = self.p
        self.save()
        x, y, w, h = p.now()["toast_rect"]
        before = p.now()
        frame = p.do(lambda f: True, "a click on the toast", *p.at(x + w - 8, y + h - 60), "click", 1)
        frame = p.nudge()
        self.assertEqual(frame["look"], before["look"])
        self.assertEqual((frame["a"]["spec"], frame["b"]["spec"], frame["undo"]),
                         (before["a"]["spec"], before["b"]["spec"], before["undo"]))


if __name__ == "__main__":
    unittest.main()
