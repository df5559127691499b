"""What every text with a figure on a picture must say, worked out from its place and from the JSON: beside which label,
under which header, in which cell. For drawn_test.py. To add a figure to the window: say here what it must be."""
import os
import re

import cli_reference as reference
import drawn_said
from figures_reference import APP, LOSSES

SIDES = "ab"
NAMES = {"bce": "BCE", "mse": "MSE", "mae": "MAE", "huber": "Huber", "wbce": "wBCE", "cb": "CB", "gauss": "Gauss"}
OUTPUT_NAMES = {"sigmoid": "sigmoid", "relu": "ReLU", "linear": "linear", "clip": "clip", "tanh01": "tanh 0…1",
                "softplus": "softplus", "tanh": "tanh", "sigmoid2": "2 sigmoids", "softmax": "softmax"}
# of each heatmap: its label, the test figure of its caption and how that is written, its unit, whether it has a sign
HEATMAPS = {"bce": ("BCE", "bce", "%.4f", "", False), "excess": ("avoidable BCE", "excess_bce", "%.4f", "", False),
            "mse": ("MSE", "mse", "%.4f", "", False), "mae": ("MAE", "mae", "%.4f", "", False),
            "huber": ("Huber", "huber", "%.4f", "", False), "wbce": ("wBCE", "wbce", "%.4f", "", False),
            "cb": ("CB", "cb", "%.4f", "", True), "gauss": ("Gauss", "gauss", "%.4f", "", True),
            "error": ("too bright / too dark", "bias", "%+.4f", "", True), "difference": ("A−B", None, "", "", True),
            "gradient": ("pull", None, "", "", False), "bias": ("mean error (all digits)", "bias", "%+.4f", "", True),
            "dead": ("never lit (all digits)", "never_lit", "%.0f", "", False)}
SHORT = {"excess": "avoidable", "error": "bright/dark", "bias": "mean error", "dead": "never lit"}  # in a narrow place
SET_MAPS = ("bias", "dead")
VIEWS = {"Compare": "1", "Matrix": "4", "Inspect": "5", "Claims": "6", "Code": "7", "Latent": "8"}  # and their keys
STATIC = {"tanh 0…1", "2 sigmoids", "<0", ">1"}  # a name; what the colours outside the grey scale mean
NOT_FINITE = ("NaN", "+Inf", "-Inf")


def read_color(name):
    with open(os.path.join(APP, "draw", "theme.h"), encoding="utf-8") as file:
        return re.search(rf"^    X\({name}, 0x([0-9a-f]{{8}}),", file.read(), re.M)[1]  # on the dark ground


TEXT, SOFT, A, B, INVERSE = (read_color(name) for name in ("text", "soft", "a", "b", "inverse"))


# ---- how figures are written -----------------------------------------------------------------------------------------

def write_figure(value):
    """What may stand for a figure: JSON's null is one that is not finite."""
    if value is None:
        return NOT_FINITE
    if value == 0:
        return ("0.0000",)
    return ("%.1e" % value if abs(value) < 1e-4 or abs(value) >= 1e3 else "%.4f" % value,)


def write_signed(value):
    return NOT_FINITE if value is None else ("%+.4f" % value if abs(value) < 1e3 else "%+.1e" % value,)


def write_short(value, is_signed):
    """Where a cell of the matrix has hardly any room."""
    if value is None:
        return ("nan", "inf", "-inf", "-nan")
    if abs(value) >= 1e3:
        return ("%.0e" % value,)
    digits = "%.*f" % (3 if abs(value) < 10 else 1 if abs(value) < 100 else 0, abs(value))
    digits = digits[1:] if digits[0] == "0" else digits
    return (("-" if value < 0 else "+") + digits if is_signed else digits,)


def write_count(count):
    return f"{count:,}"


def outside(test):
    return "%.1f %%" % (100 * (test["below_0"] + test["above_1"]))


def list_losses(*specs):
    """The first two, and what the models train with."""
    own = {reference.parse_spec(spec)["loss"] for spec in specs}
    return [loss for loss in LOSSES if loss in ("bce", "mse") or loss in own]


def caption(spec):
    keys = reference.parse_spec(spec)
    return f"{NAMES[keys['loss']]} · {OUTPUT_NAMES[keys['output']]}"


# ---- the texts -------------------------------------------------------------------------------------------------------

