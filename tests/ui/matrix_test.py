#!/usr/bin/env python3
"""The matrix: its rows and columns, cells by mouse and by key, a stroke through all of them, the best of a column, and cells
that broke. In a real window.

Usage: matrix_test.py PATH_TO_LOSSLENS [TEST...]
"""
import unittest

import numpy

import view_case
import window
from view_case import DATA, LOSSES, ViewCase, all_steps, look_is
from window import Program, WindowCase, area_of, parse_spec, pixel_point, poll, xdotool

COLOR_GOOD = (0x5a, 0xd1, 0xa0)

setUpModule, tearDownModule = view_case.open_display, window.close_display


def is_near(picture, color, tolerance=24):
    return (abs(picture.astype(int) - numpy.array(color)) <= tolerance).all(-1)


def check_best(case, picture, frame):
    """The green frame is around one cell of each column at most: that with less of its loss than all others, broken ones
    apart, by more than twice what another seed makes, and only where all figures are of the same step. Returns how many
    columns have a best one."""
    count = 0
    for column, loss in enumerate(LOSSES):
        cells = [row[column] for row in frame["matrix"]]
        models = [frame["models"][cell["model"]] for cell in cells]
        twins = [frame["models"][frame["ranks"][column][key]] for key in ("twinned", "twin")]
        marked = []
        for row, cell in enumerate(cells):
            x, y, w, h = cell["rect"]
            edge = max(is_near(picture[y + 10:y + h - 10, x + dx], COLOR_GOOD, 8).mean() for dx in (0, 1))
            if edge > 0.1:
                marked.append(row)
                case.assertGreater(edge, 0.9)
        with case.subTest(loss=loss, marked=marked, models=models, twins=twins):
            best = frame["ranks"][column]["best"]
            case.assertEqual(marked, [] if best < 0 else [best])
            if best < 0:
                continue
            whole = [m for m in models if m["broken_step"] < 0]
            case.assertEqual({m["test_step"] for m in whole + twins}, {twins[0]["test_step"]})
            figures = sorted(m["test_" + loss] for m in whole)
            case.assertEqual(models[best]["test_" + loss], figures[0])
            spread = abs(twins[0]["test_" + loss] - twins[1]["test_" + loss])
            case.assertGreater(figures[1] - figures[0], 2 * spread - 2e-6)
            seeds = [int(parse_spec(m["spec"])["seed"]) for m in twins]
            case.assertEqual(seeds[1], seeds[0] + 1)
            count += 1
    return count


