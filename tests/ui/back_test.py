#!/usr/bin/env python3
"""Taking things back: Z undoes what was done last, a stroke or a change of a model; Esc goes one step back.

Usage: back_test.py PATH_TO_LOSSLENS [TEST...]
"""
import unittest

import window
from window import Program, WindowCase, make_small_set, parse_spec, pixel_point

DATA = []


def setUpModule():
    window.open_display()
    DATA[:] = ["--data", make_small_set(128, 100)[0]]


tearDownModule = window.close_display


class BackCase(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--a", "loss=bce,output=sigmoid,batch=8", "--b", "loss=mse,output=relu,batch=8",
                              "--epochs", "2")

    def setUp(self):
        super().setUp()
        p = self.p
        p.wait(lambda f: not f["busy"], "the end of training", len(p.frames) - 1)
        if p.now()["help"]:
            p.key("Escape", lambda f: not f["help"])
        self.show("compare")

    def show(self, view):
        keys = {"compare": "1", "solo_b": "3", "matrix": "4", "inspect": "5", "claims": "6"}
        if self.p.now()["view"] != view:
            self.p.key(keys[view], lambda f: f["view"] == view)
        return self.p.nudge()

    def stroke(self, *points):
        p = self.p
        moves = [word for point in points[1:] for word in p.at(*p.pad_point(*point))]
        return [*p.at(*p.pad_point(*points[0])), "mousedown", 1, *moves]

    def draw(self, *points):
        p = self.p
        undo = p.now()["undo"]
        p.do(lambda f: True, "ink", *self.stroke(*points))
        return p.do(lambda f: f["undo"] == undo + 1, "the stroke's end", "mouseup", 1)


class UndoTest(BackCase):
    def spec(self, side, frame=None):
        spec = parse_spec((frame or self.p.now())[side]["spec"])
        return spec["loss"], spec["output"]

    def test_a_click_in_the_matrix_comes_back(self):
        p = self.p
        self.draw((8, 8), (20, 20))
        drawn, before = p.nudge(), self.spec("a")
        self.show("matrix")
        p.click("cell.mae.clip", lambda f: self.spec("a", f) == ("mae", "clip"))
        frame = p.key("z", lambda f: self.spec("a", f) == before)
        self.assertEqual((frame["pad_mean"], frame["undo"]), (drawn["pad_mean"], drawn["undo"]))
        p.key("y", lambda f: self.spec("a", f) == ("mae", "clip"))
        p.key("z", lambda f: self.spec("a", f) == before)
        p.key("z", lambda f: f["undo"] == drawn["undo"] - 1)  # and now the stroke

    def test_deeds_of_all_kinds_in_order(self):
        p = self.p
        start = p.nudge()
        p.click("a.loss.MAE", lambda f: self.spec("a", f) == ("mae", "sigmoid"))
        self.draw((6, 20), (20, 20))
        p.click("b.output.clip", lambda f: self.spec("b", f) == ("mse", "clip"))
        p.click("b.output.linear", lambda f: self.spec("b", f) == ("mse", "linear"))
        self.draw((6, 6), (20, 6))
        end = p.nudge()
        p.key("z", lambda f: f["undo"] == end["undo"] - 1)
        p.key("z", lambda f: self.spec("b", f) == ("mse", "clip"))
        p.click("pad.undo", lambda f: self.spec("b", f) == ("mse", "relu"))
        p.key("z", lambda f: f["undo"] == start["undo"])
        back = p.key("ctrl+z", lambda f: self.spec("a", f) == ("bce", "sigmoid"))
        self.assertEqual(back["pad_mean"], start["pad_mean"])
        p.key("y", lambda f: self.spec("a", f) == ("mae", "sigmoid"))
        p.key("y", lambda f: f["undo"] == start["undo"] + 1)
        p.click("a.loss.MSE", lambda f: self.spec("a", f) == ("mse", "sigmoid"))  # what was undone is forgotten
        frame = p.key("y", lambda f: True)
        self.assertEqual((self.spec("b", frame), frame["undo"]), (("mse", "relu"), start["undo"] + 1))
        for _ in range(3):
            p.key("z", lambda f: True)
        p.wait(lambda f: self.spec("a", f) == ("bce", "sigmoid"), "what it began with", len(p.frames) - 1)
        frame = p.nudge()
        self.assertEqual((self.spec("a", frame), self.spec("b", frame)), (("bce", "sigmoid"), ("mse", "relu")))

    def test_nothing_lies_before_the_start(self):
        p = self.p
        for _ in range(40):
            p.key("z", lambda f: True)
        frame = p.nudge()
        self.assertEqual(frame["undo"], 0)
        self.assertGreater(frame["pad_mean"], 0, "the digit that was there at first is gone")


