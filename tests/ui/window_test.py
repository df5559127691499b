#!/usr/bin/env python3
"""The real window, driven by a real mouse and keyboard on an X server of its own, and what it then shows.

Usage: window_test.py PATH_TO_LOSSLENS [TEST...]
LOSSLENS_MNIST: the folder with the real MNIST, for the test that trains on it.

The program's --trace tells what each drawn frame showed and where its buttons are; every wait is for a frame that
fulfils a condition, never for a time to pass.
"""
import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import unittest

import numpy

import window
from window import (CALM, ENDLESS, LOSSLENS, PATIENCE, QUICK, Program, WindowCase, environment, find_wrong_cells,
                    new_folder, parse_spec, poll,
                    read_screenshot, xdotool)

setUpModule, tearDownModule = window.open_display, window.close_display


class AbreastTest(WindowCase):
    options = ENDLESS

    def test_first_frame_and_both_models_train_abreast(self):
        p = self.p
        p.wait(lambda f: f["a"]["step"] >= 60 and f["b"]["step"] >= 60, "60 steps of both models")
        p.wait(lambda f: f["a"]["test_epoch"] >= 2 and f["b"]["test_epoch"] >= 2 and "test_bce" in f["a"], "figures of epoch 2")
        self.assertTrue(p.frames[0]["playing"])
        self.assertEqual(p.frames[0]["view"], "compare")
        apart = [abs(f["a"]["step"] - f["b"]["step"]) for f in p.frames]
        self.assertLessEqual(max(apart), 32)


class TrainingTest(WindowCase):
    options = ENDLESS

    def test_frame_times_while_training(self):
        p = self.p
        p.wait(lambda f: f["a"]["step"] >= 50, "50 steps")
        since = len(p.frames)
        poll(lambda: p.read() or len(p.frames) >= since + 20)
        times = [f["ms"] for f in p.frames[since:]]
        print("\nframe while both models train, 1440x900: median %.1f ms, longest %.1f ms of %d"
              % (statistics.median(times), max(times), len(times)), file=sys.stderr)
        self.assertGreaterEqual(len(times), 20)

    def test_bank_brings_a_model_back_while_training(self):
        p = self.p
        before = p.wait(lambda f: f["a"]["step"] >= 50, "50 steps")["a"]
        other = p.click("a.loss.MAE", lambda f: parse_spec(f["a"]["spec"])["loss"] == "mae")
        self.assertLess(other["a"]["step"], max(50, before["step"]))
        back = p.click("a.loss.BCE", lambda f: parse_spec(f["a"]["spec"])["loss"] == "bce")
        self.assertEqual(back["a"]["spec"], before["spec"])
        self.assertGreaterEqual(back["a"]["step"], before["step"])

    def test_restart_while_training(self):
        p = self.p
        frame = p.wait(lambda f: f["a"]["step"] >= 50 and f["b"]["step"] >= 50, "50 steps", len(p.frames))
        limit = min(frame["a"]["step"], frame["b"]["step"])
        p.key("r", lambda f: f["a"]["step"] < limit and f["b"]["step"] < limit)
        p.wait(lambda f: f["a"]["step"] > 0 and f["b"]["step"] > 0, "training goes on", len(p.frames))


