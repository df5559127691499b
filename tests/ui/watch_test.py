#!/usr/bin/env python3
"""--watch: model A follows a file that another program writes, in place or by renaming; what is half written leaves it;
and README's PyTorch script, as it stands there.

Usage: watch_test.py PATH_TO_LOSSLENS [TEST...]
"""
import gzip
import json
import os
import re
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import cli_reference as reference
import window
from view_case import DATA, open_display
from window import LOSSLENS, Program, WindowCase, new_folder, poll

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HALF_A_SECOND = 0.5
SLOWER = 2 # this much a machine with other tests on it may take longer than one at rest


def train(path, *options):
    result = subprocess.run([LOSSLENS, "train", *DATA, *options, "--force", "-o", path], capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


class WatchTest(WindowCase):
    @classmethod
    def start(cls):
        cls.folder = new_folder()
        cls.file = os.path.join(cls.folder, "watched.safetensors")
        cls.models = {}
        for seed in (1, 2, 3):
            path = os.path.join(cls.folder, f"{seed}.safetensors")
            report = train(path, "--epochs", str(seed), "--model", "layers=16,hidden=tanh,batch=32")
            cls.models[seed] = (reference.read_bytes(path), report["test"]["mse"])
        with open(cls.file, "wb") as file:
            file.write(cls.models[1][0])
        cls.program = Program(*DATA, "--epochs", "1", "--watch", cls.file)

    def shows(self, number):
        mse = self.models[number][1]
        return lambda f: abs(f["a"].get("test_mse", 1) - mse) < 2e-6 and "layers=16" in f["a"]["spec"]

    def follows(self, number):
        written = time.monotonic()
        self.p.wait(self.shows(number), f"model {number}", len(self.p.frames) - 1)
        took = time.monotonic() - written
        print(f"shown after {took:.2f} s")
        self.assertLess(took, SLOWER * HALF_A_SECOND)

    def replace(self, data):
        with open(self.file + ".new", "wb") as file:
            file.write(data)
        os.rename(self.file + ".new", self.file)

    def test_it_follows(self):
        self.p.wait(self.shows(1), "the first model")
        self.replace(self.models[2][0])
        self.follows(2)
        data = self.models[3][0]
        with open(self.file, "wb") as file: # in place, slowly: nothing is shown of it before it is whole
            file.write(data[:len(data) // 2])
            file.flush()
            time.sleep(1)
            self.assertTrue(self.shows(2)(self.p.nudge()))
            file.write(data[len(data) // 2:])
        self.follows(3)
        for bad in (data[:-100], b"", b"\x80\x04\x95 a pickle"):
            with open(self.file, "wb") as file:
                file.write(bad)
            self.p.wait(lambda f: f["message"] and "watched.safetensors" in f["message"] and "A is what" not in f["message"],
                        "a sentence about the bad file", len(self.p.frames) - 1)
            self.assertTrue(self.shows(3)(self.p.nudge()))
        self.replace(self.models[1][0])
        self.follows(1)


class ReadmeTest(WindowCase):
    """The script of the section about watching, with two epochs of a small set."""

    @classmethod
    def start(cls):
        cls.folder = new_folder()
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
            cls.script = re.search(r"^```python\n(.*?)^```", readme.read(), re.M | re.S)[1]
        with gzip.open(os.path.join(cls.folder, "images.gz"), "wb") as file:
            file.write(reference.read_bytes(os.path.join(DATA[1], "train-images-idx3-ubyte")))
        # What save_file of the package safetensors writes, which Debian lacks; then a rest, for epochs of so few images would
        # all be over before the third was looked at.
        os.makedirs(os.path.join(cls.folder, "safetensors"))
        with open(os.path.join(cls.folder, "safetensors", "torch.py"), "w", encoding="utf-8") as file:
            file.write("import sys\nimport time\nsys.path.insert(0, %r)\nimport cli_reference\n"
                       "def save_file(tensors, path):\n"
                       "    data = cli_reference.pack_safetensors({k: v.numpy() for k, v in tensors.items()}, None)\n"
                       "    with open(path, 'wb') as file:\n"
                       "        file.write(data)\n"
                       "    time.sleep(0.5)\n" % os.path.join(ROOT, "tests"))
        cls.program = Program(*DATA, "--epochs", "1", "--watch", os.path.join(cls.folder, "mine.safetensors"), "--model",
                              "loss=mse,output=sigmoid,hidden=relu")

    def test_each_epoch_is_shown(self):
        self.assertLessEqual(len(self.script.splitlines()), 30)
        self.p.wait(lambda f: "mine.safetensors" in f["message"], "a sentence about a file that is not there yet")
        script = subprocess.Popen(["/usr/bin/python3", "-c", self.script, "images.gz"], cwd=self.folder, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env={**os.environ, "PYTHONPATH": self.folder, "OMP_NUM_THREADS": "1"})
        try:
            mse = 1
            for _ in range(3):
                frame = self.p.wait(lambda f: "loss=mse,output=sigmoid" in f["a"]["spec"] and f["a"].get("test_mse", 1) < mse,
                                    "a better model", seconds=60)
                mse = frame["a"]["test_mse"]
        finally:
            script.kill()
            script.communicate()


setUpModule, tearDownModule = open_display, window.close_display

if __name__ == "__main__":
    unittest.main(verbosity=2)
