#!/usr/bin/env python3
"""How the same models are looked at: heatmaps and their scales, binary targets, wipe, histogram and brush. By mouse and by
key, in a real window.

Usage: looks_test.py PATH_TO_LOSSLENS [TEST...]
"""
import unittest

import numpy

import view_case
import window
from view_case import HEATMAPS, ViewCase, look_is
from window import area_of, cell_of, poll

BINS = 66  # of the histogram: one below 0, 64 in [0, 1], one above 1
VEIL, LIT = (0x0c, 0x0c, 0x0c, 0xcc), (0xf4, 0xf0, 0x7a, 0x73)  # over what a brush leaves out, over what it lights

setUpModule, tearDownModule = view_case.open_display, window.close_display


class HeatmapTest(ViewCase):
    def setUp(self):
        super().setUp()
        for column, key in ((0, "h"), (1, "j")):
            for _ in HEATMAPS:
                if self.p.now()["look"]["heatmaps"][column] == ["bce", "mse"][column]:
                    break
                before = self.p.now()["look"]["heatmaps"]
                self.p.key(key, lambda f: f["look"]["heatmaps"] != before)
        self.p.key("0", look_is(heat_scales=[1.0, 0.25]))
        self.first = self.p.now()

    def buttons(self):
        return [w["id"] for w in self.p.now()["widgets"] if w["id"].startswith("heat.")]

    def test_every_mode_by_click(self):
        p = self.p
        buttons = self.buttons()
        self.assertEqual(len(buttons), len(HEATMAPS))
        for i in [*range(1, len(HEATMAPS)), 0]:
            with self.subTest(mode=HEATMAPS[i]):
                picture = p.still()
                frame = p.click(buttons[i], look_is(heatmaps=[HEATMAPS[i], "mse"]))
                for side in "ab":
                    self.changes(frame["grids"]["heat.0." + side], picture)
                self.assertEqual([w["id"] for w in p.now()["widgets"] if w["id"].startswith("heat.") and w["on"]], [buttons[i]])

    def test_the_right_one_with_shift(self):
        p = self.p
        buttons = self.buttons()
        for i in (5, 0, 8, 2):  # 0: the one that the left heatmap has
            with self.subTest(mode=HEATMAPS[i]):
                picture = p.still()
                frame = p.shift_click(buttons[i], look_is(heatmaps=["bce", HEATMAPS[i]]))
                for side in "ab":
                    self.changes(frame["grids"]["heat.1." + side], picture)

    def test_by_key(self):
        p = self.p
        for column, key, start in ((0, "h", 0), (1, "j", 2)):
            for i in range(1, len(HEATMAPS) + 1):
                p.key(key, lambda f: f["look"]["heatmaps"][column] == HEATMAPS[(start + i) % len(HEATMAPS)])
            for i in range(1, 4):
                p.key("shift+" + key, lambda f: f["look"]["heatmaps"][column] == HEATMAPS[(start - i) % len(HEATMAPS)])

    def test_by_arrows(self):
        p = self.p
        buttons = self.buttons()
        p.click(buttons[1], look_is(heatmaps=["excess", "mse"]))
        p.key("Tab", lambda f: "focus" in f)
        p.key("shift+Tab", lambda f: f.get("focus", "").startswith("heat."))
        p.key("Left", look_is(heatmaps=["bce", "mse"]))
        p.key("Left", look_is(heatmaps=["dead", "mse"]))
        p.key("Right", look_is(heatmaps=["bce", "mse"]))

    def test_difference_is_of_the_two_outputs(self):
        p = self.p
        p.click(self.buttons()[5], look_is(heatmaps=["difference", "mse"]))
        picture, frame = p.still(), p.now()
        a, b = (cell_of(picture, frame["grids"]["output." + side], 0).astype(int)[:, :, 0] for side in "ab")
        shown = cell_of(picture, frame["grids"]["heat.0.a"], 0).astype(int)
        grey = numpy.ones_like(a, bool)
        for side in "ab":  # where both outputs lie within [0, 1]
            cell = cell_of(picture, frame["grids"]["output." + side], 0)
            grey &= (cell == cell[:, :, :1]).all(-1)
        self.assertGreater((grey & (a - b > 20)).sum() + (grey & (b - a > 20)).sum(), 10)
        self.assertTrue((shown[grey & (a - b > 20)][:, 2] > shown[grey & (a - b > 20)][:, 1]).all(), "purple where A is brighter")
        self.assertTrue((shown[grey & (b - a > 20)][:, 1] > shown[grey & (b - a > 20)][:, 2]).all(), "green where B is brighter")
        self.assertTrue((cell_of(picture, frame["grids"]["heat.0.b"], 0) == shown).all(), "another difference beside B")

    def test_color_bar(self):
        p = self.p
        picture = p.still()
        held = p.drag("scale.b.0", 60, lambda f: abs(f["look"]["heat_scales"][0] - 2) < 0.05)
        for side in "ab":
            self.changes(held["grids"]["heat.0." + side], picture)
        self.assertEqual(p.release()["look"]["heat_scales"], held["look"]["heat_scales"])
        scale = held["look"]["heat_scales"][0]
        self.assertEqual(self.show("solo_b")["look"]["heat_scales"], [scale, 0.25])
        self.assertEqual(self.show("matrix")["look"]["heat_scales"][0], scale)
        p.do(lambda f: f["look"]["heat_scales"][0] < 0.9 * scale, "the matrix' own bar",
             *p.at(*p.centre("scale.matrix")), "mousedown", 1, *p.at(*[c - d for c, d in zip(p.centre("scale.matrix"), (30, 0))]))
        p.release()
        self.show("compare")
        x, y = p.centre("scale.a.0")
        p.do(look_is(heat_scales=[1.0, 0.25]), "the mode's own scale after a double click", *p.at(x, y),
             "click", "--repeat", 2, "--delay", 40, 1)
        # the same mode on the right has the same scale
        p.key("shift+j", look_is(heatmaps=["bce", "excess"]))
        p.key("shift+j", look_is(heatmaps=["bce", "bce"]))
        both = p.drag("scale.a.1", 30, lambda f: f["look"]["heat_scales"][1] > 1.25)
        self.assertEqual(*both["look"]["heat_scales"])
        p.release()

    def test_scale_by_key(self):
        p = self.p
        picture = p.still()
        frame = p.key("equal", look_is(heat_scales=[1.25, 0.25]))
        self.changes(frame["grids"]["heat.0.a"], picture)
        p.key("minus", look_is(heat_scales=[1.0, 0.25]))
        p.key("minus", lambda f: abs(f["look"]["heat_scales"][0] - 0.8) < 1e-4)
        p.key("0", look_is(heat_scales=[1.0, 0.25]))
        for _ in range(3):
            p.key("minus", lambda f: f["look"]["heat_scales"][0] < 1)
        p.key("0", look_is(heat_scales=[1.0, 0.25]))
        self.assertTrue(poll(lambda: (p.grab()[area_of(frame["grids"]["heat.0.a"])] ==
                                      picture[area_of(frame["grids"]["heat.0.a"])]).all(), 10))

    def shown_inputs(self):
        picture, frame = self.p.still(), self.p.now()
        grid = frame["input"]
        return numpy.stack([cell_of(picture, grid, i)[:, :, 0] for i in range(frame["page_count"])])

    def test_binary_targets(self):
        p = self.p
        count = self.first["page_count"]
        grey = view_case.digits[:count]
        binary = numpy.where(grey >= 128, 255, 0)  # t >= 0.5
        self.assertLessEqual(abs(self.shown_inputs().astype(int) - grey).max(), 1)
        means = [self.first[side]["pad_output_mean"] for side in "ab"]
        frame = p.key("i", look_is(binarise=1.0))
        self.assertTrue((self.shown_inputs() == binary).all())
        self.assertNotEqual([frame[side]["pad_output_mean"] for side in "ab"], means)
        p.key("i", look_is(binarise=0.0))
        self.assertLessEqual(abs(self.shown_inputs().astype(int) - grey).max(), 1)
        p.click("input.binary", look_is(binarise=1.0))
        self.assertTrue((self.shown_inputs() == binary).all())
        x, y, w, h = p.widget("input.mix")["rect"]
        half = p.do(lambda f: 0.4 < f["look"]["binarise"] < 0.6, "a mix", *p.at(x + w / 2, y + h / 2), "mousedown", 1)
        p.release()
        share = half["look"]["binarise"]
        self.assertLessEqual(abs(self.shown_inputs() - (grey + share * (binary - grey.astype(float)))).max(), 2)
        p.do(look_is(binarise=1.0), "the slider's end", *p.at(x + w / 2, y + h / 2), "mousedown", 1, *p.at(x + w + 9, y + h / 2))
        p.release()
        p.click("input.as is", look_is(binarise=0.0))
        self.assertEqual([p.nudge()[side]["pad_output_mean"] for side in "ab"], means)

    def test_the_slider_by_key(self):
        p = self.p
        p.click("input.as is", look_is(binarise=0.0))
        p.key("Tab", lambda f: f.get("focus") == "input.mix")
        p.key("Right", lambda f: abs(f["look"]["binarise"] - 0.05) < 1e-4)
        p.key("Right", lambda f: abs(f["look"]["binarise"] - 0.1) < 1e-4)
        p.key("Left", lambda f: abs(f["look"]["binarise"] - 0.05) < 1e-4)
        p.key("Left", look_is(binarise=0.0))


