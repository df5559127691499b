#!/usr/bin/env python3
"""A monkey at the window: seeded keys, mouse, wheel, drags, double clicks, sizes down to 1x1, layouts of keyboards,
minimising, desktops and focus, with a window manager and without one. It must neither end nor complain, and answer at
the end.

Usage: monkey_test.py PATH_TO_LOSSLENS [--events COUNT] [--seed NUMBER] [--memory] [TEST...]
--memory: also that it stays flat once the bank of models is full, which a sanitizer's allocator does not.
The same seed and count send the same events.
"""
import argparse
import itertools
import os
import random
import subprocess
import sys
import time
import unittest

arguments = argparse.ArgumentParser()
arguments.add_argument("--events", type=int, default=2000)
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--memory", action="store_true")
CHOSEN, sys.argv[2:] = arguments.parse_known_args(sys.argv[2:])

import window
from window import CALM, ENDLESS, Desk, OtherClient, Program, environment, is_mapped, new_folder, poll, xdotool

BATCH = 100  # events for one run of xdotool
# Neither 24 nor 38, where Q lies, which means nothing but with Ctrl: a window that lags behind and gets the focus is told
# of a Ctrl that is held now, before the keys that were pressed earlier.
KEYS = [*map(str, range(10, 23)), *map(str, range(25, 37)), *map(str, range(39, 50)), *map(str, range(52, 62)), "65",
        *map(str, range(79, 92)), "104", "110", "111", "112", "113", "114", "115", "116", "117", "119", "67", "94", "Escape"]
HELD = ["37", "50", "108"]  # Ctrl, Shift, AltGr
BANK_MAX = 290  # models that the trainer keeps (trainer.h): until then its memory grows by design
LAYOUTS = ["us", "ru", "gr", "fr", "de", "es"]
SIZES = [(1440, 900), (1440, 900), (960, 600), (720, 540), (640, 480), (300, 200), (160, 100), (1000, 150), (2500, 1400),
         (40, 1200), (1, 1), (2, 700)]


class Monkey:
    """Words for xdotool, an event at a time. has_desk: there is a window manager."""

    def __init__(self, seed, program, other, has_desk):
        self.random = random.Random(seed)
        self.program, self.other, self.has_desk = program, other, has_desk
        self.size = (1440, 900)
        self.is_hidden = False
        self.cut_off = 0  # batches in which xdotool gave up: a window that is just being hidden cannot take the focus

    def point(self):
        width, height = self.size
        spread = 20  # a little beyond the edges
        return ["mousemove", "--window", self.program.window, self.random.randint(-spread, width + spread),
                self.random.randint(-spread, height + spread)]

    def press_key(self):
        held = [k for k in HELD if self.random.random() < 0.12]
        key = self.random.choice(KEYS)
        quick = ("--delay", 0)
        return [w for k in held for w in ("keydown", *quick, k)] + ["key", *quick, key] + \
               [w for k in held for w in ("keyup", *quick, k)]

    def click(self):
        button = self.random.choice((1, 1, 1, 3))
        return [*self.point(), "click", "--repeat", self.random.choice((1, 1, 2, 3)), "--delay", 1, button]

    def drag(self):
        button = self.random.choice((1, 1, 3))
        words = [*self.point(), "mousedown", button]
        for _ in range(self.random.randint(1, 6)):
            words += self.point()
        return words + (["mouseup", button] if self.random.random() < 0.8 else [])

    def roll(self):
        return [*self.point(), "click", self.random.choice((4, 5))]

    def resize(self):
        self.size = self.random.choice(SIZES)
        return ["windowsize", self.program.window, *self.size]

    def hide(self):
        self.is_hidden = True
        window_id = self.program.window
        if self.has_desk and self.random.random() < 0.5:
            return self.random.choice((["windowminimize", window_id], ["set_desktop", 1]))
        return ["windowunmap", window_id]

    def show(self):
        self.is_hidden = False
        return [*(["set_desktop", 0] if self.has_desk else []), "windowmap", self.program.window, "sleep", 0.05]

    def focus(self):
        to_other = self.is_hidden or self.random.random() < 0.5
        return ["windowfocus", self.other.window if to_other else self.program.window]

    def let_go(self):
        """Nothing is held any more: a batch may have been cut off between a press and its release."""
        return ["keyup", *HELD, "mouseup", 1, "mouseup", 3]

    def come_back(self):
        """Everything as it was: shown, with the focus, nothing held."""
        return [*self.show(), "windowsize", self.program.window, 1440, 900, "sleep", 0.1, "windowfocus", self.program.window,
                *self.let_go()]

    def event(self):
        kinds = [(self.press_key, 45), (self.click, 22), (self.drag, 12), (self.point, 8), (self.roll, 6), (self.resize, 2),
                 (self.focus, 1.5), (self.hide, 0.5), (self.show, 1.5)]
        return self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]()

    def comes_back(self):
        """Asks for it; whether xdotool could."""
        return self.run([self.come_back()])

    def run(self, words):
        script = "\n".join(" ".join(map(str, line)) for line in words) + "\n"
        return subprocess.run(["xdotool", "-"], input=script, env=environment(), capture_output=True, text=True,
                              timeout=300).returncode == 0

    def send(self, count):
        words = [self.let_go()]
        for _ in range(count):
            words.append(self.event())
        if self.random.random() < 0.2:
            layout = self.random.choice(LAYOUTS)
            subprocess.run(["setxkbmap", layout], env=environment(), capture_output=True, check=True)
        self.size = (1440, 900)
        words.append(self.come_back())
        self.cut_off += not self.run(words)


