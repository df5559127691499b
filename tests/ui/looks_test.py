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

    def choose(self, column, mode):
        """From the list that the name over a picture opens."""
        p = self.p
        p.click("map.a.%d" % column, lambda f: f["popup"] != "none")
        names = [w["id"] for w in p.now()["widgets"] if w["id"].startswith("heat.")]
        self.assertEqual(names, ["heat." + name for name in HEATMAPS])
        self.assertEqual([w["id"] for w in p.now()["widgets"] if w["id"].startswith("heat.") and w["on"]],
                         ["heat." + p.now()["look"]["heatmaps"][column]])
        wanted = list(p.now()["look"]["heatmaps"])
        wanted[column] = mode
        return p.click("heat." + mode, lambda f: f["look"]["heatmaps"] == wanted and f["popup"] == "none")

    def test_every_mode_by_click(self):
        p = self.p
        for column, rest in ((0, "mse"), (1, "bce")):
            for mode in [m for m in HEATMAPS if m not in ("bce", "mse")] + [["bce", "mse"][column]]:
                with self.subTest(mode=mode, column=column):
                    picture = p.still()
                    frame = self.choose(column, mode)
                    for side in "ab" if mode not in ("difference",) else "a":
                        self.changes(frame["grids"]["pad.heat.%d.%s" % (column, side)], picture, 0.005)

    def test_by_key(self):
        p = self.p
        for column, key, start in ((0, "h", 0), (1, "j", 2)):
            for i in range(1, len(HEATMAPS) + 1):
                p.key(key, lambda f: f["look"]["heatmaps"][column] == HEATMAPS[(start + i) % len(HEATMAPS)])
            for i in range(1, 4):
                p.key("shift+" + key, lambda f: f["look"]["heatmaps"][column] == HEATMAPS[(start - i) % len(HEATMAPS)])

    def test_difference_is_of_the_two_outputs(self):
        p = self.p
        frame = self.choose(0, "difference")
        picture = p.still()
        a, b = (cell_of(picture, frame["grids"]["pad.output." + side], 0).astype(int) for side in "ab")
        grey = (a == a[:, :, :1]).all(-1) & (b == b[:, :, :1]).all(-1)  # where both outputs lie within [0, 1]
        a, b = a[:, :, 0], b[:, :, 0]
        for name in ("pad.heat.0.a", "pad.b"):  # the list's, and the one that is always there
            shown = cell_of(picture, frame["grids"][name], 0).astype(int)
            brighter, darker = grey & (a - b > 20), grey & (b - a > 20)
            brighter[24:], darker[24:] = False, False  # words stand over the last rows of the second
            self.assertGreater(brighter.sum() + darker.sum(), 10)
            self.assertTrue((shown[brighter][:, 2] > shown[brighter][:, 1]).all(), "purple where A is brighter")
            self.assertTrue((shown[darker][:, 1] > shown[darker][:, 2]).all(), "green where B is brighter")

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
        p.click("show.BCE", lambda f: any(w["id"] == "scale.matrix" for w in f["widgets"]))
        p.do(lambda f: f["look"]["heat_scales"][0] < 0.9 * scale, "the matrix' own bar",
             *p.at(*p.centre("scale.matrix")), "mousedown", 1, *p.at(*[c - d for c, d in zip(p.centre("scale.matrix"), (30, 0))]))
        p.release()
        self.show("compare")
        x, y = p.centre("scale.a.0")
        p.double_click(look_is(heat_scales=[1.0, 0.25]), "the mode's own scale after a double click", x, y)
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
        grid = frame["grids"]["target.a"]
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
        p.key("i", look_is(binarise=1.0))
        p.click("menu.view", lambda f: f["popup"] == "view")
        p.click("binary", look_is(binarise=0.0))
        x, y, w, h = p.widget("input.mix")["rect"]
        half = p.do(lambda f: 0.4 < f["look"]["binarise"] < 0.6, "a mix", *p.at(x + w / 2, y + h / 2), "mousedown", 1)
        p.release()
        share = half["look"]["binarise"]
        p.key("Escape", lambda f: f["popup"] == "none")
        self.assertLessEqual(abs(self.shown_inputs() - (grey + share * (binary - grey.astype(float)))).max(), 2)
        p.click("menu.view", lambda f: f["popup"] == "view")
        p.do(look_is(binarise=1.0), "the slider's end", *p.at(x + w / 2, y + h / 2), "mousedown", 1, *p.at(x + w + 9, y + h / 2))
        p.release()
        p.click("binary", look_is(binarise=0.0))
        p.key("Escape", lambda f: f["popup"] == "none")
        self.assertEqual([p.nudge()[side]["pad_output_mean"] for side in "ab"], means)

    def test_the_slider_by_key(self):
        p = self.p
        p.click("menu.view", lambda f: f["popup"] == "view")
        p.focus("input.mix")
        p.key("Right", lambda f: abs(f["look"]["binarise"] - 0.05) < 1e-4)
        p.key("Right", lambda f: abs(f["look"]["binarise"] - 0.1) < 1e-4)
        p.key("Left", lambda f: abs(f["look"]["binarise"] - 0.05) < 1e-4)
        p.key("Left", look_is(binarise=0.0))
        p.key("Escape", lambda f: f["popup"] == "none")