class WipeTest(ViewCase):
    grids = ("output", "heat.0", "heat.1")

    def test_key_and_button(self):
        p = self.p
        p.key("w", look_is(wiped=True))
        p.key("w", look_is(wiped=False))
        p.click("wipe", look_is(wiped=True))
        p.click("wipe", look_is(wiped=False))
        self.show("matrix")
        p.key("w", lambda f: f["view"] == "compare" and f["look"]["wiped"])
        p.key("w", look_is(wiped=False))

    def pictures(self):
        """Of each side alone."""
        found = {}
        for side in "ab":
            frame = self.show("solo_" + side)
            found[side] = {name: self.p.still()[area_of(frame["grids"]["%s.%s" % (name, side)])] for name in self.grids}
        self.show("compare")
        return found

    def check_parts(self, alone):
        p = self.p
        picture, frame = p.still(), p.now()
        wipe = frame["look"]["wipe"]
        for name in self.grids:
            shown = picture[area_of(frame["grids"][name + ".a"])]
            self.assertEqual(shown.shape, alone["a"][name].shape)
            at, margin = wipe * shown.shape[1], 10
            left, right = max(0, int(at) - margin), min(shown.shape[1], int(at) + margin)
            with self.subTest(grid=name, wipe=wipe):
                self.assertTrue((shown[:, :left] == alone["a"][name][:, :left]).all(), "left of the divider is not A")
                self.assertTrue((shown[:, right:] == alone["b"][name][:, right:]).all(), "right of the divider is not B")
                self.assertFalse((alone["a"][name] == alone["b"][name]).all(), "the models do not differ")

    def test_left_is_a_and_right_is_b(self):
        p = self.p
        alone = self.pictures()
        p.key("w", look_is(wiped=True, wipe=0.5))
        self.check_parts(alone)
        for name, share in (("wipe.output", 0.25), ("wipe.heat.0", 0.8), ("wipe.heat.1", 0.4)):
            x, y, w, h = p.widget(name)["rect"]
            held = p.do(lambda f: abs(f["look"]["wipe"] - share) < 0.02, "the divider", *p.at(*p.centre(name)), "mousedown", 1,
                        *p.at(x + share * w, y + h / 2))
            self.assertEqual(p.release()["look"]["wipe"], held["look"]["wipe"])
            self.check_parts(alone)
        x, y, w, h = p.widget("wipe.output")["rect"]
        for edge, share in ((x - 50, 0.0), (x + w + 20, 1.0)):
            p.do(lambda f: abs(f["look"]["wipe"] - 0.5) < 0.02, "the middle", *p.at(*p.centre("wipe.output")), "mousedown", 1)
            p.do(look_is(wipe=share), "the edge", *p.at(edge, y + h / 2))
            p.release()
            self.check_parts(alone)
        p.do(lambda f: abs(f["look"]["wipe"] - 0.5) < 0.02, "the middle", *p.at(*p.centre("wipe.output")), "click", 1)
        p.focus("wipe.heat.0")
        middle = p.now()["look"]["wipe"]
        p.key("Right", lambda f: abs(f["look"]["wipe"] - middle - 0.05) < 1e-3)
        p.key("Left", lambda f: abs(f["look"]["wipe"] - middle) < 1e-3)
        p.key("w", look_is(wiped=False))


