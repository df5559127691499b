#!/usr/bin/env python3
"""A picture gives its state back: `losslens shot --from PICTURE` makes it again, byte for byte, and whatever its settings
have become in other hands is followed or refused with a sentence.

Usage: state_test.py PATH_TO_LOSSLENS
"""
import base64
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import numpy as np
from PIL import Image

import cli_reference as reference

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
BREAKS = "loss=mse,output=linear,optimizer=sgd,lr=100,batch=4,layers=64,32,64"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def run(*arguments, **environment):
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env.update(environment)
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, env=env)


def setUpModule():
    global HOME, FOLDER, DATA
    FOLDER = tempfile.TemporaryDirectory(prefix="losslens-state-")
    unittest.addModuleCleanup(FOLDER.cleanup)
    HOME = os.path.join(FOLDER.name, "home")
    DATA = os.path.join(HOME, "digits")
    os.makedirs(HOME)
    reference.make_set(PROGRAM, DATA, 640, 300)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def chunks(png):
    at, found = 8, []
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def picture(text, kind=b"tEXt", pixels=b"\0" * 29 * 28, behind=False):
    """A PNG of 28x28 with this text, before the pixels or behind them."""
    parts = [] if text is None else [chunk(kind, text)]
    image = [chunk(b"IDAT", zlib.compress(pixels))]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 28, 28, 8, 0, 0, 0, 0))
    return SIGNATURE + head + b"".join(image + parts if behind else parts + image) + chunk(b"IEND", b"")


class StateCase(unittest.TestCase):
    count = 0

    def path(self, end=".png"):
        StateCase.count += 1
        return os.path.join(FOLDER.name, f"{StateCase.count}{end}")

    def shot(self, *arguments, data=True):
        file = self.path()
        options = ["--data", DATA] if data else []
        result = run("shot", *options, "-o", file, *arguments, HOME=HOME)
        self.assertEqual((result.returncode, result.stderr), (0, ""), arguments)
        return file

    def settings(self, file):
        with Image.open(file) as image:
            return json.loads(image.text["losslens"])

    def read(self, file):
        with open(file, "rb") as stream:
            return stream.read()

    def again(self, file, said=None):
        out = self.path()
        result = run("shot", "--from", file, "-o", out, HOME=HOME)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(said or "", result.stderr)
        self.assertTrue(said or not result.stderr, result.stderr)
        return out

    def edited(self, file, change):
        settings = self.settings(file)
        change(settings)
        out = self.path()
        with open(out, "wb") as stream:
            stream.write(picture(b"losslens\0" + json.dumps(settings).encode()))
        return out

    def check_again(self, *arguments, **options):
        first = self.shot(*arguments, **options)
        second = self.shot("--from", first, data=False)
        self.assertEqual(self.settings(second), self.settings(first), arguments)
        self.assertTrue(self.read(first) == self.read(second), arguments)
        return first


