#!/usr/bin/env python3
"""The numbers of the code in a real window: dragged, let go, on the way to another digit; and what the picture of it holds.

Usage: code_view_test.py PATH_TO_LOSSLENS [TEST...]
"""
import unittest

import view_case
import window
from view_case import ViewCase

setUpModule, tearDownModule = view_case.open_display, window.close_display


class CodeViewTest(ViewCase):
    view = "code"

    def code(self, frame=None):
        return (frame or self.p.now())["code"]

    def bar(self, side, across, down):
        """A point over the bars, as shares of their widget."""
        x, y, w, h = self.p.widget(f"{side}.code_bars")["rect"]
        return x + across * w, y + down * h

    def test_drag_and_let_go(self):
        p = self.p
        before = self.code()["b"]
        self.assertEqual((before["units"], before["pulled"], before["change"]), (32, [], 0))
        picture = p.still()
        frame = p.do(lambda f: f["code"]["is_chosen"], "a chosen number", *p.at(*self.bar("b", 0.6, 0.9)), "mousedown", 1)
        number = self.code(frame)["number"]
        self.assertAlmostEqual(number, 0.57 * 32, delta=2)
        shown = []
        for down in (0.6, 0.2):
            last = shown[-1] if shown else self.code()["b"]["shown"]
            frame = p.do(lambda f: f["code"]["b"]["pulled"] == [number] and f["code"]["b"]["shown"] != last,
                         "a pulled number", *p.at(*self.bar("b", 0.6, down)))
            code = self.code(frame)
            # the picture of the very frame in which the number is another one
            self.assertGreater(code["b"]["change"], 0)
            self.assertNotEqual(code["b"]["decoded_mean"], before["decoded_mean"])
            self.assertEqual((code["a"]["pulled"], code["a"]["change"]), ([], 0))
            shown.append(code["b"]["shown"])
        low, high = code["axis"]
        self.assertTrue(low < shown[0] < shown[1] < high)
        self.assertAlmostEqual((shown[1] - shown[0]) / (high - low), 0.4 / 0.85, delta=0.06)
        x, y, w, h = p.widget("b.code_decoded")["rect"]
        place = (slice(int(y), int(y + h)), slice(int(x), int(x + w)))
        self.assertTrue(window.poll(lambda: (p.grab()[place] != picture[place]).any(), 10))
        p.do(lambda f: True, "a button let go", "mouseup", 1)
        self.assertEqual(self.code(p.nudge())["b"]["pulled"], [number])
        p.key("z", lambda f: f["code"]["b"]["pulled"] == [])  # the whole drag
        p.key("y", lambda f: f["code"]["b"]["pulled"] == [number] and abs(f["code"]["b"]["shown"] - shown[1]) < 1e-5)
        p.double_click(lambda f: f["code"]["b"]["pulled"] == [], "as encoded", *self.bar("b", 0.6, 0.5))
        after = self.code()["b"]
        self.assertEqual((after["decoded_mean"], after["change"]), (before["decoded_mean"], 0))

    def test_keys_and_all_as_encoded(self):
        p = self.p
        p.focus("a.code_bars")
        number = self.code()["number"]
        step = "Left" if number > 0 else "Right"
        p.key(step, lambda f: f["code"]["number"] == number + (1 if step == "Right" else -1))
        number = self.code()["number"]
        p.key("Up", lambda f: f["code"]["a"]["pulled"] == [number])
        p.key("BackSpace", lambda f: f["code"]["a"]["pulled"] == [])
        p.key("Down", lambda f: f["code"]["a"]["pulled"] == [number])
        p.click("as_encoded", lambda f: f["code"]["a"]["pulled"] == [])
        p.key("z", lambda f: f["code"]["a"]["pulled"] == [number])
        p.key("y", lambda f: f["code"]["a"]["pulled"] == [])

    def test_walk(self):
        p = self.p
        p.click("code_strip.Walk", lambda f: f["code"]["strip"] == "walk")
        digit = self.code()["digit"]
        p.key("bracketright", lambda f: f["code"]["digit"] == digit + 1)
        x, y, w, h = p.widget("code_walk")["rect"]
        frame = p.do(lambda f: f["code"]["walk"] > 0.9, "nearly there", *p.at(x + 0.97 * w, y + h / 2), "click", 1)
        self.assertGreater(self.code(frame)["a"]["change"], 0)
        p.click("as_encoded", lambda f: f["code"]["walk"] == 0 and f["code"]["a"]["change"] == 0)
        p.click("code_strip.Number", lambda f: f["code"]["strip"] == "number")


if __name__ == "__main__":
    unittest.main(verbosity=2)