class Text:
    def __init__(self, entry):
        self.text, self.color, self.is_cut = entry["text"], entry["color"], entry["cut"]
        self.x, self.y, self.w, self.h = entry["rect"]
        self.box_x, self.box_y, self.box_w, self.box_h = entry["box"]
        self.right, self.middle = self.x + self.w, self.y + self.h / 2

    def __repr__(self):
        return f"'{self.text}' at {self.x:.0f},{self.y:.0f}"


class Picture:
    """The texts of one picture. Each that carries a figure is claimed by one rule, which says what it must be."""

    def __init__(self, case, figures, width, step, truth):
        """width: the window's; step: that was asked for, or None; truth: what numpy knows."""
        self.case, self.f, self.step, self.truth = case, figures, step, truth
        self.texts = [Text(entry) for entry in figures["texts"]]
        self.view, self.claimed = figures["view"], {}
        self.shown = [side for side in SIDES if side in figures]
        self.bar = self.one("losslens").box_h  # of the bar at the top
        self.is_wide = width >= 1440  # nothing gives way

    # ---- finding and claiming

    def claim(self, text, expected, why):
        expected = (expected,) if isinstance(expected, str) else tuple(expected)
        self.case.assertFalse(text in self.claimed, f"{text} is claimed twice: {self.claimed.get(text)}, {why}")
        self.claimed[text] = why
        self.case.assertIn(text.text, expected, f"{self.view}: {text} is {why}")

    def find(self, *texts, where=lambda t: True):
        return [t for t in self.texts if t.text in texts and where(t)]

    def one(self, *texts, where=lambda t: True):
        found = self.find(*texts, where=where)
        self.case.assertEqual(len(found), 1, (texts, found))
        return found[0]

    def line(self, text, where=lambda t: True):
        """All on the same line, from left to right."""
        return sorted((t for t in self.texts if abs(t.middle - text.middle) < 4 and where(t)), key=lambda t: t.x)

    def behind(self, text, where=lambda t: True):
        return [t for t in self.line(text, where) if t.x >= text.right - 1]

    def inside(self, x0, y0, x1, y1):
        return [t for t in self.texts if x0 - 1 <= t.x and t.right <= x1 + 1 and y0 - 1 <= t.y and t.y + t.h <= y1 + 1]

    # ---- parts of every view

    def check_view(self):
        raise NotImplementedError

    def check(self):
        self.check_top()
        self.check_narrator()
        self.check_playback()
        self.check_status()
        self.check_view()
        for text in self.texts:
            if re.search(r"\d", text.text) and text not in self.claimed and text.text not in STATIC:
                self.case.fail(f"{self.view}: no rule says what {text} must be")

    def is_past(self):
        return self.step is not None and self.step < self.f["newest_step"]

    def check_top(self):
        for label, key in VIEWS.items():
            solo = {"solo": " › A", "solo-b": " › B"}.get(self.view, "") if label == "Compare" else ""
            tab = self.one(label + solo, where=lambda t: t.middle < self.bar)
            for text in self.behind(tab)[:1]:
                if text.x - tab.right < 12:
                    self.claim(text, key, f"the key of {label}")

    def check_narrator(self):
        """What is said, whole or without its last sentences, cut only where it is one; and what it proposes. Its figures
        are those of the JSON."""
        said = self.f.get("narrator", {"text": "", "key": ""})
        drawn_said.check(self.case, self.f)
        left = self.one("losslens").x
        rest, lines = said["text"], [t for t in self.texts if t.middle > self.bar and abs(t.box_x - left) < 1]
        for text in lines:
            part = text.text[:-1] if text.is_cut else text.text
            shown = said["text"][:len(said["text"]) - len(rest)].rstrip()
            if not rest or (shown.endswith(".") and not rest.startswith(part)):
                break
            self.case.assertTrue(rest.startswith(part), (rest, text))
            self.claim(text, text.text, "the narrator")
            self.case.assertFalse(text.is_cut and ". " in said["text"], text)
            rest = "" if text.is_cut else rest[len(part):].lstrip()
        is_ended = not rest or (not self.is_wide and said["text"][:len(said["text"]) - len(rest)].rstrip().endswith("."))
        self.case.assertTrue(is_ended, f"the narrator does not end: {said['text']}")
        if said.get("action"):
            button = self.one(said["action"])
            self.claim(button, drawn_said.propose(self.f), "what the narrator proposes")

    def check_playback(self):
        line = self.line(self.one("Restart"))
        paces = [t for t in line if t.x < self.one("Film").x and re.search(r"\d", t.text)]
        self.case.assertEqual(len(paces), 3, paces)
        for text, pace in zip(paces, (("1 batch/s", "1"), "10", "100")):
            self.claim(text, pace, "a speed")
        step = self.f[self.shown[0]]["step"]
        self.claim(line[-1], f"step {step} of {self.f['newest_step']}" if self.is_past() else
                   self.progress(self.f[self.shown[0]])[0], "the time that is shown")

    def progress(self, shown):
        """How far a model is: the long and the short form."""
        steps = -(-self.f["data"]["train"] // int(reference.parse_spec(shown["spec"])["batch"]))
        epoch, rest = divmod(shown["step"], steps)
        if "broken_step" in shown:
            return (f"broke at step {shown['broken_step']}, shown: {shown['step']}",
                    f"broke at step {shown['broken_step']}")
        if self.is_past():
            return (f"step {shown['step']}",) * 2 if rest else (f"was at epoch {epoch}", f"epoch {epoch}")
        short = f"epoch {epoch}.{10 * rest // steps}" if rest else f"epoch {epoch}"
        return f"{short} / {self.f['epochs']}", short

    def check_status(self):
        if not self.find(self.f["program"]):
            self.case.assertFalse(self.is_wide, "the line at the bottom is missing")
            return
        program = self.one(self.f["program"])
        self.claim(program, self.f["program"], "the program")
        foot, = self.line(program, lambda t: t.x < program.x)
        self.claim(foot, self.foot_forms(), "the foot")

    def foot_forms(self):
        data, note = self.f["data"], ""
        base = f"{data['name']}{' digits (seed 1)' if 'seed' in data else ''}: {write_count(data['train'])} digits to " \
               f"learn from, {write_count(data['test'])} to test."
        if self.is_past():
            note += f"   As it was at step {self.f[self.shown[0]]['step']} of {self.f['newest_step']}."
        if self.f["figures_binary"] > 0:
            note += "   Targets, and figures of all test digits: %.0f %% black-white." % (100 * self.f["binary"])
        elif self.f["binary"] > 0:
            note += "   Targets shown: %.0f %% black-white; figures of all test digits: as they are." % (100 * self.f["binary"])
        note += {"matrix": "   Every cell: A with its column's loss and its row's output.",
                 "claims": "   Every other model: A with another loss, output or seed."}.get(self.view, "")
        meaning = "   Figures over a picture are that picture\u2019s. Colour scales never change by themselves."
        return [base + meaning + note, base + note, base]

    # ---- heatmaps' headers

    def check_bar(self, tokens, key):
        """Takes the colour bar's two ends off the end of a header's texts."""
        label, _, _, unit, is_signed = HEATMAPS[key]
        scale = "%.3g" % self.f["heat_scale"][key]
        start = f"−{scale}" if is_signed else "0"
        end = ("+" if is_signed else "" if key in SET_MAPS else "≥") + scale + unit
        if len(tokens) >= 2 and tokens[-1].color != B and re.match(r"[≥+]|\d.*$", tokens[-1].text) \
                and tokens[-2].text == start:
            self.claim(tokens[-2], start, f"where {label}'s scale starts")
            self.claim(tokens[-1], end, f"where {label}'s scale ends")
            return tokens[:-2]
        if tokens and tokens[-1].text == end and not is_signed:  # where there is no room for more
            self.claim(tokens[-1], end, f"where {label}'s scale ends")
            return tokens[:-1]
        return tokens

    def check_heat_header(self, title, tokens, key, sides):
        label, figure, form, _, _ = HEATMAPS[key]
        self.claim(title, (label, SHORT.get(key, label)), "the heatmap's name")
        tokens = self.check_bar(tokens, key)
        if self.is_wide and self.f["heat_scale"][key] >= 0.5:  # a long scale takes the figure's room
            self.case.assertEqual(len(tokens), len(sides) if figure else 0, f"the figures of {label}")
        for text, side in zip(tokens, sides):
            value = self.f[side]["test"][figure]
            self.claim(text, form % value if value is not None and abs(value) < 1e3 else write_figure(value),
                       f"{side}'s figure of {label}")
