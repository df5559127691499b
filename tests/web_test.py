#!/usr/bin/env python3
"""The page of app/web in headless Chromium, driven by real input, beside the program that it is.

What a frame showed, and where its buttons are, the page tells as the window does: by --trace, into the page's own memory.
Most of it needs no trained model, and waits for none: --pause=0; and it needs few digits (put_digits).

Usage: web_test.py PATH_TO_LOSSLENS [TEST...]. Skipped (77) with a notice where the page can't be built or there is no
Chromium.
"""
import base64
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
from PIL import Image, ImageDraw

import cli_reference as reference
import web_blocks
from web_browser import ELEMENT, PATIENCE, SWIFTSHADER, Browser, Server

LOSSLENS = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "losslens"
BENCH = os.path.join(os.path.dirname(LOSSLENS), "bench")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "ui"))
arguments, sys.argv = sys.argv, [sys.argv[0], LOSSLENS]
import window  # the program's own, on a display of its own; takes the first argument
sys.argv = arguments

PAGE = os.path.join(ROOT, "build", "web")
PAGE_BENCH = os.path.join(ROOT, "build", "web-build", "app", "web")
TRACE = "/home/web_user/.config/trace"  # nothing below .config is a download
QUICK = f"?--limit=512&--epochs=1&--trace={TRACE}"
WHOLE = f"?--pause=0&--trace={TRACE}"
STILL = WHOLE + "&--data=/few"  # digits: the 70,000 that are built in are drawn, and measured, anew by each page
SHIFT, PAGE_DOWN = "\ue008", "\ue00f"
NEWEST = """const bytes = Module.FS.readFile(arguments[0]), end = bytes.lastIndexOf(10);
            return new TextDecoder().decode(bytes.subarray(bytes.lastIndexOf(10, end - 1) + 1, end));"""
RENDERER = "return document.getElementById('canvas').getContext('webgl2').getParameter(0x1F01)"
PUT = """let module;
         Object.defineProperty(window, "Module", { configurable: true, get: () => module, set: (value) => {
             const begin = value.onRuntimeInitialized;
             if (value !== module && begin)
                 value.onRuntimeInitialized = () => {
                     value.FS.mkdir(FOLDER);
                     for (const [path, text] of Object.entries(FILES))
                         value.FS.writeFile(path, Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
                     begin();
                 };
             module = value;
         } });"""
PHONES = ((844, 390, 2), (667, 375, 1))  # CSS pixels in landscape, and what each is of the screen's
LONGEST_CALL = 100  # ms of processor time, where 50 are meant: a busy machine has slow processors


