#!/usr/bin/env python3
"""One moment: what is shown of the test set is of the moment whose pictures are shown, or grey and says of which it is;
and the history that is kept to go back to.

Usage: moments_test.py PATH_TO_LOSSLENS [TEST...]
"""
import re
import unittest

import view_case
import window
from view_case import DATA, MODELS, TEST
from window import Program, WindowCase

COLOR = {"a": "5aa7ffff", "b": "ffb14dff"}
FAINT, TEXT = "7d8594ff", "eceef1ff"
LOSSES = {"BCE": "test_bce", "MSE": "test_mse"}

setUpModule, tearDownModule = view_case.open_display, window.close_display


def moment_of(model):
    """What is written where figures are of another moment than the picture; "" where they are of the same."""
    if model["test_step"] in (-1, model["step"]):
        return ""
    whole = model["test_step"] % model["steps_per_epoch"] == 0
    return "epoch %d" % (model["test_step"] // model["steps_per_epoch"]) if whole else "step %d" % model["test_step"]


def texts_in(frame, rect):
    x, y, w, h = rect
    return [t for t in frame["texts"] if x <= t["rect"][0] < x + w and y <= t["rect"][1] < y + h]


def line_of(frame, text):
    """The texts of the text's line and block, from the left: those of one head, those of one row of the table."""
    (x, y, _, h), right = text["box"], text["box"][0] + 640
    own = [t for t in frame["texts"] if (t["box"][1], t["box"][3]) == (y, h) and x <= t["box"][0] < right]
    return sorted(own, key=lambda t: t["rect"][0])


def is_figure(text, value):
    """The trace has six digits, the window four decimals."""
    return bool(re.fullmatch(r"\d+\.\d{4}", text)) and abs(float(text) - value) < 5.1e-5


class OneMomentCase(WindowCase):
    def check_figure(self, text, model, loss, color):
        self.assertTrue(is_figure(text["text"], model[LOSSES[loss]]), "%s is %s" % (loss, text["text"]))
        self.assertEqual(text["color"], FAINT if moment_of(model) else color, loss)

    def check_head(self, frame, side):
        """Over the test digits: the figures' colour, and the moment they are of."""
        model = frame[side]
        titles = [t for t in frame["texts"] if re.fullmatch(r"All %d( .*)?" % TEST, t["text"])]
        self.assertEqual(len(titles), 3, "two heads and the table: %s" % titles)
        title, *figures = line_of(frame, titles["ab".index(side)])
        self.assertEqual(title["text"], "All %d %s" % (TEST, "at " + moment_of(model) if moment_of(model) else "test digits"))
        self.assertEqual([t["text"] for t in figures[::2]], list(LOSSES))
        for name, figure in zip(figures[::2], figures[1::2]):
            self.check_figure(figure, model, name["text"], COLOR[side])

    def check_table(self, frame, side):
        title = [t for t in frame["texts"] if t["text"] == "All %d test digits" % TEST][-1]
        for loss in LOSSES:
            label = [t for t in frame["texts"] if t["text"] == loss + " error" and t["box"][0] == title["box"][0]]
            self.assertEqual(len(label), 1, "rows of the table for " + loss)
            values = line_of(frame, label[0])[1:]
            self.assertEqual(len(values), sum("test_bce" in frame[s] for s in "ab"), loss)
            self.check_figure(values[0 if side == "a" else -1], frame[side], loss, COLOR[side])

    def check_curves(self, frame, side):
        """Over the curves, where there is room; how many figures are there."""
        model = frame[side]
        found = [(t, re.fullmatch(side.upper() + r" (\d\.\d{4})( .*)?", t["text"])) for t in frame["texts"]]
        found = [(t, m) for t, m in found if m]
        for text, match in found:
            self.assertTrue(is_figure(match.group(1), model["test_bce"]), "%s over the curves" % text["text"])
            self.assertIn((match.group(2) or "").strip(), ("", moment_of(model)))
            self.assertEqual(text["color"], FAINT if moment_of(model) else COLOR[side])
        return len(found)

    def check_compare(self, frame):
        for side in "ab":
            if "test_bce" in frame[side]:
                with self.subTest(side=side, model=frame[side]):
                    self.check_head(frame, side)
                    self.check_table(frame, side)
                    self.check_curves(frame, side)

    def check_matrix(self, frame):
        """Each cell's figures are grey unless they are of the picture's step; a grey line says of which they are."""
        count = 0
        for row in frame["matrix"]:
            for cell in row:
                model = frame["models"][cell["model"]]
                if "test_bce" not in model or model["broken_step"] >= 0:
                    continue
                moment, texts = moment_of(model), texts_in(frame, cell["rect"])
                with self.subTest(model=model):
                    for loss in LOSSES:
                        at = [t["text"] for t in texts].index(loss)
                        self.check_figure(texts[at + 1], model, loss, TEXT)
                    notes = [t["text"] for t in texts if re.match("epoch|step", t["text"]) and t["color"] == FAINT]
                    self.assertEqual(notes, [moment] if moment else [])
                    count += 1
        return count


class TrainingTest(OneMomentCase):
    options = None

    @classmethod
    def start(cls):
        cls.program = Program(*DATA, *[m.replace("batch=8", "batch=4") for m in MODELS], "--epochs", "100000", "--speed", "100",
                              "--texts", "--size", "1920x1080")

    def test_compare_from_the_first_frame_on(self):
        p = self.p
        p.wait(lambda f: f["a"]["test_epoch"] >= 6, "epoch 6")
        for side in "ab":
            p.wait(lambda f: moment_of(f[side]), "figures of another moment than the picture's")
        for frame in p.frames:
            if frame["view"] == "compare":
                self.check_compare(frame)

    def test_curves_of_a_model_alone(self):
        """Alone there is room for its figure over the curves."""
        p = self.p
        if not p.now()["playing"]:
            p.key("space", lambda f: f["playing"])
        p.key("1", lambda f: f["view"] == "compare")
        for key, side in (("2", "a"), ("3", "b")):
            since = len(p.frames)
            p.key(key, lambda f: f["view"] == "solo_" + side)
            p.wait(lambda f: f["view"] == "solo_" + side and moment_of(f[side]), "figures of another moment", since)
            for frame in p.frames[since:]:
                if frame["view"] == "solo_" + side and "test_bce" in frame[side]:
                    with self.subTest(side=side, model=frame[side]):
                        self.assertEqual(self.check_curves(frame, side), 1)
        p.key("1", lambda f: f["view"] == "compare")

    def test_matrix_from_its_first_frame_on(self):
        p = self.p
        if p.now()["playing"] is False:
            p.key("space", lambda f: f["playing"])
        since = len(p.frames)
        p.key("4", lambda f: f["view"] == "matrix")
        p.wait(lambda f: f["view"] == "matrix" and all(m["test_epoch"] >= 2 for m in f["models"]), "epoch 2 of all cells", since)
        counts = [self.check_matrix(f) for f in p.frames[since:] if f["view"] == "matrix"]
        self.assertGreater(max(counts), 6)

    def test_pause_brings_the_figures_of_the_pictures(self):
        """Models at rest are of one step, and measured there, wherever the pause fell."""
        p = self.p
        for view, key in (("compare", "1"), ("matrix", "4")):
            if p.now()["view"] != view:
                p.key(key, lambda f: f["view"] == view)
            for _ in range(3):
                step = p.now()["a"]["step"]
                if not p.now()["playing"]:
                    p.key("space", lambda f: f["playing"])
                p.wait(lambda f: f["a"]["step"] > step + 20, "some steps", len(p.frames) - 1)
                p.key("space", lambda f: not f["playing"])
                shown = (lambda f: f["models"]) if view == "matrix" else (lambda f: [f["a"], f["b"]])
                frame = p.wait(lambda f: len({m["step"] for m in shown(f)} | {m["test_step"] for m in shown(f)}) == 1,
                               "all models at one step, with their figures", len(p.frames) - 1)
                if view == "compare":
                    self.check_compare(frame)
                else:
                    self.check_matrix(frame)
        p.key("space", lambda f: f["playing"])


class PastTest(OneMomentCase):
    """Going back, at once after training: most moments were never measured."""

    @classmethod
    def start(cls):
        cls.program = Program(*DATA, *MODELS, "--epochs", "40", "--texts", "--size", "1920x1080")

    def setUp(self):
        super().setUp()
        self.p.wait(lambda f: not f["busy"] and f["a"]["step"] == 640 and f["b"]["step"] == 640, "the end of training")

    def test_1_film_without_flicker(self):
        """In the very first pass each frame has its figures, A's and B's, of its own moment."""
        p = self.p
        first = p.key("f", lambda f: f["look"]["film"])
        since = p.frames.index(first)
        p.wait(lambda f: not f["look"]["film"], "the film's end", since)
        film = [f for f in p.frames[since:] if f["look"]["film"]]
        self.assertGreater(len({f["a"]["step"] for f in film}), 30)
        for frame in film:
            for side in "ab":
                self.assertEqual(frame[side]["test_step"], frame[side]["step"])
            self.check_compare(frame)

    def test_2_going_back_by_key(self):
        p = self.p
        p.key("r", lambda f: f["a"]["step"] < 640)
        p.wait(lambda f: not f["busy"] and f["a"]["step"] == 640 and f["b"]["step"] == 640, "the end of training", len(p.frames) - 1)
        since = len(p.frames)
        p.key("Home", lambda f: f["look"]["past"])
        for _ in range(12):
            step = p.now()["a"]["step"]
            p.key("period", lambda f: f["a"]["step"] > step)
        for frame in p.frames[since:]:
            self.check_compare(frame)
        p.wait(lambda f: f["a"]["test_step"] == f["a"]["step"], "the moment's own figures", len(p.frames) - 1)
        p.key("End", lambda f: not f["look"]["past"])


class HistoryTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, *MODELS, "--epochs", "50")

    def test_looking_elsewhere_costs_no_history(self):
        p = self.p
        before = p.wait(lambda f: not f["busy"] and f["a"]["step"] == 800, "the end of training")["moments"]
        self.assertEqual(before[:9], [0, 1, 2, 4, 8, 12, 16, 32, 48])
        self.assertEqual(before[-46:], list(range(80, 801, 16)))
        for key, view in (("4", "matrix"), ("6", "claims")):
            p.key(key, lambda f: f["view"] == view)
            p.wait(lambda f: not f["busy"] and all(m["step"] == 800 for m in f["models"]), "the others' training", len(p.frames) - 1)
            p.key("1", lambda f: f["view"] == "compare")
            frame = p.wait(lambda f: len(f["moments"]) >= len(before), "the history of before", len(p.frames) - 1, 5)
            self.assertEqual(frame["moments"], before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
