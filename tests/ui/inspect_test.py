#!/usr/bin/env python3
"""One digit large and one pixel explained: hovering, pinning, its target, the drawing. In a real window.

Usage: inspect_test.py PATH_TO_LOSSLENS [TEST...]
"""
import unittest

import view_case
import window
from view_case import ViewCase, look_is
from window import cell_of, pixel_point

setUpModule, tearDownModule = view_case.open_display, window.close_display


class InspectTest(ViewCase):
    view = "inspect"

    def setUp(self):
        super().setUp()
        p = self.p
        if p.now()["look"]["pinned"]:
            p.key("p", look_is(pinned=False))
        p.leave()
        self.first = p.now()

    def point(self, row, column, name="inspect.input"):
        return self.p.at(*pixel_point(self.p.now()["grids"][name], 0, row, column))

    def test_hover_and_pin(self):
        p = self.p
        for i, name in enumerate(("inspect.input", "inspect.output.a", "inspect.heat.a", "inspect.output.b", "inspect.heat.b")):
            frame = p.do(look_is(pixel=28 * (3 + i) + 5), "the pixel under the mouse", *self.point(3 + i, 5, name))
            self.assertFalse(frame["look"]["pinned"])
        p.do(look_is(pixel=28 * 14 + 9, pinned=True), "a pinned pixel", *self.point(14, 9), "click", 1)
        p.do(lambda f: True, "a frame", *self.point(20, 20))
        self.assertEqual(p.nudge()["look"]["pixel"], 28 * 14 + 9)
        p.do(look_is(pinned=True, pixel=28 * 4 + 6), "another pin", *self.point(4, 6, "inspect.output.a"), "click", 1)
        p.do(look_is(pinned=False), "let go", *self.point(4, 6), "click", 1)
        p.do(look_is(pixel=28 * 7 + 7, pinned=False), "the mouse again", *self.point(7, 7))

    def test_arrows_and_p(self):
        p = self.p
        p.do(look_is(pixel=28 * 10 + 10), "a pixel", *self.point(10, 10))
        p.key("Right", look_is(pixel=28 * 10 + 11, pinned=True))
        p.key("Down", look_is(pixel=28 * 11 + 11, pinned=True))
        p.key("Left", look_is(pixel=28 * 11 + 10))
        p.key("Up", look_is(pixel=28 * 10 + 10))
        p.key("p", look_is(pinned=False))
        p.key("p", look_is(pinned=True))
        p.do(look_is(pixel=0, pinned=True), "the first pixel", *self.point(0, 0), "click", 1)
        p.key("Left", look_is(pixel=0))
        p.key("Up", look_is(pixel=0))
        p.do(look_is(pixel=783), "the last pixel", *self.point(27, 27), "click", 1)
        p.key("Right", look_is(pixel=783))
        p.key("Down", look_is(pixel=783))

    def test_the_drawing(self):
        p = self.p
        picture = p.still()
        p.key("n", lambda f: f["undo"] > self.first["undo"])  # another digit than the one that is inspected
        p.key("d", look_is(digit=-1))
        self.changes(self.first["grids"]["inspect.input"], picture)
        drawn = p.still()
        p.key("c", lambda f: f["pad_mean"] == 0)
        self.changes(self.first["grids"]["inspect.input"], drawn)  # it follows the pad
        p.key("z", lambda f: f["pad_mean"] > 0)
        self.assertTrue(p.widget("inspect.drawing")["on"])
        p.click("inspect.drawing", lambda f: f["look"]["digit"] >= 0)
        p.click("inspect.drawing", look_is(digit=-1))
        p.key("d", lambda f: f["look"]["digit"] >= 0)
        p.key("z", lambda f: f["undo"] == self.first["undo"])

    def test_target(self):
        p = self.p
        p.do(look_is(pixel=28 * 14 + 14, pinned=True), "a pin", *self.point(14, 14), "click", 1)
        digit = p.now()["look"]["digit"]
        own = float(view_case.digits[digit][14, 14]) / 255
        def is_t(value):
            return lambda f: abs(f["look"]["t"] - value) < 1e-4
        self.assertEqual(p.now()["look"]["t"], -1)
        up = own + 0.05 <= 1
        p.key("t" if up else "shift+t", is_t(own + (0.05 if up else -0.05)))
        p.key("shift+t" if up else "t", is_t(own))
        p.drag("inspect.t", -60, lambda f: f["look"]["t"] >= 0 and abs(f["look"]["t"] - own) > 0.01)
        x, y, w, h = p.widget("inspect.t")["rect"]
        p.do(lambda f: f["look"]["t"] == 0, "t of 0 at the left edge", *p.at(x + 1, y + 5))
        middle = p.do(lambda f: 0.45 < f["look"]["t"] < 0.55, "t of 0.5 in the middle", *p.at(x + w / 2, y + h / 2))
        released = p.release()
        self.assertEqual(released["look"]["t"], middle["look"]["t"])
        moved = p.do(lambda f: True, "a frame", *p.at(x + w / 4, y + h / 2))
        self.assertEqual(moved["look"]["t"], middle["look"]["t"])
        p.double_click(look_is(t=-1), "its own t after a double click")
        p.key("t" if up else "shift+t", lambda f: f["look"]["t"] >= 0)
        p.key("Right", look_is(t=-1))  # another pixel has its own t
        self.assertEqual(p.now()["look"]["pixel"], 28 * 14 + 15)

    def test_pages_are_single_digits(self):
        p = self.p
        digit = self.first["look"]["digit"]
        p.key("bracketright", look_is(digit=digit + 1))
        p.key("bracketright", look_is(digit=digit + 2))
        p.key("bracketleft", look_is(digit=digit + 1))
        picture = p.still()
        frame = p.key("bracketleft", look_is(digit=digit))
        self.changes(frame["grids"]["inspect.input"], picture)
        shown = cell_of(p.still(), frame["grids"]["inspect.input"], 0)
        wrong = (abs(shown.astype(int) - view_case.digits[digit][:, :, None]) > 1).any(-1)
        self.assertLess(wrong.sum(), 26)  # but for the frame around the pixel
        other = p.key("x", lambda f: f["look"]["digit"] != digit)["look"]["digit"]
        p.key("x", lambda f: f["look"]["digit"] not in (digit, other))

    def test_a_click_on_a_pixel_leads_here(self):
        p = self.p
        for view, name, cell in (("compare", "target.a", 2), ("compare", "output.b", 1), ("compare", "heat.1.a", 3),
                                 ("solo_b", "heat.0.b", 4), ("compare", "pad.output.a", 0)):
            with self.subTest(view=view, grid=name):
                frame = self.show(view)
                expected = -1 if name.startswith("pad") else frame["first"] + cell
                found = p.double_click(lambda f: f["view"] == "inspect", "the inspect view",
                                       *pixel_point(frame["grids"][name], cell, 11, 17))
                self.assertEqual([found["look"][k] for k in ("digit", "pixel", "pinned")], [expected, 11 * 28 + 17, True])
        self.p.key("d", lambda f: f["look"]["digit"] >= 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