class AgainTest(StateCase):
    def test_the_same_picture(self):
        """Views, pages, heatmaps, brushes, moments, sizes: pixels and settings are the same bytes."""
        a, b = ["--a", "loss=bce,output=softplus,layers=16,seed=3"], ["--b", "loss=mse,output=clip,lr=0.01"]
        for arguments in (
                [*a, *b, "--epochs", 2, "--limit", 512, "--wipe", 0.3, "--heatmap", "mse,mse", "--heat-scale", 0.3],
                [*a, *b, "--view", "solo-b", "--epochs", 1, "--page", 2, "--theme", "light", "--curve", "mae"],
                [*a, "--view", "matrix", "--epochs", 1, "--outputs", "relu,sigmoid", "--heatmap", "excess"],
                [*b, "--view", "inspect", "--epochs", 2, "--page", 7, "--step", 2, "--target", 0.3],
                ["--view", "inspect", "--epochs", 1, "--pixel", "14,9", "--drawn", "--no-shuffle"],
                ["--view", "claims", "--epochs", 1, "--size", "1600x1000", "--scale", 1.2],
                ["--view", "claims", "--claims", "use", "--measure", "pca,odd", "--epochs", 1, "--limit", 512],
                [*a, *b, "--epochs", 3, "--step", 4, "--brush", "0.2,0.7", "--histogram", "cumulative", "--binary", 0.5],
                ["--lesson", 1, "--lesson-step", 2, "--epochs", 2],
                ["--preset", "sigmoid", "--epochs", 1],
                ["--a", BREAKS, "--epochs", 1]):
            with self.subTest(arguments=arguments):
                self.check_again(*arguments)

    def test_the_plane_of_a_code(self):
        """Which two numbers, and which codes chance gives: as somebody chose them in the window."""
        first = self.shot("--view", "latent", "--a", "layers=12-sample3-12,reduce=sum", "--b", "layers=8", "--epochs", 1)
        self.assertEqual(self.settings(first)["latent_view"], {"numbers": [[0, 0], [0, 0]], "draw": 0})
        chosen = {"numbers": [[3, 1], [0, 7]], "draw": 5}
        again = self.again(self.edited(first, lambda settings: settings.update(latent_view=chosen)))
        self.assertEqual(self.settings(again)["latent_view"], chosen)
        found = json.loads(run("shot", "--from", again, "--json", "-o", self.path(), HOME=HOME).stdout)["latent"]
        self.assertEqual((found["a"]["numbers"], found["b"]["numbers"][1], found["draw"]), ([2, 0], 6, 5))
        for key, value in (("draw", 1000), ("numbers", [[3, 1]]), ("numbers", [[3, 1], [0, -1]])):
            bad = self.edited(first, lambda settings: settings.update(latent_view={**chosen, key: value}))
            result = run("shot", "--from", bad, "-o", self.path(), HOME=HOME)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn("latent_view", result.stderr)

    def test_figures(self):
        own = self.settings(self.check_again("--figure", "--epochs", 1))["figure"]
        self.assertTrue(own["has_own_title"])
        given = self.settings(self.check_again("--figure", "--title", "\u00dcber", "--size", "900x500", "--theme", "dark",
                                               "--view", "solo", "--epochs", 1))
        self.assertEqual((given["figure"]["title"], given["figure"]["size"], given["theme"]), ("\u00dcber", [900, 500], "dark"))

    def test_drawings(self):
        """A picture as it is, of the digits' size; a larger one, on the fine raster; a test digit by its number."""
        random = np.random.default_rng(1)
        for side in (28, 61):
            drawing = np.zeros((side, side), np.uint8)
            drawing[side // 4 : 3 * side // 4, side // 3 : side // 2] = random.integers(1, 256, 1)
            drawing[side // 2, side // 4 : 3 * side // 4] = random.integers(0, 256, 3 * side // 4 - side // 4)
            file = self.path()
            Image.fromarray(drawing).save(file)
            settings = self.settings(self.check_again("--digit", file, "--epochs", 1))
            os.remove(file)  # which nobody needs any more
            self.assertEqual(settings["pad"], "drawn")
            self.assertEqual(settings["drawing"]["side"], 28 if side == 28 else 112)
            if side == 28:
                code = settings["drawing"]["raster"]
                raster = zlib.decompress(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)))
                self.assertEqual(raster, drawing.tobytes())
        settings = self.settings(self.check_again("--epochs", 1))
        self.assertEqual(settings["pad"], "test 0")
        self.assertNotIn("drawing", settings)

    def test_built_in_digits(self):
        settings = self.settings(self.check_again("--limit", 512, "--epochs", 1, data=False))
        self.assertEqual(settings["data"], {"name": "builtin", "train": 512, "test": 10000, "seed": 1, "limit": 512})

    def test_options_refine_it(self):
        first = self.shot("--a", "loss=bce,output=relu", "--epochs", 2, "--page", 1, "--heatmap", "mae,bias")
        changed = self.settings(self.shot("--from", first, "--a", "loss=mae", "--view", "solo", "--theme", "light", data=False))
        self.assertIn("loss=mae", changed["a"]["spec"])
        self.assertEqual((changed["view"], changed["theme"], changed["heatmaps"]), ("solo", "light", ["mae", "bias"]))
        self.assertEqual(changed["a"]["step"], self.settings(first)["a"]["step"])  # as far as the others
        longer = self.settings(self.shot("--from", first, "--epochs", 3, data=False))
        self.assertEqual((longer["a"]["epoch"], longer["b"]["epoch"], longer["epochs"]), (3, 3, 3))
        slide = self.settings(self.shot("--from", first, "--figure", "--title", "T", data=False))
        self.assertEqual((slide["figure"]["title"], slide["a"]["weights_sha256"]),
                         ("T", self.settings(first)["a"]["weights_sha256"]))
        sized = self.shot("--from", first, "--size", "1200x800", data=False)
        with Image.open(sized) as image:
            self.assertEqual(image.size, (1200, 800))

    def test_models_at_steps_of_their_own(self):
        """As a window has them: A in the middle of an epoch, B at another step."""
        first = self.shot("--epochs", 4)
        a, b = 5, 11  # of 3 steps an epoch
        sums = [self.settings(self.shot("--epochs", 4, "--step", step))[side]["weights_sha256"]
                for side, step in (("a", a), ("b", b))]
        png = self.edited(first, lambda s: (s["a"].update(step=a, epoch=a / 3, weights_sha256=sums[0]),
                                            s["b"].update(step=b, epoch=b / 3, weights_sha256=sums[1])))
        settings = self.settings(self.again(png))
        self.assertEqual((settings["a"]["step"], settings["b"]["step"], settings["epochs"]), (a, b, 4))
        self.assertEqual([settings[side]["weights_sha256"] for side in "ab"], sums)