class HistogramTest(ViewCase):
    def setUp(self):
        super().setUp()
        if self.p.now()["look"]["brush"][0] <= self.p.now()["look"]["brush"][1]:
            self.p.click("brush", look_is(brush=[1, 0]))

    def test_axis(self):
        p = self.p
        pictures = [p.still()]
        x, y, w, h = p.widget("brush")["rect"]
        for mode in ("linear", "cumulative", "log"):
            p.key("l", look_is(histogram=mode))
            pictures.append(p.still())
        part = numpy.s_[y:y + h, x:x + w]
        self.assertTrue((pictures[0][part] == pictures[3][part]).all())
        for one, other in ((0, 1), (1, 2), (2, 3)):
            self.assertGreater((pictures[one][part] != pictures[other][part]).any(-1).mean(), 0.02)
        for label, mode in (("sum", "cumulative"), ("lin", "linear"), ("log", "log")):
            p.click("histogram." + label, look_is(histogram=mode))

    def check_lit(self):
        """Input pixels in the brushed bins are tinted, the others lie under the veil."""
        p = self.p
        picture, frame = p.still(), p.now()
        first, last = frame["look"]["brush"]
        for cell in range(min(8, frame["page_count"])):
            t = view_case.digits[frame["first"] + cell].astype(numpy.float32) / numpy.float32(255)
            bins = 1 + numpy.minimum((t * 64).astype(int), 63)
            lit = (bins >= first) & (bins <= last)
            grey = view_case.digits[frame["first"] + cell].astype(float)[:, :, None].repeat(3, 2)
            over = numpy.where(lit[:, :, None], LIT, VEIL)
            alpha = over[:, :, 3:] / 255
            expected = grey * (1 - alpha) + alpha * over[:, :, :3]
            shown = cell_of(picture, frame["input"], cell)
            self.assertLessEqual(abs(shown - expected).max(), 2, "cell %d, bins %d to %d" % (cell, first, last))

    def test_brush_by_drag(self):
        p = self.p
        x, y, w, h = p.widget("brush")["rect"]
        def inside(bin):
            return p.at(x + (bin + 0.5) * w / BINS, y + h / 2)
        p.do(look_is(brush=[30, 50]), "a brush", *inside(30), "mousedown", 1, *inside(40), *inside(50))
        p.release()
        self.check_lit()
        p.do(look_is(brush=[5, 64]), "another, from right to left", *inside(64), "mousedown", 1, *inside(40), *inside(5))
        p.release()
        self.check_lit()
        p.do(look_is(brush=[60, 65]), "to beyond the right edge", *inside(60), "mousedown", 1, *p.at(x + w + 6, y + h / 2))
        p.release()
        p.do(look_is(brush=[1, 0]), "none after a click", *inside(20), "click", 1)
        picture, frame = p.still(), p.now()
        self.assertLessEqual(abs(cell_of(picture, frame["input"], 0)[:, :, 0].astype(int) - view_case.digits[frame["first"]]).max(), 1)

    def test_brush_by_key(self):
        p = self.p
        p.key("g", look_is(brush=[0, 0]))
        for eighth in range(8):
            p.key("g", look_is(brush=[1 + 8 * eighth, 8 + 8 * eighth]))
            if eighth in (0, 4, 7):
                self.check_lit()
        p.key("g", look_is(brush=[65, 65]))
        self.check_lit()
        p.key("g", look_is(brush=[1, 0]))

    def test_the_brush_lights_outputs_too(self):
        p = self.p
        p.key("g", look_is(brush=[0, 0]))
        before = p.still()
        p.key("g", look_is(brush=[1, 8]))
        p.key("g", look_is(brush=[9, 16]))
        for name in ("output.a", "output.b", "heat.0.a", "heat.1.b"):
            self.changes(p.now()["grids"][name], before, 0.005)


if __name__ == "__main__":
    unittest.main(verbosity=2)
