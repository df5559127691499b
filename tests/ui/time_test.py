#!/usr/bin/env python3
"""Going back in time: keys, timeline, film, figures of the past, and training that goes on meanwhile. In a real window.

Usage: time_test.py PATH_TO_LOSSLENS [TEST...]
"""
import math
import unittest

import view_case
import window
from view_case import DATA, MODELS, VIEWS, ViewCase, all_steps, look_is
from window import Program, WindowCase, area_of, poll

setUpModule, tearDownModule = view_case.open_display, window.close_display


class TimeTest(ViewCase):
    """A training of six epochs that is over, so that its moments are known."""

    steps = 6 * 16

    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--epochs", "6", *MODELS)

    def setUp(self):
        WindowCase.setUp(self)
        p = self.p
        if p.now()["look"]["past_step"] >= 0:
            p.key("End", look_is(past_step=-1))
        self.show("compare")
        if p.now()["look"]["newest_step"] > self.steps:  # then it is paused
            p.key("r", lambda f: f["look"]["newest_step"] == 0)
        if not p.now()["playing"]:
            p.key("space", lambda f: f["playing"])
        p.wait(lambda f: not f["busy"] and f["a"]["test_epoch"] == 6 and f["b"]["test_epoch"] == 6, "six epochs", len(p.frames) - 1)
        self.first = p.settle()
        self.assertEqual(all_steps(self.first), [self.steps] * 2)

    def test_keys(self):
        p = self.p
        moments, newest = self.first["moments"], self.first["look"]["newest_step"]
        back = [m for m in moments if m < newest]
        self.assertGreaterEqual(len(back), 8)
        self.assertEqual(moments[0], 0)
        for step in back[:-5:-1]:
            frame = p.key("comma", lambda f: f["look"]["past_step"] == step and f["a"]["step"] == step)
            self.assertTrue(frame["look"]["past"])
            self.assertEqual(frame["b"]["step"], step)
            self.assertEqual(frame["look"]["newest_step"], newest)
        p.key("period", lambda f: f["a"]["step"] == back[-3])
        frame = p.key("Home", lambda f: f["a"]["step"] == 0)
        self.assertTrue(frame["look"]["past"])
        p.key("comma", lambda f: True)
        self.assertEqual(p.nudge()["a"]["step"], 0)
        p.key("End", lambda f: not f["look"]["past"] and f["a"]["step"] == newest)
        p.key("Home", lambda f: f["look"]["past"])
        p.key("Escape", lambda f: not f["look"]["past"] and f["a"]["step"] == newest)
        p.key("comma", lambda f: f["a"]["step"] == back[-1])
        p.key("period", lambda f: not f["look"]["past"])
        self.assertEqual(p.settle()["look"]["newest_step"], newest)  # '.' trained nothing on its way

    def test_behind_the_last_moment_is_the_newest(self):
        p = self.p
        p.key("comma", lambda f: f["look"]["past"])
        p.key("period", lambda f: not f["look"]["past"])
        p.key("period", lambda f: f["look"]["newest_step"] == self.steps + 1)
        frame = p.settle()
        self.assertEqual((frame["look"]["past"], frame["look"]["past_step"], frame["a"]["step"]), (False, -1, self.steps + 1))

    def test_the_picture_is_of_the_past(self):
        p = self.p
        picture = p.still()
        means = {}
        frame = p.key("Home", lambda f: f["a"]["step"] == 0)
        for name in ("output.a", "output.b", "heat.0.a"):
            self.changes(frame["grids"][name], picture)
        means[0] = [frame[side]["pad_output_mean"] for side in "ab"]
        for _ in range(4):
            frame = p.key("period", lambda f: f["a"]["step"] not in means)
            means[frame["a"]["step"]] = [frame[side]["pad_output_mean"] for side in "ab"]
        for side in (0, 1):
            self.assertEqual(len({m[side] for m in means.values()}), 5)
        # a stroke goes through the models of the past
        undo = frame["undo"]
        drawn = p.key("n", lambda f: f["undo"] == undo + 1)
        self.assertEqual(drawn["a"]["step"], frame["a"]["step"])
        self.assertNotEqual(drawn["a"]["pad_output_mean"], frame["a"]["pad_output_mean"])
        p.key("z", lambda f: f["undo"] == undo)
        p.key("End", lambda f: not f["look"]["past"])
        shown = poll(lambda: (p.grab()[area_of(frame["grids"]["output.a"])] == picture[area_of(frame["grids"]["output.a"])]).all(), 10)
        self.assertTrue(shown, "the newest does not look as before")

    def test_figures_of_the_past(self):
        p = self.p
        steps = self.first["a"]["steps_per_epoch"]
        live = {side: {f[side]["test_epoch"]: f[side]["test_bce"] for f in p.frames
                       if f["look"]["past_step"] < 0 and "test_bce" in f[side]} for side in "ab"}
        checked = 0
        p.key("Home", lambda f: f["a"]["step"] == 0)
        for epoch in range(6):
            step = epoch * steps
            while p.now()["a"]["step"] < step:
                at = p.now()["a"]["step"]
                p.key("period", lambda f: f["a"]["step"] > at)
            frame = p.wait(lambda f: all(f[side]["step"] == f[side]["test_step"] == step for side in "ab"),
                           "figures of epoch %d" % epoch, len(p.frames) - 1)
            for side in "ab":
                self.assertEqual(frame[side]["test_epoch"], epoch)
                if epoch in live[side]:
                    self.assertEqual(frame[side]["test_bce"], live[side][epoch])
                    checked += 1
        self.assertGreaterEqual(checked, 2, "live were epochs %s" % live)

    def test_film(self):
        p = self.p
        for start in ("key", "button"):
            first = p.key("f", look_is(film=True)) if start == "key" else p.click("film", look_is(film=True))
            since = p.frames.index(first)
            p.wait(look_is(film=True, past=True), "the film's first moment", since)
            last = p.wait(look_is(film=False), "the film's end", since)
            self.assertEqual((last["look"]["past"], last["look"]["past_step"]), (False, -1))
            film = [f for f in p.frames[since:] if f["look"]["film"] and f["look"]["past"]]
            for frame in film: # figures and pictures are of one moment, in the first pass too
                for side in "ab":
                    self.assertEqual(frame[side]["test_step"], frame[side]["step"])
            shown = [f["a"]["step"] for f in film]
            shown = [step for i, step in enumerate(shown) if i == 0 or step != shown[i - 1]]
            newest = self.first["look"]["newest_step"]
            self.assertEqual([s for s in shown if s < newest], [m for m in self.first["moments"] if m < newest])
        p.key("f", look_is(film=True))
        p.key("f", look_is(film=False, past=False))
        p.key("f", look_is(film=True))
        p.key("Escape", look_is(film=False, past=False))
        p.key("f", look_is(film=True))
        p.key("comma", lambda f: not f["look"]["film"] and f["look"]["past"])


