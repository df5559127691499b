#!/usr/bin/env python3
"""Every shortcut on keyboards of other countries: real keys are pressed by their place, the X server has a real layout.

Usage: keyboard_test.py PATH_TO_LOSSLENS [TEST...]
"""
import subprocess
import unittest

import window
from window import Program, WindowCase, environment, make_small_set, new_folder, read_screenshot, xdotool

SHIFT, ALTGR, CONTROL = 50, 108, 37  # X keycodes

# The keys of a US keyboard by their X keycodes.
PLACES = {}
for first, row in ((10, "1234567890-="), (24, "qwertyuiop[]"), (38, "asdfghjkl;'`"), (52, "zxcvbnm,./")):
    PLACES.update({character: first + i for i, character in enumerate(row)})
PLACES[" "] = 65
KEYPAD = {**dict(zip("789", range(79, 82))), **dict(zip("456", range(83, 86))), **dict(zip("123", range(87, 90))),
          "0": 90, "-": 82, "+": 86, ".": 91}
NAMED = {"Escape": "Escape", "Tab": 23, "Return": 36, "KP_Enter": 104, "Home": 110, "End": 115, "Left": 113, "Right": 114,
         "Up": 111, "Down": 116, "Prior": 112, "Next": 117, "Delete": 119, "F1": 67}


def us(character, *modifiers):
    """The press of the key that is at the character's place on a US keyboard."""
    return (*modifiers, PLACES[character])


# Where a layout types something at another place than the US one: all ways to type it.
DIGITS = "1234567890"
LAYOUTS = {
    "us": {"?": [us("/", SHIFT)], "+": [us("=", SHIFT)]},
    "ru": {"?": [us("7", SHIFT)], ".": [us("/"), us(".")], ",": [us("/", SHIFT), us(",")],
           "+": [us("=", SHIFT)]},
    "gr": {"?": [us("/", SHIFT)], "+": [us("=", SHIFT)]},
    "fr": {**{digit: [us(digit, SHIFT), us(digit)] for digit in DIGITS if digit != "6"}, "6": [us("6", SHIFT)],
           "a": [us("q")], "q": [us("a")], "z": [us("w")], "w": [us("z")], "m": [us(";")],
           ",": [us("m"), us(",")], ".": [us(",", SHIFT)], "?": [us("m", SHIFT)], "-": [us("6")],
           "[": [us("5", ALTGR)], "]": [us("-", ALTGR)], "+": [us("=", SHIFT)]},
    "de": {"z": [us("y")], "y": [us("z")], "?": [us("-", SHIFT)], "-": [us("/")], "=": [us("0", SHIFT)],
           "+": [us("]")], "[": [us("8", ALTGR), us("[")], "]": [us("9", ALTGR)]},
    "es": {"?": [us("-", SHIFT)], "-": [us("/")], "=": [us("0", SHIFT)], "+": [us("]")],
           "[": [us("[", ALTGR)], "]": [us("]", ALTGR)]},
}


LIKE_US = ("fr", "de", "es")  # Latin letters: where one has its US place, the X server says of it what it says on a US one
ALIKE = "hjiwlgfkobv"  # those that no other shortcut of the list waits for


def ways(layout, character):
    return LAYOUTS[layout].get(character) or [us(character)]


def words(press):
    """xdotool's, for a press of the last key while the others are held."""
    *held, key = press
    return [word for k in held for word in ("keydown", k)] + ["key", key] + [word for k in held for word in ("keyup", k)]


def press(layout, character, way=0, shift=False):
    """One way to type the character; shift: held besides, for what a shortcut does with it."""
    first = ways(layout, character)[way]
    return (SHIFT, *first) if shift and SHIFT not in first else first


TEST_DIGITS = 300
SCALE = 11 / 12  # of the interface as it comes, in the smallest window; a press of Ctrl - takes a tenth of it
HEATMAPS = ["bce", "excess", "mse", "mae", "huber", "wbce", "cb", "gauss", "error", "difference", "gradient", "bias", "dead"]


def becomes(get, value):
    return lambda before, after: get(after) == value != get(before)


def toggles(get):
    return lambda before, after: get(after) == (not get(before))


def moves(get, by):
    return lambda before, after: abs(get(after) - get(before) - by) < 1e-3


def grows(get, factor):
    return lambda before, after: abs(get(after) / get(before) - factor) < 1e-3


