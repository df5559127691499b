#!/usr/bin/env python3
"""Every view: by key and by click, in every size, at rest; the claims; twelve models at once. In a real window.

Usage: views_test.py PATH_TO_LOSSLENS [TEST...]
"""
import json
import os
import statistics
import sys
import unittest

import view_case
import window
from view_case import DATA, MODELS, VIEWS, ViewCase, all_steps, look_is
from window import Program, WindowCase, new_folder, parse_spec, poll, read_screenshot

setUpModule, tearDownModule = view_case.open_display, window.close_display


class ViewsTest(ViewCase):
    @classmethod
    def extra(cls):
        cls.shots = new_folder()
        return ["--shots", cls.shots]

    def test_views_by_key_and_by_click(self):
        p = self.p
        for view in [*list(VIEWS)[1:], "compare"]:
            p.key(VIEWS[view], lambda f: f["view"] == view)
        for view in ["matrix", "inspect", "claims", "compare"]:
            frame = p.click("view." + view, lambda f: f["view"] == view)
            self.assertEqual([w["id"] for w in frame["widgets"] if w["id"].startswith("view.") and w["on"]], ["view." + view])
        for side in "ab":  # alone by its badge, and back
            frame = p.click(side + ".badge", lambda f: f["view"] == "solo_" + side)
            self.assertEqual([w["id"] for w in frame["widgets"] if w["id"].startswith("view.") and w["on"]], ["view.compare"])
            p.click(side + ".badge", lambda f: f["view"] == "compare")

    def test_screenshots_tell_their_view(self):
        p = self.p
        names = {"solo_a": "solo", "solo_b": "solo-b"}
        for view in VIEWS:
            with self.subTest(view=view):
                self.show(view)
                frame = p.key("shift+s", lambda f: f["message"].startswith("saved "))
                path = frame["message"].removeprefix("saved ")
                self.assertEqual(os.path.dirname(path), self.shots)
                pixels, text = read_screenshot(path)
                self.assertEqual(pixels.shape[:2], p.size[::-1])
                self.assertGreater(pixels.std(), 10)
                self.assertLess(len(text.encode()), 8192)  # with the sum of every model's weights
                settings = json.loads(text)
                self.assertEqual(settings["view"], names.get(view, view))
                p.key("m", lambda f: f["message"] == "")

    def test_rest_takes_no_time_in_any_view(self):
        p = self.p
        for view in VIEWS:
            with self.subTest(view=view):
                self.show(view)
                p.leave()
                # a whole second: on a busy machine nothing may be done in a shorter one although there is something to do
                self.assertTrue(poll(lambda: p.ticks_in(1) <= 2, 30), "the program never comes to rest")


class ClaimsTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--limit", "64", "--epochs", "12", *MODELS, "--view", "claims")

    def test_verdicts(self):
        p = self.p
        known = p.wait(lambda f: "open" not in f["look"]["verdicts"], "every verdict")
        self.assertEqual(len(known["look"]["verdicts"]), 5)
        self.assertLessEqual(set(known["look"]["verdicts"]), {"true", "partly true", "false"})
        early = [f for f in p.frames if max(m["test_epoch"] for m in f["models"]) < 10]
        self.assertGreater(len(early), 0)
        for frame in early:
            self.assertEqual(set(frame["look"]["verdicts"]), {"open"})
        self.assertGreaterEqual(min(m["test_epoch"] for m in known["models"]), 10)
        p.wait(lambda f: not f["busy"], "the end of training", len(p.frames) - 1)
        # after a restart they are open again, and say so
        p.key("r", lambda f: f["look"]["verdicts"] == ["open"] * 5 and f["look"]["newest_step"] < 10 * 8)
        p.wait(lambda f: "open" not in f["look"]["verdicts"] and not f["busy"], "every verdict again", len(p.frames))
        self.assertEqual(p.settle()["look"]["verdicts"], known["look"]["verdicts"])

    def test_figures_and_rule_behind_a_button(self):
        p = self.p
        p.wait(lambda f: not f["busy"] and "open" not in f["look"]["verdicts"], "the end of training")
        before = p.still()
        buttons = [w["id"] for w in p.now()["widgets"] if w["id"].startswith("claim.") and w["id"].endswith(".more")]
        self.assertEqual(len(buttons), 5)
        for button in buttons:
            with self.subTest(button=button):
                p.click(button, lambda f: f["popup"] == "claim")
                self.assertTrue(poll(lambda: (p.grab() != before).any(-1).sum() > 5000, 10), "no box with the rule")
                p.key("Escape", lambda f: f["popup"] == "none")
                p.leave()
                self.assertTrue(poll(lambda: (p.grab() == before).all(), 10), "the rule stays")


