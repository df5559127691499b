"""The rules for the texts of the stage, compare and solo: drawn_texts.py has those of every view."""
import math
import re

import numpy as np

import cli_reference as reference
import drawn_said
from drawn_texts import (A, B, HEATMAPS, INVERSE, LOSSES, NAMES, SIDES, SOFT, TEXT, Picture, list_losses, outside,
                         write_count, write_figure)

HISTOGRAM = ("Brightness of the output pixels", "Brightness of outputs", "Brightness")
CURVES = ("Learning: error on the test digits", "Learning: test error", "Learning", "Learning: targets as they are",
          "Learning: as they are")
COLORS = dict(zip(SIDES, (A, B)))
PENALTIES = ("kl", "price")


def write_total(mean):
    """A loss summed over the pixels of a digit."""
    total = None if mean is None else 784 * mean
    if total is None or abs(total) >= 1e5:
        return write_figure(total)
    return ("%.3f" % total if abs(total) < 100 else "%.1f" % total,)


def name_digits(figures):
    """Of which digits and targets figures are, the longest first."""
    total, share = write_count(figures["data"]["test"]), figures["figures_binary"]
    if share == 0:
        return f"All {total} test digits", f"All {total}"
    part = "" if share == 1 else "%.0f %% " % (100 * share)
    return f"All {total}, {part}black-white", f"All, {part}b/w"


def count_changed(spec):
    """How many of the settings behind 'More' are not as they come; the layers are one of them."""
    keys = reference.parse_spec(spec)
    same = [keys[key] == drawn_said.DEFAULTS[key] for key in ("hidden", "optimizer", "batch", "noise", "l1", "seed")]
    same += [float(keys["lr"]) == drawn_said.OWN_RATES[keys["optimizer"]], keys["layers"] == "32"]
    same += [key not in keys for key in ("range", "reduce", "targets", "noise_kind")]
    return same.count(False)


