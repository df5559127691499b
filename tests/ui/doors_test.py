#!/usr/bin/env python3
"""What comes into the window while it runs: data sets, models and pictures, dropped as a file manager drops them, or
by a path that is typed.

Usage: doors_test.py PATH_TO_LOSSLENS [TEST...]

The files are made here. What cannot be opened leaves everything as it is, and says why.
"""
import hashlib
import json
import os
import struct
import subprocess
import unittest

import numpy
from PIL import Image, PngImagePlugin

import drop
import window
from window import LOSSLENS, Program, WindowCase, environment, make_small_set, new_folder, parse_spec

FILES = {}


def setUpModule():
    window.open_display()
    os.environ["DISPLAY"] = window.DISPLAY.name  # for the library that drops
    FILES["set"], _ = make_small_set(300, 120)
    FILES["other"], _ = make_small_set(200, 60)
    FILES["third"], _ = make_small_set(150, 50)
    folder = FILES["folder"] = new_folder()
    random = numpy.random.default_rng(1)
    FILES["model"] = os.path.join(folder, "net.safetensors")
    write_model(FILES["model"], {"fc1.weight": (16, 784), "fc1.bias": (16,), "fc2.weight": (784, 16), "fc2.bias": (784,)}, random)
    FILES["picture"] = os.path.join(folder, "seven.png")
    image = numpy.full((90, 70), 240, numpy.uint8)
    image[20:26, 15:55] = 20
    image[20:75, 48:55] = 20
    Image.fromarray(image).save(FILES["picture"])


def tearDownModule():
    window.close_display()


def write_model(path, shapes, random):
    header, data = {}, b""
    for name, shape in shapes.items():
        values = (random.standard_normal(shape) * 0.05).astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def digest_set(folder):
    """By which losslens knows digits: the count, the pixels, the labels."""
    sums = {}
    def read(name):
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    for key, start in (("train_sha256", "train"), ("test_sha256", "t10k")):
        images, labels = read(start + "-images-idx3-ubyte"), read(start + "-labels-idx1-ubyte")
        sums[key] = hashlib.sha256((len(labels) - 8).to_bytes(8, "little") + images[16:] + labels[8:]).hexdigest()
    return sums