class RestTest(WindowCase):
    """A program that pauses after some training, so that every frame is the answer to what the test did."""

    def setUp(self):
        super().setUp()
        p = self.p
        if p.now()["playing"]:
            p.wait(lambda f: f["a"]["step"] >= 40 and f["b"]["step"] >= 40, "40 steps")
        if p.now()["help"]:
            p.key("Escape", lambda f: not f["help"])
        if p.now()["view"] != "compare":
            p.key("1", lambda f: f["view"] == "compare")
        self.first = p.pause()

    # cards

    def check_row(self, side, row):
        p = self.p
        keys = {"leaky ReLU": "leaky_relu", "tanh 0…1": "tanh01", "2 sigmoids": "sigmoid2"}
        if row in ("hidden", "optimizer"):
            p.click(side + ".more", lambda f: f["popup"] == "more." + side)
        before = p.now()
        spec = parse_spec(before[side]["spec"])
        prefix = "%s.%s." % (side, row)
        options = [w for w in before["widgets"] if w["id"].startswith(prefix) and w["label"] != "…"]  # that opens the rest
        self.assertGreaterEqual(len(options), 3)
        own = next(w for w in options if w["on"])
        other_side = "b" if side == "a" else "a"
        for option in [w for w in options if w is not own] + [own]:
            expected = keys.get(option["label"], option["label"].lower())
            frame = p.click(option["id"], lambda f: parse_spec(f[side]["spec"])[row] == expected)
            changed = {k for k, v in parse_spec(frame[side]["spec"]).items() if v != spec[k]}
            self.assertLessEqual(changed, {row, "lr"} if row == "optimizer" else {row}, option["id"])
            self.assertEqual([w["id"] for w in frame["widgets"] if w["id"].startswith(prefix) and w["on"]], [option["id"]])
            self.assertEqual(frame[other_side]["spec"], before[other_side]["spec"])
        self.assertEqual(frame[side]["spec"], before[side]["spec"])
        self.assertGreaterEqual(frame[side]["step"], before[side]["step"], "the bank lost a model")
        if frame["popup"] != "none":
            p.key("Escape", lambda f: f["popup"] == "none")

    def test_choices_of_a(self):
        for row in ("loss", "output", "hidden", "optimizer"):
            with self.subTest(row=row):
                self.check_row("a", row)

    def test_choices_of_b(self):
        for row in ("loss", "output", "hidden", "optimizer"):
            with self.subTest(row=row):
                self.check_row("b", row)

    def test_steppers(self):
        p = self.p
        for side in "ab":
            before = p.now()[side]
            spec = parse_spec(before["spec"])
            def has(key, value):
                return lambda f: parse_spec(f[side]["spec"])[key] == value
            steps = [("code", "plus", "layers", "64"), ("code", "minus", "layers", "32"), ("code", "minus", "layers", "16"),
                     ("code", "plus", "layers", "32"), ("noise", "plus", "noise", "0.1"), ("noise", "plus", "noise", "0.2"),
                     ("noise", "minus", "noise", "0.1"), ("noise", "minus", "noise", "0"), ("layers", "plus", "layers", "64,32,64"),
                     ("layers", "minus", "layers", "32"), ("lr", "plus", "lr", "0.003"), ("lr", "minus", "lr", "0.001"),
                     ("batch", "plus", "batch", str(2 * int(spec["batch"]))), ("batch", "minus", "batch", spec["batch"]), ("l1", "plus", "l1", "1e-05"),
                     ("l1", "minus", "l1", "0"), ("seed", "plus", "seed", "2"), ("seed", "minus", "seed", "1")]
            p.click(side + ".more", lambda f: f["popup"] == "more." + side)
            for name, way, key, value in steps:
                with self.subTest(side=side, setting=name, way=way):
                    after = p.click("%s.%s.%s" % (side, name, way), has(key, value))[side]
            self.assertEqual((after["spec"], after["step"]), (before["spec"], before["step"]))
            p.key("Escape", lambda f: f["popup"] == "none")

    def test_settings_of_a_loss_alone(self):
        """Delta and weight have a stepper while their loss is chosen, and none else."""
        p = self.p
        before = p.now()["a"]["spec"]
        def choose(label, loss):
            option = next(w["id"] for w in p.now()["widgets"] if w["id"].startswith("a.loss.all.") and w["label"] == label)
            p.click(option, lambda f: parse_spec(f["a"]["spec"])["loss"] == loss)
        def own_steppers():
            return {w["id"].split(".")[1] for w in p.now()["widgets"]} & {"delta", "weight"}
        p.click("a.more", lambda f: f["popup"] == "more.a")
        label = next(w["label"] for w in p.now()["widgets"] if w["id"].startswith("a.loss.all.") and w["on"])
        self.assertEqual(own_steppers(), set())
        for loss, name, key, usual, up, typed in (("huber", "Huber", "delta", "0.1", "0.2", "0.15"),
                                                  ("wbce", "wBCE", "weight", "2", "5", "3")):
            choose(name, loss)
            self.assertEqual(own_steppers(), {key})
            def has(value):
                return lambda f: parse_spec(f["a"]["spec"]).get(key, usual) == value
            p.click("a.%s.plus" % key, has(up))
            p.click("a.%s.minus" % key, has(usual))
            self.type_value("a", key, typed, has(typed))
            self.type_value("a", key, usual, has(usual))
        choose(label, parse_spec(before)["loss"])
        self.assertEqual((own_steppers(), p.now()["a"]["spec"]), (set(), before))
        p.key("Escape", lambda f: f["popup"] == "none")

    def test_outputs_fed_back(self):
        """The menu feeds outputs back ever once more, pauses, and ends it; noise on the pad is undone."""
        p = self.p
        before = p.now()["pad_mean"]
        p.click("menu.view", lambda f: f["popup"] == "view")
        p.click("pad.noise", lambda f: abs(f["pad_mean"] - 0.5) < 0.05)
        feeds = {w["label"]: w["id"] for w in p.now()["widgets"] if w["id"].startswith("feed.")}
        p.click(feeds["play"], lambda f: f["look"]["fed_back"] >= 2)
        paused = p.click(feeds["pause"], lambda f: f["look"]["fed_back"] >= 2 and not f["look"]["feeding"])["look"]["fed_back"]
        self.assertEqual(p.nudge()["look"]["fed_back"], paused)
        p.click(feeds["off"], lambda f: f["look"]["fed_back"] == 0)
        p.key("Escape", lambda f: f["popup"] == "none")
        p.key("z", lambda f: f["pad_mean"] == before)

    def test_models_of_the_page(self):
        """A click makes a side one of them and marks it; every click is undone."""
        p = self.p
        spec = parse_spec(p.now()["a"]["spec"])
        wanted = {"Convolutional": ("conv16-pool-conv8-pool-conv8-pool-conv8-up-conv8-up-conv16v-up", "0"),
                  "Variational": ("64-sample2-64", "0"), "Denoising": ("conv32-pool-conv32-pool-conv32-up-conv32-up", "0.5")}
        for side in "ab":
            before = p.now()[side]["spec"]
            p.click(side + ".more", lambda f: f["popup"] == "more." + side)
            options = {w["label"]: w["id"] for w in p.now()["widgets"] if w["id"].startswith(side + ".model.")}
            self.assertEqual(set(options), {"Simple", "Sparse", "Deep", "Variational", *wanted})
            for label, (layers, noise) in wanted.items():
                frame = p.click(options[label], lambda f: (parse_spec(f[side]["spec"])["layers"], parse_spec(f[side]["spec"])["noise"]) == (layers, noise))
                after = parse_spec(frame[side]["spec"])
                self.assertEqual([after[key] for key in ("output", "seed", "lr")], [parse_spec(before)[key] for key in ("output", "seed", "lr")])
                frame = p.nudge()
                self.assertEqual([w["label"] for w in frame["widgets"] if w["id"].startswith(side + ".model.") and w["on"]], [label])
                steps = {w["id"].split(".")[1] for w in frame["widgets"] if w["id"].endswith(".plus")}
                self.assertEqual(steps & {"code", "layers", "beta"}, {"code", "beta"} if label == "Variational" else set())
            p.click(options["Variational"], lambda f: "sample2" in f[side]["spec"])
            p.click(side + ".code.plus", lambda f: "64-sample4-64" in f[side]["spec"])
            frame = self.type_value(side, "layers", "conv8-pool", lambda f: f["field"] is None and "conv8-pool" in f["message"])
            self.assertIn("the output needs 28 x 28", frame["message"])
            p.key("Escape", lambda f: f["popup"] == "none")
            p.do(lambda f: f[side]["spec"] == before, "all of it undone", *["key", "z"] * 5)
        self.assertEqual(parse_spec(p.now()["a"]["spec"]), spec)

    def type_value(self, side, name, text, until):
        p = self.p
        p.click("%s.%s.value" % (side, name), lambda f: f["field"] is not None)
        rubs = ["key", "BackSpace"] * len(p.now()["field"])
        p.do(lambda f: f["field"] == text, "typed", *rubs, "type", "--delay", "5", text)
        return p.key("Return", until)

    def test_typed_values(self):
        p = self.p
        before = p.now()["a"]
        p.click("a.more", lambda f: f["popup"] == "more.a")
        for name, text, key in [("lr", "0.0123", "lr"), ("batch", "77", "batch"), ("code", "5", "layers"),
                                ("layers", "40,6", "layers"), ("seed", "12345", "seed"), ("l1", "0.0002", "l1")]:
            with self.subTest(setting=name):
                self.type_value("a", name, text, lambda f: parse_spec(f["a"]["spec"])[key] == text)
        changed = p.now()["a"]["spec"]
        frame = self.type_value("a", "lr", "200", lambda f: f["field"] is None and "lr=200" in f["message"])
        self.assertIn("expected", frame["message"])
        self.assertEqual(frame["a"]["spec"], changed)
        p.click("a.lr.value", lambda f: f["field"] == "0.0123")
        p.key("Escape", lambda f: f["field"] is None)  # and nothing is taken
        p.key("Escape", lambda f: f["popup"] == "none")
        p.do(lambda f: f["a"]["spec"] == before["spec"], "all of it undone", *["key", "z"] * 6)

    def test_the_rest_of_the_choices(self):
        """Behind the chips that there is room for stands one that opens them all."""
        p = self.p
        for side in "ab":
            rest = [w["id"] for w in p.now()["widgets"] if w["id"].startswith(side + ".output.") and w["label"] == "…"]
            self.assertEqual(len(rest), 1)
            frame = p.click(rest[0], lambda f: f["popup"] == "more." + side)
            labels = [w["label"] for w in frame["widgets"] if w["id"].startswith(side + ".output.all.")]
            self.assertIn("softmax", labels)
            self.assertNotIn("…", labels)
            p.key("Escape", lambda f: f["popup"] == "none")

    def test_pca(self):
        p = self.p
        before = p.now()["b"]["spec"]
        code = min(map(int, parse_spec(p.now()["a"]["spec"])["layers"].split(",")))
        p.click("b.more", lambda f: f["popup"] == "more.b")
        frame = p.click("b.pca", lambda f: f["b"]["pca"] == code)
        self.assertEqual((frame["a"]["pca"], parse_spec(frame["b"]["spec"])["hidden"]), (0, "linear"))
        if p.now()["popup"] != "none":
            p.key("Escape", lambda f: f["popup"] == "none")
        p.key("z", lambda f: f["b"]["spec"] == before and f["b"]["pca"] == 0)

    # pad

    def stroke(self, points, button=1):
        p = self.p
        moves = [word for point in points[1:] for word in p.at(*p.pad_point(*point))]
        return [*p.at(*p.pad_point(*points[0])), "mousedown", button, *moves]

    def clear(self):
        if self.p.now()["pad_mean"] > 0:
            self.p.key("c", lambda f: f["pad_mean"] == 0)

    def test_stroke_erase_undo_redo(self):
        p = self.p
        self.clear()
        empty = p.nudge()
        line = [(8, 6), (12, 9), (14, 14), (15, 18), (14, 23)]
        held = p.do(lambda f: f["pad_mean"] > 0.02, "ink while the button is down", *self.stroke(line))
        for side in "ab":
            self.assertNotEqual(held[side]["pad_output_mean"], empty[side]["pad_output_mean"])
        self.assertEqual(held["undo"], empty["undo"])
        further = p.do(lambda f: f["pad_mean"] > held["pad_mean"], "more ink while the button is down",
                       *p.at(*p.pad_point(8, 23)))
        for side in "ab":
            self.assertNotEqual(further[side]["pad_output_mean"], held[side]["pad_output_mean"])
        drawn = p.do(lambda f: f["undo"] == empty["undo"] + 1, "the stroke's end", "mouseup", 1)
        held = p.do(lambda f: f["pad_mean"] < 0.8 * drawn["pad_mean"], "less ink while the right button is down",
                    *self.stroke(line[1:4], button=3))
        self.assertNotEqual(held["a"]["pad_output_mean"], drawn["a"]["pad_output_mean"])
        erased = p.do(lambda f: f["undo"] == drawn["undo"] + 1, "the eraser's end", "mouseup", 3)

        def is_like(other):
            return lambda f: f["undo"] == other["undo"] and f["pad_mean"] == other["pad_mean"]
        p.key("z", is_like(drawn))
        p.key("z", is_like(empty))
        p.key("y", is_like(drawn))
        p.key("ctrl+y", is_like(erased))
        p.key("ctrl+z", is_like(drawn))
        p.click("pad.undo", is_like(empty))
        p.click("pad.redo", is_like(drawn))
        p.click("pad.redo", is_like(erased))
        p.click("pad.clear", lambda f: f["pad_mean"] == 0)

    def test_stroke_that_leaves_the_pad(self):
        p = self.p
        self.clear()
        before = p.nudge()
        p.do(lambda f: f["pad_mean"] > 0, "ink", *self.stroke([(14, 14), (24, 20), (60, 20)]))
        after = p.do(lambda f: f["undo"] == before["undo"] + 1, "the stroke's end outside the pad", "mouseup", 1)
        self.assertEqual(after["view"], "compare")
        moved = p.do(lambda f: True, "a frame", *p.at(*p.pad_point(5, 5)), *p.at(*p.pad_point(9, 9)))
        self.assertEqual(moved["pad_mean"], after["pad_mean"])

    def test_a_hundred_undo_steps(self):
        p = self.p
        count = 110
        while p.now()["undo"] > 0:
            at = p.now()["undo"]
            p.key("z", lambda f: f["undo"] == at - 1)
        first = p.nudge()
        clicks = []
        for i in range(count):
            clicks += [*p.at(*p.pad_point(1.5 + i % 25, 2 + 2.5 * (i // 11))), "click", 1]
        drawn = p.do(lambda f: f["undo"] == count, "%d strokes" % count, *clicks)
        self.assertGreater(drawn["pad_mean"], 0.3)
        xdotool("key", "--delay", 12, *["z"] * count)
        back = p.wait(lambda f: f["undo"] == 0, "%d presses of Z undo %d strokes" % (count, count))
        self.assertEqual(back["pad_mean"], first["pad_mean"])

    def test_keys_in_quick_succession_all_count(self):
        p = self.p
        before = p.nudge()
        xdotool("key", "--delay", 0, "n", "n", "n", "n", "n")
        p.wait(lambda f: f["undo"] == before["undo"] + 5, "five digits loaded by five presses of N")
        step = p.settle()["a"]["step"]
        xdotool("key", "--delay", 0, "period", "period", "period", "period")
        p.wait(lambda f: f["a"]["step"] == step + 4, "four steps by four presses of '.'")

    def test_next_digit_centre_and_brush(self):
        p = self.p
        self.clear()
        at = p.now()["undo"]
        one = p.key("n", lambda f: f["undo"] == at + 1 and f["pad_mean"] > 0)
        p.click("pad.next", lambda f: f["undo"] == at + 2 and f["pad_mean"] not in (0, one["pad_mean"]))
        # a small dot in a corner is not where the models see it when it is centred
        self.clear()
        p.do(lambda f: f["pad_mean"] > 0, "ink", *self.stroke([(3, 3), (5, 6)]))
        p.do(lambda f: True, "the stroke's end", "mouseup", 1)
        before = p.nudge()
        off = p.key("m", lambda f: f["a"]["pad_output_mean"] != before["a"]["pad_output_mean"])
        p.click("menu.view", lambda f: f["popup"] == "view")
        self.assertFalse(p.widget("pad.centre", p.now())["on"])
        on = p.click("pad.centre", lambda f: p.widget("pad.centre", f)["on"])
        self.assertEqual(on["a"]["pad_output_mean"], before["a"]["pad_output_mean"])
        p.key("Escape", lambda f: f["popup"] == "none")
        brush = before["brush"]
        p.key("b", lambda f: f["brush"] > brush + 0.1)
        p.key("v", lambda f: abs(f["brush"] - brush) < 0.01)
        p.key("v", lambda f: f["brush"] < brush - 0.1)
        p.click("pad.brush.2", lambda f: f["brush"] > brush + 0.5)
        p.click("pad.brush.0", lambda f: f["brush"] < brush - 0.3)
        p.click("pad.brush.1", lambda f: abs(f["brush"] - brush) < 0.01)

    # pixels

    def test_input_grid_shows_the_digits(self):
        p = self.p
        digits = window.read_digits(window.SMALL)
        p.leave()
        for direction in ("bracketright", "bracketleft"):  # another page, and back
            first = p.now()["first"]
            frame = p.key(direction, lambda f: f["first"] != first)
            wrong = [-1]

            def is_right():
                wrong[:] = find_wrong_cells(p.grab(), frame, digits)
                return not wrong
            self.assertTrue(poll(is_right, 10), "page from %d: wrong cells %s" % (frame["first"], wrong))
            self.assertGreaterEqual(frame["page_count"], 5)

    def test_tooltip(self):
        p = self.p
        p.leave()
        frame = p.nudge()
        p.leave()
        grid = frame["grids"]["target.a"]
        x, y = grid["x"] + grid["pitch"] + 14 * grid["pixel_px"], grid["y"] + 14 * grid["pixel_px"]
        before = [p.grab()]

        def is_still():
            before.append(p.grab())
            return (before[-1] == before[-2]).all()
        self.assertTrue(poll(is_still, 10), "the window changes though it is paused")

        def changed_near_mouse():
            change = (p.grab() != before[-1]).any(2)
            return change[y - 10:y + 230, x - 10:x + 300].sum() > 3000
        p.do(lambda f: True, "a frame", *p.at(x, y))
        self.assertTrue(poll(changed_near_mouse, 10), "no tooltip over a pixel of the input grid")
        p.leave()
        self.assertTrue(poll(lambda: (p.grab() == before[-1]).all(), 10), "the tooltip stays after the mouse has left")

    # keys

    def test_focus_moves_by_tab(self):
        p = self.p
        p.click("pad.brush.2", lambda f: p.widget("pad.brush.2", f)["on"])
        p.key("shift+Tab", lambda f: f.get("focus") == "pad.brush.1")
        p.key("shift+Tab", lambda f: f.get("focus") == "pad.brush.0")
        p.key("Return", lambda f: p.widget("pad.brush.0", f)["on"])
        p.key("Tab", lambda f: f.get("focus") == "pad.brush.1")
        p.key("Return", lambda f: p.widget("pad.brush.1", f)["on"])
        p.key("Tab", lambda f: f.get("focus") == "pad.brush.2")
        p.key("Tab", lambda f: f.get("focus") == "a.badge")
        p.key("Tab", lambda f: f.get("focus") == "a.more")
        p.key("Tab", lambda f: f.get("focus", "").startswith("a.loss."))
        p.key("Right", lambda f: parse_spec(f["a"]["spec"])["loss"] == "mse")
        p.key("Right", lambda f: parse_spec(f["a"]["spec"])["loss"] == "mae")
        p.key("Left", lambda f: parse_spec(f["a"]["spec"])["loss"] == "mse")
        p.key("Left", lambda f: parse_spec(f["a"]["spec"])["loss"] == "bce")
        p.key("Tab", lambda f: f.get("focus", "").startswith("a.output."))
        p.key("shift+Tab", lambda f: f.get("focus", "").startswith("a.loss."))

    def test_space_presses_the_focused_button(self):
        p = self.p
        playing = p.now()["playing"]
        p.click("pad.brush.2", lambda f: p.widget("pad.brush.2", f)["on"])
        p.key("shift+Tab", lambda f: f.get("focus") == "pad.brush.1")
        p.key("space", lambda f: p.widget("pad.brush.1", f)["on"] or f["playing"] != playing)
        after = p.nudge()
        self.assertEqual((p.widget("pad.brush.1", after)["on"], after["playing"]), (True, playing))

    def test_tab_goes_on_from_a_clicked_option(self):
        p = self.p
        p.click("a.loss.MSE", lambda f: parse_spec(f["a"]["spec"])["loss"] == "mse")
        p.click("a.loss.BCE", lambda f: parse_spec(f["a"]["spec"])["loss"] == "bce")
        frame = p.key("Tab", lambda f: "focus" in f)
        self.assertTrue(frame["focus"].startswith("a.output."), frame["focus"])

    def test_help(self):
        p = self.p
        p.key("question", lambda f: f["help"])
        p.key("Escape", lambda f: not f["help"])
        p.key("question", lambda f: f["help"])
        p.key("question", lambda f: not f["help"])
        p.click("help", lambda f: f["help"])
        p.key("Escape", lambda f: not f["help"])

    def test_views(self):
        p = self.p
        p.key("2", lambda f: f["view"] == "solo_a")
        p.key("3", lambda f: f["view"] == "solo_b")
        p.key("1", lambda f: f["view"] == "compare")
        p.click("b.badge", lambda f: f["view"] == "solo_b")
        p.click("view.compare", lambda f: f["view"] == "compare")

    def test_play_and_pause(self):
        p = self.p
        step = self.first["a"]["step"]
        p.key("space", lambda f: f["playing"] and f["a"]["step"] > step)
        p.key("space", lambda f: not f["playing"])
        step = p.settle()["a"]["step"]
        p.click("play", lambda f: f["playing"] and f["a"]["step"] > step)
        p.click("play", lambda f: not f["playing"])

    def steps(self):
        frame = self.p.settle()
        return frame["a"]["step"], frame["b"]["step"]

    def test_one_step_at_a_time(self):
        p = self.p
        a, b = self.steps()
        p.key("period", lambda f: f["a"]["step"] > a and f["b"]["step"] > b)
        self.assertEqual(self.steps(), (a + 1, b + 1))
        p.click("step", lambda f: f["a"]["step"] > a + 1 and f["b"]["step"] > b + 1)
        self.assertEqual(self.steps(), (a + 2, b + 2))
        p.key("2", lambda f: f["view"] == "solo_a")
        p.key("period", lambda f: f["a"]["step"] > a + 2)
        p.key("1", lambda f: f["view"] == "compare")
        self.assertEqual(self.steps(), (a + 3, b + 2))

    def test_restart(self):
        p = self.p
        p.key("r", lambda f: f["a"]["step"] == 0 and f["b"]["step"] == 0)
        p.key("period", lambda f: f["a"]["step"] == 1 and f["b"]["step"] == 1)
        p.settle()
        p.click("restart", lambda f: f["a"]["step"] == 0 and f["b"]["step"] == 0)
        p.key("space", lambda f: f["a"]["step"] >= 40 and f["b"]["step"] >= 40)
        p.pause()

    def test_pages_and_shuffle(self):
        p = self.p
        count = p.now()["page_count"]
        while p.now()["first"] > 0:
            first = p.now()["first"]
            p.key("bracketleft", lambda f: f["first"] < first)
        p.key("bracketright", lambda f: f["first"] == count)
        p.key("bracketright", lambda f: f["first"] == 2 * count)
        p.key("bracketleft", lambda f: f["first"] == count)
        p.key("Prior", lambda f: f["first"] == 0)
        p.key("bracketleft", lambda f: f["first"] > 2 * count)
        p.key("Next", lambda f: f["first"] == 0)
        p.click("page.next", lambda f: f["first"] == count)
        p.click("page.previous", lambda f: f["first"] == 0)

    def test_scale(self):
        p = self.p
        self.assertEqual(p.now()["scale"], 1)
        p.key("ctrl+plus", lambda f: abs(f["scale"] - 1.1) < 0.01)
        p.key("ctrl+equal", lambda f: abs(f["scale"] - 1.2) < 0.01)
        p.key("ctrl+minus", lambda f: abs(f["scale"] - 1.1) < 0.01)
        p.key("ctrl+0", lambda f: f["scale"] == 1)
        p.key("ctrl+minus", lambda f: abs(f["scale"] - 0.9) < 0.01)
        p.key("ctrl+0", lambda f: f["scale"] == 1)

    def test_rest_takes_no_time(self):
        p = self.p
        p.leave()
        self.assertTrue(poll(lambda: p.ticks_in(0.5) <= 1, 20), "the program never comes to rest")
        self.assertLessEqual(p.ticks_in(2), 2)


class ShuffleTest(WindowCase):
    """Shuffling has no way back to the data's order, so it has a program of its own."""

    def test_shuffle(self):
        p = self.p
        p.pause()
        p.leave()
        before = p.grab()
        grid = p.now()["grids"]["target.a"]

        def grid_changed():
            area = numpy.s_[grid["y"]:grid["y"] + grid["rows"] * grid["pitch"],
                            grid["x"]:grid["x"] + grid["columns"] * grid["pitch"]]
            return (p.grab()[area] != before[area]).mean() > 0.05
        p.key("x", lambda f: f["shuffled"])
        self.assertTrue(poll(grid_changed, 10), "X shows the same digits")
        before = p.grab()
        xdotool(*p.at(*p.centre("page.shuffle")), "click", 1)
        self.assertTrue(poll(grid_changed, 10), "Shuffle shows the same digits")


class ResizeTest(WindowCase):
    sizes = ((960, 600), (1024, 640), (2560, 1440), (1440, 900))

    def test_sizes(self):
        p = self.p
        p.pause()
        for size in self.sizes:
            p.size = size
            frame = p.do(lambda f: f["size"] == list(size), "a frame of %dx%d" % size, "windowsize", p.window, *size)
            self.check_widgets(frame, size)
            for key, view in (("2", "solo_a"), ("3", "solo_b"), ("1", "compare")):
                self.check_widgets(p.key(key, lambda f: f["view"] == view), size)
            self.assertTrue(poll(lambda: p.grab()[-3:, -3:].max() > 0, 10), "nothing is drawn in the last corner")
            p.do(lambda f: parse_spec(f["b"]["spec"])["loss"] == "mae", "a click in the new size",
                 *p.at(*p.centre("b.loss.MAE")), "click", 1)
            p.click("b.loss.MSE", lambda f: parse_spec(f["b"]["spec"])["loss"] == "mse")


class ScreenshotTest(WindowCase):
    def setUp(self):
        self.shots = new_folder()
        # a set of one's own is told by its place
        type(self).options = ["--data", "builtin", "--limit", "1000", *CALM[2:], "--shots", self.shots]
        super().setUp()
        self.p.pause()

    def take(self, act, size=None):
        p = self.p
        known = set(os.listdir(self.shots))
        frame = act(lambda f: f["message"].startswith("saved "))
        new = set(os.listdir(self.shots)) - known
        self.assertEqual(len(new), 1)
        path = os.path.join(self.shots, new.pop())
        self.assertEqual(frame["message"], "saved " + path)
        pixels, text = read_screenshot(path)
        self.assertEqual(pixels.shape[1::-1], size or p.size)
        self.assertLess(len(text.encode()), 4096)
        self.assertNotIn("/", text)
        self.assertNotIn(socket.gethostname(), text)
        settings = json.loads(text)
        self.assertEqual(settings["a"]["spec"], frame["a"]["spec"])
        self.assertEqual(settings["b"]["step"], frame["b"]["step"])
        self.assertGreater(pixels.std(), 10)
        return path

    def test_screenshot(self):
        p = self.p
        first = self.take(lambda condition: p.key("shift+s", condition))
        p.key("m", lambda f: f["message"] == "")
        second = self.take(lambda condition: p.click("screenshot", condition), (1920, 1080))
        self.assertNotEqual(first, second)
        p.key("m", lambda f: f["message"] == "")
        shutil.rmtree(self.shots)
        with open(self.shots, "w"):
            pass  # a file where the folder should be
        failed = p.key("s", lambda f: f["message"] != "")
        self.assertFalse(failed["message"].startswith("saved"), failed["message"])
        self.assertGreater(len(failed["message"].split()), 3)


class XClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
                ("data", ctypes.c_long * 5), ("padding", ctypes.c_long * 24)]


def ask_to_close(window):
    """What a window manager sends when its close button is pressed."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(environment()["DISPLAY"].encode())
    message = XClientMessage(type=33, window=window, format=32, message_type=x11.XInternAtom(display, b"WM_PROTOCOLS", 0))
    message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(display, window, 0, 0, ctypes.byref(message))
    x11.XCloseDisplay(display)


class ClosingTest(unittest.TestCase):
    def setUp(self):
        self.p = Program(*ENDLESS)
        self.addCleanup(self.p.close)

    def test_control_q(self):
        xdotool("key", "ctrl+q")
        self.assertEqual(self.p.ends(), 0)

    def test_close_button(self):
        ask_to_close(self.p.window)
        self.assertEqual(self.p.ends(), 0)

    def test_sigterm(self):
        self.p.process.send_signal(signal.SIGTERM)
        self.assertIn(self.p.ends(), (0, -signal.SIGTERM))


class TraceTest(unittest.TestCase):
    """The file of --trace: never emptied, whatever else goes wrong."""

    def setUp(self):
        self.file = os.path.join(window.new_folder(), "taken")
        with open(self.file, "w") as file:
            file.write("precious")
        os.chmod(self.file, 0o604)

    def read(self):
        with open(self.file) as file:
            return file.read()

    def view(self, *arguments, display=True, **options):
        return subprocess.run([LOSSLENS, "view", *QUICK, *arguments], env=environment(display), capture_output=True,
                              text=True, timeout=PATIENCE, **options)

    def test_an_existing_file_is_refused(self):
        for display in (True, False):
            result = self.view("--trace", self.file, display=display)
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertRegex(result.stderr, r"^losslens: .*taken already exists; --force replaces it\n$")
            self.assertEqual(self.read(), "precious")

    def test_without_a_window_nothing_is_replaced(self):
        self.assertEqual(self.view("--trace", self.file, "--force", display=False).returncode, 3)
        self.assertEqual(self.read(), "precious")
        self.assertEqual(self.view("--trace", self.file + "-new", display=False).returncode, 3)
        self.assertEqual(os.listdir(os.path.dirname(self.file)), ["taken"])

    def test_force(self):
        process = subprocess.Popen([LOSSLENS, "view", *QUICK, "--trace", self.file, "--force"], env=environment(),
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(window.poll(lambda: '"widgets"' in self.read()))
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o604)
        self.assertEqual(os.listdir(os.path.dirname(self.file)), ["taken"])
        self.assertNotIn("precious", self.read())

    def test_a_full_disk_ends_the_trace_alone(self):
        """The window goes on; that the trace is not whole is told once, and by the exit status."""
        limit = 100000
        process = subprocess.Popen([LOSSLENS, "view", *ENDLESS, "--trace", self.file + "-new"], env=environment(),
                                   stderr=subprocess.PIPE, text=True,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.addCleanup(process.kill)
        lines = iter(process.stderr.readline, "")
        said = next(line for line in lines if line.startswith("losslens: "))
        self.assertRegex(said, r"taken-new ends here, since it cannot be written: File too large\n$")
        self.assertIsNone(process.poll())
        window.xdotool("key", "ctrl+q")
        _, rest = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertNotIn("losslens: ", rest)
        self.assertEqual(os.path.getsize(self.file + "-new"), limit)


class StartTest(unittest.TestCase):
    def test_no_display(self):
        result = subprocess.run([LOSSLENS, "view", *QUICK], env=environment(False), capture_output=True, text=True,
                                timeout=PATIENCE)
        self.assertEqual(result.returncode, 3, result.stderr)
        lines = [line for line in result.stderr.splitlines() if line.startswith("losslens: ")]
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertIn("display", lines[0])

    def test_training_ends_by_itself(self):
        p = Program(*QUICK, "--epochs", "3")
        self.addCleanup(p.close)
        end = p.wait(lambda f: not f["busy"] and f["a"]["test_epoch"] == 3 and f["b"]["test_epoch"] == 3, "3 epochs")
        self.assertEqual(end["a"]["step"], 3 * end["a"]["steps_per_epoch"])
        self.assertEqual(end["b"]["step"], 3 * end["b"]["steps_per_epoch"])
        # play asks for as many again
        p.key("space", lambda f: not f["busy"] and f["a"]["test_epoch"] == 6 and f["b"]["test_epoch"] == 6)

    def test_mnist(self):
        folder = os.environ.get("LOSSLENS_MNIST")
        if not folder:
            self.skipTest("LOSSLENS_MNIST is not set: no training on the real digits")
        p = Program("--data", folder, "--limit", "6000", "--epochs", "1000", "--a", "batch=64", "--b", "loss=mse,output=relu,batch=64")
        self.addCleanup(p.close)
        p.wait(lambda f: f["a"]["test_epoch"] >= 3 and f["b"]["test_epoch"] >= 3, "three epochs")
        p.wait(lambda f: f["a"].get("test_bce", 9) < 0.2, "test BCE of A below 0.2")


if __name__ == "__main__":
    unittest.main(verbosity=2)