class Stage(Picture):
    def check_view(self):
        self.plots = self.one(*HISTOGRAM, where=lambda t: t.color != SOFT)  # a label of the table may be one, too
        if "inspect" in self.f:
            self.check_tooltip()
        self.badges = {side: self.one(side.upper(), where=lambda t: t.color == INVERSE) for side in self.shown}
        self.is_wiped = "wipe" in self.f
        for side in self.shown:
            self.check_head(side)
        self.check_pages()
        self.check_target()
        self.check_outputs()
        self.check_heatmaps()
        if self.view == "compare" and not self.is_wiped:
            self.check_difference()
        self.check_table()
        self.check_histogram()
        self.check_curves()

    # ---- heads: what a model is, how far it is, what all test digits say

    def check_head(self, side):
        shown = self.f[side]
        line = self.line(self.badges[side])
        more, = [t for t in line if t.text.startswith("More")]
        changed = count_changed(shown["spec"])
        self.claim(more, (f"More · {changed} changed", f"More · {changed}") if changed else "More", "the changed settings")
        chips = [t for t in line if self.badges[side].x < t.x < more.x]
        on = [t.text for t in chips if t.color == INVERSE]
        self.case.assertEqual(len(on), 2, chips)  # a loss and an output
        self.case.assertEqual(on[0], NAMES[reference.parse_spec(shown["spec"])["loss"]])
        _, short = self.progress(shown)
        told = [t for t in chips if re.match("(epoch|step|broke)", t.text)]
        if "broken_step" in shown:
            self.case.assertEqual(len(told), 1, f"how far {side} is does not stand in {chips}")
        for text in told:
            self.claim(text, (short, "broke") if "broken_step" in shown else short, f"how far {side} is")
        self.check_all(side, [t for t in line if t.x > more.right])

    def check_all(self, side, line):
        """'All 300 test digits' at the left, then the losses that there is room for, from the last one on."""
        title = [t for t in line if t.text.startswith("All")]
        for text in title:
            self.claim(text, (*name_digits(self.f), "All"), "whose figures these are")
        tokens = [t for t in line if t not in title]
        losses = list_losses(self.f[side]["spec"])
        labels, figures = tokens[::2], tokens[1::2]
        self.case.assertEqual([t.text for t in labels], [NAMES[loss] for loss in losses[len(losses) - len(labels):]])
        self.case.assertEqual(len(labels), len(figures))
        self.case.assertTrue(figures if not self.is_wide else len(figures) >= 2, line)
        for loss, text in zip(losses[len(losses) - len(labels):], figures):
            self.case.assertEqual(text.color, COLORS[side])
            self.claim(text, write_figure(self.f[side]["test"][loss]), f"{side}'s {loss} over all test digits")

    def check_pages(self):
        digits = self.f["digits"]
        shuffle = self.one("Shuffle", "Mix", where=lambda t: t.y < self.plots.y)
        for text in self.line(shuffle, lambda t: t.x < shuffle.x and t.box_x + t.box_w > shuffle.right):  # as wide as the line
            span = f"{digits[0]}–{digits[-1]}"
            self.claim(text, (f"Test digits {span}", span), "the page's digits")

    # ---- captions: what is said of the one digit

    def check_target(self):
        title = self.one("Your digit") if self.f["pad"] == "drawn" else self.one(f"Test digit {self.f['pad'].split()[1]}")
        self.claim(title, title.text, "what lies on the pad")
        share = 100 * self.f["binary"]
        for text in self.behind(title, lambda t: "%" in t.text and t.right <= title.box_x + title.box_w + 1):
            self.case.assertGreater(share, 0)
            self.claim(text, ("%.0f %% black-white" % share, "%.0f %% b/w" % share), "how the targets are shown")

    def check_outputs(self):
        """Whether the marks of what is outside are there, and what they mean: from the drawing's own outputs."""
        self.outputs = {}
        for side in () if self.is_wiped else self.shown:
            name, short = f"Output of {side.upper()}", self.progress(self.f[side])[1]
            names = (name, "Output")
            is_apart = self.view == "compare" and len({self.f[s]["epoch"] for s in SIDES}) > 1
            if is_apart and "broken_step" not in self.f[side]:  # they are not comparable, and say so
                names = (f"{name}, {short}", f"{side.upper()}, {short}")
            title = self.one(*names, where=lambda t: 0 < t.middle - self.badges[side].middle < 60)
            self.claim(title, names, f"how far {side} is")
            self.outputs[side] = title
            least, most = (math.nan if value is None else value for value in self.f[side]["drawing_range"])
            is_marked = least < -1 / 255 or most > 1 + 1 / 255
            notes = self.behind(title, lambda t: t is not title and t.right <= title.box_x + title.box_w + 1)
            for text in notes:
                if not is_marked:
                    self.claim(text, ("all within 0…1", "within 0…1"), f"{side}'s output is within")
                else:
                    self.claim(text, [word for word, holds in (("below 0", least < 0), ("above 1", most > 1)) if holds],
                               f"{side}'s output is outside")
            if self.is_wide:
                self.case.assertEqual(len(notes), (least < 0) + (most > 1) if is_marked else 1, (least, most, notes))

    def check_heatmaps(self):
        keys = list(self.f["heat_scale"])
        keys = keys * 2 if len(keys) == 1 else keys
        start = self.one("Outputs") if self.is_wiped else self.outputs[self.shown[0]]
        heads = [badge.middle for badge in self.badges.values()]
        titles = [i for i, t in enumerate(self.texts) if t.color == TEXT and t.x > start.right and
                  start.middle - 4 < t.middle < self.plots.y and all(abs(t.middle - y) > 8 for y in heads) and
                  any(self.is_named(t, key) for key in keys)]
        expected = [(side, key) for side in (("",) if self.is_wiped else self.shown) for key in keys
                    if not (side == "b" and key == "difference" and "a" in self.f)]
        self.case.assertEqual(len(titles), len(expected), [self.texts[i] for i in titles])
        for i, (side, key) in zip(titles, expected):
            title = self.texts[i]
            self.case.assertTrue(self.is_named(title, key), (title, key))
            near = lambda j: 0 <= j < len(self.texts) and abs(self.texts[j].middle - title.middle) < 4
            bar = [self.texts[j] for j in ((i + 1, i + 2) if self.is_wiped else (i - 2, i - 1)) if near(j)]
            self.check_bar([t for t in bar if t.x > title.right], key)
            figure = [t for t in [self.texts[i + 1]] if near(i + 1) and 0 < t.x - title.right < 12]
            if self.is_wiped:
                continue
            if key not in LOSSES:
                self.case.assertFalse([t for t in figure if t not in self.claimed and re.search(r"\d", t.text)])
                continue
            self.case.assertEqual(len(figure), 1, f"the figure of {title}")
            self.claim(figure[0], write_figure(self.f[side]["drawing"][key]), f"the drawing's {key} of {side}")

    @staticmethod
    def is_named(text, key):
        name = HEATMAPS[key][0] + (" error" if key in LOSSES else "")
        return text.text in (name, HEATMAPS[key][0]) or (text.is_cut and name.startswith(text.text[:-1]))

    def check_difference(self):
        title = self.one("A − B", where=lambda t: t.x < self.badges["b"].x)
        low, high = [t for t in self.behind(title) if t.right <= title.box_x + title.box_w + 1]
        self.claim(low, "−0.5", "where the difference's scale starts")
        self.claim(high, "+0.5", "where the difference's scale ends")
        mean, = [t for t in self.texts if t.text.startswith("mean ") and title.y < t.y < self.plots.y
                 and t.x < self.badges["b"].x]
        value = self.f["drawing_distance"]
        forms = ("mean nan", "mean -nan", "mean inf") if value is None else "mean %.3f" % value
        self.claim(mean, forms, "how far A and B are apart")

    # ---- figures of all test digits

    def check_table(self):
        titles = self.find(*name_digits(self.f), where=lambda t: t.y > self.plots.y - 12)
        self.case.assertLessEqual(len(titles), 1)
        if not titles:
            return
        title, = titles
        self.claim(title, title.text, "whose figures these are")
        heads = sorted((t for t in self.behind(title) if t.text in ("A", "B")), key=lambda t: t.x)
        self.case.assertIn(len(heads), (len(self.shown), 2 * len(self.shown)))  # lines stand in one column, or in two
        halves = [heads[i:i + len(self.shown)] for i in range(0, len(heads), len(self.shown))]
        for half in halves:
            self.case.assertEqual({t.text.lower(): t.color for t in half}, {side: COLORS[side] for side in self.shown})
        half_of = lambda t: sum(t.x > half[-1].right for half in halves[:-1])
        tests = {side: self.f[side]["test"] for side in self.shown}
        noisy = {side: self.f[side]["test_noisy"] for side in self.shown if "test_noisy" in self.f[side]}
        rows = {}
        for loss in list_losses(*(self.f[side]["spec"] for side in self.shown)):
            name = f"{NAMES[loss]}, clean input" if noisy else f"{NAMES[loss]} error"
            rows[name, NAMES[loss]] = {side: write_figure(test[loss]) for side, test in tests.items()}
            if noisy:
                rows[f"{NAMES[loss]}, noisy input", f"{NAMES[loss]}, noisy"] = {
                    side: write_figure(losses[loss]) for side, losses in noisy.items()}
        rows["Mean brightness (target %.4f)" % self.f["test_set"]["mean_input"], "Brightness"] = {
            side: write_figure(test["mean_output"]) for side, test in tests.items()}
        rows["Pixels outside 0…1", "Outside 0…1"] = {side: (outside(test),) for side, test in tests.items()}
        rows["Pixels that never light up", "Never lit"] = {side: (str(test["never_lit"]),) for side, test in tests.items()}
        rows["Dead units of the code", "Dead code"] = {side: (str(test["dead_code_units"]),) for side, test in tests.items()}
        rows["Own loss, summed over a digit", "Loss a digit"] = {
            side: write_total(test[reference.parse_spec(self.f[side]["spec"])["loss"]]) for side, test in tests.items()}
        penalties = {side: reference.parse_spec(self.f[side]["spec"]) for side in self.shown}
        kls, prices = {s: t for s, t in tests.items() if "kl" in t}, {s: t for s, t in tests.items() if "price" in t}
        self.case.assertEqual([*prices], [side for side, spec in penalties.items() if float(spec["l1"]) > 0])
        if kls:
            rows["KL, nats a digit", "KL"] = {side: ("%.3f" % test["kl"],) for side, test in kls.items()}
            rows["Own loss + KL, nats a digit", "Loss + KL"] = {
                side: write_total(test[penalties[side]["loss"]] + test["kl"] / 784) for side, test in kls.items()}
        if prices:
            rows["Price of the code", "Price"] = {side: write_figure(test["price"]) for side, test in prices.items()}
        labels = sorted((t for t in self.texts if t.x > title.x - 2 and title.y < t.y and t.color == SOFT
                         and t.y < self.one("Film").y - 4), key=lambda t: (half_of(t), t.y))
        for half in range(len(halves)):
            self.case.assertLess(np.ptp([t.x for t in labels if half_of(t) == half]), 2, "labels below each other")
        self.case.assertGreaterEqual(len(labels), 2)
        more = [t for t in labels if re.match(r"\d+ more: ", t.text)]
        left_out = len(rows) - len(labels) + len(more)
        for text in more:  # which stands for what there is no room for
            self.claim(text, f"{left_out} more: under the mouse, and in JSON", "what has no room")
            labels.remove(text)
        order = [[i for i, names in enumerate(rows) if label.text in names] for label in labels]
        self.case.assertEqual(order, sorted(order))
        self.case.assertEqual(bool(more), left_out > 0)
        for label, (position,) in zip(labels, order):
            names, values = list(rows.items())[position]
            self.claim(label, names, "a row of the table")
            texts = [t for t in self.behind(label) if half_of(t) == half_of(label)]
            self.case.assertEqual(len(texts), len(values), label)
            for text in texts:
                side, = [t.text.lower() for t in halves[half_of(label)] if abs(t.right - text.right) < 2]
                self.case.assertEqual(text.color, COLORS[side])
                self.claim(text, values[side], f"{label.text} of {side}")
        self.case.assertTrue(len(labels) == len(rows) or not self.is_wide, labels)

    # ---- plots

    def check_side_figure(self, text, find):
        """'A 0.0918': in the colour of the model whose figure it is; of the targets as they are, like the curves."""
        side = text.text[0].lower()
        self.case.assertEqual(text.color, COLORS[side])
        test = self.f[side]["history"][-1]["test"] if self.f["figures_binary"] > 0 else self.f[side]["test"]
        self.claim(text, [f"{text.text[0]} {value}" for value in write_figure(find(test))],
                   f"{side}'s figure in a plot's title")

    def check_histogram(self):
        title, axis, curves = self.plots, self.one("<0"), self.one(*CURVES)
        ticks = self.behind(axis, lambda t: t.right < self.one(">1").x)
        self.case.assertEqual(len(ticks), 3)
        for text, tick in zip(ticks, ("0.25", "0.5", "0.75")):
            self.claim(text, tick, "a tick of the intensities")
        gaps = np.diff([t.x + t.w / 2 for t in ticks])
        self.case.assertLess(abs(gaps[0] - gaps[1]), 3, "uneven ticks")
        decades = []
        for text in self.inside(title.x - 20, title.y + title.h, curves.x - 14, axis.y - 1):
            if text.text.startswith("lit: "):
                share = lambda key: "%.1f %%" % (100 * self.f["brush"][key])
                self.claim(text, "  ".join([f"lit: target {share('input')}",
                                            *(f"{side.upper()} {share(side)}" for side in self.shown)]), "the lit shares")
            elif text.text.endswith("%") and self.f["histogram"] == "log":
                decades.append(text)
                self.claim(text, ("100 %", "10 %", "1 %", "0.1 %"), "a decade of the shares")
            elif text.text.endswith("%"):
                counts = [self.f[self.shown[0]]["test"]["histogram"]["input"],
                          *(self.f[side]["test"]["histogram"]["output"] for side in self.shown)]
                top = 1.1 * max(max(bins[2:64]) for bins in counts) / sum(counts[0])
                self.claim(text, {"linear": "%.1f %%" % (100 * top), "cumulative": "100 %"}[self.f["histogram"]],
                           "the top of the histogram")
        self.check_logarithmic([(float(t.text[:-2]), t) for t in decades])
        self.case.assertTrue(len(decades) >= 2 if self.f["histogram"] == "log" else not decades, decades)
        if "brush" in self.f:
            self.case.assertTrue(any(t.text.startswith("lit: ") for t in self.claimed))

    def check_logarithmic(self, ticks):
        """Larger ones stand higher, by the logarithm of what they say; the top one may be moved into the plot."""
        ticks = sorted(ticks, key=lambda tick: tick[0])
        self.case.assertEqual([t for _, t in ticks], sorted((t for _, t in ticks), key=lambda t: -t.y), "ticks out of order")
        if len(ticks) > 2:
            values, heights = np.log([value for value, _ in ticks]), [t.middle for _, t in ticks]
            self.case.assertLess(np.abs(np.polyval(np.polyfit(values, heights, 1), values) - heights).max(), 2.5, ticks)

    def check_linear(self, ticks):
        """A step of 1, 2 or 5 from each to the next, and 0 among them; as far apart as they say."""
        ticks = sorted(ticks, key=lambda tick: tick[0])
        values, heights = np.array([value for value, _ in ticks]), np.array([t.middle for _, t in ticks])
        self.case.assertIn(0, values)
        steps = np.diff(values)
        self.case.assertLess(np.abs(steps - steps.mean()).max(), 1e-6 * abs(values).max())
        self.case.assertIn("%.0e" % steps.mean(), {"%.0e" % (digit * 10.0 ** power) for power in range(-9, 9) for digit in (1, 2, 5)})
        self.case.assertLess(np.abs(np.diff(heights) - np.diff(heights).mean()).max(), 2)

    def check_curves(self):
        title = self.one(*CURVES)
        table = min([t.x for t in self.claimed if self.claimed[t] == "a row of the table"], default=math.inf)
        figures = [t for t in self.behind(title) if re.match("[AB] ", t.text) and t.x < table]
        for text in figures:
            self.check_side_figure(text, lambda test: test[self.f["curve"]])
        have = [side for side in self.shown if self.f["curve"] not in PENALTIES or self.f["curve"] in self.f[side]["test"]]
        self.case.assertIn([t.text[0].lower() for t in figures], ([], have))  # all or none
        names = {"ln_2": ("always 0.5",) * 2, "mean_image": ("mean image",) * 2, "pca": ("PCA",) * 2,
                 "entropy_floor": ("floor: no model gets below", "floor"), "collapsed": ("collapsed",) * 2,
                 "price_zero": ("a code of zeros", "zeros"), "price_worth": ("a code is worth no more", "worth no more")}
        names = {key: ["%s %.3f" % (name + ":" * (":" not in name), self.f["landmarks"][key]) for name in forms] for key, forms in names.items()
                 if key in self.f["landmarks"]}
        foot = self.one("<0")  # on the axis of the plot beside it
        heights = []
        for text in self.inside(title.x - 20, title.y + title.h, table - 1, foot.y - 1):
            key = next((key for key, forms in names.items() if text.text in forms), None)
            if key:
                self.claim(text, names.pop(key), "a landmark")
            elif self.f["curve"] in PENALTIES and re.fullmatch(r"-?[\d.]+", text.text) and text.right < title.x + 40:
                heights.append((float(text.text), text))
                self.claim(text, "%g" % float(text.text), "a tick of the penalty")
            elif re.fullmatch(r"[\d.e+-]+", text.text) and text.right < title.x + 40:
                heights.append((float(text.text), text))
                self.claim(text, ["%g" % (digit * 10.0 ** power) for power in range(-6, 30) for digit in (1, 2, 5)],
                           "a tick of the loss")
        (self.check_linear if self.f["curve"] in PENALTIES else self.check_logarithmic)(heights)
        self.check_time(title, foot, table, [t for _, t in heights])

    def check_time(self, title, foot, table, heights):
        """Batches and epochs below the curves stand where the logarithm of their steps puts them."""
        epochs = [-(-self.f["data"]["train"] // int(reference.parse_spec(self.f[side]["spec"])["batch"])) for side in self.shown]
        steps = epochs[0]
        last = max(1, max(epochs) * self.f["epochs"], self.f["newest_step"])
        known = [("1 batch", 1)] + [(str(4 ** power), 4 ** power) for power in range(1, 8)]
        if len(set(epochs)) == 1:
            known += [("epoch 1", steps), ("%.0f" % (last / steps), last)]
            known += [(str(epoch), epoch * steps) for epoch in (2, 5, 10, 20)]
        else:  # the batches that both share are the axis
            known += [("%.0f" % last, last)]
        texts = [t for t in self.line(foot) if title.x - 20 < t.x < table]
        self.case.assertTrue(texts and heights, "the axis has no labels")
        scale = heights[0].box_w / 30
        left, right = heights[0].box_x + 34 * scale, max(t.box_x + t.box_w for t in texts)
        for text in texts:
            at = [left + (right - left) * math.log1p(step) / math.log1p(last) for name, step in known
                  if name == text.text and step <= last]
            middle = text.x + text.w / 2
            is_last = abs(text.box_x + text.box_w - right) < 2  # and so moved into the plot
            self.case.assertTrue(any(abs(x - middle) < 3 or (is_last and middle < x <= right + 1) for x in at), (text, at))
            self.claim(text, text.text, "a moment")

    # ---- the pixel that is pinned

    def check_tooltip(self):
        """Of the digit on the pad, by numpy: the weights are those that `losslens train` writes."""
        row, column = self.f["inspect"]["pixel"]
        place = f"row {row}, column {column}"
        title = self.one(f"your digit, {place}" if self.f["pad"] == "drawn" else f"test {self.f['pad'].split()[1]}, {place}")
        self.claim(title, title.text, "the pinned pixel")
        first = self.texts.index(title)
        self.texts, below = self.texts[:first], self.texts[first:]  # it lies over the rest
        columns = [t for t in below if t.text in ("A", "B")]
        t = self.truth.drawing[28 * row + column]
        rows = {"target t": {self.shown[0]: t}}
        losses = list_losses(*(self.f[side]["spec"] for side in self.shown))
        labels = {**NAMES, "bce": "BCE (floor %.3f)" % abs(reference.entropy(np.array([t]))[0])}
        for side in self.shown:
            model = self.truth.find(self.f[side]["spec"])
            z, p = model.outputs(self.truth.drawing[None])
            pixel = lambda values: float(values[0, 28 * row + column])
            rows.setdefault("output p", {})[side] = pixel(p)
            rows.setdefault("logit z", {})[side] = pixel(z)
            for loss in losses:
                rows.setdefault(labels[loss], {})[side] = pixel(model.losses(loss, z, self.truth.drawing[None]))
                rows.setdefault(f"∂{NAMES[loss]}/∂z", {})[side] = pixel(model.slopes(loss, z, self.truth.drawing[None]))
        self.case.assertEqual([t.text for t in columns], [side.upper() for side in self.shown])
        for label, values in rows.items():
            head, = [t for t in below if t.text == label]
            self.claim(head, label, "a row's label")
            texts = [t for t in below if abs(t.middle - head.middle) < 4 and t.x > head.right]
            self.case.assertEqual(len(texts), len(values), label)
            for text in texts:
                side, = [t.text.lower() for t in columns if abs(t.right - text.right) < 2]
                slack = 2e-5 * abs(values[side]) + 1e-6  # of single precision
                forms = [form for d in (-slack, 0, slack) for form in write_figure(values[side] + d)]
                forms += ["0 clipped"] if label == "∂BCE/∂z" and values[side] == 0 else []
                self.claim(text, [form.replace("-0.0000", "0.0000") for form in forms], f"{label} of {side}")
        self.case.assertEqual([t for t in below if t not in self.claimed and t not in columns], [])