class DoorsTest(WindowCase):
    @classmethod
    def start(cls):
        cls.program = Program("--data", FILES["set"], "--epochs", "3", "--texts")

    def drop(self, *paths):
        drop.drop(self.p.window, paths, 400, 300)

    def name(self, key):
        return os.path.basename(FILES[key])

    def close_popup(self):
        if self.p.now()["popup"] != "none":
            self.p.key("Escape", lambda f: f["popup"] == "none")

    def open_set(self, key):
        if self.p.now()["data_set"] != self.name(key):
            self.drop(FILES[key])
            self.p.wait(lambda f: f["data_set"] == self.name(key), "the set " + key, len(self.p.frames))
        self.close_popup()

    def test_a_set_takes_the_place_of_the_other(self):
        p = self.p
        self.open_set("set")
        before = p.wait(lambda f: f["a"]["step"] >= 4, "training", len(p.frames) - 1)
        self.drop(FILES["other"])
        after = p.wait(lambda f: f["data_set"] == self.name("other"), "the other set", len(p.frames))
        self.assertEqual([after[side]["spec"] for side in "ab"], [before[side]["spec"] for side in "ab"])
        p.wait(lambda f: f["a"]["test_epoch"] >= 2 and f["b"]["test_epoch"] >= 2, "training on it", len(p.frames) - 1)
        self.close_popup()

    def test_the_newest_of_two_drops_counts(self):
        p = self.p
        self.open_set("set")
        self.drop(FILES["other"])
        self.drop(FILES["set"])
        self.drop(FILES["third"])
        p.wait(lambda f: f["data_set"] == self.name("third"), "the last one", len(p.frames) - 1)
        self.close_popup()

    def test_reading_is_told_and_can_be_given_up(self):
        """The window goes on meanwhile; what was there stays."""
        p = self.p
        self.open_set("set")
        path = os.path.join(new_folder(), "long.csv")
        with open(path, "wb") as file:
            file.write((b"3" + 784 * b",0" + b"\n") * 150000)
        for give_up in (lambda gone: p.click("arrival.cancel", gone), lambda gone: p.key("Escape", gone)):
            since = len(p.frames)
            self.drop(path)
            p.wait(lambda f: any(text["text"].endswith("%  long.csv") for text in f["texts"]), "how far it is", since)
            p.key("4", lambda f: f["view"] == "matrix")
            p.key("1", lambda f: f["view"] == "compare")
            frame = give_up(lambda f: not any(widget["id"] == "arrival.cancel" for widget in f["widgets"]))
            self.assertEqual((frame["data_set"], frame["popup"]), (self.name("set"), "none"))
        self.open_set("other")

    def test_what_was_noticed_is_shown(self):
        p = self.p
        self.open_set("set")
        path = os.path.join(new_folder(), "paper.npy")
        numpy.save(path, numpy.full((60, 16, 16), 250, numpy.uint8))
        since = len(p.frames)
        self.drop(path)
        frame = p.wait(lambda f: f["popup"] == "notices", "what was noticed", since)
        texts = " ".join(text["text"] for text in frame["texts"])
        for words in ("brought to 28x28 by bilinear", "there is no test part", "above one half", "--invert"):
            self.assertIn(words, texts)
        self.close_popup()
        p.click("menu.data", lambda f: f["popup"] == "data")
        self.assertTrue(p.widget("data.open.this")["on"])
        p.click("data.notices", lambda f: f["popup"] == "notices")
        self.close_popup()
        self.open_set("set")

    def test_what_cannot_be_opened_is_said_and_nothing_changes(self):
        p = self.p
        self.open_set("set")
        folder = new_folder()
        bad = {"fifo": os.path.join(folder, "fifo"), "nothing": os.path.join(folder, "nothing"), "device": "/dev/zero",
               "empty folder": new_folder(), "dangling": os.path.join(folder, "dangling"),
               "text": os.path.join(folder, "line\nend \u00e9.txt"), "bytes": os.path.join(folder, "torn.safetensors"),
               "picture": os.path.join(folder, "torn.png")}
        os.mkfifo(bad["fifo"])
        os.symlink(bad["nothing"], bad["dangling"])
        with open(bad["text"], "w") as file:
            file.write("no digits\n")
        with open(FILES["model"], "rb") as file, open(bad["bytes"], "wb") as torn:
            torn.write(file.read(5000))
        with open(FILES["picture"], "rb") as file, open(bad["picture"], "wb") as torn:
            torn.write(file.read(60))
        for name, path in bad.items():
            with self.subTest(name):
                before = p.now()
                since = len(p.frames)
                self.drop(path)
                said = p.wait(lambda f: f["message"], "a sentence", since)
                self.assertNotIn("\n", said["message"])
                self.assertEqual((said["popup"], said["data_set"]), ("none", self.name("set")))
                self.assertEqual([said[side]["spec"] for side in "ab"], [before[side]["spec"] for side in "ab"])
                p.key("space", lambda f: not f["message"])  # which takes it away
        self.assertIsNone(p.process.poll())

    def test_a_model_is_asked_about_and_becomes_b(self):
        p = self.p
        self.open_set("set")
        self.drop(FILES["model"])
        p.wait(lambda f: f["popup"] == "offer", "the question", len(p.frames))
        p.click("offer.output.linear", lambda f: f["popup"] == "offer")
        frame = p.click("offer.b", lambda f: f["popup"] == "none")
        spec = parse_spec(frame["b"]["spec"])
        self.assertEqual((spec["layers"], spec["output"]), ("16", "linear"))
        p.wait(lambda f: f["b"]["step"] == 0 and f["b"]["test_epoch"] == 0, "its figures: it stays as it is", len(p.frames) - 1)
        p.key("z", lambda f: parse_spec(f["b"]["spec"])["layers"] == "32")

    def test_a_picture_becomes_the_drawing(self):
        p = self.p
        before = p.now()
        self.drop(FILES["picture"])
        p.wait(lambda f: f["popup"] == "import", "the dialog", len(p.frames))
        drawn = p.key("Return", lambda f: f["popup"] == "none")
        self.assertEqual(drawn["undo"], before["undo"] + 1)
        p.key("z", lambda f: f["undo"] == before["undo"])

    def test_a_picture_of_losslens_brings_its_state_back(self):
        p = self.p
        self.open_set("set")
        path = os.path.join(new_folder(), "shot.png")
        subprocess.run([LOSSLENS, "shot", "--data", FILES["set"], "--epochs", "2", "--view", "solo-b", "--b", "loss=mae,layers=8",
                        "-o", path], env=environment(False), check=True, capture_output=True)
        self.drop(path)
        frame = p.wait(lambda f: f["view"] == "solo_b", "its view", len(p.frames))
        self.assertEqual(parse_spec(frame["b"]["spec"])["layers"], "8")
        p.wait(lambda f: f["b"]["step"] == 4, "its step", len(p.frames) - 1)
        p.wait(lambda f: "bit for bit" in f["message"], "the comparison of weights", len(p.frames) - 1)
        p.key("1", lambda f: f["view"] == "compare")

    def test_a_picture_taken_while_training_pauses_where_it_was(self):
        """At once, though a batch a second was watched; Play goes on."""
        p = self.p
        self.open_set("set")
        path = os.path.join(new_folder(), "shot.png")
        subprocess.run([LOSSLENS, "shot", "--data", FILES["set"], "--epochs", "20", "--b", "loss=mae,layers=8", "-o", path],
                       env=environment(False), check=True, capture_output=True)
        with Image.open(path) as image:
            settings = {**json.loads(image.text["losslens"]), "epochs": 60, "pace": "1"}
            text = PngImagePlugin.PngInfo()
            text.add_text("losslens", json.dumps(settings))
            image.save(path, pnginfo=text)
        self.drop(path)
        frame = p.wait(lambda f: "Play goes on" in f["message"], "the sentence", len(p.frames))
        self.assertEqual((frame["a"]["step"], frame["b"]["step"]), (40, 40))
        frame = p.wait(lambda f: not f["playing"], "the pause", len(p.frames) - 1)
        self.assertIn("bit for bit", frame["message"])
        p.key("space", lambda f: f["playing"])
        p.wait(lambda f: f["a"]["step"] > 40, "training", len(p.frames) - 1)

    def test_a_report_of_these_digits_decides_the_claims(self):
        """And one of others is refused, and changes nothing."""
        p = self.p
        self.open_set("set")
        path = os.path.join(new_folder(), "report.json")
        claim = {"key": "fit", "verdict": "within chance", "sentence": "The seeds do not agree.", "so": "", "verdicts": ["true", "false"]}
        report = {"data": {"name": "set", "train": 300, **digest_set(FILES["set"])}, "base": "", "epochs": 12, "seeds": [1, 2],
                  "claims": [claim]}
        for data, view in (({**report["data"], "test_sha256": "0" * 64}, "compare"), (report["data"], "claims")):
            with open(path, "w") as file:
                json.dump({**report, "data": data}, file)
            since = len(p.frames)
            self.drop(path)
            words = "report.json decides by other digits" if view == "compare" else "stands on their cards"
            self.assertEqual(p.wait(lambda f: words in f["message"], "a sentence", since)["view"], view)
        frame = p.wait(lambda f: f["look"]["verdicts"][4:] == ["within chance"], "its verdict", since)
        self.assertNotIn("within chance", frame["look"]["verdicts"][:4])  # the models on show decide these, as they train
        self.assertIn("within chance, 2 starts", [text["text"] for text in frame["texts"]])
        p.key("1", lambda f: f["view"] == "compare")

    def test_a_typed_path_is_opened(self):
        p = self.p
        self.open_set("set")
        p.key("ctrl+o", lambda f: f["popup"] == "data" and f["field"] is not None)
        p.do(lambda f: f["field"] == FILES["other"], "the path", "type", "--delay", "5", FILES["other"])
        p.key("Return", lambda f: f["data_set"] == self.name("other") or f["popup"] == "none")
        p.wait(lambda f: f["data_set"] == self.name("other"), "the set at that path", len(p.frames) - 1)
        self.close_popup()


if __name__ == "__main__":
    unittest.main(verbosity=2)