def comes_to(get, value):
    return lambda before, after: abs(get(after) - value) < 1e-3 < abs(get(before) - value)


def turns(column, by):
    def check(before, after):
        at = [HEATMAPS.index(f["look"]["heatmaps"][column]) for f in (before, after)]
        return at[1] == (at[0] + by) % len(HEATMAPS)
    return check


def look(key):
    return lambda f: f["look"][key]


def view(f):
    return f["view"]


def scale(f):
    return f["look"]["heat_scales"][0]


def size(f):
    return f["scale"]


def undo(f):
    return f["undo"]


def brush(f):
    return f["brush"]


def step(f):
    return f["a"]["step"]


def turns_page(by):
    def check(before, after):
        pages = -(-TEST_DIGITS // before["page_count"])
        at = [f["first"] // f["page_count"] for f in (before, after)]
        return at[1] == (at[0] + by) % pages
    return check


def is_on(switch):
    return lambda f: next(w["on"] for w in f["widgets"] if w["id"] == switch)


def popup(f):
    return f["popup"]


centred = is_on("pad.centre")
MENU = "compare, the View menu open"  # which shows what these switch


ONE_STEP = moves(step, 1)

# Every shortcut: its key, whether Shift is held besides, the view for it, and what it does, once.
SHORTCUTS = [
    ("2", False, "compare", becomes(view, "solo_a")), ("3", False, "solo_a", becomes(view, "solo_b")),
    ("4", False, "solo_b", becomes(view, "matrix")), ("5", False, "matrix", becomes(view, "inspect")),
    ("6", False, "inspect", becomes(view, "claims")), ("1", False, "claims", becomes(view, "compare")),
    ("h", False, "compare", turns(0, 1)), ("h", True, "compare", turns(0, -1)),
    ("j", False, "compare", turns(1, 1)), ("j", True, "compare", turns(1, -1)),
    ("-", False, "compare", grows(scale, 0.8)), ("=", False, "compare", grows(scale, 1.25)),
    ("+", False, "compare", grows(scale, 1.25)), ("0", False, "compare", grows(scale, 0.8)),
    ("i", False, "compare", becomes(look("binarise"), 1)), ("i", False, "compare", becomes(look("binarise"), 0)),
    ("w", False, "compare", toggles(look("wiped"))), ("w", False, "compare", toggles(look("wiped"))),
    ("l", False, "compare", lambda before, after: look("histogram")(before) != look("histogram")(after)),
    ("l", False, "compare", lambda before, after: look("histogram")(before) != look("histogram")(after)),
    ("g", False, "compare", lambda before, after: look("brush")(before) != look("brush")(after)),
    (".", False, "compare", ONE_STEP),
    (",", False, "compare", toggles(look("past"))), ("End", False, "compare", toggles(look("past"))),
    ("f", False, "compare", toggles(look("film"))), ("f", False, "compare", toggles(look("film"))),
    ("Home", False, "compare", becomes(look("past_step"), 0)), ("End", False, "compare", toggles(look("past"))),
    ("n", False, "compare", moves(undo, 1)), ("c", False, "compare", moves(undo, 1)),
    ("z", False, "compare", moves(undo, -1)), ("y", False, "compare", moves(undo, 1)),
    ("n", False, "compare", moves(undo, 1)), ("Delete", False, "compare", moves(undo, 1)),
    ("m", False, MENU, toggles(centred)), ("m", False, MENU, toggles(centred)),
    ("k", False, MENU, toggles(is_on("clipped"))), ("k", False, MENU, toggles(is_on("clipped"))),
    ("o", False, "compare", lambda before, after: popup(before) != popup(after) == "setups"),
    ("o", False, "compare", lambda before, after: popup(before) != popup(after) == "none"),
    ("b", False, "compare", lambda before, after: brush(after) > brush(before)),
    ("v", False, "compare", lambda before, after: brush(after) < brush(before)),
    ("]", False, "compare", turns_page(1)), ("[", False, "compare", turns_page(-1)),
    ("Next", False, "compare", turns_page(1)), ("Prior", False, "compare", turns_page(-1)),
    ("?", False, "compare", toggles(lambda f: f["help"])), ("Escape", False, "compare", toggles(lambda f: f["help"])),
    ("F1", False, "compare", toggles(lambda f: f["help"])), ("?", False, "compare", toggles(lambda f: f["help"])),
    ("e", False, "compare", toggles(lambda f: f["glossary"] >= 0)),
    ("Down", False, "compare", moves(lambda f: f["glossary"], 1)),
    ("Up", False, "compare", moves(lambda f: f["glossary"], -1)),
    ("e", False, "compare", toggles(lambda f: f["glossary"] >= 0)),
    ("d", False, "inspect", toggles(lambda f: f["look"]["digit"] < 0)),
    ("p", False, "inspect", toggles(look("pinned"))),
    ("Right", False, "inspect", moves(look("pixel"), 1)), ("Left", False, "inspect", moves(look("pixel"), -1)),
    ("Down", False, "inspect", moves(look("pixel"), 28)), ("Up", False, "inspect", moves(look("pixel"), -28)),
    ("t", False, "inspect", lambda before, after: look("t")(after) >= 0), ("t", True, "inspect", moves(look("t"), -0.05)),
    ("p", False, "inspect", toggles(look("pinned"))), ("d", False, "inspect", toggles(lambda f: f["look"]["digit"] < 0)),
    (" ", False, "compare", toggles(lambda f: f["playing"])), (" ", False, "compare", toggles(lambda f: f["playing"])),
    ("r", False, "compare", lambda before, after: step(after) == 0),
]


class KeyboardTest(WindowCase):
    later = None  # the frame that the last check ended with

    @classmethod
    def start(cls):
        cls.shots = new_folder()
        folder, _ = make_small_set(512, TEST_DIGITS)
        p = cls.program = Program("--data", folder, "--epochs", "100000", "--shots", cls.shots)
        p.size = (960, 600)  # small frames are quick
        p.do(lambda f: f["size"] == [*p.size], "a small window", "windowsize", p.window, *p.size)

    def choose_layout(self, layout):
        subprocess.run(["setxkbmap", "-synch", layout], env=environment(), check=True, capture_output=True)
        self.addCleanup(subprocess.run, ["setxkbmap", "us"], env=environment(), check=True, capture_output=True)

    def prepare(self, name):
        """Paused after some training, in the view. By mouse: it is the keys that are tried."""
        p = self.p
        if p.now()["help"] or p.now()["glossary"] >= 0 or popup(p.now()) == "setups":  # the next key closes it
            return
        if name == MENU:
            if popup(p.now()) != "view":
                self.prepare("compare")
                p.click("menu.view", lambda f: popup(f) == "view")
            return
        if popup(p.now()) == "view":
            p.key("Escape", lambda f: popup(f) == "none")
        if name.startswith("solo_") and p.now()["view"] != name:
            self.prepare("compare")
            p.click(name[-1] + ".badge", lambda f: f["view"] == name)
        if p.now()["view"] != name:
            p.click("view." + name, lambda f: f["view"] == name)
        if p.now()["playing"] or step(p.now()) < 40:
            if not p.now()["playing"]:
                p.click("play", lambda f: f["playing"])
            p.wait(lambda f: step(f) >= 40, "40 steps")
            p.click("play", lambda f: not f["playing"])
            p.settle()

    def check(self, name, presses, condition):
        p = self.p
        before = p.settle() if condition is ONE_STEP else p.now() if p.now() is self.later else p.nudge()
        p.read()
        since = len(p.frames)
        xdotool(*words(presses))
        after = p.wait(lambda f: condition(before, f), "%s: %s after step %d" % (name, words(presses), step(before)), since)
        self.later = later = p.nudge()
        if not after["playing"]:
            self.assertTrue(condition(before, later), "%s: %s counts more than once" % (name, words(presses)))

    def check_layout(self, layout):
        self.choose_layout(layout)
        for character, shift, name, condition in SHORTCUTS:
            if layout in LIKE_US and character in ALIKE and character not in LAYOUTS[layout]:
                continue
            if character in NAMED:
                presses = (NAMED[character],)
            else:
                presses = press(layout, character, shift=shift)
            with self.subTest(key=character, shift=shift):
                self.prepare(name)
                self.check(layout, presses, condition)
        self.check_other_ways(layout)
        self.check_control(layout)
        for shift, what in ((False, "a figure"), (True, "a picture of the window")):
            last = self.p.nudge()["toast"]
            frame = self.p.do(lambda f: f["toast"] not in (None, last), what, *words(press(layout, "s", shift=shift)))
            picture, _ = read_screenshot(frame["toast"])
            self.assertEqual(picture.shape[1::-1] == self.p.size, shift, what)
        self.p.key("Escape", lambda f: f["toast"] is None)

    def check_other_ways(self, layout):
        """Where a character is typed elsewhere, its place on a US keyboard still counts if nothing else is typed there."""
        conditions = {",": toggles(look("past")), ".": ONE_STEP, "[": turns_page(-1), **{
            digit: becomes(view, name) for digit, name in zip("123456", ("compare", "solo_a", "solo_b", "matrix", "inspect", "claims"))}}
        for character, all_ways in LAYOUTS[layout].items():
            for way in range(1, len(all_ways)):
                if character not in conditions:
                    continue
                with self.subTest(key=character, way=way):
                    self.prepare("solo_a" if character == "1" else "compare")
                    self.check(layout, press(layout, character, way), conditions[character])
                    if look("past")(self.p.now()):  # where '.' is another command
                        self.p.do(lambda f: not look("past")(f), "the newest", "key", NAMED["End"])

    def check_control(self, layout):
        """Ctrl: the interface's scale, and undo by the letter that the layout has there."""
        self.prepare("compare")
        def control(character):
            return (CONTROL, *ways(layout, character)[0])
        self.check(layout, control("-"), comes_to(size, 0.9 * SCALE))
        self.check(layout, control("+"), comes_to(size, SCALE))
        self.check(layout, control("-"), comes_to(size, 0.9 * SCALE))
        self.check(layout, control("0"), comes_to(size, SCALE))
        self.check(layout, press(layout, "n"), moves(undo, 1))
        self.check(layout, control("z"), moves(undo, -1))
        self.check(layout, control("y"), moves(undo, 1))

    def check_keypad(self, layout):
        self.choose_layout(layout)
        for digit, name in (("2", "solo_a"), ("3", "solo_b"), ("4", "matrix"), ("5", "inspect"), ("6", "claims"), ("1", "compare")):
            self.check(layout, (KEYPAD[digit],), becomes(view, name))
        self.prepare("compare")
        self.check(layout, (KEYPAD["-"],), grows(scale, 0.8))
        self.check(layout, (KEYPAD["+"],), grows(scale, 1.25))
        self.check(layout, (KEYPAD["+"],), grows(scale, 1.25))
        self.check(layout, (KEYPAD["0"],), grows(scale, 0.8))
        self.check(layout, (KEYPAD["."],), ONE_STEP)
        self.check(layout, (CONTROL, KEYPAD["-"]), comes_to(size, 0.9 * SCALE))
        self.check(layout, (CONTROL, KEYPAD["+"]), comes_to(size, SCALE))
        self.check(layout, (CONTROL, KEYPAD["-"]), comes_to(size, 0.9 * SCALE))
        self.check(layout, (CONTROL, KEYPAD["0"]), comes_to(size, SCALE))
        self.prepare(MENU)
        self.p.click("pad.centre", lambda f: True)
        self.p.do(lambda f: f.get("focus") == "link", "Tab", "key", NAMED["Tab"])
        self.p.do(lambda f: f.get("focus") == "pad.centre", "Shift+Tab", *words((SHIFT, NAMED["Tab"])))
        self.check(layout, (NAMED["KP_Enter"],), toggles(centred))
        self.check(layout, (NAMED["Return"],), toggles(centred))
        self.prepare("compare")

    def test_dead_keys(self):
        """The French circumflex at the place of [ types nothing by itself, and the letter behind it is one press."""
        self.choose_layout("fr")
        self.prepare("compare")
        self.check("fr", (PLACES["["],), turns_page(-1))
        self.check("fr", (PLACES["n"],), moves(undo, 1))

    def test_quit(self):
        for layout in ("ru", "fr"):
            with self.subTest(layout=layout):
                self.choose_layout(layout)
                xdotool("windowfocus", self.p.window)
                xdotool(*words((CONTROL, *ways(layout, "q")[0])))
                self.assertEqual(self.p.ends(), 0)
                self.p.close()
                self.setUp()


def add_test(kind, layout):
    setattr(KeyboardTest, "test_%s_%s" % (kind, layout), lambda self: getattr(self, "check_" + kind)(layout))


for each in LAYOUTS:
    add_test("layout", each)
    add_test("keypad", each)

setUpModule, tearDownModule = window.open_display, window.close_display

if __name__ == "__main__":
    unittest.main(verbosity=2)