class EscapeTest(BackCase):
    def test_from_inspect_to_where_one_came_from(self):
        p = self.p
        for view in ("compare", "solo_b", "matrix", "claims"):
            self.show(view)
            p.key("5", lambda f: f["view"] == "inspect")
            p.key("Escape", lambda f: f["view"] == view)
        frame = self.show("compare")
        p.double_click(lambda f: f["view"] == "inspect", "inspect by a double click on a pixel",
                       *pixel_point(frame["grids"]["output.a"], 2, 14, 14))
        p.key("Escape", lambda f: f["view"] == "compare")
        frame = p.key("Escape", lambda f: True)  # there is nothing further back
        self.assertEqual(frame["view"], "compare")

    def test_one_step_at_a_time(self):
        p = self.p
        self.show("matrix")
        p.key("5", lambda f: f["view"] == "inspect")
        p.key("Home", lambda f: f["look"]["past"])
        p.key("question", lambda f: f["help"])
        frame = p.key("Escape", lambda f: not f["help"])
        self.assertTrue(frame["look"]["past"] and frame["view"] == "inspect")
        frame = p.key("Escape", lambda f: not f["look"]["past"])
        self.assertEqual(frame["view"], "inspect")
        p.key("Escape", lambda f: f["view"] == "matrix")

    def test_ends_a_stroke(self):
        p = self.p
        p.key("c", lambda f: f["pad_mean"] == 0)
        before = p.nudge()
        held = p.do(lambda f: f["pad_mean"] > 0, "ink", *self.stroke((8, 8), (16, 8)))
        ended = p.key("Escape", lambda f: f["undo"] == before["undo"] + 1)
        moved = p.do(lambda f: True, "a frame", *p.at(*p.pad_point(8, 20)), *p.at(*p.pad_point(20, 20)))
        self.assertEqual(moved["pad_mean"], ended["pad_mean"], "the pad draws on though the stroke was ended")
        self.assertGreaterEqual(ended["pad_mean"], held["pad_mean"])
        after = p.release()
        self.assertEqual((after["undo"], after["view"]), (before["undo"] + 1, "compare"))
        p.key("z", lambda f: f["pad_mean"] == 0)

    def test_ends_the_drag_along_the_timeline(self):
        p = self.p
        p.drag("timeline", -200, lambda f: f["look"]["past"])
        p.key("Escape", lambda f: not f["look"]["past"])
        x, y = p.centre("timeline")
        moved = p.do(lambda f: True, "a frame", *p.at(x - 100, y), *p.at(x - 150, y))
        self.assertFalse(moved["look"]["past"])
        self.assertFalse(p.release()["look"]["past"])

    def test_ends_the_drag_of_a_slider(self):
        p = self.p
        slider = "input.mix"
        p.click("menu.view", lambda f: f["popup"] == "view")
        held = p.drag(slider, 50, lambda f: f["look"]["binarise"] > 0.6)
        p.key("Escape", lambda f: True)
        x, y = p.centre(slider)
        moved = p.do(lambda f: True, "a frame", *p.at(x - 15, y), *p.at(x - 20, y))
        self.assertEqual(moved["look"]["binarise"], held["look"]["binarise"])
        self.assertEqual(p.release()["look"]["binarise"], held["look"]["binarise"])
        p.key("Escape", lambda f: f["popup"] == "none")  # and then the menu


if __name__ == "__main__":
    unittest.main(verbosity=2)
