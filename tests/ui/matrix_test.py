#!/usr/bin/env python3
"""The matrix: its rows and columns, cells by mouse and by key, the targets, the best of a column, and cells
that broke. In a real window.

Usage: matrix_test.py PATH_TO_LOSSLENS [TEST...]
"""
import math
import unittest

import view_case
import window
from view_case import DATA, LOSSES, ViewCase, all_steps, look_is
from window import Program, WindowCase, area_of, parse_spec, pixel_point, poll, xdotool

setUpModule, tearDownModule = view_case.open_display, window.close_display


def rank_words(frame, cell):
    """What stands beside a cell's pictures or over them about its rank."""
    x, y, w, h = cell["rect"]
    return [t["text"] for t in frame["texts"] if t["text"] in ("least MSE", "MSE tie", "least MSE so far", "MSE tie so far")
            and x <= t["rect"][0] < x + w and y <= t["rect"][1] < y + h]


def check_best(case, frame):
    """One cell of each column at most has the least MSE; those within 2 % or what another seed makes of it are as good.
    Returns how many columns have a best one."""
    count = 0
    for column, loss in enumerate(LOSSES):
        cells = [row[column] for row in frame["matrix"]]
        models = [frame["models"][cell["model"]] for cell in cells]
        rank = frame["ranks"][column]
        twins = [frame["models"][rank[key]] for key in ("twinned", "twin")]
        words = [rank_words(frame, cell) for cell in cells]
        with case.subTest(loss=loss, words=words, models=models, twins=twins):
            best = rank["best"]
            tied = [row for row in range(len(cells)) if rank["tie"] >> row & 1]
            late = (["least MSE"], ["MSE tie"]) if not rank["early"] else (["least MSE so far"], ["MSE tie so far"])
            expected = [late[1] if row in tied else late[0] if row == best else [] for row in range(len(cells))]
            case.assertEqual(words, expected)
            if best < 0 or len({m["test_step"] for m in models + twins if m["broken_step"] < 0}) > 1:
                continue
            figures = [math.inf if m["broken_step"] >= 0 else m["test_mse"] for m in models]
            case.assertEqual(figures[best], min(figures))
            near = [row for row, figure in enumerate(figures) if figure <= 1.02 * figures[best] - 2e-6]
            case.assertLessEqual(set(near), set(tied or [best]))
            seeds = [int(parse_spec(m["spec"])["seed"]) for m in twins]
            case.assertEqual(seeds[1], seeds[0] + 1)
            count += 1
    return count


class MatrixTest(ViewCase):
    view = "matrix"

    @classmethod
    def extra(cls):
        return ["--texts"]

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
        outputs = [w["label"].lower().replace(" 0…1", "01").replace("2 sigmoids", "sigmoid2") for w in frame["widgets"] if w["id"].startswith("Outputs.") and w["on"]]
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

    def test_a_digit_of_the_targets_goes_on_the_pad(self):
        p, cell = self.p, self.first["matrix"][0][0]
        grid = cell["output"]
        before = p.now()["models"][0]["pad_output_mean"]
        targets = cell["rect"][1] - grid["side"] / 2 - 12
        p.do(lambda f: f["models"][0]["pad_output_mean"] != before, "another digit on the pad",
             *p.at(int(grid["x"] + grid["pitch"] * 1.5), int(targets)), "click", 1)
        p.key("z", lambda f: f["models"][0]["pad_output_mean"] == before)

    def test_a_double_click_on_a_pixel_inspects_it(self):
        p, cell = self.p, self.first["matrix"][3][2]
        before, spec = p.now(), self.first["models"][cell["model"]]["spec"]
        grid = cell["output"]  # whose pixels need not be whole
        x, y = grid["x"] + grid["pitch"] + 9.5 * grid["side"] / 28, grid["y"] + 14.5 * grid["side"] / 28
        frame = p.double_click(lambda f: f["view"] == "inspect", "the inspect view", int(x), int(y))
        self.assertEqual((frame["look"]["pixel"], frame["look"]["digit"]), (14 * 28 + 9, self.first["first"] + 1))
        self.assertEqual(frame["a"]["spec"], spec)
        p.key("Escape", lambda f: f["view"] == "matrix")
        p.key("z", lambda f: f["a"]["spec"] == before["a"]["spec"])

    def test_a_and_b_change_places(self):
        p = self.p
        before = p.now()
        key = {side: "cell.%s.%s" % tuple(parse_spec(before[side]["spec"])[k] for k in ("loss", "output")) for side in "ab"}
        frame = p.click(key["b"], lambda f: f["a"]["spec"] == before["b"]["spec"])
        self.assertEqual(frame["b"]["spec"], before["a"]["spec"])
        p.key("z", lambda f: f["a"]["spec"] != frame["a"]["spec"])
        frame = p.key("z", lambda f: f["b"]["spec"] == before["b"]["spec"])
        self.assertEqual(frame["a"]["spec"], before["a"]["spec"])

    def test_the_best_of_each_column_is_marked(self):
        p = self.p
        p.wait(lambda f: not f["busy"] and len({m["test_step"] for m in f["models"]}) == 1, "figures of one step",
               len(p.frames) - 1)
        self.assertGreaterEqual(check_best(self, p.now()), 1)

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
        p.key("h", look_is(heatmaps=["bce", "mse"]))
        self.changes(grid, picture)
        p.key("h", look_is(heatmaps=["excess", "mse"]))
        p.key("shift+h", look_is(heatmaps=["bce", "mse"]))
        p.key("shift+h", look_is(heatmaps=["bce", "mse"]))  # back to the outputs
        self.assertTrue(poll(lambda: (p.grab()[area_of(grid)] == picture[area_of(grid)]).all(), 10))


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
        frame = p.now()
        check_best(self, frame)
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