def build():
    for tool in ("chromedriver", "chromium"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is missing")
            sys.exit(77)
    result = subprocess.run([os.path.join(ROOT, "app", "web", "build"), "bench"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode == 77:
        print("skipped:", result.stdout)
        sys.exit(77)
    if result.returncode != 0:
        sys.exit(result.stdout)


def setUpModule():
    global FILES
    folder = tempfile.TemporaryDirectory(prefix="losslens-web-")
    unittest.addModuleCleanup(folder.cleanup)
    FILES = pathlib.Path(folder.name)
    PageCase.server = Server(PAGE)
    unittest.addModuleCleanup(PageCase.server.close)
    PageCase.browser = Browser()
    unittest.addModuleCleanup(PageCase.browser.close)
    reference.make_set(LOSSLENS, FILES / "few", 600, 100)
    put_digits(PageCase.browser, FILES / "few")


def put_digits(browser, folder):
    """Its files lie in the memory of every page that is opened, in a folder of the same name, before the program starts."""
    files = {f"/{folder.name}/{path.name}": base64.b64encode(path.read_bytes()).decode() for path in folder.iterdir()}
    browser.command("Page.addScriptToEvaluateOnNewDocument", source=PUT.replace("FILES", json.dumps(files)).replace("FOLDER", f"'/{folder.name}'"))


class PageCase(unittest.TestCase):
    """One browser for all: what a test has changed of it, it puts back."""

    def open(self, address=STILL, rests=False):
        self.browser.open("about:blank")
        self.browser.open(self.server.address + address)
        self.browser.wait("return Module.own.isFailed || Module.own.frames > 1", "the first frame")
        self.assertEqual(self.trouble(), "")
        if rests:
            self.rest()

    def rest(self):
        self.browser.wait("return Module.own.isAtRest()", "rest")

    def said(self):
        return self.browser.run("return document.getElementById('said').textContent")

    def trouble(self):
        return self.browser.run("return document.getElementById('trouble').textContent")

    def frame(self, fits=lambda frame: True, what="a frame"):
        """The newest one, once it fits."""
        end = time.monotonic() + PATIENCE
        while True:
            text = self.browser.run(NEWEST, TRACE)
            frame = json.loads(text) if text else None
            if frame and fits(frame):
                return frame
            if time.monotonic() > end:
                shown = {key: frame[key] for key in ("view", "message", "popup", "playing", "data_set", "lesson") if key in (frame or {})}
                self.fail(f"waited in vain for {what}: {shown}, {self.trouble()}")
            time.sleep(0.05)

    def click(self, name, fits=lambda frame: True):
        x, y, width, height = next(w["rect"] for w in self.frame()["widgets"] if w["id"] == name)
        ratio = self.browser.run("return Module.canvas.width / Module.canvas.clientWidth")
        self.browser.click((x + width / 2) / ratio, (y + height / 2) / ratio)
        return self.frame(fits, f"what a click on {name} does")

    def press(self, key, fits):
        self.browser.press(key)
        return self.frame(fits, f"what {key!r} does")

    def save(self, *keys):
        """A picture, and the settings in it: that of the window, or what other keys save."""
        before = set(glob.glob(self.browser.folder + "/*.png"))
        self.browser.press(*keys or ("S", SHIFT))
        for _ in range(20 * PATIENCE):
            new = set(glob.glob(self.browser.folder + "/*.png")) - before
            if new:
                break
            time.sleep(0.05)
        else:
            self.fail("nothing was saved")
        path = new.pop()
        image = Image.open(path)
        return path, numpy.asarray(image.convert("RGB")).astype(int), json.loads(image.text["losslens"])

    def pick(self, *paths):
        element = self.browser.post("element", using="css selector", value="#file")[ELEMENT]
        self.browser.post(f"element/{element}/value", text="\n".join(map(str, paths)))

    def before_page(self, script):
        """Runs the script in every page that is opened, before the page's own, until the test has ended."""
        added = self.browser.command("Page.addScriptToEvaluateOnNewDocument", source=script)
        self.addCleanup(self.browser.command, "Page.removeScriptToEvaluateOnNewDocument", **added)


class PageTest(PageCase):
    def test_small_alone_and_soon(self):
        names = ("index.html", "losslens.js", "losslens.wasm")
        sizes = [len(gzip.compress(pathlib.Path(PAGE, name).read_bytes(), 9)) for name in names]
        self.assertLess(sum(sizes), 1_200_000)
        self.assertEqual(sorted(os.listdir(PAGE)), sorted(names))
        self.browser = Browser(angle=SWIFTSHADER)
        self.addCleanup(self.browser.close)
        self.browser.open("about:blank")
        time.sleep(1.5)  # a browser that has just been started has much to do that is no page's
        self.browser.open(self.server.address)
        first = self.browser.wait("return window.Module && Module.own.firstFrame", "the first frame")
        self.assertIn("SwiftShader", self.browser.run(RENDERER))
        self.open(WHOLE)
        asked = self.browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        home = self.server.address.rsplit("/", 1)[0]
        self.assertEqual([address for address in asked if not address.startswith((home, "data:"))], [])
        print(f"\n{sum(sizes)} bytes compressed; first frame after {first:.0f} ms in a new browser, "
              f"{self.browser.run('return Module.own.firstFrame'):.0f} ms the second time", end=" ")

    def test_figures_pixels_and_sentence(self):
        """Those of the program; at rest nothing is drawn; what is said changes with what is on show."""
        self.open(QUICK, rests=True)
        frames = self.browser.run("return Module.own.frames")
        _, page, settings = self.save()
        path = FILES / "native.png"
        subprocess.run([LOSSLENS, "shot", "--isa", "plain", "--limit", "512", "--epochs", "1", "--theme", "dark",
                        "--size", f"{page.shape[1]}x{page.shape[0]}", "-o", path], check=True, capture_output=True)
        image = Image.open(path)
        native, expected = numpy.asarray(image.convert("RGB")).astype(int), json.loads(image.text["losslens"])
        self.assertEqual(settings["a"], expected["a"])
        self.assertEqual(settings["b"], expected["b"])
        other = (abs(page - native).max(axis=2) > 8)[50:-60]  # not the buttons, nor who learns how fast
        print(f"\n{other.sum()} of {other.size} pixels differ", end=" ")
        self.assertLess(other.mean(), 0.01)
        self.rest()
        self.assertLess(self.browser.run("return Module.own.frames") - frames, 20)  # the picture's, and its message
        said = self.said()
        self.assertRegex(said, "MSE.*after 1 epoch")
        self.assertNotRegex(said, "[*<>]")
        self.assertEqual(self.browser.run("return document.getElementById('said').getAttribute('aria-live')"), "polite")
        self.browser.press("i")
        frame = self.click("b.output.clip", lambda f: "output=clip" in f["b"]["spec"])
        self.assertGreater(frame["look"]["binarise"], 0)
        self.browser.wait("return document.getElementById('said').textContent !== arguments[0]", "another sentence", said)

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
        x, y, width, height = next(w["rect"] for w in self.frame()["widgets"] if w["id"] == "pad")
        for i, pointer in enumerate(("mouse", "touch")):
            before = self.frame()["pad_mean"]
            points = [(x + width * across, y + height * down) for across, down in ((0.1 + 0.7 * i, 0.1), (0.15 + 0.7 * i, 0.9))]
            self.browser.drag(points, pointer)
            self.frame(lambda f: f["pad_mean"] > before + 0.01, pointer)

    def test_the_keys_of_the_browser(self):
        self.open()
        script = """const event = new KeyboardEvent("keydown", {...arguments[0], bubbles: true, cancelable: true});
                    document.getElementById("canvas").dispatchEvent(event); return event.defaultPrevented;"""
        for key in ({"key": "F5", "code": "F5"}, {"key": "F12", "code": "F12"}, {"key": "r", "code": "KeyR", "ctrlKey": True},
                    {"key": "w", "code": "KeyW", "ctrlKey": True}, {"key": "+", "code": "Equal", "ctrlKey": True}):
            self.assertFalse(self.browser.run(script, key), key)
        self.assertTrue(self.browser.run(script, {"key": "ArrowLeft", "code": "ArrowLeft"}))

    def test_the_lesson_to_its_end(self):
        """Whoever hears the page hears each of its cards."""
        self.open(QUICK + "&--data=/few")
        self.click("lesson.offer", lambda f: f.get("lesson", {}).get("step") == 1)
        for step in range(2, 7):
            frame = self.press(PAGE_DOWN, lambda f: f.get("lesson", {}).get("step") == step)
            self.browser.wait("return document.getElementById('said').textContent.startsWith(arguments[0])", "the card's words",
                              frame["lesson"]["title"])
            self.assertNotRegex(self.said(), "[*<>]")
        self.assertEqual(len(frame["lesson"]["body"]), 4)
        self.click("lesson.free", lambda f: "lesson" not in f)

    def test_a_lost_context(self):
        for address in (STILL, STILL + "&--view=matrix"):
            with self.subTest(address):
                self.open(address, rests=True)
                before, said = self.browser.picture(), self.said()
                self.assertNotIn("Loading", said)
                self.browser.run("window.lost = document.getElementById('canvas').getContext('webgl2').getExtension('WEBGL_lose_context');"
                                 "lost.loseContext()")
                self.browser.wait("return Module.own.isLost", "the loss")
                self.assertIn("graphics card", self.said())
                self.browser.run("lost.restoreContext()")
                self.browser.wait("return !Module.own.isLost", "the return")
                self.rest()
                self.assertEqual(self.said(), said)
                self.assertTrue((self.browser.picture()[:700] == before[:700]).mean() > 0.999)

    def make_files(self):
        """A data set as an archive and as a table, and a model that does not say what it is: each takes long to read."""
        digits = (numpy.random.default_rng(1).random((18000, 784)) * 256).astype(numpy.uint8)
        digits[digits < 200] = 0
        numpy.savez_compressed(FILES / "large.npz", x_train=digits[:15000].reshape(-1, 28, 28), x_test=digits[15000:].reshape(-1, 28, 28))
        numpy.savetxt(FILES / "table.csv", digits[:3000], "%d", delimiter=",")
        subprocess.run([LOSSLENS, "train", "--limit", "512", "--epochs", "1", "--model", "layers=64,16,64", "-o", FILES / "told.safetensors"],
                       check=True, capture_output=True)
        told = (FILES / "told.safetensors").read_bytes()
        length = int.from_bytes(told[:8], "little")
        header = {key: value for key, value in json.loads(told[8:8 + length]).items() if key != "__metadata__"}
        (FILES / "untold.safetensors").write_bytes((len(text := json.dumps(header).encode())).to_bytes(8, "little") + text + told[8 + length:])
        across = numpy.linspace(235, 120, 4000) + numpy.random.default_rng(1).normal(0, 4, (3000, 4000))
        across[600:2400, 1900:2100] = across[600:800, 1300:2100] = 40
        Image.fromarray(across.clip(0, 255).astype(numpy.uint8)).convert("RGB").save(FILES / "photo.jpg", quality=90)
        return (("table.csv", "2500 digits to learn from, 500 to test"), ("untold.safetensors", "offer"), ("photo.jpg", "import"),
                ("large.npz", "15000 digits to learn from, 3000 to test"))

    def press_all(self, link, keys):
        """The longest calls while keys are pressed, one a second, and models train."""
        self.open("?--limit=2048&--epochs=1" + link, rests=False)
        for key in keys:
            self.browser.run("window.doing = arguments[0]", f"{link} key {key}")
            self.browser.press(key)
            time.sleep(1)
        self.browser.run("window.doing = arguments[0]", link + " training")
        time.sleep(4)
        self.browser.run("Module.own.isFailed = true")  # it stands still: while a page works its trace comes late, or not at all
        return web_blocks.longest(self.browser.traced())

    def test_no_call_blocks_the_page(self):
        self.browser = Browser(angle=SWIFTSHADER, trace=web_blocks.TRACE)
        self.addCleanup(self.browser.close)
        self.browser.command("Page.addScriptToEvaluateOnNewDocument", source=web_blocks.MARKS)
        events = []
        self.open(WHOLE, rests=True)
        for name, words in self.make_files():
            self.browser.run("window.doing = arguments[0]", "a drop of " + name)
            self.browser.drop(700, 400, [str(FILES / name)])
            self.frame(lambda f: words in f["message"] or words == f["popup"], name)
            for button in ("turn.90\u00b0", "invert.light", "invert.as found")[:3 * (words == "import")]:
                self.browser.run("window.doing = arguments[0]", "a photograph's " + button)
                self.click("import." + button, lambda f: any(w["on"] for w in f["widgets"] if w["id"] == "import." + button))
                self.rest()
            self.press("\ue00c", lambda f: f["popup"] == "none")
        for key in ("S", "s"):
            self.browser.run("window.doing = arguments[0]", "saving by " + key)
            path = self.save(key, *[SHIFT][:key == "S"])[0]
        for name, words in ((str(FILES / "table.csv"), "2500"), (path, "is back")):  # a picture of another data set than is open
            self.browser.run("window.doing = arguments[0]", "the picture of another set")
            self.browser.drop(700, 400, [name])
            self.frame(lambda f: words in f["message"], name)
        events += self.browser.traced()
        calls = web_blocks.longest(events)
        for link, keys in (("", "14567 8x"), ("#a=model=conv&b=model=vae", "4787i1"), ("#a=model=denoise&b=layers=512,256,512,batch=1024", "")):
            found = self.press_all(link, keys)
            if not found or max(took for took, _ in found.values()) >= LONGEST_CALL:
                again = self.press_all(link, keys)  # else the trace was lost, or the processor stood still, for a neighbour
                found = {what: min(run[what] for run in (found, again) if what in run) for what in {*found, *again}}
            self.assertGreater(sum(count for _, count in found.values()), 30, link)
            calls.update(found)
        calls = {what: call for what, call in calls.items() if "undefined" not in what}
        worst = sorted(calls.items(), key=lambda item: -item[1][0])[:3]
        print("\nlongest calls:", "; ".join(f"{took:.0f} ms: {what}" for what, (took, _) in worst), end=" ")
        self.assertGreater(sum(count for _, count in calls.values()), 100)
        self.assertLess(worst[0][1][0], LONGEST_CALL)

    def test_who_draws_is_known(self):
        self.open()
        self.assertIn("llvmpipe", self.browser.run(RENDERER))  # Mesa's name; Chromium's own: test_small_alone_and_soon

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


class LinkTest(PageCase):
    """A link is copied, and opened: in the page that is there, by its address, dropped on it, and on the desktop."""

    def copy(self):
        self.click("menu.view", lambda f: f["popup"] == "view")
        self.click("link", lambda f: f["message"].startswith("copied: ") and f["popup"] == "none")

    def test_there_and_back(self):
        self.open(STILL + "#view=inspect&pixel=12,13&a=loss=mae,seed=3&limit=512&hide=more")
        self.browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        first = self.frame()
        self.check(first)
        self.frame(lambda f: not f["playing"], "the pause")
        self.copy()
        link = self.browser.post("execute/async", script="navigator.clipboard.readText().then(arguments[0], arguments[0])", args=[])
        page, _, state = link.partition("#")
        self.assertEqual(page, self.server.address)
        self.assertEqual(set(state.split("&")), {"view=inspect", "pixel=12,13", "a=loss=mae,seed=3", "limit=512", "hide=more", "pause=0"})
        self.browser.run("window.stays = true")
        self.press("4", lambda f: f["view"] == "matrix")
        self.browser.run("location.hash = arguments[0]", state)
        self.check(self.frame(lambda f: f["message"] == "the link is open", "the link in the address"))
        self.press("6", lambda f: f["view"] == "claims")
        self.browser.drop(700, 400, text="  " + link + "\n")
        self.check(self.frame(lambda f: f["message"] == "the link is open", "the link that was dropped"))
        self.assertTrue(self.browser.run("return window.stays"))
        window.open_display()
        self.addCleanup(window.close_display)
        program = window.Program(link)
        self.addCleanup(program.close)
        self.check(program.wait(lambda f: not f["playing"], "the desktop's window"))

    def check(self, frame):
        self.assertEqual((frame["view"], frame["look"]["pixel"]), ("inspect", 12 * 28 + 13))
        self.assertIn("loss=mae", frame["a"]["spec"])
        self.assertIn("seed=3", frame["a"]["spec"])

    def test_without_a_clipboard(self):
        """What was to be copied is shown."""
        self.before_page("Object.defineProperty(navigator, 'clipboard', {value: undefined}); window.prompt = (...words) => window.shown = words;")
        self.open()
        self.copy()
        words = self.browser.wait("return window.shown", "what is to be copied")
        self.assertTrue(words[1].startswith(self.server.address + "#"), words)

    def test_a_mistake_in_the_address(self):
        self.browser.open("about:blank")
        self.browser.open(self.server.address + "?--view=nonsense")
        said = self.browser.wait("return document.getElementById('trouble').textContent", "a sentence")
        self.assertIn("nonsense", said)
        self.browser.open(self.server.address + "#view=nonsense")
        said = self.browser.wait("return document.getElementById('trouble').textContent", "a sentence")
        self.assertIn("the link: view nonsense", said)
        self.browser.run("location.hash = 'pause=0'")
        self.browser.wait("return window.Module && Module.own.frames > 1", "the page anew")


class FilesTest(PageCase):
    """Files that are dropped and picked, and those that are saved."""

    def test_in_and_out(self):
        self.open()
        reference.make_set(LOSSLENS, FILES / "small", 640, 300)
        sets = sorted((FILES / "small").iterdir())
        self.browser.drop(700, 400, [str(path) for path in sets])
        self.frame(lambda f: "640 digits to learn from, 300 to test" in f["message"], "the data set")
        subprocess.run([LOSSLENS, "train", "--data", FILES / "small", "--epochs", "1", "--model", "loss=mae,layers=8", "-o",
                        FILES / "mine.safetensors"], check=True, capture_output=True)
        self.browser.drop(700, 200, [str(FILES / "mine.safetensors")])
        frame = self.frame(lambda f: "mine.safetensors is model A now" in f["message"], "the model")
        self.assertIn("layers=8", frame["a"]["spec"])
        drawing = Image.new("L", (200, 200), 255)
        ImageDraw.Draw(drawing).line([(60, 30), (140, 30), (80, 170)], fill=0, width=18)
        drawing.save(FILES / "seven.png")
        before = self.frame()["pad_mean"]
        self.browser.drop(100, 200, [str(FILES / "seven.png")])
        self.frame(lambda f: f["popup"] == "import", "the picture")
        self.click("import.apply", lambda f: f["popup"] == "none" and f["pad_mean"] != before)
        self.pick(*sets[:2], *sets[2:])
        self.frame(lambda f: "640 digits to learn from" in f["message"], "the data set that was picked")
        bad = FILES / "bad.safetensors"
        bad.write_bytes(b"nothing of the kind")
        self.pick(bad)
        self.frame(lambda f: "bad.safetensors" in f["message"] and "now" not in f["message"], "a refusal")

    def test_saved_and_opened_again(self):
        self.open(STILL + "&--a=loss=mae,output=relu,seed=3&--view=solo&--limit=512")
        path, _, saved = self.save()
        slide, pixels, _ = self.save("s")
        self.assertEqual(pixels.shape, (1080, 1920, 3))
        for file, open_file in ((path, self.pick), (slide, lambda file: self.browser.drop(700, 400, [file]))):
            self.press("4", lambda f: f["view"] == "matrix")
            open_file(file)
            frame = self.frame(lambda f: f["view"] == "solo_a", "what was saved")
            self.assertIn("loss=mae", frame["a"]["spec"])
            self.assertIn(saved["a"]["spec"], frame["a"]["spec"])


class TroubleTest(PageCase):
    """What a page lacks is said in words, in the document."""

    def test_no_memory_at_all(self):
        self.before_page("WebAssembly.instantiate = WebAssembly.instantiateStreaming = () => Promise.reject(new RangeError("
                         "'WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance'));")
        self.browser.open("about:blank")
        self.browser.open(self.server.address)
        said = self.browser.wait("return document.getElementById('trouble').textContent", "a sentence")
        self.assertIn("not enough memory", said)

    def test_no_more_memory(self):
        self.before_page("WebAssembly.Memory.prototype.grow = function() { throw new RangeError('Maximum memory size exceeded'); };")
        self.browser.open("about:blank")
        self.browser.open(self.server.address + WHOLE)
        self.browser.wait("return Module.own.isFailed || Module.own.frames > 1", "the page")
        said = self.trouble() or self.frame(lambda f: "memory" in f["message"], "the sentence")["message"]
        print("\n" + said, end=" ")
        self.assertIn("memory", said)

    def test_no_worker(self):
        """Neither where none may be made, nor where it cannot start, nor where it has no memory: the page reads, and says so."""
        (FILES / "small.csv").write_text("\n".join(",".join([str(row % 10), *["0"] * 400, *[str(100 + row)] * 384]) for row in range(60)))
        for worker in ("function() { throw new DOMException('refused', 'SecurityError'); }",
                       "class { constructor() { setTimeout(() => this.onerror(new ErrorEvent('error')), 50); } postMessage() {} terminate() {} }",
                       "class { constructor() { setTimeout(() => this.onmessage({data: {failure: 'there is not enough memory'}}), 50); }"
                       " postMessage() {} terminate() {} }"):
            with self.subTest(worker):
                self.before_page(f"window.Worker = {worker};")
                self.open(rests=True)
                self.browser.run("new MutationObserver(() => (window.told = window.told || []).push(arguments[0].textContent))"
                                 ".observe(arguments[0], {childList: true})".replace("arguments[0]", "document.getElementById('said')"))
                self.browser.drop(700, 400, [str(FILES / "small.csv")])
                self.frame(lambda f: "50 digits to learn from, 10 to test" in f["message"], "the data set")
                told = self.browser.run("return told")  # the narrator may have found a newer sentence before the drop
                self.assertTrue(any("stands still meanwhile" in text for text in told), told)
                self.browser.wait("return !document.getElementById('said').textContent.includes('stands still')", "the narrator")

    def test_a_shader_that_the_driver_refuses(self):
        self.before_page("const source = WebGL2RenderingContext.prototype.shaderSource;"
                         "WebGL2RenderingContext.prototype.shaderSource = function(shader, text) { source.call(this, shader, text + 'nonsense'); };")
        self.browser.open("about:blank")
        self.browser.open(self.server.address + STILL)
        said = self.browser.wait("return document.getElementById('trouble').textContent", "a sentence")
        self.assertIn("does not accept the shader shaders/", said)

    def test_no_webgl(self):
        browser = Browser(more=["--disable-3d-apis"])
        self.addCleanup(browser.close)
        browser.open(self.server.address)
        said = browser.wait("return document.getElementById('trouble').textContent", "a sentence")
        self.assertIn("WebGL 2", said)
        self.assertFalse(browser.run("return document.getElementById('trouble').hidden"))


class BuildTest(unittest.TestCase):
    def test_an_emcc_that_does_not_work(self):
        """Its complaint is no option: neither the libraries nor, where they are made already, the page is begun."""
        environment = {**os.environ, "EM_CACHE": str(FILES / "nothing")}  # a cache without the system's headers, which can't be made
        result = subprocess.run([os.path.join(ROOT, "app", "web", "compiler")], env=environment, capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stdout), (77, ""))
        for made in ((), ("web-libs", "web-fonts")):
            with self.subTest(made), tempfile.TemporaryDirectory() as folder:
                for name in ("app", "fonts", *(f"build/{name}" for name in made)):
                    pathlib.Path(folder, name).parent.mkdir(exist_ok=True)
                    os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
                result = subprocess.run([os.path.join(folder, "app", "web", "build")], env=environment, capture_output=True, text=True)
                self.assertEqual(result.returncode, 77, result.stderr)
                self.assertRegex(result.stderr.splitlines()[-1], "^losslens: the page can't be built here: emcc --cflags fails")
                self.assertFalse(os.path.exists(os.path.join(folder, "build", "web-build")))


class PhoneTest(PageCase):
    def hold(self, width, height, ratio):
        self.browser.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=ratio, mobile=True)
        self.addCleanup(self.browser.command, "Emulation.clearDeviceMetricsOverride")

    def test_landscape(self):
        self.browser.command("Emulation.setTouchEmulationEnabled", enabled=True)
        self.addCleanup(self.browser.command, "Emulation.setTouchEmulationEnabled", enabled=False)
        for width, height, ratio in PHONES:
            self.hold(width, height, ratio)
            self.open()
            frame = self.frame()
            self.assertFalse(frame["too_small"])
            across, down = frame["size"]
            for widget in frame["widgets"]:
                x, y, w, h = widget["rect"]
                self.assertTrue(x >= 0 and y >= 0 and x + w <= across + 1 and y + h <= down + 1, (widget, frame["size"]))
            wide, high = self.browser.run("const r = document.getElementById('canvas').getBoundingClientRect(); return [r.width, r.height]")
            self.assertGreaterEqual(high, 0.88 * height)
            self.assertAlmostEqual(wide / high, across / down, delta=0.02)  # digits are not distorted
            self.assertFalse(self.browser.run("return getComputedStyle(document.getElementById('turn')).display !== 'none'"))
        self.hold(390, 844, 2)
        self.assertTrue(self.browser.run("return getComputedStyle(document.getElementById('turn')).display !== 'none'"))


if __name__ == "__main__":
    build()
    unittest.main(verbosity=2)