class MatrixTest(ViewCase):
    view = "matrix"

    def setUp(self):
        super().setUp()
        if parse_spec(self.p.now()["a"]["spec"])["output"] != "sigmoid":
            self.show("compare")
            self.p.click("a.output.sigmoid", lambda f: parse_spec(f["a"]["spec"])["output"] == "sigmoid")
            self.show("matrix")

    def cells(self, frame):
        return [cell for row in frame["matrix"] for cell in row]

    def check(self, frame):
        """Every row has one output, every column one loss, and no spec is there twice but for A and B themselves."""
        specs = [[parse_spec(frame["models"][cell["model"]]["spec"]) for cell in row] for row in frame["matrix"]]
        outputs = [w["label"].lower().replace(" 0…1", "01") for w in frame["widgets"] if w["id"].startswith("Outputs.") and w["on"]]
        losses = [w["label"].lower() for w in frame["widgets"] if w["id"].startswith("Losses.") and w["on"]]
        self.assertEqual([[s["output"] for s in row] for row in specs], [[o] * len(losses) for o in outputs])
        self.assertEqual([[s["loss"] for s in row] for row in specs], [losses] * len(outputs))
        self.assertEqual(frame["look"]["models"], len(frame["models"]))
        self.assertEqual(len(frame["models"]), len({m["spec"] for m in frame["models"]} | {frame["a"]["spec"]}))
        self.assertGreaterEqual(len(outputs) * len(losses), 1)
        return len(outputs), len(losses)

    def test_rows_and_columns(self):
        p = self.p
        self.assertEqual(self.check(self.first), (4, 3))
        self.assertEqual(self.first["look"]["models"], 15)  # and a twin for each column
        buttons = [w["id"] for w in self.first["widgets"] if w["id"].startswith(("Outputs.", "Losses."))]
        for button in buttons:
            was_on = p.widget(button)["on"]
            rows, columns = self.check(p.now())
            frame = p.click(button, lambda f: p.widget(button, f)["on"] != was_on)
            changed = -1 if was_on else 1
            expected = (rows + changed, columns) if button.startswith("Outputs.") else (rows, columns + changed)
            self.assertEqual(self.check(frame), expected)
            self.assertEqual(self.check(p.click(button, lambda f: p.widget(button, f)["on"] == was_on)), (rows, columns))

    def test_never_empty(self):
        p = self.p
        for kind in ("Outputs.", "Losses."):
            on = [w["id"] for w in p.now()["widgets"] if w["id"].startswith(kind) and w["on"]]
            for button in on[:-1]:
                p.click(button, lambda f: not p.widget(button, f)["on"])
            xdotool(*p.at(*p.centre(on[-1])), "click", 1)
            frame = p.nudge()
            self.assertTrue(p.widget(on[-1], frame)["on"])
            self.check(frame)
            for button in on[:-1]:
                p.click(button, lambda f: p.widget(button, f)["on"])
        self.assertEqual(self.check(p.nudge()), (4, 3))

    def test_all_train_in_step(self):
        p = self.p
        goal = max(all_steps(p.now())) + 64
        since = len(p.frames)
        p.key("space", lambda f: min(all_steps(f)) >= goal)
        before = all_steps(p.pause())
        abreast = [f for f in p.frames[since:] if max(all_steps(f)) - min(all_steps(f)) <= 32]
        first = p.frames.index(abreast[0])
        for frame in p.frames[first:]:
            self.assertLessEqual(max(all_steps(frame)) - min(all_steps(frame)), 32)
        p.key("period", lambda f: f["a"]["step"] == before[0] + 1)
        self.assertEqual([after - step for step, after in zip(before, all_steps(p.settle()))], [1] * len(before))

    def test_clicks_choose_a_and_b(self):
        p = self.p
        before = p.now()
        def has(side, loss, output):
            return lambda f: [parse_spec(f[side]["spec"])[k] for k in ("loss", "output")] == [loss, output]
        frame = p.click("cell.mae.linear", has("a", "mae", "linear"))
        self.assertEqual(frame["b"]["spec"], before["b"]["spec"])
        frame = p.shift_click("cell.mse.clip", has("b", "mse", "clip"))
        self.assertEqual(parse_spec(frame["a"]["spec"])["loss"], "mae")
        p.shift_click("cell.mse.relu", has("b", "mse", "relu"))
        frame = p.click("cell.bce.sigmoid", has("a", "bce", "sigmoid"))
        self.assertEqual((frame["a"]["spec"], frame["b"]["spec"]), (before["a"]["spec"], before["b"]["spec"]))
        self.assertEqual(frame["view"], "matrix")

    def test_cells_by_keyboard(self):
        p = self.p
        before = p.now()
        p.click("cell.bce.sigmoid", lambda f: True)
        p.focus("cell.mse.sigmoid")
        p.key("Return", lambda f: parse_spec(f["a"]["spec"])["loss"] == "mse")
        p.focus("cell.mae.sigmoid")
        frame = p.key("shift+Return", lambda f: parse_spec(f["b"]["spec"])["loss"] == "mae")
        self.assertEqual(parse_spec(frame["b"]["spec"])["output"], "sigmoid")
        self.assertEqual(parse_spec(frame["a"]["spec"])["loss"], "mse")
        p.key("shift+Tab", lambda f: f.get("focus") not in (None, "cell.mae.sigmoid"))
        p.focus("cell.bce.sigmoid")
        p.key("space", lambda f: f["a"]["spec"] == before["a"]["spec"])
        p.shift_click("cell.mse.relu", lambda f: f["b"]["spec"] == before["b"]["spec"])

    def test_a_stroke_changes_every_cell_at_once(self):
        p = self.p
        p.key("c", lambda f: f["pad_mean"] == 0)
        before, picture = p.nudge(), p.still()
        since = len(p.frames)
        points = [word for x, y in ((12, 9), (14, 14), (15, 18), (14, 23)) for word in p.at(*p.pad_point(x, y))]
        xdotool(*p.at(*p.pad_point(8, 6)), "mousedown", 1, *points)
        frame = p.wait(lambda f: f["pad_mean"] > 0.02, "ink while the button is down", since)
        inked = next(f for f in p.frames[since:] if f["pad_mean"] > 0)
        for old, new in zip(before["models"], inked["models"]):
            self.assertNotEqual(old["pad_output_mean"], new["pad_output_mean"], new["spec"])
        for cell in self.cells(frame):
            self.changes(cell["drawn_output"], picture, 0.05)
        p.release()
        p.key("z", lambda f: f["pad_mean"] == 0)
        p.key("z", lambda f: f["pad_mean"] > 0)

    def test_the_best_of_each_column_is_marked(self):
        p = self.p
        p.wait(lambda f: not f["busy"] and len({m["test_step"] for m in f["models"]}) == 1, "figures of one step",
               len(p.frames) - 1)
        picture = p.still()
        self.assertGreaterEqual(check_best(self, picture, p.now()), 1)

    def test_tooltip_and_hint(self):
        p = self.p
        before, cell = p.still(), self.first["matrix"][0][1]
        x, y = pixel_point(cell["output"], 0, 14, 14)
        p.do(lambda f: True, "a frame", *p.at(x, y))
        def tooltip():
            change = (p.grab() != before).any(-1)
            return change[y - 10:y + 240, x - 10:x + 330].mean() > 0.3
        self.assertTrue(poll(tooltip, 10), "no tooltip over a pixel of a cell")
        x, y, w, h = cell["rect"]
        frame = p.do(lambda f: f["hint"], "a hint over a cell", *p.at(x + w // 2, y + 3))
        self.assertIn("Shift", frame["hint"])
        p.leave()
        self.assertTrue(poll(lambda: (p.grab() == before).all(), 10), "something stays after the mouse has left")

    def test_heatmap_of_the_cells(self):
        p = self.p
        picture, grid = p.still(), self.first["matrix"][1][1]["output"]
        below = {**grid, "y": grid["y"] + grid["pitch"]}
        p.key("h", look_is(heatmaps=["excess", "mse"]))
        self.changes(below, picture)
        p.key("shift+h", look_is(heatmaps=["bce", "mse"]))
        self.assertTrue(poll(lambda: (p.grab()[area_of(below)] == picture[area_of(below)]).all(), 10))


class BrokenTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--a", "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64",
                              "--view", "matrix", "--texts")

    def test_a_broken_cell_says_so(self):
        p = self.p
        p.wait(lambda f: f["a"]["broken_step"] >= 0, "A breaks")
        p.wait(lambda f: all(m["broken_step"] >= 0 or "test_mae" in m for m in f["models"]), "figures of the others")
        p.pause()
        picture, frame = p.still(), p.now()
        check_best(self, picture, frame)
        for cell in [cell for row in frame["matrix"] for cell in row]:
            (x, y, w, h), model = cell["rect"], frame["models"][cell["model"]]
            red = sum(t["color"] == "ff6b6bff" and t["text"].startswith("broke at step %d" % model["broken_step"])
                      and x <= t["rect"][0] < x + w and y <= t["rect"][1] < y + h for t in frame["texts"])
            with self.subTest(spec=model["spec"]):
                if model["broken_step"] >= 0:
                    self.assertEqual(red, 1, "nothing red in the cell's title")
                    p.do(lambda f: "roke at step %d" % model["broken_step"] in f["hint"], "what happened, as a hint",
                         *p.at(x + w // 2, y + 3))
                else:
                    self.assertEqual(red, 0)
        p.key("space", lambda f: f["playing"])  # and the program goes on with the others
        p.key("1", lambda f: f["view"] == "compare")


if __name__ == "__main__":
    unittest.main(verbosity=2)