HELD = {"view", "data", "heatmaps", "heat_scale", "clipped", "show_as", "epochs", "binary", "histogram", "curve", "digits", "page",
        "digit", "pad", "drawing", "pad_centred", "past_step", "preset", "lesson", "wipe", "fed_back", "pixel", "target", "brush_bins",
        "matrix", "hide", "claims_page", "measured", "theme", "hidden", "code_view", "latent_view", "a", "b"}


class LinkTest(StateCase):
    """A picture's link gives back what it shows; of few digits under a name that links know, which is quicker than the
    built-in ones."""

    @classmethod
    def setUpClass(cls):
        """The files have to be as long as MNIST's: a comment in their heads fills them up."""
        folder = os.path.join(HOME, ".local", "share", "losslens", "mnist")
        os.makedirs(folder)
        for name, size in (("train-images-idx3-ubyte", 9912422), ("train-labels-idx1-ubyte", 28881),
                           ("t10k-images-idx3-ubyte", 1648877), ("t10k-labels-idx1-ubyte", 4542)):
            packed = gzip.compress(reference.read_bytes(os.path.join(DATA, name)))
            with open(os.path.join(folder, name + ".gz"), "wb") as file:
                file.write(packed[:3] + b"\x10" + packed[4:10] + b"x" * (size - len(packed) - 1) + b"\0" + packed[10:])

    def link(self, *arguments):
        file = self.path()
        result = run("shot", "-o", file, "--json", *arguments, HOME=HOME)
        self.assertEqual((result.returncode, result.stderr), (0, ""), arguments)
        settings = {key: value for key, value in self.settings(file).items() if key in HELD}
        return json.loads(result.stdout)["link"], settings

    def test_there_and_back(self):
        drawn = ["--digit", "noise", "--uncentred"]
        for arguments in (
                ["--a", "loss=mse,layers=8,seed=3", "--view", "inspect", "--pixel", "12,13", "--page", 7, "--target", 0.3, "--first", 30],
                ["--b", "pca", "--wipe", 0.5, "--heatmap", "mae,mae", "--heat-scale", 0.3, "--brush", "0.25,0.5", "--clipped", "--step", 1, "--hide", "more,curves", *drawn],
                ["--view", "matrix", "--outputs", "relu", "--losses", "bce,mae", "--heatmap", "excess", "--theme", "light", "--pad", 8],
                ["--view", "matrix", "--a", "loss=bce,noise=0.5", "--noisy", "--losses", "bce"],
                ["--view", "code", "--a", "layers=300", "--number-page", 1],
                ["--view", "code", "--sides", "a", "--number", 2, "--number-shows", "decoder", "--walk", 0.25, "--walk-to", 9],
                ["--view", "latent", "--plane", "3,5,0,2", "--chance", 12, "--pull", "a3=0.5,b12=-1.25"],
                ["--lesson", 1, "--lesson-step", 3, "--curve", "mae", "--random", 4]):
            with self.subTest(arguments=arguments):
                link, settings = self.link("--data", "mnist", "--limit", 64, "--epochs", 1, *arguments)
                self.assertEqual(self.link("--from", link), (link, settings))

    def test_what_is_not_there(self):
        self.assertEqual(run("shot", "--from", "#data=kmnist", "-o", self.path(), HOME=HOME).returncode, 4)
        for link, word in (("#pad=10000", "there are 10000 test digits"), ("#first=10000", "there are 10000"),
                           ("#view=code&pull=b33=1", "the code of B has 32 numbers")):
            result = run("shot", "--from", link, "-o", self.path(), HOME=HOME)
            self.assertEqual((result.returncode, word in result.stderr), (2, True), result.stderr)


