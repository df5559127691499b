#!/usr/bin/env python3
"""The numbers of the code in a real window: dragged, let go, on the way to another digit; and what the picture of it holds.

Usage: code_view_test.py PATH_TO_LOSSLENS [TEST...]
"""
import time
import unittest

import view_case
import window
from view_case import ViewCase
from window import Program

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
        low, high = code["b"]["axis"]
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

    # ---- the view Latent, in the same program

    def latent(self, frame=None):
        return (frame or self.p.now())["latent"]

    def show_latent(self):
        self.show("latent")
        return self.p.wait(lambda f: f["view"] == "latent" and
                           all(f["latent"][side]["points"] == view_case.TEST and f["latent"][side]["grid_current"] for side in "ab"),
                           "points of the test digits", len(self.p.frames) - 1)

    def place(self, widget, across, up):
        """A point over a widget, as shares from its lower left corner."""
        x, y, w, h = self.p.widget(widget)["rect"]
        return x + across * w, y + (1 - up) * h

    def empty_place(self, widget):
        """Where no test digit lies, as far as training may have come: a press there is not a click on a digit."""
        for share in (0.97, 0.93, 0.89, 0.85):
            point = self.place(widget, share, share)
            frame = self.p.do(lambda f: f["hint"].startswith("Number "), "what lies there", *self.p.at(*point))
            if "Here lies" not in frame["hint"]:
                return point
            self.p.nudge()
        raise AssertionError("digits lie everywhere")

    def test_latent_drag(self):
        p = self.p
        before = self.show_latent()
        self.assertFalse(before["latent"]["b"]["moved"])
        p.do(lambda f: f["latent"]["b"]["moved"], "a place pressed", *p.at(*self.empty_place("b.latent_plane")), "mousedown", 1)
        shown = []
        for across, up in ((0.5, 0.6), (0.8, 0.7)):
            last = self.latent()["b"]["point"]
            frame = p.do(lambda f: f["latent"]["b"]["point"] != last, "a point dragged",
                         *p.at(*self.place("b.latent_plane", across, up)))
            side = self.latent(frame)["b"]
            left, right, low, high = side["axes"]
            self.assertAlmostEqual((side["point"][0] - left) / (right - left), across, delta=0.02)
            self.assertAlmostEqual((side["point"][1] - low) / (high - low), up, delta=0.02)
            # the picture of the very frame in which the point is another one
            self.assertEqual(sorted(self.code(frame)["b"]["pulled"]), sorted(side["numbers"]))
            self.assertGreater(self.code(frame)["b"]["change"], 0)
            self.assertEqual(self.code(frame)["a"]["change"], 0)
            shown.append(self.code(frame)["b"]["decoded_mean"])
        self.assertEqual(len({self.code(before)["b"]["decoded_mean"], *shown}), 3)
        p.do(lambda f: True, "a button let go", "mouseup", 1)
        p.key("z", lambda f: not f["latent"]["b"]["moved"])  # the whole drag
        p.key("y", lambda f: f["latent"]["b"]["moved"])
        p.do(lambda f: not f["latent"]["b"]["moved"], "as encoded", *p.at(*self.place("b.latent_plane", 0.5, 0.5)), "click",
             "--repeat", 2, "--delay", 60, 1)
        frame = p.do(lambda f: f["latent"]["a"]["moved"], "a digit of the grid", *p.at(*self.place("a.latent_grid", 0.9, 0.1)),
                     "click", 1)
        left, right, low, high = self.latent(frame)["a"]["axes"]
        self.assertGreater(self.latent(frame)["a"]["point"][0], left + 0.8 * (right - left))
        p.click("as_encoded", lambda f: not f["latent"]["a"]["moved"])

    def test_latent_click(self):
        """On a point: that digit, as it is encoded; where it is dragged from, the decoder follows, as anywhere."""
        p = self.p
        self.show_latent()
        p.key("n", lambda f: not f["latent"]["b"]["moved"])
        side = self.latent()["b"]
        digit, (left, right, low, high) = side["point"], side["axes"]
        at = p.at(*self.place("b.latent_plane", (digit[0] - left) / (right - left), (digit[1] - low) / (high - low)))
        p.key("n", lambda f: f["latent"]["b"]["point"] != digit)
        frame = p.do(lambda f: f["latent"]["b"]["point"] == digit, "the digit that lies there", *at, "click", 1)
        self.assertFalse(self.latent(frame)["b"]["moved"])
        time.sleep(0.7)  # else it would be a double click
        frame = p.do(lambda f: True, "pressed", *at, "mousedown", 1)
        self.assertEqual(self.latent(frame)["b"]["point"], digit)  # a drag alone moves it
        frame = p.do(lambda f: f["latent"]["b"]["moved"], "dragged", *p.at(*self.place("b.latent_plane", 0.5, 0.5)))
        self.assertAlmostEqual((self.latent(frame)["b"]["point"][0] - left) / (right - left), 0.5, delta=0.02)
        p.do(lambda f: True, "let go", "mouseup", 1)
        p.click("as_encoded", lambda f: f["latent"]["b"]["point"] == digit)

    def test_latent_numbers_walk_and_chance(self):
        p = self.p
        frame = self.show_latent()
        across, up = self.latent(frame)["a"]["numbers"]
        grid = self.latent(frame)["a"]["grid_mean"]
        frame = p.click("a.latent_across.plus", lambda f: f["latent"]["a"]["numbers"][0] != across and
                        f["latent"]["a"]["grid_current"] and f["latent"]["a"]["grid_mean"] != grid)
        across, up = self.latent(frame)["a"]["numbers"]  # both stay now, while what says most moves with training
        frame = p.click("a.latent_across.plus", lambda f: f["latent"]["a"]["numbers"][0] != across)
        self.assertEqual(self.latent(frame)["a"]["numbers"], [(across + 1) % 32, up])
        p.click("a.latent_across.value", lambda f: f["latent"]["a"]["numbers"][1] == up)  # found again, or kept where it says much
        digit = self.code()["digit"]
        p.key("bracketright", lambda f: f["code"]["digit"] == digit + 1)
        x, y, w, h = p.widget("code_walk")["rect"]
        frame = p.do(lambda f: f["code"]["walk"] > 0.9, "nearly there", *p.at(x + 0.97 * w, y + h / 2), "click", 1)
        self.assertGreater(self.code(frame)["a"]["change"], 0)
        p.click("as_encoded", lambda f: f["code"]["walk"] == 0)
        sample = self.latent()["b"]["sample_mean"]
        p.click("latent_others", lambda f: f["latent"]["draw"] == 1 and f["latent"]["b"]["sample_mean"] != sample)
        p.click("a.badge", lambda f: "b.latent_plane" not in [w["id"] for w in f["widgets"]])  # A alone
        p.click("a.badge", lambda f: "b.latent_plane" in [w["id"] for w in f["widgets"]])


