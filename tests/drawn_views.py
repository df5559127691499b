"""The rules of each view for the texts of a picture: drawn_texts.py has those of every view."""
import math
import re

import numpy as np

from drawn_texts import (A, B, HEATMAPS, NAMES, OUTPUT_NAMES, SHORT, SIDES, SOFT, TEXT, Picture, caption,
                         list_losses, outside, write_figure, write_signed)

class Matrix(Picture):
    """A line of tools, a head and a sentence for each loss, a row of targets, a row for each output."""

    def check_view(self):
        outputs, losses = self.f["matrix"]["outputs"], self.f["matrix"]["losses"]
        self.check_tools()
        heads = [self.one(f"trained with {NAMES[loss]}") for loss in losses]
        self.case.assertEqual(heads, sorted(heads, key=lambda t: t.x))
        rows = self.split_rows(outputs)
        self.check_target(heads[0])
        edges = [head.x - 4 for head in heads] + [math.inf]
        cells = iter(self.f["cells"])
        for output, texts in zip(outputs, rows, strict=True):
            for text in texts:
                if text.x < edges[0]:
                    self.claim(text, text.text, "the name of a row")
            for column, loss in enumerate(losses):
                cell = next(cells)
                self.case.assertEqual((cell["output"], cell["loss"]), (output, loss))
                self.check_cell(cell, self.f["ranks"][column], [t for t in texts if edges[column] < t.x < edges[column + 1]])
        for head, said in zip(heads, self.f["narrator_columns"], strict=True):
            self.check_sentence(head, said["text"])

    def split_rows(self, outputs):
        """The texts of each row: they follow each other, its name first."""
        at, starts = self.texts.index(self.one("target")), []
        for output in outputs:
            at = next(i for i in range(at + 1, len(self.texts)) if self.texts[i].text == OUTPUT_NAMES[output]
                      and abs(self.texts[i].x - self.one("target").x) < 1)
            starts.append(at)
        end = min(i for i, t in enumerate(self.texts) if i > at and t.middle > self.one("Restart").y)
        self.first_row = starts[0]
        return [self.texts[a:b] for a, b in zip(starts, starts[1:] + [end])]

    def check_tools(self):
        tools = self.line(self.one("Show"))
        first, last = self.f["digits"][0], self.f["digits"][-1]
        for text in tools:
            if "\u2013" in text.text:
                self.claim(text, (f"Test digits {first}\u2013{last}", f"{first}\u2013{last}"), "the page's digits")
            elif text.text == OUTPUT_NAMES["tanh01"] or text.text in ("below 0", "above 1"):
                self.claim(text, text.text, "a button or a key")
        if self.f["matrix"]["shows"] != "output":
            ends = [t for t in tools if self.one("All maps").right < t.x and t not in self.claimed]
            self.check_bar(ends[:2], self.f["matrix"]["shows"])

    def check_target(self, head):
        """Which digits stand in the first row."""
        digits = ", ".join(map(str, self.f["digits"]))
        span = f"{self.f['digits'][0]}\u2013{self.f['digits'][-1]}"
        first = self.texts.index(self.one("target"))
        below = self.texts[first + 1:self.texts.index(head)]
        self.case.assertIn(" ".join(t.text for t in below),
                           [f"{pad}, test {these}" for pad in ("yours", f"yours ({self.f['pad']})") for these in (digits, span)])
        for text in below:
            self.claim(text, text.text, "the digits of the first row")

    def check_cell(self, cell, rank, texts):
        test, what = cell["test"], f"{cell['output']} with {cell['loss']}"
        losses = ["mse", "bce"] + [cell["loss"]] * (cell["loss"] not in ("mse", "bce"))
        figures = [t for t in texts if t.text in (NAMES[loss] for loss in losses)]
        self.case.assertEqual([t.text for t in figures], [NAMES[loss] for loss in losses], what)
        for name, loss in zip(figures, losses):
            value = [t for t in self.behind(name) if t in texts][0]
            self.claim(value, write_figure(test[loss]), f"{NAMES[loss]} of {what}")
        share = 100 * (test["below_0"] + test["above_1"])
        forms = ["<0.1 %" if share < 0.05 else "%.1f %%" % share if share < 9.95 else "%.0f %%" % share]
        beyond = [t for t in texts if "%" in t.text]
        self.case.assertLessEqual(len(beyond), 1, what)
        for text in beyond:
            self.case.assertGreater(share, 0)
            self.claim(text, forms + [forms[0] + " outside"], f"the share outside of {what}")
        if share > 0 and self.is_wide:
            self.case.assertEqual(len(beyond), 1, what)
        badges = [side for side in SIDES if self.f[side]["spec"] == cell["spec"]]
        self.case.assertEqual([t.text for t in texts if t.text in ("A", "B")], [side.upper() for side in badges])
        self.check_rank(cell, rank, texts)
        for text in texts:
            if re.match("epoch|step|broke|was", text.text):
                moment = f"epoch {test['epoch']}"
                self.claim(text, self.progress(cell) + (moment, "broke"), "the cell's progress")

    def check_rank(self, cell, rank, texts):
        words = [t.text for t in texts if t.text in ("best", "best (tie)", "best so far", "tie so far")]
        if cell["output"] in rank["tie"]:
            self.case.assertEqual(words, ["best (tie)"])
        elif cell["output"] == rank["best"]:
            self.case.assertEqual(words, ["best"])
        elif cell["output"] == rank["so_far"]:
            self.case.assertEqual([w in ("best so far", "tie so far") for w in words], [True])
        else:
            self.case.assertIn(words, ([], ["tie so far"]) if rank["so_far"] else ([],))

    def check_sentence(self, head, said):
        """Whole, or its first words alone."""
        lines = []
        for text in self.texts[self.texts.index(head) + 1:self.first_row]:
            if text.text.startswith("trained with"):
                break
            lines.append(text)
            self.claim(text, text.text, "a column's sentence")
        text = " ".join(t.text for t in lines)
        self.case.assertTrue(said.startswith(text), (said, text))
        self.case.assertFalse(any(t.is_cut for t in lines), lines)
        if self.is_wide and len(said) < 140:
            self.case.assertEqual(text, said)