class DataTest(StateCase):
    def test_the_data_is_told_without_a_users_name(self):
        settings = self.settings(self.shot("--epochs", 1))
        self.assertEqual(settings["data"]["path"], "~/digits")
        self.assertNotIn(HOME, json.dumps(settings))

    def test_other_data(self):
        first = self.shot("--epochs", 1)
        missing = self.edited(first, lambda s: s["data"].update(path="~/nowhere"))
        result = run("shot", "--from", missing, "-o", self.path(), HOME=HOME)
        self.assertEqual(result.returncode, 4)
        self.assertIn("nowhere", result.stderr)
        self.assertIn("--data", result.stderr)
        elsewhere = self.shot("--from", missing, "--data", DATA, data=False)
        self.assertEqual(self.read(elsewhere), self.read(self.shot("--from", first, data=False)))
        unnamed = self.edited(first, lambda s: s["data"].pop("path"))
        result = run("shot", "--from", unnamed, "-o", self.path(), HOME=HOME)
        self.assertEqual((result.returncode, "does not say where" in result.stderr), (2, True), result.stderr)
        other = self.edited(first, lambda s: s["data"].update(train_sha256="0" * 64))
        self.again(other, "is not what the picture was made with")

    def test_weights_that_are_others_are_told(self):
        first = self.shot("--epochs", 1)
        self.again(self.edited(first, lambda s: s["a"].update(weights_sha256="f" * 64)), "1 of 2 models is not the picture's, A")

    def test_models_that_began_with_a_file(self):
        start = self.path(".safetensors")
        spec = "loss=bce,output=sigmoid,layers=8"
        self.assertEqual(run("train", "--data", DATA, "--model", spec, "--epochs", 1, "-o", start).returncode, 0)
        first = self.check_again("--init", start, "--epochs", 2)
        self.assertEqual(self.settings(first)["a"]["init"]["step"], 3)
        os.remove(start)
        self.again(first, "cannot be trained again")
        self.assertEqual(run("train", "--data", DATA, "--model", spec + ",seed=9", "--epochs", 1, "-o", start).returncode, 0)
        self.again(first, "now has other ones")


