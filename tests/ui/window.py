"""What the tests of the real window share: an X server of their own, the program in a window on it, mouse, keyboard
and pictures.

A test program's first argument is the path to losslens; importing this module takes it. The program's --trace tells
what each drawn frame showed and where its buttons are; every wait is for a frame that fulfils a condition, never for a
time to pass.
"""
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy
from PIL import Image, ImageGrab
from Xlib import X, display as xlib_display
from Xlib.ext import xtest

LOSSLENS = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "losslens"
PATIENCE = 150  # seconds; a sanitizer on a busy machine is slow, and whoever waits in vain fails in any case
SCREEN = (2600, 1500)
DIGIT = 28
FOLDER = tempfile.TemporaryDirectory()  # of a test program, until close_display
SMALL = os.path.join(FOLDER.name, "small")  # the set of most windows; open_display makes it
QUICK = ["--data", SMALL,
         "--a", "loss=bce,output=sigmoid,batch=32", "--b", "loss=mse,output=relu,batch=32"]
ENDLESS = [*QUICK, "--epochs", "100000"]
CALM = [*ENDLESS, "--speed", "100"]  # it trains all the while, and leaves the processor to what is tried meanwhile


class Display:
    """An X server on a number that was free."""

    def __init__(self):
        reading, writing = os.pipe()
        # a server that has lost its last client would begin anew, and drop whoever is just coming
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-noreset", "-screen", "0", "%dx%dx24" % SCREEN, "-nolisten", "tcp"],
            pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.name = ":" + number

    def close(self):
        self.process.terminate()
        self.process.wait()


DISPLAY = None


def open_display():
    """setUpModule of a test program."""
    global DISPLAY
    os.rename(make_small_set(1000, 300)[0], SMALL)
    DISPLAY = Display()


def close_display():
    """tearDownModule of a test program."""
    DISPLAY.close()
    FOLDER.cleanup()


def new_folder():
    return tempfile.mkdtemp(dir=FOLDER.name)


def environment(display=True):
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    env["HOME"] = FOLDER.name  # what a window remembers is for the tests of one program alone
    env.setdefault("MESA_SHADER_CACHE_DIR", os.path.expanduser("~/.cache"))  # what another test has compiled serves here, too
    env.update(https_proxy="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1")  # whatever is clicked, no network
    env.setdefault("ASAN_OPTIONS", "detect_leaks=0")  # the graphics drivers keep memory until the end
    if display:
        env.update(DISPLAY=DISPLAY.name, SDL_VIDEODRIVER="x11")
    return env


def xdotool(*words):
    result = subprocess.run(["xdotool", *map(str, words)], env=environment(), capture_output=True, text=True,
                            timeout=PATIENCE)
    if result.returncode != 0:
        raise RuntimeError("xdotool %s: %s" % (" ".join(map(str, words[:4])), result.stderr))
    return result.stdout


def poll(get, seconds=PATIENCE):
    """The first true value of get(); None when time is up."""
    end = time.monotonic() + seconds
    while True:
        value = get()
        if value:
            return value
        if time.monotonic() > end:
            return None
        time.sleep(0.01)


def parse_spec(text):
    return dict(re.findall(r"(\w+)=(.*?)(?=,\w+=|$)", text))


def summary(frame):
    return {k: v for k, v in frame.items() if k not in ("widgets", "input", "reconstruction_a", "models", "matrix",
                                                          "grids", "moments")}


def is_at_rest(frame):
    """The slice of training that was under way at a pause is over where all that is on show is measured: that comes
    last, however long a busy machine takes."""
    return (not frame["busy"] and frame["samples_per_second"] == 0 and
            all("test_mae" in m and m["test_step"] == m["step"] for m in frame["models"] if m["broken_step"] < 0))