class MeasuredTest(WindowCase):
    """Claims that take models beside those on show: measured when that is asked for, as a card's button says."""
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--limit", "64", "--epochs", "1", *MODELS, "--view", "claims")

    def test_measure_and_stop(self):
        p = self.p
        p.wait(lambda f: not f["busy"], "the end of training")
        self.assertIsNone(p.now()["look"]["measuring"])
        p.key("bracketright", lambda f: f["look"]["claim_page"] == "training")
        p.click("claim.blob.measure", lambda f: f["look"]["measuring"] == "blob")
        p.click("claim.blob.measure", lambda f: f["look"]["measuring"] is None)
        self.assertEqual(p.now()["look"]["verdicts"], ["open"] * 5)
        p.click("claims.page.2", lambda f: f["look"]["claim_page"] == "use")
        p.leave()
        before = p.still()
        start = len(p.frames) - 1
        p.click("claim.pca.measure", lambda f: f["look"]["verdicts"][1] != "open")
        self.assertTrue(any(f["look"]["measuring"] == "pca" for f in p.frames[start:]))
        self.assertEqual([f"claim.{key}.measure" in [w["id"] for w in p.now()["widgets"]] for key in ("sharp", "pca", "noisy", "odd")],
                         [True, False, True, True])
        p.leave()
        self.assertTrue(poll(lambda: (p.grab() != before).any(-1).sum() > 2000, 10), "no picture of what was measured")
        # what was measured stays, and the claims by the models on show can be measured over seeds, too
        p.key("bracketright", lambda f: f["look"]["claim_page"] == "vae")
        p.key("bracketright", lambda f: f["look"]["claim_page"] == "loss")
        p.click("claim.fit.more", lambda f: f["popup"] == "claim")
        p.click("claim.fit.measure", lambda f: "claim.fit.measure" not in [w["id"] for w in f["widgets"]])
        p.key("Escape", lambda f: f["popup"] == "none")
        p.key("bracketleft", lambda f: f["look"]["claim_page"] == "vae")
        p.key("bracketleft", lambda f: f["look"]["claim_page"] == "use" and f["look"]["verdicts"][1] != "open")


class ShowMeTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--limit", "64", "--epochs", "12", *MODELS, "--view", "claims")

    def test_show_me_sets_the_stage(self):
        p = self.p
        p.wait(lambda f: not f["busy"], "the end of training")
        frame = p.click("claim.optimum.show", lambda f: f["view"] == "compare")
        self.assertEqual([(parse_spec(frame[side]["spec"])["loss"], parse_spec(frame[side]["spec"])["output"]) for side in "ab"],
                         [("bce", "sigmoid"), ("mse", "sigmoid")])
        p.key("z", lambda f: parse_spec(f["b"]["spec"])["output"] == "relu")
        p.key("6", lambda f: f["view"] == "claims")
        # PCA beside a linear autoencoder, once it is computed; another set-up takes its place
        p.click("claims.page.2", lambda f: f["look"]["claim_page"] == "use")
        frame = p.click("claim.pca.show", lambda f: f["view"] == "compare" and f["b"]["pca"] == 32)
        self.assertEqual((frame["a"]["pca"], parse_spec(frame["a"]["spec"])["hidden"]), (0, "linear"))
        p.key("6", lambda f: f["view"] == "claims")
        p.click("claim.sharp.show", lambda f: f["view"] == "compare" and f["b"]["pca"] == 0)
        p.key("6", lambda f: f["view"] == "claims")
        p.click("claims.page.0", lambda f: f["look"]["claim_page"] == "loss")


class SizesTest(ViewCase):
    epochs = 1
    sizes = ((960, 600), (1024, 640), (2560, 1440), (1440, 900))

    def check_every_view(self, size):
        p = self.p
        for view in [*list(VIEWS)[1:], "compare"]:
            self.check_widgets(self.show(view), size)
        self.check_widgets(p.key("w", look_is(wiped=True)), size)
        p.key("w", look_is(wiped=False))

    def test_every_view_in_every_size(self):
        p = self.p
        for size in self.sizes:
            p.size = size
            p.do(lambda f: f["size"] == list(size), "a frame of %dx%d" % size, "windowsize", p.window, *size)
            self.check_every_view(size)


class LargeTest(SizesTest):
    sizes = ((2560, 1440),)

    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--epochs", "100000", "--speed", cls.speed, *MODELS, "--scale", "2", "--size", "2560x1440")
        cls.program.size = (2560, 1440)

    def test_every_view_in_every_size(self):
        self.assertAlmostEqual(self.p.now()["scale"], 2.2, 4)  # as far as everything fits
        self.check_every_view((2560, 1440))


    def test_quick_shift_clicks_while_frames_take_long(self):
        p = self.p
        self.show("matrix")
        p.key("space", lambda f: f["playing"])
        a = p.now()["a"]["spec"]
        for loss, output in 3 * [("mse", "linear"), ("mae", "clip"), ("bce", "relu")]:
            b = p.now()["b"]["spec"]
            frame = p.shift_click("cell.%s.%s" % (loss, output), lambda f: [f["a"]["spec"], f["b"]["spec"]] != [a, b])
            spec = parse_spec(frame["b"]["spec"])
            self.assertEqual((frame["a"]["spec"], spec["loss"], spec["output"]), (a, loss, output))
        p.shift_click("cell.mse.relu", lambda f: parse_spec(f["b"]["spec"])["output"] == "relu")
        p.pause()
        self.show("compare")


class TwelveTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program(*DATA, "--epochs", "100000", *MODELS, "--view", "matrix")

    def test_frames_while_twelve_models_train(self):
        p = self.p
        p.wait(lambda f: len(f["models"]) == 15 and min(all_steps(f)) >= 20, "20 steps of 12 models and three twins")
        since = len(p.frames)
        p.wait(lambda f: len(p.frames) >= since + 60, "60 frames", since)
        frames = p.frames[since:since + 60]
        times = [f["ms"] for f in frames]
        print("\nframe while twelve models train, 1440x900: median %.1f ms, longest %.1f ms of %d"
              % (statistics.median(times), max(times), len(times)), file=sys.stderr)
        self.assertGreater(min(all_steps(frames[-1])), min(all_steps(frames[0])))


if __name__ == "__main__":
    unittest.main(verbosity=2)