class HostileTest(StateCase):
    @classmethod
    def setUpClass(cls):
        cls.good = os.path.join(FOLDER.name, "good.png")
        assert run("shot", "--data", DATA, "--epochs", 0, "-o", cls.good, HOME=HOME).returncode == 0

    def refuse(self, png, *words):
        file = self.path()
        with open(file, "wb") as stream:
            stream.write(png)
        result = run("shot", "--from", file, "-o", self.path(), HOME=HOME)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in (os.path.basename(file), *words):
            self.assertIn(word, result.stderr)

    def refuse_text(self, text, *words):
        self.refuse(picture(b"losslens\0" + text), *words)

    def test_texts(self):
        """What the text itself may hold: test_capture_state.c."""
        good = json.dumps(self.settings(self.good)).encode()
        self.refuse_text(b"{}", "lack")
        self.refuse_text(b"[" * 60000, "no JSON")
        self.refuse_text(good.replace(b'"compare"', b'"nowhere"'), '"view"', "expected", "solo")
        self.refuse_text(good.replace(b"output=sigmoid", b"output=magic"), '"a"', "magic")
        self.refuse_text(good[:-1] + b" " * 70000 + b"}", "without")  # longer than any of losslens

    def test_chunks(self):
        good = b"losslens\0" + json.dumps(self.settings(self.good)).encode()
        self.refuse(b"", "")
        self.refuse(SIGNATURE, "cut off")
        self.refuse(picture(good)[:200], "cut off")
        self.refuse(picture(None), "without")
        self.refuse(b"GIF89a" + bytes(40), "GIF")
        damaged = bytearray(picture(good))
        damaged[100] ^= 1
        self.refuse(bytes(damaged), "checksum")
        self.refuse(SIGNATURE + struct.pack(">I", 2**32 - 1) + b"tEXt" + bytes(40), "longer")
        bomb = zlib.compress(b" " * 10**8)  # 100 kB that unpack to 100 MB
        self.refuse(picture(b"losslens\0\0" + bomb, b"zTXt"), "without")
        self.refuse(picture(b"losslens\0\0" + zlib.compress(b" " * 10**7), b"zTXt"), "unpacked")
        self.refuse(picture(b"losslens\0\0" + b"junk", b"zTXt"), "unpacked")
        self.refuse(picture(b"losslens\0\1", b"iTXt"), "unpacked")

    def test_chunks_of_other_programs_are_read(self):
        """A program that saves the picture again packs the text, or puts it behind the pixels."""
        text = json.dumps(self.settings(self.good)).encode()
        for png in (picture(b"losslens\0\0" + zlib.compress(text), b"zTXt"),
                    picture(b"losslens\0\0\0\0\0" + text, b"iTXt"), picture(b"losslens\0" + text, behind=True),
                    picture(b"losslens\0\1\0en\0x\0" + zlib.compress(text), b"iTXt")):
            file = self.path()
            with open(file, "wb") as stream:
                stream.write(png)
            self.assertEqual(self.read(self.again(file)), self.read(self.good))

    def test_what_is_not_known(self):
        settings = {**self.settings(self.good), "colour": "red", "heat_scale": {"bce": 2, "glow": 1}}
        settings["program"] = "losslens 9.9"
        file = self.path()
        with open(file, "wb") as stream:
            stream.write(picture(b"losslens\0" + json.dumps(settings).encode()))
        out = self.path()
        result = run("shot", "--from", file, "-o", out, HOME=HOME)
        self.assertEqual(result.returncode, 0, result.stderr)
        for word in ('"colour"', '"glow"', "losslens 9.9"):
            self.assertIn(word, result.stderr)
        self.assertEqual(self.settings(out)["heat_scale"]["bce"], 2)

    def test_places(self):
        fifo = self.path(".fifo")
        os.mkfifo(fifo)
        for place, status in ((FOLDER.name, 1), (fifo, 1), ("/dev/zero", 1), ("/nowhere/x.png", 1)):
            result = run("shot", "--from", place, "-o", self.path())
            self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)


if __name__ == "__main__":
    unittest.main()
