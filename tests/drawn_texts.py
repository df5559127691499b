"""What every text with a figure on a picture must say, worked out from its place and from the JSON: beside which label,
under which header, in which cell. For drawn_test.py. To add a figure to the window: say here what it must be."""
import math
import os
import re

import numpy as np

import cli_reference as reference
from figures_reference import APP, LOSSES

SIDES = "ab"
NAMES = {"bce": "BCE", "mse": "MSE", "mae": "MAE"}
OUTPUT_NAMES = {"sigmoid": "sigmoid", "relu": "ReLU", "linear": "linear", "clip": "clip", "tanh01": "tanh 0…1",
                "softplus": "softplus"}
# of each heatmap: its label, the test figure of its caption and how that is written, its unit, whether it has a sign
HEATMAPS = {"bce": ("BCE", "bce", "%.4f", "", False), "excess": ("avoidable BCE", "excess_bce", "%.4f", "", False),
            "mse": ("MSE", "mse", "%.4f", "", False), "mae": ("MAE", "mae", "%.4f", "", False),
            "error": ("too bright / too dark", "bias", "%+.4f", "", True), "difference": ("A−B", None, "", "", True),
            "gradient": ("pull", None, "", "", False), "bias": ("mean error (all digits)", "bias", "%+.4f", "", True),
            "dead": ("never lit (all digits)", "never_lit", "%.0f", "", False)}
SHORT = {"excess": "avoidable", "error": "bright/dark", "bias": "mean error", "dead": "never lit"}  # in a narrow place
SET_MAPS = ("bias", "dead")
VIEWS = {"compare": "Compare", "solo": "Solo A", "solo-b": "Solo B", "matrix": "Matrix", "inspect": "Inspect",
         "claims": "Claims"}
STATIC = {"tanh 0…1", "<0", ">1"}  # a name; what the colours outside the grey scale mean
NOT_FINITE = ("NaN", "+Inf", "-Inf")


def read_color(name):
    with open(os.path.join(APP, "draw", "theme.h"), encoding="utf-8") as file:
        return re.search(rf"#define {name}\s+0x([0-9a-f]{{8}})", file.read())[1]