class Inspect(Picture):
    def check_view(self):
        i = self.f["inspect"]
        self.check_header(i)
        loss, slope = self.one("Loss", where=lambda t: t.middle > self.bar), \
            self.one("Gradient at the logit", "Gradient")
        tables = self.one("Row %d, column %d" % tuple(i["pixel"]))
        self.claim(tables, tables.text, "the pixel")
        for text in self.behind(loss, lambda t: t.right < slope.x):
            if "t = " in text.text:
                t = "at t = %.3f%s" % (float(np.float32(i["t"])), " (dragged)" if i["is_dragged"] else "")
                self.claim(text, (f"against the output p, {t}", t), "the target")
        self.check_axes(loss, slope.x - 20, tables.y, "p", ("0", "0.5", "1", "1.5", "2"), ("0", "0.25", "0.5", "0.75", "1"))
        self.check_axes(slope, math.inf, tables.y, "z", ("-1", "-0.5", "0", "0.5", "1"), ("-8", "-4", "0", "4", "8"))
        notes = {"BCE p−t", "MSE 2(p−t)p(1−p)"}
        for text in self.texts:
            if text.text in notes and text.x > slope.x:
                self.claim(text, notes, "the slope's formula on a sigmoid")
            for sign, key in (("−", "below"), ("+", "above")):
                if text.text.startswith(f"{sign}0.1: "):
                    self.claim(text, f"{sign}0.1: +%.4f" % i[f"excess_{key}"], f"what a miss to {key} costs")
            if text.text.startswith("floor H(t)"):
                self.claim(text, "floor H(t) %.4f" % i["floor"], "the floor")
        self.check_tables(i, tables)

    def check_header(self, i):
        title = [t for t in self.texts if re.match(r"(Test )?\d+(, a \d)?$|Your digit|Yours", t.text)
                 and t.middle > self.bar and t.y > 44][0]
        digit = i["digit"]
        self.claim(title, ("Your digit", "Yours") if digit < 0 else
                   (f"Test {digit}, a {self.truth.labels[digit]}", f"Test {digit}", str(digit)), "the digit")
        key = next(iter(self.f["heat_scale"]))
        line = self.behind(title)
        captions = {side: (caption(self.f[side]["spec"]), caption(self.f[side]["spec"]).split(" · ")[1]) for side in SIDES}
        heads = [t for t in line if t.text in (HEATMAPS[key][0], SHORT.get(key)) and t.color == TEXT]
        self.case.assertEqual(len(heads), 2)
        for side, head, end in zip(SIDES, heads, (heads[1].x, math.inf)):
            before = [t for t in line if t.x < head.x and t not in self.claimed][-1]
            self.claim(before, captions[side], f"what {side}'s output is of")
            other = self.find(*captions["b"])
            stop = min([t.x for t in other if head.x < t.x < end] or [end])
            self.check_heat_header(head, self.behind(head, lambda t: t.x < stop), key, "")

    def check_axes(self, title, right, bottom, name, ys, xs):
        area = self.inside(title.x - 12, title.y + title.h, right, bottom)
        numbers = [t for t in area if re.fullmatch(r"-?[\d.]+", t.text)]
        foot, = [t for t in area if t.text == name]
        below = sorted((t for t in numbers if abs(t.middle - foot.middle) < 4), key=lambda t: t.x)
        beside = sorted((t for t in numbers if t not in below), key=lambda t: -t.y)
        for ticks, expected in ((below, xs), (beside, ys)):
            self.case.assertEqual(len(ticks), len(expected), ticks)
            for text, value in zip(ticks, expected):
                self.claim(text, value, f"a tick of {name}")

    def check_tables(self, i, title):
        second = self.one("The same pixel")
        losses, rows = list_losses(self.f["a"]["spec"], self.f["b"]["spec"]), {}
        values = lambda key: [i[side][key] for side in SIDES]
        rows["target t"], rows["output p"], rows["logit z"] = [i["t"]] * 2, values("p"), values("z")
        for loss in losses:
            rows[NAMES[loss]], rows[f"∂{NAMES[loss]}/∂z"] = values(loss), values(f"{loss}_slope")
        rows["avoidable (floor %.4f)" % i["floor"]] = values("excess_bce")
        self.check_rows(title, rows, lambda t: t.right < second.x)
        self.check_rows(second, {"mean t": [i["mean_t"]] * 2, "mean p": values("mean_p"),
                                 "mean p − mean t": values("mean_error"), "share with p = 0": values("dead_share")},
                        lambda t: t.x >= second.x - 1)
        last = self.one("share with p = 0")
        lesson = sorted((t for t in self.texts if abs(t.x - second.x) < 2 and t.y > last.y + 4 and t.color == TEXT
                         and t.y < self.one("Film").y - 4), key=lambda t: t.y)
        sentence = self.lesson(i)
        for text in lesson:
            self.case.assertIn(text.text.rstrip("…"), sentence, "the lesson")
            self.claimed[text] = "the lesson"
        self.case.assertTrue(sentence.startswith(" ".join(t.text for t in lesson).rstrip("…")), sentence)

    def check_rows(self, title, rows, where):
        columns = [t for t in self.behind(title, where) if t.text in "AB"]
        self.case.assertEqual([t.text for t in columns], ["A", "B"])
        self.case.assertEqual([t.color for t in columns], [A, B])
        for label, expected in rows.items():
            head = self.one(label, where=lambda t: where(t) and t.y > title.y and abs(t.x - title.x) < 2)
            if re.search(r"\d", label):
                self.claim(head, label, "a row's label")
            for text in self.behind(head, where):
                column, = [k for k, t in enumerate(columns) if abs(t.right - text.right) < 2]
                self.claim(text, write_figure(expected[column]), f"{label} of {SIDES[column]}")

    @staticmethod
    def lesson(i):
        t, low, high = float(np.float32(i["t"])), i["excess_below"], i["excess_above"]
        if low is None or high is None:
            return (f"At t = {t:.2f} there is no room for 0.1 to both sides: BCE charges every miss in the one direction "
                    "that is left. Drag t in the plot to see the curves move.")
        if abs(low - high) < 5e-4:
            return (f"At t = {t:.2f} missing by 0.1 costs about the same to both sides: {low:.4f} and {high:.4f} "
                    "above the floor; MSE charges 0.0100 each.")
        sides = [("downwards", low), ("upwards", high)][::1 if t > 0.5 else -1]
        return (f"Missing t = {t:.2f} by 0.1 {sides[0][0]} costs {sides[0][1]:.4f} above the floor, {sides[1][0]} "
                f"{sides[1][1]:.4f}: the pull is towards 0.5, not downwards. MSE charges 0.0100 for either.")


