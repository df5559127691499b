#!/usr/bin/env python3
"""A whole session in a window that its caller drives, as a page does, beside the same in one with threads: the same
weights, figures and pictures, and no slice that takes long. In a real window.

Usage: driven_test.py PATH_TO_LOSSLENS PATH_TO_DRIVEN_VIEW [TEST...]
"""
import json
import os
import re
import sys
import unittest

import window
from window import LOSSLENS, SMALL, Program, new_folder, read_screenshot

DRIVEN = os.path.abspath(sys.argv.pop(1))
MODELS = ["--a", "layers=32-sample4-32,loss=mse,noise=0.2", "--b", "layers=conv8-pool-conv8-up,batch=128"]
LARGE = ["layers=conv32-pool-conv16-up,batch=1000", "layers=512,256,512,batch=1000"]  # some hundred ms a batch
EPOCHS = 2
LONGEST = 150  # ms of processor time, where 50 are meant: a busy machine has slow processors

setUpModule, tearDownModule = window.open_display, window.close_display


def is_done(frame):
    return all(m.get("test_epoch") == EPOCHS for m in frame["models"]) and window.is_at_rest(frame)


class DrivenTest(unittest.TestCase):
    def open(self, program, *options):
        shots = new_folder()
        window.LOSSLENS = program
        p = Program("--data", SMALL, "--epochs", str(EPOCHS), "--shots", shots, *options)
        window.LOSSLENS = LOSSLENS
        self.addCleanup(p.close)
        return p

    def check_slices(self, p):
        p.process.terminate()
        self.assertEqual(p.ends(), 0)
        took = float(re.search(r"longest slice: ([\d.]+) ms", p.complaints()).group(1))
        self.assertLess(took, LONGEST)

    def save(self, p, key):
        frame = p.key(key, lambda f: f["toast"] and os.path.basename(f["toast"]) not in self.known, "a toast for " + key)
        self.known.add(os.path.basename(frame["toast"]))
        pixels, text = read_screenshot(frame["toast"])
        return pixels, json.loads(text)

    def session(self, program):
        """Trains, looks at each view, and measures a claim; returns what S has saved of each."""
        self.known, saved = set(), {}
        p = self.open(program, "--limit", "512", *MODELS)
        for view, key in (("compare", "1"), ("matrix", "4"), ("code", "7"), ("latent", "8"), ("inspect", "5")):
            if view != "compare":
                p.key(key, lambda f: f["view"] == view)
            p.wait(lambda f: f["view"] == view and is_done(f), "rest in " + view, len(p.frames) - 1)
            p.still()
            saved[view] = self.save(p, "s")
        p.key("6", lambda f: f["view"] == "claims")
        for _ in range(4):
            if "claim.pca.measure" in [w["id"] for w in p.now()["widgets"]]:
                break
            p.key("bracketright", lambda f: True)
            p.nudge()
        p.click("claim.pca.measure", lambda f: f["look"]["measuring"] is None and f["look"]["verdicts"][1] != "open" or
                f["look"]["measuring"] == "pca")
        p.wait(lambda f: f["look"]["measuring"] is None and is_done(f), "what was measured", len(p.frames) - 1)
        p.still()
        saved["claims"] = self.save(p, "s")
        return p, saved

    def test_the_same_session(self):
        _, threaded = self.session(LOSSLENS)
        p, driven = self.session(DRIVEN)
        for view, (pixels, settings) in threaded.items():
            with self.subTest(view=view):
                self.assertIsNotNone(settings["a"]["weights_sha256"])
                self.assertEqual(driven[view][1], settings)
                self.assertTrue((driven[view][0] == pixels).all())
        self.check_slices(p)

    def test_no_slice_takes_long(self):
        p = self.open(DRIVEN, "--isa", "plain", "--limit", "1000", "--a", LARGE[0], "--b", LARGE[1])
        p.wait(lambda f: f["a"]["step"] > 0 and f["b"]["step"] > 0, "a batch of each")
        self.check_slices(p)


if __name__ == "__main__":
    unittest.main()