class PictureCodeTest(ViewCase):
    """A code of pictures is paged picture by picture, beside one of numbers."""
    view, epochs = "code", 1

    @classmethod
    def start(cls):
        cls.program = Program(*view_case.DATA, "--texts", "--epochs", "100000", "--a", "model=conv", "--b", "layers=100,batch=64")

    def test_pages(self):
        p = self.p
        self.assertEqual([p.now()["code"][side]["units"] for side in "ab"], [128, 100])
        for button, page, parts in (("a.code_page.1", 1, ("5\u20138", "65\u2013100")), ("b.code_page.1", 0, ("1\u20134", "1\u201364")),
                                    ("b.code_page.0", 1, ("5\u20138", "65\u2013100"))):
            frame = p.click(button, lambda f: f["code"]["page"] == page)
            texts = [text["text"] for text in frame["texts"]]
            self.assertIn("Code of A: 8 pictures of 4 \u00d7 4", texts)
            for part in parts:
                self.assertTrue([text for text in texts if text.startswith(part)], (part, texts))
        # the last page's last number, beside which the axis ends
        x, y, w, h = p.widget("a.code_bars")["rect"]
        frame = p.do(lambda f: f["code"]["number"] == 127, "the last number", *p.at(x + w - 14, y + h / 2), "click", 1)
        self.assertTrue(frame["code"]["is_chosen"])
        p.click("a.code_page.0", lambda f: f["code"]["page"] == 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