ROWS = {  # of each claim: its rows' labels and units, in the order of the JSON's
    "sigmoid": [("test MSE", "fine"), ("outside [0,1]", "share"), ("dead outputs", "count"), ("not finite", "count"),
                ("with BCE: test MSE", "fine"), ("with BCE: outside", "share"), ("with BCE: dead", "count"),
                ("with BCE: not finite", "count")],
    "dim": [("mean out − in", "signed"), ("where t = 0", "signed"), ("0 < t < 0.5", "signed"), ("0.5 ≤ t < 1", "signed"),
            ("where t = 1", "signed")],
    "optimum": [("test BCE", "loss"), ("test MSE", "fine"), ("mean |p − p'|", "fine")],
    "binary": [("below 0.02", "share"), ("above 0.98", "share"), ("ink that is 255", "share")],
    "fit": [("test BCE", "loss"), ("to entropy floor", "signed"), ("to mean image", "signed"), ("to ln 2", "signed"),
            ("way to the floor", "share")]}


def write_claim(unit, value):
    """With all its decimals, or with fewer where there is no room."""
    if value is None:
        return ("infinite", "inf")
    forms = []
    for fewer in range(6):
        decimals = max(0, {"loss": 4, "fine": 5, "signed": 4, "share": 1, "count": 0}[unit] - fewer)
        if abs(value) >= 1e4 and (unit != "count" or fewer):
            forms.append("%.*e" % (max(0, 3 - fewer), value))
        elif unit == "share":
            forms.append("%.*f %%" % (decimals, 100 * value))
        else:
            forms.append(("%+.*f" if unit == "signed" else "%.*f") % (decimals, value))
    return forms


