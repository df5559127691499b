#!/usr/bin/env python3
"""The page of app/web in headless Chromium, driven by real input, beside the program that it is.

Usage: web_test.py PATH_TO_LOSSLENS. Skipped (77) with a notice where the page can't be built or there is no Chromium.
"""
import csv
import glob
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import numpy
from PIL import Image

import web_blocks
from web_browser import ELEMENT, Browser, Server

LOSSLENS = sys.argv.pop(1) if len(sys.argv) > 1 else "losslens"
BENCH = os.path.join(os.path.dirname(LOSSLENS), "bench")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "build", "web")
PAGE_BENCH = os.path.join(ROOT, "build", "web-build", "app", "web")
QUICK = "?--limit=512&--epochs=1"
SHIFT = "\ue008"
LONGEST_CALL = 150  # ms of processor time, where 50 are meant: a busy machine has slow processors


def build():
    for tool in ("chromedriver", "chromium"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is missing")
            sys.exit(77)
    result = subprocess.run([os.path.join(ROOT, "app", "web", "build")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode == 77:
        print("skipped:", result.stdout)
        sys.exit(77)
    if result.returncode != 0:
        sys.exit(result.stdout)
    subprocess.run(["cmake", "--build", os.path.join(ROOT, "build", "web-build"), "--target", "bench"], check=True, capture_output=True)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(PAGE)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.addClassCleanup(cls.server.close)

    def open(self, address=QUICK, rests=True):
        self.browser.open("about:blank")
        self.browser.open(self.server.address + address)
        self.browser.wait("return Module.own.isFailed || Module.own.frames > 1", "the first frame")
        self.assertEqual(self.browser.run("return document.getElementById('trouble').textContent"), "")
        if rests:
            self.rest()

    def rest(self):
        self.browser.wait("return Module.own.isAtRest()", "rest")

    def said(self):
        return self.browser.run("return document.getElementById('said').textContent")

    def save(self):
        """The window's picture, as Shift and S save it, and its settings."""
        before = set(glob.glob(self.browser.folder + "/*.png"))
        self.browser.press("S", SHIFT)
        for _ in range(300):
            new = set(glob.glob(self.browser.folder + "/*.png")) - before
            if new:
                break
            time.sleep(0.05)
        else:
            self.fail("nothing was saved")
        path = new.pop()
        image = Image.open(path)
        return path, numpy.asarray(image.convert("RGB")).astype(int), json.loads(image.text["losslens"])

    def test_small_alone_and_soon(self):
        names = ("index.html", "losslens.js", "losslens.wasm")
        sizes = [len(gzip.compress(pathlib.Path(PAGE, name).read_bytes(), 9)) for name in names]
        self.assertLess(sum(sizes), 1_200_000)
        self.assertEqual(sorted(os.listdir(PAGE)), sorted(names))
        self.open(rests=False)
        asked = self.browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        home = self.server.address.rsplit("/", 1)[0]
        self.assertEqual([address for address in asked if not address.startswith((home, "data:"))], [])
        print(f"\n{sum(sizes)} bytes compressed; first frame after {self.browser.run('return Module.own.firstFrame'):.0f} ms", end=" ")

    def test_the_native_figures_and_pixels(self):
        self.open()
        _, page, settings = self.save()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "native.png")
            subprocess.run([LOSSLENS, "shot", "--isa", "plain", "--limit", "512", "--epochs", "1", "--theme", "dark",
                            "--size", f"{page.shape[1]}x{page.shape[0]}", "-o", path], check=True, capture_output=True)
            image = Image.open(path)
            native, expected = numpy.asarray(image.convert("RGB")).astype(int), json.loads(image.text["losslens"])
        self.assertEqual(settings["a"], expected["a"])
        self.assertEqual(settings["b"], expected["b"])
        other = (abs(page - native).max(axis=2) > 8)[50:-60]  # not the buttons, nor who learns how fast
        print(f"\n{other.sum()} of {other.size} pixels differ", end=" ")
        self.assertLess(other.mean(), 0.01)

    def test_speed_beside_the_desktop(self):
        """Training alone, by the same benchmark, in turn: figures to read, since others may be using the machine."""
        words = ["--csv", "--threads", "1", "--repeat", "2", "train default, 1 thread"]
        page = f"<script>const lines = []; Module = {{arguments: {json.dumps(words)}, print: (line) => lines.push(line)}}</script>"
        with tempfile.TemporaryDirectory() as folder:
            for name in ("bench.js", "bench.wasm"):
                shutil.copy(os.path.join(PAGE_BENCH, name), folder)
            pathlib.Path(folder, "index.html").write_text(page + '<script src="bench.js"></script>')
            server = Server(folder)
            self.browser.open(server.address)
            lines = self.browser.wait("return lines.length > 1 && lines", "its figure")
            server.close()
        native = subprocess.run([BENCH, "--isa", "plain", *words], check=True, capture_output=True, text=True).stdout.splitlines()
        speeds = [float(next(csv.reader([row]))[2]) for row in (lines[1], native[1])]
        print(f"\n{speeds[0]:.0f} samples a second in the page, {speeds[1]:.0f} by the desktop's plain kernels: {speeds[0] / speeds[1]:.2f}", end=" ")
        self.assertGreater(min(speeds), 0)

    def test_drawing_by_mouse_and_by_touch(self):
        self.open()
        for pointer in ("mouse", "touch"):
            before = self.browser.picture()[130:290, 20:185].astype(int)
            points = [(40, 150), (60, 180), (60, 270)] if pointer == "mouse" else [(160, 150), (165, 200), (160, 270)]
            self.browser.drag(points, pointer)
            self.rest()
            now = self.browser.picture()[130:290, 20:185].astype(int)
            self.assertGreater((abs(now - before) > 100).mean(), 0.01, pointer)

    def test_a_click_and_a_key(self):
        self.open()
        self.browser.press("i")
        self.browser.click(297, 89)  # A's MSE
        self.rest()
        settings = self.save()[2]
        self.assertEqual(settings["binary"], 1)
        self.assertIn("loss=mse", settings["a"]["spec"])

    def test_the_keys_of_the_browser(self):
        self.open()
        script = """const event = new KeyboardEvent("keydown", {...arguments[0], bubbles: true, cancelable: true});
                    document.getElementById("canvas").dispatchEvent(event); return event.defaultPrevented;"""
        for key in ({"key": "F5", "code": "F5"}, {"key": "F12", "code": "F12"}, {"key": "r", "code": "KeyR", "ctrlKey": True},
                    {"key": "w", "code": "KeyW", "ctrlKey": True}, {"key": "+", "code": "Equal", "ctrlKey": True}):
            self.assertFalse(self.browser.run(script, key), key)
        self.assertTrue(self.browser.run(script, {"key": "ArrowLeft", "code": "ArrowLeft"}))

    def test_rest_and_sentence(self):
        self.open()
        frames = self.browser.run("return Module.own.frames")
        time.sleep(1.5)
        self.assertEqual(self.browser.run("return Module.own.frames"), frames)
        self.assertRegex(self.said(), "MSE.*after 1 epoch")
        self.assertNotRegex(self.said(), "[*<>]")

    def test_a_link(self):
        self.open(QUICK + "#view=inspect&pixel=12,13")
        settings = self.save()[2]
        self.assertEqual((settings["view"], settings["pixel"]), ("inspect", [12, 13]))

    def test_a_saved_picture_opened_again(self):
        self.open(QUICK + "&--a=loss=mae,output=relu,seed=3&--view=solo")
        path, _, saved = self.save()
        self.open()
        element = self.browser.post("element", using="css selector", value="#file")[ELEMENT]
        self.browser.post(f"element/{element}/value", text=path)
        self.browser.wait("return document.getElementById('said').textContent.startsWith('A is too dark')", "its state")
        self.rest()
        again = self.save()[2]
        self.assertEqual((again["view"], again["a"]), (saved["view"], saved["a"]))

    def test_a_lost_context(self):
        self.open()
        before = self.browser.picture()
        self.browser.run("window.lost = document.getElementById('canvas').getContext('webgl2').getExtension('WEBGL_lose_context');"
                         "lost.loseContext()")
        self.browser.wait("return Module.own.isLost", "the loss")
        self.browser.run("lost.restoreContext()")
        self.browser.wait("return !Module.own.isLost", "the return")
        self.rest()
        self.assertTrue((self.browser.picture()[:700] == before[:700]).mean() > 0.999)

    def test_no_call_blocks_the_page(self):
        self.browser = Browser(trace=web_blocks.TRACE)
        self.addCleanup(self.browser.close)
        self.browser.command("Page.addScriptToEvaluateOnNewDocument", source=web_blocks.MARKS)
        events = []
        for link, keys in (("", "14567 8x"), ("#a=model=conv&b=model=vae", "4787i1"), ("#a=model=denoise&b=layers=512,256,512,batch=1024", "")):
            self.open("?--limit=2048&--epochs=1" + link, rests=False)
            for key in keys:
                self.browser.run("window.doing = arguments[0]", f"{link} key {key}")
                self.browser.press(key)
                time.sleep(1)
            self.browser.run("window.doing = arguments[0]", link + " training")
            time.sleep(4)
            events += self.browser.traced()
        calls = {what: call for what, call in web_blocks.longest(events).items() if "undefined" not in what}
        worst = sorted(calls.items(), key=lambda item: -item[1][0])[:3]
        print("\nlongest calls:", "; ".join(f"{took:.0f} ms: {what}" for what, (took, _) in worst), end=" ")
        self.assertGreater(sum(count for _, count in calls.values()), 100)
        self.assertLess(worst[0][1][0], LONGEST_CALL)

    def test_who_draws_is_known(self):
        self.open(rests=False)
        self.assertIn("SwiftShader", self.browser.run("return document.getElementById('canvas').getContext('webgl2').getParameter(0x1F01)"))

    def test_a_dropped_folder(self):
        self.open()
        with tempfile.TemporaryDirectory() as folder:
            inner = os.path.join(folder, "mnist", "raw")
            os.makedirs(inner)
            for part, count in (("train", 60), ("t10k", 20)):
                pixels = bytes(value % 251 for value in range(count * 784))
                pathlib.Path(inner, f"{part}-images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28]) + pixels)
                pathlib.Path(inner, f"{part}-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, count]) + bytes(count))
            data = {"items": [], "files": [os.path.join(folder, "mnist")], "dragOperationsMask": 1}
            for kind in ("dragEnter", "dragOver", "drop"):
                self.browser.command("Input.dispatchDragEvent", type=kind, x=600, y=400, data=data)
            self.browser.wait("return Module.FS.analyzePath('/drop/0/mnist/raw/t10k-labels-idx1-ubyte').exists", "the folder")
            self.rest()
        settings = self.save()[2]
        self.assertEqual((settings["data"]["name"], settings["data"]["train"], settings["data"]["test"]), ("mnist", 60, 20))

    def test_what_is_wrong_is_said(self):
        self.browser.open("about:blank")
        self.browser.open(self.server.address + "?--view=nonsense")
        said = self.browser.wait("return document.getElementById('trouble').textContent", "a sentence")
        self.assertIn("nonsense", said)


if __name__ == "__main__":
    build()
    unittest.main(verbosity=2)
