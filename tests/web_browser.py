"""A page in headless Chromium, served from a folder on loopback and driven by chromedriver's HTTP protocol (W3C WebDriver)."""
import base64
import functools
import http.server
import io
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

import numpy
from PIL import Image

PATIENCE = 60  # seconds
# What draws where there is no graphics card. SwiftShader is Chromium's own; Mesa, of which the program's window is drawn in the
# tests, too, takes a fifth of the processor time for a frame.
SWIFTSHADER, MESA = "swiftshader", "gl-egl"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Files(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".wasm": "application/wasm"}
    asked = []  # paths

    def log_message(self, *_):
        self.asked.append(self.path)


class Server:
    def __init__(self, folder):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=folder))
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.http.server_port}/index.html"

    def close(self):
        self.http.shutdown()
        self.http.server_close()


class Browser:
    def __init__(self, width=1440, height=900, ratio=1, angle=MESA, trace=None, more=()):
        """angle: what draws; trace: the categories of Chromium's trace that traced() gives; more: its options."""
        self.folder = tempfile.mkdtemp()
        environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                       env={**environment, "LIBGL_ALWAYS_SOFTWARE": "1"})
        for line in self.driver.stdout:
            if "was started successfully on port" in line:
                self.base = "http://127.0.0.1:" + line.split()[-1].rstrip(".")
                break
        threading.Thread(target=self.driver.stdout.read, daemon=True).start()
        arguments = ["--headless=new", "--no-sandbox", f"--use-angle={angle}", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
                     f"--window-size={width},{height}", f"--force-device-scale-factor={ratio}", "--hide-scrollbars",
                     f"--user-data-dir={self.folder}/profile", "--disable-dev-shm-usage", *more]
        preferences = {"download.default_directory": self.folder, "download.prompt_for_download": False,
                       "profile.default_content_setting_values.automatic_downloads": 1}
        wish = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"},
                                                 "goog:chromeOptions": {"args": arguments, "prefs": preferences}}}}
        if trace:
            wish["capabilities"]["alwaysMatch"]["goog:loggingPrefs"]["performance"] = "ALL"
            wish["capabilities"]["alwaysMatch"]["goog:chromeOptions"]["perfLoggingPrefs"] = {
                "enableNetwork": False, "enablePage": False, "traceCategories": trace}
        self.session = f"{self.base}/session/" + self.ask("POST", f"{self.base}/session", wish)["sessionId"]

    @staticmethod
    def ask(method, url, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=2 * PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from error

    def post(self, path, **body):
        return self.ask("POST", f"{self.session}/{path}", body)

    def run(self, script, *arguments):
        return self.post("execute/sync", script=script, args=list(arguments))

    def command(self, name, **parameters):
        """A command of the DevTools protocol."""
        return self.post("goog/cdp/execute", cmd=name, params=parameters)

    def open(self, address):
        self.post("url", url=address)

    def wait(self, script, what, *arguments):
        end = time.monotonic() + PATIENCE
        while not (value := self.run(script, *arguments)):
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {what}: {self.log()}")
            time.sleep(0.05)
        return value

    def log(self):
        return [entry["message"] for entry in self.post("se/log", type="browser")]

    def traced(self):
        """What was traced since the last time; on a busy machine some may come late, or be lost."""
        self.run("performance.mark('traced')")
        events, end = [], time.monotonic() + PATIENCE / 4
        while time.monotonic() < end and not any(event["name"] == "traced" for event in events):
            messages = [json.loads(entry["message"])["message"] for entry in self.post("se/log", type="performance")]
            events += [message["params"] for message in messages if message["method"] == "Tracing.dataCollected"]
        return events

    def picture(self):
        bytes_ = base64.b64decode(self.ask("GET", f"{self.session}/screenshot"))
        return numpy.asarray(Image.open(io.BytesIO(bytes_)).convert("RGB"))

    # ---- input, as from a mouse, a finger and a keyboard ----
    def actions(self, kind, steps, pointer=None):
        device = {"type": kind, "id": kind + (pointer or ""), "actions": steps}
        if pointer:
            device["parameters"] = {"pointerType": pointer}
        self.post("actions", actions=[device])

    def drag(self, points, pointer="mouse"):
        """Presses at the first point, moves through the others, lets go; points in CSS pixels."""
        move = [{"type": "pointerMove", "x": int(x), "y": int(y), "duration": 0 if i == 0 else 40} for i, (x, y) in enumerate(points)]
        down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        self.actions("pointer", [move[0], down, *move[1:], up], pointer)

    def click(self, x, y):
        self.drag([(x, y)])

    def drop(self, x, y, paths=(), text=None):
        """Files, or a text, let go there after a drag from elsewhere."""
        items = [] if text is None else [{"mimeType": "text/plain", "data": text}]
        for kind in ("dragEnter", "dragOver", "drop"):
            self.command("Input.dispatchDragEvent", type=kind, x=x, y=y,
                         data={"items": items, "files": list(paths), "dragOperationsMask": 1})

    def press(self, key, *held):
        steps = [{"type": "keyDown", "value": value} for value in (*held, key)]
        self.actions("key", steps + [{"type": "keyUp", "value": step["value"]} for step in reversed(steps)])

    def close(self):
        try:
            self.ask("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.folder, ignore_errors=True)