class Claims(Picture):
    def check_view(self):
        titles = [self.one(f"“{claim['claim']}”") for claim in self.f["claims"]]
        ends = [title.y for title in titles[1:]] + [self.one("Film").y]
        for claim, title, end in zip(self.f["claims"], titles, ends):
            self.claim(title, title.text, "the claim")
            badge = self.behind(title)[0]
            self.case.assertEqual(badge.text, claim["verdict"])
            self.check_sentence(claim, title, end)
            self.check_table(claim, self.behind(badge), end)

    def check_sentence(self, claim, title, end):
        lines = sorted((t for t in self.texts if abs(t.x - title.x) < 2 and title.y + 4 < t.y < end - 4),
                       key=lambda t: t.y)
        said = " ".join(t.text for t in lines)
        for text in lines:
            self.claimed[text] = "the sentence"
        self.case.assertTrue(said == claim["sentence"] or
                             (said.endswith("…") and claim["sentence"].startswith(said[:-1])), (said, claim["sentence"]))

    def check_table(self, claim, columns, end):
        self.case.assertEqual([t.text for t in columns[:2]], ["A", "B"])
        for column in columns[2:]:
            if re.search(r"\d", column.text):
                self.claim(column, "seed+1", "the other seed")
        labels = ROWS[claim["key"]]
        self.case.assertEqual(len(labels), len(claim["figures"]))
        for (label, unit), figures in zip(labels, claim["figures"].values()):
            head = self.one(label, where=lambda t: columns[0].y < t.y < end and t.color == SOFT)
            if re.search(r"\d", label):
                self.claim(head, label, "a row's label")
            values = self.behind(head)
            self.case.assertEqual(len(values), len(figures), (label, values, figures))
            for text in values:
                column, = [t.text for t in columns if abs(t.right - text.right) < 2]
                forms = write_claim(unit, figures[column])
                self.claim(text, forms, f"{label} of {column}: {claim['key']}")
                longer = max([len(form) for form in forms[:forms.index(text.text)]], default=math.inf)
                self.case.assertGreater(longer * text.w / len(text.text), text.box_w - 1, f"{text} has room for more")


PICTURES = {"matrix": Matrix, "inspect": Inspect, "claims": Claims}