def resident(process):
    """MiB; 0 where it has ended."""
    with open("/proc/%d/statm" % process.pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2 ** 20


def fill_bank(p):
    """Trains as many models of the largest code as the bank holds: more memory than that no models take."""
    p.click("view.matrix", lambda f: f["view"] == "matrix")
    last = None
    while last != p.now()["a"]["spec"]:
        last = p.now()["a"]["spec"]
        xdotool(*p.at(*p.centre("a.code.plus")), "click", 1)
        p.nudge()
    seen = set()
    buttons = {kind: [w["id"] for w in p.now()["widgets"] if w["id"].startswith(kind)] for kind in ("a.hidden.", "a.optimizer.")}
    for pair in itertools.product(*buttons.values()):
        for button in pair:
            p.click(button, lambda f: p.widget(button, f)["on"])
        frame = p.wait(lambda f: all(m["step"] >= 64 or m["broken_step"] >= 0 for m in f["models"]), "64 steps of all models",
                       len(p.frames))
        seen |= {m["spec"] for m in frame["models"]}
        if len(seen) >= BANK_MAX:
            break
    if len(seen) < BANK_MAX:
        raise AssertionError("%d models do not fill the bank" % len(seen))
    p.click("view.compare", lambda f: f["view"] == "compare")


class MonkeyTest(unittest.TestCase):
    def run_monkey(self, has_desk):
        if has_desk:
            desk = Desk()
            self.addCleanup(desk.close)
        print("\nseed %d, %d events" % (CHOSEN.seed, CHOSEN.events), end=" ", flush=True)
        p = Program(*(ENDLESS if CHOSEN.memory else CALM), "--shots", new_folder(), places=not has_desk)
        self.addCleanup(p.close)  # fails on a sanitizer's report
        if CHOSEN.memory:
            fill_bank(p)
        other = OtherClient()
        self.addCleanup(other.close)
        self.addCleanup(subprocess.run, ["setxkbmap", "us"], env=environment(), capture_output=True, check=True)
        monkey, memory = Monkey(CHOSEN.seed, p, other, has_desk), [resident(p.process)]
        start = time.monotonic()
        for done in range(0, CHOSEN.events, BATCH):
            monkey.send(min(BATCH, CHOSEN.events - done))
            self.assertIsNone(p.process.poll(), "it ended after %d events: %s" % (done + BATCH, p.complaints()[-3000:]))
            p.forget()
            memory.append(resident(p.process))
        subprocess.run(["setxkbmap", "us"], env=environment(), capture_output=True, check=True)
        self.check_answers(p, monkey)
        half = len(memory) // 2
        print("in %.0f s, %d batches of %d cut off; memory %.0f MiB at first, %.0f at the half, %.0f at the end, %.0f at most"
              % (time.monotonic() - start, monkey.cut_off, len(memory), memory[0], memory[half], memory[-1], max(memory)),
              end=" ", flush=True)
        self.assertLessEqual(monkey.cut_off, len(memory) // 4)
        if CHOSEN.memory:
            self.assertLess(max(memory[half:]), 1.1 * max(memory[:half + 1]) + 8, "memory grows: %s" % " ".join("%.0f" % m for m in memory))

    def check_answers(self, p, monkey):
        # Asked again until it is there: the last batch may have been cut off on the other desktop, and a window manager that
        # is still working off what it was told before hides the window after it was shown.
        self.assertTrue(poll(lambda: monkey.comes_back() and is_mapped(p)), "it does not come back")
        xdotool("windowfocus", "--sync", p.window)
        p.wait(lambda f: f["size"] == [1440, 900], "a frame of the last size", 0)
        if p.now()["help"]:
            p.key("Escape", lambda f: not f["help"])
        p.key("4", lambda f: f["view"] == "matrix")
        p.key("1", lambda f: f["view"] == "compare")

    def test_without_a_window_manager(self):
        self.run_monkey(False)

    def test_with_a_window_manager(self):
        self.run_monkey(True)


setUpModule, tearDownModule = window.open_display, window.close_display

if __name__ == "__main__":
    unittest.main(verbosity=2)