class BehindTest(ViewCase):
    """Training that goes on while the window is in the past."""

    speed = "full"

    def test_training_goes_on_behind_the_past(self):
        p = self.p
        newest = self.first["look"]["newest_step"]
        step = newest
        while step > newest - 32:  # both models are beyond it
            at = step
            step = p.key("comma", lambda f: f["look"]["past"] and f["a"]["step"] < at)["a"]["step"]
        frame = p.key("space", lambda f: f["playing"] and f["look"]["newest_step"] > newest + 16)
        self.assertEqual((frame["look"]["past_step"], frame["a"]["step"]), (step, step))
        p.key("space", lambda f: not f["playing"])
        p.key("End", lambda f: f["a"]["step"] > newest)

    def test_restart_clears_the_past(self):
        p = self.p
        p.key("comma", lambda f: f["look"]["past"])
        frame = p.key("r", lambda f: f["look"]["newest_step"] == 0)
        self.assertEqual((frame["look"]["past"], frame["look"]["past_step"], frame["a"]["step"]), (False, -1, 0))
        self.assertLessEqual(set(p.settle()["moments"]), {0})
        p.key("space", lambda f: f["look"]["newest_step"] >= 64)
        p.pause()

    def test_the_moment_that_is_looked_at_stays(self):
        """Also where the trainer has thinned it out meanwhile."""
        p = self.p
        p.key("r", lambda f: f["look"]["newest_step"] == 0)
        p.key("space", lambda f: f["look"]["newest_step"] >= 64)
        p.pause()
        moments = p.now()["moments"]
        apart = moments[-2] - moments[-3]
        odd = [m for m in moments if m % apart == 0 and m // apart % 2 == 1]  # the next thinning takes them
        looked_at = [m for m in odd if m < moments[-1] - 32][-1]
        p.key("comma", lambda f: f["look"]["past"])
        while p.now()["a"]["step"] > looked_at:
            at = p.now()["a"]["step"]
            p.key("comma", lambda f: f["a"]["step"] < at)
        self.assertEqual(p.now()["a"]["step"], looked_at)
        p.read()
        since = len(p.frames)
        p.key("space", lambda f: looked_at not in f["moments"], "a moment thinned out")
        p.pause()
        for side in "ab":
            self.assertEqual({f[side]["step"] for f in p.frames[since:]}, {looked_at})


class TimelineTest(ViewCase):
    """A training of fourteen epochs, so that the track is as long as what there is of it."""

    steps = 14 * 16

    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--epochs", "14", *MODELS)

    def setUp(self):
        WindowCase.setUp(self)
        if self.p.now()["look"]["past_step"] >= 0:
            self.p.key("End", look_is(past_step=-1))
        self.show("compare")
        self.p.wait(lambda f: not f["busy"] and f["a"]["test_epoch"] == 14 and f["b"]["test_epoch"] == 14, "14 epochs")

    def test_drag_along_the_track(self):
        p = self.p
        for view in VIEWS:
            with self.subTest(view=view):
                self.show(view)
                p.wait(lambda f: not f["busy"] and f["view"] == view, "the end of training", len(p.frames) - 1)
                moments, side = p.now()["moments"], "b" if view == "solo_b" else "a"
                x, y, w, h = p.widget("timeline")["rect"]
                p.do(lambda f: True, "a frame", *p.at(x + w / 2, y + h / 2), "mousedown", 1)
                for share in (0.25, 0.5, 0.75):  # of a logarithmic axis: the first epoch has room
                    wanted = (1 + self.steps) ** share - 1
                    nearest = min(abs(math.log1p(m) - math.log1p(wanted)) for m in moments)
                    held = p.do(lambda f: f["look"]["past"] and
                                abs(math.log1p(f[side]["step"]) - math.log1p(wanted)) <= nearest + 0.1,
                                "a moment near step %d" % wanted, *p.at(x + share * w, y + h / 2))
                    self.assertIn(held[side]["step"], moments)
                p.do(lambda f: f[side]["step"] == 0, "the start", *p.at(x - 30, y + h / 2))
                back = p.release(lambda f: not f["look"]["past"])
                self.assertEqual(back[side]["step"], self.steps)
        self.show("compare")

    def test_by_focus(self):
        p = self.p
        self.show("compare")
        x, y, w, h = p.widget("timeline")["rect"]
        p.do(lambda f: True, "a frame", *p.at(x + w / 2, y + h / 2), "click", 1)
        p.key("Tab", lambda f: "focus" in f)
        p.key("shift+Tab", lambda f: f.get("focus") == "timeline")
        p.key("Left", lambda f: f["look"]["past"])
        p.key("Right", lambda f: not f["look"]["past"])


class SameStepTest(unittest.TestCase):
    """What is compared is of the same step, in the past too. A and B alone have room for more moments than twelve
    models have, and for more than what is not on show."""

    def check(self, *views):
        p = Program(*DATA, "--epochs", "14", *MODELS)
        self.addCleanup(p.close)
        p.wait(lambda f: not f["busy"] and f["a"]["test_epoch"] == f["b"]["test_epoch"] == 14, "14 epochs")
        for view in views:
            p.key(VIEWS[view], lambda f: f["view"] == view)
        p.wait(lambda f: not f["busy"] and all(step == 14 * 16 for step in all_steps(f)), "14 epochs", len(p.frames) - 1)
        seen = []
        for _ in range(4):
            before = p.now()["look"]["past_step"]
            seen.append(set(all_steps(p.key("comma", lambda f: f["look"]["past_step"] != before))))
        self.assertEqual([len(steps) for steps in seen], [1] * 4, "steps on show together: %s" % seen)

    def test_matrix(self):
        self.check("matrix")

    def test_claims(self):
        self.check("claims")

    def test_compare_after_solo(self):
        self.check("solo_a", "compare")


if __name__ == "__main__":
    unittest.main(verbosity=2)