TEXT, SOFT, A, B = (read_color(f"COLOR_{name}") for name in ("TEXT", "TEXT_SOFT", "A", "B"))


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
    return f"{count // 1000}\u2009{count % 1000:03d}" if count >= 1000 else str(count)


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

    def __init__(self, case, figures, width, step, labels):
        """width: the window's; step: that was asked for, or None; labels: of the test digits."""
        self.case, self.f, self.step, self.labels = case, figures, step, labels
        self.texts = [Text(entry) for entry in figures["texts"]]
        self.view, self.claimed = figures["view"], {}
        self.shown = [side for side in SIDES if side in figures]
        self.sidebar = 316 if width < 1200 else 340
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
        self.check_sidebar()
        self.check_status()
        self.check_view()
        if self.find("Film"):
            step = self.behind(self.one("Film"))[-1]
            self.claim(step, self.past_text("step {1}", "step {0} of {1}"), "the timeline's step")
        for text in self.texts:
            if re.search(r"\d", text.text) and text not in self.claimed and text.text not in STATIC:
                self.case.fail(f"{self.view}: no rule says what {text} must be")

    def past_text(self, newest, past):
        side = self.f[self.shown[0]]
        return (past if self.is_past() else newest).format(side["step"], self.f["newest_step"])

    def is_past(self):
        return self.step is not None and self.step < self.f["newest_step"]

    def check_top(self):
        for i, label in enumerate(VIEWS.values()):
            tab = self.one(label, where=lambda t: t.y < 44)
            for key in self.behind(tab)[:1]:
                if key.x - tab.right < 12:
                    self.claim(key, str(i + 1), f"the key of {label}")

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

    def check_sidebar(self):
        cards = {side: self.one(f"Model {side.upper()}") for side in self.shown}
        for side, title in cards.items():
            layers = reference.parse_spec(self.f[side]["spec"])["layers"].replace(",", "-").replace("+", "-")
            for text in self.behind(title, lambda t: t.x < self.sidebar):
                self.claim(text, (f"784-{layers}-784",) if text.color == SOFT and text.text.startswith("784")
                           else self.progress(self.f[side]), f"model {side}'s layers or progress")
        for minus in self.find("−", where=lambda t: t.x < self.sidebar):
            value = self.behind(minus)[0]
            above = [side for side, title in cards.items() if title.y < minus.y]
            if not above:
                self.claim(value, "%.1f" % self.f["pad_brush"], "the brush's size")
                continue
            spec = reference.parse_spec(self.f[above[-1]]["spec"])
            before = [t for t in self.line(minus) if t.right <= minus.x]
            is_noise = any(t.text == "+" for t in before)
            self.claim(value, "%.3g" % float(spec["noise"]) if is_noise else
                       str(min(int(width) for width in re.split("[+,-]", spec["layers"]))),
                       f"model {above[-1]}'s {'noise' if is_noise else 'code size'}")
            if before and before[-1].text not in ("+",):
                self.case.assertEqual(before[-1].text, "Noise" if is_noise else "Code size")

    def status_figures(self, shown):
        losses = [f"{NAMES[loss]} {{}}" for loss in list_losses(shown["spec"])]
        short = "  ".join(name.format(write_figure(shown["test"][loss])[0])
                          for name, loss in zip(losses, list_losses(shown["spec"])))
        rest = f"  mean error {write_signed(shown['test']['bias'])[0]}  outside 0…1 {outside(shown['test'])}" \
               f"  never lit {shown['test']['never_lit']}"
        return f"   test {short}{rest}", f"  {short}"

    def check_status(self):
        for side in self.shown:
            shown, color = self.f[side], A if side == "a" else B
            spec = self.one(f"{side.upper()}  {shown['spec']}")
            self.case.assertEqual(spec.color, color)
            self.claimed[spec] = "the spec"
            self.case.assertTrue(len(self.behind(spec)) == 2 or not self.is_wide or len(spec.text) > 120, "figures")
            for text in self.behind(spec):
                self.claim(text, (self.progress(shown)[0], *self.status_figures(shown)), f"the caption of {side}")
        self.claim(self.one(self.f["program"]), self.f["program"], "the program")
        foot, = [t for t in self.texts if " data: " in t.text]
        self.claim(foot, self.foot_forms(), "the foot")

    def foot_forms(self):
        f, data, note = self.f, self.f["data"], ""
        base = f"{data['name']}{' (seed 1)' if 'seed' in data else ''} data: {write_count(data['train'])} train · " \
               f"{write_count(data['test'])} test"
        if self.is_past():
            note = self.past_text("", "   as it was at step {0} of {1}")
        note += {"matrix": "   others: as A but loss and output",
                 "claims": "   others: as A but loss, output, seed"}.get(self.view, "")
        if self.view == "inspect":
            digit, (row, column) = f["inspect"]["digit"], f["inspect"]["pixel"]
            note += f"   {'the drawing' if digit < 0 else f'test {digit}'}, row {row}, column {column}"
        scales = [f"{HEATMAPS[key][0]} {'±' if HEATMAPS[key][4] else '0–'}{scale:.3g}{HEATMAPS[key][3]}"
                  for key, scale in f["heat_scale"].items()]
        scales = scales if self.view in ("compare", "solo", "solo-b") else scales[:1]
        heat = "" if self.view == "claims" else "   heat: " + ", ".join(scales)
        if f["binary"] > 0 and heat:
            heat += "   targets shown: %.0f %% binary" % (100 * f["binary"])
        return [base + "   figures: whole test set" + note + heat, base + note + heat, base + heat, base]

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