def heed_signals():
    """A parent in the background may have handed down that these are ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Program:
    """losslens in a window at the screen's origin, so that points of the window are points of the screen; places False:
    where a window manager puts it. config: the folder of what it remembers; without, it remembers nothing of others."""

    def __init__(self, *options, places=True, config=None):
        self.folder = new_folder()
        self.settings = os.path.join(config or os.path.join(self.folder, "config"), "losslens", "settings.json")
        self.trace = os.path.join(self.folder, "trace")
        self.errors = open(os.path.join(self.folder, "stderr"), "w+")
        self.frames, self.position, self.rest = [], 0, b""
        self.nudges = 0
        self.size = (1440, 900)
        self.process = subprocess.Popen([LOSSLENS, "view", "--trace", self.trace, *options],
                                        env=environment() | {"XDG_CONFIG_HOME": os.path.dirname(os.path.dirname(self.settings))},
                                        stdout=subprocess.DEVNULL, stderr=self.errors, preexec_fn=heed_signals)
        self.wait(lambda f: True, "first frame")
        found = xdotool("search", "--onlyvisible", "--pid", self.process.pid).split()
        self.window = int(found[-1])
        if not places:
            return
        xdotool("windowmove", self.window, 0, 0, "windowfocus", self.window)
        if not poll(lambda: self.origin() == (0, 0)):
            raise RuntimeError("the window did not move")
        self.leave()

    def origin(self):
        x, y = re.search(r"Position: (-?\d+),(-?\d+)", xdotool("getwindowgeometry", self.window)).groups()
        return int(x), int(y)

    def read(self):
        if not os.path.exists(self.trace):
            return
        with open(self.trace, "rb") as file:
            file.seek(self.position)
            new = file.read()
        self.position += len(new)
        *lines, self.rest = (self.rest + new).split(b"\n")
        self.frames += [json.loads(line) for line in lines]

    def wait(self, condition, what, since=0, seconds=PATIENCE):
        """The first frame from number `since` on that fulfils the condition."""
        seen = since
        end = time.monotonic() + seconds
        while True:
            self.read()
            while seen < len(self.frames):
                seen += 1
                if condition(self.frames[seen - 1]):
                    return self.frames[seen - 1]
            ended = self.process.poll() is not None
            if ended or time.monotonic() > end:
                last = summary(self.frames[-1]) if self.frames else "no frame"
                raise AssertionError("%s: waiting for: %s; last frame: %s%s" % (
                    "the program ended with %s" % self.process.returncode if ended else "time is up", what, last,
                    self.complaints()[-2000:]))
            time.sleep(0.01)

    def now(self):
        self.read()
        return self.frames[-1]

    def forget(self):
        """Keeps of all frames the newest, in the trace no byte: long runs would fill the disk."""
        with open(self.trace, "rb") as file:
            file.seek(self.position)
            new = file.read()
        self.position += len(new)
        *lines, self.rest = (self.rest + new).split(b"\n")
        self.frames = [json.loads(lines[-1])] if lines else self.frames[-1:]
        if self.position > 0:
            subprocess.run(["fallocate", "--punch-hole", "--length", str(self.position), self.trace], check=True)

    def do(self, condition, what, *words):
        """Runs xdotool's words and waits for a frame, drawn later, that fulfils the condition. Where the words end with
        a move, one in which the mouse has arrived: a slow program draws some on the way."""
        self.read()
        since = len(self.frames)
        place = list(words[-2:]) if words[-5:-3] == ("mousemove", "--window") else None
        xdotool(*words)
        return self.wait(lambda f: place in (None, f["mouse"]) and condition(f), what, since)

    # mouse

    def at(self, x, y):
        return ["mousemove", "--window", self.window, int(x), int(y)]

    def centre(self, widget_id):
        widget = self.widget(widget_id)
        x, y, w, h = widget["rect"]
        return x + w // 2, y + h // 2

    def widget(self, widget_id, frame=None):
        for widget in (frame or self.now())["widgets"]:
            if widget["id"] == widget_id:
                return widget
        raise AssertionError("no widget %s" % widget_id)

    def click(self, widget_id, condition, what=None):
        return self.do(condition, what or "effect of a click on " + widget_id, *self.at(*self.centre(widget_id)), "click", 1)

    def double_click(self, condition, what, *point):
        """At a point, or where the mouse is. All of it is sent at once: SDL counts the time between two presses by when
        it hears of them, and a frame that is drawn meanwhile may take long."""
        if point:
            xdotool(*self.at(*point))
        self.read()
        since = len(self.frames)
        server = xlib_display.Display(DISPLAY.name)
        for kind in 2 * (X.ButtonPress, X.ButtonRelease):
            xtest.fake_input(server, kind, 1)
        server.sync()
        server.close()
        return self.wait(condition, what, since)

    def shift_click(self, widget_id, condition):
        return self.do(condition, "effect of a click with Shift on " + widget_id, *self.at(*self.centre(widget_id)),
                       "keydown", "shift", "click", 1, "keyup", "shift")

    def drag(self, widget_id, dx, condition, what=None):
        """Presses in the middle, moves by dx; the button stays down."""
        x, y = self.centre(widget_id)
        return self.do(condition, what or "effect of dragging " + widget_id, *self.at(x, y), "mousedown", 1,
                       *self.at(x + dx / 2, y), *self.at(x + dx, y))

    def pad_point(self, x, y):
        """x, y in digit pixels"""
        left, top, w, h = self.widget("pad")["rect"]
        return left + x * w / DIGIT, top + y * h / DIGIT

    def leave(self):
        xdotool("mousemove", SCREEN[0] - 5, SCREEN[1] - 5)

    def nudge(self):
        """A frame drawn after everything that was sent so far."""
        self.nudges += 1
        width, height = self.now()["size"]
        place = width - 40 + self.nudges % 2, height - 8  # not where the last one left the mouse
        return self.do(lambda f: True, "a frame for a moving mouse", *self.at(*place))

    # keys

    def key(self, key, condition, what=None):
        return self.do(condition, what or "effect of the key " + key, "key", key)

    def pause(self):
        frame = self.now()
        if frame["playing"]:
            self.key("space", lambda f: not f["playing"])
        return self.settle()

    def release(self, condition=lambda f: True):
        return self.do(condition, "effect of letting the button go", "mouseup", 1)

    def settle(self):
        """A frame in which no step of training is under way any more, and none that was done is still to be shown."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            frame, count = self.nudge(), -1
            while count < len(self.frames) and time.monotonic() < end:
                count = len(self.frames)
                # news waits until frames have left the processor two thirds of its time
                poll(lambda: self.read() or len(self.frames) > count, (4 * frame["ms"] + 50) / 1000)
            if is_at_rest(self.frames[-1]):
                return self.frames[-1]
        raise AssertionError("training does not come to rest: %s" % summary(self.now()))

    def focus(self, widget_id):
        """Tab until the widget has the focus."""
        for _ in self.now()["widgets"]:
            before = self.now().get("focus")
            if before == widget_id:
                return
            self.key("Tab", lambda f: f.get("focus") not in (None, before))
        raise AssertionError("no Tab leads to " + widget_id)

    # pictures

    def grab(self):
        picture = ImageGrab.grab(bbox=(0, 0, *self.size), xdisplay=DISPLAY.name)
        return numpy.asarray(picture.convert("RGB"))

    def still(self, seconds=20):
        """A picture after which nothing changes, taken while the mouse is where nothing reacts to it."""
        self.nudge()
        last = [self.grab()]

        def is_still():
            last.append(self.grab())
            return (last[-1] == last.pop(0)).all()
        if not poll(is_still, seconds):
            raise AssertionError("the window changes though nothing happens")
        return last[-1]

    # rest

    def ticks_in(self, seconds):
        """Hundredths of a second that the processor, all threads together, spends on the program in that time."""
        def ticks():
            with open("/proc/%d/stat" % self.process.pid) as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])
        before = ticks()
        time.sleep(seconds)  # what is measured
        return ticks() - before

    # ending

    def complaints(self):
        self.errors.flush()
        with open(self.errors.name) as file:
            return file.read()

    def ends(self):
        return self.process.wait(timeout=PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        complaints = self.complaints()
        self.errors.close()
        if "runtime error" in complaints or "Sanitizer" in complaints:
            raise AssertionError(complaints)


class OtherClient:
    """A window of somebody else's."""

    def __init__(self):
        self.process = subprocess.Popen(["xev", "-geometry", "100x100+2000+1200"], env=environment(),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = poll(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Event Tester"],
                                            env=environment(), capture_output=True, text=True).stdout.split())
        self.window = int(found[-1])

    def take_focus(self):
        xdotool("windowfocus", "--sync", self.window)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Desk:
    """A window manager with two desktops. No key and no button of its own, so that no test closes a window by a click
    on its frame."""

    def __init__(self):
        settings = os.path.join(new_folder(), "rc.xml")
        with open(settings, "w") as file:
            file.write('<openbox_config xmlns="http://openbox.org/3.4/rc"><desktops><number>2</number></desktops>'
                       "<keyboard/><mouse/></openbox_config>")
        self.process = subprocess.Popen(["openbox", "--sm-disable", "--config-file", settings],
                                        env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not poll(lambda: subprocess.run(["wmctrl", "-m"], env=environment(), capture_output=True).returncode == 0):
            raise RuntimeError("openbox did not start")
        xdotool("set_desktop", 0)

    def close(self):
        self.process.terminate()
        self.process.wait()


def is_mapped(p):
    text = subprocess.run(["xwininfo", "-id", str(p.window)], env=environment(), capture_output=True, text=True).stdout
    return "Map State: IsViewable" in text


def read_digits(folder):
    """The test digits of such a set: (count, 28, 28) bytes."""
    with open(os.path.join(folder, "t10k-images-idx3-ubyte"), "rb") as file:
        raw = file.read()
    magic, count, rows, columns = numpy.frombuffer(raw, ">u4", 4)
    assert (magic, rows, columns) == (0x803, DIGIT, DIGIT)
    return numpy.frombuffer(raw, numpy.uint8, offset=16).reshape(count, DIGIT, DIGIT)


def make_small_set(train, test):
    """A folder with the first digits of the built-in set, so that an epoch and its figures take no time; and the test
    digits. LOSSLENS_DIGITS: where all of them lie exported, if they do."""
    whole, small = os.environ.get("LOSSLENS_DIGITS"), new_folder()
    if not whole:
        whole = new_folder()
        subprocess.run([LOSSLENS, "data", "export", whole], env=environment(False), check=True, capture_output=True, timeout=600)
    for name in os.listdir(whole):
        count = test if name.startswith("t10k") else train
        with gzip.open(os.path.join(whole, name)) as source, open(os.path.join(small, name.removesuffix(".gz")), "wb") as file:
            magic, _, *sides = (source.read(4) for _ in range(4 if "images" in name else 2))
            file.write(b"".join([magic, count.to_bytes(4, "big"), *sides]))
            file.write(source.read(count * (DIGIT * DIGIT if sides else 1)))
    return small, read_digits(small)


def read_screenshot(path):
    """Its pixels and the text of its chunk."""
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        picture.load()
        return numpy.asarray(picture.convert("RGB")), picture.text["losslens"]


def find_wrong_cells(picture, frame, digits):
    """Cells of the input grid whose pixels are not the digits' greys within one level."""
    grid, wrong = frame["grids"]["target.a"], []
    side = grid["pixel_px"] * DIGIT
    for cell in range(frame["page_count"]):
        x = grid["x"] + cell % grid["columns"] * grid["pitch"]
        y = grid["y"] + cell // grid["columns"] * grid["pitch"]
        shown = picture[y:y + side, x:x + side].astype(int)
        expected = digits[(frame["first"] + cell) % len(digits)].astype(int)
        expected = expected.repeat(grid["pixel_px"], 0).repeat(grid["pixel_px"], 1)
        if shown.shape[:2] != expected.shape or abs(shown - expected[:, :, None]).max() > 1:
            wrong.append(cell)
    return wrong


def area_of(grid):
    """The part of a picture that a grid covers, its headers apart."""
    return numpy.s_[grid["y"]:grid["y"] + (grid["rows"] - 1) * grid["pitch"] + DIGIT * grid["pixel_px"],
                    grid["x"]:grid["x"] + (grid["columns"] - 1) * grid["pitch"] + DIGIT * grid["pixel_px"]]


def cell_of(picture, grid, cell):
    """(28, 28, 3): one colour for each pixel of a cell's image."""
    side, px = DIGIT * grid["pixel_px"], grid["pixel_px"]
    x = grid["x"] + cell % grid["columns"] * grid["pitch"]
    y = grid["y"] + cell // grid["columns"] * grid["pitch"]
    return picture[y + px // 2:y + side:px, x + px // 2:x + side:px]


def pixel_point(grid, cell, row, column):
    """The middle of an image's pixel in the window."""
    px = grid["pixel_px"]
    return (grid["x"] + cell % grid["columns"] * grid["pitch"] + column * px + px // 2,
            grid["y"] + cell // grid["columns"] * grid["pitch"] + row * px + px // 2)


class WindowCase(unittest.TestCase):
    """One program for all tests of a class; started anew where one of them ended it."""

    options = CALM
    program = None

    @classmethod
    def start(cls):
        cls.program = Program(*cls.options)

    @classmethod
    def tearDownClass(cls):
        if cls.program:
            cls.program.close()
            cls.program = None

    def setUp(self):
        if self.program and self.program.process.poll() is not None:
            type(self).program = None
        if not self.program:
            self.start()
        self.p = self.program
        self.addCleanup(xdotool, "mouseup", 1, "mouseup", 3)  # a test that fails holds none down for the next

    def check_widgets(self, frame, size):
        """Every widget and every grid lies inside the window, and no widget on another."""
        widgets = frame["widgets"]
        for i, widget in enumerate(widgets):
            x, y, w, h = widget["rect"]
            with self.subTest(size=size, view=frame["view"], widget=widget["id"]):
                self.assertTrue(x >= 0 and y >= 0 and x + w <= size[0] and y + h <= size[1] and w > 0 and h > 0,
                                "outside the window: %s" % widget)
                for other in widgets[:i]:
                    left, top, width, height = other["rect"]
                    self.assertFalse(x < left + width and left < x + w and y < top + height and top < y + h,
                                     "%s lies on %s" % (widget, other))
        for name, grid in frame["grids"].items():
            if grid["columns"] > 0:
                side = DIGIT * grid["pixel_px"]
                self.assertLessEqual(grid["x"] + (grid["columns"] - 1) * grid["pitch"] + side, size[0], name)
                self.assertLessEqual(grid["y"] + (grid["rows"] - 1) * grid["pitch"] + side, size[1], name)