class WipeTest(ViewCase):
    grids = ("pad.output", "pad.heat.0", "pad.heat.1", "output", "heat.0", "heat.1")

    def test_key_and_button(self):
        p = self.p
        p.key("w", look_is(wiped=True))
        p.key("w", look_is(wiped=False))
        for on in (True, False):
            p.click("menu.view", lambda f: f["popup"] == "view")
            p.click("wipe", look_is(wiped=on))
            p.key("Escape", lambda f: f["popup"] == "none")
        self.show("matrix")
        p.key("w", lambda f: f["view"] == "compare" and f["look"]["wiped"])
        p.key("w", look_is(wiped=False))

    def pictures(self):
        """Of each side alone: with the divider at either edge."""
        p = self.p
        found = {}
        x, y, w, h = p.widget("wipe.output")["rect"]
        for side, edge, share in (("a", x + w + 20, 1.0), ("b", x - 50, 0.0)):
            p.do(lambda f: abs(f["look"]["wipe"] - 0.5) < 0.02, "the middle", *p.at(*p.centre("wipe.output")), "mousedown", 1)
            p.do(look_is(wipe=share), "the edge", *p.at(edge, y + h / 2))
            p.release()
            picture, frame = p.still(), p.now()
            found[side] = {name: picture[area_of(frame["grids"][name + ".a"])] for name in self.grids}
        return found

    def check_parts(self, alone):
        """Each digit is cut at the divider, but for what is drawn at that itself."""
        picture, frame = self.p.still(), self.p.now()
        wipe = frame["look"]["wipe"]
        for name in self.grids:
            grid = frame["grids"][name + ".a"]
            shown = picture[area_of(grid)]
            at = numpy.arange(shown.shape[1]) % grid["pitch"]
            margin = 10 if name.startswith("pad") else 1
            left, right = at < wipe * grid["side"] - margin, (at > wipe * grid["side"] + margin) & (at < grid["side"])
            for side, part in (("a", left), ("b", right)):
                self.assertTrue((shown[:, part] == alone[side][name][:, part]).all(), (name, side, wipe))
            self.assertFalse((alone["a"][name] == alone["b"][name]).all(), "the models do not differ")

    def test_left_is_a_and_right_is_b(self):
        p = self.p
        p.key("w", look_is(wiped=True))
        p.do(lambda f: abs(f["look"]["wipe"] - 0.5) < 0.02, "the middle", *p.at(*p.centre("wipe.output")), "click", 1)
        alone = self.pictures()
        p.do(lambda f: abs(f["look"]["wipe"] - 0.5) < 0.02, "the middle", *p.at(*p.centre("wipe.output")), "click", 1)
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


class ClippedTest(ViewCase):
    epochs = 8  # by then the ReLU model has outputs above 1

    def coloured(self):
        frame, picture = self.p.now(), self.p.still()
        return sum((cell_of(picture, frame["grids"]["output.b"], i).astype(int).std(-1) > 0).sum() for i in range(frame["page_count"]))

    def test_what_lies_outside_is_marked_or_cut(self):
        p = self.p
        self.assertGreater(self.coloured(), 5, "a ReLU without a pixel above 1")
        p.key("k", lambda f: True)
        self.assertTrue(poll(lambda: self.coloured() == 0, 10), "a mark is left")
        p.click("menu.view", lambda f: f["popup"] == "view")
        p.click("clipped", lambda f: not p.widget("clipped", f)["on"])
        p.key("Escape", lambda f: f["popup"] == "none")
        self.assertGreater(self.coloured(), 5)


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
            shown = cell_of(picture, frame["grids"]["target.a"], cell)
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
        self.assertLessEqual(abs(cell_of(picture, frame["grids"]["target.a"], 0)[:, :, 0].astype(int) - view_case.digits[frame["first"]]).max(), 1)

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
